package benefit

import (
	"kizuna/internal/casework/cases"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/sight"
	"kizuna/internal/resident/people"
)

// lens is what an actor sees of cases, and so of their benefits.
func lens(a access.Actor, now calendar.Time) sight.Lens {
	return sight.Lens{Actor: a, Now: now, Kind: "case", Restricted: "c.restricted"}
}

var (
	selectAssignment = "SELECT " + db.Columns[Assignment]("x") + " FROM benefit_assignment x "
	selectEnrolment  = "SELECT " + db.Columns[Enrolment]("x") + " FROM program_enrolment x "
	selectLook       = "SELECT " + db.Columns[Recertification]("x") + " FROM recertification x "
)

const partOfCase = "JOIN case_file c ON c.id = x.case_id WHERE x.id = ? AND "

// Load gives an assignment of a case the actor may see, or not found.
func Load(q db.Q, a access.Actor, now calendar.Time, id db.ID) (Assignment, error) {
	return part[Assignment](q, selectAssignment, a, now, id)
}

// QueueLoad is Load in a batch; no row is not found.
func QueueLoad(b *db.Batch, a access.Actor, now calendar.Time, id db.ID) *db.Answer[Assignment] {
	seen := lens(a, now).One("c.id")
	return db.Queue[Assignment](b, selectAssignment+partOfCase+seen.SQL, append([]any{id}, seen.Args...)...)
}

func part[R any](q db.Q, selected string, a access.Actor, now calendar.Time, id db.ID) (R, error) {
	seen := lens(a, now).One("c.id")
	return db.One[R](q, selected+partOfCase+seen.SQL, append([]any{id}, seen.Args...)...)
}

// AssignmentsOf gives assignments by id; the caller has checked that the actor
// may see what names them.
func AssignmentsOf(q db.Q, ids ...db.ID) ([]Assignment, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return db.All[Assignment](q, selectAssignment+"WHERE x.id IN (??)", db.ListOf(ids))
}

// QueueOfPerson asks in a batch for what a person is given, is enrolled in or
// waits for now, of cases that the actor sees.
func QueueOfPerson(b *db.Batch, a access.Actor, now calendar.Time, person db.ID) (*db.Answer[Assignment], *db.Answer[Enrolment]) {
	seen := lens(a, now).One("c.id")
	args := append([]any{person}, seen.Args...)
	return db.Queue[Assignment](b, selectAssignment+"JOIN case_file c ON c.id = x.case_id WHERE x.person = ? AND x.status IN ('waitlisted', 'active', 'suspended') AND "+seen.SQL+" ORDER BY x.id LIMIT 50", args...),
		db.Queue[Enrolment](b, selectEnrolment+"JOIN case_file c ON c.id = x.case_id WHERE x.person = ? AND x.status IN ('waitlisted', 'in_progress') AND "+seen.SQL+" ORDER BY x.id LIMIT 50", args...)
}

// QueueHeld counts in a batch what persons were given and where they were
// enrolled, of cases that the actor sees.
func QueueHeld(b *db.Batch, a access.Actor, now calendar.Time, persons []db.ID) *db.Answer[people.Held] {
	seen := lens(a, now).One("c.id")
	args := append([]any{db.ListOf(persons)}, seen.Args...)
	return db.Queue[people.Held](b, `SELECT 'benefit_assignment' AS kind, x.person AS person, COUNT(*) AS n FROM benefit_assignment x JOIN case_file c ON c.id = x.case_id
		WHERE x.person IN (??) AND x.status <> 'void' AND `+seen.SQL+` GROUP BY x.person
		UNION ALL SELECT 'program_enrolment' AS kind, x.person AS person, COUNT(*) AS n FROM program_enrolment x JOIN case_file c ON c.id = x.case_id
		WHERE x.person IN (??) AND x.status <> 'void' AND `+seen.SQL+" GROUP BY x.person", append(args, args...)...)
}

// MoneyUnderWay lists the money benefits that are being given, newest first, from before one; it is for those who keep
// the agency's books.
func MoneyUnderWay(q db.Q, before db.ID, limit int) ([]Assignment, error) {
	if before.IsZero() {
		before = lastID
	}
	return db.All[Assignment](q, textMoney, before, limit)
}

func assignmentByID(q db.Q, id db.ID) (Assignment, error) {
	return db.One[Assignment](q, selectAssignment+"WHERE x.id = ?", id)
}

// hold holds an assignment's row, for rules that count what hangs on it.
func hold(w db.W, id db.ID) error {
	_, err := db.All[int](w, "SELECT 1 FROM benefit_assignment WHERE id = ?"+db.ForUpdate(w), id)
	return err
}

func holdFund(w db.W, id db.ID) error {
	_, err := db.All[int](w, "SELECT 1 FROM fund WHERE id = ?"+db.ForUpdate(w), id)
	return err
}

func holdProgram(w db.W, id db.ID) error {
	_, err := db.All[int](w, "SELECT 1 FROM program WHERE id = ?"+db.ForUpdate(w), id)
	return err
}

// promised is what a fund has to keep for what was approved from it.
func promised(q db.Q, fund db.ID) (int64, error) {
	return db.One[int64](q, `SELECT CAST(COALESCE(SUM(cost), 0) AS BIGINT) FROM benefit_assignment
		WHERE fund = ? AND status IN ('approved', 'waitlisted', 'active', 'suspended', 'completed', 'ended')`, fund)
}

// taken counts the places of a program that are taken.
func taken(q db.Q, program db.ID) (int64, error) {
	return db.One[int64](q, "SELECT COUNT(*) FROM program_enrolment WHERE program = ? AND status = 'in_progress'", program)
}

// related tells whether two persons are relatives: tied as family or in one
// household now.
func related(q db.Q, one, other db.ID) (bool, error) {
	if one.IsZero() || other.IsZero() {
		return false, nil
	}
	_, ok, err := db.Maybe[int](q, `SELECT 1 FROM relationship WHERE status = 'active' AND until_date = '' AND (person = ? AND other = ? OR person = ? AND other = ?)
		AND kind IN ('spouse', 'partner', 'parent', 'child', 'sibling', 'grandparent', 'grandchild', 'guardian', 'custody')
		UNION ALL SELECT 1 FROM household_member m JOIN household_member n ON n.household = m.household AND n.status = 'active' AND n.until_date = ''
		WHERE m.person = ? AND n.person = ? AND m.status = 'active' AND m.until_date = '' LIMIT 1`, one, other, other, one, one, other)
	return ok, err
}

func seeCase(q db.Q, a access.Actor, now calendar.Time, id db.ID) (cases.Case, error) {
	b := db.NewBatch()
	found := cases.QueueLoad(b, a, now, id)
	if err := db.Send(q, b); err != nil {
		return cases.Case{}, err
	}
	c, ok := found.First()
	if !ok {
		return c, fault.NotFound()
	}
	return c, nil
}

var (
	textOfCase      = selectAssignment + "WHERE x.case_id = ? AND x.status <> 'void' ORDER BY x.id LIMIT 200"
	textPlacesOf    = selectEnrolment + "WHERE x.case_id = ? AND x.status <> 'void' ORDER BY x.id LIMIT 200"
	textLooksOfCase = selectLook + "WHERE x.case_id = ? AND x.status IN ('due', 'in_progress') ORDER BY x.due_on, x.id LIMIT 200"
	textLooks       = selectLook + "WHERE x.assignment = ? AND x.status <> 'void' ORDER BY x.id DESC LIMIT 50"
	textMoney       = selectAssignment + "WHERE x.status = 'active' AND x.currency <> '' AND x.id < ? ORDER BY x.id DESC LIMIT ?"
	textOpenOfCase  = selectAssignment + "WHERE x.case_id = ? AND x.status IN (??) ORDER BY x.id"
	textOpenPlaces  = selectEnrolment + "WHERE x.case_id = ? AND x.status IN (??) ORDER BY x.id"
	textOfPlan      = selectAssignment + "WHERE x.plan = ? AND x.status IN (??) ORDER BY x.id"
	textPlacesPlan  = selectEnrolment + "WHERE x.plan = ? AND x.status IN (??) ORDER BY x.id"
	textOfPerson    = selectAssignment + "WHERE x.person = ? AND x.status IN (??) ORDER BY x.id"
	textPlacesOwn   = selectEnrolment + "WHERE x.person = ? AND x.status IN (??) ORDER BY x.id"
	textLooksOf     = selectLook + "WHERE x.person = ? AND x.status IN ('due', 'in_progress') ORDER BY x.id"
	textOpenLook    = selectLook + "WHERE x.assignment = ? AND x.status IN ('due', 'in_progress')"
	textWaitingOf   = "SELECT (SELECT COUNT(*) FROM benefit_assignment WHERE plan = ? AND status = 'proposed') + (SELECT COUNT(*) FROM program_enrolment WHERE plan = ? AND status = 'applied')"
	textAllOfPlan   = selectAssignment + "WHERE x.plan = ? AND x.status <> 'void' ORDER BY x.id LIMIT 200"
	textAllPlaces   = selectEnrolment + "WHERE x.plan = ? AND x.status <> 'void' ORDER BY x.id LIMIT 200"
	textLooksOfPlan = selectLook + `JOIN benefit_assignment b ON b.id = x.assignment
		WHERE b.plan = ? AND x.status IN ('due', 'in_progress') ORDER BY x.due_on, x.id LIMIT 200`
)

// upcoming are the recertifications due until a day, after one.
func upcoming(q db.Q, until calendar.Date, after Recertification, limit int) ([]Recertification, error) {
	from := after.ID
	if from.IsZero() {
		from = firstID
	}
	return db.All[Recertification](q, selectLook+`WHERE x.status IN ('due', 'in_progress') AND x.due_on <= ? AND (x.due_on, x.id) > (?, ?)
		ORDER BY x.due_on, x.id LIMIT ?`, until, after.DueOn, from, limit)
}

var (
	firstID = db.MustID("00000000-0000-0000-0000-000000000001")
	lastID  = db.MustID("ffffffff-ffff-ffff-ffff-ffffffffffff")
)

// page gives rows of one case, or of every case the actor reaches, the newest
// first.
func page[R any](q db.Q, selected string, a access.Actor, now calendar.Time, x Asked) ([]R, error) {
	if x.Before.IsZero() {
		x.Before = lastID
	}
	where, args := "x.status <> 'void' AND x.id < ?", []any{x.Before}
	seen := lens(a, now).One("c.id")
	if x.Case.IsZero() && x.Person.IsZero() {
		var err error
		if seen, err = lens(a, now).Listing(q, "x.case_id"); err != nil {
			return nil, err
		}
	}
	if !x.Case.IsZero() {
		where, args = where+" AND x.case_id = ?", append(args, x.Case)
	}
	if !x.Person.IsZero() {
		where, args = where+" AND x.person = ?", append(args, x.Person)
	}
	return db.All[R](q, selected+"JOIN case_file c ON c.id = x.case_id WHERE "+where+" AND "+seen.SQL+" ORDER BY x.id DESC LIMIT ?",
		append(append(args, seen.Args...), x.Limit)...)
}

// enrolledTwice says whether two persons have a place in one program, or wait
// for one.
func enrolledTwice(q db.Q, one, other db.ID) (bool, error) {
	_, ok, err := db.Maybe[int](q, `SELECT 1 FROM program_enrolment x WHERE x.person = ? AND x.status IN ('applied', 'waitlisted', 'in_progress')
		AND x.program IN (SELECT program FROM program_enrolment WHERE person = ? AND status IN ('applied', 'waitlisted', 'in_progress')) LIMIT 1`, one, other)
	return ok, err
}
