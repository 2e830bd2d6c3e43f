// Command kizuna is the whole program: the demo, the server, the worker, and
// what an operator needs. It parses, calls and prints; it decides nothing.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/text"
)

// line is what the program understands. Every flag may also come from the
// environment (KIZUNA_…) or the configuration file.
type line struct {
	Config kong.ConfigFlag `help:"Configuration file (JSON) with the same names as the flags." env:"KIZUNA_CONFIG"`

	Demo     demoCommand     `cmd:"" help:"From an empty machine to a running demo agency: make its data, serve, print addresses and sign-ins."`
	Serve    serveCommand    `cmd:"" help:"Serve an agency; does its background work too unless --no-worker."`
	Work     workCommand     `cmd:"" help:"Do the background work only."`
	Migrate  migrateCommand  `cmd:"" help:"Bring the database to this release, or tell what that would do."`
	Setup    setupCommand    `cmd:"" help:"Make the agency and its first administrator, once."`
	Check    checkCommand    `cmd:"" help:"Look over the installation: schema, pages, references, books, journal."`
	Generate generateCommand `cmd:"" help:"Invent an agency of any size to try and to measure: residents, teams, cases, providers and what they give."`
	Bench    benchCommand    `cmd:"" help:"Time screens and API of this installation against their bars and query budgets."`
	Backup   backupCommand   `cmd:"" help:"Write everything, files included, to one archive while the installation goes on working."`
	Restore  restoreCommand  `cmd:"" help:"Fill an empty place from an archive, and verify it."`
	Import   importCommand   `cmd:"" help:"Bring in directories and lists, with a dry run and a line per row."`
	Audit    auditCommand    `cmd:"" help:"Prove the journal unbroken."`
	Key      keyCommand      `cmd:"" help:"Make and revoke API keys."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run runs one command and gives its exit code: 0, 1 when it failed with one
// line on stderr, 2 when the call itself was wrong.
func run(ctx context.Context, args []string, out, errs io.Writer) int {
	var l line
	parser, err := kong.New(&l, kong.Name("kizuna"), kong.Description("Case management for public agencies and those they help."),
		kong.Configuration(kong.JSON), kong.UsageOnError(), kong.Writers(out, errs), kong.DefaultEnvars("KIZUNA"))
	if err != nil {
		fmt.Fprintln(errs, "kizuna:", err)
		return 2
	}
	call, err := parser.Parse(args)
	if err != nil {
		parser.FatalIfErrorf(err)
		return 2
	}
	call.BindTo(ctx, (*context.Context)(nil))
	if err := call.Run(&streams{out, errs}); err != nil && !errors.Is(err, context.Canceled) {
		fmt.Fprintln(errs, "kizuna:", plain(err))
		return 1
	}
	return 0
}

// streams are where a command writes.
type streams struct{ out, errs io.Writer }

func (s *streams) log() *slog.Logger { return slog.New(slog.NewJSONHandler(s.errs, nil)) }

// plain is an error as an operator reads it: a fault's sentence with its
// fields, or the error itself.
func plain(err error) string {
	f, ok := fault.As(err)
	if !ok {
		return err.Error()
	}
	s := text.T(text.EN, f.Key, f.Args)
	for _, x := range f.Fields {
		s += " " + x.Pointer + ": " + text.T(text.EN, x.Key, x.Args)
	}
	if f.Cause != nil {
		s += " (" + f.Cause.Error() + ")"
	}
	return s
}
