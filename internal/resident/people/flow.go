package people

import (
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
)

// keepers register and correct people.
var keepers = flow.Roles{access.Caseworker, access.Supervisor, access.IntakeWorker, access.System}

// Flow is a person's: active as long as the record stands, merged once another
// has all that was its own. Merging is a deed on the pair of the two, so its
// steps here are the system's.
var Flow = flow.Define(flow.Table[Person]{
	Entity: "person", Table: "person",
	Root: func(p *Person) (string, db.ID) { return "person", p.ID },
	Steps: []flow.Step[Person]{
		{Name: "create", To: "active", By: keepers},
		{Name: "edit", From: []string{"active"}, By: keepers},
		{Name: "restrict", From: []string{"active"}, By: flow.Roles{access.Supervisor}, When: unlessRestricted},
		{Name: "unrestrict", From: []string{"active"}, By: flow.Roles{access.Supervisor}, When: ifRestricted},
		{Name: "protect", From: []string{"active"}, By: keepers},
		{Name: "unprotect", From: []string{"active"}, By: flow.Roles{access.Supervisor}, When: ifProtected},
		{Name: "record_death", From: []string{"active"}, By: keepers, When: ifAlive},
		{Name: "correct_death", From: []string{"active"}, By: flow.Roles{access.Supervisor}, When: ifDead},
		{Name: "take_in", From: []string{"active"}, By: flow.Roles{access.System}},
		{Name: "merge", From: []string{"active"}, To: "merged", By: flow.Roles{access.System}},
		{Name: "separate", From: []string{"active"}, By: flow.Roles{access.System}},
		{Name: "unmerge", From: []string{"merged"}, To: "active", By: flow.Roles{access.System}},
	},
	VoidBy: flow.Roles{access.Supervisor},
})

func unlessRestricted(_ access.Actor, p Person) *fault.Fault {
	if p.Restricted {
		return fault.Conflict("people.fault.already_restricted")
	}
	return nil
}

func ifRestricted(_ access.Actor, p Person) *fault.Fault {
	if !p.Restricted {
		return fault.Conflict("people.fault.not_restricted")
	}
	return nil
}

func ifProtected(_ access.Actor, p Person) *fault.Fault {
	if p.ProtectedUntil == "" {
		return fault.Conflict("people.fault.not_protected")
	}
	return nil
}

func ifDead(_ access.Actor, p Person) *fault.Fault {
	if p.DiedOn == "" {
		return fault.Conflict("people.fault.no_death_recorded")
	}
	return nil
}

func ifAlive(_ access.Actor, p Person) *fault.Fault {
	if p.DiedOn != "" {
		return fault.Conflict("people.fault.death_recorded")
	}
	return nil
}

// The flows of what belongs to a person; each row's root is its person, so
// it is seen, and its history read, with the person.
var (
	NameFlow    = flow.Part("person_name", "person_name", keepers, func(r *Name) (string, db.ID) { return "person", r.Person })
	ContactFlow = flow.Part("person_contact", "person_contact", keepers, func(r *Contact) (string, db.ID) { return "person", r.Person })
	AddressFlow = flow.Part("person_address", "person_address", keepers, func(r *Address) (string, db.ID) { return "person", r.Person })

	ProtectionFlow   = flow.Part("person_protection", "person_protection", keepers, func(r *Protection) (string, db.ID) { return "person", r.Person })
	IdentifierFlow   = flow.Part("person_identifier", "person_identifier", keepers, func(r *Identifier) (string, db.ID) { return "person", r.Person })
	CircumstanceFlow = flow.Part("circumstance", "circumstance", keepers, func(r *Circumstance) (string, db.ID) { return "person", r.Person })
	AlertFlow        = flow.Part("alert", "alert", keepers, func(r *Alert) (string, db.ID) { return "person", r.Person })
	MemberFlow       = flow.Part("household_member", "household_member", keepers, func(r *Member) (string, db.ID) { return "person", r.Person })
	RelationshipFlow = flow.Part("relationship", "relationship", keepers, func(r *Relationship) (string, db.ID) { return "person", r.Person })
)

// HouseholdFlow is a household's. What changes about its members is a step of
// the household too, from the version that was seen: so a household has one head
// at a time, and of two who let people move one is told.
var HouseholdFlow = flow.Define(flow.Table[Household]{
	Entity: "household", Table: "household",
	Root: func(h *Household) (string, db.ID) { return "household", h.ID },
	Steps: []flow.Step[Household]{
		{Name: "create", To: "active", By: keepers},
		{Name: "edit", From: []string{"active"}, By: keepers},
		{Name: "join", From: []string{"active"}, By: keepers},
		{Name: "move_out", From: []string{"active"}, By: keepers},
		{Name: "lead", From: []string{"active"}, By: keepers},
		{Name: "correct", From: []string{"active"}, By: keepers},
	},
	VoidBy: flow.Roles{access.Supervisor},
})

// OrganizationFlow is an organization's.
var OrganizationFlow = flow.Define(flow.Table[Organization]{
	Entity: "organization", Table: "organization",
	Root: func(o *Organization) (string, db.ID) { return "organization", o.ID },
	Steps: []flow.Step[Organization]{
		{Name: "create", To: "active", By: append(flow.Roles{access.ProgramManager}, keepers...)},
		{Name: "edit", From: []string{"active"}, By: append(flow.Roles{access.ProgramManager}, keepers...)},
	},
	VoidBy: flow.Roles{access.Supervisor, access.ProgramManager},
})
