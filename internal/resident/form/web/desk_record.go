package web

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/rule"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
	"kizuna/internal/resident/form"
	"kizuna/internal/resident/form/render"
)

// askTakeOver shows where answers say otherwise than the person's record.
func (p *pages) askTakeOver(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	ctx := r.Context()
	x, err := p.room.Differences(ctx, access.From(ctx), id)
	if err != nil {
		return err
	}
	return door.Show(w, r, takingTitle(ctx, x), takeOverPage(x, takingForm(x)))
}

func takingForm(x form.Taking) ui.FormProps {
	return ui.FormProps{Action: render.ResponseAt(x.Response.ID) + "/take-over", Version: version(x.Response.Version), Hidden: map[string]string{"person_version": version(x.Person.Version)}}
}

func takingTitle(ctx context.Context, x form.Taking) ui.Page {
	word := text.Word(ctx, "step.form_response.take_over")
	title := x.Form.Title.In(text.From(ctx))
	return ui.Page{Title: word + " · " + title, Crumbs: []ui.Crumb{{Label: x.Person.Name, Href: personAt(x.Person.ID)}, {Label: title, Href: render.ResponseAt(x.Response.ID)}, {Label: word}}}
}

// takeOver changes the record by what was chosen. Where the record has moved
// meanwhile, the differences are shown again as they are now, with what was
// chosen.
func (p *pages) takeOver(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	ctx, a := r.Context(), access.From(r.Context())
	var in form.TakeOverInput
	if err = door.Form(r, &in); err == nil {
		if _, err = p.room.TakeOver(ctx, a, id, in); err == nil {
			door.Toast(w, r, ui.OK, "form.web.taken_over")
			return door.See(w, r, render.ResponseAt(id))
		}
	}
	x, loadErr := p.room.Differences(ctx, a, id)
	if loadErr != nil {
		return loadErr
	}
	return door.Refuse(w, r, err, takingTitle(ctx, x), func(err error) templ.Component {
		f := takingForm(x)
		f.Typed, f.Fault = door.Typed(r), err
		f.Typed.Set("version", f.Version)
		f.Typed.Set("person_version", f.Hidden["person_version"])
		return takeOverPage(x, f)
	})
}

// wayOptions are the ways in which the record can take an answer over.
func wayOptions(ctx context.Context, d form.Difference) []ui.Option {
	out := []ui.Option{{Value: "", Label: said(ctx, "way.leave"), Checked: true}}
	for _, way := range d.Ways {
		key := "way." + way
		if d.Recorded.Text == "" {
			key = "way.enter"
		} else if d.Answered.Text == "" {
			key = "way.end"
		} else if len(d.Ways) == 1 {
			key = "way.replace"
		}
		out = append(out, ui.Option{Value: way, Label: said(ctx, key)})
	}
	return out
}

// differenceFacts set what is recorded beside what was answered.
func differenceFacts(ctx context.Context, d form.Difference) []ui.Fact {
	lang := text.From(ctx)
	was := ui.Fact{Label: said(ctx, "recorded"), Value: said(ctx, "not_recorded")}
	switch {
	case d.Withheld:
		was.Value, was.Tone = said(ctx, "withheld"), ui.Warn
	case d.Recorded.Text != "":
		was.Value = d.Question.Said(lang, d.Recorded)
		if d.Since != "" {
			was.Note = said(ctx, "since", "day", d.Since.In(lang))
		}
	}
	is := ui.Fact{Label: said(ctx, "answered"), Value: said(ctx, "not_answered")}
	if d.Answered.Text != "" {
		is.Value = d.Question.Said(lang, d.Answered)
	}
	return []ui.Fact{was, is}
}

// differs names what differs: the field, and of a list which of them.
func differs(ctx context.Context, d form.Difference) string {
	name := text.Word(ctx, d.Word())
	if d.What != "" {
		return said(ctx, "one_of", "list", name, "what", d.What)
	}
	return name
}

// own are the pages on which what cannot be taken over here is changed, below
// the person's, by field.
var own = map[string]string{"record/household_size": "household", "record/household_members": "household", "record/monthly_income": "circumstances"}

// ownPage is where a difference that cannot be taken over here is looked at,
// and what leads there and why are called.
func ownPage(x form.Taking, d form.Difference) (href, word, why string) {
	below := own[d.Field()]
	if below == "" || d.Withheld {
		return personAt(x.Person.ID), "to_person", "withheld_hint"
	}
	return personAt(x.Person.ID) + "/" + below, "to_" + below, "own_page." + below
}

// choosable reports whether any of the differences can be taken over here.
func choosable(list []form.Difference) bool {
	return slices.ContainsFunc(list, func(d form.Difference) bool { return len(d.Ways) > 0 })
}

// asksDay reports whether any of the differences may be a change with a day.
func asksDay(list []form.Difference) bool {
	return slices.ContainsFunc(list, func(d form.Difference) bool { return slices.Contains(d.Ways, form.Changed) })
}

// takenFacts say what the record has taken over.
func takenFacts(ctx context.Context, x asked) []ui.Fact {
	lang := text.From(ctx)
	var out []ui.Fact
	for _, s := range x.Ready.Sections {
		for _, q := range s.Questions {
			if t, ok := x.Response.Taken.V[q.Key]; ok && !s.Repeats {
				target, _ := form.TargetOf(q.MapTo)
				v, _ := x.Now.Answers[q.Key]
				fact := ui.Fact{Label: text.Word(ctx, target.Word()), Value: q.Said(lang, v), Note: said(ctx, "taken_on", "day", t.On.In(lang))}
				if t.Is != "" && v.Text != t.Is {
					fact.Value, fact.Tone = t.Is, ui.Warn
				}
				out = append(out, fact)
			}
		}
		out = append(out, takenEntries(ctx, x, s)...)
	}
	return out
}

// takenEntries say what the record has taken over of the repetitions of a
// section.
func takenEntries(ctx context.Context, x asked, s form.Section) []ui.Fact {
	lang := text.From(ctx)
	list, ok := form.ListOf(s.MapTo)
	if !ok {
		return nil
	}
	var out []ui.Fact
	for _, key := range slices.Sorted(maps.Keys(x.Response.Taken.V)) {
		t := x.Response.Taken.V[key]
		if !strings.HasPrefix(key, s.Key+"-") {
			continue
		}
		fact := ui.Fact{Label: text.Word(ctx, list.Word()), Value: t.Is, Note: said(ctx, "taken_on", "day", t.On.In(lang))}
		if t.What != "" {
			fact.Label = said(ctx, "one_of", "list", text.Word(ctx, list.Word()), "what", t.What)
		}
		for _, q := range s.Questions {
			if v, err := rule.Parse(rule.Money, t.Is); q.Kind == "money" && err == nil && t.What != "" {
				fact.Value = q.Said(lang, v)
			}
		}
		if t.Is == "" {
			fact.Value = said(ctx, "ended", "what", t.Was)
		}
		out = append(out, fact)
	}
	return out
}

func completedDay(ctx context.Context, x form.Answered) calendar.Date {
	return x.Response.CompletedAt.Date(calendar.Zone(ctx))
}
