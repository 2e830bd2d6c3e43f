package people

import (
	"cmp"
	"context"
	"slices"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/search"
)

// index keeps what a person is found by in step with the record. Withheld
// contacts are not searchable, so that nobody can test a guess.
func index(tx *op.Tx, p Person, today calendar.Date) error {
	entry, err := entryOf(tx, p, today)
	if err != nil {
		return err
	}
	return search.Put(tx, entry)
}

func entryOf(q db.Q, p Person, today calendar.Date) (search.Entry, error) {
	entries, err := entriesOf(q, today, p)
	if err != nil {
		return search.Entry{}, err
	}
	return entries[0], nil
}

// entriesOf gives the entry of each person.
func entriesOf(q db.Q, today calendar.Date, persons ...Person) ([]search.Entry, error) {
	ids := make([]db.ID, len(persons))
	for i, p := range persons {
		ids[i] = p.ID
	}
	b := db.NewBatch()
	names, contacts, numbers := queueHeard(b, ids), queueReached(b, ids), queueNumbers(b, ids)
	if err := db.Send(q, b); err != nil {
		return nil, err
	}
	named, called := namesBy(names.Rows), contactsBy(contacts.Rows)
	out := make([]search.Entry, len(persons))
	for i, p := range persons {
		out[i] = Entry(p, named[p.ID], called[p.ID], today)
		for _, n := range numbers.Rows { // letters may still bear the number of a record that was merged
			if n.Into == p.ID {
				out[i].Numbers = append(out[i].Numbers, n.Number)
			}
		}
	}
	return out, nil
}

// Reindex makes again what people are found by where older rules made it, and tells for how many.
func (r *Room) Reindex(ctx context.Context) (int, error) {
	today := r.today(ctx)
	return search.Renew(ctx, r.run.Data, "person", func(q db.Q, ids []db.ID) ([]search.Entry, error) {
		persons, err := db.All[Person](q, selectPerson+"p.id IN (??)", db.ListOf(ids))
		if err != nil {
			return nil, err
		}
		return entriesOf(q, today, persons...)
	})
}

// Entry is what a person is found by.
func Entry(p Person, names []Name, contacts []Contact, today calendar.Date) search.Entry {
	e := search.Entry{Kind: "person", Owner: p.ID}
	for _, n := range names {
		e.Names = append(e.Names, search.Name{
			Family: n.Family, Given: n.Given, FamilyKana: n.FamilyKana, GivenKana: n.GivenKana, Romaji: n.FullRomaji(),
		})
	}
	if birth := p.Birth(); birth.Date != "" {
		e.Dates = []string{birthDigits(birth)}
	}
	if p.Number != "" {
		e.Numbers = []string{p.Number}
	}
	if p.Protected(today) {
		return e
	}
	for _, c := range contacts {
		switch {
		case c.Protected:
		case c.Kind == "email":
			e.Emails = append(e.Emails, c.Value)
		default:
			e.Phones = append(e.Phones, c.Value)
		}
	}
	return e
}

func birthDigits(p calendar.Partial) string {
	switch p.Precision {
	case calendar.ToMonth:
		return string(p.Date[:7])
	case calendar.ToYear:
		return string(p.Date[:4])
	}
	return string(p.Date)
}

// Match is a person found: the card, why it matches, and whether the actor may
// open it. Someone who is only findable is known to other teams; access can be
// asked for.
type Match struct {
	Card    Card
	Score   int
	Reasons []string // word keys
	Visible bool
}

// MaxMatches bounds an answer to a search.
const MaxMatches = 50

// Search finds people by any name, reading, birth date, number or telephone.
// Agency staff find everyone who is not restricted; who else asks finds
// nothing. One read line says that a search was made, never what was typed.
func (r *Room) Search(ctx context.Context, a access.Actor, text string, limit int) ([]Match, error) {
	if !a.Is(keepers...) && !a.Is(access.ProgramManager, access.Auditor) {
		return nil, fault.NotFound()
	}
	if limit <= 0 || limit > MaxMatches {
		limit = MaxMatches
	}
	var out []Match
	err := r.run.Read(ctx, func(q *db.Reader) error {
		var err error
		out, err = find(q, a, r.run.Now(), r.today(ctx), search.Query{Kind: "person", Text: text, Limit: limit})
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, r.run.Reads.Note(ctx, a, "searched", "person", db.ID{}, "")
}

// heard is of a name, and reachedAt of a contact, what a search compares.
type heard struct {
	Person       db.ID  `db:"person"`
	Family       string `db:"family"`
	Given        string `db:"given"`
	FamilyKana   string `db:"family_kana"`
	GivenKana    string `db:"given_kana"`
	FamilyRomaji string `db:"family_romaji"`
	GivenRomaji  string `db:"given_romaji"`
}

type reachedAt struct {
	Person    db.ID  `db:"person"`
	Kind      string `db:"kind"`
	Value     string `db:"value"`
	Protected bool   `db:"protected"`
}

func queueHeard(b *db.Batch, persons []db.ID) *db.Answer[heard] {
	return db.Queue[heard](b, "SELECT "+db.Columns[heard]("")+" FROM person_name WHERE person IN (??) AND status = 'active'", db.ListOf(persons))
}

func queueReached(b *db.Batch, persons []db.ID) *db.Answer[reachedAt] {
	return db.Queue[reachedAt](b, "SELECT "+db.Columns[reachedAt]("")+" FROM person_contact WHERE person IN (??) AND status = 'active'", db.ListOf(persons))
}

func namesBy(list []heard) map[db.ID][]Name {
	out := make(map[db.ID][]Name, len(list))
	for _, n := range list {
		out[n.Person] = append(out[n.Person], Name{
			Family: n.Family, Given: n.Given, FamilyKana: n.FamilyKana, GivenKana: n.GivenKana, FamilyRomaji: n.FamilyRomaji, GivenRomaji: n.GivenRomaji,
		})
	}
	return out
}

func contactsBy(list []reachedAt) map[db.ID][]Contact {
	out := make(map[db.ID][]Contact, len(list))
	for _, c := range list {
		out[c.Person] = append(out[c.Person], Contact{Kind: c.Kind, Value: c.Value, Protected: c.Protected})
	}
	return out
}

func find(q db.Q, a access.Actor, now calendar.Time, today calendar.Date, query search.Query) ([]Match, error) {
	query = query.Read()
	hits, err := search.Find(q, query, search.Scope{Join: "person p ON p.id = c.owner", Where: findable(a, now)})
	if err != nil || len(hits) == 0 {
		return nil, err
	}
	ids := make([]db.ID, len(hits))
	for i, h := range hits {
		ids[i] = h.Owner
	}
	b := db.NewBatch()
	cards := QueueCards(b, ids...)
	names := queueHeard(b, ids)
	ranker := search.NewRanker(query)
	contacts := &db.Answer[reachedAt]{}
	if ranker.Contacts() {
		contacts = queueReached(b, ids)
	}
	seen := lens(a, now).One("p.id")
	reached := db.Queue[db.ID](b, "SELECT p.id FROM person p WHERE p.id IN (??) AND "+seen.SQL, append([]any{db.ListOf(ids)}, seen.Args...)...)
	if err := db.Send(q, b); err != nil {
		return nil, err
	}
	visible := map[db.ID]bool{}
	for _, id := range reached.Rows {
		visible[id] = true
	}
	named, called := namesBy(names.Rows), contactsBy(contacts.Rows)
	out := make([]Match, 0, len(cards.Rows))
	present := make(map[db.ID]int, len(cards.Rows))
	for _, c := range cards.Rows {
		p := Person{Number: c.Number, BirthDate: c.BirthDate, BirthPrecision: c.BirthPrecision, ProtectedUntil: c.ProtectedUntil}
		score, reasons := ranker.Rank(Entry(p, named[c.ID], called[c.ID], today).Fields)
		out = append(out, Match{Card: c, Score: score, Reasons: reasons, Visible: visible[c.ID]})
		present[c.ID] = score
		if shown := slices.DeleteFunc(slices.Clone(named[c.ID]), func(n Name) bool { return n.Full() != c.Name }); len(shown) < len(named[c.ID]) {
			present[c.ID], _ = ranker.Rank(Entry(p, shown, called[c.ID], today).Fields)
		}
	}
	// Who is called so stands before who was, or is so by another name.
	slices.SortStableFunc(out, func(x, y Match) int {
		return cmp.Or(y.Score-x.Score, present[y.Card.ID]-present[x.Card.ID])
	})
	return out[:min(len(out), query.Limit)], nil
}

// List gives the people an actor reaches, the latest registered first, from
// before a person (zero: from the newest).
func (r *Room) List(ctx context.Context, a access.Actor, before db.ID, limit int) ([]Card, error) {
	var out []Card
	err := r.run.Read(ctx, func(q *db.Reader) error {
		var err error
		out, err = listPeople(q, a, r.run.Now(), before, limit)
		return err
	})
	return out, err
}
