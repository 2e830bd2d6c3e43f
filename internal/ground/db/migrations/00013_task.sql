-- +goose Up
-- What somebody has to do, by when; see package task. ended_at is 0 while it
-- is still to be done, so that worklists are short indexes.
CREATE TABLE task (
  id         $ID PRIMARY KEY,
  status     TEXT NOT NULL,
  version    BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  title      TEXT NOT NULL DEFAULT '',
  detail     TEXT NOT NULL DEFAULT '',
  due        TEXT NOT NULL DEFAULT '9999-12-31',
  priority   BIGINT NOT NULL DEFAULT 0,
  assignee   $ID,
  queue      $ID,
  owner_kind TEXT NOT NULL DEFAULT '',
  owner      $ID,
  source     TEXT NOT NULL DEFAULT '',
  ended_at   BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX task_assignee ON task (assignee, due, id) WHERE ended_at = 0 AND assignee IS NOT NULL;
CREATE INDEX task_queue ON task (queue, due, id) WHERE ended_at = 0 AND queue IS NOT NULL;
CREATE INDEX task_owner ON task (owner, owner_kind, ended_at, due, id) WHERE owner IS NOT NULL;
-- +goose Down
SELECT 1;
