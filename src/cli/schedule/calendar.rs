//! The calendar on a terminal: a line a slot where there is room, two where there isn't.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use unicode_width::UnicodeWidthStr;

use super::words;
use crate::{
    cli::{
        Output, Tone, moments,
        table::{cut, padded},
    },
    publication::Publication,
    schedule::{AbsentDates, CalendarOverview, CalendarRow, SlotView, StrayFile, StrayReason},
    words::{Said, say, weekday_in_short},
};

/// An issue's title is cut to this before the calendar gives up its columns.
const SHORTEST_TITLE: usize = 16;
/// Longer titles are cut even where there is room: the state should stand near them.
const LONGEST_TITLE: usize = 48;

/// A line of the calendar before it is laid out.
struct CalendarLine {
    week: (i32, u32),
    mark: (&'static str, Tone),
    when: String,
    edition: String,
    topic: String,
    issue: String,
    state: String,
    below: Vec<String>,
}

/// The widths of edition, topic and issue; a topic of none is left out.
struct ColumnWidths {
    when: usize,
    edition: usize,
    topic: usize,
    issue: usize,
}

pub(super) fn shown(
    publication: &Publication,
    overview: &CalendarOverview,
    now: DateTime<Utc>,
    output: &Output,
) -> String {
    let lines: Vec<CalendarLine> = overview
        .rows
        .iter()
        .map(|row| match row {
            CalendarRow::Slot(view) => slot(publication, view, now, output),
            CalendarRow::Absent(absent) => absence(publication, absent, output),
        })
        .collect();
    let local = now.with_timezone(&publication.timezone);
    let time = output.words(moments::with_weekday(local));
    let time = format!("{time} {}", publication.timezone);
    let is_one_line = output
        .width()
        .is_none_or(|room| publication.name.width() + 2 + time.width() <= room);
    let mut text = format!(
        "{}{}{}\n",
        publication.name,
        if is_one_line { "  " } else { "\n" },
        output.paint(
            Tone::Quiet,
            cut(&time, output.width().unwrap_or(usize::MAX))
        )
    );
    let columns = columns(&lines, output.width());
    let mut week = None;
    for line in &lines {
        if week.replace(line.week) != Some(line.week) {
            text.push('\n');
        }
        match &columns {
            Some(columns) => wide(&mut text, line, columns, output),
            None => narrow(&mut text, line, output),
        }
    }
    if lines.is_empty() {
        text.push_str(&format!(
            "\n{}\n",
            output.words(say!("No slot in these weeks."))
        ));
    }
    if !overview.strays.is_empty() {
        text.push_str(&format!(
            "\n{}\n",
            output.words(say!("Beside the calendar"))
        ));
    }
    for stray in &overview.strays {
        let mark = output.paint(Tone::Care, "!");
        let what = output.words(stray_words(stray));
        text.push_str(&format!("{mark} {what}\n"));
    }
    text.trim_end().to_owned()
}

fn slot(
    publication: &Publication,
    view: &SlotView,
    now: DateTime<Utc>,
    output: &Output,
) -> CalendarLine {
    let zone = publication.timezone;
    let titles: Vec<&str> = view.issues.iter().map(|it| it.title.as_str()).collect();
    CalendarLine {
        week: week(view.date),
        mark: words::mark(view),
        when: output.words(moments::with_weekday(view.slot.with_timezone(&zone))),
        edition: view.title.clone(),
        topic: view.topic.clone(),
        issue: match (titles.as_slice(), &view.batch) {
            ([], Some(batch)) => batch.issue.clone(),
            ([], None) => "–".to_owned(),
            (titles, _) => titles.join(" / "),
        },
        state: output.words(words::state(view, now)),
        below: words::below(view, zone)
            .into_iter()
            .map(|line| output.words(line))
            .collect(),
    }
}

fn absence(publication: &Publication, absent: &AbsentDates, output: &Output) -> CalendarLine {
    let day = |date: NaiveDate| {
        let weekday = output.words(weekday_in_short(date.weekday()));
        format!("{weekday} {date}")
    };
    let titles: Vec<&str> = absent
        .editions
        .iter()
        .filter_map(|key| publication.edition(key))
        .map(|edition| edition.title.as_str())
        .collect();
    let mut below = Vec::new();
    if absent.to != absent.from {
        below.push(output.words(say!("until {date}", date = day(absent.to))));
    }
    CalendarLine {
        week: week(absent.from),
        mark: (" ", Tone::Quiet),
        when: day(absent.from),
        edition: titles.join(", "),
        topic: String::new(),
        issue: output.words(Said::heard(&absent.why)),
        state: output.words(say!("no issue")),
        below,
    }
}

fn week(date: NaiveDate) -> (i32, u32) {
    let week = date.iso_week();
    (week.year(), week.week())
}

/// How wide each column may be; None where a line has no room for them.
fn columns(lines: &[CalendarLine], room: Option<usize>) -> Option<ColumnWidths> {
    let widest = |of: fn(&CalendarLine) -> &str| {
        let widths = lines.iter().map(|line| of(line).width());
        widths.max().unwrap_or_default()
    };
    let mut columns = ColumnWidths {
        when: widest(|line| &line.when),
        edition: widest(|line| &line.edition),
        topic: widest(|line| &line.topic),
        issue: widest(|line| &line.issue).min(LONGEST_TITLE),
    };
    let Some(room) = room else {
        return Some(columns);
    };
    let state = widest(|line| &line.state);
    let least = |columns: &ColumnWidths| {
        let topic = if columns.topic > 0 {
            columns.topic + 2
        } else {
            0
        };
        "✗ ".width() + columns.when + 2 + columns.edition + 2 + topic + 2 + state
    };
    let title = columns.issue.min(SHORTEST_TITLE);
    if least(&columns) + title > room {
        columns.topic = 0;
    }
    let rest = room.checked_sub(least(&columns))?;
    columns.issue = columns.issue.min(rest);
    (rest >= title).then_some(columns)
}

fn wide(text: &mut String, line: &CalendarLine, columns: &ColumnWidths, output: &Output) {
    let (mark, tone) = line.mark;
    let mut cells = format!(
        "{}  {}  ",
        padded(&line.when, columns.when),
        padded(&line.edition, columns.edition)
    );
    if columns.topic > 0 {
        cells.push_str(&padded(&line.topic, columns.topic));
        cells.push_str("  ");
    }
    cells.push_str(&padded(&cut(&line.issue, columns.issue), columns.issue));
    let (mark, state) = (output.paint(tone, mark), output.paint(tone, &line.state));
    text.push_str(&format!("{mark} {cells}  {state}\n"));
    let under = 2 + columns.when + 2;
    below(text, line, under, output);
}

fn narrow(text: &mut String, line: &CalendarLine, output: &Output) {
    let (mark, tone) = line.mark;
    let room = output.width().unwrap_or(usize::MAX).saturating_sub(2);
    let what = format!("{}  {}", line.edition, line.issue);
    text.push_str(&format!(
        "{} {}\n",
        output.paint(tone, mark),
        cut(&line.when, room)
    ));
    text.push_str(&format!("  {}\n", cut(&what, room)));
    text.push_str(&format!(
        "  {}\n",
        output.paint(tone, cut(&line.state, room))
    ));
    below(text, line, 2, output);
}

fn below(text: &mut String, line: &CalendarLine, indent: usize, output: &Output) {
    let room = output.width().unwrap_or(usize::MAX).saturating_sub(indent);
    for more in &line.below {
        let more = output.paint(Tone::Quiet, cut(more, room));
        text.push_str(&format!("{}{more}\n", " ".repeat(indent)));
    }
}

fn stray_words(stray: &StrayFile) -> Said {
    match &stray.reason {
        StrayReason::Unreadable { error } => say!(
            "{error}: `daily-note check` shows it",
            error = Said::heard(error)
        ),
        StrayReason::NoSlot { why, .. } => {
            say!(
                "{file} has no slot: {why}; only `daily-note send` sends it",
                file = stray.file,
                why = Said::heard(why)
            )
        }
    }
}
