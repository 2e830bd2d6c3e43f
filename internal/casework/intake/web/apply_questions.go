package web

import (
	"context"
	"io"
	"net/url"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"kizuna/internal/casework/intake"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/guide"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
)

type (
	applyQuestion = guide.Question[applyAnswers]
	applyRows     = guide.Rows[applyAnswers]
)

// applyQuestions are all questions of an application; its keys are the parts by which it is
// returned.
func (p *pages) applyQuestions() []applyQuestion {
	list := []applyQuestion{
		{Key: "purpose", Word: "intake.web.ask.purpose", Asks: []string{"purpose"}, Must: []string{"purpose"}, Fields: static[applyAnswers](purposeFields()),
			Answer: func(ctx context.Context, in applyAnswers) []string { return said(coded(ctx, purposeKey, in.Purpose)) }},
		{Key: "name", Word: "intake.web.ask.your_name", Asks: []string{"applicant/family", "applicant/given", "applicant/family_kana", "applicant/given_kana"},
			Fields: static[applyAnswers](nameFields()), Answer: nameAnswer},
		{Key: "birth", Word: "intake.web.ask.birth", Hint: "intake.web.ask.birth_hint", Asks: []string{"applicant/birth_date"}, Fields: static[applyAnswers](birthFields()),
			Answer: func(ctx context.Context, in applyAnswers) []string {
				return said(in.Applicant.BirthDate.In(text.From(ctx)))
			}},
		{Key: "address", Word: "intake.web.ask.address", Hint: "intake.web.ask.address_hint", Asks: []string{"applicant/postcode", "applicant/address"},
			Fields: static[applyAnswers](addressFields()), Answer: func(_ context.Context, in applyAnswers) []string {
				return said(in.Applicant.Postcode, in.Applicant.Address)
			}},
		{Key: "reach", Word: "intake.web.ask.reach", Hint: "intake.web.ask.reach_apply", Asks: []string{"applicant/reach", "applicant/phone", "applicant/email", "applicant/safely"},
			Must: []string{"applicant/reach"}, Fields: static[applyAnswers](contactFields()), Answer: reachAnswer},
		{Key: "household", Word: "intake.web.ask.household", Hint: "intake.web.ask.household_hint", Rows: p.householdRows(), Answer: lines(func(in applyAnswers) int { return len(in.Household) }, p.memberLine),
			Fields: p.memberFields},
		{Key: "wish", Word: "intake.web.ask.wish", Hint: "intake.web.ask.several", Asks: []string{"offers", "wish"}, Answer: p.wishAnswer,
			Fields: static[applyAnswers](templ.ComponentFunc(p.drawOffers))},
		{Key: "trouble", Word: "intake.web.ask.trouble", Hint: "intake.web.ask.trouble_hint", Asks: []string{"statement"}, Fields: static[applyAnswers](troubleFields()),
			Answer: func(_ context.Context, in applyAnswers) []string { return said(in.Statement) }},
		{Key: "incomes", Word: "intake.web.ask.incomes", Hint: "intake.web.ask.incomes_hint", Rows: incomeRows(), Answer: lines(func(in applyAnswers) int { return len(in.Incomes) }, incomeLine),
			Fields: func(_ applyAnswers, row int) templ.Component { return incomeFields(fieldAt("incomes", row)) }},
		{Key: "expenses", Word: "intake.web.ask.expenses", Hint: "intake.web.ask.expenses_hint", Rows: expenseRows(), Answer: lines(func(in applyAnswers) int { return len(in.Expenses) }, expenseLine),
			Fields: func(_ applyAnswers, row int) templ.Component { return expenseFields(fieldAt("expenses", row)) }},
		{Key: "papers", Word: "intake.web.ask.papers", Hint: "intake.web.ask.papers_hint", Files: p.papers(), Answer: lines(func(in applyAnswers) int { return len(in.Papers) }, paperLine),
			Fields: func(in applyAnswers, _ int) templ.Component { return askedPaperFields(in) }},
		{Key: "declare", Word: "intake.web.ask.declare", Asks: []string{"declared"}, Must: []string{"declared"}, Fields: static[applyAnswers](declareFields())},
	}
	for i := range list {
		list[i].Fields = withReason(list[i].Key, list[i].Fields)
		if list[i].Rows != nil {
			list[i].Rows.Above = reasonAbove(list[i].Key)
		}
	}
	return list
}

// withReason heads a part that was returned with why.
func withReason(key string, fields func(applyAnswers, int) templ.Component) func(applyAnswers, int) templ.Component {
	return func(in applyAnswers, row int) templ.Component {
		return templ.Join(reasonNotice(in.why(key)), fields(in, row))
	}
}

func reasonAbove(key string) func(applyAnswers) templ.Component {
	return func(in applyAnswers) templ.Component { return reasonNotice(in.why(key)) }
}

// lines are the rows of a list at the end.
func lines(n func(applyAnswers) int, line func(context.Context, applyAnswers, int) string) func(context.Context, applyAnswers) []string {
	return func(ctx context.Context, in applyAnswers) []string {
		out := make([]string, n(in))
		for i := range out {
			out[i] = line(ctx, in, i)
		}
		return out
	}
}

func nameAnswer(_ context.Context, in applyAnswers) []string {
	a := in.Applicant
	return said(strings.TrimSpace(a.Family+" "+a.Given), strings.TrimSpace(a.FamilyKana+" "+a.GivenKana))
}

func reachAnswer(ctx context.Context, in applyAnswers) []string {
	a := in.Applicant
	return said(coded(ctx, reachKey, a.Reach), a.Phone, a.Email, a.Safely)
}

func (p *pages) wishAnswer(ctx context.Context, in applyAnswers) []string {
	var out []string
	for _, o := range p.offers(ctx) {
		if slices.Contains(in.Offers, o.Value) {
			out = append(out, o.Label)
		}
	}
	return said(append(out, in.Wish)...)
}

func (p *pages) householdRows() *applyRows {
	return &applyRows{Name: "household", Word: "intake.web.ask.member", Most: 12, Line: p.memberLine, Any: "intake.web.ask.household_any", More: "intake.web.ask.others_more"}
}

// memberFields ask for a household member, and what they apply for if they do.
func (p *pages) memberFields(_ applyAnswers, row int) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return householdFields(fieldAt("household", row), p.offers(ctx)).Render(ctx, w)
	})
}

// memberLine is a household member with what they apply for.
func (p *pages) memberLine(ctx context.Context, in applyAnswers, row int) string {
	line := memberLine(ctx, in, row)
	if row >= len(in.Household) || !in.Household[row].Applies {
		return line
	}
	m := in.Household[row]
	var what []string
	for _, o := range p.offers(ctx) {
		if slices.Contains(m.Offers, o.Value) {
			what = append(what, o.Label)
		}
	}
	return strings.Join(said(line, strings.Join(said(append(what, m.Wish)...), "、")), " · ")
}

func memberLine(ctx context.Context, in applyAnswers, row int) string {
	if row >= len(in.Household) {
		return ""
	}
	m := in.Household[row]
	return strings.Join(said(memberWords(ctx, m.HouseholdMember), ifSo(ctx, m.Applies, "intake.web.applies")), " · ")
}

// memberWords are a household member as told.
func memberWords(ctx context.Context, m intake.HouseholdMember) string {
	return strings.Join(said(m.Name, coded(ctx, relationKey, m.Relation), m.BirthDate.In(text.From(ctx))), " · ")
}

func incomeRows() *applyRows {
	return &applyRows{Name: "incomes", Word: "intake.web.ask.income", Most: 12, Line: incomeLine, Any: "intake.web.ask.incomes_any", More: "intake.web.ask.incomes_more"}
}

func incomeLine(ctx context.Context, in applyAnswers, row int) string {
	if row >= len(in.Incomes) {
		return ""
	}
	m := in.Incomes[row]
	return strings.Join(said(m.Detail, coded(ctx, periodKey, m.Period), moneyOf(ctx, m.Amount)), " · ")
}

func expenseRows() *applyRows {
	return &applyRows{Name: "expenses", Word: "intake.web.ask.expense", Most: 12, Line: expenseLine, Any: "intake.web.ask.expenses_any", More: "intake.web.ask.expenses_more"}
}

func expenseLine(ctx context.Context, in applyAnswers, row int) string {
	if row >= len(in.Expenses) {
		return ""
	}
	m := in.Expenses[row]
	return strings.Join(said(coded(ctx, expenseKey, m.Kind), m.Detail, coded(ctx, periodKey, m.Period), moneyOf(ctx, m.Amount)), " · ")
}

func moneyOf(ctx context.Context, m ledger.Money) string {
	if m.Currency == "" {
		return ""
	}
	return m.In(text.From(ctx))
}

// asked are the papers that these answers ask for.
func asked(in applyAnswers) []intake.Asked {
	var f fault.Fields
	return intake.AskedPapers(in.input(&f))
}

func (p *pages) papers() *guide.Files[applyAnswers] {
	return &guide.Files[applyAnswers]{Name: "papers", Most: intake.MostPapers, Line: paperLine,
		Take: func(ctx context.Context, in applyAnswers, sent url.Values, draft db.ID, f *door.File) (url.Values, error) {
			kind := sent.Get("paper_kind")
			if !slices.Contains(intake.PaperKinds, kind) {
				kind = "other"
			}
			got, err := p.room.TakePaper(ctx, draft, f.Name, f.Type, f)
			of := sent.Get("paper_for")
			if !slices.ContainsFunc(coApplicants(ctx, in), func(o ui.Option) bool { return o.Value == of }) {
				of = ""
			}
			return url.Values{"kind": {kind}, "for": {of}, "file": {got.ID.String()}, "name": {got.Name}}, err
		}}
}

// coApplicants are those whose a paper may be, the main applicant first; none
// where nobody applies besides.
func coApplicants(ctx context.Context, in applyAnswers) []ui.Option {
	out := []ui.Option{{Value: "", Label: text.Word(ctx, "intake.web.main_applicant"), Checked: true}}
	var f fault.Fields
	for _, m := range in.input(&f).Household {
		if m.Applies {
			out = append(out, ui.Option{Value: m.Key, Label: m.Name})
		}
	}
	if len(out) == 1 {
		return nil
	}
	return out
}

func paperLine(ctx context.Context, in applyAnswers, row int) string {
	if row >= len(in.Papers) {
		return ""
	}
	x := in.Papers[row]
	var f fault.Fields
	return strings.Join(said(x.Name, intake.PaperOf(ctx, x.Kind), in.input(&f).NameOf(x.For)), " · ")
}
