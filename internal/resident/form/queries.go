package form

import (
	"context"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/file"
	"kizuna/internal/ground/op"
	"kizuna/internal/resident/people"
)

// Room is the form room.
type Room struct {
	run *op.Runner
	// People keeps what is taken over from answers, and Files what is attached
	// to them. Server fills both.
	People *people.Room
	Files  *file.Files
}

// New makes the room.
func New(run *op.Runner) *Room { return &Room{run: run} }

// staff lets in those of the agency; others are asked forms by other rooms.
func staff(a access.Actor) error {
	if !a.Is(access.StaffRoles...) {
		return fault.NotFound()
	}
	return nil
}

// List lists all versions by key, the newest first, after one of them.
func (r *Room) List(ctx context.Context, a access.Actor, afterKey string, afterEdition int64, limit int) (list []Form, err error) {
	if err := staff(a); err != nil {
		return nil, err
	}
	err = r.run.Read(ctx, func(q *db.Reader) error {
		list, err = listForms(q, afterKey, afterEdition, limit)
		return err
	})
	return list, err
}

// Offered lists what can be asked now for a purpose, all when "".
func (r *Room) Offered(ctx context.Context, purpose string) (list []Form, err error) {
	err = r.run.Read(ctx, func(q *db.Reader) error {
		list, err = PublishedFor(q, purpose)
		return err
	})
	return list, err
}

// Get gives a version and the others of its key.
func (r *Room) Get(ctx context.Context, a access.Actor, id db.ID) (f Form, editions []Form, err error) {
	if err := staff(a); err != nil {
		return f, nil, err
	}
	err = r.run.Read(ctx, func(q *db.Reader) error {
		if f, err = ByID(q, id); err != nil {
			return err
		}
		editions, err = editionsOf(q, f.Key)
		return err
	})
	return f, editions, err
}

// Try evaluates answers as a preview does, and keeps nothing.
func (r *Room) Try(ctx context.Context, f Form, raw map[string]any) (*Ready, Evaluation, fault.Fields, error) {
	ready, err := f.Ready()
	if err != nil {
		return nil, Evaluation{}, nil, err
	}
	_, wrong := f.Definition.V.Read(raw)
	return ready, ready.AsTyped(nil, Fill{Answers: raw}, calendar.Today(ctx, r.run.Clock)), wrong, nil
}

// Answered is a response with the version it answers and what follows from it.
type Answered struct {
	Response Response
	Form     Form
	Ready    *Ready
	Now      Evaluation // of the answers as they stand
}

// GetResponse gives a response the actor sees. That it was opened is noted
// with what it belongs to.
func (r *Room) GetResponse(ctx context.Context, a access.Actor, id db.ID) (out Answered, err error) {
	err = r.run.Read(ctx, func(q *db.Reader) error {
		out, err = answered(q, a, r.run.Now(), id)
		return err
	})
	return r.opened(ctx, a, out, err)
}

// Sheet is GetResponse with whom the answers are about, as far as the actor
// sees them.
func (r *Room) Sheet(ctx context.Context, a access.Actor, id db.ID) (out Answered, who people.Card, err error) {
	err = r.run.Read(ctx, func(q *db.Reader) error {
		if out, err = answered(q, a, r.run.Now(), id); err != nil || out.Response.Person.IsZero() {
			return err
		}
		cards, err := people.CardsFor(q, a, r.run.Now(), nil, []db.ID{out.Response.Person})
		who = cards[out.Response.Person]
		return err
	})
	out, err = r.opened(ctx, a, out, err)
	return out, who, err
}

// Choices is what can be asked about a person whom the actor sees.
type Choices struct {
	Person people.Card
	Forms  []Form
}

// Choices gives what can be asked about a person now.
func (r *Room) Choices(ctx context.Context, a access.Actor, person db.ID) (out Choices, err error) {
	err = r.run.Read(ctx, func(q *db.Reader) error {
		if err := people.Seen(q, a, r.run.Now(), person); err != nil {
			return err
		}
		cards, err := people.CardsFor(q, a, r.run.Now(), nil, []db.ID{person})
		if err != nil {
			return err
		}
		out.Person = cards[person]
		out.Forms, err = PublishedFor(q, "")
		return err
	})
	return out, err
}

func answered(q db.Q, a access.Actor, now calendar.Time, id db.ID) (out Answered, err error) {
	if out.Response, err = loadResponse(q, a, now, id); err != nil {
		return Answered{}, err
	}
	out.Form, err = ByID(q, out.Response.Form)
	return out, err
}

// opened evaluates a response that was read, and notes the reading.
func (r *Room) opened(ctx context.Context, a access.Actor, out Answered, err error) (Answered, error) {
	if err == nil {
		err = out.evaluate(ctx, r.run.Now())
	}
	if err != nil {
		return Answered{}, err
	}
	return out, r.run.Reads.Note(ctx, a, "opened", out.Response.RootKind, out.Response.Root, "form_response")
}

// evaluate looks at the answers as of the moment they were completed, else now.
func (x *Answered) evaluate(ctx context.Context, now calendar.Time) (err error) {
	if x.Ready, err = x.Form.Ready(); err != nil {
		return err
	}
	if x.Response.CompletedAt != 0 {
		now = x.Response.CompletedAt
	}
	x.Now = x.Ready.Evaluate(x.Response.Answers.V, now.Date(calendar.Zone(ctx)))
	x.Now.Of = &x.Response
	return nil
}

// AsTyped is what would follow from answers to a response in progress as they
// stand on a page; nothing is kept.
func (r *Room) AsTyped(ctx context.Context, x Answered, in Fill) Evaluation {
	now := x.Ready.AsTyped(x.Response.Answers.V, in, calendar.Today(ctx, r.run.Clock))
	now.Of = &x.Response
	return now
}

// ResponsesOf lists the responses about a person the actor sees, the newest
// first, from before one of them (zero: from the newest).
func (r *Room) ResponsesOf(ctx context.Context, a access.Actor, person, before db.ID, limit int) (list []Response, err error) {
	err = r.run.Read(ctx, func(q *db.Reader) error {
		if err := people.Seen(q, a, r.run.Now(), person); err != nil {
			return err
		}
		list, err = responsesOf(q, person, before, limit)
		return err
	})
	return list, err
}
