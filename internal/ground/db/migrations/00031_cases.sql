-- +goose Up
-- A case (ケース); see package cases. due_on is never empty, so that a list walks it in order.
CREATE TABLE case_file (
  id              $ID PRIMARY KEY,
  status          TEXT NOT NULL,
  version         BIGINT NOT NULL,
  created_at      BIGINT NOT NULL,
  updated_at      BIGINT NOT NULL,
  number          TEXT NOT NULL,
  title           TEXT NOT NULL DEFAULT '',
  main_kind       TEXT NOT NULL,
  kinds           TEXT NOT NULL DEFAULT '[]',
  stage           TEXT NOT NULL,
  priority        TEXT NOT NULL DEFAULT 'normal',
  risk            TEXT NOT NULL DEFAULT '',
  person          $ID NOT NULL REFERENCES person (id),
  owner           $ID,
  team            $ID,
  due_on          TEXT NOT NULL DEFAULT '9999-12-31',
  next_action     TEXT NOT NULL DEFAULT '',
  waits_for       TEXT NOT NULL DEFAULT '',
  last_contact_at BIGINT NOT NULL DEFAULT 0,
  restricted      BOOLEAN NOT NULL DEFAULT FALSE,
  parent          $ID REFERENCES case_file (id),
  pause_ground    TEXT NOT NULL DEFAULT '',
  paused_until    TEXT NOT NULL DEFAULT '',
  outcome         TEXT NOT NULL DEFAULT '',
  close_ground    TEXT NOT NULL DEFAULT '',
  receiver        TEXT NOT NULL DEFAULT '',
  acknowledged_on TEXT NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX case_file_number ON case_file (number);
CREATE INDEX case_file_person ON case_file (person);
CREATE INDEX case_file_owner ON case_file (owner, status, due_on, id);
CREATE INDEX case_file_team ON case_file (team, status, due_on, id);
CREATE INDEX case_file_due ON case_file (status, due_on, id);
CREATE INDEX case_file_waiting ON case_file (team, status, due_on, id) WHERE status = 'open' AND waits_for <> '';
CREATE INDEX case_file_new ON case_file (team, status, due_on, id) WHERE status = 'open' AND stage = 'assessing' AND last_contact_at = 0;

-- A person or organization in a role (関係者).
CREATE TABLE case_participant (
  id           $ID PRIMARY KEY,
  status       TEXT NOT NULL,
  version      BIGINT NOT NULL,
  created_at   BIGINT NOT NULL,
  updated_at   BIGINT NOT NULL,
  case_id      $ID NOT NULL REFERENCES case_file (id),
  person       $ID REFERENCES person (id),
  organization $ID REFERENCES organization (id),
  role         TEXT NOT NULL,
  channel      TEXT NOT NULL DEFAULT '',
  hours        TEXT NOT NULL DEFAULT '',
  strength     TEXT NOT NULL DEFAULT '',
  note         TEXT NOT NULL DEFAULT '',
  from_date    TEXT NOT NULL DEFAULT '',
  until_date   TEXT NOT NULL DEFAULT ''
);
CREATE INDEX case_participant_case ON case_participant (case_id, id);
CREATE INDEX case_participant_person ON case_participant (person) WHERE person IS NOT NULL;
CREATE UNIQUE INDEX case_participant_once ON case_participant (case_id, person) WHERE status = 'active' AND person IS NOT NULL;
CREATE UNIQUE INDEX case_participant_main ON case_participant (case_id) WHERE status = 'active' AND role = 'main';

-- Staff who work on the case besides its owner (支援チーム).
CREATE TABLE case_member (
  id         $ID PRIMARY KEY,
  status     TEXT NOT NULL,
  version    BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  case_id    $ID NOT NULL REFERENCES case_file (id),
  user_id    $ID NOT NULL,
  role       TEXT NOT NULL DEFAULT ''
);
CREATE INDEX case_member_case ON case_member (case_id, id);
CREATE INDEX case_member_user ON case_member (user_id, case_id) WHERE status = 'active';
CREATE UNIQUE INDEX case_member_once ON case_member (case_id, user_id) WHERE status = 'active';

-- What was said and done (支援経過記録).
CREATE TABLE case_note (
  id           $ID PRIMARY KEY,
  status       TEXT NOT NULL,
  version      BIGINT NOT NULL,
  created_at   BIGINT NOT NULL,
  updated_at   BIGINT NOT NULL,
  case_id      $ID NOT NULL REFERENCES case_file (id),
  author       $ID NOT NULL,
  channel      TEXT NOT NULL,
  happened_at  BIGINT NOT NULL,
  minutes      BIGINT NOT NULL DEFAULT 0,
  reached      BOOLEAN NOT NULL DEFAULT TRUE,
  attendees    TEXT NOT NULL DEFAULT '',
  body         TEXT NOT NULL,
  next_step    TEXT NOT NULL DEFAULT '',
  confidential BOOLEAN NOT NULL DEFAULT FALSE
);
CREATE INDEX case_note_case ON case_note (case_id, happened_at, id);

-- What the program asks somebody to do on a case.
CREATE TABLE case_prompt (
  id         $ID PRIMARY KEY,
  status     TEXT NOT NULL,
  version    BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  case_id    $ID NOT NULL REFERENCES case_file (id),
  owner      $ID,
  team       $ID,
  kind       TEXT NOT NULL,
  due_on     TEXT NOT NULL DEFAULT '9999-12-31',
  args       TEXT NOT NULL DEFAULT '{}',
  href       TEXT NOT NULL DEFAULT '',
  about      $ID REFERENCES person (id)
);
CREATE INDEX case_prompt_case ON case_prompt (case_id, status, due_on, id);
CREATE INDEX case_prompt_owner ON case_prompt (owner, due_on, id) WHERE status = 'open';
CREATE INDEX case_prompt_team ON case_prompt (team, due_on, id) WHERE status = 'open' AND owner IS NULL;
CREATE UNIQUE INDEX case_prompt_once ON case_prompt (case_id, kind, href) WHERE status = 'open' AND about IS NULL;
CREATE UNIQUE INDEX case_prompt_about ON case_prompt (case_id, kind, about) WHERE about IS NOT NULL;

-- What came in and led to the case; many to many.
CREATE TABLE case_source (
  id         $ID PRIMARY KEY,
  status     TEXT NOT NULL,
  version    BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  case_id    $ID NOT NULL REFERENCES case_file (id),
  kind       TEXT NOT NULL,
  record     $ID NOT NULL
);
CREATE UNIQUE INDEX case_source_once ON case_source (case_id, kind, record) WHERE status = 'active';
CREATE INDEX case_source_record ON case_source (record, kind);
-- +goose Down
SELECT 1;
