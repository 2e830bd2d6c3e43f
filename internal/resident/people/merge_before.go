package people

import (
	"context"
	"slices"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/journal"
)

// Held is how many records of a kind name a person, of those that an actor may
// see: what goes along when the person's record is merged into another.
type Held struct {
	Kind   string `db:"kind"`
	Person db.ID  `db:"person"`
	N      int    `db:"n"`
}

// HeldKinds are the kinds that are counted, in the order in which they are told.
var HeldKinds = []string{"case", "care_plan", "program_enrolment", "benefit_assignment", "referral", "consent", "disclosure", "form_response",
	"name", "contact", "address", "identifier", "circumstance", "alert", "household_member", "relationship"}

// Holds counts by kind what of two persons whose records the actor may open
// would go along with either, in the order of HeldKinds. Of what the actor may
// not see nothing is counted, so that the figures do not tell of it.
func (r *Room) Holds(ctx context.Context, a access.Actor, persons [2]db.ID) ([]Held, error) {
	var out []Held
	err := r.run.Read(ctx, func(q *db.Reader) error {
		now := r.run.Now()
		if err := Seen(q, a, now, persons[:]...); err != nil {
			return err
		}
		b := db.NewBatch()
		answers := []*db.Answer[Held]{queueHeld(b, persons[:])}
		for _, later := range r.OnHolds {
			answers = append(answers, later(b, a, now, persons[:]))
		}
		if err := db.Send(q, b); err != nil {
			return err
		}
		for _, x := range answers {
			out = append(out, x.Rows...)
		}
		return nil
	})
	slices.SortStableFunc(out, func(a, b Held) int { return slices.Index(HeldKinds, a.Kind) - slices.Index(HeldKinds, b.Kind) })
	return out, err
}

// ChangedSince is what happened to a person after a version of the record was
// shown, newest first: every line of the history from the first step on the
// record that whoever saw the version had not seen.
func (r *Room) ChangedSince(ctx context.Context, a access.Actor, id db.ID, version int64) ([]journal.Row, error) {
	rows, err := r.History(ctx, a, id, db.ID{})
	var first journal.Row
	for _, row := range rows {
		if row.Record == id && row.Version > version {
			first = row
		}
	}
	return slices.DeleteFunc(rows, func(row journal.Row) bool {
		return first.ID.IsZero() || row.Tx != first.Tx && slices.Compare(row.ID[:], first.ID[:]) < 0
	}), err
}
