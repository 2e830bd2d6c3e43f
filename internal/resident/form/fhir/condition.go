package fhir

import (
	"encoding/json"
	"slices"

	"kizuna/internal/ground/rule"
	"kizuna/internal/resident/form"
)

// condition writes when an item is shown: by enableWhen where that can say it,
// and in CEL where enableWhen cannot, or not in the same words.
func (w *writer) condition(out *item, show string) {
	if show == "" {
		return
	}
	again := ""
	if list, either, ok := rule.Comparisons(show); ok {
		if when, ok := w.enableWhen(list, either); ok {
			out.EnableWhen = when
			if len(when) > 1 {
				out.EnableBehavior = map[bool]string{true: "any", false: "all"}[either]
			}
			again = rule.Compared(list, either)
		}
	}
	if again != show {
		out.Extension = append(out.Extension, extension{URL: ownShow, ValueString: show})
	}
}

func (w *writer) enableWhen(list []rule.Comparison, either bool) ([]enableWhen, bool) {
	var out []enableWhen
	for _, c := range list {
		q, ok := w.form.Definition.V.Find(c.Fact)
		if !ok {
			return nil, false
		}
		at, yes := w.links[q.Key], true
		several := q.Repeats || w.home[q.Key] != w.within && w.home[q.Key] != ""
		if several != (c.Op == rule.Has || c.Op == rule.Some) && (several || q.Kind != "choices") {
			return nil, false
		}
		if several && c.Op == rule.Has {
			c, ok = single(q, c)
			if !ok {
				return nil, false
			}
		}
		if c.Op == rule.Answered || several && c.Op == rule.Some {
			out = append(out, enableWhen{Question: at, Operator: "exists", AnswerBoolean: &yes})
			continue
		}
		one, ok := w.compared(q, c)
		if !ok || c.Op == rule.NotEqual && either && len(list) > 1 {
			return nil, false
		}
		if c.Op == rule.NotEqual {
			// != holds in FHIR also for what is not answered; here it does not.
			out = append(out, enableWhen{Question: at, Operator: "exists", AnswerBoolean: &yes})
		}
		one.Question = at
		out = append(out, one)
	}
	return out, true
}

// single is the comparison that any one of a list is put to.
func single(q form.Question, c rule.Comparison) (rule.Comparison, bool) {
	q = q.One()
	kinds := map[string]rule.Type{"yes_no": rule.Bool, "number": rule.Decimal, "money": rule.Decimal, "scale": rule.Decimal, "date": rule.Date}
	c.Op = rule.Equal
	if q.Kind == "choices" {
		c.Op = rule.Has
	}
	if t, typed := kinds[q.Kind]; typed {
		v, err := rule.Parse(t, c.Value.Text)
		c.Value = v
		return c, err == nil
	}
	return c, true
}

var operators = map[string]string{rule.Equal: "=", rule.NotEqual: "!=", rule.Has: "=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}

// compared is a comparison with an answer of the question's type; false where
// FHIR has none.
func (w *writer) compared(q form.Question, c rule.Comparison) (out enableWhen, ok bool) {
	out.Operator = operators[c.Op]
	v, ordered := c.Value, c.Op != rule.Equal && c.Op != rule.NotEqual
	n := number(v.Text)
	switch {
	case c.Op == rule.Some:
		return out, false
	case q.Kind == "choices":
		ok = w.chooses(q, v.Text, &out)
		return out, ok && c.Op == rule.Has
	case c.Op == rule.Has:
		return out, false
	case q.Kind == "choice" && v.Type == rule.String:
		ok = w.chooses(q, v.Text, &out)
		return out, ok && !ordered
	case q.Kind == "yes_no" && v.Type == rule.Bool:
		yes := v.Text == "true"
		out.AnswerBoolean = &yes
		return out, !ordered
	case q.Kind == "date" && v.Type == rule.Date:
		out.AnswerDate = v.Text
		return out, true
	case v.Type == rule.Decimal && n != "":
		return w.figures(q, n, out)
	}
	text := types[q.Kind] == "string" || types[q.Kind] == "text"
	out.AnswerString = v.Text
	return out, text && v.Type == rule.String && v.Text != "" && !ordered
}

func (w *writer) figures(q form.Question, n json.Number, out enableWhen) (enableWhen, bool) {
	switch q.Kind {
	case "number":
		out.AnswerDecimal = n
		return out, true
	case "scale":
		out.AnswerInteger = n
		return out, integer(n)
	case "money":
		out.AnswerQuantity = &quantity{Value: n, System: systemCurrency, Code: q.Unit()}
		return out, true
	}
	return out, false
}

// chooses writes a choice into a condition, or an answer of one's own.
func (w *writer) chooses(q form.Question, value string, into *enableWhen) (ok bool) {
	if into.AnswerCoding, ok = w.chosen(q, value); !ok && q.Open && value != "" {
		into.AnswerString, ok = value, true
	}
	return ok
}

func (w *writer) chosen(q form.Question, value string) (*coding, bool) {
	i := slices.IndexFunc(q.Options, func(o form.Option) bool { return o.Value == value })
	if i < 0 {
		return nil, false
	}
	c := w.coding(q, q.Options[i])
	return &coding{System: c.System, Code: c.Code}, true
}

// condition reads when an item is shown. What our own extension says in CEL
// counts as long as enableWhen says the same.
func (r *reader) condition(it item, at string) string {
	mine, hasMine := find(it.Extension, ownShow)
	list, either := r.comparisons(it, at)
	read := rule.Compared(list, either)
	if !hasMine || mine.ValueString == "" {
		return read
	}
	if len(it.EnableWhen) > 0 {
		said, any, ok := rule.Comparisons(mine.ValueString)
		if !ok || rule.Compared(said, any) != read {
			r.note(at, it.LinkID, "fhir.note.conditions_differ")
			return read
		}
	}
	return mine.ValueString
}

func (r *reader) comparisons(it item, at string) ([]rule.Comparison, bool) {
	either := it.EnableBehavior == "any" && len(it.EnableWhen) > 1
	var out []rule.Comparison
	lost := false
	for i, when := range it.EnableWhen {
		at := at + "/enableWhen/" + itoa(i)
		q, ok := r.byLink[when.Question]
		if !ok {
			r.note(at, it.LinkID, "fhir.note.condition_of_none", "question", when.Question)
			lost = true
			continue
		}
		c, ok := r.comparison(q, when)
		if ok && (q.Repeats || r.home[when.Question] != r.within && r.home[when.Question] != "") {
			c, ok = ofList(c)
		}
		if !ok {
			r.note(at, it.LinkID, "fhir.note.condition", "operator", when.Operator, "question", when.Question)
			lost = true
			continue
		}
		if c.Op == rule.NotEqual {
			if len(out) > 0 && out[len(out)-1].Op == rule.Answered && out[len(out)-1].Fact == c.Fact && !either {
				out = out[:len(out)-1]
			} else {
				r.note(at, it.LinkID, "fhir.note.not_equal", "question", when.Question)
			}
		}
		out = append(out, c)
	}
	if lost && either {
		return nil, false // fewer ways would hide it from those whom the lost one shows it to
	}
	return out, either
}

// ofList is a comparison of any one of a list.
func ofList(c rule.Comparison) (rule.Comparison, bool) {
	switch c.Op {
	case rule.Answered:
		return rule.Comparison{Fact: c.Fact, Op: rule.Some}, true
	case rule.Equal, rule.Has:
		return rule.Comparison{Fact: c.Fact, Op: rule.Has, Value: rule.Text(c.Value.Text)}, true
	}
	return c, false
}

// comparison reads one condition about a question that was read before it.
func (r *reader) comparison(q *form.Question, when enableWhen) (c rule.Comparison, ok bool) {
	c.Fact = q.Key
	for op, sign := range operators {
		if sign == when.Operator && op != rule.Has {
			c.Op = op
		}
	}
	if when.Operator == "exists" {
		c.Op = rule.Answered
		return c, when.AnswerBoolean != nil && *when.AnswerBoolean && q.Kind != "note"
	}
	ordered := c.Op != rule.Equal && c.Op != rule.NotEqual
	switch {
	case c.Op == "":
		return c, false
	case q.Kind == "choice" || q.Kind == "choices":
		value, found := chosenBy(q, when)
		c.Value = rule.Text(value)
		if q.Kind == "choices" {
			ordered, c.Op = c.Op != rule.Equal, rule.Has
		}
		return c, found && !ordered
	case q.Kind == "yes_no" && when.AnswerBoolean != nil:
		c.Value = rule.Yes(*when.AnswerBoolean)
		return c, !ordered
	case q.Kind == "date" && when.AnswerDate != "":
		v, err := rule.Parse(rule.Date, when.AnswerDate)
		c.Value = v
		return c, err == nil
	case q.Kind == "number" || q.Kind == "scale" || q.Kind == "money":
		c.Value, ok = figure(when)
		return c, ok
	}
	c.Value = rule.Text(when.AnswerString)
	return c, when.AnswerString != "" && !ordered && (types[q.Kind] == "string" || types[q.Kind] == "text")
}

func figure(when enableWhen) (rule.Value, bool) {
	n := when.AnswerDecimal
	if n == "" {
		n = when.AnswerInteger
	}
	if n == "" && when.AnswerQuantity != nil {
		n = when.AnswerQuantity.Value
	}
	v, err := rule.Parse(rule.Decimal, n.String())
	return v, err == nil
}

// chosenBy is the choice that a condition names.
func chosenBy(q *form.Question, when enableWhen) (string, bool) {
	for _, o := range q.Options {
		switch {
		case when.AnswerCoding != nil && isCoded(o, *when.AnswerCoding),
			when.AnswerString != "" && o.Label.In("") == when.AnswerString,
			when.AnswerInteger != "" && o.Value == when.AnswerInteger.String():
			return o.Value, true
		}
	}
	return when.AnswerString, q.Open && when.AnswerString != ""
}

// isCoded reports whether a coding means a choice; a system that either side
// leaves out is not looked at.
func isCoded(o form.Option, c coding) bool {
	if o.Code == nil {
		return o.Value == c.Code
	}
	return o.Code.Code == c.Code && (o.Code.System == c.System || c.System == "" || o.Code.System == "")
}
