package web

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"kizuna/internal/casework/catalog"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
)

type pages struct{ room *catalog.Room }

// browse shows programs and benefits to everybody on the desk.
func (p *pages) browse(w http.ResponseWriter, r *http.Request) error {
	ctx, a := r.Context(), access.From(r.Context())
	programs, err := p.room.Programs(ctx, a, db.ID{}, most)
	if err != nil {
		return err
	}
	benefits, err := p.room.Benefits(ctx, a, db.ID{}, most)
	if err != nil {
		return err
	}
	return door.Show(w, r, ui.Page{Title: text.Word(ctx, "catalog.web.programs")}, browsePage(programTable(ctx, programs), benefitTable(ctx, benefits)))
}

func programTable(ctx context.Context, list []catalog.Program) ui.TableProps {
	lang := text.From(ctx)
	t := ui.TableProps{ID: "programs", Caption: text.Word(ctx, "catalog.web.programs"), Keys: true, Columns: []ui.Column{
		{Label: text.Word(ctx, "catalog.web.field.name")}, {Label: text.Word(ctx, "catalog.web.status"), Tag: true},
		{Label: text.Word(ctx, "catalog.web.period"), Priority: 2}, {Label: text.Word(ctx, "catalog.web.field.capacity"), Num: true, Priority: 3},
	}, Empty: ui.EmptyProps{Title: text.Word(ctx, "catalog.web.none")}}
	for _, x := range list {
		t.Rows = append(t.Rows, ui.Row{ID: x.ID.String(), Href: "/desk/programs/" + x.ID.String(), Title: x.Name.In(lang), Sub: x.Description.In(lang),
			Muted: x.Status == "completed" || x.Status == "cancelled",
			Cells: []templ.Component{ui.Tag(statusTag(ctx, "program", x.Status)), ui.Text(span(ctx, x.From, x.Until)), ui.Text(number(ctx, x.Capacity))}})
	}
	return t
}

func benefitTable(ctx context.Context, list []catalog.Benefit) ui.TableProps {
	lang := text.From(ctx)
	t := ui.TableProps{ID: "benefits", Caption: text.Word(ctx, "catalog.web.benefits"), Columns: []ui.Column{
		{Label: text.Word(ctx, "catalog.web.field.name")}, {Label: text.Word(ctx, "catalog.web.status"), Tag: true},
		{Label: text.Word(ctx, "catalog.web.field.kind")}, {Label: text.Word(ctx, "catalog.web.usual"), Num: true, Priority: 2},
		{Label: text.Word(ctx, "catalog.web.field.delivered_by"), Priority: 3},
	}, Empty: ui.EmptyProps{Title: text.Word(ctx, "catalog.web.none")}}
	for _, x := range list {
		t.Rows = append(t.Rows, ui.Row{ID: x.ID.String(), Href: "/desk/benefits/" + x.ID.String(), Title: x.Name.In(lang), Sub: x.Description.In(lang),
			Muted: x.Status == "completed" || x.Status == "cancelled",
			Cells: []templ.Component{ui.Tag(statusTag(ctx, "benefit", x.Status)), ui.Text(coded(ctx, "kind", x.Kind)), ui.Text(usual(ctx, x)), ui.Text(coded(ctx, "delivered_by", x.DeliveredBy))}})
	}
	return t
}

func number(ctx context.Context, n int64) string {
	if n == 0 {
		return ""
	}
	return text.Number(text.From(ctx), n)
}

func span(ctx context.Context, from, until calendar.Date) string {
	if from == "" && until == "" {
		return ""
	}
	lang := text.From(ctx)
	return strings.TrimSpace(from.In(lang) + " – " + until.In(lang))
}

// usual is how much of a benefit is usually given.
func usual(ctx context.Context, b catalog.Benefit) string {
	lang := text.From(ctx)
	switch {
	case b.Minor != 0:
		return b.Amount().In(lang)
	case b.Quantity != 0:
		return b.Quantity.In(lang) + " " + b.Unit
	}
	return ""
}

func (p *pages) program(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	ctx, a := r.Context(), access.From(r.Context())
	f, err := p.room.Program(ctx, a, id)
	if err != nil {
		return err
	}
	title := f.Program.Name.In(text.From(ctx))
	return door.Show(w, r, ui.Page{Title: title, Crumbs: crumbs(ctx, title)}, programPage(f, a.Is(access.Administrator)))
}

func crumbs(ctx context.Context, title string) []ui.Crumb {
	return []ui.Crumb{{Label: text.Word(ctx, "catalog.web.programs"), Href: "/desk/programs"}, {Label: title}}
}

func (p *pages) benefit(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	ctx, a := r.Context(), access.From(r.Context())
	f, err := p.room.Benefit(ctx, a, id)
	if err != nil {
		return err
	}
	title := f.Benefit.Name.In(text.From(ctx))
	return door.Show(w, r, ui.Page{Title: title, Crumbs: crumbs(ctx, title)}, benefitPage(f, a.Is(access.Administrator)))
}

func programFacts(ctx context.Context, x catalog.Program) []ui.Fact {
	lang := text.From(ctx)
	return some([]ui.Fact{
		{Label: text.Word(ctx, "catalog.web.field.description"), Value: x.Description.In(lang)},
		{Label: text.Word(ctx, "catalog.web.period"), Value: span(ctx, x.From, x.Until)},
		{Label: text.Word(ctx, "catalog.web.field.capacity"), Value: number(ctx, x.Capacity)},
		{Label: text.Word(ctx, "catalog.web.field.fund"), Value: x.Fund},
		{Label: text.Word(ctx, "catalog.web.field.budget"), Value: money(lang, x.Budget())},
	})
}

func money(lang text.Lang, m ledger.Money) string {
	if m.Currency == "" {
		return ""
	}
	return m.In(lang)
}

// some leaves out facts without a value.
func some(facts []ui.Fact) []ui.Fact {
	var out []ui.Fact
	for _, f := range facts {
		if f.Value != "" {
			out = append(out, f)
		}
	}
	return out
}

func benefitFacts(ctx context.Context, x catalog.Benefit) []ui.Fact {
	lang := text.From(ctx)
	yes := ""
	if x.NeedsScheduleApproval {
		yes = text.Word(ctx, "catalog.web.yes")
	}
	months := ""
	if x.RecertifyMonths > 0 {
		months = text.Word(ctx, "catalog.web.every_months", "n", x.RecertifyMonths)
	}
	return some([]ui.Fact{
		{Label: text.Word(ctx, "catalog.web.field.description"), Value: x.Description.In(lang)},
		{Label: text.Word(ctx, "catalog.web.field.kind"), Value: coded(ctx, "kind", x.Kind)},
		{Label: text.Word(ctx, "catalog.web.usual"), Value: usual(ctx, x)},
		{Label: text.Word(ctx, "catalog.web.field.max_amount"), Value: money(lang, x.MaxAmount())},
		{Label: text.Word(ctx, "catalog.web.field.frequency"), Value: coded(ctx, "frequency", x.Frequency)},
		{Label: text.Word(ctx, "catalog.web.field.delivered_by"), Value: coded(ctx, "delivered_by", x.DeliveredBy)},
		{Label: text.Word(ctx, "catalog.web.field.specialties"), Value: strings.Join(x.Specialties.V, " ")},
		{Label: text.Word(ctx, "catalog.web.field.service_codes"), Value: strings.Join(x.ServiceCodes.V, " ")},
		{Label: text.Word(ctx, "catalog.web.field.recertify_months"), Value: months},
		{Label: text.Word(ctx, "catalog.web.field.needs_schedule_approval"), Value: yes},
		{Label: text.Word(ctx, "catalog.web.field.fund"), Value: x.Fund},
	})
}

func rateTable(ctx context.Context, list []catalog.Rate, edits bool) ui.TableProps {
	lang := text.From(ctx)
	t := ui.TableProps{ID: "rates", Caption: text.Word(ctx, "catalog.web.rates"), Columns: []ui.Column{
		{Label: text.Word(ctx, "catalog.web.period")}, {Label: text.Word(ctx, "catalog.web.field.price"), Num: true},
		{Label: text.Word(ctx, "catalog.web.field.unit")}, {Label: text.Word(ctx, "catalog.web.field.no_show_percent"), Num: true, Priority: 3},
	}, Empty: ui.EmptyProps{Title: text.Word(ctx, "catalog.web.no_rates")}}
	for _, x := range list {
		until := calendar.Date("")
		if x.Until != "" {
			until = x.Until.AddDays(-1) // the last day, as people read periods
		}
		row := ui.Row{ID: x.ID.String(), Title: span(ctx, x.From, until), Cells: []templ.Component{
			ui.Text(x.Price().In(lang)), ui.Text(coded(ctx, "per", x.Unit)), ui.Text(strconv.FormatInt(x.NoShowPercent, 10) + "%")}}
		if !x.Provider.IsZero() {
			row.Tags = []ui.TagProps{{Text: text.Word(ctx, "catalog.web.of_a_provider")}}
		}
		if edits && x.Status == "active" {
			row.Acts = []ui.Act{{Label: text.Word(ctx, "step.rate.end"), Href: "/admin/rates/" + x.ID.String(), Small: true}}
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func change(ctx context.Context, edits bool, href string) []ui.Act {
	if !edits {
		return nil
	}
	return []ui.Act{{Label: text.Word(ctx, "catalog.web.set_up"), Icon: "settings", Href: href}}
}

// only is an act, if it is one.
func only(act ui.Act) []ui.Act {
	if act.Label == "" {
		return nil
	}
	return []ui.Act{act}
}

// plain is an amount as it stands in its field.
func plain(m ledger.Money) string {
	if m.Currency == "" {
		return ""
	}
	return m.Amount()
}

func whole(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

func units(q ledger.Quantity) string {
	if q == 0 {
		return ""
	}
	return q.String()
}
