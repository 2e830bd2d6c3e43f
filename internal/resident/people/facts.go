package people

import (
	"slices"

	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/ledger"
)

// Facts are what an eligibility rule may know of a person on a day.
type Facts struct {
	Age           int // years; the youngest when only the year or month is known
	AgeKnown      bool
	HouseholdSize int   // members of the household they live in, themselves included
	MonthlyIncome int64 // of the person, in the agency's currency, smallest unit
	IncomeKnown   bool  // a regular income was entered, be it nothing
	Languages     []string
	Died          bool
}

// FactsOf reads the facts of a person on a day. Yearly amounts count as a
// twelfth, rounded down; what has no period does not count as monthly.
func FactsOf(q db.Q, person db.ID, on calendar.Date) (Facts, error) {
	b := db.NewBatch()
	who := db.Queue[Person](b, selectPerson+"p.id = ?", person)
	size := db.Queue[int](b, textLivingSize, on, on, person, on)
	facts := db.Queue[Circumstance](b, textCircumstances, person)
	if err := db.Send(q, b); err != nil {
		return Facts{}, err
	}
	p, _ := who.First()
	n, _ := size.First()
	out := Facts{HouseholdSize: max(1, n), Languages: p.Languages.V, Died: p.DiedOn != "" && p.DiedOn <= on}
	out.Age, _, out.AgeKnown = p.Birth().Age(on)
	for _, c := range facts.Rows {
		if c.Kind != "income" || !on.Within(c.From, c.Until) {
			continue
		}
		switch c.Period {
		case "month":
			out.MonthlyIncome += c.Minor
		case "year":
			out.MonthlyIncome += c.Minor / 12
		default:
			continue
		}
		out.IncomeKnown = true
	}
	return out, nil
}

// HasIncome tells whether a person's record has this very income on a day, so
// that what is told again is not counted twice.
func HasIncome(q db.Q, person db.ID, money ledger.Money, period string, on calendar.Date) (bool, error) {
	list, err := db.All[Circumstance](q, textCircumstances, person)
	return slices.ContainsFunc(list, func(c Circumstance) bool {
		return c.Kind == "income" && c.Minor == money.Minor && c.Currency == money.Currency && c.Period == period && on.Within(c.From, c.Until)
	}), err
}
