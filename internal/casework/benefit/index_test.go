package benefit

import (
	"strings"
	"testing"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/kizunatest"
)

type explained struct {
	ID     int    `db:"id"`
	Parent int    `db:"parent"`
	Unused int    `db:"notused"`
	Detail string `db:"detail"`
}

// TestNoQueryReadsATable asks SQLite how it would find what pages ask for:
// never by reading a whole table.
func TestNoQueryReadsATable(t *testing.T) {
	d := kizunatest.NewDB(t, db.SQLite)
	a, id := kizunatest.Staff(access.Caseworker), db.NewID()
	one := lens(a, 1).One("c.id")
	some := db.ListOf(open)
	for text, args := range map[string][]any{
		selectAssignment + partOfCase + one.SQL: append([]any{id}, one.Args...),
		textOfCase:                              {id}, textPlacesOf: {id}, textLooksOfCase: {id}, textLooks: {id}, textOpenOfCase: {id, some}, textOpenPlaces: {id, some},
		textOfPlan: {id, some}, textPlacesPlan: {id, some}, textOfPerson: {id, some}, textPlacesOwn: {id, some}, textLooksOf: {id}, textOpenLook: {id},
		textAllOfPlan: {id}, textAllPlaces: {id}, textLooksOfPlan: {id}, textMoney: {id, 50},
	} {
		err := d.Read(t.Context(), func(q *db.Reader) error {
			steps, err := db.All[explained](q, "EXPLAIN QUERY PLAN "+text, args...)
			for _, s := range steps {
				if strings.HasPrefix(s.Detail, "SCAN ") && !strings.Contains(s.Detail, "INDEX") {
					t.Errorf("%s\nis found by %s", text, s.Detail)
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
