package db

import (
	"context"
	"sync"
	"time"
)

// Statement is one statement as it ran.
type Statement struct {
	Text   string
	Args   []any
	Rows   int
	Took   time.Duration
	Scope  int  // which Read or Write of the request, counted from 1
	Write  bool // in a Write
	Exec   bool // rows were not asked for
	Joined bool // came with the statement before in one round trip
	Steady bool // see Batch.Steady
}

// Trace records the statements of one request: for query budgets in tests
// and for bench, which replays them bare.
type Trace struct {
	mu         sync.Mutex
	Statements []Statement
	Trips      int // round trips: a batch on PostgreSQL is one

	scope int
	write bool
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

// scoped notes that a Read or Write begins.
func scoped(ctx context.Context, write bool) {
	if t, ok := ctx.Value(traceKey{}).(*Trace); ok {
		t.mu.Lock()
		t.scope++
		t.write = write
		t.mu.Unlock()
	}
}

func trace(ctx context.Context, text string, args []any, exec bool) func(rows int) {
	t, ok := ctx.Value(traceKey{}).(*Trace)
	if !ok {
		return nothing
	}
	start := time.Now()
	return func(n int) {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.Statements = append(t.Statements, Statement{
			Text: text, Args: args, Rows: n, Took: time.Since(start), Scope: t.scope, Write: t.write, Exec: exec,
		})
		t.Trips++
	}
}

// steadily notes that the last statement was a steady one.
func steadily(ctx context.Context) {
	if t, ok := ctx.Value(traceKey{}).(*Trace); ok {
		t.mu.Lock()
		t.Statements[len(t.Statements)-1].Steady = true
		t.mu.Unlock()
	}
}

// sameTrip takes back the round trip of the last statement: it came with the
// one before.
func sameTrip(ctx context.Context) {
	if t, ok := ctx.Value(traceKey{}).(*Trace); ok {
		t.mu.Lock()
		t.Trips--
		t.Statements[len(t.Statements)-1].Joined = true
		t.mu.Unlock()
	}
}
