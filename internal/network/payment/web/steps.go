package web

import (
	"context"
	"net/http"

	"github.com/a-h/templ"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
	"kizuna/internal/network/payment"
)

func (p *pages) withdraw(w http.ResponseWriter, r *http.Request) error {
	id, in, err := clicked(r)
	if err != nil {
		return err
	}
	if _, err := p.room.Withdraw(r.Context(), access.From(r.Context()), id, in.Version); err != nil {
		return err
	}
	door.Toast(w, r, ui.OK, "payment.web.withdrawn")
	return door.See(w, r, "/portal/payments")
}

// asking is a form of one text: its title, where it leads back, what it is
// about.
type asking struct {
	title, back, hint string
	facts             []ui.Fact
	danger            bool
}

func (x asking) kind() ui.Kind {
	if x.danger {
		return ui.Danger
	}
	return ui.Primary
}

func (p *pages) askReject(w http.ResponseWriter, r *http.Request) error {
	f, err := p.file(r)
	if err != nil {
		return err
	}
	return door.Show(w, r, ui.Page{Title: text.Word(r.Context(), "step.payment_request.reject")}, textPage(rejecting(r.Context(), f), ui.FormProps{Action: r.URL.Path, Version: version(f.Request.Version)}))
}

func (p *pages) file(r *http.Request) (payment.File, error) {
	id, err := door.ID(r, "id")
	if err != nil {
		return payment.File{}, err
	}
	return p.room.Get(r.Context(), access.From(r.Context()), id)
}

func rejecting(ctx context.Context, f payment.File) asking {
	return asking{title: "step.payment_request.reject", back: "/desk/payments/" + f.Request.ID.String(), hint: "payment.web.reject_hint", facts: requestFacts(ctx, f), danger: true}
}

func (p *pages) reject(w http.ResponseWriter, r *http.Request) error {
	f, err := p.file(r)
	if err != nil {
		return err
	}
	var in payment.TextInput
	return send(w, r, &in, "step.payment_request.reject", "payment.web.rejected", func(ctx context.Context, a access.Actor) (string, error) {
		_, err := p.room.Reject(ctx, a, f.Request.ID, in)
		return "/desk/payments/" + f.Request.ID.String(), err
	}, func(form ui.FormProps) templ.Component { return textPage(rejecting(r.Context(), f), form) })
}

// lineAsking is the form for one step of a line.
func (p *pages) lineAsking(r *http.Request, step string) (payment.LineRow, asking, error) {
	id, err := door.ID(r, "id")
	if err != nil {
		return payment.LineRow{}, asking{}, err
	}
	ctx := r.Context()
	l, err := p.room.Line(ctx, access.From(ctx), id)
	if err != nil {
		return l, asking{}, err
	}
	at := "/desk/payments/"
	if step == "answer" {
		at = "/portal/payments/"
	}
	facts := []ui.Fact{{Label: text.Word(ctx, "payment.web.field.service"), Value: day(ctx, l.ServiceOn), Note: l.Number},
		{Label: text.Word(ctx, "payment.web.field.amount"), Value: l.Amount().In(text.From(ctx)), Note: atRate(ctx, l)}}
	for _, x := range []ui.Fact{{Label: text.Word(ctx, "payment.web.field.remark"), Value: remark(ctx, l), Tone: ui.Warn}, {Label: text.Word(ctx, "payment.web.field.question"), Value: l.Question},
		{Label: text.Word(ctx, "payment.web.field.answer"), Value: l.Answer}} {
		if x.Value != "" {
			facts = append(facts, x)
		}
	}
	return l, asking{title: "step.payment_line." + step, back: at + l.Request.String(), hint: "payment.web." + step + "_hint", facts: facts, danger: step == "strike"}, nil
}

func (p *pages) askLine(step string) door.Page {
	return func(w http.ResponseWriter, r *http.Request) error {
		l, x, err := p.lineAsking(r, step)
		if err != nil {
			return err
		}
		return door.Show(w, r, ui.Page{Title: text.Word(r.Context(), x.title)}, textPage(x, ui.FormProps{Action: r.URL.Path, Version: version(l.Version)}))
	}
}

func (p *pages) takeLine(step string) door.Page {
	do := map[string]func(context.Context, access.Actor, db.ID, payment.TextInput) (payment.Line, error){
		"query": p.room.Query, "answer": p.room.Answer, "allow": p.room.Allow, "strike": p.room.Strike}[step]
	return func(w http.ResponseWriter, r *http.Request) error {
		l, x, err := p.lineAsking(r, step)
		if err != nil {
			return err
		}
		var in payment.TextInput
		return send(w, r, &in, x.title, "payment.web.saved", func(ctx context.Context, a access.Actor) (string, error) {
			_, err := do(ctx, a, l.ID, in)
			return x.back, err
		}, func(form ui.FormProps) templ.Component { return textPage(x, form) })
	}
}
