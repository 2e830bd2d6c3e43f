package bench

import (
	"context"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"testing"

	"kizuna/internal/generate"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/text"
	"kizuna/internal/kizunatest"
	"kizuna/internal/server"
)

// settled are tables that stay as large as the agency's set-up, however many
// residents there are; every other table must be entered by an index.
var settled = []string{"team", "program", "benefit", "plan_template", "extra_field", "code"}

// TestNoCallReadsALargeTableFromEndToEnd asks both engines how they answer the
// statements that the calls ran. PostgreSQL is told to avoid reading a table
// whole, which it would rather do with small ones: what it reads whole even so
// has no index at all to go by. It may still walk an index from end to end;
// SQLite, which has no statistics here, shows that.
func TestNoCallReadsALargeTableFromEndToEnd(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, template *db.DB) {
		ctx := t.Context()
		url := template.URL()
		if template.Engine() == db.Postgres {
			url += "&enable_seqscan=off"
		}
		d, err := db.Open(ctx, url, 4)
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		srv, err := server.New(server.Config{DB: d, Vault: kizunatest.Vault(t), Log: slog.New(slog.DiscardHandler), NoWork: true})
		if err != nil {
			t.Fatal(err)
		}
		defer srv.Close()
		if _, err := generate.Make(ctx, srv, generate.Options{Persons: 300, Seed: 1, Lang: text.JA, Today: "2026-11-24"}); err != nil {
			t.Fatal(err)
		}
		w, err := look(ctx, srv)
		if err != nil {
			t.Fatal(err)
		}
		defer w.leave(ctx)
		looked := 0
		var worklist []string
		needs := map[string]string{} // by index, the first call that goes by it
		screens, err := w.screens(ctx)
		if err != nil {
			t.Fatal(err)
		}
		named := w.calls()
		for i, c := range append(named, screens...) {
			times := warm
			if i >= len(named) {
				times = 1 // always the same record
			}
			for _, s := range traced(t, w, c, times) {
				looked++
				if d.Engine() == db.SQLite {
					for _, line := range explained(t, d, s) {
						if m := entered.FindStringSubmatch(line); m != nil && needs[m[1]] == "" {
							needs[m[1]] = c.Name
						}
					}
				}
				if c.Name == "worklist" && d.Engine() == db.SQLite {
					worklist = append(worklist, explained(t, d, s)...)
				}
				for _, table := range scanned(t, d, s) {
					t.Errorf("%s reads all of %s:\n%s", c.Name, table, s.Text)
				}
			}
		}
		// A view that few cases are in has an index of those alone, and SQLite must see that it is the better one.
		for _, index := range []string{"case_file_waiting", "case_file_new"} {
			if d.Engine() == db.SQLite && !strings.Contains(strings.Join(worklist, "\n"), index) {
				t.Errorf("the worklist counts a view without %s:\n%s", index, strings.Join(worklist, "\n"))
			}
		}
		kizunatest.Golden(t, fmt.Sprintf("testdata/indexes-%v.txt", d.Engine()), indexes(t, d, needs))
		if looked < 100 {
			t.Errorf("only %d statements were looked at", looked)
		}
		t.Logf("%d screens, %d statements", len(screens), looked)
		if len(screens) < 300 {
			t.Errorf("only %d screens were looked at", len(screens))
		}
		planted := db.Statement{Text: "SELECT n.id FROM person_name n WHERE n.given = ?", Args: []any{"修"}}
		if !slices.Equal(scanned(t, d, planted), []string{"person_name"}) {
			t.Errorf("a search without an index went unseen: %v", scanned(t, d, planted))
		}
	})
}

// entered names the index by which SQLite enters a table.
var entered = regexp.MustCompile(`USING (?:COVERING )?INDEX (\w+)`)

// indexes lists those that the schema names; on SQLite, whose plans do not change with what tables
// hold, with a call that goes by it, or none where it is for a rule or for what the program does by
// itself. An index that is taken away is missed here.
func indexes(t *testing.T, d *db.DB, needs map[string]string) string {
	t.Helper()
	text := "SELECT tbl_name || ' ' || name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY 1"
	if d.Engine() == db.Postgres {
		text = "SELECT tablename || ' ' || indexname FROM pg_indexes WHERE schemaname = current_schema() ORDER BY (tablename || ' ' || indexname) COLLATE \"C\""
	}
	var names []string
	if err := d.Read(t.Context(), func(q *db.Reader) (err error) {
		names, err = db.All[string](q, text)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, x := range names {
		_, name, _ := strings.Cut(x, " ")
		if need := needs[name]; need != "" {
			x += ": " + need
		}
		b.WriteString(x + "\n")
	}
	return b.String()
}

// loops is how often one request may ask the same statement, with whatever parameters; more often
// is a loop that grows with what it goes over.
const loops = 2

// traced gives the statements of a few requests of a call, each text once.
func traced(t *testing.T, w *world, c Call, rounds int) []db.Statement {
	t.Helper()
	run := timing{srv: w.srv, call: c, meter: w.meter, world: w}
	if err := run.prepare(t.Context(), warm); err != nil {
		t.Fatalf("%s: %v", c.Name, err)
	}
	var out []db.Statement
	for range rounds {
		ctx, trace := db.WithTrace(t.Context())
		if err := run.serve(run.request(ctx)); err != nil {
			t.Fatalf("%s: %v", c.Name, err)
		}
		asked := map[string]int{}
		for _, s := range trace.Statements {
			if asked[s.Text]++; asked[s.Text] == loops+1 {
				t.Errorf("%s asks the same more than %d times:\n%s", c.Name, loops, s.Text)
			}
			if !slices.ContainsFunc(out, func(known db.Statement) bool { return known.Text == s.Text }) {
				out = append(out, s)
			}
		}
	}
	return out
}

var (
	whole   = regexp.MustCompile(`^SCAN (\w+)(?: USING (?:COVERING )?INDEX (\w+))?$|Seq Scan on (\w+)`)
	derived = regexp.MustCompile(`\)\s+AS\s+(\w+)`)
	named   = regexp.MustCompile(`(?:FROM|JOIN|,)\s+(\w+)\s+(?:AS\s+)?(\w+)`)
)

// scanned names the large tables that an engine would read whole.
func scanned(t *testing.T, d *db.DB, s db.Statement) []string {
	t.Helper()
	tables := map[string]string{} // by what they are called in the statement
	for _, m := range named.FindAllStringSubmatch(s.Text, -1) {
		tables[m[2]] = m[1]
	}
	for _, m := range derived.FindAllStringSubmatch(s.Text, -1) {
		tables[m[1]] = "" // a part of the statement itself
	}
	var out []string
	for _, line := range explained(t, d, s) {
		m := whole.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		if m[2] != "" && partial(t, d, m[2]) {
			continue // of those that wait, and so on: as many as the work at hand
		}
		table := m[1] + m[3]
		if real, ok := tables[table]; ok {
			table = real
		}
		if grows(t, d, table) {
			out = append(out, table)
		}
	}
	return out
}

// partial says that an index of SQLite holds some of its table's rows only.
func partial(t *testing.T, d *db.DB, index string) (some bool) {
	t.Helper()
	if err := d.Read(t.Context(), func(q *db.Reader) (err error) {
		_, some, err = db.Maybe[int](q, "SELECT 1 FROM sqlite_master WHERE type = 'index' AND name = ? AND sql LIKE '% WHERE %'", index)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return some
}

func grows(t *testing.T, d *db.DB, table string) bool {
	t.Helper()
	var all []db.Table
	if err := d.Read(t.Context(), func(q *db.Reader) (err error) {
		all, err = db.Tables(q)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return !slices.Contains(settled, table) && slices.ContainsFunc(all, func(known db.Table) bool { return known.Name == table })
}

type planStep struct {
	ID     int    `db:"id"`
	Parent int    `db:"parent"`
	Unused int    `db:"notused"`
	Detail string `db:"detail"`
}

func explained(t *testing.T, d *db.DB, s db.Statement) (lines []string) {
	t.Helper()
	err := d.Read(context.Background(), func(r *db.Reader) (err error) {
		if d.Engine() == db.Postgres {
			lines, err = db.All[string](r, "EXPLAIN "+s.Text, s.Args...)
			return err
		}
		steps, err := db.All[planStep](r, "EXPLAIN QUERY PLAN "+s.Text, s.Args...)
		for _, x := range steps {
			lines = append(lines, x.Detail)
		}
		return err
	})
	if err != nil {
		t.Fatal(fmt.Errorf("%w\n%s", err, strings.TrimSpace(s.Text)))
	}
	return lines
}
