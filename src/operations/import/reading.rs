//! A table read into groups of rows for one transaction each. A short one is one group, in the order of its rows. Of a
//! long one the people are kept until all of it is read, and come sorted by their addresses: the store walks through
//! its index once for all groups instead of once for each, and everybody's rows are met in one.

use std::{io, path::PathBuf};

use tokio::sync::mpsc;

use super::batch::RowGroup;
use crate::{
    app::{AppError, FileAction},
    audience::import::{OpenedExport, PersonSorter, RowsByPerson},
};

/// Rows that become one transaction: few enough to be held in memory, and for other writers to wait that long.
const GROUP_ROWS: u64 = 8_000;
/// Rows of a sorted table that become one: three such groups are in memory at once, one that is read, one that waits and
/// one that is written.
const SORTED_GROUP_ROWS: u64 = 4_000;
/// Problems that are told together while a long table is read.
const MOST_PROBLEMS: usize = 1_000;

pub(super) type GroupSender = mpsc::Sender<Result<RowGroup, AppError>>;

/// Nobody takes groups any more: whoever did has heard why.
struct NobodyListens;

/// Reads all of a table. What it keeps of a long one is in that folder meanwhile.
pub(super) fn read(import: OpenedExport, scratch: PathBuf, groups: &GroupSender) {
    let reading = TableReading { scratch, groups };
    let _ = reading.read(import);
}

struct TableReading<'g> {
    scratch: PathBuf,
    groups: &'g GroupSender,
}

impl TableReading<'_> {
    fn read(&self, mut import: OpenedExport) -> Result<(), NobodyListens> {
        let mut sorter = PersonSorter::in_folder(self.scratch.clone());
        let (mut group, mut is_long, mut fault) = (RowGroup::default(), false, None);
        while let Some(row) = import.next() {
            let row = match row {
                Ok(row) => row,
                // What was read before an error is still good.
                Err(error) => {
                    fault = Some(AppError::Content(vec![error]));
                    break;
                }
            };
            if let Err(error) = import.keep(&row, &mut sorter) {
                return self.fail(self.unkept(error));
            }
            if !is_long && group.rows == GROUP_ROWS {
                is_long = true;
                group = group.told();
            }
            match is_long {
                true => group.tell(&row),
                false => group.add(row),
            }
            if is_long && group.problems.len() >= MOST_PROBLEMS {
                self.send(Ok(std::mem::take(&mut group).told()))?;
            }
        }
        if is_long {
            self.send(Ok(group.told()))?;
            match import.by_person(sorter) {
                Ok(rows) => self.read_by_person(rows)?,
                Err(error) => return self.fail(self.unkept(error)),
            }
        } else {
            self.send(Ok(group.settled()))?;
        }
        fault.map_or(Ok(()), |fault| self.fail(fault))
    }

    fn read_by_person(&self, rows: RowsByPerson) -> Result<(), NobodyListens> {
        let mut group = RowGroup::default();
        let mut last = String::new();
        for row in rows {
            let person = match row {
                Ok(person) => person,
                Err(error) => return self.fail(self.unkept(error)),
            };
            // All that the table says of somebody is said in one group.
            if group.rows >= SORTED_GROUP_ROWS && person.key != last {
                self.send(Ok(std::mem::take(&mut group).settled()))?;
            }
            last = person.key;
            group.rows += u64::from(person.is_first);
            group.take(person.row);
        }
        self.send(Ok(group.settled()))
    }

    fn send(&self, group: Result<RowGroup, AppError>) -> Result<(), NobodyListens> {
        let sent = self.groups.blocking_send(group);
        sent.map_err(|_| NobodyListens)
    }

    fn fail(&self, error: AppError) -> Result<(), NobodyListens> {
        self.send(Err(error))
    }

    fn unkept(&self, source: io::Error) -> AppError {
        AppError::Io {
            action: FileAction::Written,
            path: self.scratch.clone(),
            source,
        }
    }
}
