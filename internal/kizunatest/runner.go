package kizunatest

import (
	"context"
	"testing"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/journal"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/text"
)

// Runner is what operations stand on in a test, with Clock and Vault; the
// clock is returned to be moved.
func Runner(t testing.TB, d *db.DB) (*op.Runner, *calendar.Fake) {
	t.Helper()
	clock, v := Clock(), Vault(t)
	reads := journal.NewReads(d, v, clock)
	t.Cleanup(reads.Close)
	return &op.Runner{Data: d, Vault: v, Clock: clock, Reads: reads}, clock
}

// Staff is an actor of the agency with a team of their own.
func Staff(roles ...access.Role) access.Actor {
	return access.Actor{ID: db.NewID(), Roles: roles, Teams: []db.ID{db.NewID()}, SignIn: db.NewID()}
}

// Intact fails the test unless every journal row and seal holds.
func Intact(t testing.TB, run *op.Runner) {
	t.Helper()
	ctx := context.Background()
	if _, err := (journal.Sealer{Data: run.Data, Vault: run.Vault, Clock: run.Clock}).SealAll(ctx); err != nil {
		t.Fatal(err)
	}
	v, err := journal.Verify(ctx, run.Data, run.Vault)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range v.Broken {
		t.Error(b)
	}
}

// HasWord fails the test when a word key is not registered.
func HasWord(t testing.TB, key string) {
	t.Helper()
	if !text.Has(key) {
		t.Errorf("no words for %s", key)
	}
}
