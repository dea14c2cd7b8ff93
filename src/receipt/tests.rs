//! Every receipt in both languages and both themes: what it says, what it must never say, and that no word
//! of the files is missing or idle.

use std::{collections::BTreeSet, path::Path, sync::Arc};

use chrono::{DateTime, TimeDelta, Utc};

use super::*;
use crate::{
    publication::{Environment, Publication},
    render::Templates,
};

fn publication(language: &str, more: &str) -> Arc<Publication> {
    let (name, monday, thursday) = match language {
        "ko" => ("데일리 <노트> & 벗", "월요일 편", "목요일 편"),
        _ => ("The <Daily> Note & Co", "Monday", "Thursday"),
    };
    let yaml = format!(
        "publication: {{name: '{name}', language: {language}, timezone: Asia/Seoul, from: hello@note.example.com, contact: hello@note.example.com}}\n\
         editions:\n  monday: {{title: {monday}, topic: software, day: mon, time: '08:00'}}\n  \
         thursday: {{title: {thursday}, topic: design, day: thu, time: '08:00'}}\n\
         web: {{base_url: 'https://note.example.com'}}\n{more}"
    );
    let read = Publication::from_yaml(Path::new("/nowhere"), &yaml, &Environment::empty());
    Arc::new(read.unwrap())
}

fn at() -> DateTime<Utc> {
    "2026-11-29T10:20:00Z".parse().unwrap()
}

fn newest() -> NewestIssue {
    NewestIssue {
        title: "작은 <모델> & 'co'".to_owned(),
        edition: "monday".to_owned(),
        date: "2026-11-23".parse().unwrap(),
        url: "https://note.example.com/issues/small?a=1&b=2".to_owned(),
    }
}

fn every(publication: &Publication, language: &str) -> Vec<ReaderReceipt> {
    samples(publication, Some(language), Some(&newest()), at())
}

fn written(publication: &Arc<Publication>, receipt: &ReaderReceipt) -> ReceiptMail {
    let mut writer = ReceiptWriter::new(Arc::clone(publication), Templates::built_in());
    writer.mail(receipt).unwrap()
}

/// The links that a receipt is sent for.
fn own_links(receipt: &ReaderReceipt) -> Vec<&str> {
    use ReceiptOccasion as Kind;
    let own: Vec<&String> = match &receipt.occasion {
        Kind::Confirm { confirm }
        | Kind::MoveConfirm { confirm }
        | Kind::Reconfirm { confirm, .. } => vec![&confirm.url],
        Kind::ManageLink { manage, .. } => vec![&manage.url],
        Kind::Goodbye { undo, .. } | Kind::LeftEdition { undo, .. } => {
            undo.iter().map(|undo| &undo.url).collect()
        }
        Kind::Moved { undo, .. } => vec![&undo.url],
        Kind::Welcome { newest, .. } => newest.iter().map(|newest| &newest.url).collect(),
        Kind::OpinionReceived { opinion, .. } => opinion.iter().collect(),
        Kind::AlreadyHere { .. }
        | Kind::MovedHere { .. }
        | Kind::ResultNotice { .. }
        | Kind::ConsentReminder { .. } => {
            vec![]
        }
    };
    let links = receipt.occasion.links();
    let foot = links.map(|links| [&links.unsubscribe, &links.preferences]);
    let foot = foot.into_iter().flatten().flatten();
    own.into_iter().chain(foot).map(String::as_str).collect()
}

fn escaped(text: &str) -> String {
    crate::render::escape_html(text)
}

#[test]
fn every_receipt_says_all_it_has_to_in_both_parts_languages_and_themes() {
    for language in ["ko", "en"] {
        for more in [
            "look: {theme: paper}\n",
            "look: {theme: letter}\n",
            "law: {korea: true}\n",
            "look: {hide: [masthead, date]}\n",
        ] {
            let publication = publication(language, more);
            for receipt in every(&publication, language) {
                let kind = receipt.occasion.key();
                let mail = written(&publication, &receipt);
                let told = format!("{kind} {language} {more}{}\n{}", mail.text, mail.html);
                assert_eq!(mail.language, language);
                assert!(mail.subject.contains(&publication.name), "{told}");
                for link in own_links(&receipt) {
                    assert!(
                        mail.text
                            .lines()
                            .any(|line| line.trim_end().ends_with(link)),
                        "{link} {told}"
                    );
                    let href = format!("href=\"{}\"", escaped(link));
                    assert!(mail.html.contains(&href), "{link} {told}");
                }
                // The publication's name is a text, wherever it stands.
                assert!(mail.html.contains(&escaped(&publication.name)), "{told}");
                assert!(
                    !mail.html.contains("<노트>") && !mail.html.contains("<Daily>"),
                    "{told}"
                );
                assert!(!mail.html.contains("<모델>"), "{told}");
                // No word's key, no placeholder, nothing of a template is left.
                for part in [&mail.html, &mail.text, &mail.subject] {
                    let own = format!("{kind}_");
                    assert!(
                        !part.contains(&own) && !part.contains("{{") && !part.contains("{%"),
                        "{told}"
                    );
                    for left in [
                        "{publication}",
                        "{span}",
                        "{date}",
                        "{name}",
                        "{n}",
                        "{to}",
                        "{issue}",
                        "{email}",
                    ] {
                        assert!(!part.contains(left), "{left} {told}");
                    }
                }
                assert!(
                    mail.text
                        .lines()
                        .all(|line| line == "-- " || !line.ends_with(' ')),
                    "{told}"
                );
                assert!(
                    !mail.html.contains("class=\"p\"") && mail.html.contains("style="),
                    "{told}"
                );
                assert!(mail.html.contains("prefers-color-scheme: dark"), "{told}");
                assert!(
                    mail.html.contains(&format!("<html lang=\"{language}\"")),
                    "{told}"
                );
                assert!(
                    mail.html.len() < 40 << 10,
                    "{} bytes {told}",
                    mail.html.len()
                );
                assert_eq!(mail.html.matches("<h1").count(), 1, "{told}");
            }
        }
    }
}

/// Whoever enters somebody's address has nothing of their own in the mail that goes there.
#[test]
fn no_name_stands_in_a_mail_that_a_stranger_may_have_caused() {
    let publication = publication("ko", "");
    for receipt in every(&publication, "ko") {
        let mail = written(&publication, &receipt);
        let has_name = mail.html.contains("김민지") || mail.text.contains("김민지");
        let kind = receipt.occasion.key();
        let strangers = [
            "confirm",
            "already_here",
            "manage_link",
            "move_confirm",
            "moved",
            "moved_here",
            "reconfirm",
        ];
        assert_eq!(
            has_name,
            !strangers.contains(&kind),
            "{kind}: {}",
            mail.text
        );
    }
}

#[test]
fn a_name_is_text_on_one_line_or_is_not_said() {
    let publication = publication("en", "");
    let said = |name: &str| {
        let mail = written(
            &publication,
            &ReaderReceipt {
                at: at(),
                language: None,
                occasion: ReceiptOccasion::Goodbye {
                    name: Some(name.to_owned()),
                    undo: None,
                },
            },
        );
        (mail.html, mail.text)
    };
    let (html, text) = said("<a href=x>Ada</a>");
    assert!(
        html.contains("Hello &lt;a href=x&gt;Ada&lt;/a&gt;,"),
        "{html}"
    );
    assert!(text.contains("Hello <a href=x>Ada</a>,"), "{text}");
    for strange in ["Ada\r\nBcc: x", "\u{7}", "  ", &"long ".repeat(40)] {
        let (html, text) = said(strange);
        assert!(!html.contains("Hello") && !text.contains("Hello"), "{text}");
    }
}

#[test]
fn whoever_is_on_the_list_finds_how_to_unsubscribe_and_nobody_else_does() {
    let publication = publication("ko", "law: {korea: true}\n");
    for receipt in every(&publication, "ko") {
        let mail = written(&publication, &receipt);
        let is_on_list = receipt.occasion.links().is_some();
        let kind = receipt.occasion.key();
        assert_eq!(!mail.unsubscribe.is_empty(), is_on_list, "{kind}");
        assert_eq!(
            mail.text.contains("수신거부 (Unsubscribe): "),
            is_on_list,
            "{kind}: {}",
            mail.text
        );
        assert_eq!(mail.html.contains("/u/"), is_on_list, "{kind}");
    }
    let links = |page: &str| ReceiptLinks {
        unsubscribe: Some(page.to_owned()),
        unsubscribe_by_mail: Some("mailto:leave@note.example.com?subject=x".to_owned()),
        preferences: None,
    };
    let urls = |page: &str| {
        let occasion = ReceiptOccasion::AlreadyHere { links: links(page) };
        written(
            &publication,
            &ReaderReceipt {
                at: at(),
                language: None,
                occasion,
            },
        )
        .unsubscribe
    };
    let mailto = "mailto:leave@note.example.com?subject=x";
    assert_eq!(
        urls("https://n.example/u/T"),
        ["https://n.example/u/T", mailto]
    );
    // One click wants https: the page stands in the body alone.
    assert_eq!(urls("http://127.0.0.1:8080/u/T"), [mailto]);
}

#[test]
fn without_pages_a_reader_is_told_whom_to_write_to() {
    let publication = publication("ko", "");
    let mail = written(
        &publication,
        &ReaderReceipt {
            at: at(),
            language: None,
            occasion: ReceiptOccasion::Welcome {
                name: None,
                act: ConsentAct::Agreed,
                editions: None,
                newest: None,
                links: ReceiptLinks::default(),
            },
        },
    );
    assert!(mail.unsubscribe.is_empty());
    for part in [&mail.html, &mail.text] {
        assert!(
            part.contains("hello@note.example.com") && part.contains("비용은 들지 않습니다"),
            "{part}"
        );
        assert!(!part.contains("구독 설정"), "{part}");
    }
}

#[test]
fn korea_s_law_has_sender_day_and_result_told() {
    let korean = publication("ko", "law: {korea: true}\n");
    let plain = publication("ko", "");
    for receipt in every(&korean, "ko") {
        let mail = written(&korean, &receipt);
        let has_facts = ["전송자", "의사표시", "날짜: 2026년 11월 29일 일요일"]
            .iter()
            .all(|it| mail.text.contains(it));
        let kind = receipt.occasion.key();
        let told = ["welcome", "goodbye", "left_edition", "result_notice"];
        assert_eq!(has_facts, told.contains(&kind), "{kind}: {}", mail.text);
        let without = written(&plain, &receipt);
        let always = ["result_notice", "consent_reminder"];
        assert_eq!(
            without.text.contains("전송자"),
            always.contains(&kind),
            "{kind}"
        );
        if kind == "consent_reminder" {
            assert!(
                mail.text.contains("날짜: 2024년 11월 29일 금요일"),
                "{}",
                mail.text
            );
        }
    }
}

#[test]
fn a_reader_is_spoken_to_in_their_language_or_the_publication_s() {
    let of = |publication: &Arc<Publication>, language: Option<&str>| {
        let occasion = ReceiptOccasion::Goodbye {
            name: None,
            undo: None,
        };
        written(
            publication,
            &ReaderReceipt {
                at: at(),
                language: language.map(str::to_owned),
                occasion,
            },
        )
    };
    let (korean, english) = (publication("ko", ""), publication("en", ""));
    assert_eq!(of(&korean, Some("en-GB")).language, "en-GB");
    assert!(of(&korean, Some("en-GB")).subject.starts_with("You have"));
    assert_eq!(of(&english, Some("ko")).language, "ko");
    // Of a language that has no words, the publication's; and English where that has none either.
    assert_eq!(of(&korean, Some("fr")).language, "ko");
    assert_eq!(of(&english, Some("ar")).language, "en");
    let arabic = publication("ar", "");
    let mail = of(&arabic, None);
    assert!(
        mail.html.contains("<html lang=\"en\" dir=\"ltr\""),
        "{}",
        mail.html
    );
}

#[test]
fn how_long_a_link_works_is_said_in_words() {
    let publication = publication("ko", "");
    let said = |lasts: TimeDelta| {
        let confirm = TimedLink {
            url: "https://n.example/confirm/T".to_owned(),
            lasts,
        };
        let occasion = ReceiptOccasion::Confirm { confirm };
        written(
            &publication,
            &ReaderReceipt {
                at: at(),
                language: None,
                occasion,
            },
        )
        .text
    };
    for (lasts, words) in [
        (TimeDelta::minutes(30), "30분 동안"),
        (TimeDelta::hours(24), "24시간 동안"),
        (TimeDelta::days(14), "14일 동안"),
        (TimeDelta::seconds(-5), "1분 동안"),
    ] {
        let text = said(lasts);
        assert!(text.contains(words), "{words}: {text}");
    }
}

/// Each word is used, and each language has it with the same placeholders.
#[test]
fn every_word_is_used_and_stands_in_both_languages() {
    let texts = ["ko", "en"].map(|language| {
        let name = format!("words/receipt/{language}.yaml");
        Templates::built_in().text(&name).unwrap().to_owned()
    });
    let words = texts.map(|text| {
        let words: std::collections::BTreeMap<String, String> =
            serde_yaml::from_str(&text).unwrap();
        words
    });
    let placeholders = |text: &str| -> BTreeSet<String> {
        let parts = text.split('{').skip(1);
        parts
            .filter_map(|part| Some(part.split_once('}')?.0.to_owned()))
            .collect()
    };
    let [korean, english] = &words;
    assert_eq!(
        korean.keys().collect::<Vec<_>>(),
        english.keys().collect::<Vec<_>>()
    );
    for (key, text) in korean {
        assert_eq!(placeholders(text), placeholders(&english[key]), "{key}");
    }
    let source = concat!(
        include_str!("wording.rs"),
        include_str!("wording/pieces.rs"),
        include_str!("occasion.rs")
    );
    let publication = publication("en", "");
    let kinds: Vec<&str> = every(&publication, "en")
        .iter()
        .map(|it| it.occasion.key())
        .collect();
    let is_used = |key: &str| {
        let of_kind = kinds
            .iter()
            .filter_map(|kind| key.strip_prefix(kind)?.strip_prefix('_'));
        let whole = source.contains(&format!("\"{key}\""));
        whole
            || of_kind
                .into_iter()
                .any(|part| source.contains(&format!("\"{part}\"")))
    };
    let idle: Vec<&String> = english.keys().filter(|key| !is_used(key)).collect();
    assert!(idle.is_empty(), "{idle:?}");
}

#[test]
fn what_is_wrong_with_a_publication_s_own_keeps_no_reader_waiting() {
    let broken = publication("ko", "look: {logo: {file: gone.png}}\n");
    let receipt = &every(&broken, "ko")[0];
    let mut own = ReceiptWriter::new(Arc::clone(&broken), Templates::built_in());
    let told = crate::source::with_causes(&own.mail(receipt).unwrap_err());
    assert!(told.contains("gone.png"), "{told}");
    let mail = ReceiptWriter::plain(&broken).mail(receipt).unwrap();
    assert!(mail.text.contains("/confirm/") && mail.images.is_empty());
}
