package server_test

import (
	"flag"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"kizuna/internal/ground/db"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/kizunatest"
	"kizuna/internal/network/delivery"
	"kizuna/internal/network/referral"
)

// Each run of the property goes through referral, delivery and the case, so a
// few tell; -rapid.checks asks for more.
func init() {
	if err := flag.Set("rapid.checks", "20"); err != nil {
		panic(err)
	}
}

// TestDeliveryExhaustsTheAuthorization marks, corrects and voids attendance in
// any order: an authorization is exhausted exactly while all its units are
// delivered, its case is asked about it exactly then, and both sides read what
// is left.
func TestDeliveryExhaustsTheAuthorization(t *testing.T) {
	eachSample(t, func(t *testing.T, s *sample) {
		rapid.Check(t, s.deliverAnyhow)
		kizunatest.Intact(t, s.srv.Run)
	})
}

func (s *sample) deliverAnyhow(rt *rapid.T) {
	ctx, room := s.t.Context(), s.srv.Rooms.Delivery
	provider, boss, worker := s.as("provider_manager").actor, s.as("supervisor").actor, s.as("caseworker").actor
	z := s.authorization("midori") // two sessions
	var sessions []delivery.Session
	marked := make([]ledger.Quantity, 3) // the model: what each session delivered
	gone := make([]bool, 3)
	for i := range marked {
		x, err := room.Book(ctx, provider, delivery.SessionInput{Title: "見本", On: "2026-11-24", Starts: fmt.Sprintf("%02d:00", 9+i), Minutes: 60})
		s.must(err)
		in := delivery.EnrolInput{Sessions: []db.ID{x.ID}, Authorizations: []db.ID{z.ID}}
		if i == 2 {
			in.Override = "見本"
			_, err = room.Enrol(ctx, boss, in)
		} else {
			_, err = room.Enrol(ctx, provider, in)
		}
		s.must(err)
		sessions = append(sessions, x)
	}
	for range rapid.IntRange(1, 8).Draw(rt, "steps") {
		i := rapid.IntRange(0, 2).Draw(rt, "session")
		if gone[i] {
			continue
		}
		r, err := room.Roster(ctx, provider, sessions[i].ID)
		s.must(err)
		place := r.Seats[0].Enrolment
		switch what := rapid.SampledFrom([]string{"attended", "absent", "excused", "half", "void"}).Draw(rt, "step"); what {
		case "void":
			_, err = room.Void(ctx, boss, place.ID, delivery.ReasonInput{Reason: "見本", Version: place.Version})
			marked[i], gone[i] = 0, true
		default:
			mark := delivery.MarkInput{Enrolment: place.ID, Outcome: what}
			marked[i] = map[string]ledger.Quantity{"attended": ledger.Units(1), "half": 500}[what]
			if what == "half" {
				mark.Outcome, mark.Quantity = "late", &marked[i]
			}
			_, err = room.Attend(ctx, provider, sessions[i].ID, delivery.AttendInput{Marks: []delivery.MarkInput{mark}})
		}
		s.must(err)
		s.exhaustedWhen(rt, z, marked[0]+marked[1]+marked[2])
	}
	f, err := s.srv.Rooms.Referrals.Get(ctx, worker, z.Referral)
	s.must(err)
	if want := max(0, z.Units-marked[0]-marked[1]-marked[2]); f.Left[z.ID] != want {
		rt.Errorf("%v left, want %v", f.Left[z.ID], want)
	}
}

// exhaustedWhen compares an authorization and the prompt of its case with what
// was delivered.
func (s *sample) exhaustedWhen(rt *rapid.T, z referral.Authorization, delivered ledger.Quantity) {
	want := map[bool]string{true: "exhausted", false: "active"}[delivered >= z.Units]
	now, err := s.srv.Rooms.Referrals.Authorization(s.t.Context(), s.as("provider_manager").actor, z.ID)
	s.must(err)
	if now.Status != want {
		rt.Fatalf("%s with %v of %v delivered", now.Status, delivered, z.Units)
	}
	f, err := s.srv.Rooms.Cases.Get(s.t.Context(), s.as("caseworker").actor, z.Case)
	s.must(err)
	asked := false
	for _, p := range f.Prompts {
		asked = asked || p.Kind == "referral.prompt.exhausted" && strings.HasSuffix(p.Href, z.Referral.String())
	}
	if asked != (want == "exhausted") {
		rt.Errorf("asked %v while %s", asked, want)
	}
}
