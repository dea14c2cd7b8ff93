//! `import-post FILE|DIR`: posts of other programs become issues.

use std::path::PathBuf;

use super::{CommandContext, CommandExit, Failure};
use crate::{
    operations::PostWish,
    words::{Said, many},
};

/// Make issues of posts that another program wrote: Hugo, Jekyll, Zola, Eleventy, Ghost, Buttondown, Substack,
/// WordPress, Medium
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Every issue is a draft, and nothing that is there is overwritten. What a mail can't show is taken out
and told; pictures that lie beside a post come along.

Examples:
  daily-note import-post ../blog/content/posts
  daily-note import-post export/2025-11-24-hello.html --edition monday
  daily-note import-post my-blog.ghost.2026-11-23.json
  daily-note import-post ../blog/_posts --dry-run"
)]
pub(crate) struct Args {
    /// A post, or a folder of them
    #[arg(value_name = "FILE|DIR")]
    from: PathBuf,
    /// The edition that they belong to; by default the one whose day each post has
    #[arg(long)]
    edition: Option<String>,
    /// Say what would be made, and write nothing
    #[arg(long)]
    dry_run: bool,
}

pub(crate) fn execute(args: &Args, context: &CommandContext) -> Result<CommandExit, Failure> {
    let app = context.app()?;
    let report = app.import_posts(PostWish {
        from: &args.from,
        edition: args.edition.as_deref(),
        is_trial: args.dry_run,
    })?;
    let exit = match (report.taken.is_empty(), report.refused.is_empty()) {
        (true, _) => CommandExit::Nothing,
        (_, true) => CommandExit::Done,
        (_, false) => CommandExit::Content,
    };
    if context.output.is_json() {
        context.output.document(&report);
        return Ok(exit);
    }
    for post in &report.taken {
        context
            .output
            .say(format!("{} ← {}", post.issue, post.from));
        for note in &post.notes {
            let note = Said::row([" ".into(), Said::heard(note)], " ");
            context.output.say(note);
        }
    }
    for post in &report.refused {
        let refused = [post.from.as_str().into(), Said::heard(&post.why)];
        context.output.note(Said::row(refused, ": "));
    }
    let refused = many!(
        report.refused.len(),
        "1 file left out",
        "{n} files left out"
    );
    context.output.note(match args.dry_run {
        true => many!(
            report.taken.len(),
            "1 issue would be made, {refused}.",
            "{n} issues would be made, {refused}.",
            refused
        ),
        false => many!(
            report.taken.len(),
            "1 issue made, {refused}. `daily-note check` looks at them.",
            "{n} issues made, {refused}. `daily-note check` looks at them.",
            refused
        ),
    });
    Ok(exit)
}
