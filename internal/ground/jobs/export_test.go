package jobs

import (
	"context"
	"time"
)

// The tests stand outside the package, since what they stand on imports it;
// here they get the steps that Run and Drain are made of.

type Outcome struct{ of outcome }

func (o Outcome) Err() error { return o.of.err }

func (w *Worker) Take(ctx context.Context, kinds []string, n int) ([]Claimed, error) {
	return w.take(ctx, kinds, n)
}

func (w *Worker) RunOne(ctx context.Context, c Claimed) Outcome { return Outcome{w.run(ctx, c)} }

func (w *Worker) Settle(ctx context.Context, o Outcome) error {
	return w.settle(ctx, []outcome{o.of})
}

func (w *Worker) Tend(ctx context.Context) error { return w.tend(ctx) }

func (w *Worker) Forget(kind string) { delete(w.kinds, kind) }

func (w *Worker) Options() *Options { return &w.opt }

func (w *Worker) PauseAfter(first time.Duration, try int64) time.Duration { return w.pause(first, try) }
