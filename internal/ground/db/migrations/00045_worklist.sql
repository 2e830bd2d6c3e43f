-- +goose Up
-- A team's views of the worklist are counted from the index alone. SQLite takes the index of a view
-- that few cases are in only where it begins like the one beside it.
DROP INDEX case_file_team;
DROP INDEX case_file_waiting;
DROP INDEX case_file_new;
CREATE INDEX case_file_team ON case_file (team, restricted, status, due_on, id);
CREATE INDEX case_file_waiting ON case_file (team, restricted, status, due_on, id) WHERE status = 'open' AND waits_for <> '';
CREATE INDEX case_file_new ON case_file (team, restricted, status, due_on, id) WHERE status = 'open' AND stage = 'assessing' AND last_contact_at = 0;
-- +goose Down
SELECT 1;
