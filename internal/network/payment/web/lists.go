package web

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
	"kizuna/internal/network/payment"
)

func (p *pages) portalList(w http.ResponseWriter, r *http.Request) error {
	table, err := p.requests(r, "/portal/payments", []string{"", "draft", "queried", "submitted", "approved", "paid"})
	if err != nil {
		return err
	}
	return door.Show(w, r, ui.Page{Title: text.Word(r.Context(), "payment.web.payments")}, portalListPage(table, p.buildForm(r)))
}

func (p *pages) deskList(w http.ResponseWriter, r *http.Request) error {
	table, err := p.requests(r, "/desk/payments", []string{"submitted", "queried", "approved", "paid", "rejected", "all"})
	if err != nil {
		return err
	}
	return door.Show(w, r, ui.Page{Title: text.Word(r.Context(), "payment.web.payments")}, deskListPage(table))
}

// requests is the table of requests for an audience; the first view stands
// when none is chosen.
func (p *pages) requests(r *http.Request, at string, views []string) (ui.TableProps, error) {
	var q listQuery
	if r.Method == http.MethodGet {
		if err := door.Query(r, &q); err != nil {
			return ui.TableProps{}, err
		}
	}
	if !slices.Contains(views, q.Status) {
		q.Status = views[0]
	}
	from, err := door.Cursor(q.Cursor)
	if err != nil {
		return ui.TableProps{}, err
	}
	ctx := r.Context()
	list, err := p.room.Requests(ctx, access.From(ctx), payment.Filter{Status: strings.TrimPrefix(q.Status, "all"), Before: from, Limit: pageSize + 1})
	if err != nil {
		return ui.TableProps{}, err
	}
	list, pager := next(r, list, func(x payment.RequestRow) db.ID { return x.ID })
	t := requestTable(ctx, at, list)
	t.Pager = pager
	for _, v := range views {
		label := text.Word(ctx, "payment.web.all")
		if v != "" && v != "all" {
			label = text.Word(ctx, "status.payment_request."+v)
		}
		t.Views = append(t.Views, ui.View{Label: label, Href: at + "?status=" + v, Count: -1, Current: v == q.Status})
	}
	return t, nil
}

func requestTable(ctx context.Context, at string, list []payment.RequestRow) ui.TableProps {
	lang := text.From(ctx)
	t := ui.TableProps{ID: "requests", Caption: text.Word(ctx, "payment.web.payments"), Keys: true,
		Columns: []ui.Column{{Label: text.Word(ctx, "payment.web.field.number")}, {Label: text.Word(ctx, "payment.web.field.period")},
			{Label: text.Word(ctx, "payment.web.field.amount"), Num: true}, {Label: text.Word(ctx, "payment.web.field.flagged"), Num: true, Priority: 2},
			{Label: text.Word(ctx, "payment.web.field.due_on"), Priority: 3}, {Label: text.Word(ctx, "payment.web.field.status"), Tag: true}},
		Empty: ui.EmptyProps{Icon: "banknote", Title: text.Word(ctx, "payment.web.none"), Text: text.Word(ctx, "payment.web.none_hint")}}
	for _, x := range list {
		flagged := ""
		if x.Totals.Flagged > 0 {
			flagged = text.Number(lang, x.Totals.Flagged)
		}
		t.Rows = append(t.Rows, ui.Row{ID: x.ID.String(), Href: at + "/" + x.ID.String(), Title: x.Number, Sub: x.Provider.In(lang),
			Cells: []templ.Component{ui.Text(period(ctx, x.Request)), ui.Strong(x.Amount().In(lang), ui.Neutral), ui.Strong(flagged, ui.Warn), ui.Text(day(ctx, x.DueOn)),
				ui.Tag(status(ctx, "payment_request", x.Status))}})
	}
	return t
}

func period(ctx context.Context, x payment.Request) string {
	lang := text.From(ctx)
	return calendar.FormatDay(x.From, lang) + "–" + calendar.FormatDay(x.Until, lang)
}

func day(ctx context.Context, d calendar.Date) string {
	if d == "" {
		return ""
	}
	return calendar.FormatDay(d, text.From(ctx))
}

// buildForm asks for the month that ended last.
func (p *pages) buildForm(r *http.Request) ui.FormProps {
	return ui.FormProps{ID: "build", Action: "/portal/payments"}
}

func (p *pages) build(w http.ResponseWriter, r *http.Request) error {
	table, err := p.requests(r, "/portal/payments", []string{""})
	if err != nil {
		return err
	}
	var in payment.BuildInput
	return send(w, r, &in, "payment.web.payments", "payment.web.built", func(ctx context.Context, a access.Actor) (string, error) {
		x, err := p.room.Build(ctx, a, in)
		return "/portal/payments/" + x.ID.String(), err
	}, func(form ui.FormProps) templ.Component {
		form.ID = "build"
		return portalListPage(table, form)
	})
}

func (p *pages) portalRequest(w http.ResponseWriter, r *http.Request) error {
	return p.request(w, r, "/portal/payments", "/portal/payment-lines/", "refresh", "void", "submit")
}

func (p *pages) deskRequest(w http.ResponseWriter, r *http.Request) error {
	return p.request(w, r, "/desk/payments", "/desk/payment-lines/", "reject", "approve")
}

func (p *pages) request(w http.ResponseWriter, r *http.Request, at, lines string, steps ...string) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	ctx := r.Context()
	f, err := p.room.Get(ctx, access.From(ctx), id)
	if err != nil {
		return err
	}
	buttons := acts(ctx, "payment_request", at+"/"+id.String(), f.Request.Version, f.Actions, steps...)
	if f.Totals.Flagged > 0 {
		for i := range buttons {
			if strings.HasSuffix(buttons[i].Post, "/approve") {
				buttons[i].Post, buttons[i].Blocked = "", text.Word(ctx, "payment.fault.exceptions", "n", f.Totals.Flagged)
			}
		}
	}
	var codes []string
	for _, l := range f.Lines {
		if l.Fund != "" && !slices.Contains(codes, l.Fund) {
			codes = append(codes, l.Fund)
		}
	}
	funds, err := p.room.FundNames(ctx, codes...)
	if err != nil {
		return err
	}
	page := ui.Page{Title: f.Request.Number, Crumbs: []ui.Crumb{{Label: text.Word(ctx, "payment.web.payments"), Href: at}, {Label: f.Request.Number}}}
	return door.Show(w, r, page, requestPage(f, lineTable(ctx, lines, f, funds), buttons))
}

func requestFacts(ctx context.Context, f payment.File) []ui.Fact {
	x := f.Request
	facts := []ui.Fact{
		{Label: text.Word(ctx, "payment.web.field.provider"), Value: f.Provider.In(text.From(ctx))},
		{Label: text.Word(ctx, "payment.web.field.period"), Value: period(ctx, x)},
		{Label: text.Word(ctx, "payment.web.field.invoice"), Value: x.Invoice},
		{Label: text.Word(ctx, "payment.web.field.due_on"), Value: day(ctx, x.DueOn)},
		{Label: text.Word(ctx, "payment.web.field.reason"), Value: x.Reason, Tone: ui.Bad},
	}
	return slices.DeleteFunc(facts, func(x ui.Fact) bool { return x.Value == "" })
}

func requestFigures(ctx context.Context, f payment.File) []ui.Figure {
	lang := text.From(ctx)
	out := []ui.Figure{{Value: f.Request.Amount().In(lang), Label: text.Word(ctx, "payment.web.field.amount")},
		{Value: text.Number(lang, f.Totals.Lines), Label: text.Word(ctx, "payment.web.field.lines")}}
	if f.Totals.Flagged > 0 {
		out = append(out, ui.Figure{Value: text.Number(lang, f.Totals.Flagged), Label: text.Word(ctx, "payment.web.field.flagged"), Tone: ui.Warn})
	}
	return out
}

// lineTable shows the lines that need a person first.
func lineTable(ctx context.Context, at string, f payment.File, funds map[string]text.Pair) ui.TableProps {
	lang := text.From(ctx)
	t := ui.TableProps{ID: "lines", Caption: text.Word(ctx, "payment.web.field.lines"),
		Columns: []ui.Column{{Label: text.Word(ctx, "payment.web.field.service")}, {Label: text.Word(ctx, "payment.web.field.quantity"), Num: true},
			{Label: text.Word(ctx, "payment.web.field.amount"), Num: true}, {Label: text.Word(ctx, "payment.web.field.fund"), Priority: 3},
			{Label: text.Word(ctx, "payment.web.field.remark")}, {Label: text.Word(ctx, "payment.web.field.status"), Tag: true}},
		Empty: ui.EmptyProps{Title: text.Word(ctx, "payment.web.none")}}
	rows := slices.Clone(f.Lines)
	slices.SortStableFunc(rows, func(a, b payment.LineRow) int { return rank(a) - rank(b) })
	for _, l := range rows {
		who := l.Who
		if who == "" {
			who = l.Number
		}
		row := ui.Row{ID: l.ID.String(), Title: calendar.FormatDay(l.ServiceOn, lang), Sub: strings.TrimSpace(who + " " + l.Benefit.In(lang)), Muted: l.Status == "struck",
			Cells: []templ.Component{ui.Two(l.Quantity.In(lang), atRate(ctx, l)), ui.Strong(l.Amount().In(lang), ui.Neutral),
				ui.Two(cmp.Or(funds[l.Fund].In(lang), l.Fund), fiscal(ctx, l)), ui.Two(remark(ctx, l), said(ctx, l)), ui.Tag(status(ctx, "payment_line", l.Status))}}
		for _, step := range l.Actions {
			if strings.HasPrefix(at, "/portal") == (step == "answer") && (step == "answer" || lineSteps[step] && (f.Request.Status == "submitted" || f.Request.Status == "queried")) {
				row.Acts = append(row.Acts, ui.Act{Label: text.Word(ctx, "step.payment_line."+step), Href: at + l.ID.String() + "/" + step, Small: true})
			}
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// lineSteps are what finance does with a line.
var lineSteps = map[string]bool{"query": true, "allow": true, "strike": true}

func rank(l payment.LineRow) int {
	switch {
	case l.Excepted():
		return 0
	case l.Status == "queried":
		return 1
	}
	return 2
}

func rate(lang text.Lang, l payment.LineRow) string {
	m := l.Amount()
	m.Minor = l.Rate
	return m.In(lang)
}

// atRate is the price of a unit, and how much of it an agreement gives for who
// did not come.
func atRate(ctx context.Context, l payment.LineRow) string {
	if l.Percent != 100 {
		return text.Word(ctx, "payment.web.at_part", "rate", rate(text.From(ctx), l), "percent", l.Percent)
	}
	return text.Word(ctx, "payment.web.at_rate", "rate", rate(text.From(ctx), l))
}

func fiscal(ctx context.Context, l payment.LineRow) string {
	return calendar.April.Name(int(l.FiscalYear), text.From(ctx))
}

// remark is what a line is for when nobody came, why it needs a person, and
// whether it was allowed.
func remark(ctx context.Context, l payment.LineRow) string {
	words := make([]string, 0, len(l.Flags.V))
	if l.ForNothing() {
		words = append(words, text.Word(ctx, "payment.web.agreed."+l.Outcome))
	}
	for _, f := range l.Flags.V {
		words = append(words, text.Word(ctx, "payment.flag."+f))
	}
	if l.Allowed != "" {
		words = append(words, text.Word(ctx, "payment.web.allowed", "why", l.Allowed))
	}
	return text.List(text.From(ctx), words)
}

func said(ctx context.Context, l payment.LineRow) string {
	switch {
	case l.Question == "":
		return ""
	case l.Answer == "":
		return text.Word(ctx, "payment.web.asked", "question", l.Question)
	}
	return text.Word(ctx, "payment.web.asked_and_said", "question", l.Question, "answer", l.Answer)
}
