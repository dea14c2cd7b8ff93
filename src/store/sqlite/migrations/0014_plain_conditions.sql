-- A list in an index's condition (`state IN (1, 2)`) is made a table of for every row that is written: two a step of
-- a delivery, with memory taken and given back. A comparison costs nothing.

-- Claimed, sending: what a dead sender leaves behind.
DROP INDEX deliveries_held;
CREATE INDEX deliveries_held ON deliveries (id) WHERE state BETWEEN 1 AND 2;
-- Deferred, rejected, unknown, skipped: what `status --failed` shows.
DROP INDEX deliveries_bad;
CREATE INDEX deliveries_bad ON deliveries (id) WHERE state >= 4;
