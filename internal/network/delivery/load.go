package delivery

import (
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/sight"
)

// Past is what was given elsewhere before: schedules with their sessions, who
// had a place, and who came. Each enrolment has its disbursement, each marked
// one its mark.
type Past struct {
	Schedules     []Schedule
	Sessions      []Session
	Enrolments    []Enrolment
	Disbursements []Disbursement
	Marks         []Mark
}

// LoadPast takes it in, in few statements, with journal rows and reach as if
// each record had been made here. The records must be valid and agree: the
// authorizations' units and what follows from their use are the caller's.
func LoadPast(tx *op.Tx, in Past) error {
	var reach []sight.Reach
	for _, s := range in.Schedules {
		reach = append(reach, sight.Reach{ScopeKind: sight.Provider, Scope: s.Provider, Kind: "schedule", Record: s.ID, Why: "own"})
	}
	for _, s := range in.Sessions {
		reach = append(reach, sight.Reach{ScopeKind: sight.Provider, Scope: s.Provider, Kind: "session", Record: s.ID, Why: "own"})
	}
	for _, load := range []func() error{
		func() error { return flow.Load(tx, ScheduleFlow, "draft", in.Schedules) },
		func() error { return flow.Load(tx, SessionFlow, "schedule", in.Sessions) },
		func() error { return flow.Load(tx, EnrolmentFlow, "enrol", in.Enrolments) },
		func() error { return flow.Load(tx, DisbursementFlow, "plan", in.Disbursements) },
		func() error { return flow.Load(tx, MarkFlow, "mark", in.Marks) },
		func() error { return sight.Open(tx, reach...) },
	} {
		if err := load(); err != nil {
			return err
		}
	}
	return nil
}
