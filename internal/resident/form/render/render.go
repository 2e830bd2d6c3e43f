// Package render draws the questions of a form and the answers to them, for
// the pages of every room that asks one. It has no page of its own and decides
// nothing: what is shown and what is required comes from the evaluation.
package render

import (
	"context"
	_ "embed"
	"slices"
	"strconv"
	"strings"

	"kizuna/internal/ground/ledger"
	"kizuna/internal/ground/rule"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
	"kizuna/internal/resident/form"
)

//go:embed words.txt
var wordsFile string

var _ = text.Register("form.render", wordsFile)

// Prefix stands before a question's key in the name of its field: the answers
// come back as the Answers of a form.Fill.
const Prefix = "answers/"

// field is a question as a field of a form, whose name begins with at, in a
// group that is called within or in none.
func field(ctx context.Context, at, within string, q form.Question, ev form.Evaluation) ui.Field {
	lang := text.From(ctx)
	return ui.Field{Name: at + q.Key, Within: within, Label: q.Label.In(lang), Hint: strings.TrimSpace(q.Hint.In(lang) + " " + FromRecord(ctx, q, ev)), Required: ev.Must[q.Key], Value: written(q, ev.Answers[q.Key])}
}

// written is a value as it stands in its field; an answer of one's own stands in
// another.
func written(q form.Question, v rule.Value) string {
	if q.Kind == "choice" && q.Written(v) != "" {
		return form.Own
	}
	return v.Text
}

func options(ctx context.Context, q form.Question, v rule.Value) []ui.Option {
	lang := text.From(ctx)
	out := make([]ui.Option, len(q.Options))
	for i, o := range q.Options {
		out[i] = ui.Option{Value: o.Value, Label: o.Label.In(lang), Checked: slices.Contains(v.List, o.Value)}
	}
	return out
}

// yesNo are the answers to a question of yes or no.
func yesNo(ctx context.Context) []ui.Option {
	return []ui.Option{{Value: "true", Label: text.Word(ctx, "form.yes")}, {Value: "false", Label: text.Word(ctx, "form.no")}}
}

// Option is what a value of a question with choices is called; "" when it is
// called as it is.
func Option(ctx context.Context, q form.Question, value string) string {
	of := options(ctx, q, rule.Value{})
	if q.Kind == "yes_no" {
		of = yesNo(ctx)
	}
	for _, o := range of {
		if o.Value == value {
			return o.Label
		}
	}
	return ""
}

func scale(q form.Question) []ui.Option {
	var out []ui.Option
	for _, n := range q.Steps() {
		out = append(out, ui.Option{Value: n, Label: n})
	}
	return out
}

// money is a field with the currency's sign before it.
func money(f ui.Field, q form.Question) ui.Field {
	currency := q.Currency
	if currency == "" {
		currency = "JPY"
	}
	f.Prefix = currency
	if currency == "JPY" {
		f.Prefix = "¥"
	}
	if places, _ := ledger.Exponent(currency); places == 0 {
		f.InputMode = "numeric"
	}
	return f
}

// manyOptions is from how many choices on a list is folded up.
const manyOptions = 7

// Shown lists the questions of a section that are shown, in order.
func Shown(s form.Section, ev form.Evaluation) []form.Question {
	var out []form.Question
	for _, q := range s.Questions {
		if ev.Visible[q.Key] {
			out = append(out, q)
		}
	}
	return out
}

// Answers lists the questions of a section that are shown with their answers
// as read, and the points they gave.
func Answers(ctx context.Context, s form.Section, ev form.Evaluation) []ui.Fact {
	return facts(ctx, s, ev, ev.Parts, 0)
}

// rowAnswers is Answers of one repetition.
func rowAnswers(ctx context.Context, s form.Section, i int, ev form.Evaluation) []ui.Fact {
	return facts(ctx, s, ev.Rows[s.Key][i], ev.Parts, i+1)
}

func facts(ctx context.Context, s form.Section, ev form.Evaluation, parts []form.Part, row int) []ui.Fact {
	lang := text.From(ctx)
	var out []ui.Fact
	for _, q := range Shown(s, ev) {
		if q.Kind == "note" {
			continue
		}
		fact := ui.Fact{Label: q.Label.In(lang), Value: text.Word(ctx, "form.render.no_answer")}
		if v, ok := ev.Answers[q.Key]; ok {
			fact.Value = q.Said(lang, v)
		}
		fact.Note = FromRecord(ctx, q, ev)
		if q.Kind == "file" || q.Kind == "signature" {
			fact.Value = strings.Join(aside(ctx, q, ev), text.T(lang, "form.render.between", nil))
			if files := links(q, ev); len(files) > 0 {
				fact.View = fileLinks(files)
			}
		}
		for _, p := range parts {
			if p.Question == q.Key && p.Row == row {
				fact.Note = Points(ctx, p.Points)
			}
		}
		out = append(out, fact)
	}
	return out
}

// Points writes what an answer gave.
func Points(ctx context.Context, n int64) string {
	sign := ""
	if n > 0 {
		sign = "+"
	}
	return text.Word(ctx, "form.render.points", "points", sign+strconv.FormatInt(n, 10))
}

// calculated is the answer to a question that is not asked.
func calculated(ctx context.Context, q form.Question, ev form.Evaluation) []ui.Fact {
	fact := ui.Fact{Label: q.Label.In(text.From(ctx)), Value: text.Word(ctx, "form.render.not_yet"), Note: text.Word(ctx, "form.render.calculated")}
	if v, ok := ev.Answers[q.Key]; ok {
		fact.Value = q.Said(text.From(ctx), v)
	}
	return []ui.Fact{fact}
}

// Rated is the score of answers and the band it falls in; nothing when they
// have none.
func Rated(ctx context.Context, d form.Definition, ev form.Evaluation) []ui.Fact {
	if ev.Score == "" {
		return nil
	}
	out := []ui.Fact{{Label: text.Word(ctx, "form.render.score"), Value: ev.Score}}
	if b, ok := d.Band(ev.Band); ok {
		out = append(out, ui.Fact{Label: text.Word(ctx, "form.render.band"), Value: b.Label.In(text.From(ctx))})
	}
	return out
}

// inOther is a text in the language that the reader's page is not in; "" where
// it says the same there, or nothing.
func inOther(ctx context.Context, p text.Pair) (string, text.Lang) {
	mine, lang := p.Pick(text.From(ctx))
	for _, other := range []text.Lang{text.JA, text.EN} {
		if s := p.Exact(other); other != lang && s != "" && s != mine {
			return s, other
		}
	}
	return "", ""
}

// comparisons are the words for each way to compare an answer.
var comparisons = map[string]string{rule.Equal: "form.render.is", rule.NotEqual: "form.render.is_not", rule.Has: "form.render.has", rule.Some: "form.render.answered", rule.Answered: "form.render.answered",
	"<": "form.render.less", "<=": "form.render.at_most", ">": "form.render.more", ">=": "form.render.at_least"}

// When reads a condition in words; "" for one that is no plain comparison of
// answers.
func When(ctx context.Context, d form.Definition, condition string) string {
	list, either, ok := rule.Comparisons(condition)
	if !ok {
		return ""
	}
	var parts []string
	for _, c := range list {
		q, ok := d.Find(c.Fact)
		if !ok {
			return ""
		}
		v := c.Value
		if q.Kind == "choices" || q.Repeats {
			v = rule.Texts(v.Text)
		}
		parts = append(parts, text.Word(ctx, comparisons[c.Op], "question", q.Label.In(text.From(ctx)), "value", q.Said(text.From(ctx), v)))
	}
	join := "form.render.and"
	if either {
		join = "form.render.or"
	}
	return strings.Join(parts, " "+text.Word(ctx, join)+" ")
}
