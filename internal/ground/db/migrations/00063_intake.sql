-- +goose Up
-- How long the agency takes for what comes in: working days for inquiries, inbound referrals, applications
-- and the decision on a complaint, elapsed hours where somebody is in danger or a referral is urgent, and
-- for how many days something is a repeat of what came in before.
ALTER TABLE agency ADD COLUMN inquiry_days BIGINT NOT NULL DEFAULT 3;
ALTER TABLE agency ADD COLUMN inbound_days BIGINT NOT NULL DEFAULT 5;
ALTER TABLE agency ADD COLUMN application_days BIGINT NOT NULL DEFAULT 10;
ALTER TABLE agency ADD COLUMN complaint_days BIGINT NOT NULL DEFAULT 20;
ALTER TABLE agency ADD COLUMN urgent_hours BIGINT NOT NULL DEFAULT 24;
ALTER TABLE agency ADD COLUMN repeat_days BIGINT NOT NULL DEFAULT 90;

-- Within how many hours an allegation is reported to an authority; 0: it need not be.
ALTER TABLE allegation_clock ADD COLUMN report_hours BIGINT NOT NULL DEFAULT 0;

-- The deadlines of a complaint beside that of the first response (due_at), and which of all runs now;
-- next_at is 0 where an earlier release wrote the row, and due_at stands for it.
ALTER TABLE complaint ADD COLUMN report_by BIGINT NOT NULL DEFAULT 0;
ALTER TABLE complaint ADD COLUMN decide_by BIGINT NOT NULL DEFAULT 0;
ALTER TABLE complaint ADD COLUMN next_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE complaint ADD COLUMN next_due TEXT NOT NULL DEFAULT 'respond';
-- Twenty working days are four weeks, where no holiday lies between.
UPDATE complaint SET decide_by = received_at + 2419200000 WHERE status IN ('submitted', 'in_review');
UPDATE complaint SET next_at = decide_by, next_due = 'decide' WHERE status IN ('submitted', 'in_review') AND (responded_at > 0 OR due_at > decide_by);
DROP INDEX complaint_waiting;
DROP INDEX complaint_owner;
DROP INDEX complaint_second;
CREATE INDEX complaint_waiting ON complaint ((CASE WHEN next_at > 0 THEN next_at ELSE due_at END), id) WHERE status IN ('submitted', 'in_review');
CREATE INDEX complaint_owner ON complaint (owner, (CASE WHEN next_at > 0 THEN next_at ELSE due_at END), id) WHERE status IN ('submitted', 'in_review');
CREATE INDEX complaint_second ON complaint ((CASE WHEN next_at > 0 THEN next_at ELSE due_at END), id) WHERE status = 'in_review' AND screened_by IS NOT NULL;
CREATE INDEX complaint_to_report ON complaint (report_by, id) WHERE status = 'resolved' AND report_by > 0;
-- +goose Down
SELECT 1;
