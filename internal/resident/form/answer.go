package form

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/width"

	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/ground/rule"
	"kizuna/internal/ground/text"
)

// Limits of answers, in characters.
const (
	maxLine  = 300
	maxProse = 10000
)

// Read turns answers as they were typed or sent into values, by question, or
// by section where one repeats. What is empty is no answer, and a repetition in
// which nothing stands is none; what cannot be read is a fault at
// /answers/<key> and left out.
func (d Definition) Read(raw map[string]any) (rule.Facts, fault.Fields) {
	out, wrong := d.asTyped(raw)
	for key, v := range out {
		if v.Type != rule.Rows {
			continue
		}
		if v.Rows = slices.DeleteFunc(v.Rows, func(row rule.Facts) bool { return len(row) == 0 }); len(v.Rows) == 0 {
			delete(out, key)
			continue
		}
		out[key] = v
	}
	return out, wrong
}

// asTyped is Read with the repetitions in which nothing stands, so that they
// are where they were typed.
func (d Definition) asTyped(raw map[string]any) (rule.Facts, fault.Fields) {
	out, wrong := rule.Facts{}, fault.Fields{}
	raw = withOwn(raw, d.Find)
	for _, key := range slices.Sorted(maps.Keys(raw)) {
		at := fault.At("answers", key)
		if s, _, ok := d.Section(key); ok && s.Repeats {
			if v, given := s.readRows(at, raw[key], &wrong); given {
				out[key] = v
			}
			continue
		}
		if q, s, ok := d.find(key); ok && !s.Repeats {
			q.readAt(at, raw[key], out, &wrong)
			continue
		}
		wrong.Add(at, "fault.unknown_field", "field", key)
	}
	return out, wrong
}

// readAt reads an answer into others; what is wrong with it is a fault at at.
func (q Question) readAt(at string, raw any, into rule.Facts, wrong *fault.Fields) {
	switch {
	case !q.Asks():
		wrong.Add(at, "fault.unknown_field", "field", q.Key)
		return
	case !q.Typed():
		wrong.Add(at, "form.fault.apart")
		return
	}
	v, given, err := q.read(raw)
	if err != nil && wrong.Absorb(at, err) != nil {
		wrong.Add(at, "fault.bad_choice")
	}
	if given { // of several answers those that can be read
		into[q.Key] = v
	}
}

func bad(key string, pairs ...any) error {
	var f fault.Fields
	f.Add("", key, pairs...)
	return f.Err()
}

// read reads one answer; given is false for an empty one.
func (q Question) read(raw any) (v rule.Value, given bool, err error) {
	if both, ok := raw.(ownAnswer); ok {
		return q.readOpen(both)
	}
	switch {
	case q.Repeats:
		return q.readEach(raw)
	case q.Kind == "choices":
		return q.readList(raw)
	}
	s, ok := plainText(raw)
	if !ok {
		return v, false, bad("fault.bad_choice")
	}
	if s = strings.TrimSpace(s); s == "" {
		return v, false, nil
	}
	v, err = q.readOne(s)
	return v, err == nil, err
}

// Start reads the answer that the question begins with; given is false when
// there is none.
func (q Question) Start() (v rule.Value, given bool, err error) {
	if len(q.Initial) == 0 || !q.Typed() {
		return v, false, nil
	}
	if q.Kind != "choices" && !q.Repeats {
		return q.read(q.Initial[0])
	}
	list := make([]any, len(q.Initial))
	for i, s := range q.Initial {
		list[i] = s
	}
	return q.read(list)
}

func plainText(raw any) (string, bool) {
	switch v := raw.(type) {
	case nil:
		return "", true
	case string:
		return v, true
	case bool:
		return strconv.FormatBool(v), true
	case json.Number:
		return v.String(), true
	}
	return "", false
}

func (q Question) readList(raw any) (v rule.Value, given bool, err error) {
	list, ok := raw.([]any)
	if !ok {
		list = []any{raw}
	}
	var out []string
	own := 0
	for _, one := range list {
		s, ok := plainText(one)
		if !ok {
			return v, false, bad("fault.bad_choice")
		}
		if strings.TrimSpace(s) == "" {
			continue
		}
		if s, err = q.chosen(s); err != nil {
			return v, false, err
		}
		if !q.offers(s) {
			own++
		}
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	if own > 1 {
		return v, false, bad("form.fault.own_once")
	}
	return rule.Texts(out...), len(out) > 0, nil
}

func (q Question) offers(value string) bool {
	return slices.ContainsFunc(q.Options, func(o Option) bool { return o.Value == value })
}

func (q Question) readOne(s string) (rule.Value, error) {
	switch q.Kind {
	case "number", "scale":
		return q.readNumber(s)
	case "money":
		return q.readMoney(s)
	case "date":
		d, err := calendar.ParseDate(s)
		return rule.On(d), err
	case "yes_no":
		switch strings.ToLower(s) {
		case "yes", "true", "on", "1":
			return rule.Yes(true), nil
		case "no", "false", "off", "0":
			return rule.Yes(false), nil
		}
		return rule.Value{}, bad("fault.bad_choice")
	case "choice":
		s, err := q.chosen(s)
		return rule.Text(s), err
	}
	return q.readText(s)
}

func (q Question) readText(s string) (rule.Value, error) {
	clean, key, args := text.Line(s, maxLine)
	if q.Kind == "long_text" {
		clean, key, args = text.Prose(s, maxProse)
	}
	if key == "" && q.Kind == "phone" && strings.IndexFunc(width.Fold.String(clean), isDigit) < 0 {
		key = "form.fault.phone"
	}
	var wrong fault.Fields
	wrong.Check("", key, args)
	return rule.Text(clean), wrong.Err()
}

// Longest is how many characters an answer that is written may have; 0 for
// answers that are not.
func (q Question) Longest() int {
	switch q.Kind {
	case "long_text":
		return maxProse
	case "text", "phone", "address":
		return maxLine
	}
	return 0
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

func (q Question) readNumber(s string) (rule.Value, error) {
	s = strings.ReplaceAll(strings.NewReplacer("−", "-", "ー", "-", "、", ",").Replace(width.Fold.String(s)), ",", "")
	v, err := rule.Parse(rule.Decimal, s)
	if q.Kind == "scale" {
		v, err = rule.Parse(rule.Int, s)
		if err == nil && !slices.Contains(q.Steps(), v.Text) {
			err = bad("fault.bad_choice")
		}
	} else if err == nil && strings.Contains(v.Text, "/") {
		err = bad("fault.not_a_number")
	}
	if err != nil {
		return v, bad("fault.not_a_number")
	}
	return v, q.within(v)
}

func (q Question) readMoney(s string) (rule.Value, error) {
	m, err := ledger.Typed(s, q.Unit())
	if err != nil {
		return rule.Value{}, err
	}
	places, _ := ledger.Exponent(q.Unit())
	v := rule.Amount(m.Minor, places)
	return v, q.within(v)
}

// Unit is the currency of a question about money.
func (q Question) Unit() string {
	if q.Currency == "" {
		return "JPY"
	}
	return q.Currency
}

// within checks a number against the question's bounds.
func (q Question) within(v rule.Value) error {
	if q.Kind == "scale" {
		return nil
	}
	for _, bound := range []struct {
		limit string
		sign  int
		key   string
	}{{q.Min, -1, "form.fault.least"}, {q.Max, 1, "form.fault.most"}} {
		if limit, err := rule.Parse(rule.Decimal, bound.limit); err == nil && compare(v, limit) == bound.sign {
			return bad(bound.key, "limit", bound.limit)
		}
	}
	return nil
}

// Plain gives answers as programs read them: true, 3, "text", ["a","b"], and
// of a section that repeats [{…},{…}]; money and decimals as strings, so that
// nobody rounds them.
func Plain(answers rule.Facts) map[string]any {
	out := make(map[string]any, len(answers))
	for key, v := range answers {
		switch v.Type {
		case rule.Bool:
			out[key] = v.Text == "true"
		case rule.List:
			out[key] = v.List
		case rule.Rows:
			rows := make([]map[string]any, len(v.Rows))
			for i, row := range v.Rows {
				rows[i] = Plain(row)
			}
			out[key] = rows
		case rule.Int:
			out[key] = json.Number(v.Text)
		default:
			out[key] = v.Text
		}
	}
	return out
}

// Said writes an answer for a reader.
func (q Question) Said(lang text.Lang, v rule.Value) string {
	if q.Repeats {
		var all []string
		for _, one := range q.Each(v) {
			all = append(all, q.One().Said(lang, one))
		}
		return text.List(lang, all)
	}
	switch q.Kind {
	case "yes_no":
		if v.Text == "true" {
			return text.T(lang, "form.yes", nil)
		}
		return text.T(lang, "form.no", nil)
	case "date":
		return calendar.Date(v.Text).In(lang)
	case "money":
		places, _ := ledger.Exponent(q.Unit())
		if n, ok := v.Minor(places); ok {
			return ledger.Money{Minor: n, Currency: q.Unit()}.In(lang)
		}
		return fmt.Sprint(v.Text, " ", q.Unit())
	case "file":
		return text.T(lang, "form.files", map[string]any{"n": len(v.List)})
	case "choice", "choices":
		var words []string
		for _, o := range q.Options {
			if v.Type == rule.String && v.Text == o.Value || slices.Contains(v.List, o.Value) {
				words = append(words, o.Label.In(lang))
			}
		}
		if own := q.Written(v); own != "" {
			words = append(words, text.T(lang, "form.own", map[string]any{"text": own}))
		}
		return text.List(lang, words)
	}
	return v.Text
}
