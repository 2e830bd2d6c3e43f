package benefit

import (
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/op"
)

// LoadPast takes in assignments that were made elsewhere before, in few
// statements, with journal rows as if each had been proposed here. The records
// must be valid: what was approved names its fund and its cost.
func LoadPast(tx *op.Tx, in []Assignment) error { return flow.Load(tx, Flow, "propose", in) }
