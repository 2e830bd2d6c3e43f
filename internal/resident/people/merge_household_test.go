package people_test

import (
	"cmp"
	"strings"
	"testing"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/op"
	"kizuna/internal/resident/people"
)

// spell is a membership as a test writes it down: the household, from, until; "" stands for none.
type spell struct {
	home        string
	from, until calendar.Date
}

// homesOf makes the memberships of one person in households of a kind, and moves them out on their last day.
func homesOf(t *testing.T, room *people.Room, a access.Actor, kind string, person db.ID, homes map[string]people.Household, list []spell) {
	t.Helper()
	for _, s := range list {
		h, err := room.CreateHousehold(t.Context(), a, people.HouseholdInput{Kind: kind, Label: s.home, Members: []people.MemberInput{{Person: person, From: s.from}}})
		if err != nil {
			t.Fatal(err)
		}
		if s.until != "" {
			if h, _, err = room.MoveOut(t.Context(), a, h.ID, people.MoveOutInput{Persons: []db.ID{person}, On: s.until, Version: h.Version}); err != nil {
				t.Fatal(err)
			}
		}
		homes[s.home] = h
	}
}

// spellsOf writes down a person's memberships as they stand.
func spellsOf(t *testing.T, room *people.Room, a access.Actor, person db.ID) string {
	t.Helper()
	x, err := room.Around(t.Context(), a, person, room.Today(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, h := range x.Households {
		for _, m := range h.Members {
			if m.Person == person {
				out = append(out, h.Label+" "+string(cmp.Or(m.From, "?"))+" "+string(cmp.Or(m.Until, "-")))
			}
		}
	}
	return strings.Join(out, "; ")
}

// TestAMergedPersonIsRegisteredOnce: of the households in which the two are registered at the same time, those
// of the record chosen stand; of the other's, the days that are left. Taken back, all is as it was.
func TestAMergedPersonIsRegisteredOnce(t *testing.T) {
	for name, x := range map[string]struct {
		kind         string
		first, other []spell
		takes        bool // the merge takes the household of the record that goes
		want         string
	}{
		"the earlier ends the day before":   {"registered", []spell{{"甲", "2020-04-01", ""}}, []spell{{"乙", "2010-01-01", ""}}, false, "甲 2020-04-01 -; 乙 2010-01-01 2020-03-31"},
		"the later is not kept":             {"registered", []spell{{"甲", "2010-01-01", ""}}, []spell{{"乙", "2020-04-01", ""}}, false, "甲 2010-01-01 -"},
		"the other's is chosen":             {"registered", []spell{{"甲", "2010-01-01", ""}}, []spell{{"乙", "2020-04-01", ""}}, true, "甲 2010-01-01 2020-03-31; 乙 2020-04-01 -"},
		"it goes on where the other ended":  {"registered", []spell{{"甲", "2010-01-01", "2015-12-31"}}, []spell{{"乙", "2014-01-01", ""}}, false, "甲 2010-01-01 2015-12-31; 乙 2016-01-01 -"},
		"nothing is known of the beginning": {"registered", []spell{{"甲", "", ""}}, []spell{{"乙", "2014-01-01", ""}}, false, "甲 ? -"},
		"one after the other":               {"registered", []spell{{"甲", "2010-01-01", "2015-12-31"}}, []spell{{"乙", "2016-01-01", ""}}, false, "甲 2010-01-01 2015-12-31; 乙 2016-01-01 -"},
		"between two":                       {"registered", []spell{{"甲", "2010-01-01", "2012-12-31"}, {"丙", "2015-01-01", ""}}, []spell{{"乙", "2011-01-01", "2016-01-01"}}, false, "甲 2010-01-01 2012-12-31; 丙 2015-01-01 -; 乙 2013-01-01 2014-12-31"},
		"living together in two places":     {"living", []spell{{"甲", "2010-01-01", ""}}, []spell{{"乙", "2014-01-01", ""}}, false, "甲 2010-01-01 -; 乙 2014-01-01 -"},
	} {
		t.Run(name, func(t *testing.T) {
			eachRoom(t, func(t *testing.T, room *people.Room, _ *op.Runner) {
				chief := wide()
				c := pairOf(t, room, chief, again())
				homes := map[string]people.Household{}
				homesOf(t, room, chief, x.kind, c.Person, homes, x.first)
				homesOf(t, room, chief, x.kind, c.Other, homes, x.other)
				before := [2]string{spellsOf(t, room, chief, c.Person), spellsOf(t, room, chief, c.Other)}
				in := asSeen(t, room, chief, c, c.Person)
				if x.takes {
					in.Household = c.Other
				}
				m, err := room.Merge(t.Context(), chief, c.ID, in)
				if err != nil {
					t.Fatal(err)
				}
				if got := spellsOf(t, room, chief, c.Person); got != x.want {
					t.Errorf("merged: %s, want %s", got, x.want)
				}
				if _, err := room.Undo(t.Context(), chief, m.ID, people.UndoInput{Version: m.Version}); err != nil {
					t.Fatal(err)
				}
				if got := [2]string{spellsOf(t, room, chief, c.Person), spellsOf(t, room, chief, c.Other)}; got != before {
					t.Errorf("taken back: %s, was %s", got, before)
				}
			})
		})
	}
}

// TestMergingLeavesNoHouseholdWithoutItsHead: who heads a household with others in it is followed first.
func TestMergingLeavesNoHouseholdWithoutItsHead(t *testing.T) {
	eachRoom(t, func(t *testing.T, room *people.Room, _ *op.Runner) {
		ctx, chief := t.Context(), wide()
		c := pairOf(t, room, chief, again())
		young := create(t, room, chief, people.PersonInput{Names: []people.NameInput{{Family: "別府", Given: "澄子"}}})
		homes := map[string]people.Household{}
		homesOf(t, room, chief, "registered", c.Person, homes, []spell{{"甲", "2020-04-01", ""}})
		homesOf(t, room, chief, "registered", c.Other, homes, []spell{{"乙", "2010-01-01", ""}})
		h, err := room.Join(ctx, chief, homes["乙"].ID, people.JoinInput{Person: young.ID, Relation: "child", From: "2012-01-01", Version: homes["乙"].Version})
		if err != nil {
			t.Fatal(err)
		}
		in := asSeen(t, room, chief, c, c.Person)
		if _, err := room.Merge(ctx, chief, c.ID, in); err == nil || !strings.Contains(err.Error(), "people.fault.merge_lead_first") {
			t.Errorf("a household lost its head: %v", err)
		}
		if _, err := room.Lead(ctx, chief, h.ID, people.LeadInput{Person: young.ID, Version: h.Version}); err != nil {
			t.Fatal(err)
		}
		if _, err := room.Merge(ctx, chief, c.ID, in); err != nil {
			t.Error(err)
		}
	})
}
