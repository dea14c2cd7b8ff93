//! The reader found, and proved: reports with our return-paths, Message-IDs and links written into them.

use crate::{
    audience::SubscriberId,
    bounce::{Clues, ProofKind, prove, read},
    links::{LinkSecrets, LinkSigner, ListMark},
};

const READER: SubscriberId = SubscriberId(4_711);
const BATCH: i64 = 17;
const ISSUE: &str = "2026-03-02-maps";

fn signer(secret: u8) -> LinkSigner {
    LinkSigner::new(
        &LinkSecrets::only(&[secret; 32]),
        &ListMark::new("a list"),
        Some("https://news.example.com"),
    )
}

fn links() -> LinkSigner {
    signer(7).for_batch(BATCH)
}

fn issue(batch: i64) -> Option<String> {
    (batch == BATCH).then(|| ISSUE.to_owned())
}

fn proof(mail: &str) -> Option<(i64, Option<i64>, ProofKind)> {
    let proven = prove(&read(mail.as_bytes()).clues, &signer(7), issue)?;
    Some((proven.reader.0, proven.batch, proven.by))
}

/// A report of a forwarder's, who knows nothing of us but what it quotes.
fn forwarded_report(quoted: &str) -> String {
    format!(
        "From: MAILER-DAEMON@forward.example.org\nTo: sender@news.example.com\nSubject: Undelivered Mail\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\n\
         <new@elsewhere.example>: 550 5.1.1 unknown\n--b\nContent-Type: message/delivery-status\n\n\
         Reporting-MTA: dns; forward.example.org\n\nFinal-Recipient: rfc822; new@elsewhere.example\n\
         Action: failed\nStatus: 5.1.1\n\n--b\nContent-Type: message/rfc822\n\n{quoted}\n--b--\n"
    )
}

#[test]
fn the_return_path_that_a_report_came_to_proves_reader_and_batch() {
    let local = links().bounce_local_part(READER);
    let mail = format!(
        "From: MAILER-DAEMON@mx.example.org\nTo: {}@news.example.com\nSubject: Undelivered Mail\n\n<a@example.org>: 550 5.1.1 unknown\n",
        local.to_uppercase(),
    );
    assert_eq!(proof(&mail), Some((READER.0, Some(BATCH), ProofKind::Verp)));
}

#[test]
fn a_quoted_message_id_proves_them_from_a_forwarded_mailbox_too() {
    let id = links().message_id(READER, ISSUE);
    let mail = forwarded_report(&format!(
        "Message-ID:\n <{id}@news.example.com>\nSubject: Maps\n"
    ));
    assert_eq!(
        proof(&mail),
        Some((READER.0, Some(BATCH), ProofKind::MessageId))
    );
}

#[test]
fn a_quoted_unsubscribe_link_proves_the_reader_where_a_relay_renamed_the_message() {
    let link = links().unsubscribe(READER).unwrap();
    let mail = forwarded_report(&format!(
        "Message-ID: <0102018f-abc@eu-west-1.amazonses.com>\nList-Unsubscribe: <{link}>\n"
    ));
    assert_eq!(
        proof(&mail),
        Some((READER.0, None, ProofKind::ListUnsubscribe))
    );
    let read = read(mail.as_bytes());
    assert_eq!(read.clues.relay_ids, ["0102018f-abc"]);
}

#[test]
fn a_token_of_another_list_of_another_issue_or_of_nobody_proves_nothing() {
    let strange = signer(8).for_batch(BATCH);
    for quoted in [
        format!(
            "Message-ID: <{}@x.example>",
            strange.message_id(READER, ISSUE)
        ),
        format!(
            "Message-ID: <{}@x.example>",
            links().message_id(READER, "another")
        ),
        format!(
            "Message-ID: <{}@x.example>",
            signer(7).for_batch(99).message_id(READER, ISSUE)
        ),
        format!(
            "Return-Path: <{}@x.example>",
            strange.bounce_local_part(READER)
        ),
        format!(
            "List-Unsubscribe: <{}>",
            strange.unsubscribe(READER).unwrap()
        ),
        "To: reader@example.com".to_owned(),
    ] {
        assert_eq!(proof(&forwarded_report(&quoted)), None, "{quoted}");
    }
}

#[test]
fn the_address_for_opinions_that_a_mail_came_to_proves_them_and_one_that_it_quotes_does_not() {
    let local = links().feedback_local_part(READER);
    let answer = |to: &str, text: &str| {
        format!("From: a@example.org\nTo: {to}\nSubject: Re: Maps\n\n{text}\n")
    };
    let address = format!("<{}@news.example.com>", local.to_uppercase());
    assert_eq!(
        proof(&answer(&address, "Thank you.")),
        Some((READER.0, Some(BATCH), ProofKind::FeedbackAddress))
    );
    assert_eq!(proof(&answer("b@example.org", &address)), None);
    let of_bounces = address.to_lowercase().replace("feedback", "bounce");
    assert_eq!(proof(&answer(&of_bounces, "No.")), None);
}

#[test]
fn proofs_that_name_two_readers_are_none() {
    let own = links().bounce_local_part(READER);
    let other = links().message_id(SubscriberId(9), ISSUE);
    let mail = format!(
        "From: mailer-daemon@example.org\nTo: {own}@news.example.com\nSubject: failure notice\n\n<a@example.org>: no\nMessage-ID: <{other}@news.example.com>\n"
    );
    assert_eq!(proof(&mail), None);
    assert_eq!(prove(&Clues::default(), &signer(7), issue), None);
}
