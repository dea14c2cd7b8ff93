//! `worker`: a sender among others, on a database that many machines share.

use std::{net::SocketAddr, path::PathBuf, sync::Arc};

use super::{
    CommandContext, CommandExit, Failure, Output,
    batch::count_words,
    signals::{self, HangupMeaning},
    trouble::Trouble,
    watch::{self, WatchdogSignals},
};
use crate::{
    app::AppError,
    delivery::StopSignal,
    publication::{Environment, WorkerSettings},
    web::vitals::Vitals,
    words::{Said, say},
    worker::{Worker, WorkerError, WorkerEvent},
};

/// Send what is open on a database that many machines share, beside others
///
/// Claims from every open batch, sends, records, until it is stopped. It needs no publication: issues are frozen by
/// `send` and `serve` elsewhere. The database, the relay, the keys and the limits are its own configuration's, a file or
/// the environment alone. What it lacks a key for, it says, and claims nothing of.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The file has the words of daily-note.yaml: `storage`, `smtp`, `delivery`, `web: {secret: …}`. Variables go over it:
DAILY_NOTE_STORAGE, DAILY_NOTE_SMTP__URL, DAILY_NOTE_WEB__SECRET, DAILY_NOTE_SMTP__DKIM__KEY_FILE.
Ctrl-C and SIGTERM finish the messages in flight and stop; once more stops at once. Nothing is lost.

Examples:
  daily-note worker --config /etc/daily-note/worker.yaml
  daily-note worker --listen 127.0.0.1:9465 --log-format json
  systemctl enable --now daily-note-worker@1 daily-note-worker@2")]
pub(crate) struct Args {
    /// What it works with [default: the environment alone]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Its own folder on this machine [default: $STATE_DIRECTORY, else one below $XDG_STATE_HOME]
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
    /// Answer health, readiness and metrics there
    #[arg(long, value_name = "HOST:PORT")]
    listen: Option<SocketAddr>,
}

pub(crate) async fn execute(args: &Args, context: &CommandContext) -> Result<CommandExit, Failure> {
    if context.clock.is_pretended() {
        return Err(Failure::usage(say!(
            "`--at` pretends the time, and a worker sends what is really open"
        )));
    }
    let settings = WorkerSettings::load(args.config.as_deref(), &Environment::of_process());
    let settings = settings.map_err(AppError::Configuration)?;
    let folder = args.state.clone().or_else(own_folder).ok_or_else(|| {
        Failure::usage(say!(
            "this process has no home folder: name a folder of the worker's own with --state"
        ))
    })?;
    let watchdog = Arc::new(WatchdogSignals::of_process());
    let (output, status) = (context.output.clone(), Arc::clone(&watchdog));
    let ears = Arc::new(move |event: WorkerEvent| tell(&event, &output, &status));
    let worker = Worker::open(settings, &folder, context.clock, ears).await?;
    let stop = StopSignal::default();
    let standing = worker.standing();
    if let Some(address) = args.listen {
        let vitals = Arc::clone(&standing) as Arc<dyn Vitals>;
        watch::listen(address, vitals, stop.clone(), &context.output).await?;
    }
    signals::drain_on(stop.clone(), context.output.clone(), HangupMeaning::Ends);
    watchdog.start(move || standing.is_alive(), stop.clone());
    worker.run(stop).await;
    watchdog.is_stopping();
    Ok(CommandExit::Done)
}

/// What systemd made for it, or a folder of the person who runs it.
fn own_folder() -> Option<PathBuf> {
    let folder = |name: &str| std::env::var_os(name).map(PathBuf::from);
    // Of several the first one is the service's own.
    let made = std::env::var("STATE_DIRECTORY").ok();
    let made = made.and_then(|all| Some(PathBuf::from(all.split(':').next()?)));
    let own = || {
        let state = folder("XDG_STATE_HOME").filter(|folder| folder.is_absolute());
        state.or_else(|| Some(folder("HOME")?.join(".local/state")))
    };
    made.or_else(|| Some(own()?.join("daily-note/worker")))
}

fn tell(event: &WorkerEvent, output: &Output, status: &WatchdogSignals) {
    let (said, line) = match event {
        WorkerEvent::Ready => (
            say!("Looking for open batches. Ctrl-C ends."),
            "looking for open batches".to_owned(),
        ),
        WorkerEvent::Carries { issue, audience } => (
            say!("→ {issue} ({audience} readers)", issue, audience),
            format!("{issue} goes out to {audience} readers"),
        ),
        WorkerEvent::Left {
            issue,
            counts,
            is_finished,
        } => {
            let counts = count_words(counts, output);
            let said = match is_finished {
                true => say!("✓ {issue} is sent: {counts}", issue, counts),
                false => say!("· {issue}: {counts}", issue, counts),
            };
            (said, format!("{issue} rests"))
        }
        WorkerEvent::Paused { issue, reason } => (
            say!(
                "✗ {issue} is paused: {reason}",
                issue,
                reason = Said::heard(reason)
            ),
            format!("{issue} is paused"),
        ),
        WorkerEvent::Rests { issue, reason } => (
            say!(
                "! {issue} is not carried from here for now: {reason}",
                issue,
                reason = Said::heard(reason)
            ),
            format!("{issue} is not carried from here"),
        ),
        WorkerEvent::Away { reason } => (
            say!(
                "! the database can't be asked for now: {reason}",
                reason = Said::heard(reason)
            ),
            "the database can't be asked".to_owned(),
        ),
    };
    status.says(&line);
    match output.is_json() {
        true => output.document(event),
        false => output.note(said),
    }
}

impl From<WorkerError> for Failure {
    fn from(error: WorkerError) -> Self {
        let trouble = Trouble::of_error(&error);
        let hint = match error {
            WorkerError::State(error) => return AppError::State(error).into(),
            WorkerError::Folder { .. } => {
                say!("name a folder that this worker may write to with --state")
            }
            WorkerError::Secretless { path } => say!(
                "give it the publication's own `web.secret`, or DAILY_NOTE_WEB__SECRET; where that has none, copy its \
                 .daily-note/secret to {path}",
                path
            ),
            WorkerError::Taken { .. } => say!("give each worker a folder of its own with --state"),
        };
        Self::new(CommandExit::Configuration, trouble.with_hint(hint))
    }
}
