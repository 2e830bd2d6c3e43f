package web

import (
	"context"
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
	"kizuna/internal/network/provider"
)

func (p *pages) mine(w http.ResponseWriter, r *http.Request) error {
	ctx, a := r.Context(), access.From(r.Context())
	f, err := p.room.Get(ctx, a, a.Provider)
	if err != nil {
		return err
	}
	return door.Show(w, r, ui.Page{Title: f.Provider.Name.In(text.From(ctx))}, minePage(f, a.Is(access.ProviderManager)))
}

func (p *pages) askOpenings(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	ctx := r.Context()
	o, _, err := p.room.Offered(ctx, access.From(ctx), id)
	if err != nil {
		return err
	}
	in := seatsShown(o)
	q := openingsQuestion(ctx, id, o.Version)
	q.Hint, q.Form = o.Name.In(text.From(ctx)), door.Opened(q.Form, in)
	return door.Show(w, r, ui.Page{Title: q.Title}, openingsPage(q, in))
}

// seatsShown is what the form of openings shows of an offering.
func seatsShown(o provider.Offering) provider.SeatsInput {
	return provider.SeatsInput{Capacity: o.Capacity, Openings: o.Openings, WaitDays: o.WaitDays, FirstDate: o.FirstDate, Version: o.Version}
}

func openingsQuestion(ctx context.Context, id db.ID, version int64) ui.QuestionProps {
	return ui.QuestionProps{
		Form:  ui.FormProps{Action: "/portal/offerings/" + id.String(), Version: strconv.FormatInt(version, 10)},
		Title: text.Word(ctx, "step.offering.set_openings"), BackHref: "/portal/provider", Next: text.Word(ctx, "provider.web.save"),
	}
}

func (p *pages) setOpenings(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	var in provider.SeatsInput
	ctx := r.Context()
	if err = door.Form(r, &in); err == nil {
		if _, err = p.room.SetOpenings(ctx, access.From(ctx), id, in); err == nil {
			door.Toast(w, r, ui.OK, "provider.web.confirmed_now")
			return door.See(w, r, "/portal/provider")
		}
	}
	o, _, missing := p.room.Offered(ctx, access.From(ctx), id)
	if missing != nil {
		return missing
	}
	q, now := openingsQuestion(ctx, id, o.Version), seatsShown(o)
	q.Hint = o.Name.In(text.From(ctx))
	edit := door.Edit{Now: now, Form: q.Form, Words: seatWords, Submit: "provider.web.save", Cancel: q.BackHref}
	return door.RefuseEdit(w, r, err, ui.Page{Title: q.Title}, edit, func(err error) templ.Component {
		q.Form.Version, q.Form.Typed, q.Form.Fault = door.Typed(r).Get("version"), door.Typed(r), err
		q.Form = door.Opened(q.Form, now)
		return openingsPage(q, in)
	})
}

// versionIn is a button's version.
type versionIn struct {
	Version int64 `json:"version"`
}

func (p *pages) confirm(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	var in versionIn
	if err := door.Form(r, &in); err != nil {
		return err
	}
	if _, err := p.room.Confirm(r.Context(), access.From(r.Context()), id, in.Version); err != nil {
		return err
	}
	door.Toast(w, r, ui.OK, "provider.web.confirmed_now")
	return door.See(w, r, "/portal/provider")
}

func (p *pages) editMine(w http.ResponseWriter, r *http.Request) error {
	ctx, a := r.Context(), access.From(r.Context())
	f, err := p.room.Get(ctx, a, a.Provider)
	if err != nil {
		return err
	}
	in := f.Input()
	in.Kind, in.Hidden, in.ProtectedClass = "", false, "" // the agency's own
	return door.Show(w, r, ui.Page{Title: text.Word(ctx, "step.provider.edit")}, formPage(door.Opened(editForm("/portal/provider", in.Version), in), in, "/portal/provider", false))
}

func (p *pages) saveMine(w http.ResponseWriter, r *http.Request) error {
	return p.saveAs(w, r, access.From(r.Context()).Provider, "/portal/provider", "/portal/provider", false)
}

func formTitle(ctx context.Context, form ui.FormProps) string {
	if form.Version == "" {
		return text.Word(ctx, "step.provider.apply")
	}
	return text.Word(ctx, "step.provider.edit")
}

func degrees(v float64) string {
	if v == 0 {
		return ""
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}

// addActs is the button that adds to a provider whose registration has not ended.
func addActs(ctx context.Context, f provider.File, what, word string) []ui.Act {
	if f.Provider.Status == "ended" || f.Provider.Status == "void" {
		return nil
	}
	return []ui.Act{{Label: text.Word(ctx, word), Icon: "plus", Href: at(f.Provider.ID) + "/" + what + "/new", Small: true}}
}
