package main

import (
	"context"
	"fmt"
	"net"
	"os/exec"
	"runtime/debug"
	"text/tabwriter"

	"kizuna/internal/demo"
	"kizuna/internal/ground/text"
	"kizuna/internal/operate"
	"kizuna/internal/server"
)

type demoCommand struct {
	Addr    string `help:"Address to listen on; port 0 takes a free one." default:"127.0.0.1:8080"`
	Data    string `help:"Folder of the demo's data; a second start uses it again." default:"data/demo" type:"path"`
	DB      string `help:"Database: a postgres:// address, or a SQLite file. Default: kizuna.db in the data folder."`
	Lang    string `help:"Language of the agency." enum:"ja,en" default:"ja"`
	Persons int    `help:"How many residents to invent." default:"300"`
	Keys    string `help:"Write addresses, sign-ins and API keys to this file as JSON once the demo answers." type:"path"`
	Open    bool   `help:"Open a browser."`
}

// Run makes the demo agency where there is none yet, and serves it.
func (c *demoCommand) Run(ctx context.Context, s *streams) error {
	if err := mayListen(c.Addr, "", false); err != nil {
		return err
	}
	steadyCollector()
	place := operate.Place{Data: c.Data, DB: c.DB}
	d, v, err := place.Prepare(ctx)
	if err != nil {
		return err
	}
	defer d.Close()
	l, err := net.Listen("tcp", c.Addr)
	if err != nil {
		return err
	}
	base := "http://" + l.Addr().String()
	srv, err := server.New(server.Config{DB: d, Vault: v, Log: s.log(), BaseURL: base, Demo: true})
	if err != nil {
		return err
	}
	defer srv.Close()
	return srv.ServeAfter(ctx, l, func(ctx context.Context, open func()) error { return c.make(ctx, s, srv, base, open) })
}

// make makes the agency, or reads what is there, and tells how to sign in once it is open.
func (c *demoCommand) make(ctx context.Context, s *streams, srv *server.Server, base string, open func()) error {
	fmt.Fprintf(s.out, "\n  %s\n\n", base)
	agency, err := demo.Make(ctx, srv, c.Data, demo.Options{Lang: text.Lang(c.Lang), Persons: c.Persons, Tell: func(line string) { fmt.Fprintln(s.errs, line) }})
	if err != nil {
		return err
	}
	open()
	debug.FreeOSMemory() // what making a year took
	if c.Open {
		if err := exec.CommandContext(ctx, "xdg-open", base).Start(); err != nil {
			fmt.Fprintln(s.errs, "kizuna: no browser was opened:", err)
		}
	}
	table := tabwriter.NewWriter(s.out, 2, 0, 2, ' ', 0)
	for _, x := range agency.Accounts {
		fmt.Fprintf(table, "  %s\t%s\t%s\t%s\n", x.Role, x.Name.In(text.Lang(c.Lang)), x.Email, x.Password)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(s.out)
	if c.Keys == "" {
		return nil
	}
	return agency.WriteKeys(c.Keys, base)
}
