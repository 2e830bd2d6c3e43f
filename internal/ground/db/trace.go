package db

import (
	"context"
	"sync"
	"time"
)

// Statement is one statement as it ran.
type Statement struct {
	Text string
	Args []any
	Rows int
	Took time.Duration
}

// Trace records the statements of one request: for query budgets in tests
// and for bench, which replays them bare.
type Trace struct {
	mu         sync.Mutex
	Statements []Statement
	Trips      int // round trips: a batch on PostgreSQL is one
}

type traceKey struct{}

// WithTrace makes every statement run under ctx be recorded.
func WithTrace(ctx context.Context) (context.Context, *Trace) {
	t := &Trace{}
	return context.WithValue(ctx, traceKey{}, t), t
}

// Count tells how many statements ran so far.
func (t *Trace) Count() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.Statements)
}

func nothing(int) {}

func trace(ctx context.Context, text string, args []any) func(rows int) {
	t, ok := ctx.Value(traceKey{}).(*Trace)
	if !ok {
		return nothing
	}
	start := time.Now()
	return func(n int) {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.Statements = append(t.Statements, Statement{Text: text, Args: args, Rows: n, Took: time.Since(start)})
		t.Trips++
	}
}

// sameTrip takes back the round trip of the last statement: it came with the
// one before.
func sameTrip(ctx context.Context) {
	if t, ok := ctx.Value(traceKey{}).(*Trace); ok {
		t.mu.Lock()
		t.Trips--
		t.mu.Unlock()
	}
}
