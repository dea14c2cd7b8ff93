//! Every rule at work: a text, a mail or a list that breaks it, and a neighbour that does not. A rule
//! without such a pair fails here.

use std::collections::BTreeSet;

use super::*;

/// A rule, the findings on what breaks it and those on its neighbour.
pub(super) struct Trial {
    pub(super) rule: &'static str,
    /// What breaks it, for showing.
    pub(super) what: String,
    pub(super) broken: Vec<Finding>,
    pub(super) well: Vec<Finding>,
}

impl Trial {
    pub(super) fn new(
        rule: &'static str,
        what: impl Into<String>,
        broken: Vec<Finding>,
        well: Vec<Finding>,
    ) -> Self {
        Self {
            rule,
            what: what.into(),
            broken,
            well,
        }
    }
}

fn all() -> Vec<Trial> {
    [
        fires::trials(),
        law::trials(),
        keeper_trials(),
        unseen_trials(),
        list::trials(),
        mail::trials(),
        reports::trials(),
        sender::trials(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn keeper_trials() -> Vec<Trial> {
    use crate::check::keeper::{KeeperTrouble, keeper};
    let troubles = [
        ("keeper/not-in-git", KeeperTrouble::NotInGit),
        ("keeper/missing", KeeperTrouble::Missing),
    ];
    let broken = |trouble| vec![keeper("daily-note.keeper", trouble)];
    troubles
        .map(|(rule, trouble)| Trial::new(rule, rule, broken(trouble), Vec::new()))
        .into()
}

fn unseen_trials() -> Vec<Trial> {
    use crate::{check::unseen::unseen, issue::UnseenReason};
    let rule = "archive/unseen-file";
    [
        UnseenReason::Ending,
        UnseenReason::IndexName,
        UnseenReason::TooDeep,
    ]
    .map(|reason| {
        let broken = vec![unseen("issues/2026/a.markdown", reason)];
        Trial::new(rule, rule, broken, Vec::new())
    })
    .into()
}

#[test]
fn each_rule_fires_where_it_should_and_is_silent_on_the_neighbour() {
    let mut tried = BTreeSet::new();
    let mut wrong = Vec::new();
    for trial in all() {
        let Trial { rule, what, .. } = &trial;
        if !has(&trial.broken, rule) {
            let told = shown(&trial.broken);
            wrong.push(format!("{rule} should fire on `{what}`: {told:?}"));
        }
        if has(&trial.well, rule) {
            let told = shown(&trial.well);
            wrong.push(format!("{rule} should be silent beside `{what}`: {told:?}"));
        }
        tried.insert(*rule);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let known: BTreeSet<&str> = rules().map(|rule| rule.id).collect();
    let untried: Vec<&&str> = known.difference(&tried).collect();
    assert!(
        untried.is_empty(),
        "no text breaks these, and none leaves them in peace: {untried:?}"
    );
    let unknown: Vec<&&str> = tried.difference(&known).collect();
    assert!(unknown.is_empty(), "these are no rules: {unknown:?}");
}
