-- +goose Up
-- What was found out about a person in a case; the answers are in form_response.
CREATE TABLE assessment (
  id           $ID PRIMARY KEY,
  status       TEXT NOT NULL,
  version      BIGINT NOT NULL,
  created_at   BIGINT NOT NULL,
  updated_at   BIGINT NOT NULL,
  case_id      $ID NOT NULL REFERENCES case_file (id),
  person       $ID NOT NULL REFERENCES person (id),
  form_key     TEXT NOT NULL,
  form         $ID REFERENCES form (id),
  response     $ID REFERENCES form_response (id),
  title        TEXT NOT NULL,
  why          TEXT NOT NULL DEFAULT '',
  score        TEXT NOT NULL DEFAULT '',
  band         TEXT NOT NULL DEFAULT '',
  override_band TEXT NOT NULL DEFAULT '',
  override_reason TEXT NOT NULL DEFAULT '',
  assessor     $ID,
  completed_on TEXT NOT NULL DEFAULT ''
);
CREATE INDEX assessment_case ON assessment (case_id, id);
CREATE INDEX assessment_person ON assessment (person, form_key, id);

-- A need (課題) of a person in a case.
CREATE TABLE need (
  id           $ID PRIMARY KEY,
  status       TEXT NOT NULL,
  version      BIGINT NOT NULL,
  created_at   BIGINT NOT NULL,
  updated_at   BIGINT NOT NULL,
  case_id      $ID NOT NULL REFERENCES case_file (id),
  person       $ID NOT NULL REFERENCES person (id),
  kind         TEXT NOT NULL,
  detail       TEXT NOT NULL DEFAULT '',
  severity     TEXT NOT NULL DEFAULT '',
  assessment   $ID REFERENCES assessment (id),
  identified_on TEXT NOT NULL,
  review_on    TEXT NOT NULL DEFAULT '',
  addressed_kind TEXT NOT NULL DEFAULT '',
  addressed_by $ID
);
CREATE INDEX need_case ON need (case_id, id);
CREATE INDEX need_person ON need (person, id);

-- How a rule came out for a person on a day; never changed.
CREATE TABLE determination (
  id           $ID PRIMARY KEY,
  status       TEXT NOT NULL,
  version      BIGINT NOT NULL,
  created_at   BIGINT NOT NULL,
  updated_at   BIGINT NOT NULL,
  root_kind    TEXT NOT NULL,
  root         $ID NOT NULL,
  case_id      $ID REFERENCES case_file (id),
  item_kind    TEXT NOT NULL DEFAULT '',
  item         $ID,
  person       $ID NOT NULL REFERENCES person (id),
  subject_kind TEXT NOT NULL,
  subject      $ID NOT NULL,
  subject_name TEXT NOT NULL,
  rule         $ID NOT NULL REFERENCES eligibility_rule (id),
  edition      BIGINT NOT NULL,
  on_date      TEXT NOT NULL,
  facts        TEXT NOT NULL,
  stated       TEXT NOT NULL DEFAULT '[]',
  state        TEXT NOT NULL,
  outcome      TEXT NOT NULL,
  would_change TEXT NOT NULL DEFAULT '[]',
  amount       BIGINT NOT NULL DEFAULT 0,
  currency     TEXT NOT NULL DEFAULT '',
  made_by      $ID
);
CREATE INDEX determination_case ON determination (case_id, id) WHERE case_id IS NOT NULL;
CREATE INDEX determination_person ON determination (person, id);
CREATE INDEX determination_item ON determination (item) WHERE item IS NOT NULL;

-- What was decided on an item of an application.
CREATE TABLE decision (
  id           $ID PRIMARY KEY,
  status       TEXT NOT NULL,
  version      BIGINT NOT NULL,
  created_at   BIGINT NOT NULL,
  updated_at   BIGINT NOT NULL,
  root_kind    TEXT NOT NULL,
  root         $ID NOT NULL,
  case_id      $ID REFERENCES case_file (id),
  item_kind    TEXT NOT NULL,
  item         $ID NOT NULL,
  person       $ID NOT NULL REFERENCES person (id),
  applicant    $ID REFERENCES person (id),
  applied_by   $ID,
  subject_kind TEXT NOT NULL,
  subject      $ID NOT NULL,
  subject_name TEXT NOT NULL,
  determination $ID REFERENCES determination (id),
  quantity     BIGINT NOT NULL DEFAULT 0,
  amount       BIGINT NOT NULL DEFAULT 0,
  currency     TEXT NOT NULL DEFAULT '',
  from_date    TEXT NOT NULL DEFAULT '',
  until_date   TEXT NOT NULL DEFAULT '',
  reasons      TEXT NOT NULL DEFAULT '',
  decided_by   $ID,
  decided_on   TEXT NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX decision_item ON decision (item_kind, item) WHERE status <> 'void';
CREATE INDEX decision_case ON decision (case_id, id) WHERE case_id IS NOT NULL;
CREATE INDEX decision_person ON decision (person, id);
-- +goose Down
SELECT 1;
