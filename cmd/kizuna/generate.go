package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"kizuna/internal/generate"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/text"
	"kizuna/internal/server"
)

type generateCommand struct {
	placeFlags
	Persons int    `help:"How many residents." required:""`
	Seed    uint64 `help:"The same seed and day invent the same residents." default:"1"`
	Lang    string `help:"Language of the agency and of most names." enum:"ja,en" default:"ja"`
	Today   string `help:"The day that ages and due dates are counted from. Default: today."`
}

// Run makes the place where there is none and fills it; run again it makes
// what is still missing.
func (c *generateCommand) Run(ctx context.Context, s *streams) error {
	steadyCollector()
	today := calendar.Today(ctx, calendar.System)
	if c.Today != "" {
		var ok bool
		if today, ok = calendar.ISODate(c.Today); !ok {
			return fmt.Errorf("--today %s is not a day such as 2026-11-24", c.Today)
		}
	}
	d, v, err := c.place().Prepare(ctx)
	if err != nil {
		return err
	}
	defer d.Close()
	srv, err := server.New(server.Config{DB: d, Vault: v, Log: s.log(), NoWork: true})
	if err != nil {
		return err
	}
	defer srv.Close()
	bar := progressBar(s.errs)
	made, err := generate.Make(ctx, srv, generate.Options{Persons: c.Persons, Seed: c.Seed, Lang: text.Lang(c.Lang), Today: today, Tell: bar})
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "%d persons in %d households, %d cases, %d providers, %d disbursements and %d requests for payment made in %s; %d persons were there already\n",
		made.Persons, made.Households, made.Cases, made.Providers, made.Disbursements, made.Claims, made.Took.Round(100*time.Millisecond), made.Found)
	if made.Admin != "" {
		fmt.Fprintf(s.out, "administrator: %s with password %s\n", made.Admin, made.Password)
	}
	fmt.Fprintf(s.out, "API keys for them: kizuna key create --email %s --name trial\n", generate.Worker(0))
	return nil
}

// progressBar draws on a terminal, and writes a line for every tenth
// elsewhere.
func progressBar(w io.Writer) func(generate.Progress) {
	live := false
	if f, ok := w.(*os.File); ok {
		info, err := f.Stat()
		live = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	tenth := 0
	return func(p generate.Progress) {
		line := fmt.Sprintf("%d of %d persons, %s, %s left", p.Persons, p.Of, p.Took.Round(time.Second), p.Left.Round(time.Second))
		switch now := 10 * p.Persons / max(1, p.Of); {
		case live && p.Persons >= p.Of:
			fmt.Fprintf(w, "\r\x1b[K%s\n", line)
		case live:
			fmt.Fprintf(w, "\r\x1b[K%s", line)
		case now > tenth:
			tenth = now
			fmt.Fprintln(w, line)
		}
	}
}
