package server_test

import (
	"io"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"kizuna/internal/ground/db"
	"kizuna/internal/ground/jobs"
	"kizuna/internal/kizunatest"
)

// TestMetrics reads what Prometheus would.
func TestMetrics(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		s := build(t, d, io.Discard)
		if err := d.Write(t.Context(), func(tx *db.Tx) error {
			_, err := jobs.Queue(tx, jobs.Job{Kind: "op.forget", RunAt: kizunatest.Clock().Now().Add(-time.Hour)})
			return err
		}); err != nil {
			t.Fatal(err)
		}
		w := httptest.NewRecorder()
		s.Metrics().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
		said := map[string]float64{}
		for line := range strings.Lines(w.Body.String()) {
			name, value, ok := strings.Cut(strings.TrimSpace(line), " ")
			if name == "#" {
				continue
			}
			v, err := strconv.ParseFloat(value, 64)
			if _, twice := said[name]; !ok || twice || err != nil {
				t.Errorf("%q: %v", line, err)
			}
			said[name] = v
		}
		for _, name := range []string{"go_goroutines", "go_gc_cycles_total_gc_cycles_total", "go_gc_heap_allocs_bytes_total", "go_memory_classes_total_bytes", "process_resident_memory_bytes", "process_open_fds"} {
			if said[name] <= 0 {
				t.Errorf("%s is %v", name, said[name])
			}
		}
		if said["kizuna_up"] != 1 || said["kizuna_jobs_due"] != 1 || said["kizuna_jobs_lag_seconds"] != 3600 {
			t.Errorf("%v", said)
		}
		if w := get(s, "/metrics"); w.Code != 404 {
			t.Errorf("where everybody comes it is answered %d", w.Code)
		}
	})
}
