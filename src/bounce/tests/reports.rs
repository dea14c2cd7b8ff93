//! Reports of the kinds that come back, made by hand in the manner of each program.

use crate::bounce::{BounceClass, FeedbackType, ReturnedKind, ReturnedMail, read};

fn class(mail: &ReturnedMail) -> Option<&'static str> {
    mail.class().map(BounceClass::as_str)
}

/// A report of Postfix's.
fn postfix(action: &str, status: &str, words: &str) -> String {
    format!(
        "Return-Path: <>\nFrom: MAILER-DAEMON@mx.example.net (Mail Delivery System)\n\
         Subject: Undelivered Mail Returned to Sender\nTo: sender@news.example.com\n\
         Date: Mon, 2 Mar 2026 07:00:00 +0900\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=\"b/mx.example.net\"\n\n\
         This is a MIME-encapsulated message.\n\n--b/mx.example.net\nContent-Type: text/plain\n\n\
         This is the mail system at host mx.example.net.\n\n<minji@example.com>: {words}\n\n\
         --b/mx.example.net\nContent-Type: message/delivery-status\n\n\
         Reporting-MTA: dns; mx.example.net\nArrival-Date: Mon,  2 Mar 2026 06:59:00 +0900 (KST)\n\n\
         Final-Recipient: rfc822; minji@example.com\nOriginal-Recipient: rfc822;minji@example.com\n\
         Action: {action}\nStatus: {status}\nRemote-MTA: dns; mail.example.com\n\
         Diagnostic-Code: smtp; {words}\n\n--b/mx.example.net\nContent-Type: text/rfc822-headers\n\n\
         From: news@news.example.com\nTo: minji@example.com\nSubject: Maps\n\n--b/mx.example.net--\n"
    )
}

#[test]
fn a_report_of_postfix_says_who_what_and_when() {
    let mail = read(
        postfix("failed", "5.1.1", "550 5.1.1 <minji@example.com>: Recipient address rejected: User unknown (in reply to RCPT TO command)").as_bytes(),
    );
    assert_eq!(mail.kind, ReturnedKind::Bounce);
    assert_eq!(class(&mail), Some("user_unknown"));
    let recipient = mail.verdict().unwrap();
    assert!(recipient.is_hard());
    assert_eq!(
        recipient.address.as_ref().unwrap().as_str(),
        "minji@example.com"
    );
    assert_eq!(recipient.status.unwrap().to_string(), "5.1.1");
    assert_eq!(recipient.code, Some(550));
    assert_eq!(
        mail.moment.unwrap().to_rfc3339(),
        "2026-03-01T21:59:00+00:00"
    );
}

#[test]
fn what_is_delayed_or_delivered_is_no_bounce() {
    let delayed = postfix(
        "delayed",
        "4.4.1",
        "connect to mail.example.com[192.0.2.1]:25: Connection timed out",
    );
    let delayed = read(delayed.as_bytes());
    assert_eq!(delayed.kind, ReturnedKind::Delayed);
    assert_eq!(class(&delayed), Some("expired"));
    let delivered = read(postfix("delivered", "2.0.0", "250 2.0.0 Ok").as_bytes());
    assert_eq!(delivered.kind, ReturnedKind::Delivered);
    assert!(!delivered.verdict().unwrap().is_hard());
}

#[test]
fn a_mailbox_that_is_forwarded_to_two_has_one_left() {
    let mail = read(
        b"From: postmaster@example.com\nSubject: Undeliverable\nContent-Type: multipart/report; boundary=b\n\n\
          --b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\n\
          Final-Recipient: rfc822; a@example.com\nAction: failed\nStatus: 5.1.1\n\n\
          Final-Recipient: rfc822; b@example.com\nAction: failed\nStatus: 5.2.2\n\n--b--\n",
    );
    assert_eq!(class(&mail), Some("mailbox_full"));
}

#[test]
fn reports_of_before_delivery_status_are_read_in_their_own_ways() {
    for (mail, expected) in [
        (
            "From: MAILER-DAEMON@mx.example.net\nSubject: failure notice\n\nHi. This is the qmail-send program at mx.example.net.\n\n\
             <minji@example.com>:\n192.0.2.1 does not like recipient.\nRemote host said: 550 5.1.1 No such user\nGiving up on 192.0.2.1.\n\n\
             --- Below this line is a copy of the message.\n\nSubject: mailbox full\n",
            "user_unknown",
        ),
        (
            "From: Mail Delivery System <Mailer-Daemon@mx.example.net>\nX-Failed-Recipients: minji@example.com\n\
             Subject: Mail delivery failed: returning message to sender\n\nThis message was created automatically by mail delivery software.\n\n\
             \x20 minji@example.com\n    SMTP error from remote mail server after RCPT TO:<minji@example.com>:\n    host mx.example.com [192.0.2.1]: 552 5.2.2 mailbox is full\n\n\
             ------ This is a copy of the message, including all the headers. ------\n",
            "mailbox_full",
        ),
        (
            "From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>\nX-Failed-Recipients: minji@example.com\nSubject: Delivery Status Notification (Failure)\n\n\
             Delivery to the following recipient failed permanently:\n\n     minji@example.com\n\nTechnical details of permanent failure:\n\
             DNS Error: Domain name not found\n\n----- Original message -----\n",
            "host_unknown",
        ),
        (
            "From: MAILER-DAEMON@example.com\nSubject: Returned mail\n\nUser's mailbox is full: <minji@example.com>\nUnable to deliver mail.\n",
            "mailbox_full",
        ),
    ] {
        let read = read(mail.as_bytes());
        assert_eq!(class(&read), Some(expected), "{mail}\n{read:?}");
        assert_eq!(read.kind, ReturnedKind::Bounce);
    }
}

#[test]
fn complaints_are_told_from_reports_on_authentication() {
    let report = |kind: &str| {
        read(
            format!(
                "From: fbl@provider.example\nSubject: complaint\nContent-Type: multipart/report; report-type=feedback-report; boundary=b\n\n\
                 --b\nContent-Type: text/plain\n\nThis is an email abuse report\n--b\nContent-Type: message/feedback-report\n\n\
                 Feedback-Type: {kind}\nUser-Agent: FBL/1\nVersion: 1\nOriginal-Rcpt-To: <minji@example.com>\nArrival-Date: Mon, 2 Mar 2026 07:00:00 +0900\n\n\
                 --b\nContent-Type: message/rfc822\n\nSubject: Maps\n\n--b--\n"
            )
            .as_bytes(),
        )
    };
    let abuse = report("abuse");
    assert_eq!(abuse.kind, ReturnedKind::Complaint(FeedbackType::Abuse));
    assert_eq!(abuse.clues.recipients[0].as_str(), "minji@example.com");
    assert!(abuse.moment.is_some());
    assert!(!FeedbackType::AuthFailure.is_complaint());
    assert_eq!(
        report("auth-failure").kind,
        ReturnedKind::Complaint(FeedbackType::AuthFailure)
    );
}

#[test]
fn programs_and_people_are_told_apart() {
    let kind = |mail: &str| read(mail.as_bytes()).kind;
    for (mail, expected) in [
        (
            "From: a@example.com\nAuto-Submitted: auto-replied\nSubject: Re: Maps\n\nI am away.\n",
            ReturnedKind::AutoReply,
        ),
        (
            "From: a@example.com\nSubject: 부재중 자동 응답: 지도\n\n휴가입니다.\n",
            ReturnedKind::AutoReply,
        ),
        (
            "From: a@example.com\nSubject: [TMDA] please confirm\n\nAnswer this.\n",
            ReturnedKind::Challenge,
        ),
        (
            "From: a@example.com\nSubject: Re: Maps\n\nThank you, I liked it.\n> unsubscribe here\n",
            ReturnedKind::Answer {
                asks_to_leave: false,
            },
        ),
        (
            "From: a@example.com\nSubject: Re: 지도\n\n수신거부 부탁드립니다\n",
            ReturnedKind::Answer {
                asks_to_leave: true,
            },
        ),
        (
            "From: a@example.com\nSubject: Unsubscribe\n\n",
            ReturnedKind::Answer {
                asks_to_leave: true,
            },
        ),
        (
            "From: a@example.com\nSubject: Re: mail\n\nMy address is b@example.com: write there.\n",
            ReturnedKind::Answer {
                asks_to_leave: false,
            },
        ),
        (
            "From: a@example.com\nSubject: unsubscribe AbCdEfGhIjKlMnOpQrStUvWx\n\n",
            ReturnedKind::Unsubscribe,
        ),
    ] {
        assert_eq!(kind(mail), expected, "{mail}");
    }
}

#[test]
fn a_report_that_somebody_forwards_is_still_read() {
    let inner = postfix(
        "failed",
        "5.1.1",
        "550 5.1.1 no such user (in reply to RCPT TO command)",
    );
    let mail = read(
        format!("From: editor@example.com\nSubject: Fwd: this came back\nContent-Type: multipart/mixed; boundary=outer\n\n--outer\n\nSee below.\n--outer\nContent-Type: message/rfc822\n\n{inner}\n--outer--\n").as_bytes(),
    );
    assert_eq!(class(&mail), Some("user_unknown"));
}
