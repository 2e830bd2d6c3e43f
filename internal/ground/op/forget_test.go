package op_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/op"
)

const keptAnswers = op.KeptAnswers * time.Millisecond

// office is some processes on one database, in a time that really passes and beside a clock that is set.
type office struct {
	*testing.T
	at      time.Duration // since the beginning, really
	clock   *calendar.Fake
	data    *op.Runner
	running []*op.Runner
	done    int
}

func newOffice(t *testing.T, r *op.Runner, processes int) *office {
	o := &office{T: t, clock: calendar.NewFake(now), data: r, running: make([]*op.Runner, processes)}
	for i := range o.running {
		o.start(i)
	}
	if err := r.Data.Write(t.Context(), func(tx *db.Tx) error {
		if _, err := db.Exec(tx, "DELETE FROM idempotency"); err != nil {
			return err
		}
		_, err := db.Exec(tx, "DELETE FROM lease")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return o
}

// start puts a process that has just begun in the place of one that has ended.
func (o *office) start(i int) {
	began := o.at
	o.running[i] = &op.Runner{Data: o.data.Data, Vault: o.data.Vault, Clock: o.clock}
	o.running[i].SetUptime(func() time.Duration { return o.at - began })
}

func (o *office) passes(d time.Duration) {
	o.at += d
	o.clock.Advance(d)
}

func (o *office) forgets(i int) {
	o.Helper()
	if err := o.running[i].Forget(o.Context()); err != nil {
		o.Fatal(err)
	}
}

// asks has a process do what is done once a key, and gives which doing it was.
func (o *office) asks(i int, key string) int {
	o.Helper()
	said, err := op.Do(op.WithKey(o.Context(), key), o.running[i], worker, "lamp.ask", key, func(*op.Tx) (int, error) {
		o.done++
		return o.done, nil
	})
	if err != nil {
		o.Fatal(err)
	}
	return said
}

func (o *office) kept() (n int) {
	o.Helper()
	if err := o.data.Read(o.Context(), func(q *db.Reader) (err error) {
		n, err = db.One[int](q, "SELECT COUNT(*) FROM idempotency")
		return err
	}); err != nil {
		o.Fatal(err)
	}
	return n
}

// TestAnswersAreKeptWhateverTheClockDoes has the clock leap any way, time pass, and processes end,
// begin and forget in any order: within a day nobody does the same twice, and when time has passed
// long enough nothing is kept.
func TestAnswersAreKeptWhateverTheClockDoes(t *testing.T) {
	each(t, func(t *testing.T, r *op.Runner) {
		rapid.Check(t, func(rt *rapid.T) {
			o := newOffice(t, r, 3)
			type answered struct {
				at   time.Duration
				said int
			}
			var all []answered
			again := func(n int) {
				if o.at-all[n].at >= keptAnswers {
					return
				}
				if said := o.asks(rapid.IntRange(0, 2).Draw(rt, "by"), fmt.Sprint(n)); said != all[n].said {
					rt.Fatalf("asked again after %s, and done again", o.at-all[n].at)
				}
			}
			for range rapid.IntRange(1, 60).Draw(rt, "steps") {
				by := rapid.IntRange(0, 2).Draw(rt, "process")
				switch rapid.SampledFrom([]string{"ask", "again", "pass", "leap", "forget", "forget", "restart"}).Draw(rt, "what") {
				case "ask":
					all = append(all, answered{o.at, o.asks(by, fmt.Sprint(len(all)))})
				case "again":
					if len(all) > 0 {
						again(rapid.IntRange(0, len(all)-1).Draw(rt, "which"))
					}
				case "pass":
					o.passes(time.Duration(rapid.IntRange(1, 6*60).Draw(rt, "minutes")) * time.Minute)
				case "leap":
					o.clock.Advance(time.Duration(rapid.IntRange(-10_000, 10_000).Draw(rt, "hours")) * time.Hour)
				case "forget":
					o.forgets(by)
				case "restart":
					o.start(by)
				}
			}
			for n := range all {
				again(n)
			}
			by := rapid.IntRange(0, 2).Draw(rt, "the last")
			for range 28 {
				o.forgets(by)
				o.passes(time.Hour)
			}
			if n := o.kept(); n != 0 {
				rt.Fatalf("%d answers are kept for ever", n)
			}
		})
	})
}

// TestNoTimeIsCountedThatDidNotPass has processes that saw the mark long ago forget at once, just after
// an answer was given: what they lived through before it is not the answer's age.
func TestNoTimeIsCountedThatDidNotPass(t *testing.T) {
	each(t, func(t *testing.T, r *op.Runner) {
		for processes := 1; processes <= 3; processes++ {
			o := newOffice(t, r, processes)
			all := func() {
				for i := range o.running {
					o.forgets(i)
				}
			}
			all()
			o.passes(10 * time.Hour)
			said, at := o.asks(0, "once"), o.at
			for all(); o.at-at+59*time.Minute < keptAnswers; all() {
				o.passes(59 * time.Minute)
				if again := o.asks(0, "once"); again != said {
					t.Fatalf("of %d processes: done again after %s", processes, o.at-at)
				}
			}
			if n := o.kept(); n != 1 {
				t.Errorf("of %d processes: %d answers are kept after %s", processes, n, o.at-at)
			}
		}
	})
}

// TestForgettingKeepsUp has three workers forget by turns, as a periodic job comes to one or another.
func TestForgettingKeepsUp(t *testing.T) {
	each(t, func(t *testing.T, r *op.Runner) {
		o := newOffice(t, r, 3)
		for turn := 0; o.at < 5*keptAnswers; turn++ {
			if turn%8 == 0 {
				o.asks(0, fmt.Sprint(turn))
			}
			o.forgets(turn % 3)
			o.passes(op.ForgetEvery)
		}
		if n := o.kept(); n < 12 || n > 14 { // one every two hours
			t.Errorf("%d answers are kept of a day and two hours", n)
		}
		if n := o.asks(1, "0"); n != o.done {
			t.Error("what was asked four days ago is still answered")
		}
	})
}
