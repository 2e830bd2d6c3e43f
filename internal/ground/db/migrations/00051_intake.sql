-- +goose Up
-- Who was involved in what a complaint reports and when it happened, in the reporter's words; what an
-- application spends, which of its parts were returned and why, and that the applicant declared it
-- to be true; see package intake.
ALTER TABLE complaint ADD COLUMN participants TEXT NOT NULL DEFAULT '[]';
ALTER TABLE complaint ADD COLUMN happened TEXT NOT NULL DEFAULT '';
ALTER TABLE application ADD COLUMN expenses TEXT NOT NULL DEFAULT '[]';
ALTER TABLE application ADD COLUMN returned TEXT NOT NULL DEFAULT '[]';
ALTER TABLE application ADD COLUMN declared BOOLEAN NOT NULL DEFAULT FALSE;
-- What a scanner said of a file; see package file.
ALTER TABLE file ADD COLUMN checked TEXT NOT NULL DEFAULT '';
-- +goose Down
SELECT 1;
