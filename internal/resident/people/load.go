package people

import (
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/search"
	"kizuna/internal/ground/sight"
)

// Resident is a person to load with what belongs to them, and the teams that
// reach them. The person and the parts bring the person's id.
type Resident struct {
	Person    Person
	Names     []Name
	Contacts  []Contact
	Addresses []Address
	Teams     []db.ID
}

// Loaded is what Load takes in at once; some thousands make a good lot.
type Loaded struct {
	Residents   []Resident
	Households  []Household
	Members     []Member
	Identifiers []Identifier
}

// Load takes in people who were known elsewhere before, in few statements,
// with journal rows, search rows and reach as if each had been registered
// here. The records must be valid.
func Load(tx *op.Tx, in Loaded, today calendar.Date) error {
	var persons []Person
	var names []Name
	var contacts []Contact
	var addresses []Address
	var entries []search.Entry
	var reach []sight.Reach
	for i := range in.Residents {
		x := &in.Residents[i]
		x.Person.wear(x.Names, today)
		persons = append(persons, x.Person)
		names = append(names, x.Names...)
		contacts = append(contacts, x.Contacts...)
		addresses = append(addresses, x.Addresses...)
		entries = append(entries, Entry(x.Person, x.Names, x.Contacts, today))
		if x.Person.Restricted {
			continue
		}
		for _, team := range x.Teams {
			reach = append(reach, sight.Reach{ScopeKind: sight.Team, Scope: team, Kind: "person", Record: x.Person.ID, Why: "registered"})
		}
	}
	for _, load := range []func() error{
		func() error { return flow.Load(tx, Flow, "create", persons) },
		func() error { return flow.Load(tx, NameFlow, "add", names) },
		func() error { return flow.Load(tx, ContactFlow, "add", contacts) },
		func() error { return flow.Load(tx, AddressFlow, "add", addresses) },
		func() error { return flow.Load(tx, IdentifierFlow, "add", in.Identifiers) },
		func() error { return flow.Load(tx, HouseholdFlow, "create", in.Households) },
		func() error { return flow.Load(tx, MemberFlow, "add", in.Members) },
		func() error { return search.PutAll(tx, entries...) },
		func() error { return sight.Open(tx, reach...) },
	} {
		if err := load(); err != nil {
			return err
		}
	}
	return nil
}
