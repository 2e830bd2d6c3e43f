package server

import (
	"slices"

	"kizuna/internal/casework/assessment"
	"kizuna/internal/casework/benefit"
	"kizuna/internal/casework/careplan"
	"kizuna/internal/casework/cases"
	"kizuna/internal/casework/catalog"
	"kizuna/internal/casework/intake"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/text"
	"kizuna/internal/network/delivery"
	"kizuna/internal/network/provider"
	"kizuna/internal/network/referral"
	"kizuna/internal/office/document"
	"kizuna/internal/resident/people"
)

// This file has what stands in the rooms' slots where the room behind has
// other words for the same.

// offers lists what can be applied for: what the catalog gives now.
func offers(q db.Q, _ calendar.Date) ([]intake.Offer, error) {
	programs, benefits, err := catalog.Running(q)
	var out []intake.Offer
	for _, p := range programs {
		out = append(out, intake.Offer{Program: p.ID, Name: p.Name, Hint: p.Description})
	}
	for _, b := range benefits {
		out = append(out, intake.Offer{Program: b.Program, Benefit: b.ID, Name: b.Name, Hint: b.Description})
	}
	return out, err
}

// itemKind is an application's item, as assessment knows it.
const itemKind = "application_item"

// appliedFor tells assessment what an application's item asks for.
func appliedFor(q db.Q, a access.Actor, now calendar.Time, id db.ID) (assessment.Item, error) {
	i, x, err := intake.SeeItem(q, a, now, id)
	if err != nil {
		return assessment.Item{}, err
	}
	out := assessment.Item{
		Kind: itemKind, ID: i.ID, RootKind: intake.KindApplication, Root: x.ID, Person: i.Whose(x), SubjectKind: "program", Subject: i.Program,
		Href: intake.Href(intake.KindApplication, x.ID),
	}
	if !i.Benefit.IsZero() {
		out.SubjectKind, out.Subject = "benefit", i.Benefit
	}
	led, err := cases.SourceOf(q, intake.KindApplication, x.ID)
	if err == nil && len(led) > 0 {
		out.Case = led[0].Case
	}
	return out, err
}

// decided closes the item that was decided on.
func decided(tx *op.Tx, d assessment.Decision) error {
	if d.ItemKind != itemKind {
		return nil
	}
	_, err := intake.Decide(tx, d.Item, d.Status == "approved", d.Reasons)
	return err
}

// granted makes what a decision approved.
func granted(room *benefit.Room) func(tx *op.Tx, d assessment.Decision) error {
	return func(tx *op.Tx, d assessment.Decision) error {
		if d.Case.IsZero() {
			return nil
		}
		x := benefit.Approval{Decision: d.ID, Case: d.Case, Person: d.Person, Quantity: d.Quantity, Amount: d.Amount(), From: d.From, Until: d.Until}
		if d.SubjectKind == "benefit" {
			x.Benefit = d.Subject
		} else {
			x.Program = d.Subject
		}
		return room.Grant(tx, x)
	}
}

// assignments tell the referral room what a provider is looked for.
type assignments struct{}

// Load gives an assignment the actor may see.
func (assignments) Load(q db.Q, a access.Actor, now calendar.Time, id db.ID) (referral.AssignmentView, error) {
	x, err := benefit.Load(q, a, now, id)
	if err != nil {
		return referral.AssignmentView{}, err
	}
	known, err := catalog.BenefitOf(q, x.Benefit)
	b := known[x.Benefit]
	return referral.AssignmentView{ID: x.ID, Case: x.Case, Person: x.Person, Benefit: x.Benefit, Name: b.Name, Units: x.Quantity, Unit: b.Unit,
		From: x.From, Until: x.Until}, err
}

// begun lets an assignment begin once a provider is authorized for it.
func begun(room *benefit.Room) func(tx *op.Tx, z referral.Authorization) error {
	return func(tx *op.Tx, z referral.Authorization) error {
		if z.Assignment.IsZero() {
			return nil
		}
		return room.Begin(tx, z.Assignment, z.Provider)
	}
}

// authorizations tell delivery what was authorized.
type authorizations struct{ room *referral.Room }

// Of gives authorizations by id, whoever asks.
func (x authorizations) Of(q db.Q, ids ...db.ID) (map[db.ID]delivery.Authorization, error) {
	found, err := referral.Authorizations(q, ids...)
	if err != nil {
		return nil, err
	}
	list := make([]referral.Authorization, 0, len(found))
	for _, z := range found {
		list = append(list, z)
	}
	out := make(map[db.ID]delivery.Authorization, len(list))
	told, err := x.told(q, list)
	for _, z := range told {
		out[z.ID] = z
	}
	return out, err
}

// Lock holds their rows until the operation ends.
func (authorizations) Lock(tx *op.Tx, ids []db.ID) error {
	return referral.LockAuthorizations(tx, ids)
}

// OfProvider lists those of a provider that run on a day or begin after it.
func (x authorizations) OfProvider(q db.Q, of db.ID, on calendar.Date) ([]delivery.Authorization, error) {
	list, err := referral.ActiveOfProvider(q, of, on)
	if err != nil {
		return nil, err
	}
	return x.told(q, list)
}

// told adds what delivery shows: the benefit, and the person as the provider
// was told of them, never what the record says today.
func (x authorizations) told(q db.Q, list []referral.Authorization) ([]delivery.Authorization, error) {
	var benefits, providers []db.ID
	for _, z := range list {
		benefits, providers = append(benefits, z.Benefit), append(providers, z.Provider)
	}
	shared, err := x.room.SharedOf(q, list)
	if err != nil {
		return nil, err
	}
	known, err := catalog.BenefitOf(q, benefits...)
	if err != nil {
		return nil, err
	}
	contracts, err := provider.ContractsOf(q, providers...)
	out := make([]delivery.Authorization, len(list))
	for i, z := range list {
		rounding := ledger.Floor
		if c, ok := provider.InForce(contracts, z.Provider, z.Benefit, z.From); ok {
			rounding = c.Rounding
		}
		out[i] = delivery.Authorization{
			ID: z.ID, Provider: z.Provider, Referral: z.Referral, Case: z.Case, Person: z.Person, Assignment: z.Assignment, Benefit: z.Benefit,
			Name: shared[z.ID].Name, Kana: shared[z.ID].Kana, Withheld: shared[z.ID].Withheld, Number: z.Number, BenefitName: known[z.Benefit].Name,
			Active: z.Status == "active" || z.Status == "exhausted", Units: z.Units, Rate: ledger.Money{Minor: z.Minor, Currency: z.Currency},
			Rounding: rounding, Hourly: z.Unit == "hour", From: z.From, Until: z.Until,
		}
	}
	slices.SortStableFunc(out, func(a, b delivery.Authorization) int { return slices.Compare(a.ID[:], b.ID[:]) })
	return out, err
}

// scheduleHeld tells whether contract or benefit hold a provider's schedules
// back until the agency approves them.
func scheduleHeld(q db.Q, of, benefitID db.ID, on calendar.Date) (bool, error) {
	c, ok, err := provider.ContractAt(q, of, benefitID, on)
	if err != nil || ok && c.NeedsScheduleApproval {
		return ok && c.NeedsScheduleApproval, err
	}
	known, err := catalog.BenefitOf(q, benefitID)
	return known[benefitID].NeedsScheduleApproval, err
}

// providerNames gives the names of providers.
func providerNames(q db.Q, ids ...db.ID) (map[db.ID]text.Pair, error) {
	cards, err := provider.Cards(q, ids...)
	out := make(map[db.ID]text.Pair, len(cards))
	for id, p := range cards {
		out[id] = p.Name
	}
	return out, err
}

// serviceBegun moves the referrals on of which somebody came to a session.
func serviceBegun(tx *op.Tx, came []delivery.Enrolment) error {
	var referrals []db.ID
	for _, e := range came {
		if !e.Referral.IsZero() {
			referrals = append(referrals, e.Referral)
		}
	}
	return referral.BeginService(tx, referrals)
}

// goalMoved keeps with its goal what a session moved of it.
func goalMoved(tx *op.Tx, p delivery.Progress) error {
	if p.Goal.IsZero() || p.Percent < 0 {
		return nil
	}
	return careplan.Moved(tx, p.Goal, p.Percent, p.Body, "session", p.ID)
}

// ofCase lists whom the papers of a case can concern: the persons who take part
// in it now, the one it is mainly for first.
func ofCase(q db.Q, id db.ID) ([]document.Person, error) {
	list, err := cases.Participants(q, id)
	var ids []db.ID
	for _, x := range list {
		if x.Status != "active" || x.Person.IsZero() || slices.Contains(ids, x.Person) {
			continue
		}
		if x.Role == "main" {
			ids = slices.Insert(ids, 0, x.Person)
			continue
		}
		ids = append(ids, x.Person)
	}
	if err != nil {
		return nil, err
	}
	return persons(q, ids...)
}

// ofPerson is the one person whom their papers concern.
func ofPerson(q db.Q, id db.ID) ([]document.Person, error) { return persons(q, id) }

func persons(q db.Q, ids ...db.ID) ([]document.Person, error) {
	known, err := people.CardsOf(q, ids...)
	if err != nil {
		return nil, err
	}
	spoken, err := people.LanguagesOf(q, ids...)
	out := make([]document.Person, len(ids))
	for i, id := range ids {
		out[i] = document.Person{ID: id, Name: known[id].Name, Languages: spoken[id], Prohibited: known[id].ContactProhibited}
	}
	return out, err
}

// papersCame tells at every stage of a case whether the papers came that were
// asked for as required. It holds nobody up: help does not wait for a paper.
func papersCame(q db.Q, c cases.Case) ([]cases.Criterion, error) {
	n, err := document.Needs(q, "case", c.ID)
	if err != nil || n.Required == 0 {
		return nil, err
	}
	return []cases.Criterion{{Stage: c.Stage, Key: "document.criterion", Args: map[string]any{"n": n.Missing}, Met: n.Missing == 0, Href: recordAt("case", c.ID)}}, nil
}
