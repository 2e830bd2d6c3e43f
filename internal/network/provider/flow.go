package provider

import (
	"slices"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
)

var (
	// finders enter a provider they met; keepers keep its entry; managers decide
	// who is active and on what terms.
	finders  = flow.Roles{access.Caseworker, access.Supervisor, access.ProgramManager, access.Administrator, access.System}
	keepers  = flow.Roles{access.ProgramManager, access.Administrator, access.System}
	managers = flow.Roles{access.Supervisor, access.ProgramManager, access.Administrator}
	// theirs are the provider's own people too: their sight reaches their own
	// provider only.
	theirs = append(slices.Clone(keepers), access.ProviderManager, access.ProviderStaff)
	lead   = append(slices.Clone(keepers), access.ProviderManager)
)

// Flow is a provider's. One provider extends an organization (unique index
// provider_organization).
var Flow = flow.Define(flow.Table[Provider]{
	Entity: "provider", Table: "provider",
	Root: func(p *Provider) (string, db.ID) { return "provider", p.ID },
	Steps: []flow.Step[Provider]{
		{Name: "apply", To: "applied", By: finders},
		{Name: "edit", From: []string{"applied", "active", "suspended"}, By: lead},
		{Name: "activate", From: []string{"applied"}, To: "active", By: append(flow.Roles{access.System}, managers...), Plain: true, Route: true},
		{Name: "suspend", From: []string{"active"}, To: "suspended", By: managers},
		{Name: "resume", From: []string{"suspended"}, To: "active", By: managers, Plain: true},
		{Name: "end", From: []string{"applied", "active", "suspended"}, To: "ended", By: managers},
	},
	VoidBy: managers,
})

// SiteFlow is a site's.
var SiteFlow = flow.Define(flow.Table[Site]{
	Entity: "site", Table: "provider_site",
	Root: func(s *Site) (string, db.ID) { return "provider", s.Provider },
	Steps: []flow.Step[Site]{
		{Name: "add", To: "active", By: lead},
		{Name: "edit", From: []string{"active"}, By: lead},
		{Name: "close", From: []string{"active"}, To: "closed", By: lead},
	},
	VoidBy: managers,
})

// OfferingFlow is an offering's. A site offers a benefit once (unique index
// offering_once).
var OfferingFlow = flow.Define(flow.Table[Offering]{
	Entity: "offering", Table: "offering",
	Root: func(o *Offering) (string, db.ID) { return "provider", o.Provider },
	Steps: []flow.Step[Offering]{
		{Name: "add", To: "active", By: lead},
		{Name: "edit", From: []string{"active"}, By: lead},
		{Name: "set_openings", From: []string{"active"}, By: theirs},
		{Name: "confirm", From: []string{"active"}, By: theirs, Plain: true},
		{Name: "end", From: []string{"active"}, To: "ended", By: lead},
	},
	VoidBy: managers,
})

// The flows of what belongs to a provider.
var (
	PractitionerFlow = flow.Part("practitioner", "practitioner", lead, func(r *Practitioner) (string, db.ID) { return "provider", r.Provider })
	SpecialtyFlow    = flow.Part("offering_specialty", "offering_specialty", lead, func(r *Specialty) (string, db.ID) { return "provider", r.Provider })
)

// CredentialFlow is a credential's: entered by the provider or for it, verified
// by somebody else at the agency.
var CredentialFlow = flow.Define(flow.Table[Credential]{
	Entity: "credential", Table: "credential",
	Root: func(c *Credential) (string, db.ID) { return "provider", c.Provider },
	Steps: []flow.Step[Credential]{
		{Name: "enter", To: "pending", By: lead},
		{Name: "verify", From: []string{"pending"}, To: "verified", By: managers, When: anotherThan(func(c Credential) db.ID { return c.EnteredBy }), Plain: true},
		{Name: "expire", From: []string{"pending", "verified"}, To: "expired", By: flow.Roles{access.System}},
		{Name: "revoke", From: []string{"verified"}, To: "revoked", By: managers},
	},
	VoidBy: managers,
})

// ContractFlow is a contract's: drafted by one, put in force by another.
var ContractFlow = flow.Define(flow.Table[Contract]{
	Entity: "contract", Table: "provider_contract",
	Root: func(c *Contract) (string, db.ID) { return "provider", c.Provider },
	Steps: []flow.Step[Contract]{
		{Name: "draft", To: "draft", By: managers},
		{Name: "activate", From: []string{"draft"}, To: "active", By: managers, When: anotherThan(func(c Contract) db.ID { return c.DraftedBy }), Plain: true, Route: true},
		{Name: "end", From: []string{"active"}, To: "ended", By: managers},
	},
	VoidBy: managers,
})

// anotherThan keeps duties apart: who entered something does not approve it.
func anotherThan[R any](first func(R) db.ID) func(access.Actor, R) *fault.Fault {
	return func(a access.Actor, r R) *fault.Fault {
		if a.ID == first(r) {
			return fault.Forbid("provider.fault.own_entry")
		}
		return nil
	}
}
