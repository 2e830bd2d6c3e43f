package web

import (
	"context"
	"net/http"
	"strconv"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/file"
	"kizuna/internal/ground/text"
	"kizuna/internal/resident/people"
)

var importsResource = door.Resource{Name: "imports", Doc: "Lists of persons that come in from a file: POST it as multipart form data under file"}

func mountImportAPI(d *door.Router, room *people.Room) {
	a := importAPI{room}
	d.Raw("POST /api/v1/imports", importers, a.upload, door.Uploads())
	door.List(d, importsResource, importers, a.list)
	door.Get(d, importsResource, importers, a.get)
	door.Step(d, importsResource, "check", importers, stepOf(a, room.CheckImport))
	door.Step(d, importsResource, "decide", importers, stepOf(a, room.DecideRows))
	door.Step(d, importsResource, "start", importers, stepOf(a, room.StartImport))
	door.Step(d, importsResource, "resume", importers, stepOf(a, room.ResumeImport))
	door.Step(d, importsResource, "cancel", importers, stepOf(a, room.CancelImport))
	door.Call(d, "GET", importsResource, "/{id}/rows", "The rows of a list, in a state or in any", importers, a.rows)
	door.Call(d, "GET", importsResource, "/{id}/persons", "Whom an import brought, as far as the caller may open them", importers, a.brought)
	d.Raw("GET /api/v1/imports/{id}/faults", importers, a.faults, door.Long())
}

type importAPI struct{ room *people.Room }

type importOut struct {
	ID            db.ID            `json:"id"`
	Status        string           `json:"status"`
	Version       int64            `json:"version"`
	Actions       []string         `json:"actions"`
	File          string           `json:"file" doc:"Name of the file, empty once it is erased"`
	Headings      []string         `json:"headings" doc:"Of the columns, as the file has them"`
	Fields        []string         `json:"fields" doc:"What each column is; empty is left out"`
	Bare          bool             `json:"bare" doc:"The first row is a person"`
	HouseholdKind string           `json:"household_kind"`
	On            calendar.Date    `json:"on" doc:"Since when members are in their households"`
	Counts        map[string]int64 `json:"counts" doc:"Rows by state"`
	Done          int64            `json:"done" doc:"Rows done by the work under way"`
	Before        calendar.Time    `json:"before" doc:"When the same file was brought last"`
	Trouble       string           `json:"trouble" doc:"Why the list could not be looked through"`
	EndedAt       calendar.Time    `json:"ended_at"`
	ErasedAt      calendar.Time    `json:"erased_at"`
}

func (x importAPI) out(ctx context.Context, v people.ImportView) importOut {
	out := importOut{
		ID: v.ID, Status: v.Status, Version: v.Version, Actions: freeSteps(v.Actions), File: v.Name, Headings: v.Layout.Headings, Fields: v.Layout.Fields,
		Bare: v.Layout.Bare, HouseholdKind: v.HouseholdKind, On: v.On, Counts: v.Now, Before: v.Before, EndedAt: v.EndedAt, ErasedAt: v.ErasedAt,
	}
	if v.Trouble != "" {
		out.Trouble = text.Word(ctx, v.Trouble)
	}
	if v.Work != nil {
		out.Done = v.Work.Done
	}
	return out
}

func (x importAPI) upload(w http.ResponseWriter, r *http.Request) error {
	var none struct{}
	r, in, err := door.Upload(r, &none)
	if err != nil {
		return err
	}
	if in == nil {
		return fault.Invalid(fault.Field{Pointer: "/file", Key: "fault.required"})
	}
	made, err := x.room.UploadImport(r.Context(), access.From(r.Context()), in.Name, in.Type, in)
	if err != nil {
		return err
	}
	out, err := x.get(r.Context(), access.From(r.Context()), made.ID)
	if err != nil {
		return err
	}
	w.Header().Set("Location", "/api/v1/imports/"+made.ID.String())
	return door.JSON(w, r, http.StatusCreated, out)
}

func (x importAPI) get(ctx context.Context, a access.Actor, id db.ID) (importOut, error) {
	v, err := x.room.ImportOf(ctx, a, id)
	if err != nil {
		return importOut{}, err
	}
	return x.out(ctx, v), nil
}

type importItem struct {
	ID        db.ID            `json:"id"`
	Status    string           `json:"status"`
	Version   int64            `json:"version"`
	Counts    map[string]int64 `json:"counts"`
	CreatedAt calendar.Time    `json:"created_at"`
}

func (x importAPI) list(ctx context.Context, a access.Actor, q struct{ door.Paging }) (door.Items[importItem], error) {
	var out door.Items[importItem]
	before, err := door.Cursor(q.Cursor)
	if err != nil {
		return out, err
	}
	list, err := x.room.Imports(ctx, a, before, q.Limit+1)
	list, out.Next = door.Cut(list, q.Limit, func(i people.Import) string { return i.ID.String() })
	for _, i := range list {
		out.Items = append(out.Items, importItem{i.ID, i.Status, i.Version, i.Counts.V, i.CreatedAt})
	}
	return out, err
}

// stepOf takes a step and answers with the import as it then is.
func stepOf[In any](x importAPI, take func(context.Context, access.Actor, db.ID, In) (people.Import, error)) func(context.Context, access.Actor, db.ID, In) (importOut, error) {
	return func(ctx context.Context, a access.Actor, id db.ID, in In) (importOut, error) {
		if _, err := take(ctx, a, id, in); err != nil {
			return importOut{}, err
		}
		return x.get(ctx, a, id)
	}
}

type importRowsIn struct {
	ID    db.ID  `json:"-" path:"id"`
	State string `json:"state" doc:"Such as double or fault; all unless said"`
	After int64  `json:"after" doc:"Behind this line of the file"`
	Limit int    `json:"limit" doc:"How many at once, 50 unless said, 200 at most"`
}

type importRowOut struct {
	Line   int64              `json:"line"`
	State  string             `json:"state"`
	Person people.PersonInput `json:"person" doc:"What the row says"`
	Made   *personItem        `json:"made" doc:"Who came of it, or who it is the same as"`
	Twin   int64              `json:"twin" doc:"The line before that says the same"`
	Alike  []personItem       `json:"alike"`
	Faults []importFaultOut   `json:"faults"`
}

type importFaultOut struct {
	Column int    `json:"column" doc:"From 0; -1 is the whole row"`
	Detail string `json:"detail"`
}

type importRowsOut struct {
	Items []importRowOut `json:"items"`
	Next  int64          `json:"next" doc:"after for the next; 0 at the end"`
}

func (x importAPI) rows(ctx context.Context, a access.Actor, in importRowsIn) (importRowsOut, error) {
	out := importRowsOut{Items: []importRowOut{}}
	limit, err := limitOf(in.Limit)
	if err != nil {
		return out, err
	}
	lines, err := x.room.ImportLines(ctx, a, in.ID, in.State, in.After, limit+1)
	lines, next := door.Cut(lines, limit, func(l people.ImportLine) string { return strconv.FormatInt(l.Position, 10) })
	if next != "" {
		out.Next = lines[len(lines)-1].Position
	}
	for _, l := range lines {
		row := importRowOut{Line: l.Position, State: l.State, Person: l.Draft.Person, Twin: l.Draft.Twin, Alike: []personItem{}, Faults: []importFaultOut{}}
		for _, m := range l.Alike {
			row.Alike = append(row.Alike, matchItem(ctx, m))
		}
		if l.Match != nil && l.State != "double" {
			item := foundItem(*l.Match)
			row.Made = &item
		}
		for _, f := range l.Draft.Faults {
			row.Faults = append(row.Faults, importFaultOut{f.Column, f.Text.In(text.From(ctx))})
		}
		out.Items = append(out.Items, row)
	}
	return out, err
}

func limitOf(n int) (int, error) {
	if n == 0 {
		n = door.DefaultLimit
	}
	if n < 1 || n > door.MaxLimit {
		return 0, fault.Invalid(fault.Field{Pointer: "/limit", Key: "fault.range", Args: map[string]any{"min": 1, "max": door.MaxLimit}})
	}
	return n, nil
}

type broughtIn struct {
	ID    db.ID `json:"-" path:"id"`
	After db.ID `json:"after" doc:"Behind this person"`
	Limit int   `json:"limit" doc:"How many at once, 50 unless said, 200 at most"`
}

type broughtOut struct {
	Items []personItem `json:"items"`
	Next  db.ID        `json:"next" doc:"after for the next; none at the end"`
}

func (x importAPI) brought(ctx context.Context, a access.Actor, in broughtIn) (broughtOut, error) {
	out := broughtOut{Items: []personItem{}}
	limit, err := limitOf(in.Limit)
	if err != nil {
		return out, err
	}
	cards, err := x.room.Brought(ctx, a, in.ID, in.After, limit+1)
	cards, next := door.Cut(cards, limit, func(c people.Card) string { return c.ID.String() })
	if next != "" {
		out.Next = cards[len(cards)-1].ID
	}
	for _, c := range cards {
		out.Items = append(out.Items, foundItem(people.Match{Card: c, Visible: true}))
	}
	return out, err
}

// faults gives the rows of which nothing could be made, to mend and bring again.
func (x importAPI) faults(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	ctx := r.Context()
	v, err := x.room.ImportOf(ctx, access.From(ctx), id)
	if err != nil {
		return err
	}
	if v.ErasedAt > 0 {
		return fault.Conflict("people.fault.import_erased")
	}
	file.Headers(w.Header(), file.File{Name: text.Word(ctx, "people.web.import.faults_file"), MediaType: "text/csv"}, false)
	return x.room.WriteFaulty(ctx, access.From(ctx), id, w)
}
