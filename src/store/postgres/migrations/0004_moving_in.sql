-- The list that moves, or moved, in from a folder (src/store/moving_house.rs): until all of it is here nobody else opens
-- this database. `is_whole`: every table was read back and found equal to what left.
CREATE TABLE moving_in (
    id           SMALLINT PRIMARY KEY CHECK (id = 1),
    mark         TEXT     NOT NULL,              -- the list's
    begun_at     BIGINT   NOT NULL,
    is_whole     BOOLEAN  NOT NULL DEFAULT FALSE,
    finished_at  BIGINT
);
-- How far each of its tables has come. `hash` is set once all of it was found equal.
CREATE TABLE moved_tables (
    name     TEXT PRIMARY KEY,
    rows     BIGINT NOT NULL,
    hash     BYTEA,
    last_id  BIGINT                              -- the highest number that one of its rows ever had
);
