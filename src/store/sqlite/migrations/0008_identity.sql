-- How often somebody has taken the right to send, with a random word each time: see
-- src/store/sqlite/home.rs.
ALTER TABLE instance ADD COLUMN run        INTEGER NOT NULL DEFAULT 0;
ALTER TABLE instance ADD COLUMN run_word   TEXT    NOT NULL DEFAULT '';
ALTER TABLE instance ADD COLUMN run_before TEXT    NOT NULL DEFAULT '';

-- Who left, in their order, as keyed hashes; NULL: may have mail again. Kept outside the state folder
-- too, so that a backup put back brings nobody back: src/store/sqlite/departures.rs.
CREATE TABLE departures (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    hash    BLOB    NOT NULL,
    reason  INTEGER,
    at      INTEGER NOT NULL
);
-- 1: this is a copy, and nobody knows who left since it was made.
ALTER TABLE instance ADD COLUMN departures_unknown INTEGER NOT NULL DEFAULT 0;

-- The issue's file, relative to the publication: a text that was renamed is the same text.
ALTER TABLE batches ADD COLUMN file TEXT;
