package web

import (
	"bytes"
	"context"
	"net/http"
	"slices"

	"github.com/a-h/templ"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
	"kizuna/internal/network/delivery"
)

// sessionViews are what to come from today's beginning, and what was.
var sessionViews = []string{"coming", "past"}

func (p *pages) sessions(w http.ResponseWriter, r *http.Request) error {
	var q listQuery
	if err := door.Query(r, &q); err != nil {
		return err
	}
	ctx := r.Context()
	at, id, err := door.CursorTime(q.Cursor)
	if err != nil {
		return err
	}
	f := delivery.SessionFilter{Latest: q.View == "past", After: at, AfterID: id, Limit: pageSize + 1}
	if at == 0 {
		f.After = p.room.DayBegins(ctx)
	}
	list, err := p.room.Sessions(ctx, access.From(ctx), f)
	if err != nil {
		return err
	}
	list, pager := next(r, list, cursorOf)
	table := sessionTable(ctx, "/portal/sessions", list)
	table.Pager = pager
	for _, v := range sessionViews {
		table.Views = append(table.Views, ui.View{Label: text.Word(ctx, "delivery.web.view."+v), Href: "/portal/sessions?view=" + v, Count: -1, Current: (v == "past") == f.Latest})
	}
	return door.Show(w, r, ui.Page{Title: text.Word(ctx, "delivery.web.attendance")}, sessionsPage(table))
}

func sessionTable(ctx context.Context, at string, list []delivery.SessionRow) ui.TableProps {
	t := ui.TableProps{ID: "sessions", Caption: text.Word(ctx, "delivery.web.sessions"), Keys: true,
		Columns: []ui.Column{{Label: text.Word(ctx, "delivery.web.field.title")}, {Label: text.Word(ctx, "delivery.web.field.when")},
			{Label: text.Word(ctx, "delivery.web.field.place"), Priority: 3}, {Label: text.Word(ctx, "delivery.web.field.enrolled"), Num: true},
			{Label: text.Word(ctx, "delivery.web.field.unmarked"), Num: true, Priority: 2}, {Label: text.Word(ctx, "delivery.web.field.status"), Tag: true}},
		Empty: ui.EmptyProps{Icon: "calendar", Title: text.Word(ctx, "delivery.web.no_sessions"), Text: text.Word(ctx, "delivery.web.no_sessions_hint")}}
	lang := text.From(ctx)
	for _, s := range list {
		enrolled := text.Number(lang, s.Enrolled)
		if s.Capacity > 0 {
			enrolled += " / " + text.Number(lang, s.Capacity)
		}
		t.Rows = append(t.Rows, ui.Row{ID: s.ID.String(), Href: at + "/" + s.ID.String(), Title: nth(ctx, s.Title, s.Seq), Sub: s.Practitioner,
			Cells: []templ.Component{ui.Text(when(ctx, s.On, s.StartsAt, s.EndsAt)), ui.Text(s.Place), ui.Text(enrolled),
				ui.Text(text.Number(lang, s.Unmarked)), ui.Tag(status(ctx, "session", s.Status))}})
	}
	return t
}

func (p *pages) newSession(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	options, err := p.residents(ctx, nil, "")
	if err != nil {
		return err
	}
	return door.Show(w, r, ui.Page{Title: text.Word(ctx, "delivery.web.new_session")}, bookPage(ui.FormProps{Action: "/portal/sessions"}, options))
}

func (p *pages) book(w http.ResponseWriter, r *http.Request) error {
	var in delivery.SessionInput
	ctx := r.Context()
	options, err := p.residents(ctx, nil, "")
	if err != nil {
		return err
	}
	return send(w, r, &in, ui.Page{Title: text.Word(ctx, "delivery.web.new_session")}, func(ctx context.Context, a access.Actor) (string, error) {
		s, err := p.room.Book(ctx, a, in)
		if err == nil {
			door.Toast(w, r, ui.OK, "delivery.web.booked")
		}
		return "/portal/sessions/" + s.ID.String(), err
	}, func(form ui.FormProps) templ.Component { return bookPage(form, options) })
}

// roster is the page on which attendance is taken.
func (p *pages) roster(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	ctx := r.Context()
	x, err := p.room.Roster(ctx, access.From(ctx), id)
	if err != nil {
		return err
	}
	form := ui.FormProps{ID: "roster", Action: "/portal/sessions/" + id.String() + "/attendance", Hidden: map[string]string{"people": version(int64(len(x.Seats)))}}
	if form, err = door.WithDraft(r, form, "session.attendance."+id.String()); err != nil {
		return err
	}
	return door.Show(w, r, rosterFrame(ctx, x), rosterPage(x, rosterProps(ctx, x, form)))
}

func rosterFrame(ctx context.Context, x delivery.Roster) ui.Page {
	s := x.Session
	return ui.Page{Title: nth(ctx, s.Title, s.Seq), Crumbs: []ui.Crumb{{Label: text.Word(ctx, "delivery.web.attendance"), Href: "/portal/sessions"}, {Label: short(ctx, s.Title, s.Seq)}}}
}

// marks are the ways to mark attendance with their letters.
func marks(ctx context.Context) []ui.RosterMark {
	keys := map[string]string{delivery.Attended: "P", delivery.Late: "L", delivery.Excused: "E", delivery.Absent: "N"}
	out := make([]ui.RosterMark, len(delivery.Outcomes))
	for i, o := range delivery.Outcomes {
		out[i] = ui.RosterMark{Value: o, Label: text.Word(ctx, "status.session_enrolment."+o), Key: keys[o], Tone: tones[o]}
	}
	return out
}

func rosterProps(ctx context.Context, x delivery.Roster, form ui.FormProps) ui.RosterProps {
	lang, at := text.From(ctx), "/portal/sessions/"+x.Session.ID.String()
	out := ui.RosterProps{Form: form, Marks: marks(ctx), Default: delivery.Attended, LeftLabel: text.Word(ctx, "delivery.web.left"),
		AmountLabel: text.Word(ctx, "delivery.web.delivered_amount"), SavedAt: form.SavedAt, PrintHref: at + "/print",
		Submit: text.Word(ctx, "step.session.complete"), AllAction: at + "/rest", Action: at + "/selected"}
	if x.Session.Status == "completed" {
		out.Submit = text.Word(ctx, "delivery.web.correct")
	}
	each := map[ledger.Money]bool{}
	for _, s := range x.Seats {
		out.People = append(out.People, person(ctx, s))
		each[s.Authorization.Rate] = true
	}
	if !x.Delivered.IsZero() || len(each) == 1 {
		amount := x.Delivered
		for rate := range each {
			if len(each) == 1 {
				out.Each = text.Word(ctx, "delivery.web.each", "amount", rate)
			}
			amount.Currency = rate.Currency
		}
		out.Amount = amount.In(lang)
	}
	if x.Early && x.Session.Status == "scheduled" {
		out.Blocked = text.Word(ctx, "delivery.fault.not_begun")
	}
	return out
}

func person(ctx context.Context, s delivery.Seat) ui.RosterPerson {
	x := s.Authorization
	p := ui.RosterPerson{ID: s.Enrolment.ID.String(), Name: x.Called(), Kana: reading(ctx, x), Number: besides(x), Left: max(0, int(s.Left/ledger.Units(1))),
		Of: int(x.Units / ledger.Units(1)), Low: s.Low(), Mark: s.Outcome, Note: s.Note}
	if p.Note == "" {
		p.Note = s.Enrolment.Note
	}
	switch {
	case !s.Low():
	case s.Outcome == "":
		p.Warning = text.Word(ctx, "delivery.web.last_unit")
	default:
		p.Warning = text.Word(ctx, "delivery.web.used_up")
	}
	return p
}

// reading is the kana of a name, or why the name is not there.
func reading(ctx context.Context, x delivery.Authorization) string {
	if x.Withheld {
		return text.Word(ctx, "delivery.web.withheld")
	}
	return x.Kana
}

// besides is the number of an authorization beside a name; it does not stand twice.
func besides(x delivery.Authorization) string {
	if x.Name == "" {
		return ""
	}
	return x.Number
}

// rosterIn is what the roster sends: a mark for each person, and what the
// buttons for many say.
type rosterIn struct {
	Mark     map[string]string `json:"mark"`
	ID       []string          `json:"id"`
	All      string            `json:"all"`
	Selected string            `json:"selected"`
	People   int               `json:"people"`
}

func (in rosterIn) attendance() (delivery.AttendInput, error) {
	chosen := map[string]string{}
	for id, outcome := range in.Mark {
		if outcome != "" {
			chosen[id] = outcome
		}
	}
	if in.Selected != "" {
		for _, id := range in.ID {
			chosen[id] = in.Selected
		}
	}
	out := delivery.AttendInput{Rest: in.All, Complete: in.Selected == "" && in.All == "" && in.People > 0 && len(chosen) >= in.People}
	for id, outcome := range chosen {
		enrolment, err := db.ParseID(id)
		if err != nil {
			return out, fault.NotFound()
		}
		out.Marks = append(out.Marks, delivery.MarkInput{Enrolment: enrolment, Outcome: outcome})
	}
	slices.SortFunc(out.Marks, func(a, b delivery.MarkInput) int { return bytes.Compare(a.Enrolment[:], b.Enrolment[:]) })
	return out, nil
}

// attend takes the roster: all marks, those not marked yet, or those selected.
func (p *pages) attend(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	var in rosterIn
	if err := door.Form(r, &in); err != nil {
		return err
	}
	attendance, err := in.attendance()
	if err != nil {
		return err
	}
	ctx := r.Context()
	out, err := p.room.Attend(ctx, access.From(ctx), id, attendance)
	if err != nil {
		return err
	}
	switch {
	case len(out.Refused) > 0:
		door.Toast(w, r, ui.Warn, "delivery.web.some_refused", "n", len(out.Refused))
	case out.Session.Status == "completed":
		door.Toast(w, r, ui.OK, "delivery.web.confirmed")
	default:
		door.Toast(w, r, ui.OK, "delivery.web.marked", "n", len(out.Marked), "open", out.Open)
	}
	return door.See(w, r, "/portal/sessions/"+id.String())
}

func (p *pages) printed(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	ctx := r.Context()
	x, err := p.room.Roster(ctx, access.From(ctx), id)
	if err != nil {
		return err
	}
	return door.Show(w, r, rosterFrame(ctx, x), printPage(x, printTable(ctx, x)))
}

// seats lists the roster person by person, each leading to their own record.
func (p *pages) seats(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	ctx := r.Context()
	x, err := p.room.Roster(ctx, access.From(ctx), id)
	if err != nil {
		return err
	}
	page := rosterFrame(ctx, x)
	page.Title = text.Word(ctx, "delivery.web.each_person")
	page.Crumbs[1].Href = "/portal/sessions/" + id.String()
	page.Crumbs = append(page.Crumbs, ui.Crumb{Label: page.Title})
	return door.Show(w, r, page, seatsPage(x))
}

func printTable(ctx context.Context, x delivery.Roster) ui.TableProps {
	t := ui.TableProps{ID: "roster", Caption: text.Word(ctx, "delivery.web.roster"), Columns: []ui.Column{{Label: text.Word(ctx, "delivery.web.field.name")},
		{Label: text.Word(ctx, "delivery.web.field.number")}, {Label: text.Word(ctx, "delivery.web.attendance")}, {Label: text.Word(ctx, "delivery.web.field.memo")}},
		Empty: ui.EmptyProps{Title: text.Word(ctx, "delivery.web.nobody")}}
	for _, s := range x.Seats {
		outcome := ""
		if s.Outcome != "" {
			outcome = text.Word(ctx, "status.session_enrolment."+s.Outcome)
		}
		note := s.Note
		if note == "" {
			note = s.Enrolment.Note
		}
		t.Rows = append(t.Rows, ui.Row{ID: s.Enrolment.ID.String(), Title: s.Authorization.Called(), Sub: reading(ctx, s.Authorization),
			Cells: []templ.Component{ui.Text(s.Authorization.Number), ui.Text(outcome), ui.Text(note)}})
	}
	return t
}

// seatTable leads to each person's own record.
func seatTable(ctx context.Context, x delivery.Roster) ui.TableProps {
	t := ui.TableProps{ID: "seats", Caption: text.Word(ctx, "delivery.web.each_person"), Columns: []ui.Column{{Label: text.Word(ctx, "delivery.web.field.name")},
		{Label: text.Word(ctx, "delivery.web.field.delivered"), Num: true}, {Label: text.Word(ctx, "delivery.web.field.status"), Tag: true}}}
	for _, s := range x.Seats {
		t.Rows = append(t.Rows, ui.Row{ID: s.Enrolment.ID.String(), Href: "/portal/session-enrolments/" + s.Enrolment.ID.String(), Title: s.Authorization.Called(), Sub: besides(s.Authorization),
			Cells: []templ.Component{ui.Text(s.Delivered.In(text.From(ctx))), ui.Tag(status(ctx, "session_enrolment", s.Enrolment.Status))}})
	}
	return t
}

func headOf(ctx context.Context, x delivery.Roster) ui.HeadProps {
	s := x.Session
	enrolled := text.Word(ctx, "delivery.web.enrolled", "n", x.Taken)
	if s.Capacity > 0 {
		enrolled = text.Word(ctx, "delivery.web.enrolled_of", "n", x.Taken, "of", s.Capacity)
	}
	h := ui.HeadProps{Title: nth(ctx, s.Title, s.Seq), Meta: []ui.TagProps{{Icon: "calendar", Text: when(ctx, s.On, s.StartsAt, s.EndsAt)}}}
	if s.Place != "" {
		h.Meta = append(h.Meta, ui.TagProps{Icon: "map-pin", Text: s.Place})
	}
	h.Meta = append(h.Meta, ui.TagProps{Icon: "users", Text: enrolled})
	if s.Status != "scheduled" {
		h.Tags = []ui.TagProps{status(ctx, "session", s.Status)}
	}
	if !x.Before.ID.IsZero() {
		h.Acts = append(h.Acts, ui.Act{Label: short(ctx, x.Before.Title, x.Before.Seq), Icon: "chevron-left", Href: "/portal/sessions/" + x.Before.ID.String()})
	}
	if !x.After.ID.IsZero() {
		h.Acts = append(h.Acts, ui.Act{Label: short(ctx, x.After.Title, x.After.Seq), IconEnd: "chevron-right", Href: "/portal/sessions/" + x.After.ID.String()})
	}
	return h
}

func sessionActs(ctx context.Context, x delivery.Roster) []ui.Act {
	at := "/portal/sessions/" + x.Session.ID.String()
	var out []ui.Act
	if x.Session.Status == "scheduled" {
		out = append(out, ui.Act{Label: text.Word(ctx, "delivery.web.enrol"), Icon: "user-plus", Href: at + "/enrol"})
	}
	if len(x.Seats) > 0 {
		out = append(out, ui.Act{Label: text.Word(ctx, "delivery.web.each_person"), Icon: "users", Href: at + "/people"})
	}
	return append(out, acts(ctx, "session", at, x.Session.Version, x.Actions, "postpone", "cancel")...)
}

func (p *pages) askEnrol(w http.ResponseWriter, r *http.Request) error {
	x, options, err := p.mayJoin(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	return door.Show(w, r, ui.Page{Title: text.Word(ctx, "delivery.web.enrol")}, enrolPage(x, ui.FormProps{Action: r.URL.Path}, options))
}

// mayJoin is a session with whom the provider may still enrol in it.
func (p *pages) mayJoin(r *http.Request) (x delivery.Roster, options []ui.Option, err error) {
	id, err := door.ID(r, "id")
	if err != nil {
		return x, nil, err
	}
	ctx := r.Context()
	if x, err = p.room.Roster(ctx, access.From(ctx), id); err != nil {
		return x, nil, err
	}
	there := map[string]bool{}
	for _, s := range x.Seats {
		there[s.Authorization.ID.String()] = true
	}
	all, err := p.residents(ctx, nil, x.Session.On)
	for _, o := range all {
		if !there[o.Value] {
			options = append(options, o)
		}
	}
	return x, options, err
}

// enrolIn is the form that enrols in one session, or in it and all that come
// after it in its schedule.
type enrolIn struct {
	Authorizations []db.ID `json:"authorization_ids"`
	WalkIn         bool    `json:"walk_in"`
	Following      bool    `json:"following"`
	Note           string  `json:"note"`
}

func (p *pages) enrol(w http.ResponseWriter, r *http.Request) error {
	x, options, err := p.mayJoin(r)
	if err != nil {
		return err
	}
	var in enrolIn
	ctx := r.Context()
	return send(w, r, &in, ui.Page{Title: text.Word(ctx, "delivery.web.enrol")}, func(ctx context.Context, a access.Actor) (string, error) {
		sessions := []db.ID{x.Session.ID}
		if in.Following && !x.Session.Schedule.IsZero() {
			rows, err := p.room.Sessions(ctx, a, delivery.SessionFilter{Schedule: x.Session.Schedule, Status: "scheduled", After: x.Session.StartsAt, AfterID: x.Session.ID, Limit: 200})
			if err != nil {
				return "", err
			}
			for _, s := range rows {
				sessions = append(sessions, s.ID)
			}
		}
		placed, err := p.room.Enrol(ctx, a, delivery.EnrolInput{Sessions: sessions, Authorizations: in.Authorizations, WalkIn: in.WalkIn, Note: in.Note})
		if err != nil {
			return "", err
		}
		got := 0
		for _, x := range placed {
			if x.Fault == "" {
				got++
			}
		}
		door.Toast(w, r, ui.OK, "delivery.web.placed", "n", got, "not", len(placed)-got)
		return "/portal/sessions/" + x.Session.ID.String(), nil
	}, func(form ui.FormProps) templ.Component { return enrolPage(x, form, options) })
}

// askSession draws the form of a session's step; takeSession takes it.
func (p *pages) askSession(w http.ResponseWriter, r *http.Request, title string, draw func(x delivery.Roster, form ui.FormProps) templ.Component) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	ctx := r.Context()
	x, err := p.room.Roster(ctx, access.From(ctx), id)
	if err != nil {
		return err
	}
	return door.Show(w, r, ui.Page{Title: text.Word(ctx, title)}, draw(x, ui.FormProps{Action: r.URL.Path, Version: version(x.Session.Version)}))
}

func (p *pages) takeSession(w http.ResponseWriter, r *http.Request, in any, title string, do func(ctx context.Context, a access.Actor, id db.ID) (delivery.Session, error), draw func(x delivery.Roster, form ui.FormProps) templ.Component) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	ctx := r.Context()
	x, err := p.room.Roster(ctx, access.From(ctx), id)
	if err != nil {
		return err
	}
	return send(w, r, in, ui.Page{Title: text.Word(ctx, title)}, func(ctx context.Context, a access.Actor) (string, error) {
		s, err := do(ctx, a, id)
		if err == nil {
			door.Toast(w, r, ui.OK, "delivery.web.saved")
		}
		return "/portal/sessions/" + s.ID.String(), err
	}, func(form ui.FormProps) templ.Component { return draw(x, form) })
}

func (p *pages) askPostpone(w http.ResponseWriter, r *http.Request) error {
	return p.askSession(w, r, "step.session.postpone", postponePage)
}

func (p *pages) postpone(w http.ResponseWriter, r *http.Request) error {
	var in delivery.PostponeInput
	return p.takeSession(w, r, &in, "step.session.postpone", func(ctx context.Context, a access.Actor, id db.ID) (delivery.Session, error) {
		return p.room.Postpone(ctx, a, id, in)
	}, postponePage)
}

func (p *pages) askCancelSession(w http.ResponseWriter, r *http.Request) error {
	return p.askSession(w, r, "step.session.cancel", cancelSessionPage)
}

func (p *pages) cancelSession(w http.ResponseWriter, r *http.Request) error {
	var in delivery.ReasonInput
	return p.takeSession(w, r, &in, "step.session.cancel", func(ctx context.Context, a access.Actor, id db.ID) (delivery.Session, error) {
		return p.room.CancelSession(ctx, a, id, in)
	}, cancelSessionPage)
}
