// Package access says who is asking and which doors that person may come
// through. It is the first of three locks: the door (here), sight (which
// records) and the deed (which step, in flow). It never looks at a record.
package access

import (
	"context"
	"slices"

	"kizuna/internal/ground/db"
)

// Role is what a user may be; a user may be several at once.
type Role string

// The roles of an agency, its providers and its residents.
const (
	Caseworker      Role = "caseworker"
	Supervisor      Role = "supervisor"
	IntakeWorker    Role = "intake_worker"
	ProgramManager  Role = "program_manager"
	FinanceOfficer  Role = "finance_officer"
	Administrator   Role = "administrator"
	Auditor         Role = "auditor"
	ProviderManager Role = "provider_manager"
	ProviderStaff   Role = "provider_staff"
	Resident        Role = "resident"
	// Public is anyone without a sign-in, System the agency's own background
	// work. Neither can be given to a user.
	Public Role = "public"
	System Role = "system"
)

// StaffRoles are the roles of the agency's own people.
var StaffRoles = []Role{Caseworker, Supervisor, IntakeWorker, ProgramManager, FinanceOfficer, Administrator, Auditor}

// ProviderRoles are the roles of provider staff.
var ProviderRoles = []Role{ProviderManager, ProviderStaff}

// UserRoles are all roles a user can be given, in the order they are shown.
var UserRoles = slices.Concat(StaffRoles, ProviderRoles, []Role{Resident})

// Actor is who acts, as the sign-in or API key of this request says.
type Actor struct {
	ID    db.ID // the user; zero for the public
	Roles []Role
	// Teams are the user's own teams and, for a supervisor, those below.
	Teams []db.ID
	// Wide actors see every record of the agency that is not restricted.
	Wide bool
	// Barred users are kept from some records whatever reaches them; see package sight. The agency's
	// own work is never barred.
	Barred   bool
	Provider db.ID // provider staff: their provider
	Person   db.ID // residents: their own person record
	SignIn   db.ID // the sign-in or API key this came by
	Key      bool  // came by an API key
}

// Nobody is the actor of a request without a sign-in.
func Nobody() Actor { return Actor{Roles: []Role{Public}} }

// TheSystem is the actor of background work.
func TheSystem() Actor { return Actor{Roles: []Role{System}, Wide: true} }

// Is reports whether the actor has one of the roles.
func (a Actor) Is(roles ...Role) bool {
	for _, r := range roles {
		if slices.Contains(a.Roles, r) {
			return true
		}
	}
	return false
}

// Known reports whether somebody is signed in.
func (a Actor) Known() bool { return !a.ID.IsZero() }

// Kind is the actor's kind in the journal: staff, provider, resident, public
// or system.
func (a Actor) Kind() string {
	switch {
	case a.Is(System):
		return "system"
	case a.Is(StaffRoles...):
		return "staff"
	case a.Is(ProviderRoles...):
		return "provider"
	case a.Is(Resident):
		return "resident"
	}
	return "public"
}

// Scopes are the ids under which the actor reaches records, see sight.
func (a Actor) Scopes() []db.ID {
	var out []db.ID
	if a.Known() {
		out = append(out, a.ID)
	}
	if a.Is(StaffRoles...) {
		out = append(out, a.Teams...)
	}
	if a.Is(ProviderRoles...) && !a.Provider.IsZero() {
		out = append(out, a.Provider)
	}
	if a.Is(Resident) && !a.Person.IsZero() {
		out = append(out, a.Person)
	}
	return out
}

// Door is a first path segment and who may come through it.
type Door struct {
	Segment string
	Roles   []Role // none: anyone
}

// Doors is the first lock, whole. A segment that is not here does not exist.
var Doors = []Door{
	{"desk", []Role{Caseworker, Supervisor, IntakeWorker, ProgramManager, FinanceOfficer, Auditor, Administrator}},
	{"admin", []Role{Administrator, Auditor, ProgramManager, FinanceOfficer}},
	{"portal", ProviderRoles},
	{"my", []Role{Resident}},
	{"api", UserRoles},
	{"public", nil},
	{"hsds", nil},
}

// MayEnter reports whether the actor may come through the door, and whether
// there is such a door.
func MayEnter(a Actor, segment string) (may, exists bool) {
	for _, d := range Doors {
		if d.Segment == segment {
			return len(d.Roles) == 0 || a.Is(d.Roles...), true
		}
	}
	return false, false
}

// Home is the first page of an actor. Administrators come to the desk for what they keep there, but begin at the set-up.
func Home(a Actor) string {
	if a.Is(Administrator) && !a.Is(Caseworker, Supervisor, IntakeWorker, ProgramManager, FinanceOfficer, Auditor) {
		return "/admin"
	}
	for _, d := range Doors[:4] {
		if a.Is(d.Roles...) {
			return "/" + d.Segment
		}
	}
	return "/public"
}

type actorKey struct{}

// With puts the actor into a request's context.
func With(ctx context.Context, a Actor) context.Context {
	return context.WithValue(ctx, actorKey{}, a)
}

// From gives the request's actor, Nobody when there is none.
func From(ctx context.Context) Actor {
	if a, ok := ctx.Value(actorKey{}).(Actor); ok {
		return a
	}
	return Nobody()
}
