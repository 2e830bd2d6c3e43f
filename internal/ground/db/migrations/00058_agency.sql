-- +goose Up
-- The ages from which somebody decides for themselves, in years.
ALTER TABLE agency ADD COLUMN adult_from BIGINT NOT NULL DEFAULT 18;
ALTER TABLE agency ADD COLUMN consent_from BIGINT NOT NULL DEFAULT 15;
-- +goose Down
SELECT 1;
