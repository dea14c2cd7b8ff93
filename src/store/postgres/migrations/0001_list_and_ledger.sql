-- The list of record and the delivery ledger on PostgreSQL: docs/decisions/0027.
-- Times are milliseconds since 1970 UTC, but for leases, which go by the server's own clock. Small integers are the
-- codes of src/store/codes.rs.

-- Which database this is, and where it was when somebody took the right to send last: `home` is its cluster, timeline
-- and number there. The key under which erased addresses are hashed lives with the hashes on purpose.
CREATE TABLE instance (
    id                  SMALLINT PRIMARY KEY CHECK (id = 1),
    mark                TEXT     NOT NULL,
    erasure_key         BYTEA    NOT NULL,
    home                TEXT,
    adopted_at          BIGINT,
    last_unmarked       BIGINT   NOT NULL DEFAULT 0,
    last_unnamed_batch  BIGINT   NOT NULL DEFAULT 0
);
-- The server's own strong randomness: three times 122 bits of it.
INSERT INTO instance (id, mark, erasure_key) SELECT 1, replace(gen_random_uuid()::text, '-', ''),
    sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()));

CREATE TABLE domains (
    id    BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name  TEXT COLLATE "C" NOT NULL UNIQUE
);

-- `key` is `Address::key`: one reader whatever the ASCII case, by no collation of the server's.
CREATE TABLE subscribers (
    id              BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email           TEXT,                        -- NULL: erased
    key             TEXT COLLATE "C" UNIQUE,
    domain          BIGINT REFERENCES domains (id),
    name            TEXT,
    editions        TEXT[],                      -- sorted; NULL: all, future ones too
    tags            TEXT[],                      -- sorted; NULL: none
    timezone        TEXT,
    language        TEXT,
    consent_at      TEXT,                        -- RFC 3339 with the offset it was given with
    consent_source  TEXT,
    state           SMALLINT NOT NULL,
    suppressed      SMALLINT,                    -- the reason, copied from `suppressions`
    origin          SMALLINT NOT NULL,           -- what brought them first
    vouched_by      SMALLINT NOT NULL,           -- bit set of origins that want them on the list
    set_by          INTEGER  NOT NULL,           -- three bits a field: which origin stated it last
    created_at      BIGINT   NOT NULL,
    updated_at      BIGINT   NOT NULL,
    epoch           BIGINT   NOT NULL DEFAULT 0,
    CHECK ((email IS NULL) = (key IS NULL))
) WITH (fillfactor = 90);
CREATE INDEX subscribers_domain ON subscribers (domain);

CREATE TABLE past_consents (
    id           BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    subscriber   BIGINT NOT NULL REFERENCES subscribers (id),
    at           TEXT,
    source       TEXT,
    replaced_at  BIGINT NOT NULL
);
CREATE INDEX past_consents_of ON past_consents (subscriber);

-- Keys of other lists whose departures were taken in; NULL beside a hash is the list's own.
CREATE TABLE hash_keys (
    id   BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key  BYTEA NOT NULL UNIQUE
);

CREATE TABLE suppressions (
    id        BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email     TEXT,                              -- NULL: erased, and `hash` remains
    key       TEXT COLLATE "C" UNIQUE,
    hash      BYTEA UNIQUE,
    hash_key  BIGINT REFERENCES hash_keys (id),
    reason    SMALLINT NOT NULL,
    detail    TEXT,
    at        BIGINT   NOT NULL,
    CHECK ((email IS NULL) <> (hash IS NULL)),
    CHECK ((email IS NULL) = (key IS NULL))
);

-- Who left, in their order, as keyed hashes; a reason of NULL: may have mail again.
CREATE TABLE departures (
    id        BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    hash      BYTEA  NOT NULL,
    hash_key  BIGINT REFERENCES hash_keys (id),
    reason    SMALLINT,
    at        BIGINT NOT NULL
);

-- What happened to whom: numbers alone, only ever added to (docs/decisions/0023).
CREATE TABLE history (
    id          BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    subscriber  BIGINT   NOT NULL,
    through     BIGINT   NOT NULL CHECK (through >= subscriber),
    at          BIGINT   NOT NULL,
    change      SMALLINT NOT NULL,
    source      SMALLINT NOT NULL,
    gain        BIGINT   NOT NULL
);
CREATE INDEX history_of ON history (subscriber);
CREATE INDEX history_ranges ON history (through) WHERE through > subscriber;
CREATE FUNCTION history_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the history is only ever added to'; END $$;
CREATE TRIGGER history_stays BEFORE UPDATE OR DELETE ON history
    FOR EACH ROW EXECUTE FUNCTION history_stays();

-- Addresses that a relay called dead in a rehearsal: within rehearsals they get no more mail.
CREATE TABLE rehearsal_bounces (
    subscriber  BIGINT PRIMARY KEY,
    reply       TEXT   NOT NULL,
    at          BIGINT NOT NULL
);

-- Readers whom issues pass by. `batch`: the issue that was tried after all.
CREATE TABLE dormancies (
    subscriber  BIGINT   NOT NULL,
    realm       SMALLINT NOT NULL,
    since       BIGINT   NOT NULL,
    retry_at    BIGINT   NOT NULL,
    batch       BIGINT,
    PRIMARY KEY (subscriber, realm)
);

-- Issues in a row that a reader's mailbox could not take.
CREATE TABLE soft_failures (
    subscriber  BIGINT   NOT NULL,
    batch       BIGINT   NOT NULL,
    realm       SMALLINT NOT NULL,
    at          BIGINT   NOT NULL,
    reply       TEXT,
    look_at     BIGINT   NOT NULL,               -- the reader is looked at then
    PRIMARY KEY (subscriber, batch)
);
CREATE INDEX soft_failures_due ON soft_failures (look_at);

-- Proof of a consent, which is found by its `consent_at`; the words above a form's button, once each.
CREATE TABLE wordings (
    hash      TEXT   PRIMARY KEY,
    text      TEXT   NOT NULL,
    language  TEXT   NOT NULL,
    since     BIGINT NOT NULL
);
CREATE TABLE consent_proofs (
    subscriber     BIGINT  NOT NULL,
    consent_at     TEXT    NOT NULL,
    asked_at       BIGINT  NOT NULL,
    confirmed_at   BIGINT  NOT NULL,
    wording        TEXT    NOT NULL,
    page           TEXT,
    editions       TEXT[],                       -- sorted; NULL: all
    agreed_to_ads  BOOLEAN,                      -- NULL: there was no such box
    network        TEXT,
    PRIMARY KEY (subscriber, consent_at)
);

CREATE TABLE moves (
    id          BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    subscriber  BIGINT NOT NULL,
    from_email  TEXT,                            -- NULL: not confirmed yet
    to_email    TEXT   NOT NULL,
    asked_at    BIGINT NOT NULL,
    moved_at    BIGINT,
    epoch       BIGINT,
    undone_at   BIGINT
);
CREATE INDEX moves_of ON moves (subscriber);

CREATE TABLE contents (
    id       BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    hash     TEXT  NOT NULL UNIQUE,
    content  BYTEA NOT NULL
);

-- An issue has one batch in each realm; a slot is sent once, whatever its issue is called. Nothing that moves with
-- its rows stands here: all workers would write it.
CREATE TABLE batches (
    id         BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    issue      TEXT     NOT NULL,
    realm      SMALLINT NOT NULL,
    edition    TEXT     NOT NULL,
    slot       BIGINT   NOT NULL,
    slot_date  TEXT,                             -- NULL: out of turn
    content    BIGINT   NOT NULL REFERENCES contents (id),
    file       TEXT,
    state      SMALLINT NOT NULL,
    reason     TEXT,
    trusts_refusals BOOLEAN NOT NULL DEFAULT FALSE,
    audience   BIGINT   NOT NULL DEFAULT 0,
    waves      BIGINT   NOT NULL DEFAULT 0,
    frozen_at  BIGINT   NOT NULL,
    UNIQUE (issue, realm)
);
CREATE UNIQUE INDEX batches_slot ON batches (edition, slot_date, realm)
    WHERE slot_date IS NOT NULL AND state <> 3;

-- Who may send, a process each, and who keeps the calendar, one at a time. Whoever's lease is over, by this server's
-- clock, is dead, and so is who never took one. `epoch` grows with each who takes it: who slept through the end of
-- their lease finds another's number here.
CREATE TABLE leases (
    id           BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name         TEXT   NOT NULL UNIQUE,
    epoch        BIGINT NOT NULL DEFAULT 0,
    holder       TEXT   NOT NULL DEFAULT '',     -- what it says of itself, for people
    lease_until  TIMESTAMPTZ NOT NULL DEFAULT '-infinity',
    notes        TEXT                            -- names the notes of whose messages begin to leave, on its machine
) WITH (fillfactor = 50);

-- The recipient domains of a batch with a queue of their own. Lane 0 is everyone else.
CREATE TABLE lanes (
    batch   BIGINT NOT NULL REFERENCES batches (id),
    domain  BIGINT NOT NULL REFERENCES domains (id),
    lane    BIGINT NOT NULL CHECK (lane > 0),
    PRIMARY KEY (batch, domain)
);

CREATE TABLE waves (
    batch   BIGINT   NOT NULL REFERENCES batches (id),
    number  BIGINT   NOT NULL,
    due_at  BIGINT   NOT NULL,
    zones   TEXT[]   NOT NULL,                   -- '': readers who named none
    state   SMALLINT NOT NULL DEFAULT 0,         -- 0 to come, 1 begun, 2 too late: waits for a person
    PRIMARY KEY (batch, number)
);

-- One row a batch and reader that somebody claimed, or that was parted from its chunk: until then its chunk has it
-- (docs/decisions/0038). No column that changes is indexed, and a page has room for further versions of its rows: every
-- step is HOT. What each step changes stands together at the end, since the log has all between the first and the last byte
-- that changed.
CREATE TABLE deliveries (
    batch             BIGINT   NOT NULL,
    ord               BIGINT   NOT NULL,
    subscriber        BIGINT   NOT NULL,
    domain            BIGINT   NOT NULL,
    lane              BIGINT   NOT NULL,
    wave              BIGINT,                    -- NULL: the batch has none
    fence             BIGINT   NOT NULL DEFAULT 0,
    sender            BIGINT,
    due_at            BIGINT,                    -- set while it waits by itself, apart from its chunk
    tried_at          BIGINT,
    waited            BIGINT,                    -- NULL: not at all
    losses            INTEGER  NOT NULL DEFAULT 0,
    attempts          INTEGER  NOT NULL DEFAULT 0,
    content           BIGINT,                    -- what left, once something may have left
    first_attempt_at  BIGINT,
    updated_at        BIGINT,
    state             SMALLINT NOT NULL,
    reply             TEXT,
    PRIMARY KEY (batch, ord),
    UNIQUE (batch, subscriber)
) WITH (fillfactor = 35, autovacuum_vacuum_scale_factor = 0.02);

-- What nobody claimed yet: readers of one lane and one wave in the order of their numbers, with their domains as they were
-- at the freeze. The first has the place `no` in the batch, the last `hi`, and `next` is the first that may still be
-- claimed. Who claims from one has it to themself; it goes with its last reader. The lists are stored apart, so that a
-- cursor that moves writes none of them again.
CREATE TABLE chunks (
    batch         BIGINT NOT NULL,
    lane          BIGINT NOT NULL,
    no            BIGINT NOT NULL,
    wave          BIGINT,
    due_at        BIGINT NOT NULL,
    next          BIGINT NOT NULL CHECK (next >= no),
    hi            BIGINT NOT NULL CHECK (hi >= next),
    sender        BIGINT,
    first_reader  BIGINT NOT NULL,
    last_reader   BIGINT NOT NULL CHECK (last_reader >= first_reader),
    readers       BIGINT[] NOT NULL,
    domains       BIGINT[] NOT NULL,
    PRIMARY KEY (batch, lane, no),
    CHECK (cardinality(readers) = hi - no + 1 AND cardinality(domains) = hi - no + 1)
) WITH (fillfactor = 50);
-- To press them together costs a freeze as much again, for half of their few bytes.
ALTER TABLE chunks ALTER COLUMN readers SET STORAGE EXTERNAL;
ALTER TABLE chunks ALTER COLUMN domains SET STORAGE EXTERNAL;
-- Whoever leaves is looked for in all chunks there are.
CREATE INDEX chunks_of ON chunks USING gist (int8range(first_reader, last_reader, '[]'));

-- The rows that are still their chunks': those behind the cursor that were not parted.
CREATE VIEW unclaimed AS
    SELECT c.batch, c.no + r.place - 1 AS ord, r.subscriber, r.domain, c.lane, c.wave, c.due_at, c.no, c.hi
    FROM chunks AS c
    CROSS JOIN LATERAL unnest(c.readers, c.domains) WITH ORDINALITY AS r (subscriber, domain, place)
    WHERE c.no + r.place > c.next AND NOT EXISTS (SELECT 1 FROM deliveries AS d
        WHERE d.batch = c.batch AND d.ord = c.no + r.place - 1);

-- Rows that wait by themselves: deferred, put off, given back, or parted from their chunk.
CREATE TABLE waiting (
    batch     BIGINT  NOT NULL,
    lane      BIGINT  NOT NULL,
    due_at    BIGINT  NOT NULL,
    ord       BIGINT  NOT NULL,
    is_tried  BOOLEAN NOT NULL,
    PRIMARY KEY (batch, lane, due_at, ord)
);

-- How many rows stand where: a row a batch and sender, so that no two write the same. Their sum counts; a single one
-- may well be below nothing.
CREATE TABLE tallies (
    batch     BIGINT NOT NULL,
    sender    BIGINT NOT NULL,                   -- 0: nobody's own
    pending   BIGINT NOT NULL DEFAULT 0,
    claimed   BIGINT NOT NULL DEFAULT 0,
    sending   BIGINT NOT NULL DEFAULT 0,
    accepted  BIGINT NOT NULL DEFAULT 0,
    deferred  BIGINT NOT NULL DEFAULT 0,
    rejected  BIGINT NOT NULL DEFAULT 0,
    unknown   BIGINT NOT NULL DEFAULT 0,
    skipped   BIGINT NOT NULL DEFAULT 0,
    steps     BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (batch, sender)
) WITH (fillfactor = 50);

-- The generic cell rate algorithm's one number (nanoseconds).
CREATE TABLE paces (
    realm        SMALLINT NOT NULL,
    key          TEXT     NOT NULL,
    spent_until  BIGINT   NOT NULL,
    PRIMARY KEY (realm, key)
) WITH (fillfactor = 50);

-- Readers who were refused for good and not believed to be, until they are taken.
CREATE TABLE refusals (
    subscriber  BIGINT   NOT NULL,
    batch       BIGINT   NOT NULL,
    realm       SMALLINT NOT NULL,
    at          BIGINT   NOT NULL,
    is_dead     BOOLEAN  NOT NULL,               -- as an address that does not exist
    PRIMARY KEY (subscriber, batch)
);

-- How the relay (`*`) and recipient domains are disposed towards us.
CREATE TABLE moods (
    realm   SMALLINT NOT NULL,
    key     TEXT COLLATE "C" NOT NULL,
    record  TEXT     NOT NULL,                   -- JSON
    at      BIGINT   NOT NULL,
    PRIMARY KEY (realm, key)
);

-- What people and programs are told: one row a happening and place, so that nobody is told twice. `due_at` is set while
-- it waits to be told; `content` goes when it is told or given up.
CREATE TABLE notices (
    id           BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    realm        SMALLINT NOT NULL,
    key          TEXT     NOT NULL,
    target       TEXT     NOT NULL,
    content      BYTEA,
    created_at   BIGINT   NOT NULL,
    due_at       BIGINT,
    attempts     INTEGER  NOT NULL DEFAULT 0,
    reply        TEXT,
    settled_at   BIGINT,
    is_given_up  BOOLEAN  NOT NULL DEFAULT FALSE,
    UNIQUE (key, target)
);
CREATE INDEX notices_due ON notices (due_at) WHERE due_at IS NOT NULL;

-- Since when the calendar is kept from this state, in each realm. Without a row: since the first batch, if there is one.
CREATE TABLE kept (
    realm  SMALLINT PRIMARY KEY,
    since  BIGINT NOT NULL
);

-- Issues (by id) and slots (as edition-date) that a person holds.
CREATE TABLE holds (
    name     TEXT COLLATE "C" PRIMARY KEY,
    why      TEXT   NOT NULL,
    held_at  BIGINT NOT NULL
);
