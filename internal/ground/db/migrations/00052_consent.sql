-- +goose Up
-- Who recorded that data left, and that a supervisor looked at what left in an emergency.
ALTER TABLE disclosure ADD COLUMN made_by $ID;
ALTER TABLE disclosure ADD COLUMN reviewed_by $ID;
ALTER TABLE disclosure ADD COLUMN finding TEXT NOT NULL DEFAULT '';
CREATE INDEX disclosure_to_review ON disclosure (id) WHERE basis = 'emergency' AND status = 'made';
-- +goose Down
SELECT 1;
