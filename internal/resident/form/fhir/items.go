package fhir

import (
	"encoding/json"
	"fmt"
	"math/big"
	"net/url"
	"slices"
	"strings"

	"kizuna/internal/ground/rule"
	"kizuna/internal/ground/text"
	"kizuna/internal/resident/form"
)

// sections reads the items of the questionnaire: each group is a section, and
// what stands beside groups is gathered into sections of its own.
func (r *reader) sections(d *form.Definition, items []item) {
	loose := false // the last section is one of ours, which takes more questions
	for i, it := range items {
		at := "/item/" + itoa(i)
		if it.Type == "group" {
			loose = false
			d.Sections = append(d.Sections, r.groups(it, at)...)
			continue
		}
		if !loose {
			d.Sections = append(d.Sections, form.Section{Key: r.key(sectionMark, "questions"), Title: text.Pair{JA: text.T(text.JA, "fhir.questions", nil), EN: text.T(text.EN, "fhir.questions", nil)}})
			r.note(at, it.LinkID, "fhir.note.loose")
			loose = true
		}
		last := &d.Sections[len(d.Sections)-1]
		r.into(last, it, at, "")
	}
}

// groups reads a group as a section; one that holds nothing but groups is as
// many sections, the first of which says what they are together.
func (r *reader) groups(it item, at string) []form.Section {
	if it.Repeats || len(it.Item) == 0 || slices.ContainsFunc(it.Item, func(x item) bool { return x.Type != "group" }) {
		return r.section(it, at)
	}
	r.note(at, it.LinkID, "fhir.note.split")
	show := r.condition(it, at)
	r.known(it, at, []string{ownKey, ownShow})
	title := r.heard(at+"/text", it.LinkID, it.Text, it.ElText)
	var out []form.Section
	for i, below := range it.Item {
		for _, s := range r.section(below, at+"/item/"+itoa(i)) {
			s.Show = both(show, s.Show)
			out = append(out, s)
		}
	}
	out[0].Hint = joined(title, out[0].Hint)
	return out
}

const sectionMark = "#"

// section reads a group as a section. A group within it that repeats is a
// section of its own, and what follows it goes on in another.
func (r *reader) section(it item, at string) []form.Section {
	s := form.Section{Title: r.heard(at+"/text", it.LinkID, it.Text, it.ElText), Codes: codesOf(it.Code), Repeats: it.Repeats}
	s.Key, s.LinkID = r.called(sectionMark, it)
	if s.Title.IsZero() {
		s.Title = text.Both(clip(it.LinkID, maxText))
		r.note(at, it.LinkID, "fhir.note.untitled")
	}
	s.Show = r.condition(it, at)
	s.Least, s.Most = occurs(it)
	if s.Repeats && s.Least == 0 && it.Required {
		s.Least = 1
	}
	mapped, _ := find(it.Extension, ownMapTo)
	s.MapTo = mapped.ValueString
	r.known(it, at, []string{ownKey, ownShow, ownMapTo, extLeast, extMost})
	r.prefix(it, &s.Title)
	outer := r.apart
	r.apart = nil
	if s.Repeats {
		r.within = s.Key
	}
	r.below(&s, it, at, "", &s.Hint)
	r.within = ""
	out := r.split(s)
	r.apart = outer
	return out
}

// aside is a group that repeats within another, after so many of its questions.
type aside struct {
	after    int
	sections []form.Section
}

// split parts a section where a group within it became sections of their own.
// The part before it keeps what the section is called.
func (r *reader) split(s form.Section) []form.Section {
	rest, part := s.Questions, s
	var out []form.Section
	from := 0
	keep := func(upTo int) {
		if upTo == from {
			return
		}
		part.Questions = rest[from:upTo]
		out = append(out, part)
		part.Key, part.LinkID, part.Codes, part.Hint = r.key(sectionMark, s.Key), "", nil, text.Pair{}
		from = upTo
	}
	for _, x := range r.apart {
		keep(x.after)
		for _, below := range x.sections {
			below.Show = both(s.Show, below.Show)
			out = append(out, below)
		}
	}
	if len(r.apart) == 0 || from < len(rest) {
		from, part.Questions = len(rest), rest[from:]
		out = append(out, part)
	}
	return out
}

// occurs is how often an item may be answered; 0 where it does not say.
func occurs(it item) (least, most int) {
	low, _ := find(it.Extension, extLeast)
	high, _ := find(it.Extension, extMost)
	return int(whole(low.ValueInteger)), int(whole(high.ValueInteger))
}

// called is the key of an item, and its linkId where that is another.
func (r *reader) called(mark string, it item) (key, link string) {
	if x, ok := find(it.Extension, ownKey); ok && form.IsKey(x.ValueCode) && !r.keys[mark+x.ValueCode] {
		r.keys[mark+x.ValueCode] = true
		return x.ValueCode, it.LinkID
	}
	name := it.LinkID
	if mark == sectionMark {
		name = strings.TrimPrefix(name, sectionLink)
		if key = r.key(mark, name); sectionLink+key == it.LinkID {
			return key, ""
		}
		return key, it.LinkID
	}
	if form.IsKey(name) && !r.keys[name] {
		r.keys[name] = true
		return name, ""
	}
	return r.key(mark, name), it.LinkID
}

func codesOf(list []coding) []form.Code {
	var out []form.Code
	for _, c := range list {
		if c.Code != "" {
			out = append(out, form.Code{System: c.System, Code: c.Code, Display: c.Display})
		}
	}
	return out
}

// below reads the items of a group or question into a section. Help beside it
// becomes its hint.
func (r *reader) below(s *form.Section, of item, at, show string, hint *text.Pair) {
	for i, it := range of.Item {
		at := at + "/item/" + itoa(i)
		if code := controlOf(it); it.Type == "display" && hint != nil && slices.Contains([]string{"help", "flyover", "prompt", "unit", "instructions"}, code) {
			r.known(it, at, nil)
			more := r.heard(at+"/text", it.LinkID, it.Text, it.ElText)
			*hint = joined(*hint, more)
			continue
		}
		r.into(s, it, at, show)
	}
}

func controlOf(it item) string {
	x, ok := find(it.Extension, extControl)
	if !ok || x.ValueCodeableConcept == nil || len(x.ValueCodeableConcept.Coding) == 0 {
		return ""
	}
	return x.ValueCodeableConcept.Coding[0].Code
}

// joined sets one text below another in every language.
func joined(a, b text.Pair) text.Pair {
	if a.IsZero() {
		return b
	}
	for _, lang := range languages(b) {
		a = a.Set(lang, strings.TrimSpace(a.Exact(lang)+"\n"+b.Exact(lang)))
	}
	return a
}

// both are two conditions of which both must hold.
func both(a, b string) string {
	switch {
	case a == "" || a == b:
		return b
	case b == "":
		return a
	}
	return "(" + a + ") && (" + b + ")"
}

// into reads an item within a section. A group within it leaves its title as a
// note and its condition on each of its questions.
func (r *reader) into(s *form.Section, it item, at, show string) {
	if it.Type == "group" && it.Repeats && r.within == "" {
		r.note(at, it.LinkID, "fhir.note.own_section")
		sections := r.section(it, at)
		for i := range sections {
			sections[i].Show = both(show, sections[i].Show)
		}
		r.apart = append(r.apart, aside{len(s.Questions), sections})
		return
	}
	if it.Type == "group" {
		if it.Repeats {
			r.note(at+"/repeats", it.LinkID, "fhir.note.repeats")
		}
		r.note(at, it.LinkID, "fhir.note.flattened")
		show = both(show, r.condition(it, at))
		r.known(it, at, []string{ownKey, ownShow})
		title := r.heard(at+"/text", it.LinkID, it.Text, it.ElText)
		r.prefix(it, &title)
		head := form.Question{Kind: "note", Label: title, Show: show, Codes: codesOf(it.Code)}
		if !title.IsZero() {
			head.Key, head.LinkID = r.called("", it)
			r.place(s, head, it, at, show)
			return
		}
		r.below(s, it, at, show, nil)
		return
	}
	q := r.question(it, at, show)
	r.byLink[it.LinkID], r.home[it.LinkID] = &q, r.within
	if len(it.Item) > 0 && slices.ContainsFunc(it.Item, func(x item) bool { return x.Type != "display" }) {
		r.note(at, it.LinkID, "fhir.note.below")
		if q.Kind != "note" {
			show = both(show, rule.Comparison{Fact: q.Key, Op: rule.Answered}.String())
		}
	}
	r.place(s, q, it, at, show)
}

// place sets a question into a section, what stands below its item after it.
func (r *reader) place(s *form.Section, q form.Question, it item, at, show string) {
	n := len(s.Questions)
	s.Questions = append(s.Questions, q)
	hint := q.Hint
	r.below(s, it, at, show, &hint)
	s.Questions[n].Hint = hint
}

// prefix sets what stands before a text into it: 1. or (a).
func (r *reader) prefix(it item, p *text.Pair) {
	if it.Prefix == "" {
		return
	}
	for _, lang := range languages(*p) {
		*p = p.Set(lang, it.Prefix+" "+p.Exact(lang))
	}
}

var mine = []string{ownKey, ownKind, ownShow, ownRequired, ownCalculate, ownScore, ownMapTo, ownMin, ownMax, ownCurrency, ownHint, ownInitial, extMin, extMax, extUnit, extLeast, extMost}

func (r *reader) question(it item, at, show string) form.Question {
	q := form.Question{Label: r.heard(at+"/text", it.LinkID, it.Text, it.ElText), Required: it.Required, Codes: codesOf(it.Code)}
	q.Key, q.LinkID = r.called("", it)
	if q.Label.IsZero() {
		q.Label = text.Both(clip(it.LinkID, maxText))
		r.note(at, it.LinkID, "fhir.note.untitled")
	}
	r.prefix(it, &q.Label)
	q.Show = both(show, r.condition(it, at))
	r.kind(&q, it, at)
	r.known(it, at, mine)
	for _, x := range it.Extension {
		r.says(&q, x)
	}
	if q.Kind == "choice" || q.Kind == "choices" {
		r.options(&q, it, at)
	}
	r.initial(&q, it)
	r.lost(q, it, at)
	return q
}

// kinds are the kinds of question by type; those that lose something have a
// note about it.
var kinds = map[string]struct{ kind, note string }{
	"display": {"note", ""}, "boolean": {"yes_no", ""}, "decimal": {"number", ""}, "integer": {"number", "fhir.note.integer"}, "date": {"date", ""},
	"dateTime": {"date", "fhir.note.date_time"}, "time": {"text", "fhir.note.time"}, "string": {"text", ""}, "text": {"long_text", ""},
	"url": {"text", "fhir.note.url"}, "choice": {"choice", ""}, "open-choice": {"choice", ""},
	"attachment": {"file", ""}, "reference": {"text", "fhir.note.reference"}, "quantity": {"number", ""},
}

func (r *reader) kind(q *form.Question, it item, at string) {
	found := kinds[it.Type]
	q.Kind = found.kind
	note := found.note
	switch own, ok := find(it.Extension, ownKind); {
	case ok && slices.Contains(kept, own.ValueCode) && types[own.ValueCode] == it.Type:
		q.Kind, note = own.ValueCode, ""
	case it.Type == "quantity":
		note = r.unit(q, it)
	case q.Kind == "choice" && len(it.Option) == 0 && it.ValueSet != "" && r.offered(it.ValueSet) == nil:
		q.Kind, note = "text", "fhir.note.value_set"
	case q.Kind == "choice" && len(it.Option) == 0 && it.ValueSet == "":
		q.Kind, note = "text", map[string]string{"choice": "fhir.note.no_options"}[it.Type]
	}
	if note != "" {
		r.note(at+"/type", it.LinkID, note, "set", clip(it.ValueSet, 120))
	}
	_, q.Most = occurs(it)
	switch {
	case q.Kind == "file" && r.within != "":
		q.Kind = "text"
		r.note(at+"/type", it.LinkID, "fhir.note.file_repeats")
	case !it.Repeats || q.Kind == "file":
	case q.Kind == "choice":
		q.Kind = "choices"
	case slices.Contains(form.Repeatable, q.Kind):
		q.Repeats = true
	case q.Kind == "long_text":
		q.Kind, q.Repeats = "text", true
		r.note(at+"/repeats", it.LinkID, "fhir.note.repeats_line")
	default:
		r.note(at+"/repeats", it.LinkID, "fhir.note.repeats")
	}
	q.Open = it.Type == "open-choice" && (q.Kind == "choice" || q.Kind == "choices")
}

// unit makes a quantity of money what it is; any other is a number, and its
// unit is lost unless its hint says it.
func (r *reader) unit(q *form.Question, it item) (note string) {
	x, ok := find(it.Extension, extUnit)
	if !ok || x.ValueCoding == nil {
		return "fhir.note.quantity"
	}
	if x.ValueCoding.System == systemCurrency {
		q.Kind = "money"
		if x.ValueCoding.Code != "JPY" {
			q.Currency = x.ValueCoding.Code
		}
		return ""
	}
	q.Hint = text.Both(r.clean("", it.LinkID, first(x.ValueCoding.Display, x.ValueCoding.Code)))
	return "fhir.note.unit"
}

// says reads one extension of a question.
func (r *reader) says(q *form.Question, x extension) {
	switch x.URL {
	case ownRequired:
		q.RequiredWhen = first(x.ValueString, q.RequiredWhen)
		q.Required = q.Required || x.ValueBoolean != nil && *x.ValueBoolean
	case ownCalculate:
		q.Calculate = x.ValueString
	case ownScore:
		q.Score = whole(x.ValueInteger)
	case ownMapTo:
		q.MapTo = x.ValueString
	case ownMin:
		q.Min = x.ValueString
	case ownMax:
		q.Max = x.ValueString
	case ownCurrency:
		q.Currency = x.ValueCode
	case ownHint:
		q.Hint = r.heard("", "", x.ValueString, x.ElementString)
	case extMin:
		q.Min = figureOf(x)
	case extMax:
		q.Max = figureOf(x)
	}
}

func whole(n json.Number) int64 {
	i, err := n.Int64()
	if err != nil {
		return 0
	}
	return i
}

func figureOf(x extension) string {
	if x.ValueInteger != "" {
		return x.ValueInteger.String()
	}
	return x.ValueDecimal.String()
}

// known notes the extensions of an item that nothing here reads.
func (r *reader) known(it item, at string, known []string) {
	for i, x := range it.Extension {
		at := at + "/extension/" + itoa(i)
		switch {
		case x.URL == extControl, slices.Contains(known, x.URL):
		case x.URL == extHidden:
			r.note(at, it.LinkID, "fhir.note.hidden")
		default:
			r.note(at, it.LinkID, "fhir.note.extension", "url", clip(x.URL, 120))
		}
	}
}

// initial reads the answers that a question begins with.
func (r *reader) initial(q *form.Question, it item) {
	if !q.Typed() {
		return
	}
	values := answerReader{}
	for _, a := range it.Initial {
		v, ok := values.value(*q, a)
		if !ok {
			return
		}
		q.Initial = append(q.Initial, fmt.Sprint(v))
	}
	if x, ok := find(it.Extension, ownInitial); ok && q.Open {
		q.Initial = append(q.Initial, x.ValueString)
	}
	if q.Kind != "choices" && !q.Repeats && len(q.Initial) > 1 {
		q.Initial = q.Initial[:1]
	}
}

// lost notes what a question says that a form has no place for.
func (r *reader) lost(q form.Question, it item, at string) {
	if it.ReadOnly && q.Calculate == "" {
		r.note(at+"/readOnly", it.LinkID, "fhir.note.read_only")
	}
	if it.MaxLength != 0 && it.MaxLength != q.Longest() {
		r.note(at+"/maxLength", it.LinkID, "fhir.note.max_length", "max", it.MaxLength)
	}
	if len(q.Initial) < len(it.Initial) {
		r.note(at+"/initial", it.LinkID, "fhir.note.initial")
	}
	if len(it.Option) > 0 && q.Kind != "choice" && q.Kind != "choices" {
		r.note(at+"/answerOption", it.LinkID, "fhir.note.options_of_other")
	}
}

// offered are the choices of a value set that the questionnaire brings along;
// nil when it does not.
func (r *reader) offered(set string) []option {
	name, inside := strings.CutPrefix(set, "#")
	for _, v := range r.doc.Contained {
		if !inside || v.ResourceType != "ValueSet" || v.ID != name {
			continue
		}
		var out []option
		for _, c := range v.Expansion.Contains {
			out = append(out, option{ValueCoding: &c})
		}
		for _, include := range v.Compose.Include {
			for _, c := range include.Concept {
				if len(v.Expansion.Contains) == 0 {
					out = append(out, option{ValueCoding: &coding{System: include.System, Code: c.Code, Display: c.Display}})
				}
			}
		}
		return out
	}
	return nil
}

func (r *reader) options(q *form.Question, it item, at string) {
	list := it.Option
	if len(list) == 0 {
		list = r.offered(it.ValueSet)
	}
	values := map[string]bool{}
	for i, o := range list {
		at := at + "/answerOption/" + itoa(i)
		made := r.option(o, it, at)
		base := made.Value
		for n := 2; values[made.Value]; n++ {
			made.Value = base[:min(len(base), 50)] + "_" + itoa(n)
		}
		values[made.Value] = true
		q.Options = append(q.Options, made)
		if o.InitiallyThis {
			q.Initial = append(q.Initial, made.Value)
		}
	}
}

func (r *reader) option(o option, it item, at string) form.Option {
	var out form.Option
	for i, x := range o.Extension {
		switch x.URL {
		case extOrdinal:
			out.Score = r.points(x, it, at)
		case ownMapTo:
			out.MapTo = x.ValueString
		case ownValue, ownDisplay:
		case extPrefix:
			r.note(at, it.LinkID, "fhir.note.option_prefix", "prefix", clip(x.ValueString, 20))
		default:
			r.note(at+"/extension/"+itoa(i), it.LinkID, "fhir.note.extension", "url", clip(x.URL, 120))
		}
	}
	c := o.ValueCoding
	if c == nil {
		said := first(o.ValueString, o.ValueInteger.String(), o.ValueDate, o.ValueTime)
		if o.ValueRef != nil {
			said = first(o.ValueRef.Display, o.ValueRef.Reference)
			r.note(at, it.LinkID, "fhir.note.reference")
		}
		out.Value, out.Label = value(said), r.heard(at, it.LinkID, said, o.ElString)
		return out
	}
	out.Label = r.heard(at+"/valueCoding/display", it.LinkID, first(c.Display, c.Code), c.ElDisplay)
	r.coded(&out, o, it)
	for _, x := range c.Extension {
		if x.URL == extOrdinal {
			out.Score = r.points(x, it, at)
		} else {
			r.note(at, it.LinkID, "fhir.note.extension", "url", clip(x.URL, 120))
		}
	}
	return out
}

// coded is the value of a choice, and its code where a terminology has one.
func (r *reader) coded(out *form.Option, o option, it item) {
	c := o.ValueCoding
	out.Value = value(first(c.Code, c.Display))
	own, hasOwn := find(o.Extension, ownValue)
	if hasOwn && form.IsValue(own.ValueString) {
		out.Value = own.ValueString
	}
	if ours := r.doc.URL + "#" + url.PathEscape(it.LinkID); hasOwn || c.Code != "" && c.System != ours && (c.System != "" || c.Code != out.Value) {
		out.Code = &form.Code{System: c.System, Code: c.Code}
		if shown, _ := find(o.Extension, ownDisplay); hasOwn {
			out.Code.Display = shown.ValueString
		} else {
			out.Code.Display = c.Display
		}
	}
}

func (r *reader) points(x extension, it item, at string) int64 {
	n, ok := new(big.Rat).SetString(figureOf(x))
	if !ok || len(x.ValueDecimal) > 40 || !n.IsInt() || !n.Num().IsInt64() {
		r.note(at, it.LinkID, "fhir.note.points", "points", clip(figureOf(x), 40))
		return 0
	}
	return n.Num().Int64()
}

// value is a text as the value of a choice.
func value(s string) string {
	out := strings.Map(func(c rune) rune {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '_', c == '.', c == '-':
			return c
		}
		return '_'
	}, s)
	if out = out[:min(len(out), 60)]; strings.Trim(out, "_") == "" {
		return "choice"
	}
	return out
}
