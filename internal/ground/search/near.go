package search

import (
	"kizuna/internal/ground/db"
)

// mostNear bounds how many records one key may bring; more share it by accident.
const mostNear = 300

// Near gives the records of a kind that may be of the person whose traits these are, to be compared:
// those that share one of the keys that two records of one person mostly share, whatever slip is in
// one of them. The keys are tokens of the index and combinations of these, so that no list of a
// common name is read to its end:
//
//	the whole name, in either order, and the year or the day of birth
//	the family or the given name, and the month or the day of birth
//	the birth date · a telephone number · an e-mail address
//	the whole name alone, of which the first fifty
func Near(q db.Q, kind string, t Traits, s Scope) ([]db.ID, error) {
	keys, names := blocks(kind, t)
	query := Query{Kind: kind, Limit: mostNear}
	var out []db.ID
	seen := map[db.ID]bool{}
	ask := func(ways []way, limit int) error {
		if len(ways) == 0 {
			return nil
		}
		query.Limit = limit
		c := query.through(q.Engine(), stageFull, [][]way{ways}, s)
		hits, err := db.All[Hit](q, c.SQL, c.Args...)
		for _, h := range hits {
			if !seen[h.Owner] {
				seen[h.Owner] = true
				out = append(out, h.Owner)
			}
		}
		return err
	}
	if err := ask(keys, mostNear); err != nil {
		return nil, err
	}
	return out, ask(names, defaultLimit)
}

// blocks gives the keys of traits, and the whole names.
func blocks(kind string, t Traits) (keys, names []way) {
	letter := kindLetter(kind)
	tok := func(class byte, value string) string { return string([]byte{letter, class}) + value }
	born := onlyDigits(t.Born)
	var coarse, fine []string // what a whole name, and what a part needs beside it
	if len(born) >= 4 {
		coarse = append(coarse, tok(classYear, born[:4]))
	}
	if len(born) >= 6 {
		fine = append(fine, tok(classDay, born[:6]))
	}
	if len(born) == 8 {
		day := tok(classMonth, born[4:])
		coarse, fine = append(coarse, day), append(fine, day)
		keys = append(keys, way{tok(classDay, born)})
	}
	whole, parts := nameTokens(tok, t.Names)
	for _, w := range whole {
		names = append(names, way{w})
	}
	for _, alone := range whole {
		for _, with := range coarse {
			keys = append(keys, way{alone, with})
		}
	}
	for _, part := range parts {
		for _, with := range fine {
			keys = append(keys, way{part, with})
		}
	}
	for _, s := range t.Phones {
		if digits := phoneDigits(s); len(digits) >= 6 {
			keys = append(keys, way{tok(classPhone, digits)})
		}
	}
	for _, s := range t.Emails {
		if plain := alphanumeric(prepare(clip(s))); plain != "" {
			keys = append(keys, way{tok(classEmail, plain)})
		}
	}
	return keys, names
}

// nameTokens gives the tokens of whole names, in either order and as they sound alike, and those of
// their parts.
func nameTokens(tok tokenMaker, list []Name) (whole, parts []string) {
	seen := map[string]bool{}
	add := func(to *[]string, class byte, value string) {
		if token := tok(class, value); value != "" && len(value) <= 120 && !seen[token] {
			seen[token] = true
			*to = append(*to, token)
		}
	}
	part := func(s string) {
		switch {
		case onlyKana(s):
			add(&parts, classLatin, latin(spell(s)))
		case onlyLatin(s):
			add(&parts, classLatin, latin(s))
		default:
			add(&parts, classWhole, encode(enlarge(s)))
		}
	}
	for _, n := range list {
		for _, pair := range [][2]string{{n.Family, n.Given}, {n.FamilyKana, n.GivenKana}, {n.Romaji, ""}} {
			family, given := squeeze(prepare(clip(pair[0]))), squeeze(prepare(clip(pair[1])))
			for range 2 {
				switch joined := family + given; {
				case joined == "":
				case onlyKana(joined):
					add(&whole, classJoined, latin(spell(joined)))
					add(&whole, classAlike, unvoiced(latin(spell(joined))))
				case onlyLatin(joined):
					add(&whole, classJoined, latin(joined))
					add(&whole, classAlike, unvoiced(latin(joined)))
				default:
					add(&whole, classWhole, encode(enlarge(joined)))
				}
				family, given = given, family
			}
			if pair[1] != "" {
				part(family)
				part(given)
			}
		}
	}
	return whole, parts
}
