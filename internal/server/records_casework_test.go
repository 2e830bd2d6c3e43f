package server_test

import (
	"kizuna/internal/casework/assessment"
	"kizuna/internal/casework/benefit"
	"kizuna/internal/casework/careplan"
	"kizuna/internal/casework/cases"
	"kizuna/internal/casework/catalog"
	"kizuna/internal/casework/intake"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/ground/rule"
	"kizuna/internal/ground/text"
	"kizuna/internal/resident/consent"
	"kizuna/internal/resident/form"
)

// caseworkRecords are the samples of what is found out, decided and followed in a case.
func (s *sample) caseworkRecords() map[string][]variant {
	assessed := func(restricted bool) func() string {
		return func() string { return s.assessment(s.caseFile(restricted)) }
	}
	return map[string][]variant{
		"assessments/{id}":        {{"", assessed(false)}, {"restricted", assessed(true)}},
		"needs/{id}":              {{"", s.need}},
		"determinations/{id}":     {{"", s.determination}},
		"decisions/{id}":          {{"", s.decision}},
		"program-enrolments/{id}": {{"", s.enrolled}},
		"recertifications/{id}":   {{"", s.recertification}},
		"reviews/{id}":            {{"", func() string { return s.agreed(s.caseFile(false)).Reviews[0].ID.String() }}},
		"my/plan-tasks/{id}":      {{"", func() string { return s.agreed(s.residentCase()).Tasks[0].ID.String() }}},
		"my/plan/{id}":            {{"", func() string { return s.proposed(s.residentCase()).Agreements[0].ID.String() }}},
		"my/consents/{id}":        {{"", s.residentConsent}},
		"form-responses/{id}":     {{"", func() string { return s.answers(false) }}, {"restricted", func() string { return s.answers(true) }}},
		"attach/{question}":       is("papers"),
		"sign/{question}":         is("signed"),
		"files/{file}":            {{"", func() string { return db.NewID().String() }}}, // one that the response does not hold
	}
}

func init() {
	for pattern, body := range map[string]string{
		"/api/v1/assessments/{id}/override":        `{"band":"","reason":"見本"}`,
		"/api/v1/assessments/{id}/cancel":          `{"reason":"見本"}`,
		"/api/v1/needs/{id}/defer":                 `{"reason":"見本","review_on":"2026-12-24"}`,
		"/api/v1/form-responses/{id}/cancel":       `{"reason":"見本"}`,
		"/api/v1/form-responses/{id}/sign":         `{"question":"signed","name":"見本","capacity":"self","agreed":true}`,
		"/api/v1/form-responses/{id}/take_over":    `{"take":{"asked":"correct"}}`,
		"/api/v1/program-enrolments/{id}/deny":     `{"reason":"見本"}`,
		"/api/v1/program-enrolments/{id}/withdraw": `{"reason":"見本"}`,
		"/api/v1/program-enrolments/{id}/void":     `{"reason":"見本"}`,
		"/api/v1/recertifications/{id}/recertify":  `{"note":"見本"}`,
		"/api/v1/recertifications/{id}/lapse":      `{"note":"見本"}`,
		"/api/v1/reviews/{id}/do":                  `{"moved":"見本"}`,
		"/api/v1/reviews/{id}/move":                `{"due_on":"2026-12-24","reason":"見本"}`,
	} {
		bodies[pattern] = body
	}
}

// question is a form that anybody may be asked, with room for papers and a signature.
func (s *sample) question() string {
	s.t.Helper()
	ctx, admin, room := s.t.Context(), s.as("administrator").actor, s.srv.Rooms.Forms
	key := "asked" + s.count()
	f, err := room.Create(ctx, admin, form.FormInput{Key: key, Title: text.Both("見本"), Purpose: "assessment", Definition: form.Definition{
		Sections: []form.Section{{Key: "home", Title: text.Both("住まい"), Questions: []form.Question{{Key: "unstable", Kind: "yes_no", Label: text.Both("不安定")},
			{Key: "papers", Kind: "file", Label: text.Both("書類")}, {Key: "signed", Kind: "signature", Label: text.Both("署名")}}}},
	}})
	s.must(err)
	_, err = room.Publish(ctx, admin, f.ID, f.Version)
	s.must(err)
	return key
}

func (s *sample) assessment(c cases.Case) string {
	s.t.Helper()
	x, err := s.srv.Rooms.Assessments.Begin(s.t.Context(), s.as("caseworker").actor, assessment.BeginInput{Case: c.ID, FormKey: s.question()})
	return s.id(x.ID, err)
}

func (s *sample) answers(restricted bool) string {
	s.t.Helper()
	person, err := db.ParseID(s.resident(restricted))
	s.must(err)
	x, err := s.srv.Rooms.Forms.Begin(s.t.Context(), s.as("caseworker").actor, form.BeginInput{FormKey: s.question(), Person: person})
	return s.id(x.ID, err)
}

func (s *sample) need() string {
	s.t.Helper()
	x, err := s.srv.Rooms.Assessments.Identify(s.t.Context(), s.as("caseworker").actor, assessment.NeedInput{Case: s.caseFile(false).ID, Kind: "housing"})
	return s.id(x.ID, err)
}

// running is a benefit that is given.
func (s *sample) running(in catalog.BenefitInput) catalog.Benefit {
	s.t.Helper()
	ctx, room, a := s.t.Context(), s.srv.Rooms.Catalog, s.as("program_manager").actor
	in.Key, in.Name = "given"+s.count(), text.Both("見本")
	b, err := room.CreateBenefit(ctx, a, in)
	s.must(err)
	b, err = room.StepBenefit(ctx, a, b.ID, "activate", catalog.Step{Version: b.Version})
	s.must(err)
	return b
}

// open is a program that takes people in.
func (s *sample) open() catalog.Program {
	s.t.Helper()
	ctx, room, a := s.t.Context(), s.srv.Rooms.Catalog, s.as("program_manager").actor
	p, err := room.CreateProgram(ctx, a, catalog.ProgramInput{Key: "open" + s.count(), Name: text.Both("見本"), Capacity: 10})
	s.must(err)
	p, err = room.StepProgram(ctx, a, p.ID, "activate", catalog.Step{Version: p.Version})
	s.must(err)
	return p
}

// adults is a rule for whoever is grown up.
func adults() rule.Rule {
	return rule.Rule{
		Conditions: []rule.Condition{{Key: "age", Label: text.Both("18歳以上"), Expr: "age >= 18"}},
		Amount:     "40000",
		Examples:   []rule.Example{{Name: text.Both("見本"), Want: rule.Met, Amount: "40000", Facts: rule.Facts{"age": rule.Whole(58)}}},
	}
}

func (s *sample) determination() string {
	s.t.Helper()
	ctx, room, a := s.t.Context(), s.srv.Rooms.Catalog, s.as("program_manager").actor
	b := s.running(catalog.BenefitInput{Kind: "money"})
	x, err := room.CreateRule(ctx, a, catalog.RuleInput{SubjectKind: "benefit", Subject: b.ID, Name: text.Both("見本"), Rule: adults()})
	s.must(err)
	_, err = room.PublishRule(ctx, a, x.ID, catalog.Step{Version: x.Version})
	s.must(err)
	d, err := s.srv.Rooms.Assessments.Determine(ctx, s.as("caseworker").actor, assessment.DetermineInput{Case: s.caseFile(false).ID, SubjectKind: "benefit", Subject: b.ID})
	return s.id(d.ID, err)
}

// decision is the answer to an application of the resident, denied by the program manager.
func (s *sample) decision() string {
	s.t.Helper()
	ctx, rooms, clerk := s.t.Context(), s.srv.Rooms, s.as("intake_worker").actor
	x, err := rooms.Intake.BeginApplication(ctx, clerk, intake.ApplicationInput{Person: s.person["osamu"], Channel: "counter", Statement: "見本",
		Items: []intake.ItemInput{{Program: s.open().ID}}})
	s.must(err)
	x, err = rooms.Intake.SubmitApplication(ctx, clerk, x.ID, x.Version)
	s.must(err)
	f, err := rooms.Intake.Application(ctx, clerk, x.ID)
	s.must(err)
	d, err := rooms.Assessments.Decide(ctx, s.as("program_manager").actor, assessment.DecideInput{ItemKind: "application_item", Item: f.Items[0].ID, Result: "denied", Reasons: "見本"})
	return s.id(d.ID, err)
}

func (s *sample) enrolled() string {
	s.t.Helper()
	x, err := s.srv.Rooms.Benefits.Apply(s.t.Context(), s.as("caseworker").actor, s.caseFile(false).ID, benefit.ApplyInput{Program: s.open().ID})
	return s.id(x.ID, err)
}

// given is an active assignment of a service.
func (s *sample) given() benefit.Assignment {
	s.t.Helper()
	ctx, room, a := s.t.Context(), s.srv.Rooms.Benefits, s.as("caseworker").actor
	b := s.running(catalog.BenefitInput{Kind: "service", Unit: "session", Quantity: ledger.Units(10), MaxQuantity: ledger.Units(100), RecertifyMonths: 6})
	x, err := room.Propose(ctx, a, s.caseFile(false).ID, benefit.ProposeInput{Benefit: b.ID, Until: "2027-11-23"})
	s.must(err)
	for _, step := range []string{"approve", "activate"} {
		x, err = room.Step(ctx, a, x.ID, step, benefit.StepInput{Version: x.Version})
		s.must(err)
	}
	return x
}

func (s *sample) recertification() string {
	s.t.Helper()
	f, err := s.srv.Rooms.Benefits.Get(s.t.Context(), s.as("caseworker").actor, s.given().ID)
	s.must(err)
	if len(f.Looks) == 0 {
		s.t.Fatal("an active benefit is not looked at again")
	}
	return f.Looks[0].ID.String()
}

// residentCase is a case of the resident who has a sign-in.
func (s *sample) residentCase() cases.Case {
	s.t.Helper()
	c, err := s.srv.Rooms.Cases.Open(s.t.Context(), s.as("intake_worker").actor, cases.OpenInput{Person: s.person["osamu"], Kind: "health",
		Owner: s.as("caseworker").actor.ID, Team: s.teams["community"]})
	s.must(err)
	return c
}

func (s *sample) residentConsent() string {
	s.t.Helper()
	x, err := s.srv.Rooms.Consents.Give(s.t.Context(), s.as("intake_worker").actor, consent.Input{Person: s.person["osamu"], Fields: []string{"name"},
		Recipients: []string{consent.AnyInvited}, Purpose: "見本", How: "paper"})
	return s.id(x.ID, err)
}

// proposed is a plan with a goal and a task of the resident, that waits for everybody's answer.
func (s *sample) proposed(c cases.Case) careplan.File {
	s.t.Helper()
	ctx, room, a := s.t.Context(), s.srv.Rooms.CarePlans, s.as("caseworker").actor
	p, err := room.Make(ctx, a, c.ID, careplan.MakeInput{Title: "見本"})
	s.must(err)
	g, err := room.AddGoal(ctx, a, p.ID, careplan.GoalInput{Label: "見本"})
	s.must(err)
	_, err = room.AddTask(ctx, a, p.ID, careplan.TaskInput{Goal: g.ID, Party: "resident", Title: "見本"})
	s.must(err)
	_, err = room.Propose(ctx, a, p.ID, p.Version)
	s.must(err)
	f, err := room.Get(ctx, a, p.ID)
	s.must(err)
	return f
}

// agreed is a plan that runs, with its first review to come.
func (s *sample) agreed(c cases.Case) careplan.File {
	s.t.Helper()
	ctx, room, a := s.t.Context(), s.srv.Rooms.CarePlans, s.as("caseworker").actor
	f := s.proposed(c)
	for _, x := range f.Agreements {
		_, err := room.Answer(ctx, a, x.ID, "agree", careplan.AnswerInput{How: "paper", SignedName: "見本", Version: x.Version})
		s.must(err)
	}
	_, err := room.Activate(ctx, a, f.Plan.ID, f.Plan.Version)
	s.must(err)
	f, err = room.Get(ctx, a, f.Plan.ID)
	s.must(err)
	return f
}
