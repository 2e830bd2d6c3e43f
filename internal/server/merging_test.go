package server_test

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"kizuna/internal/casework/cases"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/resident/people"
)

// pair is a candidate, and the two as a visitor sees them.
func (s *sample) pair(who *visitor) (people.Candidate, [2]people.File) {
	s.t.Helper()
	id, err := db.ParseID(s.duplicate(false))
	s.must(err)
	c, files, err := s.srv.Rooms.People.Duplicate(s.t.Context(), who.actor, id)
	s.must(err)
	return c, files
}

// held is how many cases a visitor is told would go along with the first of a pair.
func (s *sample) held(a access.Actor, c people.Candidate, kind string) int {
	s.t.Helper()
	list, err := s.srv.Rooms.People.Holds(s.t.Context(), a, [2]db.ID{c.Duplicate.Person, c.Other})
	s.must(err)
	i := slices.IndexFunc(list, func(h people.Held) bool { return h.Kind == kind && h.Person == c.Duplicate.Person })
	if i < 0 {
		return 0
	}
	return list[i].N
}

// TestWhatGoesAlongIsCounted of what a visitor may see: a restricted case is none to who does not see it.
func TestWhatGoesAlongIsCounted(t *testing.T) {
	eachSample(t, func(t *testing.T, s *sample) {
		owner, colleague := s.as("caseworker"), s.as("caseworker:team")
		c, _ := s.pair(owner)
		for _, restricted := range []bool{false, true} {
			x, err := s.srv.Rooms.Cases.Open(t.Context(), owner.actor, cases.OpenInput{Person: c.Duplicate.Person, Kind: "housing"})
			s.must(err)
			if restricted {
				_, err = s.srv.Rooms.Cases.Step(t.Context(), s.as("supervisor").actor, x.ID, "restrict", cases.StepInput{Version: x.Version, Reason: "見本"})
				s.must(err)
			}
		}
		if mine, theirs := s.held(owner.actor, c, "case"), s.held(colleague.actor, c, "case"); mine != 2 || theirs != 1 {
			t.Errorf("the owner is told of %d cases, a colleague of %d", mine, theirs)
		}
		if n := s.held(colleague.actor, c, "name"); n != 1 {
			t.Errorf("%d names", n)
		}
		if _, err := s.srv.Rooms.People.Holds(t.Context(), s.as("caseworker:other").actor, [2]db.ID{c.Duplicate.Person, c.Other}); err == nil {
			t.Error("told to who sees neither")
		}
		page := s.ask(colleague, http.MethodGet, "/desk/duplicates/"+c.ID.String()+"/merge", "").Body.String()
		if i := strings.Index(page, "まとめると移る記録"); i < 0 || !regexp.MustCompile(`>\s*ケース\s*<`).MatchString(page[i:]) {
			t.Error("the page does not say so")
		}
	})
}

// TestAMergeTellsWhatChangedMeanwhile, by whom, and keeps what was chosen and typed; what had happened before is not told.
func TestAMergeTellsWhatChangedMeanwhile(t *testing.T) {
	eachSample(t, func(t *testing.T, s *sample) {
		owner := s.as("caseworker")
		room := s.srv.Rooms.People
		c, files := s.pair(owner)
		s.must(s.circumstanceOf(files[1].Person.ID, "古い記録"))
		form := url.Values{"keep_id": {c.Other.String()}, "reason": {"窓口で確かめた"}, "version": {strconv.FormatInt(c.Version, 10)},
			"first_version": {strconv.FormatInt(files[0].Person.Version, 10)}, "second_version": {strconv.FormatInt(files[1].Person.Version, 10)}}
		in := people.EditInput{PersonInput: files[1].Input(), Version: files[1].Person.Version}
		in.Gender, in.Languages = "female", []string{"ja", "vi"}
		_, err := room.Edit(t.Context(), s.as("caseworker:team").actor, c.Other, in)
		s.must(err)

		at := "/desk/duplicates/" + c.ID.String() + "/merge"
		w := s.ask(owner, http.MethodPost, at, form.Encode())
		page := html.UnescapeString(w.Body.String())
		if w.Code != http.StatusConflict && w.Code != http.StatusPreconditionFailed {
			t.Fatalf("status %d", w.Code)
		}
		for _, want := range []string{"この間に変わったこと", "女性", "日本語、ベトナム語", "窓口で確かめた", `value="` + c.Other.String() + `" checked`} {
			if !strings.Contains(page, want) {
				t.Errorf("the page does not say %s", want)
			}
		}
		if strings.Count(page, "この間に変わったこと") != 1 || strings.Contains(page, "古い記録") {
			t.Error("it says more than what changed")
		}
	})
}

// circumstanceOf adds one to a resident.
func (s *sample) circumstanceOf(person db.ID, detail string) error {
	_, err := s.srv.Rooms.People.AddCircumstance(s.t.Context(), s.as("caseworker").actor, people.Circumstance{Person: person, Kind: "disability", Detail: detail})
	return err
}

// TestTheHistoryOfAMergedRecord can be opened from the page of the merge.
func TestTheHistoryOfAMergedRecord(t *testing.T) {
	eachSample(t, func(t *testing.T, s *sample) {
		owner := s.as("caseworker")
		at := "/desk/merges/" + s.merge()
		page := s.ask(owner, http.MethodGet, at, "").Body.String()
		i := strings.Index(page, "/history")
		if i < 0 {
			t.Fatal("no way to the history")
		}
		where := page[strings.LastIndex(page[:i], `"`)+1:i] + "/history"
		if w := s.ask(owner, http.MethodGet, where, ""); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "まとめ") {
			t.Errorf("%s: %d", where, w.Code)
		}
	})
}
