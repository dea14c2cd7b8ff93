//! The ledger: issues, their rows, and what lies beside them. Three tables that SQLite has not are made of what it has, and
//! rows that nobody claimed are none in PostgreSQL yet: their chunks have them.

use crate::store::moving_house::columns::{
    MovedTable, bytes, counted, flag, int, ints, keyed, of_batches, text, texts,
};

/// A batch's rows in the order that they have in PostgreSQL: by lane and wave, and those that nobody ever claimed by their
/// time, so that a chunk is a range of them. All that such a row has its chunk says.
macro_rules! ordered {
    () => {
        "(SELECT *, row_number() OVER (ORDER BY lane, wave, is_chunked, due_at, id) AS ord FROM \
         (SELECT *, state = 0 AND fence = 0 AND updated_at IS NULL AND first_attempt_at IS NULL \
         AND reply IS NULL AND due_at IS NOT NULL AS is_chunked FROM deliveries \
         WHERE id BETWEEN (?1 << 40) AND (?1 << 40 | 0xFFFFFFFFFF)))"
    };
}

pub(super) const TABLES: &[MovedTable] = &[
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
    keyed(
        "pruned_rows",
        &[
            int("batch"),
            int("wave"),
            int("state"),
            int("rows"),
            int("at"),
        ],
        &["batch", "wave", "state"],
    ),
    keyed(
        "earlier_mail",
        &[int("subscriber"), int("batch")],
        &["subscriber"],
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
            int("due_at"),
            int("first_attempt_at"),
            int("updated_at"),
            int("waited"),
            int("tried_at"),
            text("reply"),
        ],
        &["batch", "ord"],
        concat!("(SELECT * FROM ", ordered!(), " WHERE NOT is_chunked)"),
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
            int("first_reader"),
            int("last_reader"),
            ints("readers"),
            ints("domains"),
        ],
        &["batch", "lane", "no"],
        concat!(
            "(SELECT batch, lane, wave, due_at, min(ord) AS no, max(ord) AS hi, \
             min(subscriber) AS first_reader, max(subscriber) AS last_reader, \
             json_group_array(subscriber ORDER BY ord) AS readers, \
             json_group_array(domain ORDER BY ord) AS domains FROM \
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
];
