//! One reader at hand: of the list, or made up, for looking at an issue before it is sent.

use super::{App, AppError};
use crate::{
    address::Address,
    audience::{Reader, SubscriberId, file},
    issue::Issue,
    links::LinkSigner,
    render::{ReaderLinks, ReaderView},
};

impl App {
    /// The reader of that address: from the list, or from subscribers.yaml before the first fold,
    /// or a stranger without a name.
    ///
    /// # Errors
    /// The store's, or a subscribers.yaml that can't be read.
    pub(crate) async fn reader(&self, email: &Address) -> Result<Reader, AppError> {
        if let Some(subscriber) = self.store().await?.subscriber(email).await? {
            return Ok(Reader::of(subscriber.id, &subscriber.profile));
        }
        let path = self.publication.root.join(file::SUBSCRIBERS_FILE);
        let entries = file::load(&path, &self.publication)
            .map_err(|error| AppError::Configuration(vec![error]))?;
        let key = email.key();
        let entry = entries.into_iter().flatten().find(|entry| {
            entry
                .as_ref()
                .is_ok_and(|profile| profile.email.key() == key)
        });
        Ok(match entry {
            Some(Ok(profile)) => Reader::of(SubscriberId(0), &profile),
            _ => stranger(email.clone()),
        })
    }

    /// Somebody without a name, whom no mail reaches.
    #[must_use]
    pub(crate) fn sample_reader(&self) -> Reader {
        stranger(self.publication.from.address.clone())
    }

    /// What the templates see of a reader, with links that `links` signs.
    pub(crate) fn reader_view(
        &self,
        reader: &Reader,
        issue: &Issue,
        links: &LinkSigner,
    ) -> ReaderView {
        let publication = &self.publication;
        let mailto = publication
            .unsubscribe_email
            .as_ref()
            .map(|mailbox| links.unsubscribe_mailto(mailbox, reader.id));
        let language = reader.language.as_ref().unwrap_or(&publication.language);
        ReaderView {
            name: reader.name.clone(),
            email: reader.email.to_string(),
            language: language.clone(),
            tags: reader.tags.clone(),
            links: ReaderLinks {
                unsubscribe: links.unsubscribe(reader.id).or(mailto),
                preferences: links.preferences(reader.id),
                feedback: links.feedback(reader.id, &issue.id),
                feedback_address: publication
                    .feedback_domain()
                    .map(|domain| format!("{}@{domain}", links.feedback_local_part(reader.id))),
                web_version: self.page_of(issue, links),
            },
        }
    }
}

pub(crate) fn stranger(email: Address) -> Reader {
    Reader {
        id: SubscriberId(0),
        email,
        name: None,
        language: None,
        tags: Vec::new(),
    }
}
