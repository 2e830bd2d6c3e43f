package web

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
	"kizuna/internal/network/delivery"
)

type listQuery struct {
	Status string `json:"status"`
	View   string `json:"view"`
	Cursor string `json:"cursor"`
}

func (p *pages) schedules(w http.ResponseWriter, r *http.Request) error {
	return p.listSchedules(w, r, "/portal/schedules", []string{"", "draft", "submitted", "approved", "rejected", "closed"})
}

// listSchedules is the list for both audiences; the first of views stands when
// none is chosen.
func (p *pages) listSchedules(w http.ResponseWriter, r *http.Request, at string, views []string) error {
	var q listQuery
	if err := door.Query(r, &q); err != nil {
		return err
	}
	if !slices.Contains(views, q.Status) {
		q.Status = views[0]
	}
	from, err := door.Cursor(q.Cursor)
	if err != nil {
		return err
	}
	ctx := r.Context()
	list, err := p.room.Schedules(ctx, access.From(ctx), delivery.ScheduleFilter{Status: strings.TrimPrefix(q.Status, "all"), Before: from, Limit: pageSize + 1})
	if err != nil {
		return err
	}
	list, pager := next(r, list, func(s delivery.Schedule) string { return s.ID.String() })
	table := scheduleTable(ctx, at, list)
	table.Pager = pager
	for _, v := range views {
		label := text.Word(ctx, "delivery.web.all")
		if v != "" && v != "all" {
			label = text.Word(ctx, "status.schedule."+v)
		}
		table.Views = append(table.Views, ui.View{Label: label, Href: at + "?status=" + v, Count: -1, Current: v == q.Status})
	}
	return door.Show(w, r, ui.Page{Title: text.Word(ctx, "delivery.web.schedules")}, schedulesPage(at, table))
}

func scheduleTable(ctx context.Context, at string, list []delivery.Schedule) ui.TableProps {
	t := ui.TableProps{ID: "schedules", Caption: text.Word(ctx, "delivery.web.schedules"), Keys: true,
		Columns: []ui.Column{{Label: text.Word(ctx, "delivery.web.field.title")}, {Label: text.Word(ctx, "delivery.web.field.when")},
			{Label: text.Word(ctx, "delivery.web.field.place"), Priority: 3}, {Label: text.Word(ctx, "delivery.web.field.status"), Tag: true}},
		Empty: ui.EmptyProps{Icon: "calendar", Title: text.Word(ctx, "delivery.web.no_schedules"), Text: text.Word(ctx, "delivery.web.no_schedules_hint")}}
	if at == "/portal/schedules" {
		t.Empty.Act = ui.Act{Label: text.Word(ctx, "delivery.web.new_schedule"), Href: at + "/new", Kind: ui.Primary}
	}
	for _, s := range list {
		t.Rows = append(t.Rows, ui.Row{ID: s.ID.String(), Href: at + "/" + s.ID.String(), Title: s.Title, Sub: s.Practitioner,
			Cells: []templ.Component{ui.Two(recurs(ctx, s), span(ctx, s)), ui.Text(s.Place), ui.Tag(status(ctx, "schedule", s.Status))}})
	}
	return t
}

// recurs is how a schedule repeats, with its hour.
func recurs(ctx context.Context, s delivery.Schedule) string {
	if s.Asked {
		return text.Word(ctx, "delivery.web.asked")
	}
	days := make([]string, 0, 7)
	for _, d := range s.Input().Weekdays {
		days = append(days, text.Word(ctx, "delivery.weekday."+strings.ToLower(d)))
	}
	return strings.TrimSpace(text.Word(ctx, "delivery.repeat."+s.Repeat) + " " + text.List(text.From(ctx), days) + " " + s.Starts)
}

func span(ctx context.Context, s delivery.Schedule) string {
	lang := text.From(ctx)
	switch {
	case s.From == "":
		return ""
	case s.From == s.Until:
		return calendar.FormatDay(s.From, lang)
	}
	return calendar.FormatDay(s.From, lang) + "–" + calendar.FormatDay(s.Until, lang)
}

// planQuery says for whom a new schedule is.
type planQuery struct {
	Authorization db.ID `json:"authorization_id,omitzero"`
}

func (p *pages) newSchedule(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	var q planQuery
	if err := door.Query(r, &q); err != nil {
		return err
	}
	in := delivery.ScheduleInput{Repeat: "weekly", Minutes: 60}
	if !q.Authorization.IsZero() {
		in.Residents = []db.ID{q.Authorization}
	}
	page, err := p.scheduleForm(r, ui.FormProps{Action: "/portal/schedules"}, in)
	if err != nil {
		return err
	}
	return door.Show(w, r, ui.Page{Title: text.Word(ctx, "delivery.web.new_schedule")}, page)
}

// scheduleForm draws the form with whom it may be for.
func (p *pages) scheduleForm(r *http.Request, form ui.FormProps, in delivery.ScheduleInput) (templ.Component, error) {
	options, err := p.residents(r.Context(), in.Residents, "")
	return schedulePage(form, in, options), err
}

// residents are the choices of whom to enrol, those chosen ticked.
func (p *pages) residents(ctx context.Context, chosen []db.ID, on calendar.Date) ([]ui.Option, error) {
	list, err := p.room.Candidates(ctx, access.From(ctx), on)
	if err != nil {
		return nil, err
	}
	out := make([]ui.Option, 0, len(list))
	for _, c := range list {
		if c.Left <= 0 && !slices.Contains(chosen, c.ID) {
			continue
		}
		out = append(out, ui.Option{Value: c.ID.String(), Label: c.Called(), Checked: slices.Contains(chosen, c.ID),
			Hint: text.Word(ctx, "delivery.web.candidate", "benefit", c.BenefitName.In(text.From(ctx)), "left", c.Left, "of", c.Units, "until", c.Until)})
	}
	return out, nil
}

func (p *pages) draft(w http.ResponseWriter, r *http.Request) error {
	return p.keepSchedule(w, r, db.ID{}, "delivery.web.new_schedule", func(ctx context.Context, a access.Actor, in delivery.ScheduleInput) (delivery.Schedule, error) {
		s, err := p.room.Draft(ctx, a, in)
		if err == nil && door.Pressed(r) == "submit" {
			s, err = p.room.Submit(op.WithKey(ctx, door.Key(r)+"-submit"), a, s.ID, s.Version)
		}
		return s, err
	})
}

func (p *pages) keepSchedule(w http.ResponseWriter, r *http.Request, id db.ID, title string, do func(context.Context, access.Actor, delivery.ScheduleInput) (delivery.Schedule, error)) error {
	var in delivery.ScheduleInput
	ctx, a := r.Context(), access.From(r.Context())
	err := door.Form(r, &in)
	if err == nil {
		var s delivery.Schedule
		if s, err = do(ctx, a, in); err == nil {
			door.Toast(w, r, ui.OK, "delivery.web.schedule_kept")
			return door.See(w, r, "/portal/schedules/"+s.ID.String())
		}
	}
	edit, missing := p.scheduleNow(ctx, a, id)
	if missing != nil {
		return missing
	}
	options, missing := p.residents(ctx, in.Residents, "")
	if missing != nil {
		return missing
	}
	return door.RefuseEdit(w, r, err, ui.Page{Title: text.Word(ctx, title)}, edit, func(err error) templ.Component {
		form := ui.FormProps{Action: r.URL.Path, Version: door.Typed(r).Get("version"), Typed: door.Typed(r), Fault: err}
		if edit.Now != nil {
			form = door.Opened(form, edit.Now)
		}
		return schedulePage(form, in, options)
	})
}

// scheduleShown is a schedule as its form shows it: each day left out in a
// field of its own.
type scheduleShown struct {
	delivery.ScheduleInput
	Exceptions map[string]calendar.Date `json:"exceptions,omitempty"`
}

func shownOf(in delivery.ScheduleInput) scheduleShown {
	out := scheduleShown{in, map[string]calendar.Date{}}
	for i, day := range in.Exceptions {
		out.Exceptions[strconv.Itoa(i)] = day
	}
	return out
}

// scheduleNow is the form of a schedule as it stands, for whoever saves from
// an older one; nothing for a new schedule or one that is no draft any more.
func (p *pages) scheduleNow(ctx context.Context, a access.Actor, id db.ID) (door.Edit, error) {
	if id.IsZero() {
		return door.Edit{}, nil
	}
	f, err := p.room.Schedule(ctx, a, id)
	if err != nil || f.Schedule.Status != "draft" {
		return door.Edit{}, err
	}
	at := "/portal/schedules/" + id.String()
	return door.Edit{Now: shownOf(f.Schedule.Input()), Form: ui.FormProps{Action: at, Version: version(f.Schedule.Version)}, Submit: "delivery.web.keep_draft", Cancel: at,
		Label: func(name string) string {
			name, _, _ = strings.Cut(name, "/")
			return text.Word(ctx, "delivery.web.field."+name)
		},
		Read: func(name, value string) string {
			if name == "repeat" {
				for _, o := range repeatOptions(ctx) {
					if o.Value == value {
						return o.Label
					}
				}
			}
			return ""
		}}, nil
}

func (p *pages) askForSchedule(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	options, err := p.residents(ctx, nil, "")
	if err != nil {
		return err
	}
	return door.Show(w, r, ui.Page{Title: text.Word(ctx, "delivery.web.ask_schedule")}, askPage(ui.FormProps{Action: "/portal/schedules/ask"}, options))
}

func (p *pages) ask(w http.ResponseWriter, r *http.Request) error {
	var in delivery.AskInput
	ctx := r.Context()
	options, err := p.residents(ctx, nil, "")
	if err != nil {
		return err
	}
	return send(w, r, &in, ui.Page{Title: text.Word(ctx, "delivery.web.ask_schedule")}, func(ctx context.Context, a access.Actor) (string, error) {
		s, err := p.room.Ask(ctx, a, in)
		if err == nil {
			door.Toast(w, r, ui.OK, "delivery.web.asked_for")
		}
		return "/portal/schedules/" + s.ID.String(), err
	}, func(form ui.FormProps) templ.Component { return askPage(form, options) })
}

func (p *pages) schedule(w http.ResponseWriter, r *http.Request) error {
	return p.showSchedule(w, r, "/portal/schedules", "edit", "submit", "close")
}

func (p *pages) showSchedule(w http.ResponseWriter, r *http.Request, at string, steps ...string) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	ctx := r.Context()
	f, err := p.room.Schedule(ctx, access.From(ctx), id)
	if err != nil {
		return err
	}
	page := ui.Page{Title: f.Schedule.Title, Crumbs: []ui.Crumb{{Label: text.Word(ctx, "delivery.web.schedules"), Href: at}, {Label: f.Schedule.Title}}}
	buttons := acts(ctx, "schedule", at+"/"+id.String(), f.Schedule.Version, f.Actions, steps...)
	return door.Show(w, r, page, scheduleFilePage(f, strings.TrimSuffix(at, "schedules")+"sessions", buttons))
}

func (p *pages) editSchedule(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	ctx := r.Context()
	f, err := p.room.Schedule(ctx, access.From(ctx), id)
	if err != nil {
		return err
	}
	in := f.Schedule.Input()
	page, err := p.scheduleForm(r, door.Opened(ui.FormProps{Action: "/portal/schedules/" + id.String(), Version: version(in.Version)}, shownOf(in)), in)
	if err != nil {
		return err
	}
	return door.Show(w, r, ui.Page{Title: text.Word(ctx, "delivery.web.edit_schedule")}, page)
}

func (p *pages) saveSchedule(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	return p.keepSchedule(w, r, id, "delivery.web.edit_schedule", func(ctx context.Context, a access.Actor, in delivery.ScheduleInput) (delivery.Schedule, error) {
		s, err := p.room.EditSchedule(ctx, a, id, in)
		if err == nil && door.Pressed(r) == "submit" {
			s, err = p.room.Submit(op.WithKey(ctx, door.Key(r)+"-submit"), a, s.ID, s.Version)
		}
		return s, err
	})
}

func (p *pages) submit(w http.ResponseWriter, r *http.Request) error {
	return click(w, r, "delivery.web.submitted", "/portal/schedules/", func(ctx context.Context, a access.Actor, id db.ID, v int64) error {
		_, err := p.room.Submit(ctx, a, id, v)
		return err
	})
}

func (p *pages) closeSchedule(w http.ResponseWriter, r *http.Request) error {
	return click(w, r, "delivery.web.closed", "/portal/schedules/", func(ctx context.Context, a access.Actor, id db.ID, v int64) error {
		_, err := p.room.Close(ctx, a, id, v)
		return err
	})
}
