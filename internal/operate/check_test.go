package operate_test

import (
	"slices"
	"testing"

	"kizuna/internal/ground/db"
	"kizuna/internal/kizunatest"
	"kizuna/internal/operate"
)

// TestCheckLooksAtThePages takes away what the full-text index of SQLite is kept in.
func TestCheckLooksAtThePages(t *testing.T) {
	run := lived(t, kizunatest.NewDB(t, db.SQLite))
	if found, err := operate.Check(ctx, run.Data, run.Vault); err != nil || len(found) > 0 {
		t.Fatalf("before: %v, %v", found, err)
	}
	if err := run.Data.Script(ctx, "DELETE FROM search_index_data WHERE id > 100"); err != nil {
		t.Fatal(err)
	}
	found, err := operate.Check(ctx, run.Data, run.Vault)
	if err != nil || !slices.ContainsFunc(found, func(f operate.Finding) bool { return f.Part == "pages" }) {
		t.Errorf("found %v, %v", found, err)
	}
}
