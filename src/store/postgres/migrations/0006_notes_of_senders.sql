-- The folders in which machines note what leaves from them (src/store/notes_place.rs). Once the database is not where it
-- was, each hands in what it knows of what left since.
CREATE TABLE noting_places (
    name       TEXT COLLATE "C" PRIMARY KEY,     -- the machine and the folder
    mark       TEXT        NOT NULL,             -- of the notes that lie there: with another one, those before are gone
    home       TEXT        NOT NULL,             -- where the database was when somebody sent or looked from there last
    seen_at    TIMESTAMPTZ NOT NULL,
    handed_in  TEXT,                             -- where the database was when the notes came in
    is_whole   BOOLEAN     NOT NULL DEFAULT TRUE -- those that came in are all that were written
);
