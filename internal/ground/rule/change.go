package rule

import (
	"math/big"
	"slices"

	"kizuna/internal/ground/calendar"
)

// Change is one fact that, were it otherwise and everything else the same, would meet a condition.
type Change struct {
	Condition string `json:"condition"`
	Fact      string `json:"fact"`
	Op        Op     `json:"op"`
	Value     Value  `json:"value"`
}

// Op says how the fact would have to stand to the value.
type Op string

// The ways; "rule.would_" + Op is the sentence.
const (
	Is       Op = "is"
	AtLeast  Op = "at_least"
	AtMost   Op = "at_most"
	Contains Op = "contains"
	Lacks    Op = "lacks"
)

// WhatWouldChange gives, for each unmet condition, the single facts that would meet it: the other
// answer of yes or no, another choice, one item more or less in a list, and for numbers and dates
// the nearest value on either side. For numbers and dates it looks around the present value in
// growing steps and beside every number or date the expression names, then narrows to the
// boundary; a value met only on an island that no such step touches is not found.
func (r *Ready) WhatWouldChange(facts Facts) []Change {
	var out []Change
	for i, e := range r.conditions {
		if got := e.Eval(facts); !got.Known || got.Value.Text == "true" {
			continue
		}
		for _, name := range e.uses {
			if _, known := facts[name]; !known {
				continue
			}
			t := trial{e: e, facts: cloned(facts), fact: r.set.facts[name], condition: r.Rule.Conditions[i].Key}
			out = append(out, t.changes()...)
		}
	}
	return out
}

func cloned(facts Facts) Facts {
	out := make(Facts, len(facts))
	for k, v := range facts {
		out[k] = v
	}
	return out
}

// trial tries other values of one fact on one condition.
type trial struct {
	e         *Expr
	facts     Facts
	fact      Fact
	condition string
}

func (t *trial) meets(v Value) bool {
	was := t.facts[t.fact.Name]
	t.facts[t.fact.Name] = v
	got := t.e.Eval(t.facts)
	t.facts[t.fact.Name] = was
	return got.Known && got.Value.Text == "true"
}

func (t *trial) change(op Op, v Value) Change {
	return Change{Condition: t.condition, Fact: t.fact.Name, Op: op, Value: v}
}

func (t *trial) changes() []Change {
	switch now := t.facts[t.fact.Name]; t.fact.Type {
	case Bool:
		if other := Yes(now.Text != "true"); t.meets(other) {
			return []Change{t.change(Is, other)}
		}
	case String:
		return t.choices(now)
	case List:
		return t.items(now)
	case Date:
		return t.along(t.days(now))
	default:
		return t.along(t.numbers(now))
	}
	return nil
}

// words are the values to try for a text: its choices, or else what the expression names.
func (t *trial) words() []string {
	if len(t.fact.Options) > 0 {
		return t.fact.Options
	}
	list := slices.Clone(t.e.texts)
	slices.Sort(list)
	return slices.Compact(list)
}

func (t *trial) choices(now Value) []Change {
	var out []Change
	for _, word := range t.words() {
		if v := Text(word); word != now.Text && t.meets(v) {
			out = append(out, t.change(Is, v))
		}
	}
	return out
}

func (t *trial) items(now Value) []Change {
	var out []Change
	for _, word := range t.words() {
		if !slices.Contains(now.List, word) && t.meets(Texts(append(slices.Clone(now.List), word)...)) {
			out = append(out, t.change(Contains, Text(word)))
		}
	}
	for i, word := range now.List {
		if t.meets(Texts(slices.Delete(slices.Clone(now.List), i, i+1)...)) {
			out = append(out, t.change(Lacks, Text(word)))
		}
	}
	return out
}

// scale is an ordered type as whole steps, with the present value at 0.
type scale struct {
	at    func(step *big.Int) (Value, bool)
	marks []*big.Int // steps at what the expression names
}

const maxDoublings = 40

// numbers steps by 1, or by a thousandth for decimals and for money that has a fraction.
func (t *trial) numbers(now Value) scale {
	start, _ := parseNumber(now.Text)
	step := big.NewRat(1, 1)
	if t.fact.Type == Decimal || !start.IsInt() {
		step = big.NewRat(1, 1000)
	}
	s := scale{at: func(n *big.Int) (Value, bool) {
		r := new(big.Rat).Mul(step, new(big.Rat).SetInt(n))
		return Value{Type: t.fact.Type, Text: numberText(r.Add(r, start))}, true
	}}
	for _, m := range t.e.marks {
		steps := new(big.Rat).Sub(m, start)
		steps.Quo(steps, step)
		s.marks = append(s.marks, whole(steps, down).Num())
	}
	return s
}

func (t *trial) days(now Value) scale {
	start := calendar.Date(now.Text)
	s := scale{at: func(n *big.Int) (Value, bool) {
		if n.BitLen() > 22 {
			return Value{}, false
		}
		d := start.AddDays(int(n.Int64()))
		return On(d), calendar.Between(start, d) == int(n.Int64())
	}}
	for _, d := range t.e.days {
		s.marks = append(s.marks, big.NewInt(int64(calendar.Between(start, d))))
	}
	return s
}

// along looks to both sides for the nearest value that meets the condition.
func (t *trial) along(s scale) []Change {
	var out []Change
	for _, sign := range []int64{-1, 1} {
		near, found := t.nearest(s, sign)
		if !found {
			continue
		}
		v, _ := s.at(near)
		op := AtLeast
		if sign < 0 {
			op = AtMost
		}
		if next, ok := s.at(new(big.Int).Add(near, big.NewInt(sign))); ok && !t.meets(next) {
			op = Is
		}
		out = append(out, t.change(op, v))
	}
	return out
}

// nearest finds a step on one side that meets the condition, and halves the way back to where it
// begins to.
func (t *trial) nearest(s scale, sign int64) (*big.Int, bool) {
	ok := func(n *big.Int) bool {
		v, in := s.at(n)
		return in && t.meets(v)
	}
	low, high := new(big.Int), (*big.Int)(nil)
	for _, n := range probes(s, sign) {
		if ok(n) {
			high = n
			break
		}
		low = n
	}
	if high == nil {
		return nil, false
	}
	one := big.NewInt(1)
	for new(big.Int).Abs(new(big.Int).Sub(high, low)).Cmp(one) > 0 {
		mid := new(big.Int).Add(low, high)
		mid.Quo(mid, big.NewInt(2))
		if ok(mid) {
			high = mid
		} else {
			low = mid
		}
	}
	return high, true
}

// probes are the steps to try on one side, the nearest first.
func probes(s scale, sign int64) []*big.Int {
	var out []*big.Int
	for i := range maxDoublings {
		out = append(out, new(big.Int).Lsh(big.NewInt(1), uint(i)))
	}
	for _, m := range s.marks {
		for _, beside := range []int64{-1, 0, 1} {
			n := new(big.Int).Add(m, big.NewInt(beside))
			if n.Sign() == int(sign) {
				out = append(out, n.Abs(n))
			}
		}
	}
	slices.SortFunc(out, (*big.Int).Cmp)
	out = slices.CompactFunc(out, func(a, b *big.Int) bool { return a.Cmp(b) == 0 })
	if sign < 0 {
		for _, n := range out {
			n.Neg(n)
		}
	}
	return out
}
