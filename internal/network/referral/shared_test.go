package referral_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/network/referral"
	"kizuna/internal/resident/consent"
	"kizuna/internal/resident/people"
)

// shared is how a provider may call the person of an authorization.
func (c *city) shared(t *testing.T, z referral.Authorization) (out referral.Shared, known bool) {
	t.Helper()
	if err := c.run.Data.Read(ctx, func(q *db.Reader) error {
		all, err := c.room.SharedOf(q, []referral.Authorization{z})
		out, known = all[z.ID]
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return out, known
}

// TestSharedIsWhatThePacketHeld lets providers call a person by what was sent
// to them and by nothing else, whatever fields were covered and whatever the
// person is called since; on every basis, and by nothing where no packet went.
func TestSharedIsWhatThePacketHeld(t *testing.T) {
	each(t, func(t *testing.T, c *city) {
		c.agree(t, consent.Fields...)
		subsets := rapid.SliceOfNDistinct(rapid.SampledFrom(consent.Fields), 1, len(consent.Fields), rapid.ID[string])
		all := [][]string{{"name"}, {"kana"}, {"name", "kana"}, {"needs"}}
		for seed := range 3 {
			all = append(all, subsets.Example(seed))
		}
		for i, fields := range all {
			x := c.draft(t)
			cover := coverOf(x, fields...)
			if i%2 == 1 {
				cover.Basis, cover.Provision = consent.ByLaw, "生活困窮者自立支援法 第9条"
			}
			x = must(c.room.Cover(ctx, c.worker, x.ID, cover))(t)
			x = must(c.room.Send(ctx, c.worker, x.ID, referral.SendInput{Version: x.Version}))(t)
			list := must(c.room.Get(ctx, c.worker, x.ID))(t).Invitations
			o := c.request(t, 0, list[0].ID, "2026-12-03", 5000)
			z := must(c.room.Approve(ctx, c.worker, list[0].ID, referral.ApproveInput{Version: o.Version}))(t)
			want := referral.Shared{}
			if slices.Contains(fields, "name") {
				want.Name = "丸山 修"
			}
			if slices.Contains(fields, "kana") {
				want.Kana = "マルヤマ オサム"
			}
			if got, known := c.shared(t, z); !known || got != want {
				t.Errorf("with %v: %+v instead of %+v", fields, got, want)
			}
			if i == 2 { // called otherwise since
				file := must(c.people.Get(ctx, c.worker, c.person.ID))(t)
				in := people.EditInput{PersonInput: file.Input(), Version: file.Person.Version}
				in.Names[0].Given = "治"
				must(c.people.Edit(ctx, c.worker, c.person.ID, in))(t)
				if got, _ := c.shared(t, z); got != want {
					t.Errorf("live data reached the provider: %+v", got)
				}
				in.Names[0].Given, in.Version = "修", in.Version+1
				must(c.people.Edit(ctx, c.worker, c.person.ID, in))(t)
			}
		}
		z := must(c.room.AuthorizeEmergency(ctx, c.worker, referral.EmergencyInput{Case: c.file.ID, Provider: c.shops[0].ID, Title: "緊急の一時保護", Units: ledger.Units(3), Unit: "day",
			Price: ledger.Yen(8000), Days: 3, Reason: "今夜の居場所がない", SaidBy: "当直 森"}))(t)
		if got, known := c.shared(t, z); known && got != (referral.Shared{}) {
			t.Errorf("by telephone: %+v", got)
		}
	})
}

// TestSharedEndsWithTheConsent takes the name from a provider at the next read
// once the consent it went out on is withdrawn or has run out, also where the
// help was authorized and goes on; a name that went out by law stays.
func TestSharedEndsWithTheConsent(t *testing.T) {
	each(t, func(t *testing.T, c *city) {
		named := func(basis string) referral.Authorization {
			t.Helper()
			x := c.draft(t)
			cover := coverOf(x, "name", "kana")
			if cover.Basis = basis; basis == consent.ByLaw {
				cover.Provision = "生活困窮者自立支援法 第9条"
			}
			x = must(c.room.Cover(ctx, c.worker, x.ID, cover))(t)
			x = must(c.room.Send(ctx, c.worker, x.ID, referral.SendInput{Version: x.Version}))(t)
			list := must(c.room.Get(ctx, c.worker, x.ID))(t).Invitations
			o := c.request(t, 0, list[0].ID, "2026-12-03", 5000)
			return must(c.room.Approve(ctx, c.worker, list[0].ID, referral.ApproveInput{Version: o.Version}))(t)
		}
		whole := referral.Shared{Name: "丸山 修", Kana: "マルヤマ オサム"}
		given := c.agree(t, "name", "kana")
		byConsent, byLaw := named(consent.ByConsent), named(consent.ByLaw)
		calls := func(when string, z referral.Authorization, want referral.Shared) {
			t.Helper()
			if got, _ := c.shared(t, z); got != want {
				t.Errorf("%s: called %+v instead of %+v", when, got, want)
			}
		}
		calls("while it stands", byConsent, whole)
		must(c.consents.Withdraw(ctx, c.worker, given.ID, consent.WithdrawInput{Version: given.Version}))(t)
		calls("after it was withdrawn", byConsent, referral.Shared{Withheld: true})
		calls("by law, after it was withdrawn", byLaw, whole)
		must(c.consents.Give(ctx, c.worker, consent.Input{Person: c.person.ID, Fields: []string{"name", "kana"}, Recipients: []string{consent.AnyInvited},
			Purpose: "グリーフカウンセリングの紹介", How: "paper", Until: "2026-12-31"}))(t)
		calls("after another was given", byConsent, referral.Shared{Withheld: true})
		again := named(consent.ByConsent)
		c.clock.Set(calendar.Moment("2026-12-31", 23, 59, calendar.Tokyo))
		calls("on its last day", again, whole)
		c.clock.Set(calendar.Moment("2027-01-01", 0, 0, calendar.Tokyo))
		calls("after it ran out", again, referral.Shared{Withheld: true})
	})
}
