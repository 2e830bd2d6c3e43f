// Package draft keeps what people have typed and not yet sent, so that a lost
// connection, a closed laptop or an expired sign-in loses nothing: a draft of
// any form, for a user or for whoever holds its resume code, and a parked send
// whose sign-in had ended. Everything is sealed, and expires.
//
// It never looks into a form, and nothing in it is a record: a draft ends when
// the operation it was typed for has taken it.
package draft

import (
	"context"
	"encoding/json"
	"time"

	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/jobs"
	"kizuna/internal/ground/vault"
)

const (
	// MaxBody is the largest body of a draft or a parked send, in bytes.
	MaxBody = 1 << 20
	// Usual is how long a draft is kept after it was last saved.
	Usual = 30 * 24 * time.Hour
	// ParkedFor is how long a parked send is kept.
	ParkedFor = 24 * time.Hour
	// maxParked is how many parked sends one user has; the oldest give way.
	maxParked = 10
)

const purpose = "draft"

// Drafts opens and seals drafts.
type Drafts struct {
	vault *vault.Vault
	clock calendar.Clock
}

// New makes Drafts.
func New(v *vault.Vault, clock calendar.Clock) *Drafts { return &Drafts{v, clock} }

// Draft is a form as far as it was typed.
type Draft struct {
	ID      db.ID
	Owner   db.ID  // none for a draft with a resume code
	Form    string // which form, of which record: the caller's name for it
	Body    []byte
	At      calendar.Time // last saved
	Expires calendar.Time
}

// Idle is how long ago a draft was last saved.
func (d *Drafts) Idle(of Draft) time.Duration { return d.clock.Now().Sub(of.At) }

// sealed is what the body column holds. Owner and form stand in it, so that a
// row whose other columns were changed does not open.
type sealed struct {
	Owner db.ID
	Form  string
	Body  []byte
}

func (d *Drafts) seal(s sealed) ([]byte, error) {
	if len(s.Body) > MaxBody {
		return nil, fault.TooLarge("1 MiB")
	}
	plain, err := json.Marshal(s)
	if err != nil {
		return nil, fault.Defect(err)
	}
	return d.vault.Seal(purpose, plain), nil
}

type row struct {
	ID      db.ID         `db:"id"`
	Owner   db.ID         `db:"owner"`
	Form    string        `db:"form"`
	Code    []byte        `db:"code"`
	Body    []byte        `db:"body"`
	Parked  bool          `db:"parked"`
	At      calendar.Time `db:"at"`
	Expires calendar.Time `db:"expires"`
}

func (d *Drafts) open(r row) (Draft, error) {
	plain, err := d.vault.Unseal(purpose, r.Body)
	if err != nil {
		return Draft{}, fault.Defect(err)
	}
	var s sealed
	if err := json.Unmarshal(plain, &s); err != nil {
		return Draft{}, fault.Defect(err)
	}
	if s.Owner != r.Owner || s.Form != r.Form {
		return Draft{}, fault.Defect(vault.ErrSealed)
	}
	return Draft{r.ID, r.Owner, r.Form, s.Body, r.At, r.Expires}, nil
}

var columns = db.Columns[row]("")

// Save keeps the owner's draft of a form in place of the one before, in one
// statement.
func (d *Drafts) Save(w db.W, owner db.ID, form string, body []byte) (saved calendar.Time, err error) {
	now := d.clock.Now()
	box, err := d.seal(sealed{owner, form, body})
	if err != nil {
		return 0, err
	}
	_, err = db.Exec(w, `INSERT INTO draft (id, owner, form, body, at, expires) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (owner, form) WHERE owner IS NOT NULL AND parked = FALSE
		DO UPDATE SET body = excluded.body, at = excluded.at, expires = excluded.expires`,
		db.NewID(), owner, form, box, now, now.Add(Usual))
	return now, err
}

// Load gives the owner's draft of a form; ok is false when there is none.
func (d *Drafts) Load(q db.Q, owner db.ID, form string) (draft Draft, ok bool, err error) {
	r, ok, err := db.Maybe[row](q, `SELECT `+columns+` FROM draft WHERE owner = ? AND form = ? AND parked = FALSE AND expires > ?`,
		owner, form, d.clock.Now())
	if err != nil || !ok {
		return Draft{}, false, err
	}
	draft, err = d.open(r)
	return draft, err == nil, err
}

// Item is a draft in a list.
type Item struct {
	ID      db.ID         `db:"id"`
	Form    string        `db:"form"`
	At      calendar.Time `db:"at"`
	Expires calendar.Time `db:"expires"`
}

// List gives an owner's drafts, the last saved first.
func (d *Drafts) List(q db.Q, owner db.ID) ([]Item, error) {
	return db.All[Item](q, `SELECT id, form, at, expires FROM draft WHERE owner = ? AND parked = FALSE AND expires > ?
		ORDER BY at DESC, id DESC LIMIT 100`, owner, d.clock.Now())
}

// Drop ends the owner's draft of a form, usually in the transaction that took
// what was in it. Dropping one that is gone is no fault.
func (d *Drafts) Drop(w db.W, owner db.ID, form string) error {
	_, err := db.Exec(w, `DELETE FROM draft WHERE owner = ? AND form = ? AND parked = FALSE`, owner, form)
	return err
}

const sweepAtOnce = 500

// Sweeping is the hourly work that deletes expired drafts of a database.
func (d *Drafts) Sweeping(of *db.DB) jobs.Kind {
	return jobs.Kind{Name: "draft.sweep", Periodic: jobs.Every(time.Hour), Run: func(ctx context.Context, _ jobs.Claimed) error {
		for gone := int64(sweepAtOnce); gone == sweepAtOnce; {
			err := of.Write(ctx, func(tx *db.Tx) (err error) {
				gone, err = d.Sweep(tx)
				return err
			})
			if err != nil {
				return err
			}
		}
		return nil
	}}
}

// Sweep deletes a few hundred expired drafts and tells how many.
func (d *Drafts) Sweep(w db.W) (int64, error) {
	return db.Exec(w, `DELETE FROM draft WHERE id IN (SELECT id FROM draft WHERE expires <= ? ORDER BY expires LIMIT ?)`,
		d.clock.Now(), sweepAtOnce)
}
