//! What a table that moves is made of: its columns as PostgreSQL has them, and what each is in SQLite.

use super::cells::CellKind;

/// A table that moves.
pub(crate) struct MovedTable {
    /// As the target calls it.
    pub(crate) name: &'static str,
    pub(crate) columns: &'static [MovedColumn],
    /// The columns by which its rows stand in one order in both stores.
    pub(crate) key: &'static [&'static str],
    /// What it is read from, as SQL of SQLite's.
    pub(crate) from: &'static str,
    /// It is read a batch at a time, whose number is `?1`.
    pub(crate) is_per_batch: bool,
    /// Its rows have numbers (`id`) that are never given twice.
    pub(crate) is_counted: bool,
}

/// One of its columns.
#[derive(Clone, Copy)]
pub(crate) struct MovedColumn {
    pub(crate) name: &'static str,
    pub(crate) kind: CellKind,
    /// What it is in SQLite: SQL.
    pub(crate) source: &'static str,
}

pub(crate) const fn int(name: &'static str) -> MovedColumn {
    column(name, CellKind::Int)
}

pub(crate) const fn flag(name: &'static str) -> MovedColumn {
    column(name, CellKind::Bool)
}

pub(crate) const fn text(name: &'static str) -> MovedColumn {
    column(name, CellKind::Text)
}

pub(crate) const fn bytes(name: &'static str) -> MovedColumn {
    column(name, CellKind::Bytes)
}

pub(crate) const fn texts(name: &'static str) -> MovedColumn {
    column(name, CellKind::Texts)
}

pub(crate) const fn ints(name: &'static str) -> MovedColumn {
    column(name, CellKind::Ints)
}

const fn column(name: &'static str, kind: CellKind) -> MovedColumn {
    MovedColumn {
        name,
        kind,
        source: name,
    }
}

impl MovedColumn {
    pub(crate) const fn from(self, source: &'static str) -> Self {
        Self { source, ..self }
    }
}

/// Its rows have numbers.
pub(crate) const fn counted(name: &'static str, columns: &'static [MovedColumn]) -> MovedTable {
    MovedTable {
        is_counted: true,
        ..keyed(name, columns, &["id"])
    }
}

pub(crate) const fn keyed(
    name: &'static str,
    columns: &'static [MovedColumn],
    key: &'static [&'static str],
) -> MovedTable {
    MovedTable {
        name,
        columns,
        key,
        from: name,
        is_per_batch: false,
        is_counted: false,
    }
}

pub(crate) const fn of_batches(
    name: &'static str,
    columns: &'static [MovedColumn],
    key: &'static [&'static str],
    from: &'static str,
) -> MovedTable {
    MovedTable {
        from,
        is_per_batch: true,
        ..keyed(name, columns, key)
    }
}
