package cases

import (
	"strings"

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
	whys := make([]string, len(of))
	for i, id := range of {
		whys[i] = because(id)
	}
	if err := sight.CloseReasons(tx, "person", from, whys); err != nil {
		return err
	}
	return resightAll(tx, of)
}

// OnPart writes anew who reaches two persons by their cases: a case may have
// been given to others, or one of the two have left it, while they were one
// record. It belongs into people.Room.OnPart.
func OnPart(tx *op.Tx, persons ...db.ID) error {
	for _, p := range persons {
		list, err := sight.Of(tx, "person", p)
		if err != nil {
			return err
		}
		var whys []string
		for _, x := range list {
			if strings.HasPrefix(x.Why, byCase) {
				whys = append(whys, x.Why)
			}
		}
		if err := sight.CloseReasons(tx, "person", p, whys); err != nil {
			return err
		}
	}
	of, err := casesWith(tx, persons)
	if err != nil {
		return err
	}
	return resightAll(tx, of)
}

// resightAll writes anew who reaches some cases, as they are once nobody else
// can change them.
func resightAll(tx *op.Tx, of []db.ID) error {
	if len(of) == 0 {
		return nil
	}
	if err := lock(tx, of...); err != nil {
		return err
	}
	list, err := CasesOf(tx, of...)
	if err != nil {
		return err
	}
	for _, id := range of {
		if err := resight(tx, list[id]); err != nil {
			return err
		}
	}
	return nil
}
