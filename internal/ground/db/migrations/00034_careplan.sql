-- +goose Up
-- The agency's templates of care plans, in editions; see package careplan.
CREATE TABLE plan_template (
  id          $ID PRIMARY KEY,
  status      TEXT NOT NULL,
  version     BIGINT NOT NULL,
  created_at  BIGINT NOT NULL,
  updated_at  BIGINT NOT NULL,
  code        TEXT NOT NULL,
  edition     BIGINT NOT NULL,
  name        TEXT NOT NULL DEFAULT '',
  note        TEXT NOT NULL DEFAULT '',
  months      BIGINT NOT NULL DEFAULT 6,
  review_days BIGINT NOT NULL DEFAULT 30,
  content     TEXT NOT NULL DEFAULT '{}'
);
CREATE UNIQUE INDEX plan_template_edition ON plan_template (code, edition);
CREATE UNIQUE INDEX plan_template_draft ON plan_template (code) WHERE status = 'draft';
CREATE UNIQUE INDEX plan_template_published ON plan_template (code) WHERE status = 'published';
CREATE INDEX plan_template_status ON plan_template (status, code);

-- A care plan (ケアプラン).
CREATE TABLE care_plan (
  id         $ID PRIMARY KEY,
  status     TEXT NOT NULL,
  version    BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  case_id    $ID NOT NULL REFERENCES case_file (id),
  person     $ID NOT NULL REFERENCES person (id),
  edition    BIGINT NOT NULL,
  title      TEXT NOT NULL DEFAULT '',
  wish       TEXT NOT NULL DEFAULT '',
  template   $ID REFERENCES plan_template (id),
  author     $ID,
  from_date  TEXT NOT NULL DEFAULT '',
  until_date TEXT NOT NULL DEFAULT '',
  review_days BIGINT NOT NULL DEFAULT 30,
  outcome    TEXT NOT NULL DEFAULT '',
  summary    TEXT NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX care_plan_edition ON care_plan (case_id, edition);
CREATE UNIQUE INDEX care_plan_active ON care_plan (case_id) WHERE status = 'active';
CREATE INDEX care_plan_person ON care_plan (person, id);

-- What an adult answered, or what a child wishes.
CREATE TABLE plan_agreement (
  id          $ID PRIMARY KEY,
  status      TEXT NOT NULL,
  version     BIGINT NOT NULL,
  created_at  BIGINT NOT NULL,
  updated_at  BIGINT NOT NULL,
  plan        $ID NOT NULL REFERENCES care_plan (id),
  case_id     $ID NOT NULL REFERENCES case_file (id),
  person      $ID NOT NULL REFERENCES person (id),
  capacity    TEXT NOT NULL,
  how         TEXT NOT NULL DEFAULT '',
  signed_name TEXT NOT NULL DEFAULT '',
  signed_on   TEXT NOT NULL DEFAULT '',
  basis       TEXT NOT NULL DEFAULT '',
  words       TEXT NOT NULL DEFAULT ''
);
CREATE INDEX plan_agreement_plan ON plan_agreement (plan, id);
CREATE INDEX plan_agreement_person ON plan_agreement (person, status, id);
CREATE UNIQUE INDEX plan_agreement_once ON plan_agreement (plan, person) WHERE status NOT IN ('lapsed', 'void');

-- A goal (目標).
CREATE TABLE goal (
  id         $ID PRIMARY KEY,
  status     TEXT NOT NULL,
  version    BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  plan       $ID NOT NULL REFERENCES care_plan (id),
  case_id    $ID NOT NULL REFERENCES case_file (id),
  parent     $ID REFERENCES goal (id),
  person     $ID REFERENCES person (id),
  label      TEXT NOT NULL,
  area       TEXT NOT NULL DEFAULT '',
  measure    TEXT NOT NULL DEFAULT '',
  baseline   TEXT NOT NULL DEFAULT '',
  target     TEXT NOT NULL DEFAULT '',
  percent    BIGINT NOT NULL DEFAULT 0,
  due_on     TEXT NOT NULL DEFAULT '',
  at_risk    BOOLEAN NOT NULL DEFAULT FALSE,
  closed_on  TEXT NOT NULL DEFAULT ''
);
CREATE INDEX goal_plan ON goal (plan, id);
CREATE INDEX goal_case ON goal (case_id, id);

-- What moved a goal, and how far.
CREATE TABLE goal_progress (
  id         $ID PRIMARY KEY,
  status     TEXT NOT NULL,
  version    BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  goal       $ID NOT NULL REFERENCES goal (id),
  plan       $ID NOT NULL REFERENCES care_plan (id),
  case_id    $ID NOT NULL REFERENCES case_file (id),
  on_date    TEXT NOT NULL DEFAULT '',
  percent    BIGINT NOT NULL DEFAULT 0,
  note       TEXT NOT NULL DEFAULT '',
  source     TEXT NOT NULL DEFAULT '',
  record     $ID
);
CREATE INDEX goal_progress_plan ON goal_progress (plan, id);

-- What the caseworker, the resident or a provider does for the plan.
CREATE TABLE plan_task (
  id         $ID PRIMARY KEY,
  status     TEXT NOT NULL,
  version    BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  plan       $ID NOT NULL REFERENCES care_plan (id),
  case_id    $ID NOT NULL REFERENCES case_file (id),
  goal       $ID REFERENCES goal (id),
  party      TEXT NOT NULL,
  person     $ID REFERENCES person (id),
  title      TEXT NOT NULL,
  note       TEXT NOT NULL DEFAULT '',
  due_on     TEXT NOT NULL DEFAULT '',
  done_on    TEXT NOT NULL DEFAULT ''
);
CREATE INDEX plan_task_plan ON plan_task (plan, id);
CREATE INDEX plan_task_person ON plan_task (person, id) WHERE person IS NOT NULL;

-- A review (モニタリング); there is one due for each active plan.
CREATE TABLE plan_review (
  id         $ID PRIMARY KEY,
  status     TEXT NOT NULL,
  version    BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  plan       $ID NOT NULL REFERENCES care_plan (id),
  case_id    $ID NOT NULL REFERENCES case_file (id),
  due_on     TEXT NOT NULL,
  done_on    TEXT NOT NULL DEFAULT '',
  reviewer   $ID,
  moved      TEXT NOT NULL DEFAULT '',
  next_on    TEXT NOT NULL DEFAULT ''
);
CREATE INDEX plan_review_plan ON plan_review (plan, id);
CREATE INDEX plan_review_case ON plan_review (case_id, id);
CREATE UNIQUE INDEX plan_review_due_once ON plan_review (plan) WHERE status = 'due';
CREATE INDEX plan_review_due ON plan_review (due_on, id) WHERE status = 'due';
-- +goose Down
SELECT 1;
