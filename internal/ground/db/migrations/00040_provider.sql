-- +goose Up
CREATE TABLE provider (
  id           $ID PRIMARY KEY,
  status       TEXT NOT NULL,
  version      BIGINT NOT NULL,
  created_at   BIGINT NOT NULL,
  updated_at   BIGINT NOT NULL,
  number       TEXT NOT NULL DEFAULT '',
  organization $ID NOT NULL REFERENCES organization (id),
  kind         TEXT NOT NULL,
  name         TEXT NOT NULL,
  sort         TEXT NOT NULL DEFAULT '',
  summary      TEXT NOT NULL DEFAULT '{}',
  website      TEXT NOT NULL DEFAULT '',
  languages    TEXT NOT NULL DEFAULT '[]',
  hidden       BOOLEAN NOT NULL DEFAULT FALSE,
  protected_class TEXT NOT NULL DEFAULT '',
  external     TEXT NOT NULL DEFAULT ''
);
CREATE INDEX provider_sort ON provider (status, sort, id);
CREATE UNIQUE INDEX provider_organization ON provider (organization) WHERE status <> 'void';
CREATE UNIQUE INDEX provider_external ON provider (external) WHERE external <> '';

CREATE TABLE provider_site (
  id            $ID PRIMARY KEY,
  status        TEXT NOT NULL,
  version       BIGINT NOT NULL,
  created_at    BIGINT NOT NULL,
  updated_at    BIGINT NOT NULL,
  provider      $ID NOT NULL REFERENCES provider (id),
  name          TEXT NOT NULL,
  postcode      TEXT NOT NULL DEFAULT '',
  address       TEXT NOT NULL DEFAULT '',
  latitude      DOUBLE PRECISION NOT NULL DEFAULT 0,
  longitude     DOUBLE PRECISION NOT NULL DEFAULT 0,
  phone         TEXT NOT NULL DEFAULT '',
  hours         TEXT NOT NULL DEFAULT '',
  languages     TEXT NOT NULL DEFAULT '[]',
  accessibility TEXT NOT NULL DEFAULT '[]',
  external      TEXT NOT NULL DEFAULT ''
);
CREATE INDEX provider_site_provider ON provider_site (provider, id);
CREATE INDEX provider_site_place ON provider_site (latitude, longitude) WHERE status = 'active';
CREATE UNIQUE INDEX provider_site_external ON provider_site (external) WHERE external <> '';

CREATE TABLE practitioner (
  id          $ID PRIMARY KEY,
  status      TEXT NOT NULL,
  version     BIGINT NOT NULL,
  created_at  BIGINT NOT NULL,
  updated_at  BIGINT NOT NULL,
  provider    $ID NOT NULL REFERENCES provider (id),
  site        $ID,
  name        TEXT NOT NULL,
  kana        TEXT NOT NULL DEFAULT '',
  profession  TEXT NOT NULL DEFAULT '',
  gender      TEXT NOT NULL DEFAULT '',
  languages   TEXT NOT NULL DEFAULT '[]',
  lowest_age  BIGINT NOT NULL DEFAULT 0,
  highest_age BIGINT NOT NULL DEFAULT 0,
  from_date   TEXT NOT NULL DEFAULT '',
  until_date  TEXT NOT NULL DEFAULT ''
);
CREATE INDEX practitioner_provider ON practitioner (provider, id);

CREATE TABLE credential (
  id           $ID PRIMARY KEY,
  status       TEXT NOT NULL,
  version      BIGINT NOT NULL,
  created_at   BIGINT NOT NULL,
  updated_at   BIGINT NOT NULL,
  provider     $ID NOT NULL REFERENCES provider (id),
  practitioner $ID,
  kind         TEXT NOT NULL,
  number       TEXT NOT NULL DEFAULT '',
  issuer       TEXT NOT NULL DEFAULT '',
  from_date    TEXT NOT NULL DEFAULT '',
  until_date   TEXT NOT NULL DEFAULT '',
  entered_by   $ID,
  verified_by  $ID,
  verified_on  TEXT NOT NULL DEFAULT ''
);
CREATE INDEX credential_provider ON credential (provider, id);
CREATE INDEX credential_until ON credential (until_date) WHERE status = 'verified' AND until_date <> '';

CREATE TABLE offering (
  id           $ID PRIMARY KEY,
  status       TEXT NOT NULL,
  version      BIGINT NOT NULL,
  created_at   BIGINT NOT NULL,
  updated_at   BIGINT NOT NULL,
  provider     $ID NOT NULL REFERENCES provider (id),
  site         $ID NOT NULL REFERENCES provider_site (id),
  benefit      $ID,
  name         TEXT NOT NULL,
  capacity     BIGINT NOT NULL DEFAULT 0,
  openings     BIGINT NOT NULL DEFAULT 0,
  wait_days    BIGINT NOT NULL DEFAULT 0,
  first_date   TEXT NOT NULL DEFAULT '',
  languages    TEXT NOT NULL DEFAULT '[]',
  note         TEXT NOT NULL DEFAULT '',
  confirmed_at BIGINT NOT NULL DEFAULT 0,
  external     TEXT NOT NULL DEFAULT ''
);
CREATE INDEX offering_provider ON offering (provider, id);
CREATE INDEX offering_site ON offering (site);
CREATE INDEX offering_benefit ON offering (benefit, id) WHERE status = 'active';
CREATE UNIQUE INDEX offering_once ON offering (site, benefit) WHERE status = 'active' AND benefit IS NOT NULL;
CREATE UNIQUE INDEX offering_external ON offering (external) WHERE external <> '';

CREATE TABLE offering_specialty (
  id         $ID PRIMARY KEY,
  status     TEXT NOT NULL,
  version    BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  provider   $ID NOT NULL REFERENCES provider (id),
  offering   $ID NOT NULL REFERENCES offering (id),
  code       TEXT NOT NULL
);
CREATE INDEX offering_specialty_offering ON offering_specialty (offering);
CREATE UNIQUE INDEX offering_specialty_code ON offering_specialty (code, offering) WHERE status = 'active';

CREATE TABLE provider_contract (
  id         $ID PRIMARY KEY,
  status     TEXT NOT NULL,
  version    BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  provider   $ID NOT NULL REFERENCES provider (id),
  benefit    $ID,
  kind       TEXT NOT NULL,
  unit       TEXT NOT NULL DEFAULT '',
  minor      BIGINT NOT NULL DEFAULT 0,
  currency   TEXT NOT NULL DEFAULT '',
  rounding   TEXT NOT NULL DEFAULT '',
  closing_day BIGINT NOT NULL DEFAULT 0,
  invoice_number TEXT NOT NULL DEFAULT '',
  needs_schedule_approval BOOLEAN NOT NULL DEFAULT FALSE,
  from_date  TEXT NOT NULL,
  until_date TEXT NOT NULL DEFAULT '',
  drafted_by $ID
);
CREATE INDEX provider_contract_provider ON provider_contract (provider, id);
-- +goose Down
SELECT 1;
