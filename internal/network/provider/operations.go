package provider

import (
	"context"
	"errors"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/sight"
	"kizuna/internal/ground/text"
	"kizuna/internal/office/account"
	"kizuna/internal/office/agency"
	"kizuna/internal/resident/people"
)

// Room is the provider room.
type Room struct {
	run *op.Runner
	// Catalog is what the agency's catalog says of benefits and specialties:
	// OfCatalog, which server gives its room.
	Catalog Catalog
}

// Catalog is the slot for benefits and specialties.
type Catalog interface {
	// Benefits gives benefits by id.
	Benefits(q db.Q, ids ...db.ID) (map[db.ID]Benefit, error)
	// Delivered lists the benefits that providers deliver.
	Delivered(q db.Q) ([]Benefit, error)
	// Specialties lists the codes of specialties with their names.
	Specialties(ctx context.Context, a access.Actor) ([]Named, error)
}

// Benefit is a benefit as providers know it.
type Benefit struct {
	ID          db.ID
	Name        text.Pair
	Unit        string
	Specialties []string
}

// Named is a code with its name.
type Named struct {
	Code string
	Name text.Pair
}

// New makes the room.
func New(run *op.Runner) *Room { return &Room{run: run, Catalog: OfCatalog(nil)} }

// Create enters a provider and its organization; it is active once a manager
// says so.
func (r *Room) Create(ctx context.Context, a access.Actor, in Input) (Provider, error) {
	if err := in.Validate(); err != nil {
		return Provider{}, err
	}
	return op.Do(ctx, r.run, a, "provider.create", in, func(tx *op.Tx) (Provider, error) {
		p, err := register(tx, in, "")
		if err != nil {
			return p, err
		}
		return p, index(tx, p.ID)
	})
}

func register(tx *op.Tx, in Input, external string) (Provider, error) {
	body, err := flow.Create(tx, people.OrganizationFlow, "create", people.Organization{
		Name: in.Name, Kind: "provider", Phone: in.Phone, Email: in.Email, Address: in.Address, External: external,
	})
	if err != nil {
		return Provider{}, err
	}
	p := Provider{Organization: body.ID, External: external}
	in.copyTo(&p)
	if p.Number, err = agency.Number(tx, "provider"); err != nil {
		return p, err
	}
	if p, err = flow.Create(tx, Flow, "apply", p); err != nil {
		return p, err
	}
	return p, sight.Open(tx, sight.Reach{ScopeKind: sight.Provider, Scope: p.ID, Kind: "provider", Record: p.ID, Why: "own"})
}

// Edit changes a provider and its organization. A provider's own manager may
// not change whether it is found, nor its protected class.
func (r *Room) Edit(ctx context.Context, a access.Actor, id db.ID, in Input) (Provider, error) {
	if err := in.Validate(); err != nil {
		return Provider{}, err
	}
	return op.Do(ctx, r.run, a, "provider.edit "+id.String(), in, func(tx *op.Tx) (Provider, error) {
		p, err := Load(tx, a, tx.Now(), id)
		if err != nil {
			return p, err
		}
		if err := flow.Fresh(p, in.Version); err != nil {
			return p, err
		}
		if !a.Is(keepers...) {
			in.Hidden, in.ProtectedClass, in.Kind = p.Hidden, p.ProtectedClass, p.Kind
		}
		if p, err = edit(tx, p, in); err != nil {
			return p, err
		}
		return p, index(tx, p.ID)
	})
}

func edit(tx *op.Tx, p Provider, in Input) (Provider, error) {
	bodies, err := people.OrganizationsOf(tx, p.Organization)
	if err != nil {
		return p, err
	}
	was := bodies[p.Organization]
	// The organization is the provider's: who may change the one changes both.
	if f := Flow.May(tx.Actor(), "edit", p); f != nil {
		return p, f
	}
	var changed bool
	err = tx.As(access.TheSystem(), func() error {
		body, err := flow.Take(tx, people.OrganizationFlow, "edit", was, func(o *people.Organization) {
			o.Name, o.Phone, o.Email, o.Address = in.Name, in.Phone, in.Email, in.Address
		})
		changed = body.Version != was.Version
		return err
	})
	if err != nil {
		return p, err
	}
	if changed {
		return flow.Touch(tx, Flow, "edit", p, in.copyTo)
	}
	return flow.Take(tx, Flow, "edit", p, in.copyTo)
}

// StepInput is a step that only says why.
type StepInput struct {
	Reason  string `json:"reason,omitempty"`
	Version int64  `json:"version"`
}

// Step takes activate, suspend, resume or end on a provider.
func (r *Room) Step(ctx context.Context, a access.Actor, id db.ID, step string, in StepInput) (Provider, error) {
	var f fault.Fields
	line(&f, "/reason", &in.Reason)
	if in.Reason == "" && (step == "suspend" || step == "end") {
		f.Add("/reason", "fault.required")
	}
	if err := f.Err(); err != nil {
		return Provider{}, err
	}
	return op.Do(ctx, r.run, a, "provider."+step+" "+id.String(), in, func(tx *op.Tx) (Provider, error) {
		p, err := Load(tx, a, tx.Now(), id)
		if err != nil {
			return p, err
		}
		if err := flow.Fresh(p, in.Version); err != nil {
			return p, err
		}
		if p, err = flow.Take(tx, Flow, step, p, nil, flow.Because(in.Reason)); err != nil {
			return p, err
		}
		tx.Tell(op.Event{Name: "provider." + step, Entity: "provider", Record: p.ID, Root: p.ID})
		return p, nil
	})
}

// MayEnter keeps the people of a suspended or ended provider out; server gives
// it to the account room.
func MayEnter(q db.Q, u account.User) (why string, err error) {
	if u.Kind != account.Provider {
		return "", nil
	}
	known, err := Cards(q, u.Provider)
	if err != nil {
		return "", err
	}
	if p := known[u.Provider]; p.Status == "suspended" || p.Status == "ended" || p.Status == flow.Void {
		return "provider.fault.not_active", nil
	}
	return "", nil
}

// onProvider runs an operation on a provider the actor may see; provider
// people always act on their own.
func onProvider[T any](ctx context.Context, r *Room, a access.Actor, id db.ID, name string, in any, f func(tx *op.Tx, p Provider) (T, error)) (T, error) {
	if id.IsZero() && a.Is(access.ProviderRoles...) {
		id = a.Provider
	}
	return op.Do(ctx, r.run, a, name+" "+id.String(), in, func(tx *op.Tx) (out T, err error) {
		p, err := Load(tx, a, tx.Now(), id)
		if err != nil {
			return out, err
		}
		if p.Status == "ended" || p.Status == flow.Void {
			return out, fault.Conflict("provider.fault.ended")
		}
		if out, err = f(tx, p); err != nil {
			return out, err
		}
		return out, index(tx, p.ID)
	})
}

// AddSite adds a place where a provider works.
func (r *Room) AddSite(ctx context.Context, a access.Actor, in SiteInput) (Site, error) {
	if err := in.Validate(); err != nil {
		return Site{}, err
	}
	return onProvider(ctx, r, a, in.Provider, "site.add", in, func(tx *op.Tx, p Provider) (Site, error) {
		s := Site{Provider: p.ID}
		in.copyTo(&s)
		return flow.Create(tx, SiteFlow, "add", s)
	})
}

// EditSite changes a site.
func (r *Room) EditSite(ctx context.Context, a access.Actor, id db.ID, in SiteInput) (Site, error) {
	if err := in.Validate(); err != nil {
		return Site{}, err
	}
	return r.onSite(ctx, a, id, "edit", in, in.Version, in.copyTo, "")
}

// CloseSite ends the work at a site.
func (r *Room) CloseSite(ctx context.Context, a access.Actor, id db.ID, in StepInput) (Site, error) {
	return r.onSite(ctx, a, id, "close", in, in.Version, nil, in.Reason)
}

func (r *Room) onSite(ctx context.Context, a access.Actor, id db.ID, step string, in any, version int64, edit func(*Site), why string) (Site, error) {
	return op.Do(ctx, r.run, a, "site."+step+" "+id.String(), in, func(tx *op.Tx) (Site, error) {
		s, err := siteSeen(tx, a, tx.Now(), id)
		if err != nil {
			return s, err
		}
		if err := flow.Fresh(s, version); err != nil {
			return s, err
		}
		if s, err = flow.Take(tx, SiteFlow, step, s, edit, flow.Because(why)); err != nil {
			return s, err
		}
		return s, index(tx, s.Provider)
	})
}

func siteSeen(q db.Q, a access.Actor, now calendar.Time, id db.ID) (Site, error) {
	known, err := SitesOf(q, id)
	if err != nil {
		return Site{}, err
	}
	s, ok := known[id]
	if !ok {
		return s, fault.NotFound()
	}
	_, err = Load(q, a, now, s.Provider)
	return s, err
}

func offeringSeen(q db.Q, a access.Actor, now calendar.Time, id db.ID) (Offering, error) {
	known, err := OfferingsOf(q, id)
	if err != nil {
		return Offering{}, err
	}
	o, ok := known[id]
	if !ok {
		return o, fault.NotFound()
	}
	_, err = Load(q, a, now, o.Provider)
	return o, err
}

// AddOffering says that a provider offers something at a site.
func (r *Room) AddOffering(ctx context.Context, a access.Actor, in OfferingInput) (Offering, error) {
	if err := in.Validate(); err != nil {
		return Offering{}, err
	}
	o, err := op.Do(ctx, r.run, a, "offering.add", in, func(tx *op.Tx) (Offering, error) {
		s, err := siteSeen(tx, a, tx.Now(), in.Site)
		if errors.Is(err, fault.KindNotFound) {
			err = fault.Invalid(fault.Field{Pointer: "/site_id", Key: "fault.bad_choice"})
		}
		if err != nil {
			return Offering{}, err
		}
		o := Offering{Provider: s.Provider, Site: s.ID, ConfirmedAt: tx.Now()}
		if in, err = r.named(tx, in); err != nil {
			return o, err
		}
		in.copyTo(&o)
		if o, err = flow.Create(tx, OfferingFlow, "add", o); err != nil {
			return o, err
		}
		if err := alignSpecialties(tx, o, in.Specialties); err != nil {
			return o, err
		}
		return o, index(tx, o.Provider)
	})
	return o, offeredOnce(err)
}

func offeredOnce(err error) error {
	if db.IsUnique(err, "offering.site, offering.benefit") {
		return fault.Invalid(fault.Field{Pointer: "/benefit_id", Key: "provider.fault.offered"})
	}
	return err
}

// named takes the benefit's name, and its specialties, where none were given.
func (r *Room) named(q db.Q, in OfferingInput) (OfferingInput, error) {
	if in.Benefit.IsZero() {
		return in, nil
	}
	known, err := r.Catalog.Benefits(q, in.Benefit)
	if err != nil {
		return in, err
	}
	b, ok := known[in.Benefit]
	if !ok {
		return in, fault.Invalid(fault.Field{Pointer: "/benefit_id", Key: "fault.bad_choice"})
	}
	if in.Name.IsZero() {
		in.Name = b.Name
	}
	if len(in.Specialties) == 0 {
		in.Specialties = b.Specialties
	}
	return in, nil
}

func alignSpecialties(tx *op.Tx, o Offering, codes []string) error {
	stored, err := db.All[Specialty](tx, textOwn, db.ListOf([]db.ID{o.ID}))
	if err != nil {
		return err
	}
	known := make(map[string]db.ID, len(stored))
	for _, s := range stored {
		known[s.Code] = s.ID
	}
	wanted := make([]Specialty, len(codes))
	for i, c := range codes {
		wanted[i] = Specialty{Head: flow.Head{ID: known[c]}, Provider: o.Provider, Offering: o.ID, Code: c}
	}
	return flow.Align(tx, SpecialtyFlow, stored, wanted, func(*Specialty, Specialty) bool { return true })
}

// EditOffering changes an offering; it counts as confirmed.
func (r *Room) EditOffering(ctx context.Context, a access.Actor, id db.ID, in OfferingInput) (Offering, error) {
	if err := in.Validate(); err != nil {
		return Offering{}, err
	}
	o, err := r.onOffering(ctx, a, id, in, in.Version, func(tx *op.Tx, o Offering) (Offering, error) {
		in, err := r.named(tx, in)
		if err != nil {
			return o, err
		}
		if err := alignSpecialties(tx, o, in.Specialties); err != nil {
			return o, err
		}
		return flow.Touch(tx, OfferingFlow, "edit", o, func(o *Offering) {
			in.copyTo(o)
			o.ConfirmedAt = tx.Now()
		})
	})
	return o, offeredOnce(err)
}

// SetOpenings keeps an offering current; the provider's own people do it.
func (r *Room) SetOpenings(ctx context.Context, a access.Actor, id db.ID, in SeatsInput) (Offering, error) {
	var f fault.Fields
	in.check(&f)
	if err := f.Err(); err != nil {
		return Offering{}, err
	}
	return r.onOffering(ctx, a, id, in, in.Version, func(tx *op.Tx, o Offering) (Offering, error) {
		return flow.Take(tx, OfferingFlow, "set_openings", o, func(o *Offering) {
			in.copyTo(o)
			o.ConfirmedAt = tx.Now()
		})
	})
}

// Confirm says that an offering is still as it stands.
func (r *Room) Confirm(ctx context.Context, a access.Actor, id db.ID, version int64) (Offering, error) {
	return r.onOffering(ctx, a, id, "confirm", version, func(tx *op.Tx, o Offering) (Offering, error) {
		return flow.Take(tx, OfferingFlow, "confirm", o, func(o *Offering) { o.ConfirmedAt = tx.Now() })
	})
}

// EndOffering says that a provider no longer offers this.
func (r *Room) EndOffering(ctx context.Context, a access.Actor, id db.ID, in StepInput) (Offering, error) {
	return r.onOffering(ctx, a, id, in, in.Version, func(tx *op.Tx, o Offering) (Offering, error) {
		return flow.Take(tx, OfferingFlow, "end", o, nil, flow.Because(in.Reason))
	})
}

func (r *Room) onOffering(ctx context.Context, a access.Actor, id db.ID, in any, version int64, f func(tx *op.Tx, o Offering) (Offering, error)) (Offering, error) {
	return op.Do(ctx, r.run, a, "offering "+id.String(), in, func(tx *op.Tx) (Offering, error) {
		o, err := offeringSeen(tx, a, tx.Now(), id)
		if err != nil {
			return o, err
		}
		if err := flow.Fresh(o, version); err != nil {
			return o, err
		}
		if o, err = f(tx, o); err != nil {
			return o, err
		}
		return o, index(tx, o.Provider)
	})
}

// AddPractitioner adds a professional who works for a provider.
func (r *Room) AddPractitioner(ctx context.Context, a access.Actor, in PractitionerInput) (Practitioner, error) {
	if err := in.Validate(); err != nil {
		return Practitioner{}, err
	}
	return onProvider(ctx, r, a, in.Provider, "practitioner.add", in, func(tx *op.Tx, p Provider) (Practitioner, error) {
		return flow.Create(tx, PractitionerFlow, "add", Practitioner{
			Provider: p.ID, Site: in.Site, Name: in.Name, Kana: in.Kana, Profession: in.Profession, Gender: in.Gender,
			Languages: db.AsJSON(in.Languages), LowestAge: in.LowestAge, HighestAge: in.HighestAge, From: in.From, Until: in.Until,
		})
	})
}

// EnterCredential enters a licence or accreditation, to be verified.
func (r *Room) EnterCredential(ctx context.Context, a access.Actor, in CredentialInput) (Credential, error) {
	if err := in.Validate(); err != nil {
		return Credential{}, err
	}
	return onProvider(ctx, r, a, in.Provider, "credential.enter", in, func(tx *op.Tx, p Provider) (Credential, error) {
		return flow.Create(tx, CredentialFlow, "enter", Credential{
			Provider: p.ID, Practitioner: in.Practitioner, Kind: in.Kind, Number: in.Number, Issuer: in.Issuer,
			From: in.From, Until: in.Until, EnteredBy: a.ID,
		})
	})
}

// CredentialStep takes verify or revoke on a credential.
func (r *Room) CredentialStep(ctx context.Context, a access.Actor, id db.ID, step string, in StepInput) (Credential, error) {
	return onRow(ctx, r, a, "credential", step, id, in, CredentialFlow, selectCredential, func(c Credential) db.ID { return c.Provider },
		func(tx *op.Tx, c *Credential) {
			if step == "verify" {
				c.VerifiedBy, c.VerifiedOn = a.ID, tx.Now().Date(calendar.Zone(ctx))
			}
		})
}

// DraftContract drafts terms; another manager puts them in force.
func (r *Room) DraftContract(ctx context.Context, a access.Actor, in ContractInput) (Contract, error) {
	if err := in.Validate(); err != nil {
		return Contract{}, err
	}
	return onProvider(ctx, r, a, in.Provider, "contract.draft", in, func(tx *op.Tx, p Provider) (Contract, error) {
		return flow.Create(tx, ContractFlow, "draft", Contract{
			Provider: p.ID, Benefit: in.Benefit, Kind: in.Kind, Unit: in.Unit, Minor: in.Price.Minor, Currency: in.Price.Currency,
			Rounding: in.Rounding, ClosingDay: in.ClosingDay, InvoiceNumber: in.InvoiceNumber,
			NeedsScheduleApproval: in.NeedsScheduleApproval, From: in.From, Until: in.Until, DraftedBy: a.ID,
		})
	})
}

// ContractStep takes activate or end on a contract.
func (r *Room) ContractStep(ctx context.Context, a access.Actor, id db.ID, step string, in StepInput) (Contract, error) {
	return onRow(ctx, r, a, "contract", step, id, in, ContractFlow, selectContract, func(c Contract) db.ID { return c.Provider }, nil)
}

// onRow takes a step on a row of a provider the actor may see.
func onRow[R any](ctx context.Context, r *Room, a access.Actor, entity, step string, id db.ID, in StepInput, t *flow.Table[R], text string, of func(R) db.ID, edit func(*op.Tx, *R)) (R, error) {
	return op.Do(ctx, r.run, a, entity+"."+step+" "+id.String(), in, func(tx *op.Tx) (R, error) {
		row, err := db.One[R](tx, text+"id = ?", id)
		if err != nil {
			return row, err
		}
		if _, err := Load(tx, a, tx.Now(), of(row)); err != nil {
			return row, err
		}
		if err := flow.Fresh(row, in.Version); err != nil {
			return row, err
		}
		return flow.Take(tx, t, step, row, func(row *R) {
			if edit != nil {
				edit(tx, row)
			}
		}, flow.Because(in.Reason))
	})
}

// expireAtOnce bounds how many credentials one transaction ends.
const expireAtOnce = 500

// Expire ends the credentials whose last day is over; a daily job calls it. It
// tells how many ended.
func (r *Room) Expire(ctx context.Context) (int, error) {
	ended := 0
	for {
		n, err := op.Do(ctx, r.run, access.TheSystem(), "credential.expire", nil, func(tx *op.Tx) (int, error) {
			list, err := expiring(tx, tx.Now().Date(calendar.Zone(ctx)), expireAtOnce)
			if err != nil {
				return 0, err
			}
			done, _, err := flow.TakeAll(tx, CredentialFlow, "expire", list, nil)
			return len(done), err
		})
		ended += n
		if err != nil || n < expireAtOnce {
			return ended, err
		}
	}
}
