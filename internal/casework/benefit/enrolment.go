package benefit

import (
	"context"
	"slices"

	"kizuna/internal/casework/cases"
	"kizuna/internal/casework/catalog"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/op"
)

// Apply asks for a person's place in a program.
func (r *Room) Apply(ctx context.Context, a access.Actor, of db.ID, in ApplyInput) (Enrolment, error) {
	if err := in.Validate(); err != nil {
		return Enrolment{}, err
	}
	x, err := onCase(ctx, r, a, of, "program_enrolment.apply", in, func(tx *op.Tx, c cases.Case) (Enrolment, error) {
		if in.Person.IsZero() {
			in.Person = c.Person
		}
		return apply(tx, Enrolment{Case: c.ID, Plan: in.Plan, Person: in.Person, Program: in.Program, From: in.From})
	})
	return x, known(err)
}

// known says in words that a person is in a program already.
func known(err error) error {
	if db.IsUnique(err, "program_enrolment.person, program_enrolment.program") {
		return fault.Conflict("benefit.fault.enrolled")
	}
	return err
}

func apply(tx *op.Tx, x Enrolment) (Enrolment, error) {
	found, err := catalog.ProgramOf(tx, x.Program)
	if err != nil {
		return x, err
	}
	var f fault.Fields
	if found[x.Program].Status != "active" {
		f.Add("/program_id", "benefit.fault.not_running")
	}
	if err := takesPart(tx, x.Case, x.Person, &f); err != nil {
		return x, err
	}
	if err := f.Err(); err != nil {
		return x, err
	}
	x.AppliedOn = today(tx)
	x, err = flow.Create(tx, EnrolmentFlow, "apply", x)
	if err == nil {
		tx.Tell(op.Event{Name: "program_enrolment.applied", Entity: "program_enrolment", Record: x.ID, Root: x.Case})
		err = weigh(tx, x.Case, x.Plan)
	}
	return x, err
}

// StepEnrolment takes a step of the flow on an enrolment: waitlist, enrol,
// deny, complete, withdraw, void.
func (r *Room) StepEnrolment(ctx context.Context, a access.Actor, id db.ID, step string, in StepInput) (Enrolment, error) {
	if !slices.Contains([]string{"waitlist", "enrol", "deny", "complete", "withdraw", "void"}, step) {
		return Enrolment{}, fault.NotFound()
	}
	if err := in.validate(step); err != nil {
		return Enrolment{}, err
	}
	return op.Do(ctx, r.run, a, "program_enrolment."+step+" "+id.String(), in, func(tx *op.Tx) (Enrolment, error) {
		x, err := part[Enrolment](tx, selectEnrolment, a, tx.Now(), id)
		if err != nil {
			return x, err
		}
		if err := flow.Fresh(x, in.Version); err != nil {
			return x, err
		}
		if f := EnrolmentFlow.May(a, step, x); f != nil {
			return x, f
		}
		if step == "enrol" || step == "deny" {
			if err := unlessRelated(tx, a, x.Person); err != nil {
				return x, err
			}
		}
		if step == "enrol" {
			if err := place(tx, x.Program); err != nil {
				return x, err
			}
		}
		return stepEnrolment(tx, x, step, in.Reason)
	})
}

// place holds a program's row and fails when its places are taken.
func place(tx *op.Tx, program db.ID) error {
	if err := holdProgram(tx, program); err != nil {
		return err
	}
	found, err := catalog.ProgramOf(tx, program)
	if err != nil || found[program].Capacity == 0 {
		return err
	}
	n, err := taken(tx, program)
	if err == nil && n >= found[program].Capacity {
		return fault.Conflict("benefit.fault.full").With("n", found[program].Capacity)
	}
	return err
}

func stepEnrolment(tx *op.Tx, x Enrolment, step, reason string) (Enrolment, error) {
	x, err := flow.Take(tx, EnrolmentFlow, step, x, func(x *Enrolment) {
		switch {
		case step == "enrol" && (x.From == "" || x.From < today(tx)):
			x.From = today(tx)
		case step == "complete", step == "withdraw", step == "deny":
			x.Until = today(tx)
		}
	}, flow.Because(reason))
	if err == nil {
		tx.Tell(op.Event{Name: "program_enrolment." + step, Entity: "program_enrolment", Record: x.ID, Root: x.Case})
		err = weigh(tx, x.Case, x.Plan)
	}
	return x, err
}
