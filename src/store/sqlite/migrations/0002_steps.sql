-- How many transactions have moved rows of a batch. The witness beside the database keeps the same
-- number (src/store/sqlite/witness.rs): a database that knows of fewer is an older copy.
ALTER TABLE batches ADD COLUMN steps INTEGER NOT NULL DEFAULT 0;
