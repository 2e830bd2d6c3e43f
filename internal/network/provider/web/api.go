package web

import (
	"context"
	"errors"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/text"
	"kizuna/internal/network/provider"
)

var (
	providers     = door.Resource{Name: "providers", Doc: "Who delivers help outside the agency"}
	sites         = door.Resource{Name: "sites", Doc: "Places where a provider works"}
	offerings     = door.Resource{Name: "offerings", Doc: "What a provider offers at a site, with openings"}
	practitioners = door.Resource{Name: "practitioners", Doc: "Professionals who work for a provider"}
	credentials   = door.Resource{Name: "credentials", Doc: "Licences and accreditations of providers"}
	contracts     = door.Resource{Name: "contracts", Doc: "Terms on which a provider works for the agency"}
)

func mountAPI(d *door.Router, room *provider.Room) {
	x := api{room}
	door.List(d, providers, anybody, x.list)
	door.Get(d, providers, anybody, x.get)
	door.Create(d, providers, finders, x.create)
	door.Patch(d, providers, leads, x.patch)
	for _, step := range []string{"activate", "suspend", "resume", "end"} {
		door.Step(d, providers, step, managers, func(ctx context.Context, a access.Actor, id db.ID, in provider.StepInput) (providerOut, error) {
			if _, err := room.Step(ctx, a, id, step, in); err != nil {
				return providerOut{}, err
			}
			return x.get(ctx, a, id)
		})
	}
	door.Get(d, sites, anybody, x.site)
	door.Create(d, sites, leads, x.addSite)
	door.Patch(d, sites, leads, x.patchSite)
	door.Step(d, sites, "close", leads, x.closeSite)
	door.List(d, offerings, readers, x.search)
	door.Search(d, offerings, readers, x.search)
	door.Get(d, offerings, anybody, x.offering)
	door.Create(d, offerings, leads, x.addOffering)
	door.Patch(d, offerings, leads, x.patchOffering)
	door.Step(d, offerings, "set_openings", currents, x.setOpenings)
	door.Step(d, offerings, "confirm", currents, x.confirm)
	door.Step(d, offerings, "end", leads, x.endOffering)
	door.Create(d, practitioners, leads, x.addPractitioner)
	door.Create(d, credentials, leads, x.enterCredential)
	for _, step := range []string{"verify", "revoke"} {
		door.Step(d, credentials, step, managers, func(ctx context.Context, a access.Actor, id db.ID, in provider.StepInput) (partOut, error) {
			c, err := room.CredentialStep(ctx, a, id, step, in)
			return part(a, provider.CredentialFlow, c, c.Head, c.Provider), err
		})
	}
	door.Create(d, contracts, managers, x.draftContract)
	for _, step := range []string{"activate", "end"} {
		door.Step(d, contracts, step, managers, func(ctx context.Context, a access.Actor, id db.ID, in provider.StepInput) (partOut, error) {
			c, err := room.ContractStep(ctx, a, id, step, in)
			return part(a, provider.ContractFlow, c, c.Head, c.Provider), err
		})
	}
}

type api struct{ room *provider.Room }

type providerOut struct {
	ID        db.ID         `json:"id"`
	Status    string        `json:"status"`
	Version   int64         `json:"version"`
	Actions   []string      `json:"actions"`
	Number    string        `json:"number"`
	Name      text.Pair     `json:"name"`
	Kana      string        `json:"kana,omitempty"`
	Kind      string        `json:"kind"`
	Summary   text.Pair     `json:"summary"`
	Phone     string        `json:"phone,omitempty"`
	Email     string        `json:"email,omitempty"`
	Address   string        `json:"address,omitempty"`
	Website   string        `json:"website,omitempty"`
	Languages []string      `json:"languages"`
	Hidden    bool          `json:"hidden"`
	Sites     []siteOut     `json:"sites"`
	Offerings []offeringOut `json:"offerings"`
	CreatedAt calendar.Time `json:"created_at"`
	UpdatedAt calendar.Time `json:"updated_at"`
}

type siteOut struct {
	ID            db.ID     `json:"id"`
	Status        string    `json:"status"`
	Version       int64     `json:"version"`
	Actions       []string  `json:"actions"`
	Provider      db.ID     `json:"provider_id"`
	Name          text.Pair `json:"name"`
	Postcode      string    `json:"postcode,omitempty"`
	Address       string    `json:"address,omitempty"`
	Latitude      float64   `json:"latitude,omitempty"`
	Longitude     float64   `json:"longitude,omitempty"`
	Phone         string    `json:"phone,omitempty"`
	Hours         string    `json:"hours,omitempty"`
	Languages     []string  `json:"languages"`
	Accessibility []string  `json:"accessibility"`
}

type offeringOut struct {
	ID          db.ID         `json:"id"`
	Status      string        `json:"status"`
	Version     int64         `json:"version"`
	Actions     []string      `json:"actions"`
	Provider    db.ID         `json:"provider_id"`
	Site        db.ID         `json:"site_id"`
	Benefit     db.ID         `json:"benefit_id,omitzero"`
	Name        text.Pair     `json:"name"`
	Specialties []string      `json:"specialties"`
	Capacity    int64         `json:"capacity"`
	Openings    int64         `json:"openings"`
	WaitDays    int64         `json:"wait_days"`
	FirstDate   calendar.Date `json:"first_date"`
	Languages   []string      `json:"languages"`
	Note        string        `json:"note,omitempty"`
	ConfirmedAt calendar.Time `json:"confirmed_at"`
}

func listOr[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

func siteOf(a access.Actor, s provider.Site) siteOut {
	return siteOut{s.ID, s.Status, s.Version, provider.SiteFlow.Free(a, s), s.Provider, s.Name, s.Postcode, s.Address, s.Latitude, s.Longitude,
		s.Phone, s.Hours, listOr(s.Languages.V), listOr(s.Accessibility.V)}
}

func offeringOf(a access.Actor, o provider.Offering, codes []string) offeringOut {
	return offeringOut{o.ID, o.Status, o.Version, provider.OfferingFlow.Free(a, o), o.Provider, o.Site, o.Benefit, o.Name, listOr(codes), o.Capacity,
		o.Openings, o.WaitDays, o.FirstDate, listOr(o.Languages.V), o.Note, o.ConfirmedAt}
}

// providerItem is a provider in a list.
type providerItem struct {
	ID      db.ID     `json:"id"`
	Status  string    `json:"status"`
	Version int64     `json:"version"`
	Number  string    `json:"number"`
	Name    text.Pair `json:"name"`
	Kind    string    `json:"kind"`
}

type listQuery struct {
	door.Paging
	Status string `json:"status,omitempty" doc:"applied, active, suspended or ended; active unless said"`
}

func (x api) list(ctx context.Context, a access.Actor, q listQuery) (out door.Items[providerItem], err error) {
	if q.Status == "" {
		q.Status = "active"
	}
	after, err := door.Cursor(q.Cursor)
	if err != nil {
		return out, err
	}
	list, err := x.room.List(ctx, a, q.Status, after, q.Limit+1)
	if len(list) > q.Limit {
		list = list[:q.Limit]
		out.Next = list[q.Limit-1].ID.String()
	}
	for _, p := range list {
		out.Items = append(out.Items, providerItem{p.ID, p.Status, p.Version, p.Number, p.Name, p.Kind})
	}
	return out, err
}

func (x api) get(ctx context.Context, a access.Actor, id db.ID) (providerOut, error) {
	f, err := x.room.Get(ctx, a, id)
	if err != nil {
		return providerOut{}, err
	}
	p, in := f.Provider, f.Input()
	out := providerOut{ID: p.ID, Status: p.Status, Version: p.Version, Actions: provider.Flow.Free(a, p), Number: p.Number, Name: in.Name, Kana: in.Kana,
		Kind: in.Kind, Summary: in.Summary, Phone: in.Phone, Email: in.Email, Address: in.Address, Website: in.Website, Languages: listOr(in.Languages),
		Hidden: in.Hidden, Sites: []siteOut{}, Offerings: []offeringOut{}, CreatedAt: p.CreatedAt, UpdatedAt: p.UpdatedAt}
	for _, s := range f.Sites {
		out.Sites = append(out.Sites, siteOf(a, s))
	}
	for _, o := range f.Offerings {
		out.Offerings = append(out.Offerings, offeringOf(a, o, f.Specialties[o.ID]))
	}
	return out, nil
}

func (x api) create(ctx context.Context, a access.Actor, in provider.Input) (providerOut, error) {
	p, err := x.room.Create(ctx, a, in)
	if err != nil {
		return providerOut{}, err
	}
	return x.get(ctx, a, p.ID)
}

// providerPatch is a merge patch: what is not sent stays.
type providerPatch struct {
	Name      *text.Pair `json:"name,omitempty"`
	Kana      *string    `json:"kana,omitempty"`
	Summary   *text.Pair `json:"summary,omitempty"`
	Phone     *string    `json:"phone,omitempty"`
	Email     *string    `json:"email,omitempty"`
	Address   *string    `json:"address,omitempty"`
	Website   *string    `json:"website,omitempty"`
	Languages *[]string  `json:"languages,omitempty"`
	Hidden    *bool      `json:"hidden,omitempty"`
	Version   int64      `json:"version"`
}

func set[T any](dst *T, v *T) {
	if v != nil {
		*dst = *v
	}
}

func (x api) patch(ctx context.Context, a access.Actor, id db.ID, in providerPatch) (providerOut, error) {
	f, err := x.room.Get(ctx, a, id)
	if err != nil {
		return providerOut{}, err
	}
	edit := f.Input()
	edit.Version = in.Version
	set(&edit.Name, in.Name)
	set(&edit.Kana, in.Kana)
	set(&edit.Summary, in.Summary)
	set(&edit.Phone, in.Phone)
	set(&edit.Email, in.Email)
	set(&edit.Address, in.Address)
	set(&edit.Website, in.Website)
	set(&edit.Languages, in.Languages)
	set(&edit.Hidden, in.Hidden)
	if _, err := x.room.Edit(ctx, a, id, edit); err != nil {
		return providerOut{}, err
	}
	return x.get(ctx, a, id)
}

func (x api) site(ctx context.Context, a access.Actor, id db.ID) (siteOut, error) {
	s, err := x.room.Site(ctx, a, id)
	if err != nil {
		return siteOut{}, err
	}
	return siteOf(a, s), nil
}

func (x api) addSite(ctx context.Context, a access.Actor, in provider.SiteInput) (siteOut, error) {
	s, err := x.room.AddSite(ctx, a, in)
	return siteOf(a, s), err
}

type sitePatch struct {
	Name          *text.Pair `json:"name,omitempty"`
	Postcode      *string    `json:"postcode,omitempty"`
	Address       *string    `json:"address,omitempty"`
	Latitude      *float64   `json:"latitude,omitempty"`
	Longitude     *float64   `json:"longitude,omitempty"`
	Phone         *string    `json:"phone,omitempty"`
	Hours         *string    `json:"hours,omitempty"`
	Languages     *[]string  `json:"languages,omitempty"`
	Accessibility *[]string  `json:"accessibility,omitempty"`
	Version       int64      `json:"version"`
}

func (x api) patchSite(ctx context.Context, a access.Actor, id db.ID, in sitePatch) (siteOut, error) {
	s, err := x.room.Site(ctx, a, id)
	if err != nil {
		return siteOut{}, err
	}
	edit := s.Input()
	edit.Version = in.Version
	set(&edit.Name, in.Name)
	set(&edit.Postcode, in.Postcode)
	set(&edit.Address, in.Address)
	set(&edit.Latitude, in.Latitude)
	set(&edit.Longitude, in.Longitude)
	set(&edit.Phone, in.Phone)
	set(&edit.Hours, in.Hours)
	set(&edit.Languages, in.Languages)
	set(&edit.Accessibility, in.Accessibility)
	s, err = x.room.EditSite(ctx, a, id, edit)
	return siteOf(a, s), err
}

func (x api) closeSite(ctx context.Context, a access.Actor, id db.ID, in provider.StepInput) (siteOut, error) {
	s, err := x.room.CloseSite(ctx, a, id, in)
	return siteOf(a, s), err
}

// foundQuery is a search for offerings.
type foundQuery struct {
	door.Paging
	Q            string  `json:"q,omitempty" doc:"Words: a name in any script, a place, a telephone number"`
	Benefit      db.ID   `json:"benefit_id,omitzero"`
	Specialty    string  `json:"specialty,omitempty"`
	Language     string  `json:"language,omitempty"`
	OpeningsOnly bool    `json:"openings_only,omitempty"`
	Latitude     float64 `json:"latitude,omitempty" doc:"Near here, degrees WGS 84"`
	Longitude    float64 `json:"longitude,omitempty"`
	WithinKm     float64 `json:"within_km,omitempty"`
}

// foundItem is an offering found, with how well it fits and why.
type foundItem struct {
	Offering     offeringOut `json:"offering"`
	ProviderName text.Pair   `json:"provider_name"`
	Site         siteOut     `json:"site"`
	DistanceKm   *float64    `json:"distance_km"`
	Fit          int         `json:"fit"`
	Reasons      []string    `json:"reasons"`
}

func (x api) search(ctx context.Context, a access.Actor, q foundQuery) (out door.Items[foundItem], err error) {
	after, err := door.Cursor(q.Cursor)
	if err != nil {
		return out, err
	}
	q.Limit = min(q.Limit, pageSize)
	in := searchQuery{Q: q.Q, Benefit: q.Benefit, Specialty: q.Specialty, Language: q.Language, Open: q.OpeningsOnly,
		Latitude: q.Latitude, Longitude: q.Longitude, WithinKm: q.WithinKm, After: after}.input(q.Limit + 1)
	found, err := x.room.Search(ctx, a, in)
	if len(found) > q.Limit {
		found = found[:q.Limit]
		out.Next = found[q.Limit-1].Offering.ID.String()
	}
	for _, f := range found {
		item := foundItem{Offering: offeringOf(a, f.Offering, f.Specialties), ProviderName: f.Provider.Name, Site: siteOf(a, f.Site), Fit: f.Fit, Reasons: []string{}}
		if f.DistanceKm >= 0 {
			item.DistanceKm = &f.DistanceKm
		}
		for _, key := range f.Reasons {
			item.Reasons = append(item.Reasons, text.Word(ctx, key))
		}
		out.Items = append(out.Items, item)
	}
	return out, err
}

func (x api) offering(ctx context.Context, a access.Actor, id db.ID) (offeringOut, error) {
	o, codes, err := x.room.Offered(ctx, a, id)
	if err != nil {
		return offeringOut{}, err
	}
	return offeringOf(a, o, codes), nil
}

// done gives an offering again after a step.
func (x api) done(ctx context.Context, a access.Actor, o provider.Offering, err error) (offeringOut, error) {
	if err != nil {
		return offeringOut{}, err
	}
	return x.offering(ctx, a, o.ID)
}

func (x api) addOffering(ctx context.Context, a access.Actor, in provider.OfferingInput) (offeringOut, error) {
	o, err := x.room.AddOffering(ctx, a, in)
	return x.done(ctx, a, o, err)
}

type offeringPatch struct {
	Benefit     *db.ID         `json:"benefit_id,omitempty"`
	Name        *text.Pair     `json:"name,omitempty"`
	Specialties *[]string      `json:"specialties,omitempty"`
	Capacity    *int64         `json:"capacity,omitempty"`
	Openings    *int64         `json:"openings,omitempty"`
	WaitDays    *int64         `json:"wait_days,omitempty"`
	FirstDate   *calendar.Date `json:"first_date,omitempty"`
	Languages   *[]string      `json:"languages,omitempty"`
	Note        *string        `json:"note,omitempty"`
	Version     int64          `json:"version"`
}

func (x api) patchOffering(ctx context.Context, a access.Actor, id db.ID, in offeringPatch) (offeringOut, error) {
	o, codes, err := x.room.Offered(ctx, a, id)
	if err != nil {
		return offeringOut{}, err
	}
	edit, ok := (provider.File{Offerings: []provider.Offering{o}, Specialties: map[db.ID][]string{id: codes}}).Offering(id)
	if !ok {
		return offeringOut{}, fault.Defect(errors.New("provider: an offering without itself"))
	}
	edit.Version = in.Version
	set(&edit.Benefit, in.Benefit)
	set(&edit.Name, in.Name)
	set(&edit.Specialties, in.Specialties)
	set(&edit.Capacity, in.Capacity)
	set(&edit.Openings, in.Openings)
	set(&edit.WaitDays, in.WaitDays)
	set(&edit.FirstDate, in.FirstDate)
	set(&edit.Languages, in.Languages)
	set(&edit.Note, in.Note)
	o, err = x.room.EditOffering(ctx, a, id, edit)
	return x.done(ctx, a, o, err)
}

func (x api) setOpenings(ctx context.Context, a access.Actor, id db.ID, in provider.SeatsInput) (offeringOut, error) {
	o, err := x.room.SetOpenings(ctx, a, id, in)
	return x.done(ctx, a, o, err)
}

func (x api) confirm(ctx context.Context, a access.Actor, id db.ID, in versionIn) (offeringOut, error) {
	o, err := x.room.Confirm(ctx, a, id, in.Version)
	return x.done(ctx, a, o, err)
}

func (x api) endOffering(ctx context.Context, a access.Actor, id db.ID, in provider.StepInput) (offeringOut, error) {
	o, err := x.room.EndOffering(ctx, a, id, in)
	return x.done(ctx, a, o, err)
}

// partOut is a row of a provider after a step.
type partOut struct {
	ID       db.ID    `json:"id"`
	Status   string   `json:"status"`
	Version  int64    `json:"version"`
	Actions  []string `json:"actions"`
	Provider db.ID    `json:"provider_id"`
}

func part[R any](a access.Actor, t *flow.Table[R], r R, h flow.Head, of db.ID) partOut {
	return partOut{h.ID, h.Status, h.Version, t.Free(a, r), of}
}

func (x api) addPractitioner(ctx context.Context, a access.Actor, in provider.PractitionerInput) (partOut, error) {
	p, err := x.room.AddPractitioner(ctx, a, in)
	return part(a, provider.PractitionerFlow, p, p.Head, p.Provider), err
}

func (x api) enterCredential(ctx context.Context, a access.Actor, in provider.CredentialInput) (partOut, error) {
	c, err := x.room.EnterCredential(ctx, a, in)
	return part(a, provider.CredentialFlow, c, c.Head, c.Provider), err
}

func (x api) draftContract(ctx context.Context, a access.Actor, in provider.ContractInput) (partOut, error) {
	c, err := x.room.DraftContract(ctx, a, in)
	return part(a, provider.ContractFlow, c, c.Head, c.Provider), err
}
