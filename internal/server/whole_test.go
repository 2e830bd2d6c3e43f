package server_test

import (
	"encoding"
	"html"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"kizuna/internal/casework/benefit"
	"kizuna/internal/casework/careplan"
	"kizuna/internal/casework/cases"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/network/delivery"
	"kizuna/internal/network/provider"
	"kizuna/internal/office/account"
	"kizuna/internal/resident/people"
)

// whole is a form that changes a record: whoever saves it sends everything that the record holds, so a
// field that the form does not carry is emptied by saving.
type whole struct {
	at, who string
	in      any
	but     []string // what the operation does not take from the form
}

var wholes = []whole{
	{"/desk/persons/{id}/edit", "caseworker", people.EditInput{}, []string{"restricted"}},
	{"/desk/cases/{id}/edit", "caseworker", cases.EditInput{}, nil},
	{"/desk/plans/{id}/edit", "caseworker", careplan.EditInput{}, nil},
	{"/desk/goals/{id}/edit", "caseworker", careplan.GoalInput{}, nil},
	{"/desk/benefit-assignments/{id}/edit", "caseworker", benefit.ProposeInput{}, []string{"care_plan_id", "goal_id"}},
	{"/desk/providers/{id}/edit", "program_manager", provider.Input{}, []string{"protected_class"}}, // there where it has one
	{"/portal/provider/edit", "provider_manager", provider.Input{}, []string{"kind", "hidden", "protected_class"}},
	{"/desk/providers/{id}/sites/{row}/edit", "program_manager", provider.SiteInput{}, []string{"provider_id"}},
	{"/desk/providers/{id}/offerings/{row}/edit", "program_manager", provider.OfferingInput{}, []string{"site_id", "specialties"}},
	{"/portal/schedules/{id}/edit", "provider_manager", delivery.ScheduleInput{}, []string{"case_id", "provider_id", "authorization_ids"}},
	{"/admin/users/{id}/edit", "administrator", account.UserInput{}, []string{"roles", "provider_id", "person_id"}},
}

// fill gives a sample a row of each list and whatever else a form shows only where there is one.
func (s *sample) fill(at string) {
	s.t.Helper()
	parts := strings.Split(at, "/")
	ctx, a := s.t.Context(), s.as("caseworker").actor
	switch parts[2] {
	case "persons":
		f, err := s.srv.Rooms.People.Get(ctx, a, db.MustID(parts[3]))
		s.must(err)
		in := people.EditInput{PersonInput: f.Input(), Version: f.Person.Version}
		in.Contacts = []people.ContactInput{{Kind: "mobile", Value: "090-0000-1234"}}
		in.Addresses = []people.AddressInput{{Kind: "actual", Lines: "みなと市栄町2-14", Latitude: 35.1, Longitude: 139.1}}
		_, err = s.srv.Rooms.People.Edit(ctx, a, f.Person.ID, in)
		s.must(err)
	case "goals":
		g, err := s.srv.Rooms.CarePlans.Goal(ctx, a, db.MustID(parts[3]))
		s.must(err)
		_, err = s.srv.Rooms.CarePlans.AddGoal(ctx, a, g.Plan, careplan.GoalInput{Label: "もう一つの目標"})
		s.must(err)
	case "schedules":
		lead := s.as("provider_manager").actor
		f, err := s.srv.Rooms.Delivery.Schedule(ctx, lead, db.MustID(parts[3]))
		s.must(err)
		in := f.Schedule.Input()
		in.Exceptions = []calendar.Date{in.From.AddDays(1)}
		_, err = s.srv.Rooms.Delivery.EditSchedule(ctx, lead, f.Schedule.ID, in)
		s.must(err)
	}
}

var (
	fieldName = regexp.MustCompile(`\sname="([^"]+)"`)
	rowNumber = regexp.MustCompile(`/\d+(/|$)`)
)

// TestAFormCarriesTheWholeRecord opens every form that changes a record and looks for each field of what
// it is read into: one that is missing would be lost with the next save, whoever wrote it.
func TestAFormCarriesTheWholeRecord(t *testing.T) {
	eachSample(t, func(t *testing.T, s *sample) {
		m := &matrix{samples: s.records(), made: map[string]string{}}
		for _, x := range wholes {
			var which variant
			if keys := m.names(x.at); len(keys) > 0 {
				which = m.samples[keys[0]][0]
			}
			at := m.fill(x.at, which, false)
			s.fill(at)
			w := s.ask(s.as(x.who), "GET", at, "")
			if w.Code != 200 {
				t.Errorf("%s answers %s with %d", x.at, x.who, w.Code)
				continue
			}
			has := map[string]bool{}
			for _, f := range fieldName.FindAllStringSubmatch(w.Body.String(), -1) {
				has[rowNumber.ReplaceAllString(html.UnescapeString(f[1]), "/#$1")] = true
			}
			for _, name := range carried(reflect.TypeOf(x.in), "") {
				if !has[name] && !has[name+"/#"] && !slices.Contains(x.but, name) {
					t.Errorf("%s does not carry %s; it has %v", x.at, name, slices.Sorted(maps.Keys(has)))
				}
			}
		}
	})
}

// carried are the names that the fields of a form have for what a struct holds; # is the number of a row.
func carried(of reflect.Type, at string) (out []string) {
	if of.Kind() == reflect.Pointer {
		of = of.Elem()
	}
	if of.Kind() == reflect.Slice && of.Elem().Kind() == reflect.Struct && !isText(of.Elem()) {
		return carried(of.Elem(), at+"/#")
	}
	if of.Kind() != reflect.Struct || isText(of) {
		return []string{strings.TrimPrefix(at, "/")}
	}
	for i := range of.NumField() {
		f := of.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous && name == "":
			out = append(out, carried(f.Type, at)...)
		case name != "" && name != "-":
			out = append(out, carried(f.Type, at+"/"+name)...)
		}
	}
	return out
}

func isText(of reflect.Type) bool {
	return reflect.PointerTo(of).Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
}
