package form

import (
	"maps"
	"slices"
	"strings"

	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/rule"
	"kizuna/internal/ground/text"
)

// A question with choices may be open: an answer of one's own stands in the
// place of the choices, or beside those ticked. It is kept as it was written,
// as a value that none of the choices has.

// Own marks the field of an answer of one's own, after the name of its
// question's: answers/pet and answers/pet-own. Chosen where only one can be,
// it says that the answer is the one that is written.
const Own = "-own"

// ownAnswer is what was chosen and what was written beside it.
type ownAnswer struct {
	chosen  any
	written string
}

// withOwn joins what was written beside choices to what was chosen.
func withOwn(raw map[string]any, find func(key string) (Question, bool)) map[string]any {
	out := maps.Clone(raw)
	for key, v := range raw {
		of, is := strings.CutSuffix(key, Own)
		q, known := find(of)
		if !is || !known || !q.Open {
			continue
		}
		if written, ok := plainText(v); ok {
			delete(out, key)
			out[of] = ownAnswer{raw[of], written}
		}
	}
	return out
}

// readOpen reads what was chosen with what was written beside it.
func (q Question) readOpen(in ownAnswer) (v rule.Value, given bool, err error) {
	written := strings.TrimSpace(in.written)
	list, ok := in.chosen.([]any)
	if !ok {
		list = []any{in.chosen}
	}
	marked := false
	list = slices.DeleteFunc(slices.Clone(list), func(x any) bool {
		s, _ := plainText(x)
		marked = marked || s == Own
		return s == "" || s == Own
	})
	switch {
	case marked && written == "":
		return v, false, ownFault("fault.required")
	case written == "":
	case q.Kind == "choice" && len(list) > 0:
		return v, false, ownFault("form.fault.own_and_choice")
	default:
		list = append(list, written)
	}
	if q.Kind == "choices" {
		return q.readList(list)
	}
	if len(list) == 0 {
		return v, false, nil
	}
	return q.read(list[0])
}

// ownFault stands beside the field in which an answer is written.
func ownFault(key string) error {
	var wrong fault.Fields
	wrong.Add(Own, key)
	return wrong.Err()
}

// chosen is the value of a choice, or an answer of one's own as it is kept. One
// that says what a choice says is that choice.
func (q Question) chosen(s string) (string, error) {
	if q.offers(s) {
		return s, nil
	}
	if !q.Open {
		return "", bad("fault.bad_choice")
	}
	for _, o := range q.Options {
		if s == o.Label.JA || s == o.Label.EN {
			return o.Value, nil
		}
	}
	clean, key, args := text.Line(s, maxLine)
	if key == "" && clean == Own {
		key = "fault.required"
	}
	var wrong fault.Fields
	wrong.Check(Own, key, args)
	return clean, wrong.Err()
}

// Written is the answer of one's own among what was chosen; "" when there is
// none.
func (q Question) Written(v rule.Value) string {
	if !q.Open || v.Type == "" {
		return ""
	}
	for _, s := range v.Items() {
		if !q.offers(s) {
			return s
		}
	}
	return ""
}
