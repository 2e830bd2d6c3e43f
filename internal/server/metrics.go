package server

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"runtime/metrics"
	"strconv"
	"strings"
)

// A gauge is one figure in the text form that Prometheus reads.
type gauge struct {
	name  string
	kind  string // gauge or counter
	help  string
	value func() (float64, bool)
}

// Metrics answers /metrics with how this process does: its memory, its goroutines, its files, and
// the work that waits. The figures of Go's runtime have the names that Prometheus' own clients give
// them. There is no name, no address and no data of anybody in it, and nobody is asked who they are.
func (s *Server) Metrics() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), readyWithin)
		defer cancel()
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		for _, g := range append(processGauges(), s.workGauges(ctx)...) {
			if v, ok := g.value(); ok {
				fmt.Fprintf(w, "# HELP %[1]s %[2]s\n# TYPE %[1]s %[3]s\n%[1]s %[4]s\n", g.name, g.help, g.kind, strconv.FormatFloat(v, 'g', -1, 64))
			}
		}
	})
	return mux
}

func processGauges() []gauge {
	return []gauge{
		{"go_goroutines", "gauge", "Goroutines that exist.", ofRuntime("/sched/goroutines:goroutines")},
		{"go_gc_heap_live_bytes", "gauge", "Memory that was still in use when the collector last ran.", ofRuntime("/gc/heap/live:bytes")},
		{"go_gc_cycles_total_gc_cycles_total", "counter", "How often the collector ran.", ofRuntime("/gc/cycles/total:gc-cycles")},
		{"go_gc_heap_allocs_bytes_total", "counter", "Memory taken since the start, given back or not.", ofRuntime("/gc/heap/allocs:bytes")},
		{"go_memory_classes_total_bytes", "gauge", "All memory of Go's runtime.", ofRuntime("/memory/classes/total:bytes")},
		{"process_resident_memory_bytes", "gauge", "Resident memory of the process.", residentMemory},
		{"process_open_fds", "gauge", "Open files and connections of the process.", openFiles},
	}
}

// workGauges are what /readyz tells too.
func (s *Server) workGauges(ctx context.Context) []gauge {
	h := s.health(ctx)
	known := h.Worker == "ok" || h.Worker == late
	of := func(v float64) func() (float64, bool) { return func() (float64, bool) { return v, known } }
	return []gauge{
		{"kizuna_up", "gauge", "1 when the database answers and has a schema that this release works on.", func() (float64, bool) {
			if h.Database == "ok" && h.Schema == "ok" {
				return 1, true
			}
			return 0, true
		}},
		{"kizuna_jobs_due", "gauge", "Work that waits, counted to 1000.", of(float64(h.Due))},
		{"kizuna_jobs_lag_seconds", "gauge", "How long the oldest of it has waited.", of(h.Lag)},
		{"kizuna_jobs_dead", "gauge", "Work that failed for good, counted to 100.", of(float64(h.Dead))},
	}
}

func ofRuntime(name string) func() (float64, bool) {
	return func() (float64, bool) {
		sample := []metrics.Sample{{Name: name}}
		metrics.Read(sample)
		if sample[0].Value.Kind() != metrics.KindUint64 {
			return 0, false
		}
		return float64(sample[0].Value.Uint64()), true
	}
}

func residentMemory() (float64, bool) {
	b, err := os.ReadFile("/proc/self/statm")
	parts := strings.Fields(string(b))
	if err != nil || len(parts) < 2 {
		return 0, false // not on Linux
	}
	pages, err := strconv.ParseFloat(parts[1], 64)
	return pages * float64(os.Getpagesize()), err == nil
}

func openFiles() (float64, bool) {
	all, err := os.ReadDir("/proc/self/fd")
	return float64(len(all) - 1), err == nil // but for the one that looks
}
