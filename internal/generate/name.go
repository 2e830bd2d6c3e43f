package generate

import (
	_ "embed"
	"math/rand/v2"
	"strings"

	"kizuna/internal/resident/people"
)

//go:embed names.txt
var namesFile string

// spelled is a name or a part of one, in three scripts; a name that is written
// in Latin letters has its reading only.
type spelled struct{ written, kana, romaji string }

// named holds the sections of names.txt.
var named = readNames(namesFile)

func readNames(file string) map[string][]spelled {
	out := map[string][]spelled{}
	section := ""
	for line := range strings.Lines(file) {
		line = strings.TrimSpace(line)
		switch fields := strings.Fields(line); {
		case line == "" || line[0] == '#':
		case strings.HasSuffix(line, ":"):
			section = strings.TrimSuffix(line, ":")
		case len(fields) == 2:
			out[section] = append(out[section], spelled{fields[0], fields[1], ""})
		default:
			out[section] = append(out[section], spelled{fields[0], fields[1], fields[2]})
		}
	}
	return out
}

// common picks from a list whose first entries are the commonest: the n-th
// has a weight of one in n and some.
func common(r *rand.Rand, list []spelled) spelled {
	// The square of an even chance leans towards the beginning.
	x := r.Float64()
	return list[int(x*x*float64(len(list)))]
}

func any1[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

// familyName is a Japanese family name: a common one, or two parts put
// together as rarer ones are.
func familyName(r *rand.Rand) spelled {
	if r.IntN(100) < 55 {
		return common(r, named["family"])
	}
	a, b := any1(r, named["first part"]), any1(r, named["second part"])
	return spelled{a.written + b.written, a.kana + b.kana, a.romaji + b.romaji}
}

// givenName fits the year of birth, as names have fashions.
func givenName(r *rand.Rand, female bool, born int) spelled {
	of := [3]string{"man old", "man", "boy"}
	if female {
		of = [3]string{"woman old", "woman", "girl"}
	}
	switch {
	case born < 1958:
		return common(r, named[of[0]])
	case born < 2000:
		return common(r, named[of[1]])
	}
	return common(r, named[of[2]])
}

// legalName is a person's name of a family.
func legalName(r *rand.Rand, family spelled, latin, female bool, born int) people.Name {
	if latin {
		given := any1(r, named["english man"])
		if female {
			given = any1(r, named["english woman"])
		}
		return people.Name{Kind: "legal", Family: family.written, Given: given.written, FamilyKana: family.kana, GivenKana: given.kana,
			FamilyRomaji: family.written, GivenRomaji: given.written}
	}
	given := givenName(r, female, born)
	return people.Name{Kind: "legal", Family: family.written, Given: given.written, FamilyKana: family.kana, GivenKana: given.kana,
		FamilyRomaji: family.romaji, GivenRomaji: given.romaji}
}
