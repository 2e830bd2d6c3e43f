package server_test

import (
	"fmt"
	"strings"

	"kizuna/internal/casework/intake"
	"kizuna/internal/ground/db"
)

// onCase is what came in and joined a case: the case, and the version since.
type onCase struct {
	of      db.ID
	version int64
}

// joined makes what came in and lets it join the caseworker's case, so that a step on it comes as
// far as the record.
func (s *sample) joined(kind string, make func() string) func() string {
	return func() string {
		s.t.Helper()
		room, a, ctx, x := s.srv.Rooms.Intake, s.as("intake_worker").actor, s.t.Context(), make()
		id, of, in := db.MustID(x), s.caseFile(false).ID, intake.JoinInput{Version: 1}
		in.Case = of
		var err error
		switch kind {
		case intake.KindComplaint:
			_, err = room.JoinComplaint(ctx, a, id, in)
		case intake.KindInquiry:
			_, err = room.JoinInquiry(ctx, a, id, in)
		case intake.KindReferral:
			_, err = room.JoinReferral(ctx, a, id, in)
		case intake.KindApplication:
			in.Version = 2
			_, err = room.JoinApplication(ctx, a, id, in)
		}
		s.must(err)
		s.must(s.srv.Run.Data.Read(ctx, func(q *db.Reader) error {
			n, err := db.One[int64](q, "SELECT version FROM "+kind+" WHERE id = ?", id)
			s.onCases[x] = onCase{of, n}
			return err
		}))
		return x
	}
}

// applied is an application that was sent in.
func (s *sample) applied() string {
	s.t.Helper()
	x, err := s.srv.Rooms.Intake.Apply(s.t.Context(), s.as("intake_worker").actor,
		intake.ApplicationInput{Person: s.person["osamu"], Channel: "counter", Items: []intake.ItemInput{{Label: "見本"}}})
	return s.id(x.ID, err)
}

// caseOf is the case that what an address names has joined; none such where it joined none.
func (s *sample) caseOf(target string) (onCase, bool) {
	for _, part := range strings.Split(target, "/") {
		if x, ok := s.onCases[part]; ok {
			return x, true
		}
	}
	return onCase{of: db.MustID("00000000-0000-7000-8000-00000000cafe"), version: 1}, false
}

// version is that of what an address names: 1, unless it has moved on by joining a case.
func (s *sample) version(target string) string {
	x, _ := s.caseOf(target)
	return fmt.Sprint(x.version)
}

// withCase puts the case that a body speaks of into it.
func (s *sample) withCase(body, target string) string {
	x, _ := s.caseOf(target)
	return strings.NewReplacer("{case}", x.of.String(), "{version}", fmt.Sprint(x.version)).Replace(body)
}

// formBody is what a page's form is sent with; all others are sent empty.
func (s *sample) formBody(pattern, target string) string {
	return s.withCase(forms[pattern], target)
}

var forms = map[string]string{
	"/desk/intake/complaints/{id}/report":  "version={version}&authority=見本&told=見本",
	"/desk/intake/complaints/{id}/respond": "version={version}&answer=見本",
}

func init() {
	for _, kind := range []string{"complaints", "inquiries", "inbound-referrals", "applications"} {
		bodies["/api/v1/"+kind+"/{id}/leave"] = `{"case_id":"{case}","reason":"見本"}`
		forms["/desk/intake/"+kind+"/{id}/leave"] = "version={version}&case_id={case}&reason=見本"
	}
	bodies["/api/v1/complaints/{id}/report"] = `{"authority":"見本","told":"見本"}`
	bodies["/api/v1/complaints/{id}/respond"] = `{"answer":"見本"}`
}
