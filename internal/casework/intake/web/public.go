package web

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/a-h/templ"

	"kizuna/internal/casework/intake"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/guide"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
)

func (p *pages) mountPublic(d *door.Router) {
	l := publicLimits()
	guide.Mount(d, p.complaintForm(), l)
	d.Page("GET /public/receipt", door.Anyone, p.askReceipt)
	d.Page("POST /public/receipt", door.Anyone, p.progress, door.Limited(l.Guesses))
	guide.Mount(d, p.publicApply(), l)
	d.Page("GET "+screeningAt, door.Anyone, p.askScreening)
	d.Page("POST "+screeningAt, door.Anyone, p.screen, door.Limited(l.Pages))
}

// publicLimits are how often the public's forms are sent: a family behind one address fills in
// several without noticing them, and a program that guesses receipts or floods the desk does not get
// far. A receipt has 60 random bits.
func publicLimits() guide.Limits {
	return guide.Limits{
		Pages:   door.NewLimit(door.Rate{Each: 240, All: 6000, In: 2 * time.Minute}),
		Guesses: door.NewLimit(door.Rate{Each: 20, All: 1200, In: 2 * time.Minute}),
		Files:   door.NewLimit(door.Rate{Each: 60, All: 600, In: 10 * time.Minute}),
		Sends:   door.NewLimit(door.Rate{Each: 20, All: 1200, In: time.Hour}),
	}
}

func (p *pages) askReceipt(w http.ResponseWriter, r *http.Request) error {
	return door.Show(w, r, ui.Page{Title: text.Word(r.Context(), "intake.web.how_far")}, receiptForm(ui.FormProps{Action: "/public/receipt", NoKey: true}, nil, ""))
}

// progress answers a POST, so that a receipt stands in no address or log.
func (p *pages) progress(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Receipt string `json:"receipt"`
	}
	ctx := r.Context()
	form := ui.FormProps{Action: "/public/receipt", NoKey: true}
	err := door.Form(r, &in)
	if err == nil {
		var found intake.Progress
		if found, err = p.room.ByReceipt(ctx, in.Receipt); err == nil {
			return door.Show(w, r, ui.Page{Title: text.Word(ctx, "intake.web.how_far")}, receiptForm(form, &found, in.Receipt))
		}
		if errors.Is(err, fault.KindNotFound) {
			err = fault.Invalid(fault.Field{Pointer: "/receipt", Key: "intake.web.no_receipt"})
		}
	}
	return door.Refuse(w, r, err, ui.Page{Title: text.Word(ctx, "intake.web.how_far")}, func(err error) templ.Component {
		form.Fault = err
		form.Typed = door.Typed(r)
		return receiptForm(form, nil, "")
	})
}

func when(ctx context.Context, t calendar.Time) string {
	return calendar.FormatTime(t, calendar.Zone(ctx), text.From(ctx))
}
