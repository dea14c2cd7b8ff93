//! `check [ISSUE…]`: mistakes, legal gaps, anything that mail clients can't show.

mod fix;
mod watch;

use std::collections::BTreeMap;

use clap::ValueEnum;
use serde_json::json;
use unicode_width::UnicodeWidthStr;

use super::{CommandContext, CommandExit, Failure, Output, output::Tone, trouble::Trouble};
use crate::{
    check::{self, Level, report},
    operations::{CheckReport, LinkProbing},
    words::{Said, many, say},
};

/// Check issues for mistakes, legal gaps and anything mail clients can't show
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Errors are the broken, the unlawful and the unsendable; they stop `send` too. Warnings and advice
don't, unless --strict says so. To silence a rule for one issue, write in its front matter:
  allow:
    link/vague-text: the button's own words

Examples:
  daily-note check
  daily-note check 2026-11-23-small-models --strict
  daily-note check --format github
  daily-note check 2026-11-23-small-models --online
  daily-note check --watch
  daily-note check --fix
  daily-note check --rules")]
pub(crate) struct Args {
    /// The issues; all without any
    issues: Vec<String>,
    /// How to report
    #[arg(long, value_enum, default_value_t = ReportFormat::Human)]
    format: ReportFormat,
    /// Fail on warnings too
    #[arg(long)]
    strict: bool,
    /// Ask other sites whether the links lead somewhere; answers are kept for a week
    #[arg(long, conflicts_with = "rules")]
    online: bool,
    /// Look again whenever a file changes, until Ctrl-C
    #[arg(long, conflicts_with = "rules")]
    watch: bool,
    /// Show what can be fixed with certainty, as a difference; ask, then write it
    #[arg(long, conflicts_with_all = ["rules", "watch"])]
    fix: bool,
    /// Skip the confirmation
    #[arg(long, requires = "fix")]
    yes: bool,
    /// List the rules, their levels and reasons, and check nothing
    #[arg(long, conflicts_with_all = ["issues", "strict"])]
    rules: bool,
}

impl Args {
    fn online(&self) -> LinkProbing {
        match self.online {
            true => LinkProbing::Ask,
            false => LinkProbing::No,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ReportFormat {
    /// The line, a caret, a hint
    Human,
    /// One document
    Json,
    /// Annotations in a GitHub workflow
    Github,
    /// SARIF 2.1.0
    Sarif,
}

pub(crate) async fn execute(args: &Args, context: &CommandContext) -> Result<CommandExit, Failure> {
    let output = &context.output;
    let format = match output.is_json() {
        true => ReportFormat::Json,
        false => args.format,
    };
    if args.rules {
        list_rules(format, output);
        return Ok(CommandExit::Done);
    }
    if args.fix {
        return fix::execute(args, format, context).await;
    }
    if args.watch {
        return watch::execute(args, format, context).await;
    }
    let report = context.app()?.check(&args.issues, args.online()).await?;
    Ok(conclude(&report, args, format, output))
}

/// Shows the findings, and answers how the command ends.
fn conclude(
    report: &CheckReport,
    args: &Args,
    format: ReportFormat,
    output: &Output,
) -> CommandExit {
    tell(report, format, output);
    let fails = fails(report, args.strict);
    match (fails, report.issues.is_empty()) {
        (true, _) => CommandExit::Content,
        (false, true) => CommandExit::Nothing,
        (false, false) => CommandExit::Done,
    }
}

fn fails(report: &CheckReport, is_strict: bool) -> bool {
    report.count(Level::Error) > 0 || is_strict && report.count(Level::Warning) > 0
}

fn tell(report: &CheckReport, format: ReportFormat, output: &Output) {
    match format {
        ReportFormat::Human => show(report, output),
        ReportFormat::Json => output.document(&json!({
            "errors": report.count(Level::Error),
            "warnings": report.count(Level::Warning),
            "advice": report.count(Level::Advice),
            "issues": report.issues,
            "list": report.list,
            "keeper": report.keeper,
            "unseen": report.unseen,
        })),
        ReportFormat::Github => output.raw(report::github(report.findings()).as_bytes()),
        ReportFormat::Sarif => output.document(&report::sarif(report.findings())),
    }
}

/// Files that are no issues for one reason are shown up to so many: thousands are a folder of something else.
const MOST_ALIKE: usize = 10;

fn show(report: &CheckReport, output: &Output) {
    let mut alike: BTreeMap<String, (usize, &Said)> = BTreeMap::new();
    for checked in report.files() {
        if let (None, [only]) = (&checked.id, &checked.findings[..]) {
            let message = only.message();
            let (count, _) = alike.entry(message.to_string()).or_insert((0, message));
            *count += 1;
            if *count > MOST_ALIKE {
                continue;
            }
        }
        let shown = checked
            .findings
            .iter()
            .filter(|finding| !finding.is_allowed());
        for finding in shown {
            output.say(Trouble::from(finding.clone()).shown(output.tongue()));
        }
    }
    for (count, message) in alike.into_values() {
        let more = count.saturating_sub(MOST_ALIKE);
        if more > 0 {
            output.say(many!(
                more,
                "{message}: one more file",
                "{message}: {n} more files",
                message
            ));
        }
    }
    output.say(summary(report, output));
}

fn summary(report: &CheckReport, output: &Output) -> String {
    if report.issues.is_empty() && report.unseen.is_empty() {
        return output.words(say!("There are no issues yet."));
    }
    let issues = many!(report.issues.len(), "1 issue", "{n} issues");
    let allowed = report
        .findings()
        .filter(|finding| finding.is_allowed())
        .count();
    let [errors, warnings, advice] =
        [Level::Error, Level::Warning, Level::Advice].map(|level| report.count(level));
    let found = [
        (errors, many!(errors, "1 error", "{n} errors")),
        (warnings, many!(warnings, "1 warning", "{n} warnings")),
        (
            advice,
            many!(advice, "1 piece of advice", "{n} pieces of advice"),
        ),
    ];
    let found = found.into_iter().filter(|(count, _)| *count > 0);
    let found: Vec<Said> = found.map(|(_, said)| said).collect();
    let (tone, mark) = match (report.count(Level::Error), found.is_empty()) {
        (1.., _) => (Tone::Bad, "✗"),
        (_, false) => (Tone::Care, "!"),
        (_, true) => (Tone::Good, "✓"),
    };
    let found = match found.is_empty() {
        true => say!("nothing to fix"),
        false => Said::row(found, ", "),
    };
    let told = match allowed {
        0 => say!("{issues}: {found}", issues, found),
        allowed => say!(
            "{issues}: {found} ({allowed} allowed)",
            issues,
            found,
            allowed
        ),
    };
    format!("{} {}", output.paint(tone, mark), output.words(told))
}

/// The longest word for a level, and a gap.
const LEVEL_COLUMNS: usize = 8;

fn list_rules(format: ReportFormat, output: &Output) {
    if format != ReportFormat::Human {
        let rules: Vec<_> = check::rules()
            .map(|rule| json!({"id": rule.id, "level": rule.level, "why": rule.why, "source": rule.source}))
            .collect();
        output.document(&rules);
        return;
    }
    for rule in check::rules() {
        let source = match rule.source {
            "" => String::new(),
            source => output.paint(Tone::Quiet, format!("  ({source})")),
        };
        let tone = match rule.level {
            Level::Error => Tone::Bad,
            Level::Warning => Tone::Care,
            Level::Advice => Tone::Quiet,
        };
        let level = output.words(rule.level.said());
        let room = LEVEL_COLUMNS.saturating_sub(level.width());
        let level = output.paint(tone, format!("{level}{}", " ".repeat(room)));
        let why = output.words(rule.reason());
        output.say(format!("{level}{:34}{why}{source}", rule.id));
    }
}
