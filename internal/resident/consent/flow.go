package consent

import (
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
)

var recorders = flow.Roles{access.Caseworker, access.Supervisor, access.IntakeWorker}

// Flow is a consent's. A resident withdraws their own; it ends by itself after
// its last day.
var Flow = flow.Define(flow.Table[Consent]{
	Entity: "consent", Table: "consent",
	Root: func(c *Consent) (string, db.ID) { return "person", c.Person },
	Steps: []flow.Step[Consent]{
		{Name: "give", To: "given", By: append(flow.Roles{access.Resident}, recorders...), When: ownConsent},
		{Name: "withdraw", From: []string{"given"}, To: "withdrawn", By: append(flow.Roles{access.Resident}, recorders...), When: ownConsent},
		{Name: "expire", From: []string{"given"}, To: "expired", By: flow.Roles{access.System}},
	},
	VoidBy: flow.Roles{access.Supervisor},
})

// ownConsent lets a resident give and withdraw for themselves and for those
// they gave it for.
func ownConsent(a access.Actor, c Consent) *fault.Fault {
	if a.Is(recorders...) || a.Is(access.System) || !a.Person.IsZero() && (a.Person == c.GivenBy || a.Person == c.Person) {
		return nil
	}
	return fault.Forbid("")
}

// DisclosureFlow only adds: what was disclosed cannot be taken back. What left in
// an emergency is reviewed by somebody else than who let it out.
var DisclosureFlow = flow.Define(flow.Table[Disclosure]{
	Entity: "disclosure", Table: "disclosure",
	Root: func(d *Disclosure) (string, db.ID) { return "person", d.Person },
	Steps: []flow.Step[Disclosure]{
		{Name: "disclose", To: "made", By: append(flow.Roles{access.System}, recorders...)},
		{Name: "review", From: []string{"made"}, To: "reviewed", By: flow.Roles{access.Supervisor}, When: anothersEmergency},
	},
})

func anothersEmergency(a access.Actor, d Disclosure) *fault.Fault {
	switch {
	case d.Basis != ByEmergency:
		return fault.Conflict("consent.fault.no_emergency")
	case d.MadeBy == a.ID && !a.Is(access.System):
		return fault.Forbid("consent.fault.own_disclosure")
	}
	return nil
}
