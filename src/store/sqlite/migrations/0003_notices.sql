-- What people and programs are told: one row a happening and place, so that nobody is told twice.
-- `due_at` is set while it waits to be told; `content` goes when it is told or given up.
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
CREATE INDEX notices_due ON notices (due_at) WHERE due_at IS NOT NULL;
