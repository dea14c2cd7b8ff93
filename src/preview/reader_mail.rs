//! Mail to readers about what they did, as a writer looks at it: one of each, over a reader who is made up.

use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};

use crate::{
    live::PublicationSnapshot,
    receipt::{NewestIssue, ReaderReceipt, ReceiptWriter, samples},
    render::RenderError,
    source::with_causes,
    web::preview::{READER_PAGES, ReaderMailSample},
};

/// One of each, in the publication's language. What can't be made with the publication's templates is made with the
/// program's, as for a reader.
pub(super) fn reader_mail(
    snapshot: &PublicationSnapshot,
    now: DateTime<Utc>,
) -> Vec<ReaderMailSample> {
    let publication = &snapshot.publication;
    let newest = newest(snapshot);
    let own = snapshot.templates.as_ref().clone();
    let mut writer = ReceiptWriter::new(std::sync::Arc::clone(publication), own);
    let mut plain = ReceiptWriter::plain(publication);
    let mut mails = Vec::new();
    for receipt in samples(publication, None, newest.as_ref(), now) {
        let made = sample(&mut writer, &receipt).or_else(|error| {
            tracing::warn!("a mail to readers can't be made: {}", with_causes(&error));
            sample(&mut plain, &receipt)
        });
        mails.extend(made.ok());
    }
    mails
}

fn sample(
    writer: &mut ReceiptWriter,
    receipt: &ReaderReceipt,
) -> Result<ReaderMailSample, RenderError> {
    let mail = writer.mail(receipt)?;
    let mut html = mail.html;
    for image in &mail.images {
        let data = STANDARD.encode(&image.bytes);
        let data = format!("data:{};base64,{data}", image.media_type);
        html = html.replace(&format!("cid:{}", image.content_id), &data);
    }
    Ok(ReaderMailSample {
        kind: receipt.occasion.key(),
        subject: mail.subject,
        html,
    })
}

fn newest(snapshot: &PublicationSnapshot) -> Option<NewestIssue> {
    let head = snapshot.archive.readable_heads().next_back()?;
    Some(NewestIssue {
        title: head.front_matter().title.clone(),
        edition: head.front_matter().edition.clone(),
        date: head.front_matter().date,
        url: format!("{READER_PAGES}/issues/{}", head.slug),
    })
}
