-- +goose Up
-- Lists in their own order: a worker's own referrals, a provider's own places.
CREATE INDEX referral_owner ON referral (owner, id);
CREATE INDEX session_enrolment_provider ON session_enrolment (provider, id);
-- +goose Down
SELECT 1;
