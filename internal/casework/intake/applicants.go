package intake

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/op"
	"kizuna/internal/resident/people"
)

// CoApplicant is a household member who applies together with the main
// applicant, with what they apply for.
type CoApplicant struct {
	HouseholdMember
	Person db.ID // once they are known
	Items  []Item
}

// CoApplicants are those of an application, in the order of its household.
func (x Application) CoApplicants(items []Item) []CoApplicant {
	var out []CoApplicant
	for _, m := range x.Household.V {
		if !m.Applies {
			continue
		}
		c := CoApplicant{HouseholdMember: m}
		for _, i := range items {
			if i.Applicant == m.Key && m.Key != "" {
				c.Items, c.Person = append(c.Items, i), i.Person
			}
		}
		out = append(out, c)
	}
	return out
}

// Whose is the person whom a decision on an item is about: the applicant, or
// the co-applicant once they are known.
func (i Item) Whose(x Application) db.ID {
	if i.Applicant == "" {
		return x.Person
	}
	return i.Person
}

// NameOf is who applies for an item beside the main applicant, "" for the main one.
func (in ApplicationInput) NameOf(applicant string) string {
	for _, m := range in.Household {
		if applicant != "" && m.Key == applicant {
			return m.Name
		}
	}
	return ""
}

var memberKey = regexp.MustCompile(`^[a-z0-9_-]{1,20}$`)

// validateApplicants gives every household member a key, and holds where an
// item is asked for by one who applies and everybody who applies asks for
// something.
func (in *ApplicationInput) validateApplicants(f *fault.Fields, whole bool) {
	taken := map[string]bool{}
	for i, m := range in.Household {
		if m.Key != "" && (taken[m.Key] || !memberKey.MatchString(m.Key)) {
			f.Add(fault.At("household", i)+"/key", "fault.bad_choice")
		}
		taken[m.Key] = true
	}
	for i := range in.Household {
		for n := i + 1; in.Household[i].Key == ""; n++ {
			if key := fmt.Sprint("p", n); !taken[key] {
				in.Household[i].Key, taken[key] = key, true
			}
		}
	}
	for i, m := range in.Household {
		asks := slices.ContainsFunc(in.Items, func(x ItemInput) bool { return x.Applicant == m.Key })
		if whole && m.Applies && !asks {
			f.Add(fault.At("household", i)+"/applies", "intake.fault.applies_for_nothing")
		}
	}
	for i, x := range in.Items {
		applies := slices.ContainsFunc(in.Household, func(m HouseholdMember) bool { return m.Applies && m.Key == x.Applicant })
		if x.Applicant != "" && !applies {
			f.Add(fault.At("items", i)+"/applicant", "intake.fault.not_applying")
		}
	}
}

// ApplicantInput says who a co-applicant is: somebody found by searching first,
// or somebody to register as the application names them.
type ApplicantInput struct {
	Applicant string `json:"applicant"`
	Person    db.ID  `json:"person_id,omitzero"`
	Register  bool   `json:"register,omitempty" doc:"Register them as the application names them"`
	Version   int64  `json:"version"`
}

// IdentifyApplicant says who a co-applicant is, so that what they apply for can
// be decided about them.
func (r *Room) IdentifyApplicant(ctx context.Context, a access.Actor, id db.ID, in ApplicantInput) (Application, error) {
	if in.Person.IsZero() != in.Register {
		return Application{}, fault.Invalid(fault.Field{Pointer: "/person_id", Key: "fault.required"})
	}
	return op.Do(ctx, r.run, a, "application.identify_applicant "+id.String(), in, func(tx *op.Tx) (Application, error) {
		x, err := loadFresh(tx, a, id, in.Version)
		if err != nil {
			return x, err
		}
		items, err := itemsOf(tx, id)
		if err != nil {
			return x, err
		}
		all := x.CoApplicants(items)
		n := slices.IndexFunc(all, func(c CoApplicant) bool { return c.Key == in.Applicant && len(c.Items) > 0 })
		if n < 0 {
			return x, fault.Invalid(fault.Field{Pointer: "/applicant", Key: "intake.fault.not_applying"})
		}
		person := in.Person
		if in.Register {
			person, err = r.registerMember(ctx, tx, all[n].HouseholdMember)
		} else {
			err = known(tx, a, person)
		}
		if err == nil && person == x.Person {
			err = fault.Invalid(fault.Field{Pointer: "/person_id", Key: "intake.fault.main_applicant"})
		}
		if err != nil {
			return x, err
		}
		for _, i := range all[n].Items {
			if i.Status == "requested" {
				if _, err := flow.Take(tx, ItemFlow, "identify", i, func(i *Item) { i.Person = person }); err != nil {
					return x, err
				}
			}
		}
		return flow.Touch(tx, ApplicationFlow, "identify", x, nil)
	})
}

// registerMember registers a household member as somebody the agency knows.
func (r *Room) registerMember(ctx context.Context, tx *op.Tx, m HouseholdMember) (db.ID, error) {
	in := m.Named()
	if err := in.Validate(calendar.Today(ctx, r.run.Clock)); err != nil {
		return db.ID{}, err
	}
	p, err := r.people.Register(ctx, tx, in)
	return p.ID, err
}

// Named is a household member as somebody to register.
func (m HouseholdMember) Named() people.PersonInput {
	name := people.NameInput{Kind: "legal"}
	name.Family, name.Given = people.Parted(m.Name)
	return people.PersonInput{Names: []people.NameInput{name}, BirthDate: m.BirthDate}
}

// AlikeApplicants finds those who may be a co-applicant.
func (r *Room) AlikeApplicants(ctx context.Context, a access.Actor, c CoApplicant) ([]people.Match, error) {
	found, err := r.people.Alike(ctx, a, c.Named())
	if errors.Is(err, fault.KindInvalid) { // what was told is no whole name, for example
		return nil, nil
	}
	return found, err
}
