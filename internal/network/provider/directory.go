package provider

import (
	"context"
	"errors"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/op"
)

// ListedProvider, ListedSite and ListedOffering are records of a directory
// elsewhere, known by their ids there. Bringing the same again changes nothing.
type (
	// ListedProvider is an organization of the directory.
	ListedProvider struct {
		External string
		Input    Input
	}
	// ListedSite is a place of an organization.
	ListedSite struct {
		External, Provider string
		Input              SiteInput
	}
	// ListedOffering is a service at a place; Ended is one no longer offered.
	ListedOffering struct {
		External, Site string
		Input          OfferingInput
		Ended          bool
	}
)

// Did is what bringing a record did, or would do.
type Did string

// The outcomes. An orphan's place or organization is not there.
const (
	Added   Did = "new"
	Changed Did = "changed"
	Same    Did = "same"
	Skipped Did = "skipped"
	Refused Did = "refused"
	Orphan  Did = "orphan"
)

// Outcome is what became of one record, with what was wrong when it was
// refused.
type Outcome struct {
	External string
	Did      Did
	Fault    *fault.Fault
}

// Bring says how a directory is brought in.
type Bring struct {
	// DryRun does everything and keeps nothing.
	DryRun bool
	// Activate makes new providers active at once.
	Activate bool
	// Promised are external ids that an earlier part of a dry run would have
	// made; what depends on them is new too.
	Promised map[string]bool
}

var errDryRun = errors.New("provider: dry run")

// bring runs one transaction over some records and gives what became of each.
func bring[L any](ctx context.Context, r *Room, a access.Actor, name string, how Bring, list []L, put func(tx *op.Tx, list []L) ([]Outcome, []db.ID, error)) ([]Outcome, error) {
	var out []Outcome
	_, err := op.Do(ctx, r.run, a, name, nil, func(tx *op.Tx) (bool, error) {
		done, touched, err := put(tx, list)
		if err != nil {
			return false, err
		}
		if err := index(tx, touched...); err != nil {
			return false, err
		}
		if out = done; how.DryRun {
			return false, errDryRun
		}
		return true, nil
	})
	if err != nil && !errors.Is(err, errDryRun) {
		return nil, err
	}
	return out, nil
}

// refused makes an outcome of what is wrong with a record; any other error
// goes on.
func refused(external string, err error) (Outcome, error) {
	if f, ok := fault.As(err); ok && f.Kind == fault.KindInvalid {
		return Outcome{external, Refused, f}, nil
	}
	return Outcome{}, err
}

// became tells a change from none.
func became(was, now int64) Did {
	if was == now {
		return Same
	}
	return Changed
}

// BringProviders brings organizations in.
func (r *Room) BringProviders(ctx context.Context, a access.Actor, how Bring, list []ListedProvider) ([]Outcome, error) {
	return bring(ctx, r, a, "provider.bring", how, list, func(tx *op.Tx, list []ListedProvider) (out []Outcome, touched []db.ID, err error) {
		known, err := providersBy(tx, externals(list, func(l ListedProvider) string { return l.External }))
		if err != nil {
			return nil, nil, err
		}
		for _, l := range list {
			if err := l.Input.Validate(); err != nil {
				o, err := refused(l.External, err)
				if err != nil {
					return nil, nil, err
				}
				out = append(out, o)
				continue
			}
			p, did, err := bringProvider(tx, known, l, how)
			if err != nil {
				return nil, nil, err
			}
			if did == Added || did == Changed {
				touched = append(touched, p.ID)
			}
			out = append(out, Outcome{External: l.External, Did: did})
		}
		return out, touched, nil
	})
}

func bringProvider(tx *op.Tx, known map[string]Provider, l ListedProvider, how Bring) (p Provider, did Did, err error) {
	if p, ok := known[l.External]; ok {
		if p.Status == "ended" || p.Status == flow.Void {
			return p, Skipped, nil
		}
		// What the agency decided here is not the directory's to change.
		l.Input.Hidden, l.Input.ProtectedClass, l.Input.Kind = p.Hidden, p.ProtectedClass, p.Kind
		now, err := edit(tx, p, l.Input)
		return now, became(p.Version, now.Version), err
	}
	if p, err = register(tx, l.Input, l.External); err != nil {
		return p, Added, err
	}
	if how.Activate {
		err = tx.As(access.TheSystem(), func() error {
			p, err = flow.Take(tx, Flow, "activate", p, nil)
			return err
		})
	}
	return p, Added, err
}

// BringSites brings places in, after their organizations.
func (r *Room) BringSites(ctx context.Context, a access.Actor, how Bring, list []ListedSite) ([]Outcome, error) {
	return bring(ctx, r, a, "site.bring", how, list, func(tx *op.Tx, list []ListedSite) (out []Outcome, touched []db.ID, err error) {
		known, err := sitesBy(tx, externals(list, func(l ListedSite) string { return l.External }))
		if err != nil {
			return nil, nil, err
		}
		owners, err := providersBy(tx, externals(list, func(l ListedSite) string { return l.Provider }))
		if err != nil {
			return nil, nil, err
		}
		for _, l := range list {
			owner, ok := owners[l.Provider]
			o, done, err := orphan(l.External, ok, how.Promised[l.Provider], l.Input.Validate())
			if err != nil {
				return nil, nil, err
			}
			if !done {
				if o.Did, err = bringSite(tx, known, owner, l); err != nil {
					return nil, nil, err
				}
				if o.Did != Same && o.Did != Skipped {
					touched = append(touched, owner.ID)
				}
			}
			out = append(out, o)
		}
		return out, touched, nil
	})
}

func bringSite(tx *op.Tx, known map[string]Site, owner Provider, l ListedSite) (Did, error) {
	if s, ok := known[l.External]; ok {
		if s.Status != "active" {
			return Skipped, nil
		}
		now, err := flow.Take(tx, SiteFlow, "edit", s, l.Input.copyTo)
		return became(s.Version, now.Version), err
	}
	s := Site{Provider: owner.ID, External: l.External}
	l.Input.copyTo(&s)
	_, err := flow.Create(tx, SiteFlow, "add", s)
	return Added, err
}

// BringOfferings brings services in, after their places. How many openings
// there are, a directory does not know: what is said here stays.
func (r *Room) BringOfferings(ctx context.Context, a access.Actor, how Bring, list []ListedOffering) ([]Outcome, error) {
	return bring(ctx, r, a, "offering.bring", how, list, func(tx *op.Tx, list []ListedOffering) (out []Outcome, touched []db.ID, err error) {
		known, err := offeringsBy(tx, externals(list, func(l ListedOffering) string { return l.External }))
		if err != nil {
			return nil, nil, err
		}
		places, err := sitesBy(tx, externals(list, func(l ListedOffering) string { return l.Site }))
		if err != nil {
			return nil, nil, err
		}
		for _, l := range list {
			place, ok := places[l.Site]
			o, done, err := orphan(l.External, ok, how.Promised[l.Site], l.Input.Validate())
			if err != nil {
				return nil, nil, err
			}
			if done && o.Did == Added && l.Ended {
				o.Did = Skipped // nothing would come of it
			}
			if !done {
				if o.Did, err = bringOffering(tx, known, place, l); err != nil {
					return nil, nil, err
				}
				if o.Did != Same && o.Did != Skipped {
					touched = append(touched, place.Provider)
				}
			}
			out = append(out, o)
		}
		return out, touched, nil
	})
}

func bringOffering(tx *op.Tx, known map[string]Offering, place Site, l ListedOffering) (Did, error) {
	o, ok := known[l.External]
	switch {
	case ok && o.Status != "active", !ok && l.Ended:
		return Skipped, nil
	case ok && l.Ended:
		_, err := flow.Take(tx, OfferingFlow, "end", o, nil)
		return Changed, err
	case ok:
		stored, err := db.All[Specialty](tx, textOwn, db.ListOf([]db.ID{o.ID}))
		if err != nil {
			return Same, err
		}
		now, err := flow.Take(tx, OfferingFlow, "edit", o, func(o *Offering) {
			o.Name, o.Note, o.Languages = l.Input.Name, l.Input.Note, db.AsJSON(l.Input.Languages)
		})
		if err != nil || sameCodes(stored, l.Input.Specialties) {
			return became(o.Version, now.Version), err
		}
		return Changed, alignSpecialties(tx, o, l.Input.Specialties)
	}
	o = Offering{Provider: place.Provider, Site: place.ID, External: l.External}
	l.Input.copyTo(&o)
	o, err := flow.Create(tx, OfferingFlow, "add", o)
	if err != nil {
		return Added, err
	}
	return Added, alignSpecialties(tx, o, l.Input.Specialties)
}

// sameCodes compares stored specialties with wanted codes; both are in order.
func sameCodes(stored []Specialty, codes []string) bool {
	if len(stored) != len(codes) {
		return false
	}
	for i, s := range stored {
		if s.Code != codes[i] {
			return false
		}
	}
	return true
}

// orphan is what becomes of a record that is not put: its parent is missing,
// is only promised by a dry run, or what it says is refused.
func orphan(external string, has, promised bool, wrong error) (o Outcome, done bool, err error) {
	switch {
	case wrong != nil:
		o, err = refused(external, wrong)
		return o, true, err
	case !has && promised:
		return Outcome{External: external, Did: Added}, true, nil
	case !has:
		return Outcome{External: external, Did: Orphan}, true, nil
	}
	return Outcome{External: external}, false, nil
}

func externals[L any](list []L, of func(L) string) []string {
	out := make([]string, len(list))
	for i, l := range list {
		out[i] = of(l)
	}
	return out
}
