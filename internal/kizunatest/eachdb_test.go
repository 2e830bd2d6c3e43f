package kizunatest_test

import (
	"testing"

	"kizuna/internal/ground/db"
	"kizuna/internal/kizunatest"
)

func TestEachDBGivesMigratedDatabasesOfItsOwn(t *testing.T) {
	seen := map[string]bool{}
	for range 2 {
		kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
			if seen[d.URL()] {
				t.Fatalf("%s was given before", d.URL())
			}
			seen[d.URL()] = true
			if err := d.Ready(t.Context()); err != nil {
				t.Fatal(err)
			}
			if err := d.Write(t.Context(), func(tx *db.Tx) error {
				left, err := db.All[string](tx, "SELECT series FROM number_block")
				if err != nil || len(left) > 0 {
					t.Errorf("left by another test: %v %v", left, err)
				}
				_, err = db.Exec(tx, "INSERT INTO number_block (series, next) VALUES (?, ?)", "case", 1)
				return err
			}); err != nil {
				t.Fatal(err)
			}
		})
	}
	if want := 2 * len(kizunatest.Engines(t)); len(seen) != want {
		t.Fatalf("%d databases for %d subtests", len(seen), want)
	}
}

func TestEmptyURLHasNoTables(t *testing.T) {
	for _, e := range kizunatest.Engines(t) {
		d := kizunatest.OpenDB(t, kizunatest.EmptyURL(t, e))
		err := d.Read(t.Context(), func(r *db.Reader) error {
			_, err := db.All[int](r, "SELECT min_binary FROM schema_level")
			return err
		})
		if err == nil {
			t.Errorf("%s: the empty database has a schema", e)
		}
	}
}
