package web

import (
	"context"
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
	"kizuna/internal/resident/people"
)

// life is a person's circumstances as their page shows them on a day.
type life struct {
	people.Life
	on     calendar.Date
	writes bool
}

// circumstances lists what is on record of a person's life: what holds today or
// will, and what was.
func (p *pages) circumstances(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	ctx, a := r.Context(), access.From(r.Context())
	x, err := p.room.Circumstances(ctx, a, id)
	if err != nil {
		return err
	}
	writes := a.Is(access.Caseworker, access.Supervisor, access.IntakeWorker)
	return door.Show(w, r, ui.Page{Title: text.Word(ctx, "people.web.circumstances")}, lifePage(life{x, p.room.Today(ctx), writes}))
}

func (l life) at() string { return personAt(l.Person.ID) + "/circumstances" }

// table lists the circumstances that are over, or those that are not.
func (l life) table(ctx context.Context, over bool) ui.TableProps {
	id, caption := "now", "people.web.circumstance.now"
	if over {
		id, caption = "over", "people.web.circumstance.over"
	}
	t := ui.TableProps{ID: id, Caption: text.Word(ctx, caption), Empty: ui.EmptyProps{Title: text.Word(ctx, "people.web.circumstance.none")}}
	for _, key := range []string{"circumstance.kind", "circumstance.amount", "household.when", "circumstance.evidence"} {
		t.Columns = append(t.Columns, ui.Column{Label: text.Word(ctx, "people.web."+key)})
	}
	for _, c := range l.Circumstances {
		if over != (c.Until != "" && c.Until < l.on) {
			continue
		}
		row := ui.Row{ID: c.ID.String(), Title: coded(ctx, circumstanceKindKey, c.Kind), Sub: detailWords(ctx, c), Cells: []templ.Component{
			ui.Text(amountWords(ctx, c)), ui.Text(daysText(ctx, c.From, c.Until)), ui.Text(coded(ctx, evidenceKey, c.Evidence))}}
		if l.writes {
			row.Acts = []ui.Act{{Label: text.Word(ctx, "people.web.circumstance.edit"), Href: circumstanceAt(c.ID, "change"), Small: true}}
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func lifeActs(ctx context.Context, l life) []ui.Act {
	acts := []ui.Act{{Label: text.Word(ctx, "people.web.back"), Href: personAt(l.Person.ID)}, {Label: text.Word(ctx, "people.web.history"), Icon: "history", Href: personAt(l.Person.ID) + "/history"}}
	if l.writes {
		acts = append(acts, ui.Act{Label: text.Word(ctx, "people.web.circumstance.add"), Icon: "plus", Href: l.at() + "/new", Kind: ui.Primary})
	}
	return acts
}

func circumstanceAt(id db.ID, act string) string {
	return "/desk/circumstances/" + id.String() + "/" + act
}

// amountWords is how much, and how often.
func amountWords(ctx context.Context, c people.Circumstance) string {
	if c.Currency == "" {
		return ""
	}
	amount := c.Amount().In(text.From(ctx))
	if c.Period == "" {
		return amount
	}
	return text.Word(ctx, "people.web.circumstance.per", "amount", amount, "period", coded(ctx, periodKey, c.Period))
}

// detailWords say what a circumstance is besides its kind: of housing first how they are housed.
func detailWords(ctx context.Context, c people.Circumstance) string {
	switch {
	case c.Kind != "housing":
		return c.Detail
	case c.Housing == "":
		return text.Word(ctx, "people.web.household.of", "kind", text.Word(ctx, "people.web.circumstance.housing_unknown"), "label", c.Detail)
	case c.Detail == "":
		return coded(ctx, housingKey, c.Housing)
	}
	return text.Word(ctx, "people.web.household.of", "kind", coded(ctx, housingKey, c.Housing), "label", c.Detail)
}

// circumstanceForm is a circumstance and whose it is, with what its forms need.
type circumstanceForm struct {
	people.Circumstance
	who  people.Person
	form ui.FormProps
}

func (x circumstanceForm) back() string { return personAt(x.who.ID) + "/circumstances" }

// page is one about the person; an address that names no person says here the way back to them.
func (x circumstanceForm) page(ctx context.Context, title string) ui.Page {
	page := ui.Page{Title: text.Word(ctx, title)}
	page.Crumbs = []ui.Crumb{{Label: text.Word(ctx, "people.web.circumstances"), Href: x.back()}, {Label: page.Title}}
	if !x.ID.IsZero() {
		page.Crumbs = append([]ui.Crumb{{Label: text.Word(ctx, "people.web.title"), Href: "/desk/persons"}, {Label: nameOr(ctx, x.who.Name), Href: personAt(x.who.ID)}}, page.Crumbs...)
	}
	return page
}

// facts say which circumstance it is, to who is about to take it back.
func (x circumstanceForm) facts(ctx context.Context) []ui.Fact {
	facts := []ui.Fact{{Label: text.Word(ctx, "people.web.circumstance.kind"), Value: coded(ctx, circumstanceKindKey, x.Kind)}}
	for _, f := range []ui.Fact{
		{Label: text.Word(ctx, "people.web.circumstance.detail"), Value: detailWords(ctx, x.Circumstance)},
		{Label: text.Word(ctx, "people.web.circumstance.amount"), Value: amountWords(ctx, x.Circumstance)},
		{Label: text.Word(ctx, "people.web.household.when"), Value: daysText(ctx, x.From, x.Until)},
		{Label: text.Word(ctx, "people.web.circumstance.evidence"), Value: coded(ctx, evidenceKey, x.Evidence)},
	} {
		if f.Value != "" {
			facts = append(facts, f)
		}
	}
	return facts
}

// mayHouse tells whether the form asks how somebody is housed: of what is no housing it does not.
func (x circumstanceForm) mayHouse() bool { return x.ID.IsZero() || x.Kind == "housing" }

// typedCircumstance are the fields of a circumstance's form. What kind it is, only a new one says.
type typedCircumstance struct {
	Kind     string        `json:"kind,omitempty"`
	Detail   string        `json:"detail,omitempty"`
	Amount   ledger.Money  `json:"amount,omitzero"`
	Period   string        `json:"period,omitempty"`
	From     calendar.Date `json:"from,omitempty"`
	Until    calendar.Date `json:"until,omitempty"`
	Evidence string        `json:"evidence,omitempty"`
	Housing  string        `json:"housing,omitempty"`
	Version  int64         `json:"version,omitempty"`
}

func plainAmount(m ledger.Money) string {
	if m.Currency == "" {
		return ""
	}
	return m.Amount()
}

// lifeAct is one act on a circumstance.
type lifeAct struct {
	title, done string
	draw        func(circumstanceForm) templ.Component
	in          func() any
	take        func(ctx context.Context, a access.Actor, x circumstanceForm, in any) error
}

// circumstanceForm finds what a form is about: the person, or one circumstance.
func (p *pages) circumstanceForm(r *http.Request, fresh bool) (circumstanceForm, error) {
	x := circumstanceForm{form: ui.FormProps{Action: r.URL.Path}}
	id, err := door.ID(r, "id")
	if err != nil {
		return x, err
	}
	ctx, a := r.Context(), access.From(r.Context())
	if fresh {
		life, err := p.room.Circumstances(ctx, a, id)
		x.who, x.Person = life.Person, id
		return x, err
	}
	x.Circumstance, x.who, err = p.room.Circumstance(ctx, a, id)
	x.form.Version = strconv.FormatInt(x.Version, 10)
	return x, err
}

func (p *pages) askLife(act lifeAct, fresh bool) door.Page {
	return func(w http.ResponseWriter, r *http.Request) error {
		x, err := p.circumstanceForm(r, fresh)
		if err != nil {
			return err
		}
		return door.Show(w, r, x.page(r.Context(), act.title), act.draw(x))
	}
}

// takeLife takes a form. After a conflict it is drawn with what was typed and
// the version that stands now.
func (p *pages) takeLife(act lifeAct, fresh bool) door.Page {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx := r.Context()
		x, err := p.circumstanceForm(r, fresh)
		if err != nil {
			return err
		}
		in := act.in()
		if err = door.Form(r, in); err == nil {
			if err = act.take(ctx, access.From(ctx), x, in); err == nil {
				door.Toast(w, r, ui.OK, act.done)
				return door.See(w, r, x.back())
			}
		}
		return door.Refuse(w, r, err, x.page(ctx, act.title), func(err error) templ.Component {
			x.form.Typed, x.form.Fault = door.Typed(r), err
			return act.draw(x)
		})
	}
}

func addLife(room *people.Room) lifeAct {
	return lifeAct{"people.web.circumstance.add", "people.web.saved", addCircumstancePage, func() any { return &typedCircumstance{} },
		func(ctx context.Context, a access.Actor, x circumstanceForm, in any) error {
			t := in.(*typedCircumstance)
			_, err := room.AddCircumstance(ctx, a, people.Circumstance{Person: x.who.ID, Kind: t.Kind, Detail: t.Detail, Minor: t.Amount.Minor, Currency: t.Amount.Currency,
				Period: t.Period, From: t.From, Until: t.Until, Evidence: t.Evidence, Housing: t.Housing})
			return err
		}}
}

func changeLife(room *people.Room) lifeAct {
	return lifeAct{"people.web.circumstance.change", "people.web.saved", changeCircumstancePage, func() any { return &typedCircumstance{} },
		func(ctx context.Context, a access.Actor, x circumstanceForm, in any) error {
			t := in.(*typedCircumstance)
			_, err := room.ChangeCircumstance(ctx, a, x.ID, people.CircumstanceChange{Detail: t.Detail, Minor: t.Amount.Minor, Currency: t.Amount.Currency,
				Period: t.Period, From: t.From, Until: t.Until, Evidence: t.Evidence, Housing: t.Housing, Version: t.Version})
			return err
		}}
}

func removeLife(room *people.Room) lifeAct {
	return lifeAct{"people.web.circumstance.remove", "people.web.household.removed", removeCircumstancePage, func() any { return &people.RemoveInput{} },
		func(ctx context.Context, a access.Actor, x circumstanceForm, in any) error {
			_, err := room.RemoveCircumstance(ctx, a, x.ID, *in.(*people.RemoveInput))
			return err
		}}
}

// mountCircumstances registers a person's circumstances and the acts on them.
func mountCircumstances(d *door.Router, p *pages, room *people.Room) {
	d.Page("GET /desk/persons/{id}/circumstances", readers, p.circumstances)
	for address, act := range map[string]lifeAct{
		"persons/{id}/circumstances/new": addLife(room),
		"circumstances/{id}/change":      changeLife(room),
		"circumstances/{id}/remove":      removeLife(room),
	} {
		fresh := address == "persons/{id}/circumstances/new"
		d.Page("GET /desk/"+address, writers, p.askLife(act, fresh))
		d.Page("POST /desk/"+address, writers, p.takeLife(act, fresh))
	}
}
