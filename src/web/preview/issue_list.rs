//! The issues and the calendar's slots, one line each.

use serde::Serialize;

use super::{
    content::IssueRow,
    inputs::PageInputs,
    phrases::state_key,
    query::{PageQuery, address},
};

/// Older issues are shown when they are asked for.
const SHOWN: usize = 40;

/// The list, with the open issue marked.
#[derive(Debug, Serialize)]
pub(super) struct IssueList<'a> {
    lines: Vec<IssueLine<'a>>,
    /// How many are left out, and where they are shown.
    more: Option<MoreIssues>,
}

#[derive(Debug, Serialize)]
struct MoreIssues {
    count: usize,
    href: String,
}

/// A slot of the calendar, an issue, or both.
#[derive(Debug, Serialize)]
struct IssueLine<'a> {
    /// None: there is no issue yet.
    href: Option<String>,
    is_open: bool,
    /// The edition's, by its number.
    accent: usize,
    when: String,
    /// How it stands, as style sheets know it.
    state: &'static str,
    state_label: String,
    title: &'a str,
    edition: &'a str,
}

impl<'a> IssueList<'a> {
    pub(super) fn new(inputs: PageInputs<'a>) -> Self {
        let PageInputs { content, query, .. } = inputs;
        let open = content.standing.open().map(|open| open.name.as_str());
        let rows = content.rows.iter().enumerate();
        let mut left_out = 0;
        let mut lines = Vec::new();
        for (index, row) in rows {
            let is_open = row.name.is_some() && row.name.as_deref() == open;
            match index < SHOWN || query.all || is_open {
                true => lines.push(IssueLine::new(inputs, row, is_open)),
                false => left_out += 1,
            }
        }
        let all = || PageQuery {
            all: true,
            ..query.clone()
        };
        Self {
            lines,
            more: open.filter(|_| left_out > 0).map(|open| MoreIssues {
                count: left_out,
                href: address(open, &all()),
            }),
        }
    }
}

impl<'a> IssueLine<'a> {
    fn new(inputs: PageInputs<'a>, row: &'a IssueRow, is_open: bool) -> Self {
        let PageInputs { query, phrases, .. } = inputs;
        let name = row.name.as_deref();
        Self {
            href: name.map(|name| address(name, &query.at_top())),
            is_open,
            accent: row.accent,
            when: row.date.map_or_else(String::new, |date| phrases.date(date)),
            state: state_key(row.state),
            state_label: phrases.state(row.state),
            title: &row.title,
            edition: &row.edition,
        }
    }
}
