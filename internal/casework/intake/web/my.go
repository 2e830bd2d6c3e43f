package web

import (
	"net/http"
	"slices"

	"github.com/a-h/templ"

	"kizuna/internal/casework/intake"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
)

func (p *pages) mountMy(d *door.Router) {
	d.Page("GET /my/applications", residents, p.mine)
	d.Page("GET /my/applications/new", residents, p.begin)
	d.Page("POST /my/applications", residents, p.keep)
	d.Page("GET /my/applications/{id}", residents, p.own)
	d.Page("GET /my/applications/{id}/edit", residents, p.reopen)
	d.Page("POST /my/applications/{id}", residents, p.change)
	for _, step := range []string{"submit", "send_again", "withdraw"} {
		d.Page("POST /my/applications/{id}/"+step, residents, p.ownStep(step))
	}
}

const myApplications = "/my/applications"

func (p *pages) mine(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	list, err := p.room.Mine(ctx, access.From(ctx))
	if err != nil {
		return err
	}
	return door.Show(w, r, ui.Page{Title: text.Word(ctx, "intake.web.my_applications")}, minePage(list))
}

func (p *pages) begin(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	form, err := door.WithDraft(r, ui.FormProps{Action: myApplications}, "application.new")
	if err != nil {
		return err
	}
	return door.Show(w, r, ui.Page{Title: text.Word(ctx, "intake.web.apply")}, myForm(form, applyIn{}, p.offers(ctx)))
}

func (p *pages) keep(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	in, err := p.readApplication(r)
	if err == nil {
		var x intake.Application
		if x, err = p.room.BeginApplication(ctx, access.From(ctx), in); err == nil {
			return door.See(w, r, myApplications+"/"+x.ID.String())
		}
	}
	return door.Refuse(w, r, err, ui.Page{Title: text.Word(ctx, "intake.web.apply")}, func(err error) templ.Component {
		return myForm(ui.FormProps{Action: myApplications, Typed: door.Typed(r), Fault: err}, applyOf(in), p.offers(ctx))
	})
}

func (p *pages) own(w http.ResponseWriter, r *http.Request) error {
	return p.drawOwn(w, r, nil)
}

func (p *pages) drawOwn(w http.ResponseWriter, r *http.Request, refused error) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	ctx := r.Context()
	x, err := p.room.MyApplication(ctx, access.From(ctx), id)
	if err != nil {
		return err
	}
	list, err := p.room.OffersToday(ctx)
	if err != nil {
		return err
	}
	page := ui.Page{Title: x.Number}
	if refused != nil {
		return door.Refuse(w, r, refused, page, func(err error) templ.Component { return ownPage(x, list, err) })
	}
	return door.Show(w, r, page, ownPage(x, list, nil))
}

func (p *pages) reopen(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	ctx := r.Context()
	x, err := p.room.MyApplication(ctx, access.From(ctx), id)
	if err != nil {
		return err
	}
	form, err := door.WithDraft(r, ui.FormProps{Action: myApplications + "/" + id.String(), Version: version(x.Version)}, "application."+id.String())
	if err != nil {
		return err
	}
	return door.Show(w, r, ui.Page{Title: x.Number}, myForm(form, applyOf(x.Input), p.offers(ctx)))
}

func (p *pages) change(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	ctx := r.Context()
	in, err := p.readApplication(r)
	if err == nil {
		if err = p.sameItems(r, id, &in); err == nil {
			if _, err = p.room.ChangeApplication(ctx, access.From(ctx), id, in); err == nil {
				return door.See(w, r, myApplications+"/"+id.String())
			}
		}
	}
	return door.Refuse(w, r, err, ui.Page{Title: text.Word(ctx, "intake.web.apply")}, func(err error) templ.Component {
		form := ui.FormProps{Action: myApplications + "/" + id.String(), Version: version(in.Version), Typed: door.Typed(r), Fault: err}
		return myForm(form, applyOf(in), p.offers(ctx))
	})
}

// sameItems gives ticked items that are there already their ids, so that they
// stay and are not made anew.
func (p *pages) sameItems(r *http.Request, id db.ID, in *intake.ApplicationInput) error {
	x, err := p.room.MyApplication(r.Context(), access.From(r.Context()), id)
	if err != nil {
		return err
	}
	for i := range in.Items {
		want := in.Items[i]
		at := slices.IndexFunc(x.Input.Items, func(has intake.ItemInput) bool {
			return has.Program == want.Program && has.Benefit == want.Benefit && has.Label == want.Label
		})
		if at >= 0 {
			in.Items[i].ID = x.Input.Items[at].ID
		}
	}
	return nil
}

func (p *pages) ownStep(step string) door.Page {
	return func(w http.ResponseWriter, r *http.Request) error {
		id, err := door.ID(r, "id")
		if err != nil {
			return err
		}
		var in intake.AnswerInput
		ctx, a := r.Context(), access.From(r.Context())
		if err = door.Form(r, &in); err == nil {
			if step == "submit" {
				_, err = p.room.SubmitApplication(ctx, a, id, in.Version)
			} else {
				_, err = p.room.ApplicationStep(ctx, a, id, step, in)
			}
			if err == nil {
				door.Toast(w, r, ui.OK, "intake.web.saved")
				return door.See(w, r, myApplications+"/"+id.String())
			}
		}
		return p.drawOwn(w, r, err)
	}
}
