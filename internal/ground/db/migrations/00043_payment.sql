-- +goose Up
-- Where money goes: bank accounts, sealed; see package payment.
CREATE TABLE payee (
  id           $ID PRIMARY KEY,
  status       TEXT NOT NULL,
  version      BIGINT NOT NULL,
  created_at   BIGINT NOT NULL,
  updated_at   BIGINT NOT NULL,
  owner_kind   TEXT NOT NULL,
  owner        $ID NOT NULL,
  name         TEXT NOT NULL,
  account      $BYTES NOT NULL,
  tail         TEXT NOT NULL DEFAULT '',
  entered_by   $ID,
  confirmed_by $ID
);
CREATE INDEX payee_owner ON payee (owner_kind, owner, id);
CREATE UNIQUE INDEX payee_one ON payee (owner_kind, owner) WHERE status = 'confirmed';
CREATE INDEX payee_entered ON payee (id) WHERE status = 'entered';

-- What leaves in one file to the bank.
CREATE TABLE payment_batch (
  id          $ID PRIMARY KEY,
  status      TEXT NOT NULL,
  version     BIGINT NOT NULL,
  created_at  BIGINT NOT NULL,
  updated_at  BIGINT NOT NULL,
  number      TEXT NOT NULL,
  currency    TEXT NOT NULL,
  amount      BIGINT NOT NULL,
  items       BIGINT NOT NULL,
  pay_on      TEXT NOT NULL,
  built_by    $ID NOT NULL,
  approved_by $ID,
  exported_at BIGINT NOT NULL DEFAULT 0,
  settled_on  TEXT NOT NULL DEFAULT ''
);
CREATE INDEX payment_batch_status ON payment_batch (status, id);

-- What a provider asks to be paid for.
CREATE TABLE payment_request (
  id           $ID PRIMARY KEY,
  status       TEXT NOT NULL,
  version      BIGINT NOT NULL,
  created_at   BIGINT NOT NULL,
  updated_at   BIGINT NOT NULL,
  number       TEXT NOT NULL,
  provider     $ID NOT NULL,
  from_date    TEXT NOT NULL,
  until_date   TEXT NOT NULL,
  currency     TEXT NOT NULL,
  amount       BIGINT NOT NULL,
  absences     BOOLEAN NOT NULL DEFAULT FALSE,
  invoice      TEXT NOT NULL DEFAULT '',
  built_by     $ID NOT NULL,
  submitted_by $ID,
  due_on       TEXT NOT NULL DEFAULT '',
  approved_by  $ID,
  reason       TEXT NOT NULL DEFAULT '',
  batch        $ID REFERENCES payment_batch (id)
);
CREATE INDEX payment_request_provider ON payment_request (provider, id);
CREATE INDEX payment_request_status ON payment_request (status, id);
CREATE INDEX payment_request_batch ON payment_request (batch) WHERE batch IS NOT NULL;

-- One disbursement at its rate; it is in one request that counts.
CREATE TABLE payment_line (
  id               $ID PRIMARY KEY,
  status           TEXT NOT NULL,
  version          BIGINT NOT NULL,
  created_at       BIGINT NOT NULL,
  updated_at       BIGINT NOT NULL,
  request          $ID NOT NULL REFERENCES payment_request (id),
  provider         $ID NOT NULL,
  disbursement     $ID NOT NULL REFERENCES disbursement (id),
  session          $ID NOT NULL,
  authorization_id $ID NOT NULL,
  case_id          $ID,
  assignment       $ID,
  benefit          $ID,
  service_on       TEXT NOT NULL,
  outcome          TEXT NOT NULL,
  delivered        BIGINT NOT NULL,
  quantity         BIGINT NOT NULL,
  rate             BIGINT NOT NULL,
  percent          BIGINT NOT NULL DEFAULT 100,
  amount           BIGINT NOT NULL,
  currency         TEXT NOT NULL,
  fund             TEXT NOT NULL DEFAULT '',
  fiscal_year      BIGINT NOT NULL,
  flags            TEXT NOT NULL DEFAULT '[]',
  allowed          TEXT NOT NULL DEFAULT '',
  question         TEXT NOT NULL DEFAULT '',
  answer           TEXT NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX payment_line_once ON payment_line (disbursement) WHERE status IN ('claimed', 'queried', 'paid');
CREATE INDEX payment_line_request ON payment_line (request, service_on, id);
CREATE INDEX payment_line_assignment ON payment_line (assignment) WHERE status = 'paid' AND assignment IS NOT NULL;

-- A money benefit on its way to a payee.
CREATE TABLE payout (
  id          $ID PRIMARY KEY,
  status      TEXT NOT NULL,
  version     BIGINT NOT NULL,
  created_at  BIGINT NOT NULL,
  updated_at  BIGINT NOT NULL,
  number      TEXT NOT NULL,
  case_id     $ID NOT NULL,
  person      $ID NOT NULL REFERENCES person (id),
  assignment  $ID,
  benefit     $ID,
  payee       $ID REFERENCES payee (id),
  payee_kind  TEXT NOT NULL,
  method      TEXT NOT NULL,
  amount      BIGINT NOT NULL,
  currency    TEXT NOT NULL,
  due_on      TEXT NOT NULL,
  fund        TEXT NOT NULL DEFAULT '',
  fiscal_year BIGINT NOT NULL,
  note        TEXT NOT NULL DEFAULT '',
  planned_by  $ID NOT NULL,
  approved_by $ID,
  batch       $ID REFERENCES payment_batch (id)
);
CREATE INDEX payout_case ON payout (case_id, id);
CREATE INDEX payout_person ON payout (person) WHERE status IN ('planned', 'approved');
CREATE INDEX payout_status ON payout (status, id);
CREATE INDEX payout_batch ON payout (batch) WHERE batch IS NOT NULL;
CREATE INDEX payout_assignment ON payout (assignment) WHERE assignment IS NOT NULL;
-- +goose Down
SELECT 1;
