-- +goose Up
-- What pays (財源): one row per code and fiscal year; year_from is its first day.
CREATE TABLE fund (
  id           $ID PRIMARY KEY,
  status       TEXT NOT NULL,
  version      BIGINT NOT NULL,
  created_at   BIGINT NOT NULL,
  updated_at   BIGINT NOT NULL,
  code         TEXT NOT NULL,
  name         TEXT NOT NULL,
  year_from    TEXT NOT NULL,
  closing_day  TEXT NOT NULL DEFAULT '',
  amount       BIGINT NOT NULL DEFAULT 0,
  currency     TEXT NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX fund_year ON fund (code, year_from) WHERE status <> 'void';

CREATE TABLE program (
  id           $ID PRIMARY KEY,
  status       TEXT NOT NULL,
  version      BIGINT NOT NULL,
  created_at   BIGINT NOT NULL,
  updated_at   BIGINT NOT NULL,
  key          TEXT NOT NULL,
  name         TEXT NOT NULL,
  description  TEXT NOT NULL DEFAULT '',
  parent       $ID REFERENCES program (id),
  from_date    TEXT NOT NULL DEFAULT '',
  until_date   TEXT NOT NULL DEFAULT '',
  capacity     BIGINT NOT NULL DEFAULT 0,
  waitlist     BOOLEAN NOT NULL DEFAULT FALSE,
  fund         TEXT NOT NULL DEFAULT '',
  amount       BIGINT NOT NULL DEFAULT 0,
  currency     TEXT NOT NULL DEFAULT '',
  protected_class TEXT NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX program_key ON program (key) WHERE status <> 'void';
CREATE INDEX program_parent ON program (parent) WHERE parent IS NOT NULL;

CREATE TABLE benefit (
  id           $ID PRIMARY KEY,
  status       TEXT NOT NULL,
  version      BIGINT NOT NULL,
  created_at   BIGINT NOT NULL,
  updated_at   BIGINT NOT NULL,
  key          TEXT NOT NULL,
  name         TEXT NOT NULL,
  description  TEXT NOT NULL DEFAULT '',
  program      $ID REFERENCES program (id),
  kind         TEXT NOT NULL,
  unit         TEXT NOT NULL DEFAULT '',
  quantity     BIGINT NOT NULL DEFAULT 0,
  min_quantity BIGINT NOT NULL DEFAULT 0,
  max_quantity BIGINT NOT NULL DEFAULT 0,
  amount       BIGINT NOT NULL DEFAULT 0,
  min_amount   BIGINT NOT NULL DEFAULT 0,
  max_amount   BIGINT NOT NULL DEFAULT 0,
  currency     TEXT NOT NULL DEFAULT '',
  frequency    TEXT NOT NULL DEFAULT '',
  delivered_by TEXT NOT NULL DEFAULT '',
  needs_schedule_approval BOOLEAN NOT NULL DEFAULT FALSE,
  recertify_months BIGINT NOT NULL DEFAULT 0,
  specialties  TEXT NOT NULL DEFAULT '[]',
  service_codes TEXT NOT NULL DEFAULT '[]',
  fund         TEXT NOT NULL DEFAULT '',
  protected_class TEXT NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX benefit_key ON benefit (key) WHERE status <> 'void';
CREATE INDEX benefit_program ON benefit (program) WHERE program IS NOT NULL;

CREATE TABLE goal_definition (
  id           $ID PRIMARY KEY,
  status       TEXT NOT NULL,
  version      BIGINT NOT NULL,
  created_at   BIGINT NOT NULL,
  updated_at   BIGINT NOT NULL,
  key          TEXT NOT NULL,
  name         TEXT NOT NULL,
  measure      TEXT NOT NULL DEFAULT '',
  unit         TEXT NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX goal_definition_key ON goal_definition (key) WHERE status <> 'void';

-- A price (単価) from a day up to, and not on, another; provider is NULL for everybody's.
CREATE TABLE rate (
  id           $ID PRIMARY KEY,
  status       TEXT NOT NULL,
  version      BIGINT NOT NULL,
  created_at   BIGINT NOT NULL,
  updated_at   BIGINT NOT NULL,
  benefit      $ID NOT NULL REFERENCES benefit (id),
  provider     $ID,
  unit         TEXT NOT NULL,
  amount       BIGINT NOT NULL,
  currency     TEXT NOT NULL,
  from_date    TEXT NOT NULL,
  until_date   TEXT NOT NULL DEFAULT '',
  no_show_percent BIGINT NOT NULL DEFAULT 0,
  late_cancel_percent BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX rate_benefit ON rate (benefit, from_date);

CREATE TABLE eligibility_rule (
  id           $ID PRIMARY KEY,
  status       TEXT NOT NULL,
  version      BIGINT NOT NULL,
  created_at   BIGINT NOT NULL,
  updated_at   BIGINT NOT NULL,
  subject_kind TEXT NOT NULL,
  subject      $ID NOT NULL,
  edition      BIGINT NOT NULL,
  name         TEXT NOT NULL,
  body         TEXT NOT NULL,
  published_at BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX eligibility_rule_edition ON eligibility_rule (subject, edition);
CREATE UNIQUE INDEX eligibility_rule_published ON eligibility_rule (subject) WHERE status = 'published';
CREATE UNIQUE INDEX eligibility_rule_draft ON eligibility_rule (subject) WHERE status = 'draft';

CREATE TABLE specialty (
  id           $ID PRIMARY KEY,
  status       TEXT NOT NULL,
  version      BIGINT NOT NULL,
  created_at   BIGINT NOT NULL,
  updated_at   BIGINT NOT NULL,
  code         TEXT NOT NULL,
  name         TEXT NOT NULL
);
CREATE UNIQUE INDEX specialty_code ON specialty (code) WHERE status <> 'void';
-- +goose Down
SELECT 1;
