-- +goose Up
-- What nobody has completed, of all providers, the earliest first.
CREATE INDEX session_unfinished ON session (on_date, id) WHERE status = 'scheduled';
-- +goose Down
DROP INDEX session_unfinished;
