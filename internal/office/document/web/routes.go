// Package web asks for documents, takes them in and shows them, on the pages of
// the records they belong to and on their own, and speaks for them in the API.
package web

import (
	"context"
	_ "embed"
	"net/http"
	"slices"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/file"
	"kizuna/internal/ground/text"
	"kizuna/internal/office/document"
)

//go:embed words.txt
var wordsFile string

var _ = text.Register("document.web", wordsFile)

// checkerRoles ask for papers and look at what came.
var checkerRoles = []access.Role{access.Caseworker, access.Supervisor, access.IntakeWorker, access.ProgramManager, access.FinanceOfficer}

var (
	everyone  = door.By(access.UserRoles...)
	staff     = door.By(access.StaffRoles...)
	checkers  = door.By(checkerRoles...)
	residents = door.By(access.Resident)
	bringers  = door.By(slices.Concat(checkerRoles, []access.Role{access.ProviderManager, access.ProviderStaff, access.Resident})...)
)

var documents = door.Resource{Name: "documents", Doc: "Papers of a record: those asked for and those that came"}

// Mount registers the room's pages and API, and the way to a document's file.
// at is the page of a record that papers belong to.
func Mount(d *door.Router, room *document.Room, at func(kind string, id db.ID) string) {
	p := &pages{room, at}
	p.mount(d)
	a := api{room}
	door.List(d, documents, everyone, a.list)
	door.Get(d, documents, everyone, a.get)
	door.Create(d, documents, bringers, a.create)
	for _, step := range []string{"receive", "add_file"} {
		door.Step(d, documents, step, bringers, a.step(step))
	}
	for _, step := range []string{"accept", "reject", "look_again", "waive", "ask_again", "void"} {
		door.Step(d, documents, step, checkers, a.step(step))
	}
	d.Raw("POST /api/v1/files", bringers, a.upload, door.Uploads())
	d.Raw("GET /api/v1/documents/{id}/file", everyone, a.file, door.Long())
	d.Raw("GET /api/v1/documents/{id}/files/{file}", everyone, a.file, door.Long())
}

type api struct{ room *document.Room }

type documentOut struct {
	ID          db.ID         `json:"id"`
	Status      string        `json:"status"`
	Version     int64         `json:"version"`
	Actions     []string      `json:"actions"`
	Title       string        `json:"title"`
	TitleEN     string        `json:"title_en" doc:"Its name in English, empty where it has one name only"`
	Kind        string        `json:"kind"`
	OwnerKind   string        `json:"owner_kind"`
	Owner       db.ID         `json:"owner_id"`
	File        db.ID         `json:"file_id"`
	Due         calendar.Date `json:"due"`
	Required    bool          `json:"required"`
	Note        string        `json:"note" doc:"For staff; empty for everybody else"`
	Part        string        `json:"part" doc:"For which part of its record it is, such as the key of a co-applicant; empty for all of it"`
	Instruction string        `json:"instruction" doc:"What is said to whoever is to bring it"`
	Until       calendar.Date `json:"valid_until" doc:"The last day on which it holds"`
	Reason      string        `json:"reason" doc:"Why it was rejected or is not needed"`
	Person      db.ID         `json:"person_id" doc:"Whom it concerns"`
	Shown       bool          `json:"shown" doc:"Whether that person sees it, and can bring it, on their own page"`
}

func documentOf(a access.Actor, d document.Document) documentOut {
	note := d.Note
	if !a.Is(access.StaffRoles...) {
		note = "" // what staff say among themselves
	}
	return documentOut{d.ID, d.Status, d.Version, document.Flow.Free(a, d), d.Title, d.TitleEN, d.Kind, d.OwnerKind, d.Owner, d.File, d.Due, d.Required, note, d.Part,
		d.Instruction, d.Until, d.Reason, d.Person, d.Shown}
}

type asked struct {
	door.Paging
	OwnerKind string `json:"owner_kind" doc:"Kind of the record they belong to, such as case"`
	Owner     db.ID  `json:"owner_id"`
}

func (x api) list(ctx context.Context, a access.Actor, q asked) (door.Items[documentOut], error) {
	var out door.Items[documentOut]
	last, err := door.Cursor(q.Cursor)
	if err != nil {
		return out, err
	}
	list, err := x.room.Page(ctx, a, q.OwnerKind, q.Owner, last, q.Limit+1)
	if len(list) > q.Limit {
		list = list[:q.Limit]
		out.Next = list[q.Limit-1].ID.String()
	}
	for _, d := range list {
		out.Items = append(out.Items, documentOf(a, d))
	}
	return out, err
}

func (x api) get(ctx context.Context, a access.Actor, id db.ID) (documentOut, error) {
	d, err := x.room.Document(ctx, a, id)
	return documentOf(a, d), err
}

func (x api) create(ctx context.Context, a access.Actor, in document.Input) (documentOut, error) {
	d, err := x.room.Create(ctx, a, in)
	return documentOf(a, d), err
}

func (x api) step(step string) func(context.Context, access.Actor, db.ID, document.StepInput) (documentOut, error) {
	return func(ctx context.Context, a access.Actor, id db.ID, in document.StepInput) (documentOut, error) {
		d, err := x.room.Step(ctx, a, id, step, in)
		return documentOf(a, d), err
	}
}

type fileOut struct {
	ID        db.ID  `json:"id"`
	Name      string `json:"name"`
	MediaType string `json:"media_type"`
	Size      int64  `json:"size"`
}

// upload takes a file that a document is then created or received with.
func (x api) upload(w http.ResponseWriter, r *http.Request) error {
	var none struct{}
	r, in, err := door.Upload(r, &none)
	if err != nil {
		return err
	}
	if in == nil {
		return fault.Invalid(fault.Field{Pointer: "/file", Key: "fault.required"})
	}
	f, err := x.room.Upload(r.Context(), access.From(r.Context()), in.Name, in.Type, in)
	if err != nil {
		return atFile(err)
	}
	return door.JSON(w, r, http.StatusCreated, fileOut{f.ID, f.Name, f.MediaType, f.Size})
}

// atFile says of the field what is wrong with its file.
func atFile(err error) error {
	f, ok := fault.As(err)
	if !ok || f.Kind != fault.KindInvalid {
		return err
	}
	g := *f
	g.Fields = slices.Clone(f.Fields)
	for i := range g.Fields {
		g.Fields[i].Pointer = "/file" + g.Fields[i].Pointer
	}
	return &g
}

func (x api) file(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	var of db.ID
	if r.PathValue("file") != "" {
		if of, err = door.ID(r, "file"); err != nil {
			return err
		}
	}
	f, content, err := x.room.Open(r.Context(), access.From(r.Context()), id, of)
	if err != nil {
		return err
	}
	file.Headers(w.Header(), f, r.URL.Query().Get("inline") == "true")
	http.ServeContent(w, r, "", f.At.Std(), content)
	return nil
}
