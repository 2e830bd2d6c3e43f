package fault

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"kizuna/internal/ground/db"
	"kizuna/internal/ground/journal"
)

// tampering says what each column of the two chains is altered to.
var tampering = map[string]map[string]any{
	"journal": {
		"id": db.NewID(), "at": 5, "tx": db.NewID(), "actor": db.NewID(), "actor_kind": "robot", "via": db.NewID(), "step": "x", "entity": "x",
		"record": db.NewID(), "version": 90, "root_kind": "x", "root": db.NewID(), "from_state": "x", "to_state": "x", "changes": `{"name":["a","b"]}`, "mac": []byte{1},
	},
	"read_line": {"id": db.NewID(), "at": 5, "actor": db.NewID(), "what": "x", "root_kind": "x", "root": db.NewID(), "detail": "x", "mac": []byte{1}},
}

// TestAudit tampers with the sealed journal of a running installation, one row at a time, and has
// kizuna audit verify name it.
func TestAudit(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		run := p.demo(t)
		l, d := newLoad(t, p, seed(t), run.base), p.open(t)
		l.run(60, l.finish)
		l.everything(t) // opens every person: read lines
		sealed(t, d)
		if code := run.stop(t); code != 0 {
			t.Fatalf("the stop exits with %d", code)
		}
		anchor := filepath.Join(p.dir, "anchor")
		p.clean(t, "audit", "verify", "--anchor", anchor)
		tried := 0
		for _, chain := range []string{"journal", "read_line"} {
			tried += p.tamper(t, d, chain)
		}
		tried += p.cut(t, d, anchor)
		p.clean(t, "audit", "verify", "--anchor", anchor)
		report(t, p, "journal tampered with", fmt.Sprintf("%d ways, each named, exit 1", tried))
	})
}

// sealed waits until the running program has sealed what it wrote.
func sealed(t testing.TB, d *db.DB) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	look := time.NewTicker(50 * time.Millisecond)
	defer look.Stop()
	for {
		left, err := count(d, "SELECT (SELECT COUNT(*) FROM journal WHERE position IS NULL) + (SELECT COUNT(*) FROM read_line WHERE position IS NULL)")
		if err != nil {
			t.Fatal(err)
		}
		if left == 0 {
			return
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			t.Fatalf("%d rows are not sealed", left)
		}
	}
}

// names fails the test unless the verification fails and says all of this.
func (p *place) names(t *testing.T, what string, want []string, flags ...string) {
	t.Helper()
	said, code := p.command(t, append([]string{"audit", "verify"}, flags...)...)
	for _, w := range want {
		if !strings.Contains(said, w) {
			t.Errorf("%s: %q is not told, but\n%s", what, w, said)
		}
	}
	if code != 1 {
		t.Errorf("%s: exit %d\n%s", what, code, said)
	}
}

// tamper alters every column of one row of a chain, removes the row, and adds another.
func (p *place) tamper(t *testing.T, d *db.DB, chain string) (tried int) {
	t.Helper()
	columns := strings.Split(columnsOf(chain), ", ")
	for _, c := range columns {
		if _, ok := tampering[chain][c]; !ok {
			t.Fatalf("%s.%s is not tried", chain, c)
		}
	}
	var id db.ID
	if err := read(d, func(q db.Q) (err error) {
		id, err = db.One[db.ID](q, "SELECT id FROM "+chain+" WHERE position = 3")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	for _, column := range slices.Sorted(maps.Keys(tampering[chain])) {
		to := tampering[chain][column]
		named := id
		if column == "id" {
			named = to.(db.ID)
		}
		script(t, d, "CREATE TABLE kept AS SELECT * FROM "+chain+" WHERE position = 3")
		must(t, d, "UPDATE "+chain+" SET "+column+" = ? WHERE position = 3", to)
		p.names(t, chain+"."+column, []string{chain + ": row " + named.String() + " (position 3) was altered"})
		must(t, d, "UPDATE "+chain+" SET "+column+" = (SELECT "+column+" FROM kept) WHERE position = 3")
		script(t, d, "DROP TABLE kept")
		tried++
	}
	planted(t, d, "DELETE FROM "+chain+" WHERE position = ?", "", 3, func() {
		p.names(t, chain+" row removed", []string{chain + ": the row at position 3 was removed"})
	})
	copied := db.NewID()
	must(t, d, "INSERT INTO "+chain+" ("+columnsOf(chain)+") SELECT "+strings.Replace(columnsOf(chain), "id,", "?,", 1)+" FROM "+chain+" WHERE position = 3", copied)
	p.names(t, chain+" row added", []string{chain + ": row " + copied.String() + " (position 0) was added"})
	must(t, d, "DELETE FROM "+chain+" WHERE id = ?", copied)
	return tried + 2
}

func columnsOf(chain string) string {
	if chain == "journal" {
		return db.Columns[journal.Row]("")
	}
	return db.Columns[journal.ReadRow]("")
}

// cut takes the newest seal away with all its rows: only a seal kept outside tells.
func (p *place) cut(t *testing.T, d *db.DB, anchor string) (tried int) {
	t.Helper()
	for _, chain := range []string{"journal", "read_line"} {
		var first int64
		if err := read(d, func(q db.Q) (err error) {
			first, err = db.One[int64](q, "SELECT first FROM journal_seal WHERE chain = ? ORDER BY seq DESC LIMIT 1", chain)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		script(t, d, "CREATE TABLE kept_seal AS SELECT * FROM journal_seal WHERE chain = ? AND first = ?", chain, first)
		must(t, d, "DELETE FROM journal_seal WHERE chain = ? AND first = ?", chain, first)
		planted(t, d, "DELETE FROM "+chain+" WHERE position >= ?", "", first, func() {
			p.clean(t, "audit", "verify") // nothing inside tells
			p.names(t, chain+" cut", []string{fmt.Sprintf("%s: the anchored seal is missing; what followed position %d may have been cut off", chain, first-1)}, "--anchor", anchor)
		})
		must(t, d, "INSERT INTO journal_seal SELECT * FROM kept_seal")
		script(t, d, "DROP TABLE kept_seal")
		tried++
	}
	return tried
}
