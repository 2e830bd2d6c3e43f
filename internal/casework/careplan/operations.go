package careplan

import (
	"context"

	"kizuna/internal/casework/cases"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/text"
	"kizuna/internal/office/agency"
	"kizuna/internal/resident/people"
)

// Room is the care plan room.
type Room struct {
	run *op.Runner
	// OnMake is what later rooms add to a plan made from a template: programs
	// and benefits, in the same transaction.
	OnMake []func(tx *op.Tx, p Plan, c Content) error
	// OnActivate is what later rooms do in the transaction in which a plan begins.
	OnActivate []func(tx *op.Tx, p Plan) error
	// OnComplete is what later rooms do in the transaction that completes or
	// cancels a plan. Server fills all three.
	OnComplete []func(tx *op.Tx, p Plan, e Ending) error
}

// New makes the room.
func New(run *op.Runner) *Room { return &Room{run: run} }

// Ending is how a plan ended and what becomes of the rest: kept for the case
// without the plan, or ended with it.
type Ending struct {
	Completed bool
	Keep      bool
	Reason    string
}

// href is where a plan is read.
func href(plan db.ID) string { return "/desk/plans/" + plan.String() }

func today(tx *op.Tx) calendar.Date { return calendar.Today(tx.Context(), tx.Run.Clock) }

// onPlan runs an operation on a plan the actor sees, whose row it holds.
func onPlan[T any](ctx context.Context, r *Room, a access.Actor, id db.ID, name string, in any, f func(tx *op.Tx, p Plan) (T, error)) (T, error) {
	return op.Do(ctx, r.run, a, name+" "+id.String(), in, func(tx *op.Tx) (T, error) {
		var none T
		if err := lock(tx, id); err != nil {
			return none, err
		}
		p, err := Load(tx, a, tx.Now(), id)
		if err != nil {
			return none, err
		}
		return f(tx, p)
	})
}

// Make drafts a plan for a case, from a template in one operation: its goals
// and tasks here, its programs and benefits by the rooms that have them.
func (r *Room) Make(ctx context.Context, a access.Actor, of db.ID, in MakeInput) (Plan, error) {
	if err := in.Validate(); err != nil {
		return Plan{}, err
	}
	return op.Do(ctx, r.run, a, "care_plan.make "+of.String(), in, func(tx *op.Tx) (Plan, error) {
		c, err := loadCase(tx, a, tx.Now(), of)
		if err != nil {
			return Plan{}, err
		}
		if c.Status != "open" && c.Status != "paused" {
			return Plan{}, fault.Conflict("careplan.fault.case_ended")
		}
		if f := notOneself(a, c.Person); f != nil {
			return Plan{}, f
		}
		return r.make(tx, c, in)
	})
}

func (r *Room) make(tx *op.Tx, c cases.Case, in MakeInput) (Plan, error) {
	p := Plan{Case: c.ID, Person: c.Person, Title: in.Title, Wish: in.Wish, Template: in.Template, Author: tx.Actor().ID,
		From: in.From, Until: in.Until, ReviewDays: in.ReviewDays}
	if p.From == "" {
		p.From = today(tx)
	}
	var content Content
	if !in.Template.IsZero() {
		t, err := templateByID(tx, in.Template)
		if err != nil {
			return p, err
		}
		if t.Status != "published" {
			return p, fault.Invalid(fault.Field{Pointer: "/template_id", Key: "careplan.fault.not_published"})
		}
		content = t.Content.V
		p.follow(t, text.From(tx.Context()))
	}
	if p.Title == "" {
		p.Title = text.Word(tx.Context(), "careplan.title")
	}
	if p.ReviewDays == 0 {
		p.ReviewDays = usualReviewDays
	}
	last, err := lastEdition(tx, c.ID)
	if err != nil {
		return p, err
	}
	p.Edition = last + 1
	if p, err = flow.Create(tx, Flow, "make", p); err != nil {
		return p, err
	}
	if err := fill(tx, p, content); err != nil {
		return p, err
	}
	for _, f := range r.OnMake {
		if err := f(tx, p, content); err != nil {
			return p, err
		}
	}
	tx.Tell(op.Event{Name: "care_plan.made", Entity: "care_plan", Record: p.ID, Root: c.ID})
	return p, nil
}

// follow takes from a template what was not said.
func (p *Plan) follow(t Template, lang text.Lang) {
	if p.Title == "" {
		p.Title = t.Name.In(lang)
	}
	if p.Until == "" {
		p.Until = p.From.AddMonths(int(t.Months)).AddDays(-1)
	}
	if p.ReviewDays == 0 {
		p.ReviewDays = t.ReviewDays
	}
}

// fill copies a template's goals and tasks, in the reader's language.
func fill(tx *op.Tx, p Plan, c Content) error {
	lang := text.From(tx.Context())
	goals := make([]db.ID, len(c.Goals))
	for i, g := range c.Goals {
		made := Goal{Plan: p.ID, Case: p.Case, Person: p.Person, Label: g.Label.In(lang), Area: g.Area, Measure: g.Measure.In(lang), Target: g.Target.In(lang)}
		if g.Days > 0 {
			made.DueOn = p.From.AddDays(int(g.Days))
		}
		made, err := flow.Create(tx, GoalFlow, "add", made)
		if err != nil {
			return err
		}
		goals[i] = made.ID
	}
	if len(c.Tasks) == 0 {
		return nil
	}
	open, err := agency.Holidays(tx, p.From, p.From.AddYears(5))
	if err != nil {
		return err
	}
	for _, t := range c.Tasks {
		in := TaskInput{Party: t.Party, Title: t.Title.In(lang), DueOn: open.AddWorking(p.From, int(t.WorkingDays))}
		if t.Goal > 0 && int(t.Goal) <= len(goals) {
			in.Goal = goals[t.Goal-1]
		}
		made := Task{Plan: p.ID, Case: p.Case}
		in.copyTo(&made, p)
		if _, err := flow.Create(tx, TaskFlow, "add", made); err != nil {
			return err
		}
	}
	return nil
}

// Edit changes what a plan says of itself.
func (r *Room) Edit(ctx context.Context, a access.Actor, id db.ID, in EditInput) (Plan, error) {
	if err := in.Validate(); err != nil {
		return Plan{}, err
	}
	return onPlan(ctx, r, a, id, "care_plan.edit", in, func(tx *op.Tx, p Plan) (Plan, error) {
		if err := flow.Fresh(p, in.Version); err != nil {
			return p, err
		}
		return flow.Take(tx, Flow, "edit", p, func(p *Plan) {
			p.Title, p.Wish, p.From, p.Until, p.ReviewDays = in.Title, in.Wish, in.From, in.Until, in.ReviewDays
		})
	})
}

// Propose puts a plan to everybody it is for: each adult is asked, each child
// is to be heard.
func (r *Room) Propose(ctx context.Context, a access.Actor, id db.ID, version int64) (Plan, error) {
	return onPlan(ctx, r, a, id, "care_plan.propose", version, func(tx *op.Tx, p Plan) (Plan, error) {
		if err := flow.Fresh(p, version); err != nil {
			return p, err
		}
		goals, err := GoalsOf(tx, p.ID)
		if err != nil {
			return p, err
		}
		if len(goals) == 0 {
			return p, fault.Conflict("careplan.fault.no_goal")
		}
		if p, err = flow.Take(tx, Flow, "propose", p, nil); err != nil {
			return p, err
		}
		if err := ask(tx, p); err != nil {
			return p, err
		}
		tx.Tell(op.Event{Name: "care_plan.proposed", Entity: "care_plan", Record: p.ID, Root: p.Case})
		return p, cases.AwaitOthers(tx, p.Case, "resident", today(tx).AddDays(14), "careplan.next.agree")
	})
}

// adulthood is the age from which a person answers for themself (民法4条).
const adulthood = 18

// ask asks the person the case is for and the household members taking part.
func ask(tx *op.Tx, p Plan) error {
	list, err := cases.Participants(tx, p.Case)
	if err != nil {
		return err
	}
	var ids []db.ID
	for _, x := range list {
		if x.Status == "active" && !x.Person.IsZero() && (x.Role == "main" || x.Role == "household") {
			ids = append(ids, x.Person)
		}
	}
	cards, err := people.CardsOf(tx, ids...)
	if err != nil {
		return err
	}
	for _, id := range ids {
		card := cards[id]
		if card.DiedOn != "" {
			continue
		}
		capacity := "adult"
		if _, oldest, known := card.Birth().Age(today(tx)); known && oldest < adulthood {
			capacity = "child"
		}
		if _, err := flow.Create(tx, AgreementFlow, "ask", Agreement{Plan: p.ID, Case: p.Case, Person: id, Capacity: capacity}); err != nil {
			return err
		}
	}
	return nil
}

// Back takes a proposed plan back to be changed; what was answered lapses.
func (r *Room) Back(ctx context.Context, a access.Actor, id db.ID, version int64) (Plan, error) {
	return onPlan(ctx, r, a, id, "care_plan.back", version, func(tx *op.Tx, p Plan) (Plan, error) {
		if err := flow.Fresh(p, version); err != nil {
			return p, err
		}
		p, err := flow.Take(tx, Flow, "back", p, nil)
		if err != nil {
			return p, err
		}
		if err := lapse(tx, p.ID); err != nil {
			return p, err
		}
		return p, cases.SetNext(tx, p.Case, "", "cases.next.plan")
	})
}

func lapse(tx *op.Tx, plan db.ID) error {
	list, err := agreementsOf(tx, plan)
	if err != nil {
		return err
	}
	return tx.As(access.TheSystem(), func() error {
		for _, x := range list {
			if _, err := flow.Take(tx, AgreementFlow, "lapse", x, nil); err != nil {
				return err
			}
		}
		return nil
	})
}

// Answer keeps what somebody answered to a proposed plan: agree, decline,
// not_agree with its basis, or hear for a child. A resident answers here too.
func (r *Room) Answer(ctx context.Context, a access.Actor, id db.ID, step string, in AnswerInput) (Agreement, error) {
	resident := !a.Is(access.StaffRoles...)
	if resident {
		in.How = "online"
	}
	if err := in.validate(step, calendar.Today(ctx, r.run.Clock)); err != nil {
		return Agreement{}, err
	}
	return op.Do(ctx, r.run, a, "plan_agreement."+step+" "+id.String(), in, func(tx *op.Tx) (Agreement, error) {
		var g Agreement
		var err error
		if resident {
			g, err = ownAgreement(tx, a.Person, id)
		} else {
			g, err = part[Agreement](tx, selectAgreement, a, tx.Now(), id)
		}
		if err != nil {
			return g, err
		}
		if err := lock(tx, g.Plan); err != nil {
			return g, err
		}
		p, err := planByID(tx, g.Plan)
		if err != nil {
			return g, err
		}
		if err := flow.Fresh(g, in.Version); err != nil {
			return g, err
		}
		if p.Status != "proposed" {
			return g, fault.Conflict("careplan.fault.not_proposed")
		}
		return answer(tx, g, step, in)
	})
}

func answer(tx *op.Tx, g Agreement, step string, in AnswerInput) (Agreement, error) {
	g, err := flow.Take(tx, AgreementFlow, step, g, func(g *Agreement) {
		g.How, g.SignedName, g.SignedOn, g.Basis, g.Words = in.How, in.SignedName, in.SignedOn, in.Basis, in.Words
		if g.SignedOn == "" {
			g.SignedOn = today(tx)
		}
	})
	if err != nil {
		return g, err
	}
	tx.Tell(op.Event{Name: "care_plan.answered", Entity: "plan_agreement", Record: g.ID, Root: g.Case})
	list, err := agreementsOf(tx, g.Plan)
	if err != nil {
		return g, err
	}
	switch {
	case g.Status == "declined":
		return g, cases.Raise(tx, cases.Prompt{Case: g.Case, Kind: "careplan.prompt.declined", Href: href(g.Plan)})
	case waiting(list) == 0:
		if err := cases.Settle(tx, g.Case, "careplan.prompt.declined", href(g.Plan)); err != nil {
			return g, err
		}
		return g, cases.SetNext(tx, g.Case, today(tx), "careplan.next.activate")
	}
	return g, nil
}

// waiting counts the answers that keep a plan from becoming active.
func waiting(list []Agreement) int {
	n := 0
	for _, x := range list {
		if x.Status == "asked" || x.Status == "declined" {
			n++
		}
	}
	return n
}

// Activate lets the work begin: everybody has answered, and no other plan of
// the case is active. The first review is scheduled.
func (r *Room) Activate(ctx context.Context, a access.Actor, id db.ID, version int64) (Plan, error) {
	p, err := onPlan(ctx, r, a, id, "care_plan.activate", version, func(tx *op.Tx, p Plan) (Plan, error) {
		if err := flow.Fresh(p, version); err != nil {
			return p, err
		}
		list, err := agreementsOf(tx, p.ID)
		if err != nil {
			return p, err
		}
		if f := unanswered(list); f != nil {
			return p, f
		}
		if p, err = flow.Take(tx, Flow, "activate", p, nil); err != nil {
			return p, err
		}
		due := today(tx).AddDays(int(p.ReviewDays))
		if _, err := flow.Create(tx, ReviewFlow, "schedule", Review{Plan: p.ID, Case: p.Case, DueOn: due}); err != nil {
			return p, err
		}
		for _, f := range r.OnActivate {
			if err := f(tx, p); err != nil {
				return p, err
			}
		}
		tx.Tell(op.Event{Name: "care_plan.activated", Entity: "care_plan", Record: p.ID, Root: p.Case})
		files, err := cases.CasesOf(tx, p.Case)
		if err != nil {
			return p, err
		}
		if stage := files[p.Case].Stage; stage == cases.Planning || stage == cases.Assigning {
			return p, cases.SetNext(tx, p.Case, today(tx), cases.NextOf[cases.Assigning])
		}
		return p, cases.SetNext(tx, p.Case, due, "careplan.next.review")
	})
	if db.IsUnique(err, "care_plan.case_id") {
		return p, fault.Conflict("careplan.fault.other_active")
	}
	return p, err
}

// unanswered says whose answer is missing, or nil.
func unanswered(list []Agreement) *fault.Fault {
	if len(list) == 0 {
		return fault.Conflict("careplan.fault.nobody_asked")
	}
	if n := waiting(list); n > 0 {
		return fault.Conflict("careplan.fault.unanswered").With("n", n)
	}
	return nil
}

// Complete ends an active plan whose goals all have an outcome; what is still
// open is closed or handed over to the case.
func (r *Room) Complete(ctx context.Context, a access.Actor, id db.ID, in CloseInput) (Plan, error) {
	return r.end(ctx, a, id, "complete", in)
}

// Cancel ends a plan that is not gone on with; open goals are cancelled.
func (r *Room) Cancel(ctx context.Context, a access.Actor, id db.ID, in CloseInput) (Plan, error) {
	return r.end(ctx, a, id, "cancel", in)
}

func (r *Room) end(ctx context.Context, a access.Actor, id db.ID, step string, in CloseInput) (Plan, error) {
	if err := in.validate(step); err != nil {
		return Plan{}, err
	}
	return onPlan(ctx, r, a, id, "care_plan."+step, in, func(tx *op.Tx, p Plan) (Plan, error) {
		if err := flow.Fresh(p, in.Version); err != nil {
			return p, err
		}
		if f := Flow.May(a, step, p); f != nil {
			return p, f
		}
		if err := endGoals(tx, p.ID, step, in.Reason); err != nil {
			return p, err
		}
		if err := endTasks(tx, p, in.Rest == "hand_over"); err != nil {
			return p, err
		}
		if err := dropReview(tx, p); err != nil {
			return p, err
		}
		if p.Status == "proposed" {
			if err := lapse(tx, p.ID); err != nil {
				return p, err
			}
		}
		p, err := flow.Take(tx, Flow, step, p, func(p *Plan) { p.Outcome, p.Summary = in.Outcome, in.Summary }, flow.Because(in.Reason))
		if err != nil {
			return p, err
		}
		for _, f := range r.OnComplete {
			if err := f(tx, p, Ending{Completed: step == "complete", Keep: in.Rest == "hand_over", Reason: in.Reason}); err != nil {
				return p, err
			}
		}
		tx.Tell(op.Event{Name: "care_plan." + step, Entity: "care_plan", Record: p.ID, Root: p.Case})
		return p, cases.SetNext(tx, p.Case, "", "careplan.next."+step)
	})
}

// endGoals refuses to complete a plan over open goals, and cancels them with a
// plan that is cancelled.
func endGoals(tx *op.Tx, plan db.ID, step, reason string) error {
	goals, err := GoalsOf(tx, plan)
	if err != nil {
		return err
	}
	n := 0
	for _, g := range goals {
		if !g.Open() {
			continue
		}
		if n++; step == "complete" {
			continue
		}
		if _, err := flow.Take(tx, GoalFlow, "cancel", g, func(g *Goal) { g.ClosedOn = today(tx) }, flow.Because(reason)); err != nil {
			return err
		}
	}
	if step == "complete" && n > 0 {
		return fault.Conflict("careplan.fault.goals_open").With("n", n)
	}
	return nil
}

// endTasks cancels what is left to do, or makes each a prompt of the case.
func endTasks(tx *op.Tx, p Plan, keep bool) error {
	tasks, err := tasksOf(tx, p.ID)
	if err != nil {
		return err
	}
	for _, t := range tasks {
		if t.Status != "open" && t.Status != "in_progress" {
			continue
		}
		step := "cancel"
		if keep {
			step = "hand_over"
		}
		if _, err := flow.Take(tx, TaskFlow, step, t, nil); err != nil {
			return err
		}
		if !keep {
			continue
		}
		err := cases.Raise(tx, cases.Prompt{Case: p.Case, Kind: "careplan.prompt.task", Due: t.DueOn,
			Args: map[string]any{"title": t.Title}, Href: href(p.ID) + "#task-" + t.ID.String()})
		if err != nil {
			return err
		}
	}
	return nil
}

func dropReview(tx *op.Tx, p Plan) error {
	due, found, err := dueReview(tx, p.ID)
	if err != nil || !found {
		return err
	}
	if _, err := flow.Take(tx, ReviewFlow, "drop", due, nil); err != nil {
		return err
	}
	return settleReviews(tx, p)
}

// Void takes back a plan that was entered in error and not gone by.
func (r *Room) Void(ctx context.Context, a access.Actor, id db.ID, version int64, reason string) (Plan, error) {
	if reason == "" {
		return Plan{}, fault.Invalid(fault.Field{Pointer: "/reason", Key: "fault.required"})
	}
	return onPlan(ctx, r, a, id, "care_plan.void", reason, func(tx *op.Tx, p Plan) (Plan, error) {
		if err := flow.Fresh(p, version); err != nil {
			return p, err
		}
		if p.Status != "draft" {
			return p, fault.Conflict("careplan.fault.cancel_instead")
		}
		if err := endGoals(tx, p.ID, "void", reason); err != nil {
			return p, err
		}
		if err := endTasks(tx, p, false); err != nil {
			return p, err
		}
		for _, f := range r.OnComplete {
			if err := f(tx, p, Ending{Reason: reason}); err != nil {
				return p, err
			}
		}
		return flow.Take(tx, Flow, "void", p, nil, flow.Because(reason))
	})
}
