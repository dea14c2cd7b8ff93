-- The life of each reader by their own acts, and what they say: docs/decisions/0023-membership-and-its-history.md.

-- What was asked and is not confirmed; also of people who left and would come back, and of readers who were asked for
-- their consent once more. What the form said counts when it is confirmed, and not before.
CREATE TABLE asks (
    subscriber     BIGINT  PRIMARY KEY,
    asked_at       BIGINT  NOT NULL,
    name           TEXT,
    editions       TEXT[],                       -- sorted; NULL: all
    language       TEXT,
    timezone       TEXT,
    wording        TEXT    NOT NULL,
    agreed_to_ads  BOOLEAN,
    page           TEXT,
    network        TEXT
);
CREATE INDEX asks_by_age ON asks (asked_at);

-- The last departure of each: what it took away (JSON), for whoever takes it back, and why.
CREATE TABLE farewells (
    subscriber  BIGINT  PRIMARY KEY,
    epoch       BIGINT  NOT NULL,
    before      TEXT    NOT NULL,
    is_undone   BOOLEAN NOT NULL DEFAULT FALSE,
    reason      TEXT,
    at          BIGINT  NOT NULL
);

-- Fresh links that were used, until they are over anyway.
CREATE TABLE spent_links (
    subscriber  BIGINT NOT NULL,
    epoch       BIGINT NOT NULL,
    until       BIGINT NOT NULL,
    PRIMARY KEY (subscriber, epoch, until)
);
CREATE INDEX spent_links_over ON spent_links (until);

-- Who was asked to consent once more, and when somebody was last reminded that they had agreed: in each realm.
CREATE TABLE consent_requests (
    subscriber  BIGINT   NOT NULL,
    realm       SMALLINT NOT NULL,
    at          BIGINT   NOT NULL,
    PRIMARY KEY (subscriber, realm)
);
CREATE TABLE consent_reminders (
    subscriber  BIGINT   NOT NULL,
    realm       SMALLINT NOT NULL,
    at          BIGINT   NOT NULL,
    PRIMARY KEY (subscriber, realm)
);

-- Mails to readers about their own acts: what is to be said, no mail and no link. `due_at` is set while one waits,
-- `is_held` while it waits for a person. Who took one has it until `taken_until`, by this server's clock: those of
-- the senders may differ by as much as that.
CREATE TABLE receipts (
    id           BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    realm        SMALLINT NOT NULL,
    kind         SMALLINT NOT NULL,
    turn         SMALLINT NOT NULL,
    subscriber   BIGINT   NOT NULL,
    epoch        BIGINT   NOT NULL,
    email        TEXT,                           -- NULL: the address that the reader has when it leaves
    facts        TEXT,                           -- JSON; NULL once it is settled
    created_at   BIGINT   NOT NULL,
    due_at       BIGINT,
    taken_until  TIMESTAMPTZ,
    is_held      BOOLEAN  NOT NULL DEFAULT FALSE,
    attempts     INTEGER  NOT NULL DEFAULT 0,
    reply        TEXT,
    settled_at   BIGINT,
    is_given_up  BOOLEAN  NOT NULL DEFAULT FALSE
) WITH (fillfactor = 80);
CREATE INDEX receipts_due     ON receipts (realm, turn, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX receipts_held    ON receipts (realm, created_at) WHERE is_held;
CREATE INDEX receipts_settled ON receipts (settled_at) WHERE settled_at IS NOT NULL;
CREATE INDEX receipts_of      ON receipts (subscriber);

-- `told` is the key of the notice by which the writer hears of it; NULL: not yet.
CREATE TABLE opinions (
    id            BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    realm         SMALLINT NOT NULL,
    subscriber    BIGINT,                        -- NULL: it came without a reader's link
    issue         TEXT     NOT NULL,
    choice        TEXT,
    text          TEXT,
    may_publish   BOOLEAN  NOT NULL,
    name          TEXT,
    may_reply     BOOLEAN  NOT NULL,
    at            BIGINT   NOT NULL,
    is_published  BOOLEAN  NOT NULL DEFAULT FALSE,
    told          TEXT
);
CREATE UNIQUE INDEX opinions_of ON opinions (subscriber, issue, realm) WHERE subscriber IS NOT NULL;
CREATE INDEX opinions_on     ON opinions (issue);
CREATE INDEX opinions_untold ON opinions (realm, id) WHERE told IS NULL;

-- What the limits count: keyed hashes of mailboxes and networks, and how many, until they fade.
-- The kinds are those of src/store/signup_counts.rs.
CREATE TABLE signup_counts (
    kind   SMALLINT NOT NULL,
    key    BYTEA    NOT NULL,
    realm  SMALLINT NOT NULL,
    at     BIGINT   NOT NULL,
    count  BIGINT   NOT NULL,
    PRIMARY KEY (kind, key, realm, at)
) WITH (fillfactor = 70);
CREATE INDEX signup_counts_by_age ON signup_counts (kind, at);

-- How the list grew is summed up by weeks.
CREATE INDEX history_by_time ON history (at);
