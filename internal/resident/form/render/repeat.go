package render

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/rule"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
	"kizuna/internal/resident/form"
)

// rowAt begins the names of the fields of a repetition, from 0.
func rowAt(s form.Section, i int) string { return Prefix + s.Key + "/" + strconv.Itoa(i) }

// back is where one more of a list is added: the form's own address, with the
// list as the place on the page to come back to.
func back(action, name string) string {
	action, _, _ = strings.Cut(action, "#")
	return action + "#f-" + strings.ReplaceAll(name, "/", "-")
}

// nth is what a repetition is called, from 0.
func nth(ctx context.Context, s form.Section, i int) string {
	return numbered(ctx, s.Title.In(text.From(ctx)), strconv.Itoa(i))
}

// rows are the repetitions of a section: as many as were typed, or else as
// there are, and one to begin with.
func rows(ctx context.Context, s form.Section, ev form.Evaluation, action string) []templ.Component {
	var out []templ.Component
	for i := range max(1, drawn(ctx, Prefix+s.Key, len(ev.Rows[s.Key]))) {
		one := ev.Blank[s.Key]
		if i < len(ev.Rows[s.Key]) {
			one = ev.Rows[s.Key][i]
		}
		out = append(out, row(s, i, one, ev, action))
	}
	return out
}

// drawn is how many of a list are on a page.
func drawn(ctx context.Context, name string, there int) int {
	if typed, ok := ui.TypedRows(ctx, name); ok {
		return typed
	}
	return there
}

// several are the answers to a question that repeats, each in a field of its
// own, at least one.
func several(ctx context.Context, at, within string, q form.Question, ev form.Evaluation) []templ.Component {
	each := q.Each(ev.Answers[q.Key])
	var out []templ.Component
	for i := range max(1, drawn(ctx, at+q.Key, len(each))) {
		f := field(ctx, at, within, q, ev)
		f.Name += "/" + strconv.Itoa(i)
		f.Label, f.Hint, f.Required, f.HideLabel, f.Value = text.Word(ctx, "ui.repeat.nth", "name", f.Label, "n", i+1), "", false, true, ""
		if i < len(each) {
			f.Value = each[i].Text
		}
		out = append(out, asked(q, f, form.Evaluation{}))
	}
	return out
}

// withOwn adds to choices that the answer is one's own.
func withOwn(ctx context.Context, q form.Question, list []ui.Option) []ui.Option {
	if !q.Open {
		return list
	}
	return append(list, ui.Option{Value: form.Own, Label: text.Word(ctx, "form.render.own_chosen")})
}

// rowFromRecord reports whether a repetition says what the person's record said
// when the form was begun.
func rowFromRecord(s form.Section, row rule.Facts, ev form.Evaluation) bool {
	if ev.Of == nil || len(row) == 0 {
		return false
	}
	return slices.ContainsFunc(ev.Of.Prefilled.V[s.Key].Value.Rows, func(was rule.Facts) bool { return rule.Several(was).Equal(rule.Several(row)) })
}

// Given are the answers kept of a section, as its form shows them.
func Given(s form.Section, answers rule.Facts) map[string]any {
	out := map[string]any{}
	if s.Repeats {
		list := make([]any, len(answers[s.Key].Rows))
		for i, row := range answers[s.Key].Rows {
			list[i] = given(s, row)
		}
		out[s.Key] = list
		return out
	}
	return given(s, answers)
}

func given(s form.Section, answers rule.Facts) map[string]any {
	out := map[string]any{}
	for _, q := range s.Questions {
		v, ok := answers[q.Key]
		if !ok || !q.Typed() {
			continue
		}
		own := q.Written(v)
		switch {
		case v.Type == rule.List:
			out[q.Key] = slices.DeleteFunc(slices.Clone(v.List), func(s string) bool { return own != "" && s == own })
		case own != "":
			out[q.Key] = form.Own
		default:
			out[q.Key] = v.Text
		}
		if own != "" {
			out[q.Key+form.Own] = own
		}
	}
	return out
}

// Called says what the field of an answer is called: the question, of a
// repetition with its number.
func Called(ctx context.Context, r *form.Ready, name string) string {
	lang, steps := text.From(ctx), strings.Split(strings.TrimPrefix(name, Prefix), "/")
	out := ""
	if s, _, ok := r.Section(steps[0]); ok && s.Repeats && len(steps) > 1 {
		out = numbered(ctx, s.Title.In(lang), steps[1])
		if steps = steps[2:]; len(steps) == 0 {
			return out
		}
		out += " › "
	}
	key, own := strings.CutSuffix(steps[0], form.Own)
	q, _ := r.Find(key)
	label := q.Label.In(lang)
	switch {
	case own:
		label = text.Word(ctx, "form.render.own", "question", label)
	case len(steps) > 1:
		label = numbered(ctx, label, steps[1])
	}
	return out + label
}

func numbered(ctx context.Context, name, place string) string {
	n, _ := strconv.Atoi(place)
	return text.Word(ctx, "ui.repeat.nth", "name", name, "n", n+1)
}

// Reads says what a value that was sent for an answer is called; "" when it is
// called as it is.
func Reads(ctx context.Context, r *form.Ready, name, value string) string {
	steps := strings.Split(strings.TrimPrefix(name, Prefix), "/")
	if s, _, ok := r.Section(steps[0]); ok && s.Repeats && len(steps) > 2 {
		steps = steps[2:]
	}
	q, _ := r.Find(steps[0])
	return Option(ctx, q, value)
}

// MissingAt is the section of the first answer that a fault speaks of and that
// is given on its page; r is nil where nothing is asked yet.
func MissingAt(r *form.Ready, err error) (int, bool) {
	f, ok := fault.As(err)
	if !ok || r == nil || len(f.Fields) == 0 {
		return 0, false
	}
	name, ok := strings.CutPrefix(f.Fields[0].Pointer, "/"+Prefix)
	key, _, _ := strings.Cut(name, "/")
	for i, s := range r.Sections {
		if ok && s.Repeats && s.Key == key {
			return i, true
		}
		for _, q := range s.Questions {
			if ok && !s.Repeats && q.Key == key && q.Kind != "signature" {
				return i, true
			}
		}
	}
	return 0, false
}

// compact are the kinds of question whose answer fits a cell of a table.
var compact = []string{"text", "number", "money", "date", "yes_no", "choice", "scale", "phone"}

// Limits of a table.
const (
	mostColumns = 6
	cellOptions = 8
	tickOptions = 3 // of a cell on paper; what more may be chosen stands in the head of its column
	paperRows   = 5
	paperLines  = 3
)

// inTable reports whether the repetitions of a section fit the rows of a table.
func inTable(s form.Section) bool {
	return len(s.Questions) <= mostColumns && !slices.ContainsFunc(s.Questions, func(q form.Question) bool {
		return !slices.Contains(compact, q.Kind) || q.Repeats || q.Open || q.Show != "" || q.Calculate != "" || len(q.Options) > cellOptions || len(q.Steps()) > cellOptions+1 && q.Kind == "scale"
	})
}

// noRows is the word for a section without repetitions: none there are, or none
// were answered so far.
func noRows(ev form.Evaluation) string {
	if ev.Of != nil && ev.Of.Status == "in_progress" {
		return "form.render.no_answer"
	}
	return "form.render.no_rows"
}

// scoredRows reports whether any repetition of a section gave points.
func scoredRows(s form.Section, ev form.Evaluation) bool {
	return slices.ContainsFunc(ev.Parts, func(p form.Part) bool {
		return p.Row > 0 && slices.ContainsFunc(s.Questions, func(q form.Question) bool { return q.Key == p.Question })
	})
}

// rowTable are the repetitions of a section as the rows of a table.
func rowTable(ctx context.Context, s form.Section, ev form.Evaluation) ui.TableProps {
	lang := text.From(ctx)
	t := ui.TableProps{ID: "rows-" + s.Key, Caption: s.Title.In(lang)}
	for i, q := range s.Questions {
		t.Columns = append(t.Columns, ui.Column{Label: q.Label.In(lang), Num: i > 0 && (q.Kind == "money" || q.Kind == "number")})
	}
	for i, r := range ev.Rows[s.Key] {
		row := ui.Row{ID: strconv.Itoa(i + 1)}
		for j, q := range s.Questions {
			said := text.Word(ctx, "form.render.no_answer")
			if v, ok := r.Answers[q.Key]; ok {
				said = q.Said(lang, v)
			}
			if j == 0 {
				row.Title = said
			} else {
				row.Cells = append(row.Cells, ui.Text(said))
			}
		}
		if rowFromRecord(s, r.Answers, ev) {
			row.Sub = text.Word(ctx, "form.render.row_from_record")
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// onPaper is how many repetitions a sheet has room for.
func onPaper(limit, room int) []int {
	out := make([]int, min(limit, room))
	for i := range out {
		out[i] = i + 1
	}
	return out
}

// ticked reports whether an answer is ticked in its cell on paper.
func ticked(q form.Question) bool {
	return q.Kind == "yes_no" || q.Kind == "scale" || q.Kind == "choice" && len(q.Options) <= tickOptions
}

// chosenFrom lists what may be written into a cell on paper.
func chosenFrom(q form.Question) text.Pair {
	var ja, en []string
	for _, o := range q.Options {
		if !ticked(q) {
			ja, en = append(ja, o.Label.In(text.JA)), append(en, o.Label.In(text.EN))
		}
	}
	return text.Pair{JA: text.List(text.JA, ja), EN: text.List(text.EN, en)}
}

// goesOn reports whether there may be more than a sheet has room for.
func goesOn(limit, room int) bool { return limit > room }
