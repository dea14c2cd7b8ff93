//! The command line: arguments in, report out, exit code. One file a command, each with its
//! `Args` and an `execute`; what they share are the global flags, `Context` and `Failure`.

mod adopt;
mod backup;
mod batch;
mod bounces;
mod cancel;
mod carry;
mod check;
mod completions;
mod confirm;
mod day;
mod dkim;
mod doctor;
mod doubt;
mod dry_run;
mod due;
mod event;
mod facts;
mod failure;
mod feedback;
mod help;
mod hold;
mod import_post;
mod inbox;
mod init;
mod language;
mod list_length;
mod logging;
mod man;
mod moments;
mod new;
mod output;
mod pause;
mod preview;
mod progress;
mod readers_pages;
mod render;
mod restore;
mod resume;
mod schedule;
mod schema;
mod secret;
mod send;
mod serve;
mod signals;
mod site;
mod status;
mod storage;
mod subscribers;
mod suppressions;
mod table;
mod templates;
mod test;
mod trouble;
mod watch;
mod worker;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{
    ArgAction, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum, error::ErrorKind,
};

pub(crate) use self::{
    failure::{CommandExit, Failure},
    output::{Output, Tone},
};
use crate::{app::App, clock::Clock, publication::own_timezone, words::Tongue};

/// Write a newsletter in Markdown, in git; deliver it to every subscriber exactly once.
#[derive(Debug, Parser)]
#[command(name = "daily-note", version, max_term_width = 100, after_help = EXIT_CODES)]
struct Cli {
    #[command(flatten)]
    global: GlobalFlags,
    #[command(subcommand)]
    command: Command,
}

const EXIT_CODES: &str = "Exit codes:
  0 done · 1 unexpected · 2 usage · 3 configuration · 4 the content does not pass
  5 done, but some deliveries failed, wait or are unknown · 6 nothing to do";

/// Flags that every command takes.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Global options")]
struct GlobalFlags {
    /// The publication's folder [default: the nearest parent folder with a daily-note.yaml]
    #[arg(long, global = true, value_name = "DIR")]
    root: Option<PathBuf>,
    /// Print one JSON document (or JSON lines for progress) on stdout and nothing else there
    #[arg(long, global = true)]
    json: bool,
    /// Pretend that it is this moment, as 2026-11-30T08:00:00+09:00, or that this day begins, as 2026-11-30
    #[arg(long, global = true, value_name = "MOMENT", value_parser = moments::parse_moment)]
    at: Option<moments::PretendedMoment>,
    /// Say more; twice for everything
    #[arg(short, long, global = true, action = ArgAction::Count, conflicts_with = "quiet")]
    verbose: u8,
    /// Say nothing but errors
    #[arg(short, long, global = true)]
    quiet: bool,
    /// When to use colours
    #[arg(long, global = true, value_enum, default_value_t = ColorChoice::Auto, value_name = "WHEN")]
    color: ColorChoice,
    /// The language to speak [default: the publication's, else the system's]
    #[arg(long, global = true, value_name = "LANGUAGE", value_parser = language::parse)]
    lang: Option<Tongue>,
    /// How the log on stderr is written; `json` is for programs that collect logs
    #[arg(long, global = true, value_enum, default_value_t = LogFormat::Text, value_name = "FORMAT")]
    log_format: LogFormat,
}

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum LogFormat {
    /// Lines for people
    Text,
    /// A JSON document a line
    Json,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ColorChoice {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Even into a pipe
    Always,
    /// Never
    Never,
}

#[derive(Debug, Subcommand)]
enum Command {
    Init(init::Args),
    New(new::Args),
    ImportPost(import_post::Args),
    Check(check::Args),
    Render(render::Args),
    Preview(preview::Args),
    Test(test::Args),
    Send(send::Args),
    Status(status::Args),
    Pause(pause::Args),
    Resume(resume::Args),
    Hold(hold::HoldArgs),
    Release(hold::ReleaseArgs),
    Cancel(cancel::Args),
    Schedule(schedule::Args),
    Serve(serve::Args),
    Worker(worker::Args),
    Adopt(adopt::Args),
    Backup(backup::Args),
    Restore(restore::Args),
    Storage(storage::Args),
    Inbox(inbox::Args),
    Subscribers(subscribers::Args),
    Suppressions(suppressions::Args),
    Feedback(feedback::Args),
    Bounces(bounces::Args),
    Doctor(doctor::Args),
    Dkim(dkim::Args),
    Secret(secret::Args),
    Completions(completions::Args),
    Man(man::Args),
    Templates(templates::Args),
    Site(site::Args),
    Schema(schema::Args),
}

/// What a command has at hand.
pub(crate) struct CommandContext {
    /// Where reports go.
    pub(crate) output: Output,
    /// What time it is.
    pub(crate) clock: Clock,
    root: Option<PathBuf>,
    /// A program collects the log.
    logs_json: bool,
}

impl CommandContext {
    /// Opens the publication that the command is about.
    pub(crate) fn app(&self) -> Result<App, Failure> {
        let app = App::open(self.root.as_deref(), self.clock)?;
        logging::use_zone(app.publication.timezone);
        Ok(app)
    }

    /// `--root`, where given.
    pub(crate) fn root(&self) -> Option<&Path> {
        self.root.as_deref()
    }
}

/// Parses the arguments, runs the command, reports its failure, and answers the exit code.
#[must_use]
pub fn main() -> ExitCode {
    let tongue = language::chosen(std::env::args_os());
    // What asks for help, or is wrong, is asked once more of a tree in people's language: making that costs more than most
    // commands do. A version has no words.
    let parsed = Cli::command()
        .try_get_matches()
        .or_else(|error| match error.kind() {
            ErrorKind::DisplayVersion => Err(error),
            _ => help::in_words(Cli::command(), tongue).try_get_matches(),
        });
    let cli = match parsed.and_then(|matches| Cli::from_arg_matches(&matches)) {
        Ok(cli) => cli,
        Err(error) => return help::refused(&error, tongue),
    };
    let output = Output::new(&cli.global, tongue);
    output.install();
    logging::start(&cli.global);
    let zone = || {
        let start = cli.global.root.as_deref().unwrap_or(Path::new("."));
        own_timezone(start).unwrap_or_else(init::guess::system_zone)
    };
    let context = CommandContext {
        output: output.clone(),
        clock: cli
            .global
            .at
            .map_or(Clock::System, |at| Clock::starting_at(at.in_zone(zone))),
        root: cli.global.root,
        logs_json: cli.global.log_format == LogFormat::Json,
    };
    let exit = match run(cli.command, &context) {
        Ok(exit) => exit,
        Err(failure) => {
            output.failure(&failure);
            failure.exit()
        }
    };
    exit.into()
}

fn run(command: Command, context: &CommandContext) -> Result<CommandExit, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let exit = runtime.block_on(async {
        match command {
            Command::Init(args) => init::execute(&args, context),
            Command::New(args) => new::execute(&args, context),
            Command::ImportPost(args) => import_post::execute(&args, context),
            Command::Check(args) => check::execute(&args, context).await,
            Command::Render(args) => render::execute(&args, context).await,
            Command::Preview(args) => preview::execute(&args, context).await,
            Command::Test(args) => test::execute(&args, context).await,
            Command::Send(args) => send::execute(&args, context).await,
            Command::Status(args) => status::execute(&args, context).await,
            Command::Pause(args) => pause::execute(&args, context).await,
            Command::Resume(args) => resume::execute(&args, context).await,
            Command::Hold(args) => hold::execute(&args, context).await,
            Command::Release(args) => hold::release(&args, context).await,
            Command::Cancel(args) => cancel::execute(&args, context).await,
            Command::Schedule(args) => schedule::execute(&args, context).await,
            Command::Adopt(args) => adopt::execute(&args, context).await,
            Command::Serve(args) => serve::execute(&args, context).await,
            Command::Worker(args) => worker::execute(&args, context).await,
            Command::Backup(args) => backup::execute(&args, context).await,
            Command::Restore(args) => restore::execute(&args, context).await,
            Command::Storage(args) => storage::execute(&args, context).await,
            Command::Inbox(args) => inbox::execute(&args, context).await,
            Command::Subscribers(args) => subscribers::execute(&args, context).await,
            Command::Suppressions(args) => suppressions::execute(&args, context).await,
            Command::Feedback(args) => feedback::execute(&args, context).await,
            Command::Bounces(args) => bounces::execute(&args, context).await,
            Command::Doctor(args) => doctor::execute(&args, context).await,
            Command::Dkim(args) => dkim::execute(&args, context),
            Command::Secret(args) => secret::execute(&args, context),
            Command::Completions(args) => completions::execute(&args, context),
            Command::Man(args) => man::execute(&args, context),
            Command::Templates(args) => templates::execute(&args, context),
            Command::Site(args) => site::execute(&args, context).await,
            Command::Schema(args) => schema::execute(&args, context),
        }
    });
    // Commands that were told to stop have drained by now; nothing left behind may hold the exit.
    runtime.shutdown_background();
    exit
}

/// The command as clap knows it, for completions and manual pages.
fn clap_command() -> clap::Command {
    Cli::command()
}
