package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
	"kizuna/internal/network/provider"
)

type pages struct {
	room  *provider.Room
	parts Parts
}

// pageSize is how many rows a list shows.
const pageSize = 20

// searchQuery is a search as an address holds it.
type searchQuery struct {
	Q         string  `json:"q,omitempty"`
	Benefit   db.ID   `json:"benefit_id,omitzero"`
	Specialty string  `json:"specialty,omitempty"`
	Language  string  `json:"language,omitempty"`
	Open      bool    `json:"openings_only,omitempty"`
	Latitude  float64 `json:"latitude,omitempty"`
	Longitude float64 `json:"longitude,omitempty"`
	WithinKm  float64 `json:"within_km,omitempty"`
	After     db.ID   `json:"after,omitzero"`
}

func (q searchQuery) input(limit int) provider.SearchInput {
	in := provider.SearchInput{Text: q.Q, Benefit: q.Benefit, Specialty: q.Specialty, Language: q.Language, OpeningsOnly: q.Open,
		WithinKm: q.WithinKm, After: q.After, Limit: limit}
	if q.Latitude != 0 || q.Longitude != 0 {
		in.Near = &provider.Point{Latitude: q.Latitude, Longitude: q.Longitude}
	}
	return in
}

// next is the address of the page that begins after an offering.
func (q searchQuery) next(after db.ID) string {
	v := url.Values{"after": {after.String()}}
	set := func(name, value string) {
		if value != "" {
			v.Set(name, value)
		}
	}
	set("q", q.Q)
	set("benefit_id", q.Benefit.String())
	set("specialty", q.Specialty)
	set("language", q.Language)
	if q.Open {
		v.Set("openings_only", "true")
	}
	return "/desk/providers?" + v.Encode()
}

func (p *pages) search(w http.ResponseWriter, r *http.Request) error {
	var q searchQuery
	if err := door.Query(r, &q); err != nil {
		return err
	}
	ctx, a := r.Context(), access.From(r.Context())
	found, err := p.room.Search(ctx, a, q.input(pageSize+1))
	if err != nil {
		return err
	}
	choices, err := p.room.Choices(ctx, a)
	if err != nil {
		return err
	}
	applied, err := p.room.List(ctx, a, "applied", db.ID{}, pageSize)
	if err != nil {
		return err
	}
	return door.Show(w, r, ui.Page{Title: text.Word(ctx, "provider.web.title")}, searchPage(q, choices, foundTable(ctx, q, found), applied))
}

func (p *pages) fresh(w http.ResponseWriter, r *http.Request) error {
	return door.Show(w, r, ui.Page{Title: text.Word(r.Context(), "step.provider.apply")}, formPage(ui.FormProps{Action: "/desk/providers"}, provider.Input{Kind: "organization"}, "/desk/providers", true))
}

func (p *pages) create(w http.ResponseWriter, r *http.Request) error {
	var in provider.Input
	ctx := r.Context()
	err := door.Form(r, &in)
	if err == nil {
		var made provider.Provider
		if made, err = p.room.Create(ctx, access.From(ctx), in); err == nil {
			door.Toast(w, r, ui.OK, "provider.web.created")
			return door.See(w, r, at(made.ID))
		}
	}
	return door.Refuse(w, r, err, ui.Page{Title: text.Word(ctx, "step.provider.apply")}, func(err error) templ.Component {
		return formPage(ui.FormProps{Action: "/desk/providers", Typed: door.Typed(r), Fault: err}, in, "/desk/providers", true)
	})
}

func at(id db.ID) string { return "/desk/providers/" + id.String() }

// file reads the provider whose id is in the path.
func (p *pages) file(r *http.Request) (provider.File, error) {
	id, err := door.ID(r, "id")
	if err != nil {
		return provider.File{}, err
	}
	return p.room.Get(r.Context(), access.From(r.Context()), id)
}

func (p *pages) show(w http.ResponseWriter, r *http.Request) error {
	f, err := p.file(r)
	if err != nil {
		return err
	}
	ctx, a := r.Context(), access.From(r.Context())
	main, side, err := p.panels(ctx, a, f.Provider.ID)
	if err != nil {
		return err
	}
	name := f.Provider.Name.In(text.From(ctx))
	page := ui.Page{Title: name, Crumbs: []ui.Crumb{{Label: text.Word(ctx, "provider.web.title"), Href: "/desk/providers"}, {Label: name}}}
	return door.Show(w, r, page, providerPage(f, a, main, side))
}

// panels draws later rooms' parts of a provider's page, all from one batch.
func (p *pages) panels(ctx context.Context, a access.Actor, id db.ID) (main, side []templ.Component, err error) {
	b := db.NewBatch()
	type drawn struct {
		side bool
		draw func(context.Context) templ.Component
	}
	var all []drawn
	for _, x := range p.parts.Panels {
		if x.On == "provider" && a.Is(x.Roles...) {
			all = append(all, drawn{x.Side, x.Queue(b, a, id)})
		}
	}
	if b.Len() > 0 {
		if err := p.parts.Read(ctx, func(q *db.Reader) error { return db.Send(q, b) }); err != nil {
			return nil, nil, err
		}
	}
	for _, x := range all {
		if c := x.draw(ctx); c != nil && x.side {
			side = append(side, c)
		} else if c != nil {
			main = append(main, c)
		}
	}
	return main, side, nil
}

func (p *pages) edit(w http.ResponseWriter, r *http.Request) error {
	f, err := p.file(r)
	if err != nil {
		return err
	}
	in := f.Input()
	return door.Show(w, r, way(r.Context(), f, text.Word(r.Context(), "step.provider.edit")), formPage(door.Opened(editForm(at(f.Provider.ID), in.Version), in), in, at(f.Provider.ID), true))
}

func editForm(action string, version int64) ui.FormProps {
	return ui.FormProps{Action: action, Version: strconv.FormatInt(version, 10)}
}

func (p *pages) save(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	return p.saveAs(w, r, id, at(id), at(id), true)
}

func (p *pages) saveAs(w http.ResponseWriter, r *http.Request, id db.ID, action, back string, whole bool) error {
	var in provider.Input
	ctx := r.Context()
	err := door.Form(r, &in)
	if err == nil {
		if _, err = p.room.Edit(ctx, access.From(ctx), id, in); err == nil {
			door.Toast(w, r, ui.OK, "provider.web.saved")
			return door.See(w, r, back)
		}
	}
	f, missing := p.room.Get(ctx, access.From(ctx), id)
	if missing != nil {
		return missing
	}
	now := f.Input()
	if !whole {
		now.Kind, now.Hidden, now.ProtectedClass = "", false, ""
	}
	edit := door.Edit{Now: now, Form: editForm(action, now.Version), Words: inputWords, Submit: "provider.web.save", Cancel: back,
		Read: func(name, value string) string {
			if name == "kind" && value != "" {
				return text.Word(ctx, kindKey(value))
			}
			return ""
		}}
	return door.RefuseEdit(w, r, err, ui.Page{Title: text.Word(ctx, "step.provider.edit")}, edit, func(err error) templ.Component {
		form := editForm(action, in.Version)
		form.Typed, form.Fault = door.Typed(r), err
		return formPage(door.Opened(form, now), in, back, whole)
	})
}

// inputWords are what the fields of a provider's form are called.
var inputWords = map[string]string{"name/ja": "provider.web.name_ja", "name/en": "provider.web.name_en", "kana": "provider.web.kana", "kind": "provider.web.kind",
	"summary/ja": "provider.web.summary_ja", "summary/en": "provider.web.summary_en", "phone": "provider.web.phone", "email": "provider.web.email",
	"website": "provider.web.website", "address": "provider.web.address", "hidden": "provider.web.hide"}

// steps are the steps a provider's page takes; those with a reason ask for it.
var steps = map[string]bool{"activate": false, "resume": false, "suspend": true, "end": true}

func (p *pages) askStep(w http.ResponseWriter, r *http.Request) error {
	if needs, ok := steps[r.PathValue("step")]; !ok || !needs {
		return fault.NotFound()
	}
	f, err := p.file(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	return door.Show(w, r, ui.Page{Title: text.Word(ctx, "step.provider."+r.PathValue("step"))}, stepPage(stepProps(ctx, f.Provider, r.PathValue("step"))))
}

func stepProps(ctx context.Context, x provider.Provider, step string) ui.ConfirmProps {
	title := text.Word(ctx, "step.provider."+step)
	return ui.ConfirmProps{Form: editForm(at(x.ID)+"/"+step, x.Version), Title: title, Text: x.Name.In(text.From(ctx)), Submit: title,
		Danger: true, CancelHref: at(x.ID)}
}

func (p *pages) step(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	step := r.PathValue("step")
	needs, ok := steps[step]
	if !ok {
		return fault.NotFound()
	}
	ctx, a := r.Context(), access.From(r.Context())
	var in provider.StepInput
	if err = door.Form(r, &in); err == nil {
		if _, err = p.room.Step(ctx, a, id, step, in); err == nil {
			door.Toast(w, r, ui.OK, "provider.web.saved")
			return door.See(w, r, at(id))
		}
	}
	if !needs {
		return err
	}
	f, readErr := p.room.Get(ctx, a, id)
	if readErr != nil {
		return readErr
	}
	props := stepProps(ctx, f.Provider, step)
	return door.Refuse(w, r, err, ui.Page{Title: props.Title}, func(err error) templ.Component {
		props.Form.Typed, props.Form.Fault = door.Typed(r), err
		return stepPage(props)
	})
}

func (p *pages) freshSite(w http.ResponseWriter, r *http.Request) error {
	f, err := p.file(r)
	if err != nil {
		return err
	}
	return door.Show(w, r, way(r.Context(), f, text.Word(r.Context(), "step.site.add")), sitePage(ui.FormProps{Action: at(f.Provider.ID) + "/sites"}, provider.SiteInput{}, text.Word(r.Context(), "step.site.add"), at(f.Provider.ID)))
}

func (p *pages) addSite(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	var in provider.SiteInput
	ctx := r.Context()
	if err = door.Form(r, &in); err == nil {
		in.Provider = id
		if _, err = p.room.AddSite(ctx, access.From(ctx), in); err == nil {
			door.Toast(w, r, ui.OK, "provider.web.saved")
			return door.See(w, r, at(id))
		}
	}
	return door.Refuse(w, r, err, ui.Page{Title: text.Word(ctx, "step.site.add")}, func(err error) templ.Component {
		return sitePage(ui.FormProps{Action: r.URL.Path, Typed: door.Typed(r), Fault: err}, in, text.Word(ctx, "step.site.add"), at(id))
	})
}

// openSites are the sites at which something can be offered.
func openSites(f provider.File) []provider.Site {
	return slices.DeleteFunc(slices.Clone(f.Sites), func(s provider.Site) bool { return s.Status != "active" })
}

func (p *pages) freshOffering(w http.ResponseWriter, r *http.Request) error {
	return p.offeringForm(w, r, provider.OfferingInput{}, nil)
}

func (p *pages) offeringForm(w http.ResponseWriter, r *http.Request, in provider.OfferingInput, wrong error) error {
	f, err := p.file(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	choices, err := p.room.Choices(ctx, access.From(ctx))
	if err != nil {
		return err
	}
	form := ui.FormProps{Action: at(f.Provider.ID) + "/offerings", Fault: wrong}
	page := way(ctx, f, text.Word(ctx, "step.offering.add"))
	if wrong == nil {
		return door.Show(w, r, page, offeringPage(form, in, openSites(f), choices, page.Title, at(f.Provider.ID)))
	}
	return door.Refuse(w, r, wrong, page, func(err error) templ.Component {
		form.Typed, form.Fault = door.Typed(r), err
		return offeringPage(form, in, openSites(f), choices, page.Title, at(f.Provider.ID))
	})
}

func (p *pages) addOffering(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	var in provider.OfferingInput
	ctx := r.Context()
	if err = door.Form(r, &in); err == nil {
		if _, err = p.room.AddOffering(ctx, access.From(ctx), in); err == nil {
			door.Toast(w, r, ui.OK, "provider.web.saved")
			return door.See(w, r, at(id))
		}
	}
	return p.offeringForm(w, r, in, err)
}
