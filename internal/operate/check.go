package operate

import (
	"context"
	"fmt"

	"kizuna/internal/ground/db"
	"kizuna/internal/ground/journal"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/ground/vault"
)

// Finding is one thing that is not as it should be.
type Finding struct {
	Part string // schema, pages, references, ledger, journal
	Text string
}

// Check looks over the whole installation: the schema, the pages of SQLite's
// file, references between rows, the books and the journal. It changes nothing.
func Check(ctx context.Context, d *db.DB, v *vault.Vault) ([]Finding, error) {
	var out []Finding
	if unready := d.Ready(ctx); unready != nil {
		return append(out, Finding{"schema", unready.Error()}), nil //nolint:nilerr // that it is not ready is what was found
	}
	wrong, err := d.Sound(ctx)
	if err != nil {
		return nil, err
	}
	for _, w := range wrong {
		out = append(out, Finding{"pages", w})
	}
	err = d.Read(ctx, func(q *db.Reader) error {
		lost, err := db.Dangling(q)
		if err != nil {
			return err
		}
		for _, l := range lost {
			out = append(out, Finding{"references", l})
		}
		wrong, err := ledger.Check(q)
		for _, w := range wrong {
			out = append(out, Finding{"ledger", fmt.Sprint(w)})
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	verified, err := journal.Verify(ctx, d, v)
	for _, b := range verified.Broken {
		out = append(out, Finding{"journal", b.String()})
	}
	return out, err
}
