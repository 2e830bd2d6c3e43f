package cases

import (
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/sight"
)

// OnMerge lets a person take part once where both of two records of theirs do:
// whom the case is mainly for stays, else the record that stays. It belongs
// into people.Room.OnMerge.
func OnMerge(tx *op.Tx, keep, other db.ID) error {
	both, err := takingPartTwice(tx, keep, other)
	if err != nil {
		return err
	}
	main := map[db.ID]bool{} // cases that are for the other
	for _, p := range both {
		if p.Person == other && p.Role == "main" {
			main[p.Case] = true
		}
	}
	return tx.As(access.TheSystem(), func() error {
		for _, p := range both {
			if (p.Person == keep) != main[p.Case] {
				continue
			}
			if _, err := flow.Take(tx, ParticipantFlow, "end", p, nil); err != nil {
				return err
			}
		}
		return nil
	})
}

// OnMove writes anew who reaches the persons of cases in which one person came
// to stand for another. It belongs into people.Room.OnMove.
func OnMove(tx *op.Tx, from, _ db.ID, records map[string][]db.ID) error {
	of, err := casesOf(tx, records[ParticipantFlow.Entity])
	if err != nil {
		return err
	}
	for _, c := range of {
		if err := lock(tx, c.ID); err != nil {
			return err
		}
		if err := sight.Close(tx, "person", from, because(c.ID)); err != nil {
			return err
		}
		if err := resight(tx, c); err != nil {
			return err
		}
	}
	return nil
}
