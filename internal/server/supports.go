package server

import (
	"slices"

	"kizuna/internal/casework/benefit"
	"kizuna/internal/casework/cases"
	"kizuna/internal/casework/catalog"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/text"
	"kizuna/internal/network/provider"
	"kizuna/internal/network/referral"
	"kizuna/internal/office/account"
	"kizuna/internal/resident/people"
)

// supports are what stands around a person of what later rooms know, as people
// draws it: the cases the actor sees and who works on them, and the programs,
// benefits and providers of those cases. What is of a protected class, or a
// provider whom no search finds, is told only to whom the case is confided.
func supports(b *db.Batch, a access.Actor, now calendar.Time, person db.ID) func(q db.Q) ([]people.Support, error) {
	x := &around{actor: a, cases: cases.QueueOfPerson(b, a, now, person), teams: cases.QueueTeamsOfPerson(b, person),
		bodies: cases.QueueBodiesOfPerson(b, a, now, person), served: referral.QueueServing(b, a, now, person), asking: referral.QueueAsking(b, a, now, person)}
	x.given, x.places = benefit.QueueOfPerson(b, a, now, person)
	return x.read
}

// around is what is known of one person, and the names it needs.
type around struct {
	actor  access.Actor
	cases  *db.Answer[cases.Case]
	teams  *db.Answer[cases.Member]
	bodies *db.Answer[cases.Participant]
	served *db.Answer[referral.Authorization]
	asking *db.Answer[referral.Asking]
	given  *db.Answer[benefit.Assignment]
	places *db.Answer[benefit.Enrolment]

	users     map[db.ID]text.Pair
	programs  map[db.ID]catalog.Program
	benefits  map[db.ID]catalog.Benefit
	providers map[db.ID]provider.Provider
	organized map[db.ID]people.Organization
}

func (x *around) read(q db.Q) ([]people.Support, error) {
	if err := x.name(q); err != nil {
		return nil, err
	}
	return slices.Concat(x.ofCases(), x.ofPrograms(), x.ofBenefits(), x.ofProviders()), nil
}

// name reads the names of what is around, all that the person has at once.
func (x *around) name(q db.Q) (err error) {
	var users, programs, benefits, providers, organized []db.ID
	for _, c := range x.cases.Rows {
		users = append(users, c.Owner)
	}
	for _, m := range x.teams.Rows {
		users = append(users, m.User)
	}
	for _, e := range x.places.Rows {
		programs = append(programs, e.Program)
	}
	for _, g := range x.given.Rows {
		benefits, providers = append(benefits, g.Benefit), append(providers, g.Provider)
	}
	for _, z := range x.served.Rows {
		benefits, providers = append(benefits, z.Benefit), append(providers, z.Provider)
	}
	for _, z := range x.asking.Rows {
		benefits, providers = append(benefits, z.Benefit), append(providers, z.Provider)
	}
	for _, p := range x.bodies.Rows {
		organized = append(organized, p.Organization)
	}
	if x.users, err = account.Names(q, users); err != nil {
		return err
	}
	if x.benefits, err = catalog.BenefitOf(q, benefits...); err != nil {
		return err
	}
	for _, b := range x.benefits {
		programs = append(programs, b.Program)
	}
	if x.programs, err = catalog.ProgramOf(q, programs...); err != nil {
		return err
	}
	if x.providers, err = provider.Cards(q, providers...); err != nil {
		return err
	}
	x.organized, err = people.OrganizationsOf(q, organized...)
	return err
}

// confided tells whether the actor is told what is confidential of a case; of
// one that is not among those the actor sees, nobody is.
func (x *around) confided(id db.ID) bool {
	i := slices.IndexFunc(x.cases.Rows, func(c cases.Case) bool { return c.ID == id })
	return i >= 0 && cases.Confided(x.actor, x.cases.Rows[i], x.teamOf(id))
}

func (x *around) teamOf(id db.ID) []cases.Member {
	return slices.DeleteFunc(slices.Clone(x.teams.Rows), func(m cases.Member) bool { return m.Case != id })
}

// guarded tells whether a benefit of a provider, either of which may be none,
// is not to be told of to everybody.
func (x *around) guarded(benefitID, providerID db.ID) bool {
	b, p := x.benefits[benefitID], x.providers[providerID]
	return b.ProtectedClass != "" || x.programs[b.Program].ProtectedClass != "" || p.ProtectedClass != "" || p.Hidden
}

func caseAt(id db.ID) string { return "/desk/cases/" + id.String() }

// ofCases are the cases, and the staff and organizations who work on those that
// run.
func (x *around) ofCases() []people.Support {
	var out []people.Support
	for _, c := range x.cases.Rows {
		out = append(out, people.Support{Kind: "case", Name: text.Both(c.Number), Href: caseAt(c.ID), Case: c.ID, Ended: !running(c)})
	}
	for _, c := range x.cases.Rows {
		if !running(c) {
			continue
		}
		users := []db.ID{c.Owner}
		for _, m := range x.teamOf(c.ID) {
			users = append(users, m.User)
		}
		for _, id := range users {
			if name, ok := x.users[id]; ok {
				out = append(out, people.Support{Kind: "worker", ID: id, Name: name, About: numbered(c), Href: caseAt(c.ID), Case: c.ID})
			}
		}
		for _, p := range x.bodies.Rows {
			if o, ok := x.organized[p.Organization]; ok && p.Case == c.ID {
				out = append(out, people.Support{Kind: "organization", ID: o.ID, Name: o.Name, About: numbered(c), Href: caseAt(c.ID), Case: c.ID, From: p.From, Until: p.Until})
			}
		}
	}
	return out
}

func numbered(c cases.Case) []text.Pair { return []text.Pair{text.Both(c.Number)} }

func running(c cases.Case) bool { return c.Status == "open" || c.Status == "paused" }

func (x *around) ofPrograms() []people.Support {
	var out []people.Support
	for _, e := range x.places.Rows {
		p := x.programs[e.Program]
		guarded := p.ProtectedClass != ""
		if !guarded || x.confided(e.Case) {
			out = append(out, people.Support{Kind: waitingOr("program", e.Status), Name: p.Name, Href: caseAt(e.Case), Case: e.Case, From: e.From, Until: e.Until, Guarded: guarded})
		}
	}
	return out
}

// waitingOr is the kind of what somebody has, or waits for.
func waitingOr(kind, status string) string {
	if status == "waitlisted" {
		return "waiting"
	}
	return kind
}

// ofBenefits are the benefits that no provider gives; those that one gives are
// the provider's.
func (x *around) ofBenefits() []people.Support {
	var out []people.Support
	for _, g := range x.given.Rows {
		if !g.Provider.IsZero() || slices.ContainsFunc(x.served.Rows, func(z referral.Authorization) bool { return z.Assignment == g.ID }) {
			continue
		}
		guarded := x.guarded(g.Benefit, db.ID{})
		if !guarded || x.confided(g.Case) {
			out = append(out, people.Support{Kind: waitingOr("benefit", g.Status), Name: x.benefits[g.Benefit].Name, Href: caseAt(g.Case), Case: g.Case, From: g.From, Until: g.Until, Guarded: guarded})
		}
	}
	return out
}

// ofProviders are the providers who were authorized, those who give a benefit
// without that, and those who are asked.
func (x *around) ofProviders() []people.Support {
	var out []people.Support
	add := func(kind string, of, benefitID, providerID db.ID, from, until calendar.Date) {
		p, known := x.providers[providerID]
		guarded := x.guarded(benefitID, providerID)
		if known && (!guarded || x.confided(of)) {
			s := people.Support{Kind: kind, ID: p.ID, Name: p.Name, Href: caseAt(of), Case: of, From: from, Until: until, Guarded: guarded}
			if b, named := x.benefits[benefitID]; named {
				s.About = []text.Pair{b.Name}
			}
			out = append(out, s)
		}
	}
	for _, z := range x.served.Rows {
		add("provider", z.Case, z.Benefit, z.Provider, z.From, z.Until)
	}
	for _, g := range x.given.Rows {
		if !g.Provider.IsZero() && !slices.ContainsFunc(x.served.Rows, func(z referral.Authorization) bool { return z.Assignment == g.ID }) {
			add(waitingOr("provider", g.Status), g.Case, g.Benefit, g.Provider, g.From, g.Until)
		}
	}
	for _, z := range x.asking.Rows {
		add("asked", z.Case, z.Benefit, z.Provider, "", "")
	}
	return out
}
