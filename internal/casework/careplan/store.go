package careplan

import (
	"kizuna/internal/casework/cases"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/sight"
	"kizuna/internal/resident/people"
)

// lens is what an actor sees of cases, and so of their plans.
func lens(a access.Actor, now calendar.Time) sight.Lens {
	return sight.Lens{Actor: a, Now: now, Kind: "case", Restricted: "c.restricted"}
}

var (
	selectPlan      = "SELECT " + db.Columns[Plan]("p") + " FROM care_plan p "
	selectAgreement = "SELECT " + db.Columns[Agreement]("x") + " FROM plan_agreement x "
	selectGoal      = "SELECT " + db.Columns[Goal]("x") + " FROM goal x "
	selectProgress  = "SELECT " + db.Columns[Progress]("x") + " FROM goal_progress x "
	selectTask      = "SELECT " + db.Columns[Task]("x") + " FROM plan_task x "
	selectReview    = "SELECT " + db.Columns[Review]("x") + " FROM plan_review x "
	selectTemplate  = "SELECT " + db.Columns[Template]("") + " FROM plan_template "
)

const (
	planOfCase = "JOIN case_file c ON c.id = p.case_id WHERE p.id = ? AND "
	partOfCase = "JOIN case_file c ON c.id = x.case_id WHERE x.id = ? AND "
)

// Load gives a plan of a case the actor may see, or not found.
func Load(q db.Q, a access.Actor, now calendar.Time, id db.ID) (Plan, error) {
	seen := lens(a, now).One("c.id")
	return db.One[Plan](q, selectPlan+planOfCase+seen.SQL, append([]any{id}, seen.Args...)...)
}

// QueueHeld counts in a batch the plans made for persons, of cases that the
// actor sees.
func QueueHeld(b *db.Batch, a access.Actor, now calendar.Time, persons []db.ID) *db.Answer[people.Held] {
	seen := lens(a, now).One("c.id")
	return db.Queue[people.Held](b, `SELECT 'care_plan' AS kind, p.person AS person, COUNT(*) AS n FROM care_plan p JOIN case_file c ON c.id = p.case_id
		WHERE p.person IN (??) AND p.status <> 'void' AND `+seen.SQL+" GROUP BY p.person", append([]any{db.ListOf(persons)}, seen.Args...)...)
}

// QueueLoad is Load in a batch; no row is not found.
func QueueLoad(b *db.Batch, a access.Actor, now calendar.Time, id db.ID) *db.Answer[Plan] {
	seen := lens(a, now).One("c.id")
	return db.Queue[Plan](b, selectPlan+planOfCase+seen.SQL, append([]any{id}, seen.Args...)...)
}

// part gives a row below a plan whose case the actor may see.
func part[R any](q db.Q, selected string, a access.Actor, now calendar.Time, id db.ID) (R, error) {
	seen := lens(a, now).One("c.id")
	return db.One[R](q, selected+partOfCase+seen.SQL, append([]any{id}, seen.Args...)...)
}

// loadCase gives a case the actor may see and holds its row.
func loadCase(tx db.W, a access.Actor, now calendar.Time, id db.ID) (cases.Case, error) {
	if _, err := db.All[int](tx, "SELECT 1 FROM case_file WHERE id = ?"+db.ForUpdate(tx), id); err != nil {
		return cases.Case{}, err
	}
	return seeCase(tx, a, now, id)
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

// lock holds a plan's row, for rules across the rows below it.
func lock(w db.W, id db.ID) error {
	_, err := db.All[int](w, "SELECT 1 FROM care_plan WHERE id = ?"+db.ForUpdate(w), id)
	return err
}

func planByID(q db.Q, id db.ID) (Plan, error) {
	return db.One[Plan](q, selectPlan+"WHERE p.id = ?", id)
}

// ActivePlan gives the plan that a case goes by; the caller has checked that
// the actor may see the case.
func ActivePlan(q db.Q, of db.ID) (Plan, bool, error) {
	return db.Maybe[Plan](q, selectPlan+"WHERE p.case_id = ? AND p.status = 'active'", of)
}

// GoalsOf gives the goals of a plan, in the order they were set.
func GoalsOf(q db.Q, plan db.ID) ([]Goal, error) { return db.All[Goal](q, textGoals, plan) }

const alive = "x.plan = ? AND x.status <> 'void' ORDER BY x.id"

var (
	textPlans      = selectPlan + "WHERE p.case_id = ? AND p.status <> 'void' ORDER BY p.edition DESC LIMIT 50"
	textGoals      = selectGoal + "WHERE " + alive
	textTasks      = selectTask + "WHERE " + alive
	textReviews    = selectReview + "WHERE " + alive + " DESC LIMIT 50"
	textProgress   = selectProgress + "WHERE " + alive + " DESC LIMIT 200"
	textAgreements = selectAgreement + "WHERE x.plan = ? AND x.status NOT IN ('void', 'lapsed') ORDER BY x.id"
)

func agreementsOf(q db.Q, plan db.ID) ([]Agreement, error) {
	return db.All[Agreement](q, textAgreements, plan)
}

func tasksOf(q db.Q, plan db.ID) ([]Task, error) { return db.All[Task](q, textTasks, plan) }

func dueReview(q db.Q, plan db.ID) (Review, bool, error) {
	return db.Maybe[Review](q, selectReview+"WHERE x.plan = ? AND x.status = 'due'", plan)
}

// plansOf gives all plans of a case, whatever became of them, newest first.
func plansOf(q db.Q, of db.ID) ([]Plan, error) { return db.All[Plan](q, textPlans, of) }

// lastEdition is the number of the newest plan of a case, 0 for none.
func lastEdition(q db.Q, of db.ID) (int64, error) {
	return db.One[int64](q, "SELECT COALESCE(MAX(edition), 0) FROM care_plan WHERE case_id = ?", of)
}

// The marks of the case page's goals panel: the goals of plans that have not
// ended, and how many of their tasks are done.
var textCaseGoals = selectGoal + `JOIN care_plan p ON p.id = x.plan
	WHERE x.case_id = ? AND x.status <> 'void' AND p.status IN ('draft', 'proposed', 'active') ORDER BY x.id LIMIT 100`

var textCaseTasks = selectTask + `JOIN care_plan p ON p.id = x.plan
	WHERE p.case_id = ? AND x.status <> 'void' AND p.status IN ('draft', 'proposed', 'active') ORDER BY x.due_on, x.id LIMIT 300`

// Overview is what the page of a case shows of its plans.
type Overview struct {
	Plans *db.Answer[Plan]
	Goals *db.Answer[Goal]
	Tasks *db.Answer[Task]
	Due   *db.Answer[Review]
}

// QueueOverview asks for it in a batch; the page has checked the case.
func QueueOverview(b *db.Batch, of db.ID) Overview {
	return Overview{
		Plans: db.Queue[Plan](b, textPlans, of),
		Goals: db.Queue[Goal](b, textCaseGoals, of),
		Tasks: db.Queue[Task](b, textCaseTasks, of),
		Due:   db.Queue[Review](b, selectReview+"WHERE x.case_id = ? AND x.status = 'due' ORDER BY x.id LIMIT 1", of),
	}
}

// Pages of lists, the newest first. With a parent the rows are its own, else
// those of every case the actor reaches.
func page[R any](q db.Q, selected, alias string, a access.Actor, now calendar.Time, column string, parent, before db.ID, limit int) ([]R, error) {
	if before.IsZero() {
		before = lastID
	}
	where, args := alias+".status <> 'void' AND "+alias+".id < ?", []any{before}
	if parent.IsZero() {
		seen, err := lens(a, now).Listing(q, alias+".case_id")
		if err != nil {
			return nil, err
		}
		where, args = where+" AND "+seen.SQL, append(args, seen.Args...)
	} else {
		seen := lens(a, now).One("c.id")
		where, args = where+" AND "+alias+"."+column+" = ? AND "+seen.SQL, append(append(args, parent), seen.Args...)
	}
	return db.All[R](q, selected+"JOIN case_file c ON c.id = "+alias+".case_id WHERE "+where+" ORDER BY "+alias+".id DESC LIMIT ?", append(args, limit)...)
}

// lastID stands after every id.
var lastID = db.MustID("ffffffff-ffff-ffff-ffff-ffffffffffff")

// What a resident sees: plans with an answer asked of them, or that are for
// them, once proposed.
var textOwnPlans = selectPlan + `WHERE p.status IN ('proposed', 'active', 'completed') AND (p.person = ? OR p.id IN (
	SELECT plan FROM plan_agreement WHERE person = ? AND status IN ('asked', 'agreed', 'declined', 'not_agreed', 'heard')))
	ORDER BY p.id DESC LIMIT 20`

var (
	textOwnGoals = selectGoal + "WHERE x.plan IN (??) AND x.status NOT IN ('void', 'cancelled') AND (x.person IS NULL OR x.person = ?) ORDER BY x.id"
	textOwnTasks = selectTask + "WHERE x.plan IN (??) AND x.person = ? AND x.status NOT IN ('void', 'cancelled') ORDER BY x.due_on, x.id"
	textOwnWords = selectAgreement + "WHERE x.plan IN (??) AND x.person = ? AND x.status NOT IN ('void', 'lapsed') ORDER BY x.id"
	textOwnDates = selectReview + "WHERE x.plan IN (??) AND x.status = 'due' ORDER BY x.due_on"
)

func ownAgreement(q db.Q, person, id db.ID) (Agreement, error) {
	return db.One[Agreement](q, selectAgreement+`JOIN care_plan p ON p.id = x.plan
		WHERE x.id = ? AND x.person = ? AND x.status NOT IN ('void', 'lapsed') AND p.status = 'proposed'`, id, person)
}

func ownTaskByID(q db.Q, person, id db.ID) (Task, error) {
	return db.One[Task](q, selectTask+`JOIN care_plan p ON p.id = x.plan
		WHERE x.id = ? AND x.person = ? AND x.status <> 'void' AND p.status IN ('proposed', 'active')`, id, person)
}

// overdueReviews are those due before a day, the earliest first, after a place.
func overdueReviews(q db.Q, before calendar.Date, limit int) ([]Review, error) {
	return db.All[Review](q, selectReview+"WHERE x.status = 'due' AND x.due_on < ? ORDER BY x.due_on, x.id LIMIT ?", before, limit)
}

// upcomingReviews are those due from a day to another, after a review.
func upcomingReviews(q db.Q, from, until calendar.Date, after Review, limit int) ([]Review, error) {
	return db.All[Review](q, selectReview+`WHERE x.status = 'due' AND x.due_on >= ? AND x.due_on <= ? AND (x.due_on, x.id) > (?, ?)
		ORDER BY x.due_on, x.id LIMIT ?`, from, until, after.DueOn, orFirst(after.ID), limit)
}

func orFirst(id db.ID) db.ID {
	if id.IsZero() {
		return db.MustID("00000000-0000-0000-0000-000000000001")
	}
	return id
}

// ReviewOn gives, by case, the day of its next review; a case without one is
// left out. It is a slot of cases.
func ReviewOn(q db.Q, of ...db.ID) (map[db.ID]calendar.Date, error) {
	type due struct {
		Case db.ID         `db:"case_id"`
		On   calendar.Date `db:"due_on"`
	}
	list, err := db.All[due](q, "SELECT case_id, MIN(due_on) AS due_on FROM plan_review WHERE case_id IN (??) AND status = 'due' GROUP BY case_id", db.ListOf(of))
	out := make(map[db.ID]calendar.Date, len(list))
	for _, x := range list {
		out[x.Case] = x.On
	}
	return out, err
}

func reviewByID(q db.Q, id db.ID) (Review, error) {
	return db.One[Review](q, selectReview+"WHERE x.id = ?", id)
}

// What still asks something of a person who died.
var (
	textAskedOf = selectAgreement + "WHERE x.person = ? AND x.status = 'asked' ORDER BY x.id"
	textTasksOf = selectTask + "WHERE x.person = ? AND x.status IN ('open', 'in_progress') ORDER BY x.id"
	textDueOf   = selectReview + "JOIN care_plan p ON p.id = x.plan WHERE p.person = ? AND x.status = 'due' ORDER BY x.id"
)

// Templates.

func templateByID(q db.Q, id db.ID) (Template, error) {
	return db.One[Template](q, selectTemplate+"WHERE id = ?", id)
}

func published(q db.Q) ([]Template, error) {
	return db.All[Template](q, selectTemplate+"WHERE status = 'published' ORDER BY code LIMIT 200")
}

func publishedOf(q db.Q, code string) (Template, bool, error) {
	return db.Maybe[Template](q, selectTemplate+"WHERE status = 'published' AND code = ?", code)
}

func templates(q db.Q) ([]Template, error) {
	return db.All[Template](q, selectTemplate+"WHERE status <> 'void' ORDER BY code, edition DESC LIMIT 500")
}

func lastTemplate(q db.Q, code string) (int64, error) {
	return db.One[int64](q, "SELECT COALESCE(MAX(edition), 0) FROM plan_template WHERE code = ?", code)
}

func goalByID(q db.Q, id db.ID) (Goal, error) {
	return db.One[Goal](q, selectGoal+"WHERE x.id = ?", id)
}

// PlanOf gives a plan by id; the caller has checked that the actor may see its
// case.
func PlanOf(q db.Q, id db.ID) (Plan, bool, error) {
	return db.Maybe[Plan](q, selectPlan+"WHERE p.id = ?", id)
}

// QueueAsked gives the plans that wait for a person's agreement, the newest
// first; the caller has checked that the person is the actor.
func QueueAsked(b *db.Batch, person db.ID) *db.Answer[Plan] {
	return db.Queue[Plan](b, selectPlan+`WHERE p.status = 'proposed' AND p.id IN (
		SELECT plan FROM plan_agreement WHERE person = ? AND status = 'asked') ORDER BY p.id DESC LIMIT 5`, person)
}

// answeredTwice gives the answers of two persons to plans that both answer.
func answeredTwice(q db.Q, one, other db.ID) ([]Agreement, error) {
	const of = "SELECT plan FROM plan_agreement WHERE person = ? AND status NOT IN ('lapsed', 'void')"
	return db.All[Agreement](q, selectAgreement+"WHERE x.person IN (?, ?) AND x.status NOT IN ('lapsed', 'void') AND x.plan IN ("+of+") AND x.plan IN ("+of+") ORDER BY x.id",
		one, other, one, other)
}
