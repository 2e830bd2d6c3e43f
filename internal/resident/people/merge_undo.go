package people

import (
	"context"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/journal"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/sight"
)

// UndoInput takes a merge back as an editor who saw a version wants it.
type UndoInput struct {
	Reason  string `json:"reason,omitempty"`
	Version int64  `json:"version"`
}

// Undo takes a merge back: every row that was moved belongs to the other again,
// and every field that still holds what the merge gave it holds what it held
// before. What was added or changed since stays where it is.
func (r *Room) Undo(ctx context.Context, a access.Actor, id db.ID, in UndoInput) (Merge, error) {
	var f fault.Fields
	line(&f, "/reason", &in.Reason, maxLine)
	if err := f.Err(); err != nil {
		return Merge{}, err
	}
	return op.Do(ctx, r.run, a, "person_merge.undo "+id.String(), in, func(tx *op.Tx) (Merge, error) {
		m, b, err := r.merged(tx, a, id)
		if err == nil {
			err = flow.Fresh(m, in.Version)
		}
		if err == nil && !a.Person.IsZero() && (a.Person == m.Person || a.Person == m.Merged) {
			err = fault.Forbid("people.fault.own_record")
		}
		if err != nil {
			return m, err
		}
		if err := r.unmerge(ctx, tx, m, b); err != nil {
			return m, err
		}
		tellChanged(tx, b.other.ID)
		return flow.Take(tx, MergeFlow, "undo", m, func(*Merge) {}, flow.Because(in.Reason))
	})
}

// merged loads and holds a merge and its two persons.
func (r *Room) merged(tx *op.Tx, a access.Actor, id db.ID) (Merge, both, error) {
	var b both
	m, err := loadMerge(tx, id)
	if err != nil {
		return m, b, err
	}
	if err := hold(tx, []db.ID{m.Person, m.Merged}); err != nil {
		return m, b, err
	}
	if b.keep, err = load(tx, a, tx.Now(), m.Person); err != nil {
		return m, b, err
	}
	if b.keep.Status != "active" {
		return m, b, fault.Conflict("people.fault.merged_on")
	}
	b.other, err = load(tx, access.TheSystem(), tx.Now(), m.Merged)
	return m, b, err
}

func (r *Room) unmerge(ctx context.Context, tx *op.Tx, m Merge, b both) error {
	did, err := linesOf(tx, m)
	if err != nil {
		return err
	}
	given, err := flow.GiveBack(tx, did.lines)
	if err != nil {
		return err
	}
	if err := moveBars(tx, given[InterestFlow.Entity]); err != nil {
		return err
	}
	if err := carryInterests(tx, m, b.other.ID); err != nil {
		return err
	}
	if err := r.part(ctx, tx, b, did.own); err != nil {
		return err
	}
	if err := unshareReach(tx, m); err != nil {
		return err
	}
	if err := r.moved(tx, b.keep.ID, b.other.ID, given); err != nil {
		return err
	}
	for _, follow := range r.OnPart {
		if err := follow(tx, b.keep.ID, b.other.ID); err != nil {
			return err
		}
	}
	return reopenCandidates(tx, m, did.candidates)
}

// unshareReach takes from the record that stayed what it was reached by through
// the merge, and gives the teams back that were shut out.
func unshareReach(tx *op.Tx, m Merge) error {
	// First what was closed: among it are teams that came from the other, and those go with it.
	if err := sight.Open(tx, reaches(m.Reach.V.Closed, m.Person)...); err != nil {
		return err
	}
	for _, x := range m.Reach.V.Opened {
		if err := sight.Close(tx, "person", m.Person, x.Why, x.Scope); err != nil {
			return err
		}
	}
	return nil
}

// reopenCandidates makes the two a candidate again, and those whom somebody
// proposed beside the other; those that the merge proposed instead are taken back.
func reopenCandidates(tx *op.Tx, m Merge, done map[db.ID]string) error {
	beside, err := duplicatesOf(tx, m.Person)
	if err != nil {
		return err
	}
	list, err := duplicatesOf(tx, m.Merged)
	if err != nil {
		return err
	}
	steps := map[string][]Duplicate{}
	for _, d := range append(list, beside...) {
		switch step := done[d.ID]; {
		case d.ID == m.Duplicate && d.Status == "merged":
			steps["separate"] = []Duplicate{d}
		case step == "withdraw" && d.Status == "withdrawn" && d.reported():
			steps["find_again"] = append(steps["find_again"], d)
		case (step == "find" || step == "find_again") && d.Status == "open":
			steps["withdraw"] = append(steps["withdraw"], d)
		}
	}
	if err := takeEach(tx, DuplicateFlow, "separate", steps["separate"], nil); err != nil {
		return err
	}
	return tx.As(access.TheSystem(), func() error {
		if err := takeEach(tx, DuplicateFlow, "find_again", steps["find_again"], nil); err != nil {
			return err
		}
		return takeEach(tx, DuplicateFlow, "withdraw", steps["withdraw"], nil)
	})
}

// undone is what a merge did, the latest last.
type undone struct {
	lines      []journal.Row           // of records of any room
	own        map[db.ID][]journal.Row // of the two persons, the latest first
	candidates map[db.ID]string        // the step on each candidate
}

func linesOf(tx *op.Tx, m Merge) (undone, error) {
	did := undone{own: map[db.ID][]journal.Row{}, candidates: map[db.ID]string{}}
	for _, id := range m.Txs.V {
		rows, err := journal.OfTx(tx, id)
		if err != nil {
			return did, err
		}
		for _, l := range rows {
			switch {
			case l.Entity == MergeFlow.Entity:
			case l.Entity == DuplicateFlow.Entity:
				did.candidates[l.Record] = l.Step
			case l.Record == m.Person || l.Record == m.Merged:
				did.own[l.Record] = append([]journal.Row{l}, did.own[l.Record]...)
			default:
				did.lines = append(did.lines, l)
			}
		}
	}
	return did, nil
}

// part writes the two persons as they were, as far as nobody changed them
// since. A protective measure of the one that was entered since goes on.
func (r *Room) part(ctx context.Context, tx *op.Tx, b both, own map[db.ID][]journal.Row) error {
	return tx.As(access.TheSystem(), func() error {
		keep, err := flow.Before(b.keep, own[b.keep.ID]...)
		if err != nil {
			return err
		}
		measures, err := db.All[Protection](tx, textProtections, b.keep.ID)
		if err != nil {
			return err
		}
		for _, m := range measures {
			keep.ProtectedUntil = max(keep.ProtectedUntil, m.end())
		}
		// The number first: the other takes it back.
		if _, err := r.wearAndTake(ctx, tx, b.keep, "separate", func(p *Person) { *p = keep }); err != nil {
			return err
		}
		other, err := flow.Before(b.other, own[b.other.ID]...)
		if err != nil {
			return err
		}
		_, err = r.wearAndTake(ctx, tx, b.other, "unmerge", func(p *Person) { *p = other })
		return err
	})
}

// end is the last day of a measure, noEnd without one.
func (m Protection) end() calendar.Date {
	if m.Until == "" {
		return noEnd
	}
	return m.Until
}
