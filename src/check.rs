//! Findings on an issue before readers find them. Rules are data ([`Rule`]), one file a family;
//! each family walks the [`CheckSubject`] and adds [`Finding`]s.
//!
//! Errors are only the broken, the unlawful and the unsendable, and stop a send. The front matter's
//! `allow:` silences a rule for one issue, with a reason.

mod allow;
mod calendar;
mod certain_fix;
mod content;
mod finding;
mod images;
mod issue_text;
pub(crate) mod keeper;
mod law;
mod links;
pub(crate) mod list;
mod listed;
mod mail;
mod markdown;
mod place;
mod rendering;
pub mod report;
mod rule;
mod sender;
mod slips;
mod speech;
mod typography;
pub(crate) mod unseen;

use std::collections::BTreeMap;

use chrono::NaiveDate;

use self::issue_text::IssueText;
use crate::{
    issue::{Archive, Issue},
    publication::Publication,
    render::{PicturesAsked, RenderError, RenderedIssue, Templates},
    source::{Source, SourceError, Span},
    words::{Said, say},
};

pub use self::{
    certain_fix::CertainFix,
    finding::Finding,
    law::ConsentTally,
    links::online::{LinkAnswer, LinkAnswers, addresses},
    mail::{ClientView, as_shown},
    place::FindingPlace,
    rule::{Level, Rule},
    sender::SendingFacts,
};

/// What is checked: an issue, and what it must agree with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CheckSubject<'a> {
    /// The publication.
    pub publication: &'a Publication,
    /// The issues before and after it.
    pub archive: &'a Archive,
    /// The issue.
    pub issue: &'a Issue,
    /// The day, in the publication's zone.
    pub today: NaiveDate,
    /// Whether the ledger has a batch of it: what has gone out is not late.
    pub is_sent: bool,
    /// Since which day the calendar is kept from this state: what was sent before, it does not know.
    /// None: it never was.
    pub kept_since: Option<NaiveDate>,
    /// How it would leave.
    pub leaving: SendingFacts<'a>,
    /// How the consents of the people stand that it would go to. None: not asked for.
    pub recipients: Option<&'a ConsentTally>,
    /// What other sites answered about its links. None: they were not asked.
    pub online: Option<&'a LinkAnswers>,
    /// The mail, as a reader without a name gets it, or why there is none. None: not asked for.
    pub rendering: Option<Result<&'a RenderedIssue, &'a RenderError>>,
    /// What it is rendered with. None: not asked for, or not readable.
    pub templates: Option<&'a Templates>,
    /// What is known of its pictures. None: nobody looked yet.
    pub pictures: Option<&'a PicturesAsked>,
}

/// A family of rules.
struct RuleFamily {
    rules: &'static [&'static Rule],
    check: fn(&CheckSubject<'_>, &IssueText<'_>, &mut Findings<'_>),
}

static FAMILIES: &[RuleFamily] = &[
    RuleFamily {
        rules: calendar::RULES,
        check: |proof, _, findings| calendar::check(proof, findings),
    },
    RuleFamily {
        rules: sender::RULES,
        check: |proof, _, findings| sender::check(proof, findings),
    },
    RuleFamily {
        rules: content::RULES,
        check: content::check,
    },
    RuleFamily {
        rules: markdown::RULES,
        check: markdown::check,
    },
    RuleFamily {
        rules: slips::RULES,
        check: slips::check,
    },
    RuleFamily {
        rules: links::RULES,
        check: |proof, _, findings| links::check(proof, findings),
    },
    RuleFamily {
        rules: images::RULES,
        check: |proof, _, findings| images::check(proof, findings),
    },
    RuleFamily {
        rules: rendering::RULES,
        check: |proof, _, findings| rendering::check(proof, findings),
    },
    RuleFamily {
        rules: mail::RULES,
        check: |proof, _, findings| mail::check(proof, findings),
    },
    RuleFamily {
        rules: law::RULES,
        check: |proof, _, findings| law::check(proof, findings),
    },
    RuleFamily {
        rules: typography::RULES,
        check: typography::check,
    },
];

/// Every rule there is, by family.
pub(crate) fn rules() -> impl Iterator<Item = &'static Rule> {
    FAMILIES
        .iter()
        .flat_map(|family| family.rules)
        .chain(list::RULES)
        .chain(keeper::RULES)
        .chain(unseen::RULES)
        .chain(allow::RULES)
        .copied()
}

/// Checks an issue, its text and what it refers to; findings in the order of the text.
#[must_use]
pub(crate) fn issue(proof: &CheckSubject<'_>) -> Vec<Finding> {
    let mut findings = Findings::new(proof.issue);
    let front_lines = proof.issue.front_lines();
    let text = IssueText::of(&front_lines, &proof.issue.document.prose);
    for family in FAMILIES {
        (family.check)(proof, &text, &mut findings);
    }
    findings.settle()
}

/// What is found in the text of a file that is no issue: who mends its head, or settles a merge, need not come back
/// for the rest. `body_start`: where the text begins.
#[must_use]
pub(crate) fn text_alone(proof: &CheckSubject<'_>, body_start: usize) -> Vec<Finding> {
    let between_versions = proof.issue.source.conflicts();
    let mut findings = issue(proof);
    findings.retain(|finding| {
        let place = finding.place().map(FindingPlace::span);
        // Of a head that says nothing all else is missing.
        place.is_some_and(|span| {
            let is_told = between_versions
                .iter()
                .any(|versions| versions.contains(&span.start));
            !is_told && (span.start >= body_start || slips::is_of_broken_head(finding.rule()))
        })
    });
    findings
}

/// What keeps a file from being an issue, as findings.
#[must_use]
pub(crate) fn unreadable(errors: &[SourceError]) -> Vec<Finding> {
    errors.iter().map(allow::unreadable).collect()
}

/// Whether these findings keep an issue from being sent.
#[must_use]
pub(crate) fn blocks(findings: &[Finding]) -> bool {
    findings.iter().any(Finding::blocks)
}

/// A slip made a thousand times is one slip: nobody reads more of it than this, and a report of
/// them all would be longer than the issue.
const MAX_OF_A_RULE: usize = 100;

/// Findings being gathered on one issue.
pub(crate) struct Findings<'a> {
    issue: &'a Issue,
    found: Vec<Finding>,
    /// How many of each rule were added, kept or not.
    counts: BTreeMap<&'static str, (&'static Rule, usize)>,
    /// What a reader of the mail sees: the family that parses it leaves it to the one on law.
    seen_in_mail: Option<String>,
    /// The last one that is not kept: whoever adds it may still finish it.
    surplus: Option<Finding>,
}

impl<'a> Findings<'a> {
    fn new(issue: &'a Issue) -> Self {
        Self {
            issue,
            found: Vec::new(),
            counts: BTreeMap::new(),
            seen_in_mail: None,
            surplus: None,
        }
    }

    /// Adds a finding at a place of the issue's file.
    fn at(&mut self, rule: &'static Rule, span: Span, message: impl Into<Said>) -> &mut Finding {
        let place = FindingPlace::new(&self.issue.source, span);
        self.add(Finding::new(rule, message).at(place))
    }

    /// Adds a finding at the value of a front matter key; at the file's top where it is not
    /// written.
    fn at_key(&mut self, rule: &'static Rule, key: &str, message: impl Into<Said>) -> &mut Finding {
        let span = self.issue.front_matter.spans.get(key).cloned();
        self.at(rule, span.unwrap_or(0..3), message)
    }

    /// Adds a finding on the rendered mail, shown by the piece of HTML it is about. Programs are
    /// pointed to the issue's title: the HTML is in no file.
    fn in_mail(
        &mut self,
        rule: &'static Rule,
        html: &str,
        message: impl Into<Said>,
    ) -> &mut Finding {
        let source = Source::new(format!("{} as mail", self.issue.source.name()), html);
        let finding = self.at_key(rule, "title", message);
        finding.show_instead(&source);
        finding
    }

    fn add(&mut self, finding: Finding) -> &mut Finding {
        let rule = finding.rule();
        let (_, count) = self.counts.entry(rule.id).or_insert((rule, 0));
        *count += 1;
        if *count > MAX_OF_A_RULE {
            return self.surplus.insert(finding);
        }
        let index = self.found.len();
        self.found.push(finding);
        &mut self.found[index]
    }

    /// Tells of what was not kept.
    fn count_surplus(&mut self) {
        let counts = std::mem::take(&mut self.counts);
        for (rule, count) in counts.into_values() {
            if let Some(more @ 1..) = count.checked_sub(MAX_OF_A_RULE) {
                self.at_key(
                    rule,
                    "title",
                    say!("{more} more like those that are reported", more),
                )
                .hint(say!("what was written by one mistake is fixed in one go"));
            }
        }
    }

    /// Applies `allow:` and sorts.
    fn settle(mut self) -> Vec<Finding> {
        self.count_surplus();
        let allow = &self.issue.front_matter.allow;
        for finding in &mut self.found {
            // No reason makes a mail of what can't be rendered.
            let reason = allow.get(finding.rule().id);
            if let Some(reason) = reason.filter(|_| !rendering::is_final(finding.rule())) {
                finding.allow(reason.clone());
            }
        }
        for id in allow.keys() {
            allow::judge_allow(id, &mut self);
        }
        self.found.sort_by_key(Finding::order);
        self.found
    }
}

#[cfg(test)]
mod tests;
