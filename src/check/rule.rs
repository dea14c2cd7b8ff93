//! What a rule is, and the rules about silencing rules.

use super::{Finding, Findings};
use crate::source::SourceError;

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
    /// `error`, `warning`, `advice`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
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
        $(static $name: $crate::check::Rule = $crate::check::Rule {
            id: $id,
            level: $crate::check::Level::$level,
            why: $why,
            source: $source,
        };)+
        /// The family's rules.
        pub(super) static RULES: &[&$crate::check::Rule] = &[$(&$name),+];
    };
}
pub(super) use rules;

rules! {
    UNREADABLE = "issue/unreadable", Error,
        "a file that is no issue can't be sent", "";
    UNKNOWN_RULE = "allow/unknown-rule", Warning,
        "an `allow` of a rule that does not exist silences nothing", "";
    UNUSED = "allow/unused", Advice,
        "an `allow` that silences nothing hides the next real finding", "";
}

/// Judges one key of `allow:` once all else is found.
pub(super) fn judge_allow(id: &str, findings: &mut Findings<'_>) {
    if super::rules().any(|rule| rule.id == id) {
        if !findings.found.iter().any(|found| found.rule().id == id) {
            findings
                .at_key(&UNUSED, "allow", format!("nothing here breaks `{id}`"))
                .hint("take it out of `allow`");
        }
        return;
    }
    let ids: Vec<&str> = super::rules().map(|rule| rule.id).collect();
    let hint = match crate::yaml::nearest(id, &ids) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`daily-note check --rules` lists them".to_owned(),
    };
    findings
        .at_key(&UNKNOWN_RULE, "allow", format!("there is no rule `{id}`"))
        .hint(hint);
}

/// An error of the front matter, or of the file.
pub(super) fn unreadable(error: &SourceError) -> Finding {
    Finding::of_error(&UNREADABLE, error)
}
