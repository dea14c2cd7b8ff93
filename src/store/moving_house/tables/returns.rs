//! What came back, and what is known of the ways that it comes by.

use crate::store::moving_house::columns::{MovedTable, bytes, counted, int, keyed, text, texts};

pub(super) const TABLES: &[MovedTable] = &[
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
