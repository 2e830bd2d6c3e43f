package people

import (
	"context"
	"slices"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/sight"
)

// Interest is what a user has in a person (利害関係): it keeps them from the person's file, whatever
// else would show it to them. Nobody but who keeps interests learns from whom somebody is kept; who
// declared one knows what they said, and not whether anybody was found by it.
type Interest struct {
	flow.Head
	User     db.ID         `db:"user_id" json:"user_id"`
	Person   db.ID         `db:"person" json:"person_id" names:"person"` // none while nobody was found
	Kind     string        `db:"kind" json:"kind"`
	Declared bool          `db:"declared" json:"declared"` // by the user; else somebody recorded it
	Said     []byte        `db:"said" json:"-"`            // whom the user declared, sealed
	Note     []byte        `db:"note" json:"-"`            // sealed
	From     calendar.Date `db:"from_date" json:"from"`
	Until    calendar.Date `db:"until_date" json:"until"`
}

// InterestKinds are what a person is to a user. Of harm it is not said who did it to whom.
var InterestKinds = []string{"self", "family", "household", "close", "harm", "other"}

// declarers are those whose interests matter: who may come to see files.
var declarers = slices.Concat(access.StaffRoles, access.ProviderRoles)

// interestKeepers look after interests, others' alone.
var interestKeepers = flow.Roles{access.Supervisor, access.Administrator}

// InterestFlow is an interest's. One that somebody declares of themselves stands as soon as it is
// known whom it is about, and only another ends it. Refuted is the answer to a likeness that is
// none. Its history is its own: a person's would tell it to everybody who works on the file.
var InterestFlow = flow.Define(flow.Table[Interest]{
	Entity: "interest", Table: "interest",
	Root: func(i *Interest) (string, db.ID) { return "interest", i.ID },
	Steps: []flow.Step[Interest]{
		{Name: "declare", To: "declared", By: declarers, When: ownInterest},
		{Name: "find", From: []string{"declared"}, To: "stands", By: flow.Roles{access.System}},
		{Name: "match", From: []string{"declared"}, To: "stands", By: interestKeepers, When: othersInterest},
		{Name: "record", To: "stands", By: interestKeepers, When: othersInterest},
		{Name: "carry", To: "stands", By: flow.Roles{access.System}},
		{Name: "refute", To: "refuted", By: interestKeepers, When: othersInterest},
		{Name: "end", From: []string{"declared", "stands"}, To: "ended", By: interestKeepers, When: othersInterest},
		{Name: "void", From: []string{"declared", "stands", "refuted", "ended"}, To: flow.Void, By: interestKeepers, When: othersInterest},
	},
})

func ownInterest(a access.Actor, i Interest) *fault.Fault {
	if a.ID == i.User || a.Is(access.System) {
		return nil
	}
	return fault.Forbid("people.fault.interest_of_others")
}

func othersInterest(a access.Actor, i Interest) *fault.Fault {
	if a.ID == i.User && a.Known() {
		return fault.Forbid("people.fault.own_interest")
	}
	return nil
}

// why is the reason of the bar that an interest makes.
func (i Interest) why() string { return "interest " + i.ID.String() }

// shut keeps users from the persons in whom they have interests.
func shut(w db.W, now calendar.Time, list ...Interest) error {
	bars := make([]sight.Bar, 0, len(list))
	for _, i := range list {
		if i.Status == "stands" {
			bars = append(bars, sight.Bar{Scope: i.User, Kind: "person", Record: i.Person, Why: i.why(), At: now})
		}
	}
	return sight.Shut(w, bars...)
}

// moveBars lets bars follow interests that came to be in another person.
func moveBars(tx *op.Tx, ids []db.ID) error {
	list, err := interestsByID(tx, ids)
	if err != nil {
		return err
	}
	for _, i := range list {
		if err := sight.Lift(tx, i.User, i.why()); err != nil {
			return err
		}
	}
	return shut(tx, tx.Now(), list...)
}

// carryInterests gives a record that is somebody's own again the interests that were declared while
// the two were one: which of them was meant, nobody knows.
func carryInterests(tx *op.Tx, m Merge, other db.ID) error {
	list, err := interestsSince(tx, m.Person, m.CreatedAt)
	if err != nil || len(list) == 0 {
		return err
	}
	fresh := make([]Interest, len(list))
	for n, i := range list {
		fresh[n] = Interest{User: i.User, Person: other, Kind: i.Kind, Declared: i.Declared, Said: i.Said, Note: i.Note, From: i.From}
	}
	return tx.As(access.TheSystem(), func() error {
		fresh, err := flow.CreateAll(tx, InterestFlow, "carry", fresh)
		if err != nil {
			return err
		}
		return shut(tx, tx.Now(), fresh...)
	})
}

// DeclareInput is what a user tells of somebody whom they know: by the number, by the card that a
// search showed, or by name.
type DeclareInput struct {
	Kind   string        `json:"kind"`
	Person db.ID         `json:"person_id,omitzero" doc:"From a search of people; agency staff only"`
	Number string        `json:"number,omitempty" doc:"The person's number at the agency"`
	Name   string        `json:"name,omitempty"`
	Kana   string        `json:"kana,omitempty" doc:"How the name is read"`
	Born   calendar.Date `json:"birth_date,omitempty"`
	Note   string        `json:"note,omitempty"`
}

func (in *DeclareInput) validate(today calendar.Date) error {
	var f fault.Fields
	choose(&f, "/kind", in.Kind, InterestKinds)
	line(&f, "/number", &in.Number, maxName)
	line(&f, "/name", &in.Name, maxLine)
	line(&f, "/kana", &in.Kana, maxLine)
	line(&f, "/note", &in.Note, maxLine)
	if in.Born != "" && !in.Born.Valid() {
		f.Add("/birth_date", "fault.date_unreal")
	} else if in.Born > today {
		f.Add("/birth_date", "fault.future")
	}
	if in.Person.IsZero() && in.Number == "" && in.Name == "" {
		f.Add("/name", "people.fault.interest_in_whom")
	}
	return f.Err()
}

// Declared is what somebody declared of themselves, as they are shown it.
type Declared struct {
	ID     db.ID         `json:"id"`
	Kind   string        `json:"kind"`
	From   calendar.Date `json:"from"`
	Until  calendar.Date `json:"until,omitempty"`
	Ended  bool          `json:"ended"`
	Number string        `json:"number,omitempty"`
	Name   string        `json:"name,omitempty"`
	Kana   string        `json:"kana,omitempty"`
	Born   calendar.Date `json:"birth_date,omitempty"`
	Note   string        `json:"note,omitempty"`
}

// Declare keeps the actor from somebody whom they know. It holds at once where a number or a card says
// who is meant; else somebody who keeps interests finds out. The answer is the same either way, so
// that nobody learns who is on file.
func (r *Room) Declare(ctx context.Context, a access.Actor, in DeclareInput) (Declared, error) {
	if !a.Is(declarers...) {
		return Declared{}, fault.NotFound()
	}
	if err := in.validate(r.today(ctx)); err != nil {
		return Declared{}, err
	}
	return op.Do(ctx, r.run, a, "interest.declare", in, func(tx *op.Tx) (Declared, error) {
		person, err := r.meant(tx, a, &in)
		if err != nil {
			return Declared{}, err
		}
		i := Interest{User: a.ID, Person: person, Kind: in.Kind, Declared: true, From: r.today(ctx)}
		if i.Said, err = r.sealSaid(in); err != nil {
			return Declared{}, err
		}
		i.Note = r.sealNote(in.Note)
		if i, err = flow.Create(tx, InterestFlow, "declare", i); err != nil {
			return Declared{}, err
		}
		out := declaredOf(i, in)
		if person.IsZero() {
			return out, nil
		}
		return out, tx.As(access.TheSystem(), func() error {
			i, err := flow.Take(tx, InterestFlow, "find", i, func(*Interest) {})
			if err != nil {
				return err
			}
			return r.stand(tx, i)
		})
	})
}

// meant is whom a declaration says beyond doubt, if anybody.
func (r *Room) meant(tx *op.Tx, a access.Actor, in *DeclareInput) (db.ID, error) {
	if in.Person.IsZero() {
		if in.Number == "" {
			return db.ID{}, nil
		}
		return numberedPerson(tx, in.Number)
	}
	if !a.Is(access.StaffRoles...) {
		return db.ID{}, fault.NotFound()
	}
	card, err := cardKnown(tx, a, tx.Now(), in.Person)
	if err == nil {
		in.Number, in.Name, in.Kana = card.Number, card.Name, ""
	}
	return in.Person, err
}

// stand lets an interest take effect: from here on the user does not see the person, and who is
// responsible for what they had in hand is told.
func (r *Room) stand(tx *op.Tx, i Interest) error {
	if err := hold(tx, []db.ID{i.Person}); err != nil {
		return err
	}
	if err := shut(tx, tx.Now(), i); err != nil {
		return err
	}
	for _, follow := range r.OnInterest {
		if err := follow(tx, i.User, i.Person); err != nil {
			return err
		}
	}
	return nil
}

// InterestInput is an interest of another user, as somebody who keeps interests records it or says
// that there is none.
type InterestInput struct {
	User   db.ID  `json:"user_id"`
	Person db.ID  `json:"person_id"`
	Kind   string `json:"kind,omitempty"`
	Note   string `json:"note,omitempty"`
}

// RecordInterest keeps a user from a person whom the actor sees.
func (r *Room) RecordInterest(ctx context.Context, a access.Actor, in InterestInput) (Interest, error) {
	return r.decide(ctx, a, "record", in)
}

// RefuteInterest says that a user who seems to have an interest has none: it is not asked again.
func (r *Room) RefuteInterest(ctx context.Context, a access.Actor, in InterestInput) (Interest, error) {
	in.Kind = "other"
	return r.decide(ctx, a, "refute", in)
}

func (r *Room) decide(ctx context.Context, a access.Actor, step string, in InterestInput) (Interest, error) {
	var f fault.Fields
	choose(&f, "/kind", in.Kind, InterestKinds)
	line(&f, "/note", &in.Note, maxLine)
	if in.User.IsZero() {
		f.Add("/user_id", "fault.required")
	}
	if err := f.Err(); err != nil {
		return Interest{}, err
	}
	return op.Do(ctx, r.run, a, "interest."+step, in, func(tx *op.Tx) (Interest, error) {
		if !a.Is(interestKeepers...) {
			return Interest{}, fault.NotFound()
		}
		if err := hold(tx, []db.ID{in.Person}); err != nil {
			return Interest{}, err
		}
		if err := Seen(tx, a, tx.Now(), in.Person); err != nil {
			return Interest{}, err
		}
		if err := mayHaveInterest(tx, in.User); err != nil {
			return Interest{}, err
		}
		stored, err := interestsBetween(tx, in.User, in.Person)
		if err != nil {
			return Interest{}, err
		}
		for _, i := range stored {
			if i.Status == "stands" || step == "refute" && i.Status == "refuted" {
				return i, fault.Invalid(fault.Field{Pointer: "/user_id", Key: "people.fault.interest_known"})
			}
		}
		i := Interest{User: in.User, Person: in.Person, Kind: in.Kind, Note: r.sealNote(in.Note), From: r.today(ctx)}
		if i, err = flow.Create(tx, InterestFlow, step, i); err != nil || step == "refute" {
			return i, err
		}
		return i, r.stand(tx, i)
	})
}

// MatchInput says who was meant by a declaration.
type MatchInput struct {
	Person  db.ID `json:"person_id"`
	Version int64 `json:"version"`
}

// MatchInterest says who was meant by a declaration: from here on it stands.
func (r *Room) MatchInterest(ctx context.Context, a access.Actor, id db.ID, in MatchInput) (Interest, error) {
	if in.Person.IsZero() {
		return Interest{}, fault.Invalid(fault.Field{Pointer: "/person_id", Key: "fault.required"})
	}
	return r.onInterest(ctx, a, id, "match", in, in.Version, func(tx *op.Tx, i Interest) (Interest, error) {
		if _, err := cardKnown(tx, a, tx.Now(), in.Person); err != nil {
			return i, err
		}
		i, err := flow.Take(tx, InterestFlow, "match", i, func(i *Interest) { i.Person = in.Person })
		if err != nil {
			return i, err
		}
		return i, r.stand(tx, i)
	})
}

// EndInterest lets a user see a person again as far as they otherwise would.
func (r *Room) EndInterest(ctx context.Context, a access.Actor, id db.ID, in RemoveInput) (Interest, error) {
	return r.lift(ctx, a, id, "end", in)
}

// VoidInterest takes back an interest that was entered in error.
func (r *Room) VoidInterest(ctx context.Context, a access.Actor, id db.ID, in RemoveInput) (Interest, error) {
	return r.lift(ctx, a, id, "void", in)
}

func (r *Room) lift(ctx context.Context, a access.Actor, id db.ID, step string, in RemoveInput) (Interest, error) {
	if err := in.validate(); err != nil {
		return Interest{}, err
	}
	return r.onInterest(ctx, a, id, step, in, in.Version, func(tx *op.Tx, i Interest) (Interest, error) {
		i, err := flow.Take(tx, InterestFlow, step, i, func(i *Interest) { i.Until = tx.Now().Date(calendar.Zone(ctx)) }, flow.Because(in.Reason))
		if err != nil {
			return i, err
		}
		return i, sight.Lift(tx, i.User, i.why())
	})
}

func (r *Room) onInterest(ctx context.Context, a access.Actor, id db.ID, step string, in any, version int64,
	f func(tx *op.Tx, i Interest) (Interest, error)) (Interest, error) {
	return op.Do(ctx, r.run, a, "interest."+step+" "+id.String(), in, func(tx *op.Tx) (Interest, error) {
		i, err := loadInterest(tx, a, tx.Now(), id)
		if err == nil {
			err = flow.Fresh(i, version)
		}
		if err != nil {
			return i, err
		}
		return f(tx, i)
	})
}
