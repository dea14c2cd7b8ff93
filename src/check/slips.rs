//! Accidents of the source: what the writer typed and readers won't see as it was meant. Each finding names the
//! place, what readers would see, and what to type instead. Words and facts are `content`'s and `typography`'s.

mod cut_value;
mod foreign_markup;
mod items;
mod lines;
mod open_marks;
mod set_aside;
mod source_lines;
mod tables;

use super::{
    CheckSubject, Findings,
    issue_text::IssueText,
    rule::{Rule, rules},
};

rules! {
    CUT_VALUE = "slip/cut-value", Error,
        "YAML takes a `#` after a space for a comment, and a leading `!` for a type: the rest is gone", "YAML 1.2 §6.6, §6.9";
    SET_ASIDE = "slip/set-aside-key", Advice,
        "keys of another program say nothing here", "";
    CONFLICT = "slip/conflict-marker", Error,
        "a merge that git could not finish would be sent with both versions in it", "";
    HEADING_SPACE = "slip/heading-space", Error,
        "a heading without its space shows its `##` to readers", "CommonMark 4.2";
    LIST_SPACE = "slip/list-space", Warning,
        "an item without its space runs on as text", "CommonMark 5.2";
    DATE_LIST = "slip/date-list", Error,
        "a line that begins with a date of numbers and dots becomes lists within lists", "CommonMark 5.2";
    YEAR_LIST = "slip/year-list", Warning,
        "a paragraph that begins with a year and a dot becomes a list that counts from it", "CommonMark 5.2";
    RULE_HEADING = "slip/rule-heading", Warning,
        "a line of `---` or `===` straight below a text makes a heading of it", "CommonMark 4.3";
    OPEN_FENCE = "slip/open-fence", Error,
        "a code block or a comment that does not end swallows the rest of the issue", "CommonMark 4.5";
    OPEN_MARK = "slip/open-mark", Warning,
        "a mark that does not close is shown to readers", "CommonMark 6";
    UNDERSCORES = "slip/underscores", Warning,
        "underscores make no emphasis where a letter follows at once: readers see them", "CommonMark 6.2";
    FOREIGN_MARKUP = "slip/foreign-markup", Warning,
        "what another program's Markdown understands is shown as it stands", "";
    NO_RULE_LINE = "slip/table-rule-line", Error,
        "a table needs its line of dashes below the head: without it readers see bars", "GitHub Flavored Markdown 4.10";
    RAGGED_TABLE = "slip/ragged-table", Warning,
        "a row with more cells than the head loses what is beyond it, one with fewer shows empty ones", "GitHub Flavored Markdown 4.10";
    TABLE_TAIL = "slip/table-tail", Warning,
        "a line straight below a table becomes its last row", "GitHub Flavored Markdown 4.10";
}

pub(super) fn check(proof: &CheckSubject<'_>, text: &IssueText<'_>, findings: &mut Findings<'_>) {
    cut_value::check(proof, findings);
    set_aside::check(proof, findings);
    let lines = source_lines::SourceLines::of(proof.issue.source.text());
    source_lines::check(&lines, findings);
    lines::check(&lines, findings);
    tables::check(&lines, findings);
    for prose in text.all() {
        open_marks::check(prose, proof.issue.source.text(), findings);
        foreign_markup::check(prose, proof.issue.source.text(), findings);
    }
}

/// Whether a rule speaks of a head that may be unreadable for that very reason.
pub(super) fn is_of_broken_head(rule: &Rule) -> bool {
    rule == &CUT_VALUE
}
