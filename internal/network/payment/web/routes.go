// Package web is where providers ask to be paid out of their attendance, where
// finance looks at the exceptions and approves, and where batches leave for
// the bank. It speaks for requests, batches, payouts and payees in the API.
package web

import (
	"context"
	_ "embed"
	"net/http"
	"net/url"
	"strconv"
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

//go:embed words.txt
var wordsFile string

var _ = text.Register("payment.web", wordsFile)

var (
	provider = door.By(access.ProviderRoles...)
	manager  = door.By(access.ProviderManager)
	readers  = door.By(access.FinanceOfficer, access.ProgramManager, access.Auditor)
	deciders = door.By(access.FinanceOfficer, access.ProgramManager)
	finance  = door.By(access.FinanceOfficer)
	payers   = door.By(access.FinanceOfficer, access.ProgramManager, access.Supervisor)
)

// Mount registers the room's pages and API.
func Mount(d *door.Router, room *payment.Room) {
	p := &pages{room}
	d.Page("GET /portal/payments", provider, p.portalList)
	d.Page("POST /portal/payments", provider, p.build)
	d.Page("GET /portal/payments/{id}", provider, p.portalRequest)
	d.Page("POST /portal/payments/{id}/refresh", provider, p.step("/portal/payments/", "payment.web.refreshed", room.Refresh))
	d.Page("POST /portal/payments/{id}/submit", provider, p.step("/portal/payments/", "payment.web.submitted", room.Submit))
	d.Page("POST /portal/payments/{id}/void", provider, p.withdraw)
	d.Page("GET /portal/payment-lines/{id}/answer", provider, p.askLine("answer"))
	d.Page("POST /portal/payment-lines/{id}/answer", provider, p.takeLine("answer"))
	d.Page("GET /portal/payees", manager, p.ownPayees)
	d.Page("POST /portal/payees", manager, p.enterOwn)

	d.Page("GET /desk/payments", readers, p.deskList)
	d.Page("GET /desk/payments/{id}", readers, p.deskRequest)
	d.Page("POST /desk/payments/{id}/approve", deciders, p.step("/desk/payments/", "payment.web.approved", room.Approve))
	d.Page("GET /desk/payments/{id}/reject", deciders, p.askReject)
	d.Page("POST /desk/payments/{id}/reject", deciders, p.reject)
	for _, step := range []string{"query", "allow", "strike"} {
		d.Page("GET /desk/payment-lines/{id}/"+step, finance, p.askLine(step))
		d.Page("POST /desk/payment-lines/{id}/"+step, finance, p.takeLine(step))
	}
	d.Page("GET /desk/batches", readers, p.batches)
	d.Page("GET /desk/batches/new", finance, p.newBatch)
	d.Page("POST /desk/batches", finance, p.buildBatch)
	d.Page("GET /desk/batches/{id}", readers, p.batch)
	d.Page("POST /desk/batches/{id}/approve", deciders, p.stepBatch("payment.web.approved", room.ApproveBatch))
	d.Page("POST /desk/batches/{id}/export", finance, p.stepBatch("payment.web.exported", room.ExportBatch))
	d.Page("GET /desk/batches/{id}/settle", finance, p.askSettle)
	d.Page("POST /desk/batches/{id}/settle", finance, p.settle)
	d.Page("GET /desk/batches/{id}/cancel", finance, p.askCancelBatch)
	d.Page("POST /desk/batches/{id}/cancel", finance, p.cancelBatch)
	d.Page("GET /desk/batches/{id}/csv", readers, p.csv)
	d.Page("GET /desk/batches/{id}/zengin", finance, p.zengin)
	d.Page("GET /desk/payees", deciders, p.payees)
	d.Page("POST /desk/payees", finance, p.enterPayee)
	d.Page("GET /desk/payees/{id}", deciders, p.payee)
	d.Page("POST /desk/payees/{id}/confirm", deciders, p.confirmPayee)
	d.Page("POST /desk/payees/{id}/end", deciders, p.endPayee)
	d.Page("GET /desk/payouts", followers, p.payouts)
	d.Page("GET /desk/payouts/new", finance, p.newPayout)
	d.Page("POST /desk/payouts", finance, p.planPayout)
	d.Page("GET /desk/payouts/{id}", followers, p.payout)
	d.Page("GET /desk/payouts/{id}/cancel", stoppers, p.askPayout("cancel"))
	d.Page("POST /desk/payouts/{id}/cancel", stoppers, p.stopPayout("cancel"))
	d.Page("GET /desk/payouts/{id}/fail", finance, p.askPayout("fail"))
	d.Page("POST /desk/payouts/{id}/fail", finance, p.stopPayout("fail"))
	d.Page("POST /desk/payouts/{id}/approve", payers, p.stepPayout(room.ApprovePayout))
	d.Page("POST /desk/payouts/{id}/pay", finance, p.stepPayout(room.PayPayout))
	mountAPI(d, room)
}

type pages struct{ room *payment.Room }

// pageSize is how many rows a list shows.
const pageSize = 50

// only is a click that changes nothing but the status.
type only struct {
	Version int64 `json:"version"`
}

// clicked reads a click: which record, from which version.
func clicked(r *http.Request) (id db.ID, in only, err error) {
	if id, err = door.ID(r, "id"); err == nil {
		err = door.Form(r, &in)
	}
	return id, in, err
}

// step takes a plain step of a request and leads back to it.
func (p *pages) step(to, done string, do func(context.Context, access.Actor, db.ID, int64) (payment.Request, error)) door.Page {
	return func(w http.ResponseWriter, r *http.Request) error {
		id, in, err := clicked(r)
		if err != nil {
			return err
		}
		if _, err := do(r.Context(), access.From(r.Context()), id, in.Version); err != nil {
			return err
		}
		door.Toast(w, r, ui.OK, done)
		return door.See(w, r, to+id.String())
	}
}

func (p *pages) stepBatch(done string, do func(context.Context, access.Actor, db.ID, int64) (payment.Batch, error)) door.Page {
	return func(w http.ResponseWriter, r *http.Request) error {
		id, in, err := clicked(r)
		if err != nil {
			return err
		}
		if _, err := do(r.Context(), access.From(r.Context()), id, in.Version); err != nil {
			return err
		}
		door.Toast(w, r, ui.OK, done)
		return door.See(w, r, "/desk/batches/"+id.String())
	}
}

func (p *pages) stepPayout(do func(context.Context, access.Actor, db.ID, int64) (payment.Payout, error)) door.Page {
	return func(w http.ResponseWriter, r *http.Request) error {
		id, in, err := clicked(r)
		if err != nil {
			return err
		}
		if _, err := do(r.Context(), access.From(r.Context()), id, in.Version); err != nil {
			return err
		}
		door.Toast(w, r, ui.OK, "payment.web.saved")
		return door.See(w, r, payoutAt(id))
	}
}

// send reads a form, does what it asks for and leads on; what cannot be taken
// is drawn again as typed.
func send(w http.ResponseWriter, r *http.Request, in any, title, done string, do func(ctx context.Context, a access.Actor) (to string, err error), form func(ui.FormProps) templ.Component) error {
	err := door.Form(r, in)
	ctx := r.Context()
	if err == nil {
		var to string
		if to, err = do(ctx, access.From(ctx)); err == nil {
			door.Toast(w, r, ui.OK, done)
			return door.See(w, r, to)
		}
	}
	return door.Refuse(w, r, err, ui.Page{Title: text.Word(ctx, title)}, func(err error) templ.Component {
		return form(ui.FormProps{Action: r.URL.Path, Version: door.Typed(r).Get("version"), Typed: door.Typed(r), Fault: err})
	})
}

type listQuery struct {
	Status string `json:"status"`
	Cursor string `json:"cursor"`
}

// next cuts a list to a page and says where the next begins.
func next[T any](r *http.Request, list []T, at func(T) db.ID) ([]T, *ui.PagerProps) {
	if len(list) <= pageSize {
		return list, nil
	}
	q := url.Values{"status": {r.URL.Query().Get("status")}, "cursor": {at(list[pageSize-1]).String()}}
	return list[:pageSize], &ui.PagerProps{NextHref: r.URL.Path + "?" + q.Encode()}
}

func version(v int64) string { return strconv.FormatInt(v, 10) }

// acts are the buttons of a record: plain steps done at once, others by their
// page.
func acts(ctx context.Context, entity, at string, v int64, actions []flow.Action, shown ...string) []ui.Act {
	var out []ui.Act
	for _, name := range shown {
		for _, x := range actions {
			if x.Step == name {
				out = append(out, act(ctx, entity, at, v, x))
			}
		}
	}
	return out
}

func act(ctx context.Context, entity, at string, v int64, x flow.Action) ui.Act {
	out := ui.Act{Label: text.Word(ctx, "step."+entity+"."+x.Step)}
	if strings.Contains(" submit approve export ", " "+x.Step+" ") {
		out.Kind = ui.Primary
	}
	switch {
	case x.Blocked != nil:
		out.Blocked = text.T(text.From(ctx), x.Blocked.Key, x.Blocked.Args)
	case x.Plain || x.Step == "void":
		out.Post, out.Fields = at+"/"+x.Step, map[string]string{"version": version(v)}
	default:
		out.Href = at + "/" + x.Step
	}
	return out
}

func status(ctx context.Context, entity, s string) ui.TagProps {
	return ui.TagProps{Text: text.Word(ctx, "status."+entity+"."+s), Tone: tones[s]}
}

var tones = map[string]ui.Tone{"submitted": ui.Info, "queried": ui.Warn, "approved": ui.OK, "rejected": ui.Bad, "paid": ui.OK, "struck": ui.Bad, "exported": ui.Info,
	"settled": ui.OK, "cancelled": ui.Bad, "entered": ui.Warn, "confirmed": ui.OK, "failed": ui.Bad, "planned": ui.Info}
