package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
)

var (
	// ErrLost says that the lease ran out and the work belongs to another
	// worker now; whatever was to be committed must not be.
	ErrLost = errors.New("jobs: the lease was lost")
	// ErrCancelled says that somebody cancelled the work.
	ErrCancelled = errors.New("jobs: cancelled")
	// ErrStopping is the cause of a handler's cancelled context when its
	// process stops; the work is given back and is no failure.
	ErrStopping = errors.New("jobs: the worker stops")
)

type giveUp struct{ error }

func (g giveUp) Unwrap() error { return g.error }

// GiveUp marks an error that no further try can mend: the work is dead at once.
func GiveUp(err error) error { return giveUp{err} }

// Claimed is a piece of work in a handler's hands.
type Claimed struct {
	ID      db.ID
	Kind    string
	Key     string
	Owner   db.ID
	RunAt   calendar.Time // for periodic work the start of its slot
	Try     int64         // 1 at first
	payload string
	held    *held
}

// held is what a process knows of a piece of work it has taken.
type held struct {
	worker    *Worker
	lease     db.ID
	bookmark  string
	cancelled bool // before it began
	finishing atomic.Bool
	told      atomic.Int64 // when progress was last written, Unix milliseconds
	stop      atomic.Pointer[context.CancelCauseFunc]
}

// Decode reads the payload.
func (c Claimed) Decode(into any) error {
	if err := json.Unmarshal([]byte(c.payload), into); err != nil {
		return GiveUp(fmt.Errorf("payload: %w", err))
	}
	return nil
}

// Bookmark reads what Advance last committed, perhaps in an earlier try; ok is
// false when there is nothing.
func (c Claimed) Bookmark(into any) (ok bool, err error) {
	if c.held.bookmark == "" {
		return false, nil
	}
	if err := json.Unmarshal([]byte(c.held.bookmark), into); err != nil {
		return false, GiveUp(fmt.Errorf("bookmark: %w", err))
	}
	return true, nil
}

// Finish marks the work done in the handler's own transaction: what that
// transaction changes happens exactly once, for if the lease was lost
// meanwhile Finish fails with ErrLost and nothing commits. The handler then
// returns nil.
func (c Claimed) Finish(w db.W) error {
	c.held.finishing.Store(true)
	n, err := finish(w, c.held.lease, []db.ID{c.ID}, c.held.worker.clock.Now())
	if err == nil && n == 0 {
		err = ErrLost
	}
	return err
}

// Advance notes progress and a bookmark in the handler's own transaction, so
// that long work resumes where its last committed part ended. It fails with
// ErrLost or ErrCancelled, and the part must then not commit.
func (c Claimed) Advance(w db.W, done, total int64, bookmark any) error {
	mark := ""
	if bookmark != nil {
		b, err := json.Marshal(bookmark)
		if err != nil {
			return fault.Defect(err)
		}
		mark = string(b)
	}
	cancel, ok, err := db.Maybe[bool](w, `UPDATE job SET done = ?, total = ?, bookmark = ?
		WHERE id = ? AND lease = ? AND state = 'running' RETURNING cancel`, done, total, mark, c.ID, c.held.lease)
	switch {
	case err != nil:
		return err
	case !ok:
		return ErrLost
	case cancel:
		return ErrCancelled
	}
	return nil
}

// Progress notes progress in a transaction of its own, at most four times a
// second and always at the end; call it as often as you like. It fails with
// ErrLost or ErrCancelled, and the handler then returns that error.
func (c Claimed) Progress(ctx context.Context, done, total int64) error {
	now := c.held.worker.clock.Now()
	if last := calendar.Time(c.held.told.Load()); done < total && last != 0 && last <= now && now.Sub(last) < 250*time.Millisecond {
		return nil
	}
	c.held.told.Store(int64(now))
	return c.held.worker.db.Write(ctx, func(tx *db.Tx) error {
		cancel, ok, err := db.Maybe[bool](tx, `UPDATE job SET done = ?, total = ?
			WHERE id = ? AND lease = ? AND state = 'running' RETURNING cancel`, done, total, c.ID, c.held.lease)
		switch {
		case err != nil:
			return err
		case !ok:
			return ErrLost
		case cancel:
			return ErrCancelled
		}
		return nil
	})
}
