package server_test

import (
	"fmt"
	"maps"
	"strings"

	"kizuna/internal/casework/cases"
	"kizuna/internal/casework/intake"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/text"
	"kizuna/internal/office/account"
	"kizuna/internal/office/agency"
	"kizuna/internal/office/task"
	"kizuna/internal/resident/people"
)

func errForbidden() error { return fault.Forbid("") }

func errNotFound(key ...string) error {
	f := *fault.NotFound()
	for _, k := range key {
		f.Key = k
	}
	return &f
}

// records make the samples of every kind of record, through the rooms' own operations. A record is
// the caseworker's of the community team, unless its variant says otherwise. A new room adds the
// parts of its addresses here; a route without a sample fails the matrix.
func (s *sample) records() map[string][]variant {
	all := map[string][]variant{
		"codes/{step}":        is("retire"),
		"extra-fields/{step}": is("retire"),
		"providers/{step}":    is("suspend"),
		"drafts/{form}":       is("sample"),
		"complaint/{page}":    is("others"),
		"complaint/{row}":     is("0"),
		"apply/{page}":        is("household"),
		"apply/{row}":         is("0"),
		"parked/{id}":         {{"", func() string { return db.NewID().String() }}},
		"persons/{id}":        {{"", func() string { return s.resident(false) }}, {"restricted", func() string { return s.resident(true) }}},
		"duplicates/{id}":     {{"", func() string { return s.duplicate(false) }}, {"restricted", func() string { return s.duplicate(true) }}},
		"merges/{id}":         {{"", s.merge}},
		"imports/{id}":        {{"", s.list}},
		"rows/{line}":         is("2"),
		"users/{id}":          {{"staff", func() string { return s.user(access.Caseworker, "community") }}, {"provider", func() string { return s.user(access.ProviderStaff, "midori") }}},
		"keys/{id}":           {{"", s.key}},
		"api-keys/{id}":       {{"", s.key}},
		"sign-ins/{id}":       {{"", s.signIn}},
		"teams/{id}":          {{"", s.team}},
		"codes/{id}":          {{"", s.code}},
		"holidays/{id}":       {{"", s.holiday}},
		"extra-fields/{id}":   {{"", s.extraField}},
		"tasks/{id}":          {{"own", func() string { return s.task(s.as("caseworker").actor.ID, db.ID{}) }}, {"queue", func() string { return s.task(db.ID{}, s.teams["community"]) }}},
		"households/{id}":     {{"", func() string { return s.household(false).Households[0].ID.String() }}, {"restricted", func() string { return s.household(true).Households[0].ID.String() }}},
		"relationships/{id}":  {{"", func() string { return s.relationship(false) }}, {"restricted", func() string { return s.relationship(true) }}},
		"household-members/{id}": {
			{"", func() string { return s.household(false).Households[0].Members[0].ID.String() }},
			{"restricted", func() string { return s.household(true).Households[0].Members[0].ID.String() }},
		},
		"circumstances/{id}": {{"", func() string { return s.circumstance(false) }}, {"restricted", func() string { return s.circumstance(true) }}},

		"cases/{id}":        {{"", func() string { return s.caseFile(false).ID.String() }}, {"restricted", func() string { return s.caseFile(true).ID.String() }}},
		"notes/{id}":        {{"", func() string { return s.note(cases.NoteInput{}) }}, {"draft", func() string { return s.note(cases.NoteInput{Draft: true}) }}, {"confidential", func() string { return s.note(cases.NoteInput{Confidential: true}) }}},
		"participants/{id}": {{"", s.participant}},
		"case-members/{id}": {{"", s.member}},
		"prompts/{id}":      {{"", s.reminder}},

		"complaints/{id}":        {{"", s.complaint}, {"joined", s.joined(intake.KindComplaint, s.complaint)}},
		"inquiries/{id}":         {{"", s.inquiry}, {"joined", s.joined(intake.KindInquiry, s.inquiry)}},
		"inbound-referrals/{id}": {{"", s.inbound}, {"joined", s.joined(intake.KindReferral, s.inbound)}},
		"applications/{id}": {{"", func() string { return s.application("intake_worker", "osamu") }}, {"resident's draft", func() string { return s.application("resident", "") }},
			{"joined", s.joined(intake.KindApplication, s.applied)}},

		"assignments/{id}": {{"", s.handing}},
	}
	for _, wing := range []map[string][]variant{s.helpRecords(), s.caseworkRecords(), s.networkRecords(), s.paymentRecords(), s.officeRecords(), s.inboundRecords()} {
		maps.Copy(all, wing)
	}
	return all
}

// bodies are what calls hold that would be refused for what they lack before any record is looked
// at; all others are sent empty.
var bodies = map[string]string{
	"/api/v1/cases/{id}/back":               `{"reason":"見本"}`,
	"/api/v1/cases/{id}/close":              `{"reason":"見本","ground":"moved"}`,
	"/api/v1/cases/{id}/lost_contact":       `{"reason":"見本","review_on":"2026-12-24"}`,
	"/api/v1/cases/{id}/pause":              `{"reason":"見本","ground":"hospital","review_on":"2026-12-24"}`,
	"/api/v1/cases/{id}/reopen":             `{"reason":"見本"}`,
	"/api/v1/cases/{id}/resolve":            `{"outcome":"goals_met"}`,
	"/api/v1/cases/{id}/restrict":           `{"reason":"見本"}`,
	"/api/v1/cases/{id}/unrestrict":         `{"reason":"見本"}`,
	"/api/v1/cases/{id}/transfer":           `{"reason":"見本","receiver":"港南市"}`,
	"/api/v1/cases/{id}/void":               `{"reason":"見本"}`,
	"/api/v1/imports/{id}/decide":           `{"all":true,"choice":"new"}`,
	"/api/v1/notes/{id}/void":               `{"reason":"見本"}`,
	"/api/v1/persons/{id}/record_death":     `{"died_on":"2026-11-01"}`,
	"/api/v1/persons/{id}/restrict":         `{"reason":"見本"}`,
	"/api/v1/persons/{id}/unrestrict":       `{"reason":"見本"}`,
	"/api/v1/persons/{id}/unprotect":        `{"reason":"見本","until":"2026-11-01"}`,
	"/api/v1/persons/{id}/correct_death":    `{"reason":"見本"}`,
	"/api/v1/tasks/{id}/cancel":             `{"reason":"見本"}`,
	"/api/v1/tasks/{id}/void":               `{"reason":"見本"}`,
	"/api/v1/users/{id}/suspend":            `{"reason":"見本"}`,
	"/api/v1/users/{id}/void":               `{"reason":"見本"}`,
	"/api/v1/household-members/{id}/remove": `{"reason":"見本"}`,
	"/api/v1/relationships/{id}/remove":     `{"reason":"見本"}`,
	"/api/v1/circumstances/{id}/remove":     `{"reason":"見本"}`,
	"/api/v1/households/{id}/void":          `{"reason":"見本"}`,
	"/api/v1/households/{id}/join":          `{"person_id":"` + db.NewID().String() + `","relation":"other","from":"2020-01-01"}`,
	"/api/v1/households/{id}/lead":          `{"person_id":"` + db.NewID().String() + `"}`,
	"/api/v1/households/{id}/move_out":      `{"person_ids":["` + db.NewID().String() + `"],"on":"2020-01-01"}`,
}

// body is what a call of the pattern is sent with.
func (s *sample) body(pattern, target string) string {
	if b, ok := bodies[pattern]; ok {
		return s.withCase(b, target)
	}
	if pattern == "/api/v1/cases/{id}/assign" {
		return `{"owner_id":"` + s.as("caseworker").actor.ID.String() + `"}`
	}
	return "{}"
}

// count numbers samples, so that none is taken for another.
func (s *sample) count() string {
	s.made++
	return fmt.Sprint(s.made)
}

// id is a sample's, when it could be made.
func (s *sample) id(id db.ID, err error) string {
	s.t.Helper()
	s.must(err)
	return id.String()
}

func (s *sample) resident(restricted bool) string {
	s.t.Helper()
	who := s.as("caseworker").actor
	p, err := s.srv.Rooms.People.Create(s.t.Context(), who, people.PersonInput{Names: []people.NameInput{{Kind: "legal", Family: "見本" + s.count(), Given: "住民"}}})
	s.must(err)
	if restricted {
		p, err = s.srv.Rooms.People.Restrict(s.t.Context(), s.as("supervisor").actor, p.ID, p.Version, "見本")
	}
	return s.id(p.ID, err)
}

// household is one person's, with the person as its head.
func (s *sample) household(restricted bool) people.Around {
	s.t.Helper()
	room, who := s.srv.Rooms.People, s.as("caseworker").actor
	if restricted {
		who = s.as("supervisor").actor // who restricted the record sees it
	}
	person := db.MustID(s.resident(restricted))
	_, err := room.CreateHousehold(s.t.Context(), who, people.HouseholdInput{Kind: "living", Members: []people.MemberInput{{Person: person, From: "2020-01-01"}}})
	s.must(err)
	x, err := room.Around(s.t.Context(), who, person, "2026-11-01")
	s.must(err)
	return x
}

// circumstance is one of a resident's.
func (s *sample) circumstance(restricted bool) string {
	s.t.Helper()
	person := db.MustID(s.resident(false))
	x, err := s.srv.Rooms.People.AddCircumstance(s.t.Context(), s.as("caseworker").actor, people.Circumstance{Person: person, Kind: "housing", Housing: "rented", Detail: "見本"})
	s.must(err)
	if restricted {
		_, err = s.srv.Rooms.People.Restrict(s.t.Context(), s.as("supervisor").actor, person, 1, "見本")
		s.must(err)
	}
	return x.ID.String()
}

// relationship is a tie of a person to somebody else of the same caseworker's.
func (s *sample) relationship(restricted bool) string {
	s.t.Helper()
	who := s.as("caseworker").actor
	person, other := db.MustID(s.resident(false)), s.resident(false)
	x, err := s.srv.Rooms.People.Relate(s.t.Context(), who, people.Relationship{Person: person, Other: db.MustID(other), Kind: "perpetrator"})
	s.must(err)
	if restricted {
		_, err = s.srv.Rooms.People.Restrict(s.t.Context(), s.as("supervisor").actor, person, 1, "見本")
		s.must(err)
	}
	return x.ID.String()
}

// duplicate is a person who was registered twice; the second may be restricted then.
func (s *sample) duplicate(restricted bool) string {
	s.t.Helper()
	room, who := s.srv.Rooms.People, s.as("caseworker").actor
	s.made++
	in := people.PersonInput{Names: []people.NameInput{{Kind: "legal", Family: "見本" + s.count(), Given: "二重"}}, BirthDate: calendar.Date("1950-01-01").AddDays(37 * s.made)}
	_, err := room.Create(s.t.Context(), who, in)
	s.must(err)
	second, err := room.Create(s.t.Context(), who, in)
	s.must(err)
	s.must(room.Weigh(s.t.Context(), second.ID))
	found, err := room.Duplicates(s.t.Context(), who, "open", db.ID{}, 1)
	s.must(err)
	if len(found) == 0 {
		s.t.Fatal("the second record was not found")
	}
	if restricted {
		_, err = room.Restrict(s.t.Context(), s.as("supervisor").actor, second.ID, second.Version, "見本")
	}
	return s.id(found[0].ID, err)
}

// merge is two records of one person that were made one.
func (s *sample) merge() string {
	s.t.Helper()
	room, who := s.srv.Rooms.People, s.as("caseworker").actor
	pair, err := db.ParseID(s.duplicate(false))
	s.must(err)
	d, files, err := room.Duplicate(s.t.Context(), who, pair)
	s.must(err)
	m, err := room.Merge(s.t.Context(), who, pair, people.MergeInput{Keep: d.Person, Version: d.Version, First: files[0].Person.Version, Second: files[1].Person.Version})
	return s.id(m.ID, err)
}

// list is a list of persons that was looked through.
func (s *sample) list() string {
	s.t.Helper()
	room, who := s.srv.Rooms.People, s.as("intake_worker").actor
	i, err := room.UploadImport(s.t.Context(), who, "sample.csv", "text/csv", strings.NewReader("氏名\n見本"+s.count()+" 名簿\n"))
	s.must(err)
	_, err = room.CheckImport(s.t.Context(), who, i.ID, people.CheckInput{Version: i.Version})
	s.must(err)
	_, err = s.srv.Worker.Drain(s.t.Context())
	return s.id(i.ID, err)
}

func (s *sample) user(role access.Role, place string) string {
	s.t.Helper()
	in := account.UserInput{Mail: "sample" + s.count() + "@minato.example", Name: text.Pair{JA: "見本", EN: "Sample"}, Roles: []access.Role{role}, Provider: s.provider[place]}
	if team, ok := s.teams[place]; ok {
		in.Teams = []db.ID{team}
	}
	u, err := s.srv.Rooms.Account.CreateUser(s.t.Context(), s.admin, in)
	return s.id(u.ID, err)
}

func (s *sample) key() string {
	s.t.Helper()
	k, err := s.srv.Rooms.Account.CreateKey(s.t.Context(), s.as("caseworker").actor, account.KeyInput{Name: "sample " + s.count(), Roles: []access.Role{access.Caseworker}, Days: 5})
	return s.id(k.ID, err)
}

func (s *sample) signIn() string {
	s.t.Helper()
	token, err := s.srv.Rooms.Account.SignIn(s.t.Context(), account.SignInInput{Mail: s.as("caseworker").mail, Password: password})
	s.must(err)
	in, err := s.srv.Rooms.Account.BySignIn(s.t.Context(), token)
	return s.id(in.Actor.SignIn, err)
}

func (s *sample) team() string {
	s.t.Helper()
	n := s.count()
	x, err := s.srv.Rooms.Agency.CreateTeam(s.t.Context(), s.admin, agency.TeamInput{Name: text.Pair{JA: "見本係" + n, EN: "Sample " + n}})
	return s.id(x.ID, err)
}

func (s *sample) code() string {
	s.t.Helper()
	x, err := s.srv.Rooms.Agency.CreateCode(s.t.Context(), s.admin, agency.CodeInput{List: "sample", Key: "k" + s.count(), Label: text.Pair{JA: "見本", EN: "Sample"}})
	return s.id(x.ID, err)
}

func (s *sample) holiday() string {
	s.t.Helper()
	s.made++
	x, err := s.srv.Rooms.Agency.CreateHoliday(s.t.Context(), s.admin, agency.HolidayInput{Day: calendar.Date("2027-01-01").AddDays(s.made), Name: text.Pair{JA: "見本", EN: "Sample"}})
	return s.id(x.ID, err)
}

func (s *sample) extraField() string {
	s.t.Helper()
	x, err := s.srv.Rooms.Agency.CreateField(s.t.Context(), s.admin, agency.FieldInput{Entity: "person", Key: "x" + s.count(), Kind: "text", Label: text.Pair{JA: "見本", EN: "Sample"}})
	return s.id(x.ID, err)
}

func (s *sample) task(assignee, queue db.ID) string {
	s.t.Helper()
	x, err := s.srv.Rooms.Tasks.Create(s.t.Context(), s.as("caseworker").actor, task.Input{Title: "見本", Assignee: assignee, Queue: queue})
	return s.id(x.ID, err)
}

func (s *sample) caseFile(restricted bool) cases.Case {
	s.t.Helper()
	ctx, room := s.t.Context(), s.srv.Rooms.Cases
	person, err := db.ParseID(s.resident(false))
	s.must(err)
	c, err := room.Open(ctx, s.as("caseworker").actor, cases.OpenInput{Person: person, Kind: "housing"})
	s.must(err)
	if restricted {
		c, err = room.Step(ctx, s.as("supervisor").actor, c.ID, "restrict", cases.StepInput{Version: c.Version, Reason: "見本"})
		s.must(err)
	}
	return c
}

func (s *sample) note(in cases.NoteInput) string {
	s.t.Helper()
	in.Body = "見本"
	n, err := s.srv.Rooms.Cases.AddNote(s.t.Context(), s.as("caseworker").actor, s.caseFile(false).ID, in)
	return s.id(n.ID, err)
}

func (s *sample) participant() string {
	s.t.Helper()
	person, err := db.ParseID(s.resident(false))
	s.must(err)
	p, err := s.srv.Rooms.Cases.AddParticipant(s.t.Context(), s.as("caseworker").actor, s.caseFile(false).ID, cases.ParticipantInput{Person: person, Role: "family"})
	return s.id(p.ID, err)
}

func (s *sample) member() string {
	s.t.Helper()
	m, err := s.srv.Rooms.Cases.AddMember(s.t.Context(), s.as("caseworker").actor, s.caseFile(false).ID, cases.MemberInput{User: s.as("supervisor").actor.ID})
	return s.id(m.ID, err)
}

// reminder is the prompt of a case that is resting.
func (s *sample) reminder() string {
	s.t.Helper()
	ctx, room, a := s.t.Context(), s.srv.Rooms.Cases, s.as("caseworker").actor
	c := s.caseFile(false)
	_, err := room.Step(ctx, a, c.ID, "pause", cases.StepInput{Version: c.Version, Ground: "hospital", ReviewOn: "2026-12-24", Reason: "見本"})
	s.must(err)
	f, err := room.Get(ctx, a, c.ID)
	s.must(err)
	if len(f.Prompts) == 0 {
		s.t.Fatal("a case that rests has no prompt")
	}
	return f.Prompts[0].ID.String()
}

func (s *sample) complaint() string {
	s.t.Helper()
	x, err := s.srv.Rooms.Intake.SubmitComplaint(s.t.Context(), s.as("intake_worker").actor, intake.ComplaintInput{Allegations: []string{"unsafe_housing"}, Body: "見本", Channel: "phone", Discretion: "anonymous"})
	return s.id(x.ID, err)
}

func (s *sample) inquiry() string {
	s.t.Helper()
	x, err := s.srv.Rooms.Intake.ReceiveInquiry(s.t.Context(), s.as("intake_worker").actor, intake.InquiryInput{Channel: "phone", Body: "見本"})
	return s.id(x.ID, err)
}

// handing gives an inquiry to a caseworker, and names the deed.
func (s *sample) handing() string {
	s.t.Helper()
	id := s.inquiry()
	item := intake.Chosen{Kind: intake.KindInquiry, Version: 1}
	item.ID, _ = db.ParseID(id)
	done, err := s.srv.Rooms.Intake.Assign(s.t.Context(), s.as("intake_worker").actor, intake.AssignInput{Items: []intake.Chosen{item}, Owner: s.as("caseworker").actor.ID})
	return s.id(done.Undo, err)
}

func (s *sample) inbound() string {
	s.t.Helper()
	x, err := s.srv.Rooms.Intake.ReceiveReferral(s.t.Context(), s.as("intake_worker").actor, intake.InboundInput{Source: "見本病院", Client: "受入 志帆", Need: "見本", Channel: "letter"})
	return s.id(x.ID, err)
}

func (s *sample) application(who, person string) string {
	s.t.Helper()
	in := intake.ApplicationInput{Person: s.person[person], Channel: "counter", Items: []intake.ItemInput{{Label: "見本"}}}
	x, err := s.srv.Rooms.Intake.BeginApplication(s.t.Context(), s.as(who).actor, in)
	return s.id(x.ID, err)
}
