package web

import (
	"context"
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"kizuna/internal/casework/intake"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
)

const clocksAt = "/admin/allegation-clocks"

var (
	clocksOf     = door.Resource{Name: "allegation-clocks", Doc: "Within how many hours of receipt a complaint is responded to, by allegation"}
	clockReaders = door.By(access.Administrator)
)

func (p *pages) mountClocks(d *door.Router) {
	d.Page("GET "+clocksAt, clockReaders, p.clocks)
	d.Page("POST "+clocksAt, clockReaders, p.setClocks)
}

func (p *pages) clocks(w http.ResponseWriter, r *http.Request) error { return p.drawClocks(w, r, nil) }

func (p *pages) drawClocks(w http.ResponseWriter, r *http.Request, refused error) error {
	ctx := r.Context()
	list, err := p.room.Clocks(ctx, access.From(ctx))
	if err != nil {
		return err
	}
	page, form := ui.Page{Title: text.Word(ctx, "intake.web.clocks")}, ui.FormProps{Action: clocksAt}
	if refused != nil {
		return door.Refuse(w, r, refused, page, func(err error) templ.Component {
			form.Typed, form.Fault = door.Typed(r), err
			return clocksPage(form, list)
		})
	}
	return door.Show(w, r, page, clocksPage(form, list))
}

func (p *pages) setClocks(w http.ResponseWriter, r *http.Request) error {
	var in intake.ClocksInput
	ctx := r.Context()
	err := door.Form(r, &in)
	if err == nil {
		if _, err = p.room.SetClocks(ctx, access.From(ctx), in); err == nil {
			door.Toast(w, r, ui.OK, "intake.web.saved")
			return door.See(w, r, clocksAt)
		}
	}
	return p.drawClocks(w, r, err)
}

func whole(n int64) string { return strconv.FormatInt(n, 10) }

func (x api) mountClocks(d *door.Router) {
	door.List(d, clocksOf, clockReaders, x.clocks)
	door.Call(d, "POST", clocksOf, "/set", "Set the hours of some allegations; what came in before keeps its deadline", clockReaders, x.setClocks)
}

// clockOut is the hours of one allegation; version is 0 where those hold that come with the program.
type clockOut struct {
	ID         db.ID  `json:"id,omitzero"`
	Version    int64  `json:"version"`
	Allegation string `json:"allegation"`
	Hours      int64  `json:"hours"`
	Report     int64  `json:"report_hours,omitempty" doc:"Within how many hours it is reported to an authority; 0: it need not be"`
	Source     string `json:"source,omitempty"`
}

func clocksOut(list []intake.Clock) []clockOut {
	out := make([]clockOut, len(list))
	for i, c := range list {
		out[i] = clockOut{c.ID, c.Version, c.Allegation, c.Hours, c.Report, c.Source}
	}
	return out
}

func (x api) clocks(ctx context.Context, a access.Actor, _ pageQuery) (door.Items[clockOut], error) {
	list, err := x.room.Clocks(ctx, a)
	return door.Items[clockOut]{Items: clocksOut(list)}, err
}

// clocksAnswer is all of them after some were set.
type clocksAnswer struct {
	Clocks []clockOut `json:"clocks"`
}

func (x api) setClocks(ctx context.Context, a access.Actor, in intake.ClocksInput) (clocksAnswer, error) {
	list, err := x.room.SetClocks(ctx, a, in)
	return clocksAnswer{clocksOut(list)}, err
}
