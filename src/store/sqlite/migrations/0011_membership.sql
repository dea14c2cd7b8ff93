-- The life of each reader, and what they say: docs/decisions/0023-membership-and-its-history.md.

-- Grows with every confirmation, departure, bounce, complaint, erasure and move: links that end are made for one.
ALTER TABLE subscribers ADD COLUMN epoch INTEGER NOT NULL DEFAULT 0;

-- Tokens made before the list's mark was in them are good for the readers that there were then.
ALTER TABLE instance ADD COLUMN last_unmarked INTEGER NOT NULL DEFAULT 0;
UPDATE instance SET last_unmarked =
    coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'subscribers'), 0);

-- What happened to whom: numbers alone, so that nothing of it has to be erased. A row is of the readers
-- `subscriber` to `through`; `gain` is by how many more of them get mail since.
-- The codes are those of src/store/sqlite/history.rs.
CREATE TABLE history (
    id          INTEGER PRIMARY KEY,
    subscriber  INTEGER NOT NULL,
    through     INTEGER NOT NULL CHECK (through >= subscriber),
    at          INTEGER NOT NULL,
    change      INTEGER NOT NULL,
    source      INTEGER NOT NULL,
    gain        INTEGER NOT NULL
);
CREATE INDEX history_of ON history (subscriber);
CREATE INDEX history_ranges ON history (through) WHERE through > subscriber;
CREATE TRIGGER history_stays BEFORE DELETE ON history
BEGIN SELECT raise(ABORT, 'the history is only ever added to'); END;
CREATE TRIGGER history_is_what_it_was BEFORE UPDATE ON history
BEGIN SELECT raise(ABORT, 'the history is only ever added to'); END;

-- What is known of the time before: when people came, and when they went.
INSERT INTO history (subscriber, through, at, change, source, gain)
SELECT * FROM (
    SELECT min(id), max(id), created_at AS at, 14,
           CASE origin WHEN 1 THEN 5 WHEN 2 THEN 6 WHEN 3 THEN 7 ELSE 1 END, count(*)
    FROM (SELECT id, created_at, origin,
                 id - row_number() OVER (PARTITION BY created_at, origin ORDER BY id) AS island
          FROM subscribers WHERE state <> 1)
    GROUP BY created_at, origin, island
    UNION ALL
    SELECT s.id, s.id, coalesce(p.at, s.updated_at),
           CASE s.suppressed WHEN 1 THEN 3 WHEN 2 THEN 10 WHEN 3 THEN 11 WHEN 4 THEN 12 ELSE 18 END,
           CASE s.suppressed WHEN 1 THEN 2 WHEN 2 THEN 8 WHEN 3 THEN 9 ELSE 7 END,
           CASE WHEN s.state = 1 THEN 0 ELSE -1 END
    FROM subscribers AS s LEFT JOIN suppressions AS p ON p.email = s.email
    WHERE s.suppressed IS NOT NULL
    UNION ALL
    SELECT id, id, updated_at, 15, 5, -1
    FROM subscribers WHERE state = 2 AND suppressed IS NULL
) ORDER BY at;

-- The words above a form's button, once each.
CREATE TABLE wordings (
    hash      TEXT    PRIMARY KEY,               -- SHA-256 of the text
    text      TEXT    NOT NULL,
    language  TEXT    NOT NULL,
    since     INTEGER NOT NULL
) WITHOUT ROWID;

-- Proof of a consent, which is found by its `consent_at`: in `subscribers`, or in `past_consents` once a later
-- one replaced it.
CREATE TABLE consent_proofs (
    subscriber     INTEGER NOT NULL,
    consent_at     TEXT    NOT NULL,
    asked_at       INTEGER NOT NULL,
    confirmed_at   INTEGER NOT NULL,
    wording        TEXT    NOT NULL,
    page           TEXT,
    editions       TEXT,                         -- sorted JSON array; NULL: all
    agreed_to_ads  INTEGER,                      -- NULL: there was no such box
    network        TEXT,                         -- cut; NULL unless the publication asks for it
    PRIMARY KEY (subscriber, consent_at)
) WITHOUT ROWID;

-- What was asked and is not confirmed; also of people who left and would come back. What the form said counts
-- when it is confirmed, and not before.
CREATE TABLE asks (
    subscriber     INTEGER PRIMARY KEY,
    asked_at       INTEGER NOT NULL,
    name           TEXT,
    editions       TEXT,
    language       TEXT,
    timezone       TEXT,
    wording        TEXT    NOT NULL,
    agreed_to_ads  INTEGER,
    page           TEXT,
    network        TEXT
);
CREATE INDEX asks_by_age ON asks (asked_at);

-- The last departure of each: what it took away (JSON), for whoever takes it back, and why.
CREATE TABLE farewells (
    subscriber  INTEGER PRIMARY KEY,
    epoch       INTEGER NOT NULL,
    before      TEXT    NOT NULL,
    is_undone   INTEGER NOT NULL DEFAULT 0,
    reason      TEXT,
    at          INTEGER NOT NULL
);

-- When somebody was last reminded that they had agreed to advertising.
CREATE TABLE consent_reminders (
    subscriber  INTEGER PRIMARY KEY,
    at          INTEGER NOT NULL
);

CREATE TABLE moves (
    id          INTEGER PRIMARY KEY,
    subscriber  INTEGER NOT NULL,
    from_email  TEXT,                            -- NULL: not confirmed yet
    to_email    TEXT    NOT NULL,
    asked_at    INTEGER NOT NULL,
    moved_at    INTEGER,
    epoch       INTEGER,                         -- that of the move; its undo is made for it
    undone_at   INTEGER
);
CREATE INDEX moves_of ON moves (subscriber);

-- Fresh links that were used, until they are over anyway.
CREATE TABLE spent_links (
    subscriber  INTEGER NOT NULL,
    epoch       INTEGER NOT NULL,
    until       INTEGER NOT NULL,
    PRIMARY KEY (subscriber, epoch, until)
) WITHOUT ROWID;

-- Mails to readers about their own acts: what is to be said, no mail and no link. `due_at` is set while one
-- waits, `is_held` while it waits for a person.
CREATE TABLE receipts (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    realm       INTEGER NOT NULL,
    kind        INTEGER NOT NULL,
    subscriber  INTEGER NOT NULL,
    epoch       INTEGER NOT NULL,
    email       TEXT,                            -- NULL: the address that the reader has when it leaves
    facts       TEXT,                            -- JSON; NULL once it is settled
    created_at  INTEGER NOT NULL,
    due_at      INTEGER,
    is_held     INTEGER NOT NULL DEFAULT 0,
    attempts    INTEGER NOT NULL DEFAULT 0,
    reply       TEXT,
    settled_at  INTEGER,
    is_given_up INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX receipts_due     ON receipts (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX receipts_held    ON receipts (realm, created_at) WHERE is_held;
CREATE INDEX receipts_settled ON receipts (settled_at) WHERE settled_at IS NOT NULL;
CREATE INDEX receipts_of      ON receipts (subscriber);

CREATE TABLE opinions (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    realm         INTEGER NOT NULL,
    subscriber    INTEGER,                       -- NULL: it came without a reader's link
    issue         TEXT    NOT NULL,
    choice        TEXT,
    text          TEXT,
    may_publish   INTEGER NOT NULL,
    name          TEXT,
    may_reply     INTEGER NOT NULL,
    at            INTEGER NOT NULL,
    is_published  INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX opinions_of ON opinions (subscriber, issue, realm) WHERE subscriber IS NOT NULL;
CREATE INDEX opinions_on ON opinions (issue);

-- What the limits count: keyed hashes of mailboxes and networks, and how many, until they fade.
-- The kinds are those of src/store/sqlite/signup_counts.rs.
CREATE TABLE signup_counts (
    kind   INTEGER NOT NULL,
    key    BLOB    NOT NULL,
    realm  INTEGER NOT NULL,
    at     INTEGER NOT NULL,
    count  INTEGER NOT NULL,
    PRIMARY KEY (kind, key, realm, at)
) WITHOUT ROWID;
CREATE INDEX signup_counts_by_age ON signup_counts (kind, at);
