package people

import (
	"context"
	"slices"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/search"
	"kizuna/internal/office/account"
)

// Possible is a user who may have an interest in a person: who is called or reached as the person is,
// as somebody who lives with them, or as somebody who harmed them.
type Possible struct {
	User account.Somebody
	Like Card   // whom the user is like
	Why  string // word key
}

// mostAround bounds whom a person's surroundings are compared with.
const mostAround = 30

// PossibleInterests finds the users of the agency and of providers who may have an interest in a person,
// for who may record it. Whom it was said of before, either way, is not asked again; nobody is told
// of themselves.
func (r *Room) PossibleInterests(ctx context.Context, a access.Actor, person db.ID) ([]Possible, error) {
	if !a.Is(access.Supervisor) {
		return nil, fault.NotFound()
	}
	var out []Possible
	err := r.run.Read(ctx, func(q *db.Reader) error {
		if _, err := load(q, a, r.run.Now(), person); err != nil {
			return err
		}
		around, err := closeBy(q, person)
		if err == nil {
			out, err = r.possible(q, a, person, around)
		}
		return err
	})
	return out, err
}

func (r *Room) possible(q db.Q, a access.Actor, person db.ID, around []db.ID) ([]Possible, error) {
	b := db.NewBatch()
	names, contacts, cards := queueHeard(b, around), queueReached(b, around), QueueCardsFor(b, a, r.run.Now(), []db.ID{person}, around)
	decided := queueDecided(b, person)
	if err := db.Send(q, b); err != nil {
		return nil, err
	}
	words, by := likenesses(names.Rows, contacts.Rows)
	users, err := account.ByWord(q, words)
	if err != nil {
		return nil, err
	}
	known := map[db.ID]Card{}
	for _, c := range cards.Rows {
		known[c.ID] = c
	}
	var out []Possible
	for _, u := range users {
		l := by[u.Word]
		like, shown := known[l.person]
		said := slices.Contains(decided.Rows, u.ID) || slices.ContainsFunc(out, func(p Possible) bool { return p.User.ID == u.ID })
		if shown && !said && u.ID != a.ID {
			out = append(out, Possible{u.Somebody, like, l.why})
		}
	}
	return out, nil
}

// likeness is whom a word is of, and what it says.
type likeness struct {
	person db.ID
	why    string
}

// likenesses gives the words by which a user may be one of some persons: each whole name as it is
// written, read and spelled, and each mail address.
func likenesses(names []heard, contacts []reachedAt) ([]string, map[string]likeness) {
	by := map[string]likeness{}
	var words []string
	add := func(word string, l likeness) {
		if _, there := by[word]; !there && word != "" {
			by[word], words = l, append(words, word)
		}
	}
	for _, n := range names {
		for _, pair := range [][2]string{{n.Family, n.Given}, {n.FamilyKana, n.GivenKana}, {n.GivenRomaji, n.FamilyRomaji}, {n.FamilyRomaji, n.GivenRomaji}} {
			if pair[0] != "" && pair[1] != "" { // one name alone is many people's
				add(search.Fold(pair[0]+pair[1]), likeness{n.Person, "people.interest_like.name"})
			}
		}
	}
	for _, c := range contacts {
		if c.Kind == "email" {
			add(account.CleanMail(c.Value), likeness{c.Person, "people.interest_like.mail"})
		}
	}
	return words, by
}
