// Package web is where providers keep schedules and take attendance, where
// the agency looks at both, and where residents read what they go to. It
// speaks for schedules, sessions, enrolments and disbursements in the API.
package web

import (
	"context"
	_ "embed"
	"net/http"
	"net/url"
	"strconv"

	"github.com/a-h/templ"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
	"kizuna/internal/network/delivery"
)

//go:embed words.txt
var wordsFile string

var _ = text.Register("delivery.web", wordsFile)

var (
	provider  = door.By(access.ProviderRoles...)
	readers   = door.By(access.Caseworker, access.Supervisor, access.ProgramManager, access.Auditor)
	approvers = door.By(access.Caseworker, access.Supervisor, access.ProgramManager)
	resident  = door.By(access.Resident)
)

// Mount registers the room's pages and API.
func Mount(d *door.Router, room *delivery.Room) {
	p := &pages{room}
	d.Page("GET /portal/schedules", provider, p.schedules)
	d.Page("GET /portal/schedules/new", provider, p.newSchedule)
	d.Page("POST /portal/schedules", provider, p.draft)
	d.Page("GET /portal/schedules/ask", provider, p.askForSchedule)
	d.Page("POST /portal/schedules/ask", provider, p.ask)
	d.Page("GET /portal/schedules/{id}", provider, p.schedule)
	d.Page("GET /portal/schedules/{id}/edit", provider, p.editSchedule)
	d.Page("POST /portal/schedules/{id}", provider, p.saveSchedule)
	d.Page("POST /portal/schedules/{id}/submit", provider, p.submit)
	d.Page("POST /portal/schedules/{id}/close", provider, p.closeSchedule)

	d.Page("GET /portal/sessions", provider, p.sessions)
	d.Page("GET /portal/sessions/new", provider, p.newSession)
	d.Page("POST /portal/sessions", provider, p.book)
	d.Page("GET /portal/sessions/{id}", provider, p.roster)
	d.Page("GET /portal/sessions/{id}/people", provider, p.seats)
	d.Page("GET /portal/sessions/{id}/print", provider, p.printed)
	d.Page("POST /portal/sessions/{id}/attendance", provider, p.attend)
	d.Page("POST /portal/sessions/{id}/rest", provider, p.attend)
	d.Page("POST /portal/sessions/{id}/selected", provider, p.attend)
	d.Page("GET /portal/sessions/{id}/enrol", provider, p.askEnrol)
	d.Page("POST /portal/sessions/{id}/enrol", provider, p.enrol)
	d.Page("GET /portal/sessions/{id}/postpone", provider, p.askPostpone)
	d.Page("POST /portal/sessions/{id}/postpone", provider, p.postpone)
	d.Page("GET /portal/sessions/{id}/cancel", provider, p.askCancelSession)
	d.Page("POST /portal/sessions/{id}/cancel", provider, p.cancelSession)
	d.Page("GET /portal/session-enrolments/{id}", provider, p.place)
	d.Page("POST /portal/session-enrolments/{id}/note", provider, p.note)
	d.Page("POST /portal/session-enrolments/{id}/correct", provider, p.correct)
	d.Page("POST /portal/session-enrolments/{id}/progress", provider, p.progress)
	d.Page("POST /portal/session-enrolments/{id}/cancel", provider, p.cancelPlace)

	d.Page("GET /desk/schedules", readers, p.deskSchedules)
	d.Page("GET /desk/schedules/{id}", readers, p.deskSchedule)
	d.Page("POST /desk/schedules/{id}/approve", approvers, p.approve)
	d.Page("GET /desk/schedules/{id}/reject", approvers, p.askReject)
	d.Page("POST /desk/schedules/{id}/reject", approvers, p.reject)
	d.Page("GET /desk/sessions", readers, p.deskPlaces)
	d.Page("GET /desk/sessions/{id}", readers, p.deskSession)

	d.Page("GET /my/sessions", resident, p.mine)
	d.Page("GET /my/sessions/{id}/cancel", resident, p.askCancelMine)
	d.Page("POST /my/sessions/{id}/cancel", resident, p.cancelMine)
	mountAPI(d, room)
}

type pages struct{ room *delivery.Room }

// pageSize is how many rows a list shows.
const pageSize = 50

// only is a click that changes nothing but the status.
type only struct {
	Version int64 `json:"version"`
}

// click takes a plain step and leads on.
func click(w http.ResponseWriter, r *http.Request, done, to string, do func(ctx context.Context, a access.Actor, id db.ID, version int64) error) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	var in only
	if err := door.Form(r, &in); err != nil {
		return err
	}
	ctx := r.Context()
	if err := do(ctx, access.From(ctx), id, in.Version); err != nil {
		return err
	}
	door.Toast(w, r, ui.OK, done)
	return door.See(w, r, to+id.String())
}

// send reads a form, does what it asks for and leads on; what cannot be taken
// is drawn again as typed.
func send(w http.ResponseWriter, r *http.Request, in any, page ui.Page, do func(ctx context.Context, a access.Actor) (to string, err error), form func(ui.FormProps) templ.Component) error {
	err := door.Form(r, in)
	ctx := r.Context()
	if err == nil {
		var to string
		if to, err = do(ctx, access.From(ctx)); err == nil {
			return door.See(w, r, to)
		}
	}
	return door.Refuse(w, r, err, page, func(err error) templ.Component {
		return form(ui.FormProps{Action: r.URL.Path, Version: door.Typed(r).Get("version"), Typed: door.Typed(r), Fault: err})
	})
}

func cursorOf(s delivery.SessionRow) string { return door.TimeCursor(s.StartsAt, s.ID) }

// next cuts a list to a page and says where the next begins.
func next[T any](r *http.Request, list []T, at func(T) string) ([]T, *ui.PagerProps) {
	if len(list) <= pageSize {
		return list, nil
	}
	q := url.Values{}
	for k, v := range r.URL.Query() {
		q[k] = v
	}
	q.Set("cursor", at(list[pageSize-1]))
	return list[:pageSize], &ui.PagerProps{NextHref: r.URL.Path + "?" + q.Encode()}
}

// version is how a form sends the version that was read.
func version(v int64) string { return strconv.FormatInt(v, 10) }

// acts are the buttons of a record: plain steps done at once, others by their
// page.
func acts(ctx context.Context, entity, at string, v int64, actions []flow.Action, shown ...string) []ui.Act {
	var out []ui.Act
	for _, name := range shown {
		for _, x := range actions {
			if x.Step != name {
				continue
			}
			act := ui.Act{Label: text.Word(ctx, "step."+entity+"."+name)}
			if name == "submit" || name == "approve" {
				act.Kind = ui.Primary
			}
			switch {
			case x.Blocked != nil:
				act.Blocked = text.T(text.From(ctx), x.Blocked.Key, x.Blocked.Args)
			case x.Plain:
				act.Post, act.Fields = at+"/"+name, map[string]string{"version": version(v)}
			default:
				act.Href = at + "/" + name
			}
			out = append(out, act)
		}
	}
	return out
}

func status(ctx context.Context, entity, s string) ui.TagProps {
	return ui.TagProps{Text: text.Word(ctx, "status."+entity+"."+s), Tone: tones[s]}
}

var tones = map[string]ui.Tone{
	"submitted": ui.Warn, "approved": ui.OK, "rejected": ui.Bad, "scheduled": ui.Info, "completed": ui.OK, "postponed": ui.Warn, "cancelled": ui.Bad,
	"attended": ui.OK, "late": ui.Warn, "excused": ui.Outline, "absent": ui.Bad, "enrolled": ui.Info,
}

// hours is when a session is: 14:00–15:30.
func hours(ctx context.Context, from, until calendar.Time) string {
	zone := calendar.Zone(ctx)
	return calendar.FormatHour(from, zone) + "–" + calendar.FormatHour(until, zone)
}

// when is the day and the hours of a session.
func when(ctx context.Context, on calendar.Date, from, until calendar.Time) string {
	return calendar.FormatShort(on, text.From(ctx)) + " " + hours(ctx, from, until)
}

// nth is a session's title with its place in the schedule.
func nth(ctx context.Context, title string, seq int64) string {
	if seq == 0 {
		return title
	}
	return text.Word(ctx, "delivery.web.titled", "title", title, "n", seq)
}

func short(ctx context.Context, title string, seq int64) string {
	if seq == 0 {
		return title
	}
	return text.Word(ctx, "delivery.web.nth", "n", seq)
}
