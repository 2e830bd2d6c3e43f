package task_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/vault"
	"kizuna/internal/kizunatest"
	"kizuna/internal/office/task"
)

// caseSeen is the only "case" that anybody sees here.
var caseSeen = db.NewID()

func open(t *testing.T, d *db.DB) *task.Room {
	t.Helper()
	v, err := vault.Create(filepath.Join(t.TempDir(), "key"))
	if err != nil {
		t.Fatal(err)
	}
	clock := calendar.NewFake(calendar.TimeOf(time.Date(2026, 11, 24, 1, 0, 0, 0, time.UTC)))
	r := task.New(&op.Runner{Data: d, Vault: v, Clock: clock})
	r.Sees["case"] = func(_ db.Q, a access.Actor, _ calendar.Time, id db.ID) (bool, error) {
		return id == caseSeen && a.Is(access.Caseworker, access.Supervisor), nil
	}
	return r
}

func caseworker(teams ...db.ID) access.Actor {
	return access.Actor{ID: db.NewID(), Roles: []access.Role{access.Caseworker}, Teams: teams}
}

func want(t *testing.T, err error, k fault.Kind) {
	t.Helper()
	if !errors.Is(err, k) {
		t.Errorf("got %v, want %s", err, k)
	}
}

func TestFlow(t *testing.T) {
	kizunatest.Golden(t, "testdata/flow.txt", task.Flow.Describe().Matrix())
	if err := text.Check(); err != nil {
		t.Error(err)
	}
}

func TestTheWayOfATask(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		r, ctx, team := open(t, d), t.Context(), db.NewID()
		aoi, ren := caseworker(team), caseworker()
		_, err := r.Create(ctx, aoi, task.Input{Title: "both", Assignee: aoi.ID, Queue: team})
		want(t, err, fault.KindInvalid)
		x, err := r.Create(ctx, aoi, task.Input{Title: "電話する", Queue: team, Due: "2026-12-01"})
		if err != nil {
			t.Fatal(err)
		}
		_, err = r.Task(ctx, ren, x.ID)
		want(t, err, fault.KindNotFound)
		_, err = r.Step(ctx, ren, x.ID, "start", task.StepInput{})
		want(t, err, fault.KindNotFound)
		if x, err = r.Step(ctx, aoi, x.ID, "start", task.StepInput{Version: 1}); err != nil || x.Assignee != aoi.ID || !x.Queue.IsZero() {
			t.Fatalf("who starts it takes it: %+v %v", x, err)
		}
		_, err = r.Step(ctx, aoi, x.ID, "complete", task.StepInput{Version: 1})
		if fault.Status(err) != 412 {
			t.Errorf("from an old version: %v", err)
		}
		if x, err = r.Step(ctx, aoi, x.ID, "complete", task.StepInput{}); err != nil || x.EndedAt == 0 {
			t.Fatal(err)
		}
		if list, _, err := r.List(ctx, aoi, task.Filter{}); err != nil || len(list) != 0 {
			t.Errorf("a task that is done is still listed: %v", err)
		}
		_, err = r.Step(ctx, aoi, x.ID, "cancel", task.StepInput{Reason: "late"})
		want(t, err, fault.KindConflict)
		if x, err = r.Step(ctx, aoi, x.ID, "reopen", task.StepInput{}); err != nil || x.EndedAt != 0 {
			t.Fatal(err)
		}
		if x, err = r.Edit(ctx, aoi, x.ID, task.Patch{Version: x.Version, Assignee: &ren.ID}); err != nil || x.Assignee != ren.ID || x.Title != "電話する" {
			t.Fatalf("handed on: %+v %v", x, err)
		}
		_, err = r.Step(ctx, ren, x.ID, "cancel", task.StepInput{})
		want(t, err, fault.KindInvalid)
		_, err = r.Step(ctx, ren, x.ID, "create", task.StepInput{})
		want(t, err, fault.KindNotFound)
		if _, err = r.Step(ctx, ren, x.ID, "cancel", task.StepInput{Reason: "moved away"}); err != nil {
			t.Fatal(err)
		}
	})
}

func TestATaskIsSeenWithItsRecord(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		r, ctx := open(t, d), t.Context()
		aoi, ren := caseworker(), caseworker()
		_, err := r.Create(ctx, aoi, task.Input{Title: "x", Assignee: aoi.ID, OwnerKind: "case", Owner: db.NewID()})
		want(t, err, fault.KindNotFound)
		_, err = r.Create(ctx, aoi, task.Input{Title: "x", Assignee: aoi.ID, OwnerKind: "secret", Owner: caseSeen})
		want(t, err, fault.KindNotFound)
		x, err := r.Create(ctx, aoi, task.Input{Title: "訪問する", Assignee: aoi.ID, OwnerKind: "case", Owner: caseSeen})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.Task(ctx, ren, x.ID); err != nil {
			t.Errorf("who sees the case does not see its task: %v", err)
		}
		if list, _, err := r.List(ctx, ren, task.Filter{OwnerKind: "case", Owner: caseSeen}); err != nil || len(list) != 1 {
			t.Errorf("the case's tasks: %v %v", list, err)
		}
		finance := access.Actor{ID: db.NewID(), Roles: []access.Role{access.FinanceOfficer}}
		_, err = r.Task(ctx, finance, x.ID)
		want(t, err, fault.KindNotFound)
	})
}

func TestDueFirst(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		r, ctx, team := open(t, d), t.Context(), db.NewID()
		aoi := caseworker(team)
		for i, due := range []calendar.Date{"", "2026-12-03", "2026-12-01", "2026-12-02", "2026-12-01"} {
			for _, in := range []task.Input{{Assignee: aoi.ID}, {Queue: team}} {
				in.Title, in.Due = fmt.Sprint(i), due
				if _, err := r.Create(ctx, aoi, in); err != nil {
					t.Fatal(err)
				}
			}
		}
		for _, f := range []task.Filter{{Limit: 2}, {Queue: team, Limit: 2}} {
			var order strings.Builder
			for {
				list, next, err := r.List(ctx, aoi, f)
				if err != nil {
					t.Fatal(err)
				}
				for _, x := range list {
					order.WriteString(x.Title)
				}
				if next.ID.IsZero() {
					break
				}
				f.After = next
			}
			if order.String() != "24310" {
				t.Errorf("in the order %s", order.String())
			}
		}
		_, _, err := r.List(ctx, aoi, task.Filter{Queue: db.NewID()})
		want(t, err, fault.KindNotFound)
	})
}

// The worklists read their index and sort nothing.
func TestWorklistPlans(t *testing.T) {
	d := kizunatest.NewDB(t, db.SQLite)
	r, team := open(t, d), db.NewID()
	aoi := caseworker(team)
	for _, f := range []task.Filter{{}, {Queue: team}, {OwnerKind: "case", Owner: caseSeen}} {
		ctx, trace := db.WithTrace(t.Context())
		if _, _, err := r.List(ctx, aoi, f); err != nil {
			t.Fatal(err)
		}
		s := trace.Statements[len(trace.Statements)-1]
		plan := explain(t, d, s)
		if !strings.Contains(plan, "USING INDEX task_") || strings.Contains(plan, "TEMP B-TREE") {
			t.Errorf("%s\n%s", s.Text, plan)
		}
	}
}

type planLine struct {
	ID      int64  `db:"id"`
	Parent  int64  `db:"parent"`
	NotUsed int64  `db:"notused"`
	Detail  string `db:"detail"`
}

func explain(t *testing.T, d *db.DB, s db.Statement) string {
	t.Helper()
	var plan strings.Builder
	err := d.Read(context.WithoutCancel(t.Context()), func(q *db.Reader) error {
		lines, err := db.All[planLine](q, "EXPLAIN QUERY PLAN "+s.Text, s.Args...)
		for _, l := range lines {
			plan.WriteString(l.Detail + "\n")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return plan.String()
}
