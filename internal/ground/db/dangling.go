package db

import "fmt"

// Dangling names rows whose reference leads nowhere. PostgreSQL cannot have
// any, since it checks every reference when it is written.
func Dangling(q Q) ([]string, error) {
	if q.Engine() == Postgres {
		return nil, nil
	}
	type row struct {
		Table  string `db:"table"`
		RowID  int64  `db:"rowid"`
		Parent string `db:"parent"`
		Key    int64  `db:"fkid"`
	}
	rows, err := All[row](q, `SELECT "table", COALESCE(rowid, 0) AS rowid, parent, fkid FROM pragma_foreign_key_check`)
	if err != nil {
		return nil, err
	}
	out := make([]string, len(rows))
	for i, r := range rows {
		out[i] = fmt.Sprintf("a row of %s refers to a missing row of %s", r.Table, r.Parent)
	}
	return out, nil
}
