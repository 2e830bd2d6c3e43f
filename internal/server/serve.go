package server

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"kizuna/internal/ground/journal"
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
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	h := &http.Server{Handler: s, ReadHeaderTimeout: headerTime, ReadTimeout: bodyTime, WriteTimeout: writeTime, IdleTimeout: idleTime,
		MaxHeaderBytes: maxHeader, ErrorLog: slog.NewLogLogger(quiet{s.config.Log.Handler()}, slog.LevelWarn)}
	working, stop := context.WithCancel(ctx)
	var work sync.WaitGroup
	if !s.config.NoWork {
		work.Go(func() { s.Work(working) })
	}
	failed := make(chan error, 1)
	go func() { failed <- h.Serve(l) }()
	var err error
	select {
	case err = <-failed:
	case <-ctx.Done():
		soon, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTime)
		err = h.Shutdown(soon)
		cancel()
		if ended := <-failed; err == nil {
			err = ended
		}
	}
	stop()
	work.Wait()
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
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
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if _, err := sealer.SealAll(ctx); err != nil && ctx.Err() == nil {
				s.config.Log.ErrorContext(ctx, "seal", "fault", err.Error())
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
