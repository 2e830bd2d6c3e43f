// Package search finds records by what people remember of them: a name in kanji, kana or Latin
// letters, old or new characters, the beginning of a name, a birth date in either calendar, the
// end of a telephone number. Rooms put an entry beside each record they write, in the same
// transaction, and join what is found with what the actor may see before anything is cut off.
//
// The package makes the tokens itself, so both engines find the same. It never decides who may see
// a record, and never keeps a field that a room did not give it.
package search

import "kizuna/internal/ground/db"

// Name is one name of a person or organization; any part may be empty.
type Name struct {
	Family, Given         string
	FamilyKana, GivenKana string
	Romaji                string
}

// Fields is what a record can be found by. An organization's name is Name.Family.
type Fields struct {
	Names   []Name
	Dates   []string // birth dates: YYYY-MM-DD, or YYYY-MM or YYYY when no more is known
	Phones  []string
	Numbers []string // numbers people read out, such as a case number
	Emails  []string
	Texts   []string // anything else: titles, addresses
}

// Entry is what is kept for one record.
type Entry struct {
	Kind  string
	Owner db.ID
	Fields
}

// Hit is a record found. Stage is 5 when the words together are a whole name, 4 when every word is a
// whole part, 3 when they begin a whole name, 2 when each begins or is inside a part, 1 when it only
// sounds alike or runs over several parts.
type Hit struct {
	Owner db.ID `db:"owner"`
	Stage int64 `db:"stage"`
}
