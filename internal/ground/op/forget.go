package op

import (
	"context"
	"sync"
	"time"

	"kizuna/internal/ground/db"
)

// KeptAnswers is how long a repeated request gets the first one's answer at least, in
// milliseconds: 24 hours, whatever the clock shows meanwhile.
const KeptAnswers = 24 * 60 * 60 * 1000

// ForgetEvery is how often a periodic job calls Forget.
const ForgetEvery = 15 * time.Minute

// passesAtOnce is how much time one call of Forget counts at most, in milliseconds: what several
// workers, each of whom is called in turn, have lived through since they were called before.
const passesAtOnce = 60 * 60 * 1000

// passedMark names the lease row in whose until stands how much time has surely passed: no hour, but
// the milliseconds that processes lived through between two calls of Forget, by their own stopwatches.
// An answer's at is how it stood then.
//
// It is never ahead of time: a process adds what it has lived through since it saw the mark only
// where the mark stands as it saw it, so that no moment is counted by two. It stands still while no
// process runs.
const passedMark = "op.passed"

// seen is how passedMark stood when this process's stopwatch showed so much.
type seen struct {
	mu     sync.Mutex
	known  bool
	passed int64 // milliseconds
	watch  time.Duration
}

// began is when the process's stopwatch was started. What is compared with it goes by the monotonic
// clock, which nobody sets.
var began = time.Now()

// stopwatch is how long this process has run.
func (r *Runner) stopwatch() time.Duration {
	if r.uptime != nil {
		return r.uptime()
	}
	return time.Since(began)
}

// Forget removes answers that were given longer ago than KeptAnswers, and where one worker runs keeps
// none for more than two hours longer; several, of whom none counts what another may have counted,
// keep them about half as long again. It does not go by the clock: were that set ahead, whoever is
// just asking again would do the same twice.
func (r *Runner) Forget(ctx context.Context) error {
	r.seen.mu.Lock()
	defer r.seen.mu.Unlock()
	var passed int64
	var watch time.Duration
	err := r.Data.Write(ctx, func(tx *db.Tx) error {
		was, err := mark(tx)
		if err != nil {
			return err
		}
		passed, watch = was, r.stopwatch() // the watch after the mark, lest time be counted that had passed before
		if !r.seen.known || r.seen.passed != was {
			return nil
		}
		passed += min((watch - r.seen.watch).Milliseconds(), passesAtOnce)
		if _, err := db.Exec(tx, "UPDATE lease SET until = ? WHERE name = ?", passed, passedMark); err != nil {
			return err
		}
		// An answer may have been given when the time that was counted last had all but passed.
		_, err = db.Exec(tx, "DELETE FROM idempotency WHERE at < ?", passed-KeptAnswers-passesAtOnce)
		return err
	})
	if err == nil {
		r.seen.known, r.seen.passed, r.seen.watch = true, passed, watch
	}
	return err
}

// mark reads passedMark and holds its row. Where none is yet it begins at nothing, and so do the
// answers that are there.
func mark(tx *db.Tx) (passed int64, err error) {
	passed, known, err := db.Maybe[int64](tx, "SELECT until FROM lease WHERE name = ?"+db.ForUpdate(tx), passedMark)
	if err != nil || known {
		return passed, err
	}
	n, err := db.Exec(tx, "INSERT INTO lease (name, owner, until) VALUES (?, ?, 0) ON CONFLICT (name) DO NOTHING", passedMark, db.NewID())
	if err == nil && n == 1 {
		_, err = db.Exec(tx, "UPDATE idempotency SET at = 0")
	}
	return 0, err
}
