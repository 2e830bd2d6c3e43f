package text

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

func TestWordsFile(t *testing.T) {
	found, errs := parseWords("people", "people/words.txt", `# 住民
title
  ja 住民
  en Residents

people.found
	ja {n}人見つかりました
	# the plural
	en {n|One person found by {who}|{n} people found by {who}}, {who}
	vi {n} {who}
status.person.active
  ja 一行目\n二行目
  en one\ntwo
people.this
  ja この住民
  en {n|this person|these people}
`)
	want := []string{ // {who} is in en and vi only
		"people/words.txt:6: people.found: {who} is in en but not in ja",
	}
	check(t, errs, want)
	for key, said := range map[string]string{
		"people.title":         "Residents",
		"people.found":         "2 people found by Aoi, Aoi",
		"status.person.active": "one\ntwo",
		"people.this":          "these people",
	} {
		if got := found[key].in[EN].fill(EN, key, map[string]any{"n": 2, "who": "Aoi"}); got != said {
			t.Errorf("%s: %q, want %q", key, got, said)
		}
	}
	if got := found["people.found"].in[EN].fill(EN, "", map[string]any{"n": 1, "who": "Aoi"}); got != "One person found by Aoi, Aoi" {
		t.Error(got)
	}
	if found["people.found"].where != "people/words.txt:6" {
		t.Error(found["people.found"].where)
	}
}

func TestWordsFileSaysWhatIsWrong(t *testing.T) {
	for file, want := range map[string]string{
		"  ja 住民\n":                            "w:1: a phrase without a key above it",
		"a\n  ja 住民\n":                         "w:1: p.a has no en",
		"a\n  en x\n":                          "w:1: p.a has no ja",
		"a\nb\n  ja 住\n  en x\n":               "w:1: p.a has no ja; w:1: p.a has no en",
		"a\n  ja 住\n  en x\na\n  ja 住\n  en x": "w:4: p.a is already at w:1",
		"a\n  ja 住\n  ja 民\n  en x":            "w:3: ja is said twice",
		"a\n  ja 住\n  en\n":                    "w:3: nothing said in en; w:1: p.a has no en",
		"a\n  ja 住\n  en x\n  English x":       `w:4: "English" is no language`,
		"a\n  ja 住\n  en x\n  EN x":            `w:4: "EN" is no language`,
		"a\n  ja {n}\n  en x":                  "w:1: p.a: {n} is in ja but not in en",
		"a\n  ja {m}\n  en {n}":                "w:1: p.a: {m} is in ja but not in en; w:1: p.a: {n} is in en but not in ja",
		"a\n  ja {n}\n  en {n}\n  vi x":        "w:1: p.a: {n} is in en but not in vi",
		"a\n  ja 住\n  en {n|one|{n}}":          "w:1: p.a: {n} is in en but not in ja",
		"a\n  ja {n\n  en x":                   "w:2: { without }",
		"a\n  ja n}\n  en x":                   "w:2: } without {",
		"a\n  ja {}\n  en x":                   "w:2: {} is no placeholder name",
		"a\n  ja {人}\n  en x":                  "w:2: {人} is no placeholder name",
		"a\n  ja x\n  en {n|one}":              "w:3: {n|…} needs two forms",
		"a\n  ja x\n  en {n|one|two|three}":    "w:3: {n|…} needs exactly two forms and a }",
		"a\n  ja x\n  en {n|one|two":           "w:3: {n|…} needs exactly two forms and a }",
		"A b\n  ja x\n  en x":                  `w:1: "p.A b" is no key: small letters, digits, _ and dots`,
		"a.\n  ja x\n  en x":                   `w:1: "p.a." is no key: small letters, digits, _ and dots`,
		"a\xff":                                "w:0: not UTF-8",
	} {
		_, errs := parseWords("p", "w", file)
		check(t, errs, strings.Split(want, "; "))
	}
}

func check(t *testing.T, errs []error, want []string) {
	t.Helper()
	var got []string
	for _, err := range errs {
		got = append(got, err.Error())
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %s\nwant %s", strings.Join(got, "\n     "), strings.Join(want, "\n     "))
	}
}

// A key that two rooms say is told by Check, with both places; the first keeps it.
func TestRegisterTwice(t *testing.T) {
	had := problems
	defer func() {
		problems = had
		delete(words, "twice.a")
	}()
	Register("twice", "a\n  ja 一\n  en one\n")
	Register("twice", "a\n  ja 二\n  en two\n")
	err := errors.Join(problems[len(had):]...)
	const where = "internal/ground/text/words.txt:1: "
	if err == nil || err.Error() != where+"twice.a is already in "+strings.TrimSuffix(where, ": ") || Check() == nil {
		t.Errorf("%v", err)
	}
	if got := T(EN, "twice.a", nil); got != "one" {
		t.Error(got)
	}
}

func FuzzWordsFile(f *testing.F) {
	f.Add(wordsFile)
	f.Add("a\n  ja {n}\n  en {n|one|{n|{n}|x} cases}\n  vi {n}\n")
	f.Add("a\n  ja }{\n")
	f.Fuzz(func(t *testing.T, file string) {
		found, errs := parseWords("p", "w", file)
		for key, w := range found {
			args, chosen := map[string]any{}, map[string]bool{}
			printed := map[string]bool{}
			for _, p := range w.in {
				p.names(printed, chosen)
			}
			for name := range printed {
				args[name] = 2
			}
			for name := range chosen {
				args[name] = 1
			}
			for lang, p := range w.in {
				p.fill(lang, key, args)
			}
			if len(errs) == 0 && (w.in[JA] == nil || w.in[EN] == nil || len(w.in[JA].unmatched(w.in[EN])) > 0) {
				t.Fatalf("%s passes", key)
			}
		}
	})
}
