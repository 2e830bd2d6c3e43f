-- +goose Up
-- For which part of its record a paper is, such as one of those who apply together.
ALTER TABLE document ADD COLUMN part TEXT NOT NULL DEFAULT '';
-- +goose Down
SELECT 1;
