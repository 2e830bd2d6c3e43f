package assessment

import (
	"context"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/rule"
)

// Decide approves or denies an item of an application. What follows from it,
// such as the benefit assignment, happens in the same transaction.
func (r *Room) Decide(ctx context.Context, a access.Actor, in DecideInput) (Decision, error) {
	if err := in.Validate(); err != nil {
		return Decision{}, err
	}
	return op.Do(ctx, r.run, a, "decision.decide", in, func(tx *op.Tx) (Decision, error) {
		d, err := r.propose(tx, in)
		if err != nil {
			return d, err
		}
		return r.settle(tx, d, in.Result)
	})
}

// propose writes the decision down, before it takes effect.
func (r *Room) propose(tx *op.Tx, in DecideInput) (Decision, error) {
	item, err := r.item(tx, tx.Actor(), tx.Now(), in.ItemKind, in.Item)
	if err != nil {
		return Decision{}, err
	}
	s := Sheet{SubjectKind: item.SubjectKind, Subject: item.Subject}
	if err := s.nameSubject(tx); err != nil {
		return Decision{}, err
	}
	d := Decision{
		RootKind: item.RootKind, Root: item.Root, Case: item.Case, ItemKind: item.Kind, Item: item.ID, Person: item.Person,
		Applicant: item.Applicant, AppliedBy: item.AppliedBy, SubjectKind: item.SubjectKind, Subject: item.Subject,
		SubjectName: s.SubjectName, Reasons: in.Reasons, From: in.From, Until: in.Until,
	}
	if !item.Case.IsZero() {
		d.RootKind, d.Root = "case", item.Case
	}
	if err := d.rest(tx, in, item); err != nil {
		return d, err
	}
	d, err = flow.Create(tx, DecisionFlow, "propose", d)
	if db.IsUnique(err, "decision.item") {
		err = fault.Conflict("assessment.fault.decided")
	}
	return d, err
}

// rest ties the decision to its determination and says how much is granted: as
// decided, else as determined, else as asked for.
func (d *Decision) rest(tx *op.Tx, in DecideInput, item Item) error {
	var made Determination
	if !in.Determination.IsZero() {
		var err error
		made, err = byID(tx, DeterminationFlow, in.Determination)
		if f, ok := fault.As(err); ok && f.Kind != fault.KindNotFound || err != nil && !ok {
			return err
		}
		if err != nil || made.Status == flow.Void || made.Person != item.Person || made.SubjectKind != item.SubjectKind || made.Subject != item.Subject {
			return fault.Invalid(fault.Field{Pointer: "/determination_id", Key: "fault.bad_choice"})
		}
		d.Determination = made.ID
	}
	if in.Result != "approved" {
		return nil
	}
	if made.State != string(rule.Met) && in.Reasons == "" {
		return fault.Invalid(fault.Field{Pointer: "/reasons", Key: "assessment.fault.reasons_against"})
	}
	d.Quantity = in.Quantity
	if d.Quantity == 0 {
		d.Quantity = item.Quantity
	}
	amount := in.Amount
	for _, next := range []ledger.Money{made.Amount(), item.Amount} {
		if amount == (ledger.Money{}) {
			amount = next
		}
	}
	d.Minor, d.Currency = amount.Minor, amount.Currency
	if d.From == "" {
		d.From = item.From
	}
	if d.Until == "" {
		d.Until = item.Until
	}
	return nil
}

// settle makes a proposed decision take effect.
func (r *Room) settle(tx *op.Tx, d Decision, result string) (Decision, error) {
	step := map[string]string{"approved": "approve", "denied": "deny"}[result]
	d, err := flow.Take(tx, DecisionFlow, step, d, func(d *Decision) { d.DecidedBy, d.DecidedOn = tx.Actor().ID, today(tx) }, flow.Because(d.Reasons))
	if err != nil {
		return d, err
	}
	if result == "approved" {
		for _, f := range r.OnApproved {
			if err := f(tx, d); err != nil {
				return d, err
			}
		}
	}
	for _, f := range r.OnDecided {
		if err := f(tx, d); err != nil {
			return d, err
		}
	}
	tx.Tell(op.Event{Name: "decision." + result, Entity: "decision", Record: d.ID, Root: d.Root})
	return d, nil
}
