// Package bench times the screens and the API of an installation: each call
// through the whole program as a browser or another program would make it, and
// beside it the very statements it ran, bare. What the program adds to its
// statements has a bar, and so has the number of statements.
//
// It compares CPU, the database's included, in one paired run, since elapsed
// time on a shared machine says little.
package bench

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"time"

	"kizuna/internal/ground/db"
	"kizuna/internal/server"
)

// Options say what to time and how long.
type Options struct {
	Only  []string // parts of the names of calls; all when empty
	Write bool     // also calls that write; the records they make stay
	// Screens also times every page and call without a parameter, by each role that may open it.
	Screens bool
	// Patience is about how long each call is timed; half of it bare.
	Patience time.Duration
	// Tries is how often a call whose bar broke is timed before it counts:
	// what others do on the machine must not fail it. 0 is once.
	Tries int
	Tell  func(Result)
}

// Result is what came of one call; times are in microseconds.
type Result struct {
	Name    string  `json:"name"`
	P50     float64 `json:"p50_us"`
	P95     float64 `json:"p95_us"`
	P99     float64 `json:"p99_us"`
	CPU     float64 `json:"cpu_us"`
	BareCPU float64 `json:"bare_cpu_us"`
	Queries int     `json:"queries"` // the most of any one call
	Rows    int     `json:"rows"`    // the most of any one call
	Calls   int     `json:"calls"`
	Budget  int     `json:"query_budget"`
	Bar     float64 `json:"cpu_bar_us"` // the most CPU that the statements excuse
	Broken  string  `json:"broken,omitempty"`
}

// Ratio is the CPU of a call to that of its statements.
func (r Result) Ratio() float64 {
	if r.BareCPU == 0 {
		return 0
	}
	return r.CPU / r.BareCPU
}

// The bars: a call may cost so many times its statements, and so much more.
const (
	apiTimes, apiMore   = 1.5, 150
	pageTimes, pageMore = 2.5, 300
)

func (c Call) bar(bare float64) float64 {
	if c.Page {
		return bare*pageTimes + pageMore
	}
	return bare*apiTimes + apiMore
}

// Run times the calls on the server's own installation.
func Run(ctx context.Context, srv *server.Server, o Options) ([]Result, error) {
	w, err := look(ctx, srv)
	if err != nil {
		return nil, err
	}
	defer w.leave(ctx)
	calls := w.calls()
	if o.Screens {
		screens, err := w.screens(ctx)
		if err != nil {
			return nil, err
		}
		calls = append(calls, screens...)
	}
	var out []Result
	for _, c := range calls {
		if !c.wanted(o) {
			continue
		}
		var r Result
		made := 0
		for range max(1, o.Tries) {
			t := timing{srv: srv, call: c, meter: w.meter, world: w, made: made}
			if r, err = t.run(ctx, o.Patience); err != nil {
				return out, fmt.Errorf("%s: %w", c.Name, err)
			}
			made = t.made
			if r.Broken == "" {
				break
			}
		}
		if o.Tell != nil {
			o.Tell(r)
		}
		out = append(out, r)
	}
	return out, nil
}

// timing times one call.
type timing struct {
	srv   *server.Server
	call  Call
	meter *meter
	world *world

	made   int // requests made so far
	traces [][]db.Statement
}

// The sizes of a timing.
const (
	warm     = 5
	variants = 40 // requests recorded, each another one
	rounds   = 4
	fewest   = 4 // calls in a round
	most     = 2000
)

func (t *timing) run(ctx context.Context, patience time.Duration) (Result, error) {
	r := Result{Name: t.call.Name, Budget: t.call.Queries}
	if err := t.prepare(ctx, 2*warm); err != nil {
		return r, err
	}
	if _, err := t.handle(ctx, warm); err != nil {
		return r, err
	}
	began := time.Now()
	if _, err := t.handle(ctx, warm); err != nil {
		return r, err
	}
	each := time.Since(began) / warm
	if err := t.record(ctx, min(variants, max(warm, int(patience/max(each, 1)))), &r); err != nil {
		return r, err
	}
	n := min(most, max(fewest, int(patience/2/rounds/max(each, 1))))
	var took []time.Duration
	var busy, bare time.Duration
	for range rounds {
		if err := t.prepare(ctx, n); err != nil {
			return r, err
		}
		before, err := t.meter.read(ctx)
		if err != nil {
			return r, err
		}
		list, err := t.handle(ctx, n)
		if err != nil {
			return r, err
		}
		between, err := t.meter.read(ctx)
		if err != nil {
			return r, err
		}
		if err := t.replay(ctx, n); err != nil {
			return r, err
		}
		after, err := t.meter.read(ctx)
		if err != nil {
			return r, err
		}
		took = append(took, list...)
		busy += between - before
		bare += after - between
	}
	r.Calls = rounds * n
	r.CPU, r.BareCPU = micros(busy)/float64(r.Calls), micros(bare)/float64(r.Calls)
	slices.Sort(took)
	at := func(share float64) float64 { return micros(took[min(len(took)-1, int(share*float64(len(took))))]) }
	r.P50, r.P95, r.P99 = at(0.50), at(0.95), at(0.99)
	r.Bar = t.call.bar(r.BareCPU)
	switch {
	case r.Queries > r.Budget:
		r.Broken = fmt.Sprintf("%d queries, the budget is %d", r.Queries, r.Budget)
	case r.CPU > r.Bar:
		r.Broken = fmt.Sprintf("CPU is %.0f µs, the bar is %.0f µs", r.CPU, r.Bar)
	}
	return r, nil
}

func micros(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }

// prepare makes what the next n calls are about.
func (t *timing) prepare(ctx context.Context, n int) error {
	if t.call.Prepare == nil {
		return nil
	}
	if err := t.call.Prepare(ctx, t.made+n); err != nil {
		return fmt.Errorf("what it is about: %w", err)
	}
	return nil
}

// handle makes n calls and tells how long each took.
func (t *timing) handle(ctx context.Context, n int) ([]time.Duration, error) {
	took := make([]time.Duration, n)
	for i := range took {
		req := t.request(ctx)
		began := time.Now()
		if err := t.serve(req); err != nil {
			return nil, err
		}
		took[i] = time.Since(began)
	}
	return took, nil
}

func (t *timing) request(ctx context.Context) *http.Request {
	req := t.call.Request(t.made).WithContext(ctx)
	t.made++
	return req
}

func (t *timing) serve(req *http.Request) error {
	w := httptest.NewRecorder()
	t.srv.ServeHTTP(w, req)
	if w.Code >= http.StatusMultipleChoices {
		return fmt.Errorf("%s %s answered %d: %.200s", req.Method, req.URL.Path, w.Code, w.Body)
	}
	return nil
}

// record keeps the statements of n calls and counts them.
func (t *timing) record(ctx context.Context, n int, r *Result) error {
	if err := t.prepare(ctx, n); err != nil {
		return err
	}
	for range n {
		var twin map[db.ID]db.ID
		if t.call.Twin != nil {
			twin = t.call.Twin(t.made)
		}
		began := db.NewIDAt(time.Now().UnixMilli())
		traced, trace := db.WithTrace(ctx)
		if err := t.serve(t.request(traced)); err != nil {
			return err
		}
		rows := 0
		for _, s := range trace.Statements {
			if !s.Exec {
				rows += s.Rows
			}
		}
		r.Queries, r.Rows = max(r.Queries, len(trace.Statements)), max(r.Rows, rows)
		t.traces = append(t.traces, markFresh(trace.Statements, began, twin))
	}
	return nil
}

func (t *timing) replay(ctx context.Context, n int) error {
	for i := range n {
		if err := db.Replay(ctx, t.srv.Run.Data, refresh(t.traces[i%len(t.traces)])); err != nil {
			return fmt.Errorf("its statements, bare: %w", err)
		}
	}
	return nil
}
