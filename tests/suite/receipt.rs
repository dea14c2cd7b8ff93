//! Mail to readers about what they did: how it looks, and whose words and templates it takes.

mod leaving;
mod looks;
mod own;
mod place;

use std::{path::PathBuf, sync::Arc};

use chrono::{DateTime, Utc};
use daily_note::{
    publication::{Environment, Publication},
    receipt::{NewestIssue, ReaderReceipt, ReceiptWriter, samples},
    render::Templates,
};

use crate::support::TestPublication;

/// A publication's writer, and one of each receipt in a language.
fn receipts(publication: &TestPublication, language: &str) -> (ReceiptWriter, Vec<ReaderReceipt>) {
    let root = publication.path("");
    let read = Arc::new(Publication::load(&root, &Environment::empty()).unwrap());
    let newest = NewestIssue {
        title: match language {
            "ko" => "작은 모델이 큰 모델을 따라잡은 한 해".to_owned(),
            _ => "The year in which small models caught up".to_owned(),
        },
        edition: "monday".to_owned(),
        date: "2026-11-23".parse().unwrap(),
        url: "https://note.example.com/issues/2026-11-23-small-models".to_owned(),
    };
    let at: DateTime<Utc> = "2026-11-29T10:20:00Z".parse().unwrap();
    let receipts = samples(&read, Some(language), Some(&newest), at);
    let templates = Templates::load(&root).unwrap();
    (ReceiptWriter::new(read, templates), receipts)
}

/// One of them.
fn of_kind<'a>(receipts: &'a [ReaderReceipt], kind: &str) -> &'a ReaderReceipt {
    let found = receipts.iter().find(|it| it.occasion.key() == kind);
    found.unwrap()
}

/// Every receipt of a publication as files that a browser opens: NAME/issue.html, its pictures beside it.
fn as_files(publication: &TestPublication, language: &str, folder: PathBuf) -> Vec<PathBuf> {
    let (mut writer, receipts) = receipts(publication, language);
    let written = receipts.iter().map(|receipt| {
        let mail = writer.mail(receipt).unwrap();
        let folder = folder.join(receipt.occasion.key());
        std::fs::create_dir_all(&folder).unwrap();
        let mut html = mail.html;
        for image in &mail.images {
            html = html.replace(&format!("cid:{}", image.content_id), &image.file_name);
            std::fs::write(folder.join(&image.file_name), &image.bytes).unwrap();
        }
        std::fs::write(folder.join("issue.txt"), mail.text).unwrap();
        std::fs::write(folder.join("issue.html"), html).unwrap();
        folder.join("issue.html")
    });
    written.collect()
}
