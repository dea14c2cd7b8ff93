-- The list of record and the delivery ledger.
-- Times are milliseconds since 1970 UTC. Small integers are the codes of src/store/sqlite/codes.rs.

-- One row: which database this is (a copy restored elsewhere carries the same mark), and the key
-- under which erased addresses are hashed. The key lives with the hashes on purpose: losing it would
-- bring erased people back.
CREATE TABLE instance (
    id           INTEGER PRIMARY KEY CHECK (id = 1),
    mark         TEXT    NOT NULL,
    erasure_key  BLOB    NOT NULL
);
INSERT INTO instance VALUES (1, lower(hex(randomblob(16))), randomblob(32));

CREATE TABLE domains (
    id    INTEGER PRIMARY KEY,
    name  TEXT NOT NULL UNIQUE
);

-- AUTOINCREMENT: a number is never given to a second person.
-- NOCASE is exactly `Address::key`: one reader whatever the ASCII case.
CREATE TABLE subscribers (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    email           TEXT COLLATE NOCASE UNIQUE,  -- NULL: erased
    domain          INTEGER REFERENCES domains (id),
    name            TEXT,
    editions        TEXT,                        -- sorted JSON array; NULL: all, future ones too
    tags            TEXT,                        -- sorted JSON array; NULL: none
    timezone        TEXT,
    language        TEXT,
    consent_at      TEXT,                        -- RFC 3339 with the offset it was given with
    consent_source  TEXT,
    state           INTEGER NOT NULL,
    suppressed      INTEGER,                     -- the reason, copied from `suppressions`
    origin          INTEGER NOT NULL,            -- what brought them first
    vouched_by      INTEGER NOT NULL,            -- bit set of origins that want them on the list
    set_by          INTEGER NOT NULL,            -- three bits a field: which origin stated it last
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL
);

-- Consents that later ones replaced: proof is never thrown away, save by erasure.
CREATE TABLE past_consents (
    id           INTEGER PRIMARY KEY,
    subscriber   INTEGER NOT NULL REFERENCES subscribers (id),
    at           TEXT,
    source       TEXT,
    replaced_at  INTEGER NOT NULL
);
CREATE INDEX past_consents_of ON past_consents (subscriber);

CREATE TABLE suppressions (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    email   TEXT COLLATE NOCASE UNIQUE,          -- NULL: erased, and `hash` remains
    hash    BLOB UNIQUE,
    reason  INTEGER NOT NULL,
    detail  TEXT,
    at      INTEGER NOT NULL,
    CHECK ((email IS NULL) <> (hash IS NULL))
);

CREATE TABLE contents (
    id       INTEGER PRIMARY KEY,
    hash     TEXT NOT NULL UNIQUE,
    content  BLOB NOT NULL
);

-- The eight counters move in the transaction that moves the rows, so that counting a million rows
-- is reading one.
CREATE TABLE batches (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    issue      TEXT    NOT NULL UNIQUE,
    edition    TEXT    NOT NULL,
    slot       INTEGER NOT NULL,
    content    INTEGER NOT NULL REFERENCES contents (id),
    state      INTEGER NOT NULL,
    reason     TEXT,
    trusts_refusals INTEGER NOT NULL DEFAULT 0,  -- a person resumed it after a pause
    audience   INTEGER NOT NULL,
    frozen_at  INTEGER NOT NULL,
    pending    INTEGER NOT NULL DEFAULT 0 CHECK (pending  >= 0),
    claimed    INTEGER NOT NULL DEFAULT 0 CHECK (claimed  >= 0),
    sending    INTEGER NOT NULL DEFAULT 0 CHECK (sending  >= 0),
    accepted   INTEGER NOT NULL DEFAULT 0 CHECK (accepted >= 0),
    deferred   INTEGER NOT NULL DEFAULT 0 CHECK (deferred >= 0),
    rejected   INTEGER NOT NULL DEFAULT 0 CHECK (rejected >= 0),
    unknown    INTEGER NOT NULL DEFAULT 0 CHECK (unknown  >= 0),
    skipped    INTEGER NOT NULL DEFAULT 0 CHECK (skipped  >= 0),
    CHECK (pending + claimed + sending + accepted + deferred + rejected + unknown + skipped = audience)
);

-- The recipient domains with limits of their own, each a lane, so that a claim passes by a domain
-- without room and never reads its rows. Lane 0 is everyone else.
CREATE TABLE lanes (
    batch   INTEGER NOT NULL REFERENCES batches (id),
    domain  INTEGER NOT NULL REFERENCES domains (id),
    lane    INTEGER NOT NULL CHECK (lane > 0),
    PRIMARY KEY (batch, domain)
) WITHOUT ROWID;

-- Paces that all senders share. `spent_until` (nanoseconds) is when the last message leased would
-- leave if messages left evenly: the generic cell rate algorithm's one number.
CREATE TABLE paces (
    key          TEXT PRIMARY KEY,
    spent_until  INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE senders (
    id    INTEGER PRIMARY KEY,
    name  TEXT NOT NULL UNIQUE
);

-- One row a batch and reader. The number is made of both (`batch * 2^40 + subscriber`), which makes
-- UNIQUE(batch, subscriber) true by construction, without a second index to keep for a million rows.
-- `due_at` is set exactly while the row waits (pending, deferred).
CREATE TABLE deliveries (
    id                INTEGER PRIMARY KEY,
    batch             INTEGER GENERATED ALWAYS AS (id >> 40) VIRTUAL,
    subscriber        INTEGER GENERATED ALWAYS AS (id & 0xFFFFFFFFFF) VIRTUAL,
    state             INTEGER NOT NULL,
    lane              INTEGER NOT NULL,
    domain            INTEGER NOT NULL,
    due_at            INTEGER,
    fence             INTEGER NOT NULL DEFAULT 0,
    attempts          INTEGER NOT NULL DEFAULT 0,
    losses            INTEGER NOT NULL DEFAULT 0,
    sender            INTEGER,
    content           INTEGER,                   -- what left, once something may have left
    first_attempt_at  INTEGER,
    updated_at        INTEGER,
    reply             TEXT
);
CREATE INDEX deliveries_due  ON deliveries (batch, lane, due_at) WHERE due_at IS NOT NULL;
-- Claimed, sending: what a dead sender leaves behind.
CREATE INDEX deliveries_held ON deliveries (id) WHERE state IN (1, 2);
-- Deferred, rejected, unknown, skipped: what `status --failed` shows.
CREATE INDEX deliveries_bad  ON deliveries (id) WHERE state IN (4, 5, 6, 7);
