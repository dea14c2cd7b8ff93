//! `site --out DIR`: the archive as static files.

mod watch;

use std::path::PathBuf;

use super::{CommandContext, CommandExit, Failure, Tone, trouble::Trouble};
use crate::{
    operations::SiteReport,
    words::{Said, many, say},
};

/// Write the archive as static files, for any web server
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Every issue whose hour has come stands in it, as its file says it now; drafts, issues to come and
those with `archive: false` do not. The folder is replaced as a whole, and only if it is empty or
was made by this command; what others put into it stays. An issue that can't be shown is left out
and named (exit 4); the others stand.

Examples:
  daily-note site --out public
  daily-note site --out public --watch")]
pub(crate) struct Args {
    /// The folder to write to
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Write it again at every change, and when an issue's hour comes
    #[arg(long)]
    watch: bool,
}

pub(crate) async fn execute(args: &Args, context: &CommandContext) -> Result<CommandExit, Failure> {
    if args.watch {
        return watch::execute(args, context).await;
    }
    let report = context.app()?.write_site(&args.out).await?;
    tell(&report, context);
    Ok(match report.left_out.is_empty() {
        true => CommandExit::Done,
        false => CommandExit::Content,
    })
}

fn tell(report: &SiteReport, context: &CommandContext) {
    let output = &context.output;
    if output.is_json() {
        output.document(report);
        return;
    }
    for left in &report.left_out {
        for error in &left.errors {
            output.say(Trouble::from(error.clone()).shown(output.tongue()));
        }
    }
    let mark = match report.left_out.len() {
        0 => output.paint(Tone::Good, "✓"),
        _ => output.paint(Tone::Bad, "✗"),
    };
    let left_out = match report.left_out.len() {
        0 => Said::from(String::new()),
        count => say!(", {count} left out", count = count),
    };
    let files = &report.files;
    output.say(many!(
        report.issues as u64,
        "{mark} {folder}: 1 issue{left_out}, {files} files ({changed} changed)",
        "{mark} {folder}: {n} issues{left_out}, {files} files ({changed} changed)",
        mark = mark,
        folder = report.folder.display().to_string(),
        left_out = left_out,
        files = files.all,
        changed = files.changed
    ));
}
