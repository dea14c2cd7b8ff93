//! What a rule is.

use crate::words::{Said, say};

/// A rule as data: shown with its findings, listed by `check --rules`.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// `family/name`, which `allow:` names.
    pub id: &'static str,
    /// How bad a breach is.
    pub level: Level,
    /// Why it matters, in one line.
    pub why: &'static str,
    /// Who says so: a standard, a law, a measurement; empty where it is plain sense.
    pub source: &'static str,
}

impl Rule {
    /// Why it matters, to be said.
    #[must_use]
    pub(crate) fn reason(&self) -> Said {
        Said::sentence(self.why, Vec::new())
    }
}

/// How bad a finding is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Could be better.
    Advice,
    /// Readers will stumble over it. Fails with `--strict`.
    Warning,
    /// Broken, unlawful or unsendable: `check` fails and `send` refuses.
    Error,
}

impl Level {
    /// The same, to be said.
    #[must_use]
    pub(crate) fn said(self) -> Said {
        match self {
            Self::Error => say!("error"),
            Self::Warning => say!("warning"),
            Self::Advice => say!("advice"),
        }
    }

    /// `error`, `warning`, `advice`.
    #[must_use]
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Advice => "advice",
        }
    }
}

/// Declares a family's rules as statics, and lists them in `RULES`.
macro_rules! rules {
    ($($name:ident = $id:literal, $level:ident, $why:literal, $source:literal;)+) => {
        $(pub(in crate::check) static $name: $crate::check::Rule = $crate::check::Rule {
            id: $id,
            level: $crate::check::Level::$level,
            why: $why,
            source: $source,
        };)+
        /// The family's rules.
        pub(in crate::check) static RULES: &[&$crate::check::Rule] = &[$(&$name),+];
    };
}
pub(super) use rules;
