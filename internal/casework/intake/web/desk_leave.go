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

// leaving are the kinds that can be taken out of a case again.
func (p *pages) leaving() map[string]func(context.Context, access.Actor, db.ID, intake.LeaveInput) error {
	return map[string]func(context.Context, access.Actor, db.ID, intake.LeaveInput) error{
		intake.KindComplaint: func(ctx context.Context, a access.Actor, id db.ID, in intake.LeaveInput) error {
			_, err := p.room.LeaveComplaint(ctx, a, id, in)
			return err
		},
		intake.KindInquiry: func(ctx context.Context, a access.Actor, id db.ID, in intake.LeaveInput) error {
			_, err := p.room.LeaveInquiry(ctx, a, id, in)
			return err
		},
	}
}

func (p *pages) mountLeave(d *door.Router) {
	for _, k := range p.kinds() {
		if leave, ok := p.leaving()[k.entity]; ok {
			d.Page("GET /desk/intake/"+k.segment+"/{id}/leave", keepers, p.askLeave(k))
			d.Page("POST /desk/intake/"+k.segment+"/{id}/leave", keepers, p.leave(k, leave))
		}
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

func (p *pages) leave(k kind, take func(context.Context, access.Actor, db.ID, intake.LeaveInput) error) door.Page {
	return func(w http.ResponseWriter, r *http.Request) error {
		id, err := door.ID(r, "id")
		if err != nil {
			return err
		}
		var in intake.LeaveInput
		ctx := r.Context()
		if err = door.Form(r, &in); err == nil {
			if err = take(ctx, access.From(ctx), id, in); err == nil {
				door.Toast(w, r, ui.OK, "intake.web.left_case")
				return door.See(w, r, intake.Href(k.entity, id))
			}
		}
		return p.drawLeave(w, r, k, err)
	}
}

func (v view) caseOptions(ctx context.Context) []ui.Option {
	out := make([]ui.Option, len(v.Cases))
	for i, c := range v.Cases {
		out[i] = ui.Option{Value: c.ID.String(), Label: c.Number, Hint: text.Word(ctx, kindKey(c.MainKind))}
	}
	return out
}

func (x api) leaveInquiry(ctx context.Context, a access.Actor, id db.ID, in intake.LeaveInput) (inquiryOut, error) {
	if _, err := x.room.LeaveInquiry(ctx, a, id, in); err != nil {
		return inquiryOut{}, err
	}
	return x.inquiry(ctx, a, id)
}

func (x api) leaveComplaint(ctx context.Context, a access.Actor, id db.ID, in intake.LeaveInput) (complaintOut, error) {
	if _, err := x.room.LeaveComplaint(ctx, a, id, in); err != nil {
		return complaintOut{}, err
	}
	return x.complaint(ctx, a, id)
}
