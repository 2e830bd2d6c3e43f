package benefit

import (
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/op"
)

// OnMerge refuses to merge two records of a person while both are enrolled in
// one program: which place is given up is for somebody to say. It belongs into
// people.Room.OnMerge.
func OnMerge(tx *op.Tx, keep, other db.ID) error {
	twice, err := enrolledTwice(tx, keep, other)
	if err == nil && twice {
		err = fault.Conflict("benefit.fault.merge_enrolled")
	}
	return err
}
