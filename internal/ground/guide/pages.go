package guide

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"kizuna/internal/ground/door"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"

	"kizuna/internal/ground/door/input"
)

// place is the page that a request is about.
type place[In any] struct {
	*Question[In]
	row    int // of a list; -1 for the list itself and where there is none
	change bool
}

func (p place[In]) path(at string) string {
	if p.row >= 0 && p.Rows != nil {
		return at + "/" + p.Key + "/" + strconv.Itoa(p.row)
	}
	return at + "/" + p.Key
}

// find is the page of an address.
func (g *guided[In, Out]) find(key, row string) (place[In], bool) {
	i := slices.IndexFunc(g.Questions, func(q Question[In]) bool { return q.Key == key })
	if i < 0 {
		return place[In]{}, false
	}
	p := place[In]{Question: &g.Questions[i], row: -1}
	if row == "" {
		return p, true
	}
	n, err := strconv.Atoi(row)
	p.row = n
	return p, err == nil && p.Rows != nil && n >= 0 && n < p.Rows.Most && strconv.Itoa(n) == row
}

// at finds the page of a request together with the draft. to is where to go instead, when that page
// is not asked, or nothing has been begun that could lead there.
func (g *guided[In, Out]) at(r *http.Request, key, row string) (p place[In], s *state, in In, to string, err error) {
	p, ok := g.find(key, row)
	if !ok {
		return p, nil, in, "", fault.NotFound()
	}
	if s, err = g.load(r); err != nil {
		return p, s, in, "", err
	}
	if p.row < 0 {
		g.tidy(r, s)
	}
	in = g.input(r, s)
	list := g.open(in)
	switch {
	case s.Sent != nil:
		to = g.sentTo(s)
	case !slices.Contains(list, p.Question):
		to = g.At
	case !s.begun() && p.Question != list[0]:
		to = g.At
	case p.Rows != nil && p.row > rowsOf(s.Values, p.Rows.Name):
		to = g.At + "/" + p.Key
	}
	return p, s, in, to, nil
}

// sentTo is where the answer to sending stands.
func (g *guided[In, Out]) sentTo(s *state) string {
	var out Out
	if g.Next != nil && json.Unmarshal(s.Sent, &out) == nil {
		return g.Next(out)
	}
	return g.At + "/receipt"
}

func (g *guided[In, Out]) ask(w http.ResponseWriter, r *http.Request) error {
	p, s, in, to, err := g.at(r, r.PathValue("page"), r.PathValue("row"))
	if err != nil {
		return err
	}
	if to != "" {
		return door.See(w, r, to)
	}
	p.change = r.URL.Query().Has(changeField)
	return door.Show(w, r, ui.Page{Title: g.title(r, p)}, g.draw(r, p, s, in, nil))
}

func (g *guided[In, Out]) title(r *http.Request, p place[In]) string {
	word := p.Word
	if p.row >= 0 {
		word = p.Rows.Word
	}
	return text.Word(r.Context(), word) + " – " + text.Word(r.Context(), g.Word)
}

// draw is a question's page.
func (g *guided[In, Out]) draw(r *http.Request, p place[In], s *state, in In, wrong error) templ.Component {
	ctx := r.Context()
	list := g.open(in)
	at := slices.Index(list, p.Question)
	q := ui.QuestionProps{Title: text.Word(ctx, p.Word), At: at + 1, Of: len(list), About: true, BackHref: g.At,
		Later: ui.Act{Label: text.Word(ctx, "guide.later"), Name: "do", Value: "later", SkipChecks: true}}
	hint := p.Hint
	switch {
	case p.row >= 0:
		q.Title, hint, q.BackHref = text.Word(ctx, p.Rows.Word), p.Rows.Hint, g.At+"/"+p.Key
	case p.change:
		q.BackHref = g.At + "/check"
	case at > 0:
		q.BackHref = g.At + "/" + list[at-1].Key
	}
	if hint != "" {
		q.Hint = text.Word(ctx, hint)
	}
	typed := url.Values{}
	for field, all := range s.Values {
		typed[field] = all
	}
	for _, field := range []string{"parked", moreField} {
		if sent := door.Sent(r); sent.Has(field) {
			typed[field] = sent[field]
		}
	}
	q.Form = ui.FormProps{Action: p.path(g.At), Draft: g.At + "/keep", Hold: true, NoKey: true, Typed: typed, Fault: wrong, Upload: p.Files != nil,
		Hidden: map[string]string{pageField: p.Key}}
	if p.row >= 0 {
		q.Form.Hidden[rowField] = strconv.Itoa(p.row)
	}
	if p.change {
		q.Form.Hidden[changeField] = "1"
	}
	if p.Files != nil {
		q.Form.Draft = ""
	}
	return questionPage(q, g.body(r, p, s, in), g.letGo())
}

// body is what stands in the form: the fields, or the list and whether there is one more.
func (g *guided[In, Out]) body(r *http.Request, p place[In], s *state, in In) templ.Component {
	ctx := r.Context()
	var parts []templ.Component
	if p.Rows != nil && p.row < 0 {
		n := rowsOf(s.Values, p.Rows.Name)
		rows := make([]row, n)
		for i := range rows {
			rows[i] = row{Line: p.Rows.Line(ctx, in, i), Href: p.path(g.At) + "/" + strconv.Itoa(i), Remove: p.Rows.Name + "/" + strconv.Itoa(i)}
		}
		word := p.Rows.Any
		if n > 0 {
			word = p.Rows.More
		}
		if p.Rows.Above != nil {
			parts = append(parts, p.Rows.Above(in))
		}
		return templ.Join(append(parts, rowsPart(rows, text.Word(ctx, word), n < p.Rows.Most))...)
	}
	if p.Files != nil {
		n := rowsOf(s.Values, p.Files.Name)
		rows := make([]row, n)
		for i := range rows {
			rows[i] = row{Line: p.Files.Line(ctx, in, i), Remove: p.Files.Name + "/" + strconv.Itoa(i)}
		}
		parts = append(parts, filesPart(rows))
	}
	return templ.Join(append(parts, p.Fields(in, max(p.row, 0)))...)
}

// answer takes a page.
func (g *guided[In, Out]) answer(w http.ResponseWriter, r *http.Request) error {
	p, _, _, to, err := g.at(r, r.PathValue("page"), r.PathValue("row"))
	if err != nil {
		return err
	}
	if to != "" {
		return door.See(w, r, to)
	}
	return g.take(w, r, p, door.Sent(r), nil)
}

// take carries out what a page asks for. wrong is what went wrong with its files.
func (g *guided[In, Out]) take(w http.ResponseWriter, r *http.Request, p place[In], sent url.Values, wrong fault.Fields) error {
	p.change = sent.Get(changeField) != ""
	remove := sent.Get("remove")
	list := ""
	switch {
	case p.Rows != nil && p.row < 0:
		list = p.Rows.Name
	case p.Files != nil:
		list = p.Files.Name
	}
	s, err := g.change(w, r, false, func(s *state) {
		if p.row < 0 {
			g.tidy(r, s)
		}
		if sent.Get("review") == "" && sent.Get("do") != "later" && remove == "" && len(wrong) == 0 {
			s.answered(p.Key)
		}
		if remove != "" && list != "" && strings.HasPrefix(remove, list+"/") {
			s.Values = input.Repeated(s.Values, "", remove)
			return
		}
		g.merge(s, p.Question, p.row, sent)
	})
	if err != nil {
		return err
	}
	in := g.input(r, s)
	switch {
	case s.Sent != nil:
		return door.See(w, r, g.sentTo(s))
	case remove != "":
		return door.See(w, r, p.path(g.At))
	case sent.Get("do") == "later":
		return door.See(w, r, g.At+"/kept")
	}
	fields := append(wrong, g.wrong(r, p, s, sent)...)
	if sent.Get("review") != "" || len(fields) > 0 {
		f := fault.Invalid(fields...)
		if sent.Get("review") != "" {
			f.Key = "door.review"
		}
		return g.refuse(w, r, p, s, in, f)
	}
	if list != "" && p.Rows != nil && sent.Get(moreField) == "yes" {
		return door.See(w, r, g.At+"/"+p.Key+"/"+strconv.Itoa(rowsOf(s.Values, list)))
	}
	if p.row >= 0 || p.Files != nil && sent.Get("do") == "more" {
		return door.See(w, r, g.At+"/"+p.Key+changed(p.change))
	}
	return door.See(w, r, g.next(s, in, p.Key, p.change))
}

func changed(change bool) string {
	if change {
		return "?" + changeField
	}
	return ""
}

func (g *guided[In, Out]) refuse(w http.ResponseWriter, r *http.Request, p place[In], s *state, in In, f error) error {
	return door.Refuse(w, r, f, ui.Page{Title: text.Word(r.Context(), "guide.wrong") + " " + g.title(r, p)}, func(err error) templ.Component {
		return g.draw(r, p, s, in, err)
	})
}

// wrong is what is wrong with a page's own answers.
func (g *guided[In, Out]) wrong(r *http.Request, p place[In], s *state, sent url.Values) fault.Fields {
	var out fault.Fields
	if p.Rows != nil && p.row < 0 {
		more := sent.Get(moreField)
		if more != "yes" && more != "no" {
			out.Add("/"+moreField, "fault.required")
		}
		if more == "yes" && rowsOf(s.Values, p.Rows.Name) >= p.Rows.Most {
			out.Add("/"+moreField, "guide.enough", "max", p.Rows.Most)
		}
		return out
	}
	for _, name := range p.Must {
		if strings.TrimSpace(strings.Join(s.Values[name], "")) == "" {
			out.Add("/"+name, "fault.required")
		}
	}
	for _, field := range g.faults(r, s) {
		if p.asks(strings.TrimPrefix(field.Pointer, "/"), p.row) {
			out = append(out, field)
		}
	}
	return out
}

// faults is all that is wrong with the answers.
func (g *guided[In, Out]) faults(r *http.Request, s *state) fault.Fields {
	var in In
	var out fault.Fields
	_, err := door.Read(r, s.Values, &in, true)
	for _, err := range []error{err, g.Check(r.Context(), &in)} {
		if f, ok := fault.As(err); ok {
			out = append(out, f.Fields...)
		}
	}
	return out
}
