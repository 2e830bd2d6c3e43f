package agency

import (
	"context"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/text"
)

// Found makes the agency, once. It is part of setting up, see account.Setup,
// and runs as the system.
func Found(tx *op.Tx, in SettingsInput) (Settings, error) {
	s := Settings{Head: flow.Head{ID: Self}}
	in.into(&s)
	s, err := flow.Create(tx, SettingsFlow, "found", s)
	if db.IsUnique(err, "agency") {
		return s, fault.Conflict("agency.founded")
	}
	return s, err
}

// Edit changes the agency's settings.
func (r *Room) Edit(ctx context.Context, a access.Actor, in SettingsInput) (Settings, error) {
	if err := in.Validate(); err != nil {
		return Settings{}, err
	}
	s, err := op.Do(ctx, r.run, a, "agency.edit", in, func(tx *op.Tx) (Settings, error) {
		s, err := LoadSettings(tx)
		if err != nil {
			return s, err
		}
		if err := flow.Fresh(s, in.Version); err != nil {
			return s, err
		}
		return flow.Take(tx, SettingsFlow, "edit", s, func(s *Settings) { in.into(s) })
	})
	r.known.forget()
	return s, err
}

// StepInput takes a step on a set-up record. Version is the one that was
// seen, 0 where the page does not say: the step itself is then the only guard.
type StepInput struct {
	Version int64  `json:"version"`
	Reason  string `json:"reason"`
}

// CreateCode adds a choice to a code list.
func (r *Room) CreateCode(ctx context.Context, a access.Actor, in CodeInput) (Code, error) {
	if err := in.Validate(); err != nil {
		return Code{}, err
	}
	return op.Do(ctx, r.run, a, "code.create", in, func(tx *op.Tx) (Code, error) {
		c, err := flow.Create(tx, CodeFlow, "create", Code{List: in.List, Key: in.Key, Label: in.Label, Position: in.Position})
		return c, taken(err, "code", "/key")
	})
}

// CodePatch changes what it mentions of a choice; list and key stay.
type CodePatch struct {
	Version  int64      `json:"version"`
	Label    *text.Pair `json:"label"`
	Position *int64     `json:"position"`
}

// PatchCode changes a choice's label and place.
func (r *Room) PatchCode(ctx context.Context, a access.Actor, id db.ID, in CodePatch) (Code, error) {
	return op.Do(ctx, r.run, a, "code.edit", idIn(id, in), func(tx *op.Tx) (Code, error) {
		c, err := loadCode(tx, id)
		if err != nil {
			return c, err
		}
		whole := CodeInput{List: c.List, Key: c.Key, Label: c.Label, Position: c.Position}
		set(&whole.Label, in.Label)
		set(&whole.Position, in.Position)
		if err := whole.Validate(); err != nil {
			return c, err
		}
		if err := flow.Fresh(c, in.Version); err != nil {
			return c, err
		}
		return flow.Take(tx, CodeFlow, "edit", c, func(c *Code) { c.Label, c.Position = whole.Label, whole.Position })
	})
}

// set takes over what a patch mentions.
func set[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}

// StepCode takes a plain step on a choice: retire or restore.
func (r *Room) StepCode(ctx context.Context, a access.Actor, id db.ID, step string, version int64) (Code, error) {
	return plain(ctx, r.run, a, CodeFlow, loadCode, id, step, version)
}

// CreateHoliday closes the office on a day.
func (r *Room) CreateHoliday(ctx context.Context, a access.Actor, in HolidayInput) (Holiday, error) {
	if err := in.Validate(); err != nil {
		return Holiday{}, err
	}
	return op.Do(ctx, r.run, a, "holiday.create", in, func(tx *op.Tx) (Holiday, error) {
		h, err := flow.Create(tx, HolidayFlow, "create", Holiday{Day: in.Day, Name: in.Name})
		return h, taken(err, "holiday", "/day")
	})
}

// VoidHoliday takes back a holiday that was entered in error.
func (r *Room) VoidHoliday(ctx context.Context, a access.Actor, id db.ID, in StepInput) (Holiday, error) {
	return op.Do(ctx, r.run, a, "holiday.void", idIn(id, in), func(tx *op.Tx) (Holiday, error) {
		h, err := loadHoliday(tx, id)
		if err != nil {
			return h, err
		}
		if err := seen(h, in.Version); err != nil {
			return h, err
		}
		return flow.Take(tx, HolidayFlow, "void", h, nil, flow.Because(in.Reason))
	})
}

// CreateField adds an extra field to an entity.
func (r *Room) CreateField(ctx context.Context, a access.Actor, in FieldInput) (Field, error) {
	if err := in.Validate(); err != nil {
		return Field{}, err
	}
	return op.Do(ctx, r.run, a, "extra_field.create", in, func(tx *op.Tx) (Field, error) {
		f, err := flow.Create(tx, FieldFlow, "create", Field{
			Entity: in.Entity, Key: in.Key, Label: in.Label, Kind: in.Kind, List: in.List, Required: in.Required, Position: in.Position,
		})
		return f, taken(err, "extra_field", "/key")
	})
}

// FieldPatch changes what it mentions of an extra field. Entity, key, kind and
// list stay, since values hang on them.
type FieldPatch struct {
	Version  int64      `json:"version"`
	Label    *text.Pair `json:"label"`
	Required *bool      `json:"required"`
	Position *int64     `json:"position"`
}

// PatchField changes how an extra field is asked.
func (r *Room) PatchField(ctx context.Context, a access.Actor, id db.ID, in FieldPatch) (Field, error) {
	return op.Do(ctx, r.run, a, "extra_field.edit", idIn(id, in), func(tx *op.Tx) (Field, error) {
		f, err := loadField(tx, id)
		if err != nil {
			return f, err
		}
		whole := FieldInput{Entity: f.Entity, Key: f.Key, Kind: f.Kind, List: f.List, Label: f.Label, Required: f.Required, Position: f.Position}
		set(&whole.Label, in.Label)
		set(&whole.Required, in.Required)
		set(&whole.Position, in.Position)
		if err := whole.Validate(); err != nil {
			return f, err
		}
		if err := flow.Fresh(f, in.Version); err != nil {
			return f, err
		}
		return flow.Take(tx, FieldFlow, "edit", f, func(f *Field) { f.Label, f.Required, f.Position = whole.Label, whole.Required, whole.Position })
	})
}

// StepField takes a plain step on an extra field: retire or restore.
func (r *Room) StepField(ctx context.Context, a access.Actor, id db.ID, step string, version int64) (Field, error) {
	return plain(ctx, r.run, a, FieldFlow, loadField, id, step, version)
}

// CreateTeam adds a team to the tree.
func (r *Room) CreateTeam(ctx context.Context, a access.Actor, in TeamInput) (Team, error) {
	if err := in.Validate(); err != nil {
		return Team{}, err
	}
	return op.Do(ctx, r.run, a, "team.create", in, func(tx *op.Tx) (Team, error) {
		if err := lockAgency(tx); err != nil {
			return Team{}, err
		}
		if err := parentOpen(tx, in.Parent); err != nil {
			return Team{}, err
		}
		t, err := flow.Create(tx, TeamFlow, "create", Team{Name: in.Name, Parent: in.Parent, Contracted: in.Contracted, Position: in.Position})
		if err != nil {
			return t, err
		}
		return t, relink(tx)
	})
}

// EditTeam renames or moves a team.
func (r *Room) EditTeam(ctx context.Context, a access.Actor, id db.ID, in TeamInput) (Team, error) {
	if err := in.Validate(); err != nil {
		return Team{}, err
	}
	return op.Do(ctx, r.run, a, "team.edit", idIn(id, in), func(tx *op.Tx) (Team, error) {
		if err := lockAgency(tx); err != nil {
			return Team{}, err
		}
		t, err := LoadTeam(tx, id)
		if err != nil {
			return t, err
		}
		if err := flow.Fresh(t, in.Version); err != nil {
			return t, err
		}
		if err := parentOpen(tx, in.Parent); err != nil {
			return t, err
		}
		t, err = flow.Take(tx, TeamFlow, "edit", t, func(t *Team) {
			t.Name, t.Parent, t.Contracted, t.Position = in.Name, in.Parent, in.Contracted, in.Position
		})
		if err != nil {
			return t, err
		}
		return t, relink(tx)
	})
}

// CloseTeam closes a team that has no open team below it.
func (r *Room) CloseTeam(ctx context.Context, a access.Actor, id db.ID, in StepInput) (Team, error) {
	return op.Do(ctx, r.run, a, "team.close", idIn(id, in), func(tx *op.Tx) (Team, error) {
		if err := lockAgency(tx); err != nil {
			return Team{}, err
		}
		t, err := LoadTeam(tx, id)
		if err != nil {
			return t, err
		}
		if err := seen(t, in.Version); err != nil {
			return t, err
		}
		open, err := openBelow(tx, id)
		if err != nil {
			return t, err
		}
		if open {
			return t, fault.Conflict("agency.team.has_teams")
		}
		t, err = flow.Take(tx, TeamFlow, "close", t, nil, flow.Because(in.Reason))
		if err == nil {
			tx.Tell(op.Event{Name: "team.close", Entity: "team", Record: id, Root: id})
		}
		return t, err
	})
}

// ReopenTeam opens a closed team whose parent is open.
func (r *Room) ReopenTeam(ctx context.Context, a access.Actor, id db.ID, in StepInput) (Team, error) {
	return op.Do(ctx, r.run, a, "team.reopen", idIn(id, in), func(tx *op.Tx) (Team, error) {
		if err := lockAgency(tx); err != nil {
			return Team{}, err
		}
		t, err := LoadTeam(tx, id)
		if err != nil {
			return t, err
		}
		if err := seen(t, in.Version); err != nil {
			return t, err
		}
		if err := parentOpen(tx, t.Parent); err != nil {
			return t, err
		}
		return flow.Take(tx, TeamFlow, "reopen", t, nil)
	})
}

// parentOpen refuses a parent that is missing or closed.
func parentOpen(tx *op.Tx, parent db.ID) error {
	if parent.IsZero() {
		return nil
	}
	t, err := LoadTeam(tx, parent)
	if f, ok := fault.As(err); ok && f.Kind == fault.KindNotFound || err == nil && t.Status != "active" {
		return fault.Invalid(fault.Field{Pointer: "/parent_id", Key: "fault.bad_choice"})
	}
	return err
}

// plain takes a step that needs nothing but a click.
func plain[R any](ctx context.Context, run *op.Runner, a access.Actor, t *flow.Table[R], load func(db.Q, db.ID) (R, error), id db.ID, step string, version int64) (R, error) {
	var none R
	if s, ok := t.Step(step); !ok || !s.Plain {
		return none, fault.NotFound()
	}
	return op.Do(ctx, run, a, t.Entity+"."+step, idIn(id, version), func(tx *op.Tx) (R, error) {
		rec, err := load(tx, id)
		if err != nil {
			return rec, err
		}
		if err := seen(rec, version); err != nil {
			return rec, err
		}
		return flow.Take(tx, t, step, rec, nil)
	})
}

// seen is flow.Fresh where the actor may have said which version was seen.
func seen[R any](rec R, version int64) error {
	if version == 0 {
		return nil
	}
	return flow.Fresh(rec, version)
}

// taken turns a broken unique index into a field to correct.
func taken(err error, index, pointer string) error {
	if db.IsUnique(err, index) {
		return fault.Invalid(fault.Field{Pointer: pointer, Key: "fault.taken"})
	}
	return err
}

// idIn is what an operation on a known record was sent, for its idempotency.
func idIn(id db.ID, in any) any {
	return struct {
		ID db.ID
		In any
	}{id, in}
}
