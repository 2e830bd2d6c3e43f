-- +goose Up
CREATE TABLE consent (
  id           $ID PRIMARY KEY,
  status       TEXT NOT NULL,
  version      BIGINT NOT NULL,
  created_at   BIGINT NOT NULL,
  updated_at   BIGINT NOT NULL,
  person       $ID NOT NULL REFERENCES person (id),
  given_by     $ID NOT NULL REFERENCES person (id),
  capacity     TEXT NOT NULL,
  fields       TEXT NOT NULL DEFAULT '[]',
  recipients   TEXT NOT NULL DEFAULT '[]',
  purpose      TEXT NOT NULL DEFAULT '',
  given_on     TEXT NOT NULL,
  until_date   TEXT NOT NULL DEFAULT '',
  how          TEXT NOT NULL,
  recorded_by  $ID,
  withdrawn_on TEXT NOT NULL DEFAULT ''
);
CREATE INDEX consent_person ON consent (person, id);
CREATE INDEX consent_until ON consent (until_date) WHERE status = 'given' AND until_date <> '';

-- Each time data left the agency; rows are only added.
CREATE TABLE disclosure (
  id             $ID PRIMARY KEY,
  status         TEXT NOT NULL,
  version        BIGINT NOT NULL,
  created_at     BIGINT NOT NULL,
  updated_at     BIGINT NOT NULL,
  person         $ID NOT NULL REFERENCES person (id),
  recipient_kind TEXT NOT NULL,
  recipient      $ID,
  recipient_name TEXT NOT NULL DEFAULT '',
  fields         TEXT NOT NULL DEFAULT '[]',
  basis          TEXT NOT NULL,
  consent        $ID,
  provision      TEXT NOT NULL DEFAULT '',
  reason         TEXT NOT NULL DEFAULT '',
  invitation     $ID
);
CREATE INDEX disclosure_person ON disclosure (person, id);
-- +goose Down
SELECT 1;
