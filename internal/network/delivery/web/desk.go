package web

import (
	"context"
	"net/http"

	"github.com/a-h/templ"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
	"kizuna/internal/network/delivery"
)

func (p *pages) deskSchedules(w http.ResponseWriter, r *http.Request) error {
	return p.listSchedules(w, r, "/desk/schedules", []string{"submitted", "approved", "rejected", "draft", "all"})
}

func (p *pages) deskSchedule(w http.ResponseWriter, r *http.Request) error {
	return p.showSchedule(w, r, "/desk/schedules", "approve", "reject")
}

func (p *pages) approve(w http.ResponseWriter, r *http.Request) error {
	return click(w, r, "delivery.web.approved", "/desk/schedules/", func(ctx context.Context, a access.Actor, id db.ID, v int64) error {
		_, err := p.room.Approve(ctx, a, id, v)
		return err
	})
}

func (p *pages) askReject(w http.ResponseWriter, r *http.Request) error {
	f, err := p.openSchedule(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	return door.Show(w, r, ui.Page{Title: text.Word(ctx, "step.schedule.reject")}, rejectPage(f, ui.FormProps{Action: r.URL.Path, Version: version(f.Schedule.Version)}))
}

func (p *pages) openSchedule(r *http.Request) (delivery.ScheduleFile, error) {
	id, err := door.ID(r, "id")
	if err != nil {
		return delivery.ScheduleFile{}, err
	}
	return p.room.Schedule(r.Context(), access.From(r.Context()), id)
}

func (p *pages) reject(w http.ResponseWriter, r *http.Request) error {
	f, err := p.openSchedule(r)
	if err != nil {
		return err
	}
	var in delivery.ReasonInput
	return send(w, r, &in, ui.Page{Title: text.Word(r.Context(), "step.schedule.reject")}, func(ctx context.Context, a access.Actor) (string, error) {
		_, err := p.room.Reject(ctx, a, f.Schedule.ID, in)
		if err == nil {
			door.Toast(w, r, ui.OK, "delivery.web.sent_back")
		}
		return "/desk/schedules/" + f.Schedule.ID.String(), err
	}, func(form ui.FormProps) templ.Component { return rejectPage(f, form) })
}

type placeQuery struct {
	Case          db.ID  `json:"case"`
	Authorization db.ID  `json:"authorization"`
	Cursor        string `json:"cursor"`
}

// deskPlaces are the sessions of one case or authorization.
func (p *pages) deskPlaces(w http.ResponseWriter, r *http.Request) error {
	var q placeQuery
	if err := door.Query(r, &q); err != nil {
		return err
	}
	from, err := door.Cursor(q.Cursor)
	if err != nil {
		return err
	}
	ctx := r.Context()
	list, err := p.room.Places(ctx, access.From(ctx), delivery.PlaceFilter{Case: q.Case, Authorization: q.Authorization, Before: from, Limit: pageSize + 1})
	if err != nil {
		return err
	}
	list, pager := next(r, list, func(x delivery.Place) string { return x.ID.String() })
	table := placeTable(ctx, list)
	table.Pager = pager
	return door.Show(w, r, ui.Page{Title: text.Word(ctx, "delivery.web.sessions")}, deskPlacesPage(table))
}

func placeTable(ctx context.Context, list []delivery.Place) ui.TableProps {
	t := ui.TableProps{ID: "places", Caption: text.Word(ctx, "delivery.web.sessions"),
		Columns: []ui.Column{{Label: text.Word(ctx, "delivery.web.field.title")}, {Label: text.Word(ctx, "delivery.web.field.when")},
			{Label: text.Word(ctx, "delivery.web.field.delivered"), Num: true, Priority: 2}, {Label: text.Word(ctx, "delivery.web.field.status"), Tag: true}},
		Empty: ui.EmptyProps{Icon: "calendar", Title: text.Word(ctx, "delivery.web.no_sessions"), Text: text.Word(ctx, "delivery.web.no_places_hint")}}
	for _, x := range list {
		t.Rows = append(t.Rows, ui.Row{ID: x.ID.String(), Href: "/desk/sessions/" + x.Session.String(), Title: x.Title, Sub: x.Practitioner,
			Cells: []templ.Component{ui.Two(when(ctx, x.On, x.StartsAt, x.EndsAt), x.Where), ui.Text(x.Delivered.In(text.From(ctx))), ui.Tag(status(ctx, "session_enrolment", x.Status))}})
	}
	return t
}

func (p *pages) deskSession(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	ctx := r.Context()
	x, err := p.room.Roster(ctx, access.From(ctx), id)
	if err != nil {
		return err
	}
	return door.Show(w, r, ui.Page{Title: nth(ctx, x.Session.Title, x.Session.Seq)}, deskSessionPage(x, printTable(ctx, x)))
}

func deskHead(ctx context.Context, x delivery.Roster) ui.HeadProps {
	h := headOf(ctx, x)
	h.Acts = nil
	h.Tags = []ui.TagProps{status(ctx, "session", x.Session.Status)}
	return h
}

// Panels are the room's parts of other rooms' pages: the sessions of a case.
func Panels(room *delivery.Room) []ui.Panel {
	return []ui.Panel{{Key: "sessions", On: "case", Roles: []access.Role{access.Caseworker, access.Supervisor, access.ProgramManager, access.Auditor},
		Queue: func(b *db.Batch, a access.Actor, record db.ID) func(ctx context.Context) templ.Component {
			found := room.QueuePlaces(b, a, record, 10)
			return func(ctx context.Context) templ.Component {
				if len(found.Rows) == 0 {
					return nil
				}
				return placesCard(placeTable(ctx, found.Rows), record.String())
			}
		}}}
}

// mine are the sessions of the resident who asks.
func (p *pages) mine(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	list, err := p.room.Mine(ctx, access.From(ctx))
	if err != nil {
		return err
	}
	return door.Show(w, r, ui.Page{Title: text.Word(ctx, "delivery.web.my_sessions")}, minePage(list))
}

func ownStatus(ctx context.Context, x delivery.OwnPlace) ui.TagProps {
	if x.State == "cancelled" || x.State == "postponed" {
		return status(ctx, "session", x.State)
	}
	return status(ctx, "session_enrolment", x.Status)
}

func ownActs(ctx context.Context, x delivery.OwnPlace) []ui.Act {
	if !x.MayCancel {
		return nil
	}
	return []ui.Act{{Label: text.Word(ctx, "delivery.web.cannot_come"), Href: "/my/sessions/" + x.ID.String() + "/cancel"}}
}

func ownFacts(ctx context.Context, x delivery.OwnPlace) []ui.Fact {
	return []ui.Fact{
		{Label: text.Word(ctx, "delivery.web.field.when"), Value: calendar.FormatDate(x.StartsAt.Date(calendar.Zone(ctx)), text.From(ctx)), Note: hours(ctx, x.StartsAt, x.EndsAt)},
		{Label: text.Word(ctx, "delivery.web.field.place"), Value: x.Where},
		{Label: text.Word(ctx, "delivery.web.field.practitioner"), Value: x.Practitioner},
	}
}

// own finds a resident's own place that can still be given back.
func (p *pages) own(r *http.Request) (delivery.OwnPlace, error) {
	id, err := door.ID(r, "id")
	if err != nil {
		return delivery.OwnPlace{}, err
	}
	list, err := p.room.Mine(r.Context(), access.From(r.Context()))
	for _, x := range list {
		if x.ID == id && x.MayCancel {
			return x, err
		}
	}
	if err == nil {
		err = fault.NotFound()
	}
	return delivery.OwnPlace{}, err
}

func (p *pages) askCancelMine(w http.ResponseWriter, r *http.Request) error {
	x, err := p.own(r)
	if err != nil {
		return err
	}
	return door.Show(w, r, ui.Page{Title: text.Word(r.Context(), "delivery.web.cannot_come")}, cancelMinePage(ui.FormProps{Action: r.URL.Path, Version: version(x.Version)}))
}

func (p *pages) cancelMine(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	var in delivery.ReasonInput
	return send(w, r, &in, ui.Page{Title: text.Word(r.Context(), "delivery.web.cannot_come")}, func(ctx context.Context, a access.Actor) (string, error) {
		err := p.room.CancelMine(ctx, a, id, in)
		if err == nil {
			door.Toast(w, r, ui.OK, "delivery.web.told")
		}
		return "/my/sessions", err
	}, cancelMinePage)
}
