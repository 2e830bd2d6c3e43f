-- +goose Up
-- Pieces of files, each kept once and sealed; see package file.
CREATE TABLE file_chunk (
  address $BYTES PRIMARY KEY,
  sealed  $BYTES NOT NULL,
  size    BIGINT NOT NULL,
  used    BIGINT NOT NULL
);
CREATE INDEX file_chunk_used ON file_chunk (used);

CREATE TABLE file (
  id         $ID PRIMARY KEY,
  uploader   $ID,
  name       $BYTES NOT NULL,
  media_type TEXT NOT NULL,
  active     BOOLEAN NOT NULL,
  size       BIGINT NOT NULL,
  digest     $BYTES NOT NULL,
  at         BIGINT NOT NULL,
  loose      BOOLEAN NOT NULL
);
CREATE INDEX file_loose ON file (at) WHERE loose = TRUE;

CREATE TABLE file_part (
  file     $ID NOT NULL REFERENCES file (id),
  position BIGINT NOT NULL,
  address  $BYTES NOT NULL REFERENCES file_chunk (address),
  PRIMARY KEY (file, position)
) $SMALL;
CREATE INDEX file_part_address ON file_part (address);

-- Which records hold a file; one that nobody holds is swept.
CREATE TABLE file_owner (
  owner_kind TEXT NOT NULL,
  owner      $ID NOT NULL,
  file       $ID NOT NULL REFERENCES file (id),
  PRIMARY KEY (owner_kind, owner, file)
) $SMALL;
CREATE INDEX file_owner_file ON file_owner (file);

-- Double entry; see package ledger.
CREATE TABLE ledger_account (
  id       $ID PRIMARY KEY,
  key      TEXT NOT NULL,
  currency TEXT NOT NULL,
  balance  BIGINT NOT NULL,
  postings BIGINT NOT NULL
);
CREATE UNIQUE INDEX ledger_account_key ON ledger_account (key, currency);

CREATE TABLE ledger_transaction (
  id       $ID PRIMARY KEY,
  key      TEXT NOT NULL,
  kind     TEXT NOT NULL,
  at       BIGINT NOT NULL,
  digest   $BYTES NOT NULL,
  reverses $ID REFERENCES ledger_transaction (id)
);
CREATE UNIQUE INDEX ledger_transaction_key ON ledger_transaction (key);
CREATE UNIQUE INDEX ledger_transaction_reverses ON ledger_transaction (reverses) WHERE reverses IS NOT NULL;

CREATE TABLE ledger_posting (
  account     $ID NOT NULL REFERENCES ledger_account (id),
  seq         BIGINT NOT NULL,
  transaction_id $ID NOT NULL REFERENCES ledger_transaction (id),
  line        BIGINT NOT NULL,
  amount      BIGINT NOT NULL,
  balance     BIGINT NOT NULL,
  source_kind TEXT NOT NULL DEFAULT '',
  source      $ID,
  PRIMARY KEY (account, seq)
) $SMALL;
CREATE UNIQUE INDEX ledger_posting_line ON ledger_posting (transaction_id, line);
CREATE INDEX ledger_posting_source ON ledger_posting (source_kind, source) WHERE source IS NOT NULL;
-- +goose Down
SELECT 1;
