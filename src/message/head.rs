//! The header of a message: what is the same for all readers, written once, and what is not.

use chrono::{DateTime, Utc};

use crate::{address::Address, audience::SubscriberId, links::LinkSigner, render::ReaderField};

use super::{
    fields::ReaderFields,
    header::{push_list_id, push_mailbox, push_raw, push_unsubscribe, push_urls},
    settings::HeaderSettings,
};

/// Writes the headers of one issue's messages, down to MIME-Version.
#[derive(Debug)]
pub(crate) struct HeaderWriter {
    /// Date, From, Reply-To.
    opening: Vec<u8>,
    /// `@` and the domain of the Message-ID.
    message_id_domain: String,
    /// List-Id, Feedback-ID, Content-Language; where there are pages List-Archive, List-Help, Archived-At.
    list: Vec<u8>,
    is_one_click: bool,
    unsubscribe_email: Option<Address>,
}

impl HeaderWriter {
    pub(crate) fn new(settings: &HeaderSettings, date: DateTime<Utc>) -> Self {
        let mut opening = Vec::new();
        push_raw("Date", &date.to_rfc2822(), &mut opening);
        let from = &settings.from;
        let name = from.name.as_deref().map(super::header::clean);
        push_mailbox("From", name.as_deref(), &from.address, &mut opening);
        if let Some(reply_to) = &settings.reply_to {
            let name = reply_to.name.as_deref().map(super::header::clean);
            push_mailbox("Reply-To", name.as_deref(), &reply_to.address, &mut opening);
        }
        let mut list = Vec::new();
        push_list_id("List-Id", &settings.list_name, &settings.list_id, &mut list);
        push_raw("Feedback-ID", &settings.feedback_id, &mut list);
        push_raw("Content-Language", &settings.language, &mut list);
        push_pages(settings, &mut list);
        Self {
            opening,
            message_id_domain: format!("@{}", from.address.domain()),
            list,
            is_one_click: settings.is_one_click(),
            unsubscribe_email: settings.unsubscribe_email.clone(),
        }
    }

    /// The headers of one reader's message.
    pub(crate) fn push(
        &self,
        to: &Recipient<'_>,
        subject_line: &[u8],
        links: &LinkSigner,
        issue: &str,
        out: &mut Vec<u8>,
    ) {
        out.extend_from_slice(&self.opening);
        push_mailbox("To", to.values.get(ReaderField::Name), to.address, out);
        out.extend_from_slice(subject_line);
        let mut id = String::with_capacity(96);
        id.push('<');
        links.push_message_id(to.reader, issue, &mut id);
        id.push_str(&self.message_id_domain);
        id.push('>');
        push_raw("Message-ID", &id, out);
        out.extend_from_slice(&self.list);
        self.push_unsubscribe(to, links, out);
    }

    /// RFC 2369 and RFC 8058: the https URI first, where POSTing to it unsubscribes.
    fn push_unsubscribe(&self, to: &Recipient<'_>, links: &LinkSigner, out: &mut Vec<u8>) {
        let https = to
            .values
            .get(ReaderField::Unsubscribe)
            .filter(|_| self.is_one_click);
        let mut mailto = String::new();
        if let Some(mailbox) = &self.unsubscribe_email {
            links.push_unsubscribe_mailto(mailbox, to.reader, &mut mailto);
        }
        match (https, mailto.as_str()) {
            (Some(https), "") => push_unsubscribe(&[https], out),
            (Some(https), mailto) => push_unsubscribe(&[https, mailto], out),
            (None, "") => {}
            (None, mailto) => push_unsubscribe(&[mailto], out),
        }
    }
}

/// Where this issue and the others can be read (RFC 5064, RFC 2369 §3.6), and the publication's first page,
/// which says what the list is (§3.1).
fn push_pages(settings: &HeaderSettings, out: &mut Vec<u8>) {
    let (Some(issue), Some(pages)) = (&settings.web_version_url, &settings.base_url) else {
        return;
    };
    if let Some((archive, _)) = issue.rsplit_once('/') {
        push_urls("List-Archive", &[&format!("{archive}/")], out);
    }
    push_urls(
        "List-Help",
        &[&format!("{}/", pages.trim_end_matches('/'))],
        out,
    );
    push_urls("Archived-At", &[issue], out);
}

/// For whom the headers are.
pub(crate) struct Recipient<'a> {
    pub(crate) reader: SubscriberId,
    pub(crate) address: &'a Address,
    pub(crate) values: &'a ReaderFields,
}
