//! A receipt that is due as the message that leaves: its links are made here, at that moment, so that no
//! token lies anywhere.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    address::Address,
    app::{App, AppError},
    links::{LinkSigner, TimedToken},
    live::PublicationSnapshot,
    message::{Letter, Message, dkim::Signer},
    publication::{ArchiveAccess, Publication, SecretUse},
    receipt::{
        ConsentAct, NewestIssue, ReaderReceipt, ReceiptLinks, ReceiptMail, ReceiptOccasion,
        ReceiptWriter, TimedLink,
    },
    render::RenderError,
    source::with_causes,
    store::{ConsentDeed, DueReceipt, ReceiptKind, Store},
};

use super::titles::{FrozenTitle, IssueTitles};

/// How long a confirmation, a departure or a move can still be answered.
const FORTNIGHT: TimeDelta = TimeDelta::days(14);
/// How long a fresh link opens what a forwarded mail must not.
const FRESH: TimeDelta = TimeDelta::minutes(30);

/// Why a receipt can't be made now.
#[derive(Debug, thiserror::Error)]
pub(super) enum MakerError {
    /// Its link leads nowhere.
    #[error("`web.base_url` is not set: there is no page that its link could lead to")]
    NoPages,
    /// The program's own templates.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// The message.
    #[error(transparent)]
    Compose(#[from] crate::message::ComposeError),
    /// The state.
    #[error(transparent)]
    State(#[from] crate::store::StoreError),
}

/// Makes messages of receipts, on the files and keys of one moment.
pub(super) struct ReceiptMaker {
    publication: Arc<Publication>,
    links: LinkSigner,
    signer: Option<Signer>,
    writer: ReceiptWriter,
    /// On the program's templates, once it was needed.
    plain: Option<ReceiptWriter>,
    titles: IssueTitles,
}

impl ReceiptMaker {
    /// # Errors
    /// Without its key, or the secret of its links, nothing leaves.
    pub(super) async fn new(
        snapshot: &PublicationSnapshot,
        app: &App,
        store: &dyn Store,
    ) -> Result<Self, AppError> {
        app.require_secrets(&[SecretUse::SigningKey])?;
        let publication = Arc::clone(&snapshot.publication);
        let dkim = publication.smtp.dkim.as_ref();
        let signer = dkim.map(|dkim| Signer::load(dkim, &publication.root));
        Ok(Self {
            links: app.link_signer(store).await?,
            signer: signer.transpose()?,
            writer: ReceiptWriter::new(
                Arc::clone(&publication),
                snapshot.templates.as_ref().clone(),
            ),
            plain: None,
            titles: IssueTitles::default(),
            publication,
        })
    }

    /// The message as it leaves now.
    pub(super) async fn message(
        &mut self,
        due: &DueReceipt,
        store: &dyn Store,
        now: DateTime<Utc>,
    ) -> Result<Message, MakerError> {
        let newest = match due.kind {
            ReceiptKind::Welcome => {
                let newest = self.titles.newest(store, now).await?;
                newest.and_then(|newest| self.page_of(newest))
            }
            _ => None,
        };
        let issue = match &due.about.issue {
            Some(issue) => Some(self.titles.of(issue, store).await?),
            None => None,
        };
        let receipt = ReaderReceipt {
            at: due.about.at,
            language: due.language.clone(),
            occasion: self
                .occasion(due, newest, issue, now)
                .ok_or(MakerError::NoPages)?,
        };
        let mail = self.mail(&receipt)?;
        Ok(self.composed(due, &mail, now)?)
    }

    /// On the publication's templates, or on the program's where those fail.
    fn mail(&mut self, receipt: &ReaderReceipt) -> Result<ReceiptMail, RenderError> {
        self.writer.mail(receipt).or_else(|error| {
            let why = with_causes(&error);
            tracing::warn!("a mail to a reader is made with the program's own templates: {why}");
            let publication = &self.publication;
            let plain = self
                .plain
                .get_or_insert_with(|| ReceiptWriter::plain(publication));
            plain.mail(receipt)
        })
    }

    fn composed(
        &self,
        due: &DueReceipt,
        mail: &ReceiptMail,
        now: DateTime<Utc>,
    ) -> Result<Message, crate::message::ComposeError> {
        let publication = &self.publication;
        // The same at every try.
        let id = self
            .links
            .message_id(due.reader, &format!("receipt {}", due.id.0));
        let letter = Letter {
            from: &publication.from,
            to: &due.to,
            reply_to: publication.reply_to.as_ref(),
            subject: &mail.subject,
            text: &mail.text,
            html: &mail.html,
            images: &mail.images,
            unsubscribe: &mail.unsubscribe,
            language: &mail.language,
            date: now,
            id: &id,
        };
        let mut message = letter.compose(self.signer.as_ref())?;
        if let Some(domain) = &publication.smtp.bounce_domain {
            let local = self.links.bounce_local_part(due.reader);
            let own = Address::parse(&format!("{local}@{domain}")).ok();
            message.envelope.from = own.or(message.envelope.from);
        }
        Ok(message)
    }

    /// None: what it is sent for would lead nowhere.
    fn occasion(
        &self,
        due: &DueReceipt,
        newest: Option<NewestIssue>,
        issue: Option<String>,
        now: DateTime<Utc>,
    ) -> Option<ReceiptOccasion> {
        let (about, links, name) = (&due.about, self.own_links(due), due.name.clone());
        let timed = |until: DateTime<Utc>, sign: &dyn Fn(TimedToken) -> Option<String>| {
            let token = TimedToken {
                reader: due.reader,
                epoch: due.epoch,
                until,
            };
            let url = sign(token)?;
            Some(TimedLink {
                url,
                lasts: until - now,
            })
        };
        let undo = || timed(now + FORTNIGHT, &|token| self.links.undo(token));
        let confirm = || timed(due.asked_at + FORTNIGHT, &|token| self.links.confirm(token));
        Some(match due.kind {
            ReceiptKind::Confirm => ReceiptOccasion::Confirm {
                confirm: confirm()?,
            },
            ReceiptKind::Welcome => ReceiptOccasion::Welcome {
                name,
                act: agreed(about.agreed_to_ads),
                editions: about.editions.clone(),
                newest,
                links,
            },
            ReceiptKind::AlreadyHere => ReceiptOccasion::AlreadyHere { links },
            ReceiptKind::Goodbye => match about.edition.clone() {
                Some(edition) => ReceiptOccasion::LeftEdition {
                    name,
                    edition,
                    undo: undo(),
                    links,
                },
                None => ReceiptOccasion::Goodbye { name, undo: undo() },
            },
            ReceiptKind::ManageLink => ReceiptOccasion::ManageLink {
                manage: timed(now + FRESH, &|token| self.links.manage(token))?,
                links,
            },
            ReceiptKind::MoveConfirm => ReceiptOccasion::MoveConfirm {
                confirm: timed(due.asked_at + FORTNIGHT, &|token| {
                    self.links.move_to(token, &due.to)
                })?,
            },
            ReceiptKind::Moved if about.is_to_old_address => ReceiptOccasion::Moved {
                to: about.other_address.clone(),
                undo: timed(about.at + FORTNIGHT, &|token| self.links.undo_move(token))?,
            },
            ReceiptKind::Moved => ReceiptOccasion::MovedHere { links },
            ReceiptKind::OpinionReceived => ReceiptOccasion::OpinionReceived {
                name,
                opinion: about
                    .issue
                    .as_deref()
                    .and_then(|issue| self.links.feedback(due.reader, issue)),
                issue: issue.unwrap_or_else(|| self.publication.name.clone()),
                links,
            },
            ReceiptKind::ResultNotice => ReceiptOccasion::ResultNotice {
                name,
                act: match about.deed {
                    Some(ConsentDeed::Withdrew) => ConsentAct::Withdrawn,
                    Some(ConsentDeed::Chose) => ConsentAct::Chosen,
                    None => agreed(about.agreed_to_ads),
                },
                editions: about.editions.clone(),
                links,
            },
            ReceiptKind::ConsentReminder => ReceiptOccasion::ConsentReminder {
                name,
                agreed_at: about.at,
                act: agreed(about.agreed_to_ads),
                links,
            },
            ReceiptKind::Reconfirm => ReceiptOccasion::Reconfirm {
                confirm: confirm()?,
                links,
            },
        })
    }

    /// An issue that went out, with its page; None where there are no pages.
    fn page_of(&self, newest: FrozenTitle) -> Option<NewestIssue> {
        let local = newest.slot.with_timezone(&self.publication.timezone);
        let has_pages = self.publication.web.archive != ArchiveAccess::Off;
        Some(NewestIssue {
            url: self.links.web_version(&newest.slug).filter(|_| has_pages)?,
            title: newest.title,
            edition: newest.edition,
            date: newest.date.unwrap_or_else(|| local.date_naive()),
        })
    }

    fn own_links(&self, due: &DueReceipt) -> ReceiptLinks {
        let mailbox = self.publication.unsubscribe_email.as_ref();
        ReceiptLinks {
            unsubscribe: self.links.unsubscribe(due.reader),
            unsubscribe_by_mail: mailbox
                .map(|mailbox| self.links.unsubscribe_mailto(mailbox, due.reader)),
            preferences: self.links.preferences(due.reader),
        }
    }
}

fn agreed(to_ads: Option<bool>) -> ConsentAct {
    match to_ads {
        Some(true) => ConsentAct::AgreedToAds,
        _ => ConsentAct::Agreed,
    }
}
