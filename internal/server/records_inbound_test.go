package server_test

import (
	"strings"

	"kizuna/internal/casework/intake"
	"kizuna/internal/ground/db"
)

// inboundRecords make samples of what inbound referrals come by.
func (s *sample) inboundRecords() map[string][]variant {
	link := func(secret bool) func() string {
		return func() string {
			s.t.Helper()
			x, err := s.srv.Rooms.Intake.MakeLink(s.t.Context(), s.as("intake_worker").actor, intake.LinkInput{Source: "見本病院"})
			s.must(err)
			if secret {
				return x.Secret
			}
			return x.ID.String()
		}
	}
	return map[string][]variant{
		"links/{id}":         {{"", link(false)}},
		"inbound-links/{id}": {{"", link(false)}},
		"refer/{token}":      {{"", link(true)}},
		"referral/{page}":    is("papers"),
		"referral/{row}":     is("0"),
		"lists/{id}":         {{"", s.inboundList}},
		"inbound-lists/{id}": {{"", s.inboundList}},
		"leave/{deed}":       {{"", func() string { return db.NewID().String() }}},
	}
}

func (s *sample) inboundList() string {
	s.t.Helper()
	x, err := s.srv.Rooms.Intake.BringList(s.t.Context(), s.as("intake_worker").actor, intake.ListInput{Source: "見本病院"}, strings.NewReader("氏名,困りごと\n見本"+s.count()+" 名簿,見本\n"))
	return s.id(x.ID, err)
}
