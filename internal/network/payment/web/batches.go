package web

import (
	"context"
	"mime"
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

func (p *pages) batches(w http.ResponseWriter, r *http.Request) error {
	var q listQuery
	if err := door.Query(r, &q); err != nil {
		return err
	}
	from, err := door.Cursor(q.Cursor)
	if err != nil {
		return err
	}
	ctx := r.Context()
	list, err := p.room.Batches(ctx, access.From(ctx), payment.Filter{Before: from, Limit: pageSize + 1})
	if err != nil {
		return err
	}
	list, pager := next(r, list, func(b payment.Batch) db.ID { return b.ID })
	t := ui.TableProps{ID: "batches", Caption: text.Word(ctx, "payment.web.batches"), Keys: true, Pager: pager,
		Columns: []ui.Column{{Label: text.Word(ctx, "payment.web.field.number")}, {Label: text.Word(ctx, "payment.web.field.pay_on")}, {Label: text.Word(ctx, "payment.web.field.items"), Num: true, Priority: 2},
			{Label: text.Word(ctx, "payment.web.field.amount"), Num: true}, {Label: text.Word(ctx, "payment.web.field.status"), Tag: true}},
		Empty: ui.EmptyProps{Icon: "banknote", Title: text.Word(ctx, "payment.web.no_batches"), Text: text.Word(ctx, "payment.web.no_batches_hint")}}
	lang := text.From(ctx)
	for _, b := range list {
		t.Rows = append(t.Rows, ui.Row{ID: b.ID.String(), Href: "/desk/batches/" + b.ID.String(), Title: b.Number,
			Cells: []templ.Component{ui.Text(day(ctx, b.PayOn)), ui.Text(text.Number(lang, b.Items)), ui.Strong(b.Amount().In(lang), ui.Neutral), ui.Tag(status(ctx, "batch", b.Status))}})
	}
	return door.Show(w, r, ui.Page{Title: text.Word(ctx, "payment.web.batches")}, batchesPage(t, access.From(ctx).Is(access.FinanceOfficer)))
}

// ready are the approved requests and payouts that are in no batch yet.
func (p *pages) ready(r *http.Request) (requests, payouts []ui.Option, err error) {
	ctx, a := r.Context(), access.From(r.Context())
	list, err := p.room.Requests(ctx, a, payment.Filter{Status: "approved", Free: true, Limit: 200})
	if err != nil {
		return nil, nil, err
	}
	lang := text.From(ctx)
	for _, x := range list {
		requests = append(requests, ui.Option{Value: x.ID.String(), Label: x.Number + " " + x.Provider.In(lang), Hint: x.Amount().In(lang) + " · " + period(ctx, x.Request), Checked: true})
	}
	out, err := p.room.Payouts(ctx, a, payment.Filter{Status: "approved", Free: true, Limit: 200})
	for _, x := range out {
		if x.Method == "transfer" {
			payouts = append(payouts, ui.Option{Value: x.ID.String(), Label: x.Number, Hint: x.Amount().In(lang) + " · " + day(ctx, x.DueOn), Checked: true})
		}
	}
	return requests, payouts, err
}

func (p *pages) newBatch(w http.ResponseWriter, r *http.Request) error {
	requests, payouts, err := p.ready(r)
	if err != nil {
		return err
	}
	return door.Show(w, r, ui.Page{Title: text.Word(r.Context(), "step.batch.build")}, buildPage(ui.FormProps{Action: "/desk/batches"}, requests, payouts))
}

func (p *pages) buildBatch(w http.ResponseWriter, r *http.Request) error {
	requests, payouts, err := p.ready(r)
	if err != nil {
		return err
	}
	var in payment.BatchInput
	return send(w, r, &in, "step.batch.build", "payment.web.batch_built", func(ctx context.Context, a access.Actor) (string, error) {
		b, err := p.room.BuildBatch(ctx, a, in)
		return "/desk/batches/" + b.ID.String(), err
	}, func(form ui.FormProps) templ.Component { return buildPage(form, requests, payouts) })
}

func (p *pages) openBatch(r *http.Request) (payment.BatchFile, error) {
	id, err := door.ID(r, "id")
	if err != nil {
		return payment.BatchFile{}, err
	}
	return p.room.Batch(r.Context(), access.From(r.Context()), id)
}

func (p *pages) batch(w http.ResponseWriter, r *http.Request) error {
	f, err := p.openBatch(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	at := "/desk/batches/" + f.Batch.ID.String()
	buttons := acts(ctx, "batch", at, f.Batch.Version, f.Actions, "cancel", "settle", "approve", "export")
	buttons = append(buttons, ui.Act{Label: "CSV", Icon: "download", Href: at + "/csv"})
	if access.From(ctx).Is(access.FinanceOfficer) && (f.Batch.Status == "exported" || f.Batch.Status == "settled") {
		buttons = append(buttons, ui.Act{Label: text.Word(ctx, "payment.web.zengin"), Icon: "download", Href: at + "/zengin"})
	}
	return door.Show(w, r, ui.Page{Title: f.Batch.Number, Crumbs: []ui.Crumb{{Label: text.Word(ctx, "payment.web.batches"), Href: "/desk/batches"}, {Label: f.Batch.Number}}}, batchPage(f, buttons))
}

// batchLines is what a batch pays, to whom, with the sum.
func batchLines(ctx context.Context, f payment.BatchFile) []ui.MoneyLine {
	lang := text.From(ctx)
	var out []ui.MoneyLine
	account := func(id db.ID) string {
		p, ok := f.Payees[id]
		if !ok {
			return text.Word(ctx, "payment.web.no_account")
		}
		return text.Word(ctx, "payment.web.account_tail", "tail", p.Tail)
	}
	for _, x := range f.Requests {
		out = append(out, ui.MoneyLine{Label: x.Number, Note: x.Provider.In(lang), Href: "/desk/payments/" + x.ID.String(), Amounts: []string{account(x.Request.Provider), x.Amount().In(lang)}})
	}
	for _, x := range f.Payouts {
		line := ui.MoneyLine{Label: x.Number, Note: text.Word(ctx, "payment.web.payout"), Href: "/desk/payouts/" + x.ID.String(), Amounts: []string{account(x.ID), x.Amount().In(lang)}}
		if f.Kept[x.Person] {
			line.Href, line.Amounts[0] = "", text.Word(ctx, "payment.web.kept")
		}
		out = append(out, line)
	}
	return append(out, ui.MoneyLine{Label: text.Word(ctx, "payment.web.total"), Amounts: []string{"", f.Batch.Amount().In(lang)}, Total: true})
}

func batchFacts(ctx context.Context, b payment.Batch) []ui.Fact {
	facts := []ui.Fact{{Label: text.Word(ctx, "payment.web.field.pay_on"), Value: day(ctx, b.PayOn)}}
	if b.ExportedAt > 0 {
		facts = append(facts, ui.Fact{Label: text.Word(ctx, "payment.web.field.exported_at"), Value: calendar.FormatTime(b.ExportedAt, calendar.Zone(ctx), text.From(ctx))})
	}
	return append(facts, ui.Fact{Label: text.Word(ctx, "payment.web.field.settled_on"), Value: day(ctx, b.SettledOn)})
}

func (p *pages) askSettle(w http.ResponseWriter, r *http.Request) error {
	f, err := p.openBatch(r)
	if err != nil {
		return err
	}
	return door.Show(w, r, ui.Page{Title: text.Word(r.Context(), "step.batch.settle")}, settlePage(f, ui.FormProps{Action: r.URL.Path, Version: version(f.Batch.Version)}))
}

func (p *pages) settle(w http.ResponseWriter, r *http.Request) error {
	f, err := p.openBatch(r)
	if err != nil {
		return err
	}
	var in payment.SettleInput
	return send(w, r, &in, "step.batch.settle", "payment.web.settled", func(ctx context.Context, a access.Actor) (string, error) {
		_, err := p.room.Settle(ctx, a, f.Batch.ID, in)
		return "/desk/batches/" + f.Batch.ID.String(), err
	}, func(form ui.FormProps) templ.Component { return settlePage(f, form) })
}

func cancelling(f payment.BatchFile) asking {
	return asking{title: "step.batch.cancel", back: "/desk/batches/" + f.Batch.ID.String(), hint: "payment.web.cancel_hint", danger: true}
}

func (p *pages) askCancelBatch(w http.ResponseWriter, r *http.Request) error {
	f, err := p.openBatch(r)
	if err != nil {
		return err
	}
	return door.Show(w, r, ui.Page{Title: text.Word(r.Context(), "step.batch.cancel")}, textPage(cancelling(f), ui.FormProps{Action: r.URL.Path, Version: version(f.Batch.Version)}))
}

func (p *pages) cancelBatch(w http.ResponseWriter, r *http.Request) error {
	f, err := p.openBatch(r)
	if err != nil {
		return err
	}
	var in payment.TextInput
	return send(w, r, &in, "step.batch.cancel", "payment.web.saved", func(ctx context.Context, a access.Actor) (string, error) {
		_, err := p.room.CancelBatch(ctx, a, f.Batch.ID, in)
		return "/desk/batches/" + f.Batch.ID.String(), err
	}, func(form ui.FormProps) templ.Component { return textPage(cancelling(f), form) })
}

func (p *pages) csv(w http.ResponseWriter, r *http.Request) error {
	return download(w, r, "text/csv; charset=utf-8", p.room.CSV)
}

func (p *pages) zengin(w http.ResponseWriter, r *http.Request) error {
	return download(w, r, "text/plain; charset=shift_jis", p.room.Zengin)
}

func download(w http.ResponseWriter, r *http.Request, kind string, make func(context.Context, access.Actor, db.ID) (string, []byte, error)) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	name, data, err := make(r.Context(), access.From(r.Context()), id)
	if err != nil {
		return err
	}
	ui.Secure(w.Header())
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	_, err = w.Write(data)
	return err
}

// payeesQuery says whose account is to be entered; the agency's own when it is left out.
type payeesQuery struct {
	Kind  string `json:"owner_kind,omitempty"`
	Owner db.ID  `json:"owner_id,omitzero"`
}

// payees are the accounts that wait to be confirmed, and the form that enters
// one; the agency's own stands first. Whose account it is comes with the
// address, from the page of the provider or of the benefit it is for.
func (p *pages) payees(w http.ResponseWriter, r *http.Request) error {
	var q payeesQuery
	if err := door.Query(r, &q); err != nil {
		return err
	}
	page, err := p.payeesPage(r, q, ui.FormProps{Action: "/desk/payees"})
	if err != nil {
		return err
	}
	return door.Show(w, r, ui.Page{Title: text.Word(r.Context(), "payment.web.payees")}, page)
}

func (p *pages) payeesPage(r *http.Request, of payeesQuery, form ui.FormProps) (templ.Component, error) {
	ctx, a := r.Context(), access.From(r.Context())
	if !slices.Contains(payment.OwnerKinds, of.Kind) || of.Owner.IsZero() {
		of = payeesQuery{Kind: "agency"}
	}
	whose, err := p.whose(ctx, a, of)
	if err != nil {
		return nil, err
	}
	waiting, err := p.room.ToConfirm(ctx, a)
	if err != nil {
		return nil, err
	}
	own, err := p.room.Payees(ctx, a, of.Kind, of.Owner)
	if err != nil {
		return nil, err
	}
	shown := map[db.ID]bool{}
	for _, x := range own {
		shown[x.ID] = true
	}
	waiting = slices.DeleteFunc(waiting, func(x payment.Payee) bool { return shown[x.ID] })
	form.Hidden = map[string]string{"owner_kind": of.Kind}
	if !of.Owner.IsZero() {
		form.Hidden["owner_id"] = of.Owner.String()
	}
	return payeesDeskPage(payeeTable(ctx, append(own, waiting...)), form, whose, of.Kind == "agency", a.Is(access.FinanceOfficer)), nil
}

// whose is in words whose account is entered: a provider by name, a resident
// only as such, for those who pay need not know more.
func (p *pages) whose(ctx context.Context, a access.Actor, of payeesQuery) (string, error) {
	if of.Kind == "provider" {
		name, err := p.room.ProviderName(ctx, a, of.Owner)
		return name.In(text.From(ctx)), err
	}
	return text.Word(ctx, "payment.owner."+of.Kind), nil
}

func payeeTable(ctx context.Context, list []payment.Payee) ui.TableProps {
	t := ui.TableProps{ID: "payees", Caption: text.Word(ctx, "payment.web.payees"), Columns: []ui.Column{{Label: text.Word(ctx, "payment.web.field.name")},
		{Label: text.Word(ctx, "payment.web.field.owner_kind")}, {Label: text.Word(ctx, "payment.web.field.account")}, {Label: text.Word(ctx, "payment.web.field.status"), Tag: true}},
		Empty: ui.EmptyProps{Icon: "wallet", Title: text.Word(ctx, "payment.web.no_payees")}}
	for _, x := range list {
		t.Rows = append(t.Rows, ui.Row{ID: x.ID.String(), Href: "/desk/payees/" + x.ID.String(), Title: x.Name,
			Cells: []templ.Component{ui.Text(text.Word(ctx, "payment.owner."+x.OwnerKind)), ui.Text(text.Word(ctx, "payment.web.account_tail", "tail", x.Tail)), ui.Tag(status(ctx, "payee", x.Status))}})
	}
	return t
}

func (p *pages) enterPayee(w http.ResponseWriter, r *http.Request) error {
	var in payment.PayeeInput
	var drawn error
	err := send(w, r, &in, "payment.web.payees", "payment.web.payee_entered", func(ctx context.Context, a access.Actor) (string, error) {
		_, err := p.room.EnterPayee(ctx, a, in)
		return "/desk/payees", err
	}, func(form ui.FormProps) templ.Component {
		page, err := p.payeesPage(r, payeesQuery{Kind: in.OwnerKind, Owner: in.Owner}, form)
		drawn = err
		return page
	})
	if err == nil {
		err = drawn
	}
	return err
}

func (p *pages) payee(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	ctx, a := r.Context(), access.From(r.Context())
	x, in, err := p.room.Reveal(ctx, a, id)
	if err != nil {
		return err
	}
	facts := []ui.Fact{{Label: text.Word(ctx, "payment.web.field.owner_kind"), Value: text.Word(ctx, "payment.owner."+x.OwnerKind)},
		{Label: text.Word(ctx, "payment.web.field.bank"), Value: strings.TrimSpace(in.Bank + " " + in.BankName)}, {Label: text.Word(ctx, "payment.web.field.branch"), Value: strings.TrimSpace(in.Branch + " " + in.BranchName)},
		{Label: text.Word(ctx, "payment.web.field.kind"), Value: accountKind(ctx, in.Kind)}, {Label: text.Word(ctx, "payment.web.field.account"), Value: in.Number},
		{Label: text.Word(ctx, "payment.web.field.holder"), Value: in.Holder}}
	return door.Show(w, r, ui.Page{Title: x.Name, Crumbs: []ui.Crumb{{Label: text.Word(ctx, "payment.web.payees"), Href: "/desk/payees"}, {Label: x.Name}}},
		payeePage(x, facts, acts(ctx, "payee", "/desk/payees/"+id.String(), x.Version, payment.PayeeFlow.Actions(a, x), "confirm", "end")))
}

var kindNames = map[string]string{"1": "ordinary", "2": "current", "4": "savings", "9": "other"}

func accountKind(ctx context.Context, kind string) string {
	return text.Word(ctx, "payment.kind."+kindNames[kind])
}

func kindOptions(ctx context.Context) []ui.Option {
	var out []ui.Option
	for _, k := range []string{"1", "2", "4", "9"} {
		out = append(out, ui.Option{Value: k, Label: accountKind(ctx, k)})
	}
	return out
}

func (p *pages) stepPayee(w http.ResponseWriter, r *http.Request, do func(context.Context, access.Actor, db.ID, int64) (payment.Payee, error)) error {
	id, in, err := clicked(r)
	if err != nil {
		return err
	}
	if _, err := do(r.Context(), access.From(r.Context()), id, in.Version); err != nil {
		return err
	}
	door.Toast(w, r, ui.OK, "payment.web.saved")
	return door.See(w, r, "/desk/payees")
}

func (p *pages) confirmPayee(w http.ResponseWriter, r *http.Request) error {
	return p.stepPayee(w, r, p.room.ConfirmPayee)
}

func (p *pages) endPayee(w http.ResponseWriter, r *http.Request) error {
	return p.stepPayee(w, r, p.room.EndPayee)
}

// ownPayees are a provider's own accounts.
func (p *pages) ownPayees(w http.ResponseWriter, r *http.Request) error {
	page, err := p.ownPage(r, ui.FormProps{Action: "/portal/payees"})
	if err != nil {
		return err
	}
	return door.Show(w, r, ui.Page{Title: text.Word(r.Context(), "payment.web.payees")}, page)
}

func (p *pages) ownPage(r *http.Request, form ui.FormProps) (templ.Component, error) {
	ctx := r.Context()
	list, err := p.room.Payees(ctx, access.From(ctx), "", db.ID{})
	t := payeeTable(ctx, list)
	for i := range t.Rows {
		t.Rows[i].Href = ""
	}
	return ownPayeesPage(t, form), err
}

func (p *pages) enterOwn(w http.ResponseWriter, r *http.Request) error {
	var in payment.PayeeInput
	page, err := p.ownPage(r, ui.FormProps{Action: "/portal/payees"})
	if err != nil {
		return err
	}
	return send(w, r, &in, "payment.web.payees", "payment.web.payee_entered", func(ctx context.Context, a access.Actor) (string, error) {
		_, err := p.room.EnterPayee(ctx, a, in)
		return "/portal/payees", err
	}, func(form ui.FormProps) templ.Component {
		if again, err := p.ownPage(r, form); err == nil {
			page = again
		}
		return page
	})
}

func newBatchActs(ctx context.Context, builds bool) []ui.Act {
	if !builds {
		return nil
	}
	return []ui.Act{{Label: text.Word(ctx, "step.batch.build"), Icon: "plus", Href: "/desk/batches/new", Kind: ui.Primary}}
}
