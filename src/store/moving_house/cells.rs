//! Values on their way from one store to the other, in a form that both have; and the hash of a table of them.

use crate::fingerprint::RunningSha256;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CellKind {
    Int,
    Bool,
    Text,
    Bytes,
    Texts,
    Ints,
}

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Cell {
    Null,
    Int(i64),
    Bool(bool),
    Text(String),
    Bytes(Vec<u8>),
    Texts(Vec<String>),
    Ints(Vec<i64>),
}

/// A row's values, in the order of its table's columns.
pub(crate) type MovedRow = Vec<Cell>;

impl Cell {
    /// A text as both stores can hold it: PostgreSQL takes every character but one.
    pub(crate) fn text(text: &str) -> String {
        text.replace('\0', "\u{FFFD}")
    }

    /// About how many bytes it is.
    pub(crate) fn bytes(&self) -> usize {
        match self {
            Self::Null | Self::Bool(_) => 1,
            Self::Int(_) => 8,
            Self::Text(text) => text.len(),
            Self::Bytes(bytes) => bytes.len(),
            Self::Texts(texts) => texts.iter().map(String::len).sum(),
            Self::Ints(numbers) => numbers.len() * 8,
        }
    }
}

/// What a table is known by: its rows in their order, each value with its kind and its length.
pub(crate) struct TableHash {
    hash: RunningSha256,
    rows: u64,
}

/// A table that was read to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WholeTable {
    pub(crate) rows: u64,
    pub(crate) hash: Vec<u8>,
}

impl TableHash {
    pub(crate) fn new() -> Self {
        Self {
            hash: RunningSha256::new(),
            rows: 0,
        }
    }

    /// Rows that were added.
    pub(crate) fn rows(&self) -> u64 {
        self.rows
    }

    pub(crate) fn add(&mut self, row: &[Cell]) {
        self.rows += 1;
        for cell in row {
            match cell {
                Cell::Null => self.hash.update(&[0]),
                Cell::Int(value) => {
                    self.hash.update(&[1]);
                    self.hash.update(&value.to_be_bytes());
                }
                Cell::Bool(value) => self.hash.update(&[2, u8::from(*value)]),
                Cell::Text(text) => self.add_long(3, text.as_bytes()),
                Cell::Bytes(bytes) => self.add_long(4, bytes),
                Cell::Texts(texts) => {
                    self.hash.update(&[5]);
                    self.hash.update(&(texts.len() as u64).to_be_bytes());
                    for text in texts {
                        self.add_long(3, text.as_bytes());
                    }
                }
                Cell::Ints(numbers) => {
                    self.hash.update(&[6]);
                    self.hash.update(&(numbers.len() as u64).to_be_bytes());
                    for number in numbers {
                        self.hash.update(&number.to_be_bytes());
                    }
                }
            }
        }
    }

    fn add_long(&mut self, kind: u8, bytes: &[u8]) {
        self.hash.update(&[kind]);
        self.hash.update(&(bytes.len() as u64).to_be_bytes());
        self.hash.update(bytes);
    }

    pub(crate) fn end(self) -> WholeTable {
        WholeTable {
            rows: self.rows,
            hash: self.hash.finish().to_vec(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(rows: &[&[Cell]]) -> WholeTable {
        let mut hash = TableHash::new();
        rows.iter().for_each(|row| hash.add(row));
        hash.end()
    }

    #[test]
    fn no_two_tables_have_one_hash() {
        let text = |text: &str| Cell::Text(text.to_owned());
        let texts = |all: &[&str]| Cell::Texts(all.iter().map(|it| (*it).to_owned()).collect());
        let tables = [
            hash(&[]),
            hash(&[&[Cell::Null]]),
            hash(&[&[Cell::Int(0)]]),
            hash(&[&[Cell::Bool(false)]]),
            hash(&[&[text("")]]),
            hash(&[&[Cell::Bytes(Vec::new())]]),
            hash(&[&[texts(&[])]]),
            hash(&[&[text("ab"), text("c")]]),
            hash(&[&[text("a"), text("bc")]]),
            hash(&[&[texts(&["ab", "c"])]]),
            hash(&[&[texts(&["a", "bc"])]]),
            hash(&[&[Cell::Ints(vec![1, 2]), Cell::Ints(vec![3])]]),
            hash(&[&[Cell::Ints(vec![1]), Cell::Ints(vec![2, 3])]]),
        ];
        for (at, one) in tables.iter().enumerate() {
            assert!(!tables[..at].contains(one), "table {at}");
        }
        assert_eq!(tables[8], hash(&[&[text("a"), text("bc")]]));
        assert_eq!(hash(&[&[Cell::Null], &[Cell::Null]]).rows, 2);
    }
}
