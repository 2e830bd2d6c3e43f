package web

import (
	"context"

	"github.com/a-h/templ"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
	"kizuna/internal/resident/people"
)

// tieTable lists a person's ties as that person sees them.
func (h homes) tieTable(ctx context.Context) ui.TableProps {
	t := ui.TableProps{ID: "ties", Caption: text.Word(ctx, "people.web.tie.title"), Columns: []ui.Column{
		{Label: text.Word(ctx, "people.web.field.name")}, {Label: text.Word(ctx, "people.web.tie.kind")},
		{Label: text.Word(ctx, "people.web.tie.strength")}, {Label: text.Word(ctx, "people.web.household.when")},
	}, Empty: ui.EmptyProps{Title: text.Word(ctx, "people.web.tie.none")}}
	for _, x := range h.Ties {
		other, kind := h.far(x)
		name, href := named(ctx, h.Around, other)
		t.Rows = append(t.Rows, ui.Row{ID: x.ID.String(), Href: href, Title: name, Muted: href == "" || x.Until != "" && x.Until < h.On,
			Cells: []templ.Component{ui.Text(tieWord(ctx, x, kind)), ui.Text(coded(ctx, strengthKey, x.Strength)), ui.Text(daysText(ctx, x.From, x.Until))},
			Acts:  []ui.Act{{Label: text.Word(ctx, "people.web.household.correct"), Href: h.tieAt(x, "change"), Small: true}}})
	}
	return t
}

// tieWord says what the other is, and in what manner.
func tieWord(ctx context.Context, t people.Relationship, kind string) string {
	if t.Manner == "" {
		return text.Word(ctx, kind)
	}
	return text.Word(ctx, "people.web.household.of", "kind", text.Word(ctx, kind), "label", coded(ctx, mannerKey, t.Manner))
}

// far is who is at the other end of a tie, and the key of what they are to the
// person.
func (h homes) far(t people.Relationship) (db.ID, string) {
	if t.Other == h.Person.ID {
		return t.Person, farKindKey(t.Kind)
	}
	return t.Other, relationshipKindKey(t.Kind)
}

func (h homes) tieAt(t people.Relationship, act string) string {
	return "/desk/relationships/" + t.ID.String() + "/" + act + "?of=" + h.Person.ID.String()
}

// tieIn is a tie of the person of the page.
type tieIn struct {
	Other    db.ID         `json:"other_id"`
	Kind     string        `json:"kind"`
	Strength string        `json:"strength,omitempty"`
	Manner   string        `json:"manner,omitempty"`
	From     calendar.Date `json:"from,omitempty"`
	picking
}

func relateAct(room *people.Room) homeAct {
	return homeAct{"step.relationship.add", "people.web.tie.added", relatePage, func() any { return &tieIn{} },
		func(ctx context.Context, a access.Actor, x homeForm, in any) error {
			t := in.(*tieIn)
			_, err := room.Relate(ctx, a, people.Relationship{Person: x.Person.ID, Other: t.Other, Kind: t.Kind, Strength: t.Strength, Manner: t.Manner, From: t.From})
			return err
		}}
}

func changeTieAct(room *people.Room) homeAct {
	return homeAct{"step.relationship.change", "people.web.saved", changeTiePage, func() any { return &people.RelationshipChange{} },
		func(ctx context.Context, a access.Actor, x homeForm, in any) error {
			_, err := room.ChangeRelationship(ctx, a, x.tie.ID, *in.(*people.RelationshipChange))
			return err
		}}
}

func removeTieAct(room *people.Room) homeAct {
	return homeAct{"step.relationship.remove", "people.web.household.removed", removeTiePage, func() any { return &people.RemoveInput{} },
		func(ctx context.Context, a access.Actor, x homeForm, in any) error {
			_, err := room.RemoveRelationship(ctx, a, x.tie.ID, *in.(*people.RemoveInput))
			return err
		}}
}

// tieNote says between whom a tie is.
func (x homeForm) tieNote(ctx context.Context) string {
	other, kind := x.far(x.tie)
	name, _ := named(ctx, x.Around, other)
	return text.Word(ctx, "people.web.household.of", "kind", text.Word(ctx, kind), "label", name)
}
