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
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
	"kizuna/internal/resident/consent"
)

// disclosureTable lists what was passed on. Residents read to whom and what,
// never the reason of an investigation.
func disclosureTable(ctx context.Context, list []consent.Disclosure, a access.Actor) ui.TableProps {
	whole := a.Is(access.StaffRoles...)
	t := ui.TableProps{ID: "disclosures", Caption: text.Word(ctx, "consent.web.disclosures"), Columns: []ui.Column{
		{Label: text.Word(ctx, "consent.web.recipient")}, {Label: text.Word(ctx, "consent.web.fields"), Priority: 2}, {Label: text.Word(ctx, "consent.web.basis")},
	}, Empty: ui.EmptyProps{Title: text.Word(ctx, "consent.web.none_disclosed")}}
	for _, x := range list {
		why := ""
		if whole {
			why = strings.TrimSpace(x.Provision + " " + x.Reason)
		}
		row := ui.Row{ID: x.ID.String(), Title: x.RecipientName, Sub: calendar.FormatTime(x.CreatedAt, calendar.Zone(ctx), text.From(ctx)),
			Cells: []templ.Component{ui.Text(fieldWords(ctx, x.Fields.V)), ui.Two(text.Word(ctx, basisKey(x.Basis)), why)}}
		if whole && x.Status == "reviewed" {
			row.Tags = []ui.TagProps{{Text: text.Word(ctx, findingKey(x.Finding)), Tone: findingTones[x.Finding]}}
		}
		for _, step := range consent.DisclosureFlow.Free(a, x) {
			row.Acts = append(row.Acts, ui.Act{Label: text.Word(ctx, "step.disclosure."+step), Href: disclosuresAt + "/" + x.ID.String() + "/" + step, Small: true})
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

const disclosuresAt = "/desk/disclosures"

var findingTones = map[string]ui.Tone{"justified": ui.OK, "too_much": ui.Warn, "unjustified": ui.Bad}

func findingKey(v string) string { return "consent.finding." + v }

func recipientKindKey(v string) string { return "consent.recipient." + v }

// recordForm is the form of a disclosure.
type recordForm struct {
	consent.DisclosureInput
}

func (p *pages) askRecord(w http.ResponseWriter, r *http.Request) error {
	var q freshQuery
	if err := door.Query(r, &q); err != nil {
		return err
	}
	ctx := r.Context()
	if _, err := p.room.Of(ctx, access.From(ctx), q.Person); err != nil {
		return err
	}
	in := recordForm{consent.DisclosureInput{Person: q.Person, RecipientKind: "agency", Fields: []string{"name"}, Basis: consent.ByConsent}}
	return door.Show(w, r, ui.Page{Title: text.Word(ctx, "step.disclosure.disclose")}, recordPage(ui.FormProps{Action: disclosuresAt}, in))
}

func (p *pages) record(w http.ResponseWriter, r *http.Request) error {
	var in recordForm
	ctx := r.Context()
	err := door.Form(r, &in)
	if err == nil {
		if _, err = p.room.Record(ctx, access.From(ctx), in.DisclosureInput); err == nil {
			door.Toast(w, r, ui.OK, "consent.web.recorded")
			return door.See(w, r, "/desk/persons/"+in.Person.String())
		}
	}
	return door.Refuse(w, r, uncovered(ctx, err), ui.Page{Title: text.Word(ctx, "step.disclosure.disclose")}, func(err error) templ.Component {
		return recordPage(ui.FormProps{Action: disclosuresAt, Typed: door.Typed(r), Fault: err}, in)
	})
}

// uncovered names the fields that no consent covers in the reader's language.
func uncovered(ctx context.Context, err error) error {
	f, ok := fault.As(err)
	if !ok {
		return err
	}
	for i, x := range f.Fields {
		if fields, ok := x.Args["fields"].([]string); ok {
			f.Fields[i].Args = map[string]any{"fields": fieldWords(ctx, fields)}
		}
	}
	return f
}

// toReview lists what left in an emergency and waits for a second reader.
func (p *pages) toReview(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	list, err := p.room.ToReview(ctx, access.From(ctx), mostToReview)
	if err != nil {
		return err
	}
	return door.Show(w, r, ui.Page{Title: text.Word(ctx, "consent.web.to_review")}, reviewsPage(reviewTable(ctx, list)))
}

// mostToReview is how many disclosures wait on one page; the earliest stand first.
const mostToReview = 100

func reviewTable(ctx context.Context, list []consent.Emergency) ui.TableProps {
	t := ui.TableProps{ID: "to-review", Caption: text.Word(ctx, "consent.web.to_review"), Keys: true, Columns: []ui.Column{
		{Label: text.Word(ctx, "consent.web.person")}, {Label: text.Word(ctx, "consent.web.recipient")},
		{Label: text.Word(ctx, "consent.web.fields"), Priority: 3}, {Label: text.Word(ctx, "consent.web.why"), Priority: 2},
	}, Empty: ui.EmptyProps{Icon: "check-circle", Title: text.Word(ctx, "consent.web.none_to_review"), Text: text.Word(ctx, "consent.web.to_review_hint")}}
	for _, x := range list {
		t.Rows = append(t.Rows, ui.Row{ID: x.ID.String(), Href: disclosuresAt + "/" + x.ID.String() + "/review", Title: nameOr(ctx, x.Of.Name),
			Sub:   calendar.FormatTime(x.CreatedAt, calendar.Zone(ctx), text.From(ctx)),
			Cells: []templ.Component{ui.Two(x.RecipientName, text.Word(ctx, recipientKindKey(x.RecipientKind))), ui.Text(fieldWords(ctx, x.Fields.V)), ui.Text(x.Reason)}})
	}
	return t
}

func nameOr(ctx context.Context, name string) string {
	if name == "" {
		return text.Word(ctx, "consent.web.no_name")
	}
	return name
}

func (p *pages) askReview(w http.ResponseWriter, r *http.Request) error {
	return p.drawReview(w, r, nil)
}

func (p *pages) drawReview(w http.ResponseWriter, r *http.Request, wrong error) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	ctx := r.Context()
	x, err := p.room.EmergencyOf(ctx, access.From(ctx), id)
	if err != nil {
		return err
	}
	by, err := p.names(ctx, []db.ID{x.MadeBy})
	if err != nil {
		return err
	}
	page := ui.Page{Title: text.Word(ctx, "step.disclosure.review"), Crumbs: []ui.Crumb{
		{Label: text.Word(ctx, "consent.web.to_review"), Href: disclosuresAt}, {Label: nameOr(ctx, x.Of.Name)}}}
	form := ui.FormProps{Action: disclosuresAt + "/" + id.String() + "/review", Version: strconv.FormatInt(x.Version, 10), Typed: door.Typed(r), Fault: wrong}
	facts := []ui.Fact{
		{Label: text.Word(ctx, "consent.web.person"), Value: nameOr(ctx, x.Of.Name), Href: "/desk/persons/" + x.Person.String()},
		{Label: text.Word(ctx, "consent.web.recipient"), Value: x.RecipientName, Note: text.Word(ctx, recipientKindKey(x.RecipientKind))},
		{Label: text.Word(ctx, "consent.web.fields"), Value: fieldWords(ctx, x.Fields.V)},
		{Label: text.Word(ctx, "consent.web.why"), Value: x.Reason},
		{Label: text.Word(ctx, "consent.web.made"), Value: calendar.FormatTime(x.CreatedAt, calendar.Zone(ctx), text.From(ctx)), Note: by[x.MadeBy]},
	}
	var blocked error
	for _, act := range x.Actions {
		if act.Step == "review" && act.Blocked != nil {
			blocked = act.Blocked
		}
	}
	done := !slices.ContainsFunc(x.Actions, func(act flow.Action) bool { return act.Step == "review" })
	if wrong != nil {
		return door.Refuse(w, r, wrong, page, func(error) templ.Component { return reviewPage(form, facts, blocked, done) })
	}
	return door.Show(w, r, page, reviewPage(form, facts, blocked, done))
}

func (p *pages) review(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	var in consent.ReviewInput
	ctx := r.Context()
	if err = door.Form(r, &in); err == nil {
		if _, err = p.room.Review(ctx, access.From(ctx), id, in); err == nil {
			door.Toast(w, r, ui.OK, "consent.web.reviewed")
			return door.See(w, r, disclosuresAt)
		}
	}
	if fault.From(err).Kind == fault.KindNotFound {
		return err
	}
	return p.drawReview(w, r, err)
}
