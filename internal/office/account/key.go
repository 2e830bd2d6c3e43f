package account

import (
	"time"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/text"
)

// keyHead begins every API key, so that one lost in a file is recognized.
const keyHead = "kizuna_"

// maxKeyDays is the longest a key may live.
const maxKeyDays = 366

// Key is an API key: it acts as its user, with the roles both have.
type Key struct {
	flow.Head
	User     db.ID         `db:"user_id" json:"user_id"`
	Name     string        `db:"name" json:"name"` // what it is for
	Roles    Roles         `db:"roles" json:"roles"`
	ReadOnly bool          `db:"read_only" json:"read_only"`
	Until    calendar.Time `db:"until" json:"until"`
}

// KeyInput makes a key.
type KeyInput struct {
	User     db.ID         `json:"user_id"` // none: the actor
	Name     string        `json:"name"`
	Roles    []access.Role `json:"roles"`
	ReadOnly bool          `json:"read_only"`
	Days     int64         `json:"days"` // until it expires
}

// Validate cleans the input and says what to correct.
func (in *KeyInput) Validate() error {
	var f fault.Fields
	clean, key, args := text.Line(in.Name, 100)
	f.Check("/name", key, args)
	if in.Name = clean; clean == "" {
		f.Add("/name", "fault.required")
	}
	if in.Roles = ordered(in.Roles, &f); len(in.Roles) == 0 {
		f.Add("/roles", "fault.required")
	}
	if in.Days < 1 || in.Days > maxKeyDays {
		f.Add("/days", "fault.range", "min", 1, "max", maxKeyDays)
	}
	return f.Err()
}

func (in KeyInput) until(now calendar.Time) calendar.Time {
	return now.Add(time.Duration(in.Days) * 24 * time.Hour)
}
