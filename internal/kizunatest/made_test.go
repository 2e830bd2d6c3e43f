package kizunatest_test

import (
	"testing"

	"kizuna/internal/ground/db"
	"kizuna/internal/kizunatest"
)

func TestMadeIsMadeOnceAndCopiesAreApart(t *testing.T) {
	made := map[db.Engine]int{}
	agency := kizunatest.Made[string]{Make: func(t testing.TB, d *db.DB) string {
		made[d.Engine()]++
		if err := d.Write(t.Context(), func(tx *db.Tx) error {
			_, err := db.Exec(tx, "INSERT INTO number_block (series, next) VALUES (?, ?)", "case", 1)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return "case"
	}}
	for range 2 {
		agency.Each(t, func(t *testing.T, d *db.DB, series string) {
			if err := d.Write(t.Context(), func(tx *db.Tx) error {
				next, err := db.One[int](tx, "SELECT next FROM number_block WHERE series = ?", series)
				if err != nil || next != 1 {
					t.Errorf("the copy has %d (%v): another test has written it, or it is empty", next, err)
				}
				_, err = db.Exec(tx, "UPDATE number_block SET next = 2 WHERE series = ?", series)
				return err
			}); err != nil {
				t.Fatal(err)
			}
		})
	}
	for _, e := range kizunatest.Engines(t) {
		if made[e] != 1 {
			t.Errorf("made %d times on %s", made[e], e)
		}
	}
}
