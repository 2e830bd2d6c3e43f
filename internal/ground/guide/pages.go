package guide

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/op"
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
	p, s, in, to, err := g.at(r, r.PathValue("page"), r.PathValue("row"))
	if err != nil {
		return err
	}
	if to != "" {
		return door.See(w, r, to)
	}
	return g.take(w, r, p, s, in, door.Sent(r), nil)
}

// take carries out what a page asks for. wrong is what went wrong with its files.
func (g *guided[In, Out]) take(w http.ResponseWriter, r *http.Request, p place[In], s *state, in In, sent url.Values, wrong fault.Fields) error {
	p.change = sent.Get(changeField) != ""
	remove := sent.Get("remove")
	list := ""
	switch {
	case p.Rows != nil && p.row < 0:
		list = p.Rows.Name
	case p.Files != nil:
		list = p.Files.Name
	}
	var err error
	s, err = g.change(w, r, false, func(s *state) {
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
	in = g.input(r, s)
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

// start is the first page: what this is, and what was begun.
func (g *guided[In, Out]) start(w http.ResponseWriter, r *http.Request) error {
	s, err := g.load(r)
	if err != nil {
		return err
	}
	in := g.input(r, s)
	list := g.open(in)
	to := g.At + "/" + list[0].Key
	if next := g.first(s, in); s.begun() && s.Sent == nil && next != "" {
		to = g.At + "/" + next
	} else if s.begun() && s.Sent == nil {
		to = g.At + "/check"
	}
	p := startProps{Title: text.Word(r.Context(), g.Word), At: g.At, To: to, Begun: s.begun() && s.Sent == nil, Code: !g.Own, Intro: g.Intro}
	return door.Show(w, r, ui.Page{Title: p.Title}, startPage(p))
}

// begin makes a draft that has answers already.
func (g *guided[In, Out]) begin(w http.ResponseWriter, r *http.Request) error {
	values, err := g.Begin(r, door.Sent(r))
	if errors.Is(err, fault.KindInvalid) && g.Refused != nil {
		return door.Refuse(w, r, err, ui.Page{Title: text.Word(r.Context(), g.Word)}, func(err error) templ.Component {
			return g.Refused(door.Sent(r), err)
		})
	}
	if err != nil {
		return err
	}
	s, err := g.change(w, r, true, func(s *state) { s.Values = values })
	if err != nil {
		return err
	}
	return door.See(w, r, g.At+"/"+g.open(g.input(r, s))[0].Key)
}

// keep takes what a page's script sends while somebody types. Nothing is checked yet.
func (g *guided[In, Out]) keep(w http.ResponseWriter, r *http.Request) error {
	sent := door.Sent(r)
	p, _, _, to, err := g.at(r, sent.Get(pageField), sent.Get(rowField))
	if err != nil {
		return err
	}
	if to == "" {
		if _, err = g.change(w, r, false, func(s *state) { g.merge(s, p.Question, p.row, sent) }); err != nil {
			return err
		}
	}
	ui.Secure(w.Header())
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// kept tells how to go on later, and shows the code.
func (g *guided[In, Out]) kept(w http.ResponseWriter, r *http.Request) error {
	s, err := g.load(r)
	if err != nil {
		return err
	}
	if !s.begun() || s.Sent != nil {
		return door.See(w, r, g.At)
	}
	return door.Show(w, r, ui.Page{Title: text.Word(r.Context(), "guide.kept")}, keptPage(g.At, s.code))
}

// leave lets go of the draft in this browser; its code still opens it.
func (g *guided[In, Out]) leave(w http.ResponseWriter, r *http.Request) error {
	g.release(w)
	return door.See(w, r, "/public")
}

// forget throws away what was typed.
func (g *guided[In, Out]) forget(w http.ResponseWriter, r *http.Request) error {
	err := g.Data.Write(r.Context(), func(tx *db.Tx) error {
		s, err := g.read(tx, r, g.held(r), true)
		if err != nil || !s.begun() {
			return err
		}
		return g.drop(tx, r, s)
	})
	if err != nil {
		return err
	}
	if !g.Own {
		g.release(w)
	}
	door.Toast(w, r, ui.OK, "guide.forgotten")
	return door.See(w, r, g.At)
}

// resume opens the draft of a code; whatever is not the code of one is answered alike.
func (g *guided[In, Out]) resume(w http.ResponseWriter, r *http.Request) error {
	code := door.Sent(r).Get("code")
	var s *state
	err := g.Data.Write(r.Context(), func(tx *db.Tx) (err error) {
		if s, err = g.read(tx, r, code, false); err != nil || !s.begun() || s.Sent != nil {
			return err
		}
		return g.store(tx, r, s) // touched: the cookie opens it again
	})
	if err != nil {
		return err
	}
	if !s.begun() {
		wrong := fault.Invalid(fault.Field{Pointer: "/code", Key: "guide.no_code"})
		title := text.Word(r.Context(), "guide.go_on_with")
		return door.Refuse(w, r, wrong, ui.Page{Title: title}, func(err error) templ.Component {
			return resumePage(title, resumeForm(g.At, url.Values{"code": {code}}, err))
		})
	}
	g.hold(w, s.code)
	if s.Sent != nil {
		return door.See(w, r, g.sentTo(s))
	}
	if next := g.first(s, g.input(r, s)); next != "" {
		return door.See(w, r, g.At+"/"+next)
	}
	return door.See(w, r, g.At+"/check")
}

// ended leads away from the end of a form that has no draft, or was sent, or lacks an answer; "" for none of these.
func (g *guided[In, Out]) ended(s *state, in In) string {
	switch {
	case s.Sent != nil:
		return g.sentTo(s)
	case !s.begun():
		return g.At
	}
	if next := g.first(s, in); next != "" {
		return g.At + "/" + next
	}
	return ""
}

func (g *guided[In, Out]) check(w http.ResponseWriter, r *http.Request) error {
	s, err := g.load(r)
	if err != nil {
		return err
	}
	in := g.input(r, s)
	if to := g.ended(s, in); to != "" {
		return door.See(w, r, to)
	}
	return door.Show(w, r, ui.Page{Title: text.Word(r.Context(), "guide.check")}, g.drawCheck(r, s, in, nil))
}

func (g *guided[In, Out]) drawCheck(r *http.Request, s *state, in In, wrong error) templ.Component {
	ctx := r.Context()
	open := g.open(in)
	var out []ui.Answer
	for i := range g.Questions {
		q := &g.Questions[i]
		if q.When != nil && !q.When(in) || q.Answer == nil {
			continue
		}
		a := ui.Answer{Question: text.Word(ctx, q.Word), Answer: strings.Join(q.Answer(ctx, in), "\n")}
		if a.Answer == "" {
			a.Answer = text.Word(ctx, "guide.unanswered")
		}
		if slices.Contains(open, q) {
			a.ChangeHref = g.At + "/" + q.Key + "?" + changeField
		}
		out = append(out, a)
	}
	back := g.At
	if len(open) > 0 {
		back = g.At + "/" + open[len(open)-1].Key
	}
	return checkPage(back, out, ui.FormProps{Action: g.At + "/check", Key: s.Key, Hold: true, Fault: wrong}, g.At, g.letGo())
}

// letGo is the address that takes the draft from this browser, "" where it is its owner's.
func (g *guided[In, Out]) letGo() string {
	if g.Own {
		return ""
	}
	return g.At + "/leave"
}

// send takes all answers. The draft has its own idempotency key: whatever is pressed twice, or again
// after the connection was lost, is taken once and gives the same receipt.
func (g *guided[In, Out]) send(w http.ResponseWriter, r *http.Request) error {
	s, err := g.load(r)
	if err != nil {
		return err
	}
	in := g.input(r, s)
	if door.Pressed(r) == "later" {
		return door.See(w, r, g.At+"/kept")
	}
	if to := g.ended(s, in); to != "" {
		return door.See(w, r, to)
	}
	if wrong := g.faults(r, s); len(wrong) > 0 {
		return g.lead(w, r, s, in, wrong)
	}
	var whole In
	if _, err := door.Read(r, s.Values, &whole, false); err != nil {
		return err
	}
	out, err := g.Send(op.WithKey(r.Context(), s.Key), whole, s.id)
	if f, ok := fault.As(err); ok && f.Kind == fault.KindInvalid {
		return g.lead(w, r, s, in, f.Fields)
	}
	if err != nil {
		return door.Refuse(w, r, err, ui.Page{Title: text.Word(r.Context(), "guide.check")}, func(err error) templ.Component {
			return g.drawCheck(r, s, in, err)
		})
	}
	told, err := json.Marshal(out)
	if err != nil {
		return fault.Defect(err)
	}
	s, err = g.change(w, r, false, func(s *state) { s.Values, s.Seen, s.Key, s.Sent = nil, nil, "", told })
	if err != nil {
		return err
	}
	return door.See(w, r, g.sentTo(s))
}

// lead shows the first page that has something wrong, as it was answered.
func (g *guided[In, Out]) lead(w http.ResponseWriter, r *http.Request, s *state, in In, wrong fault.Fields) error {
	for _, q := range g.open(in) {
		p := place[In]{Question: q, row: -1, change: true}
		var own fault.Fields
		for _, field := range wrong {
			name := strings.TrimPrefix(field.Pointer, "/")
			if !q.covers(name) {
				continue
			}
			if q.Rows != nil && p.row < 0 {
				rest, _ := strings.CutPrefix(name, q.Rows.Name+"/")
				first, _, _ := strings.Cut(rest, "/")
				if n, err := strconv.Atoi(first); err == nil {
					p.row = n
				}
			}
			own = append(own, field)
		}
		if len(own) > 0 {
			return g.refuse(w, r, p, s, in, fault.Invalid(own...))
		}
	}
	return door.Refuse(w, r, fault.Invalid(wrong...), ui.Page{Title: text.Word(r.Context(), "guide.check")}, func(err error) templ.Component {
		return g.drawCheck(r, s, in, err)
	})
}

// receipt is the page after sending, which can be printed.
func (g *guided[In, Out]) receipt(w http.ResponseWriter, r *http.Request) error {
	s, err := g.load(r)
	if err != nil {
		return err
	}
	var out Out
	if s.Sent == nil || g.Done == nil {
		return door.See(w, r, g.At)
	}
	if err := json.Unmarshal(s.Sent, &out); err != nil {
		return fault.Defect(err)
	}
	return door.Show(w, r, ui.Page{Title: text.Word(r.Context(), "guide.sent")}, g.Done(out))
}

// upload takes a page with files.
func (g *guided[In, Out]) upload(w http.ResponseWriter, r *http.Request) error {
	key := strings.TrimPrefix(r.URL.Path, g.At+"/")
	p, s, in, to, err := g.at(r, key, "")
	if err != nil {
		return err
	}
	if to != "" {
		return door.See(w, r, to)
	}
	if !s.begun() { // a file needs a draft to hold it
		if s, err = g.change(w, r, false, func(*state) {}); err != nil {
			return err
		}
	}
	var wrong fault.Fields
	var rows []url.Values
	at := "/" + p.Files.Name
	room := p.Files.Most - rowsOf(s.Values, p.Files.Name)
	err = door.Stream(r, func(sent url.Values, f *door.File) error {
		if len(rows) >= room {
			wrong.Add(at, "guide.enough", "max", p.Files.Most)
			return nil
		}
		row, err := p.Files.Take(r.Context(), in, sent, s.id, f)
		told, ok := fault.As(err)
		switch {
		case err == nil:
			rows = append(rows, row)
		case ok && told.Kind == fault.KindInvalid:
			for _, field := range told.Fields {
				wrong = append(wrong, fault.Field{Pointer: at, Key: field.Key, Args: field.Args})
			}
		case ok && told.Kind == fault.KindTooLarge:
			wrong.Add(at, "guide.file_too_large", "name", f.Name)
		default:
			return err
		}
		return nil
	})
	if errors.Is(err, fault.KindTooLarge) {
		wrong.Add(at, "guide.files_too_large")
		err = nil
	}
	if err != nil {
		return err
	}
	if len(rows) > 0 {
		if s, err = g.change(w, r, false, func(s *state) { addRows(s.Values, p.Files.Name, rows) }); err != nil {
			return err
		}
	}
	return g.take(w, r, p, s, in, door.Sent(r), wrong)
}

func addRows(values url.Values, list string, rows []url.Values) {
	n := rowsOf(values, list)
	for i, row := range rows {
		for field, all := range row {
			values[list+"/"+strconv.Itoa(n+i)+"/"+field] = all
		}
	}
}
