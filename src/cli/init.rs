//! `init [DIR]`: a publication to start from. At a terminal it asks, with what it would guess for every answer; elsewhere
//! it guesses.

pub(super) mod guess;
mod questions;

use std::path::{Path, PathBuf};

use chrono::Weekday;
use chrono_tz::Tz;
use clap::ValueEnum;

use super::{CommandContext, CommandExit, Failure, confirm, day::parse_weekday};
use crate::{
    address::{Mailbox, clean_name},
    app::{AppError, FileAction, RefusalKind},
    publication::FILE_NAME,
    scaffold::{self, NewFile, Setup, StarterFacts, WriteError},
    words::say,
};

/// Make a new publication: settings, a first issue, a list of readers
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Nothing that is there already is overwritten. In a publication that is there, --vscode, --hooks and
--github add their files.

Examples:
  daily-note init notes
  daily-note init notes --language ko --name '수요 노트' --from '수요 노트 <hello@example.com>' --day wed
  daily-note init notes --yes
  daily-note init --vscode --hooks --github"
)]
pub(crate) struct Args {
    /// The folder; made where it isn't there [default: this one]
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,
    /// The language of its files [default: the one spoken here: --lang's, else the system's]
    #[arg(long, value_enum)]
    language: Option<StartLanguage>,
    /// The newsletter's name [default: the folder's]
    #[arg(long)]
    name: Option<String>,
    /// The sender [default: the name, with an address of example.com to be replaced]
    #[arg(long, value_parser = Mailbox::parse, value_name = "NAME <EMAIL>")]
    from: Option<Mailbox>,
    /// Write .vscode/tasks.json too: findings in the editor as you save
    #[arg(long)]
    vscode: bool,
    /// Write hooks/pre-commit too: no commit with errors
    #[arg(long)]
    hooks: bool,
    /// Write .github/workflows/ too: check.yml checks pull requests and keeps the mail they make, pages.yml publishes the archive
    #[arg(long)]
    github: bool,
    /// Where its hours are meant [default: the system's]
    #[arg(long, value_parser = guess::zone, value_name = "ZONE")]
    timezone: Option<Tz>,
    /// The weekdays on which it goes out: mon, or mon,thu [default: mon]
    #[arg(long = "day", value_parser = weekday, value_delimiter = ',', value_name = "DAY")]
    days: Vec<Weekday>,
    /// Make the folder a git repository too
    #[arg(long)]
    git: bool,
    /// Copy the mail's templates into templates/ too, to change them
    #[arg(long)]
    templates: bool,
    /// Ask nothing: take what would be guessed
    #[arg(long, short)]
    yes: bool,
}

/// What a publication is made of.
#[derive(Debug, Clone)]
struct InitAnswers {
    language: StartLanguage,
    name: String,
    from: Mailbox,
    days: Vec<Weekday>,
    wants_git: bool,
    /// A repository is around the folder already.
    is_in_git: bool,
    wants_templates: bool,
}

/// A language to start in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum StartLanguage {
    /// 한국어
    Ko,
    /// English
    En,
}

pub(crate) fn execute(args: &Args, context: &CommandContext) -> Result<CommandExit, Failure> {
    let shown = match (&args.folder, context.root()) {
        (Some(folder), _) => folder.as_path(),
        (None, Some(root)) => root,
        (None, None) => Path::new("."),
    };
    let folder = std::path::absolute(shown)?;
    let extras = extras(args, &folder);
    if !extras.is_empty() && folder.join(FILE_NAME).is_file() {
        write_extras(&extras, context)?;
        return Ok(CommandExit::Done);
    }
    // Before a person answers for nothing.
    if folder.join(FILE_NAME).exists() {
        return Err(refusal(WriteError::Exists(vec![FILE_NAME.into()])).into());
    }
    let answers = answers(args, shown, &folder, context)?;
    let start = StarterFacts {
        from: answers.from,
        name: answers.name,
        days: answers.days,
        language: match answers.language {
            StartLanguage::Ko => scaffold::StarterLanguage::Korean,
            StartLanguage::En => scaffold::StarterLanguage::English,
        },
        timezone: args.timezone.unwrap_or_else(guess::system_zone),
        now: context.clock.now(),
    };
    let new = scaffold::new_publication(&start).map_err(AppError::Configuration)?;
    scaffold::write(&folder, &new.files).map_err(refusal)?;
    write_extras(&extras, context)?;
    let is_ignored = scaffold::ignore_state(&folder).map_err(refusal)?;
    let mut paths: Vec<PathBuf> = new.files.into_iter().map(|file| file.path).collect();
    if is_ignored {
        paths.push(".gitignore".into());
    }
    if answers.wants_templates {
        paths.extend(copied_templates(&folder)?);
    }
    if answers.wants_git {
        begin_git(&folder, context);
    }
    if context.output.is_json() {
        context.output.document(&serde_json::json!({
            "root": folder,
            "files": paths,
            "issue": new.issue,
        }));
        return Ok(CommandExit::Done);
    }
    for path in paths {
        let path = shown.join(path);
        let path = path.strip_prefix(".").unwrap_or(&path);
        context.output.say(path.display().to_string());
    }
    let root = match shown == Path::new(".") {
        true => String::new(),
        false => format!(" --root {}", shown.display()),
    };
    context.output.note(say!(
        "\nNext: look at the first issue as a mail, which stays on this machine:\n  \
         daily-note{root} test {issue} --to you@example.com",
        root,
        issue = new.issue
    ));
    Ok(CommandExit::Done)
}

/// What is wanted: guessed, and at a terminal asked.
fn answers(
    args: &Args,
    shown: &Path,
    folder: &Path,
    context: &CommandContext,
) -> Result<InitAnswers, Failure> {
    let language = args
        .language
        .unwrap_or_else(|| guess::language(context.output.tongue()));
    let name = match &args.name {
        Some(name) => clean_name(name).ok_or_else(|| Failure::usage(say!("the name is empty")))?,
        None => guess::name_of(folder, language),
    };
    let is_in_git = folder
        .ancestors()
        .any(|parent| parent.join(".git").exists());
    let guessed = InitAnswers {
        language,
        from: match &args.from {
            Some(from) => from.clone(),
            None => guess::sender(&name)?,
        },
        name,
        days: match args.days.is_empty() {
            true => vec![Weekday::Mon],
            false => args.days.clone(),
        },
        wants_git: args.git && !is_in_git,
        is_in_git,
        wants_templates: args.templates,
    };
    if args.yes || context.output.is_json() || !confirm::is_somebody_here() {
        return Ok(guessed);
    }
    let where_to = match shown == Path::new(".") {
        true => folder,
        false => shown,
    };
    let asked = questions::ask(
        args,
        &where_to.display().to_string(),
        guessed,
        |language| guess::name_of(folder, language),
        &context.output,
    )?;
    Ok(asked)
}

/// The mail's templates, as the publication's own.
fn copied_templates(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut copied = Vec::new();
    for template in crate::render::list(folder)? {
        if template.name.starts_with("email/") && crate::render::eject(folder, &template.name)? {
            copied.push(Path::new("templates").join(template.name));
        }
    }
    Ok(copied)
}

/// A publication without git is one all the same.
fn begin_git(folder: &Path, context: &CommandContext) {
    let made = std::process::Command::new("git")
        .args(["init", "--quiet"])
        .arg(folder)
        .output();
    if !made.is_ok_and(|made| made.status.success()) {
        context.output.note(say!(
            "git could not make a repository of it: `git init` does, once git is installed"
        ));
    }
}

fn weekday(text: &str) -> Result<Weekday, String> {
    parse_weekday(text)
        .ok_or_else(|| say!("`{word}` is no weekday: write mon, thu", word = text).to_string())
}

/// The files that were asked for, each with the folder it is for: the repository's, if there is
/// one around the publication.
fn extras(args: &Args, folder: &Path) -> Vec<(PathBuf, NewFile)> {
    let repository = folder
        .ancestors()
        .find(|parent| parent.join(".git").exists())
        .unwrap_or(folder);
    let within = folder.strip_prefix(repository).unwrap_or(Path::new(""));
    let asked: [(bool, &[Setup]); 3] = [
        (args.vscode, &[Setup::VsCode]),
        (args.hooks, &[Setup::Hooks]),
        (args.github, &[Setup::GitHub, Setup::GitHubPages]),
    ];
    let asked = asked.into_iter().filter(|(is_asked, _)| *is_asked);
    let files = asked.flat_map(|(_, setups)| {
        let files: Vec<NewFile> = setups.iter().map(|setup| setup.file(within)).collect();
        // Who has one of them gets the others.
        let is_missing = |file: &NewFile| !repository.join(&file.path).exists();
        let has_missing = files.iter().any(is_missing);
        let wanted = files.into_iter();
        wanted.filter(move |file| !has_missing || is_missing(file))
    });
    files.map(|file| (repository.to_owned(), file)).collect()
}

fn write_extras(extras: &[(PathBuf, NewFile)], context: &CommandContext) -> Result<(), Failure> {
    for (root, file) in extras {
        scaffold::write(root, std::slice::from_ref(file)).map_err(refusal)?;
        context
            .output
            .note(root.join(&file.path).display().to_string());
        if file.is_program {
            context.output.note(say!(
                "  it runs once git knows it: git config core.hooksPath hooks"
            ));
        }
    }
    Ok(())
}

/// What a file that can't be made means for the command line.
pub(super) fn refusal(error: WriteError) -> AppError {
    match error {
        WriteError::Exists(paths) => AppError::Refused {
            kind: RefusalKind::Usage,
            message: say!("there is already {paths}", paths = scaffold::listed(&paths)),
            hint: say!(
                "nothing was written, nothing is overwritten: remove it, or choose another place"
            ),
        },
        WriteError::Io { path, source } => AppError::Io {
            action: FileAction::Written,
            path,
            source,
        },
    }
}
