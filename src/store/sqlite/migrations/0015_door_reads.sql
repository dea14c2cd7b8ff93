-- A rehearsal's readings, perhaps of days that are still to come, say nothing of real ones.
CREATE TABLE door_readings (
    realm  INTEGER NOT NULL,
    door   TEXT    NOT NULL,
    day    INTEGER NOT NULL,
    at     INTEGER NOT NULL,
    PRIMARY KEY (realm, door, day)
) WITHOUT ROWID;
INSERT INTO door_readings SELECT 0, door, day, at FROM door_reads;
DROP TABLE door_reads;
