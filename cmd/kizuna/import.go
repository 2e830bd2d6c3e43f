package main

import (
	"context"
	"fmt"
	"os"
	"text/tabwriter"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/text"
	"kizuna/internal/network/provider/hsds"
	"kizuna/internal/office/account"
	"kizuna/internal/server"
)

type importCommand struct {
	HSDS    importHSDSCommand    `cmd:"" name:"hsds" help:"Bring in a directory of providers: a folder of CSV files in the older Open Referral layout."`
	Persons importPersonsCommand `cmd:"" help:"Bring in persons and their households from a CSV or XLSX list."`
}

// importFlags are common to all imports: who is named as the one who did it.
type importFlags struct {
	placeFlags
	As     string `help:"E-mail address of the user who imports; their rights hold." required:""`
	DryRun bool   `help:"Say what would happen and keep nothing."`
}

// run opens the rooms and finds who imports.
func (f importFlags) run(ctx context.Context, s *streams, do func(ctx context.Context, srv *server.Server, a access.Actor) error) error {
	return f.withServer(ctx, s, func(srv *server.Server) error {
		user, err := userOf(ctx, srv, f.As)
		if err != nil {
			return err
		}
		opened, err := srv.Rooms.Account.User(ctx, access.TheSystem(), user.ID)
		if err != nil {
			return err
		}
		return do(calendar.WithZone(ctx, calendar.Tokyo), srv, account.ActorOf(opened))
	})
}

type importHSDSCommand struct {
	importFlags
	Folder   string `arg:"" help:"Folder with organizations.csv, locations.csv, services.csv and the rest." type:"existingdir"`
	Source   string `help:"Name of the directory; its ids are unique within it." default:"hsds"`
	Activate bool   `help:"Make new providers active at once, so that searches find them."`
	Lang     string `help:"Language of the directory's texts." enum:"ja,en" default:"en"`
}

// Run prints what became of each file and every repair.
func (c *importHSDSCommand) Run(ctx context.Context, s *streams) error {
	return c.run(ctx, s, func(ctx context.Context, srv *server.Server, a access.Actor) error {
		o := hsds.Options{Source: c.Source, DryRun: c.DryRun, Activate: c.Activate, Lang: text.Lang(c.Lang)}
		report, err := hsds.Import(ctx, srv.Rooms.Providers, a, os.DirFS(c.Folder), o)
		if err != nil {
			return err
		}
		for _, r := range report.Repairs {
			fmt.Fprintf(s.out, "%s line %d %s: %s\n", r.File, r.Row, r.Field, text.T(text.EN, r.Key, r.Args))
		}
		table := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
		for _, n := range report.Counts {
			fmt.Fprintf(table, "%s\tnew %d\tchanged %d\tthe same %d\tskipped %d\trefused %d\n", n.File, n.New, n.Changed, n.Same, n.Skipped, n.Refused)
		}
		return table.Flush()
	})
}
