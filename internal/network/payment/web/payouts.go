package web

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
	"kizuna/internal/network/payment"
)

const payoutsAt = "/desk/payouts"

// payoutViews are the statuses a list of payouts can be narrowed to.
var payoutViews = []string{"", "planned", "approved", "paid", "cancelled", "failed"}

// payouts lists money benefits on their way.
func (p *pages) payouts(w http.ResponseWriter, r *http.Request) error {
	var q listQuery
	if err := door.Query(r, &q); err != nil {
		return err
	}
	if !slices.Contains(payoutViews, q.Status) {
		q.Status = ""
	}
	from, err := door.Cursor(q.Cursor)
	if err != nil {
		return err
	}
	ctx, a := r.Context(), access.From(r.Context())
	list, err := p.room.Payouts(ctx, a, payment.Filter{Status: q.Status, Before: from, Limit: pageSize + 1})
	if err != nil {
		return err
	}
	list, pager := next(r, list, func(x payment.Payout) db.ID { return x.ID })
	told, err := p.room.ToldOf(ctx, list...)
	if err != nil {
		return err
	}
	t := payoutTable(ctx, a, list, told)
	t.Pager = pager
	for _, v := range payoutViews {
		view := ui.View{Label: text.Word(ctx, "payment.web.all"), Href: payoutsAt, Count: -1, Current: v == q.Status}
		if v != "" {
			view.Label, view.Href = text.Word(ctx, "status.payout."+v), payoutsAt+"?status="+v
		}
		t.Views = append(t.Views, view)
	}
	return door.Show(w, r, ui.Page{Title: text.Word(ctx, "payment.web.payouts")}, payoutsPage(t))
}

func payoutTable(ctx context.Context, a access.Actor, list []payment.Payout, told map[db.ID]payment.Told) ui.TableProps {
	t := ui.TableProps{ID: "payouts", Caption: text.Word(ctx, "payment.web.payouts"), Keys: true,
		Columns: []ui.Column{{Label: text.Word(ctx, "payment.web.field.number")}, {Label: text.Word(ctx, "payment.web.field.benefit")}, {Label: text.Word(ctx, "payment.web.field.pay_on")},
			{Label: text.Word(ctx, "payment.web.field.amount"), Num: true}, {Label: text.Word(ctx, "payment.web.field.method"), Priority: 2}, {Label: text.Word(ctx, "payment.web.field.status"), Tag: true}},
		Empty: ui.EmptyProps{Icon: "wallet", Title: text.Word(ctx, "payment.web.no_payouts"), Text: text.Word(ctx, "payment.web.no_payouts_hint")}}
	for _, x := range list {
		row := ui.Row{ID: x.ID.String(), Href: payoutAt(x.ID), Title: x.Number, Sub: x.Note, Cells: []templ.Component{about(ctx, told[x.ID]), ui.Text(day(ctx, x.DueOn)), ui.Strong(x.Amount().In(text.From(ctx)), ui.Neutral),
			ui.Text(text.Word(ctx, "payment.web.method."+x.Method)), ui.Tag(status(ctx, "payout", x.Status))}}
		for _, y := range payoutActs(ctx, a, x) {
			if y.Post != "" || y.Blocked != "" {
				y.Small = true
				row.Acts = append(row.Acts, y)
			}
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// about is the cell that says for what a payout is.
func about(ctx context.Context, x payment.Told) templ.Component {
	if name := x.Benefit.In(text.From(ctx)); name != "" {
		return ui.Two(name, x.Case)
	}
	return ui.Text(x.Case)
}

func payoutAt(id db.ID) string { return payoutsAt + "/" + id.String() }

// payoutActs are the buttons of a payout: a transfer is paid by its batch,
// anything else by a click.
func payoutActs(ctx context.Context, a access.Actor, x payment.Payout) []ui.Act {
	actions := slices.DeleteFunc(payment.PayoutFlow.Actions(a, x), func(y flow.Action) bool { return y.Step == "pay" && x.Method == "transfer" })
	for i := range actions {
		actions[i].Plain = actions[i].Step == "approve" || actions[i].Step == "pay"
	}
	return acts(ctx, "payout", payoutAt(x.ID), x.Version, actions, "cancel", "fail", "approve", "pay")
}

func (p *pages) payout(w http.ResponseWriter, r *http.Request) error {
	x, err := p.openPayout(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	facts, err := p.payoutFacts(ctx, x)
	if err != nil {
		return err
	}
	page := ui.Page{Title: x.Number, Crumbs: []ui.Crumb{{Label: text.Word(ctx, "payment.web.payouts"), Href: payoutsAt}, {Label: x.Number}}}
	return door.Show(w, r, page, payoutPage(x, facts, payoutActs(ctx, access.From(ctx), x)))
}

func (p *pages) openPayout(r *http.Request) (payment.Payout, error) {
	id, err := door.ID(r, "id")
	if err != nil {
		return payment.Payout{}, err
	}
	return p.room.Payout(r.Context(), access.From(r.Context()), id)
}

func (p *pages) payoutFacts(ctx context.Context, x payment.Payout) ([]ui.Fact, error) {
	funds, err := p.room.FundNames(ctx, x.Fund)
	if err != nil {
		return nil, err
	}
	all, err := p.room.ToldOf(ctx, x)
	told := all[x.ID]
	account := told.Payee.Name
	if told.Payee.Tail != "" {
		account += " · " + text.Word(ctx, "payment.web.account_tail", "tail", told.Payee.Tail)
	}
	facts := []ui.Fact{
		{Label: text.Word(ctx, "payment.web.field.benefit"), Value: told.Benefit.In(text.From(ctx))},
		{Label: text.Word(ctx, "payment.web.field.case"), Value: told.Case},
		{Label: text.Word(ctx, "payment.web.field.amount"), Value: x.Amount().In(text.From(ctx))},
		{Label: text.Word(ctx, "payment.web.field.pay_on"), Value: day(ctx, x.DueOn)},
		{Label: text.Word(ctx, "payment.web.field.payee_kind"), Value: text.Word(ctx, "payment.web.payee."+x.PayeeKind)},
		{Label: text.Word(ctx, "payment.web.field.method"), Value: text.Word(ctx, "payment.web.method."+x.Method)},
		{Label: text.Word(ctx, "payment.web.field.payee"), Value: account},
		{Label: text.Word(ctx, "payment.web.field.fund"), Value: cmp.Or(funds[x.Fund].In(text.From(ctx)), x.Fund)},
		{Label: text.Word(ctx, "payment.web.field.note"), Value: x.Note},
	}
	if !x.Batch.IsZero() {
		facts = append(facts, ui.Fact{Label: text.Word(ctx, "payment.web.batches"), Value: text.Word(ctx, "payment.web.open"), Href: "/desk/batches/" + x.Batch.String()})
	}
	return slices.DeleteFunc(facts, func(f ui.Fact) bool { return f.Value == "" }), err
}

// planQuery names the benefit a payout is planned for.
type planQuery struct {
	Assignment db.ID `json:"benefit_assignment_id,omitzero"`
	Cursor     db.ID `json:"cursor,omitzero"`
}

// newPayout asks for which benefit, and then how it is paid.
func (p *pages) newPayout(w http.ResponseWriter, r *http.Request) error {
	var q planQuery
	if err := door.Query(r, &q); err != nil {
		return err
	}
	ctx, a := r.Context(), access.From(r.Context())
	if q.Assignment.IsZero() {
		return p.chooseOwed(w, r, q.Cursor)
	}
	o, accounts, err := p.room.OwedOn(ctx, a, q.Assignment)
	if err != nil {
		return err
	}
	return door.Show(w, r, planning(ctx), planPage(o, accountOptions(ctx, accounts), planForm(o, ui.FormProps{Action: payoutsAt})))
}

func planning(ctx context.Context) ui.Page {
	title := text.Word(ctx, "step.payout.plan")
	return ui.Page{Title: title, Crumbs: []ui.Crumb{{Label: text.Word(ctx, "payment.web.payouts"), Href: payoutsAt}, {Label: title}}}
}

func (p *pages) chooseOwed(w http.ResponseWriter, r *http.Request, from db.ID) error {
	ctx := r.Context()
	list, err := p.room.Owed(ctx, access.From(ctx), from, pageSize+1)
	if err != nil {
		return err
	}
	list, pager := next(r, list, func(o payment.Owed) db.ID { return o.Assignment.ID })
	lang := text.From(ctx)
	t := ui.TableProps{ID: "owed", Caption: text.Word(ctx, "payment.web.owed"), Keys: true, Pager: pager,
		Columns: []ui.Column{{Label: text.Word(ctx, "payment.web.field.benefit")}, {Label: text.Word(ctx, "payment.web.field.granted"), Num: true},
			{Label: text.Word(ctx, "payment.web.field.left"), Num: true}, {Label: text.Word(ctx, "payment.web.field.period"), Priority: 2}},
		Empty: ui.EmptyProps{Icon: "wallet", Title: text.Word(ctx, "payment.web.nothing_owed"), Text: text.Word(ctx, "payment.web.nothing_owed_hint"), Act: ui.Act{Label: text.Word(ctx, "payment.web.payouts"), Href: payoutsAt}}}
	for _, o := range list {
		x := o.Assignment
		t.Rows = append(t.Rows, ui.Row{ID: x.ID.String(), Href: payoutsAt + "/new?benefit_assignment_id=" + x.ID.String(), Title: o.Benefit.Name.In(lang), Sub: o.Number,
			Cells: []templ.Component{ui.Text(x.Amount().In(lang)), ui.Strong(o.Left().In(lang), ui.Neutral), ui.Text(strings.TrimSpace(day(ctx, x.From) + "–" + day(ctx, x.Until)))}})
	}
	return door.Show(w, r, planning(ctx), owedPage(t))
}

func owedFacts(ctx context.Context, o payment.Owed) []ui.Fact {
	lang, x := text.From(ctx), o.Assignment
	return []ui.Fact{
		{Label: text.Word(ctx, "payment.web.field.case"), Value: o.Number},
		{Label: text.Word(ctx, "payment.web.field.granted"), Value: x.Amount().In(lang)},
		{Label: text.Word(ctx, "payment.web.field.whole"), Value: o.Whole.In(lang)},
		{Label: text.Word(ctx, "payment.web.field.paid"), Value: o.Paid.In(lang)},
		{Label: text.Word(ctx, "payment.web.field.left"), Value: o.Left().In(lang)},
		{Label: text.Word(ctx, "payment.web.field.period"), Value: day(ctx, x.From) + "–" + day(ctx, x.Until)},
	}
}

// planForm carries for whom and for which benefit a payout is.
func planForm(o payment.Owed, form ui.FormProps) ui.FormProps {
	x := o.Assignment
	form.Hidden = map[string]string{"benefit_assignment_id": x.ID.String(), "case_id": x.Case.String(), "person_id": x.Person.String(), "benefit_id": x.Benefit.String()}
	return form
}

func payeeKind(o payment.Owed) string {
	if o.Assignment.PayeeKind != "" {
		return o.Assignment.PayeeKind
	}
	return payment.PayeeKinds[0]
}

// accountHref is where the account of the resident, or of whom it is paid to
// for them, is entered.
func accountHref(o payment.Owed) string {
	kind := "person"
	if payeeKind(o) != payment.PayeeKinds[0] {
		kind = "third_party"
	}
	return "/desk/payees?owner_kind=" + kind + "&owner_id=" + o.Assignment.Person.String()
}

func accountOptions(ctx context.Context, list []payment.Payee) []ui.Option {
	var out []ui.Option
	for i, x := range list {
		out = append(out, ui.Option{Checked: i == 0, Value: x.ID.String(), Label: x.Name + " · " + text.Word(ctx, "payment.web.account_tail", "tail", x.Tail) + " · " + text.Word(ctx, "status.payee."+x.Status)})
	}
	return append(out, ui.Option{Label: text.Word(ctx, "payment.web.no_transfer")})
}

func wordOptions(ctx context.Context, prefix string, values []string) []ui.Option {
	var out []ui.Option
	for _, v := range values {
		out = append(out, ui.Option{Value: v, Label: text.Word(ctx, prefix+v)})
	}
	return out
}

// planPayout plans the payout of one benefit.
func (p *pages) planPayout(w http.ResponseWriter, r *http.Request) error {
	ctx, a := r.Context(), access.From(r.Context())
	of, err := db.ParseID(door.Typed(r).Get("benefit_assignment_id"))
	if err != nil {
		return p.chooseOwed(w, r, db.ID{})
	}
	o, accounts, err := p.room.OwedOn(ctx, a, of)
	if err != nil {
		return err
	}
	var in payment.PayoutInput
	return send(w, r, &in, "step.payout.plan", "payment.web.planned", func(ctx context.Context, a access.Actor) (string, error) {
		if in.Method != "transfer" {
			in.Payee = db.ID{}
		}
		x, err := p.room.PlanPayout(ctx, a, in)
		return payoutAt(x.ID), err
	}, func(form ui.FormProps) templ.Component {
		return planPage(o, accountOptions(ctx, accounts), planForm(o, form))
	})
}

// stopping is the form that cancels a payout or tells that it did not arrive.
func (p *pages) stopping(ctx context.Context, x payment.Payout, step string) (asking, error) {
	facts, err := p.payoutFacts(ctx, x)
	return asking{title: "step.payout." + step, back: payoutAt(x.ID), hint: "payment.web." + step + "_payout_hint", facts: facts, danger: true}, err
}

func (p *pages) askPayout(step string) door.Page {
	return func(w http.ResponseWriter, r *http.Request) error {
		x, err := p.openPayout(r)
		if err != nil {
			return err
		}
		ctx := r.Context()
		about, err := p.stopping(ctx, x, step)
		if err != nil {
			return err
		}
		return door.Show(w, r, ui.Page{Title: text.Word(ctx, "step.payout."+step)}, textPage(about, ui.FormProps{Action: r.URL.Path, Version: version(x.Version)}))
	}
}

func (p *pages) stopPayout(step string) door.Page {
	do := map[string]func(context.Context, access.Actor, db.ID, payment.TextInput) (payment.Payout, error){"cancel": p.room.CancelPayout, "fail": p.room.FailPayout}[step]
	return func(w http.ResponseWriter, r *http.Request) error {
		x, err := p.openPayout(r)
		if err != nil {
			return err
		}
		about, err := p.stopping(r.Context(), x, step)
		if err != nil {
			return err
		}
		var in payment.TextInput
		return send(w, r, &in, "step.payout."+step, "payment.web.saved", func(ctx context.Context, a access.Actor) (string, error) {
			_, err := do(ctx, a, x.ID, in)
			return payoutAt(x.ID), err
		}, func(form ui.FormProps) templ.Component { return textPage(about, form) })
	}
}
