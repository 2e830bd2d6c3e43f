package assessment

import (
	"context"
	"slices"

	"kizuna/internal/casework/cases"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/op"
	"kizuna/internal/resident/form"
)

// about checks that the person takes part in the case; none is the main one.
func about(tx *op.Tx, c cases.Case, person db.ID) (db.ID, error) {
	if person.IsZero() || person == c.Person {
		return c.Person, nil
	}
	taking, err := cases.Persons(tx, c.ID)
	if err == nil && !slices.Contains(taking, person) {
		err = fault.Invalid(fault.Field{Pointer: "/person_id", Key: "assessment.fault.not_in_case"})
	}
	return person, err
}

// running refuses work on a case that has ended.
func running(c cases.Case) error {
	if c.Status != "open" && c.Status != "paused" {
		return fault.Conflict("assessment.fault.case_ended")
	}
	return nil
}

func offered(tx *op.Tx, key string) (form.Form, error) {
	f, err := form.Published(tx, key)
	if x, ok := fault.As(err); ok && x.Kind == fault.KindNotFound {
		err = fault.Invalid(fault.Field{Pointer: "/form_key", Key: "fault.bad_choice"})
	}
	return f, err
}

// prepare loads what a new assessment is about.
func prepare(tx *op.Tx, in BeginInput) (x Assessment, f form.Form, err error) {
	c, err := loadCase(tx, tx.Actor(), tx.Now(), in.Case)
	if err != nil {
		return x, f, err
	}
	if err := running(c); err != nil {
		return x, f, err
	}
	if f, err = offered(tx, in.FormKey); err != nil {
		return x, f, err
	}
	x = Assessment{Head: flow.Head{ID: db.NewIDAt(int64(tx.Now()))}, Case: c.ID, FormKey: f.Key, Title: f.Title, Why: in.Why}
	x.Person, err = about(tx, c, in.Person)
	return x, f, err
}

// Begin starts an assessment about a person in a case.
func (r *Room) Begin(ctx context.Context, a access.Actor, in BeginInput) (Assessment, error) {
	return op.Do(ctx, r.run, a, "assessment.begin", in, func(tx *op.Tx) (Assessment, error) {
		x, f, err := prepare(tx, in)
		if err != nil {
			return x, err
		}
		res, err := ask(tx, x, f)
		if err != nil {
			return x, err
		}
		x.Form, x.Response = f.ID, res.ID
		return flow.Create(tx, Flow, "begin", x)
	})
}

func ask(tx *op.Tx, x Assessment, f form.Form) (form.Response, error) {
	return form.Start(tx, f, form.Of{Person: x.Person, RootKind: "case", Root: x.Case, OwnerKind: "assessment", Owner: x.ID})
}

// Suggest proposes an assessment inside another operation, such as a review
// or a death in the household; the actor must see the case.
func Suggest(tx *op.Tx, in BeginInput) (Assessment, error) {
	var wrong fault.Fields
	line(&wrong, "/why", &in.Why)
	if err := wrong.Err(); err != nil {
		return Assessment{}, err
	}
	x, _, err := prepare(tx, in)
	if err != nil {
		return x, err
	}
	return flow.Create(tx, Flow, "suggest", x)
}

// Suggest proposes an assessment.
func (r *Room) Suggest(ctx context.Context, a access.Actor, in BeginInput) (Assessment, error) {
	return op.Do(ctx, r.run, a, "assessment.suggest", in, func(tx *op.Tx) (Assessment, error) { return Suggest(tx, in) })
}

// load gives an assessment through its case.
func load(q db.Q, a access.Actor, r *Room, id db.ID) (Assessment, error) {
	x, err := byID(q, Flow, id)
	if err == nil {
		_, err = loadCase(q, a, r.run.Now(), x.Case)
	}
	return x, err
}

func (r *Room) change(ctx context.Context, a access.Actor, step string, id db.ID, version int64, in any, do func(tx *op.Tx, x Assessment) (Assessment, error)) (Assessment, error) {
	return op.Do(ctx, r.run, a, "assessment."+step+" "+id.String(), in, func(tx *op.Tx) (Assessment, error) {
		x, err := load(tx, a, r, id)
		if err == nil {
			err = flow.Fresh(x, version)
		}
		if err != nil {
			return x, err
		}
		return do(tx, x)
	})
}

// Start begins a suggested assessment, with the version of its form that is
// asked now.
func (r *Room) Start(ctx context.Context, a access.Actor, id db.ID, version int64) (Assessment, error) {
	return r.change(ctx, a, "start", id, version, version, func(tx *op.Tx, x Assessment) (Assessment, error) {
		f, err := offered(tx, x.FormKey)
		if err != nil {
			return x, err
		}
		res, err := ask(tx, x, f)
		if err != nil {
			return x, err
		}
		return flow.Take(tx, Flow, "start", x, func(x *Assessment) { x.Form, x.Response, x.Title = f.ID, res.ID, f.Title })
	})
}

// Filled is what is kept of answers that were sent, and what of them could not
// be read.
type Filled struct {
	Response form.Response
	Wrong    fault.Fields
}

// Fill keeps answers of an assessment in progress. The version is that of the
// answers, which two people may be giving at once.
func (r *Room) Fill(ctx context.Context, a access.Actor, id db.ID, in form.Fill) (Filled, error) {
	return op.Do(ctx, r.run, a, "assessment.fill "+id.String(), in, func(tx *op.Tx) (Filled, error) {
		x, err := load(tx, a, r, id)
		if err != nil {
			return Filled{}, err
		}
		res, ready, err := answers(tx, x)
		if err == nil {
			err = flow.Fresh(res, in.Version)
		}
		if err != nil {
			return Filled{}, err
		}
		res, wrong, err := form.Save(tx, res, ready, in)
		return Filled{res, wrong}, err
	})
}

// answers gives the answers of an assessment that was begun, and their form.
func answers(q db.Q, x Assessment) (form.Response, *form.Ready, error) {
	if x.Response.IsZero() {
		return form.Response{}, nil, fault.Conflict("flow.not_now")
	}
	res, err := form.ResponseByID(q, x.Response)
	if err != nil {
		return res, nil, err
	}
	f, err := form.ByID(q, x.Form)
	if err != nil {
		return res, nil, err
	}
	ready, err := f.Ready()
	return res, ready, err
}

// Complete ends an assessment when nothing is missing: what is, is a fault at
// /answers/<question>.
func (r *Room) Complete(ctx context.Context, a access.Actor, id db.ID, version int64) (Assessment, error) {
	return r.change(ctx, a, "complete", id, version, version, func(tx *op.Tx, x Assessment) (Assessment, error) {
		res, ready, err := answers(tx, x)
		if err != nil {
			return x, err
		}
		if res, _, err = form.Complete(tx, res, ready); err != nil {
			return x, err
		}
		x, err = flow.Take(tx, Flow, "complete", x, func(x *Assessment) {
			x.Score, x.Band, x.Assessor, x.CompletedOn = res.Score, res.Band, a.ID, today(tx)
		})
		if err != nil {
			return x, err
		}
		tx.Tell(op.Event{Name: "assessment.completed", Entity: "assessment", Record: x.ID, Root: x.Case})
		return x, assessed(tx, x.Case)
	})
}

// assessed says what is next on a case that waited for its assessment.
func assessed(tx *op.Tx, of db.ID) error {
	files, err := cases.CasesOf(tx, of)
	if err != nil || files[of].NextAction != cases.NextOf[cases.Assessing] {
		return err
	}
	return cases.SetNext(tx, of, "", "assessment.next.determine")
}

// Amend corrects the answers of a completed assessment, with a reason; the
// score follows, an override stays.
func (r *Room) Amend(ctx context.Context, a access.Actor, id db.ID, in form.AmendInput) (Assessment, error) {
	return r.change(ctx, a, "amend", id, in.Version, in, func(tx *op.Tx, x Assessment) (Assessment, error) {
		res, ready, err := answers(tx, x)
		if err != nil {
			return x, err
		}
		if res, _, err = form.Amend(tx, res, ready, in.Fill, in.Reason); err != nil {
			return x, err
		}
		return flow.Touch(tx, Flow, "amend", x, func(x *Assessment) { x.Score, x.Band = res.Score, res.Band }, flow.Because(in.Reason))
	})
}

// Override sets the assessor's own judgement before the score's band.
func (r *Room) Override(ctx context.Context, a access.Actor, id db.ID, in OverrideInput) (Assessment, error) {
	var wrong fault.Fields
	prose(&wrong, "/reason", &in.Reason)
	if in.Reason == "" {
		wrong.Add("/reason", "fault.required")
	}
	if err := wrong.Err(); err != nil {
		return Assessment{}, err
	}
	return r.change(ctx, a, "override", id, in.Version, in, func(tx *op.Tx, x Assessment) (Assessment, error) {
		_, ready, err := answers(tx, x)
		if err != nil {
			return x, err
		}
		if _, ok := ready.Band(in.Band); in.Band != "" && !ok {
			return x, fault.Invalid(fault.Field{Pointer: "/band", Key: "fault.bad_choice"})
		}
		return flow.Take(tx, Flow, "override", x, func(x *Assessment) {
			x.OverrideBand, x.OverrideReason = in.Band, in.Reason
			if in.Band == "" {
				x.OverrideReason = ""
			}
		}, flow.Because(in.Reason))
	})
}

// Cancel ends an assessment that is not needed, with a reason; its answers so
// far are cancelled with it.
func (r *Room) Cancel(ctx context.Context, a access.Actor, id db.ID, in ReasonInput) (Assessment, error) {
	if err := in.Validate(); err != nil {
		return Assessment{}, err
	}
	return r.change(ctx, a, "cancel", id, in.Version, in, func(tx *op.Tx, x Assessment) (Assessment, error) {
		if !x.Response.IsZero() && x.Status == "in_progress" {
			res, err := form.ResponseByID(tx, x.Response)
			if err == nil {
				_, err = form.Cancel(tx, res, in.Reason)
			}
			if err != nil {
				return x, err
			}
		}
		return flow.Take(tx, Flow, "cancel", x, nil, flow.Because(in.Reason))
	})
}
