// Package server is the roof: it puts the parts together, fills the slots that rooms declare, and
// answers HTTP. It is the one package that knows them all, and it has no rule of its own.
package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"

	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/draft"
	"kizuna/internal/ground/file"
	"kizuna/internal/ground/jobs"
	"kizuna/internal/ground/journal"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
	"kizuna/internal/ground/vault"
)

// Config is what a server is made of. DB must be migrated.
type Config struct {
	DB      *db.DB
	Vault   *vault.Vault
	Clock   calendar.Clock // nil is the machine's
	Log     *slog.Logger   // nil is slog.Default
	Doors   []string       // audiences that this process serves; all when empty
	BaseURL string         // as people reach us
	Demo    bool           // the gallery and the demo's hints are shown
	NoWork  bool           // another process does the jobs
	Scan    file.Scan      // looks at what is uploaded; nil: nothing does
}

// Server is Kizuna, ready to answer and to work.
type Server struct {
	Run    *op.Runner
	Router *door.Router
	Worker *jobs.Worker
	Rooms  *Rooms

	config Config
	drafts *draft.Drafts
	files  *file.Files
	mux    *http.ServeMux

	surveyed sync.Once
	ways     map[string]door.Route // pages that an address alone opens
	tallies  []tally
}

// New builds the server on a database that has this binary's schema. It reports missing words
// instead of starting without them.
func New(c Config) (*Server, error) {
	if err := text.Check(); err != nil {
		return nil, fmt.Errorf("words: %w", err)
	}
	if c.DB == nil || c.Vault == nil {
		return nil, errors.New("server: a database and a vault are needed")
	}
	if c.Clock == nil {
		c.Clock = calendar.System
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	s := &Server{config: c, drafts: draft.New(c.Vault, c.Clock), mux: http.NewServeMux()}
	s.Run = &op.Runner{Data: c.DB, Vault: c.Vault, Clock: c.Clock, Reads: journal.NewReads(c.DB, c.Vault, c.Clock)}
	s.files = file.New(c.DB, c.Vault, c.Clock)
	s.files.Scan = c.Scan
	s.Worker = jobs.New(c.DB, c.Clock, jobs.Options{Log: c.Log})
	s.Worker.Register(s.drafts.Sweeping(c.DB))
	s.Worker.Register(s.files.Sweeping())
	s.Worker.Register(s.files.Scanning())
	s.Rooms = s.open()
	s.watch()
	entrance := s.entrance()
	s.Router = door.New(door.Config{
		Vault: c.Vault, Log: c.Log, BaseURL: c.BaseURL, Doors: c.Doors, Data: c.DB, Drafts: s.drafts,
		Identify: entrance.Identify, Expired: entrance.Expired, Setting: s.setting, Frame: s.frame, Seen: s.logged,
	})
	s.furnish(s.Router)
	s.tallies = s.waiting()
	s.mux.HandleFunc("GET /healthz", alive)
	s.mux.HandleFunc("GET /readyz", s.ready)
	s.mux.Handle("/", s.Router)
	s.Router.Handle(ui.AssetRoot, ui.Assets())
	return s, nil
}

// ServeHTTP answers a request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// Close stops what New started. Serve has ended by then.
func (s *Server) Close() { s.Run.Reads.Close() }

// logged is the one line per request. It has the route, never the path, and nothing of who or what
// was asked for.
func (s *Server) logged(ctx context.Context, x door.Seen) {
	level := slog.LevelInfo
	if x.Status >= http.StatusInternalServerError {
		level = slog.LevelError
	}
	attrs := []slog.Attr{
		slog.String("id", x.ID), slog.String("method", method(x.Method)), slog.String("route", x.Pattern), slog.Int("status", x.Status),
		slog.Float64("ms", float64(x.Took.Microseconds())/1000), slog.Int64("bytes", x.Bytes), slog.String("actor", x.Actor),
	}
	if x.Fault != "" {
		attrs = append(attrs, slog.String("fault", x.Fault))
	}
	s.config.Log.LogAttrs(context.WithoutCancel(ctx), level, "request", attrs...)
}

// method is a method of HTTP; a sender's own word is not logged.
func method(m string) string {
	switch m {
	case "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS":
		return m
	}
	return "other"
}
