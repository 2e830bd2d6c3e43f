package web

import (
	"context"
	"net/http"

	"github.com/a-h/templ"

	"kizuna/internal/casework/intake"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
)

func (p *pages) mountLeave(d *door.Router) {
	for _, k := range p.kinds() {
		at := "/desk/intake/" + k.segment + "/{id}/leave"
		d.Page("GET "+at, keepers, p.askLeave(k))
		d.Page("POST "+at, keepers, p.leave(k))
		d.Page("POST "+at+"/{deed}/undo", keepers, p.undoLeave(k))
	}
}

func (p *pages) askLeave(k kind) door.Page {
	return func(w http.ResponseWriter, r *http.Request) error { return p.drawLeave(w, r, k, nil) }
}

func (p *pages) drawLeave(w http.ResponseWriter, r *http.Request, k kind, refused error) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	ctx := r.Context()
	v, err := k.open(ctx, access.From(ctx), id)
	if err != nil {
		return err
	}
	v.kind = k
	page, form := ui.Page{Title: text.Word(ctx, stepKey(k.entity, "leave"))}, ui.FormProps{Action: v.at() + "/leave", Version: version(v.Arrival.Version)}
	if refused != nil {
		return door.Refuse(w, r, refused, page, func(err error) templ.Component {
			form.Typed, form.Fault = door.Typed(r), err
			return leavePage(form, v)
		})
	}
	return door.Show(w, r, page, leavePage(form, v))
}

func (p *pages) leave(k kind) door.Page {
	return func(w http.ResponseWriter, r *http.Request) error {
		id, err := door.ID(r, "id")
		if err != nil {
			return err
		}
		var in intake.LeaveInput
		ctx := r.Context()
		if err = door.Form(r, &in); err == nil {
			var out intake.TakenOut
			if out, err = p.room.Leave(ctx, access.From(ctx), k.entity, id, in); err == nil {
				at := intake.Href(k.entity, id)
				door.ToastUndo(w, r, at+"/leave/"+out.Undo.String()+"/undo", version(out.Version), "intake.web.left_case")
				return door.See(w, r, at)
			}
		}
		return p.drawLeave(w, r, k, err)
	}
}

func (p *pages) undoLeave(k kind) door.Page {
	return func(w http.ResponseWriter, r *http.Request) error {
		id, err := door.ID(r, "id")
		if err != nil {
			return err
		}
		deed, err := door.ID(r, "deed")
		if err != nil {
			return err
		}
		var in intake.UndoLeaveInput
		if err := door.Form(r, &in); err != nil {
			return err
		}
		in.Undo = deed
		ctx := r.Context()
		if _, err := p.room.UndoLeave(ctx, access.From(ctx), k.entity, id, in); err != nil {
			return err
		}
		door.Toast(w, r, ui.OK, "intake.web.back_in_case")
		return door.See(w, r, intake.Href(k.entity, id))
	}
}

func (v view) caseOptions(ctx context.Context) []ui.Option {
	out := make([]ui.Option, len(v.Cases))
	for i, c := range v.Cases {
		out[i] = ui.Option{Value: c.ID.String(), Label: c.Number, Hint: text.Word(ctx, kindKey(c.MainKind))}
	}
	return out
}

// mountLeave offers both on a resource of what came in.
func (x api) mountLeave(d *door.Router, of door.Resource, kind string) {
	door.Step(d, of, "leave", keepers, func(ctx context.Context, a access.Actor, id db.ID, in intake.LeaveInput) (intake.TakenOut, error) {
		return x.room.Leave(ctx, a, kind, id, in)
	})
	door.Step(d, of, "undo_leave", keepers, func(ctx context.Context, a access.Actor, id db.ID, in intake.UndoLeaveInput) (intake.TakenOut, error) {
		return x.room.UndoLeave(ctx, a, kind, id, in)
	})
}
