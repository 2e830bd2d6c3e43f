package server_test

import (
	"sync"

	"kizuna/internal/casework/benefit"
	"kizuna/internal/casework/careplan"
	"kizuna/internal/casework/catalog"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/ground/text"
	"kizuna/internal/network/provider"
	"kizuna/internal/resident/consent"
	"kizuna/internal/resident/form"
)

// helpRecords are the samples of what help there is, what was planned and who delivers it.
func (s *sample) helpRecords() map[string][]variant {
	goal := []variant{{"", func() string { return s.plan("goal") }}}
	definition := []variant{{"", s.goalDefinition}}
	rule, plan := []variant{{"", s.rule}}, []variant{{"", func() string { return s.plan("") }}}
	agreement := []variant{{"", func() string { return s.plan("agreement") }}}
	// first is the provider whose rows are asked for at addresses below its own.
	first := sync.OnceValue(func() string { return s.shop("") })
	return map[string][]variant{
		"programs/{id}":          {{"", s.program}},
		"benefits/{id}":          {{"", s.benefit}},
		"funds/{id}":             {{"", s.fund}},
		"rates/{id}":             {{"", s.rate}},
		"rules/{id}":             rule,
		"eligibility-rules/{id}": rule,
		"specialties/{id}":       {{"", s.specialty}},
		"goal-definitions/{id}":  definition,
		"admin/goals/{id}":       definition,
		"forms/{id}":             {{"", s.form}},
		"sections/{section}":     {{"", func() string { return "1" }}}, // of a form, by its place
		"consents/{id}":          {{"", s.consent}},
		"disclosures/{id}":       {{"", s.emergency}},

		"care-plans/{id}":      plan,
		"plans/{id}":           plan,
		"goals/{id}":           goal,
		"plan-tasks/{id}":      {{"", func() string { return s.plan("task") }}},
		"plan-agreements/{id}": agreement,
		"agreements/{id}":      agreement,
		"plan-templates/{id}":  {{"", s.planTemplate}},

		"benefit-assignments/{id}": {{"", s.assignment}},

		"providers/{id}":    {{"", first}, {"own", func() string { return s.provider["midori"].String() }}},
		"sites/{row}":       {{"", func() string { return s.partOf(first(), "site") }}},
		"offerings/{row}":   {{"", func() string { return s.partOf(first(), "offering") }}},
		"contracts/{row}":   {{"", func() string { return s.partOf(first(), "contract") }}},
		"credentials/{row}": {{"", func() string { return s.partOf(first(), "credential") }}},
		"sites/{id}":        {{"", func() string { return s.shop("site") }}},
		"offerings/{id}":    {{"", func() string { return s.shop("offering") }}},
		"contracts/{id}":    {{"", func() string { return s.shop("contract") }}},
		"credentials/{id}":  {{"", func() string { return s.shop("credential") }}},
	}
}

// manager is the one who says what help there is.
func (s *sample) manager() access.Actor { return s.as("program_manager").actor }

func (s *sample) program() string {
	s.t.Helper()
	x, err := s.srv.Rooms.Catalog.CreateProgram(s.t.Context(), s.manager(), catalog.ProgramInput{Key: "p" + s.count(), Name: text.Both("見本")})
	return s.id(x.ID, err)
}

func (s *sample) benefitOf() catalog.Benefit {
	s.t.Helper()
	x, err := s.srv.Rooms.Catalog.CreateBenefit(s.t.Context(), s.manager(), catalog.BenefitInput{Key: "b" + s.count(), Name: text.Both("見本"), Kind: "service", Unit: "回", Quantity: ledger.Units(5)})
	s.must(err)
	return x
}

func (s *sample) benefit() string { return s.benefitOf().ID.String() }

func (s *sample) fund() string {
	s.t.Helper()
	x, err := s.srv.Rooms.Catalog.CreateFund(s.t.Context(), s.as("finance_officer").actor, catalog.FundInput{Code: "f" + s.count(), Name: text.Both("見本"), YearFrom: "2026-04-01"})
	return s.id(x.ID, err)
}

func (s *sample) rate() string {
	s.t.Helper()
	x, err := s.srv.Rooms.Catalog.CreateRate(s.t.Context(), s.manager(), catalog.RateInput{Benefit: s.benefitOf().ID, Unit: "session", Price: ledger.Yen(5000), From: "2026-04-01"})
	return s.id(x.ID, err)
}

func (s *sample) rule() string {
	s.t.Helper()
	x, err := s.srv.Rooms.Catalog.CreateRule(s.t.Context(), s.manager(), catalog.RuleInput{SubjectKind: "benefit", Subject: s.benefitOf().ID, Name: text.Both("見本")})
	return s.id(x.ID, err)
}

func (s *sample) specialty() string {
	s.t.Helper()
	x, err := s.srv.Rooms.Catalog.CreateSpecialty(s.t.Context(), s.manager(), catalog.SpecialtyInput{Code: "s" + s.count(), Name: text.Both("見本")})
	return s.id(x.ID, err)
}

func (s *sample) goalDefinition() string {
	s.t.Helper()
	x, err := s.srv.Rooms.Catalog.CreateGoal(s.t.Context(), s.manager(), catalog.GoalInput{Key: "g" + s.count(), Name: text.Both("見本")})
	return s.id(x.ID, err)
}

func (s *sample) form() string {
	s.t.Helper()
	x, err := s.srv.Rooms.Forms.Create(s.t.Context(), s.manager(), form.FormInput{Key: "q" + s.count(), Title: text.Both("見本"), Definition: form.Definition{
		Sections: []form.Section{{Key: "home", Title: text.Both("住まい"), Questions: []form.Question{{Key: "unstable", Kind: "yes_no", Label: text.Both("不安定")}}}},
	}})
	return s.id(x.ID, err)
}

func (s *sample) consent() string {
	s.t.Helper()
	person, err := db.ParseID(s.resident(false))
	s.must(err)
	x, err := s.srv.Rooms.Consents.Give(s.t.Context(), s.as("caseworker").actor, consent.Input{Person: person, Fields: []string{"name"}, Recipients: []string{consent.AnyInvited}, Purpose: "見本", How: "paper"})
	return s.id(x.ID, err)
}

// emergency is what left about a resident in an emergency.
func (s *sample) emergency() string {
	s.t.Helper()
	person, err := db.ParseID(s.resident(false))
	s.must(err)
	x, err := s.srv.Rooms.Consents.Record(s.t.Context(), s.as("caseworker").actor, consent.DisclosureInput{Person: person, Fields: []string{"name"},
		RecipientKind: "agency", RecipientName: "見本", Basis: consent.ByEmergency, Reason: "見本"})
	return s.id(x.ID, err)
}

// plan makes a care plan, and answers it or one of its parts.
func (s *sample) plan(part string) string {
	s.t.Helper()
	ctx, a, room := s.t.Context(), s.as("caseworker").actor, s.srv.Rooms.CarePlans
	p, err := room.Make(ctx, a, s.caseFile(false).ID, careplan.MakeInput{Title: "見本"})
	s.must(err)
	g, err := room.AddGoal(ctx, a, p.ID, careplan.GoalInput{Label: "見本"})
	s.must(err)
	switch part {
	case "goal":
		return g.ID.String()
	case "task":
		x, err := room.AddTask(ctx, a, p.ID, careplan.TaskInput{Goal: g.ID, Party: "resident", Title: "見本"})
		return s.id(x.ID, err)
	case "agreement":
		now, err := room.Get(ctx, a, p.ID)
		s.must(err)
		_, err = room.Propose(ctx, a, p.ID, now.Plan.Version)
		s.must(err)
		asked, err := room.Agreements(ctx, a, careplan.Asked{Parent: p.ID, Limit: 5})
		s.must(err)
		if len(asked) == 0 {
			s.t.Fatal("nobody is asked to agree to the plan")
		}
		return asked[0].ID.String()
	}
	return p.ID.String()
}

func (s *sample) planTemplate() string {
	s.t.Helper()
	x, err := s.srv.Rooms.CarePlans.CreateTemplate(s.t.Context(), s.manager(), careplan.TemplateInput{Code: "t" + s.count(), Name: text.Both("見本")})
	return s.id(x.ID, err)
}

func (s *sample) assignment() string {
	s.t.Helper()
	c := s.caseFile(false)
	b := s.benefitOf()
	_, err := s.srv.Rooms.Catalog.StepBenefit(s.t.Context(), s.manager(), b.ID, "activate", catalog.Step{Version: b.Version})
	s.must(err)
	x, err := s.srv.Rooms.Benefits.Propose(s.t.Context(), s.as("caseworker").actor, c.ID, benefit.ProposeInput{Benefit: b.ID})
	return s.id(x.ID, err)
}

// shop makes a provider, and answers it or one of its parts.
func (s *sample) shop(part string) string {
	s.t.Helper()
	p, err := s.srv.Rooms.Providers.Create(s.t.Context(), s.manager(), provider.Input{Name: text.Both("見本" + s.count())})
	return s.partOf(s.id(p.ID, err), part)
}

// partOf is something that belongs to a provider: a contract, a credential, a site, an offering; the provider itself
// when none is named.
func (s *sample) partOf(shop, part string) string {
	s.t.Helper()
	ctx, a, room, of := s.t.Context(), s.manager(), s.srv.Rooms.Providers, db.MustID(shop)
	switch part {
	case "contract":
		x, err := room.DraftContract(ctx, a, provider.ContractInput{Provider: of, Kind: "unit_price", Unit: "session", Price: ledger.Yen(5000), From: "2026-04-01"})
		return s.id(x.ID, err)
	case "credential":
		x, err := room.EnterCredential(ctx, a, provider.CredentialInput{Provider: of, Kind: "licence"})
		return s.id(x.ID, err)
	case "site", "offering":
		site, err := room.AddSite(ctx, a, provider.SiteInput{Provider: of, Name: text.Both("本部"), Address: "みなと市栄町1-1"})
		s.must(err)
		if part == "site" {
			return site.ID.String()
		}
		x, err := room.AddOffering(ctx, a, provider.OfferingInput{Site: site.ID, Name: text.Both("見本"), Openings: 1})
		return s.id(x.ID, err)
	}
	return shop
}
