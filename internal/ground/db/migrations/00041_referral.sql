-- +goose Up
CREATE TABLE referral (
  id           $ID PRIMARY KEY,
  status       TEXT NOT NULL,
  version      BIGINT NOT NULL,
  created_at   BIGINT NOT NULL,
  updated_at   BIGINT NOT NULL,
  number       TEXT NOT NULL DEFAULT '',
  case_id      $ID NOT NULL REFERENCES case_file (id),
  person       $ID NOT NULL REFERENCES person (id),
  assignment   $ID,
  benefit      $ID,
  owner        $ID,
  title        TEXT NOT NULL,
  summary      TEXT NOT NULL DEFAULT '',
  goals        TEXT NOT NULL DEFAULT '',
  health_note  TEXT NOT NULL DEFAULT '',
  priority     TEXT NOT NULL DEFAULT 'normal',
  language     TEXT NOT NULL DEFAULT '',
  units        BIGINT NOT NULL DEFAULT 0,
  unit         TEXT NOT NULL DEFAULT '',
  from_date    TEXT NOT NULL DEFAULT '',
  until_date   TEXT NOT NULL DEFAULT '',
  answer_by    TEXT NOT NULL DEFAULT '',
  packet_until TEXT NOT NULL DEFAULT '',
  invitees     TEXT NOT NULL DEFAULT '[]',
  fields       TEXT NOT NULL DEFAULT '[]',
  documents    TEXT NOT NULL DEFAULT '[]',
  basis        TEXT NOT NULL DEFAULT '',
  provision    TEXT NOT NULL DEFAULT '',
  reason       TEXT NOT NULL DEFAULT '',
  sent_at      BIGINT NOT NULL DEFAULT 0,
  preferred    $ID,
  choice       TEXT NOT NULL DEFAULT '',
  chosen       $ID
);
CREATE INDEX referral_case ON referral (case_id, id);
CREATE INDEX referral_person ON referral (person);
CREATE INDEX referral_assignment ON referral (assignment) WHERE assignment IS NOT NULL;
CREATE INDEX referral_compare ON referral (owner, answer_by, id) WHERE status = 'sent';
CREATE UNIQUE INDEX referral_number ON referral (number) WHERE number <> '';

-- One provider asked. The packet is a sealed copy of what was shared.
CREATE TABLE invitation (
  id           $ID PRIMARY KEY,
  status       TEXT NOT NULL,
  version      BIGINT NOT NULL,
  created_at   BIGINT NOT NULL,
  updated_at   BIGINT NOT NULL,
  referral     $ID NOT NULL REFERENCES referral (id),
  case_id      $ID NOT NULL REFERENCES case_file (id),
  provider     $ID NOT NULL REFERENCES provider (id),
  site         $ID,
  offering     $ID,
  fit          BIGINT NOT NULL DEFAULT 0,
  metres       BIGINT NOT NULL DEFAULT -1,
  asked        TEXT NOT NULL DEFAULT '{}',
  packet       $BYTES NOT NULL,
  fields       TEXT NOT NULL DEFAULT '[]',
  basis        TEXT NOT NULL,
  consent      $ID,
  answer_by    TEXT NOT NULL DEFAULT '',
  packet_until TEXT NOT NULL DEFAULT '',
  recalled     BOOLEAN NOT NULL DEFAULT FALSE,
  viewed_at    BIGINT NOT NULL DEFAULT 0,
  answered_at  BIGINT NOT NULL DEFAULT 0,
  openings     BIGINT NOT NULL DEFAULT 0,
  first_date   TEXT NOT NULL DEFAULT '',
  wait_days    BIGINT NOT NULL DEFAULT 0,
  units        BIGINT NOT NULL DEFAULT 0,
  unit         TEXT NOT NULL DEFAULT '',
  minor        BIGINT NOT NULL DEFAULT 0,
  currency     TEXT NOT NULL DEFAULT '',
  practitioner TEXT NOT NULL DEFAULT '',
  languages    TEXT NOT NULL DEFAULT '[]',
  note         TEXT NOT NULL DEFAULT '',
  decline      TEXT NOT NULL DEFAULT '',
  entered_by   $ID,
  channel      TEXT NOT NULL DEFAULT '',
  said_by      TEXT NOT NULL DEFAULT ''
);
CREATE INDEX invitation_referral ON invitation (referral, id);
CREATE INDEX invitation_provider ON invitation (provider, id);
CREATE INDEX invitation_case ON invitation (case_id);
CREATE INDEX invitation_waiting ON invitation (provider, answer_by, id) WHERE status IN ('sent', 'viewed');
CREATE INDEX invitation_answer ON invitation (answer_by) WHERE status IN ('sent', 'viewed');
CREATE UNIQUE INDEX invitation_once ON invitation (referral, provider, site) WHERE status NOT IN ('withdrawn', 'void');

-- At most one authorization of a referral is active.
CREATE TABLE authorization_given (
  id           $ID PRIMARY KEY,
  status       TEXT NOT NULL,
  version      BIGINT NOT NULL,
  created_at   BIGINT NOT NULL,
  updated_at   BIGINT NOT NULL,
  number       TEXT NOT NULL DEFAULT '',
  referral     $ID NOT NULL REFERENCES referral (id),
  invitation   $ID,
  case_id      $ID NOT NULL REFERENCES case_file (id),
  person       $ID NOT NULL REFERENCES person (id),
  assignment   $ID,
  benefit      $ID,
  provider     $ID NOT NULL REFERENCES provider (id),
  site         $ID,
  codes        TEXT NOT NULL DEFAULT '[]',
  units        BIGINT NOT NULL,
  unit         TEXT NOT NULL DEFAULT '',
  minor        BIGINT NOT NULL DEFAULT 0,
  currency     TEXT NOT NULL DEFAULT '',
  from_date    TEXT NOT NULL,
  until_date   TEXT NOT NULL,
  years        TEXT NOT NULL DEFAULT '[]',
  first_by     TEXT NOT NULL DEFAULT '',
  approved_by  $ID,
  emergency    BOOLEAN NOT NULL DEFAULT FALSE,
  paper_by     TEXT NOT NULL DEFAULT '',
  reason       TEXT NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX authorization_one ON authorization_given (referral) WHERE status = 'active';
CREATE INDEX authorization_referral ON authorization_given (referral, id);
CREATE INDEX authorization_case ON authorization_given (case_id, id);
CREATE INDEX authorization_provider ON authorization_given (provider, id);
CREATE INDEX authorization_assignment ON authorization_given (assignment) WHERE assignment IS NOT NULL;
CREATE INDEX authorization_until ON authorization_given (until_date) WHERE status = 'active';
CREATE UNIQUE INDEX authorization_number ON authorization_given (number) WHERE number <> '';

CREATE TABLE invitation_message (
  id         $ID PRIMARY KEY,
  status     TEXT NOT NULL,
  version    BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  invitation $ID NOT NULL REFERENCES invitation (id),
  referral   $ID NOT NULL REFERENCES referral (id),
  author     $ID,
  side       TEXT NOT NULL,
  body       TEXT NOT NULL
);
CREATE INDEX invitation_message_thread ON invitation_message (invitation, id);
-- +goose Down
SELECT 1;
