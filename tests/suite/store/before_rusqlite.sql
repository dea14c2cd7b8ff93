-- A state as daily-note 0.1.0 left it when sqlx opened its databases: a batch under way (three accepted,
-- two deferred), somebody who left. The frozen content is cut to a byte.
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE _sqlx_migrations (
    version BIGINT PRIMARY KEY,
    description TEXT NOT NULL,
    installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    success BOOLEAN NOT NULL,
    checksum BLOB NOT NULL,
    execution_time BIGINT NOT NULL
);
INSERT INTO _sqlx_migrations VALUES(1,'the list and the ledger','2026-11-29 06:21:30',1,X'cc7dda7535316638db2281723ff6cd6290cfedc4bb15b3bc2aeb92e8abe46103a884e76b13266c492170be3b0987cab8',3893666);
INSERT INTO _sqlx_migrations VALUES(2,'steps','2026-11-29 06:21:30',1,X'db33b982a837c562497ea57c4e4e27a648cd2debe22b770ad2f78ec71b1b6d6a074525b14f9c12ac6edd9e5f8c888927',3289085);
INSERT INTO _sqlx_migrations VALUES(3,'notices','2026-11-29 06:21:30',1,X'33a3cea2cc959f6a5554a673bfb678ba15bae5ca337006da4bba36db7704bc4dcfb4f8650427228b398bbca2be5e7223',3067505);
INSERT INTO _sqlx_migrations VALUES(4,'calendar','2026-11-29 06:21:30',1,X'f2586745b4db40f18800d06c5cae3b34571464d8a8e0dca3842bf68928f849adb50febaddf50e44e5d5f67980ed32802',8337760);
CREATE TABLE instance (
    id           INTEGER PRIMARY KEY CHECK (id = 1),
    mark         TEXT    NOT NULL,
    erasure_key  BLOB    NOT NULL
, home TEXT, adopted_at INTEGER);
INSERT INTO instance VALUES(1,'aa10cc6376972265d222daea4c7c42e3',X'c05fc57e89ff28effe5567e5e4b35a4c468199b51dd32330f0fdb09154306b77',NULL,NULL);
CREATE TABLE domains (
    id    INTEGER PRIMARY KEY,
    name  TEXT NOT NULL UNIQUE
);
INSERT INTO domains VALUES(1,'ex0.example.com');
INSERT INTO domains VALUES(2,'ex1.example.com');
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
INSERT INTO subscribers VALUES(1,'reader1@ex1.example.com',2,'Reader 1',NULL,NULL,NULL,NULL,NULL,NULL,0,NULL,1,1,1,1795933290517,1795933290517);
INSERT INTO subscribers VALUES(2,'reader2@ex0.example.com',1,'Reader 2',NULL,NULL,NULL,NULL,NULL,NULL,0,NULL,1,1,1,1795933290517,1795933290517);
INSERT INTO subscribers VALUES(3,'reader3@ex1.example.com',2,'Reader 3',NULL,NULL,NULL,NULL,NULL,NULL,0,NULL,1,1,1,1795933290517,1795933290517);
INSERT INTO subscribers VALUES(4,'reader4@ex0.example.com',1,'Reader 4',NULL,NULL,NULL,NULL,NULL,NULL,0,NULL,1,1,1,1795933290517,1795933290517);
INSERT INTO subscribers VALUES(5,'reader5@ex1.example.com',2,'Reader 5',NULL,NULL,NULL,NULL,NULL,NULL,0,NULL,1,1,1,1795933290517,1795933290517);
CREATE TABLE past_consents (
    id           INTEGER PRIMARY KEY,
    subscriber   INTEGER NOT NULL REFERENCES subscribers (id),
    at           TEXT,
    source       TEXT,
    replaced_at  INTEGER NOT NULL
);
CREATE TABLE suppressions (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    email   TEXT COLLATE NOCASE UNIQUE,          -- NULL: erased, and `hash` remains
    hash    BLOB UNIQUE,
    reason  INTEGER NOT NULL,
    detail  TEXT,
    at      INTEGER NOT NULL,
    CHECK ((email IS NULL) <> (hash IS NULL))
);
INSERT INTO suppressions VALUES(1,'reader6@ex0.example.com',NULL,1,NULL,1795933290383);
CREATE TABLE contents (
    id       INTEGER PRIMARY KEY,
    hash     TEXT NOT NULL UNIQUE,
    content  BLOB NOT NULL
);
INSERT INTO contents VALUES(1,'89d1cda2649344385df66c7e8379b56a6b9f29ae4b1ec19ab2c5947e6fa4540e',X'00');
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
    skipped    INTEGER NOT NULL DEFAULT 0 CHECK (skipped  >= 0), steps INTEGER NOT NULL DEFAULT 0, slot_date TEXT, waves INTEGER NOT NULL DEFAULT 0,
    CHECK (pending + claimed + sending + accepted + deferred + rejected + unknown + skipped = audience)
);
INSERT INTO batches VALUES(1,'weekly-2026-11-30','weekly',1796025600000,1,0,NULL,0,5,1795933290526,0,0,0,3,2,0,0,0,6,'2026-11-30',0);
CREATE TABLE lanes (
    batch   INTEGER NOT NULL REFERENCES batches (id),
    domain  INTEGER NOT NULL REFERENCES domains (id),
    lane    INTEGER NOT NULL CHECK (lane > 0),
    PRIMARY KEY (batch, domain)
) WITHOUT ROWID;
CREATE TABLE paces (
    key          TEXT PRIMARY KEY,
    spent_until  INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE senders (
    id    INTEGER PRIMARY KEY,
    name  TEXT NOT NULL UNIQUE
);
INSERT INTO senders VALUES(1,'send, process 16387, since 2026-11-29 06:21:30Z');
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
, wave INTEGER);
INSERT INTO deliveries VALUES(1099511627777,3,0,2,NULL,1,0,0,1,1,1795933290908,1795933290919,'250 2.0.0 ok',NULL);
INSERT INTO deliveries VALUES(1099511627778,3,0,1,NULL,1,0,0,1,1,1795933290914,1795933290930,'250 2.0.0 ok',NULL);
INSERT INTO deliveries VALUES(1099511627779,3,0,2,NULL,1,0,0,1,1,1795933290919,1795933290936,'250 2.0.0 ok',NULL);
INSERT INTO deliveries VALUES(1099511627780,4,0,1,1795933890918,1,1,0,1,1,1795933290914,1795933290919,'450 4.2.0 later',NULL);
INSERT INTO deliveries VALUES(1099511627781,4,0,2,1795933890918,1,1,0,1,1,1795933290914,1795933290919,'450 4.2.0 later',NULL);
CREATE TABLE notices (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    key         TEXT    NOT NULL,
    target      TEXT    NOT NULL,
    content     BLOB,
    created_at  INTEGER NOT NULL,
    due_at      INTEGER,
    attempts    INTEGER NOT NULL DEFAULT 0,
    reply       TEXT,
    UNIQUE (key, target)
);
CREATE TABLE waves (
    batch   INTEGER NOT NULL REFERENCES batches (id),
    number  INTEGER NOT NULL,
    due_at  INTEGER NOT NULL,
    zones   TEXT    NOT NULL,                        -- JSON array of names; "": readers who named none
    state   INTEGER NOT NULL DEFAULT 0,              -- 0 to come, 1 begun, 2 too late: waits for a person
    PRIMARY KEY (batch, number)
) WITHOUT ROWID;
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('suppressions',1);
INSERT INTO sqlite_sequence VALUES('subscribers',5);
INSERT INTO sqlite_sequence VALUES('batches',1);
CREATE INDEX past_consents_of ON past_consents (subscriber);
CREATE INDEX deliveries_due  ON deliveries (batch, lane, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX deliveries_held ON deliveries (id) WHERE state IN (1, 2);
CREATE INDEX deliveries_bad  ON deliveries (id) WHERE state IN (4, 5, 6, 7);
CREATE INDEX notices_due ON notices (due_at) WHERE due_at IS NOT NULL;
CREATE UNIQUE INDEX batches_slot ON batches (edition, slot_date)
    WHERE slot_date IS NOT NULL AND state <> 3;
PRAGMA application_id = 1145991028;
COMMIT;
