package cases_test

import (
	"context"
	"regexp"
	"strings"
	"testing"

	"kizuna/internal/casework/cases"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/kizunatest"
)

// step is a line of SQLite's plan.
type step struct {
	ID     int64  `db:"id"`
	Parent int64  `db:"parent"`
	Unused int64  `db:"notused"`
	Detail string `db:"detail"`
}

// walks is a walk through a whole table, or through an index that holds every
// row of it; what a subquery gave is short.
var walks = regexp.MustCompile(`^SCAN (c|p|n|reach|journal|case_[a-z]+|person|alert|account_[a-z]+|organization|team)( USING (COVERING )?INDEX (case_file_(owner|team|due|number)|\w+_once).*)?$`)

// TestPlansUseIndexes asks SQLite how it would run every statement of the
// interactive pages: none may walk a table.
func TestPlansUseIndexes(t *testing.T) {
	eachDesk(t, func(t *testing.T, d desk) {
		worker := kizunatest.Staff(access.Caseworker)
		worker.Teams = append(worker.Teams, db.NewID())
		c := d.open(worker)
		many, wide := worker, worker
		for range 20 {
			many.Teams = append(many.Teams, db.NewID())
		}
		wide.Wide = true
		traced, trace := db.WithTrace(context.Background())
		for _, a := range []access.Actor{worker, many, wide} {
			for _, view := range cases.Views {
				list, err := d.Worklist(traced, a, cases.Filter{View: view, Limit: 1})
				if err != nil {
					t.Fatal(err)
				}
				if len(list.Rows) == 1 && list.Next != "" {
					t.Fatal("one case gave two pages")
				}
			}
		}
		if _, err := d.Get(traced, worker, c.ID); err != nil {
			t.Fatal(err)
		}
		if _, _, err := d.Prompts(traced, worker, 10); err != nil {
			t.Fatal(err)
		}
		if d.run.Data.Engine() != db.SQLite {
			t.Skip("the plans of SQLite speak for the indexes")
		}
		for _, s := range trace.Statements {
			var plan []step
			if strings.HasPrefix(s.Text, "INSERT") {
				continue
			}
			if err := d.run.Read(ctx, func(q *db.Reader) (err error) {
				plan, err = db.All[step](q, "EXPLAIN QUERY PLAN "+s.Text, s.Args...)
				return err
			}); err != nil {
				t.Fatal(err)
			}
			for _, p := range plan {
				if walks.MatchString(p.Detail) {
					t.Errorf("%s\n  in %s", p.Detail, s.Text)
				}
			}
		}
	})
}
