package payment

import (
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/op"
)

// OnMerge refuses to merge two records of a person while both have a confirmed
// account: where money goes is for somebody to say. It belongs into
// people.Room.OnMerge.
func OnMerge(tx *op.Tx, keep, other db.ID) error {
	accounts, err := confirmedOf(tx, "person", []db.ID{keep, other})
	if err == nil && len(accounts) > 1 {
		err = fault.Conflict("payment.fault.merge_accounts")
	}
	return err
}
