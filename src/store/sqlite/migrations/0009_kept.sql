-- Since when the calendar is kept from this state, in each realm (src/store/sqlite/realm.rs): of slots
-- before that it knows nothing. Without a row: since the first batch, if there is one.
CREATE TABLE kept (
    realm  INTEGER PRIMARY KEY,
    since  INTEGER NOT NULL
);

-- Issues (by id) and slots (as edition-date) that a person holds.
CREATE TABLE holds (
    name     TEXT    PRIMARY KEY,
    why      TEXT    NOT NULL,
    held_at  INTEGER NOT NULL
) WITHOUT ROWID;
