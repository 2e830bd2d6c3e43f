-- +goose Up
-- A version (edition) of a question set; versions of one form share its key.
CREATE TABLE form (
  id           $ID PRIMARY KEY,
  status       TEXT NOT NULL,
  version      BIGINT NOT NULL,
  created_at   BIGINT NOT NULL,
  updated_at   BIGINT NOT NULL,
  key          TEXT NOT NULL,
  edition      BIGINT NOT NULL,
  title        TEXT NOT NULL,
  purpose      TEXT NOT NULL,
  protected_class TEXT NOT NULL DEFAULT '',
  definition   TEXT NOT NULL,
  published_at BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX form_edition ON form (key, edition);
CREATE UNIQUE INDEX form_published ON form (key) WHERE status = 'published';
CREATE UNIQUE INDEX form_draft ON form (key) WHERE status = 'draft';

-- Somebody's answers to one version of a form. owner is the record of another room that it belongs to.
CREATE TABLE form_response (
  id           $ID PRIMARY KEY,
  status       TEXT NOT NULL,
  version      BIGINT NOT NULL,
  created_at   BIGINT NOT NULL,
  updated_at   BIGINT NOT NULL,
  form         $ID NOT NULL REFERENCES form (id),
  form_key     TEXT NOT NULL,
  person       $ID REFERENCES person (id),
  root_kind    TEXT NOT NULL,
  root         $ID NOT NULL,
  owner_kind   TEXT NOT NULL DEFAULT '',
  owner        $ID,
  answers      TEXT NOT NULL DEFAULT '{}',
  score        TEXT NOT NULL DEFAULT '',
  band         TEXT NOT NULL DEFAULT '',
  completed_at BIGINT NOT NULL DEFAULT 0,
  completed_by $ID
);
CREATE INDEX form_response_person ON form_response (person, id);
CREATE INDEX form_response_root ON form_response (root, id);
CREATE INDEX form_response_form ON form_response (form);
-- +goose Down
SELECT 1;
