package intake

import (
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/op"
)

// OnMove lets an applicant who came to stand for another see the applications.
// It belongs into people.Room.OnMove.
func OnMove(tx *op.Tx, _, _ db.ID, records map[string][]db.ID) error {
	list, err := applicationsByID(tx, records[KindApplication])
	if err != nil {
		return err
	}
	for _, x := range list {
		if err := showApplicant(tx, x); err != nil {
			return err
		}
	}
	return nil
}
