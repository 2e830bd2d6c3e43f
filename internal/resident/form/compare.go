package form

import (
	"encoding/json"

	"kizuna/internal/ground/text"
)

// Change is one difference between two versions of a form.
type Change struct {
	What   string    // "added", "removed", "moved" or "changed"
	Of     string    // "section", "question", or "form" for what belongs to none
	Label  text.Pair // what it is called, in the later version where it is there
	Key    string
	Fields []string // of what changed: "label", "options", "show" …
}

// aspect is one thing that two versions of something can differ in.
type aspect[T any] struct {
	name string
	of   func(x T) any
}

var (
	formAspects = []aspect[Definition]{
		{"intro", func(d Definition) any { return d.Intro }},
		{"score", func(d Definition) any { return d.Score }},
		{"bands", func(d Definition) any { return d.Bands }},
	}
	sectionAspects = []aspect[Section]{
		{"label", func(s Section) any { return s.Title }},
		{"hint", func(s Section) any { return s.Hint }},
		{"show", func(s Section) any { return s.Show }},
		{"repeats", func(s Section) any { return []any{s.Repeats, s.Least, s.Most} }},
		{"map_to", func(s Section) any { return s.MapTo }},
		{"link_id", func(s Section) any { return s.LinkID }},
		{"codes", func(s Section) any { return s.Codes }},
	}
	questionAspects = []aspect[Question]{
		{"kind", func(q Question) any { return q.Kind }},
		{"label", func(q Question) any { return q.Label }},
		{"hint", func(q Question) any { return q.Hint }},
		{"required", func(q Question) any { return q.Required }},
		{"required_when", func(q Question) any { return q.RequiredWhen }},
		{"show", func(q Question) any { return q.Show }},
		{"calculate", func(q Question) any { return q.Calculate }},
		{"options", func(q Question) any { return q.Options }},
		{"min", func(q Question) any { return q.Min }},
		{"max", func(q Question) any { return q.Max }},
		{"currency", func(q Question) any { return q.Currency }},
		{"score", func(q Question) any { return q.Score }},
		{"repeats", func(q Question) any { return []any{q.Repeats, q.Most} }},
		{"open", func(q Question) any { return q.Open }},
		{"initial", func(q Question) any { return q.Initial }},
		{"map_to", func(q Question) any { return q.MapTo }},
		{"link_id", func(q Question) any { return q.LinkID }},
		{"codes", func(q Question) any { return q.Codes }},
	}
)

// differ names the aspects in which two things differ, by what they are as JSON.
func differ[T any](a, b T, aspects []aspect[T]) []string {
	var out []string
	for _, x := range aspects {
		was, _ := json.Marshal(x.of(a)) // a definition always has a JSON form
		is, _ := json.Marshal(x.of(b))
		if string(was) != string(is) {
			out = append(out, x.name)
		}
	}
	return out
}

// place is a question with the section it is asked in and the question before it.
type place struct {
	Question
	section, after string
}

func places(d Definition) (list []place, byKey map[string]place) {
	byKey = map[string]place{}
	for _, s := range d.Sections {
		after := ""
		for _, q := range s.Questions {
			p := place{q, s.Key, after}
			list, byKey[q.Key], after = append(list, p), p, q.Key
		}
	}
	return list, byKey
}

// Compare says what a later version of a form changes: first the form itself,
// then sections and questions as they stand in the later one, then what is no
// longer there. A question is the same one while it keeps its key.
func Compare(before, after Definition) []Change {
	var out []Change
	if fields := differ(before, after, formAspects); len(fields) > 0 {
		out = append(out, Change{What: "changed", Of: "form", Fields: fields})
	}
	was, wasByKey := places(before)
	_, isByKey := places(after)
	for i, s := range after.Sections {
		old, at, ok := before.Section(s.Key)
		switch {
		case !ok:
			out = append(out, Change{What: "added", Of: "section", Label: s.Title, Key: s.Key})
		case len(differ(old, s, sectionAspects)) > 0:
			out = append(out, Change{What: "changed", Of: "section", Label: s.Title, Key: s.Key, Fields: differ(old, s, sectionAspects)})
		case at != i && len(before.Sections) == len(after.Sections):
			out = append(out, Change{What: "moved", Of: "section", Label: s.Title, Key: s.Key})
		}
		out = append(out, compareQuestions(s, wasByKey, isByKey)...)
	}
	for _, s := range before.Sections {
		if _, _, ok := after.Section(s.Key); !ok {
			out = append(out, Change{What: "removed", Of: "section", Label: s.Title, Key: s.Key})
		}
	}
	for _, q := range was {
		if _, ok := isByKey[q.Key]; !ok {
			out = append(out, Change{What: "removed", Of: "question", Label: q.Label, Key: q.Key})
		}
	}
	return out
}

// compareQuestions compares those of a section of the later version. One has
// moved when it is asked in another section, or after another question that
// both versions have.
func compareQuestions(s Section, was, is map[string]place) []Change {
	var out []Change
	after := ""
	for _, q := range s.Questions {
		old, ok := was[q.Key]
		if !ok {
			out = append(out, Change{What: "added", Of: "question", Label: q.Label, Key: q.Key})
			continue
		}
		before := old.after
		for before != "" {
			if p, still := is[before]; still && p.section == s.Key {
				break
			}
			before = was[before].after
		}
		if fields := differ(old.Question, q, questionAspects); len(fields) > 0 {
			out = append(out, Change{What: "changed", Of: "question", Label: q.Label, Key: q.Key, Fields: fields})
		} else if old.section != s.Key || before != after {
			out = append(out, Change{What: "moved", Of: "question", Label: q.Label, Key: q.Key})
		}
		if old.section == s.Key {
			after = q.Key
		}
	}
	return out
}
