-- +goose Up
-- What comes in; see package intake. Each has a number, a kind, when it was received and by when
-- it must be answered.
CREATE TABLE inquiry (
  id          $ID PRIMARY KEY,
  status      TEXT NOT NULL,
  version     BIGINT NOT NULL,
  created_at  BIGINT NOT NULL,
  updated_at  BIGINT NOT NULL,
  number      TEXT NOT NULL,
  main_kind   TEXT NOT NULL DEFAULT '',
  channel     TEXT NOT NULL,
  person      $ID REFERENCES person (id),
  team        $ID,
  received_at BIGINT NOT NULL,
  due_at      BIGINT NOT NULL,
  body        TEXT NOT NULL,
  caller      TEXT NOT NULL DEFAULT '',
  contact     TEXT NOT NULL DEFAULT '',
  about       TEXT NOT NULL DEFAULT '',
  answer      TEXT NOT NULL DEFAULT '',
  handed_to   TEXT NOT NULL DEFAULT '',
  follow_up_on TEXT NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX inquiry_number ON inquiry (number);
CREATE INDEX inquiry_waiting ON inquiry (due_at, id) WHERE status = 'open';
CREATE INDEX inquiry_person ON inquiry (person) WHERE person IS NOT NULL;

-- The reporter is sealed and shown to nobody but who reveals it.
CREATE TABLE complaint (
  id          $ID PRIMARY KEY,
  status      TEXT NOT NULL,
  version     BIGINT NOT NULL,
  created_at  BIGINT NOT NULL,
  updated_at  BIGINT NOT NULL,
  number      TEXT NOT NULL,
  main_kind   TEXT NOT NULL DEFAULT '',
  channel     TEXT NOT NULL,
  person      $ID REFERENCES person (id),
  team        $ID,
  received_at BIGINT NOT NULL,
  due_at      BIGINT NOT NULL,
  receipt     $BYTES NOT NULL,
  body        TEXT NOT NULL,
  about       TEXT NOT NULL DEFAULT '',
  address     TEXT NOT NULL DEFAULT '',
  incident_on TEXT NOT NULL DEFAULT '',
  allegations TEXT NOT NULL DEFAULT '[]',
  in_danger   BOOLEAN NOT NULL DEFAULT FALSE,
  child       BOOLEAN NOT NULL DEFAULT FALSE,
  frail       BOOLEAN NOT NULL DEFAULT FALSE,
  repeated    BOOLEAN NOT NULL DEFAULT FALSE,
  discretion  TEXT NOT NULL,
  reporter    $BYTES,
  priority    BIGINT NOT NULL DEFAULT 0,
  reasons     TEXT NOT NULL DEFAULT '[]',
  outcome     TEXT NOT NULL DEFAULT '',
  answer      TEXT NOT NULL DEFAULT '',
  sent_to     TEXT NOT NULL DEFAULT '',
  screened_by $ID,
  reported_to TEXT NOT NULL DEFAULT '',
  reported_on TEXT NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX complaint_number ON complaint (number);
CREATE UNIQUE INDEX complaint_receipt ON complaint (receipt);
CREATE INDEX complaint_waiting ON complaint (due_at, id) WHERE status IN ('submitted', 'in_review');
CREATE INDEX complaint_person ON complaint (person) WHERE person IS NOT NULL;

CREATE TABLE inbound_referral (
  id            $ID PRIMARY KEY,
  status        TEXT NOT NULL,
  version       BIGINT NOT NULL,
  created_at    BIGINT NOT NULL,
  updated_at    BIGINT NOT NULL,
  number        TEXT NOT NULL,
  main_kind     TEXT NOT NULL DEFAULT '',
  channel       TEXT NOT NULL,
  person        $ID REFERENCES person (id),
  team          $ID,
  received_at   BIGINT NOT NULL,
  due_at        BIGINT NOT NULL,
  organization  $ID REFERENCES organization (id),
  source        TEXT NOT NULL DEFAULT '',
  contact       TEXT NOT NULL DEFAULT '',
  client        TEXT NOT NULL DEFAULT '',
  client_birth  TEXT NOT NULL DEFAULT '',
  client_phone  TEXT NOT NULL DEFAULT '',
  need          TEXT NOT NULL,
  urgent        BOOLEAN NOT NULL DEFAULT FALSE,
  answer        TEXT NOT NULL DEFAULT '',
  sent_to       TEXT NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX inbound_referral_number ON inbound_referral (number);
CREATE INDEX inbound_referral_waiting ON inbound_referral (due_at, id) WHERE status IN ('new', 'in_review');
CREATE INDEX inbound_referral_person ON inbound_referral (person) WHERE person IS NOT NULL;

CREATE TABLE application (
  id          $ID PRIMARY KEY,
  status      TEXT NOT NULL,
  version     BIGINT NOT NULL,
  created_at  BIGINT NOT NULL,
  updated_at  BIGINT NOT NULL,
  number      TEXT NOT NULL,
  main_kind   TEXT NOT NULL DEFAULT '',
  channel     TEXT NOT NULL,
  person      $ID REFERENCES person (id),
  team        $ID,
  received_at BIGINT NOT NULL DEFAULT 0,
  due_at      BIGINT NOT NULL DEFAULT 0,
  receipt     $BYTES,
  purpose     TEXT NOT NULL,
  applicant   TEXT NOT NULL DEFAULT '{}',
  household   TEXT NOT NULL DEFAULT '[]',
  incomes     TEXT NOT NULL DEFAULT '[]',
  statement   TEXT NOT NULL DEFAULT '',
  answer      TEXT NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX application_number ON application (number);
CREATE UNIQUE INDEX application_receipt ON application (receipt) WHERE receipt IS NOT NULL;
CREATE INDEX application_waiting ON application (due_at, id) WHERE status IN ('submitted', 'in_review');
CREATE INDEX application_person ON application (person, id) WHERE person IS NOT NULL;

CREATE TABLE application_item (
  id          $ID PRIMARY KEY,
  status      TEXT NOT NULL,
  version     BIGINT NOT NULL,
  created_at  BIGINT NOT NULL,
  updated_at  BIGINT NOT NULL,
  application $ID NOT NULL REFERENCES application (id),
  program     $ID,
  benefit     $ID,
  label       TEXT NOT NULL DEFAULT ''
);
CREATE INDEX application_item_application ON application_item (application, id);
-- +goose Down
SELECT 1;
