-- +goose Up
CREATE TABLE person (
  id             $ID PRIMARY KEY,
  status         TEXT NOT NULL,
  version        BIGINT NOT NULL,
  created_at     BIGINT NOT NULL,
  updated_at     BIGINT NOT NULL,
  number         TEXT NOT NULL DEFAULT '',
  placeholder    TEXT NOT NULL DEFAULT '',
  name           TEXT NOT NULL DEFAULT '',
  kana           TEXT NOT NULL DEFAULT '',
  romaji         TEXT NOT NULL DEFAULT '',
  birth_date     TEXT NOT NULL DEFAULT '',
  birth_precision TEXT NOT NULL DEFAULT '',
  died_on        TEXT NOT NULL DEFAULT '',
  gender         TEXT NOT NULL DEFAULT '',
  languages      TEXT NOT NULL DEFAULT '[]',
  interpreter    TEXT NOT NULL DEFAULT '',
  restricted     BOOLEAN NOT NULL DEFAULT FALSE,
  protected_until TEXT NOT NULL DEFAULT '',
  extra          TEXT NOT NULL DEFAULT '{}'
);
CREATE UNIQUE INDEX person_number ON person (number) WHERE number <> '';
CREATE INDEX person_kana ON person (kana, id) WHERE status = 'active';

CREATE TABLE person_name (
  id           $ID PRIMARY KEY,
  status       TEXT NOT NULL,
  version      BIGINT NOT NULL,
  created_at   BIGINT NOT NULL,
  updated_at   BIGINT NOT NULL,
  person       $ID NOT NULL REFERENCES person (id),
  kind         TEXT NOT NULL,
  family       TEXT NOT NULL DEFAULT '',
  given        TEXT NOT NULL DEFAULT '',
  family_kana  TEXT NOT NULL DEFAULT '',
  given_kana   TEXT NOT NULL DEFAULT '',
  family_romaji TEXT NOT NULL DEFAULT '',
  given_romaji TEXT NOT NULL DEFAULT '',
  from_date    TEXT NOT NULL DEFAULT '',
  until_date   TEXT NOT NULL DEFAULT ''
);
CREATE INDEX person_name_person ON person_name (person);

CREATE TABLE person_contact (
  id         $ID PRIMARY KEY,
  status     TEXT NOT NULL,
  version    BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  person     $ID NOT NULL REFERENCES person (id),
  kind       TEXT NOT NULL,
  value      TEXT NOT NULL,
  safe       BOOLEAN NOT NULL DEFAULT TRUE,
  preferred  BOOLEAN NOT NULL DEFAULT FALSE,
  note       TEXT NOT NULL DEFAULT '',
  protected  BOOLEAN NOT NULL DEFAULT FALSE
);
CREATE INDEX person_contact_person ON person_contact (person);

CREATE TABLE person_address (
  id         $ID PRIMARY KEY,
  status     TEXT NOT NULL,
  version    BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  person     $ID NOT NULL REFERENCES person (id),
  kind       TEXT NOT NULL,
  postcode   TEXT NOT NULL DEFAULT '',
  lines      TEXT NOT NULL DEFAULT '',
  latitude   DOUBLE PRECISION NOT NULL DEFAULT 0,
  longitude  DOUBLE PRECISION NOT NULL DEFAULT 0,
  from_date  TEXT NOT NULL DEFAULT '',
  until_date TEXT NOT NULL DEFAULT '',
  protected  BOOLEAN NOT NULL DEFAULT FALSE
);
CREATE INDEX person_address_person ON person_address (person);

-- A protective measure (支援措置): address and contacts are withheld while it runs.
CREATE TABLE person_protection (
  id          $ID PRIMARY KEY,
  status      TEXT NOT NULL,
  version     BIGINT NOT NULL,
  created_at  BIGINT NOT NULL,
  updated_at  BIGINT NOT NULL,
  person      $ID NOT NULL REFERENCES person (id),
  ground      TEXT NOT NULL,
  authority   TEXT NOT NULL DEFAULT '',
  from_date   TEXT NOT NULL,
  until_date  TEXT NOT NULL DEFAULT '',
  other_party $BYTES
);
CREATE INDEX person_protection_person ON person_protection (person);
CREATE INDEX person_protection_until ON person_protection (until_date) WHERE status = 'active';

-- Numbers by which others know a person, sealed; found by blind index only.
CREATE TABLE person_identifier (
  id         $ID PRIMARY KEY,
  status     TEXT NOT NULL,
  version    BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  person     $ID NOT NULL REFERENCES person (id),
  kind       TEXT NOT NULL,
  sealed     $BYTES NOT NULL,
  blind      $BYTES NOT NULL,
  tail       TEXT NOT NULL DEFAULT ''
);
CREATE INDEX person_identifier_person ON person_identifier (person);
CREATE UNIQUE INDEX person_identifier_blind ON person_identifier (kind, blind) WHERE status = 'active';

CREATE TABLE organization (
  id         $ID PRIMARY KEY,
  status     TEXT NOT NULL,
  version    BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  name       TEXT NOT NULL,
  kind       TEXT NOT NULL DEFAULT '',
  phone      TEXT NOT NULL DEFAULT '',
  email      TEXT NOT NULL DEFAULT '',
  address    TEXT NOT NULL DEFAULT '',
  external   TEXT NOT NULL DEFAULT ''
);
CREATE INDEX organization_created ON organization (id) WHERE status = 'active';

CREATE TABLE household (
  id         $ID PRIMARY KEY,
  status     TEXT NOT NULL,
  version    BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  kind       TEXT NOT NULL,
  label      TEXT NOT NULL DEFAULT ''
);
CREATE TABLE household_member (
  id         $ID PRIMARY KEY,
  status     TEXT NOT NULL,
  version    BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  household  $ID NOT NULL REFERENCES household (id),
  person     $ID NOT NULL REFERENCES person (id),
  relation   TEXT NOT NULL DEFAULT '',
  head       BOOLEAN NOT NULL DEFAULT FALSE,
  from_date  TEXT NOT NULL DEFAULT '',
  until_date TEXT NOT NULL DEFAULT ''
);
CREATE INDEX household_member_household ON household_member (household);
CREATE INDEX household_member_person ON household_member (person);
CREATE UNIQUE INDEX household_member_once ON household_member (household, person) WHERE status = 'active' AND until_date = '';

CREATE TABLE relationship (
  id         $ID PRIMARY KEY,
  status     TEXT NOT NULL,
  version    BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  person     $ID NOT NULL REFERENCES person (id),
  other      $ID NOT NULL REFERENCES person (id),
  kind       TEXT NOT NULL,
  strength   TEXT NOT NULL DEFAULT '',
  from_date  TEXT NOT NULL DEFAULT '',
  until_date TEXT NOT NULL DEFAULT ''
);
CREATE INDEX relationship_person ON relationship (person);
CREATE INDEX relationship_other ON relationship (other);

CREATE TABLE circumstance (
  id         $ID PRIMARY KEY,
  status     TEXT NOT NULL,
  version    BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  person     $ID NOT NULL REFERENCES person (id),
  kind       TEXT NOT NULL,
  detail     TEXT NOT NULL DEFAULT '',
  minor      BIGINT NOT NULL DEFAULT 0,
  currency   TEXT NOT NULL DEFAULT '',
  period     TEXT NOT NULL DEFAULT '',
  from_date  TEXT NOT NULL DEFAULT '',
  until_date TEXT NOT NULL DEFAULT '',
  evidence   TEXT NOT NULL DEFAULT 'stated'
);
CREATE INDEX circumstance_person ON circumstance (person);

CREATE TABLE alert (
  id         $ID PRIMARY KEY,
  status     TEXT NOT NULL,
  version    BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  person     $ID NOT NULL REFERENCES person (id),
  severity   TEXT NOT NULL,
  label      TEXT NOT NULL,
  from_date  TEXT NOT NULL DEFAULT '',
  until_date TEXT NOT NULL DEFAULT ''
);
CREATE INDEX alert_person ON alert (person);
-- +goose Down
SELECT 1;
