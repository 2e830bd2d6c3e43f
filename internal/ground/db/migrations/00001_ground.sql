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
  via        $ID,
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
  chain      TEXT NOT NULL,
  seq        BIGINT NOT NULL,
  at         BIGINT NOT NULL,
  first      BIGINT NOT NULL,
  last       BIGINT NOT NULL,
  merkle     $BYTES NOT NULL,
  previous   $BYTES NOT NULL,
  mac        $BYTES NOT NULL,
  PRIMARY KEY (chain, seq)
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
CREATE UNIQUE INDEX read_line_position ON read_line (position) WHERE position IS NOT NULL;
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
  PRIMARY KEY (scope, kind, record, why)
) $SMALL;
CREATE INDEX reach_record ON reach (record, scope);

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

-- Work to be done after the deed that asked for it; see package jobs.
CREATE TABLE job (
  id       $ID PRIMARY KEY,
  kind     TEXT NOT NULL,
  key      TEXT NOT NULL,
  owner    $ID,
  payload  TEXT NOT NULL,
  state    TEXT NOT NULL,
  run_at   BIGINT NOT NULL,
  tries    BIGINT NOT NULL DEFAULT 0,
  again    BOOLEAN NOT NULL DEFAULT FALSE,
  cancel   BOOLEAN NOT NULL DEFAULT FALSE,
  lease    $ID,
  leased_until BIGINT NOT NULL DEFAULT 0,
  done     BIGINT NOT NULL DEFAULT 0,
  total    BIGINT NOT NULL DEFAULT 0,
  bookmark TEXT NOT NULL DEFAULT '',
  fault    TEXT NOT NULL DEFAULT '',
  ended_at BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX job_due ON job (run_at, id) WHERE state = 'waiting';
CREATE INDEX job_running ON job (lease) WHERE state = 'running';
CREATE INDEX job_ended ON job (state, ended_at, id) WHERE ended_at > 0;
CREATE INDEX job_owner ON job (owner, id) WHERE owner IS NOT NULL;
CREATE UNIQUE INDEX job_key ON job (kind, key) WHERE key <> '' AND ended_at = 0;

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

-- Forms not yet sent, and sends whose sign-in had ended; see package draft.
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
CREATE UNIQUE INDEX draft_owner ON draft (owner, form) WHERE owner IS NOT NULL AND parked = FALSE;
CREATE INDEX draft_parked ON draft (owner, id) WHERE parked = TRUE;
CREATE UNIQUE INDEX draft_code ON draft (code) WHERE code IS NOT NULL;
CREATE INDEX draft_expires ON draft (expires);

-- Numbers for people to read out, taken in blocks; gaps are allowed.
CREATE TABLE number_block (
  series TEXT PRIMARY KEY,
  next   BIGINT NOT NULL
);
-- +goose Down
SELECT 1;
