//! The tables that move, in the order in which one needs the other: their columns as PostgreSQL has them, and what each is
//! in SQLite. A table that is kept only while a row lies there (`senders`, leases) does not move.

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

const fn int(name: &'static str) -> MovedColumn {
    column(name, CellKind::Int)
}

const fn flag(name: &'static str) -> MovedColumn {
    column(name, CellKind::Bool)
}

const fn text(name: &'static str) -> MovedColumn {
    column(name, CellKind::Text)
}

const fn bytes(name: &'static str) -> MovedColumn {
    column(name, CellKind::Bytes)
}

const fn texts(name: &'static str) -> MovedColumn {
    column(name, CellKind::Texts)
}

const fn column(name: &'static str, kind: CellKind) -> MovedColumn {
    MovedColumn {
        name,
        kind,
        source: name,
    }
}

impl MovedColumn {
    const fn from(self, source: &'static str) -> Self {
        Self { source, ..self }
    }
}

/// Its rows have numbers.
const fn counted(name: &'static str, columns: &'static [MovedColumn]) -> MovedTable {
    MovedTable {
        is_counted: true,
        ..keyed(name, columns, &["id"])
    }
}

const fn keyed(
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

const fn of_batches(
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

/// Of each reader: what is the same in every table that has one row a reader and realm.
const OF_REALM: &[MovedColumn] = &[int("subscriber"), int("realm"), int("at")];

/// A batch's rows in the order that they have in PostgreSQL: by lane and wave, and those that nobody tried by their
/// time, so that a chunk is a range of them.
macro_rules! ordered {
    () => {
        "(SELECT *, row_number() OVER (ORDER BY lane, wave, is_chunked, due_at, id) AS ord FROM \
         (SELECT *, state = 0 AND attempts = 0 AND tried_at IS NULL AND first_attempt_at IS NULL \
         AND due_at IS NOT NULL AS is_chunked FROM deliveries \
         WHERE id BETWEEN (?1 << 40) AND (?1 << 40 | 0xFFFFFFFFFF)))"
    };
}

pub(crate) const TABLES: &[MovedTable] = &[
    counted("domains", &[int("id"), text("name")]),
    counted(
        "subscribers",
        &[
            int("id"),
            text("email"),
            text("key").from("lower(email)"),
            int("domain"),
            text("name"),
            texts("editions"),
            texts("tags"),
            text("timezone"),
            text("language"),
            text("consent_at"),
            text("consent_source"),
            int("state"),
            int("suppressed"),
            int("origin"),
            int("vouched_by"),
            int("set_by"),
            int("created_at"),
            int("updated_at"),
            int("epoch"),
        ],
    ),
    counted(
        "past_consents",
        &[
            int("id"),
            int("subscriber"),
            text("at"),
            text("source"),
            int("replaced_at"),
        ],
    ),
    counted("hash_keys", &[int("id"), bytes("key")]),
    counted(
        "suppressions",
        &[
            int("id"),
            text("email"),
            text("key").from("lower(email)"),
            bytes("hash"),
            int("hash_key"),
            int("reason"),
            text("detail"),
            int("at"),
        ],
    ),
    counted(
        "departures",
        &[
            int("id"),
            bytes("hash"),
            int("hash_key"),
            int("reason"),
            int("at"),
        ],
    ),
    counted(
        "history",
        &[
            int("id"),
            int("subscriber"),
            int("through"),
            int("at"),
            int("change"),
            int("source"),
            int("gain"),
        ],
    ),
    keyed(
        "rehearsal_bounces",
        &[int("subscriber"), text("reply"), int("at")],
        &["subscriber"],
    ),
    keyed(
        "dormancies",
        &[
            int("subscriber"),
            int("realm"),
            int("since"),
            int("retry_at"),
            int("batch"),
        ],
        &["subscriber", "realm"],
    ),
    keyed(
        "soft_failures",
        &[
            int("subscriber"),
            int("batch"),
            int("realm"),
            int("at"),
            text("reply"),
            int("look_at"),
        ],
        &["subscriber", "batch"],
    ),
    keyed(
        "wordings",
        &[text("hash"), text("text"), text("language"), int("since")],
        &["hash"],
    ),
    keyed(
        "consent_proofs",
        &[
            int("subscriber"),
            text("consent_at"),
            int("asked_at"),
            int("confirmed_at"),
            text("wording"),
            text("page"),
            texts("editions"),
            flag("agreed_to_ads"),
            text("network"),
        ],
        &["subscriber", "consent_at"],
    ),
    keyed(
        "asks",
        &[
            int("subscriber"),
            int("asked_at"),
            text("name"),
            texts("editions"),
            text("language"),
            text("timezone"),
            text("wording"),
            flag("agreed_to_ads"),
            text("page"),
            text("network"),
        ],
        &["subscriber"],
    ),
    keyed(
        "farewells",
        &[
            int("subscriber"),
            int("epoch"),
            text("before"),
            flag("is_undone"),
            text("reason"),
            int("at"),
        ],
        &["subscriber"],
    ),
    keyed("consent_requests", OF_REALM, &["subscriber", "realm"]),
    keyed("consent_reminders", OF_REALM, &["subscriber", "realm"]),
    counted(
        "moves",
        &[
            int("id"),
            int("subscriber"),
            text("from_email"),
            text("to_email"),
            int("asked_at"),
            int("moved_at"),
            int("epoch"),
            int("undone_at"),
        ],
    ),
    keyed(
        "spent_links",
        &[int("subscriber"), int("epoch"), int("until")],
        &["subscriber", "epoch", "until"],
    ),
    counted(
        "receipts",
        &[
            int("id"),
            int("realm"),
            int("kind"),
            int("turn"),
            int("subscriber"),
            int("epoch"),
            text("email"),
            text("facts"),
            int("created_at"),
            int("due_at"),
            flag("is_held"),
            int("attempts"),
            text("reply"),
            int("settled_at"),
            flag("is_given_up"),
        ],
    ),
    counted(
        "opinions",
        &[
            int("id"),
            int("realm"),
            int("subscriber"),
            text("issue"),
            text("choice"),
            text("text"),
            flag("may_publish"),
            text("name"),
            flag("may_reply"),
            int("at"),
            flag("is_published"),
            text("told"),
        ],
    ),
    keyed(
        "signup_counts",
        &[
            int("kind"),
            bytes("key"),
            int("realm"),
            int("at"),
            int("count"),
        ],
        &["kind", "key", "realm", "at"],
    ),
    counted("contents", &[int("id"), text("hash"), bytes("content")]),
    counted(
        "batches",
        &[
            int("id"),
            text("issue"),
            // Made before the two realms were told apart: as good as sent.
            int("realm").from("CASE realm WHEN 1 THEN 1 ELSE 0 END"),
            text("edition"),
            int("slot"),
            text("slot_date"),
            int("content"),
            text("file"),
            int("state"),
            text("reason"),
            flag("trusts_refusals"),
            int("audience"),
            int("waves"),
            int("frozen_at"),
        ],
    ),
    MovedTable {
        from: "batches",
        ..keyed(
            "tallies",
            &[
                int("batch").from("id"),
                // Nobody's own.
                int("sender").from("0"),
                int("pending"),
                int("claimed"),
                int("sending"),
                int("accepted"),
                int("deferred"),
                int("rejected"),
                int("unknown"),
                int("skipped"),
                int("steps"),
            ],
            &["batch", "sender"],
        )
    },
    keyed(
        "lanes",
        &[int("batch"), int("domain"), int("lane")],
        &["batch", "domain"],
    ),
    keyed(
        "waves",
        &[
            int("batch"),
            int("number"),
            int("due_at"),
            texts("zones"),
            int("state"),
        ],
        &["batch", "number"],
    ),
    of_batches(
        "deliveries",
        &[
            int("batch"),
            int("ord"),
            int("subscriber"),
            int("domain"),
            int("lane"),
            int("wave"),
            int("state"),
            int("fence"),
            int("attempts"),
            int("losses"),
            int("content"),
            int("due_at").from("CASE WHEN is_chunked THEN NULL ELSE due_at END"),
            int("first_attempt_at"),
            int("updated_at"),
            int("waited"),
            int("tried_at"),
            text("reply"),
        ],
        &["batch", "ord"],
        ordered!(),
    ),
    of_batches(
        "chunks",
        &[
            int("batch"),
            int("lane"),
            int("no"),
            int("wave"),
            int("due_at"),
            int("next").from("no"),
            int("hi"),
        ],
        &["batch", "lane", "no"],
        concat!(
            "(SELECT batch, lane, wave, due_at, min(ord) AS no, max(ord) AS hi FROM \
             (SELECT *, (row_number() OVER (PARTITION BY lane, wave, due_at ORDER BY ord) - 1) / 1000 \
             AS part FROM ",
            ordered!(),
            " WHERE is_chunked) GROUP BY lane, wave, due_at, part)"
        ),
    ),
    of_batches(
        "waiting",
        &[
            int("batch"),
            int("lane"),
            int("due_at"),
            int("ord"),
            flag("is_tried").from("tried_at IS NOT NULL"),
        ],
        &["batch", "lane", "due_at", "ord"],
        concat!(
            "(SELECT * FROM ",
            ordered!(),
            " WHERE NOT is_chunked AND due_at IS NOT NULL)"
        ),
    ),
    keyed(
        "paces",
        &[int("realm"), text("key"), int("spent_until")],
        &["realm", "key"],
    ),
    keyed(
        "refusals",
        &[
            int("subscriber"),
            int("batch"),
            int("realm"),
            int("at"),
            flag("is_dead"),
        ],
        &["subscriber", "batch"],
    ),
    keyed(
        "moods",
        &[int("realm"), text("key"), text("record"), int("at")],
        &["realm", "key"],
    ),
    counted(
        "notices",
        &[
            int("id"),
            int("realm"),
            text("key"),
            text("target"),
            bytes("content"),
            int("created_at"),
            int("due_at"),
            int("attempts"),
            text("reply"),
            int("settled_at"),
            flag("is_given_up"),
        ],
    ),
    keyed("kept", &[int("realm"), int("since")], &["realm"]),
    keyed(
        "holds",
        &[text("name"), text("why"), int("held_at")],
        &["name"],
    ),
    counted(
        "reports",
        &[
            int("id"),
            int("realm"),
            bytes("key"),
            text("door"),
            text("kind"),
            text("class"),
            int("happened_at"),
            int("taken_at"),
            text("proof"),
            int("subscriber"),
            int("batch"),
            int("domain"),
            int("effect"),
            int("due_at"),
        ],
    ),
    keyed(
        "report_texts",
        &[
            int("report"),
            int("subscriber"),
            text("recipient"),
            text("sender"),
            text("subject"),
            text("reply"),
            text("text"),
            texts("relay_ids"),
            bytes("raw"),
        ],
        &["report"],
    ),
    keyed(
        "reports_turned_away",
        &[int("realm"), int("day"), text("kind"), int("reports")],
        &["realm", "day", "kind"],
    ),
    keyed(
        "domain_readers",
        &[int("batch"), int("domain"), int("readers")],
        &["batch", "domain"],
    ),
    keyed(
        "domain_pauses",
        &[int("batch"), int("domain"), int("until"), text("reason")],
        &["batch", "domain"],
    ),
    keyed(
        "relay_ids",
        &[
            int("id"),
            int("batch").from("delivery >> 40"),
            int("subscriber").from("delivery & 0xFFFFFFFFFF"),
        ],
        &["id", "batch", "subscriber"],
    ),
    keyed(
        "relay_ids_read",
        &[int("batch"), int("steps"), int("at")],
        &["batch"],
    ),
    keyed(
        "door_readings",
        &[int("realm"), text("door"), int("day"), int("at")],
        &["realm", "door", "day"],
    ),
    keyed("door_places", &[text("door"), text("place")], &["door"]),
];

/// The place of a table among them.
pub(crate) type TableNumber = usize;
