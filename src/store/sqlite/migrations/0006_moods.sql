-- How long a row has waited since its first try, as its senders saw it (milliseconds), and when it was
-- last tried and had to wait: `give_up` goes by these, never by the wall clock alone.
ALTER TABLE deliveries ADD COLUMN waited   INTEGER NOT NULL DEFAULT 0;
ALTER TABLE deliveries ADD COLUMN tried_at INTEGER;

-- Readers who were refused for good and not believed to be, one row a reader and batch, until they are
-- taken: see src/store/sqlite/refusals.rs.
CREATE TABLE refusals (
    subscriber  INTEGER NOT NULL,
    batch       INTEGER NOT NULL,
    realm       INTEGER NOT NULL,
    at          INTEGER NOT NULL,
    is_dead     INTEGER NOT NULL,                -- as an address that does not exist
    PRIMARY KEY (subscriber, batch)
) WITHOUT ROWID;

-- How the relay (`*`) and recipient domains are disposed towards us: src/delivery/health.
CREATE TABLE moods (
    realm   INTEGER NOT NULL,
    key     TEXT    NOT NULL,
    record  TEXT    NOT NULL,                    -- JSON
    at      INTEGER NOT NULL,
    PRIMARY KEY (realm, key)
) WITHOUT ROWID;
