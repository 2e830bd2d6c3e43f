package rule

import (
	"maps"
	"reflect"
	"slices"

	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/text"
)

var stringsType = reflect.TypeFor[[]string]()

// Condition is one named requirement.
type Condition struct {
	Key   string    `json:"key"`
	Label text.Pair `json:"label"`
	Expr  string    `json:"expr"`
}

// Rule is what an agency writes: all conditions must be met.
type Rule struct {
	Conditions []Condition `json:"conditions"`
	Amount     string      `json:"amount,omitempty"` // expression for the amount, in the main unit; "" when there is none
	Examples   []Example   `json:"examples,omitempty"`
}

// Example is a case the agency knows the answer to.
type Example struct {
	Name   text.Pair `json:"name"`
	Facts  Facts     `json:"facts"`
	Want   State     `json:"want"`
	Amount string    `json:"amount,omitempty"` // checked when not ""
}

// State is how a condition, or all of them together, came out.
type State string

// The states.
const (
	Met     State = "met"
	NotMet  State = "not_met"
	Unknown State = "unknown"
)

// In gives the state's word.
func (s State) In(lang text.Lang) string { return text.T(lang, "rule."+string(s), nil) }

// Finding is how one condition came out and on what it rests.
type Finding struct {
	Key     string   `json:"key"`
	State   State    `json:"state"`
	Facts   Facts    `json:"facts,omitempty"`   // what it speaks of and what is known of it
	Missing []string `json:"missing,omitempty"` // what would have to be known
	Fault   string   `json:"fault,omitempty"`   // word key, when it could not be worked out
}

// Outcome is the whole answer. Its JSON is the same for the same rule and facts, byte for byte.
type Outcome struct {
	State    State     `json:"state"`
	Findings []Finding `json:"findings"`
	Amount   string    `json:"amount,omitempty"` // main unit, when everything is met and it could be worked out
	// AmountMissing and AmountFault say why a met outcome has no amount.
	AmountMissing []string `json:"amount_missing,omitempty"`
	AmountFault   string   `json:"amount_fault,omitempty"`
}

// Ready is a rule that was checked.
type Ready struct {
	Rule       Rule
	conditions []*Expr
	amount     *Expr
	set        *Set
}

// Publish checks a rule and its examples. Faults point into the rule: /conditions/0/expr, /amount,
// /examples/2.
func (s *Set) Publish(r Rule) (*Ready, error) {
	out := &Ready{Rule: r, set: s}
	var wrong fault.Fields
	if len(r.Conditions) == 0 {
		wrong.Add("/conditions", "rule.no_conditions")
	}
	keys := map[string]bool{}
	for i, c := range r.Conditions {
		switch {
		case c.Key == "":
			wrong.Add(fault.At("conditions", i, "key"), "rule.key_missing")
		case keys[c.Key]:
			wrong.Add(fault.At("conditions", i, "key"), "rule.key_twice", "key", c.Key)
		}
		keys[c.Key] = true
		if c.Label.JA == "" && c.Label.EN == "" {
			wrong.Add(fault.At("conditions", i, "label"), "rule.label_missing")
		}
		e, err := s.Compile(c.Expr, Bool)
		if err := wrong.Absorb(fault.At("conditions", i, "expr"), err); err != nil {
			return nil, err
		}
		out.conditions = append(out.conditions, e)
	}
	if r.Amount != "" {
		var err error
		out.amount, err = s.Compile(r.Amount, Money)
		if err := wrong.Absorb("/amount", err); err != nil {
			return nil, err
		}
	}
	if err := wrong.Err(); err != nil {
		return nil, err
	}
	return out, out.Test()
}

// Test runs the examples and says which do not come out as the agency expects.
func (r *Ready) Test() error {
	var wrong fault.Fields
	for i, example := range r.Rule.Examples {
		if err := wrong.Absorb(fault.At("examples", i, "facts"), r.set.Check(example.Facts)); err != nil {
			return err
		}
		got := r.Decide(example.Facts)
		switch {
		case got.State != example.Want:
			wrong.Add(fault.At("examples", i), "rule.example_fails", "want", example.Want, "got", got.State)
		case example.Amount != "" && got.Amount != example.Amount:
			wrong.Add(fault.At("examples", i, "amount"), "rule.example_fails", "want", example.Amount, "got", got.Amount)
		}
	}
	return wrong.Err()
}

// Uses lists every fact the rule speaks of, by name.
func (r *Ready) Uses() []string {
	seen := Facts{}
	for _, e := range r.expressions() {
		for _, name := range e.uses {
			seen[name] = Value{}
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

func (r *Ready) expressions() []*Expr {
	if r.amount == nil {
		return r.conditions
	}
	return append(append([]*Expr(nil), r.conditions...), r.amount)
}

// Decide gives the outcome for some facts: met when every condition is, not met when one is not,
// unknown otherwise.
func (r *Ready) Decide(facts Facts) Outcome {
	out := Outcome{State: Met, Findings: make([]Finding, len(r.conditions))}
	for i, e := range r.conditions {
		f := finding(r.Rule.Conditions[i].Key, e, facts)
		out.Findings[i] = f
		if f.State == NotMet || f.State == Unknown && out.State == Met {
			out.State = f.State
		}
	}
	if out.State == Met && r.amount != nil {
		got := r.amount.Eval(facts)
		out.Amount, out.AmountMissing, out.AmountFault = got.Value.Text, got.Missing, got.Fault
	}
	return out
}

func finding(key string, e *Expr, facts Facts) Finding {
	f := Finding{Key: key, State: Unknown, Facts: Facts{}}
	for _, name := range e.uses {
		if v, ok := facts[name]; ok {
			f.Facts[name] = v
		}
	}
	got := e.Eval(facts)
	switch {
	case got.Known && got.Value.Text == "true":
		f.State = Met
	case got.Known:
		f.State = NotMet
	}
	f.Missing, f.Fault = got.Missing, got.Fault
	return f
}

// Only keeps the facts the rule speaks of, amount included: what a determination has to record to
// be replayed.
func (r *Ready) Only(facts Facts) Facts {
	kept := Facts{}
	for _, name := range r.Uses() {
		if v, ok := facts[name]; ok {
			kept[name] = v
		}
	}
	return kept
}
