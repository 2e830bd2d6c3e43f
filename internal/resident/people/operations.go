package people

import (
	"context"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/search"
	"kizuna/internal/ground/sight"
)

// Create registers a person. The actor and the actor's teams reach the record
// from then on.
func (r *Room) Create(ctx context.Context, a access.Actor, in PersonInput) (Person, error) {
	if err := in.Validate(r.today(ctx)); err != nil {
		return Person{}, err
	}
	return op.Do(ctx, r.run, a, "person.create", in, func(tx *op.Tx) (Person, error) {
		return r.Register(ctx, tx, in)
	})
}

// Register is Create inside another operation, such as an application that
// names a person who is not known yet. The input must be valid.
func (r *Room) Register(ctx context.Context, tx *op.Tx, in PersonInput) (Person, error) {
	if err := in.allNew(); err != nil {
		return Person{}, err
	}
	p := Person{Head: flow.Head{ID: db.NewIDAt(int64(tx.Now()))}}
	in.copyTo(&p)
	p.Restricted = in.Restricted
	names := in.names(p.ID)
	p.wear(names, r.today(ctx))
	p, err := flow.Create(tx, Flow, "create", p)
	if err != nil {
		return p, err
	}
	if names, err = flow.CreateAll(tx, NameFlow, "add", names); err != nil {
		return p, err
	}
	contacts, err := flow.CreateAll(tx, ContactFlow, "add", in.contacts(p.ID))
	if err != nil {
		return p, err
	}
	if _, err := flow.CreateAll(tx, AddressFlow, "add", in.addresses(p.ID)); err != nil {
		return p, err
	}
	if err := reachOnCreate(tx, p); err != nil {
		return p, err
	}
	if err := search.Put(tx, Entry(p, names, contacts, r.today(ctx))); err != nil {
		return p, err
	}
	tx.Tell(op.Event{Name: "person.created", Entity: "person", Record: p.ID, Root: p.ID})
	return p, nil
}

// allNew refuses parts that say they are stored already.
func (in PersonInput) allNew() error {
	var f fault.Fields
	check := func(list string, i int, id db.ID) {
		if !id.IsZero() {
			f.Add(fault.At(list, i, "id"), "fault.bad_choice")
		}
	}
	for i, n := range in.Names {
		check("names", i, n.ID)
	}
	for i, c := range in.Contacts {
		check("contacts", i, c.ID)
	}
	for i, a := range in.Addresses {
		check("addresses", i, a.ID)
	}
	return f.Err()
}

// reachOnCreate lets who registered a person find the record again: the user,
// and the user's teams unless the person is restricted.
func reachOnCreate(tx *op.Tx, p Person) error {
	a := tx.Actor()
	rows := []sight.Reach{{ScopeKind: sight.User, Scope: a.ID, Kind: "person", Record: p.ID, Why: "registered"}}
	if !p.Restricted {
		for _, team := range a.Teams {
			rows = append(rows, sight.Reach{ScopeKind: sight.Team, Scope: team, Kind: "person", Record: p.ID, Why: "registered"})
		}
	}
	return sight.Open(tx, rows...)
}

// EditInput is a person as an editor who saw a version wants it.
type EditInput struct {
	PersonInput
	Version int64 `json:"version"`
}

// Edit changes a person and the names, contacts and addresses. What a
// protective measure withholds from the editor is kept as it is.
func (r *Room) Edit(ctx context.Context, a access.Actor, id db.ID, in EditInput) (Person, error) {
	if err := in.Validate(r.today(ctx)); err != nil {
		return Person{}, err
	}
	return op.Do(ctx, r.run, a, "person.edit "+id.String(), in, func(tx *op.Tx) (Person, error) { return r.Revise(ctx, tx, a, id, in) })
}

// wearAndTake takes a step with the name shown today and the search rows
// brought in step. Names count as a change of the person, so the version moves
// whenever a part did.
func (r *Room) wearAndTake(ctx context.Context, tx *op.Tx, p Person, step string, edit func(*Person)) (Person, error) {
	names, err := db.All[Name](tx, textNames, p.ID)
	if err != nil {
		return p, err
	}
	p, err = flow.Touch(tx, Flow, step, p, func(p *Person) {
		edit(p)
		p.wear(names, r.today(ctx))
	})
	if err != nil {
		return p, err
	}
	if err := index(tx, p, r.today(ctx)); err != nil {
		return p, err
	}
	tx.Tell(op.Event{Name: "person.changed", Entity: "person", Record: p.ID, Root: p.ID})
	return p, nil
}

func (in PersonInput) copyTo(p *Person) {
	p.BirthDate, p.BirthPrecision = in.BirthDate, in.BirthPrecision
	p.Gender, p.Placeholder, p.Interpreter = in.Gender, in.Placeholder, in.Interpreter
	p.Languages = db.AsJSON(in.Languages)
	p.ContactProhibited, p.ReachNote = in.ContactProhibited, in.ReachNote
}

func (in PersonInput) names(person db.ID) []Name {
	out := make([]Name, len(in.Names))
	for i, n := range in.Names {
		out[i] = Name{
			Head: flow.Head{ID: n.ID}, Person: person, Kind: n.Kind, Family: n.Family, Given: n.Given,
			FamilyKana: n.FamilyKana, GivenKana: n.GivenKana, FamilyRomaji: n.FamilyRomaji, GivenRomaji: n.GivenRomaji,
			From: n.From, Until: n.Until,
		}
	}
	return out
}

func (in PersonInput) contacts(person db.ID) []Contact {
	out := make([]Contact, len(in.Contacts))
	for i, c := range in.Contacts {
		out[i] = Contact{Head: flow.Head{ID: c.ID}, Person: person, Kind: c.Kind, Value: c.Value, Safe: !c.Unsafe,
			Preferred: c.Preferred, Note: c.Note, Protected: c.Protected}
	}
	return out
}

func (in PersonInput) addresses(person db.ID) []Address {
	out := make([]Address, len(in.Addresses))
	for i, x := range in.Addresses {
		out[i] = Address{Head: flow.Head{ID: x.ID}, Person: person, Kind: x.Kind, Postcode: x.Postcode, Lines: x.Lines,
			Latitude: x.Latitude, Longitude: x.Longitude, From: x.From, Until: x.Until, Protected: x.Protected}
	}
	return out
}

// alignParts makes the stored names, contacts and addresses the wanted ones. A
// stored contact or address that comes back empty was withheld from the editor
// and stays; one that was not withheld is removed.
func alignParts(tx *op.Tx, p Person, today calendar.Date, in PersonInput) error {
	var f fault.Fields
	if err := alignPart(tx, NameFlow, textNames, p.ID, in.names(p.ID), "/names", &f, func(dst *Name, want Name) bool {
		head := dst.Head
		*dst = want
		dst.Head = head
		return true
	}); err != nil {
		return err
	}
	whole := p.Protected(today)
	shares, err := db.All[db.ID](tx, textShares, p.ID, today, today, p.ID, today)
	if err != nil {
		return err
	}
	if err := alignPart(tx, ContactFlow, textContacts, p.ID, in.contacts(p.ID), "/contacts", &f, func(dst *Contact, want Contact) bool {
		if want.Value == "" {
			return whole || dst.Protected
		}
		head := dst.Head
		*dst = want
		dst.Head = head
		return true
	}); err != nil {
		return err
	}
	if err := alignPart(tx, AddressFlow, textAddresses, p.ID, in.addresses(p.ID), "/addresses", &f, func(dst *Address, want Address) bool {
		if want.Lines == "" {
			return whole || len(shares) > 0 || dst.Protected
		}
		if want.Lines != dst.Lines && want.Latitude == dst.Latitude && want.Longitude == dst.Longitude {
			want.Latitude, want.Longitude = 0, 0 // where the former address was
		}
		head := dst.Head
		*dst = want
		dst.Head = head
		return true
	}); err != nil {
		return err
	}
	return f.Err()
}

func alignPart[R any](tx *op.Tx, t *flow.Table[R], text string, person db.ID, wanted []R, at string, f *fault.Fields, copy func(*R, R) bool) error {
	stored, err := db.All[R](tx, text, person)
	if err != nil {
		return err
	}
	return f.Absorb(at, flow.Align(tx, t, stored, wanted, copy))
}

// Restrict hides a person from everyone but those with a reach of their own;
// teams lose theirs.
func (r *Room) Restrict(ctx context.Context, a access.Actor, id db.ID, version int64, reason string) (Person, error) {
	in := struct {
		Version int64
		Reason  string
	}{version, reason}
	if reason == "" {
		return Person{}, fault.Invalid(fault.Field{Pointer: "/reason", Key: "fault.required"})
	}
	return op.Do(ctx, r.run, a, "person.restrict "+id.String(), in, func(tx *op.Tx) (Person, error) {
		p, err := r.loadFresh(tx, a, id, version)
		if err != nil {
			return p, err
		}
		p, err = flow.Take(tx, Flow, "restrict", p, func(p *Person) { p.Restricted = true }, flow.Because(reason))
		if err != nil {
			return p, err
		}
		err = sight.CloseKind(tx, "person", id, sight.Team)
		if err == nil {
			err = sight.Open(tx, sight.Reach{ScopeKind: sight.User, Scope: a.ID, Kind: "person", Record: id, Why: "restricted"})
		}
		return p, err
	})
}

func (r *Room) loadFresh(tx *op.Tx, a access.Actor, id db.ID, version int64) (Person, error) {
	p, err := load(tx, a, tx.Now(), id)
	if err == nil {
		err = flow.Fresh(p, version)
	}
	return p, err
}

// noEnd is the end of what has none.
const noEnd = calendar.Date("9999-12-31")

// Protect enters a protective measure: from now on addresses and contacts are
// withheld everywhere until it ends.
func (r *Room) Protect(ctx context.Context, a access.Actor, id db.ID, in ProtectionInput) (Person, error) {
	if err := in.Validate(); err != nil {
		return Person{}, err
	}
	return op.Do(ctx, r.run, a, "person.protect "+id.String(), in, func(tx *op.Tx) (Person, error) {
		p, err := r.loadFresh(tx, a, id, in.Version)
		if err != nil {
			return p, err
		}
		m := Protection{Person: id, Ground: in.Ground, Authority: in.Authority, From: in.From, Until: in.Until}
		if in.OtherParty != "" {
			m.OtherParty = r.run.Vault.Seal("other party", []byte(in.OtherParty))
		}
		if _, err := flow.Create(tx, ProtectionFlow, "add", m); err != nil {
			return p, err
		}
		p, err = flow.Take(tx, Flow, "protect", p, func(p *Person) { p.ProtectedUntil = max(p.ProtectedUntil, m.end()) })
		if err != nil {
			return p, err
		}
		// What was compared before must not tell any more, such as a shared address.
		tx.Tell(op.Event{Name: "person.changed", Entity: "person", Record: p.ID, Root: p.ID})
		return p, index(tx, p, r.today(ctx))
	})
}

// RecordDeath records a death once. In the same transaction every other room
// stops what must not go on.
func (r *Room) RecordDeath(ctx context.Context, a access.Actor, id db.ID, version int64, on calendar.Date) (Person, error) {
	var f fault.Fields
	if on == "" {
		f.Add("/died_on", "fault.required")
	}
	if on > r.today(ctx) {
		f.Add("/died_on", "fault.future")
	}
	if err := f.Err(); err != nil {
		return Person{}, err
	}
	return op.Do(ctx, r.run, a, "person.record_death "+id.String(), on, func(tx *op.Tx) (Person, error) {
		p, err := r.loadFresh(tx, a, id, version)
		if err != nil {
			return p, err
		}
		if p.BirthDate != "" && on < p.BirthDate {
			return p, fault.Invalid(fault.Field{Pointer: "/died_on", Key: "people.fault.died_before_birth"})
		}
		p, err = flow.Take(tx, Flow, "record_death", p, func(p *Person) { p.DiedOn = on })
		if err != nil {
			return p, err
		}
		if err := r.stop(tx, id, on); err != nil {
			return p, err
		}
		tx.Tell(op.Event{Name: "person.died", Entity: "person", Record: id, Root: id})
		return p, nil
	})
}

// CreateOrganization enters an organization.
func (r *Room) CreateOrganization(ctx context.Context, a access.Actor, o Organization) (Organization, error) {
	o, err := o.clean()
	if err != nil {
		return o, err
	}
	return op.Do(ctx, r.run, a, "organization.create", o, func(tx *op.Tx) (Organization, error) {
		return flow.Create(tx, OrganizationFlow, "create", o)
	})
}

func (o Organization) clean() (Organization, error) {
	var f fault.Fields
	line(&f, "/name/ja", &o.Name.JA, maxLine)
	line(&f, "/name/en", &o.Name.EN, maxLine)
	if o.Name.JA+o.Name.EN == "" {
		f.Add("/name/ja", "fault.required")
	}
	line(&f, "/phone", &o.Phone, maxName)
	line(&f, "/email", &o.Email, maxLine)
	line(&f, "/address", &o.Address, maxLine)
	return o, f.Err()
}
