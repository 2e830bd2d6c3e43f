package web

import (
	"context"
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"kizuna/internal/casework/intake"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
)

func (p *pages) mountReport(d *door.Router) {
	d.Page("GET /desk/intake/complaints/{id}/report", keepers, p.askReport)
	d.Page("POST /desk/intake/complaints/{id}/report", keepers, p.makeReport)
}

func basisKey(v string) string     { return "consent.basis." + v }
func passedOnKey(v string) string  { return "consent.field." + v }
func authorityKey(v string) string { return "consent.recipient." + v }

func (p *pages) askReport(w http.ResponseWriter, r *http.Request) error {
	return p.drawReport(w, r, nil)
}

func (p *pages) drawReport(w http.ResponseWriter, r *http.Request, refused error) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	ctx, k := r.Context(), p.kinds()[0]
	v, err := k.open(ctx, access.From(ctx), id)
	if err != nil {
		return err
	}
	v.kind = k
	page, form := ui.Page{Title: text.Word(ctx, stepKey(k.entity, "report"))}, ui.FormProps{Action: v.at() + "/report", Version: version(v.Arrival.Version)}
	if refused != nil {
		return door.Refuse(w, r, refused, page, func(err error) templ.Component {
			form.Typed, form.Fault = door.Typed(r), err
			return reportPage(form, v)
		})
	}
	return door.Show(w, r, page, reportPage(form, v))
}

func (p *pages) makeReport(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	var in intake.ReportInput
	ctx := r.Context()
	if err = door.Form(r, &in); err == nil {
		if _, err = p.room.MakeReport(ctx, access.From(ctx), id, in); err == nil {
			door.Toast(w, r, ui.OK, "intake.web.saved")
			return door.See(w, r, intake.Href(intake.KindComplaint, id))
		}
	}
	return p.drawReport(w, r, err)
}

// reportFacts tell of each report: to whom and when, by whom, what was told and on which basis.
func (v view) reportFacts(ctx context.Context) []ui.Fact {
	out := make([]ui.Fact, len(v.Reports))
	for i, x := range v.Reports {
		words := make([]string, len(x.Fields.V))
		for j, f := range x.Fields.V {
			words[j] = text.Word(ctx, passedOnKey(f))
		}
		note := []string{x.MadeOn.In(text.From(ctx)), v.Users[x.MadeBy].In(text.From(ctx))}
		if x.Basis != "" {
			note = append(note, strings.TrimSpace(text.Word(ctx, basisKey(x.Basis))+" "+x.Provision), strings.Join(words, "・"))
		}
		out[i] = ui.Fact{Label: x.Authority, Value: x.Told, Note: strings.Join(note, " ／ ")}
	}
	return out
}

// reportOut is a report to an authority in the API.
type reportOut struct {
	ID         db.ID         `json:"id"`
	Authority  string        `json:"authority"`
	Kind       string        `json:"kind"`
	MadeOn     calendar.Date `json:"made_on"`
	MadeBy     db.ID         `json:"made_by_id"`
	Told       string        `json:"told"`
	Fields     []string      `json:"fields"`
	Basis      string        `json:"basis,omitempty"`
	Provision  string        `json:"provision,omitempty"`
	Disclosure db.ID         `json:"disclosure_id,omitzero"`
}

func reportsOut(list []intake.Report) []reportOut {
	out := make([]reportOut, len(list))
	for i, x := range list {
		out[i] = reportOut{x.ID, x.Authority, x.Kind, x.MadeOn, x.MadeBy, x.Told, append([]string{}, x.Fields.V...), x.Basis, x.Provision, x.Disclosure}
	}
	return out
}

func (x api) report(ctx context.Context, a access.Actor, id db.ID, in intake.ReportInput) (complaintOut, error) {
	if _, err := x.room.MakeReport(ctx, a, id, in); err != nil {
		return complaintOut{}, err
	}
	return x.complaint(ctx, a, id)
}
