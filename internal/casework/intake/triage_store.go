package intake

import (
	"slices"
	"strings"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/sight"
)

// arm is one kind of what waits: its table, the condition as the partial
// indexes say it, and what its columns are there. A kind of its own on the
// board is one more of these.
type arm struct {
	kind, table, open string
	due               string
	subject, priority string
	hourly, follows   string
	next, second      string
}

const none = "CAST(0 AS BIGINT)"

// runs is the deadline of a complaint that runs now, as its indexes say it.
const runs = "(CASE WHEN x.next_at > 0 THEN x.next_at ELSE x.due_at END)"

// arms are in the order of KindsIn.
var arms = []arm{
	{kind: KindComplaint, table: "complaint", open: "x.status IN ('submitted', 'in_review')", due: runs, subject: "x.about", priority: "x.priority",
		hourly: "(x.next_due <> 'decide')", follows: "FALSE", next: "x.next_due", second: "(x.status = 'in_review' AND x.screened_by IS NOT NULL)"},
	{kind: KindComplaint, table: "complaint", open: "x.status = 'resolved' AND x.report_by > 0 AND x.reported_on = '' AND x.outcome IN ('opened', 'joined')", due: "x.report_by",
		subject: "x.about", priority: "x.priority", hourly: "TRUE", follows: "FALSE", next: "'report'", second: "FALSE"},
	{kind: KindReferral, table: "inbound_referral", open: "x.status IN ('new', 'in_review')", due: "x.due_at", subject: "x.client",
		priority: "CAST(CASE WHEN x.urgent = TRUE THEN 70 ELSE 0 END AS BIGINT)", hourly: "x.urgent", follows: "FALSE", next: "''", second: "FALSE"},
	{kind: KindApplication, table: "application", open: "x.status IN ('submitted', 'in_review')", due: "x.due_at", subject: "x.applicant", priority: none,
		hourly: "FALSE", follows: "FALSE", next: "''", second: "FALSE"},
	{kind: KindInquiry, table: "inquiry", open: "x.status = 'open'", due: "x.due_at", subject: "x.about", priority: none,
		hourly: "FALSE", follows: "FALSE", next: "''", second: "FALSE"},
	{kind: KindInquiry, table: "inquiry", open: "x.status = 'answered' AND x.follow_up_at > 0", due: "x.follow_up_at", subject: "x.about", priority: none,
		hourly: "FALSE", follows: "TRUE", next: "''", second: "FALSE"},
}

// within is what a view asks of an arm; false when the arm has nothing in it.
func (m arm) within(view string, a access.Actor, now calendar.Time) (sight.Clause, bool) {
	switch view {
	case ViewMine:
		return sight.Clause{SQL: "x.owner = ?", Args: []any{a.ID}}, true
	case ViewTeam:
		return sight.Clause{SQL: "x.team IN (??)", Args: []any{db.ListOf(a.Teams)}}, true
	case ViewNobody:
		return sight.Clause{SQL: "x.owner IS NULL"}, true
	case ViewOverdue:
		return sight.Clause{SQL: m.due + " < ?", Args: []any{now}}, true
	case ViewSecond:
		return sight.Clause{SQL: "x.status = 'in_review' AND x.screened_by IS NOT NULL AND x.screened_by <> ?", Args: []any{a.ID}}, m.kind == KindComplaint
	}
	return sight.Clause{SQL: "TRUE"}, true
}

func (m arm) where(view string, a access.Actor, now calendar.Time) (sight.Clause, bool) {
	in, some := m.within(view, a, now)
	return sight.And(sight.Clause{SQL: m.open}, in, lens(a, now, m.kind).One("x.id")), some
}

// row is an arm's columns as Waiting has them.
func (m arm) row() string {
	return "SELECT '" + m.kind + "' AS kind, x.id, x.status, x.version, x.number, x.main_kind, x.channel, x.person, x.team, x.owner, x.received_at, " +
		m.due + " AS due_at, " + m.subject + " AS subject, " + m.priority + " AS priority, " + m.hourly + " AS hourly, " + m.follows + " AS follows, " +
		m.next + " AS next_due, " + m.second + " AS second FROM " + m.table + " x WHERE "
}

// queueWaiting reads the first of each kind after a deadline, in a batch.
func queueWaiting(b *db.Batch, a access.Actor, now calendar.Time, t Triage, after place, limit int) *db.Answer[Waiting] {
	var parts []string
	var args []any
	for _, m := range arms {
		c, some := m.where(t.View, a, now)
		if !some || len(t.Kinds) > 0 && !slices.Contains(t.Kinds, m.kind) {
			continue
		}
		text := m.row() + c.SQL
		args = append(args, c.Args...)
		if !after.ID.IsZero() {
			text += " AND (" + m.due + ", x.id) > (?, ?)"
			args = append(args, after.DueAt, after.ID)
		}
		parts = append(parts, "SELECT * FROM ("+text+" ORDER BY "+m.due+", x.id LIMIT ?) AS arm")
		args = append(args, limit)
	}
	return db.Queue[Waiting](b, strings.Join(parts, " UNION ALL ")+" ORDER BY due_at, id LIMIT ?", append(args, limit)...)
}

// waitingOf gives those of some records that wait and the actor sees.
func waitingOf(q db.Q, a access.Actor, now calendar.Time, ids []db.ID) ([]Waiting, error) {
	var parts []string
	var args []any
	for _, m := range arms {
		c, _ := m.where(ViewAll, a, now)
		parts = append(parts, m.row()+"x.id IN (??) AND "+c.SQL)
		args = append(append(args, db.ListOf(ids)), c.Args...)
	}
	return db.All[Waiting](q, strings.Join(parts, " UNION ALL ")+" ORDER BY due_at, id", args...)
}

// tally is how many wait, of a kind or in a view.
type tally struct {
	What string `db:"what"`
	N    int    `db:"n"`
}

// How a tally names what it counts.
const (
	ofKind = "kind:"
	inView = "view:"
)

// queueTallies counts what waits of each of some kinds, and what of some kinds,
// or of all, is in each of some views, each to MostCounted and all in one statement.
func queueTallies(b *db.Batch, a access.Actor, now calendar.Time, each, kinds []string, views ...string) *db.Answer[tally] {
	var parts []string
	var args []any
	count := func(what string, of []string, view string) {
		args = append(args, what)
		sum := "0"
		for _, m := range arms {
			c, some := m.where(view, a, now)
			if !some || len(of) > 0 && !slices.Contains(of, m.kind) {
				continue
			}
			sum += " + (SELECT COUNT(*) FROM (SELECT 1 FROM " + m.table + " x WHERE " + c.SQL + " LIMIT ?) AS arm)"
			args = append(append(args, c.Args...), MostCounted)
		}
		parts = append(parts, "SELECT CAST(? AS TEXT) AS what, "+sum+" AS n")
	}
	for _, k := range each {
		count(ofKind+k, []string{k}, ViewAll)
	}
	for _, v := range views {
		count(inView+v, kinds, v)
	}
	out := db.Queue[tally](b, strings.Join(parts, " UNION ALL "), args...)
	b.Steady()
	return out
}

// came is something about a person that came in before.
type came struct {
	ID         db.ID         `db:"id"`
	Person     db.ID         `db:"person"`
	ReceivedAt calendar.Time `db:"received_at"`
}

// cameFor lists what came in about persons since a time, as far as the actor
// sees it.
func cameFor(q db.Q, a access.Actor, now calendar.Time, persons []db.ID, since calendar.Time) ([]came, error) {
	var parts []string
	var args []any
	for _, kind := range KindsIn {
		seen := lens(a, now, kind).One("x.id")
		parts = append(parts, "SELECT x.id, x.person, x.received_at FROM "+kind+" x WHERE x.person IN (??) AND x.received_at > ? AND x.status <> 'void' AND "+seen.SQL)
		args = append(append(args, db.ListOf(persons), since), seen.Args...)
	}
	return db.All[came](q, strings.Join(parts, " UNION ALL "), args...)
}

// chosen loads what came in of one kind as the actor sees it.
func chosen[R any](q db.Q, a access.Actor, now calendar.Time, t *flow.Table[R], ids []db.ID) ([]R, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	seen := lens(a, now, t.Entity).One("x.id")
	return db.All[R](q, "SELECT "+db.Columns[R]("x")+" FROM "+t.Table+" x WHERE x.id IN (??) AND "+seen.SQL+" ORDER BY x.id", append([]any{db.ListOf(ids)}, seen.Args...)...)
}

// handed loads what was assigned in one transaction, whoever sees it now: who
// assigned it may take that back.
func handed[R any](q db.Q, t *flow.Table[R], ids []db.ID) ([]R, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return db.All[R](q, "SELECT "+db.Columns[R]("x")+" FROM "+t.Table+" x WHERE x.id IN (??) ORDER BY x.id", db.ListOf(ids))
}
