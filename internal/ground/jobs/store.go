package jobs

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
)

// taken is a row as it was claimed.
type taken struct {
	ID       db.ID         `db:"id"`
	Kind     string        `db:"kind"`
	Key      string        `db:"key"`
	Owner    db.ID         `db:"owner"`
	Payload  string        `db:"payload"`
	RunAt    calendar.Time `db:"run_at"`
	Tries    int64         `db:"tries"`
	Cancel   bool          `db:"cancel"`
	Bookmark string        `db:"bookmark"`
}

// claim takes up to n due pieces of work of the kinds for one lease. Rows that
// another claim is taking are passed over. n is part of the text, so that
// PostgreSQL plans for few rows; callers use powers of two.
func claim(w db.W, kinds []string, n int, lease db.ID, now calendar.Time, length time.Duration) ([]taken, error) {
	rows, err := db.All[taken](w, `WITH due AS (SELECT id FROM job WHERE state = 'waiting' AND run_at <= ? AND kind IN (??)
		ORDER BY run_at, id LIMIT `+strconv.Itoa(n)+db.SkipLocked(w)+`)
		UPDATE job SET state = 'running', tries = tries + 1, lease = ?, leased_until = ?
		WHERE id IN (SELECT id FROM due) RETURNING `+db.Columns[taken](""), now, db.ListOf(kinds), lease, now.Add(length))
	slices.SortFunc(rows, func(a, b taken) int {
		return cmp.Or(cmp.Compare(a.RunAt, b.RunAt), slices.Compare(a.ID[:], b.ID[:]))
	})
	return rows, err
}

// due tells whether a claim would find something, without a write.
func due(q db.Q, kinds []string, now calendar.Time) (bool, error) {
	_, ok, err := db.Maybe[int64](q, `SELECT 1 FROM job WHERE state = 'waiting' AND run_at <= ? AND kind IN (??) LIMIT 1`,
		now, db.ListOf(kinds))
	return ok, err
}

// finish ends work that its lease still holds; what was asked for again while
// it ran waits once more.
func finish(w db.W, lease db.ID, ids []db.ID, now calendar.Time) (int64, error) {
	return db.Exec(w, `UPDATE job SET
		state = CASE WHEN again = TRUE THEN 'waiting' ELSE 'done' END,
		ended_at = CASE WHEN again = TRUE THEN ended_at ELSE ? END,
		tries = CASE WHEN again = TRUE THEN 0 ELSE tries END,
		bookmark = '', again = FALSE, cancel = FALSE, lease = NULL, leased_until = 0, fault = ''
		WHERE id IN (??) AND lease = ? AND state = 'running'`, now, db.ListOf(ids), lease)
}

// fail puts work into the state given, unless it was asked for again while it
// ran: then it waits with all its tries.
func fail(w db.W, lease, id db.ID, to State, runAt calendar.Time, why string, ended calendar.Time) error {
	_, err := db.Exec(w, `UPDATE job SET
		state = CASE WHEN again = TRUE THEN 'waiting' ELSE ? END,
		ended_at = CASE WHEN again = TRUE THEN ended_at ELSE ? END,
		tries = CASE WHEN again = TRUE THEN 0 ELSE tries END,
		run_at = ?, fault = ?, again = FALSE, cancel = FALSE, lease = NULL, leased_until = 0
		WHERE id = ? AND lease = ? AND state = 'running'`, string(to), ended, runAt, why, id, lease)
	return err
}

// giveBack lets others have work that was taken and not done; the try doesn't count.
func giveBack(w db.W, lease db.ID, ids []db.ID) error {
	_, err := db.Exec(w, `UPDATE job SET state = 'waiting', tries = tries - 1, again = FALSE, lease = NULL, leased_until = 0
		WHERE id IN (??) AND lease = ? AND state = 'running'`, db.ListOf(ids), lease)
	return err
}

// renewed is a piece of work whose lease was prolonged.
type renewed struct {
	ID     db.ID `db:"id"`
	Cancel bool  `db:"cancel"`
}

func renew(w db.W, leases []db.ID, until calendar.Time) ([]renewed, error) {
	return db.All[renewed](w, `UPDATE job SET leased_until = ? WHERE lease IN (??) AND state = 'running' RETURNING id, cancel`,
		until, db.ListOf(leases))
}

// stale tells whether some lease has run out, or ends so late that it was taken by a clock that
// was ahead and was not renewed since.
func stale(q db.Q, now, horizon calendar.Time) (bool, error) {
	_, ok, err := db.Maybe[int64](q, `SELECT 1 FROM job WHERE state = 'running' AND (leased_until < ? OR leased_until > ?) LIMIT 1`, now, horizon)
	return ok, err
}

// takeOver makes work wait again whose worker has not renewed its lease; it was
// due, whatever the clock shows now. The try counts: work that kills its process
// ends dead.
func takeOver(w db.W, now, horizon calendar.Time) (int64, error) {
	return db.Exec(w, `UPDATE job SET state = 'waiting', again = FALSE, lease = NULL, leased_until = 0, fault = 'lease lost',
		run_at = CASE WHEN run_at > ? THEN ? ELSE run_at END WHERE state = 'running' AND (leased_until < ? OR leased_until > ?)`, now, now, now, horizon)
}

// recall makes due what a clock that was ahead put off until the clock has come there again: work
// that was due by that clock, and work that pauses after a failure.
func recall(w db.W, now, ahead calendar.Time) (int64, error) {
	return db.Exec(w, `UPDATE job SET run_at = ? WHERE state = 'waiting' AND run_at > ? AND (run_at <= ? OR tries > 0)`, now, now, ahead)
}

// clockMark names the row that holds what the clock of the workers last showed.
const clockMark = "clock"

// lastClock is what the clock showed when it was last noted; none at first.
func lastClock(q db.Q) (calendar.Time, error) {
	last, _, err := db.Maybe[calendar.Time](q, "SELECT until FROM lease WHERE name = ?", clockMark)
	return last, err
}
