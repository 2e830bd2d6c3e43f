package jobs

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"kizuna/internal/ground/db"
)

// Run does work until ctx ends, then stops in good order: what has not begun
// is given back, what runs may finish within the grace (long work is stopped
// at once and resumes at its bookmark elsewhere).
func (w *Worker) Run(ctx context.Context) {
	hard, kill := context.WithCancelCause(context.WithoutCancel(ctx))
	defer kill(nil)
	tended := make(chan struct{})
	var pools, keeper sync.WaitGroup
	for _, long := range []bool{false, true} {
		p := newPool(w, long)
		if len(p.kinds) > 0 {
			pools.Go(func() { p.work(ctx, hard, kill) })
		}
	}
	keeper.Go(func() { w.keep(ctx, hard, tended) })
	pools.Wait()
	close(tended)
	keeper.Wait()
}

// keep renews leases and schedules periodic work until every pool is empty.
func (w *Worker) keep(ctx, hard context.Context, tended <-chan struct{}) {
	every := time.NewTicker(w.opt.Lease / 4)
	defer every.Stop()
	slots := time.NewTicker(time.Second)
	defer slots.Stop()
	w.complain("tend", w.tend(hard))
	w.complain("schedule", w.schedule(hard))
	shown := w.clock.Now()
	for {
		select {
		case <-tended:
			return
		case <-every.C:
			w.complain("tend", w.tend(hard))
		case <-slots.C:
			now := w.clock.Now()
			if now.Sub(shown).Abs() > w.opt.Lease { // it leapt: leases count from another time now
				w.complain("tend", w.tend(hard))
			}
			shown = now
			if ctx.Err() == nil {
				w.complain("schedule", w.schedule(hard))
			}
		}
	}
}

// complain tells of what fails once, and of its end; while the database is away, that is several
// times a second.
func (w *Worker) complain(what string, err error) {
	if errors.Is(err, context.Canceled) {
		return
	}
	w.mu.Lock()
	before := w.failing[what]
	if err != nil {
		w.failing[what]++
	} else {
		delete(w.failing, what)
	}
	w.mu.Unlock()
	switch {
	case err != nil && before == 0:
		w.opt.Log.Error("jobs: "+what, "err", err)
	case err == nil && before > 0:
		w.opt.Log.Info("jobs: "+what+" works again", "failed", before)
	}
}

// maxBatch bounds what one claim takes.
const maxBatch = 1024

// pool is some runners with a claimer before and a settler behind them.
type pool struct {
	*Worker
	kinds   []string
	runners int
	long    bool
	want    int           // how many to claim at once: a power of two that follows the pace
	half    atomic.Int64  // of want, for the runners
	ready   chan Claimed  // claimed, not begun
	ended   chan outcome  // run, not written down
	room    chan struct{} // one token for each claim there is room for
	wake    chan struct{}
}

// newPool makes a pool. Long work is claimed one by one, when a runner is
// free; other work is claimed ahead, when what was claimed is half used up.
func newPool(w *Worker, long bool) *pool {
	p := &pool{Worker: w, kinds: w.names(long), runners: w.opt.Runners, long: long, want: 1, wake: w.wake[0],
		ready: make(chan Claimed, 2*maxBatch), ended: make(chan outcome, 2*maxBatch)}
	tokens := 1
	if long {
		p.runners, p.wake = w.opt.LongRunners, w.wake[1]
		tokens = p.runners
	} else {
		p.want = p.least()
	}
	p.room = make(chan struct{}, tokens)
	for range tokens {
		p.room <- struct{}{}
	}
	return p
}

// least is the smallest claim that gives work to most runners.
func (p *pool) least() int {
	n := 1
	for n*2 <= p.runners {
		n *= 2
	}
	return n
}

func (p *pool) work(ctx, hard context.Context, kill context.CancelCauseFunc) {
	running := hard
	if p.long {
		var stop context.CancelCauseFunc
		running, stop = context.WithCancelCause(hard)
		defer stop(nil)
		defer context.AfterFunc(ctx, func() { stop(ErrStopping) })()
	}
	var runners, settler sync.WaitGroup
	for range p.runners {
		runners.Go(func() { p.runAll(ctx, running) })
	}
	settler.Go(func() { p.settleAll(hard) })
	p.claimAll(ctx, hard)
	grace := time.AfterFunc(p.opt.Grace, func() { kill(ErrStopping) })
	defer grace.Stop()
	p.giveBackRest()
	close(p.ready)
	runners.Wait()
	close(p.ended)
	settler.Wait()
}

func (p *pool) runAll(ctx, running context.Context) {
	for c := range p.ready {
		if ctx.Err() != nil {
			p.ended <- outcome{job: c, given: true}
			continue
		}
		if !p.long && len(p.ready) <= int(p.half.Load()) {
			p.more()
		}
		p.ended <- p.run(running, c)
		if p.long {
			p.more()
		}
	}
}

// more says that there is room for a claim.
func (p *pool) more() {
	select {
	case p.room <- struct{}{}:
	default:
	}
}

// claimAll keeps the runners in work until ctx ends.
func (p *pool) claimAll(ctx, hard context.Context) {
	began, full, idle := p.clock.Now(), false, false
	for {
		select {
		case <-p.room:
		case <-ctx.Done():
			return
		}
		p.adapt(full, p.clock.Now().Sub(began))
		began = p.clock.Now()
		got := 0
		if !idle || p.anyDue(ctx) {
			got = p.claim(ctx, hard)
		}
		full, idle = got == p.want, got == 0
		if idle {
			p.more()
			p.rest(ctx)
		}
	}
}

// claim takes what is due, as much as is wanted, and hands it to the runners.
func (p *pool) claim(ctx, hard context.Context) int {
	if ctx.Err() != nil {
		return 0
	}
	list, err := p.take(hard, p.kinds, p.want)
	p.complain("claim", err)
	for _, c := range list {
		p.ready <- c
	}
	return len(list)
}

func (p *pool) anyDue(ctx context.Context) (ok bool) {
	err := p.db.Read(ctx, func(r *db.Reader) (err error) {
		ok, err = due(r, p.kinds, p.clock.Now())
		return err
	})
	if ctx.Err() == nil {
		p.complain("look", err)
	}
	return ok
}

// rest waits for the next look.
func (p *pool) rest(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-p.wake:
	case <-time.After(p.opt.Poll):
	}
}

// adapt claims more at once while a claim is used up quickly, and fewer when
// it is not, so that other processes get their share of slow work.
func (p *pool) adapt(full bool, took time.Duration) {
	switch {
	case p.long:
	case full && took < 100*time.Millisecond && p.want < maxBatch:
		p.want *= 2
	case took > 500*time.Millisecond && p.want > p.least():
		p.want /= 2
	}
	p.half.Store(int64(p.want / 2))
}

// settleAll writes down what ended, as much at once as there is. While the
// database doesn't answer it keeps trying; leases keep others away meanwhile.
func (p *pool) settleAll(hard context.Context) {
	for first := range p.ended {
		list := []outcome{first}
		for more := true; more && len(list) < maxBatch; {
			select {
			case o, ok := <-p.ended:
				if more = ok; ok {
					list = append(list, o)
				}
			default:
				more = false
			}
		}
		for err := p.settle(context.WithoutCancel(hard), list); err != nil; err = p.settle(context.WithoutCancel(hard), list) {
			p.complain("settle", err)
			if hard.Err() != nil {
				break // others take it over when the lease ends
			}
			select {
			case <-hard.Done():
			case <-time.After(time.Second):
			}
		}
		p.complain("settle", nil)
	}
}

func (p *pool) giveBackRest() {
	for {
		select {
		case c := <-p.ready:
			p.ended <- outcome{job: c, given: true}
		default:
			return
		}
	}
}
