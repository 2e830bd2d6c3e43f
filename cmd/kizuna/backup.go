package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"text/tabwriter"

	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/vault"
	"kizuna/internal/operate"
)

type backupCommand struct {
	placeFlags
	To string `help:"File to write; it must not exist." required:"" type:"path"`
}

// Run writes an archive while the installation goes on working, and prints
// what each table holds.
func (c *backupCommand) Run(ctx context.Context, s *streams) error {
	steadyCollector()
	return c.with(ctx, func(d *db.DB, v *vault.Vault) error {
		sums, err := operate.BackupTo(ctx, d, v, calendar.System.Now(), c.To)
		if err != nil {
			return err
		}
		if err := printSums(s.out, sums); err != nil {
			return err
		}
		fmt.Fprintf(s.out, "%s is whole. The key file %s is NOT in it: without a copy of it, kept elsewhere, sealed fields and files cannot be read.\n", c.To, c.place().KeyFile())
		return nil
	})
}

type restoreCommand struct {
	placeFlags
	From string `help:"Archive to read." required:"" type:"existingfile"`
}

// Run fills an empty place from an archive and verifies what came in.
func (c *restoreCommand) Run(ctx context.Context, s *streams) error {
	steadyCollector()
	f, err := os.Open(c.From)
	if err != nil {
		return err
	}
	defer f.Close()
	d, v, err := c.place().Receive(ctx)
	if err != nil {
		return err
	}
	defer d.Close()
	out, err := operate.Restore(ctx, d, v, f)
	if err != nil {
		return err
	}
	if err := printSums(s.out, out.Sums); err != nil {
		return err
	}
	fmt.Fprintf(s.out, "restored what %s held at %s; read back and equal; %d journal rows and %d seals hold\n", out.From, out.At, out.Journal.Rows, out.Journal.Seals)
	return nil
}

// printSums prints the tables that hold anything.
func printSums(w io.Writer, sums []operate.Sum) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, x := range sums {
		if x.Rows > 0 {
			fmt.Fprintf(table, "%s\t%d\t%s\n", x.Table, x.Rows, x.Hash)
		}
	}
	return table.Flush()
}
