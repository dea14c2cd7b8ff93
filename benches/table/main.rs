//! One table of what things cost, each row beside its peer in the same run. Machines are noisy:
//! read the ratios. docs/performance.md keeps the last one.
//!
//!     scripts/bench [--small] [--only GROUP] [--dir FOLDER] [--bounces FOLDER]
//!
//! GROUP is one of compose, sign, content, archive, bounces, batch, cheap, memory, far, fold, list, postgres, ledger-years; the
//! last one, which takes long, is not in a whole run. A small run keeps everything building and running; it fails where
//! a row that means something on any machine is missed.

#![expect(clippy::print_stdout, reason = "a bench prints its table")]
#![expect(clippy::print_stderr, reason = "and says what it missed")]

mod archive;
mod batch;
mod bounces;
mod content;
#[path = "../support/issue.rs"]
#[expect(dead_code, reason = "the criterion benches use the rest")]
mod issue;
#[path = "../support/ledger.rs"]
mod ledger;
mod line;
mod list;
mod memory;
mod message;
#[path = "../support/postfix.rs"]
mod postfix;
mod postgres;
mod process;
#[path = "../support/processor.rs"]
mod processor;
mod publication;
mod row;
mod sink;
mod years;

use std::{path::PathBuf, process::ExitCode, time::Duration};

use batch::Postfix;
use row::Table;

/// How much of everything.
struct Sizes {
    is_small: bool,
    rounds: usize,
    compositions: usize,
    sign_for: Duration,
    batch: usize,
    far: usize,
    /// Of each issue whose memory is looked at.
    weighed: usize,
    /// Of subscribers.yaml.
    entries: usize,
    readers: usize,
    /// Rows of a ledger that is carried as fast as it goes.
    ledger: usize,
    /// Of each of the batches of years.
    years: usize,
    /// Issues of years.
    archive: usize,
    /// Of the archive on the web.
    archived: usize,
    /// Where publications and their ledgers lie; a disk, so that what is durable costs what it costs.
    folder: Option<PathBuf>,
    /// Real reports, with what they mean; None: two of our own, for the time alone.
    bounces: Option<PathBuf>,
}

impl Sizes {
    fn new(is_small: bool, folder: Option<PathBuf>, bounces: Option<PathBuf>) -> Self {
        let of = |full, small| if is_small { small } else { full };
        Self {
            is_small,
            rounds: of(5, 1),
            compositions: of(5_000, 200),
            sign_for: Duration::from_secs(of(2, 1) as u64),
            batch: of(20_000, 2_000),
            far: of(6_000, 500),
            weighed: of(2_000, 300),
            entries: of(100_000, 5_000),
            readers: of(1_000_000, 20_000),
            ledger: of(200_000, 4_000),
            years: of(100_000, 1_000),
            archive: of(500, 20),
            archived: of(1_000, 20),
            folder,
            bounces,
        }
    }
}

fn main() -> ExitCode {
    sink::take_the_role();
    let arguments: Vec<String> = std::env::args().collect();
    let option = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name)?;
        arguments.get(at + 1).cloned()
    };
    let only = option("--only");
    let wants = |group: &str| only.as_deref().is_none_or(|only| only == group);
    let is_small = arguments.iter().any(|argument| argument == "--small");
    let folder = |name| option(name).map(PathBuf::from);
    let sizes = Sizes::new(is_small, folder("--dir"), folder("--bounces"));

    let mut table = Table::start();
    if !process::is_there() {
        table.leave_out("everything", "GNU time is not installed");
        return ExitCode::SUCCESS;
    }
    if wants("compose") {
        message::compose(&mut table, &sizes);
    }
    let signs = ["sign", "batch", "cheap"]
        .iter()
        .any(|group| wants(group))
        .then(|| message::sign(&mut table, &sizes))
        .flatten();
    if wants("content") {
        content::rows(&mut table, &sizes);
    }
    if wants("archive") {
        archive::rows(&mut table, &sizes);
    }
    if wants("bounces") {
        bounces::rows(&mut table, &sizes);
    }
    let postfix = Postfix::find();
    match &postfix {
        Some(postfix) => {
            if wants("batch") {
                batch::near(&mut table, &sizes, postfix, signs);
            }
            if wants("cheap") {
                batch::cheap(&mut table, &sizes, postfix, signs);
            }
            if wants("memory") {
                memory::rows(&mut table, &sizes, postfix);
            }
            if wants("far") {
                batch::far(&mut table, &sizes, postfix);
            }
        }
        None => table.leave_out("sending", "Postfix is not installed"),
    }
    if wants("fold") {
        list::fold(&mut table, &sizes);
    }
    if wants("list") {
        list::long(&mut table, &sizes, postfix.as_ref());
    }
    if wants("postgres") {
        postgres::rows(&mut table, &sizes, postfix.as_ref());
    }
    if only.as_deref() == Some("ledger-years") || (is_small && only.is_none()) {
        postgres::years(&mut table, &sizes);
    }
    if table.missed().is_empty() {
        return ExitCode::SUCCESS;
    }
    eprintln!("missed: {}", table.missed().join("; "));
    ExitCode::FAILURE
}
