//! `templates`: the program's templates, and the publication's own beside them.

use std::{io, path::Path};

use super::{CommandContext, CommandExit, Failure};
use crate::{
    app::AppError,
    operations::template_named,
    publication::Publication,
    render::{TemplateStanding, diff, eject, list},
    words::{Said, say},
};

/// The templates that mail is made with: which are yours, and which the program has overtaken
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: TemplateAction,
}

#[derive(Debug, clap::Subcommand)]
enum TemplateAction {
    List(TemplateListArgs),
    Eject(EjectArgs),
    Diff(DiffArgs),
}

/// Show every template, and how your own stand to the program's
#[derive(Debug, clap::Args)]
struct TemplateListArgs {
    /// Your own alone
    #[arg(long)]
    own: bool,
}

/// Copy templates of the program into templates/, to change them there
#[derive(Debug, clap::Args)]
#[command(after_help = "\
A file of templates/ takes the place of the program's of the same name, which goes on being improved
without it: take out as few and as small ones as you can. Nothing is written over. For colours, fonts,
the logo and parts left out you need none: see `look` in daily-note.yaml.

Examples:
  daily-note templates eject email/parts/footer.html
  daily-note templates eject words/en.yaml")]
struct EjectArgs {
    /// Names as `templates list` shows them
    #[arg(required = true, value_name = "NAME")]
    names: Vec<String>,
}

/// Show what your own templates have other than the program's
#[derive(Debug, clap::Args)]
struct DiffArgs {
    /// Names as `templates list` shows them [default: all of your own]
    #[arg(value_name = "NAME")]
    names: Vec<String>,
}

pub(crate) fn execute(args: &Args, context: &CommandContext) -> Result<CommandExit, Failure> {
    // Templates are fixed while they are broken, and while the configuration is.
    let root = match context.root() {
        Some(root) => root.to_owned(),
        None => Publication::find_root(&std::env::current_dir()?)
            .map_err(|error| AppError::Configuration(vec![error]))?,
    };
    match &args.action {
        TemplateAction::List(list) => show(list, &root, context),
        TemplateAction::Eject(eject) => take_out(&eject.names, &root, context),
        TemplateAction::Diff(diff) => compare(&diff.names, &root, context),
    }
}

fn show(
    args: &TemplateListArgs,
    root: &Path,
    context: &CommandContext,
) -> Result<CommandExit, Failure> {
    let mut templates = list(root).map_err(unreadable)?;
    templates.retain(|template| !args.own || template.standing != TemplateStanding::BuiltIn);
    if context.output.is_json() {
        context.output.document(&templates);
        return Ok(CommandExit::Done);
    }
    let widest = templates.iter().map(|it| it.name.len()).max().unwrap_or(0);
    for template in &templates {
        let standing = context.output.words(Said::heard(template.standing.words()));
        let line = format!("{:widest$}  {standing}", template.name);
        context.output.say(line.trim_end());
    }
    let is_older = |standing| standing == TemplateStanding::Older;
    if templates.iter().any(|template| is_older(template.standing)) {
        context.output.say(say!(
            "\n`daily-note templates diff` shows what the program's have become since"
        ));
    }
    Ok(CommandExit::Done)
}

fn take_out(
    names: &[String],
    root: &Path,
    context: &CommandContext,
) -> Result<CommandExit, Failure> {
    let known = known(names)?;
    let mut written = Vec::new();
    for name in &known {
        if eject(root, name).map_err(unreadable)? {
            context.output.say(format!("templates/{name}"));
            written.push(name);
        } else {
            context.output.note(say!(
                "templates/{name} is there already: nothing is written over",
                name
            ));
        }
    }
    if context.output.is_json() {
        context
            .output
            .document(&serde_json::json!({ "written": written }));
    }
    match written.is_empty() {
        true => Ok(CommandExit::Nothing),
        false => Ok(CommandExit::Done),
    }
}

fn compare(
    names: &[String],
    root: &Path,
    context: &CommandContext,
) -> Result<CommandExit, Failure> {
    let names = match names {
        [] => {
            let templates = list(root).map_err(unreadable)?.into_iter();
            let own = templates.filter(|template| template.standing != TemplateStanding::BuiltIn);
            own.map(|template| template.name).collect()
        }
        names => known(names)?,
    };
    let mut shown = Vec::new();
    for name in &names {
        if let Some(lines) = diff(root, name).map_err(unreadable)? {
            shown.push((name, lines));
        }
    }
    if context.output.is_json() {
        let shown: Vec<_> = shown
            .iter()
            .map(|(name, lines)| serde_json::json!({ "name": name, "diff": lines }))
            .collect();
        context.output.document(&shown);
        return Ok(CommandExit::Done);
    }
    if shown.is_empty() {
        context
            .output
            .say(say!("no template of your own differs from the program's"));
        return Ok(CommandExit::Nothing);
    }
    for (_, lines) in shown {
        context.output.say(lines.trim_end());
    }
    Ok(CommandExit::Done)
}

/// The names, where the program has them all.
fn known(names: &[String]) -> Result<Vec<String>, Failure> {
    let named = names.iter().map(|given| template_named(given));
    named.collect::<Result<_, _>>().map_err(Failure::usage)
}

fn unreadable(error: io::Error) -> Failure {
    Failure::from(error)
}
