-- +goose Up
-- The agency itself: one row; see package agency.
CREATE TABLE agency (
  id             $ID PRIMARY KEY,
  status         TEXT NOT NULL,
  version        BIGINT NOT NULL,
  created_at     BIGINT NOT NULL,
  updated_at     BIGINT NOT NULL,
  name           TEXT NOT NULL DEFAULT '',
  zone           TEXT NOT NULL DEFAULT '',
  currency       TEXT NOT NULL DEFAULT '',
  fiscal_month   BIGINT NOT NULL DEFAULT 4,
  language       TEXT NOT NULL DEFAULT 'ja',
  throttle_from  BIGINT NOT NULL DEFAULT 5,
  idle_minutes   BIGINT NOT NULL DEFAULT 30,
  absolute_hours BIGINT NOT NULL DEFAULT 12
);

-- Choices an agency words itself: kinds of case, reasons, titles.
CREATE TABLE code (
  id         $ID PRIMARY KEY,
  status     TEXT NOT NULL,
  version    BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  list       TEXT NOT NULL DEFAULT '',
  key        TEXT NOT NULL DEFAULT '',
  label      TEXT NOT NULL DEFAULT '',
  position   BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX code_key ON code (list, key);

-- Days on which the office is closed besides weekends and national holidays.
CREATE TABLE holiday (
  id         $ID PRIMARY KEY,
  status     TEXT NOT NULL,
  version    BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  day        TEXT NOT NULL DEFAULT '',
  name       TEXT NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX holiday_day ON holiday (day) WHERE status = 'active';

-- Fields an agency adds to the main records.
CREATE TABLE extra_field (
  id         $ID PRIMARY KEY,
  status     TEXT NOT NULL,
  version    BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  entity     TEXT NOT NULL DEFAULT '',
  key        TEXT NOT NULL DEFAULT '',
  label      TEXT NOT NULL DEFAULT '',
  kind       TEXT NOT NULL DEFAULT '',
  list       TEXT NOT NULL DEFAULT '',
  required   BOOLEAN NOT NULL DEFAULT FALSE,
  position   BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX extra_field_key ON extra_field (entity, key);

-- The extra values of a record once more, typed, to be found and sorted by.
CREATE TABLE extra_value (
  field   $ID NOT NULL,
  record  $ID NOT NULL,
  words   TEXT NOT NULL DEFAULT '',
  number  BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (field, record)
) $SMALL;
CREATE INDEX extra_value_words ON extra_value (field, words, record);
CREATE INDEX extra_value_number ON extra_value (field, number, record);
CREATE INDEX extra_value_record ON extra_value (record);

-- The blocks of numbers that are being given out.
CREATE TABLE number_slot (
  series TEXT NOT NULL,
  slot   BIGINT NOT NULL,
  next   BIGINT NOT NULL,
  last   BIGINT NOT NULL,
  PRIMARY KEY (series, slot)
) $SMALL;

-- Teams (係・課) of the agency and of organizations it contracted.
CREATE TABLE team (
  id         $ID PRIMARY KEY,
  status     TEXT NOT NULL,
  version    BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  name       TEXT NOT NULL DEFAULT '',
  parent     $ID REFERENCES team (id),
  contracted BOOLEAN NOT NULL DEFAULT FALSE,
  position   BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX team_parent ON team (parent);

-- Every team with each team above it and itself, made from team.
CREATE TABLE team_below (
  above $ID NOT NULL,
  below $ID NOT NULL,
  depth BIGINT NOT NULL,
  PRIMARY KEY (above, below)
) $SMALL;
CREATE INDEX team_below_below ON team_below (below, depth);
-- +goose Down
SELECT 1;
