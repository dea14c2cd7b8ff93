//! Nothing is forgotten: a table or a column that a later step of either schema makes moves, or stands here as one that
//! stays.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use rusqlite::Connection;

use super::*;

/// Of one folder, of one database, or of processes that are gone.
const STAY: [&str; 9] = [
    "instance",
    "senders",
    "_sqlx_migrations",
    "sqlite_sequence",
    "leases",
    "schema_steps",
    "moving_in",
    "moved_tables",
    "noting_places",
];
/// Columns of SQLite's that are said otherwise: which row it is, who had it, and what its sender noted in a file.
const SAID_OTHERWISE: [(&str, &str); 3] = [
    ("deliveries", "id"),
    ("deliveries", "sender"),
    ("batches", "transfer_notes"),
];
/// Columns of PostgreSQL's that are nobody's as a list arrives.
const NOBODY_S: [(&str, &str); 3] = [
    ("deliveries", "sender"),
    ("chunks", "sender"),
    ("receipts", "taken_until"),
];

fn steps(store: &str) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store");
    let folder = folder.join(store).join("migrations");
    let entries = fs::read_dir(folder).unwrap();
    let mut files: Vec<_> = entries.map(|it| it.unwrap().path()).collect();
    files.sort();
    let read = |file| fs::read_to_string(file).unwrap();
    files.into_iter().map(read).collect()
}

/// The tables of SQLite's schema with their columns, as SQLite itself knows them.
fn of_sqlite() -> BTreeMap<String, BTreeSet<String>> {
    let connection = Connection::open_in_memory().unwrap();
    for step in steps("sqlite") {
        connection.execute_batch(&step).unwrap();
    }
    let sql = "SELECT t.name, c.name FROM sqlite_schema AS t, pragma_table_info(t.name) AS c \
               WHERE t.type = 'table'";
    let mut statement = connection.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
    let mut tables: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in rows.unwrap() {
        let (table, column) = row.unwrap();
        tables.entry(table).or_default().insert(column);
    }
    tables
}

/// Those of PostgreSQL's, as its steps are written: a column a line.
fn of_postgres() -> BTreeMap<String, BTreeSet<String>> {
    let mut tables: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for step in steps("postgres") {
        let mut open = None;
        for line in step.lines() {
            if let Some(rest) = line.strip_prefix("CREATE TABLE ") {
                open = rest.split_whitespace().next();
            } else if let Some(rest) = line.strip_prefix("ALTER TABLE ") {
                let mut words = rest.split_whitespace();
                if let (Some(table), Some("ADD"), Some("COLUMN"), Some(column)) =
                    (words.next(), words.next(), words.next(), words.next())
                {
                    tables
                        .entry(table.to_owned())
                        .or_default()
                        .insert(column.to_owned());
                }
            } else if line.starts_with(')') {
                open = None;
            } else if let (Some(table), Some(word)) = (open, line.split_whitespace().next())
                && word.starts_with(|c: char| c.is_ascii_lowercase())
            {
                tables
                    .entry(table.to_owned())
                    .or_default()
                    .insert(word.to_owned());
            }
        }
    }
    tables
}

#[test]
fn every_column_that_is_to_be_filled_is() {
    for (table, columns) in of_postgres() {
        if STAY.contains(&table.as_str()) {
            continue;
        }
        let moved = tables().find(|moved| moved.name == table);
        let moved = moved.unwrap_or_else(|| panic!("{table} does not move"));
        for column in columns {
            let is_known = moved.columns.iter().any(|it| it.name == column)
                || NOBODY_S.contains(&(table.as_str(), column.as_str()));
            assert!(is_known, "{table}.{column} is not filled");
        }
    }
}

#[test]
fn every_column_that_is_known_is_read() {
    for (table, columns) in of_sqlite() {
        if STAY.contains(&table.as_str()) {
            continue;
        }
        // What a table is read from may be more than its name.
        let reads = |from: &str| {
            from.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
                .any(|it| it == table)
        };
        let sources: Vec<&str> = tables()
            .filter(|moved| reads(moved.from))
            .flat_map(|moved| moved.columns.iter().map(|column| column.source))
            .collect();
        for column in columns {
            let is_read = sources.iter().any(|source| source.contains(&column))
                || SAID_OTHERWISE.contains(&(table.as_str(), column.as_str()));
            assert!(is_read, "{table}.{column} is not read");
        }
    }
}

#[test]
fn the_keys_of_a_table_are_among_its_columns() {
    for table in tables() {
        for key in table.key {
            assert!(
                table.columns.iter().any(|column| column.name == *key),
                "{}.{key}",
                table.name
            );
        }
    }
}
