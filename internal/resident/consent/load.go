package consent

import (
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/op"
)

// LoadPast takes in what was disclosed before, in few statements, with journal
// rows as if it had been disclosed now. What is not valid refuses all.
func LoadPast(tx *op.Tx, in []Disclosure) error {
	for i := range in {
		if err := in[i].validate(); err != nil {
			return err
		}
	}
	return flow.Load(tx, DisclosureFlow, "disclose", in)
}
