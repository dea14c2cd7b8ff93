//! The log: to stderr, as lines for people or as JSON for programs, and no whole address in either.

use std::io::{self, Write};

use tracing_subscriber::{EnvFilter, fmt};

use super::{Global, LogFormat};
use crate::address::masked_within;

/// `RUST_LOG` refines what `-v` asks.
pub(super) fn start(global: &Global) {
    let level = match (global.quiet, global.verbose) {
        (true, _) => "error",
        // Who collects the log wants to know what happens, not only what goes wrong.
        (_, 0) if global.log_format == LogFormat::Json => "daily_note=info,warn",
        (_, 0) => "daily_note=warn,error",
        (_, 1) => "daily_note=info,warn",
        (_, _) => "daily_note=debug,info",
    };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(level));
    let log = fmt()
        .with_env_filter(filter)
        .with_writer(|| Masked)
        .with_target(false);
    match global.log_format {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().flatten_event(true).init(),
    }
}

/// Stderr, with every address masked. A line comes in one piece.
struct Masked;

impl Write for Masked {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let masked = masked_within(&String::from_utf8_lossy(line));
        io::stderr().lock().write_all(masked.as_bytes())?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().lock().flush()
    }
}
