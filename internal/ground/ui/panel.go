package ui

import (
	"context"

	"github.com/a-h/templ"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
)

// Panel is a part of another room on a record's page: later rooms put theirs
// on the page of a case, a person or a provider. The page queues all panels,
// sends one batch, and draws those that have something to say.
type Panel struct {
	// Key names the panel in the page's address and tests: "referrals".
	Key string
	// On is the kind of page: case, person or provider.
	On string
	// Side panels stand at the right on a desk.
	Side bool
	// Tab names the tab the panel stands on in the page's address; "" is the
	// overview. TabWord is the key of the word on it.
	Tab, TabWord string
	// Roles that see it.
	Roles []access.Role
	// Queue adds the panel's queries for the record and returns how to draw
	// what they find; nil drawn means nothing to show.
	Queue func(b *db.Batch, a access.Actor, record db.ID) func(ctx context.Context) templ.Component
}
