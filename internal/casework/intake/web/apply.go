package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"kizuna/internal/casework/intake"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/guide"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
)

// applyAnswers is an application as it is asked one question a page. What stands after the last
// question is held by the server: no page asks it.
type applyAnswers struct {
	Purpose   string           `json:"purpose,omitempty"`
	Applicant intake.Applicant `json:"applicant,omitzero"`
	Household []memberIn       `json:"household,omitempty"`
	Offers    []string         `json:"offers,omitempty"`
	Wish      string           `json:"wish,omitempty"`
	Statement string           `json:"statement,omitempty"`
	Incomes   []intake.Income  `json:"incomes,omitempty"`
	Expenses  []intake.Expense `json:"expenses,omitempty"`
	Declared  bool             `json:"declared,omitempty"`

	Papers   []intake.Paper        `json:"papers,omitempty"`
	Which    intake.Correction     `json:"which,omitzero"`
	Returned []intake.ReturnedPart `json:"returned,omitempty"`
}

// memberIn is a household member with what they apply for, if they do.
type memberIn struct {
	intake.HouseholdMember
	Offers []string `json:"offers,omitempty"`
	Wish   string   `json:"wish,omitempty"`
}

// membersIn are the household and what is applied for by those in it.
func membersIn(list []memberIn, f *fault.Fields) (household []intake.HouseholdMember, wanted []intake.ItemInput) {
	for i, m := range list {
		if m.Key == "" {
			m.Key = "p" + strconv.Itoa(i+1)
		}
		household = append(household, m.HouseholdMember)
		if !m.Applies {
			continue
		}
		var wrong fault.Fields
		for _, x := range items(m.Offers, m.Wish, &wrong) {
			x.Applicant = m.Key
			wanted = append(wanted, x)
		}
		for _, x := range wrong {
			x.Pointer = fault.At("household", i) + x.Pointer
			*f = append(*f, x)
		}
	}
	return household, wanted
}

// membersOf is membersIn the other way round.
func membersOf(household []intake.HouseholdMember, wanted []intake.ItemInput) []memberIn {
	out := make([]memberIn, len(household))
	for i, m := range household {
		out[i].HouseholdMember = m
		out[i].Offers, out[i].Wish = wishes(wanted, m.Key)
	}
	return out
}

func (in applyAnswers) corrects() bool { return !in.Which.ID.IsZero() || in.Which.Receipt != "" }

// why is the reason for which a part was returned, "" for none.
func (in applyAnswers) why(part string) string {
	for _, p := range in.Returned {
		if p.Part == part {
			return p.Reason
		}
	}
	return ""
}

// closed says that a part of a returned application is only shown.
func closed(in applyAnswers, key string) bool {
	return key != "declare" && len(in.Returned) > 0 && in.why(key) == "" || key == "purpose" && in.corrects()
}

func offerValue(program, benefit db.ID) string { return program.String() + "/" + benefit.String() }

// items are what is wished: of the catalog what is ticked, anything else as it is written.
func items(offers []string, wish string, f *fault.Fields) []intake.ItemInput {
	var out []intake.ItemInput
	for i, o := range offers {
		program, benefit, _ := strings.Cut(o, "/")
		var item intake.ItemInput
		if item.Program.UnmarshalText([]byte(program)) != nil || item.Benefit.UnmarshalText([]byte(benefit)) != nil {
			f.Add(fault.At("offers", i), "fault.bad_choice")
			continue
		}
		out = append(out, item)
	}
	if wish != "" {
		out = append(out, intake.ItemInput{Label: wish})
	}
	return out
}

// wishes is items the other way round, of one applicant.
func wishes(list []intake.ItemInput, of string) (offers []string, wish string) {
	for _, i := range list {
		if i.Applicant != of {
			continue
		}
		if i.Program.IsZero() && i.Benefit.IsZero() {
			wish = i.Label
		} else {
			offers = append(offers, offerValue(i.Program, i.Benefit))
		}
	}
	return offers, wish
}

func (in applyAnswers) input(f *fault.Fields) intake.ApplicationInput {
	household, wanted := membersIn(in.Household, f)
	return intake.ApplicationInput{Purpose: in.Purpose, Channel: "online", Applicant: in.Applicant, Household: household, Incomes: in.Incomes,
		Expenses: in.Expenses, Statement: in.Statement, Declared: in.Declared, Items: append(items(in.Offers, in.Wish, f), wanted...), Version: in.Which.Version}
}

func answersOf(in intake.ApplicationInput) applyAnswers {
	out := applyAnswers{Purpose: in.Purpose, Applicant: in.Applicant, Household: membersOf(in.Household, in.Items), Incomes: in.Incomes, Expenses: in.Expenses, Statement: in.Statement}
	out.Offers, out.Wish = wishes(in.Items, "")
	return out
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

// applied is what sending gave.
type applied struct {
	intake.Submitted
	Code string `json:"code,omitempty"`
}

// publicApply asks an application of anyone.
func (p *pages) publicApply() guide.Form[applyAnswers, applied] {
	f := p.apply()
	f.Name, f.At, f.Who, f.Intro, f.Begin = "apply", "/public/apply", door.Anyone, applyIntro(), p.beginPublic
	f.Questions = slices.DeleteFunc(f.Questions, func(q guide.Question[applyAnswers]) bool { return q.Key == "purpose" })
	f.Check = func(ctx context.Context, in *applyAnswers) error { return p.checkApply(ctx, in, false) }
	f.Refused = func(sent url.Values, wrong error) templ.Component {
		form := correction(sent.Get("receipt"))
		form.Typed, form.Fault = url.Values{"code": sent["code"]}, wrong
		return correctPage(form)
	}
	f.Done = func(x applied) templ.Component { return receiptPage(x.Submitted, "/public/receipt", x.Code) }
	return f
}

// myApply asks it of a resident, whose name is known.
func (p *pages) myApply() guide.Form[applyAnswers, applied] {
	f := p.apply()
	f.Name, f.At, f.Who, f.Own, f.Intro, f.Begin = "my-apply", "/my/apply", residents, true, myApplyIntro(), p.beginOwn
	f.Questions = slices.DeleteFunc(f.Questions, func(q guide.Question[applyAnswers]) bool { return q.Key == "name" || q.Key == "birth" })
	f.Check = func(ctx context.Context, in *applyAnswers) error { return p.checkApply(ctx, in, true) }
	f.Next = func(x applied) string { return myApplications + "/" + x.ID.String() }
	return f
}

func (p *pages) apply() guide.Form[applyAnswers, applied] {
	return guide.Form[applyAnswers, applied]{Word: "intake.web.apply", Data: p.room.Data(), Drafts: p.room.Drafts(),
		Questions: p.applyQuestions(), Closed: closed, Send: p.sendApply}
}

// checkApply says what is wrong at the fields that ask it.
func (p *pages) checkApply(ctx context.Context, in *applyAnswers, known bool) error {
	var f fault.Fields
	whole := in.input(&f)
	err := p.room.CheckApplication(ctx, &whole, known)
	if told, ok := fault.As(err); ok && told.Kind == fault.KindInvalid {
		for _, field := range told.Fields {
			if strings.HasPrefix(field.Pointer, "/items") {
				field.Pointer = "/wish"
			}
			f = append(f, field)
		}
	} else if err != nil {
		return err
	}
	in.Applicant, in.Incomes, in.Expenses, in.Statement = whole.Applicant, whole.Incomes, whole.Expenses, whole.Statement
	for i := range whole.Household {
		in.Household[i].HouseholdMember = whole.Household[i]
	}
	return f.Err()
}

func (p *pages) sendApply(ctx context.Context, in applyAnswers, draft db.ID) (applied, error) {
	var f fault.Fields
	whole := in.input(&f)
	if err := f.Err(); err != nil {
		return applied{}, err
	}
	papers := intake.Papers{Draft: draft, Brought: in.Papers}
	a := access.From(ctx)
	if !a.Is(access.Resident) {
		a = access.Nobody()
	}
	var x intake.Submitted
	var err error
	if in.corrects() {
		x, err = p.room.Correct(ctx, a, in.Which, whole, papers)
	} else {
		x, err = p.room.ApplyWith(ctx, a, whole, papers)
	}
	out := applied{Submitted: x}
	if err == nil && !a.Known() {
		out.Code = p.room.CorrectionCode(x.Receipt)
	}
	return out, err
}

// beginPublic begins with what was told to the screening, or with a returned application.
func (p *pages) beginPublic(r *http.Request, sent url.Values) (url.Values, error) {
	if sent.Get("receipt") == "" {
		return p.screened(r, sent)
	}
	which := intake.Correction{Receipt: sent.Get("receipt"), Code: sent.Get("code")}
	own, err := p.room.Returned(r.Context(), which.Receipt, which.Code)
	if errors.Is(err, fault.KindNotFound) {
		err = fault.Invalid(fault.Field{Pointer: "/code", Key: "intake.web.no_correction"})
	}
	if err != nil {
		return nil, err
	}
	which.Version = own.Version
	return correcting(own, which)
}

// correcting are the answers of an application that is corrected.
func correcting(own intake.Own, which intake.Correction) (url.Values, error) {
	in := answersOf(own.Input)
	in.Which, in.Returned = which, own.Returned
	return guide.Values(in)
}

// beginOwn begins with one of a resident's own applications: a draft, one that was returned, or the
// last for what has changed since.
func (p *pages) beginOwn(r *http.Request, sent url.Values) (url.Values, error) {
	ctx := r.Context()
	if s := sent.Get("application"); s != "" {
		id, err := db.ParseID(s)
		if err != nil {
			return nil, fault.NotFound()
		}
		own, err := p.room.MyApplication(ctx, access.From(ctx), id)
		if err != nil {
			return nil, err
		}
		if own.Status != "draft" && own.Status != "returned" {
			return nil, fault.Conflict("intake.web.not_open")
		}
		return correcting(own, intake.Correction{ID: id, Version: own.Version})
	}
	last, _, err := p.room.Last(ctx, access.From(ctx))
	if err != nil {
		return nil, err
	}
	in := answersOf(last)
	if in.Purpose = sent.Get("purpose"); !slices.Contains(intake.Purposes, in.Purpose) {
		in.Purpose = "new"
	}
	return guide.Values(in)
}

// screened are the answers of the screening, as far as an application asks the same.
func (p *pages) screened(r *http.Request, sent url.Values) (url.Values, error) {
	var told screeningIn
	if _, err := door.Read(r, told.only(sent), &told, false); err != nil {
		return nil, err
	}
	ctx := r.Context()
	words := make([]string, 0, len(told.Troubles))
	for _, x := range told.Troubles {
		if slices.Contains(intake.Troubles, x) {
			words = append(words, text.Word(ctx, troubleKey(x)))
		}
	}
	out := url.Values{}
	if len(words) > 0 {
		out.Set("statement", strings.Join(words, "\n"))
	}
	if told.Income != nil && *told.Income > 0 {
		out.Set("incomes/0/amount", strconv.FormatInt(*told.Income, 10))
		out.Set("incomes/0/detail", text.Word(ctx, "intake.web.screened_income"))
		out.Set("incomes/0/period", "month")
	}
	return out, nil
}
