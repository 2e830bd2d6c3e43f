package consent

import (
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/resident/people"
)

var selectConsent = "SELECT " + db.Columns[Consent]("") + " FROM consent WHERE "

func byID(q db.Q, id db.ID) (Consent, error) { return db.One[Consent](q, selectConsent+"id = ?", id) }

// QueueOf gives the consents of a person in a batch, the newest first; the
// caller has checked that the actor may see the person.
func QueueOf(b *db.Batch, person db.ID) *db.Answer[Consent] {
	return db.Queue[Consent](b, textOf, person)
}

var textOf = selectConsent + "person = ? AND status <> 'void' ORDER BY id DESC LIMIT 100"

// QueueHeld counts in a batch the consents and disclosures of persons, whom the
// actor may see.
func QueueHeld(b *db.Batch, _ access.Actor, _ calendar.Time, persons []db.ID) *db.Answer[people.Held] {
	return db.Queue[people.Held](b, `SELECT 'consent' AS kind, person, COUNT(*) AS n FROM consent WHERE person IN (??) AND status <> 'void' GROUP BY person
		UNION ALL SELECT 'disclosure' AS kind, person, COUNT(*) AS n FROM disclosure WHERE person IN (??) GROUP BY person`, db.ListOf(persons), db.ListOf(persons))
}

func overdue(q db.Q, today calendar.Date, limit int) ([]Consent, error) {
	return db.All[Consent](q, selectConsent+"status = 'given' AND until_date <> '' AND until_date < ? ORDER BY until_date LIMIT ?", today, limit)
}

// QueueDisclosures gives what was disclosed about a person in a batch, the
// newest first; the caller has checked that the actor may see the person.
func QueueDisclosures(b *db.Batch, person db.ID) *db.Answer[Disclosure] {
	return db.Queue[Disclosure](b, textDisclosures, person)
}

var selectDisclosure = "SELECT " + db.Columns[Disclosure]("") + " FROM disclosure WHERE "

var textDisclosures = selectDisclosure + "person = ? ORDER BY id DESC LIMIT 100"

// Disclosures lists what was disclosed about a person, the newest first; the
// caller has checked that the actor may see the person.
func Disclosures(q db.Q, person db.ID) ([]Disclosure, error) {
	return db.All[Disclosure](q, textDisclosures, person)
}

func disclosureByID(q db.Q, id db.ID) (Disclosure, error) {
	return db.One[Disclosure](q, selectDisclosure+"id = ?", id)
}

// QueueToReview gives in a batch what left in an emergency, by others than the
// actor and about persons they see, and nobody reviewed: the earliest first.
func QueueToReview(b *db.Batch, a access.Actor, now calendar.Time, limit int) *db.Answer[Disclosure] {
	seen := people.Reached(a, now)
	return db.Queue[Disclosure](b, "SELECT "+db.Columns[Disclosure]("d")+` FROM disclosure d JOIN person p ON p.id = d.person
		WHERE d.basis = 'emergency' AND d.status = 'made' AND (d.made_by IS NULL OR d.made_by <> ?) AND `+seen.SQL+" ORDER BY d.id LIMIT ?",
		append(append([]any{a.ID}, seen.Args...), limit)...)
}
