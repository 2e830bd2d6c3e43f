package cases

import (
	"context"

	"kizuna/internal/ground/db"
	"kizuna/internal/ground/search"
)

// entryOf is what a case is found by.
func entryOf(id db.ID, number string) search.Entry {
	return search.Entry{Kind: "case", Owner: id, Fields: search.Fields{Numbers: []string{number}}}
}

// Reindex makes again what cases are found by where older rules made it, and tells for how many.
func (r *Room) Reindex(ctx context.Context) (int, error) {
	return search.Renew(ctx, r.run.Data, "case", func(q db.Q, ids []db.ID) ([]search.Entry, error) {
		type numbered struct {
			ID     db.ID  `db:"id"`
			Number string `db:"number"`
		}
		list, err := db.All[numbered](q, "SELECT id, number FROM case_file WHERE id IN (??)", db.ListOf(ids))
		out := make([]search.Entry, len(list))
		for i, c := range list {
			out[i] = entryOf(c.ID, c.Number)
		}
		return out, err
	})
}
