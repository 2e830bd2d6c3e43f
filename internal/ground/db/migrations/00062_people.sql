-- +goose Up
-- What keeps a user from a record whatever else reaches it; see package sight.
CREATE TABLE bar (
  scope  $ID NOT NULL,
  kind   TEXT NOT NULL,
  record $ID NOT NULL,
  why    TEXT NOT NULL,
  at     BIGINT NOT NULL,
  PRIMARY KEY (scope, kind, record, why)
) $SMALL;
CREATE INDEX bar_record ON bar (record, kind);

-- An interest that a user has in a person (利害関係): who the person is to them. said is what they told of somebody
-- who was not found yet, note what there is to know; both sealed.
CREATE TABLE interest (
  id         $ID PRIMARY KEY,
  status     TEXT NOT NULL,
  version    BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  user_id    $ID NOT NULL,
  person     $ID REFERENCES person (id),
  kind       TEXT NOT NULL DEFAULT '',
  declared   BOOLEAN NOT NULL DEFAULT FALSE,
  said       $BYTES,
  note       $BYTES,
  from_date  TEXT NOT NULL DEFAULT '',
  until_date TEXT NOT NULL DEFAULT ''
);
CREATE INDEX interest_user ON interest (user_id, id);
CREATE INDEX interest_person ON interest (person, id) WHERE person IS NOT NULL;
CREATE INDEX interest_status ON interest (status, id);
-- +goose Down
SELECT 1;
