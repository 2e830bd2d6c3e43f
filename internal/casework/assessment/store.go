package assessment

import (
	"kizuna/internal/casework/cases"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/sight"
	"kizuna/internal/resident/people"
)

func sel[R any](t *flow.Table[R]) string {
	return "SELECT " + db.Columns[R]("") + " FROM " + t.Table + " WHERE "
}

func byID[R any](q db.Q, t *flow.Table[R], id db.ID) (R, error) {
	return db.One[R](q, sel(t)+"id = ?", id)
}

// ofCase is the query of what belongs to a case, the newest first.
func ofCase[R any](t *flow.Table[R]) string {
	return sel(t) + "case_id = ? AND id < ? AND status <> 'void' ORDER BY id DESC LIMIT ?"
}

var lastID = db.MustID("ffffffff-ffff-ffff-ffff-ffffffffffff")

func before(id db.ID) db.ID {
	if id.IsZero() {
		return lastID
	}
	return id
}

// panelSize is how many of each kind a case page shows.
const panelSize = 20

// loadCase gives a case the actor may see, or not found.
func loadCase(q db.Q, a access.Actor, now calendar.Time, id db.ID) (cases.Case, error) {
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

// seesRoot is not found unless the actor sees what a record belongs to.
func seesRoot(q db.Q, a access.Actor, now calendar.Time, kind string, root db.ID) error {
	switch kind {
	case "case":
		_, err := loadCase(q, a, now, root)
		return err
	case "person":
		return people.Seen(q, a, now, root)
	}
	a.Wide = false // what is restricted about other roots is theirs to say
	ok, err := sight.Lens{Actor: a, Now: now, Kind: kind}.Sees(q, root)
	if err == nil && !ok {
		err = fault.NotFound()
	}
	return err
}

// lastOf gives the completed assessment of the same form and person before one.
func lastOf(q db.Q, x Assessment) (Assessment, bool, error) {
	return db.Maybe[Assessment](q, sel(Flow)+"person = ? AND form_key = ? AND id < ? AND case_id = ? AND status = 'completed' ORDER BY id DESC LIMIT 1",
		x.Person, x.FormKey, x.ID, x.Case)
}

func needsFrom(q db.Q, assessment, caseID db.ID) ([]Need, error) {
	return db.All[Need](q, sel(NeedFlow)+"case_id = ? AND assessment = ? AND status <> 'void' ORDER BY id", caseID, assessment)
}

// NeedsOf lists the needs in a case that are not void, the first identified
// first; the caller has checked that the actor may see the case.
func NeedsOf(q db.Q, caseID db.ID) ([]Need, error) {
	return db.All[Need](q, sel(NeedFlow)+"case_id = ? AND status <> 'void' ORDER BY id LIMIT 200", caseID)
}

// openNeedKinds lists what a person needs now, in all cases.
func openNeedKinds(q db.Q, person db.ID) ([]string, error) {
	return db.All[string](q, "SELECT DISTINCT kind FROM need WHERE person = ? AND status IN ('identified', 'deferred') ORDER BY kind", person)
}

// counted tells whether a case has an assessment of a status.
func counted(q db.Q, caseID db.ID, statuses ...string) (int, error) {
	return db.One[int](q, "SELECT COUNT(*) FROM assessment WHERE case_id = ? AND status IN (??)", caseID, db.ListOf(statuses))
}

// DecisionOn gives the decision that stands on an item, if there is one; the
// caller has checked that the actor may see the item.
func DecisionOn(q db.Q, kind string, item db.ID) (Decision, bool, error) {
	return db.Maybe[Decision](q, sel(DecisionFlow)+"item_kind = ? AND item = ? AND status <> 'void'", kind, item)
}

// DeterminationsOn lists the determinations made for an item, the newest first.
func DeterminationsOn(q db.Q, kind string, item db.ID) ([]Determination, error) {
	return db.All[Determination](q, sel(DeterminationFlow)+"item = ? AND item_kind = ? AND status <> 'void' ORDER BY id DESC LIMIT 50", item, kind)
}
