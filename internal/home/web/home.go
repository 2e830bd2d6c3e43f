// Package web is the first page of each audience: what somebody must do now, the work that is
// theirs, the day ahead. It reads what the rooms say and has no rule of its own; a room that says
// nothing is not missed.
package web

import (
	"cmp"
	"context"
	_ "embed"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"kizuna/internal/casework/cases"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
	"kizuna/internal/office/account"
	"kizuna/internal/office/agency"
	"kizuna/internal/office/task"
)

//go:embed words.txt
var wordsFile string

var _ = text.Register("home", wordsFile)

// Parts are what the first pages are made of. Server fills them; a room that is nil says nothing.
type Parts struct {
	Agency  *agency.Room
	Account *account.Room
	Tasks   *task.Room
	Cases   *cases.Room
	// Sources are what the other rooms say, in the order it is shown.
	Sources []Source
	Clock   calendar.Clock
	Read    func(ctx context.Context, f func(q *db.Reader) error) error
	// Way is the first of some addresses that the actor may open, "" for none of them.
	Way func(a access.Actor, at ...string) string
}

// Source is what one room says on the first page of an audience.
type Source struct {
	On    ui.Audience
	Roles []access.Role // who hears it; everybody who comes through the door when none
	Ask   func(ctx context.Context, a access.Actor) (Said, error)
}

// Said is what there is to say, each thing where it belongs on the page.
type Said struct {
	Figures []ui.Figure
	Prompts []Prompt
	Day     []Appointment
	Before  []templ.Component // before the worklist: what an arriving matter needs first
	Main    []templ.Component
	Side    []templ.Component
	Setup   []ui.Step // set-up: what is done and what is left
}

// Prompt is one thing to be done, and by when.
type Prompt struct {
	Due calendar.Date
	ui.Prompt
}

// Appointment is something with an hour of the day.
type Appointment struct {
	From, Until             calendar.Time
	Title, Note, Icon, Href string
	Act                     ui.Act
}

// mostPrompts is how many prompts a first page shows; the rest can wait for these.
const mostPrompts = 5

type pages struct{ Parts }

var (
	atDesk   = door.By(access.Caseworker, access.Supervisor, access.IntakeWorker, access.ProgramManager, access.FinanceOfficer, access.Auditor)
	atPortal = door.By(access.ProviderRoles...)
	atMy     = door.By(access.Resident)
	atAdmin  = door.By(access.Administrator, access.ProgramManager, access.FinanceOfficer, access.Auditor)
)

// Mount registers the first pages, and the tasks that are ticked there.
func Mount(d *door.Router, parts Parts) {
	p := &pages{parts}
	d.Page("GET /desk", atDesk, p.desk)
	d.Page("GET /portal", atPortal, p.portal)
	d.Page("GET /my", atMy, p.my)
	d.Page("GET /admin", atAdmin, p.admin)
	d.Page("GET /public", door.Anyone, p.public)
	if p.Tasks != nil {
		d.Page("GET /desk/tasks", atDesk, p.tasks)
		d.Page("GET /desk/tasks/new", atDesk, p.newTask)
		d.Page("POST /desk/tasks", atDesk, p.createTask)
		for _, step := range []string{"start", "complete", "reopen"} {
			d.Page("POST /desk/tasks/{id}/"+step, atDesk, p.stepTask(step))
		}
	}
}

// hear asks every source of an audience that the actor may hear.
func (p *pages) hear(ctx context.Context, a access.Actor, on ui.Audience) (Said, error) {
	var all Said
	for _, s := range p.Sources {
		if s.On != on || len(s.Roles) > 0 && !a.Is(s.Roles...) {
			continue
		}
		said, err := s.Ask(ctx, a)
		if err != nil {
			return all, err
		}
		all.Figures = append(all.Figures, said.Figures...)
		all.Prompts = append(all.Prompts, said.Prompts...)
		all.Day = append(all.Day, said.Day...)
		all.Before = append(all.Before, said.Before...)
		all.Main = append(all.Main, said.Main...)
		all.Side = append(all.Side, said.Side...)
		all.Setup = append(all.Setup, said.Setup...)
	}
	return all, nil
}

// first are the prompts that come first: the earliest due, those without a date last.
func first(list []Prompt) []ui.Prompt {
	slices.SortStableFunc(list, func(x, y Prompt) int { return cmp.Compare(dueOr(x.Due), dueOr(y.Due)) })
	var out []ui.Prompt
	for _, x := range list[:min(len(list), mostPrompts)] {
		out = append(out, x.Prompt)
	}
	return out
}

func dueOr(d calendar.Date) calendar.Date {
	if d == "" {
		return calendar.LastDate
	}
	return d
}

// agenda is the day in its order, each appointment as the hour stands.
func (p *pages) agenda(ctx context.Context, list []Appointment) []ui.AgendaItem {
	slices.SortStableFunc(list, func(x, y Appointment) int { return cmp.Compare(x.From, y.From) })
	now, zone := p.Clock.Now(), calendar.Zone(ctx)
	out := make([]ui.AgendaItem, len(list))
	for i, x := range list {
		out[i] = ui.AgendaItem{From: calendar.FormatHour(x.From, zone), Until: calendar.FormatHour(x.Until, zone),
			Title: x.Title, Note: x.Note, Icon: x.Icon, Href: x.Href, Act: x.Act}
		switch {
		case x.Until != 0 && x.Until <= now:
			out[i].State = "past"
		case x.From <= now:
			out[i].State = "now"
		}
	}
	return out
}

// greeting is a word for the hour, in the agency's zone, with the reader's name; and the page it
// stands on, which knows who reads it from now on.
func (p *pages) greeting(ctx context.Context, a access.Actor) (string, ui.Page, error) {
	me, err := p.Account.Profile(ctx, a)
	if err != nil {
		return "", ui.Page{}, err
	}
	whole := me.Name.In(text.From(ctx))
	name, _, _ := strings.Cut(whole, " ")
	page := ui.Page{Title: text.Word(ctx, "home.title"), User: ui.User{Name: whole}, KeysOff: me.KeysOff}
	return text.Word(ctx, hourWord(p.Clock.Now().Std().In(calendar.Zone(ctx)).Hour()), "name", name), page, nil
}

// hourWord is the greeting of an hour of the day.
func hourWord(hour int) string {
	switch {
	case hour >= 4 && hour < 11:
		return "home.morning"
	case hour >= 11 && hour < 17:
		return "home.day"
	}
	return "home.evening"
}

func (p *pages) today(ctx context.Context) calendar.Date { return calendar.Today(ctx, p.Clock) }

// act is a way on, where the actor has it.
func (p *pages) act(ctx context.Context, a access.Actor, word, icon string, at ...string) []ui.Act {
	where := p.Way(a, at...)
	if where == "" {
		return nil
	}
	return []ui.Act{{Label: text.Word(ctx, word), Icon: icon, Href: where}}
}
