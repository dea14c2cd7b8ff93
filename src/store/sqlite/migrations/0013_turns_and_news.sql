-- Which turn a receipt has: what somebody waits for leaves first, what many get at once after it, and reminders while
-- no batch is on its way. The codes are those of src/store/sqlite/receipt_outbox/queue.rs.
ALTER TABLE receipts ADD COLUMN turn INTEGER NOT NULL DEFAULT 0;
DROP INDEX receipts_due;
CREATE INDEX receipts_due ON receipts (realm, turn, due_at) WHERE due_at IS NOT NULL;

-- Who was asked to consent once more: nobody is twice, and what a rehearsal asked was not asked.
CREATE TABLE consent_requests (
    subscriber  INTEGER NOT NULL,
    realm       INTEGER NOT NULL,
    at          INTEGER NOT NULL,
    PRIMARY KEY (subscriber, realm)
) WITHOUT ROWID;

-- The key of the notice by which the writer hears of an opinion; NULL: not yet. What was said before is no news.
ALTER TABLE opinions ADD COLUMN told TEXT;
UPDATE opinions SET told = '';
CREATE INDEX opinions_untold ON opinions (realm, id) WHERE told IS NULL;

-- When somebody was last reminded that they had agreed; in a rehearsal nobody was.
ALTER TABLE consent_reminders RENAME TO reminders_of_both;
CREATE TABLE consent_reminders (
    subscriber  INTEGER NOT NULL,
    realm       INTEGER NOT NULL,
    at          INTEGER NOT NULL,
    PRIMARY KEY (subscriber, realm)
) WITHOUT ROWID;
INSERT INTO consent_reminders SELECT subscriber, 0, at FROM reminders_of_both;
DROP TABLE reminders_of_both;
