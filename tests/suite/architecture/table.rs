//! The table of rooms in docs/architecture.md: who may import whom.

use std::collections::{BTreeMap, BTreeSet};

/// Which room may import which.
pub(super) struct Table {
    /// By room, what it may import: rooms, or a part of one such as `smtp::status`.
    arrows: BTreeMap<String, BTreeSet<String>>,
    /// What every room may import.
    for_all: BTreeSet<String>,
    /// What is wrong with the table itself.
    pub(super) findings: Vec<String>,
}

impl Table {
    /// Reads the first table whose header ends in "may import". Rooms stand in the order in which
    /// they build on one another: a row may name only rooms above it.
    pub(super) fn parse(page: &str) -> Self {
        let mut table = Self {
            arrows: BTreeMap::new(),
            for_all: BTreeSet::new(),
            findings: Vec::new(),
        };
        let lines = page.lines().enumerate();
        let rows = lines
            .skip_while(|(_, line)| !line.ends_with("| may import |"))
            .skip(2)
            .take_while(|(_, line)| line.starts_with('|'));
        for (at, line) in rows {
            let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
            let place = format!("docs/architecture.md:{}", at + 1);
            match cells[..] {
                [room, _owns, imports] => table.take_row(room, imports, &place),
                _ => table
                    .findings
                    .push(format!("{place}: a row has three cells")),
            }
        }
        if table.arrows.is_empty() {
            let finding = "docs/architecture.md: no table with a last column \"may import\"";
            table.findings.push(finding.to_owned());
        }
        table
    }

    fn take_row(&mut self, room: &str, imports: &str, place: &str) {
        let imports: BTreeSet<String> = match imports {
            "–" => BTreeSet::new(),
            "all above" => self.arrows.keys().cloned().collect(),
            list => list.split(',').map(|name| name.trim().to_owned()).collect(),
        };
        if room == "*every room*" {
            self.for_all = imports;
            return;
        }
        let room = room.trim_matches('`').to_owned();
        for import in &imports {
            let imported = import.split("::").next().unwrap();
            if !self.arrows.contains_key(imported) {
                self.findings.push(format!(
                    "{place}: `{room}` may import `{import}`, which is no room above it"
                ));
            }
        }
        self.arrows.insert(room, imports);
    }

    /// What the table and the rooms that exist say differently.
    pub(super) fn against_rooms(&self, rooms: &[String]) -> Vec<String> {
        let without_row = rooms.iter().filter(|room| !self.arrows.contains_key(*room));
        let without_room = self.arrows.keys().filter(|room| !rooms.contains(room));
        let no_row =
            |room| format!("src/{room}.rs: the table of docs/architecture.md has no row for it");
        let no_room = |room| {
            format!(
                "docs/architecture.md: the table has a row for `{room}`, but there is no src/{room}.rs"
            )
        };
        let for_all = self.for_all.iter().filter(|room| !rooms.contains(room));
        without_row
            .map(no_row)
            .chain(without_room.map(no_room))
            .chain(for_all.map(no_room))
            .collect()
    }

    /// Whether `room` may use that path, which starts with another room's name.
    pub(super) fn allows(&self, room: &str, path: &[String]) -> bool {
        let is_within = |allowed: &String| {
            let allowed: Vec<&str> = allowed.split("::").collect();
            path.len() >= allowed.len() && path.iter().zip(allowed).all(|(a, b)| a == b)
        };
        self.for_all.iter().any(is_within)
            || (self.arrows.get(room)).is_some_and(|imports| imports.iter().any(is_within))
    }
}
