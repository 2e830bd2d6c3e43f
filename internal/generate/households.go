package generate

import (
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/text"
	"kizuna/internal/resident/people"
)

// Household is an invented household with those who live in it, its head
// first, ready for people.Load but for the teams that reach them.
type Household struct {
	people.Household
	Residents []people.Resident
	Members   []people.Member
}

// Households invents the households of about so many persons, as they were on
// a day; they became known to the agency over the three years before it.
func Households(seed uint64, lang text.Lang, today calendar.Date, persons int) []Household {
	from, about := source{seed, lang, today}, persons*10/22
	var out []Household
	for n, left := 0, persons; left > 0; n++ {
		f := from.household(n, from.knownSince(n, about))
		out = append(out, Household{f.household, f.residents, f.members})
		left -= len(f.residents)
	}
	return out
}
