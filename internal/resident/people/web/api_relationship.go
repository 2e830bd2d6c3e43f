package web

import (
	"context"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/resident/people"
)

var relationships = door.Resource{Name: "relationships", Doc: "Ties between two persons"}

func mountRelationshipAPI(d *door.Router, a api) {
	door.Create(d, relationships, writers, a.relate)
	door.Get(d, relationships, readers, a.relationship)
	door.Patch(d, relationships, writers, a.patchRelationship)
	door.Step(d, relationships, "remove", writers, a.removeRelationship)
}

type relationshipIn struct {
	Person   db.ID         `json:"person_id"`
	Other    db.ID         `json:"other_id"`
	Kind     string        `json:"kind" doc:"What the other is to the person"`
	Strength string        `json:"strength,omitempty"`
	Manner   string        `json:"manner,omitempty" doc:"Of a parent or child: adoptive, foster or step, by birth without; of a spouse: separated"`
	From     calendar.Date `json:"from,omitempty"`
	Until    calendar.Date `json:"until,omitempty"`
}

type relationshipOut struct {
	ID      db.ID  `json:"id"`
	Status  string `json:"status"`
	Version int64  `json:"version"`
	relationshipIn
}

func relationshipOf(t people.Relationship) relationshipOut {
	return relationshipOut{t.ID, t.Status, t.Version, relationshipIn{t.Person, t.Other, t.Kind, t.Strength, t.Manner, t.From, t.Until}}
}

func (x api) relate(ctx context.Context, a access.Actor, in relationshipIn) (relationshipOut, error) {
	t, err := x.room.Relate(ctx, a, people.Relationship{Person: in.Person, Other: in.Other, Kind: in.Kind, Strength: in.Strength, Manner: in.Manner, From: in.From, Until: in.Until})
	return relationshipOf(t), err
}

func (x api) relationship(ctx context.Context, a access.Actor, id db.ID) (relationshipOut, error) {
	t, _, err := x.room.Relationship(ctx, a, id)
	return relationshipOf(t), err
}

// relationshipPatch is a merge patch: what is not sent stays.
type relationshipPatch struct {
	Strength *string        `json:"strength,omitempty"`
	Manner   *string        `json:"manner,omitempty"`
	From     *calendar.Date `json:"from,omitempty"`
	Until    *calendar.Date `json:"until,omitempty"`
	Version  int64          `json:"version"`
}

func (x api) patchRelationship(ctx context.Context, a access.Actor, id db.ID, in relationshipPatch) (relationshipOut, error) {
	t, _, err := x.room.Relationship(ctx, a, id)
	if err != nil {
		return relationshipOut{}, err
	}
	change := people.RelationshipChange{Strength: t.Strength, Manner: t.Manner, From: t.From, Until: t.Until, Version: in.Version}
	set(&change.Strength, in.Strength)
	set(&change.Manner, in.Manner)
	set(&change.From, in.From)
	set(&change.Until, in.Until)
	t, err = x.room.ChangeRelationship(ctx, a, id, change)
	return relationshipOf(t), err
}

func (x api) removeRelationship(ctx context.Context, a access.Actor, id db.ID, in people.RemoveInput) (relationshipOut, error) {
	t, err := x.room.RemoveRelationship(ctx, a, id, in)
	return relationshipOf(t), err
}
