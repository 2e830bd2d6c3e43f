-- +goose Up
-- What an inbound referral says of its source and client, what the client agreed to, how it came, and
-- what its source was told; see package intake. receipt and sameness are blind indexes: the number its
-- source asks with, and what is equal for a referral that is sent twice.
ALTER TABLE inbound_referral ADD COLUMN receipt $BYTES;
ALTER TABLE inbound_referral ADD COLUMN sameness $BYTES;
ALTER TABLE inbound_referral ADD COLUMN came TEXT NOT NULL DEFAULT 'desk';
ALTER TABLE inbound_referral ADD COLUMN link $ID;
ALTER TABLE inbound_referral ADD COLUMN list $ID;
ALTER TABLE inbound_referral ADD COLUMN contact_person TEXT NOT NULL DEFAULT '';
ALTER TABLE inbound_referral ADD COLUMN source_phone TEXT NOT NULL DEFAULT '';
ALTER TABLE inbound_referral ADD COLUMN source_email TEXT NOT NULL DEFAULT '';
ALTER TABLE inbound_referral ADD COLUMN reference TEXT NOT NULL DEFAULT '';
ALTER TABLE inbound_referral ADD COLUMN client_kana TEXT NOT NULL DEFAULT '';
ALTER TABLE inbound_referral ADD COLUMN client_address TEXT NOT NULL DEFAULT '';
ALTER TABLE inbound_referral ADD COLUMN client_language TEXT NOT NULL DEFAULT '';
ALTER TABLE inbound_referral ADD COLUMN household TEXT NOT NULL DEFAULT '';
ALTER TABLE inbound_referral ADD COLUMN needed_on TEXT NOT NULL DEFAULT '';
ALTER TABLE inbound_referral ADD COLUMN agreed TEXT NOT NULL DEFAULT 'unknown';
ALTER TABLE inbound_referral ADD COLUMN tell_back TEXT NOT NULL DEFAULT 'closed';
ALTER TABLE inbound_referral ADD COLUMN consent $ID;
ALTER TABLE inbound_referral ADD COLUMN grounds TEXT NOT NULL DEFAULT '';
ALTER TABLE inbound_referral ADD COLUMN told_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE inbound_referral ADD COLUMN told_by TEXT NOT NULL DEFAULT '';
ALTER TABLE inbound_referral ADD COLUMN told TEXT NOT NULL DEFAULT '';
CREATE UNIQUE INDEX inbound_referral_receipt ON inbound_referral (receipt) WHERE receipt IS NOT NULL;
CREATE INDEX inbound_referral_sameness ON inbound_referral (sameness, id) WHERE sameness IS NOT NULL;

-- A link with which one partner sends one referral without an account. token is a blind index; the
-- token itself is kept nowhere.
CREATE TABLE inbound_link (
  id             $ID PRIMARY KEY,
  status         TEXT NOT NULL,
  version        BIGINT NOT NULL,
  created_at     BIGINT NOT NULL,
  updated_at     BIGINT NOT NULL,
  token          $BYTES NOT NULL,
  organization   $ID REFERENCES organization (id),
  source         TEXT NOT NULL DEFAULT '',
  contact_person TEXT NOT NULL DEFAULT '',
  source_phone   TEXT NOT NULL DEFAULT '',
  source_email   TEXT NOT NULL DEFAULT '',
  made_by        $ID NOT NULL,
  team           $ID,
  expires_at     BIGINT NOT NULL,
  used_at        BIGINT NOT NULL DEFAULT 0,
  referral       $ID REFERENCES inbound_referral (id)
);
CREATE UNIQUE INDEX inbound_link_token ON inbound_link (token);

-- A list of inbound referrals that somebody brought. sealed holds its rows; once it ended no more of
-- them than what became of each.
CREATE TABLE inbound_list (
  id           $ID PRIMARY KEY,
  status       TEXT NOT NULL,
  version      BIGINT NOT NULL,
  created_at   BIGINT NOT NULL,
  updated_at   BIGINT NOT NULL,
  owner        $ID NOT NULL,
  digest       $BYTES NOT NULL,
  sealed       $BYTES,
  counts       TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX inbound_list_owner ON inbound_list (owner, id);
-- +goose Down
SELECT 1;
