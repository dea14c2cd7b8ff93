-- When a notice came to its end, and whether it was given up: a target that can't be told is shown.
ALTER TABLE notices ADD COLUMN settled_at INTEGER;
ALTER TABLE notices ADD COLUMN is_given_up INTEGER NOT NULL DEFAULT 0;
