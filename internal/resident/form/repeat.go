package form

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/rule"
)

// A section may be answered several times, once for each child or each income,
// and a question may have several answers. A condition within a repetition sees
// what stands before the section, and of the section the answers of the same
// repetition; what comes after sees a list of all answers to each question, as
// they are written, and by the section's key how many repetitions there are.

// Limits of repetitions.
const (
	maxMost   = 50
	usualMost = 20
)

// Repeatable are the kinds of question that can have several answers; of
// choices there are as many as are ticked.
var Repeatable = []string{"text", "number", "money", "date", "phone", "address"}

// Limit is how many repetitions there may be.
func (s Section) Limit() int { return limit(s.Most) }

// Limit is how many answers there may be.
func (q Question) Limit() int { return limit(q.Most) }

func limit(most int) int {
	if most <= 0 {
		return usualMost
	}
	return min(most, maxMost)
}

// repeated checks a section that repeats: its key names answers, so that no
// question may have it too.
func (c *compiler) repeated(at string, s Section, keys map[string]bool) {
	if !s.Repeats {
		if s.MapTo != "" {
			c.wrong.Add(at+"/map_to", "form.fault.list_once")
		}
		return
	}
	if _, taken := c.out.Find(s.Key); taken {
		c.wrong.Add(at+"/key", "form.fault.key_twice", "key", s.Key)
	}
	if s.Most < 0 || s.Most > maxMost {
		c.wrong.Add(at+"/most", "form.fault.most_rows", "max", maxMost)
	}
	if s.Least < 0 || s.Least > s.Limit() {
		c.wrong.Add(at+"/least", "form.fault.least_rows", "max", s.Limit())
	}
	c.listed(at+"/map_to", s, keys)
}

// severalTimes checks a question that repeats, or that is asked in a section
// that does.
func (c *compiler) severalTimes(at string, q Question, in Section) {
	if q.Repeats && (!slices.Contains(Repeatable, q.Kind) || q.Calculate != "") {
		c.wrong.Add(at+"/repeats", "form.fault.repeats")
	}
	if q.Most < 0 || q.Most > maxMost {
		c.wrong.Add(at+"/most", "form.fault.most_rows", "max", maxMost)
	}
	if in.Repeats && (q.Kind == "file" || q.Kind == "signature") {
		c.wrong.Add(at+"/kind", "form.fault.apart_repeats")
	}
}

// One is the question as it is asked for one of its answers.
func (q Question) One() Question {
	q.Repeats = false
	return q
}

// Each are the answers to a question that repeats, one by one.
func (q Question) Each(v rule.Value) []rule.Value {
	var out []rule.Value
	for _, s := range v.List {
		if one, err := rule.Parse(q.One().valueType(), s); err == nil {
			out = append(out, one)
		}
	}
	return out
}

// inOrder are the members of a list as it was sent: a list, or what a form
// names by 0, 1 and so on. A single answer is a list of one.
func inOrder(raw any) (list []any, ok bool) {
	switch v := raw.(type) {
	case nil:
		return nil, true
	case string:
		return []any{v}, true
	case []any:
		return v, true
	case map[string]any:
		at := map[int]any{}
		for name, x := range v {
			n, err := strconv.Atoi(name)
			if err != nil || n < 0 {
				return nil, false
			}
			at[n] = x
		}
		for _, n := range slices.Sorted(maps.Keys(at)) {
			list = append(list, at[n])
		}
		return list, true
	}
	s, ok := plainText(raw)
	return []any{s}, ok
}

// readEach reads the answers to a question that repeats; what is wrong with one
// is a fault at its place, and the others are given all the same.
func (q Question) readEach(raw any) (v rule.Value, given bool, err error) {
	list, ok := inOrder(raw)
	if !ok {
		return v, false, bad("fault.bad_choice")
	}
	var out []string
	var wrong fault.Fields
	for i, x := range list {
		one, given, err := q.One().read(x)
		if err != nil && wrong.Absorb(fault.At(i), err) != nil {
			wrong.Add(fault.At(i), "fault.bad_choice")
		}
		if err == nil && given {
			out = append(out, one.Text)
		}
	}
	if len(out) > q.Limit() {
		wrong.Add("", "form.fault.rows_most", "max", q.Limit())
	}
	return rule.Texts(out...), len(out) > 0, wrong.Err()
}

// readRows reads the repetitions of a section, those in which nothing stands
// included. What can be read is taken even where something beside it cannot.
func (s Section) readRows(at string, raw any, wrong *fault.Fields) (v rule.Value, given bool) {
	list, ok := inOrder(raw)
	if !ok {
		wrong.Add(at, "fault.bad_choice")
		return v, false
	}
	rows, filled := make([]rule.Facts, len(list)), 0
	for i, x := range list {
		rows[i] = rule.Facts{}
		at := at + fault.At(i)
		sent, ok := x.(map[string]any)
		if text, plain := plainText(x); !ok && (!plain || strings.TrimSpace(text) != "") {
			wrong.Add(at, "fault.bad_choice")
		}
		sent = withOwn(sent, s.find)
		for _, key := range slices.Sorted(maps.Keys(sent)) {
			if q, ok := s.find(key); ok {
				q.readAt(at+fault.At(key), sent[key], rows[i], wrong)
			} else {
				wrong.Add(at+fault.At(key), "fault.unknown_field", "field", key)
			}
		}
		if len(rows[i]) > 0 {
			filled++
		}
	}
	if filled > s.Limit() {
		wrong.Add(at, "form.fault.rows_most", "max", s.Limit())
		return v, false
	}
	return rule.Several(rows...), len(rows) > 0
}

func (s Section) find(key string) (Question, bool) {
	i := slices.IndexFunc(s.Questions, func(q Question) bool { return q.Key == key })
	if i < 0 {
		return Question{}, false
	}
	return s.Questions[i], true
}

// untouched reports whether nothing stands in a repetition but what a page
// begins one more with.
func (s Section) untouched(row rule.Facts) bool {
	for key, v := range row {
		q, _ := s.find(key)
		if first, given, err := q.Start(); err != nil || !given || !first.Equal(v) {
			return false
		}
	}
	return true
}

// Begun is what a page begins one more repetition with.
func (s Section) Begun() rule.Facts {
	out := rule.Facts{}
	for _, q := range s.Questions {
		if v, given, err := q.Start(); err == nil && given {
			out[q.Key] = v
		}
	}
	return out
}

// eachRow goes through the repetitions of a section. Where there is none, what
// would be shown in the first is what is shown.
func (r *Ready) eachRow(s Section, given []rule.Facts, facts rule.Facts, ev *Evaluation) (any bool) {
	at := fault.At("answers", s.Key)
	lists, counted := map[string][]string{}, make([]rule.Facts, 0, len(given))
	look := func(row Evaluation) {
		for key := range row.Visible {
			any, ev.Visible[key] = true, true
		}
	}
	ev.Blank[s.Key] = r.row(s, s.Begun(), facts, at)
	for i, row := range given {
		below := r.row(s, row, facts, at+fault.At(i))
		ev.Rows[s.Key] = append(ev.Rows[s.Key], below)
		look(below)
		if !s.Counts(below.Answers) {
			continue
		}
		ev.Faults = append(ev.Faults, below.Faults...)
		counted = append(counted, below.Answers)
		for key, v := range below.Answers {
			lists[key] = append(lists[key], v.Items()...)
		}
	}
	if len(given) == 0 {
		look(ev.Blank[s.Key])
	}
	if len(counted) > 0 {
		ev.Answers[s.Key] = rule.Several(counted...)
	}
	if any && len(counted) < s.Least {
		ev.Faults.Add(at, "form.fault.rows_least", "min", s.Least)
	}
	for _, q := range s.Questions {
		if q.valueType() != "" {
			facts[q.Key] = rule.Texts(lists[q.Key]...)
		}
	}
	facts[s.Key] = rule.Whole(int64(len(counted)))
	return any
}

// Counts reports whether a repetition is one: whether any answer stands in it
// that a person gave.
func (s Section) Counts(row rule.Facts) bool {
	return slices.ContainsFunc(s.Questions, func(q Question) bool { _, given := row[q.Key]; return given && q.Asks() })
}

// row is one repetition: it sees what stands before the section, and itself.
func (r *Ready) row(s Section, given, outside rule.Facts, at string) Evaluation {
	ev := Evaluation{Visible: map[string]bool{}, Must: map[string]bool{}, Answers: rule.Facts{}}
	r.answers(s, given, maps.Clone(outside), at, &ev)
	return ev
}
