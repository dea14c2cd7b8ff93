-- What comes back: bounces, complaints, answers (docs/bounces.md). A row of `reports` holds numbers and words of ours
-- alone; what is personal lies in `report_texts`, which an erasure empties. The codes of `effect` are those of
-- src/store/report_codes.rs.
CREATE TABLE reports (
    id           BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    realm        SMALLINT NOT NULL,
    key          BYTEA    NOT NULL,              -- SHA-256 of the mail, or of a provider's number for the event
    door         TEXT     NOT NULL,
    kind         TEXT COLLATE "C" NOT NULL,
    class        TEXT,
    happened_at  BIGINT   NOT NULL,
    taken_at     BIGINT   NOT NULL,
    proof        TEXT,                           -- NULL: nothing proves whom it is about
    subscriber   BIGINT,                         -- the reader, where that is proved
    batch        BIGINT,
    domain       BIGINT,
    effect       SMALLINT NOT NULL,
    due_at       BIGINT,                         -- looked at again then
    UNIQUE (realm, key)
);
CREATE INDEX reports_of        ON reports (subscriber, batch)       WHERE subscriber IS NOT NULL;
CREATE INDEX reports_due       ON reports (due_at)                  WHERE due_at IS NOT NULL;
CREATE INDEX reports_domain    ON reports (domain, happened_at)     WHERE domain IS NOT NULL;
CREATE INDEX reports_batch     ON reports (batch, effect)           WHERE batch IS NOT NULL;
CREATE INDEX reports_taken     ON reports (taken_at);
CREATE INDEX reports_strangers ON reports (realm, kind, taken_at)   WHERE proof IS NULL;

CREATE TABLE report_texts (
    report      BIGINT PRIMARY KEY,
    subscriber  BIGINT,
    recipient   TEXT,
    sender      TEXT,
    subject     TEXT,
    reply       TEXT,
    text        TEXT,
    relay_ids   TEXT[],                          -- until they are found
    raw         BYTEA                            -- a mail that can't be read, as it came
);
CREATE INDEX report_texts_of  ON report_texts (subscriber) WHERE subscriber IS NOT NULL;
CREATE INDEX report_texts_to  ON report_texts (lower(recipient COLLATE "C")) WHERE recipient IS NOT NULL;
CREATE INDEX report_texts_raw ON report_texts (report) WHERE raw IS NOT NULL;

-- What of it was turned away, a row a day and kind.
CREATE TABLE reports_turned_away (
    realm    SMALLINT NOT NULL,
    day      BIGINT   NOT NULL,
    kind     TEXT COLLATE "C" NOT NULL,
    reports  BIGINT   NOT NULL,
    PRIMARY KEY (realm, day, kind)
);

-- How many readers a batch has at a domain: counted once, when the first of them is reported dead.
CREATE TABLE domain_readers (
    batch    BIGINT NOT NULL,
    domain   BIGINT NOT NULL,
    readers  BIGINT NOT NULL,
    PRIMARY KEY (batch, domain)
);

-- Domains that rest in a batch because their systems sent it back.
CREATE TABLE domain_pauses (
    batch   BIGINT NOT NULL,
    domain  BIGINT NOT NULL,
    until   BIGINT NOT NULL,
    reason  TEXT   NOT NULL,
    PRIMARY KEY (batch, domain)
);

-- The numbers that relays gave our messages in their answers (src/store/relay_numbers.rs), made out of
-- `deliveries.reply` once something asks for one.
CREATE TABLE relay_ids (
    id          BIGINT NOT NULL,
    batch       BIGINT NOT NULL,
    subscriber  BIGINT NOT NULL,
    PRIMARY KEY (id, batch, subscriber)
);
CREATE TABLE relay_ids_read (
    batch  BIGINT PRIMARY KEY,
    steps  BIGINT NOT NULL,                      -- as far as the batch had come then
    at     BIGINT NOT NULL
);

-- When doors were read, a row a door and day, and how far.
CREATE TABLE door_readings (
    realm  SMALLINT NOT NULL,
    door   TEXT COLLATE "C" NOT NULL,
    day    BIGINT   NOT NULL,
    at     BIGINT   NOT NULL,
    PRIMARY KEY (realm, door, day)
);
CREATE TABLE door_places (
    door   TEXT COLLATE "C" PRIMARY KEY,
    place  TEXT NOT NULL
);
