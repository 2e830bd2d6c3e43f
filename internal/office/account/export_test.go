package account

import (
	"context"

	"kizuna/internal/ground/db"
)

// Hashed counts the password hashes that the room has made: the work of a try.
func (r *Room) Hashed() int64 { return r.hasher.done.Load() }

// Occupy takes every place at the hasher and in its queue, until free is
// called.
func (r *Room) Occupy() (free func()) {
	r.hasher.waiting.Add(maxWaiting)
	return func() { r.hasher.waiting.Add(-maxWaiting) }
}

// Open makes a sign-in without the work of a password.
func (r *Room) Open(ctx context.Context, user db.ID) (token string, err error) {
	err = r.run.Data.Write(ctx, func(tx *db.Tx) error {
		token, err = r.open(tx, user, Device{})
		return err
	})
	return token, err
}
