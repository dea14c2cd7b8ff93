//! `doctor`: whether mail can leave, arrive and be believed.

use serde::Serialize;

use super::{CommandContext, CommandExit, Failure, Output, output::Tone, table::padded};
use crate::{
    dns::SystemDns,
    doctor::{CheckTopic, CheckVerdict, Report, ReportLine},
    operations::OutsideProbes,
    publication::SecretUse,
    words::{Said, say},
};

/// Answers for the world's time; asked once a run.
const TIME_SERVER: &str = "pool.ntp.org:123";

/// Check that mail can be sent, delivered and authenticated
///
/// Connects to the relay and logs in, without sending anything to readers; asks DNS for SPF, DKIM, DMARC,
/// MX and reverse names; sends a probe to a return-path of its own, where a door is open for it; compares
/// the clock; tries the state folder. Every line says what is wrong,
/// why it matters, and what to type to fix it. Exits 3 if something is broken.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  daily-note doctor
  DAILY_NOTE_SMTP__URL='smtp://user:password@smtp.example.com' daily-note doctor
  daily-note doctor --json | jq '.checks[] | select(.verdict == \"bad\")'")]
pub(crate) struct Args {}

/// What `--json` prints.
#[derive(Debug, Serialize)]
struct DoctorJson<'a> {
    verdict: CheckVerdict,
    #[serde(flatten)]
    report: &'a Report,
}

pub(crate) async fn execute(
    _args: &Args,
    context: &CommandContext,
) -> Result<CommandExit, Failure> {
    let app = context.app()?;
    app.require_secrets(&SecretUse::SENDING)?;
    let dns = SystemDns::new();
    let world = OutsideProbes {
        dns: &dns,
        time_server: TIME_SERVER,
    };
    let report = app.doctor(&world).await;
    let output = &context.output;
    if output.is_json() {
        output.document(&DoctorJson {
            verdict: report.verdict(),
            report: &report,
        });
    }
    output.say(shown(&report, output));
    Ok(match report.verdict() {
        CheckVerdict::Bad => CommandExit::Configuration,
        CheckVerdict::Good | CheckVerdict::Unknown | CheckVerdict::Care => CommandExit::Done,
    })
}

fn shown(report: &Report, output: &Output) -> String {
    let mut text = String::new();
    let mut topic = None;
    for check in &report.checks {
        if topic != Some(check.topic) {
            topic = Some(check.topic);
            text.push_str(&output.words(title(check.topic)));
            text.push('\n');
        }
        text.push_str(&line(check, output));
    }
    text.push('\n');
    text.push_str(&output.words(sum(report)));
    text
}

fn line(check: &ReportLine, output: &Output) -> String {
    let (tone, mark) = match check.verdict {
        CheckVerdict::Good => (Tone::Good, "✓"),
        CheckVerdict::Unknown => (Tone::Quiet, "·"),
        CheckVerdict::Care => (Tone::Care, "!"),
        CheckVerdict::Bad => (Tone::Bad, "✗"),
    };
    let what = output.words(&check.what);
    let mut text = format!("  {} {what}\n", output.paint(tone, mark));
    for (word, said) in [(say!("why"), &check.why), (say!("fix"), &check.fix)] {
        if let Some(said) = said {
            let word = padded(&output.words(word), 4);
            let word = output.paint(Tone::Quiet, word);
            text.push_str(&format!(
                "      {word}  {}
",
                output.words(said)
            ));
        }
    }
    text
}

fn sum(report: &Report) -> Said {
    let [bad, care] = [CheckVerdict::Bad, CheckVerdict::Care].map(|verdict| report.count(verdict));
    match (bad, care) {
        (0, 0) => say!("All is well."),
        (0, care) => say!("Mail can be sent; {care} to look at.", care),
        (bad, 0) => say!("{bad} to fix.", bad),
        (bad, care) => say!("{bad} to fix, {care} to look at.", bad, care),
    }
}

fn title(topic: CheckTopic) -> Said {
    match topic {
        CheckTopic::Relay => say!("Relay"),
        CheckTopic::Spf => say!("SPF"),
        CheckTopic::Dkim => say!("DKIM"),
        CheckTopic::Dmarc => say!("DMARC"),
        CheckTopic::Mx => say!("Replies and bounces"),
        CheckTopic::ReverseDns => say!("Reverse DNS"),
        CheckTopic::Readers => say!("Readers"),
        CheckTopic::Returns => say!("What comes back"),
        CheckTopic::Clock => say!("Clock"),
        CheckTopic::State => say!("State"),
        CheckTopic::Templates => say!("Templates"),
    }
}
