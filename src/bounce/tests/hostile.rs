//! Mails that are sent to do harm: endless, deep, broken, lying. Each is read in bounded time and memory, and acts on
//! nothing by itself.

use proptest::prelude::*;

use crate::bounce::{ReturnedKind, read};

fn assert_bounded(bytes: &[u8]) {
    let mail = read(bytes);
    assert!(mail.recipients.len() <= 32);
    assert!(mail.subject.chars().count() <= 200);
    for recipient in &mail.recipients {
        assert!(
            recipient.words.chars().count() <= 401,
            "{}",
            recipient.words.len()
        );
        assert!(!recipient.words.contains(['\n', '\r', '\0']));
    }
    let clues = &mail.clues;
    for (kind, some) in [
        ("return-paths", clues.return_paths.len()),
        ("Message-IDs", clues.message_ids.len()),
        ("links", clues.unsubscribe_tokens.len()),
        ("recipients", clues.recipients.len()),
    ] {
        assert!(some <= 64, "{some} {kind}");
    }
}

#[test]
fn ten_megabytes_are_not_all_read() {
    let line =
        "<someone@example.com>: 550 5.1.1 user unknown, and much more is said of them here\n";
    let head = "From: mailer-daemon@example.com\nSubject: failure notice\n\n";
    assert_bounded(format!("{head}{}", line.repeat((10 << 20) / line.len())).as_bytes());
    assert_bounded(format!("{head}{}", "a@".repeat(5 << 20)).as_bytes());
    assert_bounded(format!("Subject: {}\n\n", "=?utf-8?B?4oKs?= ".repeat(500_000)).as_bytes());
    assert_bounded(format!("X: {}", "\n y".repeat(3 << 20)).as_bytes());
}

#[test]
fn a_thousand_levels_are_not_all_opened() {
    let mut mail = String::from("From: postmaster@example.com\nSubject: Returned mail\n");
    for level in 0..1_000 {
        mail += &format!("Content-Type: multipart/mixed; boundary=b{level}\n\n--b{level}\n");
    }
    mail += "Content-Type: message/delivery-status\n\nFinal-Recipient: rfc822; a@example.com\nAction: failed\n";
    assert_bounded(mail.as_bytes());
    let nested = "Content-Type: message/rfc822\n\n".repeat(50_000);
    assert_bounded(nested.as_bytes());
    let parts = "--b\nContent-Type: text/plain\n\na@example.com\n".repeat(20_000);
    assert_bounded(format!("Content-Type: multipart/mixed; boundary=b\n\n{parts}").as_bytes());
}

#[test]
fn base64_without_end_and_charsets_that_lie_are_read_as_far_as_they_go() {
    let head = "From: mailer-daemon@example.com\nSubject: failure notice\n";
    for (charset, encoding) in [
        ("utf-16", "base64"),
        ("iso-2022-jp", "base64"),
        ("no-such-charset", "quoted-printable"),
        ("us-ascii", "x-unheard-of"),
    ] {
        let body = "PGFAZXhhbXBsZS5jb20+OiA1NTAg".repeat(100_000);
        assert_bounded(
            format!("{head}Content-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: {encoding}\n\n{body}")
                .as_bytes(),
        );
    }
    let quoted = "=".repeat(1 << 20);
    assert_bounded(
        format!("{head}Content-Transfer-Encoding: quoted-printable\n\n{quoted}").as_bytes(),
    );
}

#[test]
fn a_report_of_a_thousand_recipients_keeps_its_first() {
    let fields: String = (0..1_000)
        .map(|n| {
            format!("Final-Recipient: rfc822; r{n}@example.com\nAction: failed\nStatus: 5.1.1\n\n")
        })
        .collect();
    let mail = read(
        format!(
            "From: postmaster@example.com\nSubject: Undeliverable\nContent-Type: multipart/report; boundary=b\n\n\
             --b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\n{fields}\n--b--\n"
        )
        .as_bytes(),
    );
    assert_eq!(mail.kind, ReturnedKind::Bounce);
    assert_eq!(mail.recipients.len(), 32);
}

#[test]
fn what_is_no_mail_is_unreadable() {
    for bytes in [
        &b""[..],
        b"\n\n\n",
        b"\0\0\0\0",
        b"no mail at all",
        &[0xff; 64],
    ] {
        assert_eq!(read(bytes).kind, ReturnedKind::Unreadable);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_bytes_make_it_fail(bytes in proptest::collection::vec(any::<u8>(), 0..2_000)) {
        assert_bounded(&bytes);
    }

    #[test]
    fn no_text_of_a_report_makes_it_fail(
        lines in proptest::collection::vec("(From|To|Subject|Content-Type|Final-Recipient|Status|Diagnostic-Code|--b|<a@b.example>|>>> RCPT|<<< 550)?[ :;<>@=]{0,3}[\\PC\u{0}-\u{20}]{0,60}", 0..60),
        break_with in "\n|\r\n|\r",
    ) {
        let mail = format!(
            "From: mailer-daemon@example.com{0}Content-Type: multipart/report; boundary=b{0}{0}--b{0}{1}",
            break_with,
            lines.join(&break_with),
        );
        assert_bounded(mail.as_bytes());
    }
}
