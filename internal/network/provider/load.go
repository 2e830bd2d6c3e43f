package provider

import (
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/search"
	"kizuna/internal/ground/sight"
	"kizuna/internal/office/agency"
	"kizuna/internal/resident/people"
)

// Past is a provider to load with its organization and what belongs to it.
// Its number is given here.
type Past struct {
	Provider     Provider
	Organization people.Organization
	Sites        []Site
	Offerings    []Offering
	Specialties  []Specialty
	Contracts    []Contract
}

// LoadPast takes in providers that were known elsewhere before, in few
// statements, with journal rows, search rows and reach as if each had been
// entered here. The records must be valid and name each other by their ids.
func LoadPast(tx *op.Tx, in []Past) error {
	numbers, err := agency.Numbers(tx, "provider", len(in))
	if err != nil {
		return err
	}
	var providers []Provider
	var bodies []people.Organization
	var all Past // what belongs to any of them
	var entries []search.Entry
	var reach []sight.Reach
	for i, x := range in {
		x.Provider.Number = numbers[i]
		x.Provider.Sort = sortOf(x.Provider.Name, x.Provider.Name.Sort)
		providers, bodies = append(providers, x.Provider), append(bodies, x.Organization)
		all.Sites, all.Offerings = append(all.Sites, x.Sites...), append(all.Offerings, x.Offerings...)
		all.Specialties, all.Contracts = append(all.Specialties, x.Specialties...), append(all.Contracts, x.Contracts...)
		entries = append(entries, entryOf(x.Provider, x.Organization, x.Sites, x.Offerings))
		reach = append(reach, sight.Reach{ScopeKind: sight.Provider, Scope: x.Provider.ID, Kind: "provider", Record: x.Provider.ID, Why: "own"})
	}
	for _, load := range []func() error{
		func() error { return flow.Load(tx, people.OrganizationFlow, "create", bodies) },
		func() error { return flow.Load(tx, Flow, "apply", providers) },
		func() error { return flow.Load(tx, SiteFlow, "add", all.Sites) },
		func() error { return flow.Load(tx, OfferingFlow, "add", all.Offerings) },
		func() error { return flow.Load(tx, SpecialtyFlow, "add", all.Specialties) },
		func() error { return flow.Load(tx, ContractFlow, "draft", all.Contracts) },
		func() error { return search.PutAll(tx, entries...) },
		func() error { return sight.Open(tx, reach...) },
	} {
		if err := load(); err != nil {
			return err
		}
	}
	return nil
}
