package cases

import (
	"context"
	"slices"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/op"
)

// Room is the cases room.
type Room struct {
	run *op.Runner
	// Criteria are what later rooms say must be done before a case leaves its
	// stage; Busy what still hangs on a case that is to end. Server fills both.
	Criteria []func(q db.Q, c Case) ([]Criterion, error)
	Busy     []func(q db.Q, caseID db.ID) ([]Blocker, error)
	// ReviewOn gives, by case, the day of its next review; one without is left out.
	ReviewOn func(q db.Q, cases ...db.ID) (map[db.ID]calendar.Date, error)
	// OnEnd is what later rooms do in the transaction that ends a case.
	OnEnd []func(tx *op.Tx, c Case) error
}

// New makes the room.
func New(run *op.Runner) *Room { return &Room{run: run} }

// Criterion is something to be done before a case leaves a stage. Required
// ones block the step, the others are shown.
type Criterion struct {
	Stage    string // the stage it is asked in
	Key      string // word key
	Args     map[string]any
	Met      bool
	Required bool
	Href     string // where it is done
}

// Blocker is something that still hangs on a case.
type Blocker struct {
	Key  string // word key
	Args map[string]any
	Href string
}

// ownCriteria are those of this room.
func ownCriteria(c Case) []Criterion {
	return []Criterion{
		{Stage: Assessing, Key: "cases.criterion.risk", Met: c.Risk != "", Required: true, Href: "/desk/cases/" + c.ID.String() + "/edit"},
		{Stage: Assessing, Key: "cases.criterion.contact", Met: c.LastContactAt != 0},
	}
}

// criteria are those of the stage a case is in, of every room.
func (r *Room) criteria(q db.Q, c Case) ([]Criterion, error) {
	all := ownCriteria(c)
	for _, f := range r.Criteria {
		more, err := f(q, c)
		if err != nil {
			return nil, err
		}
		all = append(all, more...)
	}
	return slices.DeleteFunc(all, func(x Criterion) bool { return x.Stage != c.Stage }), nil
}

func (r *Room) blockers(q db.Q, c Case) ([]Blocker, error) {
	var all []Blocker
	for _, f := range r.Busy {
		more, err := f(q, c.ID)
		if err != nil {
			return nil, err
		}
		all = append(all, more...)
	}
	return all, nil
}

// unmet says which required criterion keeps a case in its stage, or nil.
func unmet(list []Criterion) *fault.Fault {
	for _, x := range list {
		if x.Required && !x.Met {
			f := fault.Conflict("cases.fault.criteria")
			f.Fields = []fault.Field{{Key: x.Key, Args: x.Args}}
			return f
		}
	}
	return nil
}

func busy(list []Blocker) *fault.Fault {
	if len(list) == 0 {
		return nil
	}
	f := fault.Conflict("cases.fault.busy").With("n", len(list))
	for _, b := range list {
		f.Fields = append(f.Fields, fault.Field{Key: b.Key, Args: b.Args})
	}
	return f
}

// StepInput is what a step of a case asks for; each takes what it needs.
type StepInput struct {
	Reason   string        `json:"reason,omitempty"`
	Ground   string        `json:"ground,omitempty"`    // pause, close
	ReviewOn calendar.Date `json:"review_on,omitempty"` // pause, lost_contact
	Outcome  string        `json:"outcome,omitempty"`   // resolve
	Receiver string        `json:"receiver,omitempty"`  // transfer
	On       calendar.Date `json:"on,omitempty"`        // acknowledge; today when left out
	Owner    db.ID         `json:"owner_id,omitzero"`   // assign
	Team     db.ID         `json:"team_id,omitzero"`    // assign
	Version  int64         `json:"version"`
}

// verb is what a step does besides moving the case.
type verb struct {
	check func(in *StepInput, f *fault.Fields, today calendar.Date)
	allow func(r *Room, tx *op.Tx, c Case) error
	edit  func(in StepInput, c *Case, today calendar.Date)
	after func(r *Room, tx *op.Tx, was, c Case) error
}

// verbs are the steps that Step takes, by name.
var verbs = map[string]verb{
	"to_planning":   {allow: stageDone, edit: toStage(Planning), after: nextOfStage},
	"to_assigning":  {allow: stageDone, edit: toStage(Assigning), after: nextOfStage},
	"to_monitoring": {allow: stageDone, edit: toStage(Monitoring), after: nextOfStage},
	"back":          {check: needReason, edit: stageBefore, after: nextOfStage},
	"pause":         {check: needPause, edit: rest, after: remindPause},
	"lost_contact":  {check: needReview, edit: lose, after: remindPause},
	"resume":        {edit: wake, after: settlePause},
	"resolve":       {check: needOutcome, allow: readyToEnd, edit: finish, after: ended},
	"close":         {check: needGround, allow: notBusy, edit: func(in StepInput, c *Case, _ calendar.Date) { c.CloseGround = in.Ground; quiet(c) }, after: ended},
	"transfer":      {check: needReceiver, allow: notBusy, edit: func(in StepInput, c *Case, _ calendar.Date) { c.Receiver = in.Receiver; quiet(c) }, after: handedOver},
	"acknowledge":   {edit: acknowledge, after: settleTransfer},
	"reopen":        {check: needReason, edit: reopen, after: nextOfStage},
	"assign":        {check: needOwner, edit: func(in StepInput, c *Case, _ calendar.Date) { c.Owner, c.Team = in.Owner, in.Team }, after: reassigned},
	"restrict":      {check: needReason, edit: func(_ StepInput, c *Case, _ calendar.Date) { c.Restricted = true }, after: restricted},
	"unrestrict":    {check: needReason, edit: func(_ StepInput, c *Case, _ calendar.Date) { c.Restricted = false }, after: resighted},
	"void":          {check: needReason, allow: notBusy, after: ended},
}

// Step takes a step of the flow on a case: the stages, back, pause and resume,
// lost contact, resolve, close, transfer and its acknowledgement, reopen,
// assign, restrict, void.
func (r *Room) Step(ctx context.Context, a access.Actor, id db.ID, step string, in StepInput) (Case, error) {
	v, ok := verbs[step]
	if !ok {
		return Case{}, fault.NotFound()
	}
	if err := v.validate(&in, calendar.Today(ctx, r.run.Clock)); err != nil {
		return Case{}, err
	}
	return op.Do(ctx, r.run, a, "case."+step+" "+id.String(), in, func(tx *op.Tx) (Case, error) {
		if err := lock(tx, id); err != nil {
			return Case{}, err
		}
		was, err := Load(tx, a, tx.Now(), id)
		if err != nil {
			return was, err
		}
		if err := flow.Fresh(was, in.Version); err != nil {
			return was, err
		}
		if f := Flow.May(a, step, was); f != nil {
			return was, f
		}
		if v.allow != nil {
			if err := v.allow(r, tx, was); err != nil {
				return was, err
			}
		}
		c, err := flow.Take(tx, Flow, step, was, func(c *Case) {
			if v.edit != nil {
				v.edit(in, c, today(tx))
			}
		}, flow.Because(in.Reason))
		if err != nil {
			return c, err
		}
		if v.after != nil {
			if err := v.after(r, tx, was, c); err != nil {
				return c, err
			}
		}
		tx.Tell(op.Event{Name: "case." + step, Entity: "case", Record: c.ID, Root: c.ID})
		// What follows from the step may have moved the case again.
		return byID(tx, c.ID)
	})
}

func (v verb) validate(in *StepInput, today calendar.Date) error {
	var f fault.Fields
	line(&f, "/reason", &in.Reason, maxLine)
	line(&f, "/receiver", &in.Receiver, maxLine)
	if v.check != nil {
		v.check(in, &f, today)
	}
	return f.Err()
}

func needReason(in *StepInput, f *fault.Fields, _ calendar.Date) {
	if in.Reason == "" {
		f.Add("/reason", "fault.required")
	}
}

func needReview(in *StepInput, f *fault.Fields, today calendar.Date) {
	switch {
	case in.ReviewOn == "":
		f.Add("/review_on", "fault.required")
	case in.ReviewOn < today:
		f.Add("/review_on", "fault.past")
	}
}

func needPause(in *StepInput, f *fault.Fields, today calendar.Date) {
	choose(f, "/ground", in.Ground, PauseGrounds)
	needReview(in, f, today)
}

func needOutcome(in *StepInput, f *fault.Fields, _ calendar.Date) {
	choose(f, "/outcome", in.Outcome, Outcomes)
}

func needGround(in *StepInput, f *fault.Fields, today calendar.Date) {
	choose(f, "/ground", in.Ground, CloseGrounds)
	needReason(in, f, today)
}

func needReceiver(in *StepInput, f *fault.Fields, today calendar.Date) {
	if in.Receiver == "" {
		f.Add("/receiver", "fault.required")
	}
	needReason(in, f, today)
}

func needOwner(in *StepInput, f *fault.Fields, _ calendar.Date) {
	if in.Owner.IsZero() && in.Team.IsZero() {
		f.Add("/owner_id", "cases.fault.owner_or_team")
	}
}

// stageDone holds when every required criterion of the stage is met.
func stageDone(r *Room, tx *op.Tx, c Case) error {
	list, err := r.criteria(tx, c)
	if err != nil {
		return err
	}
	if f := unmet(list); f != nil {
		return f
	}
	return nil
}

func notBusy(r *Room, tx *op.Tx, c Case) error {
	list, err := r.blockers(tx, c)
	if err != nil {
		return err
	}
	if f := busy(list); f != nil {
		return f
	}
	return nil
}

func readyToEnd(r *Room, tx *op.Tx, c Case) error {
	if err := stageDone(r, tx, c); err != nil {
		return err
	}
	return notBusy(r, tx, c)
}

func toStage(stage string) func(StepInput, *Case, calendar.Date) {
	return func(_ StepInput, c *Case, today calendar.Date) {
		c.Stage, c.DueOn = stage, today.AddDays(stageDays[stage])
	}
}

func stageBefore(in StepInput, c *Case, today calendar.Date) {
	toStage(Stages[slices.Index(Stages, c.Stage)-1])(in, c, today)
}

// NextOf is what a stage begins with.
var NextOf = map[string]string{Assessing: "cases.next.assess", Planning: "cases.next.plan", Assigning: "cases.next.assign", Monitoring: "cases.next.monitor"}

// nextOfStage says what the stage a case came to begins with; monitoring, with
// the review that is due.
func nextOfStage(r *Room, tx *op.Tx, _, c Case) (err error) {
	var due map[db.ID]calendar.Date
	if c.Stage == Monitoring && r.ReviewOn != nil {
		if due, err = r.ReviewOn(tx, c.ID); err != nil {
			return err
		}
	}
	return SetNext(tx, c.ID, due[c.ID], NextOf[c.Stage])
}

func rest(in StepInput, c *Case, _ calendar.Date) {
	c.PauseGround, c.PausedUntil, c.DueOn = in.Ground, in.ReviewOn, in.ReviewOn
}

func lose(in StepInput, c *Case, today calendar.Date) {
	in.Ground = "lost_contact"
	rest(in, c, today)
}

func wake(_ StepInput, c *Case, today calendar.Date) {
	c.PauseGround, c.PausedUntil, c.DueOn = "", "", today.AddDays(stageDays[c.Stage])
}

// quiet leaves nothing due on a case that ends.
func quiet(c *Case) {
	c.DueOn, c.NextAction, c.WaitsFor, c.PauseGround, c.PausedUntil = NoDue, "", "", "", ""
}

func finish(in StepInput, c *Case, _ calendar.Date) {
	c.Stage, c.Outcome = Resolved, in.Outcome
	quiet(c)
}

func acknowledge(in StepInput, c *Case, today calendar.Date) {
	c.AcknowledgedOn = in.On
	if in.On == "" {
		c.AcknowledgedOn = today
	}
}

// reopen goes on where the case ended; a resolved one in monitoring.
func reopen(_ StepInput, c *Case, today calendar.Date) {
	if c.Stage == Resolved {
		c.Stage = Monitoring
	}
	c.Outcome, c.CloseGround, c.Receiver, c.AcknowledgedOn = "", "", "", ""
	c.DueOn = today.AddDays(stageDays[c.Stage])
}

const (
	pauseKind    = "cases.prompt.pause_review"
	transferKind = "cases.prompt.transfer_open"
)

func remindPause(_ *Room, tx *op.Tx, _, c Case) error {
	return Raise(tx, Prompt{Case: c.ID, Kind: pauseKind, Due: c.PausedUntil})
}

func settlePause(_ *Room, tx *op.Tx, _, c Case) error { return Settle(tx, c.ID, pauseKind) }

// ended closes what the program had asked for and lets later rooms do theirs.
func ended(r *Room, tx *op.Tx, _, c Case) error {
	if err := eachReminder(tx, c.ID, "settle", nil, func(Reminder) bool { return true }); err != nil {
		return err
	}
	for _, f := range r.OnEnd {
		if err := f(tx, c); err != nil {
			return err
		}
	}
	return nil
}

// transferDays is how long a receiver may take to acknowledge, in days.
const transferDays = 7

func handedOver(r *Room, tx *op.Tx, was, c Case) error {
	if err := ended(r, tx, was, c); err != nil {
		return err
	}
	return Raise(tx, Prompt{Case: c.ID, Kind: transferKind, Due: today(tx).AddDays(transferDays)})
}

func settleTransfer(_ *Room, tx *op.Tx, _, c Case) error { return Settle(tx, c.ID, transferKind) }

// reassigned lets the new owner and team see the case, and only them, and
// hands over what was asked of the old ones.
func reassigned(_ *Room, tx *op.Tx, _, c Case) error {
	if err := maySee(tx, c, c.Owner, "/owner_id"); err != nil {
		return err
	}
	if err := resight(tx, c); err != nil {
		return err
	}
	if err := Settle(tx, c.ID, handOverKind); err != nil {
		return err
	}
	return eachReminder(tx, c.ID, "hand_over", func(p *Reminder) { p.Owner, p.Team = c.Owner, c.Team }, func(Reminder) bool { return true })
}

// restricted keeps the case to its owner and case team. Who restricts it joins
// the case team when they would lose it.
func restricted(_ *Room, tx *op.Tx, _, c Case) error {
	if a := tx.Actor(); a.ID != c.Owner && a.Known() {
		if _, err := join(tx, c, a.ID, "supervisor"); err != nil {
			return err
		}
	}
	return resight(tx, c)
}

func resighted(_ *Room, tx *op.Tx, _, c Case) error { return resight(tx, c) }
