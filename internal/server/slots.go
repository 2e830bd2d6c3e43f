package server

import (
	"context"

	"kizuna/internal/casework/catalog"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/network/provider"
)

// This file has what stands in the rooms' slots where the room behind has
// other words for the same.

// offered tells the provider room what the catalog knows.
type offered struct{ room *catalog.Room }

// Benefits gives benefits by id.
func (o offered) Benefits(q db.Q, ids ...db.ID) (map[db.ID]provider.Benefit, error) {
	found, err := catalog.BenefitOf(q, ids...)
	out := make(map[db.ID]provider.Benefit, len(found))
	for id, b := range found {
		out[id] = benefitOf(b)
	}
	return out, err
}

// Delivered lists the benefits that providers deliver.
func (o offered) Delivered(q db.Q) ([]provider.Benefit, error) {
	_, running, err := catalog.Running(q)
	var out []provider.Benefit
	for _, b := range running {
		if b.DeliveredBy != "agency" {
			out = append(out, benefitOf(b))
		}
	}
	return out, err
}

func benefitOf(b catalog.Benefit) provider.Benefit {
	return provider.Benefit{ID: b.ID, Name: b.Name, Unit: b.Unit, Specialties: b.Specialties.V}
}

// maxSpecialties is how many specialties a search offers.
const maxSpecialties = 200

// Specialties lists the codes of specialties with their names.
func (o offered) Specialties(ctx context.Context, a access.Actor) ([]provider.Named, error) {
	list, err := o.room.Specialties(ctx, a, db.ID{}, maxSpecialties)
	out := make([]provider.Named, len(list))
	for i, s := range list {
		out[i] = provider.Named{Code: s.Code, Name: s.Name}
	}
	return out, err
}
