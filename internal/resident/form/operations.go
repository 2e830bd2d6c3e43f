package form

import (
	"context"
	"maps"
	"slices"
	"strings"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/rule"
	"kizuna/internal/resident/people"
)

// Create begins a new version of a key as a draft; the first makes the key.
func (r *Room) Create(ctx context.Context, a access.Actor, in FormInput) (Form, error) {
	if err := in.Validate(); err != nil {
		return Form{}, err
	}
	return op.Do(ctx, r.run, a, "form.create", in, func(tx *op.Tx) (Form, error) {
		last, err := lastEdition(tx, in.Key)
		if err != nil {
			return Form{}, err
		}
		f := Form{Key: in.Key, Edition: last + 1}
		in.copyTo(&f)
		f, err = flow.Create(tx, Flow, "create", f)
		if db.IsUnique(err, "form.key") {
			return f, fault.Invalid(fault.Field{Pointer: "/key", Key: "form.fault.drafted"})
		}
		return f, err
	})
}

func (in FormInput) copyTo(f *Form) {
	f.Title, f.Purpose, f.ProtectedClass, f.Definition = in.Title, in.Purpose, in.ProtectedClass, db.AsJSON(in.Definition)
}

// Edit changes a draft; its key stays.
func (r *Room) Edit(ctx context.Context, a access.Actor, id db.ID, in FormInput) (Form, error) {
	if err := in.Validate(); err != nil {
		return Form{}, err
	}
	return op.Do(ctx, r.run, a, "form.edit "+id.String(), in, func(tx *op.Tx) (Form, error) {
		f, err := fresh(tx, id, in.Version)
		if err != nil {
			return f, err
		}
		if f.Key != in.Key {
			return f, fault.Invalid(fault.Field{Pointer: "/key", Key: "form.fault.key_stays"})
		}
		return flow.Take(tx, Flow, "edit", f, in.copyTo)
	})
}

func fresh(tx *op.Tx, id db.ID, version int64) (Form, error) {
	f, err := ByID(tx, id)
	if err == nil {
		err = flow.Fresh(f, version)
	}
	return f, err
}

// Publish makes a draft the version that is asked from now on, if everything
// in it holds; the version before is retired.
func (r *Room) Publish(ctx context.Context, a access.Actor, id db.ID, version int64) (Form, error) {
	return op.Do(ctx, r.run, a, "form.publish "+id.String(), version, func(tx *op.Tx) (Form, error) {
		f, err := fresh(tx, id, version)
		if err != nil {
			return f, err
		}
		if _, err := Compile(f.Definition.V); err != nil {
			return f, under("/definition", err)
		}
		before, err := Published(tx, f.Key)
		switch fl, _ := fault.As(err); {
		case err == nil:
			if _, err := flow.Take(tx, Flow, "retire", before, nil); err != nil {
				return f, err
			}
		case fl == nil || fl.Kind != fault.KindNotFound:
			return f, err
		}
		return flow.Take(tx, Flow, "publish", f, func(f *Form) { f.PublishedAt = tx.Now() })
	})
}

// under moves the fields of an invalid fault below a pointer.
func under(at string, err error) error {
	var wrong fault.Fields
	if other := wrong.Absorb(at, err); other != nil {
		return other
	}
	return wrong.Err()
}

// Retire takes a version out of use; responses to it stay.
func (r *Room) Retire(ctx context.Context, a access.Actor, id db.ID, version int64) (Form, error) {
	return op.Do(ctx, r.run, a, "form.retire "+id.String(), version, func(tx *op.Tx) (Form, error) {
		f, err := fresh(tx, id, version)
		if err != nil {
			return f, err
		}
		return flow.Take(tx, Flow, "retire", f, nil)
	})
}

// Of is what a response belongs to.
type Of struct {
	Person    db.ID
	RootKind  string // whose sight and history it shares: "case", "person" …
	Root      db.ID
	OwnerKind string // the record that owns it; "" stands alone
	Owner     db.ID
}

// Start begins a response to a version inside another operation; the caller
// has checked that the actor may. What the person's record says already, and
// the actor may read there, stands in it as an answer.
func Start(tx *op.Tx, f Form, of Of) (Response, error) {
	res := Response{Form: f.ID, FormKey: f.Key, Person: of.Person, RootKind: of.RootKind, Root: of.Root, OwnerKind: of.OwnerKind, Owner: of.Owner,
		Answers: db.AsJSON(rule.Facts{})}
	if err := res.prefill(tx, f); err != nil {
		return res, err
	}
	return flow.Create(tx, ResponseFlow, "start", res)
}

// Fill is answers as they were typed or sent. With a section, questions of it
// that are not among them lose their answer; without one, only what is sent
// changes, and an empty answer takes one away. The repetitions of a section
// are sent all together, by its key.
type Fill struct {
	Section string         `json:"section,omitempty"`
	Answers map[string]any `json:"answers"`
	Version int64          `json:"version"`
}

// Save keeps answers of a response in progress. Those that can be read are
// kept even if others cannot; wrong says what is wrong with the others.
func Save(tx *op.Tx, res Response, ready *Ready, in Fill) (saved Response, wrong fault.Fields, err error) {
	answers, wrong := merged(ready.Definition, res.Answers.V, in)
	saved, err = flow.Take(tx, ResponseFlow, "save", res, func(r *Response) { r.Answers = db.AsJSON(answers) })
	return saved, wrong, err
}

// merged lays new answers over those that are there.
func merged(d Definition, now rule.Facts, in Fill) (rule.Facts, fault.Fields) {
	read, wrong := d.Read(in.Answers)
	out := rule.Facts{}
	for key, v := range now {
		out[key] = v
	}
	if s, _, ok := d.Section(in.Section); ok && s.Repeats {
		delete(out, s.Key)
	} else if ok {
		for _, q := range s.Questions {
			if q.Typed() {
				delete(out, q.Key)
			}
		}
	}
	for key := range in.Answers {
		key = strings.TrimSuffix(key, Own)
		if q, of, ok := d.find(key); ok && q.Typed() && !of.Repeats {
			delete(out, key)
		} else if s, _, ok := d.Section(key); ok && s.Repeats {
			delete(out, key)
		}
	}
	for key, v := range read {
		out[key] = v
	}
	if s, _, ok := d.Section(in.Section); ok && s.Repeats {
		if rows := slices.DeleteFunc(slices.Clone(out[s.Key].Rows), s.untouched); len(rows) > 0 {
			out[s.Key] = rule.Several(rows...)
		} else {
			delete(out, s.Key)
		}
	}
	return out, wrong
}

// Begun are the answers that questions begin with, where nothing is recorded.
func (d Definition) Begun() map[string]any {
	out := map[string]any{}
	for _, s := range d.Sections {
		for _, q := range s.Questions {
			if _, given, err := q.Start(); err == nil && given && !s.Repeats {
				list := make([]any, len(q.Initial))
				for i, v := range q.Initial {
					list[i] = v
				}
				out[q.Key] = list
				if len(list) == 1 {
					out[q.Key] = list[0]
				}
			}
		}
	}
	return out
}

// AsTyped is what follows from answers as they stand on a page, on top of those
// that are kept: nothing is left out, so that every repetition is where it was
// typed.
func (r *Ready) AsTyped(kept rule.Facts, in Fill, today calendar.Date) Evaluation {
	answers := maps.Clone(kept)
	if answers == nil {
		answers = rule.Facts{}
	}
	if s, _, ok := r.Section(in.Section); ok && s.Repeats {
		delete(answers, s.Key)
	}
	read, _ := r.asTyped(in.Answers)
	maps.Copy(answers, read)
	return r.Evaluate(answers, today)
}

// Complete ends a response when nothing is missing: it keeps the answers that
// count, the score and the band.
func Complete(tx *op.Tx, res Response, ready *Ready) (Response, Evaluation, error) {
	ev := ready.Evaluate(res.Answers.V, today(tx))
	if err := ev.Faults.Err(); err != nil {
		return res, ev, err
	}
	res, err := flow.Take(tx, ResponseFlow, "complete", res, func(r *Response) {
		r.keep(ev)
		r.CompletedAt, r.CompletedBy = tx.Now(), tx.Actor().ID
	})
	return res, ev, err
}

func (r *Response) keep(ev Evaluation) {
	r.Answers, r.Score, r.Band = db.AsJSON(ev.Answers), ev.Score, ev.Band
}

// Amend corrects a completed response, with a reason; the journal keeps what
// it said before.
func Amend(tx *op.Tx, res Response, ready *Ready, in Fill, reason string) (Response, Evaluation, error) {
	answers, wrong := merged(ready.Definition, res.Answers.V, in)
	ev := ready.Evaluate(answers, today(tx))
	wrong = append(wrong, ev.Faults...)
	if reason == "" {
		wrong.Add("/reason", "fault.required")
	}
	if err := wrong.Err(); err != nil {
		return res, ev, err
	}
	res, err := flow.Touch(tx, ResponseFlow, "amend", res, func(r *Response) { r.keep(ev) }, flow.Because(reason))
	return res, ev, err
}

// Cancel ends a response that was not needed, with a reason.
func Cancel(tx *op.Tx, res Response, reason string) (Response, error) {
	return flow.Take(tx, ResponseFlow, "cancel", res, nil, flow.Because(reason))
}

// today is the day of an operation in the agency's zone.
func today(tx *op.Tx) calendar.Date { return tx.Now().Date(calendar.Zone(tx.Context())) }

// BeginInput asks a form of, or about, a person.
type BeginInput struct {
	FormKey string `json:"form_key"`
	Person  db.ID  `json:"person_id"`
}

// Begin starts a response about a person the actor sees.
func (r *Room) Begin(ctx context.Context, a access.Actor, in BeginInput) (Response, error) {
	return op.Do(ctx, r.run, a, "form_response.start", in, func(tx *op.Tx) (Response, error) {
		if err := people.Seen(tx, a, tx.Now(), in.Person); err != nil {
			return Response{}, err
		}
		f, err := Published(tx, in.FormKey)
		if fl, ok := fault.As(err); ok && fl.Kind == fault.KindNotFound {
			err = fault.Invalid(fault.Field{Pointer: "/form_key", Key: "fault.bad_choice"})
		}
		if err != nil {
			return Response{}, err
		}
		return Start(tx, f, Of{Person: in.Person, RootKind: "person", Root: in.Person})
	})
}

// change runs a step of a response that stands alone.
func (r *Room) change(ctx context.Context, a access.Actor, step string, id db.ID, version int64, in any, do func(tx *op.Tx, res Response, ready *Ready) (Response, error)) (Response, error) {
	return op.Do(ctx, r.run, a, "form_response."+step+" "+id.String(), in, func(tx *op.Tx) (Response, error) {
		res, ready, err := standing(tx, a, id, version)
		if err != nil {
			return res, err
		}
		return do(tx, res, ready)
	})
}

// standing gives a response that stands alone, from the version that was seen,
// with its form.
func standing(tx *op.Tx, a access.Actor, id db.ID, version int64) (Response, *Ready, error) {
	res, err := loadResponse(tx, a, tx.Now(), id)
	if err == nil {
		err = res.alone()
	}
	if err == nil {
		err = flow.Fresh(res, version)
	}
	if err != nil {
		return res, nil, err
	}
	f, err := ByID(tx, res.Form)
	if err != nil {
		return res, nil, err
	}
	ready, err := f.Ready()
	return res, ready, err
}

// Save keeps answers; any that cannot be read refuses them all.
func (r *Room) Save(ctx context.Context, a access.Actor, id db.ID, in Fill) (Response, error) {
	return r.change(ctx, a, "save", id, in.Version, in, func(tx *op.Tx, res Response, ready *Ready) (Response, error) {
		res, wrong, err := Save(tx, res, ready, in)
		if err == nil {
			err = wrong.Err()
		}
		return res, err
	})
}

// Filled is what is kept of answers that were sent, and what of them could not
// be read.
type Filled struct {
	Response Response
	Wrong    fault.Fields
}

// Fill is Save for a page: answers that can be read are kept even if others
// cannot, which wrong says.
func (r *Room) Fill(ctx context.Context, a access.Actor, id db.ID, in Fill) (res Response, wrong fault.Fields, err error) {
	got, err := op.Do(ctx, r.run, a, "form_response.fill "+id.String(), in, func(tx *op.Tx) (Filled, error) {
		res, ready, err := standing(tx, a, id, in.Version)
		if err != nil {
			return Filled{}, err
		}
		res, wrong, err := Save(tx, res, ready, in)
		return Filled{res, wrong}, err
	})
	return got.Response, got.Wrong, err
}

// Complete ends a response; what is missing is a fault at /answers/<key>.
func (r *Room) Complete(ctx context.Context, a access.Actor, id db.ID, version int64) (Response, error) {
	return r.change(ctx, a, "complete", id, version, version, func(tx *op.Tx, res Response, ready *Ready) (Response, error) {
		res, _, err := Complete(tx, res, ready)
		return res, err
	})
}

// AmendInput corrects answers, with a reason.
type AmendInput struct {
	Fill
	Reason string `json:"reason"`
}

// Amend corrects a completed response.
func (r *Room) Amend(ctx context.Context, a access.Actor, id db.ID, in AmendInput) (Response, error) {
	return r.change(ctx, a, "amend", id, in.Version, in, func(tx *op.Tx, res Response, ready *Ready) (Response, error) {
		res, _, err := Amend(tx, res, ready, in.Fill, in.Reason)
		return res, err
	})
}

// Cancel ends a response that was not needed.
func (r *Room) Cancel(ctx context.Context, a access.Actor, id db.ID, version int64, reason string) (Response, error) {
	in := struct {
		Version int64
		Reason  string
	}{version, reason}
	if reason == "" {
		return Response{}, fault.Invalid(fault.Field{Pointer: "/reason", Key: "fault.required"})
	}
	return r.change(ctx, a, "cancel", id, version, in, func(tx *op.Tx, res Response, _ *Ready) (Response, error) {
		return Cancel(tx, res, reason)
	})
}
