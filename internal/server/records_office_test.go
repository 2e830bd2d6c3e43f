package server_test

import (
	"strings"

	"kizuna/internal/ground/db"
	"kizuna/internal/office/document"
	"kizuna/internal/resident/people"
)

// officeRecords are the samples of papers: of a case, asked for and come in.
func (s *sample) officeRecords() map[string][]variant {
	return map[string][]variant{
		"documents/{id}": {
			{"asked for", func() string { return s.document(false, "") }}, {"come in", func() string { return s.document(false, "見本") }},
			{"restricted", func() string { return s.document(true, "見本") }},
		},
		"interests/{id}": {{"", s.interest}},
	}
}

func init() {
	for pattern, body := range map[string]string{
		"/api/v1/documents/{id}/receive":  `{"file_id":"` + db.NewID().String() + `"}`,
		"/api/v1/documents/{id}/reject":   `{"reason":"見本","version":1}`,
		"/api/v1/documents/{id}/void":     `{"reason":"見本","version":1}`,
		"/api/v1/documents/{id}/waive":    `{"reason":"見本","version":1}`,
		"/api/v1/interests/{id}/end":      `{"reason":"見本"}`,
		"/api/v1/interests/{id}/void":     `{"reason":"見本"}`,
		"/api/v1/interests/{id}/match":    `{"person_id":"` + db.NewID().String() + `"}`,
		"/api/v1/documents/{id}/add_file": `{"file_id":"` + db.NewID().String() + `"}`,
	} {
		bodies[pattern] = body
	}
}

// interest is what keeps another user from one of the caseworker's residents.
func (s *sample) interest() string {
	s.t.Helper()
	x, err := s.srv.Rooms.People.RecordInterest(s.t.Context(), s.as("supervisor").actor,
		people.InterestInput{User: s.as("intake_worker").actor.ID, Person: db.MustID(s.resident(false)), Kind: "family"})
	return s.id(x.ID, err)
}

// document is a paper of a case, with what stands in it.
func (s *sample) document(restricted bool, content string) string {
	s.t.Helper()
	ctx, a, room := s.t.Context(), s.as("caseworker").actor, s.srv.Rooms.Documents
	in := document.Input{Title: "見本", Kind: "other", OwnerKind: "case", Owner: s.caseFile(restricted).ID}
	if content != "" {
		f, err := room.Upload(ctx, a, "sample.txt", "text/plain", strings.NewReader(content))
		s.must(err)
		in.File = f.ID
	}
	x, err := room.Create(ctx, a, in)
	return s.id(x.ID, err)
}
