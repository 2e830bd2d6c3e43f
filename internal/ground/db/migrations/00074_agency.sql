-- +goose Up
-- How residents reach the agency: address, telephone, opening hours, as it is printed on what they are given.
ALTER TABLE agency ADD COLUMN contact TEXT NOT NULL DEFAULT '';
-- +goose Down
ALTER TABLE agency DROP COLUMN contact;
