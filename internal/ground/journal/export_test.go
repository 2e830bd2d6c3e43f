package journal

import "kizuna/internal/ground/db"

// Interleave runs f after every look that a verification takes at rows, with how many it found, until the answer is called.
func Interleave(f func(found int)) (end func()) {
	was := verifyChains
	verifyChains = make([]verifyChain, len(was))
	for i, c := range was {
		verifyChains[i] = c
		verifyChains[i].sealed = func(q db.Q, first, last int64) ([]verifyRow, error) {
			rows, err := c.sealed(q, first, last)
			f(len(rows))
			return rows, err
		}
	}
	return func() { verifyChains = was }
}
