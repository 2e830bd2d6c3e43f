package cases

import (
	"maps"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/text"
	"kizuna/internal/resident/people"
)

// The prompts of a death: one for the cases of those who were close to the
// person, settled by a need that is recorded for them; one for the person's own
// cases, which ends with them.
const (
	bereavedKind = "cases.prompt.bereaved"
	diedKind     = "cases.prompt.died"
	// The record of the death was wrong.
	correctedKind = "cases.prompt.death_corrected"
)

// OnDeath prompts the running cases of a person who died, and those of living
// persons who were close to them. It fills people.Room.OnDeath; a second time
// it finds nothing to say.
func OnDeath(tx *op.Tx, person db.ID, on calendar.Date) error {
	list, err := bereavedBy(tx, person, on)
	if err != nil {
		return err
	}
	own, err := runningOwn(tx, person)
	if err != nil {
		return err
	}
	var prompts []Reminder
	for _, c := range own {
		prompts = append(prompts, Reminder{Case: c.ID, Owner: c.Owner, Team: c.Team, Kind: diedKind, Args: db.AsJSON(map[string]any{"on": on}),
			Href: "/desk/cases/" + c.ID.String(), About: person})
	}
	seen := map[db.ID]bool{}
	for _, near := range []bool{true, false} { // a tie says more than a household
		for _, x := range list {
			if seen[x.Case] || near == (x.Kind == household) {
				continue
			}
			seen[x.Case] = true
			prompts = append(prompts, Reminder{Case: x.Case, Owner: x.Owner, Team: x.Team, Kind: bereavedKind, About: person,
				Args: db.AsJSON(map[string]any{"on": on, "tie": x.tie()}),
				Href: "/desk/needs/new?case_id=" + x.Case.String() + "&person_id=" + x.Person.String()})
		}
	}
	if len(prompts) == 0 {
		return nil
	}
	for i := range prompts {
		prompts[i].DueOn = today(tx)
	}
	return tx.As(access.TheSystem(), func() error {
		_, err := flow.CreateAll(tx, ReminderFlow, "raise", prompts)
		return err
	})
}

// OnDeathCorrected takes back what cases were asked because of a death that was not so, and prompts the person's own
// cases, those that ended with the death too, to look at what was stopped. It fills people.Room.OnDeathCorrected.
func OnDeathCorrected(tx *op.Tx, person db.ID, was, _ calendar.Date) error {
	told, err := toldOfDeath(tx, person)
	if err != nil {
		return err
	}
	own, err := endedByDeath(tx, person)
	if err != nil {
		return err
	}
	prompts := make([]Reminder, len(own))
	for i, c := range own {
		prompts[i] = Reminder{Case: c.ID, Owner: c.Owner, Team: c.Team, Kind: correctedKind, DueOn: today(tx), Href: "/desk/cases/" + c.ID.String(),
			Args: db.AsJSON(map[string]any{"on": was})}
	}
	return tx.As(access.TheSystem(), func() error {
		// A death that is recorded later is told anew.
		if _, _, err := flow.TakeAll(tx, ReminderFlow, "withdraw", told, func(p *Reminder) { p.About = db.ID{} }); err != nil {
			return err
		}
		_, err := flow.CreateAll(tx, ReminderFlow, "raise", prompts)
		return err
	})
}

// household is the tie of those who lived together.
const household = "household"

// inverse is what the dead was to a bereaved of whom only the other direction
// is known.
var inverse = map[string]string{"spouse": "spouse", "partner": "partner", "sibling": "sibling", "friend": "friend", "parent": "child", "child": "parent",
	"grandparent": "grandchild", "grandchild": "grandparent"}

// tie is what the dead was to the person the case is for, "" when it has no
// word of its own.
func (x bereaved) tie() string {
	if x.Far {
		return inverse[x.Kind]
	}
	return x.Kind
}

// Consoled settles what a case was asked after the death of somebody close,
// when a need was recorded on it.
func Consoled(tx *op.Tx, of db.ID) error { return Settle(tx, of, bereavedKind) }

// Title is what a prompt asks. A person it speaks of is named when their card
// is among the named.
func (p Reminder) Title(lang text.Lang, named map[db.ID]people.Card) string {
	args := maps.Clone(p.Args.V)
	if on, ok := args["on"].(string); ok {
		args["on"] = calendar.FormatDay(calendar.Date(on), lang)
	}
	if p.Kind == bereavedKind {
		args["who"] = p.who(lang, named)
	}
	return text.T(lang, p.Kind, args)
}

func (p Reminder) who(lang text.Lang, named map[db.ID]people.Card) string {
	card, ok := named[p.About]
	if !ok {
		return text.T(lang, "cases.prompt.somebody_close", nil)
	}
	tie, _ := p.Args.V["tie"].(string)
	key := "people.relationship_kind." + tie
	if tie == household {
		key = "cases.tie.household"
	}
	if tie == "" {
		return text.T(lang, "cases.prompt.close", map[string]any{"name": card.Name})
	}
	return text.T(lang, "cases.prompt.close_as", map[string]any{"name": card.Name, "tie": text.T(lang, key, nil)})
}
