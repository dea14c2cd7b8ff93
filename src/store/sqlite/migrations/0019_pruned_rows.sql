-- How many rows of a batch went after `ledger.keep` (docs/decisions/0035), by where they stood: with the rows that are
-- left they make its counters. A wave of 0: the batch has none.
CREATE TABLE pruned_rows (
    batch  INTEGER NOT NULL REFERENCES batches (id),
    wave   INTEGER NOT NULL,
    state  INTEGER NOT NULL,
    rows   INTEGER NOT NULL CHECK (rows > 0),
    at     INTEGER NOT NULL,
    PRIMARY KEY (batch, wave, state)
) WITHOUT ROWID;

-- The first batch of which a pruned row said that a reader got it and nothing came back.
CREATE TABLE earlier_mail (
    subscriber  INTEGER PRIMARY KEY,
    batch       INTEGER NOT NULL
);

-- What the clock showed when it was looked at last, and since when it has gone evenly: one that jumped prunes nothing.
ALTER TABLE instance ADD COLUMN clock_since INTEGER;
ALTER TABLE instance ADD COLUMN clock_seen  INTEGER;
