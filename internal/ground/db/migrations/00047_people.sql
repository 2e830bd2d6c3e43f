-- +goose Up
-- The record that a person's was merged into; see package people.
ALTER TABLE person ADD COLUMN merged_into $ID REFERENCES person (id);
CREATE INDEX person_merged ON person (merged_into) WHERE merged_into IS NOT NULL;

-- Two persons who were found to be one. txs are the transactions that moved what belonged to the second, reach
-- what the first came to be reached by.
CREATE TABLE person_merge (
  id         $ID PRIMARY KEY,
  status     TEXT NOT NULL,
  version    BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  person     $ID NOT NULL REFERENCES person (id),
  merged     $ID NOT NULL REFERENCES person (id),
  duplicate  $ID REFERENCES duplicate (id),
  txs        TEXT NOT NULL DEFAULT '[]',
  reach      TEXT NOT NULL DEFAULT '[]'
);
CREATE INDEX person_merge_person ON person_merge (person, id);
CREATE UNIQUE INDEX person_merge_merged ON person_merge (merged) WHERE status = 'merged';

-- What names a person besides the one it is about is found when persons are merged.
CREATE INDEX consent_given_by ON consent (given_by);
CREATE INDEX goal_person ON goal (person) WHERE person IS NOT NULL;
CREATE INDEX decision_applicant ON decision (applicant) WHERE applicant IS NOT NULL;
CREATE INDEX payout_for ON payout (person);
-- +goose Down
SELECT 1;
