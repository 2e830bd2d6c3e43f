package account

import (
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
)

// keepers look after users: administrators after all, a provider's manager
// after the provider's own.
var keepers = []access.Role{access.Administrator, access.ProviderManager}

// UserFlow: a suspended user keeps everything but the way in. The last active
// administrator is neither suspended nor given other roles: the operations
// lock all administrators' rows before they count.
var UserFlow = flow.Define(flow.Table[User]{
	Entity: "user", Table: "account_user", Root: func(u *User) (string, db.ID) { return "user", u.ID },
	Steps: []flow.Step[User]{
		{Name: "create", To: "active", By: keepers, When: inCare},
		{Name: "edit", From: []string{"active", "suspended"}, By: keepers, When: inCare},
		{Name: "set_roles", From: []string{"active", "suspended"}, By: keepers, When: othersInCare},
		{Name: "issue_code", From: []string{"active"}, By: keepers, When: inCare},
		{Name: "suspend", From: []string{"active"}, To: "suspended", By: keepers, When: othersInCare},
		{Name: "restore", From: []string{"suspended"}, To: "active", By: keepers, When: othersInCare, Plain: true},
		{Name: "set_password", From: []string{"active"}, By: access.UserRoles, When: own},
		{Name: "prefer", From: []string{"active"}, By: access.UserRoles, When: own},
	},
	VoidBy: []access.Role{access.Administrator},
})

// MembershipFlow: nobody puts themselves into a team.
var MembershipFlow = flow.Define(flow.Table[Membership]{
	Entity: "membership", Table: "account_membership", Root: func(m *Membership) (string, db.ID) { return "user", m.User },
	Steps: []flow.Step[Membership]{
		{Name: "join", To: "active", By: []access.Role{access.Administrator}, When: othersTeam},
		{Name: "leave", From: []string{"active"}, To: "ended", By: []access.Role{access.Administrator}, When: othersTeam},
	},
})

// KeyFlow: a key acts with its user's rights and fewer, so a user makes their
// own; an administrator makes them for others.
var KeyFlow = flow.Define(flow.Table[Key]{
	Entity: "api_key", Table: "account_key", Root: func(k *Key) (string, db.ID) { return "user", k.User },
	Steps: []flow.Step[Key]{
		{Name: "create", To: "active", By: access.UserRoles, When: ownKey},
		{Name: "revoke", From: []string{"active"}, To: "revoked", By: access.UserRoles, When: ownKey},
	},
})

// inCare: a provider's manager looks after the users of that provider only.
func inCare(a access.Actor, u User) *fault.Fault {
	if a.Is(access.Administrator, access.System) || !u.Provider.IsZero() && u.Provider == a.Provider {
		return nil
	}
	return fault.Forbid("account.not_in_care")
}

// othersInCare is inCare for what nobody does to themselves.
func othersInCare(a access.Actor, u User) *fault.Fault {
	if a.ID == u.ID && a.Known() {
		return fault.Forbid("account.not_yourself")
	}
	return inCare(a, u)
}

func own(a access.Actor, u User) *fault.Fault {
	if a.ID == u.ID || a.Is(access.System) {
		return nil
	}
	return fault.Forbid("account.only_yourself")
}

func othersTeam(a access.Actor, m Membership) *fault.Fault {
	if a.ID == m.User && a.Known() {
		return fault.Forbid("account.not_yourself")
	}
	return nil
}

func ownKey(a access.Actor, k Key) *fault.Fault {
	switch {
	case a.Key:
		return fault.Forbid("account.key_by_key")
	case a.ID == k.User, a.Is(access.Administrator, access.System):
		return nil
	}
	return fault.Forbid("account.only_yourself")
}
