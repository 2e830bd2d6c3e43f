-- +goose Up
-- What is said of a paper to whoever is to bring it, how long it holds, and why it was sent back or is not needed;
-- its name in the other language; whom it concerns, and whether they see it and can bring it on their own page.
ALTER TABLE document ADD COLUMN instruction TEXT NOT NULL DEFAULT '';
ALTER TABLE document ADD COLUMN valid_until TEXT NOT NULL DEFAULT '';
ALTER TABLE document ADD COLUMN reason TEXT NOT NULL DEFAULT '';
ALTER TABLE document ADD COLUMN title_en TEXT NOT NULL DEFAULT '';
ALTER TABLE document ADD COLUMN person $ID REFERENCES person (id);
ALTER TABLE document ADD COLUMN shown BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE document SET person = (SELECT c.person FROM case_file c WHERE c.id = document.owner) WHERE owner_kind = 'case';
UPDATE document SET person = owner WHERE owner_kind = 'person';
CREATE INDEX document_person ON document (person, id);
-- +goose Down
SELECT 1;
