-- Where the list lives that moved out of this database, without a password, and since when: NULL as long as it lives
-- here. See src/store/moving_house.rs.
ALTER TABLE instance ADD COLUMN moved_to TEXT;
ALTER TABLE instance ADD COLUMN moved_at INTEGER;
