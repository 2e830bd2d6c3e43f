package intake

import (
	"slices"

	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/rule"
)

// ScreeningInput is what somebody tells to learn which help is likely. Nothing
// of it is kept.
type ScreeningInput struct {
	Age        int64    `json:"age,omitempty"`
	Household  int64    `json:"household_size,omitempty"`
	Income     int64    `json:"monthly_income,omitempty"` // of the household, main unit of the currency
	Troubles   []string `json:"troubles,omitempty"`
	AgeKnown   bool     `json:"age_known,omitempty"`
	MoneyKnown bool     `json:"income_known,omitempty"`
}

// Troubles are what can be ticked.
var Troubles = []string{"rent", "losing_home", "no_food", "debt", "job_lost", "illness", "care", "child", "violence", "grief", "alone"}

// Likely is a kind of help that is worth applying for, and how it came out.
type Likely struct {
	Help  string     `json:"help"` // key of intake.help
	State rule.State `json:"state"`
}

// helps are the conditions of each kind of help, in the order shown. They only
// point the way; a determination decides.
var helps = []weigh{
	{"housing", `(troubles.exists(t, t in ["rent", "losing_home"])) && monthly_income <= 100000 + 50000 * household_size`, 0},
	{"food", `"no_food" in troubles`, 0},
	{"living", `monthly_income <= 60000 + 40000 * household_size && troubles.exists(t, t in ["no_food", "job_lost", "illness", "rent"])`, 0},
	{"work", `"job_lost" in troubles && age < 65`, 0},
	{"debt", `"debt" in troubles`, 0},
	{"care", `"care" in troubles || age >= 75`, 0},
	{"child", `"child" in troubles`, 0},
	{"safety", `"violence" in troubles`, 0},
	{"grief", `"grief" in troubles`, 0},
	{"visits", `"alone" in troubles`, 0},
}

var screeningRule = compiled(mustSet(
	rule.Fact{Name: "age", Type: rule.Int, Room: "intake"},
	rule.Fact{Name: "household_size", Type: rule.Int, Room: "intake"},
	rule.Fact{Name: "monthly_income", Type: rule.Money, Room: "intake"},
	rule.Fact{Name: "troubles", Type: rule.List, Room: "intake", Options: Troubles},
), helps)

// Screen tells which help is likely, and which might be if more were told. It
// reads and keeps nothing.
func Screen(in ScreeningInput) ([]Likely, error) {
	var f fault.Fields
	for i, t := range in.Troubles {
		if !slices.Contains(Troubles, t) {
			f.Add(fault.At("troubles", i), "fault.bad_choice")
		}
	}
	if in.Age < 0 || in.Age > 130 {
		f.Add("/age", "fault.range", "min", 0, "max", 130)
	}
	if in.Household < 0 || in.Household > 30 {
		f.Add("/household_size", "fault.range", "min", 0, "max", 30)
	}
	if in.Income < 0 || in.Income > 1_000_000_000 {
		f.Add("/monthly_income", "fault.negative")
	}
	if err := f.Err(); err != nil {
		return nil, err
	}
	facts := rule.Facts{"troubles": rule.Texts(in.Troubles...), "household_size": rule.Whole(max(1, in.Household))}
	if in.AgeKnown {
		facts["age"] = rule.Whole(in.Age)
	}
	if in.MoneyKnown {
		facts["monthly_income"] = rule.Amount(in.Income, 0)
	}
	var out []Likely
	for i, e := range screeningRule {
		got := e.Eval(facts)
		switch {
		case !got.Known:
			out = append(out, Likely{helps[i].key, rule.Unknown})
		case got.Value.Text == "true":
			out = append(out, Likely{helps[i].key, rule.Met})
		}
	}
	return out, nil
}
