package fhir

import (
	"encoding/json"
	"math/big"
	"reflect"
	"slices"
	"strings"
	"time"

	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/rule"
	"kizuna/internal/ground/text"
	"kizuna/internal/resident/form"
)

var answerStatuses = map[string]string{"in_progress": "in-progress", "completed": "completed", "amended": "amended", "cancelled": "stopped", "void": "entered-in-error"}

// instant is a moment as FHIR writes it, in UTC.
func instant(t calendar.Time) string {
	return time.UnixMilli(int64(t)).UTC().Format("2006-01-02T15:04:05.000Z")
}

// Response writes answers to a version of a form: those that count, with what
// was calculated. It names the person and whoever completed it by their ids
// and says nothing else of them.
func Response(x form.Answered, base string) ([]byte, error) {
	w := writer{form: x.Form, url: Canonical(base, x.Form.Key), links: map[string]string{}, taken: map[string]bool{}}
	w.name()
	base = strings.TrimSuffix(base, "/")
	out := response{ResourceType: "QuestionnaireResponse", ID: x.Response.ID.String(), Language: string(text.JA),
		Identifier:    &identifier{base + "/api/v1/form-responses", x.Response.ID.String()},
		Questionnaire: w.url + "|" + itoa(int(x.Form.Edition)), Status: answerStatuses[x.Response.Status]}
	if !x.Response.Person.IsZero() {
		out.Subject = &reference{Type: "Patient", Identifier: &identifier{base + "/api/v1/persons", x.Response.Person.String()}}
	}
	if x.Response.CompletedAt != 0 {
		out.Authored = instant(x.Response.CompletedAt)
	}
	if !x.Response.CompletedBy.IsZero() {
		out.Author = &reference{Type: "Practitioner", Identifier: &identifier{base + "/api/v1/users", x.Response.CompletedBy.String()}}
	}
	if x.Now.Score != "" {
		out.Extension = append(out.Extension, exact(extension{URL: ownScore}, x.Now.Score))
	}
	if x.Now.Band != "" {
		out.Extension = append(out.Extension, extension{URL: ownBand, ValueCode: x.Now.Band})
	}
	for i, s := range x.Form.Definition.V.Sections {
		if x.Now.Sections[i] {
			out.Item = append(out.Item, w.answers(s, x, base)...)
		}
	}
	return encoded(out)
}

// exact is a number in an extension, as a fraction where no decimal is it.
func exact(x extension, s string) extension {
	if x.ValueDecimal = number(s); x.ValueDecimal == "" {
		x.ValueString = s
	}
	return x
}

func (w *writer) answers(s form.Section, x form.Answered, base string) []answered {
	if !s.Repeats {
		return w.group(s, x, x.Now.Answers, base)
	}
	var out []answered
	for _, row := range x.Now.Rows[s.Key] {
		if s.Counts(row.Answers) {
			out = append(out, w.group(s, x, row.Answers, base)...)
		}
	}
	return out
}

// group are the answers to the questions of a section, or of one repetition of
// it; nil when there are none.
func (w *writer) group(s form.Section, x form.Answered, answers rule.Facts, base string) []answered {
	out := answered{LinkID: w.links[sectionLink+s.Key]}
	out.Text, out.ElText = said(s.Title)
	for _, q := range s.Questions {
		v, ok := answers[q.Key]
		if !ok {
			continue
		}
		it := answered{LinkID: w.links[q.Key], Answer: w.answer(q, v)}
		if q.Kind == "file" {
			it.Answer = attachments(x.Response, q, base)
		}
		it.Text, it.ElText = said(q.Label)
		out.Item = append(out.Item, it)
	}
	if out.Item == nil {
		return nil
	}
	return []answered{out}
}

// attachments name the files that answer a question and where they are; their
// content stays with the agency.
func attachments(res form.Response, q form.Question, base string) []answer {
	var out []answer
	for _, x := range res.Attached.V[q.Key] {
		out = append(out, answer{ValueAttachment: &attachment{ContentType: x.MediaType, Title: x.Name, Size: x.Size,
			URL: base + "/desk/form-responses/" + res.ID.String() + "/files/" + x.File.String()}})
	}
	return out
}

func (w *writer) answer(q form.Question, v rule.Value) []answer {
	if q.Repeats {
		var out []answer
		for _, one := range q.Each(v) {
			out = append(out, w.answer(q.One(), one)...)
		}
		return out
	}
	switch q.Kind {
	case "yes_no":
		yes := v.Text == "true"
		return []answer{{ValueBoolean: &yes}}
	case "choice", "choices":
		return w.choices(q, v)
	case "date":
		return []answer{{ValueDate: v.Text}}
	case "scale":
		return []answer{{ValueInteger: json.Number(v.Text)}}
	case "number":
		n, beside := decimal(v.Text)
		return []answer{{ValueDecimal: n, Extension: beside}}
	case "money":
		n, beside := decimal(v.Text)
		return []answer{{ValueQuantity: &quantity{Value: n, Unit: q.Unit(), System: systemCurrency, Code: q.Unit()}, Extension: beside}}
	}
	return []answer{{ValueString: v.Text}}
}

// choices writes what was chosen, in the order in which it was.
func (w *writer) choices(q form.Question, v rule.Value) []answer {
	list := v.List
	if v.Type == rule.String {
		list = []string{v.Text}
	}
	var out []answer
	for _, value := range list {
		if value == q.Written(v) {
			out = append(out, answer{ValueString: value})
			continue
		}
		for _, o := range q.Options {
			if o.Value == value {
				c := w.coding(q, o)
				out = append(out, answer{ValueCoding: &c})
			}
		}
	}
	return out
}

// decimal is a number; one that no decimal is comes rounded to twelve places,
// with the fraction beside it.
func decimal(s string) (json.Number, []extension) {
	if n := number(s); n != "" {
		return n, nil
	}
	fraction, ok := new(big.Rat).SetString(s)
	if !ok {
		return "0", []extension{{URL: ownExact, ValueString: s}}
	}
	return json.Number(fraction.FloatString(12)), []extension{{URL: ownExact, ValueString: s}}
}

// ReadResponse takes the answers out of a response to a form, by question, as
// form.Fill carries them. Answers to questions that the form works out by
// itself are left out; what it cannot take otherwise is in the report.
func ReadResponse(b []byte, f form.Form) (map[string]any, Report, error) {
	var doc response
	raw, err := decode(b, "QuestionnaireResponse", &doc)
	if err != nil {
		return nil, Report{}, err
	}
	w := writer{form: f, links: map[string]string{}, taken: map[string]bool{}}
	w.name()
	r := answerReader{questions: map[string]form.Question{}, byKey: map[string]form.Question{}, sections: map[string]form.Section{}, out: map[string]any{}}
	r.into = r.out
	for _, s := range f.Definition.V.Sections {
		r.sections[w.links[sectionLink+s.Key]] = s
		for _, q := range s.Questions {
			r.questions[w.links[q.Key]], r.byKey[q.Key] = q, q
		}
	}
	if r.items(doc.Item, "/item"); r.count > maxItems {
		return nil, Report{}, invalid("/item", "fhir.fault.items", "max", maxItems)
	}
	unread(raw, reflect.TypeFor[response](), "", "", r.report.add)
	return r.out, r.report, nil
}

type answerReader struct {
	questions map[string]form.Question // by linkId
	byKey     map[string]form.Question
	sections  map[string]form.Section
	out       map[string]any
	into      map[string]any // out, or the repetition that is being read
	report    Report
	count     int
}

func (r *answerReader) note(at, link, key string, pairs ...any) {
	var f fault.Fields
	f.Add(at, key, pairs...)
	r.report.add(Note{Pointer: at, LinkID: link, Key: key, Args: f[0].Args})
}

func (r *answerReader) items(items []answered, at string) {
	for i, it := range items {
		at := at + "/" + itoa(i)
		if r.count++; r.count > maxItems {
			return
		}
		if s, ok := r.sections[it.LinkID]; ok && s.Repeats {
			r.repetition(s, it, at)
			continue
		}
		q, known := r.questions[it.LinkID]
		switch {
		case known && q.Asks() && !q.Typed():
			r.note(at, it.LinkID, "fhir.note.apart")
		case known && q.Asks():
			r.answers(q, it, at)
		case !known && len(it.Answer) > 0:
			r.note(at, it.LinkID, "fhir.note.no_question")
		}
		r.items(it.Item, at+"/item")
		for n, a := range it.Answer {
			r.items(a.Item, at+"/answer/"+itoa(n)+"/item")
		}
	}
}

// repetition reads one more of a section that repeats.
func (r *answerReader) repetition(s form.Section, it answered, at string) {
	outer := r.into
	r.into = map[string]any{}
	r.items(it.Item, at+"/item")
	list, _ := r.out[s.Key].([]any)
	r.out[s.Key] = append(list, r.into)
	r.into = outer
}

func (r *answerReader) answers(q form.Question, it answered, at string) {
	var list []any
	for i, a := range it.Answer {
		v, ok := r.value(q, a)
		if !ok && r.other(q, a) {
			v, ok = written, true
		}
		if !ok {
			r.note(at+"/answer/"+itoa(i), it.LinkID, "fhir.note.answer")
			continue
		}
		list = append(list, v)
	}
	switch {
	case len(list) == 0:
	case q.Kind == "choices" || q.Repeats:
		r.into[q.Key] = list
	default:
		if len(list) > 1 {
			r.note(at+"/answer", it.LinkID, "fhir.note.one_answer")
		}
		r.into[q.Key] = list[0]
	}
}

// written is the choice that an open question had before it could be answered
// in one's own words: what was written stood in a question of its own after it.
const written = "written"

func otherOf(key string) string { return key[:min(len(key), 44)] + "_other" }

// other takes what was written besides the choices of an open one.
func (r *answerReader) other(q form.Question, a answer) bool {
	open := slices.ContainsFunc(q.Options, func(o form.Option) bool { return o.Value == written })
	of, there := r.byKey[otherOf(q.Key)]
	if !open || !there || of.Kind != "text" || a.ValueString == "" {
		return false
	}
	r.into[of.Key] = a.ValueString
	return true
}

// displayOf is what a coding that no choice has is called.
func displayOf(c *coding) string {
	if c == nil {
		return ""
	}
	return first(c.Display, c.Code)
}

// value is an answer as it would be typed; false where the question cannot
// have it.
func (r *answerReader) value(q form.Question, a answer) (any, bool) {
	switch q.Kind {
	case "yes_no":
		if a.ValueBoolean == nil {
			return nil, false
		}
		return *a.ValueBoolean, true
	case "choice", "choices":
		for _, o := range q.Options {
			if a.ValueCoding != nil && isCoded(o, *a.ValueCoding) || a.ValueString != "" && (o.Value == value(a.ValueString)) {
				return o.Value, true
			}
		}
		if written := first(a.ValueString, displayOf(a.ValueCoding)); q.Open && written != "" {
			return written, true
		}
		return nil, false
	case "number", "scale", "money":
		n := json.Number(first(a.ValueDecimal.String(), a.ValueInteger.String()))
		if a.ValueQuantity != nil {
			n = a.ValueQuantity.Value
			if q.Kind == "money" && a.ValueQuantity.Code != "" && a.ValueQuantity.Code != q.Unit() {
				return nil, false
			}
		}
		return n, n != ""
	case "date":
		day, _, _ := strings.Cut(first(a.ValueDate, a.ValueDateTime), "T")
		return day, len(day) == len("2006-01-02")
	}
	s := first(a.ValueString, a.ValueURI, a.ValueTime, a.ValueDateTime, a.ValueDate)
	return s, s != ""
}
