-- +goose Up
-- Who has what came in, the inquiry it came of, and what is due of an inquiry that was handed on;
-- when a complaint was responded to and why screening it out was proposed; the hours by
-- allegation, and the reports made to authorities; see package intake.
ALTER TABLE inquiry ADD COLUMN owner $ID;
ALTER TABLE complaint ADD COLUMN owner $ID;
ALTER TABLE inbound_referral ADD COLUMN owner $ID;
ALTER TABLE application ADD COLUMN owner $ID;
CREATE INDEX inquiry_owner ON inquiry (owner, due_at, id) WHERE status = 'open';
CREATE INDEX complaint_owner ON complaint (owner, due_at, id) WHERE status IN ('submitted', 'in_review');
CREATE INDEX inbound_referral_owner ON inbound_referral (owner, due_at, id) WHERE status IN ('new', 'in_review');
CREATE INDEX application_owner ON application (owner, due_at, id) WHERE status IN ('submitted', 'in_review');

ALTER TABLE inquiry ADD COLUMN came_of $ID;
ALTER TABLE complaint ADD COLUMN came_of $ID;
ALTER TABLE inbound_referral ADD COLUMN came_of $ID;
ALTER TABLE application ADD COLUMN came_of $ID;
CREATE INDEX complaint_came_of ON complaint (came_of) WHERE came_of IS NOT NULL;
CREATE INDEX inbound_referral_came_of ON inbound_referral (came_of) WHERE came_of IS NOT NULL;
CREATE INDEX application_came_of ON application (came_of) WHERE came_of IS NOT NULL;

-- Until when somebody must have followed up: the end of the day that was said. What was handed on
-- before counts by the days of UTC.
ALTER TABLE inquiry ADD COLUMN follow_up_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE inquiry ADD COLUMN followed_up TEXT NOT NULL DEFAULT '';
--sqlite: UPDATE inquiry SET follow_up_at = 1000 * CAST(strftime('%s', follow_up_on, '+1 day') AS INTEGER) WHERE status = 'answered' AND follow_up_on <> '';
--postgres: UPDATE inquiry SET follow_up_at = 1000 * CAST(extract(epoch FROM CAST(follow_up_on AS date) + 1) AS BIGINT) WHERE status = 'answered' AND follow_up_on <> '';
CREATE INDEX inquiry_follow_up ON inquiry (follow_up_at, id) WHERE status = 'answered' AND follow_up_at > 0;

ALTER TABLE complaint ADD COLUMN responded_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE complaint ADD COLUMN response TEXT NOT NULL DEFAULT '';
ALTER TABLE complaint ADD COLUMN screened_for TEXT NOT NULL DEFAULT '';
CREATE INDEX complaint_second ON complaint (due_at, id) WHERE status = 'in_review' AND screened_by IS NOT NULL;

CREATE TABLE allegation_clock (
  id          $ID PRIMARY KEY,
  status      TEXT NOT NULL,
  version     BIGINT NOT NULL,
  created_at  BIGINT NOT NULL,
  updated_at  BIGINT NOT NULL,
  allegation  TEXT NOT NULL,
  hours       BIGINT NOT NULL,
  source      TEXT NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX allegation_clock_allegation ON allegation_clock (allegation) WHERE status = 'active';

CREATE TABLE complaint_report (
  id          $ID PRIMARY KEY,
  status      TEXT NOT NULL,
  version     BIGINT NOT NULL,
  created_at  BIGINT NOT NULL,
  updated_at  BIGINT NOT NULL,
  complaint   $ID NOT NULL REFERENCES complaint (id),
  authority   TEXT NOT NULL,
  kind        TEXT NOT NULL,
  made_on     TEXT NOT NULL,
  made_by     $ID NOT NULL,
  told        TEXT NOT NULL,
  fields      TEXT NOT NULL DEFAULT '[]',
  basis       TEXT NOT NULL DEFAULT '',
  provision   TEXT NOT NULL DEFAULT '',
  disclosure  $ID
);
CREATE INDEX complaint_report_complaint ON complaint_report (complaint, id);
-- +goose Down
SELECT 1;
