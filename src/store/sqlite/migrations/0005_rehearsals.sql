-- Rehearsals apart from what really went out, in the same tables (src/store/sqlite/realm.rs):
-- 0 real, 1 rehearsal, 2 made before the two were told apart, and therefore seen by both.
--
-- An issue has one batch in each of them: the constraint is the table's, so the table is made anew.
-- What refers to it waits aside meanwhile: a table that rows refer to can't be dropped.
CREATE TEMP TABLE lanes_aside AS SELECT * FROM lanes;
CREATE TEMP TABLE waves_aside AS SELECT * FROM waves;
DELETE FROM lanes;
DELETE FROM waves;
CREATE TABLE batches_apart (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    issue      TEXT    NOT NULL,
    realm      INTEGER NOT NULL,
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
    steps      INTEGER NOT NULL DEFAULT 0,
    slot_date  TEXT,
    waves      INTEGER NOT NULL DEFAULT 0,
    UNIQUE (issue, realm),
    CHECK (pending + claimed + sending + accepted + deferred + rejected + unknown + skipped = audience)
);
INSERT INTO batches_apart (
    id, issue, realm, edition, slot, content, state, reason, trusts_refusals, audience, frozen_at,
    pending, claimed, sending, accepted, deferred, rejected, unknown, skipped, steps, slot_date, waves
) SELECT
    id, issue, 2, edition, slot, content, state, reason, trusts_refusals, audience, frozen_at,
    pending, claimed, sending, accepted, deferred, rejected, unknown, skipped, steps, slot_date, waves
FROM batches;
-- A number is never given twice: deliveries are numbered by their batch.
DELETE FROM sqlite_sequence WHERE name = 'batches_apart';
INSERT INTO sqlite_sequence (name, seq)
    SELECT 'batches_apart', seq FROM sqlite_sequence WHERE name = 'batches';
DROP TABLE batches;
ALTER TABLE batches_apart RENAME TO batches;
CREATE UNIQUE INDEX batches_slot ON batches (edition, slot_date, realm)
    WHERE slot_date IS NOT NULL AND state <> 3;
INSERT INTO lanes SELECT * FROM lanes_aside;
INSERT INTO waves SELECT * FROM waves_aside;
DROP TABLE lanes_aside;
DROP TABLE waves_aside;

-- What a rehearsal spends of a rate it does not take from the real one.
CREATE TABLE paces_apart (
    realm        INTEGER NOT NULL,
    key          TEXT    NOT NULL,
    spent_until  INTEGER NOT NULL,
    PRIMARY KEY (realm, key)
) WITHOUT ROWID;
INSERT INTO paces_apart SELECT 0, key, spent_until FROM paces;
DROP TABLE paces;
ALTER TABLE paces_apart RENAME TO paces;

-- Addresses that a relay called dead in a rehearsal: within rehearsals they get no more mail.
CREATE TABLE rehearsal_bounces (
    subscriber  INTEGER PRIMARY KEY,
    reply       TEXT    NOT NULL,
    at          INTEGER NOT NULL
);

-- What a rehearsal tells has a key of its own, so that the real happening is told all the same; and
-- whoever plays does not take what really happened.
ALTER TABLE notices ADD COLUMN realm INTEGER NOT NULL DEFAULT 0;
