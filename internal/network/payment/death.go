package payment

import (
	"kizuna/internal/casework/cases"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/text"
)

// OnDeath cancels, as the system, what was to be paid out to a person after the
// day they died. A payout that stands in a batch already is for finance to take
// out: its case is prompted. It fills people.Room.OnDeath; a second time it
// finds nothing to cancel.
func OnDeath(tx *op.Tx, person db.ID, on calendar.Date) error {
	list, err := db.All[Payout](tx, textPayoutsAfter, person, on)
	if err != nil {
		return err
	}
	why := text.Word(tx.Context(), "payment.reason.died")
	batched := map[db.ID]int{}
	err = tx.As(access.TheSystem(), func() error {
		for _, p := range list {
			if !p.Batch.IsZero() {
				batched[p.Case]++
				continue
			}
			was := p.Status
			p, err := flow.Take(tx, PayoutFlow, "cancel", p, nil, flow.Because(why))
			if err == nil && was == "approved" {
				err = postPayout(tx, "cancel", p, PayableAccount("payout", p.ID), FundAccount(p.Fund, p.FiscalYear))
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for of, n := range batched {
		if err := cases.Raise(tx, cases.Prompt{Case: of, Kind: "payment.prompt.died", Args: map[string]any{"n": n}, Href: "/desk/cases/" + of.String()}); err != nil {
			return err
		}
	}
	return nil
}
