-- The name of the file in which a batch's sender notes whose messages begin to leave; notes of another name are not
-- believed.
ALTER TABLE batches ADD COLUMN transfer_notes TEXT;
