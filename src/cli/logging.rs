//! The log: to stderr, as lines for people or as JSON for programs, and no whole address in either. Times
//! are the machine's, in the publication's zone once it is known (and UTC before), always with their
//! offset.

use std::{
    fmt::Write as _,
    io::{self, Write},
    sync::OnceLock,
};

use chrono::{DateTime, SecondsFormat, Utc};
use chrono_tz::Tz;
use serde_json::{Map, Value};
use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    EnvFilter,
    fmt::{FmtContext, FormatEvent, FormatFields, format::Writer},
    registry::LookupSpan,
};

use super::{GlobalFlags, LogFormat};
use crate::{address::masked_within, clock::Clock};

/// The publication's zone. The log is the process's, and begins before a publication is read.
static ZONE: OnceLock<Tz> = OnceLock::new();

/// The field whose JSON becomes part of the line's document.
const DETAILS: &str = "details";

/// `RUST_LOG` refines what `-v` asks. Of other crates nothing is said unless it is asked for.
pub(super) fn start(global: &GlobalFlags) {
    let level = match (global.quiet, global.verbose) {
        (true, _) => "daily_note=error",
        // Who collects the log wants to know what happens, not only what goes wrong.
        (_, 0) if global.log_format == LogFormat::Json => "daily_note=info",
        (_, 0) => "daily_note=warn",
        (_, 1) => "daily_note=info",
        (_, _) => "daily_note=debug,info",
    };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(level));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(|| MaskedStderr)
        .event_format(LogLines {
            is_json: global.log_format == LogFormat::Json,
        })
        .init();
}

/// Times are in this zone from now on.
pub(super) fn use_zone(zone: Tz) {
    // A second publication in one process has the first one's zone; there is none.
    let _ = ZONE.set(zone);
}

/// A line of the log.
struct LogLines {
    is_json: bool,
}

impl<S, N> FormatEvent<S, N> for LogLines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        _context: &FmtContext<'_, S, N>,
        mut to: Writer<'_>,
        event: &Event<'_>,
    ) -> std::fmt::Result {
        let mut fields = EventFields::default();
        event.record(&mut fields);
        let level = event.metadata().level().as_str();
        let time = timestamp(Clock::System.now());
        match self.is_json {
            true => writeln!(to, "{}", fields.document(&time, level)),
            false => writeln!(to, "{}", fields.line(&time, level)),
        }
    }
}

fn timestamp(now: DateTime<Utc>) -> String {
    match ZONE.get() {
        Some(zone) => now
            .with_timezone(zone)
            .to_rfc3339_opts(SecondsFormat::Millis, true),
        None => now.to_rfc3339_opts(SecondsFormat::Millis, true),
    }
}

/// What an event carries.
#[derive(Default)]
struct EventFields(Map<String, Value>);

impl EventFields {
    fn document(self, time: &str, level: &str) -> Value {
        let mut document = self.0;
        if let Some(details) = document.get(DETAILS).and_then(as_object) {
            document.remove(DETAILS);
            document.extend(details);
        }
        document.insert("timestamp".to_owned(), time.into());
        document.insert("level".to_owned(), level.into());
        Value::Object(document)
    }

    fn line(mut self, time: &str, level: &str) -> String {
        let message = self.0.remove("message");
        let message = message.as_ref().and_then(Value::as_str);
        let mut line = format!("{time} {level:>5} {}", plain(message.unwrap_or_default()));
        for (name, value) in &self.0 {
            let text = value.as_str().map_or_else(|| value.to_string(), plain);
            let _ = write!(line, " {name}={text}");
        }
        line.trim_end().to_owned()
    }
}

fn as_object(value: &Value) -> Option<Map<String, Value>> {
    match serde_json::from_str(value.as_str()?) {
        Ok(Value::Object(details)) => Some(details),
        _ => None,
    }
}

/// What others said may hold what a terminal obeys.
fn plain(text: &str) -> String {
    let sign = |c: char| if c.is_control() && c != '\n' { ' ' } else { c };
    text.chars().map(sign).collect()
}

impl Visit for EventFields {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name().to_owned(), value.into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.0.insert(field.name().to_owned(), value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.0.insert(field.name().to_owned(), value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.0.insert(field.name().to_owned(), value.into());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.record_str(field, &format!("{value:?}"));
    }
}

/// Stderr, with every address masked. A line comes in one piece.
struct MaskedStderr;

impl Write for MaskedStderr {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let masked = masked_within(&String::from_utf8_lossy(line));
        io::stderr().lock().write_all(masked.as_bytes())?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().lock().flush()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fields(pairs: &[(&str, &str)]) -> EventFields {
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), Value::from(*value));
        EventFields(pairs.iter().map(own).collect())
    }

    #[test]
    fn details_are_part_of_the_document() {
        let details = r#"{"event":"batch_ended","counts":{"accepted":2}}"#;
        let document = fields(&[("event", "x"), (DETAILS, details)]).document("now", "INFO");
        assert_eq!(
            document,
            json!({"timestamp": "now", "level": "INFO", "event": "batch_ended", "counts": {"accepted": 2}})
        );
        let document = fields(&[(DETAILS, "plain")]).document("now", "INFO");
        assert_eq!(document["details"], "plain");
    }

    #[test]
    fn a_line_holds_nothing_that_a_terminal_obeys() {
        let line = fields(&[("message", "said \u{1b}[31mred"), ("to", "x")]).line("now", "WARN");
        assert_eq!(line, "now  WARN said  [31mred to=x");
    }
}
