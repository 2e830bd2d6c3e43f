package careplan

import (
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/op"
)

// OnMerge lets a person answer a plan once where both of two records of theirs
// were asked: an answer that was given stays before one that is waited for, and
// else that of the record that stays. It belongs into people.Room.OnMerge.
func OnMerge(tx *op.Tx, keep, other db.ID) error {
	list, err := answeredTwice(tx, keep, other)
	if err != nil {
		return err
	}
	of := map[db.ID][2]Agreement{} // by plan: of the one that stays, of the other
	var plans []db.ID
	for _, g := range list {
		pair, known := of[g.Plan]
		if !known {
			plans = append(plans, g.Plan)
		}
		if g.Person == keep {
			pair[0] = g
		} else {
			pair[1] = g
		}
		of[g.Plan] = pair
	}
	return tx.As(access.TheSystem(), func() error {
		for _, plan := range plans {
			pair := of[plan]
			goes := pair[1]
			if pair[0].Status == "asked" && goes.Status != "asked" {
				goes = pair[0]
			}
			if _, err := flow.Take(tx, AgreementFlow, "lapse", goes, nil); err != nil {
				return err
			}
		}
		return nil
	})
}
