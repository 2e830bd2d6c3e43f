package consent

import (
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
)

var selectConsent = "SELECT " + db.Columns[Consent]("") + " FROM consent WHERE "

func byID(q db.Q, id db.ID) (Consent, error) { return db.One[Consent](q, selectConsent+"id = ?", id) }

// QueueOf gives the consents of a person in a batch, the newest first; the
// caller has checked that the actor may see the person.
func QueueOf(b *db.Batch, person db.ID) *db.Answer[Consent] {
	return db.Queue[Consent](b, textOf, person)
}

var textOf = selectConsent + "person = ? AND status <> 'void' ORDER BY id DESC LIMIT 100"

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
