package flow

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"kizuna/internal/ground/access"
)

// Described is a flow without its record type, for the docs, the golden
// matrix and the words check.
type Described struct {
	Entity string
	Table  string
	Steps  []DescribedStep
}

// DescribedStep is one row of it.
type DescribedStep struct {
	Name         string
	From         []string
	To           string
	By           []access.Role
	Plain, Route bool
	Conditional  bool
}

var registry struct {
	sync.Mutex
	all    []Described
	tables []table
}

func register[R any](t *Table[R]) {
	d := Described{Entity: t.Entity, Table: t.Table}
	for _, s := range t.Steps {
		d.Steps = append(d.Steps, DescribedStep{s.Name, s.From, s.To, s.By, s.Plain, s.Route, s.When != nil})
	}
	registry.Lock()
	defer registry.Unlock()
	if slices.ContainsFunc(registry.all, func(o Described) bool { return o.Entity == d.Entity }) {
		panic("flow: two flows of " + d.Entity)
	}
	registry.all = append(registry.all, d)
	registry.tables = append(registry.tables, movable(t))
}

// All lists every flow of this binary by entity.
func All() []Described {
	registry.Lock()
	defer registry.Unlock()
	out := slices.Clone(registry.all)
	slices.SortFunc(out, func(a, b Described) int { return strings.Compare(a.Entity, b.Entity) })
	return out
}

// Describe gives one flow.
func (t *Table[R]) Describe() Described {
	for _, d := range All() {
		if d.Entity == t.Entity {
			return d
		}
	}
	return Described{}
}

// Statuses lists the statuses in the order of the work, void last.
func (d Described) Statuses() []string {
	var out []string
	add := func(s string) {
		if s != "" && s != Void && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	for _, s := range d.Steps {
		for _, f := range s.From {
			add(f)
		}
		add(s.To)
	}
	if slices.ContainsFunc(d.Steps, func(s DescribedStep) bool { return s.To == Void }) {
		out = append(out, Void)
	}
	return out
}

// Matrix is the flow as a text a social worker could review: each step, from
// and to, and who may take it. Rooms keep it as testdata/flow.txt.
func (d Described) Matrix() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", d.Entity)
	for _, s := range d.Steps {
		from := strings.Join(s.From, ", ")
		if from == "" {
			from = "(new)"
		}
		to := s.To
		if to == "" {
			to = "(stays)"
		}
		var by []string
		for _, r := range s.By {
			by = append(by, string(r))
		}
		fmt.Fprintf(&b, "  %-24s %s -> %s\n", s.Name, from, to)
		fmt.Fprintf(&b, "  %-24s by %s%s%s%s\n", "", strings.Join(by, ", "),
			mark(s.Conditional, "; on a condition"), mark(s.Plain, "; plain"), mark(s.Route, "; may be routed"))
	}
	return b.String()
}

func mark(on bool, text string) string {
	if on {
		return text
	}
	return ""
}
