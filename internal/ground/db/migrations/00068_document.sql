-- +goose Up
-- What is said of a paper to whoever is to bring it, how long it holds, and why it was sent back or is not needed.
ALTER TABLE document ADD COLUMN instruction TEXT NOT NULL DEFAULT '';
ALTER TABLE document ADD COLUMN valid_until TEXT NOT NULL DEFAULT '';
ALTER TABLE document ADD COLUMN reason TEXT NOT NULL DEFAULT '';
-- +goose Down
SELECT 1;
