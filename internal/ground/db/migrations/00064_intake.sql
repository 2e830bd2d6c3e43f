-- +goose Up
-- Who applies for an item beside the main applicant: the key of a household member in the application,
-- and the person it is, once that is known.
ALTER TABLE application_item ADD COLUMN applicant TEXT NOT NULL DEFAULT '';
ALTER TABLE application_item ADD COLUMN person $ID REFERENCES person (id);
CREATE INDEX application_item_person ON application_item (person) WHERE person IS NOT NULL;
-- +goose Down
SELECT 1;
