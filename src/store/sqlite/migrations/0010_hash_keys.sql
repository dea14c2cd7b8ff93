-- Keys of other lists whose departures were taken in: their hashes say nothing under this list's own
-- (instance.erasure_key). Where `hash_key` is NULL, the own one made the hash. See
-- src/store/sqlite/hash_keys.rs.
CREATE TABLE hash_keys (
    id   INTEGER PRIMARY KEY,
    key  BLOB    NOT NULL UNIQUE
);
ALTER TABLE suppressions ADD COLUMN hash_key INTEGER REFERENCES hash_keys (id);
ALTER TABLE departures   ADD COLUMN hash_key INTEGER REFERENCES hash_keys (id);
