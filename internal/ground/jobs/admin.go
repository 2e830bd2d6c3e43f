package jobs

import (
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
)

// Row is a piece of work as people see it.
type Row struct {
	ID          db.ID         `db:"id"`
	Kind        string        `db:"kind"`
	Key         string        `db:"key"`
	Owner       db.ID         `db:"owner"`
	State       State         `db:"state"`
	RunAt       calendar.Time `db:"run_at"` // none: since it was queued
	Tries       int64         `db:"tries"`
	Cancel      bool          `db:"cancel"` // asked to stop
	LeasedUntil calendar.Time `db:"leased_until"`
	Done        int64         `db:"done"`
	Total       int64         `db:"total"` // 0: not known
	Fault       string        `db:"fault"` // of the last try, for administrators
	EndedAt     calendar.Time `db:"ended_at"`
}

// Cursor is where a list goes on.
type Cursor struct {
	At calendar.Time
	ID db.ID
}

// List gives up to limit rows in one state: waiting ones by when they are due,
// ended ones newest first. The cursor of the last page's end gives the next;
// next is nil at the end.
func List(q db.Q, state State, after *Cursor, limit int) (rows []Row, next *Cursor, err error) {
	rows, err = list(q, state, after, limit+1)
	if err != nil || len(rows) <= limit {
		return rows, nil, err
	}
	rows = rows[:limit]
	last := rows[limit-1]
	next = &Cursor{last.EndedAt, last.ID}
	if state == Waiting {
		next.At = last.RunAt
	}
	return rows, next, nil
}

func list(q db.Q, state State, after *Cursor, limit int) ([]Row, error) {
	columns := db.Columns[Row]("")
	switch state {
	case Waiting:
		if after == nil {
			after = &Cursor{At: -1}
		}
		return db.All[Row](q, `SELECT `+columns+` FROM job WHERE state = 'waiting' AND (run_at, id) > (?, ?)
			ORDER BY run_at, id LIMIT ?`, after.At, least(after.ID), limit)
	case Running:
		if after == nil {
			after = &Cursor{}
		}
		return db.All[Row](q, `SELECT `+columns+` FROM job WHERE state = 'running' AND id > ? ORDER BY id LIMIT ?`,
			least(after.ID), limit)
	}
	if after == nil {
		after = &Cursor{At: 1 << 62}
	}
	return db.All[Row](q, `SELECT `+columns+` FROM job WHERE state = ? AND ended_at > 0 AND (ended_at, id) < (?, ?)
		ORDER BY ended_at DESC, id DESC LIMIT ?`, string(state), after.At, least(after.ID), limit)
}

// least stands in for no id, which would be NULL and compare with nothing.
func least(id db.ID) db.ID {
	if id.IsZero() {
		id[15] = 1
	}
	return id
}

// Get is one piece of work.
func Get(q db.Q, id db.ID) (Row, error) {
	return db.One[Row](q, `SELECT `+db.Columns[Row]("")+` FROM job WHERE id = ?`, id)
}

// Owned lists the newest work of one owner.
func Owned(q db.Q, owner db.ID, limit int) ([]Row, error) {
	return db.All[Row](q, `SELECT `+db.Columns[Row]("")+` FROM job WHERE owner = ? ORDER BY id DESC LIMIT ?`, owner, limit)
}

// Retry lets dead or cancelled work wait again with all its tries; it keeps
// its bookmark. Work in another state, or whose key waits anew, is a conflict.
func Retry(w db.W, id db.ID) error {
	n, err := db.Exec(w, `UPDATE job SET state = 'waiting', run_at = 0, tries = 0, cancel = FALSE, fault = '', ended_at = 0
		WHERE id = ? AND state IN ('dead', 'cancelled')`, id)
	if db.IsUnique(err, "") || err == nil && n == 0 {
		return fault.Conflict("")
	}
	return err
}

// Cancel ends waiting or dead work, and asks running work to stop: its handler
// learns at its next Progress or Advance, or when its lease is renewed.
func Cancel(w db.W, id db.ID, now calendar.Time) error {
	n, err := db.Exec(w, `UPDATE job SET
		cancel = (state = 'running'),
		again = FALSE,
		ended_at = CASE WHEN state = 'running' THEN ended_at ELSE ? END,
		state = CASE WHEN state = 'running' THEN state ELSE 'cancelled' END
		WHERE id = ? AND state IN ('waiting', 'running', 'dead')`, now, id)
	if err == nil && n == 0 {
		return fault.Conflict("")
	}
	return err
}

// Health is what the administrator's page and the readiness check show.
type Health struct {
	Due    int64         // waiting and due, counted to 1000
	Oldest calendar.Time // when the oldest due work was to run; none when nothing is due
	Dead   int64         // counted to 100
}

// HealthAt looks at a moment.
func HealthAt(q db.Q, now calendar.Time) (Health, error) {
	batch := db.NewBatch()
	due := db.Queue[int64](batch, `SELECT COUNT(*) FROM (SELECT 1 FROM job WHERE state = 'waiting' AND run_at <= ? LIMIT 1000) AS due`, now)
	dead := db.Queue[int64](batch, `SELECT COUNT(*) FROM (SELECT 1 FROM job WHERE state = 'dead' AND ended_at > 0 LIMIT 100) AS dead`)
	first := db.Queue[Row](batch, `SELECT `+db.Columns[Row]("")+` FROM job WHERE state = 'waiting' AND run_at <= ?
		ORDER BY run_at, id LIMIT 1`, now)
	if err := db.Send(q, batch); err != nil {
		return Health{}, err
	}
	h := Health{}
	h.Due, _ = due.First()
	h.Dead, _ = dead.First()
	if row, ok := first.First(); ok {
		h.Oldest = row.Since()
	}
	return h, nil
}

// Since is when the work was to run: run_at, or when it was queued.
func (r Row) Since() calendar.Time {
	if r.RunAt != 0 {
		return r.RunAt
	}
	var ms calendar.Time
	for _, b := range r.ID[:6] {
		ms = ms<<8 | calendar.Time(b)
	}
	return ms
}

const sweepAtOnce = 500

// Sweep deletes up to a few hundred pieces of done and cancelled work that
// ended before a moment, and tells how many. Dead work stays until somebody
// retries or cancels it.
func Sweep(w db.W, before calendar.Time) (int64, error) {
	return db.Exec(w, `DELETE FROM job WHERE id IN (SELECT id FROM job WHERE state IN ('done', 'cancelled')
		AND ended_at > 0 AND ended_at < ? LIMIT ?)`, before, sweepAtOnce)
}
