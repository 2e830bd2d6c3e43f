package fault

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/jobs"
)

// long leaves a proof out where nobody asks for rounds: it takes longer than a change may wait.
func long(t testing.TB) {
	t.Helper()
	if os.Getenv("KIZUNA_FAULT_ROUNDS") == "" {
		t.Skip("a long proof: KIZUNA_FAULT_ROUNDS=1 go test ./test/fault, or tools/prove.sh power outage")
	}
}

// rounds is how often each engine is broken; so few unless somebody asks for more.
func rounds(t testing.TB, few int) int {
	t.Helper()
	said := os.Getenv("KIZUNA_FAULT_ROUNDS")
	if said == "" {
		return few
	}
	n, err := strconv.Atoi(said)
	if err != nil || n < 1 {
		t.Fatalf("KIZUNA_FAULT_ROUNDS is %q", said)
	}
	return n
}

// until is when the rounds stop even if there are more to come; none when nobody said.
func until(t testing.TB) time.Time {
	t.Helper()
	said := os.Getenv("KIZUNA_FAULT_FOR")
	if said == "" {
		return time.Time{}
	}
	d, err := time.ParseDuration(said)
	if err != nil {
		t.Fatalf("KIZUNA_FAULT_FOR: %v", err)
	}
	return time.Now().Add(d)
}

// turns are the rounds, until there were enough of them or their time is over; at least one.
func turns(t testing.TB, few int) func(yield func(int) bool) {
	t.Helper()
	n, stop := rounds(t, few), until(t)
	return func(yield func(int) bool) {
		for i := range n {
			if i > 0 && !stop.IsZero() && time.Now().After(stop) || !yield(i) {
				return
			}
		}
	}
}

// seed makes a run's choices repeatable; threads and the moment of a kill are not.
func seed(t testing.TB) uint64 {
	t.Helper()
	n := rand.Uint64()
	if said := os.Getenv("KIZUNA_FAULT_SEED"); said != "" {
		var err error
		if n, err = strconv.ParseUint(said, 10, 64); err != nil {
			t.Fatalf("KIZUNA_FAULT_SEED: %v", err)
		}
	}
	t.Logf("KIZUNA_FAULT_SEED=%d", n)
	return n
}

func read(d *db.DB, f func(q db.Q) error) error {
	return d.Read(context.Background(), func(q *db.Reader) error { return f(q) })
}

// TestKill kills the program again and again while it is worked hard. After each restart every
// acknowledged record is there as acknowledged, nothing is there by half, what was repeated
// happened once, the installation checks out, and in the end all queued work is done.
func TestKill(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		seed := seed(t)
		choose := rand.New(rand.NewPCG(seed, 0))
		run := p.demo(t)
		l, d := newLoad(t, p, seed, run.base), p.open(t)
		l.play()
		var ready []time.Duration
		unknown, queued := 0, 0
		for round := range turns(t, 3) {
			queued += queue(t, d, 40)
			l.run(20+choose.IntN(400), run.kill)
			unknown += len(l.open)
			run = p.serve(t)
			ready = append(ready, run.ready)
			l.moveTo(run.base)
			l.holds(t, d, round)
		}
		l.everything(t)
		if os.Getenv("KIZUNA_FAULT_ROUNDS") == "" {
			hasten(t, d)
		}
		drained(t, d, queued)
		report(t, p, "kill -9 under load", fmt.Sprintf("%d kills, %d acknowledged of %d kinds, %d claims approved, %d of unknown fate repeated, 0 lost, 0 half, %d jobs done, ready %s",
			len(ready), l.acked, len(l.counted), l.counted[story[len(story)-1].name], unknown, queued, spread(ready)))
		soon(t, "ready after a kill", ready, time.Second)
		run.ends(t)
	})
}

// queue adds work of a kind that the program itself has, without a key, so that each is one job.
func queue(t testing.TB, d *db.DB, n int) int {
	t.Helper()
	return queueAt(t, d, n, 0)
}

// queueAt is queue for work that is not due before a moment.
func queueAt(t testing.TB, d *db.DB, n int, at calendar.Time) int {
	t.Helper()
	work := slices.Repeat([]jobs.Job{{Kind: queuedKind, RunAt: at}}, n)
	if err := d.Write(t.Context(), func(tx *db.Tx) error { return jobs.QueueAll(tx, work...) }); err != nil {
		t.Fatal(err)
	}
	return n
}

const queuedKind = "op.forget"

// hasten lets the minute pass for which the killed program still holds work; long proofs wait for it.
func hasten(t testing.TB, d *db.DB) {
	t.Helper()
	if err := d.Write(t.Context(), func(tx *db.Tx) error {
		_, err := db.Exec(tx, "UPDATE job SET leased_until = 1 WHERE state = 'running'")
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

// drained waits until no work is left that is due, and counts what was done. What a killed program
// held comes back when its lease has run out.
func drained(t testing.TB, d *db.DB, queued int) {
	t.Helper()
	drainedBy(t, d, queued, time.Now().UnixMilli())
}

// drainedBy is drained of work that is due by a moment.
func drainedBy(t testing.TB, d *db.DB, queued int, moment int64) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	look := time.NewTicker(50 * time.Millisecond)
	defer look.Stop()
	for {
		left, err := count(d, "SELECT COUNT(*) FROM job WHERE state = 'running' OR state = 'waiting' AND run_at <= ?", moment)
		if err != nil {
			t.Fatal(err)
		}
		if left == 0 {
			break
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			t.Fatalf("%d jobs are still to do", left)
		}
	}
	done, err := count(d, "SELECT COUNT(*) FROM job WHERE state = 'done' AND kind = ? AND key = ''", queuedKind)
	if err != nil || done != int64(queued) {
		t.Errorf("%d jobs were queued, %d are done (%v)", queued, done, err)
	}
}

func count(d *db.DB, text string, args ...any) (n int64, err error) {
	err = read(d, func(q db.Q) error {
		n, err = db.One[int64](q, text, args...)
		return err
	})
	return n, err
}

func spread(all []time.Duration) string {
	all = slices.Sorted(slices.Values(all))
	ms := func(d time.Duration) int64 { return d.Milliseconds() }
	return fmt.Sprintf("median %d ms, slowest %d ms", ms(all[len(all)/2]), ms(all[len(all)-1]))
}

// soon fails a long proof, never the quick test, when the median took twice the bar: machines are shared.
func soon(t testing.TB, what string, all []time.Duration, bar time.Duration) {
	t.Helper()
	if median := slices.Sorted(slices.Values(all))[len(all)/2]; os.Getenv("KIZUNA_FAULT_ROUNDS") != "" && median > 2*bar {
		t.Errorf("%s: %s, more than twice %s", what, median, bar)
	}
}

// report prints a figure for docs/reliability.md.
func report(t testing.TB, p *place, what, figures string) {
	t.Helper()
	t.Logf("FIGURE | %s | %s | %s |", what, p.engine, figures)
}
