package cases

import (
	"slices"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/op"
	"kizuna/internal/office/account"
	"kizuna/internal/resident/people"
)

// handOverKind asks for another owner where the one there was is kept from somebody who takes part.
const handOverKind = "cases.prompt.hand_over"

// KeptFrom lists the users who can be given no part in a case, because of an interest in somebody who
// takes or took part. A case that is not there yet has its person alone.
func KeptFrom(q db.Q, c Case) ([]db.ID, error) {
	persons := []db.ID{c.Person}
	if !c.ID.IsZero() {
		var err error
		if persons, err = personsEver(q, c.ID); err != nil {
			return nil, err
		}
	}
	return people.KeptFrom(q, persons...)
}

// maySee refuses, beside the field, a user whom an interest keeps from a case. It does not say whose.
func maySee(q db.Q, c Case, user db.ID, at string) error {
	if user.IsZero() {
		return nil
	}
	kept, err := KeptFrom(q, c)
	if err == nil && slices.Contains(kept, user) {
		err = fault.Invalid(fault.Field{Pointer: at, Key: "cases.fault.kept_from"})
	}
	return err
}

// OnInterest asks for another owner of the running cases in which a person takes part and which a user
// has in hand who is kept from the person from now on. It fills people.Room.OnInterest.
func OnInterest(tx *op.Tx, user, person db.ID) error {
	list, err := runningInHand(tx, user, person)
	if err != nil {
		return err
	}
	return askForAnother(tx, list)
}

// askForAnother prompts those above the team that has each case, the nearest first; where there is
// nobody, the team.
func askForAnother(tx *op.Tx, list []Case) error {
	for _, c := range list {
		kept, err := KeptFrom(tx, c)
		if err != nil {
			return err
		}
		above, err := account.SupervisorsOf(tx, c.Team)
		if err != nil {
			return err
		}
		above = slices.DeleteFunc(above, func(id db.ID) bool { return slices.Contains(kept, id) })
		at := "/desk/cases/" + c.ID.String() + "/assign"
		_, asked, err := openReminder(tx, c.ID, handOverKind, at)
		if err != nil {
			return err
		}
		if asked {
			continue
		}
		p := Reminder{Case: c.ID, Team: c.Team, Kind: handOverKind, DueOn: today(tx), Href: at, Args: db.AsJSON(map[string]any{"number": c.Number})}
		if len(above) > 0 {
			p.Owner = above[0]
		}
		if err := tx.As(access.TheSystem(), func() error {
			_, err := flow.Create(tx, ReminderFlow, "raise", p)
			return err
		}); err != nil {
			return err
		}
	}
	return nil
}

// joined asks for another owner where the one there is is kept from somebody who joins the case.
func joined(tx *op.Tx, c Case, person db.ID) error {
	if c.Owner.IsZero() || c.Status != "open" && c.Status != "paused" {
		return nil
	}
	kept, err := people.KeptFrom(tx, person)
	if err != nil || !slices.Contains(kept, c.Owner) {
		return err
	}
	return askForAnother(tx, []Case{c})
}
