-- +goose Up
-- Two persons who may be one, for somebody to look at; see package people. weight is in tenths of
-- bits, person the one of the two that was registered first.
CREATE TABLE duplicate (
  id         $ID PRIMARY KEY,
  status     TEXT NOT NULL,
  version    BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  person     $ID NOT NULL REFERENCES person (id),
  other      $ID NOT NULL REFERENCES person (id),
  weight     BIGINT NOT NULL DEFAULT 0,
  reasons    TEXT NOT NULL DEFAULT '[]'
);
CREATE UNIQUE INDEX duplicate_pair ON duplicate (person, other);
CREATE INDEX duplicate_other ON duplicate (other);
CREATE INDEX duplicate_queue ON duplicate (status, id);
-- +goose Down
SELECT 1;
