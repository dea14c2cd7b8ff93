-- How many rows of a batch went after `ledger.keep` (docs/decisions/0035), by where they stood: with the rows that are
-- left they make its counters. A wave of 0: the batch has none.
CREATE TABLE pruned_rows (
    batch  BIGINT   NOT NULL REFERENCES batches (id),
    wave   BIGINT   NOT NULL,
    state  SMALLINT NOT NULL,
    rows   BIGINT   NOT NULL CHECK (rows > 0),
    at     BIGINT   NOT NULL,
    PRIMARY KEY (batch, wave, state)
) WITH (fillfactor = 50);

-- The first batch of which a pruned row said that a reader got it and nothing came back.
CREATE TABLE earlier_mail (
    subscriber  BIGINT PRIMARY KEY,
    batch       BIGINT NOT NULL
);

-- What the clock showed when it was looked at last, and since when it has gone evenly: one that jumped prunes nothing.
ALTER TABLE instance ADD COLUMN clock_since BIGINT;
ALTER TABLE instance ADD COLUMN clock_seen BIGINT;
