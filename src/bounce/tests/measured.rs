//! How good the classifier is on real reports, which are not part of the project: a folder with `expected.json` and the
//! mails, named by `DAILY_NOTE_BOUNCES`.

use std::{collections::BTreeMap, path::PathBuf, time::Instant};

use crate::bounce::{BounceClass, ReturnedKind, ReturnedMail, read};

#[derive(serde::Deserialize)]
struct ExpectedReport {
    reason: String,
    hard: bool,
}

fn folder() -> PathBuf {
    std::env::var_os("DAILY_NOTE_BOUNCES")
        .map(PathBuf::from)
        .expect("set DAILY_NOTE_BOUNCES to a folder of reports with expected.json")
}

fn word(mail: &ReturnedMail, nth: usize) -> (&'static str, bool) {
    match mail.kind {
        ReturnedKind::Complaint(_) => ("feedback", false),
        ReturnedKind::AutoReply => ("vacation", false),
        _ => mail.recipients.get(nth).map_or(("", false), |recipient| {
            (recipient.class.field_word(), recipient.is_hard())
        }),
    }
}

/// The classes that never may be called hard: the reader is there.
fn is_never_hard(reason: &str) -> bool {
    use BounceClass::{Blocked, MailboxFull, Policy, Spam};
    [Blocked, MailboxFull, Spam, Policy]
        .iter()
        .any(|class| class.field_word() == reason)
}

#[test]
#[ignore = "reads real reports that are not part of the project: DAILY_NOTE_BOUNCES=/path cargo test --lib measured -- --ignored --nocapture"]
fn real_reports_get_their_class() {
    let folder = folder();
    let text = std::fs::read_to_string(folder.join("expected.json")).unwrap();
    let expected: BTreeMap<String, Vec<ExpectedReport>> = serde_json::from_str(&text).unwrap();
    let (mut all, mut right, mut called_hard, mut rightly_hard, mut known_hard) = (0, 0, 0, 0, 0);
    let mut misses = String::new();
    let mails: Vec<(String, Vec<u8>)> = expected
        .keys()
        .map(|name| (name.clone(), std::fs::read(folder.join(name)).unwrap()))
        .collect();
    let _ = read(b"warm: up\n\n");
    let start = Instant::now();
    let read: Vec<ReturnedMail> = mails.iter().map(|(_, bytes)| read(bytes)).collect();
    let each = start.elapsed() / u32::try_from(mails.len().max(1)).unwrap();
    for ((name, _), mail) in mails.iter().zip(&read) {
        for (nth, report) in expected[name].iter().enumerate() {
            let (class, is_hard) = word(mail, nth);
            all += 1;
            right += usize::from(class == report.reason);
            called_hard += usize::from(is_hard);
            known_hard += usize::from(report.hard);
            rightly_hard += usize::from(is_hard && report.hard);
            assert!(
                !(is_hard && is_never_hard(&report.reason)),
                "{name} is not hard"
            );
            if class != report.reason || is_hard != report.hard {
                let words = mail.recipients.get(nth).map_or("", |it| &it.words);
                let codes = mail.recipients.get(nth).map(|it| (it.status, it.code));
                misses += &format!(
                    "{name}#{nth}: {} ({}) read as {class} ({is_hard}) {codes:?}: {words}\n",
                    report.reason, report.hard
                );
            }
        }
    }
    let share = |part: usize, whole: usize| part as f64 * 100.0 / whole.max(1) as f64;
    println!("{misses}");
    println!(
        "{} mails, {all} reports: class right {:.2} % ({right}), hard precision {:.2} % ({rightly_hard} of {called_hard}), hard found {:.2} % of {known_hard}, {each:?} a mail",
        mails.len(),
        share(right, all),
        share(rightly_hard, called_hard),
        share(rightly_hard, known_hard),
    );
    assert!(share(right, all) >= 98.0);
    assert!(share(rightly_hard, called_hard) >= 99.5);
}
