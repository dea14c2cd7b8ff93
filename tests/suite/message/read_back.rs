//! What mail clients make of the bytes: Python's `email`, mail-parser, and lettre as a peer that
//! builds the same message.

use std::fs;

use daily_note::{
    audience::Reader,
    issue::Archive,
    message::{Composer, FrozenIssue, HeaderSettings},
    publication::{Environment, Publication},
    render::{Composition, ImagePolicy, LinkedIssue, PrepareInput, Templates},
};
use lettre::message::{Attachment, MultiPart, SinglePart, header::ContentType};
use mail_parser::{Message, MessageParser, MimeHeaders};
use proptest::prelude::*;

use super::{
    fixture::{composer, frozen, image, links, monday, reader},
    generated::{any_issue, any_reader},
};
use crate::support::python;

/// The repository's own publication: its newest issue under its own templates.
fn real_issue() -> FrozenIssue {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let publication = Publication::load(root, &Environment::default()).unwrap();
    let archive = Archive::load(&publication).unwrap();
    let issue = archive.newest().unwrap();
    let composition = Composition::prepare(&PrepareInput {
        publication: &publication,
        issue,
        linked_issue: &|_| {
            Some(LinkedIssue {
                title: "지난 호".into(),
                url: None,
            })
        },
        templates: &Templates::load(root).unwrap(),
        images: ImagePolicy::Inline,
    })
    .unwrap();
    let edition = publication.edition(&issue.front_matter.edition).unwrap();
    let web_version = links()
        .with_base_url(publication.web.base_url.as_deref())
        .web_version(&issue.slug);
    FrozenIssue {
        keys: None,
        issue: issue.id.clone(),
        edition: edition.key.clone(),
        composition,
        headers: HeaderSettings::new(&publication, edition, &issue.id, web_version),
    }
}

fn names() -> Vec<Option<String>> {
    let names = [
        "민지",
        "김 수한무 거북이와 두루미",
        "<script>alert(1)</script>",
        "Kim & \"Lee\" 'Park'",
        "🧑‍🚀🚀",
        "محمد بن سلمان",
        "שלום",
        "Kim, Minji",
        "=?utf-8?q?x?=",
        "a\tb",
    ];
    let long = ["가".repeat(300), "a".repeat(300), "ab ".repeat(100)];
    names
        .into_iter()
        .map(str::to_owned)
        .chain(long)
        .map(Some)
        .chain([None, Some(" \r\n".into())])
        .collect()
}

/// As it goes into a message: no control character, no space around it.
fn clean(name: &Option<String>) -> Option<String> {
    let clean = name
        .as_ref()?
        .replace(['\t', '\r', '\n'], " ")
        .trim()
        .to_owned();
    Some(clean).filter(|name| !name.is_empty())
}

#[test]
fn pythons_email_reads_every_message_without_a_defect() {
    let folder = tempfile::tempdir().unwrap();
    let mut english = frozen(
        "<p>Hello {{ reader.name }}</p>\n",
        "Hello {{ reader.name }}\n",
    );
    english.composition.context["issue"]["subject"] =
        "A long English subject, with (parentheses) and commas, that says a good deal about maps"
            .into();
    let mut image_issue = frozen("<p>{{ reader.name }}</p>", "{{ reader.name }}");
    for name in ["지도.gif", "map \"1\".gif", &"그림 ".repeat(30)] {
        image_issue.composition.images.push(image(name.trim()));
    }
    for (number, issue) in [real_issue(), english, image_issue].iter().enumerate() {
        let composer = composer(issue, None);
        for (id, name) in names().iter().enumerate() {
            let reader = reader(id as i64, name.as_deref());
            let rendered = composer.render(&reader).unwrap();
            let path = folder.path().join(format!("{number}-{id}.eml"));
            fs::write(&path, composer.compose_message(&reader).unwrap().bytes).unwrap();
            let images: Vec<_> = issue
                .composition
                .images
                .iter()
                .map(|image| (&image.file_name, image.bytes.len()))
                .collect();
            let expected = serde_json::json!({
                "subject": rendered.subject,
                "name": clean(name),
                "email": reader.email,
                "text": rendered.text,
                "html": rendered.html,
                "images": images,
            });
            fs::write(path.with_extension("json"), expected.to_string()).unwrap();
        }
    }
    python::assert_content("parse_mail.py", &["email"], folder.path());
}

#[test]
fn the_publications_own_templates_equal_the_plain_way() {
    let composer = composer(&real_issue(), None);
    for (id, name) in names().iter().enumerate() {
        let reader = reader(id as i64, name.as_deref());
        let fast = composer.compose_message(&reader).unwrap().bytes;
        assert_eq!(fast, composer.compose_plain(&reader).unwrap(), "{name:?}");
    }
}

/// What a client shows of a message.
#[derive(Debug, PartialEq)]
struct Shown {
    subject: Option<String>,
    to: Option<(Option<String>, Option<String>)>,
    text: Option<String>,
    html: Option<String>,
    images: Vec<(Option<String>, Option<String>, Vec<u8>)>,
}

fn shown(bytes: &[u8]) -> Shown {
    let message: Message<'_> = MessageParser::new().parse(bytes).unwrap();
    let owned = |text: Option<&str>| text.map(str::to_owned);
    Shown {
        subject: owned(message.subject()),
        to: message
            .to()
            .and_then(|to| to.first())
            .map(|to| (owned(to.name()), owned(to.address()))),
        text: message.body_text(0).map(|text| text.replace("\r\n", "\n")),
        html: message.body_html(0).map(|html| html.replace("\r\n", "\n")),
        images: message
            .attachments()
            .map(|part| {
                (
                    owned(part.content_id()),
                    owned(part.attachment_name()),
                    part.contents().to_vec(),
                )
            })
            .collect(),
    }
}

/// The same message, built by lettre.
fn lettres(composer: &Composer, issue: &FrozenIssue, reader: &Reader) -> Vec<u8> {
    let rendered = composer.render(reader).unwrap();
    let name = composer.view(reader).name;
    let mut related = MultiPart::related().singlepart(SinglePart::html(rendered.html));
    for image in &issue.composition.images {
        let media_type = ContentType::parse(&image.media_type).unwrap();
        let part =
            Attachment::new_inline_with_name(image.content_id.clone(), image.file_name.clone())
                .body(image.bytes.clone(), media_type);
        related = related.singlepart(part);
    }
    lettre::Message::builder()
        .from("hello@note.example.com".parse().unwrap())
        .to(lettre::message::Mailbox::new(
            name,
            reader.email.as_str().parse().unwrap(),
        ))
        .subject(rendered.subject)
        .multipart(
            MultiPart::alternative()
                .singlepart(SinglePart::plain(rendered.text))
                .multipart(related),
        )
        .unwrap()
        .formatted()
}

#[test]
fn a_client_shows_what_it_would_show_of_lettres_message() {
    let mut with_image = frozen(
        "<p>{{ reader.name }} &amp; <a href=\"{{ reader.links.feedback }}\">의견</a></p>\n",
        "{{ reader.name }}\n\n.\n  = {{ reader.links.feedback }}\n",
    );
    with_image.composition.images.push(image("map.gif"));
    for issue in [with_image, real_issue()] {
        let composer = composer(&issue, None);
        for (id, name) in names().iter().enumerate() {
            let reader = reader(id as i64, name.as_deref());
            let ours = composer.compose_message(&reader).unwrap().bytes;
            assert_eq!(
                shown(&ours),
                shown(&lettres(&composer, &issue, &reader)),
                "{name:?}"
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(100) })]

    #[test]
    fn of_any_issue_a_client_shows_what_it_would_show_of_lettres_message(
        issue in any_issue(),
        readers in proptest::collection::vec(any_reader(), 1..4),
    ) {
        let composer = composer(&issue, None);
        for reader in &readers {
            let ours = composer.compose_message(reader).unwrap().bytes;
            prop_assert_eq!(shown(&ours), shown(&lettres(&composer, &issue, reader)), "{:?}", reader);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn nothing_from_outside_adds_a_header_line(
        name in ".{0,60}|[\r\n:a-zA-Z ]{0,60}",
        subject in ".{0,80}|[\r\n:a-zA-Z ]{0,60}",
        from in ".{0,40}|[\r\n:a-zA-Z ]{0,60}",
        file_name in ".{0,40}|[\r\n:\"a-zA-Z ]{0,60}",
    ) {
        let mut issue = frozen("<p>{{ reader.name }}</p>", "{{ reader.name }}");
        issue.composition.context["issue"]["subject"] = subject.into();
        issue.headers.from.name = Some(from.clone());
        issue.headers.list_name = from;
        issue.composition.images.push(image(&file_name));
        let composer = Composer::new(&issue, links(), None, monday()).unwrap();
        let message = composer.compose_message(&reader(1, Some(&name))).unwrap().bytes;
        let message = String::from_utf8(message).unwrap();
        prop_assert!(!message.replace("\r\n", "").contains(['\r', '\n', '\0']));
        let fields = |head: &str| -> Vec<String> {
            head.split("\r\n")
                .filter(|line| !line.starts_with(' '))
                .map(|line| line.split(':').next().unwrap_or_default().to_owned())
                .collect()
        };
        let (head, body) = message.split_once("\r\n\r\n").unwrap();
        prop_assert_eq!(fields(head), [
            "Date", "From", "To", "Subject", "Message-ID", "List-Id", "Feedback-ID",
            "Content-Language", "List-Archive", "List-Help", "Archived-At", "List-Unsubscribe", "List-Unsubscribe-Post", "MIME-Version", "Content-Type",
        ]);
        let image_head = body.split("Content-Type: image/gif").nth(1).unwrap();
        let image_head = image_head.split_once("\r\n\r\n").unwrap().0;
        prop_assert_eq!(fields(image_head), ["", "Content-Transfer-Encoding", "Content-ID", "Content-Disposition"]);
    }
}
