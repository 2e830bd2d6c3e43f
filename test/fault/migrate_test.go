package fault

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"sync"
	"testing"
	"time"

	"kizuna/internal/ground/db"
	"kizuna/internal/kizunatest"
)

// TestMigrate starts several migrations of one empty place at once, and kills them half-way again
// and again: one that is let through in the end leaves the schema that one undisturbed leaves, and
// the agency can be set up in it.
func TestMigrate(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		began := time.Now()
		p.clean(t, "migrate")
		takes := time.Since(began)
		want := schema(t, p.url)

		at := &place{engine: p.engine, dir: t.TempDir(), url: kizunatest.EmptyURL(t, p.engine)}
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() { at.clean(t, "migrate") })
		}
		all.Wait()
		same(t, "four at once", want, schema(t, at.url))
		at.clean(t, "check")

		choose := rand.New(rand.NewPCG(seed(t), 0))
		kills, whole := 0, 0
		for range turns(t, 3) {
			broken := &place{engine: p.engine, dir: t.TempDir(), url: kizunatest.EmptyURL(t, p.engine)}
			for range 3 {
				if broken.killed(t, time.Duration(choose.Float64()*float64(takes)), "migrate") {
					kills++
				} else {
					whole++
				}
			}
			broken.clean(t, "migrate")
			broken.clean(t, "check")
			same(t, "after kills", want, schema(t, broken.url))
			broken.clean(t, "migrate") // nothing is left to do
			if t.Failed() {
				break
			}
		}
		report(t, p, "migration", fmt.Sprintf("four at once, one schema; %d killed half-way and %d by then over, all then migrated to the same schema", kills, whole))
	})
}

// killed starts a command and kills it after some time; false when it ended before.
func (p *place) killed(t testing.TB, after time.Duration, words ...string) bool {
	t.Helper()
	cmd := p.run(t.Context(), words...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	timer := time.AfterFunc(after, func() { _ = cmd.Process.Kill() }) // it may have ended by itself
	defer timer.Stop()
	err := cmd.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return err != nil && exit.ExitCode() == -1
}

// schema is every table, column and index of a database, in words.
func schema(t testing.TB, url string) []string {
	t.Helper()
	d, err := db.Open(t.Context(), url, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	text := `SELECT type || ' ' || name || ' ' || COALESCE(sql, '') FROM sqlite_master WHERE name NOT LIKE 'goose%' AND name NOT LIKE 'sqlite_%' ORDER BY 1`
	if d.Engine() == db.Postgres {
		text = `SELECT table_name || ' ' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' || COALESCE(column_default, '') FROM information_schema.columns WHERE table_schema = 'public'
			UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
			UNION ALL SELECT CAST(conrelid AS regclass) || ' ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = CAST('public' AS regnamespace) ORDER BY 1`
	}
	var out []string
	if err := read(d, func(q db.Q) (err error) {
		out, err = db.All[string](q, text)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return out
}

func same(t testing.TB, when string, want, got []string) {
	t.Helper()
	if len(want) == 0 || len(want) != len(got) {
		t.Errorf("%s: %d parts of the schema instead of %d", when, len(got), len(want))
		return
	}
	for i := range want {
		if want[i] != got[i] {
			t.Errorf("%s: %s instead of %s", when, got[i], want[i])
			return
		}
	}
}
