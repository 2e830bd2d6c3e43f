package server_test

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"kizuna/internal/ground/db"
	"kizuna/internal/network/provider"
	"kizuna/internal/resident/people"
)

// TestThePicturesInTheAPI are the pages' as data and as drawings that stand alone, with the same sight.
func TestThePicturesInTheAPI(t *testing.T) {
	eachSample(t, func(t *testing.T, s *sample) {
		owner, room := s.as("caseworker"), s.srv.Rooms.People
		other := db.MustID(s.resident(false))
		mother, err := room.Create(t.Context(), owner.actor, people.PersonInput{Names: []people.NameInput{{Kind: "legal", Family: `"><script>&`, Given: "母"}}, BirthDate: "1950-01-01"})
		s.must(err)
		for _, x := range []people.Relationship{{Person: other, Other: mother.ID, Kind: "parent", Strength: "strong"}} {
			_, err = room.Relate(t.Context(), owner.actor, x)
			s.must(err)
		}
		at := "/api/v1/persons/" + other.String()
		var family struct {
			Nodes []struct{ Name string }
			Ties  []struct {
				Kind, Person_id, Other_id string //nolint:revive // as the API calls them
			}
		}
		s.data(owner, at+"/genogram", &family)
		if len(family.Nodes) != 2 || len(family.Ties) != 1 || family.Ties[0].Kind != "parent" || family.Ties[0].Person_id != mother.ID.String() || family.Ties[0].Other_id != other.String() {
			t.Errorf("%+v", family)
		}
		for _, picture := range []string{"genogram", "ecomap"} {
			if words := s.drawing(owner, at+"/"+picture); !strings.Contains(words, "script") {
				t.Errorf("the %s does not name the mother: %s", picture, words)
			}
			if w := s.ask(s.as("caseworker:other"), http.MethodGet, at+"/"+picture, "", "Accept", "image/svg+xml"); w.Code != http.StatusNotFound {
				t.Errorf("the %s of who is not seen: %d", picture, w.Code)
			}
		}
		if w := s.ask(owner, http.MethodGet, at+"/genogram?on=tomorrow", ""); w.Code != http.StatusUnprocessableEntity && w.Code != http.StatusBadRequest {
			t.Errorf("on a day that is none: %d", w.Code)
		}

		s.authorization("midori")
		s.authorization("kokoro")
		s.guard("kokoro", func(in *provider.Input) { in.ProtectedClass = "partner_violence" })
		at = "/api/v1/persons/" + s.person["osamu"].String() + "/ecomap"
		for who, told := range map[string]bool{"caseworker": true, "caseworker:team": false} {
			var around struct {
				Nodes []struct {
					Kind, Name string
					Guarded    bool
				}
			}
			s.data(s.as(who), at, &around)
			var names []string
			for _, n := range around.Nodes {
				if n.Kind == "provider" {
					names = append(names, n.Name)
				}
				if n.Guarded != (n.Name == "kokoro") {
					t.Errorf("%s is told %+v", who, n)
				}
			}
			if !slices.Contains(names, "midori") || slices.Contains(names, "kokoro") != told {
				t.Errorf("%s is told of %v", who, names)
			}
			if words := s.drawing(s.as(who), at); !strings.Contains(words, "midori") || strings.Contains(words, "kokoro") != told {
				t.Errorf("%s is drawn %s", who, words)
			}
		}
	})
}

func (s *sample) data(who *visitor, at string, into any) {
	s.t.Helper()
	w := s.ask(who, http.MethodGet, at, "", "Accept", "*/*")
	if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "application/json" {
		s.t.Fatalf("%s: %d %s", at, w.Code, w.Body)
	}
	s.must(json.Unmarshal(w.Body.Bytes(), into))
}

// drawing is the words of a picture, which must be whole and need no style sheet.
func (s *sample) drawing(who *visitor, at string) string {
	s.t.Helper()
	w := s.ask(who, http.MethodGet, at, "", "Accept", "image/svg+xml")
	if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "image/svg+xml" || !strings.Contains(w.Header().Get("Vary"), "Accept") {
		s.t.Fatalf("%s: %d %v", at, w.Code, w.Header())
	}
	var words strings.Builder
	first := true
	for d := xml.NewDecoder(w.Body); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return words.String()
		}
		s.must(err)
		switch x := token.(type) {
		case xml.StartElement:
			if first && (x.Name.Local != "svg" || x.Name.Space != "http://www.w3.org/2000/svg") {
				s.t.Errorf("%s begins with %v", at, x.Name)
			}
			first = false
			for _, a := range x.Attr {
				if a.Name.Local == "class" || a.Name.Local == "style" || x.Name.Local == "script" {
					s.t.Errorf("%s needs more than itself: %s %s=%q", at, x.Name.Local, a.Name.Local, a.Value)
				}
			}
		case xml.CharData:
			words.Write(x)
		}
	}
}
