package careplan

import (
	"context"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/op"
)

// CreateTemplate drafts the first edition of a template.
func (r *Room) CreateTemplate(ctx context.Context, a access.Actor, in TemplateInput) (Template, error) {
	if err := in.Validate(); err != nil {
		return Template{}, err
	}
	if in.Code == "" {
		return Template{}, fault.Invalid(fault.Field{Pointer: "/code", Key: "fault.required"})
	}
	t, err := op.Do(ctx, r.run, a, "plan_template.create", in, func(tx *op.Tx) (Template, error) {
		t := Template{Code: in.Code, Edition: 1}
		in.copyTo(&t)
		return flow.Create(tx, TemplateFlow, "create", t)
	})
	if db.IsUnique(err, "plan_template.code") {
		return t, fault.Invalid(fault.Field{Pointer: "/code", Key: "fault.taken"})
	}
	return t, err
}

// Revise drafts the next edition of a template from one that was published.
func (r *Room) Revise(ctx context.Context, a access.Actor, id db.ID) (Template, error) {
	t, err := op.Do(ctx, r.run, a, "plan_template.revise "+id.String(), nil, func(tx *op.Tx) (Template, error) {
		t, err := templateByID(tx, id)
		if err != nil {
			return t, err
		}
		if t.Status != "published" && t.Status != "retired" {
			return t, fault.Conflict("flow.not_now")
		}
		last, err := lastTemplate(tx, t.Code)
		if err != nil {
			return t, err
		}
		next := Template{Code: t.Code, Edition: last + 1}
		t.Input().copyTo(&next)
		return flow.Create(tx, TemplateFlow, "create", next)
	})
	if db.IsUnique(err, "plan_template.code") {
		return t, fault.Conflict("careplan.fault.draft_exists")
	}
	return t, err
}

// EditTemplate changes a draft.
func (r *Room) EditTemplate(ctx context.Context, a access.Actor, id db.ID, in TemplateInput) (Template, error) {
	if err := in.Validate(); err != nil {
		return Template{}, err
	}
	return op.Do(ctx, r.run, a, "plan_template.edit "+id.String(), in, func(tx *op.Tx) (Template, error) {
		t, err := templateByID(tx, id)
		if err != nil {
			return t, err
		}
		if err := flow.Fresh(t, in.Version); err != nil {
			return t, err
		}
		return flow.Take(tx, TemplateFlow, "edit", t, in.copyTo)
	})
}

// StepTemplate publishes a draft, in whose place the edition published before
// retires, or retires or voids an edition.
func (r *Room) StepTemplate(ctx context.Context, a access.Actor, id db.ID, step string, version int64) (Template, error) {
	if step != "publish" && step != "retire" && step != "void" {
		return Template{}, fault.NotFound()
	}
	return op.Do(ctx, r.run, a, "plan_template."+step+" "+id.String(), version, func(tx *op.Tx) (Template, error) {
		t, err := templateByID(tx, id)
		if err != nil {
			return t, err
		}
		if err := flow.Fresh(t, version); err != nil {
			return t, err
		}
		if f := TemplateFlow.May(a, step, t); f != nil {
			return t, f
		}
		if step == "publish" {
			if err := retireOthers(tx, t); err != nil {
				return t, err
			}
		}
		return flow.Take(tx, TemplateFlow, step, t, nil)
	})
}

func retireOthers(tx *op.Tx, t Template) error {
	was, found, err := publishedOf(tx, t.Code)
	if err != nil || !found {
		return err
	}
	_, err = flow.Take(tx, TemplateFlow, "retire", was, nil)
	return err
}
