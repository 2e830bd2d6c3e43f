-- +goose Up
-- Whether the agency may turn to somebody at all, and how it does so without putting them in danger.
ALTER TABLE person ADD COLUMN contact_prohibited BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE person ADD COLUMN reach_note TEXT NOT NULL DEFAULT '';
-- What cases were asked because of somebody, found by whom it was about.
CREATE INDEX case_prompt_of ON case_prompt (about) WHERE about IS NOT NULL;
-- +goose Down
DROP INDEX case_prompt_of;
ALTER TABLE person DROP COLUMN reach_note;
ALTER TABLE person DROP COLUMN contact_prohibited;
