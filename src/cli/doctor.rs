//! `doctor`: whether mail can leave, arrive and be believed.

use serde::Serialize;

use super::{Context, Exit, Failure, Output, output::Tone};
use crate::{
    app::World,
    dns::SystemDns,
    doctor::{Check, Report, Topic, Verdict},
    publication::SecretUse,
};

/// Answers for the world's time; asked once a run.
const TIME_SERVER: &str = "pool.ntp.org:123";

/// Check that mail can be sent, delivered and authenticated
///
/// Connects to the relay and logs in, without sending anything; asks DNS for SPF, DKIM, DMARC, MX
/// and reverse names; compares the clock; tries the state folder. Every line says what is wrong,
/// why it matters, and what to type to fix it. Exits 3 if something is broken.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  daily-note doctor
  DAILY_NOTE_SMTP__URL='smtp://user:password@smtp.example.com' daily-note doctor
  daily-note doctor --json | jq '.checks[] | select(.verdict == \"bad\")'")]
pub(crate) struct Args {}

/// What `--json` prints.
#[derive(Debug, Serialize)]
struct Document<'a> {
    verdict: Verdict,
    #[serde(flatten)]
    report: &'a Report,
}

pub(crate) async fn execute(_args: &Args, context: &Context) -> Result<Exit, Failure> {
    let app = context.app()?;
    app.require_secrets(&SecretUse::SENDING)?;
    let dns = SystemDns::new();
    let world = World {
        dns: &dns,
        time_server: TIME_SERVER,
    };
    let report = app.doctor(&world).await;
    let output = &context.output;
    if output.is_json() {
        output.document(&Document {
            verdict: report.verdict(),
            report: &report,
        });
    }
    output.say(shown(&report, output));
    Ok(match report.verdict() {
        Verdict::Bad => Exit::Configuration,
        Verdict::Good | Verdict::Unknown | Verdict::Care => Exit::Done,
    })
}

fn shown(report: &Report, output: &Output) -> String {
    let mut text = String::new();
    let mut topic = None;
    for check in &report.checks {
        if topic != Some(check.topic) {
            topic = Some(check.topic);
            text.push_str(title(check.topic));
            text.push('\n');
        }
        text.push_str(&line(check, output));
    }
    text.push('\n');
    text.push_str(&sum(report));
    text
}

fn line(check: &Check, output: &Output) -> String {
    let (tone, mark) = match check.verdict {
        Verdict::Good => (Tone::Good, "✓"),
        Verdict::Unknown => (Tone::Quiet, "·"),
        Verdict::Care => (Tone::Care, "!"),
        Verdict::Bad => (Tone::Bad, "✗"),
    };
    let mut text = format!("  {} {}\n", output.paint(tone, mark), check.what);
    for (word, said) in [("why ", &check.why), ("fix ", &check.fix)] {
        if let Some(said) = said {
            let word = output.paint(Tone::Quiet, word);
            text.push_str(&format!("      {word}  {said}\n"));
        }
    }
    text
}

fn sum(report: &Report) -> String {
    let [bad, care] = [Verdict::Bad, Verdict::Care].map(|verdict| report.count(verdict));
    match (bad, care) {
        (0, 0) => "All is well.".to_owned(),
        (0, care) => format!("Mail can be sent; {care} to look at."),
        (bad, 0) => format!("{bad} to fix."),
        (bad, care) => format!("{bad} to fix, {care} to look at."),
    }
}

fn title(topic: Topic) -> &'static str {
    match topic {
        Topic::Relay => "Relay",
        Topic::Spf => "SPF",
        Topic::Dkim => "DKIM",
        Topic::Dmarc => "DMARC",
        Topic::Mx => "Replies and bounces",
        Topic::ReverseDns => "Reverse DNS",
        Topic::Readers => "Readers",
        Topic::Clock => "Clock",
        Topic::State => "State",
        Topic::Templates => "Templates",
    }
}
