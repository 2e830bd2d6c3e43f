package people

import (
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/sight"
	"kizuna/internal/office/account"
)

var selectInterest = "SELECT " + db.Columns[Interest]("i") + " FROM interest i "

// interestsSeen are the interests that an actor looks after: others' alone, supervisors those in
// persons they see, administrators those in anybody they are not kept from themselves; and what is
// not yet known to be about anybody.
func interestsSeen(a access.Actor, now calendar.Time) sight.Clause {
	seen := lens(a, now).One("p.id")
	if a.Is(access.Administrator, access.System) {
		seen = lens(a, now).Free("p.id")
	}
	return sight.Clause{
		SQL:  "i.user_id <> ? AND (i.person IS NULL OR EXISTS (SELECT 1 FROM person p WHERE p.id = i.person AND " + seen.SQL + "))",
		Args: append([]any{author(a)}, seen.Args...),
	}
}

// author is the actor's id, or one that nobody has.
func author(a access.Actor) db.ID {
	if a.Known() {
		return a.ID
	}
	return db.MustID("00000000-0000-7000-8000-000000000001")
}

func loadInterest(q db.Q, a access.Actor, now calendar.Time, id db.ID) (Interest, error) {
	if !a.Is(interestKeepers...) && !a.Is(access.System) {
		return Interest{}, fault.NotFound()
	}
	may := interestsSeen(a, now)
	return db.One[Interest](q, selectInterest+"WHERE i.id = ? AND "+may.SQL, append([]any{id}, may.Args...)...)
}

func interestsByID(q db.Q, ids []db.ID) ([]Interest, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return db.All[Interest](q, selectInterest+"WHERE i.id IN (??) ORDER BY i.id", db.ListOf(ids))
}

// interestsSince gives the interests in a person that were made since a moment and stand.
func interestsSince(q db.Q, person db.ID, at calendar.Time) ([]Interest, error) {
	return db.All[Interest](q, selectInterest+"WHERE i.person = ? AND i.status = 'stands' AND i.created_at >= ? ORDER BY i.id", person, at)
}

// interestsBetween gives what is said of a user and a person.
func interestsBetween(q db.Q, user, person db.ID) ([]Interest, error) {
	return db.All[Interest](q, selectInterest+"WHERE i.user_id = ? AND i.person = ? ORDER BY i.id", user, person)
}

// interestsIn gives what is said of others than the actor and a person: what stands first.
func interestsIn(q db.Q, a access.Actor, person db.ID) ([]Interest, error) {
	return db.All[Interest](q, selectInterest+"WHERE i.person = ? AND i.user_id <> ? AND i.status IN ('stands', 'refuted') ORDER BY i.status DESC, i.id LIMIT 200", person, author(a))
}

func declaredBy(q db.Q, user, before db.ID, limit int) ([]Interest, error) {
	if before.IsZero() {
		before = lastID
	}
	return db.All[Interest](q, selectInterest+"WHERE i.user_id = ? AND i.declared = TRUE AND i.status <> 'void' AND i.id < ? ORDER BY i.id DESC LIMIT ?", user, before, limit)
}

func listInterests(q db.Q, a access.Actor, now calendar.Time, status string, before db.ID, limit int) ([]Interest, error) {
	if before.IsZero() {
		before = lastID
	}
	may := interestsSeen(a, now)
	return db.All[Interest](q, selectInterest+"WHERE i.status = ? AND i.id < ? AND "+may.SQL+" ORDER BY i.id DESC LIMIT ?",
		append(append([]any{status, before}, may.Args...), limit)...)
}

// numberedPerson is who has a number at the agency, if anybody.
// QueueDeclared gives what others than the actor declared and nobody has found the person for, the earliest first: it holds
// for nobody until somebody does. It is for those who keep interests.
func QueueDeclared(b *db.Batch, a access.Actor, limit int) *db.Answer[Interest] {
	return db.Queue[Interest](b, selectInterest+"WHERE i.status = 'declared' AND i.user_id <> ? ORDER BY i.id LIMIT ?", author(a), limit)
}

func numberedPerson(q db.Q, number string) (db.ID, error) {
	id, _, err := db.Maybe[db.ID](q, "SELECT COALESCE(p.merged_into, p.id) FROM person p WHERE p.number = ? AND p.status <> 'void' LIMIT 1", number)
	return id, err
}

// cardKnown is the card of somebody whom the actor may know to exist, or not found.
func cardKnown(q db.Q, a access.Actor, now calendar.Time, id db.ID) (Card, error) {
	may := findable(a, now)
	return db.One[Card](q, selectCard+"p.id = ? AND "+may.SQL, append([]any{id}, may.Args...)...)
}

// mayHaveInterest is a fault beside the field unless a user is somebody who may come to see files.
func mayHaveInterest(tx *op.Tx, user db.ID) error {
	kinds, err := account.KindsOf(tx, user)
	if err != nil {
		return err
	}
	if kind := kinds[user]; kind != account.Staff && kind != account.Provider {
		return fault.Invalid(fault.Field{Pointer: "/user_id", Key: "fault.bad_choice"})
	}
	return nil
}

// KeptFrom lists the users who are kept from any of some persons, for a room that gives out work: it
// says of nobody why.
func KeptFrom(q db.Q, persons ...db.ID) ([]db.ID, error) {
	return sight.BarredFrom(q, "person", persons...)
}

// HarmAt lists those of some providers at whom somebody works who harmed one of the persons, or whom one
// of them harmed. Nothing of the persons goes there, for those who work together talk.
func HarmAt(q db.Q, persons, providers []db.ID) ([]db.ID, error) {
	if len(persons) == 0 || len(providers) == 0 {
		return nil, nil
	}
	return db.All[db.ID](q, `SELECT DISTINCT u.provider FROM interest i JOIN account_user u ON u.id = i.user_id AND u.status = 'active'
		WHERE i.person IN (??) AND i.status = 'stands' AND i.kind = 'harm' AND u.provider IN (??) ORDER BY u.provider`, db.ListOf(persons), db.ListOf(providers))
}

// closeBy gives a person, who lives with them and who harmed them.
func closeBy(q db.Q, person db.ID) ([]db.ID, error) {
	list, err := db.All[db.ID](q, `SELECT m.person FROM household_member m WHERE m.status = 'active' AND m.until_date = '' AND m.person <> ?
		AND m.household IN (SELECT household FROM household_member WHERE person = ? AND status = 'active' AND until_date = '')
		UNION SELECT other FROM relationship WHERE person = ? AND kind = 'perpetrator' AND status = 'active' LIMIT ?`, person, person, person, mostAround)
	return append([]db.ID{person}, list...), err
}

// queueDecided gives the users of whom it was said that they have an interest in a person, or none.
func queueDecided(b *db.Batch, person db.ID) *db.Answer[db.ID] {
	return db.Queue[db.ID](b, "SELECT user_id FROM interest WHERE person = ? AND status IN ('stands', 'refuted')", person)
}
