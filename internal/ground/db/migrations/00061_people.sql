-- +goose Up
-- In what manner somebody is a parent (by birth, adoptive, foster, step), and whether a marriage that runs is lived apart.
ALTER TABLE relationship ADD COLUMN manner TEXT NOT NULL DEFAULT '';
-- +goose Down
SELECT 1;
