-- +goose Up
-- A person in a program (利用登録); see package benefit.
CREATE TABLE program_enrolment (
  id         $ID PRIMARY KEY,
  status     TEXT NOT NULL,
  version    BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  case_id    $ID NOT NULL REFERENCES case_file (id),
  plan       $ID REFERENCES care_plan (id),
  person     $ID NOT NULL REFERENCES person (id),
  program    $ID NOT NULL REFERENCES program (id),
  applied_on TEXT NOT NULL DEFAULT '',
  from_date  TEXT NOT NULL DEFAULT '',
  until_date TEXT NOT NULL DEFAULT '',
  source     TEXT NOT NULL DEFAULT '',
  record     $ID
);
CREATE INDEX program_enrolment_case ON program_enrolment (case_id, id);
CREATE INDEX program_enrolment_person ON program_enrolment (person, id);
CREATE INDEX program_enrolment_plan ON program_enrolment (plan) WHERE plan IS NOT NULL;
CREATE INDEX program_enrolment_program ON program_enrolment (program, status);
CREATE UNIQUE INDEX program_enrolment_once ON program_enrolment (person, program) WHERE status IN ('applied', 'waitlisted', 'in_progress');

-- A benefit assigned to a person (給付割り当て). quantity (thousandths) or amount (smallest unit) is for the whole period;
-- cost is what the fund has to keep for it.
CREATE TABLE benefit_assignment (
  id             $ID PRIMARY KEY,
  status         TEXT NOT NULL,
  version        BIGINT NOT NULL,
  created_at     BIGINT NOT NULL,
  updated_at     BIGINT NOT NULL,
  case_id        $ID NOT NULL REFERENCES case_file (id),
  plan           $ID REFERENCES care_plan (id),
  goal           $ID REFERENCES goal (id),
  person         $ID NOT NULL REFERENCES person (id),
  benefit        $ID NOT NULL REFERENCES benefit (id),
  quantity       BIGINT NOT NULL DEFAULT 0,
  amount         BIGINT NOT NULL DEFAULT 0,
  currency       TEXT NOT NULL DEFAULT '',
  frequency      TEXT NOT NULL DEFAULT '',
  from_date      TEXT NOT NULL DEFAULT '',
  until_date     TEXT NOT NULL DEFAULT '',
  payee_kind     TEXT NOT NULL DEFAULT '',
  payee_name     TEXT NOT NULL DEFAULT '',
  provider       $ID,
  fund           $ID REFERENCES fund (id),
  cost           BIGINT NOT NULL DEFAULT 0,
  cost_currency  TEXT NOT NULL DEFAULT '',
  proposer       $ID,
  approver       $ID,
  source         TEXT NOT NULL DEFAULT '',
  record         $ID,
  suspend_ground TEXT NOT NULL DEFAULT '',
  ended_on       TEXT NOT NULL DEFAULT ''
);
CREATE INDEX benefit_assignment_case ON benefit_assignment (case_id, id);
CREATE INDEX benefit_assignment_person ON benefit_assignment (person, id);
CREATE INDEX benefit_assignment_plan ON benefit_assignment (plan) WHERE plan IS NOT NULL;
CREATE INDEX benefit_assignment_fund ON benefit_assignment (fund, status) WHERE fund IS NOT NULL;
CREATE INDEX benefit_assignment_money ON benefit_assignment (id) WHERE status = 'active' AND currency <> '';
CREATE UNIQUE INDEX benefit_assignment_decided ON benefit_assignment (record, benefit) WHERE source = 'decision' AND status <> 'void';

-- Whether a benefit is still needed, looked at in its rhythm.
CREATE TABLE recertification (
  id         $ID PRIMARY KEY,
  status     TEXT NOT NULL,
  version    BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  assignment $ID NOT NULL REFERENCES benefit_assignment (id),
  case_id    $ID NOT NULL REFERENCES case_file (id),
  person     $ID NOT NULL REFERENCES person (id),
  due_on     TEXT NOT NULL,
  done_on    TEXT NOT NULL DEFAULT '',
  note       TEXT NOT NULL DEFAULT ''
);
CREATE INDEX recertification_assignment ON recertification (assignment, id);
CREATE INDEX recertification_case ON recertification (case_id, due_on, id);
CREATE INDEX recertification_person ON recertification (person, id);
CREATE UNIQUE INDEX recertification_once ON recertification (assignment) WHERE status IN ('due', 'in_progress');
CREATE INDEX recertification_due ON recertification (due_on, id) WHERE status IN ('due', 'in_progress');
-- +goose Down
SELECT 1;
