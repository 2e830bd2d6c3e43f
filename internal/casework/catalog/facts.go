package catalog

import (
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/ground/rule"
	"kizuna/internal/ground/text"
	"kizuna/internal/resident/people"
)

// FactSource is a room that tells rules about a person. Later rooms join
// through Room.Facts.
type FactSource interface {
	// Declare says which facts the room knows; the same every time.
	Declare() []rule.Fact
	// Load gives what is known of a person on a day; what is not known is left
	// out. The caller has checked that the actor may see the person.
	Load(q db.Q, person db.ID, on calendar.Date) (rule.Facts, error)
}

// residents is what the people room knows; Currency is that of incomes.
type residents struct{ currency string }

// Declare lists the facts of a person.
func (residents) Declare() []rule.Fact {
	return []rule.Fact{
		{Name: "today", Type: rule.Date, Room: "people", Label: text.Pair{JA: "判定日", EN: "Date of the determination"}},
		{Name: "age", Type: rule.Int, Room: "people", Label: text.Pair{JA: "年齢", EN: "Age"}},
		{Name: "household_size", Type: rule.Int, Room: "people", Label: text.Pair{JA: "世帯人数", EN: "Persons in the household"}},
		{Name: "monthly_income", Type: rule.Money, Room: "people", Label: text.Pair{JA: "月収", EN: "Monthly income"}},
		{Name: "languages", Type: rule.List, Room: "people", Label: text.Pair{JA: "話す言語", EN: "Languages"}, Options: people.SpokenLanguages},
		{Name: "died", Type: rule.Bool, Room: "people", Label: text.Pair{JA: "死亡している", EN: "Has died"}},
	}
}

// Load reads them. An age that is not known, and an income that nobody has
// entered, are unknown and not nothing.
func (s residents) Load(q db.Q, person db.ID, on calendar.Date) (rule.Facts, error) {
	known, err := people.FactsOf(q, person, on)
	if err != nil {
		return nil, err
	}
	out := rule.Facts{
		"today":          rule.On(on),
		"household_size": rule.Whole(int64(known.HouseholdSize)),
		"languages":      rule.Texts(known.Languages...),
		"died":           rule.Yes(known.Died),
	}
	if known.AgeKnown {
		out["age"] = rule.Whole(int64(known.Age))
	}
	if known.IncomeKnown {
		places, _ := ledger.Exponent(s.currency)
		out["monthly_income"] = rule.Amount(known.MonthlyIncome, places)
	}
	return out, nil
}

// Declared is the set of facts that rules may speak of.
func (r *Room) Declared() (*rule.Set, error) { return r.set() }

// FactsFor gives what all rooms know of a person on a day.
func (r *Room) FactsFor(q db.Q, person db.ID, on calendar.Date) (rule.Facts, error) {
	out := rule.Facts{}
	for _, source := range r.Facts {
		known, err := source.Load(q, person, on)
		if err != nil {
			return nil, err
		}
		for name, v := range known {
			out[name] = v
		}
	}
	return out, nil
}
