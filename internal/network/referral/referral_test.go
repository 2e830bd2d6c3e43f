package referral_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kizuna/internal/casework/cases"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/journal"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/text"
	"kizuna/internal/kizunatest"
	"kizuna/internal/network/provider"
	"kizuna/internal/network/referral"
	"kizuna/internal/resident/consent"
	"kizuna/internal/resident/people"
)

var ctx = context.Background()

func TestFlows(t *testing.T) {
	kizunatest.Golden(t, "testdata/flow.txt", referral.Flow.Describe().Matrix()+referral.InvitationFlow.Describe().Matrix()+
		referral.AuthorizationFlow.Describe().Matrix()+referral.MessageFlow.Describe().Matrix())
	for _, d := range flow.All() {
		for _, s := range d.Steps {
			kizunatest.HasWord(t, "step."+d.Entity+"."+s.Name)
		}
		for _, s := range d.Statuses() {
			kizunatest.HasWord(t, "status."+d.Entity+"."+s)
		}
	}
}

// city is an agency with a resident in a case, and three providers.
type city struct {
	run      *op.Runner
	clock    *calendar.Fake
	room     *referral.Room
	people   *people.Room
	consents *consent.Room
	worker   access.Actor
	person   people.Person
	file     cases.Case
	shops    []provider.Provider
	staff    []access.Actor // one of each provider
}

func each(t *testing.T, f func(t *testing.T, c *city)) {
	kizunatest.EachDB(t, func(t *testing.T, data *db.DB) {
		run, clock := kizunatest.Runner(t, data)
		f(t, newCity(t, run, clock))
		kizunatest.Intact(t, run)
	})
}

func newCity(t *testing.T, run *op.Runner, clock *calendar.Fake) *city {
	t.Helper()
	c := &city{run: run, clock: clock, room: referral.New(run), people: people.New(run), consents: consent.New(run), worker: kizunatest.Staff(access.Caseworker)}
	c.consents.OnEnd = append(c.consents.OnEnd, referral.ConsentEnded)
	c.person = must(c.people.Create(ctx, c.worker, people.PersonInput{
		Names:     []people.NameInput{{Family: "丸山", Given: "修", FamilyKana: "マルヤマ", GivenKana: "オサム"}},
		BirthDate: "1968-04-12", Gender: "male", Languages: []string{"ja"}, Interpreter: "jsl",
		Contacts:  []people.ContactInput{{Kind: "mobile", Value: "090-1234-5678"}},
		Addresses: []people.AddressInput{{Kind: "actual", Lines: "みなと市栄町2-14"}},
	}))(t)
	c.file = must(cases.New(run).Open(ctx, c.worker, cases.OpenInput{Person: c.person.ID, Kind: "health", Title: "死別後の支援"}))(t)
	manager, room := kizunatest.Staff(access.ProgramManager), provider.New(run)
	for _, name := range []string{"みどりの相談室", "こころケア港町", "港南メンタルクリニック"} {
		p := must(room.Create(ctx, manager, provider.Input{Name: text.Pair{JA: name}}))(t)
		c.shops = append(c.shops, must(room.Step(ctx, manager, p.ID, "activate", provider.StepInput{Version: p.Version}))(t))
		a := kizunatest.Staff(access.ProviderStaff)
		a.Provider = p.ID
		c.staff = append(c.staff, a)
	}
	return c
}

func must[T any](v T, err error) func(t *testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func (c *city) agree(t *testing.T, fields ...string) consent.Consent {
	t.Helper()
	return must(c.consents.Give(ctx, c.worker, consent.Input{Person: c.person.ID, Fields: fields, Recipients: []string{consent.AnyInvited},
		Purpose: "グリーフカウンセリングの紹介", How: "paper"}))(t)
}

// draft is a referral with providers chosen, not yet covered.
func (c *city) draft(t *testing.T) referral.Referral {
	t.Helper()
	x := must(c.room.Draft(ctx, c.worker, referral.NeedInput{Case: c.file.ID, Title: "グリーフカウンセリング", Language: "jsl",
		Units: ledger.Units(8), Unit: "session", From: "2026-12-01", Until: "2027-05-31"}))(t)
	var list []referral.Invitee
	for i, p := range c.shops {
		list = append(list, referral.Invitee{Provider: p.ID, Fit: int64(5 - i), Metres: int64(1200 * (i + 1))})
	}
	return must(c.room.Choose(ctx, c.worker, x.ID, referral.ChooseInput{Invitees: list, Version: x.Version}))(t)
}

func coverOf(x referral.Referral, fields ...string) referral.CoverInput {
	return referral.CoverInput{Fields: fields, Basis: consent.ByConsent, Summary: "眠れない日が続く", Goals: "週5日眠れる", HealthNote: "聴覚障害", Version: x.Version}
}

// sent is a referral that three providers were asked with, and their
// invitations.
func (c *city) sent(t *testing.T, fields ...string) (referral.Referral, []referral.Invitation) {
	t.Helper()
	x := c.draft(t)
	x = must(c.room.Cover(ctx, c.worker, x.ID, coverOf(x, fields...)))(t)
	x = must(c.room.Send(ctx, c.worker, x.ID, referral.SendInput{Version: x.Version}))(t)
	return x, must(c.room.Get(ctx, c.worker, x.ID))(t).Invitations
}

// TestCoveringAgainAfterMidnight sends the same with its key the day after:
// the days that follow from today are those of the first.
func TestCoveringAgainAfterMidnight(t *testing.T) {
	each(t, func(t *testing.T, c *city) {
		c.agree(t, "name")
		x := c.draft(t)
		once := op.WithKey(ctx, "cover-once")
		first := must(c.room.Cover(once, c.worker, x.ID, coverOf(x, "name")))(t)
		c.clock.Advance(24 * time.Hour)
		again := must(c.room.Cover(once, c.worker, x.ID, coverOf(x, "name")))(t)
		if again.Version != first.Version || again.AnswerBy != first.AnswerBy || again.AnswerBy == "" {
			t.Errorf("version %d until %s, then version %d until %s", first.Version, first.AnswerBy, again.Version, again.AnswerBy)
		}
	})
}

func offer(version int64, day calendar.Date, yen int64) referral.OfferInput {
	return referral.OfferInput{FirstDate: day, Units: ledger.Units(8), Unit: "session", Price: ledger.Yen(yen), Practitioner: "相談員", Version: version}
}

func (c *city) open(t *testing.T, n int, id db.ID) referral.Opened {
	t.Helper()
	return must(c.room.Open(ctx, c.staff[n], id))(t)
}

func (c *city) request(t *testing.T, n int, id db.ID, day calendar.Date, yen int64) referral.Invitation {
	t.Helper()
	o := c.open(t, n, id)
	return must(c.room.RequestAuthorization(ctx, c.staff[n], id, offer(o.Invitation.Version, day, yen)))(t)
}

func count(t *testing.T, run *op.Runner, sql string, args ...any) (n int) {
	t.Helper()
	err := run.Read(ctx, func(q *db.Reader) (err error) {
		n, err = db.One[int](q, sql, args...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func is(t *testing.T, what string, err error, kind fault.Kind, key string) {
	t.Helper()
	f, ok := fault.As(err)
	if !ok || f.Kind != kind || key != "" && f.Key != key && (len(f.Fields) == 0 || f.Fields[0].Key != key) {
		t.Errorf("%s: %v, want %v %s", what, err, kind, key)
	}
}

func TestTheWholeWay(t *testing.T) {
	each(t, func(t *testing.T, c *city) {
		c.agree(t, "name", "needs", "interpreter")
		x, list := c.sent(t, "name", "needs", "interpreter")
		if len(list) != 3 || x.Number == "" || x.AnswerBy != "2026-12-01" {
			t.Fatalf("sent: %+v with %d invitations", x, len(list))
		}
		if n := count(t, c.run, "SELECT COUNT(*) FROM disclosure WHERE person = ?", c.person.ID); n != 3 {
			t.Errorf("%d disclosures", n)
		}
		o := c.open(t, 0, list[0].ID)
		if o.Invitation.Status != "viewed" || o.Closed != "" || o.Packet.Entries[0].Values[0] != "丸山 修" {
			t.Errorf("opened: %s, %q, %+v", o.Invitation.Status, o.Closed, o.Packet)
		}
		a, b := c.request(t, 0, list[0].ID, "2026-11-30", 12000), c.request(t, 1, list[1].ID, "2026-12-03", 13000)
		declined := must(c.room.Decline(ctx, c.staff[2], list[2].ID, referral.DeclineInput{Reason: "full", Note: "予約満了", Version: list[2].Version}))(t)
		if declined.Status != "declined" {
			t.Errorf("declined: %s", declined.Status)
		}
		f := must(c.room.Get(ctx, c.worker, x.ID))(t)
		if best := f.Best[a.ID]; !slices.Equal(best, []string{"fit", "first_date", "cost", "distance"}) || len(f.Best[b.ID]) != 0 {
			t.Errorf("best: %v and %v", best, f.Best[b.ID])
		}
		prompts := count(t, c.run, "SELECT COUNT(*) FROM case_prompt WHERE case_id = ? AND status = 'open' AND kind = 'referral.prompt.answered'", c.file.ID)
		if prompts != 1 {
			t.Errorf("%d prompts to compare", prompts)
		}
		z := must(c.room.Approve(ctx, c.worker, a.ID, referral.ApproveInput{Version: a.Version, Choice: "手話ができる方がよい"}))(t)
		if z.Units != ledger.Units(8) || z.Rate() != ledger.Yen(12000) || z.From != "2026-12-01" || z.Until != "2027-05-31" || z.FirstBy != "2026-11-30" {
			t.Errorf("authorized %+v", z)
		}
		if want := []referral.Year{{Fiscal: 2026, From: "2026-12-01", Until: "2027-03-31"}, {Fiscal: 2027, From: "2027-04-01", Until: "2027-05-31"}}; !slices.Equal(z.Years.V, want) {
			t.Errorf("split %+v", z.Years.V)
		}
		f = must(c.room.Get(ctx, c.worker, x.ID))(t)
		states := []string{f.Referral.Status, f.Invitations[0].Status, f.Invitations[1].Status, f.Invitations[2].Status}
		if !slices.Equal(states, []string{"authorized", "authorized", "not_selected", "declined"}) {
			t.Errorf("afterwards %v", states)
		}
		if f.Referral.Choice != "手話ができる方がよい" {
			t.Errorf("choice %q", f.Referral.Choice)
		}
		if n := count(t, c.run, "SELECT COUNT(*) FROM case_prompt WHERE case_id = ? AND status = 'open'", c.file.ID); n != 0 {
			t.Errorf("%d prompts stay open", n)
		}
		if got := must(c.room.Authorization(ctx, c.staff[0], z.ID))(t); got.ID != z.ID {
			t.Error("the provider does not see what was authorized")
		}
		is(t, "another provider's authorization", errOf(c.room.Authorization(ctx, c.staff[1], z.ID)), fault.KindNotFound, "")
		if o := c.open(t, 1, list[1].ID); o.Closed != "referral.closed.not_selected" || len(o.Packet.Entries) != 0 {
			t.Errorf("who was not selected still reads: %q %+v", o.Closed, o.Packet)
		}
	})
}

func errOf[T any](_ T, err error) error { return err }

func TestSecondApprovalChangesNothing(t *testing.T) {
	each(t, func(t *testing.T, c *city) {
		c.agree(t, "name")
		x, list := c.sent(t, "name")
		a, b := c.request(t, 0, list[0].ID, "2026-12-03", 12000), c.request(t, 1, list[1].ID, "2026-12-03", 11000)
		must(c.room.Approve(ctx, c.worker, a.ID, referral.ApproveInput{Version: a.Version}))(t)
		rows := count(t, c.run, "SELECT COUNT(*) FROM journal")
		is(t, "the other, from a stale page", errOf(c.room.Approve(ctx, c.worker, b.ID, referral.ApproveInput{Version: b.Version})), fault.KindConflict, "flow.not_now")
		is(t, "the same again", errOf(c.room.Approve(ctx, c.worker, a.ID, referral.ApproveInput{Version: a.Version + 1})), fault.KindConflict, "flow.not_now")
		is(t, "a late offer", errOf(c.room.RequestAuthorization(ctx, c.staff[1], b.ID, offer(b.Version+1, "2026-12-03", 1))), fault.KindConflict, "")
		if n := count(t, c.run, "SELECT COUNT(*) FROM journal"); n != rows {
			t.Errorf("what was refused wrote %d rows", n-rows)
		}
		if n := count(t, c.run, "SELECT COUNT(*) FROM authorization_given WHERE referral = ?", x.ID); n != 1 {
			t.Errorf("%d authorizations", n)
		}
	})
}

func TestRacingApprovals(t *testing.T) {
	each(t, func(t *testing.T, c *city) {
		c.agree(t, "name")
		x, list := c.sent(t, "name")
		var offers []referral.Invitation
		for n := range c.shops {
			offers = append(offers, c.request(t, n, list[n].ID, "2026-12-03", 12000))
		}
		var wg sync.WaitGroup
		errs := make([]error, 9)
		for n := range errs {
			wg.Go(func() {
				i := offers[n%len(offers)]
				_, errs[n] = c.room.Approve(ctx, c.worker, i.ID, referral.ApproveInput{Version: i.Version})
			})
		}
		wg.Wait()
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
				continue
			}
			is(t, "who came second", err, fault.KindConflict, "")
		}
		if n := count(t, c.run, "SELECT COUNT(*) FROM authorization_given WHERE referral = ?", x.ID); won != 1 || n != 1 {
			t.Errorf("%d approvals succeeded, %d authorizations", won, n)
		}
		if n := count(t, c.run, "SELECT COUNT(*) FROM invitation WHERE referral = ? AND status = 'authorized'", x.ID); n != 1 {
			t.Errorf("%d invitations are authorized", n)
		}
	})
}

func TestMissingConsentBlocks(t *testing.T) {
	each(t, func(t *testing.T, c *city) {
		given := c.agree(t, "name")
		x := c.draft(t)
		is(t, "a field nobody agreed to", errOf(c.room.Cover(ctx, c.worker, x.ID, coverOf(x, "name", "phone"))), fault.KindInvalid, "referral.fault.no_consent")
		x = must(c.room.Cover(ctx, c.worker, x.ID, coverOf(x, "name")))(t)
		must(c.consents.Withdraw(ctx, c.worker, given.ID, consent.WithdrawInput{Version: given.Version}))(t)
		is(t, "sent after the consent ended", errOf(c.room.Send(ctx, c.worker, x.ID, referral.SendInput{Version: x.Version})), fault.KindInvalid, "referral.fault.no_consent")
		if n := count(t, c.run, "SELECT COUNT(*) FROM invitation") + count(t, c.run, "SELECT COUNT(*) FROM disclosure"); n != 0 {
			t.Errorf("%d rows of what was refused", n)
		}
		in := coverOf(x, "name", "phone")
		in.Basis = consent.ByEmergency
		is(t, "another basis without a reason", errOf(c.room.Cover(ctx, c.worker, x.ID, in)), fault.KindInvalid, "consent.fault.reason")
		in.Reason = "自傷のおそれ"
		x = must(c.room.Cover(ctx, c.worker, x.ID, in))(t)
		must(c.room.Send(ctx, c.worker, x.ID, referral.SendInput{Version: x.Version}))(t)
	})
}

func TestPacketClosesAtTheNextRead(t *testing.T) {
	each(t, func(t *testing.T, c *city) {
		given := c.agree(t, "name", "needs")
		_, list := c.sent(t, "name", "needs")
		closed := func(n int, want string) {
			t.Helper()
			o := c.open(t, n, list[n].ID)
			if o.Closed != want || len(o.Packet.Entries) != 0 || len(o.Actions) != 0 {
				t.Errorf("closed %q with %d entries and %d actions, want %q", o.Closed, len(o.Packet.Entries), len(o.Actions), want)
			}
		}
		c.open(t, 0, list[0].ID)
		i := must(c.room.Invitation(ctx, c.worker, list[0].ID))(t)
		must(c.room.Recall(ctx, c.worker, i.ID, "recall", referral.StepInput{Version: i.Version, Reason: "誤送信"}))(t)
		closed(0, "referral.closed.recalled")
		c.open(t, 1, list[1].ID)
		must(c.consents.Withdraw(ctx, c.worker, given.ID, consent.WithdrawInput{Version: given.Version}))(t)
		closed(1, "referral.closed.consent")
		now := must(c.room.Invitation(ctx, c.worker, list[1].ID))(t)
		is(t, "an answer to a closed packet", errOf(c.room.RequestAuthorization(ctx, c.staff[1], now.ID, offer(now.Version, "2026-12-03", 1))), fault.KindConflict, "referral.closed.consent")
		if n := count(t, c.run, "SELECT COUNT(*) FROM read_line WHERE root = ? AND what = 'opened' AND detail = 'packet'", list[1].ID); n != 1 {
			t.Errorf("%d openings of a packet kept, want 1: the second showed none", n)
		}
	})
}

func TestExpiryByClock(t *testing.T) {
	each(t, func(t *testing.T, c *city) {
		c.agree(t, "name")
		x := c.draft(t)
		in := coverOf(x, "name")
		in.AnswerBy, in.PacketUntil = "2026-11-30", "2026-12-10"
		x = must(c.room.Cover(ctx, c.worker, x.ID, in))(t)
		x = must(c.room.Send(ctx, c.worker, x.ID, referral.SendInput{Version: x.Version}))(t)
		list := must(c.room.Get(ctx, c.worker, x.ID))(t).Invitations
		c.request(t, 0, list[0].ID, "2026-12-03", 12000)
		c.clock.Set(calendar.Moment("2026-11-30", 23, 59, calendar.Tokyo))
		if n, err := c.room.Expire(ctx); n != 0 || err != nil {
			t.Errorf("%d ended on the last day, %v", n, err)
		}
		c.clock.Set(calendar.Moment("2026-12-01", 0, 0, calendar.Tokyo))
		if n, err := c.room.Expire(ctx); n != 2 || err != nil {
			t.Errorf("%d ended, %v", n, err)
		}
		if o := c.open(t, 1, list[1].ID); o.Closed != "referral.closed.expired" {
			t.Errorf("an expired invitation: %q", o.Closed)
		}
		if o := c.open(t, 0, list[0].ID); o.Closed != "" || o.Invitation.Status != "requested" {
			t.Errorf("an offer that waits: %q %s", o.Closed, o.Invitation.Status)
		}
		c.clock.Set(calendar.Moment("2026-12-11", 9, 0, calendar.Tokyo))
		if o := c.open(t, 0, list[0].ID); o.Closed != "referral.closed.expired" {
			t.Errorf("a packet past its day: %q", o.Closed)
		}
		i := must(c.room.Invitation(ctx, c.worker, list[0].ID))(t)
		z := must(c.room.Approve(ctx, c.worker, i.ID, referral.ApproveInput{Version: i.Version, Until: "2026-12-31"}))(t)
		if o := c.open(t, 0, list[0].ID); o.Closed != "" {
			t.Errorf("who is authorized cannot read: %q", o.Closed)
		}
		c.clock.Set(calendar.Moment("2027-01-01", 9, 0, calendar.Tokyo))
		if n, err := c.room.Expire(ctx); n != 1 || err != nil {
			t.Errorf("%d authorizations ended, %v", n, err)
		}
		if z = must(c.room.Authorization(ctx, c.worker, z.ID))(t).Authorization; z.Status != "expired" {
			t.Errorf("the authorization is %s", z.Status)
		}
	})
}

func TestOthersSeeNothing(t *testing.T) {
	each(t, func(t *testing.T, c *city) {
		c.agree(t, "name")
		x, list := c.sent(t, "name")
		i := c.request(t, 0, list[0].ID, "2026-12-03", 12000)
		resident := kizunatest.Staff(access.Resident)
		resident.Person = c.person.ID
		stranger := kizunatest.Staff(access.ProviderManager)
		stranger.Provider = db.NewID()
		for name, a := range map[string]access.Actor{"another team": kizunatest.Staff(access.Supervisor), "another invited provider": c.staff[1],
			"a provider not invited": stranger, "the resident": resident, "nobody": access.Nobody()} {
			for what, err := range map[string]error{
				"referral":   errOf(c.room.Get(ctx, a, x.ID)),
				"invitation": errOf(c.room.Invitation(ctx, a, i.ID)),
				"packet":     errOf(c.room.Open(ctx, a, i.ID)),
				"preview":    errOf(c.room.Preview(ctx, a, x.ID, nil)),
				"answer":     errOf(c.room.RequestAuthorization(ctx, a, i.ID, withSaid(offer(i.Version, "2026-12-03", 1)))),
				"approve":    errOf(c.room.Approve(ctx, a, i.ID, referral.ApproveInput{Version: i.Version})),
				"say":        errOf(c.room.Say(ctx, a, i.ID, referral.SayInput{Body: "x"})),
				"withdraw":   errOf(c.room.Step(ctx, a, x.ID, "withdraw", referral.StepInput{Version: x.Version, Reason: "x"})),
				"recall":     errOf(c.room.Recall(ctx, a, i.ID, "recall", referral.StepInput{Version: i.Version, Reason: "x"})),
			} {
				is(t, name+": "+what, err, fault.KindNotFound, "")
			}
		}
		is(t, "the provider itself approves", errOf(c.room.Approve(ctx, c.staff[0], i.ID, referral.ApproveInput{Version: i.Version})), fault.KindNotFound, "")
		is(t, "the provider reads the referral", errOf(c.room.Get(ctx, c.staff[0], x.ID)), fault.KindNotFound, "")
		got, counts, err := c.room.Received(ctx, c.staff[1], "", db.ID{}, 10)
		if err != nil || len(got) != 1 || got[0].ID != list[1].ID || counts["waiting"] != 1 {
			t.Errorf("the inbox of another provider: %d, %v, %v", len(got), counts, err)
		}
		if all, err := c.room.List(ctx, kizunatest.Staff(access.Supervisor), referral.Filter{}); err != nil || len(all) != 0 {
			t.Errorf("another team lists %d, %v", len(all), err)
		}
	})
}

func withSaid(in referral.OfferInput) referral.OfferInput {
	in.For = referral.For{Channel: "phone", SaidBy: "x"}
	return in
}

func TestAnswerEnteredForAProvider(t *testing.T) {
	each(t, func(t *testing.T, c *city) {
		c.agree(t, "name")
		_, list := c.sent(t, "name")
		in := offer(list[0].Version, "2026-12-03", 12000)
		is(t, "without who said it", errOf(c.room.RequestAuthorization(ctx, c.worker, list[0].ID, in)), fault.KindInvalid, "")
		i := must(c.room.RequestAuthorization(ctx, c.worker, list[0].ID, withSaid(in)))(t)
		if i.EnteredBy != c.worker.ID || i.Channel != "phone" {
			t.Errorf("entered %+v", i)
		}
		is(t, "approved by who entered it", errOf(c.room.Approve(ctx, c.worker, i.ID, referral.ApproveInput{Version: i.Version})), fault.KindForbidden, "referral.fault.own_entry")
		mate := kizunatest.Staff(access.Supervisor)
		mate.Teams = c.worker.Teams
		must(c.room.Approve(ctx, mate, i.ID, referral.ApproveInput{Version: i.Version}))(t)
	})
}

func TestOfferBoundsTheAuthorization(t *testing.T) {
	each(t, func(t *testing.T, c *city) {
		c.agree(t, "name")
		_, list := c.sent(t, "name")
		i := c.request(t, 0, list[0].ID, "2026-12-03", 12000)
		for key, in := range map[string]referral.ApproveInput{
			"referral.fault.more_than_offered": {Units: ledger.Units(9)},
			"referral.fault.dearer":            {Price: ledger.Yen(12001)},
			"fault.date_order":                 {From: "2027-01-01", Until: "2026-12-01"},
		} {
			in.Version = i.Version
			is(t, key, errOf(c.room.Approve(ctx, c.worker, i.ID, in)), fault.KindInvalid, key)
		}
		is(t, "a waitlist place is no offer", errOf(c.room.Approve(ctx, c.worker, list[1].ID, referral.ApproveInput{Version: list[1].Version, Units: 1})), fault.KindConflict, "")
		z := must(c.room.Approve(ctx, c.worker, i.ID, referral.ApproveInput{Version: i.Version, Units: ledger.Units(4), Price: ledger.Yen(10000)}))(t)
		if z.Units != ledger.Units(4) || z.Rate() != ledger.Yen(10000) {
			t.Errorf("%+v", z)
		}
	})
}

func TestEmergency(t *testing.T) {
	each(t, func(t *testing.T, c *city) {
		in := referral.EmergencyInput{Case: c.file.ID, Provider: c.shops[0].ID, Title: "緊急の一時保護", Units: ledger.Units(3), Unit: "day",
			Price: ledger.Yen(8000), Days: 3, Reason: "今夜の居場所がない", SaidBy: "当直 森"}
		for key, change := range map[string]func(*referral.EmergencyInput){
			"fault.range":                     func(in *referral.EmergencyInput) { in.Days = 15 },
			"referral.fault.emergency_amount": func(in *referral.EmergencyInput) { in.Price = ledger.Yen(50000) },
			"referral.fault.emergency_now":    func(in *referral.EmergencyInput) { in.From = "2026-12-24" },
			"fault.required":                  func(in *referral.EmergencyInput) { in.Reason = "" },
		} {
			bad := in
			change(&bad)
			is(t, key, errOf(c.room.AuthorizeEmergency(ctx, c.worker, bad)), fault.KindInvalid, key)
		}
		z := must(c.room.AuthorizeEmergency(ctx, c.worker, in))(t)
		if !z.Emergency || z.Until != "2026-11-26" || z.PaperBy != "2026-12-01" {
			t.Errorf("%+v", z)
		}
		if got := must(c.room.Authorization(ctx, c.staff[0], z.ID))(t); got.ID != z.ID {
			t.Error("the provider does not see it")
		}
		z = must(c.room.AuthorizationStep(ctx, c.worker, z.ID, "file_papers", referral.StepInput{Version: z.Version}))(t)
		if n := count(t, c.run, "SELECT COUNT(*) FROM case_prompt WHERE status = 'open'"); n != 0 || z.PaperBy != "" {
			t.Errorf("%d prompts, papers by %q", n, z.PaperBy)
		}
		is(t, "revoked without a reason", errOf(c.room.AuthorizationStep(ctx, c.worker, z.ID, "revoke", referral.StepInput{Version: z.Version})), fault.KindInvalid, "")
		is(t, "by another team", errOf(c.room.AuthorizeEmergency(ctx, kizunatest.Staff(access.Caseworker), in)), fault.KindNotFound, "")
	})
}

func TestProtectedAddressNeverLeaves(t *testing.T) {
	each(t, func(t *testing.T, c *city) {
		p := must(c.people.Protect(ctx, c.worker, c.person.ID, people.ProtectionInput{Ground: "violence", From: "2026-11-01", Version: c.person.Version}))(t)
		c.person = p
		c.agree(t, consent.Fields...)
		x := c.draft(t)
		is(t, "an address under protection", errOf(c.room.Cover(ctx, c.worker, x.ID, coverOf(x, "name", "address"))), fault.KindInvalid, "referral.fault.protected")
		preview := must(c.room.Preview(ctx, c.worker, x.ID, consent.Fields))(t)
		for _, e := range preview.Packet.Entries {
			if (e.Field == "phone" || e.Field == "address") && len(e.Values) > 0 {
				t.Errorf("the preview shows %s %v", e.Field, e.Values)
			}
		}
	})
}

// Who lives with somebody under a protective measure is asked about by the rule that leaves the address out:
// it cannot be asked for, a telephone number can, and what was asked for before does not go out.
func TestAnAddressSharedWithSomebodyProtectedNeverLeaves(t *testing.T) {
	each(t, func(t *testing.T, c *city) {
		c.agree(t, consent.Fields...)
		before := c.draft(t)
		before = must(c.room.Cover(ctx, c.worker, before.ID, coverOf(before, "name", "address")))(t)
		her := must(c.people.Create(ctx, c.worker, people.PersonInput{Names: []people.NameInput{{Family: "見本", Given: "同居"}}}))(t)
		must(c.people.CreateHousehold(ctx, c.worker, people.HouseholdInput{Kind: "living", Members: []people.MemberInput{{Person: c.person.ID}, {Person: her.ID}}}))(t)
		must(c.people.Protect(ctx, c.worker, her.ID, people.ProtectionInput{Ground: "violence", From: "2026-11-01", Version: her.Version}))(t)
		x := c.draft(t)
		is(t, "the address of a protected co-resident", errOf(c.room.Cover(ctx, c.worker, x.ID, coverOf(x, "name", "address"))), fault.KindInvalid, "referral.fault.protected")
		must(c.room.Cover(ctx, c.worker, x.ID, coverOf(x, "name", "phone")))(t)
		is(t, "one covered before", errOf(c.room.Send(ctx, c.worker, before.ID, referral.SendInput{Version: before.Version})), fault.KindInvalid, "referral.fault.protected")
		preview := must(c.room.Preview(ctx, c.worker, before.ID, consent.Fields))(t)
		if len(preview.Withheld) != 1 || preview.Withheld[0] != "address" {
			t.Errorf("the form holds back %v", preview.Withheld)
		}
		for _, e := range preview.Packet.Entries {
			if e.Field == "address" && len(e.Values) > 0 {
				t.Errorf("the preview shows %v", e.Values)
			}
		}
	})
}

// A measure that comes into force after a packet was sent takes hold at the next read: the address and the telephone
// numbers in it are withheld, those of who lives with somebody protected as well; what else was sent stays readable.
func TestAMeasureWithholdsFromWhatWasSent(t *testing.T) {
	each(t, func(t *testing.T, c *city) {
		c.agree(t, "name", "phone", "address")
		_, list := c.sent(t, "name", "phone", "address")
		reads := func(n int, want ...string) {
			t.Helper()
			var got []string
			for _, e := range c.open(t, n, list[n].ID).Packet.Entries {
				if e.Withheld == (len(e.Values) > 0) {
					t.Errorf("%s: withheld %v with %d values", e.Field, e.Withheld, len(e.Values))
				}
				if !e.Withheld {
					got = append(got, e.Field)
				}
			}
			if !slices.Equal(got, want) {
				t.Errorf("the provider reads %v, want %v", got, want)
			}
		}
		reads(0, "name", "phone", "address")
		her := must(c.people.Create(ctx, c.worker, people.PersonInput{Names: []people.NameInput{{Family: "見本", Given: "同居"}}}))(t)
		must(c.people.CreateHousehold(ctx, c.worker, people.HouseholdInput{Kind: "living", Members: []people.MemberInput{{Person: c.person.ID}, {Person: her.ID}}}))(t)
		must(c.people.Protect(ctx, c.worker, her.ID, people.ProtectionInput{Ground: "violence", From: "2026-11-01", Version: her.Version}))(t)
		reads(0, "name", "phone")
		now := must(c.people.Get(ctx, c.worker, c.person.ID))(t).Person
		must(c.people.Protect(ctx, c.worker, now.ID, people.ProtectionInput{Ground: "violence", From: "2026-11-01", Version: now.Version}))(t)
		reads(0, "name")
		reads(1, "name")
	})
}

// What was recalled, or lost its consent, is shared again only on a basis that stands, is kept as a disclosure of its
// own without what a measure holds back by then, and settles what asked for it.
func TestAPacketIsSharedAgain(t *testing.T) {
	each(t, func(t *testing.T, c *city) {
		given := c.agree(t, "name", "phone")
		x, list := c.sent(t, "name", "phone")
		again := func(n int) error {
			i := must(c.room.Invitation(ctx, c.worker, list[n].ID))(t)
			return errOf(c.room.ShareAgain(ctx, c.worker, i.ID, referral.StepInput{Version: i.Version}))
		}
		asked := func() bool {
			return count(t, c.run, "SELECT COUNT(*) FROM case_prompt WHERE kind = 'referral.prompt.consent' AND status = 'open' AND case_id = ?", x.Case) == 1
		}
		is(t, "what is open", again(0), fault.KindConflict, "referral.fault.not_closed")
		i := must(c.room.Invitation(ctx, c.worker, list[0].ID))(t)
		must(c.room.Recall(ctx, c.worker, i.ID, "recall", referral.StepInput{Version: i.Version, Reason: "誤送信"}))(t)
		if err := again(0); err != nil || c.open(t, 0, list[0].ID).Closed != "" {
			t.Fatalf("what was recalled stays closed: %v", err)
		}
		must(c.consents.Withdraw(ctx, c.worker, given.ID, consent.WithdrawInput{Version: given.Version}))(t)
		if !asked() {
			t.Error("nobody is asked what is to become of the referral")
		}
		is(t, "without a consent", again(1), fault.KindConflict, "referral.fault.no_consent")
		c.agree(t, "name")
		is(t, "with a consent to less", again(1), fault.KindConflict, "referral.fault.no_consent")
		c.agree(t, "name", "phone")
		now := must(c.people.Get(ctx, c.worker, c.person.ID))(t).Person
		must(c.people.Protect(ctx, c.worker, now.ID, people.ProtectionInput{Ground: "violence", From: "2026-11-01", Version: now.Version}))(t)
		if err := again(1); err != nil || c.open(t, 1, list[1].ID).Closed != "" || asked() {
			t.Errorf("a new consent does not open it: %v", err)
		}
		if o := c.open(t, 0, list[0].ID); o.Closed != "referral.closed.consent" {
			t.Errorf("the other provider reads on: %q", o.Closed)
		}
		kept := must(c.consents.Of(ctx, c.worker, c.person.ID))(t)
		if n := len(kept.Disclosures); n != len(list)+2 || slices.Contains(kept.Disclosures[0].Fields.V, "phone") {
			t.Errorf("%d disclosures, the last of %v", n, kept.Disclosures[0].Fields.V)
		}
	})
}

// Of a packet whose day is over nothing is read any more, but the name that the work goes on under can be known again.
func TestOnlyTheNameIsKnownAgainWhenAPacketsDayIsOver(t *testing.T) {
	each(t, func(t *testing.T, c *city) {
		c.agree(t, "name", "needs")
		_, list := c.sent(t, "name", "needs")
		o := c.request(t, 0, list[0].ID, "2026-12-03", 5000)
		z := must(c.room.Approve(ctx, c.worker, o.ID, referral.ApproveInput{Version: o.Version}))(t)
		i := must(c.room.Invitation(ctx, c.worker, o.ID))(t)
		i = must(c.room.Recall(ctx, c.worker, i.ID, "recall", referral.StepInput{Version: i.Version, Reason: "誤送信"}))(t)
		c.clock.Advance(200 * 24 * time.Hour)
		if called, _ := c.shared(t, z); called != (referral.Shared{Withheld: true}) {
			t.Errorf("what was recalled is still known: %+v", called)
		}
		must(c.room.ShareAgain(ctx, c.worker, i.ID, referral.StepInput{Version: i.Version}))(t)
		if called, _ := c.shared(t, z); called.Name != "丸山 修" {
			t.Errorf("the name is not known again: %+v", called)
		}
		if o := c.open(t, 0, list[0].ID); o.Closed != "referral.closed.expired" {
			t.Errorf("the packet is open after its day: %q", o.Closed)
		}
		kept := must(c.consents.Of(ctx, c.worker, c.person.ID))(t)
		if got := kept.Disclosures[0].Fields.V; !slices.Equal(got, []string{"name"}) {
			t.Errorf("disclosed is %v", got)
		}
	})
}

// Whatever is agreed to and chosen: what the provider reads holds exactly the
// chosen fields, and what was changed since is not in it.
func TestPacketHoldsExactlyTheFields(t *testing.T) {
	each(t, func(t *testing.T, c *city) {
		c.agree(t, consent.Fields...)
		subsets := rapid.SliceOfNDistinct(rapid.SampledFrom(consent.Fields), 1, len(consent.Fields), rapid.ID[string])
		for seed := range 8 { // packet_test.go tries many more, without a database
			fields := subsets.Example(seed)
			x, list := c.sent(t, fields...)
			must(c.people.AddCircumstance(ctx, c.worker, people.Circumstance{Person: c.person.ID, Kind: "housing", Housing: "rented", Detail: "転居"}))(t)
			o := c.open(t, 0, list[0].ID)
			got := o.Packet.Fields()
			for _, f := range consent.Fields {
				if slices.Contains(got, f) != slices.Contains(fields, f) {
					t.Fatalf("asked for %v, got %v", fields, got)
				}
			}
			if len(got) != len(fields) {
				t.Fatalf("asked for %v, got %v", fields, got)
			}
			secrets := map[string]string{"name": "丸山 修", "phone": "090-1234-5678", "address": "みなと市栄町2-14", "birth_date": "1968-04-12",
				"needs": "眠れない日が続く", "goals": "週5日眠れる", "health_note": "聴覚障害", "interpreter": "jsl"}
			for f, secret := range secrets {
				shown := slices.ContainsFunc(o.Packet.Entries, func(e referral.Entry) bool { return slices.Contains(e.Values, secret) })
				if shown != slices.Contains(fields, f) {
					t.Fatalf("%s shown %v with fields %v", f, shown, fields)
				}
			}
			must(c.room.Step(ctx, c.worker, x.ID, "withdraw", referral.StepInput{Version: x.Version, Reason: "試し"}))(t)
		}
	})
}

func TestPacketIsASnapshot(t *testing.T) {
	each(t, func(t *testing.T, c *city) {
		c.agree(t, "name")
		_, list := c.sent(t, "name")
		file := must(c.people.Get(ctx, c.worker, c.person.ID))(t)
		in := people.EditInput{PersonInput: file.Input(), Version: file.Person.Version}
		in.Names[0].Given = "治"
		must(c.people.Edit(ctx, c.worker, c.person.ID, in))(t)
		if o := c.open(t, 0, list[0].ID); o.Packet.Entries[0].Values[0] != "丸山 修" {
			t.Errorf("live data reached the portal: %v", o.Packet)
		}
		raw := count(t, c.run, "SELECT COUNT(*) FROM invitation WHERE CAST(packet AS TEXT) LIKE '%丸山%'")
		if raw != 0 {
			t.Error("the packet is stored unsealed")
		}
	})
}

func TestTheCaseIsTold(t *testing.T) {
	each(t, func(t *testing.T, c *city) {
		c.agree(t, "name")
		x, list := c.sent(t, "name")
		err := c.run.Read(ctx, func(q *db.Reader) error {
			rows, err := journal.History(q, c.file.ID, db.ID{}, 50)
			if err != nil {
				return err
			}
			if !slices.ContainsFunc(rows, func(r journal.Row) bool { return r.Entity == "referral" && r.Step == "send" }) {
				t.Error("the case's history does not know of the referral")
			}
			busy, err := referral.Busy(q, c.file.ID)
			if err != nil || len(busy) != 1 {
				t.Errorf("busy %v, %v", busy, err)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		for n, i := range list {
			must(c.room.Decline(ctx, c.staff[n], i.ID, referral.DeclineInput{Reason: "full", Version: i.Version}))(t)
		}
		if n := count(t, c.run, "SELECT COUNT(*) FROM case_prompt WHERE status = 'open' AND kind = 'referral.prompt.nobody'"); n != 1 {
			t.Errorf("%d prompts to look further", n)
		}
		x = must(c.room.Get(ctx, c.worker, x.ID))(t).Referral
		must(c.room.Step(ctx, c.worker, x.ID, "unfilled", referral.StepInput{Version: x.Version, Reason: "全員辞退"}))(t)
		if n := count(t, c.run, "SELECT COUNT(*) FROM case_prompt WHERE status = 'open'"); n != 0 {
			t.Errorf("%d prompts stay open", n)
		}
	})
}

func TestMessagesStayBetweenTwo(t *testing.T) {
	each(t, func(t *testing.T, c *city) {
		c.agree(t, "name")
		x, list := c.sent(t, "name")
		must(c.room.Say(ctx, c.staff[0], list[0].ID, referral.SayInput{Body: "手話通訳は必要ですか"}))(t)
		must(c.room.Say(ctx, c.worker, list[0].ID, referral.SayInput{Body: "はい、必要です"}))(t)
		if o := c.open(t, 0, list[0].ID); len(o.Messages) != 2 || o.Messages[0].Side != "provider" || o.Messages[1].Side != "agency" {
			t.Errorf("thread %+v", o.Messages)
		}
		if o := c.open(t, 1, list[1].ID); len(o.Messages) != 0 {
			t.Error("another provider reads the thread")
		}
		if f := must(c.room.Get(ctx, c.worker, x.ID))(t); len(f.Messages[list[0].ID]) != 2 {
			t.Errorf("the desk reads %v", f.Messages)
		}
	})
}

func TestQueriesAreBounded(t *testing.T) {
	each(t, func(t *testing.T, c *city) {
		c.agree(t, "name")
		x, list := c.sent(t, "name")
		i := c.request(t, 0, list[0].ID, "2026-12-03", 12000)
		for range 3 {
			c.sent(t, "name")
		}
		for name, part := range map[string]struct {
			most int
			call func(ctx context.Context) error
		}{
			"desk":   {16, func(ctx context.Context) error { return errOf(c.room.Get(ctx, c.worker, x.ID)) }},
			"list":   {4, func(ctx context.Context) error { return errOf(c.room.List(ctx, c.worker, referral.Filter{})) }},
			"portal": {5, func(ctx context.Context) error { return errOf(c.room.Open(ctx, c.staff[0], i.ID)) }},
			"inbox": {6, func(ctx context.Context) error {
				_, _, err := c.room.Received(ctx, c.staff[0], "", db.ID{}, 20)
				return err
			}},
		} {
			traced, trace := db.WithTrace(ctx)
			if err := part.call(traced); err != nil {
				t.Fatal(err)
			}
			if n := trace.Count(); n > part.most {
				t.Errorf("%s ran %d statements, at most %d wanted", name, n, part.most)
			}
		}
	})
}

// TestADeathWithdrawsWhatIsAsked: providers are no longer asked for somebody who died, their packets
// are closed, and a second time changes nothing.
func TestADeathWithdrawsWhatIsAsked(t *testing.T) {
	each(t, func(t *testing.T, c *city) {
		c.agree(t, "name", "needs")
		x, list := c.sent(t, "name", "needs")
		begun := c.draft(t)
		for range 2 {
			must(op.Do(ctx, c.run, c.worker, "test", nil, func(tx *op.Tx) (bool, error) { return true, referral.OnDeath(tx, c.person.ID, "2026-11-20") }))(t)
		}
		f := must(c.room.Get(ctx, c.worker, x.ID))(t)
		if f.Referral.Status != "withdrawn" || f.Referral.Version != x.Version+1 {
			t.Errorf("after the death %s, version %d", f.Referral.Status, f.Referral.Version)
		}
		for _, i := range f.Invitations {
			if i.Status != "withdrawn" {
				t.Errorf("a provider is still asked: %s", i.Status)
			}
		}
		if f := must(c.room.Get(ctx, c.worker, begun.ID))(t); f.Referral.Status != "withdrawn" {
			t.Errorf("a draft is %s", f.Referral.Status)
		}
		if o := c.open(t, 0, list[0].ID); o.Closed == "" || len(o.Packet.Entries) != 0 {
			t.Error("the packet of a withdrawn invitation opens")
		}
	})
}
