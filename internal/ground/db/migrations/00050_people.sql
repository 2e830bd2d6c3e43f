-- +goose Up
-- A list of persons that somebody brought, and what became of it; see package people. layout is
-- sealed: the headings and first rows of the list. The counts stay when the rows are erased.
CREATE TABLE import (
  id             $ID PRIMARY KEY,
  status         TEXT NOT NULL,
  version        BIGINT NOT NULL,
  created_at     BIGINT NOT NULL,
  updated_at     BIGINT NOT NULL,
  owner          $ID NOT NULL,
  file           $ID,
  digest         $BYTES NOT NULL,
  layout         $BYTES,
  household_kind TEXT NOT NULL DEFAULT '',
  on_date        TEXT NOT NULL DEFAULT '',
  trouble        TEXT NOT NULL DEFAULT '',
  work           $ID,
  counts         TEXT NOT NULL DEFAULT '{}',
  ended_at       BIGINT NOT NULL DEFAULT 0,
  erased_at      BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX import_owner ON import (owner, id);
CREATE INDEX import_digest ON import (digest);
CREATE INDEX import_kept ON import (updated_at) WHERE erased_at = 0;

-- What each row of a list says, sealed, until it is erased. position is its line in the file.
CREATE TABLE import_row (
  import    $ID NOT NULL REFERENCES import (id),
  position  BIGINT NOT NULL,
  state     TEXT NOT NULL,
  person    $ID,
  household $ID,
  kin       $BYTES,
  sealed    $BYTES NOT NULL,
  PRIMARY KEY (import, position)
);
CREATE INDEX import_row_state ON import_row (import, state, position);
CREATE INDEX import_row_kin ON import_row (import, kin) WHERE kin IS NOT NULL;

-- Which import brought a person.
ALTER TABLE person ADD COLUMN import $ID REFERENCES import (id);
CREATE INDEX person_import ON person (import, id) WHERE import IS NOT NULL;
-- +goose Down
SELECT 1;
