package assessment

import (
	"kizuna/internal/casework/cases"
	"kizuna/internal/casework/catalog"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/rule"
	"kizuna/internal/ground/text"
)

// Room is the assessment room.
type Room struct {
	run     *op.Runner
	catalog *catalog.Room
	// currency is that of the amounts rules work out: the agency's.
	currency string

	// Items give what was applied for, by kind, to an actor who sees it; else
	// not found. Intake fills it.
	Items map[string]func(q db.Q, a access.Actor, now calendar.Time, id db.ID) (Item, error)
	// OnApproved is what follows an approval in the same transaction: the
	// benefit room makes the assignment. OnDecided follows either decision:
	// intake closes the item.
	OnApproved []func(tx *op.Tx, d Decision) error
	OnDecided  []func(tx *op.Tx, d Decision) error
}

// New makes the room.
func New(run *op.Runner, c *catalog.Room, currency string) *Room {
	return &Room{run: run, catalog: c, currency: currency, Items: map[string]func(db.Q, access.Actor, calendar.Time, db.ID) (Item, error){}}
}

// item gives what was applied for.
func (r *Room) item(q db.Q, a access.Actor, now calendar.Time, kind string, id db.ID) (Item, error) {
	load, ok := r.Items[kind]
	if !ok {
		return Item{}, fault.Invalid(fault.Field{Pointer: "/item_kind", Key: "fault.bad_choice"})
	}
	return load(q, a, now, id)
}

// Criteria are what this room asks before a case leaves a stage; for cases.
func Criteria(q db.Q, c cases.Case) ([]cases.Criterion, error) {
	n, err := counted(q, c.ID, "completed")
	return []cases.Criterion{{Stage: cases.Assessing, Key: "assessment.criterion.assessed", Met: n > 0, Required: true,
		Href: "/desk/assessments/new?case_id=" + c.ID.String()}}, err
}

// Busy is what still hangs on a case here; for cases.
func Busy(q db.Q, caseID db.ID) ([]cases.Blocker, error) {
	n, err := counted(q, caseID, "in_progress")
	if err != nil || n == 0 {
		return nil, err
	}
	return []cases.Blocker{{Key: "assessment.busy.in_progress", Args: map[string]any{"n": n}, Href: "/desk/cases/" + caseID.String()}}, nil
}

// Known tells rules what a person needs; server adds it to catalog.Facts.
type Known struct{}

// Declare lists the facts.
func (Known) Declare() []rule.Fact {
	return []rule.Fact{{Name: "needs", Type: rule.List, Room: "assessment", Label: text.Pair{JA: "課題", EN: "Needs"}, Options: NeedKinds}}
}

// Load reads them. Nobody's needs are nothing before an assessment looked, so
// without any the fact is unknown.
func (Known) Load(q db.Q, person db.ID, _ calendar.Date) (rule.Facts, error) {
	kinds, err := openNeedKinds(q, person)
	if err != nil || len(kinds) == 0 {
		return nil, err
	}
	return rule.Facts{"needs": rule.Texts(kinds...)}, nil
}
