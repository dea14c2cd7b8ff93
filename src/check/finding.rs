//! One finding: what rule, how bad, where, what to do.

use std::fmt;

use miette::{Diagnostic, LabeledSpan, Severity, SourceCode};
use serde::{Serialize, Serializer, ser::SerializeStruct};

use super::{CertainFix, FindingPlace, Level, Rule};
use crate::{
    source::{Source, SourceError, Span},
    words::Said,
};

/// Something that readers, the law or a mail client will take amiss.
#[derive(Debug, Clone)]
pub struct Finding {
    rule: &'static Rule,
    message: Said,
    hint: Option<Said>,
    place: Option<FindingPlace>,
    /// What takes it away, where that is certain.
    fix: Option<CertainFix>,
    /// The writer's reason for leaving it so.
    allowed: Option<String>,
    /// The same with its place, for showing.
    shown: Option<SourceError>,
}

impl Finding {
    /// A finding without a place.
    #[must_use]
    pub(crate) fn new(rule: &'static Rule, message: impl Into<Said>) -> Self {
        Self {
            rule,
            message: message.into(),
            hint: None,
            place: None,
            fix: None,
            allowed: None,
            shown: None,
        }
    }

    /// A finding made of an error in a file.
    #[must_use]
    pub(crate) fn of_error(rule: &'static Rule, error: &SourceError) -> Self {
        let mut finding = Self::new(rule, error.message());
        if let Some(hint) = error.hint() {
            finding.hint(hint);
        }
        match error.span() {
            Some((source, span)) => finding.at(FindingPlace::new(source, span)),
            None => finding,
        }
    }

    /// The same at a place.
    #[must_use]
    pub(crate) fn at(mut self, place: FindingPlace) -> Self {
        // It may repeat what stands there.
        self.message = place.source().discreet(self.message);
        self.shown = Some(SourceError::at(
            place.source(),
            shown_span(&place),
            self.message.clone(),
        ));
        self.place = Some(place);
        self
    }

    /// People are shown another text than the one at the place.
    pub(super) fn show_instead(&mut self, source: &Source) {
        let end = source.text().len();
        self.shown = Some(SourceError::at(source, 0..end, self.message.clone()));
    }

    /// What to do about it.
    pub(crate) fn hint(&mut self, hint: impl Into<Said>) -> &mut Self {
        let hint = hint.into();
        self.hint = Some(match &self.place {
            Some(place) => place.source().discreet(hint),
            None => hint,
        });
        self
    }

    /// What takes it away for certain: `new` in place of `old`. Nothing, where the file says it in another way than
    /// readers see it (an entity, an escape).
    pub(super) fn fix(&mut self, old: &str, new: &str) -> &mut Self {
        if let Some(place) = self.place.clone().filter(|place| place.text() == old) {
            self.fix = Some(CertainFix::new(place, new.to_owned()));
        }
        self
    }

    /// The same for bytes of the file other than the finding's own.
    pub(super) fn fix_at(&mut self, span: Span, new: impl FnOnce(&str) -> String) -> &mut Self {
        if let Some(own) = &self.place {
            let place = FindingPlace::new(own.source(), span);
            let new = new(place.text());
            self.fix = Some(CertainFix::new(place, new));
        }
        self
    }

    pub(super) fn allow(&mut self, reason: String) {
        self.allowed = Some(reason);
    }

    /// The rule it breaks.
    #[must_use]
    pub(crate) fn rule(&self) -> &'static Rule {
        self.rule
    }

    /// How bad it is.
    #[must_use]
    pub(crate) fn level(&self) -> Level {
        self.rule.level
    }

    /// What is wrong, in one sentence.
    #[must_use]
    pub(crate) fn message(&self) -> &Said {
        &self.message
    }

    /// What to do about it.
    #[must_use]
    pub(crate) fn help(&self) -> Option<&Said> {
        self.hint.as_ref()
    }

    /// What takes it away, where that is certain.
    #[must_use]
    pub(crate) fn certain_fix(&self) -> Option<&CertainFix> {
        self.fix.as_ref()
    }

    /// Where it stands.
    #[must_use]
    pub(crate) fn place(&self) -> Option<&FindingPlace> {
        self.place.as_ref()
    }

    /// Whether the writer means it to be so.
    #[must_use]
    pub(crate) fn is_allowed(&self) -> bool {
        self.allowed.is_some()
    }

    /// Whether it keeps the issue from being sent.
    #[must_use]
    pub(crate) fn blocks(&self) -> bool {
        self.level() == Level::Error && !self.is_allowed()
    }

    /// The writer's reason for leaving it so.
    #[must_use]
    pub(crate) fn reason(&self) -> Option<&str> {
        self.allowed.as_deref()
    }

    /// In the order of the text; what has no place comes last.
    pub(super) fn order(&self) -> (bool, usize, &'static str) {
        let start = self.place.as_ref().map(|place| place.span().start);
        (start.is_none(), start.unwrap_or_default(), self.rule.id)
    }
}

/// A place of many lines is shown by its first.
fn shown_span(place: &FindingPlace) -> Span {
    let line = place.text().lines().next().unwrap_or_default().trim_end();
    place.span().start..place.span().start + line.len()
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.message.fmt(f)
    }
}

impl std::error::Error for Finding {}

impl Diagnostic for Finding {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.rule.id))
    }

    fn severity(&self) -> Option<Severity> {
        Some(match self.level() {
            Level::Error => Severity::Error,
            Level::Warning => Severity::Warning,
            Level::Advice => Severity::Advice,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let hint = self.hint.as_ref()?;
        Some(Box::new(hint))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.shown.as_ref()?.source_code()
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        self.shown.as_ref()?.labels()
    }
}

/// `{rule, level, message, hint, file, line, column, end_line, end_column, allowed, fix}`
impl Serialize for Finding {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let place = self.place.as_ref();
        let (start, end) = (place.map(FindingPlace::start), place.map(FindingPlace::end));
        let mut object = to.serialize_struct("Finding", 11)?;
        object.serialize_field("rule", self.rule.id)?;
        object.serialize_field("level", &self.level())?;
        object.serialize_field("message", &self.message)?;
        object.serialize_field("hint", &self.hint)?;
        object.serialize_field("file", &place.map(FindingPlace::file))?;
        object.serialize_field("line", &start.map(|start| start.line))?;
        object.serialize_field("column", &start.map(|start| start.column))?;
        object.serialize_field("end_line", &end.map(|end| end.line))?;
        object.serialize_field("end_column", &end.map(|end| end.column))?;
        object.serialize_field("allowed", &self.allowed)?;
        object.serialize_field("fix", &self.fix)?;
        object.end()
    }
}

/// The beginning of a text that a message names: a line of it can be as long as an issue.
pub(super) fn shortened(text: &str, letters: usize) -> String {
    match text.char_indices().nth(letters) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
