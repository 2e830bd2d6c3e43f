package fault

import (
	"context"
	"fmt"
	"slices"
	"syscall"
	"testing"
	"time"

	"kizuna/internal/ground/db"
	"kizuna/internal/ground/jobs"
	"kizuna/internal/kizunatest"
)

// expiry is work of the program's own that changes records: it ends what consents have run out.
const expiry = "consent.expire"

// TestWorkerDies ends a worker in the middle of a piece of work that changes many records, or freezes
// it, as a machine does that is moved elsewhere, and lets it go on when another has done the work.
// The other takes it up when the lease has run out, and each record is changed exactly once.
func TestWorkerDies(t *testing.T) {
	long(t)
	t.Parallel()
	if !slices.Contains(kizunatest.Engines(t), db.Postgres) {
		t.Skip("PostgreSQL is not asked for: a SQLite file has one worker")
	}
	for name, frozen := range map[string]bool{"killed": false, "frozen": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t, db.Postgres)
			run := p.demo(t)
			run.ends(t) // it worked too
			run = p.start(t, "serve", "--no-worker")
			l, d := newLoad(t, p, seed(t), run.base), p.open(t)
			l.play()
			l.run(150, l.finish)
			l.holds(t, d, 0)
			over := l.outdated(t, d)

			release := hold(t, d, "SELECT id FROM consent WHERE id = ? FOR UPDATE", db.MustID(over[len(over)/2].id))
			first := p.background(t, "work")
			work := expire(t, d)
			t.Cleanup(release)
			eventually(t, d, "the worker is not in the middle", 1, waiting)
			stuck := int64(1) // the server has noticed by then that who was killed is gone
			if frozen {
				stuck = 2
				if err := first.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
					t.Fatal(err)
				}
			} else {
				first.kill()
			}
			second := p.background(t, "work")
			began := time.Now()
			eventually(t, d, "nobody takes the work up", 1, "SELECT COUNT(*) FROM job WHERE id = ? AND state = 'running' AND tries = 2", work)
			taken := time.Since(began)
			eventually(t, d, "the second worker is not in the middle", stuck, waiting)
			release()
			eventually(t, d, "the work is not done", 1, "SELECT COUNT(*) FROM job WHERE id = ? AND state = 'done' AND tries = 2", work)
			done := time.Since(began)
			if frozen {
				if err := first.cmd.Process.Signal(syscall.SIGCONT); err != nil {
					t.Fatal(err)
				}
				first.ends(t)
			}
			for _, r := range over {
				if n, err := count(d, "SELECT COUNT(*) FROM journal WHERE record = ? AND step = 'expire'", db.MustID(r.id)); err != nil || n != 1 {
					t.Errorf("consent %s has expired %d times (%v)", r.id, n, err)
				}
				r.want["status"] = "expired"
				r.version++
			}
			drained(t, d, 0)
			l.holds(t, d, 1)
			l.everything(t)
			report(t, p, "worker "+name+" in the middle", fmt.Sprintf("%d records under its hand, taken up again after %.0f s, done after %.0f s, each changed once", len(over), taken.Seconds(), done.Seconds()))
			second.ends(t)
			run.ends(t)
		})
	}
}

// outdated lets the consents that were given run out.
func (l *load) outdated(t *testing.T, d *db.DB) (all []*record) {
	t.Helper()
	for _, r := range l.records {
		if r.kind == "consent" && r.want["status"] == "given" {
			must(t, d, "UPDATE consent SET until_date = ? WHERE id = ?", day(-1), db.MustID(r.id))
			all = append(all, r)
		}
	}
	if len(all) < 3 {
		t.Fatalf("%d consents are too few to be in the middle of", len(all))
	}
	return all
}

// expire queues the work once and gives its id.
func expire(t testing.TB, d *db.DB) (id db.ID) {
	t.Helper()
	if err := d.Write(t.Context(), func(tx *db.Tx) (err error) {
		id, err = jobs.Queue(tx, jobs.Job{Kind: expiry})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return id
}

// waiting counts who is in the middle of ending consents and cannot go on.
const waiting = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE 'UPDATE consent %'"

// hold takes rows and keeps them until it is released.
func hold(t testing.TB, d *db.DB, text string, args ...any) (release func()) {
	t.Helper()
	held, free, over := make(chan error, 1), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(over)
		err := d.Write(context.WithoutCancel(t.Context()), func(tx *db.Tx) error {
			_, err := db.Exec(tx, "SET LOCAL idle_in_transaction_session_timeout = 0")
			if err == nil {
				_, err = db.One[db.ID](tx, text, args...)
			}
			held <- err
			if err == nil {
				<-free
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}()
	if err := <-held; err != nil {
		t.Fatal(err)
	}
	released := false
	return func() {
		if !released {
			released = true
			close(free)
			<-over
		}
	}
}

// eventually waits until a count is at least this.
func eventually(t testing.TB, d *db.DB, what string, want int64, text string, args ...any) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	look := time.NewTicker(50 * time.Millisecond)
	defer look.Stop()
	for {
		n, err := count(d, text, args...)
		if err != nil {
			t.Fatal(err)
		}
		if n >= want {
			return
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			t.Fatalf("%s: %d instead of %d", what, n, want)
		}
	}
}
