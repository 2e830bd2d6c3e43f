package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"math/rand/v2"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
)

// Handler does one piece of work. A nil error ends it; any other lets it be
// tried again later, unless it is GiveUp's. It may run more than once.
type Handler func(ctx context.Context, job Claimed) error

// Kind is one kind of work and how it is done.
type Kind struct {
	Name     string
	Run      Handler
	Periodic Schedule      // nil: only when queued
	Long     bool          // takes minutes: has runners of its own, and stops at once when the process does
	Tries    int64         // before it is dead; 0 is 12, about a day with the usual pause
	Pause    time.Duration // after the first failure, doubled after each other up to six hours; 0 is 20 s
}

const (
	usualTries = 12
	usualPause = 20 * time.Second
	maxPause   = 6 * time.Hour
)

// Options sets a worker up; the zero value is right for production.
type Options struct {
	Runners     int                  // pieces of work at a time; 0 is 4
	LongRunners int                  // pieces of long work at a time; 0 is 1
	Lease       time.Duration        // after which work of a silent worker is taken over; 0 is a minute
	Poll        time.Duration        // how often an idle worker looks; 0 is 200 ms
	Grace       time.Duration        // how long handlers may go on after a stop; 0 is 15 s
	Keep        time.Duration        // how long ended work stays visible; 0 is 3 days
	Random      func() float64       // for the spread of pauses, 0 ≤ r < 1; nil is math/rand
	Log         *slog.Logger         // nil is slog.Default
	OnDead      func(Claimed, error) // told when work dies
}

// Worker takes up work and does it.
type Worker struct {
	db    *db.DB
	clock calendar.Clock
	opt   Options
	id    db.ID
	kinds map[string]Kind
	slots map[string]calendar.Time // the last slot known to be queued
	wake  [2]chan struct{}         // one for each pool

	mu     sync.Mutex
	active map[db.ID]Claimed // what this process holds
	// failing counts how often in a row something of the worker's own has failed, by its name.
	failing map[string]int
}

// New makes a worker that knows only how to sweep ended work.
func New(d *db.DB, clock calendar.Clock, opt Options) *Worker {
	orElse(&opt.Runners, 4)
	orElse(&opt.LongRunners, 1)
	orElse(&opt.Lease, time.Minute)
	orElse(&opt.Poll, 200*time.Millisecond)
	orElse(&opt.Grace, 15*time.Second)
	orElse(&opt.Keep, 72*time.Hour)
	if opt.Random == nil {
		opt.Random = rand.Float64
	}
	if opt.Log == nil {
		opt.Log = slog.Default()
	}
	w := &Worker{db: d, clock: clock, opt: opt, id: db.NewID(), kinds: map[string]Kind{},
		slots: map[string]calendar.Time{}, wake: [2]chan struct{}{make(chan struct{}, 1), make(chan struct{}, 1)}, active: map[db.ID]Claimed{},
		failing: map[string]int{}}
	w.Register(Kind{Name: "jobs.sweep", Run: w.sweep, Periodic: Every(time.Hour)})
	return w
}

func orElse[T comparable](v *T, usual T) {
	var zero T
	if *v == zero {
		*v = usual
	}
}

// Register adds a kind of work, before the worker runs.
func (w *Worker) Register(k Kind) {
	if _, taken := w.kinds[k.Name]; taken || k.Name == "" || k.Run == nil {
		panic(fmt.Sprintf("jobs: kind %q is registered twice or half", k.Name))
	}
	orElse(&k.Tries, usualTries)
	orElse(&k.Pause, usualPause)
	w.kinds[k.Name] = k
}

// On is a Handler that gets its payload decoded.
func On[T any](f func(ctx context.Context, job Claimed, payload T) error) Handler {
	return func(ctx context.Context, job Claimed) error {
		var payload T
		if err := job.Decode(&payload); err != nil {
			return err
		}
		return f(ctx, job, payload)
	}
}

// Wake lets an idle worker look at once; call it after a commit that queued
// work.
func (w *Worker) Wake() {
	for _, pool := range w.wake {
		select {
		case pool <- struct{}{}:
		default:
		}
	}
}

func (w *Worker) sweep(ctx context.Context, _ Claimed) error {
	before := w.clock.Now().Add(-w.opt.Keep)
	for {
		var n int64
		err := w.db.Write(ctx, func(tx *db.Tx) (err error) {
			n, err = Sweep(tx, before)
			return err
		})
		if err != nil || n < sweepAtOnce {
			return err
		}
	}
}

// names lists the kinds of one pool.
func (w *Worker) names(long bool) []string {
	var names []string
	for _, k := range w.kinds {
		if k.Long == long {
			names = append(names, k.Name)
		}
	}
	slices.Sort(names)
	return names
}

// take claims work under a new lease.
func (w *Worker) take(ctx context.Context, kinds []string, n int) ([]Claimed, error) {
	lease := db.NewID()
	var rows []taken
	err := w.db.Write(ctx, func(tx *db.Tx) (err error) {
		rows, err = claim(tx, kinds, n, lease, w.clock.Now(), w.opt.Lease)
		return err
	})
	if err != nil {
		return nil, err
	}
	out := make([]Claimed, len(rows))
	w.mu.Lock()
	defer w.mu.Unlock()
	for i, r := range rows {
		out[i] = Claimed{ID: r.ID, Kind: r.Kind, Key: r.Key, Owner: r.Owner, RunAt: r.RunAt, Try: r.Tries, payload: r.Payload,
			held: &held{worker: w, lease: lease, bookmark: r.Bookmark, cancelled: r.Cancel}}
		w.active[r.ID] = out[i]
	}
	return out, nil
}

// outcome is how a piece of work ended in a handler.
type outcome struct {
	job   Claimed
	err   error
	given bool // to be given back: the worker stops
}

// run does one piece of work. ctx ends when the handler must stop.
func (w *Worker) run(ctx context.Context, c Claimed) outcome {
	if c.held.cancelled {
		return outcome{job: c, err: ErrCancelled}
	}
	if c.Try > w.kinds[c.Kind].Tries {
		return outcome{job: c, err: GiveUp(ErrLost)}
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	c.held.stop.Store(&stop)
	err := w.guarded(ctx, c)
	if err != nil {
		switch cause := context.Cause(ctx); {
		case errors.Is(cause, ErrStopping):
			return outcome{job: c, given: true}
		case errors.Is(cause, ErrCancelled), errors.Is(cause, ErrLost):
			err = cause
		}
	}
	return outcome{job: c, err: err}
}

// guarded turns a handler's panic into an error.
func (w *Worker) guarded(ctx context.Context, c Claimed) (err error) {
	defer func() {
		if p := recover(); p != nil {
			w.opt.Log.Error("job panicked", "kind", c.Kind, "job", c.ID, "stack", string(debug.Stack()))
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return w.kinds[c.Kind].Run(ctx, c)
}

// settle writes down how work ended, all in one transaction.
func (w *Worker) settle(ctx context.Context, list []outcome) error {
	now := w.clock.Now()
	done, back := map[db.ID][]db.ID{}, map[db.ID][]db.ID{}
	for _, o := range list {
		switch lease := o.job.held.lease; {
		case o.given:
			back[lease] = append(back[lease], o.job.ID)
		case o.err == nil:
			done[lease] = append(done[lease], o.job.ID)
		}
	}
	err := w.db.Write(ctx, func(tx *db.Tx) error {
		for lease, ids := range done {
			if _, err := finish(tx, lease, ids, now); err != nil {
				return err
			}
		}
		for lease, ids := range back {
			if err := giveBack(tx, lease, ids); err != nil {
				return err
			}
		}
		for _, o := range list {
			if o.err == nil || errors.Is(o.err, ErrLost) && !isGiveUp(o.err) {
				continue // a lost one is somebody else's now
			}
			to, at, why := w.after(o, now)
			ended := calendar.Time(0)
			if to != Waiting {
				ended = now
			}
			if err := fail(tx, o.job.held.lease, o.job.ID, to, at, why, ended); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	w.tell(list, now)
	w.mu.Lock()
	for _, o := range list {
		if a, ok := w.active[o.job.ID]; ok && a.held == o.job.held {
			delete(w.active, o.job.ID)
		}
	}
	w.mu.Unlock()
	return nil
}

func isGiveUp(err error) bool {
	var g giveUp
	return errors.As(err, &g)
}

// after decides what becomes of work that failed.
func (w *Worker) after(o outcome, now calendar.Time) (to State, at calendar.Time, why string) {
	k := w.kinds[o.job.Kind]
	why = shorten(o.err.Error())
	switch {
	case errors.Is(o.err, ErrCancelled):
		return Cancelled, now, ""
	case isGiveUp(o.err) || o.job.Try >= k.Tries:
		return Dead, now, why
	}
	pause := w.pause(k.Pause, o.job.Try)
	if f, ok := fault.As(o.err); ok {
		pause = max(pause, f.RetryAfter)
	}
	return Waiting, now.Add(pause), why
}

// pause doubles with each try and is spread by a quarter either way, so that
// work that failed together does not come back together.
func (w *Worker) pause(first time.Duration, try int64) time.Duration {
	grown := math.Min(float64(first)*math.Exp2(float64(try-1)), float64(maxPause))
	return time.Duration(grown * (0.75 + w.opt.Random()/2))
}

// tell logs failures and reports deaths.
func (w *Worker) tell(list []outcome, now calendar.Time) {
	for _, o := range list {
		if o.err == nil {
			continue
		}
		w.opt.Log.Warn("job failed", "kind", o.job.Kind, "job", o.job.ID, "try", o.job.Try, "fault", shorten(o.err.Error()))
		if to, _, _ := w.after(o, now); to == Dead && w.opt.OnDead != nil {
			w.opt.OnDead(o.job, o.err)
		}
	}
}

const maxFault = 500

// shorten keeps a fault to what a list can show.
func shorten(s string) string {
	if r := []rune(strings.ToValidUTF8(s, "")); len(r) > maxFault {
		return string(r[:maxFault]) + "…"
	}
	return strings.ToValidUTF8(s, "")
}

// tend renews what this worker holds, stops what was cancelled or lost, takes
// over what others have left, and recalls what a clock that was ahead put off.
func (w *Worker) tend(ctx context.Context) error {
	if err := w.renew(ctx); err != nil {
		return err
	}
	now, left := w.clock.Now(), false
	horizon := now.Add(2 * w.opt.Lease) // clocks of several machines differ
	var last calendar.Time
	err := w.db.Read(ctx, func(r *db.Reader) (err error) {
		if left, err = stale(r, now, horizon); err == nil {
			last, err = lastClock(r)
		}
		return err
	})
	if err != nil || !left && last <= now && now.Sub(last) < w.opt.Lease {
		return err
	}
	return w.db.Write(ctx, func(tx *db.Tx) error { return w.inherit(tx, now, horizon) })
}

// inherit takes over what silent workers held, notes what the clock shows, and where it has been
// set back recalls what would wait until it has come there again.
func (w *Worker) inherit(tx *db.Tx, now, horizon calendar.Time) error {
	taken, err := takeOver(tx, now, horizon)
	if err != nil {
		return err
	}
	last, _, err := lastTime(tx, clockMark, now, w.opt.Lease)
	recalled := int64(0)
	if err == nil && last > horizon {
		recalled, err = recall(tx, now, last.Add(2*w.opt.Lease))
	}
	if taken > 0 || recalled > 0 {
		w.opt.Log.Warn("jobs taken over from a silent worker or a clock that was ahead", "silent", taken, "ahead", recalled)
	}
	return err
}

func (w *Worker) renew(ctx context.Context) error {
	w.mu.Lock()
	held := make(map[db.ID]Claimed, len(w.active))
	leases := map[db.ID]bool{}
	for id, c := range w.active {
		held[id] = c
		leases[c.held.lease] = true
	}
	w.mu.Unlock()
	if len(held) == 0 {
		return nil
	}
	var names []db.ID
	for l := range leases {
		names = append(names, l)
	}
	var kept []renewed
	err := w.db.Write(ctx, func(tx *db.Tx) (err error) {
		kept, err = renew(tx, names, w.clock.Now().Add(w.opt.Lease))
		return err
	})
	if err != nil {
		return err
	}
	for _, k := range kept {
		if c, ok := held[k.ID]; ok && k.Cancel {
			c.end(ErrCancelled)
		}
		delete(held, k.ID)
	}
	for _, c := range held {
		if !c.held.finishing.Load() {
			c.end(ErrLost)
		}
	}
	return nil
}

// end cancels the handler's context, if it runs.
func (c Claimed) end(cause error) {
	if stop := c.held.stop.Load(); stop != nil {
		(*stop)(cause)
	}
}

// Drain does everything that is due by the clock, here and now, one after the
// other, and tells how many pieces ran and what went wrong. Tests and command
// lines use it; Run is for servers.
func (w *Worker) Drain(ctx context.Context) (ran int, err error) {
	if err := errors.Join(w.tend(ctx), w.schedule(ctx)); err != nil {
		return 0, err
	}
	kinds := append(w.names(false), w.names(true)...)
	var wrong []error
	for {
		list, err := w.take(ctx, kinds, 64)
		if err != nil || len(list) == 0 {
			return ran, errors.Join(append(wrong, err)...)
		}
		for _, c := range list {
			o := w.run(ctx, c)
			if err := w.settle(ctx, []outcome{o}); err != nil {
				return ran, err
			}
			if o.err != nil {
				wrong = append(wrong, fmt.Errorf("%s: %w", c.Kind, o.err))
			}
			ran++
		}
	}
}
