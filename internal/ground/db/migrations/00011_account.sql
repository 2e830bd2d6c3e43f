-- +goose Up
-- Those who may sign in; see package account. Passwords stand apart, so that
-- no history ever holds one.
CREATE TABLE account_user (
  id          $ID PRIMARY KEY,
  status      TEXT NOT NULL,
  version     BIGINT NOT NULL,
  created_at  BIGINT NOT NULL,
  updated_at  BIGINT NOT NULL,
  mail        TEXT NOT NULL DEFAULT '',
  name        TEXT NOT NULL DEFAULT '',
  sort        TEXT NOT NULL DEFAULT '',
  kind        TEXT NOT NULL DEFAULT '',
  roles       TEXT NOT NULL DEFAULT '',
  provider    $ID,
  person      $ID,
  language    TEXT NOT NULL DEFAULT '',
  keys_off    BOOLEAN NOT NULL DEFAULT FALSE,
  password_at BIGINT NOT NULL DEFAULT 0,
  code_at     BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX account_user_mail ON account_user (mail) WHERE status <> 'void';
CREATE INDEX account_user_list ON account_user (kind, sort, id);
CREATE INDEX account_user_provider ON account_user (provider, sort, id) WHERE provider IS NOT NULL;
CREATE INDEX account_user_person ON account_user (person) WHERE person IS NOT NULL;

-- Users by role, and by the beginning of the words they are looked for with.
CREATE TABLE account_role (
  role    TEXT NOT NULL,
  user_id $ID NOT NULL REFERENCES account_user (id),
  PRIMARY KEY (role, user_id)
) $SMALL;
CREATE INDEX account_role_user ON account_role (user_id);

CREATE TABLE account_word (
  word    TEXT NOT NULL,
  user_id $ID NOT NULL REFERENCES account_user (id),
  PRIMARY KEY (word, user_id)
) $SMALL;
CREATE INDEX account_word_user ON account_word (user_id);

CREATE TABLE account_membership (
  id         $ID PRIMARY KEY,
  status     TEXT NOT NULL,
  version    BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  user_id    $ID NOT NULL REFERENCES account_user (id),
  team       $ID NOT NULL REFERENCES team (id)
);
CREATE UNIQUE INDEX account_membership_one ON account_membership (user_id, team) WHERE status = 'active';
CREATE INDEX account_membership_team ON account_membership (team) WHERE status = 'active';

CREATE TABLE account_password (
  user_id $ID PRIMARY KEY REFERENCES account_user (id),
  hash    TEXT NOT NULL
);

-- One-time codes with which a user sets a password; only their hash is kept.
CREATE TABLE account_code (
  user_id $ID PRIMARY KEY REFERENCES account_user (id),
  hash    $BYTES NOT NULL,
  until   BIGINT NOT NULL
);

-- A sign-in is known by the hash of its token. The row outlives it, so that
-- a user can see what was signed in.
CREATE TABLE account_sign_in (
  id       $ID PRIMARY KEY,
  user_id  $ID NOT NULL REFERENCES account_user (id),
  hash     $BYTES NOT NULL,
  at       BIGINT NOT NULL,
  seen_at  BIGINT NOT NULL,
  until    BIGINT NOT NULL,
  ended_at BIGINT NOT NULL DEFAULT 0,
  agent    TEXT NOT NULL DEFAULT '',
  address  TEXT NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX account_sign_in_hash ON account_sign_in (hash);
CREATE INDEX account_sign_in_user ON account_sign_in (user_id, ended_at);
CREATE INDEX account_sign_in_until ON account_sign_in (until);

-- Failed tries by account and by address, both blinded.
CREATE TABLE account_throttle (
  key      $BYTES PRIMARY KEY,
  failures BIGINT NOT NULL,
  last_at  BIGINT NOT NULL,
  until    BIGINT NOT NULL
);
CREATE INDEX account_throttle_last ON account_throttle (last_at);
CREATE INDEX account_throttle_waits ON account_throttle (until) WHERE until > 0;

CREATE TABLE account_key (
  id         $ID PRIMARY KEY,
  status     TEXT NOT NULL,
  version    BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  user_id    $ID NOT NULL REFERENCES account_user (id),
  name       TEXT NOT NULL DEFAULT '',
  roles      TEXT NOT NULL DEFAULT '',
  read_only  BOOLEAN NOT NULL DEFAULT FALSE,
  until      BIGINT NOT NULL
);
CREATE INDEX account_key_user ON account_key (user_id, id);

CREATE TABLE account_key_secret (
  key_id  $ID PRIMARY KEY REFERENCES account_key (id),
  hash    $BYTES NOT NULL,
  seen_at BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX account_key_secret_hash ON account_key_secret (hash);
-- +goose Down
SELECT 1;
