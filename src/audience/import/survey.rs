//! A whole table looked through before its first row is taken: that nothing in it is damaged, what stands
//! in each column, in which order its dates name day and month, and whether a column that nobody looks at
//! says of somebody that they left.

use std::io::Read;

use super::{
    PersonStanding, SubscriberField,
    damage::TableDamage,
    flag,
    header::{TableColumns, what_it_may_be},
    names::normal,
    records::RecordReader,
    status_words,
    table::TableRecord,
};
use crate::{
    audience::field::{DateOrder, quoted},
    source::SourceError,
    words::phrased,
};

/// Samples of a column.
const SAMPLES: usize = 3;
const SAMPLE_CHARS: usize = 40;
/// Where so many rows of a hundred end early, the program that wrote them leaves out empty cells.
const USUAL_PERCENT: u64 = 5;

/// What was found.
#[derive(Debug, Default)]
pub(super) struct TableSurvey {
    /// Of each column.
    pub(super) samples: Vec<Vec<String>>,
    /// None where no date tells.
    pub(super) date_order: Option<DateOrder>,
    /// Rows that end before the last column.
    pub(super) are_short_rows_usual: bool,
}

impl TableSurvey {
    /// Reads the table to its end.
    pub(super) fn of(
        mut records: RecordReader<impl Read>,
        header: &TableColumns,
        file: &str,
    ) -> Result<Self, SourceError> {
        let columns = header.names.len();
        let mut survey = Self {
            samples: vec![Vec::new(); columns],
            ..Self::default()
        };
        let mut record = TableRecord::default();
        let (mut rows, mut short, mut orders) = (0_u64, 0_u64, DateOrders::default());
        loop {
            match records.read(&mut record) {
                Ok(true) => {}
                Ok(false) => break,
                Err(damage) => return Err(damage.told(file)),
            }
            if record.row < header.row {
                continue;
            }
            if let Some(damage) = TableDamage::of(&record, columns) {
                return Err(damage.told(file));
            }
            if record.is_blank() || header.is_header && record.row == header.row {
                continue;
            }
            rows += 1;
            short += u64::from(record.len() < columns);
            for (at, cell) in record.cells().take(columns).enumerate() {
                survey.cell(at, cell.trim(), &record, header, &mut orders, file)?;
            }
        }
        survey.date_order = orders.told();
        survey.are_short_rows_usual = short > 1 && short * 100 > rows * USUAL_PERCENT;
        Ok(survey)
    }

    fn cell(
        &mut self,
        at: usize,
        cell: &str,
        record: &TableRecord,
        header: &TableColumns,
        orders: &mut DateOrders,
        file: &str,
    ) -> Result<(), SourceError> {
        if cell.is_empty() {
            return Ok(());
        }
        let samples = &mut self.samples[at];
        // In many columns all cells are alike.
        if samples.len() < SAMPLES && !samples.iter().any(|sample| sample == cell) {
            let sample = shortened(cell);
            if !samples.contains(&sample) {
                samples.push(sample);
            }
        }
        if is_date(header.fields[at]) {
            orders.look(cell);
        }
        if header.is_unclear(at) && says_they_left(cell, header) {
            let column = &header.names[at];
            return Err(SourceError::new(phrased!("{file}:{first_line}: nobody looks at the column `{column}`, and in row {row} it says {cell}", first_line = record.first_line, row = record.row, cell = quoted(cell)))
            .with_hint(what_it_may_be(column)));
        }
        Ok(())
    }
}

fn is_date(field: SubscriberField) -> bool {
    matches!(
        field,
        SubscriberField::ConsentAt
            | SubscriberField::ConfirmedAt
            | SubscriberField::JoinedAt
            | SubscriberField::LeftAt
            | SubscriberField::BouncedAt
            | SubscriberField::OptedOut
            | SubscriberField::Subscribed
    )
}

/// Words of at most so many letters that have such a sign in them are no notes.
const WORD_CHARS: usize = 12;

/// Whether a cell is a word that says nothing else of anybody. (`left` is a hand, too; `cancelled` an
/// order.)
fn says_they_left(cell: &str, header: &TableColumns) -> bool {
    let is_word = cell.len() <= SAMPLE_CHARS && !cell.contains(|c: char| c.is_ascii_digit());
    if !is_word || flag::is_blank(cell) {
        return false;
    }
    let word = normal(cell);
    let is_clear = [
        "unsub",
        "optedout",
        "optout",
        "bounce",
        "complain",
        "blacklist",
        "blocklist",
        "수신거부",
        "수신거절",
        "구독취소",
        "구독해지",
        "미구독",
        "탈퇴",
        "abgemeldet",
        "désabonné",
        "désinscrit",
        "dadodebaja",
        "disiscritto",
        "descadastrado",
        "uitgeschreven",
        "отписа",
        "nomail",
        "退会",
        "配信停止",
        "受信拒否",
        "購読解除",
        "退订",
        "退訂",
    ]
    .iter()
    .any(|sign| word.contains(sign));
    let is_departure = match status_words::of_word(&word, header.sheet) {
        Some(standing) => standing != PersonStanding::Active,
        None => word.chars().count() <= WORD_CHARS,
    };
    is_clear && is_departure
}

fn shortened(cell: &str) -> String {
    let one_line = cell.split_whitespace().collect::<Vec<_>>().join(" ");
    match one_line.char_indices().nth(SAMPLE_CHARS) {
        Some((end, _)) => format!("{}…", &one_line[..end]),
        None => one_line,
    }
}

/// What the dates of a file tell of their order: one whose first number can be no month tells it for all.
#[derive(Default)]
struct DateOrders {
    has_day_first: bool,
    has_month_first: bool,
}

impl DateOrders {
    fn look(&mut self, cell: &str) {
        match DateOrder::told_by(cell) {
            Some(DateOrder::DayFirst) => self.has_day_first = true,
            Some(DateOrder::MonthFirst) => self.has_month_first = true,
            None => {}
        }
    }

    fn told(&self) -> Option<DateOrder> {
        match (self.has_day_first, self.has_month_first) {
            (true, false) => Some(DateOrder::DayFirst),
            (false, true) => Some(DateOrder::MonthFirst),
            _ => None,
        }
    }
}
