package web

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/a-h/templ"

	"kizuna/internal/casework/intake"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/guide"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
)

func (p *pages) mountPublic(d *door.Router) {
	l := publicLimits()
	guide.Mount(d, p.complaintForm(), l)
	d.Page("GET /public/receipt", door.Anyone, p.askReceipt)
	d.Page("POST /public/receipt", door.Anyone, p.progress, door.Limited(l.Guesses))
	d.Page("GET /public/screening", door.Anyone, p.askScreening)
	d.Page("POST /public/screening", door.Anyone, p.screen)
	d.Page("GET /public/apply", door.Anyone, p.askApply)
	d.Page("POST /public/apply", door.Anyone, p.apply)
	d.Page("POST /public/apply/resume", door.Anyone, p.resume)
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
	return door.Show(w, r, ui.Page{Title: text.Word(r.Context(), "intake.web.how_far")}, receiptForm(ui.FormProps{Action: "/public/receipt", NoKey: true}, nil))
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
			return door.Show(w, r, ui.Page{Title: text.Word(ctx, "intake.web.how_far")}, receiptForm(form, &found))
		}
		if errors.Is(err, fault.KindNotFound) {
			err = fault.Invalid(fault.Field{Pointer: "/receipt", Key: "intake.web.no_receipt"})
		}
	}
	return door.Refuse(w, r, err, ui.Page{Title: text.Word(ctx, "intake.web.how_far")}, func(err error) templ.Component {
		form.Fault = err
		return receiptForm(form, nil)
	})
}

// screeningIn is the screening as it is typed; what is left empty is unknown.
type screeningIn struct {
	Age       *int64   `json:"age,omitempty"`
	Household *int64   `json:"household_size,omitempty"`
	Income    *int64   `json:"monthly_income,omitempty"`
	Troubles  []string `json:"troubles,omitempty"`
}

func (in screeningIn) input() intake.ScreeningInput {
	out := intake.ScreeningInput{Troubles: in.Troubles, AgeKnown: in.Age != nil, MoneyKnown: in.Income != nil}
	if in.Age != nil {
		out.Age = *in.Age
	}
	if in.Income != nil {
		out.Income = *in.Income
	}
	if in.Household != nil {
		out.Household = *in.Household
	}
	return out
}

func screeningForm() ui.FormProps { return ui.FormProps{Action: "/public/screening", NoKey: true} }

func (p *pages) askScreening(w http.ResponseWriter, r *http.Request) error {
	return door.Show(w, r, ui.Page{Title: text.Word(r.Context(), "intake.web.screening")}, screeningPage(screeningForm(), nil, false))
}

// screen tells which help is likely; what was told is in no address, log or
// record.
func (p *pages) screen(w http.ResponseWriter, r *http.Request) error {
	var in screeningIn
	ctx := r.Context()
	page := ui.Page{Title: text.Word(ctx, "intake.web.screening")}
	err := door.Form(r, &in)
	if err == nil {
		var likely []intake.Likely
		if likely, err = intake.Screen(in.input()); err == nil {
			form := screeningForm()
			form.Typed = door.Typed(r)
			return door.Show(w, r, page, screeningPage(form, likely, true))
		}
	}
	return door.Refuse(w, r, err, page, func(err error) templ.Component {
		form := screeningForm()
		form.Typed, form.Fault = door.Typed(r), err
		return screeningPage(form, nil, false)
	})
}

// applyIn is an application as its form sends it: what the catalog offers is
// ticked, anything else is written.
type applyIn struct {
	Person    db.ID                    `json:"person_id,omitzero"`
	Purpose   string                   `json:"purpose,omitempty"`
	Channel   string                   `json:"channel,omitempty"`
	Kind      string                   `json:"main_kind,omitempty"`
	Applicant intake.Applicant         `json:"applicant,omitzero"`
	Household []intake.HouseholdMember `json:"household,omitempty"`
	Offers    []string                 `json:"offers,omitempty"`
	Wish      string                   `json:"wish,omitempty"`
	Statement string                   `json:"statement,omitempty"`
	Income    ledger.Money             `json:"income,omitzero"`
	Source    string                   `json:"income_source,omitempty"`
	Code      string                   `json:"code,omitempty"`
	Version   int64                    `json:"version"`
}

func offerValue(program, benefit db.ID) string { return program.String() + "/" + benefit.String() }

func (in applyIn) input(f *fault.Fields) intake.ApplicationInput {
	out := intake.ApplicationInput{Person: in.Person, Purpose: in.Purpose, Channel: in.Channel, Kind: in.Kind, Applicant: in.Applicant,
		Household: in.Household, Statement: in.Statement, Version: in.Version}
	for i, o := range in.Offers {
		program, benefit, _ := strings.Cut(o, "/")
		var item intake.ItemInput
		if item.Program.UnmarshalText([]byte(program)) != nil || item.Benefit.UnmarshalText([]byte(benefit)) != nil {
			f.Add(fault.At("offers", i), "fault.bad_choice")
			continue
		}
		out.Items = append(out.Items, item)
	}
	if in.Wish != "" {
		out.Items = append(out.Items, intake.ItemInput{Label: in.Wish})
	}
	if in.Income.Minor != 0 {
		out.Incomes = []intake.Income{{Detail: in.Source, Amount: in.Income, Period: "month"}}
	}
	return out
}

// applyOf is an application as its form shows it.
func applyOf(in intake.ApplicationInput) applyIn {
	out := applyIn{Person: in.Person, Purpose: in.Purpose, Channel: in.Channel, Kind: in.Kind, Applicant: in.Applicant, Household: in.Household,
		Statement: in.Statement, Version: in.Version}
	for _, i := range in.Items {
		if i.Program.IsZero() && i.Benefit.IsZero() {
			out.Wish = i.Label
		} else {
			out.Offers = append(out.Offers, offerValue(i.Program, i.Benefit))
		}
	}
	if len(in.Incomes) > 0 {
		out.Income, out.Source = in.Incomes[0].Amount, in.Incomes[0].Detail
	}
	return out
}

// readApplication reads an application's form.
func (p *pages) readApplication(r *http.Request) (intake.ApplicationInput, error) {
	var in applyIn
	if err := door.Form(r, &in); err != nil {
		return intake.ApplicationInput{}, err
	}
	var f fault.Fields
	out := in.input(&f)
	return out, f.Err()
}

func (p *pages) offers(ctx context.Context) []ui.Option {
	list, err := p.room.OffersToday(ctx)
	if err != nil {
		return nil // the form works without: what is wished can be written
	}
	out := make([]ui.Option, len(list))
	for i, o := range list {
		out[i] = ui.Option{Value: offerValue(o.Program, o.Benefit), Label: o.Name.In(text.From(ctx)), Hint: o.Hint.In(text.From(ctx))}
	}
	return out
}

func applyForm() ui.FormProps { return ui.FormProps{Action: "/public/apply"} }

func (p *pages) askApply(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	return door.Show(w, r, ui.Page{Title: text.Word(ctx, "intake.web.apply")}, applyPage(applyForm(), applyIn{}, p.offers(ctx), ""))
}

func (p *pages) apply(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	var typed applyIn
	page := ui.Page{Title: text.Word(ctx, "intake.web.apply")}
	err := door.Form(r, &typed)
	if err == nil {
		var f fault.Fields
		in := typed.input(&f)
		in.Channel, in.Person = "online", db.ID{}
		if err = f.Err(); err == nil && door.Pressed(r) == "later" {
			var code string
			if code, err = p.room.KeepDraft(ctx, typed.Code, in); err == nil {
				return door.Show(w, r, page, keptPage(code))
			}
		} else if err == nil {
			var x intake.Submitted
			if x, err = p.room.Apply(ctx, access.Nobody(), in); err == nil {
				if typed.Code != "" {
					if err := p.room.DropDraft(ctx, typed.Code); err != nil && !errors.Is(err, fault.KindNotFound) {
						return err
					}
				}
				return p.receipt(w, r, x, "/public/receipt")
			}
		}
	}
	return door.Refuse(w, r, err, page, func(err error) templ.Component {
		form := applyForm()
		form.Typed, form.Fault = door.Typed(r), err
		return applyPage(form, typed, p.offers(ctx), typed.Code)
	})
}

func (p *pages) resume(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Code string `json:"code"`
	}
	ctx := r.Context()
	page := ui.Page{Title: text.Word(ctx, "intake.web.apply")}
	err := door.Form(r, &in)
	if err == nil {
		var kept intake.ApplicationInput
		if kept, err = p.room.Resume(ctx, in.Code); err == nil {
			return door.Show(w, r, page, applyPage(applyForm(), applyOf(kept), p.offers(ctx), in.Code))
		}
		if errors.Is(err, fault.KindNotFound) {
			err = fault.Invalid(fault.Field{Pointer: "/code", Key: "intake.web.no_code"})
		}
	}
	return door.Refuse(w, r, err, page, func(err error) templ.Component {
		return resumePage(ui.FormProps{Action: "/public/apply/resume", NoKey: true, Fault: err})
	})
}

func when(ctx context.Context, t calendar.Time) string {
	return calendar.FormatTime(t, calendar.Zone(ctx), text.From(ctx))
}
