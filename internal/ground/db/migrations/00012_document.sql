-- +goose Up
-- Documents and the checklist items that ask for them; see package document.
CREATE TABLE document (
  id         $ID PRIMARY KEY,
  status     TEXT NOT NULL,
  version    BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  title      TEXT NOT NULL DEFAULT '',
  kind       TEXT NOT NULL DEFAULT '',
  owner_kind TEXT NOT NULL DEFAULT '',
  owner      $ID NOT NULL,
  file       $ID REFERENCES file (id),
  due        TEXT NOT NULL DEFAULT '',
  required   BOOLEAN NOT NULL DEFAULT FALSE,
  note       TEXT NOT NULL DEFAULT ''
);
CREATE INDEX document_owner ON document (owner, owner_kind, id);
-- +goose Down
SELECT 1;
