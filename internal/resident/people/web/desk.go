package web

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
	"kizuna/internal/resident/people"
)

type pages struct {
	room  *people.Room
	parts Parts
}

// pageSize is how many rows a list shows.
const pageSize = 50

// list is the people an actor reaches, or those a search found.
func (p *pages) list(w http.ResponseWriter, r *http.Request) error {
	var q personQuery
	if err := door.Query(r, &q); err != nil {
		return err
	}
	ctx, a := r.Context(), access.From(r.Context())
	page := ui.Page{Title: text.Word(ctx, "people.web.title")}
	if q.Q != "" {
		matches, err := p.room.Search(ctx, a, q.Q, people.MaxMatches)
		if err != nil {
			return err
		}
		return door.Show(w, r, page, listPage(q.Q, matchTable(ctx, q.Q, matches), true))
	}
	before, err := door.Cursor(q.Cursor)
	if err != nil {
		return err
	}
	cards, err := p.room.List(ctx, a, before, pageSize+1)
	if err != nil {
		return err
	}
	return door.Show(w, r, page, listPage("", cardTable(ctx, cards, !before.IsZero()), false))
}

// quick answers the search box as it is typed into; without script, and for
// everything that was found, it is the list.
func (p *pages) quick(w http.ResponseWriter, r *http.Request) error {
	if !ui.Swapping(r) {
		return p.list(w, r)
	}
	var q personQuery
	if err := door.Query(r, &q); err != nil {
		return err
	}
	ctx := r.Context()
	matches, err := p.room.Search(ctx, access.From(ctx), q.Q, 8)
	if err != nil {
		return err
	}
	found := make([]ui.Found, len(matches))
	for i, m := range matches {
		found[i] = foundOf(ctx, m)
	}
	return door.Render(w, r, ui.SearchFound(found, "/desk/persons?q="+urlEscape(q.Q)))
}

func (p *pages) fresh(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	in := people.PersonInput{Names: []people.NameInput{{Kind: "legal"}}, Languages: []string{string(text.From(ctx).Base())}}
	form, err := door.WithDraft(r, newForm(), "person.new")
	if err != nil {
		return err
	}
	return door.Show(w, r, ui.Page{Title: text.Word(ctx, "people.web.new")}, formPage(form, in, formNotes{}))
}

// registration is the form of a new person. Another says that those who look
// alike were seen and are others.
type registration struct {
	people.PersonInput
	Another bool `json:"another,omitempty"`
}

func newForm() ui.FormProps { return ui.FormProps{Action: "/desk/persons"} }

func (p *pages) create(w http.ResponseWriter, r *http.Request) error {
	var in registration
	var alike []people.Match
	ctx := r.Context()
	err := door.Form(r, &in)
	if err == nil && !in.Another {
		if alike, err = p.room.Alike(ctx, access.From(ctx), in.PersonInput); err == nil && len(alike) > 0 {
			err = fault.Invalid(fault.Field{Pointer: "/another", Key: "people.web.fault.alike"})
		}
	}
	if err == nil {
		var made people.Person
		if made, err = p.room.Create(ctx, access.From(ctx), in.PersonInput); err == nil {
			door.Toast(w, r, ui.OK, "people.web.created", "name", made.Name)
			return door.See(w, r, "/desk/persons/"+made.ID.String())
		}
	}
	return door.Refuse(w, r, err, ui.Page{Title: text.Word(ctx, "people.web.new")}, func(err error) templ.Component {
		form := newForm()
		form.Typed, form.Fault = door.Typed(r), err
		return formPage(form, in.PersonInput, formNotes{alike: alike, another: in.Another})
	})
}

// alike says beside the form who the person may be, as far as it is filled in.
func (p *pages) alike(w http.ResponseWriter, r *http.Request) error {
	var in registration
	ctx := r.Context()
	if err := door.Form(r, &in); err != nil && !errors.Is(err, fault.KindInvalid) {
		return err
	}
	found, err := p.room.AlikeSoFar(ctx, access.From(ctx), in.PersonInput)
	if err != nil {
		return err
	}
	return door.Render(w, r, alikeSoFar(found))
}

func (p *pages) show(w http.ResponseWriter, r *http.Request) error {
	return p.file(w, r, p.room.Get)
}

// reveal is the file with its withheld parts; the reveal is kept, and asking
// for it is a POST so that no link or prefetch can do it.
func (p *pages) reveal(w http.ResponseWriter, r *http.Request) error {
	return p.file(w, r, p.room.Reveal)
}

func (p *pages) file(w http.ResponseWriter, r *http.Request, get func(context.Context, access.Actor, db.ID) (people.File, error)) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	ctx, a := r.Context(), access.From(r.Context())
	f, err := get(ctx, a, id)
	if errors.Is(err, fault.KindNotFound) {
		return p.leadOn(w, r, id, err)
	}
	if err != nil {
		return err
	}
	main, side, err := p.panels(ctx, a, id)
	if err != nil {
		return err
	}
	var possible []people.Possible
	if a.Is(access.Supervisor) {
		if possible, err = p.room.PossibleInterests(ctx, a, id); err != nil {
			return err
		}
	}
	page := ui.Page{Title: f.Person.Name, Crumbs: []ui.Crumb{{Label: text.Word(ctx, "people.web.title"), Href: "/desk/persons"}, {Label: f.Person.Name}}}
	return door.Show(w, r, page, personPage(f, possible, main, side))
}

// leadOn leads from a record that was merged to the one that stays.
func (p *pages) leadOn(w http.ResponseWriter, r *http.Request, id db.ID, lost error) error {
	ctx := r.Context()
	at, err := p.room.Standing(ctx, access.From(ctx), id)
	if err != nil {
		return lost
	}
	door.Toast(w, r, ui.Info, "people.web.merge.led")
	return door.See(w, r, "/desk/persons/"+at.String())
}

// panels draws other rooms' parts of a person's page, all from one batch.
func (p *pages) panels(ctx context.Context, a access.Actor, id db.ID) (main, side []templ.Component, err error) {
	b := db.NewBatch()
	type drawn struct {
		side bool
		draw func(context.Context) templ.Component
	}
	var all []drawn
	for _, x := range p.parts.Panels {
		if x.On == "person" && a.Is(x.Roles...) {
			all = append(all, drawn{x.Side, x.Queue(b, a, id)})
		}
	}
	if b.Len() > 0 {
		err = p.parts.Read(ctx, func(q *db.Reader) error { return db.Send(q, b) })
	}
	if err != nil {
		return nil, nil, err
	}
	for _, x := range all {
		c := x.draw(ctx)
		switch {
		case c == nil:
		case x.side:
			side = append(side, c)
		default:
			main = append(main, c)
		}
	}
	return main, side, nil
}

func (p *pages) history(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	var q struct{ door.Paging }
	if err := door.Query(r, &q); err != nil {
		return err
	}
	before, err := door.Cursor(q.Cursor)
	if err != nil {
		return err
	}
	ctx, a := r.Context(), access.From(r.Context())
	rows, err := p.room.History(ctx, a, id, before)
	if err != nil {
		return err
	}
	lines, err := p.audit(ctx, rows)
	if err != nil {
		return err
	}
	next := ""
	if len(rows) == historySize {
		next = "?cursor=" + rows[len(rows)-1].ID.String()
	}
	return door.Show(w, r, ui.Page{Title: text.Word(ctx, "people.web.history")}, historyPage("/desk/persons/"+id.String(), lines, next))
}

func (p *pages) edit(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	ctx := r.Context()
	f, err := p.room.Get(ctx, access.From(ctx), id)
	if err != nil {
		return err
	}
	form, err := door.WithDraft(r, editForm(id, f.Person.Version), "person.edit."+id.String())
	if err != nil {
		return err
	}
	return door.Show(w, r, ui.Page{Title: text.Word(ctx, "people.web.edit")}, formPage(form, f.Input(), formNotes{withheld: f.Withheld}))
}

func editForm(id db.ID, version int64) ui.FormProps {
	return ui.FormProps{Action: "/desk/persons/" + id.String(), Version: strconv.FormatInt(version, 10)}
}

func (p *pages) save(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	var in people.EditInput
	ctx, a := r.Context(), access.From(r.Context())
	err = door.Form(r, &in)
	if err == nil {
		if _, err = p.room.Edit(ctx, a, id, in); err == nil {
			door.Toast(w, r, ui.OK, "people.web.saved")
			return door.See(w, r, "/desk/persons/"+id.String())
		}
	}
	page := ui.Page{Title: text.Word(ctx, "people.web.edit")}
	if now, ok := door.Moved[people.Person](err); ok {
		merge, mergeErr := p.merge(ctx, a, r, in, now)
		if mergeErr != nil {
			return mergeErr
		}
		return door.Refuse(w, r, err, page, func(error) templ.Component { return ui.Merge(merge) })
	}
	return door.Refuse(w, r, err, page, func(err error) templ.Component {
		form := editForm(id, in.Version)
		form.Typed, form.Fault = door.Typed(r), err
		return formPage(form, in.PersonInput, formNotes{})
	})
}

// ask draws a form of its own for one step.
func (p *pages) ask(w http.ResponseWriter, r *http.Request, title string, form func(f people.File) templ.Component) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	ctx := r.Context()
	f, err := p.room.Get(ctx, access.From(ctx), id)
	if err != nil {
		return err
	}
	return door.Show(w, r, ui.Page{Title: text.Word(ctx, title)}, form(f))
}

// take runs a step's form and leads back to the person.
func (p *pages) take(w http.ResponseWriter, r *http.Request, in any, title, done string, do func(ctx context.Context, a access.Actor, id db.ID) error, form func(id db.ID, form ui.FormProps) templ.Component) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	ctx := r.Context()
	if err = door.Form(r, in); err == nil {
		if err = do(ctx, access.From(ctx), id); err == nil {
			door.Toast(w, r, ui.OK, done)
			return door.See(w, r, "/desk/persons/"+id.String())
		}
	}
	return door.Refuse(w, r, err, ui.Page{Title: text.Word(ctx, title)}, func(err error) templ.Component {
		return form(id, ui.FormProps{Action: r.URL.Path, Version: door.Typed(r).Get("version"), Typed: door.Typed(r), Fault: err})
	})
}

func stepForm(f people.File, step string) ui.FormProps {
	form := editForm(f.Person.ID, f.Person.Version)
	form.Action += "/" + step
	return form
}

func (p *pages) askProtect(w http.ResponseWriter, r *http.Request) error {
	return p.ask(w, r, "step.person.protect", func(f people.File) templ.Component {
		return protectPage(f.Person.ID, stepForm(f, "protect"))
	})
}

func (p *pages) protect(w http.ResponseWriter, r *http.Request) error {
	var in people.ProtectionInput
	return p.take(w, r, &in, "step.person.protect", "people.web.protected", func(ctx context.Context, a access.Actor, id db.ID) error {
		_, err := p.room.Protect(ctx, a, id, in)
		return err
	}, protectPage)
}

func (p *pages) askDeath(w http.ResponseWriter, r *http.Request) error {
	return p.ask(w, r, "step.person.record_death", func(f people.File) templ.Component {
		return deathPage(f.Person.ID, stepForm(f, "record_death"))
	})
}

func (p *pages) recordDeath(w http.ResponseWriter, r *http.Request) error {
	var in deathIn
	return p.take(w, r, &in, "step.person.record_death", "people.web.death_recorded", func(ctx context.Context, a access.Actor, id db.ID) error {
		_, err := p.room.RecordDeath(ctx, a, id, in.Version, in.DiedOn)
		return err
	}, deathPage)
}

func (p *pages) askRestrict(w http.ResponseWriter, r *http.Request) error {
	return p.ask(w, r, "step.person.restrict", func(f people.File) templ.Component {
		return restrictPage(f.Person.ID, stepForm(f, "restrict"))
	})
}

func (p *pages) restrict(w http.ResponseWriter, r *http.Request) error {
	var in reasonIn
	return p.take(w, r, &in, "step.person.restrict", "people.web.restricted", func(ctx context.Context, a access.Actor, id db.ID) error {
		_, err := p.room.Restrict(ctx, a, id, in.Version, in.Reason)
		return err
	}, restrictPage)
}

// dateText is a birth date as read, with the age today.
func dateText(ctx context.Context, b calendar.Partial) string {
	if b.IsZero() {
		return ""
	}
	return b.In(text.From(ctx))
}
