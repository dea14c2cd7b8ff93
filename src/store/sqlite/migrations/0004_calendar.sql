-- The date of the calendar that a batch stands for: a slot is sent once, whatever its issue is called.
-- NULL: out of turn. A cancelled one leaves its slot to a person.
ALTER TABLE batches ADD COLUMN slot_date TEXT;
CREATE UNIQUE INDEX batches_slot ON batches (edition, slot_date)
    WHERE slot_date IS NOT NULL AND state <> 3;

-- Each reader at the hour on their own clock: readers whose hour is the same moment make a wave.
ALTER TABLE batches ADD COLUMN waves INTEGER NOT NULL DEFAULT 0;
ALTER TABLE deliveries ADD COLUMN wave INTEGER;      -- NULL: the batch has none
CREATE TABLE waves (
    batch   INTEGER NOT NULL REFERENCES batches (id),
    number  INTEGER NOT NULL,
    due_at  INTEGER NOT NULL,
    zones   TEXT    NOT NULL,                        -- JSON array of names; "": readers who named none
    state   INTEGER NOT NULL DEFAULT 0,              -- 0 to come, 1 begun, 2 too late: waits for a person
    PRIMARY KEY (batch, number)
) WITHOUT ROWID;

-- Where this database was when it kept the calendar last, and since when a person has vouched for it:
-- see src/store/sqlite/home.rs.
ALTER TABLE instance ADD COLUMN home TEXT;
ALTER TABLE instance ADD COLUMN adopted_at INTEGER;
