-- What comes back and proves nothing is bounded by the day and in all (src/store/strangers.rs).
CREATE INDEX reports_strangers ON reports (realm, kind, taken_at) WHERE proof IS NULL;
CREATE TABLE reports_turned_away (
    realm    INTEGER NOT NULL,
    day      INTEGER NOT NULL,
    kind     TEXT    NOT NULL,
    reports  INTEGER NOT NULL,
    PRIMARY KEY (realm, day, kind)
) WITHOUT ROWID;
