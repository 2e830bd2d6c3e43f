package draft

import (
	"encoding/json"
	"fmt"

	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
)

// Send is a form that was sent after its sign-in had ended. Once the same user
// has signed in again a page shows it as a form of hidden fields with one
// button, so that it goes on without JavaScript.
type Send struct {
	Path   string              // where it was sent
	Fields map[string][]string // what it held
}

// Parked is a kept Send in a list.
type Parked struct {
	ID      db.ID         `db:"id"`
	Path    string        `db:"form"`
	At      calendar.Time `db:"at"`
	Expires calendar.Time `db:"expires"`
}

// Park keeps a send for the user whom the ended sign-in names. A user has at
// most ten; the oldest give way.
func (d *Drafts) Park(w db.W, user db.ID, send Send) (db.ID, error) {
	if user.IsZero() {
		return db.ID{}, fault.Defect(fmt.Errorf("draft: a send parked for nobody"))
	}
	body, err := json.Marshal(send.Fields)
	if err != nil {
		return db.ID{}, fault.Defect(err)
	}
	box, err := d.seal(sealed{user, send.Path, body})
	if err != nil {
		return db.ID{}, err
	}
	now, id := d.clock.Now(), db.NewID()
	err = db.Insert(w, "draft", row{ID: id, Owner: user, Form: send.Path, Body: box, Parked: true, At: now, Expires: now.Add(ParkedFor)})
	if err != nil {
		return db.ID{}, err
	}
	_, err = db.Exec(w, `DELETE FROM draft WHERE owner = ? AND parked = TRUE AND id NOT IN
		(SELECT id FROM draft WHERE owner = ? AND parked = TRUE ORDER BY id DESC LIMIT ?)`, user, user, maxParked)
	return id, err
}

// ParkedOf lists a user's parked sends, the newest first.
func (d *Drafts) ParkedOf(q db.Q, user db.ID) ([]Parked, error) {
	return db.All[Parked](q, `SELECT id, form, at, expires FROM draft WHERE owner = ? AND parked = TRUE AND expires > ?
		ORDER BY id DESC`, user, d.clock.Now())
}

// LoadParked gives a parked send back to its user; anybody else's is not
// found.
func (d *Drafts) LoadParked(q db.Q, user, id db.ID) (Send, error) {
	r, err := db.One[row](q, `SELECT `+columns+` FROM draft WHERE id = ? AND owner = ? AND parked = TRUE AND expires > ?`,
		id, user, d.clock.Now())
	if err != nil {
		return Send{}, err
	}
	open, err := d.open(r)
	if err != nil {
		return Send{}, err
	}
	send := Send{Path: open.Form}
	if err := json.Unmarshal(open.Body, &send.Fields); err != nil {
		return Send{}, fault.Defect(err)
	}
	return send, nil
}

// DropParked ends a parked send, when it was sent on or thrown away.
func (d *Drafts) DropParked(w db.W, user, id db.ID) error {
	_, err := db.Exec(w, `DELETE FROM draft WHERE id = ? AND owner = ? AND parked = TRUE`, id, user)
	return err
}
