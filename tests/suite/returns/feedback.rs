//! Opinions by mail: from the address in an issue through a mail client and a door into the review queue, and nothing
//! else that comes to such an address.

use mail_parser::MessageParser;
use serde_json::Value;

use super::{doors::Caller, harness::*};
use crate::{postfix::free_port, scripted::Taken, support::TestPublication};

const BY_MAIL: &str = "web: {feedback: {by_mail: true}}\n";
const READER: &str = "minji@example.com";

/// A list whose readers mail opinions, and the mail that they got.
fn sent_with_addresses(more: &str) -> (TestPublication, Vec<Taken>) {
    sent_of(publication(&[READER, "tom@example.com"]).and_config(more))
}

/// The address for opinions in a mail, as each of its two parts has it.
fn address_in(mail: &Taken) -> String {
    let message = MessageParser::default().parse(&mail.bytes).unwrap();
    let found = |text: &str| {
        let start = text.find("feedback+").expect("an address for opinions");
        let end = text[start..].find(['"', '\n', '<', ' ']).unwrap();
        text[start..start + end].trim_end().to_owned()
    };
    let html = message.body_html(0).unwrap();
    assert!(html.contains("href=\"mailto:feedback+"), "{html}");
    let address = found(&message.body_text(0).unwrap());
    assert_eq!(found(&html), address);
    assert!(address.ends_with("@bounce.example.com"), "{address}");
    address
}

/// An answer as a mail client writes it: twice, with what it answers to below it.
fn answer(to: &str, words: &str, number: u32) -> String {
    format!(
        "From: Minji <{READER}>\nTo: <{to}>\nSubject: Re: A quiet week\nMessage-ID: <a{number}@example.com>\n\
         Date: Mon, 23 Nov 2026 09:0{number}:00 +0000\nMIME-Version: 1.0\n\
         Content-Type: multipart/alternative; boundary=\"=-1\"\n\n\
         --=-1\nContent-Type: text/plain; charset=utf-8\n\n{words}\n\n-- \nMinji Kim · 010-0000-0000\n\n\
         On Mon, 23 Nov 2026 at 08:00, The Note <hello@note.example.com> wrote:\n> A quiet week\n> to {to}\n\n\
         --=-1\nContent-Type: text/html; charset=utf-8\n\n<div>{words}</div><blockquote>A quiet week</blockquote>\n\n--=-1--\n"
    )
}

fn imported(publication: &TestPublication, mail: &str) -> Value {
    std::fs::write(publication.path("one.eml"), mail).unwrap();
    let ran = publication.run(["bounces", "import", "one.eml", "--json"]);
    ran.exits(0).json()["effects"].clone()
}

fn opinions(publication: &TestPublication) -> Vec<Value> {
    let listed = publication.run(["feedback", "list", "--json"]).json();
    listed.as_array().unwrap().clone()
}

#[test]
fn a_reader_s_own_words_come_from_their_mail_client_into_the_review_queue() {
    let door = free_port();
    let (publication, taken) =
        sent_with_addresses(&format!("{BY_MAIL}bounces: {{listen: 'lmtp://{door}'}}\n"));
    let address = address_in(mail_to(&taken, READER));
    assert_ne!(address, address_in(mail_to(&taken, "tom@example.com")));
    let served = Served::start(&publication);
    let mut caller = Caller::to(door);
    caller.say("LHLO relay.example.test");
    caller.say(&format!("MAIL FROM:<{READER}>"));
    // As a mail system writes it that folds case.
    let folded = address.to_uppercase();
    assert!(
        caller
            .say(&format!("RCPT TO:<{folded}>"))
            .starts_with("250")
    );
    caller.say("DATA");
    let words = "첫 번째 이야기가 좋았습니다.\nAnd the second was, too.";
    let mail = answer(&address, words, 1);
    assert!(caller.message(mail.as_bytes()).starts_with("250"));
    served.kill();
    let kept = opinions(&publication);
    assert_eq!(kept.len(), 1, "{kept:?}");
    assert_eq!(kept[0]["text"], words);
    assert_eq!(kept[0]["issue"], "monday-2026-11-23");
    assert_eq!(kept[0]["is_published"], false);
    let id = kept[0]["id"].to_string();
    publication.run(["feedback", "publish", &id]).exits(2);
    let shown = shown(&publication, READER);
    assert_eq!(shown["reports"][0]["proof"], "feedback_address", "{shown}");
    assert_eq!(shown["reports"][0]["effect"], "reviewed");
    // What comes again is known; what comes later stands below it.
    let known = imported(&publication, &answer(&address, "One thing more.", 2));
    assert_eq!(known["reviewed"], 1);
    let kept = opinions(&publication);
    assert_eq!(kept.len(), 1, "{kept:?}");
    assert_eq!(kept[0]["text"], format!("{words}\n\nOne thing more."));
}

#[test]
fn what_is_forged_old_automatic_or_endless_is_no_opinion_or_a_bounded_one() {
    let (publication, taken) = sent_with_addresses(BY_MAIL);
    let address = address_in(mail_to(&taken, READER));
    let (local, domain) = address.split_once('@').unwrap();
    let token = local.strip_prefix("feedback+").unwrap();
    let turned: String = token.chars().rev().collect();
    for forged in [
        format!("feedback+{turned}@{domain}"),
        format!("feedback+{}@{domain}", "a".repeat(32)),
        // A return-path's token is good for return-paths alone.
        mail_to(&taken, READER)
            .sender
            .replace("bounce+", "feedback+"),
    ] {
        let effects = imported(&publication, &answer(&forged, "I say so.", 1));
        assert_eq!(effects["unproven"], 1, "{forged}: {effects}");
    }
    for automatic in [
        "Auto-Submitted: auto-replied\n",
        "X-Autoreply: yes\n",
        "Return-Path: <>\n",
        "Precedence: bulk\n",
    ] {
        let mail = format!(
            "{automatic}{}",
            answer(&address, "I am away until Monday.", 2)
        );
        let effects = imported(&publication, &mail);
        assert_eq!(effects["nothing"], 1, "{automatic}: {effects}");
    }
    let line = ["bounces", "list", "--effect", "unproven", "--json"];
    let unproven = publication.run(line).exits(0).json();
    assert_eq!(
        unproven[0]["text"], "I say so.",
        "a person can still read it"
    );
    publication.run(["feedback", "list"]).exits(6);

    let endless = "좋아요 ".repeat(200_000);
    assert_eq!(
        imported(&publication, &answer(&address, &endless, 3))["reviewed"],
        1
    );
    let kept = opinions(&publication);
    assert_eq!(kept[0]["text"].as_str().unwrap().chars().count(), 4_000);
    // A mail that quotes the address and goes elsewhere is no opinion.
    let elsewhere = answer(&address, "Please call me.", 4)
        .replace(&format!("To: <{address}>"), "To: leave@bounce.example.com");
    assert_eq!(imported(&publication, &elsewhere)["for_person"], 1);
}

#[test]
fn without_the_setting_no_mail_has_such_an_address_and_without_a_domain_no_setting() {
    let (_, taken) = sent_with_addresses("");
    let mail = mail_to(&taken, READER);
    let message = MessageParser::default().parse(&mail.bytes).unwrap();
    assert!(!message.body_text(0).unwrap().contains("feedback+"));
    let nowhere = CONFIGURATION.replace("smtp: {bounce_domain: bounce.example.com}\n", BY_MAIL);
    let refused = publication(&[READER])
        .config(&nowhere)
        .run(["check"])
        .exits(3);
    for said in ["daily-note.yaml:", "smtp.bounce_domain", "by_mail"] {
        assert!(refused.stderr.contains(said), "{}", refused.stderr);
    }
}
