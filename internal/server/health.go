package server

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"kizuna/internal/ground/db"
	"kizuna/internal/ground/jobs"
)

// alive answers as long as the process does.
func alive(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write([]byte("ok\n")) // the client went away: nothing to do
}

// The bars of readiness.
const (
	readyWithin = 2 * time.Second
	maxLag      = 5 * time.Minute // of the oldest due job
)

// late is what is said of a worker whose oldest job waits longer than maxLag.
const late = "late"

// health is what /readyz tells: no names, no addresses.
type health struct {
	Database string  `json:"database"`
	Schema   string  `json:"schema"`
	Worker   string  `json:"worker"`
	Due      int64   `json:"due"`         // jobs waiting, counted to 1000
	Lag      float64 `json:"lag_seconds"` // age of the oldest of them
	Dead     int64   `json:"dead"`        // counted to 100
}

// ready answers 200 when requests can be served here, otherwise 503: the database answers, its
// schema is this binary's, and jobs are being done. Where others do the jobs, theirs being late is
// told here and is no reason to send nobody here.
func (s *Server) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), readyWithin)
	defer cancel()
	h := s.health(ctx)
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	if h.Database != "ok" || h.Schema != "ok" || h.Worker != "ok" && (h.Worker != late || !s.config.NoWork) {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	_ = json.NewEncoder(w).Encode(h) // the client went away: nothing to do
}

func (s *Server) health(ctx context.Context) health {
	h := health{Database: "unavailable", Schema: "unknown", Worker: "unknown"}
	if s.config.DB.Ping(ctx) != nil {
		return h
	}
	h.Database = "ok"
	if err := s.config.DB.Ready(ctx); err != nil {
		h.Schema = "other"
		return h
	}
	h.Schema = "ok"
	now := s.config.Clock.Now()
	var work jobs.Health
	err := s.config.DB.Read(ctx, func(q *db.Reader) (err error) {
		work, err = jobs.HealthAt(q, now)
		return err
	})
	if err != nil {
		return h
	}
	h.Due, h.Dead = work.Due, work.Dead
	if work.Oldest != 0 {
		h.Lag = now.Sub(work.Oldest).Seconds()
	}
	h.Worker = "ok"
	if h.Lag > maxLag.Seconds() {
		h.Worker = late
	}
	return h
}
