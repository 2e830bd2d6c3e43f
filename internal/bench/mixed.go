package bench

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"kizuna/internal/server"
)

// MixedOptions say how an installation is worked by many at once.
type MixedOptions struct {
	For     time.Duration
	Clients int  // how many ask at once, each as soon as it is answered
	Write   bool // some of what they do are new persons and referrals, which stay
	Seed    uint64
}

// Mixed is what came of it; times are in microseconds.
type Mixed struct {
	Requests  int      `json:"requests"`
	Failed    int      `json:"failed"` // answered with a fault
	PerSecond float64  `json:"requests_per_second"`
	CPU       float64  `json:"cpu_us"`     // of a request, the database's included
	Memory    int      `json:"memory_mib"` // the most that this process ever had in use; 0 where the system does not tell
	Screens   int      `json:"screens"`    // pages and calls that were found and taken in, over all roles
	Calls     []Shared `json:"calls"`
}

// Shared is what came of one call among the others.
type Shared struct {
	Name   string  `json:"name"`
	Calls  int     `json:"calls"`
	Failed int     `json:"failed"`
	P50    float64 `json:"p50_us"`
	P95    float64 `json:"p95_us"`
	P99    float64 `json:"p99_us"`
}

// RunMixed has many ask at once, as on a busy day: half of it the calls of Run by caseworkers, half
// every screen that a role of the installation may open.
func RunMixed(ctx context.Context, srv *server.Server, o MixedOptions) (Mixed, error) {
	w, err := look(ctx, srv)
	if err != nil {
		return Mixed{}, err
	}
	defer w.leave(ctx)
	var named []Call
	for _, c := range w.calls() {
		switch {
		case c.Writes && (!o.Write || c.Twin != nil): // what can be done once needs its own preparation
			continue
		case c.Prepare != nil:
			if err := c.Prepare(ctx, 0); err != nil {
				return Mixed{}, fmt.Errorf("%s: %w", c.Name, err)
			}
		}
		named = append(named, c)
	}
	screens, err := w.screens(ctx)
	if err != nil {
		return Mixed{}, err
	}
	m := mix{srv: srv, of: [][]Call{named, screens}, took: map[string][]time.Duration{}, failed: map[string]int{}}
	before, err := w.meter.read(ctx)
	if err != nil {
		return Mixed{}, err
	}
	began := time.Now()
	var all sync.WaitGroup
	for n := range max(1, o.Clients) {
		all.Go(func() { m.ask(ctx, rand.New(rand.NewPCG(o.Seed, uint64(n))), began.Add(o.For)) })
	}
	all.Wait()
	lasted := time.Since(began)
	after, err := w.meter.read(ctx)
	if err != nil {
		return Mixed{}, err
	}
	out := m.result()
	out.Screens, out.Memory = len(screens), mostMemory()
	out.PerSecond = float64(out.Requests) / lasted.Seconds()
	out.CPU = float64((after - before).Microseconds()) / float64(max(1, out.Requests))
	return out, ctx.Err()
}

// mix is what many clients share.
type mix struct {
	srv  *server.Server
	of   [][]Call // one is drawn, then a call of it
	made atomic.Int64

	mu     sync.Mutex
	took   map[string][]time.Duration
	failed map[string]int
}

// ask is one client until the end.
func (m *mix) ask(ctx context.Context, r *rand.Rand, end time.Time) {
	for time.Now().Before(end) && ctx.Err() == nil {
		from := m.of[r.IntN(len(m.of))]
		if len(from) == 0 {
			continue
		}
		c := from[r.IntN(len(from))]
		req := c.Request(int(m.made.Add(1))).WithContext(ctx)
		answer := httptest.NewRecorder()
		began := time.Now()
		m.srv.ServeHTTP(answer, req)
		took := time.Since(began)
		m.mu.Lock()
		m.took[c.Name] = append(m.took[c.Name], took)
		if answer.Code >= http.StatusBadRequest {
			m.failed[c.Name]++
		}
		m.mu.Unlock()
	}
}

// result sums it up, the slowest calls first.
func (m *mix) result() (out Mixed) {
	for name, all := range m.took {
		slices.Sort(all)
		at := func(share float64) float64 { return float64(all[int(share*float64(len(all)-1))].Nanoseconds()) / 1000 }
		out.Calls = append(out.Calls, Shared{Name: name, Calls: len(all), Failed: m.failed[name], P50: at(.5), P95: at(.95), P99: at(.99)})
		out.Requests += len(all)
		out.Failed += m.failed[name]
	}
	slices.SortFunc(out.Calls, func(a, b Shared) int { return cmp.Or(cmp.Compare(b.P50, a.P50), strings.Compare(a.Name, b.Name)) })
	return out
}

// mostMemory is the most memory that this process ever had in use, in MiB; 0 where the system does
// not tell.
func mostMemory() int {
	b, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(b), "VmHWM:")
	var kilobytes int
	if _, err := fmt.Sscan(rest, &kilobytes); err != nil {
		return 0
	}
	return kilobytes / 1024
}
