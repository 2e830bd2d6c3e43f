package people_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/op"
	"kizuna/internal/kizunatest"
	"kizuna/internal/resident/people"
)

// clan is an invented family by given names.
type clan struct {
	t      *testing.T
	room   *people.Room
	worker access.Actor
	ids    map[string]people.Person
}

func newClan(t *testing.T, room *people.Room, names ...string) *clan {
	t.Helper()
	c := &clan{t, room, kizunatest.Staff(access.Caseworker), map[string]people.Person{}}
	c.worker.Teams = []db.ID{db.NewID()}
	for i, name := range names {
		c.ids[name] = create(t, room, c.worker, people.PersonInput{Names: []people.NameInput{{Family: "見本", Given: name}}, BirthDate: calendar.Date(fmt.Sprintf("19%02d-01-01", 40+i))})
	}
	return c
}

// tie says what the second is to the first.
func (c *clan) tie(one, kind, other string, change ...func(*people.Relationship)) {
	c.t.Helper()
	x := people.Relationship{Person: c.ids[one].ID, Other: c.ids[other].ID, Kind: kind}
	for _, f := range change {
		f(&x)
	}
	if _, err := c.room.Relate(c.t.Context(), c.worker, x); err != nil {
		c.t.Fatal(err)
	}
}

func (c *clan) kin(a access.Actor, of string) people.Kin {
	c.t.Helper()
	k, err := c.room.Kin(c.t.Context(), a, c.ids[of].ID, c.room.Today(c.t.Context()))
	if err != nil {
		c.t.Fatal(err)
	}
	return k
}

// who are the names of those in a family, in the order of the names given.
func who(k people.Kin) string {
	var out []string
	for _, m := range k.Members {
		out = append(out, strings.TrimPrefix(m.Name, "見本 "))
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

func couples(k people.Kin) string {
	var out []string
	for _, c := range k.Couples {
		out = append(out, c.State)
	}
	return strings.Join(out, " ")
}

func TestAFamilyIsWhatItsTiesSay(t *testing.T) {
	eachRoom(t, func(t *testing.T, room *people.Room, _ *op.Runner) {
		c := newClan(t, room, "祖母", "母", "父", "本人", "夫", "前夫", "子", "里子", "友人")
		c.tie("母", "parent", "祖母")
		c.tie("本人", "parent", "母")
		c.tie("父", "child", "本人")
		c.tie("父", "spouse", "母")
		c.tie("本人", "spouse", "前夫", func(x *people.Relationship) { x.From, x.Until = "2000-01-01", "2010-01-01" })
		c.tie("本人", "spouse", "夫", func(x *people.Relationship) { x.From, x.Manner = "2012-01-01", "separated" })
		c.tie("前夫", "child", "子")
		c.tie("本人", "child", "子")
		c.tie("夫", "child", "子", func(x *people.Relationship) { x.Manner = "step" })
		c.tie("本人", "child", "里子", func(x *people.Relationship) { x.Manner = "foster" })
		c.tie("本人", "friend", "友人")
		k := c.kin(c.worker, "本人")
		if got := who(k); got != "前夫 夫 子 本人 母 父 祖母 里子" {
			t.Errorf("the family is %s", got)
		}
		if got := couples(k); got != "married divorced separated" {
			t.Errorf("couples are %s", got)
		}
		if len(k.Parents) != 7 {
			t.Errorf("parents %+v", k.Parents)
		}
		for _, x := range k.Parents {
			if x.Manner == "step" && k.Members[k.Beside(x)].Name != "見本 本人" {
				t.Errorf("the step-parent is with %d", k.Beside(x))
			}
		}
		for name, x := range map[string]people.Relationship{
			"a foster spouse": {Kind: "spouse", Manner: "foster"}, "a child lived apart from": {Kind: "child", Manner: "separated"},
			"an adoptive friend": {Kind: "friend", Manner: "adoptive"},
		} {
			x.Person, x.Other = c.ids["祖母"].ID, c.ids["友人"].ID
			if _, err := room.Relate(t.Context(), c.worker, x); err == nil {
				t.Errorf("%s was entered", name)
			}
		}
	})
}

// TestAHouseholdSaysWhoIsWhose where no tie does, and who lives with the person.
func TestAHouseholdSaysWhoIsWhose(t *testing.T) {
	eachRoom(t, func(t *testing.T, room *people.Room, _ *op.Runner) {
		c := newClan(t, room, "世帯主", "妻", "子", "下宿人")
		_, err := room.CreateHousehold(t.Context(), c.worker, people.HouseholdInput{Kind: "living", Members: []people.MemberInput{
			{Person: c.ids["世帯主"].ID, Relation: "self", Leads: true}, {Person: c.ids["妻"].ID, Relation: "spouse"},
			{Person: c.ids["子"].ID, Relation: "child"}, {Person: c.ids["下宿人"].ID, Relation: "other"}}})
		if err != nil {
			t.Fatal(err)
		}
		k := c.kin(c.worker, "子")
		if who(k) != "世帯主 妻 子" || couples(k) != "married" || len(k.Parents) != 1 || !k.Members[1].Home {
			t.Errorf("%s, %s, %+v", who(k), couples(k), k.Parents)
		}
	})
}

// TestAFamilyShowsNobodyWhoMayNotBeKnown: who is restricted is not there, nor who is reached through them, nor
// a tie between two whose records the reader may not open.
func TestAFamilyShowsNobodyWhoMayNotBeKnown(t *testing.T) {
	eachRoom(t, func(t *testing.T, room *people.Room, _ *op.Runner) {
		ctx := t.Context()
		c := newClan(t, room, "本人", "娘", "孫", "息子")
		c.tie("本人", "child", "娘")
		c.tie("本人", "child", "息子")
		c.tie("娘", "child", "孫")
		team := kizunatest.Staff(access.Caseworker)
		team.Teams = []db.ID{db.NewID()}
		if _, err := room.Kin(ctx, team, c.ids["本人"].ID, "2026-11-01"); err == nil {
			t.Error("another team saw the family")
		}
		chief := wide()
		if _, err := room.Restrict(ctx, chief, c.ids["娘"].ID, c.ids["娘"].Version, "見本"); err != nil {
			t.Fatal(err)
		}
		colleague := kizunatest.Staff(access.Caseworker)
		colleague.Teams = c.worker.Teams
		if k := c.kin(colleague, "本人"); who(k) != "息子 本人" || k.More != 0 {
			t.Errorf("a colleague who may not know of the daughter sees %s, %d more", who(k), k.More)
		}
		if got := who(c.kin(chief, "本人")); got != "娘 孫 息子 本人" {
			t.Errorf("who restricted her sees %s", got)
		}
		stranger := kizunatest.Staff(access.Caseworker)
		mine := create(t, room, stranger, people.PersonInput{Names: []people.NameInput{{Family: "見本", Given: "甥"}}})
		if _, err := room.Relate(ctx, chief, people.Relationship{Person: mine.ID, Other: c.ids["本人"].ID, Kind: "parent"}); err != nil {
			t.Fatal(err)
		}
		k, err := room.Kin(ctx, stranger, mine.ID, "2026-11-01")
		if err != nil || who(k) != "本人 甥" || k.More != 0 {
			t.Errorf("a stranger to the others sees %s, %d more: %v", who(k), k.More, err)
		}
	})
}

// TestWhomSomebodyHarmedIsNotFollowed: on the page of who harmed, the tie is not there, and nobody is whom the
// harmed person or the children live with now; on the page of who was harmed all are.
func TestWhomSomebodyHarmedIsNotFollowed(t *testing.T) {
	eachRoom(t, func(t *testing.T, room *people.Room, _ *op.Runner) {
		c := newClan(t, room, "夫", "妻", "子", "新しい夫", "妻の母", "里親", "同居人", "同居人の姉", "夫の母")
		c.tie("夫", "spouse", "妻", func(x *people.Relationship) { x.From, x.Until = "2000-01-01", "2020-01-01" })
		c.tie("夫", "child", "子")
		c.tie("妻", "child", "子")
		c.tie("妻", "spouse", "新しい夫", func(x *people.Relationship) { x.From = "2022-01-01" })
		c.tie("妻", "parent", "妻の母")
		c.tie("子", "parent", "里親", func(x *people.Relationship) { x.Manner = "foster" })
		c.tie("夫", "parent", "夫の母")
		c.tie("夫", "sibling", "同居人")
		c.tie("同居人", "sibling", "同居人の姉")
		if _, err := room.CreateHousehold(t.Context(), c.worker, people.HouseholdInput{Kind: "living", Members: []people.MemberInput{{Person: c.ids["妻"].ID}, {Person: c.ids["同居人"].ID}}}); err != nil {
			t.Fatal(err)
		}
		if got := who(c.kin(c.worker, "夫")); !strings.Contains(got, "新しい夫") || !strings.Contains(got, "里親") {
			t.Errorf("before anything was said: %s", got)
		}
		c.tie("妻", "perpetrator", "夫")
		if got := who(c.kin(c.worker, "夫")); got != "同居人 夫 夫の母 妻 子" {
			t.Errorf("who harmed sees %s", got)
		}
		if got := who(c.kin(c.worker, "妻")); !strings.Contains(got, "新しい夫") || !strings.Contains(got, "妻の母") || !strings.Contains(got, "里親") {
			t.Errorf("who was harmed sees %s", got)
		}
	})
}
