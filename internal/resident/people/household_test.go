package people_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/op"
	"kizuna/internal/kizunatest"
	"kizuna/internal/resident/people"
)

// family is an invented household of three, as it stands.
type family struct {
	t               *testing.T
	ctx             context.Context
	room            *people.Room
	worker          access.Actor
	today           calendar.Date
	him, her, child people.Person
	home            people.Household
}

func newFamily(t *testing.T, room *people.Room, kind string) *family {
	t.Helper()
	f := &family{t: t, ctx: context.Background(), room: room, worker: kizunatest.Staff(access.Caseworker)}
	f.today = room.Today(f.ctx)
	f.him, f.her = create(t, room, f.worker, osamu()), create(t, room, f.worker, osamu())
	young := osamu()
	young.BirthDate = "2015-05-05"
	f.child = create(t, room, f.worker, young)
	home, err := room.CreateHousehold(f.ctx, f.worker, people.HouseholdInput{Kind: kind, Label: "栄町の家", Members: []people.MemberInput{
		{Person: f.him.ID, Relation: "self", Leads: true, From: "2016-01-01"},
		{Person: f.her.ID, Relation: "spouse", From: "2016-01-01"},
		{Person: f.child.ID, Relation: "child", From: "2016-01-01"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	f.home = home
	return f
}

// around gives the households of a person and the one of the family.
func (f *family) around(a access.Actor, of db.ID) (people.Around, people.HouseholdView) {
	f.t.Helper()
	x, err := f.room.Around(f.ctx, a, of, f.today)
	if err != nil {
		f.t.Fatal(err)
	}
	h, err := x.Household(f.home.ID)
	if err != nil {
		f.t.Fatal(err)
	}
	return x, h
}

func (f *family) version() int64 {
	_, h := f.around(f.worker, f.him.ID)
	return h.Version
}

func (f *family) moveOut(in people.MoveOutInput) (people.Household, error) {
	in.Version = f.version()
	_, left, err := f.room.MoveOut(f.ctx, f.worker, f.home.ID, in)
	return left, err
}

func heads(h people.HouseholdView) (out []db.ID) {
	for _, m := range h.Standing() {
		if m.Leads {
			out = append(out, m.Person)
		}
	}
	return out
}

// refused wants a fault at a field.
func refused(t *testing.T, err error, at, key string) {
	t.Helper()
	f, _ := fault.As(err)
	if f == nil || len(f.Fields) == 0 || f.Fields[0].Pointer != at || f.Fields[0].Key != key {
		t.Errorf("%v (%+v), want %s at %s", err, f, key, at)
	}
}

// TestWhoLeavesTogetherFormsAHousehold: the head leaves with the child, so the
// one who stays heads the old household and the two are a new one from the next
// day on; both can be read as they were.
func TestWhoLeavesTogetherFormsAHousehold(t *testing.T) {
	eachRoom(t, func(t *testing.T, room *people.Room, _ *op.Runner) {
		f := newFamily(t, room, "registered")
		on := f.today.AddDays(-30)
		in := people.MoveOutInput{Persons: []db.ID{f.him.ID, f.child.ID}, On: on, Together: true, NewHead: f.him.ID}
		seen := f.version()
		_, err := f.moveOut(in)
		refused(t, err, "/next_head_id", "people.fault.who_heads")
		if f.version() != seen {
			t.Error("what was refused left a trace")
		}
		in.NextHead = f.her.ID
		if _, err := f.moveOut(in); err != nil {
			t.Fatal(err)
		}
		left, err := f.room.Around(f.ctx, f.worker, f.child.ID, f.today)
		if err != nil {
			t.Fatal(err)
		}
		if len(left.Households) != 2 {
			t.Fatalf("%d households of the child", len(left.Households))
		}
		for _, h := range left.Households {
			was, now := h.In(on, left.Died), h.In(f.today, left.Died)
			want := [2]int{3, 1}
			if h.ID != f.home.ID {
				want = [2]int{0, 2}
			}
			if got := [2]int{len(was), len(now)}; got != want || len(heads(h)) != 1 {
				t.Errorf("%v members before and after and heads %v, want %v", got, heads(h), want)
			}
		}
	})
}

// TestMovesThatCannotBe are refused beside the field that is wrong.
func TestMovesThatCannotBe(t *testing.T) {
	eachRoom(t, func(t *testing.T, room *people.Room, _ *op.Runner) {
		f := newFamily(t, room, "registered")
		stranger := create(t, room, f.worker, osamu())
		for _, c := range []struct {
			in      people.MoveOutInput
			at, key string
		}{
			{people.MoveOutInput{On: "2020-01-01"}, "/person_ids", "people.fault.nobody_chosen"},
			{people.MoveOutInput{Persons: []db.ID{f.her.ID}}, "/on", "fault.required"},
			{people.MoveOutInput{Persons: []db.ID{f.her.ID}, On: f.today.AddDays(1)}, "/on", "fault.future"},
			{people.MoveOutInput{Persons: []db.ID{f.her.ID}, On: "2015-12-31"}, "/on", "people.fault.until_before_from"},
			{people.MoveOutInput{Persons: []db.ID{f.him.ID}, On: "2020-01-01", NextHead: stranger.ID}, "/next_head_id", "fault.bad_choice"},
			{people.MoveOutInput{Persons: []db.ID{f.her.ID}, On: "2020-01-01", Together: true, NewHead: f.him.ID}, "/new_head_id", "people.fault.head_not_leaving"},
			{people.MoveOutInput{Persons: []db.ID{f.her.ID, f.child.ID}, On: "2020-01-01", Together: true}, "/new_head_id", "fault.required"},
		} {
			_, err := f.moveOut(c.in)
			refused(t, err, c.at, c.key)
		}
		other := create(t, room, f.worker, osamu())
		home, err := room.CreateHousehold(f.ctx, f.worker, people.HouseholdInput{Kind: "registered", Members: []people.MemberInput{{Person: other.ID, From: "2010-01-01"}}})
		if err != nil {
			t.Fatal(err)
		}
		join := func(who db.ID, from calendar.Date) error {
			x, err := room.Around(f.ctx, f.worker, other.ID, f.today)
			if err != nil {
				t.Fatal(err)
			}
			_, err = room.Join(f.ctx, f.worker, home.ID, people.JoinInput{Person: who, Relation: "other", From: from, Version: x.Households[0].Version})
			return err
		}
		refused(t, join(f.her.ID, "2018-01-01"), "/person_id", "people.fault.already_registered")
		refused(t, join(f.child.ID, "2015-01-01"), "/from", "people.fault.before_birth")
		refused(t, join(stranger.ID, f.today.AddDays(1)), "/from", "fault.future")
		if err := join(stranger.ID, "2018-01-01"); err != nil {
			t.Fatal(err)
		}
		refused(t, join(stranger.ID, "2019-01-01"), "/person_id", "people.fault.already_member")
		if _, err := f.moveOut(people.MoveOutInput{Persons: []db.ID{f.her.ID}, On: "2020-01-01"}); err != nil {
			t.Fatal(err)
		}
		if err := join(f.her.ID, "2020-01-02"); err != nil {
			t.Errorf("who moved out cannot join another: %v", err)
		}
	})
}

// TestSomebodyComesBack into the household they had left.
func TestSomebodyComesBack(t *testing.T) {
	eachRoom(t, func(t *testing.T, room *people.Room, _ *op.Runner) {
		f := newFamily(t, room, "registered")
		if _, err := f.moveOut(people.MoveOutInput{Persons: []db.ID{f.her.ID}, On: "2020-01-01"}); err != nil {
			t.Fatal(err)
		}
		in := people.JoinInput{Person: f.her.ID, Relation: "spouse", From: "2020-01-01", Version: f.version()}
		_, err := room.Join(f.ctx, f.worker, f.home.ID, in)
		refused(t, err, "/person_id", "people.fault.already_member")
		in.From = "2021-01-01"
		if _, err := room.Join(f.ctx, f.worker, f.home.ID, in); err != nil {
			t.Fatal(err)
		}
		x, h := f.around(f.worker, f.her.ID)
		if n := len(h.In("2020-06-01", x.Died)); n != 2 {
			t.Errorf("%d while she was away", n)
		}
		if n := len(h.In(f.today, x.Died)); n != 3 {
			t.Errorf("%d once she was back", n)
		}
	})
}

// TestAHouseholdHasOneHead, also when two say so who have the same copy.
func TestAHouseholdHasOneHead(t *testing.T) {
	eachRoom(t, func(t *testing.T, room *people.Room, _ *op.Runner) {
		f := newFamily(t, room, "living")
		two := people.HouseholdInput{Kind: "living", Members: []people.MemberInput{{Person: f.him.ID, Leads: true}, {Person: f.her.ID, Leads: true}}}
		_, err := room.CreateHousehold(f.ctx, f.worker, two)
		refused(t, err, "/members/1/head", "people.fault.one_head")
		seen := f.version()
		if _, err := room.Lead(f.ctx, f.worker, f.home.ID, people.LeadInput{Person: f.her.ID, Version: seen}); err != nil {
			t.Fatal(err)
		}
		for name, late := range map[string]func() error{
			"lead": func() error {
				_, err := room.Lead(f.ctx, f.worker, f.home.ID, people.LeadInput{Person: f.child.ID, Version: seen})
				return err
			},
			"join": func() error {
				_, err := room.Join(f.ctx, f.worker, f.home.ID, people.JoinInput{Person: f.child.ID, Relation: "other", From: "2020-01-01", Version: seen})
				return err
			},
			"move out": func() error {
				_, _, err := room.MoveOut(f.ctx, f.worker, f.home.ID, people.MoveOutInput{Persons: []db.ID{f.child.ID}, On: "2020-01-01", Version: seen})
				return err
			},
		} {
			if err := late(); !errors.Is(err, fault.KindConflict) {
				t.Errorf("%s with a stale copy: %v", name, err)
			}
		}
		_, h := f.around(f.worker, f.him.ID)
		if got := heads(h); len(got) != 1 || got[0] != f.her.ID {
			t.Errorf("heads %v", got)
		}
		for _, m := range h.Standing() {
			if want := map[bool]string{true: "self"}[m.Leads]; m.Relation != want {
				t.Errorf("relation %q to the new head, want %q", m.Relation, want)
			}
			if !m.Leads {
				_, err := room.ChangeMember(f.ctx, f.worker, m.ID, people.MemberChange{Relation: "self", Version: m.Version})
				refused(t, err, "/relation", "people.fault.one_head")
				continue
			}
			if _, err := room.RemoveMember(f.ctx, f.worker, m.ID, people.RemoveInput{Reason: "誤り", Version: m.Version}); !errors.Is(err, fault.KindConflict) {
				t.Errorf("the head was taken back before the others had another: %v", err)
			}
			_, err := room.ChangeMember(f.ctx, f.worker, m.ID, people.MemberChange{From: m.From, Until: f.today, Version: m.Version})
			refused(t, err, "/until", "people.fault.move_head_out")
		}
	})
}

// TestCorrectingAMembership keeps to the rules of joining, and tells the second
// of two editors.
func TestCorrectingAMembership(t *testing.T) {
	eachRoom(t, func(t *testing.T, room *people.Room, _ *op.Runner) {
		f := newFamily(t, room, "registered")
		_, h := f.around(f.worker, f.him.ID)
		var m people.Member
		for _, x := range h.Standing() {
			if x.Person == f.child.ID {
				m = x
			}
		}
		_, err := room.ChangeMember(f.ctx, f.worker, m.ID, people.MemberChange{Relation: "child", From: "2015-05-04", Version: m.Version})
		refused(t, err, "/from", "people.fault.before_birth")
		if _, err := room.ChangeMember(f.ctx, f.worker, m.ID, people.MemberChange{Relation: "grandchild", From: "2015-05-05", Version: m.Version}); err != nil {
			t.Fatal(err)
		}
		if _, err := room.ChangeMember(f.ctx, f.worker, m.ID, people.MemberChange{Relation: "child", From: "2017-01-01", Version: m.Version}); !errors.Is(err, fault.KindConflict) {
			t.Errorf("a stale copy: %v", err)
		}
		_, err = room.RemoveMember(f.ctx, f.worker, m.ID, people.RemoveInput{Version: m.Version + 1})
		refused(t, err, "/reason", "fault.required")
		if _, err := room.RemoveMember(f.ctx, f.worker, m.ID, people.RemoveInput{Reason: "別の子", Version: m.Version + 1}); err != nil {
			t.Fatal(err)
		}
		if _, h := f.around(f.worker, f.him.ID); len(h.Members) != 2 {
			t.Errorf("%d members after one was a mistake", len(h.Members))
		}
	})
}

// TestTheRollUpSaysWhatItLeavesOut: amounts by month and currency with the
// weakest evidence; who is restricted is counted, and neither named nor added.
func TestTheRollUpSaysWhatItLeavesOut(t *testing.T) {
	eachRoom(t, func(t *testing.T, room *people.Room, _ *op.Runner) {
		f := newFamily(t, room, "living")
		for _, c := range []people.Circumstance{
			{Person: f.him.ID, Kind: "income", Minor: 100_000, Currency: "JPY", Period: "month", From: "2026-04-10", Evidence: "verified"},
			{Person: f.him.ID, Kind: "income", Minor: 100_001, Currency: "JPY", Period: "year", Evidence: "seen"},
			{Person: f.him.ID, Kind: "income", Minor: 5_000, Currency: "USD", Period: "once", From: "2026-04-30"},
			{Person: f.him.ID, Kind: "expense", Minor: 40_000, Currency: "JPY", Period: "month", Until: "2026-04-01"},
			{Person: f.her.ID, Kind: "income", Minor: 777_777, Currency: "JPY", Period: "month"},
		} {
			if _, err := room.AddCircumstance(f.ctx, f.worker, c); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := room.Restrict(f.ctx, kizunatest.Staff(access.Supervisor), f.her.ID, f.her.Version, "x"); err == nil {
			t.Fatal("somebody else's supervisor restricts")
		}
		boss := f.worker
		boss.Roles = []access.Role{access.Caseworker, access.Supervisor}
		if _, err := room.Restrict(f.ctx, boss, f.her.ID, f.her.Version, "安全のため"); err != nil {
			t.Fatal(err)
		}
		mate := kizunatest.Staff(access.Caseworker)
		mate.Teams = f.worker.Teams
		for _, c := range []struct {
			on   calendar.Date
			a    access.Actor
			want string
		}{
			{"2026-03-31", mate, "3 size, 1 children, 1 adults, 1 unknown age, in [8333 JPY seen], out [40000 JPY stated], 1 unknown, 1 left"},
			{"2026-04-30", mate, "3 size, 1 children, 1 adults, 1 unknown age, in [108333 JPY seen 50.00 USD stated], out [40000 JPY stated], 1 unknown, 1 left"},
			{"2026-05-31", mate, "3 size, 1 children, 1 adults, 1 unknown age, in [108333 JPY seen], out [], 1 unknown, 1 left"},
			{"2026-05-31", f.worker, "3 size, 1 children, 2 adults, 0 unknown age, in [886110 JPY stated], out [], 1 unknown, 0 left"},
		} {
			x, h := f.around(c.a, f.him.ID)
			_, named := x.Others[f.her.ID]
			if named != (c.a.ID == f.worker.ID) {
				t.Errorf("a restricted member is named %t", named)
			}
			sum, err := x.RollUp(h, c.on)
			if err != nil {
				t.Fatal(err)
			}
			say := func(list []people.Sum) (out []string) {
				for _, s := range list {
					out = append(out, s.Money.String()+" "+s.Evidence)
				}
				return out
			}
			got := fmt.Sprintf("%d size, %d children, %d adults, %d unknown age, in %v, out %v, %d unknown, %d left",
				sum.Size, sum.Children, sum.Adults, sum.Ages, say(sum.Income), say(sum.Expense), sum.Unknown, sum.Left)
			if got != c.want {
				t.Errorf("%s: %s\nwant %s", c.on, got, c.want)
			}
		}
	})
}

// TestAnAddressIsNotToldByWhoLivesThere: while somebody is under a protective
// measure, neither the name of their household nor the address of who lives
// with them is shown, kept, or passed on; afterwards they are again.
func TestAnAddressIsNotToldByWhoLivesThere(t *testing.T) {
	eachRoom(t, func(t *testing.T, room *people.Room, run *op.Runner) {
		f := newFamily(t, room, "living")
		shown := func() (address, label, passed bool) {
			file, err := room.Get(f.ctx, f.worker, f.him.ID)
			if err != nil {
				t.Fatal(err)
			}
			_, h := f.around(f.worker, f.him.ID)
			var profile people.Profile
			if err := run.Read(f.ctx, func(q *db.Reader) error {
				var err error
				profile, err = people.ProfileOf(q, f.him.ID, f.today)
				return err
			}); err != nil {
				t.Fatal(err)
			}
			return file.Addresses[0].Lines != "", h.Label != "", len(profile.Addresses) > 0
		}
		if a, l, p := shown(); !a || !l || !p {
			t.Fatalf("without a measure: address %t, label %t, passed %t", a, l, p)
		}
		if _, err := room.Protect(f.ctx, f.worker, f.her.ID, people.ProtectionInput{Ground: "violence", From: "2020-01-01", Version: f.her.Version}); err != nil {
			t.Fatal(err)
		}
		if a, l, p := shown(); a || l || p {
			t.Errorf("address %t, label %t, passed %t of who lives with a protected person", a, l, p)
		}
		file, err := room.Get(f.ctx, f.worker, f.him.ID)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := room.Edit(f.ctx, f.worker, f.him.ID, people.EditInput{PersonInput: file.Input(), Version: file.Person.Version}); err != nil {
			t.Fatal(err)
		}
		if file, err = room.Reveal(f.ctx, f.worker, f.him.ID); err != nil || file.Addresses[0].Lines != "みなと市栄町2-14" {
			t.Errorf("after a change the address is %+v, %v", file.Addresses, err)
		}
		if _, err := f.moveOut(people.MoveOutInput{Persons: []db.ID{f.her.ID}, On: f.today.AddDays(-1)}); err != nil {
			t.Fatal(err)
		}
		if a, l, p := shown(); !a || !l || !p {
			t.Errorf("once she moved out: address %t, label %t, passed %t", a, l, p)
		}
	})
}

// TestAForeignHouseholdIsNotThere for who sees none of its members.
func TestAForeignHouseholdIsNotThere(t *testing.T) {
	eachRoom(t, func(t *testing.T, room *people.Room, _ *op.Runner) {
		f := newFamily(t, room, "living")
		other := kizunatest.Staff(access.Caseworker)
		_, h := f.around(f.worker, f.him.ID)
		for name, do := range map[string]func() error{
			"around":    func() error { _, err := room.Around(f.ctx, other, f.him.ID, f.today); return err },
			"household": func() error { _, err := room.Household(f.ctx, other, f.home.ID); return err },
			"join": func() error {
				_, err := room.Join(f.ctx, other, f.home.ID, people.JoinInput{Person: f.him.ID, Relation: "other", From: "2020-01-01", Version: 1})
				return err
			},
			"move out": func() error {
				_, _, err := room.MoveOut(f.ctx, other, f.home.ID, people.MoveOutInput{Persons: []db.ID{f.her.ID}, On: "2020-01-01", Version: 1})
				return err
			},
			"member": func() error { _, err := room.Membership(f.ctx, other, h.Members[0].ID); return err },
			"change": func() error {
				_, err := room.ChangeMember(f.ctx, other, h.Members[0].ID, people.MemberChange{Version: 1})
				return err
			},
		} {
			if err := do(); !errors.Is(err, fault.KindNotFound) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}
