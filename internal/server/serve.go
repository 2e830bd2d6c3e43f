package server

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"kizuna/internal/ground/journal"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
)

// The patience of a connection. Routes that take or give files have their own, see door.Uploads.
const (
	headerTime = 10 * time.Second
	bodyTime   = 30 * time.Second
	writeTime  = 60 * time.Second
	idleTime   = 2 * time.Minute
	maxHeader  = 64 << 10 // bytes
	stopTime   = 20 * time.Second
)

// Serve answers on l and does the agency's work until ctx ends; then it takes no more, lets what
// runs come to its end and returns.
func (s *Server) Serve(ctx context.Context, l net.Listener) error { return s.ServeAfter(ctx, l, nil) }

// ServeAfter is Serve that first makes something ready. Until prepare calls open, at the latest by
// its end, every page asks for a little patience and comes again by itself; when it fails, so does
// ServeAfter.
func (s *Server) ServeAfter(ctx context.Context, l net.Listener, prepare func(ctx context.Context, open func()) error) error {
	var opened atomic.Bool
	opened.Store(prepare == nil)
	answer := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if opened.Load() || r.URL.Path == "/healthz" || strings.HasPrefix(r.URL.Path, ui.AssetRoot) {
			s.ServeHTTP(w, r)
		} else {
			soon(w, r)
		}
	})
	h := &http.Server{Handler: answer, ReadHeaderTimeout: headerTime, ReadTimeout: bodyTime, WriteTimeout: writeTime, IdleTimeout: idleTime,
		MaxHeaderBytes: maxHeader, ErrorLog: slog.NewLogLogger(quiet{s.config.Log.Handler()}, slog.LevelWarn)}
	working, stop := context.WithCancelCause(ctx)
	var work sync.WaitGroup
	work.Go(func() {
		if prepare != nil {
			if err := prepare(working, func() { opened.Store(true) }); err != nil {
				stop(err)
				return
			}
			opened.Store(true)
		}
		if !s.config.NoWork {
			s.Work(working)
		}
	})
	failed := make(chan error, 1)
	go func() { failed <- h.Serve(l) }()
	var err error
	select {
	case err = <-failed:
	case <-working.Done():
		soon, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTime)
		err = h.Shutdown(soon)
		cancel()
		if ended := <-failed; err == nil {
			err = ended
		}
	}
	stop(nil)
	work.Wait()
	if ctx.Err() == nil { // nobody asked for the end: was it the preparation?
		if cause := context.Cause(working); !errors.Is(cause, context.Canceled) {
			return cause
		}
	}
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// soon answers while the server is made ready.
func soon(w http.ResponseWriter, r *http.Request) {
	ctx := text.With(r.Context(), text.Prefer(r.Header.Get("Accept-Language"), text.JA, text.EN))
	w.Header().Set("Retry-After", "1")
	w.Header().Set("Refresh", "1")
	w.Header().Set("Cache-Control", "no-store")
	page := ui.Page{Title: text.Word(ctx, "server.soon.title"), Audience: ui.Public}
	// The client went away: nothing to do.
	_ = ui.Write(w, r.WithContext(ctx), http.StatusServiceUnavailable, page, ui.Empty(ui.EmptyProps{
		Icon: "building", Title: page.Title, Text: text.Word(ctx, "server.soon.text"),
	}))
}

// sealEvery is how soon a committed journal line is sealed.
const sealEvery = time.Second

// Work does jobs and seals the journal until ctx ends.
func (s *Server) Work(ctx context.Context) {
	var both sync.WaitGroup
	both.Go(func() { s.Worker.Run(ctx) })
	both.Go(func() { s.seal(ctx) })
	both.Wait()
}

func (s *Server) seal(ctx context.Context) {
	sealer := journal.Sealer{Data: s.config.DB, Vault: s.config.Vault, Clock: s.config.Clock}
	tick := time.NewTicker(sealEvery)
	defer tick.Stop()
	failed := 0 // in a row; told once, and when it is over
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			_, err := sealer.SealAll(ctx)
			switch {
			case ctx.Err() != nil:
			case err != nil:
				if failed++; failed == 1 {
					s.config.Log.ErrorContext(ctx, "seal", "fault", err.Error())
				}
			case failed > 0:
				s.config.Log.InfoContext(ctx, "seal works again", "failed", failed)
				failed = 0
			}
		}
	}
}

// quiet takes the HTTP server's own complaints, which quote what strangers send, and keeps only
// that there was one.
type quiet struct{ slog.Handler }

// Handle passes the line on without its text.
func (q quiet) Handle(ctx context.Context, r slog.Record) error {
	return q.Handler.Handle(ctx, slog.NewRecord(r.Time, r.Level, "connection", r.PC))
}
