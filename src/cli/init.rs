//! `init [DIR]`: a publication to start from. Asks nothing that it can guess.

use std::path::{Path, PathBuf};

use chrono_tz::Tz;
use clap::ValueEnum;

use super::{CommandContext, CommandExit, Failure, language};
use crate::{
    address::{Mailbox, clean_name},
    app::{AppError, FileAction, RefusalKind},
    publication::{FILE_NAME, parse_zone},
    scaffold::{self, NewFile, Setup, StarterFacts, WriteError},
    words::{Tongue, say},
};

/// Make a new publication: settings, a first issue, a list of readers
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Nothing that is there already is overwritten. In a publication that is there, --vscode, --hooks and
--github add their files.

Examples:
  daily-note init notes
  daily-note init notes --language ko --name '수요 노트' --from '수요 노트 <hello@example.com>'
  daily-note init --vscode --hooks --github"
)]
pub(crate) struct Args {
    /// The folder; made where it isn't there [default: this one]
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,
    /// The language of its files [default: the system's]
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
    #[arg(long, value_parser = zone, value_name = "ZONE")]
    timezone: Option<Tz>,
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
    let language = args.language.unwrap_or_else(system_language);
    let name = match &args.name {
        Some(name) => clean_name(name).ok_or_else(|| Failure::usage(say!("the name is empty")))?,
        None => name_of(&folder, language),
    };
    let start = StarterFacts {
        from: match &args.from {
            Some(from) => from.clone(),
            None => sender(&name)?,
        },
        name,
        language: match language {
            StartLanguage::Ko => scaffold::StarterLanguage::Korean,
            StartLanguage::En => scaffold::StarterLanguage::English,
        },
        timezone: args.timezone.unwrap_or_else(system_zone),
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

/// `my-notes` → `My notes`.
fn name_of(folder: &Path, language: StartLanguage) -> String {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let name = clean_name(&name.replace(['-', '_'], " ")).unwrap_or_else(|| {
        match language {
            StartLanguage::Ko => "새 뉴스레터",
            StartLanguage::En => "A new newsletter",
        }
        .to_owned()
    });
    let mut characters = name.chars();
    let first = characters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(characters).collect()
}

/// No address of the person's is put into mail without their word.
fn sender(name: &str) -> Result<Mailbox, Failure> {
    let mailbox = Mailbox::parse("hello@example.com").map_err(Failure::unexpected)?;
    Ok(Mailbox {
        name: Some(name.to_owned()),
        ..mailbox
    })
}

fn system_language() -> StartLanguage {
    match language::of_locale() {
        Some(Tongue::Korean) => StartLanguage::Ko,
        _ => StartLanguage::En,
    }
}

fn system_zone() -> Tz {
    std::env::var("TZ")
        .ok()
        .or_else(|| iana_time_zone::get_timezone().ok())
        .and_then(|name| name.parse().ok())
        .unwrap_or(Tz::UTC)
}

fn zone(text: &str) -> Result<Tz, String> {
    parse_zone(text).map_err(|error| error.replace('\n', ": "))
}
