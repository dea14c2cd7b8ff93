//! What readers say of an issue.

use super::{
    ReaderDesk,
    refusal::{link_fault, refused},
};
use crate::{
    audience::SubscriberId,
    publication::{FACES, FeedbackSettings},
    store::{NewOpinion, OpinionLimits, OpinionOutcome},
    web::reader::{
        LinkFault, OpinionChoice, OpinionForm, OpinionReceived, OpinionView, ReaderRefusal,
        ReaderResult,
    },
};

impl ReaderDesk {
    /// Who speaks; None: whoever came without a link of their own.
    async fn speaker(
        &self,
        issue: &str,
        token: Option<&str>,
    ) -> ReaderResult<Option<SubscriberId>> {
        let Some(token) = token else { return Ok(None) };
        let links = self.links().await?;
        let reader = links.verify_feedback(token, issue).map_err(link_fault)?;
        // An erased reader's mail still has its link: what it says then is nobody's.
        let member = self.store.member(reader).await.map_err(refused)?;
        Ok(member.map(|member| member.subscriber.id))
    }

    pub(super) async fn opinion_form(
        &self,
        issue: &str,
        token: Option<&str>,
    ) -> ReaderResult<OpinionView> {
        let speaker = self.speaker(issue, token).await?;
        let page = self.sent_page(issue).await?;
        let settings = self.snapshot().publication.web.feedback.clone();
        let language = match speaker {
            Some(reader) => self.language_of(reader).await,
            None => None,
        };
        Ok(OpinionView {
            language,
            title: page.title.clone(),
            choices: choices(&settings),
            may_be_published: settings.publish,
            can_be_answered: speaker.is_some(),
        })
    }

    pub(super) async fn take_opinion(
        &self,
        issue: &str,
        token: Option<&str>,
        form: &OpinionForm,
    ) -> ReaderResult<OpinionReceived> {
        let reader = self.speaker(issue, token).await?;
        let page = self.sent_page(issue).await?;
        let publication = self.snapshot().publication.clone();
        let known = choices(&publication.web.feedback);
        // What is kept says itself, whatever becomes of the settings.
        let chosen = form.choice.as_deref().and_then(|key| {
            let choice = known.iter().find(|choice| choice.key == key)?;
            Some(choice.label.clone().unwrap_or_else(|| key.to_owned()))
        });
        let opinion = NewOpinion {
            reader,
            issue: page.issue.clone(),
            choice: chosen,
            text: form.text.clone(),
            may_publish: form.may_publish,
            name: form.name.clone(),
            may_reply: form.may_reply && reader.is_some(),
            prefix: form.network.clone(),
        };
        let kept = self
            .store
            .opine(&opinion, &OpinionLimits::default(), self.now())
            .await;
        match kept.map_err(refused)? {
            OpinionOutcome::Kept { .. } => {}
            OpinionOutcome::Limited(_) => return Err(ReaderRefusal::TooMany),
            OpinionOutcome::Unknown => return Err(ReaderRefusal::Link(LinkFault::Used)),
        }
        self.receipts.wake();
        let language = match reader {
            Some(reader) => self.language_of(reader).await,
            None => None,
        };
        Ok(OpinionReceived {
            language,
            is_held: reader.is_none(),
        })
    }
}

/// What the form offers: the publication's own choices by their number, or the faces.
fn choices(settings: &FeedbackSettings) -> Vec<OpinionChoice> {
    let faces = FACES.iter().map(|face| OpinionChoice {
        key: (*face).to_owned(),
        label: None,
    });
    let own = settings
        .choices
        .iter()
        .zip(1..)
        .map(|(label, number)| OpinionChoice {
            key: number.to_string(),
            label: Some(label.clone()),
        });
    match settings.choices.is_empty() {
        true => faces.collect(),
        false => own.collect(),
    }
}
