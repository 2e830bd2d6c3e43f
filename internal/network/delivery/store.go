package delivery

import (
	"slices"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/ground/sight"
)

var (
	selectSchedule  = "SELECT " + db.Columns[Schedule]("s") + " FROM schedule s WHERE "
	selectSession   = "SELECT " + db.Columns[Session]("s") + " FROM session s WHERE "
	selectEnrolment = "SELECT " + db.Columns[Enrolment]("e") + " FROM session_enrolment e WHERE "
)

// What is planned for a case alone concerns whoever takes part in it. Of a session of several the
// others stay: only the place of somebody is withheld.
var (
	_ = sight.Concerns("schedule", "person", "SELECT x.id FROM case_participant y JOIN schedule x ON x.case_id = y.case_id WHERE y.status <> 'void' AND y.person IN (@barred)")
	_ = sight.Concerns("session", "person", `SELECT x.id FROM case_participant y JOIN schedule z ON z.case_id = y.case_id JOIN session x ON x.schedule = z.id
		WHERE y.status <> 'void' AND y.person IN (@barred)`)
)

// ofCase is what an actor sees because they see a case: column is the case's
// id in the row at hand.
func ofCase(a access.Actor, now calendar.Time, column string) sight.Clause {
	seen := sight.Lens{Actor: a, Now: now, Kind: "case", Restricted: "c.restricted"}.One("c.id")
	return sight.Clause{SQL: "EXISTS (SELECT 1 FROM case_file c WHERE c.id = " + column + " AND " + seen.SQL + ")", Args: seen.Args}
}

func own(a access.Actor, now calendar.Time, kind, column string) sight.Clause {
	return sight.Lens{Actor: a, Now: now, Kind: kind, Restricted: "FALSE"}.One(column)
}

func either(list ...sight.Clause) sight.Clause {
	out := sight.Clause{SQL: "("}
	for i, c := range list {
		if i > 0 {
			out.SQL += " OR "
		}
		out.SQL += c.SQL
		out.Args = append(out.Args, c.Args...)
	}
	out.SQL += ")"
	return out
}

// schedules is what an actor sees of schedules: a provider its own; staff
// those of cases they see, and those that name nobody.
func schedules(a access.Actor, now calendar.Time) sight.Clause {
	if !a.Is(access.StaffRoles...) {
		return sight.Lens{Actor: a, Now: now, Kind: "schedule"}.One("s.id")
	}
	return either(sight.Clause{SQL: "s.case_id IS NULL"}, ofCase(a, now, "s.case_id"))
}

// sessions is what an actor sees of sessions: a provider its own; staff those
// in which a case they see has a place, or whose schedule is for one.
func sessions(a access.Actor, now calendar.Time) sight.Clause {
	if a.Is(access.System) {
		return sight.Clause{SQL: "TRUE"}
	}
	if !a.Is(access.StaffRoles...) {
		return sight.Lens{Actor: a, Now: now, Kind: "session"}.One("s.id")
	}
	placed, planned := ofCase(a, now, "e.case_id"), ofCase(a, now, "h.case_id")
	return either(
		sight.Clause{SQL: "EXISTS (SELECT 1 FROM session_enrolment e WHERE e.session = s.id AND " + placed.SQL + ")", Args: placed.Args},
		sight.Clause{SQL: "EXISTS (SELECT 1 FROM schedule h WHERE h.id = s.schedule AND " + planned.SQL + ")", Args: planned.Args},
		own(a, now, "session", "s.id"))
}

// places is what an actor sees of the enrolments of sessions they see.
func places(a access.Actor, now calendar.Time) sight.Clause {
	theirs := sight.Lens{Actor: a, Now: now, Kind: "person"}
	if !a.Is(access.StaffRoles...) {
		return theirs.Free("e.person")
	}
	return theirs.Except(ofCase(a, now, "e.case_id"), "e.person")
}

func with(id db.ID, c sight.Clause, more ...any) []any {
	return append(append([]any{id}, c.Args...), more...)
}

func loadSchedule(q db.Q, a access.Actor, now calendar.Time, id db.ID) (Schedule, error) {
	seen := schedules(a, now)
	return db.One[Schedule](q, selectSchedule+"s.id = ? AND "+seen.SQL, with(id, seen)...)
}

func loadSession(q db.Q, a access.Actor, now calendar.Time, id db.ID) (Session, error) {
	seen := sessions(a, now)
	return db.One[Session](q, selectSession+"s.id = ? AND "+seen.SQL, with(id, seen)...)
}

// loadEnrolment gives an enrolment whose session and own place the actor sees.
func loadEnrolment(q db.Q, a access.Actor, now calendar.Time, id db.ID) (Enrolment, error) {
	room, place := sessions(a, now), places(a, now)
	return db.One[Enrolment](q, selectEnrolment+"e.id = ? AND "+place.SQL+
		" AND EXISTS (SELECT 1 FROM session s WHERE s.id = e.session AND "+room.SQL+")", append(with(id, place), room.Args...)...)
}

// lockSchedule, lockSessions hold rows until the operation ends, in the order
// of their ids.
func lockSchedule(w db.W, id db.ID) error {
	_, err := db.All[int](w, "SELECT 1 FROM schedule WHERE id = ?"+db.ForUpdate(w), id)
	return err
}

func lockSessions(w db.W, ids []db.ID) error {
	_, err := db.All[int](w, "SELECT 1 FROM session WHERE id IN (??) ORDER BY id"+db.ForUpdate(w), db.ListOf(ids))
	return err
}

// sessionsByID gives sessions whoever asks.
func sessionsByID(q db.Q, ids []db.ID) ([]Session, error) {
	return db.All[Session](q, selectSession+"s.id IN (??) ORDER BY s.starts_at, s.id", db.ListOf(ids))
}

func enrolmentsByID(q db.Q, ids []db.ID) ([]Enrolment, error) {
	return db.All[Enrolment](q, selectEnrolment+"e.id IN (??)", db.ListOf(ids))
}

const running = "e.status NOT IN ('cancelled_by_resident', 'cancelled_by_provider', 'void')"

// enrolmentsOf gives the running enrolments of a session that the actor sees.
func enrolmentsOf(q db.Q, a access.Actor, now calendar.Time, session db.ID) ([]Enrolment, error) {
	seen := places(a, now)
	return db.All[Enrolment](q, selectEnrolment+"e.session = ? AND "+running+" AND "+seen.SQL+" ORDER BY e.id", with(session, seen)...)
}

// allEnrolmentsOf gives the running enrolments of a session whoever asks.
func allEnrolmentsOf(q db.Q, session db.ID) ([]Enrolment, error) {
	return db.All[Enrolment](q, selectEnrolment+"e.session = ? AND "+running+" ORDER BY e.id", session)
}

// upcomingOf gives enrolments of a person not yet marked, after a day.
func upcomingOf(q db.Q, person db.ID, after calendar.Date) ([]Enrolment, error) {
	return db.All[Enrolment](q, selectEnrolment+`e.person = ? AND e.status = 'enrolled'
		AND e.session IN (SELECT s.id FROM session s WHERE s.id = e.session AND s.on_date > ?) ORDER BY e.id`, person, after)
}

// unmarkedOf counts the enrolments of a session that wait to be marked.
func unmarkedOf(q db.Q, session db.ID) (int, error) {
	return db.One[int](q, "SELECT COUNT(*) FROM session_enrolment WHERE session = ? AND status = 'enrolled'", session)
}

// waitingIn counts the running enrolments of a case not marked yet.
func waitingIn(q db.Q, of db.ID) (int, error) {
	return db.One[int](q, "SELECT COUNT(*) FROM session_enrolment e WHERE e.case_id = ? AND e.status = 'enrolled'", of)
}

type counted struct {
	ID db.ID `db:"id"`
	N  int64 `db:"n"`
}

func tally(q db.Q, sql string, args ...any) (map[db.ID]int64, error) {
	list, err := db.All[counted](q, sql, args...)
	out := make(map[db.ID]int64, len(list))
	for _, c := range list {
		out[c.ID] += c.N
	}
	return out, err
}

// seatsTaken counts who has a place, by session.
func seatsTaken(q db.Q, ids []db.ID) (map[db.ID]int64, error) {
	return tally(q, "SELECT e.session AS id, COUNT(*) AS n FROM session_enrolment e WHERE e.session IN (??) AND "+running+" GROUP BY e.session", db.ListOf(ids))
}

// unmarked counts who is not marked yet, by session.
func unmarkedIn(q db.Q, ids []db.ID) (map[db.ID]int64, error) {
	return tally(q, "SELECT e.session AS id, COUNT(*) AS n FROM session_enrolment e WHERE e.session IN (??) AND e.status = 'enrolled' GROUP BY e.session", db.ListOf(ids))
}

// unitsUsed sums, by authorization, what was delivered and what is planned
// and not marked yet, in thousandths.
func unitsUsed(q db.Q, ids []db.ID) (map[db.ID]int64, error) {
	return tally(q, `SELECT d.authorization_id AS id, CAST(SUM(d.planned) AS BIGINT) AS n
		FROM disbursement d JOIN session_enrolment e ON e.id = d.enrolment
		WHERE d.authorization_id IN (??) AND d.status = 'planned' AND e.status = 'enrolled' GROUP BY d.authorization_id
		UNION ALL SELECT m.authorization_id AS id, CAST(SUM(m.quantity) AS BIGINT) AS n
		FROM attendance_mark m WHERE m.authorization_id IN (??) GROUP BY m.authorization_id`, db.ListOf(ids), db.ListOf(ids))
}

// deliveredUnder sums what was delivered, by authorization, in thousandths.
func deliveredUnder(q db.Q, ids []db.ID) (map[db.ID]int64, error) {
	return tally(q, `SELECT m.authorization_id AS id, CAST(SUM(m.quantity) AS BIGINT) AS n
		FROM attendance_mark m WHERE m.authorization_id IN (??) GROUP BY m.authorization_id`, db.ListOf(ids))
}

// DeliveredUnder is what was delivered under each of some authorizations.
func DeliveredUnder(q db.Q, authorizations ...db.ID) (map[db.ID]ledger.Quantity, error) {
	out := make(map[db.ID]ledger.Quantity, len(authorizations))
	if len(authorizations) == 0 {
		return out, nil
	}
	sums, err := deliveredUnder(q, authorizations)
	for _, id := range authorizations {
		out[id] = ledger.Quantity(sums[id])
	}
	return out, err
}

// DeliveredOf sums what was delivered, by benefit assignment, in thousandths;
// an assignment without any is missing.
func DeliveredOf(q db.Q, assignments []db.ID) (map[db.ID]int64, error) {
	if len(assignments) == 0 {
		return map[db.ID]int64{}, nil
	}
	return tally(q, `SELECT m.assignment AS id, CAST(SUM(m.quantity) AS BIGINT) AS n
		FROM attendance_mark m WHERE m.assignment IN (??) GROUP BY m.assignment`, db.ListOf(assignments))
}

// absencesUnder counts absences without notice, by authorization.
func absencesUnder(q db.Q, ids []db.ID) (map[db.ID]int64, error) {
	return tally(q, `SELECT e.authorization_id AS id, COUNT(*) AS n FROM session_enrolment e
		WHERE e.authorization_id IN (??) AND e.status = 'absent' GROUP BY e.authorization_id`, db.ListOf(ids))
}

// tallied is a disbursement with what its marks say.
type tallied struct {
	Enrolment    db.ID           `db:"enrolment"`
	Disbursement db.ID           `db:"disbursement"`
	Benefit      db.ID           `db:"benefit"`
	Planned      ledger.Quantity `db:"planned"`
	Delivered    ledger.Quantity `db:"delivered"`
	Last         db.ID           `db:"last_mark"` // zero: not marked
	Note         string          `db:"note"`
}

// talliedOf gives the disbursements of enrolments with their delivered sum and
// newest mark.
func talliedOf(q db.Q, enrolments []db.ID) (map[db.ID]tallied, error) {
	list, err := db.All[tallied](q, `SELECT d.enrolment, d.id AS disbursement, d.benefit, d.planned,
		COALESCE((SELECT CAST(SUM(m.quantity) AS BIGINT) FROM attendance_mark m WHERE m.disbursement = d.id), 0) AS delivered,
		l.id AS last_mark, COALESCE(l.note, '') AS note
		FROM disbursement d LEFT JOIN attendance_mark l ON l.enrolment = d.enrolment
			AND NOT EXISTS (SELECT 1 FROM attendance_mark c WHERE c.correction_of = l.id)
		WHERE d.enrolment IN (??)`, db.ListOf(enrolments))
	out := make(map[db.ID]tallied, len(list))
	for _, t := range list {
		out[t.Enrolment] = t
	}
	return out, err
}

func disbursementsOf(q db.Q, enrolments []db.ID) ([]Disbursement, error) {
	return db.All[Disbursement](q, "SELECT "+db.Columns[Disbursement]("d")+" FROM disbursement d WHERE d.enrolment IN (??)", db.ListOf(enrolments))
}

// marksOf gives the marks of an enrolment, each after the one that it corrects, also where the
// clock was set back between them.
func marksOf(q db.Q, enrolment db.ID) ([]Mark, error) {
	marks, err := db.All[Mark](q, "SELECT "+db.Columns[Mark]("")+" FROM attendance_mark WHERE enrolment = ? ORDER BY id", enrolment)
	for at, last := 0, (db.ID{}); at < len(marks); at++ {
		if next := slices.IndexFunc(marks[at:], func(m Mark) bool { return m.CorrectionOf == last }); next > 0 {
			m := marks[at+next]
			marks = slices.Insert(slices.Delete(marks, at+next, at+next+1), at, m)
		}
		last = marks[at].ID
	}
	return marks, err
}

func progressOfEnrolment(q db.Q, enrolment db.ID) ([]Progress, error) {
	return db.All[Progress](q, "SELECT "+db.Columns[Progress]("")+" FROM progress_note WHERE enrolment = ? AND status = 'written' ORDER BY id", enrolment)
}

// ProgressOf lists what providers wrote about a case since a moment, the
// newest first, for its next review. The caller has checked that the actor
// sees the case.
func ProgressOf(q db.Q, of db.ID, since calendar.Time) ([]Progress, error) {
	return db.All[Progress](q, "SELECT "+db.Columns[Progress]("")+` FROM progress_note
		WHERE case_id = ? AND status = 'written' AND created_at >= ? ORDER BY id DESC LIMIT 200`, of, since)
}

// neighbours gives the sessions before and after one in its schedule.
func neighbours(q db.Q, s Session) (before, after Session, err error) {
	if s.Schedule.IsZero() {
		return before, after, nil
	}
	if before, _, err = db.Maybe[Session](q, selectSession+`s.schedule = ? AND s.starts_at < ? AND s.status IN ('scheduled', 'completed')
		ORDER BY s.starts_at DESC LIMIT 1`, s.Schedule, s.StartsAt); err != nil {
		return before, after, err
	}
	after, _, err = db.Maybe[Session](q, selectSession+`s.schedule = ? AND s.starts_at > ? AND s.status IN ('scheduled', 'completed')
		ORDER BY s.starts_at LIMIT 1`, s.Schedule, s.StartsAt)
	return before, after, err
}

func sessionsOfSchedule(q db.Q, schedule db.ID) ([]Session, error) {
	return db.All[Session](q, selectSession+"s.schedule = ? ORDER BY s.starts_at", schedule)
}

// listSchedules lists what an actor sees, the newest first.
func listSchedules(q db.Q, a access.Actor, now calendar.Time, f ScheduleFilter) ([]Schedule, error) {
	seen := schedules(a, now)
	sql, args := seen.SQL, seen.Args
	add := func(cond string, v any) {
		sql += " AND " + cond
		args = append(args, v)
	}
	if !a.Is(access.StaffRoles...) {
		add("s.provider = ?", a.Provider)
	} else if !f.Provider.IsZero() {
		add("s.provider = ?", f.Provider)
	}
	if !f.Case.IsZero() {
		add("s.case_id = ?", f.Case)
	}
	if f.Status == "submitted" {
		sql += " AND s.status = 'submitted'"
	} else if f.Status != "" {
		add("s.status = ?", f.Status)
	}
	add("s.id < ?", before(f.Before))
	return db.All[Schedule](q, selectSchedule+sql+" ORDER BY s.id DESC LIMIT ?", append(args, f.Limit)...)
}

// lastID stands after every id.
var lastID = db.MustID("ffffffff-ffff-ffff-ffff-ffffffffffff")

func before(id db.ID) db.ID {
	if id.IsZero() {
		return lastID
	}
	return id
}

// listSessions lists the sessions of a provider, or those in which a case has
// a place, from a moment on, the earliest first.
func listSessions(q db.Q, a access.Actor, now calendar.Time, f SessionFilter) ([]Session, error) {
	seen := sessions(a, now)
	sql, args := seen.SQL, seen.Args
	add := func(cond string, v ...any) {
		sql += " AND " + cond
		args = append(args, v...)
	}
	if !f.Provider.IsZero() {
		add("s.provider = ?", f.Provider)
	}
	if !f.Case.IsZero() {
		add("s.id IN (SELECT e.session FROM session_enrolment e WHERE e.case_id = ?)", f.Case)
	}
	if !f.Schedule.IsZero() {
		add("s.schedule = ?", f.Schedule)
	}
	if f.Status != "" {
		add("s.status = ?", f.Status)
	} else {
		sql += " AND s.status <> 'void'"
	}
	if f.Latest {
		add("(s.starts_at, s.id) < (?, ?)", f.After, before(f.AfterID))
		return db.All[Session](q, selectSession+sql+" ORDER BY s.starts_at DESC, s.id DESC LIMIT ?", append(args, f.Limit)...)
	}
	add("(s.starts_at, s.id) > (?, ?)", f.After, firstID(f.AfterID))
	return db.All[Session](q, selectSession+sql+" ORDER BY s.starts_at, s.id LIMIT ?", append(args, f.Limit)...)
}

func firstID(id db.ID) db.ID {
	if id.IsZero() {
		return db.MustID("00000000-0000-0000-0000-000000000001")
	}
	return id
}

// Place is an enrolment with its session and what was delivered.
type Place struct {
	Enrolment
	Title        string          `db:"session_title"`
	On           calendar.Date   `db:"on_date"`
	StartsAt     calendar.Time   `db:"starts_at"`
	EndsAt       calendar.Time   `db:"ends_at"`
	Where        string          `db:"place"`
	Practitioner string          `db:"practitioner"`
	SessionState string          `db:"session_status"`
	Benefit      db.ID           `db:"benefit"`
	Disbursement db.ID           `db:"disbursement"`
	Planned      ledger.Quantity `db:"planned"`
	Delivered    ledger.Quantity `db:"delivered"`
}

var selectPlace = "SELECT " + db.Columns[Enrolment]("e") + `, s.title AS session_title, s.on_date, s.starts_at, s.ends_at, s.place, s.practitioner,
	s.status AS session_status, d.benefit, d.id AS disbursement, d.planned,
	COALESCE((SELECT CAST(SUM(m.quantity) AS BIGINT) FROM attendance_mark m WHERE m.disbursement = d.id), 0) AS delivered
	FROM session_enrolment e JOIN session s ON s.id = e.session JOIN disbursement d ON d.enrolment = e.id WHERE `

func queuePlaces(b *db.Batch, a access.Actor, now calendar.Time, of db.ID, limit int) *db.Answer[Place] {
	seen := places(a, now)
	return db.Queue[Place](b, selectPlace+"e.case_id = ? AND e.status <> 'void' AND "+seen.SQL+" ORDER BY e.id DESC LIMIT ?", with(of, seen, limit)...)
}

// placesOfPerson lists a resident's own places from a day on, and the last
// before it.
func placesOfPerson(q db.Q, person db.ID, from calendar.Date, limit int) ([]Place, error) {
	return db.All[Place](q, selectPlace+`e.person = ? AND e.status NOT IN ('void', 'cancelled_by_provider') AND s.on_date >= ?
		ORDER BY s.starts_at, e.id LIMIT ?`, person, from, limit)
}

// listPlaces lists enrolments an actor sees, the newest first.
func listPlaces(q db.Q, a access.Actor, now calendar.Time, f PlaceFilter) ([]Place, error) {
	seen := places(a, now)
	if !a.Is(access.StaffRoles...) {
		seen = sight.And(sight.Lens{Actor: a, Now: now, Kind: "session"}.Passing("e.session"), places(a, now))
	}
	sql, args := seen.SQL, seen.Args
	add := func(cond string, v any) {
		sql += " AND " + cond
		args = append(args, v)
	}
	if a.Is(access.ProviderRoles...) {
		add("e.provider = ?", a.Provider)
	}
	if !f.Session.IsZero() {
		add("e.session = ?", f.Session)
	}
	if !f.Case.IsZero() {
		add("e.case_id = ?", f.Case)
	}
	if !f.Authorization.IsZero() {
		add("e.authorization_id = ?", f.Authorization)
	}
	if !f.Enrolment.IsZero() {
		add("e.id = ?", f.Enrolment)
	}
	if !f.Disbursement.IsZero() {
		add("d.id = ?", f.Disbursement)
	}
	if f.Status != "" {
		add("e.status = ?", f.Status)
	}
	add("e.id < ?", before(f.Before))
	return db.All[Place](q, selectPlace+sql+" ORDER BY e.id DESC LIMIT ?", append(args, f.Limit)...)
}

// Payable is a disbursement on the way to being paid: what was delivered, when
// and under which authorization.
type Payable struct {
	Disbursement  db.ID           `db:"disbursement"`
	Enrolment     db.ID           `db:"enrolment"`
	Session       db.ID           `db:"session"`
	Authorization db.ID           `db:"authorization_id"`
	Referral      db.ID           `db:"referral"`
	Case          db.ID           `db:"case_id"`
	Person        db.ID           `db:"person"`
	Assignment    db.ID           `db:"assignment"`
	Benefit       db.ID           `db:"benefit"`
	Title         string          `db:"title"`
	On            calendar.Date   `db:"on_date"`
	StartsAt      calendar.Time   `db:"starts_at"`
	EndsAt        calendar.Time   `db:"ends_at"`
	Outcome       string          `db:"outcome"`
	Planned       ledger.Quantity `db:"planned"`
	Delivered     ledger.Quantity `db:"delivered"`
}

// PayableOf lists what a provider's marked disbursements delivered from a day
// to another, both included, in the order of the service; places that the
// resident gave back on the day, and did not take again, are among them with
// nothing delivered. What has been claimed before is among them.
func PayableOf(q db.Q, provider db.ID, from, until calendar.Date) ([]Payable, error) {
	return db.All[Payable](q, `SELECT d.id AS disbursement, d.enrolment, e.session, d.authorization_id, d.referral, d.case_id, d.person, d.assignment, d.benefit,
		s.title, s.on_date, s.starts_at, s.ends_at, e.status AS outcome, d.planned,
		COALESCE((SELECT CAST(SUM(m.quantity) AS BIGINT) FROM attendance_mark m WHERE m.disbursement = d.id), 0) AS delivered
		FROM session s JOIN session_enrolment e ON e.session = s.id JOIN disbursement d ON d.enrolment = e.id
		WHERE s.provider = ? AND s.on_date >= ? AND s.on_date <= ? AND (
			e.status IN ('attended', 'late', 'excused', 'absent') AND d.status = 'planned'
			OR e.status = 'cancelled_by_resident' AND e.late_cancel AND s.status IN ('scheduled', 'completed') AND NOT EXISTS (
				SELECT 1 FROM session_enrolment o WHERE o.session = e.session AND o.authorization_id = e.authorization_id AND o.id <> e.id
				AND (o.status NOT IN ('cancelled_by_resident', 'cancelled_by_provider', 'void') OR o.late_cancel AND o.status <> 'void' AND o.id > e.id)))
		ORDER BY s.starts_at, d.id`, provider, from, until)
}

// DeliveredBefore sums what was delivered under authorizations in sessions
// before a day, in thousandths.
func DeliveredBefore(q db.Q, authorizations []db.ID, day calendar.Date) (map[db.ID]int64, error) {
	if len(authorizations) == 0 {
		return map[db.ID]int64{}, nil
	}
	return tally(q, `SELECT m.authorization_id AS id, CAST(SUM(m.quantity) AS BIGINT) AS n
		FROM attendance_mark m JOIN session_enrolment e ON e.id = m.enrolment JOIN session s ON s.id = e.session
		WHERE m.authorization_id IN (??) AND s.on_date < ? GROUP BY m.authorization_id`, db.ListOf(authorizations), day)
}

// QueueToApprove counts the schedules an actor sees that wait for the agency,
// to a hundred.
func QueueToApprove(b *db.Batch, a access.Actor, now calendar.Time) *db.Answer[int] {
	seen := schedules(a, now)
	return db.Queue[int](b, "SELECT COUNT(*) FROM (SELECT 1 FROM schedule s WHERE s.status = 'submitted' AND "+seen.SQL+" LIMIT 100) AS waiting", seen.Args...)
}

// ToMark is a session of today or before that is not completed.
type ToMark struct {
	Session
	Unmarked int `db:"unmarked"` // who has a place and no mark
}

// nobodyWaits holds for a session that has not been completed and in which
// nobody waits to be marked.
const nobodyWaits = "s.status = 'scheduled' AND NOT EXISTS (SELECT 1 FROM session_enrolment e WHERE e.session = s.id AND e.status = 'enrolled')"

// unfinished gives sessions before a day that could be completed, the earliest
// first.
func unfinished(q db.Q, before calendar.Date, limit int) ([]db.ID, error) {
	return db.All[db.ID](q, "SELECT s.id FROM session s WHERE s.on_date < ? AND "+nobodyWaits+" ORDER BY s.on_date, s.id LIMIT ?", before, limit)
}

// stillUnfinished gives those of the sessions, whose rows are held, that could
// be completed.
func stillUnfinished(w db.W, ids []db.ID) ([]Session, error) {
	return db.All[Session](w, selectSession+"s.id IN (??) AND "+nobodyWaits+" ORDER BY s.id", db.ListOf(ids))
}

// QueueToMark gives the sessions of the actor's provider that are planned for
// today, and those before in which somebody waits to be marked, the earliest
// first.
func QueueToMark(b *db.Batch, a access.Actor, now calendar.Time, today calendar.Date, limit int) *db.Answer[ToMark] {
	seen := sessions(a, now)
	args := append([]any{a.Provider, today, today}, seen.Args...)
	return db.Queue[ToMark](b, "SELECT "+db.Columns[Session]("s")+`,
		(SELECT COUNT(*) FROM session_enrolment e WHERE e.session = s.id AND e.status = 'enrolled') AS unmarked
		FROM session s WHERE s.provider = ? AND s.status = 'scheduled' AND s.on_date <= ?
		AND (s.on_date = ? OR EXISTS (SELECT 1 FROM session_enrolment e WHERE e.session = s.id AND e.status = 'enrolled'))
		AND `+seen.SQL+" ORDER BY s.on_date, s.starts_at, s.id LIMIT ?", append(args, limit)...)
}

// QueueNextOf gives the sessions a resident has a place in and that have not
// ended, the earliest first; the caller has checked that they are the actor's
// own.
func QueueNextOf(b *db.Batch, person db.ID, now calendar.Time, limit int) *db.Answer[Place] {
	return db.Queue[Place](b, selectPlace+`e.person = ? AND e.status = 'enrolled' AND s.status = 'scheduled' AND s.ends_at > ?
		ORDER BY s.starts_at, e.id LIMIT ?`, person, now, limit)
}

// whoIsIn tells which of the authorizations have a place already, by session.
func whoIsIn(q db.Q, sessions, authorizations []db.ID) (map[db.ID]map[db.ID]bool, error) {
	type pair struct {
		Session       db.ID `db:"session"`
		Authorization db.ID `db:"authorization_id"`
	}
	list, err := db.All[pair](q, "SELECT e.session, e.authorization_id FROM session_enrolment e WHERE e.session IN (??) AND e.authorization_id IN (??) AND "+running,
		db.ListOf(sessions), db.ListOf(authorizations))
	out := map[db.ID]map[db.ID]bool{}
	for _, p := range list {
		if out[p.Session] == nil {
			out[p.Session] = map[db.ID]bool{}
		}
		out[p.Session][p.Authorization] = true
	}
	return out, err
}

// LockSessions holds the rows of sessions, so that their attendance stays as
// it is until the operation ends.
func LockSessions(w db.W, ids []db.ID) error {
	sorted := distinct(ids)
	sortIDs(sorted)
	return lockSessions(w, sorted)
}

// Unplaced is an authorization of a provider under which nobody has a place in
// a session yet.
type Unplaced struct {
	ID      db.ID         `db:"id"`
	Number  string        `db:"number"`
	FirstBy calendar.Date `db:"first_by"` // by when the first session is to take place
}

// QueueUnplaced gives the authorizations of the actor's provider that run or
// will run and wait for a first place, the most pressing first.
func QueueUnplaced(b *db.Batch, a access.Actor, now calendar.Time, today calendar.Date, limit int) *db.Answer[Unplaced] {
	seen := own(a, now, "authorization", "z.id")
	args := append([]any{a.Provider, today}, seen.Args...)
	return db.Queue[Unplaced](b, `SELECT z.id, z.number, z.first_by FROM authorization_given z
		WHERE z.provider = ? AND z.status = 'active' AND z.until_date >= ? AND `+seen.SQL+`
		AND NOT EXISTS (SELECT 1 FROM session_enrolment e WHERE e.authorization_id = z.id AND e.status <> 'void')
		ORDER BY z.first_by, z.id LIMIT ?`, append(args, limit)...)
}
