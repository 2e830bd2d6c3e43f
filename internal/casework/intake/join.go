package intake

import (
	"context"

	"kizuna/internal/casework/cases"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/sight"
	"kizuna/internal/resident/people"
)

// JoinInput says which case something that came in belongs to: one there is,
// or a new one; and whom it is about: somebody found by searching first, or
// somebody to register. Left out, the person is who was known already, and who
// is registered is whom the application or referral names.
type JoinInput struct {
	Case     db.ID               `json:"case_id,omitzero"`
	Open     *OpenInput          `json:"open,omitempty"`
	Person   db.ID               `json:"person_id,omitzero"`
	Register *people.PersonInput `json:"register,omitempty"`
	// RegisterNamed registers whom it names, as it names them.
	RegisterNamed bool   `json:"register_named,omitempty"`
	Answer        string `json:"answer,omitempty"` // for whom it came from
	Version       int64  `json:"version"`
}

// OpenInput is the new case.
type OpenInput struct {
	Kind  string `json:"main_kind,omitempty"` // left out: what the arrival says
	Title string `json:"title,omitempty"`
	Owner db.ID  `json:"owner_id,omitzero"`
	Team  db.ID  `json:"team_id,omitzero"`
}

// Joined is what came of it.
type Joined struct {
	Case   db.ID  `json:"case_id"`
	Number string `json:"number"`
	Person db.ID  `json:"person_id"`
	Opened bool   `json:"opened"`
}

// Validate says everything that is wrong with the input.
func (in *JoinInput) Validate(today calendar.Date) error {
	var f fault.Fields
	if in.Case.IsZero() == (in.Open == nil) {
		f.Add("/case_id", "intake.fault.case_or_open")
	}
	if in.Open != nil {
		kindOrNone(&f, "/open/main_kind", in.Open.Kind)
		line(&f, "/open/title", &in.Open.Title)
	}
	prose(&f, "/answer", &in.Answer, false)
	if in.Register != nil {
		if err := f.Absorb("/register", in.Register.Validate(today)); err != nil {
			return err
		}
	}
	return f.Err()
}

// JoinInquiry opens a case from an inquiry or lets it join one.
func (r *Room) JoinInquiry(ctx context.Context, a access.Actor, id db.ID, in JoinInput) (Joined, error) {
	return join(ctx, r, a, InquiryFlow, id, in, joining[Inquiry]{
		edit: func(in JoinInput, _ bool, x *Inquiry) { x.Answer = in.Answer },
	})
}

// JoinComplaint opens a case from a complaint or lets it join one; that
// resolves it.
func (r *Room) JoinComplaint(ctx context.Context, a access.Actor, id db.ID, in JoinInput) (Joined, error) {
	return join(ctx, r, a, ComplaintFlow, id, in, joining[Complaint]{
		edit: func(in JoinInput, opened bool, x *Complaint) {
			x.stop(r.run.Now())
			if x.Outcome == "" {
				x.Outcome, x.Answer = "joined", in.Answer
				if opened {
					x.Outcome = "opened"
				}
			}
		},
	})
}

// JoinApplication puts an application on a case; it is decided there. What the
// applicant told of incomes is kept as told.
func (r *Room) JoinApplication(ctx context.Context, a access.Actor, id db.ID, in JoinInput) (Joined, error) {
	return join(ctx, r, a, ApplicationFlow, id, in, joining[Application]{
		named: func(x Application) people.PersonInput { return x.Applicant.V.Person() },
		after: func(tx *op.Tx, _ cases.Case, x Application) error {
			if err := showApplicant(tx, x); err != nil {
				return err
			}
			return keepIncomes(tx, x)
		},
	})
}

// Identify says who applies: somebody found by searching first, or somebody to
// register.
func (r *Room) Identify(ctx context.Context, a access.Actor, id db.ID, in JoinInput) (Application, error) {
	in.Case, in.Open = db.ID{}, &OpenInput{}
	if err := in.Validate(calendar.Today(ctx, r.run.Clock)); err != nil {
		return Application{}, err
	}
	return op.Do(ctx, r.run, a, "application.identify "+id.String(), in, func(tx *op.Tx) (Application, error) {
		x, err := loadFresh(tx, a, id, in.Version)
		if err != nil {
			return x, err
		}
		person, err := whom(ctx, r, tx, x, in, joining[Application]{named: func(x Application) people.PersonInput { return x.Applicant.V.Person() }})
		if err != nil {
			return x, err
		}
		x, err = flow.Take(tx, ApplicationFlow, "identify", x, func(x *Application) { x.Person = person })
		if err != nil {
			return x, err
		}
		return x, showApplicant(tx, x)
	})
}

// showApplicant lets the applicant see their application once they sign in.
func showApplicant(tx *op.Tx, x Application) error {
	if x.Person.IsZero() {
		return nil
	}
	if err := sight.CloseKind(tx, KindApplication, x.ID, sight.Resident); err != nil {
		return err
	}
	return sight.Open(tx, sight.Reach{ScopeKind: sight.Resident, Scope: x.Person, Kind: KindApplication, Record: x.ID, Why: "applicant"})
}

// joining is what differs between the kinds.
type joining[R any] struct {
	named func(R) people.PersonInput // whom it names, when it names somebody
	edit  func(in JoinInput, opened bool, x *R)
	after func(tx *op.Tx, c cases.Case, x R) error
}

// join runs as one operation: find or register the person, find or open the
// case, tie the two, and take the step on the version that was read.
func join[R any](ctx context.Context, r *Room, a access.Actor, t *flow.Table[R], id db.ID, in JoinInput, j joining[R]) (Joined, error) {
	if err := in.Validate(calendar.Today(ctx, r.run.Clock)); err != nil {
		return Joined{}, err
	}
	return op.Do(ctx, r.run, a, t.Entity+".join "+id.String(), in, func(tx *op.Tx) (Joined, error) {
		rec, err := load(tx, a, tx.Now(), t, id)
		if err != nil {
			return Joined{}, err
		}
		if err := flow.Fresh(rec, in.Version); err != nil {
			return Joined{}, err
		}
		step := joinStep(t, a, rec)
		if f := t.May(a, step, rec); f != nil {
			return Joined{}, f
		}
		person, err := whom(ctx, r, tx, rec, in, j)
		if err != nil {
			return Joined{}, err
		}
		c, opened, err := caseFor(tx, a, of(&rec), t.Entity, person, in)
		if err != nil {
			return Joined{}, err
		}
		rec, err = flow.Touch(tx, t, step, rec, func(x *R) {
			of(x).Person = person
			if of(x).MainKind == "" {
				of(x).MainKind = c.MainKind
			}
			if j.edit != nil {
				j.edit(in, opened, x)
			}
		})
		if err == nil {
			err = sight.Close(tx, t.Entity, id, "unclaimed")
		}
		if err == nil && j.after != nil {
			err = j.after(tx, c, rec)
		}
		if err != nil {
			return Joined{}, err
		}
		tx.Tell(op.Event{Name: t.Entity + ".join", Entity: t.Entity, Record: id, Root: c.ID})
		return Joined{Case: c.ID, Number: c.Number, Person: person, Opened: opened}, nil
	})
}

// joinStep is join, or join_more for what has joined a case already.
func joinStep[R any](t *flow.Table[R], a access.Actor, rec R) string {
	if _, more := t.Step("join_more"); more && t.May(a, "join", rec) != nil && t.May(a, "join_more", rec) == nil {
		return "join_more"
	}
	return "join"
}

// whom gives the person something is about: chosen, registered, or known; none
// when it joins a case without saying.
func whom[R any](ctx context.Context, r *Room, tx *op.Tx, rec R, in JoinInput, j joining[R]) (db.ID, error) {
	switch {
	case !in.Person.IsZero():
		return in.Person, known(tx, tx.Actor(), in.Person)
	case in.Register != nil:
		p, err := r.people.Register(ctx, tx, *in.Register)
		return p.ID, err
	case !of(&rec).Person.IsZero():
		return of(&rec).Person, nil
	case in.RegisterNamed && j.named != nil:
		named := j.named(rec)
		if err := named.Validate(calendar.Today(ctx, r.run.Clock)); err != nil {
			return db.ID{}, err
		}
		p, err := r.people.Register(ctx, tx, named)
		return p.ID, err
	case in.Open != nil:
		return db.ID{}, fault.Invalid(fault.Field{Pointer: "/person_id", Key: "fault.required"})
	}
	return db.ID{}, nil
}

// known holds when the actor may link a person: one they see, or one they find
// by searching and who is not restricted.
func known(tx *op.Tx, a access.Actor, person db.ID) error {
	cards, err := people.CardsOf(tx, person)
	if err != nil {
		return err
	}
	if card, ok := cards[person]; ok && card.Status == "active" && !card.Restricted && a.Is(access.IntakeWorker, access.Caseworker, access.Supervisor) {
		return nil
	}
	return people.Seen(tx, a, tx.Now(), person)
}

const joinedPrompt = "intake.prompt.joined"

// caseFor finds or opens the case and ties what came in to it.
func caseFor(tx *op.Tx, a access.Actor, x *Arrival, kind string, person db.ID, in JoinInput) (c cases.Case, opened bool, err error) {
	if in.Open != nil {
		main := in.Open.Kind
		if main == "" {
			main = x.MainKind
		}
		if main == "" {
			return c, false, fault.Invalid(fault.Field{Pointer: "/open/main_kind", Key: "fault.required"})
		}
		c, err = cases.Open(tx, cases.OpenInput{
			Person: person, Kind: main, Title: in.Open.Title, Owner: in.Open.Owner, Team: in.Open.Team,
			Source: cases.Source{Kind: kind, ID: x.ID},
		})
		return c, true, err
	}
	if c, err = cases.Receiving(tx, a, tx.Now(), in.Case); err != nil {
		return c, false, err
	}
	if c.Status != "open" && c.Status != "paused" {
		return c, false, fault.Conflict("intake.fault.case_ended")
	}
	if err = cases.AttachSource(tx, c, kind, x.ID); err != nil {
		return c, false, err
	}
	if !person.IsZero() && person != c.Person {
		if _, err = cases.AddParticipant(tx, c, cases.ParticipantInput{Person: person, Role: "other"}); err != nil {
			return c, false, err
		}
	}
	err = cases.Raise(tx, cases.Prompt{Case: c.ID, Kind: joinedPrompt, Args: map[string]any{"number": x.Number}, Href: Href(kind, x.ID)})
	return c, false, err
}

// Href is the desk page of what came in.
func Href(kind string, id db.ID) string {
	segment := map[string]string{KindInquiry: "inquiries", KindComplaint: "complaints", KindReferral: "inbound-referrals", KindApplication: "applications"}[kind]
	return "/desk/intake/" + segment + "/" + id.String()
}

// keepIncomes keeps what the applicant told as circumstances of the person, as
// stated; what joins again adds nothing, nor does what is on record already.
func keepIncomes(tx *op.Tx, x Application) error {
	led, err := cases.SourceOf(tx, KindApplication, x.ID)
	if err != nil || len(led) > 1 || x.Person.IsZero() {
		return err
	}
	today := tx.Now().Date(calendar.Zone(tx.Context()))
	for _, i := range x.Incomes.V {
		known, err := people.HasIncome(tx, x.Person, i.Amount, i.Period, today)
		if err == nil && !known {
			_, err = flow.Create(tx, people.CircumstanceFlow, "add", people.Circumstance{
				Person: x.Person, Kind: "income", Detail: i.Detail, Minor: i.Amount.Minor, Currency: i.Amount.Currency, Period: i.Period, Evidence: "stated", From: today,
			})
		}
		if err != nil {
			return err
		}
	}
	return nil
}
