package provider

import (
	"context"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/resident/people"
)

// File is a provider with everything that belongs to it.
type File struct {
	Provider      Provider
	Organization  people.Organization
	Actions       []flow.Action
	Sites         []Site
	Offerings     []Offering
	Specialties   map[db.ID][]string // codes by offering
	Practitioners []Practitioner
	Credentials   []Credential
	Contracts     []Contract
	Benefits      map[db.ID]Benefit
}

// Get gives a provider the actor may see. Contracts are between the provider's
// managers and the agency.
func (r *Room) Get(ctx context.Context, a access.Actor, id db.ID) (File, error) {
	var f File
	err := r.run.Read(ctx, func(q *db.Reader) (err error) {
		f, err = r.read(q, a, id)
		return err
	})
	return f, err
}

func (r *Room) read(q db.Q, a access.Actor, id db.ID) (File, error) {
	b := db.NewBatch()
	who := queueLoad(b, a, r.run.Now(), id)
	sites := db.Queue[Site](b, textSites, id)
	offerings := db.Queue[Offering](b, textOfferings, id)
	codes := db.Queue[Specialty](b, textSpecialties, id)
	practitioners := db.Queue[Practitioner](b, textPractitioners, id)
	credentials := db.Queue[Credential](b, textCredentials, id)
	contracts := db.Queue[Contract](b, textContracts, id)
	if err := db.Send(q, b); err != nil {
		return File{}, err
	}
	p, ok := who.First()
	if !ok {
		return File{}, fault.NotFound()
	}
	f := File{Provider: p, Actions: Flow.Actions(a, p), Sites: sites.Rows, Offerings: offerings.Rows, Specialties: map[db.ID][]string{},
		Practitioners: practitioners.Rows, Credentials: credentials.Rows}
	if !a.Is(access.ProviderStaff) || a.Is(access.ProviderManager) {
		f.Contracts = contracts.Rows
	}
	for _, c := range codes.Rows {
		f.Specialties[c.Offering] = append(f.Specialties[c.Offering], c.Code)
	}
	bodies, err := people.OrganizationsOf(q, p.Organization)
	if err != nil {
		return f, err
	}
	f.Organization = bodies[p.Organization]
	f.Benefits, err = r.benefits(q, f.Offerings)
	return f, err
}

func (r *Room) benefits(q db.Q, offerings []Offering) (map[db.ID]Benefit, error) {
	var ids []db.ID
	for _, o := range offerings {
		if !o.Benefit.IsZero() {
			ids = append(ids, o.Benefit)
		}
	}
	if len(ids) == 0 {
		return map[db.ID]Benefit{}, nil
	}
	return r.Catalog.Benefits(q, ids...)
}

// Input is the provider as a form or API call would send it back.
func (f File) Input() Input {
	return Input{
		Name: f.Provider.Name, Kana: f.Provider.Name.Sort, Kind: f.Provider.Kind, Summary: f.Provider.Summary, Phone: f.Organization.Phone,
		Email: f.Organization.Email, Address: f.Organization.Address, Website: f.Provider.Website, Languages: f.Provider.Languages.V,
		Hidden: f.Provider.Hidden, ProtectedClass: f.Provider.ProtectedClass, Version: f.Provider.Version,
	}
}

// Input is the site as a form or API call would send it back.
func (s Site) Input() SiteInput {
	return SiteInput{Provider: s.Provider, Name: s.Name, Postcode: s.Postcode, Address: s.Address, Latitude: s.Latitude, Longitude: s.Longitude,
		Phone: s.Phone, Hours: s.Hours, Languages: s.Languages.V, Accessibility: s.Accessibility.V, Version: s.Version}
}

// Offering is one offering as a form or API call would send it back.
func (f File) Offering(id db.ID) (in OfferingInput, ok bool) {
	for _, o := range f.Offerings {
		if o.ID == id {
			return OfferingInput{Site: o.Site, Benefit: o.Benefit, Name: o.Name, Specialties: f.Specialties[id], Capacity: o.Capacity,
				Openings: o.Openings, WaitDays: o.WaitDays, FirstDate: o.FirstDate, Languages: o.Languages.V, Note: o.Note, Version: o.Version}, true
		}
	}
	return in, false
}

// List gives the providers of a status by name, after one (zero: from the
// first); provider people see their own.
func (r *Room) List(ctx context.Context, a access.Actor, status string, after db.ID, limit int) (out []Provider, err error) {
	err = r.run.Read(ctx, func(q *db.Reader) error {
		from := place{}
		if !after.IsZero() {
			known, err := Cards(q, after)
			if err != nil {
				return err
			}
			from = place{known[after].Sort, after}
		}
		out, err = list(q, a, r.run.Now(), status, from, limit)
		return err
	})
	return out, err
}

// Site gives a site of a provider the actor may see.
func (r *Room) Site(ctx context.Context, a access.Actor, id db.ID) (s Site, err error) {
	err = r.run.Read(ctx, func(q *db.Reader) error {
		s, err = siteSeen(q, a, r.run.Now(), id)
		return err
	})
	return s, err
}

// Offered gives an offering of a provider the actor may see, with its
// specialties.
func (r *Room) Offered(ctx context.Context, a access.Actor, id db.ID) (o Offering, codes []string, err error) {
	err = r.run.Read(ctx, func(q *db.Reader) error {
		if o, err = offeringSeen(q, a, r.run.Now(), id); err != nil {
			return err
		}
		rows, err := db.All[Specialty](q, textOwn, db.ListOf([]db.ID{id}))
		for _, s := range rows {
			codes = append(codes, s.Code)
		}
		return err
	})
	return o, codes, err
}

// Choices are what a search form offers: benefits and specialties.
type Choices struct {
	Benefits    []Benefit
	Specialties []Named
}

// Choices reads the catalog for the search form.
func (r *Room) Choices(ctx context.Context, a access.Actor) (c Choices, err error) {
	if !a.Is(access.StaffRoles...) && !a.Is(access.ProviderRoles...) {
		return c, fault.NotFound()
	}
	err = r.run.Read(ctx, func(q *db.Reader) error {
		c.Benefits, err = r.Catalog.Delivered(q)
		return err
	})
	if err == nil {
		c.Specialties, err = r.Catalog.Specialties(ctx, a)
	}
	return c, err
}
