//! A publication that has sent an issue by a relay, and reports on its mail.

use std::{
    fs,
    path::Path,
    process::{Child, Stdio},
    thread,
    time::Duration,
};

use crate::{
    scripted::{ScriptedServer, Taken},
    support::TestPublication,
};

pub(super) const ISSUE: &str = "2026-11-23-quiet";
/// A machine under load has its time.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);
/// How often it is looked whether what is waited for is so, and how long after each other.
const LOOKS: u32 = 1_200;
const BETWEEN_LOOKS: Duration = Duration::from_millis(50);

pub(super) const CONFIGURATION: &str = "\
publication:
  name: The Note
  language: en
  timezone: Europe/London
  from: The Note <hello@note.example.com>
  postal_address: 1 Example Street, London
  contact: hello@note.example.com
  unsubscribe_email: leave@bounce.example.com
editions:
  monday: {title: Monday, topic: software, day: mon, time: \"08:00\"}
smtp: {bounce_domain: bounce.example.com}
";

/// Such a publication, with these readers.
pub(super) fn publication(readers: &[&str]) -> TestPublication {
    let list: String = readers
        .iter()
        .map(|email| format!("- email: {email}\n"))
        .collect();
    TestPublication::new().config(CONFIGURATION).list(list)
}

/// The same, once its issue was sent by a relay that took it for everybody; and what it took.
pub(super) fn sent(readers: &[&str]) -> (TestPublication, Vec<Taken>) {
    let (publication, taken) = sent_of(publication(readers));
    assert_eq!(taken.len(), readers.len());
    (publication, taken)
}

/// The same of a publication that is there already.
pub(super) fn sent_of(publication: TestPublication) -> (TestPublication, Vec<Taken>) {
    let server = ScriptedServer::new().start();
    let publication = publication.variable("DAILY_NOTE_SMTP__URL", &server.url());
    publication.run(["send", ISSUE, "--yes"]).exits(0);
    (publication, server.taken())
}

/// The mail that went to that reader.
pub(super) fn mail_to<'t>(taken: &'t [Taken], reader: &str) -> &'t Taken {
    let found = taken.iter().find(|mail| mail.recipient == reader);
    found.unwrap_or_else(|| panic!("{reader} got none"))
}

/// A report as Postfix writes it, to the return-path of a mail, now.
pub(super) fn report(mail: &Taken, status: &str, words: &str) -> Vec<u8> {
    let now = daily_note::clock::Clock::System.now();
    report_of(mail, status, words, &now.to_rfc2822())
}

/// The same, written at that moment.
pub(super) fn report_of(mail: &Taken, status: &str, words: &str, moment: &str) -> Vec<u8> {
    let (to, about) = (&mail.sender, &mail.recipient);
    let quoted = String::from_utf8_lossy(&mail.bytes);
    let header = quoted
        .split("\r\n\r\n")
        .next()
        .unwrap()
        .replace("\r\n", "\n");
    format!(
        "Return-Path: <>\n\
         Delivered-To: {to}\n\
         Received: by relay.example.test (Postfix) id 4Xy1Zq; Mon, 23 Nov 2026 08:00:01 +0000 (GMT)\n\
         Date: {moment}\n\
         From: MAILER-DAEMON@relay.example.test (Mail Delivery System)\n\
         Subject: Undelivered Mail Returned to Sender\n\
         To: {to}\n\
         Auto-Submitted: auto-replied\n\
         MIME-Version: 1.0\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=\"b1\"\n\
         Message-ID: <4Xy1Zq-{}@relay.example.test>\n\n\
         --b1\nContent-Description: Notification\nContent-Type: text/plain; charset=us-ascii\n\n\
         This is the mail system at host relay.example.test.\n\n<{about}>: host mx.example.com said: {words}\n\n\
         --b1\nContent-Description: Delivery report\nContent-Type: message/delivery-status\n\n\
         Reporting-MTA: dns; relay.example.test\n\n\
         Final-Recipient: rfc822; {about}\nOriginal-Recipient: rfc822;{about}\nAction: failed\n\
         Status: {status}\nRemote-MTA: dns; mx.example.com\nDiagnostic-Code: smtp; {words}\n\n\
         --b1\nContent-Description: Undelivered Message Headers\nContent-Type: text/rfc822-headers\n\n\
         {header}\n\n--b1--\n",
        about.replace('@', "-at-"),
    )
    .into_bytes()
}

/// A forged one: nothing in it could be known only to who got the mail.
pub(super) fn forged(reader: &str, number: usize) -> String {
    let action = match number % 2 {
        0 => "multipart/report; report-type=delivery-status",
        _ => "multipart/report; report-type=feedback-report",
    };
    let about = match number % 2 {
        0 => format!(
            "Content-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\nFinal-Recipient: rfc822; {reader}\n\
             Action: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 User unknown\n"
        ),
        _ => format!(
            "Content-Type: message/feedback-report\n\nFeedback-Type: abuse\nUser-Agent: x/1\nVersion: 1\n\
             Original-Rcpt-To: {reader}\n"
        ),
    };
    format!(
        "From: MAILER-DAEMON@example.com\nTo: bounce+{number:0>40}@bounce.example.com\nSubject: Returned mail {number}\n\
         Message-ID: <forged-{number}@example.com>\nMIME-Version: 1.0\nContent-Type: {action}; boundary=\"b\"\n\n\
         --b\nContent-Type: text/plain\n\nno\n\n--b\n{about}\n--b\nContent-Type: text/rfc822-headers\n\n\
         To: {reader}\nMessage-ID: <{number}@note.example.com>\n\n--b--\n"
    )
}

/// `serve`, until this is dropped.
pub(super) struct Served(Child);

impl Served {
    pub(super) fn start(publication: &TestPublication) -> Self {
        let mut command = publication.command(["serve"]);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        Self(command.spawn().unwrap())
    }

    /// The same, with its log in that file.
    pub(super) fn logged(publication: &TestPublication, log: &Path) -> Self {
        let mut command = publication.command(["serve"]);
        let log = fs::File::create(log).unwrap();
        command.stdout(Stdio::null()).stderr(log);
        Self(command.spawn().unwrap())
    }

    /// As the power goes out.
    pub(super) fn kill(mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Waits until that is so. It is the looks that are counted and not the time: on a machine that stands still, whoever is
/// waited for stands still as well.
pub(super) fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    for _ in 0..LOOKS {
        if is_so() {
            return;
        }
        thread::sleep(BETWEEN_LOOKS);
    }
    panic!("{what}");
}

/// What is known of a reader.
pub(super) fn shown(publication: &TestPublication, reader: &str) -> serde_json::Value {
    publication
        .run(["subscribers", "show", reader, "--json"])
        .exits(0)
        .json()
}

/// What came back of the issue, by what followed.
pub(super) fn returned(publication: &TestPublication) -> serde_json::Value {
    let status = publication.run(["status", ISSUE, "--json"]);
    status.json()["returned"].clone()
}

/// How many reports there are.
pub(super) fn reports(publication: &TestPublication) -> usize {
    let listed = publication.run(["bounces", "list", "--limit", "100000", "--json"]);
    listed.json().as_array().map_or(0, Vec::len)
}
