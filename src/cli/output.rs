//! Where reports go: documents to stdout as JSON, people's text to stdout or, beside `--json`, to
//! stderr; errors and progress always to stderr.

use std::io::{self, IsTerminal, Write};

use serde::Serialize;

use super::{ColorChoice, Failure, GlobalFlags, LogFormat};
use crate::words::{Said, Tongue};

/// How this run talks.
#[derive(Debug, Clone)]
pub(crate) struct Output {
    is_json: bool,
    /// A document of somebody else's stands on stdout.
    is_beside: bool,
    is_quiet: bool,
    has_color: bool,
    /// Stderr is a log for programs: what is said there is said in its lines.
    is_logged: bool,
    /// What people are spoken to in.
    tongue: Tongue,
}

/// Colours tell state, nothing else; words say the same without them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    /// It is well.
    Good,
    /// It waits, or wants a look.
    Care,
    /// It failed.
    Bad,
    /// Less important.
    Quiet,
}

impl Output {
    pub(super) fn new(global: &GlobalFlags, tongue: Tongue) -> Self {
        let has_color = match global.color {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => {
                std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
                    && io::stderr().is_terminal()
                    && (global.json || io::stdout().is_terminal())
            }
        };
        Self {
            is_json: global.json,
            is_beside: false,
            is_quiet: global.quiet,
            has_color,
            is_logged: global.log_format == LogFormat::Json,
            tongue: match global.log_format {
                LogFormat::Text => tongue,
                LogFormat::Json => Tongue::English,
            },
        }
    }

    /// Makes error reports follow the same choices.
    pub(super) fn install(&self) {
        let has_color = self.has_color;
        // Refused only when a hook is there already, which is then as good.
        let _ = miette::set_hook(Box::new(move |_| {
            Box::new(
                miette::MietteHandlerOpts::new()
                    .color(has_color)
                    .unicode(true)
                    .terminal_links(false)
                    .width(terminal_width())
                    .build(),
            )
        }));
    }

    /// The same in another language.
    pub(crate) fn speaking(&self, tongue: Tongue) -> Self {
        Self {
            tongue,
            ..self.clone()
        }
    }

    /// Whether a program reads along.
    pub(crate) fn is_json(&self) -> bool {
        self.is_json
    }

    /// The same for what is not the document: people's text to stderr where a program reads along,
    /// and no documents.
    pub(crate) fn beside_json(&self) -> Self {
        Self {
            is_beside: self.is_json,
            is_json: false,
            ..self.clone()
        }
    }

    /// Whether progress may be drawn over itself.
    pub(crate) fn draws_progress(&self) -> bool {
        !self.is_json && !self.is_quiet && io::stderr().is_terminal()
    }

    /// One JSON document, or one line of several.
    pub(crate) fn document(&self, value: &impl Serialize) {
        if let Ok(text) = serde_json::to_string(value) {
            write_line(&mut io::stdout().lock(), &text);
        }
    }

    /// The result that a person asked for.
    pub(crate) fn say(&self, text: impl Into<Said>) {
        if self.is_json || self.is_beside {
            self.note(text);
        } else if !self.is_quiet {
            write_line(&mut io::stdout().lock(), &self.words(text));
        }
    }

    /// What happens on the way.
    pub(crate) fn note(&self, text: impl Into<Said>) {
        if self.is_logged {
            tracing::info!("{}", self.words(text).trim());
        } else if !self.is_quiet {
            write_line(&mut io::stderr().lock(), &self.words(text));
        }
    }

    /// What people are spoken to in.
    pub(crate) fn tongue(&self) -> Tongue {
        self.tongue
    }

    /// A sentence in people's language.
    pub(crate) fn words(&self, text: impl Into<Said>) -> String {
        text.into().put(self.tongue)
    }

    /// How wide the terminal is; None where the text goes into a pipe or a file, whose lines
    /// nobody breaks.
    pub(crate) fn width(&self) -> Option<usize> {
        let columns = std::env::var("COLUMNS").ok();
        columns
            .and_then(|text| text.parse().ok())
            .or_else(|| terminal_size::terminal_size_of(io::stdout()).map(|(it, _)| it.0.into()))
    }

    /// Text as it is, to stdout, whatever the flags: a schema, a manual page.
    pub(crate) fn raw(&self, text: &[u8]) {
        let mut stdout = io::stdout().lock();
        let _ = stdout.write_all(text).and_then(|()| stdout.flush());
    }

    /// A failure, to stderr.
    pub(super) fn failure(&self, failure: &Failure) {
        if self.is_logged {
            for trouble in failure.troubles() {
                tracing::error!("{}", trouble.shown(self.tongue).trim());
            }
            return;
        }
        let mut stderr = io::stderr().lock();
        for trouble in failure.troubles() {
            write_line(&mut stderr, trouble.shown(self.tongue).trim_end());
        }
    }

    /// `text` in the colour of its state, where colours are on.
    pub(crate) fn paint(&self, tone: Tone, text: impl Into<Said>) -> String {
        let text = self.words(text);
        if !self.has_color {
            return text;
        }
        let code = match tone {
            Tone::Good => 32,
            Tone::Care => 33,
            Tone::Bad => 31,
            Tone::Quiet => 2,
        };
        format!("\x1b[{code}m{text}\x1b[0m")
    }
}

/// Says what is wrong before there is an [`Output`].
pub(super) fn complain(text: &str) {
    write_line(&mut io::stderr().lock(), text);
}

/// The width reports are wrapped to.
fn terminal_width() -> usize {
    std::env::var("COLUMNS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(100)
}

/// A reader that went away (`| head`) is no error of ours.
fn write_line(to: &mut impl Write, text: &str) {
    let _ = writeln!(to, "{text}").and_then(|()| to.flush());
}
