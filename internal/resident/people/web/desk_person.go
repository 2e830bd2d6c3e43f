package web

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
	"kizuna/internal/resident/people"
)

func listTitle(ctx context.Context, q string, found bool) string {
	if found {
		return text.Word(ctx, "people.web.found_for", "q", q)
	}
	return text.Word(ctx, "people.web.yours")
}

func highlights(ctx context.Context, f people.File) ui.HighlightsProps {
	p, at := f.Person, "/desk/persons/"+f.Person.ID.String()
	h := ui.HighlightsProps{
		Initials: ui.Initials(nameOr(ctx, p.Name)), Name: nameOr(ctx, p.Name), Sub: p.Kana,
		Facts: []ui.Fact{
			{Label: text.Word(ctx, "people.web.field.birth_date"), Value: dateText(ctx, p.Birth())},
			{Label: text.Word(ctx, "people.web.field.gender"), Value: genderWord(ctx, p.Gender)},
			{Label: text.Word(ctx, "people.web.field.languages"), Value: languageWords(ctx, p.Languages.V)},
			{Label: text.Word(ctx, "people.web.field.interpreter"), Value: coded(ctx, languageKey, p.Interpreter)},
		},
	}
	if p.DiedOn != "" {
		h.Facts = append(h.Facts, ui.Fact{Label: text.Word(ctx, "people.web.field.died_on"), Value: p.DiedOn.In(text.From(ctx))})
	}
	for _, x := range f.Alerts {
		h.Tags = append(h.Tags, ui.TagProps{Text: x.Label, Tone: severityTone[x.Severity], Icon: "shield-alert"})
	}
	if p.Restricted {
		h.Tags = append(h.Tags, ui.TagProps{Text: text.Word(ctx, "people.web.is_restricted"), Tone: ui.Bad, Icon: "lock"})
	}
	if p.ContactProhibited {
		h.Tags = append(h.Tags, ui.TagProps{Text: text.Word(ctx, "people.web.contact_prohibited"), Tone: ui.Bad, Icon: "phone"})
	}
	if p.ProtectedUntil != "" {
		h.Tags = append(h.Tags, ui.TagProps{Text: text.Word(ctx, "people.web.is_protected"), Tone: ui.Warn, Icon: "shield"})
	}
	for _, x := range f.Actions {
		href, ok := stepPages[x.Step]
		if !ok {
			continue
		}
		act := ui.Act{Label: text.Word(ctx, "step.person."+x.Step), Href: at + href}
		if x.Blocked != nil && undoing[x.Step] {
			continue // there is nothing to take back
		}
		if x.Blocked != nil {
			act.Blocked = text.Word(ctx, x.Blocked.Key)
		}
		if x.Step == "edit" {
			act.Icon = "pencil"
			h.Acts = append(h.Acts, act)
		} else {
			h.More = append(h.More, act)
		}
	}
	if may(f, "edit") {
		h.More = append(h.More, ui.Act{Label: text.Word(ctx, "people.web.same.title"), Icon: "users", Href: at + "/same"})
	}
	if may(f, "restrict") { // who leads
		h.More = append(h.More, ui.Act{Label: text.Word(ctx, "people.web.interests"), Icon: "shield", Href: at + "/interests"})
	}
	h.More = append(h.More, ui.Act{Label: text.Word(ctx, "people.web.history"), Icon: "history", Href: at + "/history"})
	return h
}

// may tells whether the reader takes the step with persons, be it not with this one now.
func may(f people.File, step string) bool {
	return slices.ContainsFunc(f.Actions, func(x flow.Action) bool { return x.Step == step })
}

var severityTone = map[string]ui.Tone{"info": ui.Info, "warn": ui.Warn, "danger": ui.Bad}

// stepPages are the steps that have a page here, below the person's.
var stepPages = map[string]string{"edit": "/edit", "protect": "/protect", "unprotect": "/unprotect", "record_death": "/record_death", "correct_death": "/correct_death",
	"restrict": "/restrict", "unrestrict": "/unrestrict"}

// undoing are the steps that take another one back.
var undoing = map[string]bool{"unprotect": true, "unrestrict": true, "correct_death": true}

func languageWords(ctx context.Context, codes []string) string {
	words := make([]string, len(codes))
	for i, c := range codes {
		words[i] = coded(ctx, languageKey, c)
	}
	return text.List(text.From(ctx), words)
}

func languageOptions(ctx context.Context, chosen []string) []ui.Option {
	out := options(ctx, languageKey, people.SpokenLanguages)
	for i := range out {
		out[i].Checked = slices.Contains(chosen, out[i].Value)
	}
	return out
}

func rangeText(ctx context.Context, from, until calendar.Date) string {
	lang := text.From(ctx)
	switch {
	case from == "" && until == "":
		return ""
	case until == "":
		return text.Word(ctx, "people.web.since", "from", calendar.FormatMonth(from, lang))
	case from == "":
		return text.Word(ctx, "people.web.up_to", "until", calendar.FormatMonth(until, lang))
	}
	return text.Word(ctx, "people.web.from_until", "from", calendar.FormatMonth(from, lang), "until", calendar.FormatMonth(until, lang))
}

func nameFacts(ctx context.Context, names []people.Name) []ui.Fact {
	out := make([]ui.Fact, len(names))
	for i, n := range names {
		note := n.FullKana()
		if r := rangeText(ctx, n.From, n.Until); r != "" {
			note = strings.TrimSpace(note + " " + r)
		}
		out[i] = ui.Fact{Label: coded(ctx, nameKindKey, n.Kind), Value: n.Full(), Note: note}
	}
	return out
}

func contactFacts(ctx context.Context, f people.File) []ui.Fact {
	var out []ui.Fact
	for _, c := range f.Contacts {
		fact := ui.Fact{Label: coded(ctx, contactKindKey, c.Kind), Value: c.Value, Note: c.Note}
		switch {
		case c.Value == "":
			fact.Value = text.Word(ctx, "people.web.hidden")
		case !c.Safe || f.Person.ContactProhibited: // shown, and not to be touched by mistake
		case c.Kind == "email":
			fact.Href = "mailto:" + c.Value
		case c.Kind != "fax":
			fact.Href = "tel:" + strings.ReplaceAll(c.Value, " ", "")
		}
		if !c.Safe {
			fact.Note, fact.Tone = strings.TrimSpace(text.Word(ctx, "people.web.unsafe")+" "+c.Note), ui.Warn
		}
		out = append(out, fact)
	}
	for _, a := range f.Addresses {
		fact := ui.Fact{Label: coded(ctx, addressKindKey, a.Kind), Value: strings.TrimSpace(a.Postcode + " " + a.Lines), Note: rangeText(ctx, a.From, a.Until)}
		if a.Lines == "" {
			fact.Value = text.Word(ctx, "people.web.hidden")
		}
		out = append(out, fact)
	}
	return out
}

func householdFacts(ctx context.Context, f people.File) []ui.Fact {
	var out []ui.Fact
	who := func(id db.ID) (string, string) {
		if c, ok := f.Others[id]; ok {
			return nameOr(ctx, c.Name), "/desk/persons/" + id.String()
		}
		return text.Word(ctx, "people.web.not_named"), ""
	}
	living := map[db.ID]bool{}
	for _, m := range f.Members {
		if m.Person == f.Person.ID || m.Until != "" {
			continue
		}
		living[m.Person] = true
		name, href := who(m.Person)
		out = append(out, ui.Fact{Label: coded(ctx, relationKey, m.Relation), Value: name, Href: href, Note: rangeText(ctx, m.From, m.Until)})
	}
	for _, t := range f.Relationships {
		other, key := t.Other, relationshipKindKey
		if other == f.Person.ID {
			other, key = t.Person, farKindKey
		}
		if living[other] && slices.Contains(people.Relations, t.Kind) {
			continue // said with the household
		}
		name, href := who(other)
		out = append(out, ui.Fact{Label: coded(ctx, key, t.Kind), Value: name, Href: href, Note: rangeText(ctx, t.From, t.Until)})
	}
	return out
}

func circumstanceFacts(ctx context.Context, list []people.Circumstance) []ui.Fact {
	out := make([]ui.Fact, len(list))
	for i, c := range list {
		value := detailWords(ctx, c)
		if c.Minor > 0 {
			value = strings.TrimSpace(ledger.Money{Minor: c.Minor, Currency: c.Currency}.In(text.From(ctx)) + " " + value)
		}
		out[i] = ui.Fact{Label: coded(ctx, circumstanceKindKey, c.Kind), Value: value, Note: rangeText(ctx, c.From, c.Until)}
	}
	return out
}

func formTitle(ctx context.Context, form ui.FormProps) string {
	if form.Version == "" {
		return text.Word(ctx, "people.web.new")
	}
	return text.Word(ctx, "people.web.edit")
}

func submitLabel(ctx context.Context, form ui.FormProps) string {
	if form.Version == "" {
		return text.Word(ctx, "step.person.create")
	}
	return text.Word(ctx, "people.web.save")
}

func cancelHref(form ui.FormProps) string { return form.Action }

// wasShown is what the form showed first; when it comes back, it is kept.
func wasShown(form ui.FormProps, in people.PersonInput) string {
	if v := form.Typed.Get(door.Was); v != "" {
		return v
	}
	return door.Shown(in)
}

// rows is how many groups a repeater draws: those typed, those stored, at
// least the least.
func rows(form ui.FormProps, name string, stored, least int) int {
	if form.Typed == nil {
		return max(stored, least)
	}
	return max(typedRows(form.Typed, name), least)
}

func typedRows(typed url.Values, name string) int {
	n := 0
	for key := range typed {
		parts := strings.SplitN(key, "/", 3)
		if len(parts) == 3 && parts[0] == name {
			if i, err := strconv.Atoi(parts[1]); err == nil {
				n = max(n, i+1)
			}
		}
	}
	return n
}

func groups[T any](form ui.FormProps, name string, list []T, least int, draw func(at string, v T) templ.Component) []templ.Component {
	out := make([]templ.Component, rows(form, name, len(list), least))
	for i := range out {
		var v T
		if i < len(list) {
			v = list[i]
		}
		out[i] = draw(fmt.Sprintf("%s/%d", name, i), v)
	}
	return out
}

// precisionOptions are how far a birth date may be known.
func precisionOptions(ctx context.Context) []ui.Option {
	return options(ctx, birthPrecisionKey, people.BirthPrecisions)
}

// degrees is a coordinate as it was recorded; "" where none was.
func degrees(x float64) string {
	if x == 0 {
		return ""
	}
	return strconv.FormatFloat(x, 'f', -1, 64)
}

func nameGroups(form ui.FormProps, in people.PersonInput) []templ.Component {
	return groups(form, "names", in.Names, 1, nameGroup)
}

func contactGroups(form ui.FormProps, in people.PersonInput) []templ.Component {
	return groups(form, "contacts", in.Contacts, 0, contactGroup)
}

func addressGroups(form ui.FormProps, in people.PersonInput) []templ.Component {
	return groups(form, "addresses", in.Addresses, 0, addressGroup)
}
