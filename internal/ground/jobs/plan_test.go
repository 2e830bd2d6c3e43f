package jobs_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"kizuna/internal/ground/db"
	. "kizuna/internal/ground/jobs"
)

// Every statement that runs while people wait finds its rows by an index,
// however many ended jobs there are.
func TestPlansUseAnIndex(t *testing.T) {
	onBench(t, func(t *testing.T, b *bench) {
		ctx, trace := db.WithTrace(t.Context())
		w := b.worker(Kind{Name: "x", Run: func(ctx context.Context, c Claimed) error {
			if err := queueAnother(ctx, b); err != nil {
				return err
			}
			return c.Progress(ctx, 1, 1)
		}})
		id := b.queue(Job{Kind: "x", Key: "k"})
		if _, err := w.Drain(ctx); err != nil {
			t.Fatal(err)
		}
		err := b.db.Write(ctx, func(tx *db.Tx) error {
			for _, s := range []State{Waiting, Running, Done} {
				if _, _, err := List(tx, s, nil, 10); err != nil {
					return err
				}
			}
			if _, err := Owned(tx, id, 10); err != nil {
				return err
			}
			if _, err := HealthAt(tx, b.clock.Now()); err != nil {
				return err
			}
			_, err := Sweep(tx, b.clock.Now().Add(-time.Hour))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for _, s := range trace.Statements {
			if seen[s.Text] || !strings.Contains(s.Text, "job") {
				continue
			}
			seen[s.Text] = true
			if plan := b.plan(s); strings.Contains(plan, "Seq Scan on job") || strings.Contains(plan, "SCAN job\n") {
				t.Errorf("reads the whole table:\n%s\n%s", s.Text, plan)
			}
		}
		if len(seen) < 12 {
			t.Errorf("only %d statements seen", len(seen))
		}
	})
}

// queueAnother queues from within work, so that its statement is traced too.
func queueAnother(ctx context.Context, b *bench) error {
	return b.db.Write(ctx, func(tx *db.Tx) error {
		_, err := Queue(tx, Job{Kind: "nobody's", Key: "k"})
		return err
	})
}

func (b *bench) plan(s db.Statement) (plan string) {
	b.t.Helper()
	b.write(func(tx *db.Tx) error {
		if tx.Engine() == db.Postgres {
			if _, err := db.Exec(tx, "SET LOCAL enable_seqscan = off"); err != nil {
				return err
			}
			lines, err := db.All[string](tx, "EXPLAIN "+s.Text, s.Args...)
			plan = strings.Join(lines, "\n") + "\n"
			return err
		}
		type step struct {
			ID      int    `db:"id"`
			Parent  int    `db:"parent"`
			Notused int    `db:"notused"`
			Detail  string `db:"detail"`
		}
		steps, err := db.All[step](tx, "EXPLAIN QUERY PLAN "+s.Text, s.Args...)
		for _, st := range steps {
			plan += st.Detail + "\n"
		}
		return err
	})
	return plan
}
