package provider

import (
	"context"

	"kizuna/internal/casework/catalog"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
)

// OfCatalog answers from the catalog room; without one, specialties have no
// names but their codes.
func OfCatalog(room *catalog.Room) Catalog { return ofCatalog{room} }

type ofCatalog struct{ room *catalog.Room }

func (c ofCatalog) Benefits(q db.Q, ids ...db.ID) (map[db.ID]Benefit, error) {
	known, err := catalog.BenefitOf(q, ids...)
	out := make(map[db.ID]Benefit, len(known))
	for id, b := range known {
		out[id] = benefitOf(b)
	}
	return out, err
}

func (c ofCatalog) Delivered(q db.Q) ([]Benefit, error) {
	_, all, err := catalog.Running(q)
	var out []Benefit
	for _, b := range all {
		if b.DeliveredBy != "agency" && b.Kind != "money" {
			out = append(out, benefitOf(b))
		}
	}
	return out, err
}

func (c ofCatalog) Specialties(ctx context.Context, a access.Actor) ([]Named, error) {
	if c.room == nil || !a.Is(access.StaffRoles...) {
		return nil, nil
	}
	const most = 200
	all, err := c.room.Specialties(ctx, a, db.ID{}, most)
	out := make([]Named, len(all))
	for i, s := range all {
		out[i] = Named{s.Code, s.Name}
	}
	return out, err
}

func benefitOf(b catalog.Benefit) Benefit {
	return Benefit{ID: b.ID, Name: b.Name, Unit: b.Unit, Specialties: b.Specialties.V}
}
