-- +goose Up
CREATE TABLE schema_level (min_binary BIGINT NOT NULL);
INSERT INTO schema_level (min_binary) VALUES (1);

-- One row for every change; see package journal.
CREATE TABLE journal (
  id         $ID PRIMARY KEY,
  at         BIGINT NOT NULL,
  tx         $ID NOT NULL,
  actor      $ID,
  actor_kind TEXT NOT NULL,
  step       TEXT NOT NULL,
  entity     TEXT NOT NULL,
  record     $ID NOT NULL,
  version    BIGINT NOT NULL,
  root_kind  TEXT NOT NULL,
  root       $ID NOT NULL,
  from_state TEXT NOT NULL DEFAULT '',
  to_state   TEXT NOT NULL DEFAULT '',
  changes    TEXT NOT NULL DEFAULT '',
  mac        $BYTES NOT NULL,
  position   BIGINT
);
CREATE INDEX journal_root ON journal (root, id);
CREATE INDEX journal_record ON journal (record, version);
CREATE UNIQUE INDEX journal_position ON journal (position) WHERE position IS NOT NULL;
CREATE INDEX journal_unsealed ON journal (id) WHERE position IS NULL;

CREATE TABLE journal_seal (
  seq        BIGINT PRIMARY KEY,
  at         BIGINT NOT NULL,
  first      BIGINT NOT NULL,
  last       BIGINT NOT NULL,
  merkle     $BYTES NOT NULL,
  previous   $BYTES NOT NULL,
  mac        $BYTES NOT NULL
);

-- Who opened which person or case, or searched; see package journal.
CREATE TABLE read_line (
  id        $ID PRIMARY KEY,
  at        BIGINT NOT NULL,
  actor     $ID NOT NULL,
  what      TEXT NOT NULL,
  root_kind TEXT NOT NULL,
  root      $ID,
  detail    TEXT NOT NULL DEFAULT '',
  mac       $BYTES NOT NULL,
  position  BIGINT
);
CREATE INDEX read_line_root ON read_line (root, id);
CREATE INDEX read_line_actor ON read_line (actor, id);
CREATE INDEX read_line_unsealed ON read_line (id) WHERE position IS NULL;

-- Who may reach which record, and until when; see package sight.
CREATE TABLE reach (
  scope_kind TEXT NOT NULL,
  scope      $ID NOT NULL,
  kind       TEXT NOT NULL,
  record     $ID NOT NULL,
  why        TEXT NOT NULL,
  until      BIGINT NOT NULL DEFAULT 9223372036854775807,
  PRIMARY KEY (scope_kind, scope, kind, record, why)
) $SMALL;
CREATE INDEX reach_record ON reach (kind, record, scope_kind, scope);

-- The answer of each operation, kept a day so that a repeat changes nothing.
CREATE TABLE idempotency (
  actor   $ID NOT NULL,
  key     TEXT NOT NULL,
  name    TEXT NOT NULL,
  body    $BYTES NOT NULL,
  answer  $BYTES,
  at      BIGINT NOT NULL,
  PRIMARY KEY (actor, key)
);
CREATE INDEX idempotency_at ON idempotency (at);

CREATE TABLE job (
  id       $ID PRIMARY KEY,
  kind     TEXT NOT NULL,
  key      TEXT NOT NULL,
  payload  TEXT NOT NULL,
  state    TEXT NOT NULL,
  run_at   BIGINT NOT NULL,
  tries    BIGINT NOT NULL DEFAULT 0,
  lease    $ID,
  leased_until BIGINT NOT NULL DEFAULT 0,
  fault    TEXT NOT NULL DEFAULT '',
  done_at  BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX job_due ON job (run_at, id) WHERE state = 'waiting';
CREATE INDEX job_leased ON job (leased_until) WHERE state = 'running';
CREATE UNIQUE INDEX job_key ON job (kind, key) WHERE key <> '';
CREATE INDEX job_state ON job (state, done_at);

CREATE TABLE lease (
  name  TEXT PRIMARY KEY,
  owner $ID NOT NULL,
  until BIGINT NOT NULL
);

-- A key of its own for each person, wrapped by the master key; destroying it
-- makes what it sealed unreadable. See package vault.
CREATE TABLE subject_key (
  subject $ID PRIMARY KEY,
  wrapped $BYTES NOT NULL,
  at      BIGINT NOT NULL
);

CREATE TABLE draft (
  id       $ID PRIMARY KEY,
  owner    $ID,
  form     TEXT NOT NULL,
  code     $BYTES,
  body     $BYTES NOT NULL,
  parked   BOOLEAN NOT NULL DEFAULT FALSE,
  at       BIGINT NOT NULL,
  expires  BIGINT NOT NULL
);
CREATE UNIQUE INDEX draft_owner ON draft (owner, form) WHERE owner IS NOT NULL;
CREATE UNIQUE INDEX draft_code ON draft (code) WHERE code IS NOT NULL;
CREATE INDEX draft_expires ON draft (expires);

-- Numbers for people to read out, taken in blocks; gaps are allowed.
CREATE TABLE number_block (
  series TEXT PRIMARY KEY,
  next   BIGINT NOT NULL
);
-- +goose Down
SELECT 1;
