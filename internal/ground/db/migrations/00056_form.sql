-- +goose Up
-- What answers came from the person's record, which of them were taken over into it, the files that
-- answer a question and who signed; see package form. Each is JSON by question.
ALTER TABLE form_response ADD COLUMN prefilled TEXT NOT NULL DEFAULT '{}';
ALTER TABLE form_response ADD COLUMN taken TEXT NOT NULL DEFAULT '{}';
ALTER TABLE form_response ADD COLUMN attached TEXT NOT NULL DEFAULT '{}';
ALTER TABLE form_response ADD COLUMN signatures TEXT NOT NULL DEFAULT '{}';
-- +goose Down
SELECT 1;
