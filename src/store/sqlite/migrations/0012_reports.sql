-- What comes back: bounces, complaints, answers (docs/bounces.md). A row of `reports` holds numbers and words of
-- ours alone; what is personal lies in `report_texts`, which an erasure empties.
-- The codes of `effect` are those of src/store/sqlite/report_box/rows.rs.
CREATE TABLE reports (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    realm        INTEGER NOT NULL,
    key          BLOB    NOT NULL,               -- SHA-256 of the mail, or of a provider's number for the event
    door         TEXT    NOT NULL,
    kind         TEXT    NOT NULL,
    class        TEXT,
    happened_at  INTEGER NOT NULL,
    taken_at     INTEGER NOT NULL,
    proof        TEXT,                           -- NULL: nothing proves whom it is about
    subscriber   INTEGER,                        -- the reader, where that is proved
    batch        INTEGER,
    domain       INTEGER,
    effect       INTEGER NOT NULL,
    due_at       INTEGER,                        -- looked at again then
    UNIQUE (realm, key)
);
CREATE INDEX reports_of     ON reports (subscriber, batch)     WHERE subscriber IS NOT NULL;
CREATE INDEX reports_due    ON reports (due_at)                WHERE due_at IS NOT NULL;
CREATE INDEX reports_domain ON reports (domain, happened_at)   WHERE domain IS NOT NULL;
CREATE INDEX reports_batch  ON reports (batch, effect)         WHERE batch IS NOT NULL;
CREATE INDEX reports_taken  ON reports (taken_at);

CREATE TABLE report_texts (
    report      INTEGER PRIMARY KEY,
    subscriber  INTEGER,
    recipient   TEXT COLLATE NOCASE,
    sender      TEXT,
    subject     TEXT,
    reply       TEXT,
    text        TEXT,
    relay_ids   TEXT,                            -- JSON, until they are found
    raw         BLOB                             -- a mail that can't be read, as it came
);
CREATE INDEX report_texts_of ON report_texts (subscriber) WHERE subscriber IS NOT NULL;
CREATE INDEX report_texts_to ON report_texts (recipient)  WHERE recipient IS NOT NULL;
CREATE INDEX report_texts_raw ON report_texts (length(raw)) WHERE raw IS NOT NULL;

-- Issues in a row that a reader's mailbox could not take, by report or by the relay's answer, until one passes
-- without a word.
CREATE TABLE soft_failures (
    subscriber  INTEGER NOT NULL,
    batch       INTEGER NOT NULL,
    realm       INTEGER NOT NULL,
    at          INTEGER NOT NULL,
    reply       TEXT,
    look_at     INTEGER NOT NULL,                -- the reader is looked at then
    PRIMARY KEY (subscriber, batch)
) WITHOUT ROWID;
CREATE INDEX soft_failures_due ON soft_failures (look_at);

-- Readers whom issues pass by. `batch`: the issue that was tried after all.
CREATE TABLE dormancies (
    subscriber  INTEGER NOT NULL,
    realm       INTEGER NOT NULL,
    since       INTEGER NOT NULL,
    retry_at    INTEGER NOT NULL,
    batch       INTEGER,
    PRIMARY KEY (subscriber, realm)
) WITHOUT ROWID;

-- How many readers a batch has at a domain: counted once, when the first of them is reported dead.
CREATE TABLE domain_readers (
    batch    INTEGER NOT NULL,
    domain   INTEGER NOT NULL,
    readers  INTEGER NOT NULL,
    PRIMARY KEY (batch, domain)
) WITHOUT ROWID;

-- Domains that rest in a batch because their systems sent it back.
CREATE TABLE domain_pauses (
    batch   INTEGER NOT NULL,
    domain  INTEGER NOT NULL,
    until   INTEGER NOT NULL,
    reason  TEXT    NOT NULL,
    PRIMARY KEY (batch, domain)
) WITHOUT ROWID;

-- The numbers that relays gave our messages in their answers, as the first 64 bits of their SHA-256: made out of
-- `deliveries.reply` once something asks for one, since nothing on the way out needs it.
CREATE TABLE relay_ids (
    id        INTEGER NOT NULL,
    delivery  INTEGER NOT NULL,
    PRIMARY KEY (id, delivery)
) WITHOUT ROWID;
CREATE TABLE relay_ids_read (
    batch  INTEGER PRIMARY KEY,
    steps  INTEGER NOT NULL,                     -- as far as the batch had come then
    at     INTEGER NOT NULL
);

-- When doors were read, a row a door and day: silence means something only where somebody listened.
CREATE TABLE door_reads (
    door  TEXT    NOT NULL,
    day   INTEGER NOT NULL,
    at    INTEGER NOT NULL,
    PRIMARY KEY (door, day)
) WITHOUT ROWID;
CREATE TABLE door_places (
    door   TEXT PRIMARY KEY,
    place  TEXT NOT NULL
) WITHOUT ROWID;

-- Return-paths of the time before they named a batch prove the reader alone: of these batches and none after.
ALTER TABLE instance ADD COLUMN last_unnamed_batch INTEGER NOT NULL DEFAULT 0;
UPDATE instance SET last_unnamed_batch = coalesce((SELECT max(id) FROM batches), 0);
