package web

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"kizuna/internal/casework/cases"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
	"kizuna/internal/office/account"
	"kizuna/internal/office/agency"
	"kizuna/internal/resident/people"
)

type pages struct {
	room  *cases.Room
	parts Parts
}

func at(id db.ID) string { return "/desk/cases/" + id.String() }

func version(n int64) string { return strconv.FormatInt(n, 10) }

// listQuery is what the worklist can be asked.
type listQuery struct {
	View  string `json:"view,omitempty"`
	Mine  bool   `json:"mine,omitempty"`
	Kind  string `json:"main_kind,omitempty"`
	After string `json:"after,omitempty"`
}

func (p *pages) list(w http.ResponseWriter, r *http.Request) error {
	var q listQuery
	if err := door.Query(r, &q); err != nil {
		return err
	}
	ctx := r.Context()
	l, err := p.room.Worklist(ctx, access.From(ctx), cases.Filter{View: q.View, Mine: q.Mine, Kind: q.Kind, After: q.After})
	if err != nil {
		return err
	}
	return door.Show(w, r, ui.Page{Title: text.Word(ctx, "cases.web.title")}, listPage(worktable(ctx, l)))
}

func (p *pages) show(w http.ResponseWriter, r *http.Request) error {
	var q struct {
		Tab string `json:"tab,omitempty"`
	}
	if err := door.Query(r, &q); err != nil {
		return err
	}
	return p.file(w, r, p.tab(q.Tab), ui.FormProps{}, nil)
}

// file draws the case; note is the composer's form as typed, with its fault.
func (p *pages) file(w http.ResponseWriter, r *http.Request, tab string, note ui.FormProps, refused error) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	ctx, a := r.Context(), access.From(r.Context())
	f, err := p.room.Get(ctx, a, id)
	if err != nil {
		return err
	}
	drawn, err := p.panels(ctx, a, id, tab)
	if err != nil {
		return err
	}
	note.Action = at(id) + "/notes"
	if note, err = door.WithDraft(r, note, "case.note."+id.String()); err != nil {
		return err
	}
	page := ui.Page{Title: f.Person().Name + " " + f.Case.Number, Crumbs: []ui.Crumb{{Label: text.Word(ctx, "cases.web.title"), Href: "/desk/cases"}, {Label: f.Case.Number}}}
	if refused != nil {
		return door.Refuse(w, r, refused, page, func(err error) templ.Component {
			note.Fault = err
			return casePage(a, f, tab, note, drawn)
		})
	}
	return door.Show(w, r, page, casePage(a, f, tab, note, drawn))
}

// panels are other rooms' parts of the tab that is open.
type panels struct {
	main, side []templ.Component
	tabs       []ui.Panel // one of each tab that the actor may see
}

// tab is the tab that was asked for, or the overview when there is none of that name.
func (p *pages) tab(asked string) string {
	if asked == tabPeople || slices.ContainsFunc(p.parts.Panels, func(x ui.Panel) bool { return x.On == "case" && x.Tab == asked }) {
		return asked
	}
	return ""
}

func (p *pages) panels(ctx context.Context, a access.Actor, id db.ID, tab string) (panels, error) {
	var out panels
	b := db.NewBatch()
	type one struct {
		side bool
		draw func(context.Context) templ.Component
	}
	var all []one
	for _, x := range p.parts.Panels {
		if x.On != "case" || !a.Is(x.Roles...) {
			continue
		}
		if x.Tab != "" && !slices.ContainsFunc(out.tabs, func(y ui.Panel) bool { return y.Tab == x.Tab }) {
			out.tabs = append(out.tabs, x)
		}
		if x.Tab == tab {
			all = append(all, one{x.Side, x.Queue(b, a, id)})
		}
	}
	if b.Len() > 0 {
		if err := p.parts.Read(ctx, func(q *db.Reader) error { return db.Send(q, b) }); err != nil {
			return out, err
		}
	}
	for _, x := range all {
		switch c := x.draw(ctx); {
		case c == nil:
		case x.side:
			out.side = append(out.side, c)
		default:
			out.main = append(out.main, c)
		}
	}
	return out, nil
}

func (p *pages) history(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	var q struct {
		Before db.ID `json:"before,omitempty"`
	}
	if err := door.Query(r, &q); err != nil {
		return err
	}
	ctx, a := r.Context(), access.From(r.Context())
	f, err := p.room.Timeline(ctx, a, id, q.Before)
	if err != nil {
		return err
	}
	return door.Show(w, r, ui.Page{Title: text.Word(ctx, "cases.web.history")}, historyPage(f, timeline(ctx, f)))
}

// choices are the users and teams that a case can be given to; in a large agency
// the users of the case's and the actor's teams, or those that find found.
type choices struct {
	users, teams []ui.Option
	find         string
	found        int
	more         bool // there are others, to be found by name
}

// mostOffered is how many users a form offers before it asks for a name.
const mostOffered = 100

// choices reads whom a case can be given to. Whoever has it now and whoever was
// chosen on the form that came back stay among them.
func (p *pages) choices(r *http.Request, c cases.Case) (out choices, err error) {
	ctx := r.Context()
	lang, a := text.From(ctx), access.From(ctx)
	out.find = r.URL.Query().Get("find")
	f := account.Colleagues{
		Roles: []access.Role{access.Caseworker, access.Supervisor, access.IntakeWorker},
		Teams: append([]db.ID{c.Team}, a.Teams...), Begins: out.find, Keep: []db.ID{c.Owner}, Most: mostOffered,
	}
	for _, name := range []string{"owner_id", "user_id"} {
		if id, err := db.ParseID(r.PostFormValue(name)); err == nil {
			f.Keep = append(f.Keep, id)
		}
	}
	err = p.parts.Read(ctx, func(q *db.Reader) error {
		var err error
		if f.But, err = cases.KeptFrom(q, c); err != nil {
			return err
		}
		c, err := account.Choose(q, f)
		if err != nil {
			return err
		}
		out.found, out.more = c.Found, c.More
		for _, u := range c.List {
			out.users = append(out.users, ui.Option{Value: u.ID.String(), Label: u.Name.In(lang)})
		}
		teams, err := agency.Teams(q, false)
		for _, t := range teams {
			out.teams = append(out.teams, ui.Option{Value: t.ID.String(), Label: t.Name.In(lang)})
		}
		return err
	})
	return out, err
}

// fresh asks what a new case is about. Whom it is for was found by searching.
func (p *pages) fresh(w http.ResponseWriter, r *http.Request) error {
	var q struct {
		Person db.ID  `json:"person,omitempty"`
		Find   string `json:"find,omitempty"`
	}
	if err := door.Query(r, &q); err != nil {
		return err
	}
	if q.Person.IsZero() {
		return door.See(w, r, "/desk/persons")
	}
	return p.drawFresh(w, r, cases.OpenInput{Person: q.Person, Priority: "normal"}, nil)
}

func (p *pages) drawFresh(w http.ResponseWriter, r *http.Request, in cases.OpenInput, refused error) error {
	ctx := r.Context()
	c, err := p.choices(r, cases.Case{Person: in.Person, Owner: in.Owner, Team: in.Team})
	if err != nil {
		return err
	}
	var who people.Card
	err = p.parts.Read(ctx, func(q *db.Reader) error {
		if err := people.Seen(q, access.From(ctx), p.room.Now(), in.Person); err != nil {
			return err
		}
		cards, err := people.CardsOf(q, in.Person)
		who = cards[in.Person]
		return err
	})
	if err != nil {
		return err
	}
	page, form := ui.Page{Title: text.Word(ctx, "cases.web.new")}, ui.FormProps{Action: "/desk/cases"}
	if refused != nil {
		return door.Refuse(w, r, refused, page, func(err error) templ.Component {
			form.Typed, form.Fault = door.Typed(r), err
			return newPage(form, in, who, c)
		})
	}
	return door.Show(w, r, page, newPage(form, in, who, c))
}

func (p *pages) open(w http.ResponseWriter, r *http.Request) error {
	var in cases.OpenInput
	ctx := r.Context()
	err := door.Form(r, &in)
	if err == nil {
		var c cases.Case
		if c, err = p.room.Open(ctx, access.From(ctx), in); err == nil {
			door.Toast(w, r, ui.OK, "cases.web.opened", "number", c.Number)
			return door.See(w, r, at(c.ID))
		}
	}
	return p.drawFresh(w, r, in, err)
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
	form, err := door.WithDraft(r, editForm(f.Case), "case.edit."+id.String())
	if err != nil {
		return err
	}
	return door.Show(w, r, ui.Page{Title: text.Word(ctx, "step.case.edit")}, editPage(form, f.Case.Input()))
}

func editForm(c cases.Case) ui.FormProps {
	return ui.FormProps{Action: at(c.ID), Version: version(c.Version)}
}

func (p *pages) save(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	var in cases.EditInput
	ctx, a := r.Context(), access.From(r.Context())
	err = door.Form(r, &in)
	if err == nil {
		if _, err = p.room.Edit(ctx, a, id, in); err == nil {
			door.Toast(w, r, ui.OK, "cases.web.saved")
			return door.See(w, r, at(id))
		}
	}
	page := ui.Page{Title: text.Word(ctx, "step.case.edit")}
	if now, ok := door.Moved[cases.Case](err); ok {
		fields, keep := door.Merged(r, now.Input())
		for i := range fields {
			fields[i].Label = text.Word(ctx, fieldKey(fields[i].Name))
		}
		return door.Refuse(w, r, err, page, func(error) templ.Component {
			return ui.Merge(ui.MergeProps{Form: editForm(now), Title: text.Word(ctx, "cases.web.merge"), Fields: fields, Keep: keep,
				Submit: text.Word(ctx, "cases.web.save"), Cancel: at(id)})
		})
	}
	return door.Refuse(w, r, err, page, func(err error) templ.Component {
		form := ui.FormProps{Action: at(id), Version: version(in.Version), Typed: door.Typed(r), Fault: err}
		return editPage(form, in)
	})
}

func (p *pages) note(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	var in cases.NoteInput
	ctx := r.Context()
	err = door.Form(r, &in)
	if err == nil {
		in.Draft = in.Draft || door.Pressed(r) == "draft"
		if _, err = p.room.AddNote(ctx, access.From(ctx), id, in); err == nil {
			door.Toast(w, r, ui.OK, "cases.web.noted")
			return door.See(w, r, at(id))
		}
	}
	return p.file(w, r, "", ui.FormProps{Typed: door.Typed(r)}, err)
}

func (p *pages) askNote(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	ctx := r.Context()
	n, err := p.room.Note(ctx, access.From(ctx), id)
	if err != nil {
		return err
	}
	return door.Show(w, r, ui.Page{Title: text.Word(ctx, "cases.entity.note")}, notePage(noteForm(n), n))
}

func noteForm(n cases.Note) ui.FormProps {
	return ui.FormProps{Action: "/desk/notes/" + n.ID.String(), Version: version(n.Version)}
}

func (p *pages) changeNote(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	var in cases.NoteInput
	ctx := r.Context()
	n, err := p.room.Note(ctx, access.From(ctx), id)
	if err != nil {
		return err
	}
	if err = door.Form(r, &in); err == nil {
		if _, err = p.room.ChangeNote(ctx, access.From(ctx), id, in); err == nil {
			door.Toast(w, r, ui.OK, "cases.web.saved")
			return door.See(w, r, at(n.Case))
		}
	}
	return door.Refuse(w, r, err, ui.Page{Title: text.Word(ctx, "cases.entity.note")}, func(err error) templ.Component {
		form := noteForm(n)
		form.Typed, form.Fault = door.Typed(r), err
		return notePage(form, n)
	})
}

// versionIn is the form of a button that takes a plain step.
type versionIn struct {
	Reason  string `json:"reason,omitempty"`
	Version int64  `json:"version"`
}

// press runs a button and leads back to the case it belongs to.
func press[R any](w http.ResponseWriter, r *http.Request, done string, of func(R) db.ID,
	do func(ctx context.Context, a access.Actor, id db.ID, in versionIn) (R, error)) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	var in versionIn
	if err := door.Form(r, &in); err != nil {
		return err
	}
	rec, err := do(r.Context(), access.From(r.Context()), id, in)
	if err != nil {
		return err
	}
	door.Toast(w, r, ui.OK, done)
	return door.See(w, r, at(of(rec)))
}

func (p *pages) publishNote(w http.ResponseWriter, r *http.Request) error {
	return press(w, r, "cases.web.noted", func(n cases.Note) db.ID { return n.Case },
		func(ctx context.Context, a access.Actor, id db.ID, in versionIn) (cases.Note, error) {
			return p.room.PublishNote(ctx, a, id, in.Version)
		})
}

func (p *pages) dismiss(w http.ResponseWriter, r *http.Request) error {
	return press(w, r, "cases.web.saved", func(x cases.Reminder) db.ID { return x.Case },
		func(ctx context.Context, a access.Actor, id db.ID, in versionIn) (cases.Reminder, error) {
			return p.room.Dismiss(ctx, a, id, in.Version, in.Reason)
		})
}

func (p *pages) endParticipant(w http.ResponseWriter, r *http.Request) error {
	return press(w, r, "cases.web.saved", func(x cases.Participant) db.ID { return x.Case },
		func(ctx context.Context, a access.Actor, id db.ID, in versionIn) (cases.Participant, error) {
			return p.room.EndParticipant(ctx, a, id, cases.ChangeInput{Version: in.Version})
		})
}

func (p *pages) endMember(w http.ResponseWriter, r *http.Request) error {
	return press(w, r, "cases.web.saved", func(x cases.Member) db.ID { return x.Case },
		func(ctx context.Context, a access.Actor, id db.ID, in versionIn) (cases.Member, error) {
			return p.room.EndMember(ctx, a, id, in.Version)
		})
}

// form draws a form on a case, and takes it; to whom a case can be given is only read for one that asks.
func (p *pages) form(w http.ResponseWriter, r *http.Request, title string, asks bool, refused error, draw func(f cases.File, c choices, form ui.FormProps) templ.Component) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	ctx := r.Context()
	f, err := p.room.Get(ctx, access.From(ctx), id)
	if err != nil {
		return err
	}
	var c choices
	if asks {
		if c, err = p.choices(r, f.Case); err != nil {
			return err
		}
	}
	page, form := ui.Page{Title: text.Word(ctx, title)}, ui.FormProps{Version: version(f.Case.Version)}
	if refused != nil {
		return door.Refuse(w, r, refused, page, func(err error) templ.Component {
			form.Typed, form.Fault = door.Typed(r), err
			return draw(f, c, form)
		})
	}
	return door.Show(w, r, page, draw(f, c, form))
}

func (p *pages) askStep(step string) door.Page {
	return func(w http.ResponseWriter, r *http.Request) error { return p.drawStep(w, r, step, nil) }
}

func (p *pages) drawStep(w http.ResponseWriter, r *http.Request, step string, refused error) error {
	return p.form(w, r, stepKey(step), step == "assign", refused, func(f cases.File, c choices, form ui.FormProps) templ.Component {
		form.Action = at(f.Case.ID) + "/" + step
		return stepPage(form, step, f, c)
	})
}

func (p *pages) takeStep(step string) door.Page {
	return func(w http.ResponseWriter, r *http.Request) error {
		id, err := door.ID(r, "id")
		if err != nil {
			return err
		}
		var in cases.StepInput
		ctx := r.Context()
		if err = door.Form(r, &in); err == nil {
			if _, err = p.room.Step(ctx, access.From(ctx), id, step, in); err == nil {
				door.Toast(w, r, ui.OK, "cases.web.saved")
				// The step may have taken the case out of sight.
				if _, err := p.room.See(ctx, access.From(ctx), id); err != nil {
					return door.See(w, r, "/desk/cases")
				}
				return door.See(w, r, at(id))
			}
		}
		if f, ok := fault.As(err); ok && f.Kind == fault.KindNotFound {
			return err
		}
		return p.drawStep(w, r, step, err)
	}
}

func (p *pages) askParticipant(w http.ResponseWriter, r *http.Request) error {
	return p.drawParticipant(w, r, nil)
}

func (p *pages) drawParticipant(w http.ResponseWriter, r *http.Request, refused error) error {
	q := r.URL.Query().Get("q")
	var found []people.Match
	if q != "" {
		var err error
		if found, err = p.parts.People.Search(r.Context(), access.From(r.Context()), q, 10); err != nil {
			return err
		}
	}
	return p.form(w, r, "step.participant.add", false, refused, func(f cases.File, _ choices, form ui.FormProps) templ.Component {
		form.Action, form.Version = at(f.Case.ID)+"/participants", ""
		return participantPage(form, f, q, matchOptions(r.Context(), found))
	})
}

func (p *pages) addParticipant(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	var in cases.ParticipantInput
	ctx := r.Context()
	if err = door.Form(r, &in); err == nil {
		if _, err = p.room.AddParticipant(ctx, access.From(ctx), id, in); err == nil {
			door.Toast(w, r, ui.OK, "cases.web.saved")
			return door.See(w, r, at(id)+"?tab=people")
		}
	}
	return p.drawParticipant(w, r, err)
}

func (p *pages) askMember(w http.ResponseWriter, r *http.Request) error {
	return p.drawMember(w, r, nil)
}

func (p *pages) drawMember(w http.ResponseWriter, r *http.Request, refused error) error {
	return p.form(w, r, "step.case_member.add", true, refused, func(f cases.File, c choices, form ui.FormProps) templ.Component {
		form.Action, form.Version = at(f.Case.ID)+"/team", ""
		return memberPage(form, f, c)
	})
}

func (p *pages) addMember(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	var in cases.MemberInput
	ctx := r.Context()
	if err = door.Form(r, &in); err == nil {
		if _, err = p.room.AddMember(ctx, access.From(ctx), id, in); err == nil {
			door.Toast(w, r, ui.OK, "cases.web.saved")
			return door.See(w, r, at(id)+"?tab=people")
		}
	}
	return p.drawMember(w, r, err)
}
