package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"kizuna/internal/casework/intake"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
)

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

// screeningPages are the questions, each with its field.
var screeningPages = []struct{ field, word, hint string }{
	{"troubles", "intake.web.ask.trouble", "intake.web.ask.several"},
	{"age", "intake.web.ask.age", "intake.web.ask.skip"},
	{"household_size", "intake.web.ask.household_size", "intake.web.ask.skip"},
	{"monthly_income", "intake.web.ask.monthly_income", "intake.web.ask.monthly_income_hint"},
}

// only leaves of what was sent the answers.
func (screeningIn) only(sent url.Values) url.Values {
	out := url.Values{}
	for _, p := range screeningPages {
		if sent.Has(p.field) {
			out[p.field] = sent[p.field]
		}
	}
	return out
}

const screeningAt = "/public/screening"

func (p *pages) askScreening(w http.ResponseWriter, r *http.Request) error {
	return p.drawScreening(w, r, 0, url.Values{}, nil)
}

// screen asks the next question, or tells which help is likely. What was told goes from page to page
// in the form itself: it is in no address, log, cookie or record.
func (p *pages) screen(w http.ResponseWriter, r *http.Request) error {
	sent := door.Sent(r)
	var in screeningIn
	answers := in.only(sent)
	at := max(0, slices.IndexFunc(screeningPages, func(q struct{ field, word, hint string }) bool { return q.field == sent.Get("page") }))
	if sent.Get("do") == "back" {
		return p.drawScreening(w, r, max(0, at-1), answers, nil)
	}
	_, err := door.Read(r, answers, &in, false)
	var likely []intake.Likely
	if err == nil {
		likely, err = intake.Screen(in.input())
	}
	if f, ok := fault.As(err); ok && f.Kind == fault.KindInvalid {
		wrong := slices.IndexFunc(screeningPages, func(q struct{ field, word, hint string }) bool {
			return slices.ContainsFunc(f.Fields, func(x fault.Field) bool { return strings.HasPrefix(x.Pointer, "/"+q.field) })
		})
		return p.drawScreening(w, r, max(0, wrong), answers, err)
	}
	if err != nil {
		return err
	}
	if at+1 < len(screeningPages) {
		return p.drawScreening(w, r, at+1, answers, nil)
	}
	return door.Show(w, r, ui.Page{Title: text.Word(r.Context(), "intake.web.likely")}, screenedPage(likely, carried(answers, "")))
}

func (p *pages) drawScreening(w http.ResponseWriter, r *http.Request, at int, answers url.Values, wrong error) error {
	ctx, x := r.Context(), screeningPages[at]
	page := ui.Page{Title: text.Word(ctx, x.word) + " – " + text.Word(ctx, "intake.web.screening")}
	draw := func(err error) templ.Component {
		q := ui.QuestionProps{Title: text.Word(ctx, x.word), Hint: text.Word(ctx, x.hint), At: at + 1, Of: len(screeningPages),
			Form: ui.FormProps{Action: screeningAt, NoKey: true, Typed: answers, Fault: err, Hold: true, Hidden: map[string]string{"page": x.field}}}
		if at > 0 {
			q.Later = ui.Act{Label: text.Word(ctx, "intake.web.back"), Name: "do", Value: "back", SkipChecks: true}
		} else {
			q.BackHref = "/public"
		}
		return screeningPage(q, x.field, carried(answers, x.field))
	}
	if wrong != nil {
		return door.Refuse(w, r, wrong, page, draw)
	}
	return door.Show(w, r, page, draw(nil))
}

// field is one value that a form carries on.
type field struct{ name, value string }

// carried are the answers but one, in order.
func carried(answers url.Values, but string) []field {
	var out []field
	for _, p := range screeningPages {
		for _, value := range answers[p.field] {
			if p.field != but {
				out = append(out, field{p.field, value})
			}
		}
	}
	return out
}
