package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"text/tabwriter"
	"time"

	"github.com/alecthomas/kong"

	"kizuna/internal/bench"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/vault"
	"kizuna/internal/server"
)

type benchCommand struct {
	placeFlags
	JSON    jsonTo        `help:"Print JSON instead of a table; --json=FILE writes it to a file beside the table." name:"json"`
	Only    []string      `help:"Only calls whose names have one of these in them."`
	Write   bool          `help:"Also time calls that write; what they make stays. For synthetic agencies."`
	Screens bool          `help:"Also every page and call without a parameter, by each role that may open it."`
	Each    time.Duration `help:"About how long to time each call." default:"2s" name:"seconds"`
	Floor   bool          `help:"Instead, time some beside the thinnest server that could do the like. For synthetic agencies."`
	Mixed   time.Duration `help:"Instead, have many ask at once for so long: every role, every screen." placeholder:"30s"`
	Many    int           `help:"How many, with --mixed." default:"16" name:"clients"`
}

// jsonTo is --json, or --json=FILE.
type jsonTo struct {
	wanted bool
	file   string
}

// IsBool lets the flag stand without a value.
func (*jsonTo) IsBool() bool { return true }

// Decode reads the flag.
func (j *jsonTo) Decode(c *kong.DecodeContext) error {
	j.wanted = true
	if c.Scan.Peek().Type == kong.FlagValueToken {
		j.file = c.Scan.Pop().String()
	}
	return nil
}

// Run times the calls and fails if one broke its bar or its query budget.
func (c *benchCommand) Run(ctx context.Context, s *streams) error {
	steadyCollector()
	return c.with(ctx, func(d *db.DB, v *vault.Vault) error {
		if err := d.Ready(ctx); err != nil {
			return err
		}
		srv, err := server.New(server.Config{DB: d, Vault: v, Log: slog.New(slog.DiscardHandler), NoWork: true})
		if err != nil {
			return err
		}
		defer srv.Close()
		switch {
		case c.Mixed > 0:
			return c.mixed(ctx, s, srv)
		case c.Floor:
			return c.floor(ctx, s, srv)
		}
		o := bench.Options{Only: c.Only, Write: c.Write, Screens: c.Screens, Patience: c.Each, Tries: 3}
		table := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', tabwriter.AlignRight)
		if !c.JSON.wanted || c.JSON.file != "" {
			fmt.Fprintln(table, "p50 ms\tp95 ms\tp99 ms\tCPU µs\tbare µs\tratio\tbar µs\tqueries\trows\t  call")
			o.Tell = func(r bench.Result) { printResult(table, r) }
		}
		results, err := bench.Run(ctx, srv, o)
		if err != nil {
			return err
		}
		if err := table.Flush(); err != nil {
			return err
		}
		if err := c.JSON.write(s.out, map[string]any{"calls": results}); err != nil {
			return err
		}
		return broken(results)
	})
}

// mixed works the installation by many at once, and fails when a request failed.
func (c *benchCommand) mixed(ctx context.Context, s *streams, srv *server.Server) error {
	m, err := bench.RunMixed(ctx, srv, bench.MixedOptions{For: c.Mixed, Clients: c.Many, Write: c.Write, Seed: 1})
	if err != nil {
		return err
	}
	if !c.JSON.wanted || c.JSON.file != "" {
		table := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', tabwriter.AlignRight)
		fmt.Fprintln(table, "p50 ms\tp95 ms\tp99 ms\tcalls\tfailed\t  call")
		for _, x := range m.Calls {
			fmt.Fprintf(table, "%.2f\t%.2f\t%.2f\t%d\t%d\t  %s\n", x.P50/1000, x.P95/1000, x.P99/1000, x.Calls, x.Failed, x.Name)
		}
		if err := table.Flush(); err != nil {
			return err
		}
		fmt.Fprintf(s.out, "%d requests by %d at once, %d failed; %.0f a second, %.2f ms CPU each, at most %d MiB; %d screens\n",
			m.Requests, c.Many, m.Failed, m.PerSecond, m.CPU/1000, m.Memory, m.Screens)
	}
	if err := c.JSON.write(s.out, m); err != nil {
		return err
	}
	if m.Failed > 0 {
		return fmt.Errorf("%d of %d requests failed", m.Failed, m.Requests)
	}
	return nil
}

// floor times calls beside the thinnest server that could do the like; it measures and does not fail.
func (c *benchCommand) floor(ctx context.Context, s *streams, srv *server.Server) error {
	table := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', tabwriter.AlignRight)
	o := bench.FloorOptions{Only: c.Only, Patience: c.Each}
	if !c.JSON.wanted || c.JSON.file != "" {
		fmt.Fprintln(table, "CPU µs\tfloor µs\tof floor\tbest peer\tbar\t  work")
		o.Tell = func(r bench.Ruled) {
			note := ""
			if !r.Held() {
				note = ": above its bar"
			}
			fmt.Fprintf(table, "%.0f\t%.0f\t%.1f\t%.1f\t%.1f\t  %s%s\n", r.CPU, r.Floor, r.OfFloor(), r.Peer, r.Peer/r.Less, r.Name, note)
		}
	}
	all, err := bench.RunFloor(ctx, srv, o)
	if err != nil {
		return err
	}
	if err := table.Flush(); err != nil {
		return err
	}
	return c.JSON.write(s.out, map[string]any{"works": all})
}

func printResult(w io.Writer, r bench.Result) {
	note := ""
	if r.Broken != "" {
		note = ": " + r.Broken
	}
	fmt.Fprintf(w, "%.2f\t%.2f\t%.2f\t%.0f\t%.0f\t%.2f\t%.0f\t%d of %d\t%d\t  %s%s\n",
		r.P50/1000, r.P95/1000, r.P99/1000, r.CPU, r.BareCPU, r.Ratio(), r.Bar, r.Queries, r.Budget, r.Rows, r.Name, note)
}

func (j jsonTo) write(out io.Writer, results any) error {
	if !j.wanted {
		return nil
	}
	b, err := json.MarshalIndent(results, "", "  ")
	if err != nil {
		return err
	}
	b = append(b, '\n')
	if j.file != "" {
		return os.WriteFile(j.file, b, 0o600)
	}
	_, err = out.Write(b)
	return err
}

func broken(results []bench.Result) error {
	n := 0
	for _, r := range results {
		if r.Broken != "" {
			n++
		}
	}
	if n > 0 {
		return fmt.Errorf("%d of %d calls broke their bar or budget", n, len(results))
	}
	return nil
}
