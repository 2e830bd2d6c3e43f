package web

import (
	"context"
	"net/http"

	"github.com/a-h/templ"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
	"kizuna/internal/network/delivery"
)

// place is one resident's record of a session: marks, notes, corrections.
func (p *pages) place(w http.ResponseWriter, r *http.Request) error {
	f, err := p.openPlace(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	return door.Show(w, r, ui.Page{Title: f.Authorization.Called(), Crumbs: []ui.Crumb{{Label: text.Word(ctx, "delivery.web.attendance"), Href: "/portal/sessions"},
		{Label: f.Place.Title, Href: "/portal/sessions/" + f.Place.Session.String()}, {Label: f.Authorization.Called()}}}, placePage(f, placeForms{}))
}

func (p *pages) openPlace(r *http.Request) (delivery.EnrolmentFile, error) {
	id, err := door.ID(r, "id")
	if err != nil {
		return delivery.EnrolmentFile{}, err
	}
	return p.room.Enrolment(r.Context(), access.From(r.Context()), id)
}

// placeForms are the forms of the page that came back with a fault.
type placeForms struct{ correct, note, progress, cancel ui.FormProps }

// form is one of them, or a fresh one.
func (x placeForms) form(f delivery.EnrolmentFile, back ui.FormProps, step string) ui.FormProps {
	if back.Action != "" {
		back.ID = step
		return back
	}
	return ui.FormProps{ID: step, Action: "/portal/session-enrolments/" + f.Place.ID.String() + "/" + step, Version: version(f.Place.Version)}
}

func (p *pages) sendPlace(w http.ResponseWriter, r *http.Request, in any, do func(ctx context.Context, a access.Actor, f delivery.EnrolmentFile) error, back func(*placeForms, ui.FormProps)) error {
	f, err := p.openPlace(r)
	if err != nil {
		return err
	}
	return send(w, r, in, ui.Page{Title: f.Authorization.Called()}, func(ctx context.Context, a access.Actor) (string, error) {
		err := do(ctx, a, f)
		if err == nil {
			door.Toast(w, r, ui.OK, "delivery.web.saved")
		}
		return "/portal/session-enrolments/" + f.Place.ID.String(), err
	}, func(form ui.FormProps) templ.Component {
		var forms placeForms
		back(&forms, form)
		return placePage(f, forms)
	})
}

func (p *pages) note(w http.ResponseWriter, r *http.Request) error {
	var in delivery.NoteInput
	return p.sendPlace(w, r, &in, func(ctx context.Context, a access.Actor, f delivery.EnrolmentFile) error {
		_, err := p.room.Note(ctx, a, f.Place.ID, in)
		return err
	}, func(x *placeForms, form ui.FormProps) { x.note = form })
}

type correctIn struct {
	Outcome  string           `json:"outcome"`
	Quantity *ledger.Quantity `json:"quantity"`
	Note     string           `json:"note"`
}

func (p *pages) correct(w http.ResponseWriter, r *http.Request) error {
	var in correctIn
	return p.sendPlace(w, r, &in, func(ctx context.Context, a access.Actor, f delivery.EnrolmentFile) error {
		return markOne(ctx, p.room, a, f.Place, delivery.MarkInput{Outcome: in.Outcome, Quantity: in.Quantity, Note: in.Note})
	}, func(x *placeForms, form ui.FormProps) { x.correct = form })
}

func (p *pages) progress(w http.ResponseWriter, r *http.Request) error {
	var in delivery.ProgressInput
	return p.sendPlace(w, r, &in, func(ctx context.Context, a access.Actor, f delivery.EnrolmentFile) error {
		_, err := p.room.WriteProgress(ctx, a, f.Place.ID, in)
		return err
	}, func(x *placeForms, form ui.FormProps) { x.progress = form })
}

type cancelIn struct {
	Side    string `json:"side"`
	Reason  string `json:"reason"`
	Version int64  `json:"version"`
}

func (p *pages) cancelPlace(w http.ResponseWriter, r *http.Request) error {
	var in cancelIn
	return p.sendPlace(w, r, &in, func(ctx context.Context, a access.Actor, f delivery.EnrolmentFile) error {
		_, err := p.room.Cancel(ctx, a, f.Place.ID, in.Side, delivery.ReasonInput{Reason: in.Reason, Version: in.Version})
		return err
	}, func(x *placeForms, form ui.FormProps) { x.cancel = form })
}

func markOptions(ctx context.Context) []ui.Option {
	var out []ui.Option
	for _, m := range marks(ctx) {
		out = append(out, ui.Option{Value: m.Value, Label: m.Label, Tone: m.Tone})
	}
	return out
}

func sideOptions(ctx context.Context) []ui.Option {
	return []ui.Option{{Value: "resident", Label: text.Word(ctx, "status.session_enrolment.cancelled_by_resident")},
		{Value: "provider", Label: text.Word(ctx, "status.session_enrolment.cancelled_by_provider")}}
}

func placeFacts(ctx context.Context, f delivery.EnrolmentFile) []ui.Fact {
	x, lang := f.Place, text.From(ctx)
	facts := []ui.Fact{
		{Label: text.Word(ctx, "delivery.web.field.when"), Value: when(ctx, x.On, x.StartsAt, x.EndsAt), Href: "/portal/sessions/" + x.Session.String()},
		{Label: text.Word(ctx, "delivery.web.field.number"), Value: f.Authorization.Number},
		{Label: text.Word(ctx, "delivery.web.field.planned"), Value: x.Planned.In(lang)},
		{Label: text.Word(ctx, "delivery.web.field.delivered"), Value: x.Delivered.In(lang)},
		{Label: text.Word(ctx, "delivery.web.field.over_limit"), Value: x.OverLimit},
	}
	if x.LateCancel {
		facts = append(facts, ui.Fact{Label: text.Word(ctx, "delivery.web.field.late_cancel"), Value: text.Word(ctx, "delivery.web.late_cancel"), Tone: ui.Warn})
	}
	return facts
}

// markLines is what was marked, the newest first.
func markLines(ctx context.Context, list []delivery.Mark) []ui.MoneyLine {
	out := make([]ui.MoneyLine, 0, len(list))
	for i := len(list) - 1; i >= 0; i-- {
		m := list[i]
		out = append(out, ui.MoneyLine{Label: text.Word(ctx, "status.session_enrolment."+m.Outcome), Note: m.Note,
			Amounts: []string{calendar.FormatTime(m.CreatedAt, calendar.Zone(ctx), text.From(ctx)), m.Quantity.In(text.From(ctx))}})
	}
	return out
}

func progressEntries(ctx context.Context, list []delivery.Progress) []ui.Day {
	var day ui.Day
	for i := len(list) - 1; i >= 0; i-- {
		n := list[i]
		e := ui.Entry{Icon: "message-square", Title: n.Body, Meta: calendar.FormatTime(n.CreatedAt, calendar.Zone(ctx), text.From(ctx)), At: n.CreatedAt.String()}
		if n.Percent >= 0 {
			e.Body = text.Word(ctx, "delivery.web.percent", "n", n.Percent)
		}
		day.Entries = append(day.Entries, e)
	}
	return []ui.Day{day}
}

// markOne marks one resident by the roster's own operation.
func markOne(ctx context.Context, room *delivery.Room, a access.Actor, place delivery.Place, mark delivery.MarkInput) error {
	mark.Enrolment = place.ID
	out, err := room.Attend(ctx, a, place.Session, delivery.AttendInput{Marks: []delivery.MarkInput{mark}})
	if err != nil {
		return err
	}
	return refusal(out, place.ID)
}
