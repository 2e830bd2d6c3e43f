package referral

import (
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/text"
)

// OnDeath withdraws, as the system, what providers are still asked for a person
// who died, and closes the packets. What was authorized stays until somebody
// settles it. It fills people.Room.OnDeath; a second time it finds nothing.
func OnDeath(tx *op.Tx, person db.ID, _ calendar.Date) error {
	why := text.Word(tx.Context(), "referral.reason.died")
	return tx.As(access.TheSystem(), func() error {
		list, err := db.All[Referral](tx, textAskedFor, person)
		if err != nil {
			return err
		}
		for _, x := range list {
			if x, err = flow.Take(tx, Flow, "withdraw", x, nil, flow.Because(why)); err != nil {
				return err
			}
			if err := release(tx, x.ID, "withdraw", why); err != nil {
				return err
			}
			if err := settle(tx, x); err != nil {
				return err
			}
		}
		return nil
	})
}
