//! Subscribing: a form's wish, and the click that makes a reader of whoever asked.

use super::{
    ReaderDesk,
    refusal::{link_fault, refused},
    suspicion,
};
use crate::{
    audience::{
        SubscriberState,
        membership::signup::{ConsentWording, SignupAsk},
    },
    links::{PublicPage, TimedToken},
    store::{AskOutcome, ConfirmOutcome, Member},
    web::reader::{
        ActOutcome, ConfirmView, FormWay, LinkFault, ReaderRefusal, ReaderResult, SignupAnswer,
        SignupForm,
    },
};

impl ReaderDesk {
    pub(super) async fn ask_to_subscribe(&self, form: &SignupForm) -> ReaderResult<SignupAnswer> {
        let publication = self.snapshot().publication.clone();
        let signup = &publication.web.signup;
        let domain = form.email.domain().to_ascii_lowercase();
        let is_refused = |name: &String| {
            domain == *name
                || domain
                    .strip_suffix(name.as_str())
                    .is_some_and(|it| it.ends_with('.'))
        };
        if signup.refuse.iter().any(is_refused) {
            return Ok(SignupAnswer::DomainRefused);
        }
        if !form.is_sure {
            let meant = suspicion::meant(&form.email);
            if meant.is_some() || suspicion::takes_no_mail(self.dns.as_ref(), &form.email).await {
                return Ok(SignupAnswer::AskedBack { meant });
            }
        }
        let ask = SignupAsk {
            email: form.email.clone(),
            name: form.name.clone(),
            editions: form.editions.clone(),
            language: Some(form.language.clone()),
            timezone: None,
            wording: ConsentWording {
                hash: form.wording.hash.clone(),
                text: form.wording.text.clone(),
                language: form.wording.language.clone(),
            },
            agreed_to_ads: form.agrees_to_ads,
            page: Some(form.page.clone()),
            network: signup.keep_network.then(|| form.network.clone()),
            prefix: form.network.clone(),
            is_hurried: form.way != FormWay::OwnPage,
        };
        let asked = self.store.ask(&ask, &self.limits, self.now()).await;
        if let AskOutcome::Held { since } = asked.map_err(refused)? {
            self.tell_of_flood(since).await;
        }
        // Whatever came of it, the page says the same: who is on the list is nobody's business.
        Ok(SignupAnswer::CheckMail(self.promise()))
    }

    async fn asked(&self, token: &str) -> ReaderResult<(TimedToken, Member)> {
        let links = self.links().await?;
        let token = links
            .verify_timed(PublicPage::Confirm, token, self.now())
            .map_err(link_fault)?;
        Ok((token, self.member(token.reader).await?))
    }

    pub(super) async fn confirmation_of(&self, token: &str) -> ReaderResult<ConfirmView> {
        let (token, member) = self.asked(token).await?;
        let profile = &member.subscriber.profile;
        let is_reader =
            member.subscriber.state == SubscriberState::Active && member.suppression.is_none();
        match &member.pending {
            Some(pending) if member.epoch == token.epoch => Ok(ConfirmView {
                language: pending
                    .language
                    .clone()
                    .or_else(|| profile.language.clone()),
                editions: pending.editions.clone(),
                is_confirmed: false,
            }),
            _ if is_reader && member.epoch >= token.epoch => Ok(ConfirmView {
                language: profile.language.clone(),
                editions: profile.editions.clone(),
                is_confirmed: true,
            }),
            _ => Err(ReaderRefusal::Link(LinkFault::Used)),
        }
    }

    pub(super) async fn confirm_reader(&self, token: &str) -> ReaderResult<ActOutcome> {
        let links = self.links().await?;
        let token = links
            .verify_timed(PublicPage::Confirm, token, self.now())
            .map_err(link_fault)?;
        let confirmed = self
            .store
            .confirm(token.reader, token.epoch, self.now())
            .await;
        let was_done = match confirmed.map_err(refused)? {
            ConfirmOutcome::Confirmed { .. } => false,
            ConfirmOutcome::Already => true,
            ConfirmOutcome::Stale | ConfirmOutcome::Unknown => {
                return Err(ReaderRefusal::Link(LinkFault::Used));
            }
            // Whom the operator keeps off is told what anybody is told whose link is over.
            ConfirmOutcome::Barred => return Err(ReaderRefusal::Link(LinkFault::Expired)),
        };
        self.promise();
        let member = self.member(token.reader).await?;
        Ok(ActOutcome {
            language: member.subscriber.profile.language,
            was_done,
            preferences: Some(links.preferences_token(token.reader)),
        })
    }
}
