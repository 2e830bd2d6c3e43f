package intake

import (
	"kizuna/internal/ground/rule"
	"kizuna/internal/ground/text"
)

// Weight is one line of the priority rule that applied: its points, and the
// word key that says why.
type Weight struct {
	Key    string `json:"key"`
	Points int64  `json:"points"`
}

// weigh is a line of the rule before it is checked.
type weigh struct {
	key, expr string
	points    int64
}

// weights are the priority rule: the points of every line that holds, to 100.
var weights = []weigh{
	{"intake.priority.danger", "in_danger", 40},
	{"intake.priority.violence", `allegations.exists(a, a in ["violence", "child_abuse", "elder_abuse", "disability_abuse"])`, 25},
	{"intake.priority.neglect", `allegations.exists(a, a in ["neglect", "self_neglect", "exploitation"])`, 15},
	{"intake.priority.home", `allegations.exists(a, a in ["unsafe_housing", "eviction"])`, 15},
	{"intake.priority.income", `"no_income" in allegations`, 10},
	{"intake.priority.child", "child", 15},
	{"intake.priority.frail", "frail", 10},
	{"intake.priority.repeated", "repeated", 10},
	{"intake.priority.several", "allegations.size() >= 3", 5},
}

// priorityFacts are what the rule may speak of.
var priorityFacts = mustSet(
	rule.Fact{Name: "in_danger", Type: rule.Bool, Room: "intake"},
	rule.Fact{Name: "child", Type: rule.Bool, Room: "intake"},
	rule.Fact{Name: "frail", Type: rule.Bool, Room: "intake"},
	rule.Fact{Name: "repeated", Type: rule.Bool, Room: "intake"},
	rule.Fact{Name: "allegations", Type: rule.List, Room: "intake", Options: Allegations},
)

var priorityRule = compiled(priorityFacts, weights)

func mustSet(facts ...rule.Fact) *rule.Set {
	for i := range facts {
		facts[i].Label = text.Pair{JA: facts[i].Name, EN: facts[i].Name}
	}
	s, err := rule.NewSet(facts...)
	if err != nil {
		panic(err)
	}
	return s
}

func compiled(s *rule.Set, lines []weigh) []*rule.Expr {
	out := make([]*rule.Expr, len(lines))
	for i, l := range lines {
		e, err := s.Compile(l.expr, rule.Bool)
		if err != nil {
			panic("intake: " + l.key + ": " + err.Error())
		}
		out[i] = e
	}
	return out
}

// Prioritize gives the priority of a complaint, 0 to 100, and what it rests on.
func Prioritize(in ComplaintInput) (int64, []Weight) {
	facts := rule.Facts{
		"in_danger": rule.Yes(in.InDanger), "child": rule.Yes(in.Child), "frail": rule.Yes(in.Frail), "repeated": rule.Yes(in.Repeated),
		"allegations": rule.Texts(in.Allegations...),
	}
	var total int64
	var reasons []Weight
	for i, e := range priorityRule {
		if got := e.Eval(facts); got.Known && got.Value.Text == "true" {
			total += weights[i].points
			reasons = append(reasons, Weight{weights[i].key, weights[i].points})
		}
	}
	return min(total, 100), reasons
}
