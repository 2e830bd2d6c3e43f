package consent

import (
	"context"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
)

// Consents are those of one person that stand.
type Consents []Consent

// Given reads the consents of a person that stand.
func Given(q db.Q, person db.ID) (Consents, error) {
	return db.All[Consent](q, selectConsent+"person = ? AND status = 'given' ORDER BY id DESC", person)
}

// Covering finds the consent that lets a recipient have the most of the fields
// on a day. missing are those it does not cover: all of them, and no consent,
// when none fits.
func (list Consents) Covering(recipient string, fields []string, on calendar.Date) (consent db.ID, missing []string) {
	missing = fields
	for _, c := range list {
		left := c.Covers(recipient, fields, on)
		if len(left) < len(missing) || len(left) == 0 && consent.IsZero() {
			consent, missing = c.ID, left
		}
	}
	return consent, missing
}

// ByID gives consents whoever asks: what a packet asks each time it is opened.
func ByID(q db.Q, ids ...db.ID) (map[db.ID]Consent, error) {
	out := make(map[db.ID]Consent, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	list, err := db.All[Consent](q, selectConsent+"id IN (??)", db.ListOf(ids))
	for _, c := range list {
		out[c.ID] = c
	}
	return out, err
}

// Get gives a consent of a person the actor may see.
func (r *Room) Get(ctx context.Context, a access.Actor, id db.ID) (c Consent, err error) {
	err = r.run.Read(ctx, func(q *db.Reader) error {
		c, err = r.load(q, a, r.run.Now(), id)
		return err
	})
	return c, err
}

// File is what a person agreed to and what was disclosed about them.
type File struct {
	Consents    []Consent
	Disclosures []Disclosure
}

// Of gives a person's file; residents read their own.
func (r *Room) Of(ctx context.Context, a access.Actor, person db.ID) (f File, err error) {
	err = r.run.Read(ctx, func(q *db.Reader) error {
		if err := seen(q, a, r.run.Now(), person); err != nil {
			return err
		}
		b := db.NewBatch()
		consents, disclosures := QueueOf(b, person), QueueDisclosures(b, person)
		if err := db.Send(q, b); err != nil {
			return err
		}
		f = File{consents.Rows, disclosures.Rows}
		return nil
	})
	return f, err
}
