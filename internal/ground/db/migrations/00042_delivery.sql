-- +goose Up
-- When and where a provider delivers a benefit, again and again; see package delivery.
CREATE TABLE schedule (
  id             $ID PRIMARY KEY,
  status         TEXT NOT NULL,
  version        BIGINT NOT NULL,
  created_at     BIGINT NOT NULL,
  updated_at     BIGINT NOT NULL,
  provider       $ID NOT NULL,
  benefit        $ID,
  case_id        $ID,
  title          TEXT NOT NULL DEFAULT '',
  repeat         TEXT NOT NULL DEFAULT '',
  rule           TEXT NOT NULL DEFAULT '',
  from_date      TEXT NOT NULL DEFAULT '',
  until_date     TEXT NOT NULL DEFAULT '',
  starts         TEXT NOT NULL DEFAULT '',
  minutes        BIGINT NOT NULL DEFAULT 0,
  capacity       BIGINT NOT NULL DEFAULT 0,
  place          TEXT NOT NULL DEFAULT '',
  practitioner   TEXT NOT NULL DEFAULT '',
  exceptions     TEXT NOT NULL DEFAULT '[]',
  skip_holidays  BOOLEAN NOT NULL DEFAULT FALSE,
  waiting        TEXT NOT NULL DEFAULT '[]',
  asked          BOOLEAN NOT NULL DEFAULT FALSE,
  note           TEXT NOT NULL DEFAULT '',
  needs_approval BOOLEAN NOT NULL DEFAULT FALSE,
  drafted_by     $ID,
  submitted_by   $ID,
  approved_by    $ID
);
CREATE INDEX schedule_provider ON schedule (provider, id);
CREATE INDEX schedule_submitted ON schedule (id) WHERE status = 'submitted';
CREATE INDEX schedule_asked ON schedule (id) WHERE status = 'draft' AND asked = TRUE;
CREATE INDEX schedule_case ON schedule (case_id) WHERE case_id IS NOT NULL;

-- One meeting, from a schedule or standing alone.
CREATE TABLE session (
  id           $ID PRIMARY KEY,
  status       TEXT NOT NULL,
  version      BIGINT NOT NULL,
  created_at   BIGINT NOT NULL,
  updated_at   BIGINT NOT NULL,
  provider     $ID NOT NULL,
  schedule     $ID REFERENCES schedule (id),
  benefit      $ID,
  title        TEXT NOT NULL,
  seq          BIGINT NOT NULL DEFAULT 0,
  on_date      TEXT NOT NULL,
  starts_at    BIGINT NOT NULL,
  ends_at      BIGINT NOT NULL,
  capacity     BIGINT NOT NULL DEFAULT 0,
  place        TEXT NOT NULL DEFAULT '',
  practitioner TEXT NOT NULL DEFAULT '',
  walk_ins     BIGINT NOT NULL DEFAULT 0,
  moved_to     $ID,
  completed_by $ID
);
CREATE INDEX session_provider ON session (provider, starts_at, id);
CREATE INDEX session_served ON session (provider, on_date, id);
CREATE INDEX session_planned ON session (provider, on_date, starts_at) WHERE status = 'scheduled';
CREATE INDEX session_schedule ON session (schedule, starts_at) WHERE schedule IS NOT NULL;
CREATE UNIQUE INDEX session_once ON session (schedule, starts_at) WHERE schedule IS NOT NULL AND status IN ('scheduled', 'completed');

-- A resident in a session, under an authorization.
CREATE TABLE session_enrolment (
  id               $ID PRIMARY KEY,
  status           TEXT NOT NULL,
  version          BIGINT NOT NULL,
  created_at       BIGINT NOT NULL,
  updated_at       BIGINT NOT NULL,
  session          $ID NOT NULL REFERENCES session (id),
  provider         $ID NOT NULL,
  authorization_id $ID NOT NULL,
  referral         $ID,
  case_id          $ID,
  person           $ID NOT NULL REFERENCES person (id),
  assignment       $ID,
  note             TEXT NOT NULL DEFAULT '',
  walk_in          BOOLEAN NOT NULL DEFAULT FALSE,
  over_limit       TEXT NOT NULL DEFAULT '',
  late_cancel      BOOLEAN NOT NULL DEFAULT FALSE
);
CREATE UNIQUE INDEX session_enrolment_once ON session_enrolment (session, authorization_id) WHERE status NOT IN ('cancelled_by_resident', 'cancelled_by_provider', 'void');
CREATE INDEX session_enrolment_session ON session_enrolment (session, id);
CREATE INDEX session_enrolment_authorization ON session_enrolment (authorization_id, status);
CREATE INDEX session_enrolment_case ON session_enrolment (case_id, id) WHERE case_id IS NOT NULL;
CREATE INDEX session_enrolment_person ON session_enrolment (person, id);

-- What is to be given to a resident in a session; how much was given is the sum of its marks.
CREATE TABLE disbursement (
  id               $ID PRIMARY KEY,
  status           TEXT NOT NULL,
  version          BIGINT NOT NULL,
  created_at       BIGINT NOT NULL,
  updated_at       BIGINT NOT NULL,
  enrolment        $ID NOT NULL REFERENCES session_enrolment (id),
  provider         $ID NOT NULL,
  authorization_id $ID NOT NULL,
  referral         $ID,
  case_id          $ID,
  person           $ID NOT NULL,
  assignment       $ID,
  benefit          $ID,
  planned          BIGINT NOT NULL
);
CREATE UNIQUE INDEX disbursement_enrolment ON disbursement (enrolment);
CREATE INDEX disbursement_authorization ON disbursement (authorization_id, status);
CREATE INDEX disbursement_assignment ON disbursement (assignment) WHERE assignment IS NOT NULL;

-- What was marked, never changed; a correction is another row that takes the earlier one's place.
CREATE TABLE attendance_mark (
  id               $ID PRIMARY KEY,
  status           TEXT NOT NULL,
  version          BIGINT NOT NULL,
  created_at       BIGINT NOT NULL,
  updated_at       BIGINT NOT NULL,
  enrolment        $ID NOT NULL REFERENCES session_enrolment (id),
  disbursement     $ID NOT NULL REFERENCES disbursement (id),
  provider         $ID NOT NULL,
  authorization_id $ID NOT NULL,
  referral         $ID,
  assignment       $ID,
  outcome          TEXT NOT NULL,
  quantity         BIGINT NOT NULL,
  note             TEXT NOT NULL DEFAULT '',
  correction_of    $ID,
  marked_by        $ID
);
CREATE UNIQUE INDEX attendance_mark_first ON attendance_mark (enrolment) WHERE correction_of IS NULL;
CREATE UNIQUE INDEX attendance_mark_corrected ON attendance_mark (correction_of) WHERE correction_of IS NOT NULL;
CREATE INDEX attendance_mark_disbursement ON attendance_mark (disbursement, quantity);
CREATE INDEX attendance_mark_enrolment ON attendance_mark (enrolment, id);
CREATE INDEX attendance_mark_authorization ON attendance_mark (authorization_id, quantity);
CREATE INDEX attendance_mark_assignment ON attendance_mark (assignment, quantity) WHERE assignment IS NOT NULL;

-- What went on in a session and which goal moved, for the next review.
CREATE TABLE progress_note (
  id         $ID PRIMARY KEY,
  status     TEXT NOT NULL,
  version    BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  enrolment  $ID NOT NULL REFERENCES session_enrolment (id),
  provider   $ID NOT NULL,
  referral   $ID,
  case_id    $ID,
  person     $ID NOT NULL,
  goal       $ID,
  percent    BIGINT NOT NULL DEFAULT -1,
  body       TEXT NOT NULL,
  author     $ID
);
CREATE INDEX progress_note_enrolment ON progress_note (enrolment, id);
CREATE INDEX progress_note_case ON progress_note (case_id, id) WHERE case_id IS NOT NULL;
-- +goose Down
SELECT 1;
