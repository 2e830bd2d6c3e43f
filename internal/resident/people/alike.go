package people

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/search"
	"kizuna/internal/ground/sight"
)

// Traits are what is compared of a person with others who may be the same. What is withheld is left
// out, so that nobody learns it from a likeness.
func Traits(p Person, names []Name, contacts []Contact, addresses []Address, today calendar.Date) search.Traits {
	e := Entry(p, names, contacts, today)
	t := search.Traits{Names: e.Names, Gender: p.Gender, Phones: e.Phones, Emails: e.Emails}
	if len(e.Dates) > 0 {
		t.Born = e.Dates[0]
	}
	if p.Protected(today) {
		return t
	}
	for _, a := range addresses {
		if !a.Protected && a.Lines != "" {
			t.Addresses = append(t.Addresses, a.Lines)
		}
	}
	return t
}

// like is a person who resembles another.
type like struct {
	Card Card
	search.Likeness
}

// known is a person with what is compared.
type known struct {
	Card   Card
	Traits search.Traits
}

// traitsOf reads persons with their traits; the caller decides who may know of a likeness.
func traitsOf(q db.Q, ids []db.ID, today calendar.Date) ([]known, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	b := db.NewBatch()
	cards := QueueCards(b, ids...)
	names, contacts := queueHeard(b, ids), queueReached(b, ids)
	homes := queueHomes(b, ids)
	if err := db.Send(q, b); err != nil {
		return nil, err
	}
	named, called, live := namesBy(names.Rows), contactsBy(contacts.Rows), map[db.ID][]Address{}
	for _, h := range homes.Rows {
		live[h.Person] = append(live[h.Person], Address{Lines: h.Lines, Protected: h.Protected})
	}
	out := make([]known, len(cards.Rows))
	for i, c := range cards.Rows {
		p := Person{BirthDate: c.BirthDate, BirthPrecision: c.BirthPrecision, Gender: c.Gender, ProtectedUntil: c.ProtectedUntil}
		out[i] = known{c, Traits(p, named[c.ID], called[c.ID], live[c.ID], today)}
	}
	return out, nil
}

// resembling gives those who share a key with somebody and weigh at least so much, the heaviest first.
func resembling(q db.Q, t search.Traits, among sight.Clause, least float64, today calendar.Date) ([]like, error) {
	near, err := search.Near(q, "person", t, search.Scope{Join: "person p ON p.id = c.owner", Where: among})
	if err != nil {
		return nil, err
	}
	others, err := traitsOf(q, near, today)
	if err != nil {
		return nil, err
	}
	portrait := search.Draw(t)
	var out []like
	for _, o := range others {
		if l := portrait.Like(search.Draw(o.Traits)); l.Weight >= least {
			out = append(out, like{o.Card, l})
		}
	}
	slices.SortStableFunc(out, func(a, b like) int { return cmp.Compare(b.Weight, a.Weight) })
	return out, nil
}

// count remembers how many persons there are, which the weight of a likeness is judged by.
type count struct {
	mu sync.Mutex
	n  int
	at calendar.Time
}

// recount is how old the number of persons may be: a threshold follows its logarithm.
const recount = time.Hour

func (r *Room) persons(q db.Q) (int, error) {
	r.count.mu.Lock()
	defer r.count.mu.Unlock()
	if r.count.at > 0 && r.run.Now() < r.count.at.Add(recount) {
		return r.count.n, nil
	}
	n, err := countPersons(q)
	if err == nil {
		r.count.n, r.count.at = n, r.run.Now()
	}
	return n, err
}

// asked is how much lighter, in bits, a likeness may be when somebody who is just registering the
// person can say at once that it is another.
const asked = 8

// maxAlike is how many are shown to somebody who registers a person.
const maxAlike = 5

// Alike gives the people who may be the person that somebody is about to register, the most alike
// first. Like Search it finds whoever is not restricted, and keeps that a search was made.
func (r *Room) Alike(ctx context.Context, a access.Actor, in PersonInput) ([]Match, error) {
	if err := in.Validate(r.today(ctx)); err != nil {
		return nil, err
	}
	return r.alike(ctx, a, in)
}

// AlikeSoFar is Alike of a form that is still being filled in: what is missing or not right yet is
// not minded.
func (r *Room) AlikeSoFar(ctx context.Context, a access.Actor, in PersonInput) ([]Match, error) {
	_ = in.Validate(r.today(ctx)) // for what it tidies
	if len(in.Names)+len(in.Contacts) == 0 {
		return nil, nil
	}
	return r.alike(ctx, a, in)
}

func (r *Room) alike(ctx context.Context, a access.Actor, in PersonInput) ([]Match, error) {
	today := r.today(ctx)
	var p Person
	in.copyTo(&p)
	t := Traits(p, in.names(db.ID{}), in.contacts(db.ID{}), in.addresses(db.ID{}), today)
	var out []Match
	err := r.run.Read(ctx, func(q *db.Reader) error {
		n, err := r.persons(q)
		if err != nil {
			return err
		}
		found, err := resembling(q, t, findable(a, r.run.Now()), search.Threshold(n)-asked, today)
		if err != nil || len(found) == 0 {
			return err
		}
		out, err = matches(q, a, r.run.Now(), found[:min(len(found), maxAlike)])
		return err
	})
	if err != nil || len(out) == 0 {
		return nil, err
	}
	return out, r.run.Reads.Note(ctx, a, "searched", "person", db.ID{}, "")
}

// findable is who an actor may know to exist.
func findable(a access.Actor, now calendar.Time) sight.Clause {
	may := named(a, now)
	return sight.Clause{SQL: "p.status = 'active' AND " + may.SQL, Args: may.Args}
}

// named is whose card an actor may see: of who is not restricted, or whom they reach.
func named(a access.Actor, now calendar.Time) sight.Clause {
	seen := lens(a, now).One("p.id")
	return lens(a, now).Except(sight.Clause{SQL: "(p.restricted = FALSE OR " + seen.SQL + ")", Args: seen.Args}, "p.id")
}

func matches(q db.Q, a access.Actor, now calendar.Time, found []like) ([]Match, error) {
	ids := make([]db.ID, len(found))
	for i, f := range found {
		ids[i] = f.Card.ID
	}
	visible, err := visibleAmong(q, a, now, ids)
	if err != nil {
		return nil, err
	}
	out := make([]Match, len(found))
	for i, f := range found {
		out[i] = Match{Card: f.Card, Score: int(f.Weight), Visible: visible[f.Card.ID]}
		for _, reason := range f.Reasons {
			out[i].Reasons = append(out[i].Reasons, reason.Key)
		}
	}
	return out, nil
}
