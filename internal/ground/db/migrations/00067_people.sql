-- +goose Up
-- How somebody is housed, so that it can be counted; what was written before stays as the note beside it.
ALTER TABLE circumstance ADD COLUMN housing TEXT NOT NULL DEFAULT '';
-- +goose Down
ALTER TABLE circumstance DROP COLUMN housing;
