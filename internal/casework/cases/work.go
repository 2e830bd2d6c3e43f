package cases

import (
	"context"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/sight"
	"kizuna/internal/ground/text"
	"kizuna/internal/resident/people"
)

// onCase runs an operation on a case the actor sees, whose row it holds.
func onCase[T any](ctx context.Context, r *Room, a access.Actor, id db.ID, name string, in any, f func(tx *op.Tx, c Case) (T, error)) (T, error) {
	return op.Do(ctx, r.run, a, name+" "+id.String(), in, func(tx *op.Tx) (T, error) {
		var none T
		if err := lock(tx, id); err != nil {
			return none, err
		}
		c, err := Load(tx, a, tx.Now(), id)
		if err != nil {
			return none, err
		}
		return f(tx, c)
	})
}

// onPart runs an operation on a row below a case the actor sees.
func onPart[P, T any](ctx context.Context, r *Room, a access.Actor, id db.ID, name string, in any,
	load func(q db.Q, id db.ID) (P, error), of func(P) db.ID, f func(tx *op.Tx, c Case, p P) (T, error)) (T, error) {
	return op.Do(ctx, r.run, a, name+" "+id.String(), in, func(tx *op.Tx) (T, error) {
		var none T
		p, err := load(tx, id)
		if err != nil {
			return none, err
		}
		if err := lock(tx, of(p)); err != nil {
			return none, err
		}
		c, err := Load(tx, a, tx.Now(), of(p))
		if err != nil {
			return none, err
		}
		return f(tx, c, p)
	})
}

// Edit changes what describes a case, and what is next on it.
func (r *Room) Edit(ctx context.Context, a access.Actor, id db.ID, in EditInput) (Case, error) {
	if err := in.Validate(); err != nil {
		return Case{}, err
	}
	return onCase(ctx, r, a, id, "case.edit", in, func(tx *op.Tx, c Case) (Case, error) {
		if err := flow.Fresh(c, in.Version); err != nil {
			return c, err
		}
		if text.Has(c.NextAction) && in.NextAction == text.Word(ctx, c.NextAction) {
			in.NextAction = c.NextAction // the form showed it in words, and nobody changed it
		}
		return flow.Take(tx, Flow, "edit", c, func(c *Case) {
			c.Title, c.MainKind, c.Kinds = in.Title, in.Kind, db.AsJSON(in.Kinds)
			c.Priority, c.Risk, c.NextAction, c.WaitsFor = in.Priority, in.Risk, in.NextAction, in.WaitsFor
			if c.DueOn = in.DueOn; c.DueOn == "" {
				c.DueOn = NoDue
			}
		})
	})
}

// AddParticipant lets a person the actor sees, or an organization, take part.
func (r *Room) AddParticipant(ctx context.Context, a access.Actor, id db.ID, in ParticipantInput) (Participant, error) {
	if err := in.Validate(); err != nil {
		return Participant{}, err
	}
	return onCase(ctx, r, a, id, "participant.add", in, func(tx *op.Tx, c Case) (Participant, error) {
		if in.Role == "main" {
			return Participant{}, fault.Conflict("cases.fault.main_stays")
		}
		if in.Person.IsZero() {
			found, err := people.OrganizationsOf(tx, in.Organization)
			if err == nil && len(found) == 0 {
				err = fault.NotFound()
			}
			if err != nil {
				return Participant{}, err
			}
		} else if err := people.Seen(tx, a, tx.Now(), in.Person); err != nil {
			return Participant{}, err
		}
		return AddParticipant(tx, c, in)
	})
}

// ChangeInput changes how a participant takes part, or ends it on a day.
type ChangeInput struct {
	Role     string        `json:"role,omitempty"`
	Channel  string        `json:"channel,omitempty"`
	Hours    string        `json:"hours,omitempty"`
	Strength string        `json:"strength,omitempty"`
	Note     string        `json:"note,omitempty"`
	Until    calendar.Date `json:"until,omitempty"` // end: today when left out
	Version  int64         `json:"version"`
}

// ChangeParticipant changes role, channel, hours, strength and note.
func (r *Room) ChangeParticipant(ctx context.Context, a access.Actor, id db.ID, in ChangeInput) (Participant, error) {
	var f fault.Fields
	choose(&f, "/role", in.Role, Roles)
	if in.Channel != "" {
		choose(&f, "/channel", in.Channel, Channels)
	}
	choose(&f, "/strength", in.Strength, Strengths)
	line(&f, "/hours", &in.Hours, maxLine)
	line(&f, "/note", &in.Note, maxLine)
	if err := f.Err(); err != nil {
		return Participant{}, err
	}
	return r.onParticipant(ctx, a, id, "change", in, func(tx *op.Tx, _ Case, p Participant) (Participant, error) {
		if (in.Role == "main") != (p.Role == "main") {
			return p, fault.Conflict("cases.fault.main_stays")
		}
		return flow.Take(tx, ParticipantFlow, "change", p, func(p *Participant) {
			p.Role, p.Channel, p.Hours, p.Strength, p.Note = in.Role, in.Channel, in.Hours, in.Strength, in.Note
		})
	})
}

// EndParticipant ends a participation; those who reach the case no longer
// reach the person through it.
func (r *Room) EndParticipant(ctx context.Context, a access.Actor, id db.ID, in ChangeInput) (Participant, error) {
	return r.leave(ctx, a, id, "end", in)
}

// VoidParticipant takes back a participation entered in error.
func (r *Room) VoidParticipant(ctx context.Context, a access.Actor, id db.ID, in ChangeInput) (Participant, error) {
	return r.leave(ctx, a, id, "void", in)
}

func (r *Room) leave(ctx context.Context, a access.Actor, id db.ID, step string, in ChangeInput) (Participant, error) {
	return r.onParticipant(ctx, a, id, step, in, func(tx *op.Tx, c Case, p Participant) (Participant, error) {
		if f := unlessMain(a, p); f != nil {
			return p, f
		}
		p, err := flow.Take(tx, ParticipantFlow, step, p, func(p *Participant) {
			if p.Until = in.Until; p.Until == "" {
				p.Until = today(tx)
			}
		})
		if err != nil || p.Person.IsZero() {
			return p, err
		}
		return p, sight.Close(tx, "person", p.Person, because(c.ID))
	})
}

func (r *Room) onParticipant(ctx context.Context, a access.Actor, id db.ID, step string, in ChangeInput,
	f func(tx *op.Tx, c Case, p Participant) (Participant, error)) (Participant, error) {
	return onPart(ctx, r, a, id, "participant."+step, in, participantByID, func(p Participant) db.ID { return p.Case },
		func(tx *op.Tx, c Case, p Participant) (Participant, error) {
			if err := flow.Fresh(p, in.Version); err != nil {
				return p, err
			}
			return f(tx, c, p)
		})
}

// MemberInput is a user joining the case team.
type MemberInput struct {
	User db.ID  `json:"user_id"`
	Role string `json:"role"`
}

// AddMember lets a user work on the case; from now on they see it.
func (r *Room) AddMember(ctx context.Context, a access.Actor, id db.ID, in MemberInput) (Member, error) {
	var f fault.Fields
	if in.Role == "" {
		in.Role = "co_worker"
	}
	choose(&f, "/role", in.Role, MemberRoles)
	if in.User.IsZero() {
		f.Add("/user_id", "fault.required")
	}
	if err := f.Err(); err != nil {
		return Member{}, err
	}
	return onCase(ctx, r, a, id, "case_member.add", in, func(tx *op.Tx, c Case) (Member, error) {
		if err := maySee(tx, c, in.User, "/user_id"); err != nil {
			return Member{}, err
		}
		m, err := join(tx, c, in.User, in.Role)
		if err != nil {
			return m, err
		}
		return m, resight(tx, c)
	})
}

// join makes a user a member of the case team unless they are one.
func join(tx *op.Tx, c Case, user db.ID, role string) (Member, error) {
	members, err := membersOf(tx, c.ID)
	if err != nil {
		return Member{}, err
	}
	for _, m := range members {
		if m.User == user {
			return m, nil
		}
	}
	return flow.Create(tx, MemberFlow, "add", Member{Case: c.ID, User: user, Role: role})
}

// EndMember lets a user no longer work on the case, nor see it for that.
func (r *Room) EndMember(ctx context.Context, a access.Actor, id db.ID, version int64) (Member, error) {
	return onPart(ctx, r, a, id, "case_member.end", version, memberByID, func(m Member) db.ID { return m.Case },
		func(tx *op.Tx, c Case, m Member) (Member, error) {
			if err := flow.Fresh(m, version); err != nil {
				return m, err
			}
			m, err := flow.Take(tx, MemberFlow, "end", m, nil)
			if err != nil {
				return m, err
			}
			return m, resight(tx, c)
		})
}

// AddNote writes a note on a case inside another operation. A published note
// about a contact moves the case's last contact.
func AddNote(tx *op.Tx, c Case, in NoteInput) (Note, error) {
	if err := in.Validate(tx.Now()); err != nil {
		return Note{}, err
	}
	n := Note{Case: c.ID, Author: author(tx.Actor()), HappenedAt: tx.Now()}
	in.copyTo(&n)
	n, err := flow.Create(tx, NoteFlow, "write", n)
	if err != nil || in.Draft {
		return n, err
	}
	return publish(tx, c, n)
}

func publish(tx *op.Tx, c Case, n Note) (Note, error) {
	n, err := flow.Take(tx, NoteFlow, "publish", n, nil)
	if err != nil {
		return n, err
	}
	if n.Reached && n.HappenedAt > c.LastContactAt {
		err = tx.As(access.TheSystem(), func() error {
			_, err := flow.Take(tx, Flow, "contacted", c, func(c *Case) { c.LastContactAt = n.HappenedAt })
			return err
		})
	}
	if err == nil {
		tx.Tell(op.Event{Name: "note.published", Entity: "note", Record: n.ID, Root: c.ID})
	}
	return n, err
}

// AddNote writes a note, as a draft of its author when it says so.
func (r *Room) AddNote(ctx context.Context, a access.Actor, id db.ID, in NoteInput) (Note, error) {
	if err := in.Validate(r.run.Now()); err != nil {
		return Note{}, err
	}
	return onCase(ctx, r, a, id, "note.write", in, func(tx *op.Tx, c Case) (Note, error) { return AddNote(tx, c, in) })
}

// ChangeNote changes a draft, or amends a published note of one's own.
func (r *Room) ChangeNote(ctx context.Context, a access.Actor, id db.ID, in NoteInput) (Note, error) {
	if err := in.Validate(r.run.Now()); err != nil {
		return Note{}, err
	}
	return r.onNote(ctx, a, id, "change", in.Version, in, func(tx *op.Tx, _ Case, n Note) (Note, error) {
		step := "change"
		if n.Status == "published" {
			step = "amend"
		}
		return flow.Take(tx, NoteFlow, step, n, in.copyTo)
	})
}

// PublishNote makes an author's draft the case's.
func (r *Room) PublishNote(ctx context.Context, a access.Actor, id db.ID, version int64) (Note, error) {
	return r.onNote(ctx, a, id, "publish", version, version, publish)
}

// VoidNote marks a note as entered in error.
func (r *Room) VoidNote(ctx context.Context, a access.Actor, id db.ID, version int64, reason string) (Note, error) {
	if reason == "" {
		return Note{}, fault.Invalid(fault.Field{Pointer: "/reason", Key: "fault.required"})
	}
	return r.onNote(ctx, a, id, "void", version, reason, func(tx *op.Tx, _ Case, n Note) (Note, error) {
		return flow.Take(tx, NoteFlow, "void", n, nil, flow.Because(reason))
	})
}

func (r *Room) onNote(ctx context.Context, a access.Actor, id db.ID, step string, version int64, in any,
	f func(tx *op.Tx, c Case, n Note) (Note, error)) (Note, error) {
	return onPart(ctx, r, a, id, "note."+step, in, noteByID, func(n Note) db.ID { return n.Case },
		func(tx *op.Tx, c Case, n Note) (Note, error) {
			confided, err := confidedIn(tx, a, c)
			if err != nil {
				return n, err
			}
			if !n.readable(a, confided) {
				return n, fault.NotFound()
			}
			if err := flow.Fresh(n, version); err != nil {
				return n, err
			}
			return f(tx, c, n)
		})
}

// readable tells whether an actor who sees the case may read the note.
func (n Note) readable(a access.Actor, confided bool) bool {
	return n.Author == a.ID || n.Status != "draft" && (!n.Confidential || confided)
}

// confidedIn tells whether the actor reads the confidential notes of a case:
// its owner, its case team and supervisors do.
func confidedIn(q db.Q, a access.Actor, c Case) (bool, error) {
	members, err := membersOf(q, c.ID)
	return Confided(a, c, members), err
}

// Confided is whether what is confidential of a case is told to an actor who
// sees it, whose case team is members.
func Confided(a access.Actor, c Case, members []Member) bool {
	if a.Is(access.Supervisor, access.System) || a.Known() && a.ID == c.Owner {
		return true
	}
	for _, m := range members {
		if m.User == a.ID {
			return true
		}
	}
	return false
}

// Dismiss says that a prompt needs nothing.
func (r *Room) Dismiss(ctx context.Context, a access.Actor, id db.ID, version int64, reason string) (Reminder, error) {
	return onPart(ctx, r, a, id, "prompt.dismiss", reason, reminderByID, func(p Reminder) db.ID { return p.Case },
		func(tx *op.Tx, _ Case, p Reminder) (Reminder, error) {
			if err := flow.Fresh(p, version); err != nil {
				return p, err
			}
			return flow.Take(tx, ReminderFlow, "dismiss", p, nil, flow.Because(reason))
		})
}
