package web

import (
	"context"
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"kizuna/internal/casework/careplan"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
)

type pages struct {
	room  *careplan.Room
	parts Parts
}

// sheet is a form of its own for one deed.
type sheet struct {
	title  string // word key
	note   string // what it is about
	action string
	cancel string
	submit string // word key
	danger bool
	hint   string // word key of what it does
	fields templ.Component
	// version of what it changes; 0 for something new
	version int64
	// shown is what a form shows that two may have open at once, read how its values read
	shown any
	read  func(name, value string) string
}

// sheets makes the sheet of a record again and again: first empty, then as
// typed.
type sheets func(ctx context.Context, a access.Actor, id db.ID) (sheet, error)

func (p *pages) ask(of sheets) door.Page {
	return func(w http.ResponseWriter, r *http.Request) error {
		id, err := door.ID(r, "id")
		if err != nil {
			return err
		}
		ctx := r.Context()
		s, err := of(ctx, access.From(ctx), id)
		if err != nil {
			return err
		}
		form := ui.FormProps{Action: s.action}
		if s.version > 0 {
			form.Version = version(s.version)
		}
		if s.shown != nil {
			form = door.Opened(form, s.shown)
		}
		return door.Show(w, r, ui.Page{Title: text.Word(ctx, s.title)}, sheetPage(s, form))
	}
}

// deed reads a sheet's form, does it and leads on, or shows the sheet as typed.
func (p *pages) deed(w http.ResponseWriter, r *http.Request, in any, of sheets, do func(ctx context.Context, a access.Actor, id db.ID) (to string, err error)) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	ctx, a := r.Context(), access.From(r.Context())
	if err = door.Form(r, in); err == nil {
		var to string
		if to, err = do(ctx, a, id); err == nil {
			door.Toast(w, r, ui.OK, "careplan.web.saved")
			return door.See(w, r, to)
		}
	}
	s, missing := of(ctx, a, id)
	if missing != nil {
		return missing
	}
	both := door.Edit{Now: s.shown, Form: ui.FormProps{Action: s.action, Version: version(s.version)}, Read: s.read, Submit: s.submit, Cancel: s.cancel,
		Label: func(name string) string { return fieldLabel(ctx, name) }}
	return door.RefuseEdit(w, r, err, ui.Page{Title: text.Word(ctx, s.title)}, both, func(err error) templ.Component {
		form := ui.FormProps{Action: s.action, Version: door.Typed(r).Get("version"), Typed: door.Typed(r), Fault: err}
		if s.shown != nil {
			form = door.Opened(form, s.shown)
		}
		return sheetPage(s, form)
	})
}

// press does what a button says, from the version its page showed.
func (p *pages) press(w http.ResponseWriter, r *http.Request, do func(ctx context.Context, a access.Actor, id db.ID, version int64) (to string, err error)) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	var in struct {
		Version int64 `json:"version"`
	}
	if err := door.Form(r, &in); err != nil {
		return err
	}
	ctx := r.Context()
	to, err := do(ctx, access.From(ctx), id, in.Version)
	if err != nil {
		return err
	}
	door.Toast(w, r, ui.OK, "careplan.web.saved")
	return door.See(w, r, to)
}

func version(n int64) string { return strconv.FormatInt(n, 10) }

func planAt(id db.ID) string { return "/desk/plans/" + id.String() }

func goalAt(id db.ID) string { return "/desk/goals/" + id.String() }

func caseAt(id db.ID) string { return "/desk/cases/" + id.String() }

func taskAt(id db.ID) string { return "/desk/plan-tasks/" + id.String() }

func reviewAt(id db.ID) string { return "/desk/reviews/" + id.String() }

// The words of coded values.

func areaKey(v string) string {
	if v == "" {
		v = "none"
	}
	return "careplan.web.area." + v
}

func partyKey(v string) string   { return "careplan.web.party." + v }
func outcomeKey(v string) string { return "careplan.web.outcome." + v }
func restKey(v string) string    { return "careplan.web.rest." + v }
func howKey(v string) string     { return "careplan.web.how." + v }
func basisKey(v string) string   { return "careplan.web.basis." + v }

func options(ctx context.Context, key func(string) string, values []string) []ui.Option {
	out := make([]ui.Option, len(values))
	for i, v := range values {
		out[i] = ui.Option{Value: v, Label: text.Word(ctx, key(v))}
	}
	return out
}

// fieldLabel is what a field of a plan's or a goal's form is called.
func fieldLabel(ctx context.Context, name string) string {
	switch name {
	case "person_id":
		name = "whose"
	case "parent_id":
		name = "parent"
	}
	return text.Word(ctx, "careplan.web.field."+name)
}
