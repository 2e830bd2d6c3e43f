package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"text/tabwriter"
	"time"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/jobs"
	"kizuna/internal/ground/text"
	"kizuna/internal/resident/people"
	"kizuna/internal/server"
)

type importPersonsCommand struct {
	importFlags
	File          string `arg:"" help:"CSV or XLSX; the first line names the columns, in Japanese or English." type:"existingfile"`
	Doubles       string `help:"What becomes of rows that may be somebody who is there: new, same (left as they are), fill (what is empty) or left (out). Unless it is said, the import waits for a decision on its page." enum:"ask,new,same,fill,left" default:"ask"`
	Again         bool   `help:"Bring the same file once more."`
	HouseholdKind string `help:"What the list's households are." enum:"registered,living" default:"registered"`
	On            string `help:"Since when their members are in them, as 2026-04-01; not known unless said."`
}

// Run looks the list through, tells of every row that cannot simply be made,
// and makes the others. Given the same file again it goes on where it ended.
func (c *importPersonsCommand) Run(ctx context.Context, s *streams) error {
	return c.run(ctx, s, func(ctx context.Context, srv *server.Server, a access.Actor) error {
		on, err := calendar.ParseDate(c.On)
		if err != nil {
			return err
		}
		p := listImport{importPersonsCommand: c, streams: s, srv: srv, room: srv.Rooms.People, actor: a, on: on, work: jobs.New(srv.Run.Data, srv.Run.Clock, jobs.Options{})}
		p.work.Register(p.room.ImportKind())
		return p.do(ctx)
	})
}

// listImport is one list on its way.
type listImport struct {
	*importPersonsCommand
	*streams
	srv   *server.Server
	room  *people.Room
	actor access.Actor
	on    calendar.Date
	work  *jobs.Worker
}

func (p *listImport) do(ctx context.Context) error {
	v, err := p.begin(ctx)
	if err == nil && v.Status == "uploaded" {
		if _, err = p.room.CheckImport(ctx, p.actor, v.ID, people.CheckInput{HouseholdKind: p.HouseholdKind, On: p.on, Version: v.Version}); err == nil {
			v, err = p.wait(ctx, v.ID)
		}
	} else if err == nil {
		v, err = p.wait(ctx, v.ID)
	}
	if err != nil {
		return err
	}
	switch v.Status {
	case "uploaded":
		return fmt.Errorf("%s: %s", p.File, text.T(text.EN, v.Trouble, nil))
	case "checked":
		if v, err = p.make(ctx, v); err != nil {
			return err
		}
	}
	return p.report(ctx, v)
}

// begin brings the list, or goes on with the same that was brought and did not end.
func (p *listImport) begin(ctx context.Context) (people.ImportView, error) {
	file, err := os.Open(p.File)
	if err != nil {
		return people.ImportView{}, err
	}
	defer file.Close()
	made, err := p.room.UploadImport(ctx, p.actor, filepath.Base(p.File), "", file)
	if err != nil {
		return people.ImportView{}, err
	}
	list, err := p.room.Imports(ctx, p.actor, made.ID, 50)
	if err != nil {
		return people.ImportView{}, err
	}
	for _, i := range list {
		if i.Ended() || !bytes.Equal(i.Digest, made.Digest) {
			continue
		}
		if _, err := p.room.CancelImport(ctx, p.actor, made.ID, people.ImportInput{Version: made.Version}); err != nil {
			return people.ImportView{}, err
		}
		fmt.Fprintf(p.out, "goes on with %s\n", i.ID)
		return p.room.ImportOf(ctx, p.actor, i.ID)
	}
	return p.room.ImportOf(ctx, p.actor, made.ID)
}

// wait does the work, or lets a server that has begun it do it.
func (p *listImport) wait(ctx context.Context, id db.ID) (people.ImportView, error) {
	for {
		v, err := p.room.ImportOf(ctx, p.actor, id)
		if err != nil || !v.Working() {
			return v, err
		}
		if v.Stuck() {
			if _, err := p.room.ResumeImport(ctx, p.actor, id, people.ImportInput{Version: v.Version}); err != nil {
				return v, err
			}
		}
		ran, err := p.work.Drain(ctx)
		if err != nil {
			return v, err
		}
		if ran == 0 {
			select {
			case <-ctx.Done():
				return v, ctx.Err()
			case <-time.After(time.Second):
			}
		}
	}
}

func (p *listImport) make(ctx context.Context, v people.ImportView) (people.ImportView, error) {
	if p.DryRun {
		_, err := p.room.CancelImport(ctx, p.actor, v.ID, people.ImportInput{Version: v.Version})
		return v, err
	}
	if n := v.Now["double"]; n > 0 {
		if p.Doubles == "ask" {
			if err := p.report(ctx, v); err != nil {
				return v, err
			}
			return v, fmt.Errorf("%d rows may be persons who are there already: decide them at /desk/imports/%s, or say --doubles", n, v.ID)
		}
		decided, err := p.room.DecideRows(ctx, p.actor, v.ID, people.DecideInput{All: true, Choice: p.Doubles, Version: v.Version})
		if err != nil {
			return v, err
		}
		v.Import = decided
	}
	if _, err := p.room.StartImport(ctx, p.actor, v.ID, people.StartInput{Again: p.Again, Version: v.Version}); err != nil {
		return v, err
	}
	return p.wait(ctx, v.ID)
}

// report prints every row that was not simply made, and the sums.
func (p *listImport) report(ctx context.Context, v people.ImportView) error {
	for _, state := range []string{"double", "fault", "refused"} {
		for after := int64(0); ; {
			lines, err := p.room.ImportLines(ctx, p.actor, v.ID, state, after, 200)
			if err != nil {
				return err
			}
			for _, l := range lines {
				p.line(v, l)
				after = l.Position
			}
			if len(lines) == 0 {
				break
			}
		}
	}
	table := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', 0)
	for _, state := range people.RowStates {
		if n := v.Now[state]; n > 0 {
			fmt.Fprintf(table, "%s\t%d\n", text.T(text.EN, people.RowStateKey(state), nil), n)
		}
	}
	return table.Flush()
}

// line tells of a row without naming anybody: a terminal keeps what it shows.
func (p *listImport) line(v people.ImportView, l people.ImportLine) {
	for _, f := range l.Draft.Faults {
		column := ""
		if f.Column >= 0 && f.Column < len(v.Layout.Headings) {
			column = v.Layout.Headings[f.Column] + ": "
		}
		fmt.Fprintf(p.out, "line %d: %s%s\n", l.Position, column, f.Text.In(text.EN))
	}
	if l.State != "double" {
		return
	}
	if l.Draft.Twin > 0 {
		fmt.Fprintf(p.out, "line %d: may be the same as line %d\n", l.Position, l.Draft.Twin)
	}
	if n := len(l.Alike); n > 0 {
		fmt.Fprintf(p.out, "line %d: may be somebody who is there already (%d)\n", l.Position, n)
	}
}
