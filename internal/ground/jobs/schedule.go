package jobs

import (
	"context"
	"time"

	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
)

// Schedule gives the start of the slot that a moment falls into. Periodic work
// runs once per slot, however many processes schedule it; slots missed while
// nothing ran are not made up, only the present one.
type Schedule func(now calendar.Time) calendar.Time

// Every makes slots of one length, counted from 1970 UTC.
func Every(d time.Duration) Schedule {
	ms := calendar.Time(d.Milliseconds())
	return func(now calendar.Time) calendar.Time { return now - now%ms }
}

// Daily makes a slot begin each day at an hour and minute on the clock in zone.
func Daily(hour, minute int, zone *time.Location) Schedule {
	return func(now calendar.Time) calendar.Time {
		local := now.Std().In(zone)
		at := func(day int) calendar.Time {
			return calendar.TimeOf(time.Date(local.Year(), local.Month(), day, hour, minute, 0, 0, zone))
		}
		if today := at(local.Day()); today <= now {
			return today
		}
		return at(local.Day() - 1)
	}
}

// schedule queues the periodic work whose slot nobody has queued yet.
func (w *Worker) schedule(ctx context.Context) error {
	now := w.clock.Now()
	for _, k := range w.kinds {
		if k.Periodic == nil {
			continue
		}
		slot := k.Periodic(now)
		if last := w.slots[k.Name]; last >= slot && last <= now.Add(setBack) {
			continue
		}
		err := w.db.Write(ctx, func(tx *db.Tx) error { return takeSlot(tx, k.Name, w.id, slot, now.Add(setBack)) })
		if err != nil {
			return err
		}
		w.slots[k.Name] = slot
	}
	return nil
}

// setBack is how far the clock may be set back before a slot that was taken counts for nothing:
// periodic work would wait until the clock has come there again.
const setBack = time.Hour

// takeSlot queues one slot's work unless a scheduler has done so before, even
// if that work is finished and swept. Work of the last slot that still waits
// is not doubled. A slot beyond the horizon was taken by a clock that was ahead.
func takeSlot(w db.W, kind string, owner db.ID, slot, horizon calendar.Time) error {
	n, err := db.Exec(w, `INSERT INTO lease (name, owner, until) VALUES (?, ?, ?)
		ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, until = excluded.until WHERE lease.until < excluded.until OR lease.until > ?`,
		"periodic "+kind, owner, slot, horizon)
	if err != nil || n == 0 {
		return err
	}
	_, err = db.Exec(w, `INSERT INTO job (id, kind, key, payload, run_at, state) VALUES (?, ?, 'periodic', '{}', ?, 'waiting')
		ON CONFLICT DO NOTHING`, db.NewID(), kind, slot)
	return err
}

// lastTime gives when something of a name was last done and notes that it is done now; none at
// first. It is not due, and nothing is noted, when that is less than so long ago.
func lastTime(w db.W, name string, now calendar.Time, after time.Duration) (last calendar.Time, due bool, err error) {
	last, known, err := db.Maybe[calendar.Time](w, "SELECT until FROM lease WHERE name = ?"+db.ForUpdate(w), name)
	if err != nil || known && last <= now && now.Sub(last) < after {
		return last, false, err
	}
	_, err = db.Exec(w, `INSERT INTO lease (name, owner, until) VALUES (?, ?, ?)
		ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, until = excluded.until`, name, db.NewID(), now)
	return last, true, err
}
