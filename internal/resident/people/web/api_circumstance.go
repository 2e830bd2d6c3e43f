package web

import (
	"context"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/fault"
	"kizuna/internal/resident/people"
)

var circumstances = door.Resource{Name: "circumstances", Doc: "Dated facts about a person's life"}

func mountCircumstanceAPI(d *door.Router, a api) {
	door.List(d, circumstances, readers, a.circumstances)
	door.Get(d, circumstances, readers, a.circumstance)
	door.Create(d, circumstances, writers, a.addCircumstance)
	door.Patch(d, circumstances, writers, a.patchCircumstance)
	door.Step(d, circumstances, "remove", writers, a.removeCircumstance)
}

type circumstanceIn struct {
	Person   db.ID         `json:"person_id"`
	Kind     string        `json:"kind"`
	Detail   string        `json:"detail,omitempty"`
	Minor    int64         `json:"minor,omitempty" doc:"Amount in the currency's smallest unit"`
	Currency string        `json:"currency,omitempty"`
	Period   string        `json:"period,omitempty" doc:"month, year or once"`
	From     calendar.Date `json:"from,omitempty"`
	Until    calendar.Date `json:"until,omitempty"`
	Evidence string        `json:"evidence,omitempty" doc:"stated, seen or verified"`
	Housing  string        `json:"housing,omitempty" doc:"Of kind housing, and then required: owned, rented, public, relatives, employer, facility, shelter, none (no fixed abode) or other"`
}

type circumstanceOut struct {
	ID      db.ID  `json:"id"`
	Status  string `json:"status"`
	Version int64  `json:"version"`
	circumstanceIn
}

func circumstanceOf(c people.Circumstance) circumstanceOut {
	return circumstanceOut{c.ID, c.Status, c.Version, circumstanceIn{c.Person, c.Kind, c.Detail, c.Minor, c.Currency, c.Period, c.From, c.Until, c.Evidence, c.Housing}}
}

// circumstanceQuery is whose circumstances are asked for.
type circumstanceQuery struct {
	door.Paging
	Person db.ID `json:"person_id"`
}

func (x api) circumstances(ctx context.Context, a access.Actor, q circumstanceQuery) (door.Items[circumstanceOut], error) {
	var out door.Items[circumstanceOut]
	if q.Person.IsZero() {
		return out, fault.Invalid(fault.Field{Pointer: "/person_id", Key: "fault.required"})
	}
	after, err := door.Cursor(q.Cursor)
	if err != nil {
		return out, err
	}
	life, err := x.room.Circumstances(ctx, a, q.Person)
	list := life.Circumstances
	for i, c := range list {
		if c.ID == after {
			list = list[i+1:]
			break
		}
	}
	list, out.Next = door.Cut(list, q.Limit, func(c people.Circumstance) string { return c.ID.String() })
	for _, c := range list {
		out.Items = append(out.Items, circumstanceOf(c))
	}
	return out, err
}

func (x api) circumstance(ctx context.Context, a access.Actor, id db.ID) (circumstanceOut, error) {
	c, _, err := x.room.Circumstance(ctx, a, id)
	return circumstanceOf(c), err
}

func (x api) addCircumstance(ctx context.Context, a access.Actor, in circumstanceIn) (circumstanceOut, error) {
	c, err := x.room.AddCircumstance(ctx, a, people.Circumstance{Person: in.Person, Kind: in.Kind, Detail: in.Detail, Minor: in.Minor,
		Currency: in.Currency, Period: in.Period, From: in.From, Until: in.Until, Evidence: in.Evidence, Housing: in.Housing})
	return circumstanceOf(c), err
}

// circumstancePatch is a merge patch: what is not sent stays.
type circumstancePatch struct {
	Detail   *string        `json:"detail,omitempty"`
	Minor    *int64         `json:"minor,omitempty"`
	Currency *string        `json:"currency,omitempty"`
	Period   *string        `json:"period,omitempty"`
	From     *calendar.Date `json:"from,omitempty"`
	Until    *calendar.Date `json:"until,omitempty"`
	Evidence *string        `json:"evidence,omitempty"`
	Housing  *string        `json:"housing,omitempty"`
	Version  int64          `json:"version"`
}

func (x api) patchCircumstance(ctx context.Context, a access.Actor, id db.ID, in circumstancePatch) (circumstanceOut, error) {
	c, _, err := x.room.Circumstance(ctx, a, id)
	if err != nil {
		return circumstanceOut{}, err
	}
	change := people.CircumstanceChange{Detail: c.Detail, Minor: c.Minor, Currency: c.Currency, Period: c.Period, From: c.From, Until: c.Until, Evidence: c.Evidence, Housing: c.Housing, Version: in.Version}
	set(&change.Detail, in.Detail)
	set(&change.Minor, in.Minor)
	set(&change.Currency, in.Currency)
	set(&change.Period, in.Period)
	set(&change.From, in.From)
	set(&change.Until, in.Until)
	set(&change.Evidence, in.Evidence)
	set(&change.Housing, in.Housing)
	c, err = x.room.ChangeCircumstance(ctx, a, id, change)
	return circumstanceOf(c), err
}

func (x api) removeCircumstance(ctx context.Context, a access.Actor, id db.ID, in people.RemoveInput) (circumstanceOut, error) {
	c, err := x.room.RemoveCircumstance(ctx, a, id, in)
	return circumstanceOf(c), err
}
