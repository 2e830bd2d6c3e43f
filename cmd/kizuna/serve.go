package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"os"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"kizuna/internal/ground/db"
	"kizuna/internal/ground/file"
	"kizuna/internal/ground/vault"
	"kizuna/internal/operate"
	"kizuna/internal/server"
)

// placeFlags say where an installation keeps its things.
type placeFlags struct {
	Data string `help:"Folder of the database file and the key file." default:"kizuna-data" type:"path"`
	DB   string `help:"Database: a postgres:// address, or a SQLite file. Default: kizuna.db in the data folder."`
	Key  string `help:"Key file. Default: kizuna.key in the data folder." name:"key-file" type:"path"`
}

func (p placeFlags) place() operate.Place { return operate.Place{Data: p.Data, DB: p.DB, Key: p.Key} }

// with opens the installation for one command.
func (p placeFlags) with(ctx context.Context, f func(d *db.DB, v *vault.Vault) error) error {
	d, v, err := p.place().Open(ctx)
	if err != nil {
		return err
	}
	defer d.Close()
	return f(d, v)
}

type serveCommand struct {
	placeFlags
	Addr     string   `help:"Address to listen on." default:"127.0.0.1:8080"`
	BaseURL  string   `help:"Address as people reach it, such as https://kizuna.example.lg.jp." name:"base-url"`
	Doors    []string `help:"Audiences to serve: desk,admin,portal,my,public,api,hsds. Default: all."`
	Insecure bool     `help:"Allow plain http beyond this machine, behind a proxy that speaks https."`
	NoWorker bool     `help:"Leave the background work to kizuna work." name:"no-worker"`
	metricsFlag
	scanFlag
}

// scanFlag is what looks at files before they are given out.
type scanFlag struct {
	Scan string `help:"Virus scanner: clamd://HOST:PORT, unix:///PATH of a clamd, or a command that reads a file on standard input and ends with 0 (clean) or 1 (harmful). Files wait until it has looked. Give it to serve and to work. Default: none." placeholder:"clamd://127.0.0.1:3310"`
}

func (f scanFlag) scanner() (file.Scan, error) {
	scan, err := file.Scanner(f.Scan)
	if err != nil {
		return nil, fmt.Errorf("--scan: %w", err)
	}
	return scan, nil
}

// metricsFlag is where a process tells Prometheus of itself, apart from where people come in.
type metricsFlag struct {
	Metrics string `help:"Address to tell Prometheus how this process does, at /metrics: no names, no data, no sign-in, so not where everybody comes. Default: nowhere." placeholder:"127.0.0.1:9090"`
}

// tell begins, and gives what ends it.
func (m metricsFlag) tell(ctx context.Context, s *streams, srv *server.Server) (end func(), err error) {
	if m.Metrics == "" {
		return func() {}, nil
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", m.Metrics)
	if err != nil {
		return nil, fmt.Errorf("--metrics: %w", err)
	}
	const patience = 10 * time.Second
	h := &http.Server{Handler: srv.Metrics(), ReadTimeout: patience, WriteTimeout: patience, IdleTimeout: time.Minute}
	var serving sync.WaitGroup
	serving.Go(func() { _ = h.Serve(l) }) // it ends when it is closed
	fmt.Fprintf(s.out, "kizuna tells how it does at %s/metrics\n", l.Addr())
	return func() {
		_ = h.Close()
		serving.Wait()
	}, nil
}

// Run serves until it is told to stop; what is under way is finished first.
func (c *serveCommand) Run(ctx context.Context, s *streams) error {
	if err := mayListen(c.Addr, c.BaseURL, c.Insecure); err != nil {
		return err
	}
	scan, err := c.scanner()
	if err != nil {
		return err
	}
	steadyCollector()
	return c.with(ctx, func(d *db.DB, v *vault.Vault) error {
		if err := d.Ready(ctx); err != nil {
			return err
		}
		l, err := net.Listen("tcp", c.Addr)
		if err != nil {
			return err
		}
		base := c.BaseURL
		if base == "" {
			base = "http://" + l.Addr().String()
		}
		srv, err := server.New(server.Config{DB: d, Vault: v, Log: s.log(), Doors: c.Doors, BaseURL: base, NoWork: c.NoWorker, Scan: scan})
		if err != nil {
			return err
		}
		defer srv.Close()
		end, err := c.tell(ctx, s, srv)
		if err != nil {
			return err
		}
		defer end()
		debug.FreeOSMemory() // what starting took and nothing needs any more
		fmt.Fprintln(s.out, "kizuna serves", base)
		return srv.Serve(ctx, l)
	})
}

// steadyCollector lets garbage grow to four times what is in use before it is collected, since what
// a program of ours keeps is small and twice of it is soon full: a tenth of the CPU of each call went
// there, and more of a restore.
// Above a soft limit it is collected as often as it takes. GOGC and GOMEMLIMIT say otherwise.
func steadyCollector() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(softMemory)
	}
}

// softMemory leaves what lies outside of Go's memory some room below 300 MiB.
const softMemory = 180 << 20

// mayListen refuses plain http beyond the loopback unless it was asked for.
func mayListen(addr, base string, insecure bool) error {
	if insecure || strings.HasPrefix(base, "https://") {
		return nil
	}
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("--addr %s: %w", addr, err)
	}
	if ip, err := netip.ParseAddr(host); host == "localhost" || err == nil && ip.IsLoopback() {
		return nil
	}
	return errors.New("plain http would reach beyond this machine; give --base-url https://… of the proxy in front, or --insecure")
}

type workCommand struct {
	placeFlags
	metricsFlag
	scanFlag
}

// Run does background work until it is told to stop.
func (c *workCommand) Run(ctx context.Context, s *streams) error {
	scan, err := c.scanner()
	if err != nil {
		return err
	}
	steadyCollector()
	return c.with(ctx, func(d *db.DB, v *vault.Vault) error {
		if err := d.Ready(ctx); err != nil {
			return err
		}
		srv, err := server.New(server.Config{DB: d, Vault: v, Log: s.log(), Scan: scan})
		if err != nil {
			return err
		}
		defer srv.Close()
		end, err := c.tell(ctx, s, srv)
		if err != nil {
			return err
		}
		defer end()
		srv.Work(ctx)
		return nil
	})
}

type migrateCommand struct {
	placeFlags
	DryRun bool `help:"Only tell what would run."`
}

// Run migrates; a new installation's folder and key file are made.
func (c *migrateCommand) Run(ctx context.Context, s *streams) error {
	if c.DryRun {
		return c.with(ctx, func(d *db.DB, _ *vault.Vault) error {
			pending, err := d.Pending(ctx)
			for _, name := range pending {
				fmt.Fprintln(s.out, name)
			}
			if err == nil && len(pending) == 0 {
				fmt.Fprintln(s.out, "nothing to do")
			}
			return err
		})
	}
	d, _, err := c.place().Prepare(ctx)
	if err != nil {
		return err
	}
	defer d.Close()
	newer, err := d.Newer(ctx)
	switch {
	case err != nil:
		return err
	case newer > 0:
		fmt.Fprintln(s.out, "a newer release has added to the database; this one works on it as before")
	default:
		fmt.Fprintln(s.out, "the database is at this release")
	}
	return nil
}
