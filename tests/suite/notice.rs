//! Telling people: mails in the operator's inbox and events at a webhook, by the real program.

mod apart;
mod hook;
mod told;

use daily_note::clock::Clock;
use mail_parser::MessageParser;

use crate::support::TestPublication;
use hook::Hook;

/// The secret of Standard Webhooks' own example.
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// A publication that tells writer@example.com, and the hook where there is one.
fn publication(hook: Option<&Hook>) -> TestPublication {
    let webhook = hook.map_or(String::new(), |hook| {
        format!("  webhook: {{url: '{}', secret: '{SECRET}'}}\n", hook.url())
    });
    TestPublication::new().and_config(&format!("notify:\n  to: [writer@example.com]\n{webhook}"))
}

/// The mails that the writer has got, as (subject, raw text of the message).
fn mails(publication: &TestPublication) -> Vec<(String, String)> {
    let raw = publication
        .inbox()
        .into_iter()
        .map(|path| std::fs::read(path).unwrap());
    raw.filter_map(|bytes| {
        let message = MessageParser::new().parse(&bytes).unwrap();
        let to = message.to().unwrap().first().unwrap().address().unwrap();
        let subject = message.subject().unwrap().to_owned();
        let is_for_writer = to == "writer@example.com";
        is_for_writer.then(|| {
            let auto = message.header_raw("Auto-Submitted").map(str::trim);
            assert_eq!(auto, Some("auto-generated"), "{subject}");
            (subject, message.body_text(0).unwrap().into_owned())
        })
    })
    .collect()
}

/// Subjects alone.
fn subjects(publication: &TestPublication) -> Vec<String> {
    mails(publication)
        .into_iter()
        .map(|(subject, _)| subject)
        .collect()
}

/// Now, by the machine's clock.
fn now() -> i64 {
    Clock::System.now().timestamp()
}
