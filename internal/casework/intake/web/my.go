package web

import (
	"net/http"

	"github.com/a-h/templ"

	"kizuna/internal/casework/intake"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/guide"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
)

func (p *pages) mountMy(d *door.Router) {
	d.Page("GET /my/applications", residents, p.mine)
	guide.Mount(d, p.myApply(), guide.Limits{})
	d.Page("GET /my/applications/{id}", residents, p.own)
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
