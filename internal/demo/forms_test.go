package demo

import (
	"slices"
	"strings"
	"testing"

	"kizuna/internal/casework/assessment"
	"kizuna/internal/ground/text"
	"kizuna/internal/resident/form"
)

// TestQuestionSets holds the question sets to what the agency promises: all of
// it in both languages, every need one that can be entered, and each of them
// answered once by somebody.
func TestQuestionSets(t *testing.T) {
	for _, key := range questionSets {
		t.Run(key, func(t *testing.T) {
			in, err := questionSet(key)
			if err != nil || in.Key != key {
				t.Fatalf("%q: %v", in.Key, err)
			}
			both := func(what string, p text.Pair) {
				if p.IsZero() || p.JA == "" || p.EN == "" || p.JA == p.EN {
					t.Errorf("%s is not in both languages: %v", what, p)
				}
			}
			maps := func(what, to string) {
				if need, ok := strings.CutPrefix(to, "need/"); ok && !slices.Contains(assessment.NeedKinds, need) {
					t.Errorf("%s suggests a need that there is not: %s", what, need)
				}
			}
			both("title", in.Title)
			both("intro", in.Definition.Intro)
			for _, s := range in.Definition.Sections {
				both(s.Key, s.Title)
				if !s.Hint.IsZero() {
					both(s.Key+" hint", s.Hint)
				}
				for _, q := range s.Questions {
					both(q.Key, q.Label)
					if !q.Hint.IsZero() {
						both(q.Key+" hint", q.Hint)
					}
					maps(q.Key, q.MapTo)
					for _, o := range q.Options {
						both(q.Key+" "+o.Value, o.Label)
						maps(q.Key, o.MapTo)
					}
				}
			}
			if wrong := form.Problems(in.Definition); len(wrong) > 0 {
				t.Error(wrong)
			}
			if !slices.ContainsFunc(hearings, func(h hearing) bool { return h.form == key }) {
				t.Error("nobody answers it")
			}
		})
	}
}
