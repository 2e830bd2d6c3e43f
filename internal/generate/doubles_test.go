package generate_test

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/text/width"

	"kizuna/internal/generate"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/journal"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/search"
	"kizuna/internal/ground/text"
	"kizuna/internal/kizunatest"
	"kizuna/internal/resident/people"
)

const registryDay = "2026-11-24"

// register loads a registry of so many doubles, which KIZUNA_DOUBLES makes more, and gives what is
// compared of each resident.
func register(t *testing.T, d *db.DB, lang text.Lang) (generate.Registry, map[db.ID]search.Traits) {
	t.Helper()
	n := 400
	if s := os.Getenv("KIZUNA_DOUBLES"); s != "" {
		n, _ = strconv.Atoi(s)
	}
	reg := generate.Doubled(7, lang, registryDay, n)
	run := &op.Runner{Data: d, Vault: kizunatest.Vault(t), Clock: kizunatest.Clock()}
	for lot := range slices.Chunk(reg.Residents, 2000) {
		_, err := op.Do(ctx, run, access.TheSystem(), "person.load", len(lot), func(tx *op.Tx) (int, error) {
			return 0, people.Load(tx, people.Loaded{Residents: lot}, registryDay)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := search.Tidy(ctx, d); err != nil {
		t.Fatal(err)
	}
	traits := make(map[db.ID]search.Traits, len(reg.Residents))
	for _, x := range reg.Residents {
		traits[x.Person.ID] = people.Traits(x.Person, x.Names, x.Contacts, x.Addresses, registryDay)
	}
	return reg, traits
}

type couple [2]db.ID

func coupleOf(a, b db.ID) couple {
	if b.String() < a.String() {
		a, b = b, a
	}
	return couple{a, b}
}

// TestDoublesAreFound holds the candidates of a whole registry to its labels.
func TestDoublesAreFound(t *testing.T) {
	for _, lang := range []text.Lang{text.JA, text.EN} {
		t.Run(string(lang), func(t *testing.T) {
			kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
				reg, traits := register(t, d, lang)
				judge(t, d, lang, reg, traits)
			})
		})
	}
}

// weigh compares every resident with those who share a key.
func weigh(t *testing.T, d *db.DB, traits map[db.ID]search.Traits) (weights map[couple]float64, compared int) {
	t.Helper()
	portraits := make(map[db.ID]search.Portrait, len(traits))
	for id, x := range traits {
		portraits[id] = search.Draw(x)
	}
	weights = map[couple]float64{}
	err := d.Read(ctx, func(q *db.Reader) error {
		for id, x := range traits {
			near, err := search.Near(q, "person", x, search.Scope{})
			if err != nil {
				return err
			}
			for _, other := range near {
				if other != id {
					compared++
					weights[coupleOf(id, other)] = portraits[id].Like(portraits[other]).Weight
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return weights, compared
}

func judge(t *testing.T, d *db.DB, lang text.Lang, reg generate.Registry, traits map[db.ID]search.Traits) {
	weights, compared := weigh(t, d, traits)
	threshold := search.Threshold(len(reg.Residents))
	labels := map[couple]generate.Double{}
	for _, x := range reg.Doubles {
		labels[coupleOf(x.First, x.Second)] = x
	}
	right, wrong, blocked := 0, 0, 0
	type tally struct{ of, found int }
	by := map[string]*tally{}
	for c, x := range labels {
		w, near := weights[c]
		if !near {
			blocked++
		}
		found := near && w >= threshold
		if found {
			right++
		}
		names := x.Slips
		if len(names) == 0 {
			names = []string{"none"}
		}
		if len(names) > 1 {
			names = append(slices.Clone(names), "two")
		}
		for _, s := range names {
			if by[s] == nil {
				by[s] = &tally{}
			}
			by[s].of++
			if found {
				by[s].found++
			}
		}
		if !found && os.Getenv("KIZUNA_MISSED") != "" {
			t.Logf("missed %v %.1f near %v\n%+v\n%+v", x.Slips, w, near, traits[c[0]], traits[c[1]])
		}
	}
	for c, w := range weights {
		if _, ok := labels[c]; !ok && w >= threshold {
			wrong++
			if os.Getenv("KIZUNA_MISSED") != "" {
				t.Logf("wrong %.1f %v\n%+v\n%+v", w, search.Draw(traits[c[0]]).Like(search.Draw(traits[c[1]])).Reasons, traits[c[0]], traits[c[1]])
			}
		}
	}
	precision, recall := float64(right)/float64(right+wrong), float64(right)/float64(len(labels))
	fmt.Printf("FIGURE | doubles among %d residents, %s | %s | threshold %.1f bits: precision %.4f, recall %.4f of %d; %.4f share no key; %.1f compared each |\n",
		len(reg.Residents), lang, d.Engine(), threshold, precision, recall, len(labels), float64(blocked)/float64(len(labels)), float64(compared)/float64(len(reg.Residents)))
	for _, s := range slices.SortedFunc(func(yield func(string) bool) {
		for k := range by {
			if !yield(k) {
				return
			}
		}
	}, cmp.Compare[string]) {
		fmt.Printf("  %-28s %6d %.4f\n", s, by[s].of, float64(by[s].found)/float64(by[s].of))
	}
	if precision < .99 || recall < .95 {
		t.Errorf("%s: precision %.4f, recall %.4f", lang, precision, recall)
	}
}

// ways are how somebody's name is typed.
var ways = []struct {
	name  string
	typed func(n people.Name) string // nothing where the name lacks a part of it
	heard bool                       // tells how a name sounds, and not how it is written
}{
	{"as written", func(n people.Name) string { return n.Family + " " + n.Given }, false},
	{"without a space", func(n people.Name) string { return n.Family + n.Given }, false},
	{"given name first", func(n people.Name) string { return n.Given + " " + n.Family }, false},
	{"katakana", func(n people.Name) string { return both(n.FamilyKana, n.GivenKana, n.FullKana()) }, true},
	{"hiragana without a space", func(n people.Name) string { return both(n.FamilyKana, n.GivenKana, hiragana(n.FamilyKana+n.GivenKana)) }, true},
	{"half-width katakana", func(n people.Name) string { return both(n.FamilyKana, n.GivenKana, width.Narrow.String(n.FullKana())) }, true},
	{"Latin letters", func(n people.Name) string { return both(n.FamilyRomaji, n.GivenRomaji, n.FullRomaji()) }, true},
	{"Latin capitals, family name first", func(n people.Name) string {
		return both(n.FamilyRomaji, n.GivenRomaji, strings.ToUpper(n.FamilyRomaji+" "+n.GivenRomaji))
	}, true},
	{"full-width Latin letters", func(n people.Name) string {
		return both(n.FamilyRomaji, n.GivenRomaji, width.Widen.String(n.FullRomaji()))
	}, true},
	{"old characters", func(n people.Name) string { return generate.OldCharacters(n.Family + " " + n.Given) }, false},
}

func both(family, given, typed string) string {
	if family == "" || given == "" {
		return ""
	}
	return typed
}

func hiragana(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'ァ' && r <= 'ヶ' {
			return r - 'ァ' + 'ぁ'
		}
		return r
	}, s)
}

// TestANameIsFoundHoweverItIsTyped looks for residents of a registry: each must be among the first
// five, those whom what was typed does not tell apart counted as one: all of a name, or, where it
// only says how the name sounds, all who are called so.
func TestANameIsFoundHoweverItIsTyped(t *testing.T) {
	for _, lang := range []text.Lang{text.JA, text.EN} {
		t.Run(string(lang), func(t *testing.T) {
			kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
				reg, _ := register(t, d, lang)
				run := &op.Runner{Data: d, Vault: kizunatest.Vault(t), Clock: kizunatest.Clock(), Reads: journal.NewReads(d, kizunatest.Vault(t), kizunatest.Clock())}
				room, chief := people.New(run), kizunatest.Staff(access.Supervisor)
				chief.Wide = true
				step := max(1, len(reg.Residents)/300)
				asked, found := map[string]int{}, map[string]int{}
				for i := 0; i < len(reg.Residents); i += step {
					x := reg.Residents[i]
					n := x.Names[0]
					for _, way := range ways {
						typed := way.typed(n)
						if strings.TrimSpace(typed) == "" || n.Given == "" {
							continue
						}
						asked[way.name]++
						matches, err := room.Search(ctx, chief, typed, people.MaxMatches)
						if err != nil {
							t.Fatal(err)
						}
						if place := placeOf(matches, x, way.heard); place < 5 {
							found[way.name]++
						} else if os.Getenv("KIZUNA_MISSED") != "" {
							t.Logf("%s %q: place %d of %d", way.name, typed, place, len(matches))
						}
					}
				}
				all, right := 0, 0
				for _, way := range ways {
					all, right = all+asked[way.name], right+found[way.name]
					fmt.Printf("  %-36s %6d %.4f\n", way.name, asked[way.name], float64(found[way.name])/float64(asked[way.name]))
				}
				fmt.Printf("FIGURE | %s among %d residents: a name typed in any script | %s | %.4f of %d among the first five |\n", lang, len(reg.Residents), d.Engine(), float64(right)/float64(all), all)
				if float64(right) < .99*float64(all) {
					t.Errorf("%d of %d were among the first five", right, all)
				}
			})
		})
	}
}

// placeOf counts the names before somebody's in an answer; many where they are not in it, unless it
// is full of namesakes.
func placeOf(matches []people.Match, x people.Resident, heard bool) int {
	called := func(c people.Card) string { return search.Fold(c.Name) }
	own := search.Fold(x.Names[0].Full())
	if heard {
		called = func(c people.Card) string { return search.Fold(c.Kana) }
		own = search.Fold(x.Names[0].FullKana())
	}
	before, names, same := map[string]bool{}, 0, 0
	for _, m := range matches {
		if m.Card.ID == x.Person.ID {
			return names
		}
		switch key := called(m.Card); {
		case key == own:
			same++
		case !before[key]:
			before[key] = true
			names++
		}
	}
	if len(matches) == people.MaxMatches && same > people.MaxMatches/2 {
		return names
	}
	return len(matches) + 100
}
