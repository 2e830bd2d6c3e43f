// Package fhir carries question sets and answers out of and into the agency
// as FHIR R4 Questionnaire and QuestionnaireResponse.
//
// What FHIR has an element for uses it; the rest goes by extensions under
// urn:kizuna:form:, so that a form that comes back is the form that left.
// A questionnaire of another publisher becomes the nearest form, and a report
// names everything that it says and a form cannot. The package keeps nothing:
// what comes in is a draft's input, which the room's own operation takes.
package fhir

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/text"
	"kizuna/internal/resident/form"
)

//go:embed words.txt
var wordsFile string

var _ = text.Register("fhir", wordsFile)

// Media is what documents of FHIR are called on the wire.
const Media = "application/fhir+json"

// Canonical is the address by which others know a form of the agency that is
// reached at base.
func Canonical(base, key string) string {
	return strings.TrimSuffix(base, "/") + "/fhir/Questionnaire/" + url.PathEscape(key)
}

// Questionnaire writes a version of a form. base is where the agency is
// reached. A draft that could not be published is refused, with what is wrong.
func Questionnaire(f form.Form, base string) ([]byte, error) {
	if _, err := form.Compile(f.Definition.V); err != nil {
		return nil, err
	}
	w := writer{form: f, url: Canonical(base, f.Key), links: map[string]string{}, taken: map[string]bool{}}
	return encoded(w.questionnaire())
}

// encoded is a resource as bytes.
func encoded(resource any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(resource); err != nil {
		return nil, fault.Defect(fmt.Errorf("fhir: %w", err))
	}
	return b.Bytes(), nil
}

type writer struct {
	form  form.Form
	url   string
	links map[string]string // linkId by key; sections after a mark
	taken map[string]bool   // linkIds
	// within is the section whose questions are being written: of another that
	// repeats, a condition sees a list.
	within string
	home   map[string]string // by question, the section that repeats in which it is asked
}

// languages lists those a text is written in.
func languages(p text.Pair) []text.Lang {
	var out []text.Lang
	for _, lang := range append([]text.Lang{text.JA, text.EN}, slices.Sorted(maps.Keys(p.More))...) {
		if p.Exact(lang) != "" {
			out = append(out, lang)
		}
	}
	return out
}

// sectionLink begins the linkId of a section that others call nothing else.
const sectionLink = "section."

// name gives every section and question its linkId before anything speaks of it.
func (w *writer) name() {
	d := w.form.Definition.V
	w.home = map[string]string{}
	for _, s := range d.Sections {
		for _, q := range s.Questions {
			w.taken[q.LinkID] = true
			if s.Repeats {
				w.home[q.Key] = s.Key
			}
		}
		w.taken[s.LinkID] = true
	}
	for _, s := range d.Sections {
		w.links[sectionLink+s.Key] = w.link(s.LinkID, sectionLink+s.Key)
		for _, q := range s.Questions {
			w.links[q.Key] = w.link(q.LinkID, q.Key)
		}
	}
}

// link is what others call something, or a linkId that nobody has.
func (w *writer) link(called, otherwise string) string {
	if called != "" {
		return called
	}
	name := otherwise
	for n := 2; w.taken[name]; n++ {
		name = otherwise + "." + strconv.Itoa(n)
	}
	w.taken[name] = true
	return name
}

var statuses = map[string]string{"draft": "draft", "published": "active", "retired": "retired", "void": "unknown"}

func (w *writer) questionnaire() questionnaire {
	f, d := w.form, w.form.Definition.V
	w.name()
	out := questionnaire{ResourceType: "Questionnaire", ID: f.ID.String(), Language: string(text.JA), URL: w.url, Identifier: []identifier{{systemKey, f.Key}},
		Version: strconv.FormatInt(f.Edition, 10), Name: computable(f.Key), Status: statuses[f.Status], SubjectType: []string{"Patient"}}
	out.Title, out.ElTitle = said(f.Title)
	out.Description, out.ElDescribe = said(d.Intro)
	if f.PublishedAt != 0 {
		out.Date = instant(f.PublishedAt)
	}
	if d.DerivedFrom != "" {
		out.DerivedFrom = []string{d.DerivedFrom}
	}
	out.Extension = append(out.Extension, extension{URL: ownPurpose, ValueCode: f.Purpose})
	if f.ProtectedClass != "" {
		out.Extension = append(out.Extension, extension{URL: ownClass, ValueCode: f.ProtectedClass})
	}
	if d.Score != "" {
		out.Extension = append(out.Extension, extension{URL: ownScore, ValueString: d.Score})
	}
	for _, b := range d.Bands {
		out.Extension = append(out.Extension, extension{URL: ownBand, Extension: []extension{{URL: "key", ValueCode: b.Key},
			{URL: "from", ValueInteger: json.Number(strconv.FormatInt(b.From, 10))}, saidIn("label", b.Label)}})
	}
	for _, s := range d.Sections {
		out.Item = append(out.Item, w.section(s))
	}
	return out
}

// computable is a key as programs like names: LifeNeeds.
func computable(key string) string {
	var b strings.Builder
	for part := range strings.SplitSeq(key, "_") {
		if part != "" {
			b.WriteString(strings.ToUpper(part[:1]) + part[1:])
		}
	}
	return b.String()
}

func (w *writer) section(s form.Section) item {
	out := item{LinkID: w.links[sectionLink+s.Key], Type: "group", Code: codings(s.Codes), Repeats: s.Repeats, Required: s.Repeats && s.Least > 0}
	out.Text, out.ElText = said(s.Title)
	if out.LinkID != sectionLink+s.Key {
		out.Extension = append(out.Extension, extension{URL: ownKey, ValueCode: s.Key})
	}
	out.Extension = append(out.Extension, often(s.Least, s.Most)...)
	if s.MapTo != "" {
		out.Extension = append(out.Extension, extension{URL: ownMapTo, ValueString: s.MapTo})
	}
	w.within = ""
	w.condition(&out, s.Show)
	if hint, ok := w.hint(out.LinkID, s.Hint); ok {
		out.Item = append(out.Item, hint)
	}
	w.within = s.Key
	for _, q := range s.Questions {
		out.Item = append(out.Item, w.question(q))
	}
	return out
}

// often is how often something may be answered.
func often(least, most int) []extension {
	var out []extension
	if least != 0 {
		out = append(out, extension{URL: extLeast, ValueInteger: json.Number(strconv.Itoa(least))})
	}
	if most != 0 {
		out = append(out, extension{URL: extMost, ValueInteger: json.Number(strconv.Itoa(most))})
	}
	return out
}

func codings(codes []form.Code) []coding {
	var out []coding
	for _, c := range codes {
		out = append(out, coding{System: c.System, Code: c.Code, Display: c.Display})
	}
	return out
}

// hint is the help beside a section or question.
func (w *writer) hint(of string, p text.Pair) (item, bool) {
	if p.IsZero() {
		return item{}, false
	}
	out := item{LinkID: w.link("", of+".hint"), Type: "display", Extension: []extension{control("help")}}
	out.Text, out.ElText = said(p)
	return out, true
}

func control(code string) extension {
	return extension{URL: extControl, ValueCodeableConcept: &codeableConcept{Coding: []coding{{System: systemControl, Code: code}}}}
}

// types are the kinds in FHIR. What stands in kept is told by ownKind, since
// others read the type alone.
var (
	types = map[string]string{"text": "string", "long_text": "text", "number": "decimal", "money": "quantity", "date": "date", "yes_no": "boolean",
		"choice": "choice", "choices": "choice", "scale": "integer", "phone": "string", "address": "string", "file": "attachment", "signature": "string",
		"note": "display"}
	kept = []string{"scale", "phone", "address", "signature"}
)

func (w *writer) question(q form.Question) item {
	out := item{LinkID: w.links[q.Key], Type: typeOf(q), Code: codings(q.Codes), Required: q.Required, Repeats: q.Kind == "choices" || q.Kind == "file" || q.Repeats,
		ReadOnly: q.Calculate != "", MaxLength: q.Longest()}
	out.Text, out.ElText = said(q.Label)
	if out.LinkID != q.Key {
		out.Extension = append(out.Extension, extension{URL: ownKey, ValueCode: q.Key})
	}
	if slices.Contains(kept, q.Kind) {
		out.Extension = append(out.Extension, extension{URL: ownKind, ValueCode: q.Kind})
	}
	if q.Kind == "scale" {
		out.Extension = append(out.Extension, control("slider"))
	}
	out.Extension = append(out.Extension, bound(extMin, ownMin, q, q.Min)...)
	out.Extension = append(out.Extension, bound(extMax, ownMax, q, q.Max)...)
	out.Extension = append(out.Extension, currency(q)...)
	out.Extension = append(out.Extension, expressions(q)...)
	out.Extension = append(out.Extension, often(0, q.Most)...)
	w.condition(&out, q.Show)
	w.aside(&out, q)
	for _, o := range q.Options {
		made := w.option(q, o)
		made.InitiallyThis = slices.Contains(q.Initial, o.Value)
		out.Option = append(out.Option, made)
	}
	v, given, err := q.Start()
	if own := q.Written(v); own != "" { // beside answerOption there is no initial
		out.Extension = append(out.Extension, extension{URL: ownInitial, ValueString: own})
	}
	if err == nil && given && len(q.Options) == 0 {
		out.Initial = w.answer(q, v)
	}
	return out
}

func typeOf(q form.Question) string {
	if q.Open {
		return "open-choice"
	}
	return types[q.Kind]
}

// aside writes what stands beside a note, or below any other question. A
// display is neither required nor a place for items.
func (w *writer) aside(out *item, q form.Question) {
	if q.Kind != "note" {
		if hint, ok := w.hint(out.LinkID, q.Hint); ok {
			out.Item = append(out.Item, hint)
		}
		return
	}
	out.Required = false
	if q.Required {
		yes := true
		out.Extension = append(out.Extension, extension{URL: ownRequired, ValueBoolean: &yes})
	}
	if !q.Hint.IsZero() {
		out.Extension = append(out.Extension, saidIn(ownHint, q.Hint))
	}
}

// bound writes an end of what may be answered, as a number where it is one.
func bound(standard, ours string, q form.Question, limit string) []extension {
	n := number(limit)
	switch {
	case limit == "":
		return nil
	case n == "" || q.Kind != "number" && q.Kind != "money" && q.Kind != "scale":
		return []extension{{URL: ours, ValueString: limit}}
	case integer(n):
		return []extension{{URL: standard, ValueInteger: n}}
	}
	return []extension{{URL: standard, ValueDecimal: n}}
}

func currency(q form.Question) []extension {
	if q.Kind != "money" {
		if q.Currency == "" {
			return nil
		}
		return []extension{{URL: ownCurrency, ValueCode: q.Currency}}
	}
	out := []extension{{URL: extUnit, ValueCoding: &coding{System: systemCurrency, Code: q.Unit()}}}
	if q.Currency != "" {
		out = append(out, extension{URL: ownCurrency, ValueCode: q.Currency})
	}
	return out
}

func expressions(q form.Question) []extension {
	var out []extension
	for _, x := range []extension{{URL: ownRequired, ValueString: q.RequiredWhen}, {URL: ownCalculate, ValueString: q.Calculate}, {URL: ownMapTo, ValueString: q.MapTo}} {
		if x.ValueString != "" {
			out = append(out, x)
		}
	}
	if q.Score != 0 {
		out = append(out, extension{URL: ownScore, ValueInteger: json.Number(strconv.FormatInt(q.Score, 10))})
	}
	return out
}

func (w *writer) option(q form.Question, o form.Option) option {
	c := w.coding(q, o)
	out := option{ValueCoding: &c}
	if o.Score != 0 {
		out.Extension = append(out.Extension, extension{URL: extOrdinal, ValueDecimal: json.Number(strconv.FormatInt(o.Score, 10))})
	}
	if o.MapTo != "" {
		out.Extension = append(out.Extension, extension{URL: ownMapTo, ValueString: o.MapTo})
	}
	if o.Code != nil {
		out.Extension = append(out.Extension, extension{URL: ownValue, ValueString: o.Value})
		if o.Code.Display != "" {
			out.Extension = append(out.Extension, extension{URL: ownDisplay, ValueString: o.Code.Display})
		}
	}
	return out
}

// ownDisplay is what a terminology calls a choice that the form calls otherwise.
const ownDisplay = own + "display"

// coding is a choice as the terminology it comes from calls it, or else the
// question itself.
func (w *writer) coding(q form.Question, o form.Option) coding {
	out := coding{System: w.url + "#" + url.PathEscape(w.links[q.Key]), Code: o.Value}
	if o.Code != nil {
		out.System, out.Code = o.Code.System, o.Code.Code
	}
	out.Display, out.ElDisplay = said(o.Label)
	return out
}
