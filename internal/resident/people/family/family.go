// Package family finds where each stands in the picture of a family (ジェノグラム)
// or of those around somebody (エコマップ), and which lines tie them. It knows
// shapes and places only: no records, words or colours.
//
// A genogram is drawn after M. McGoldrick, R. Gerson and S. Petry, Genograms:
// Assessment and Intervention: generations in rows, the older above; partners
// beside each other, the line between them; children below it, the oldest left.
package family

import (
	"cmp"
	"slices"
)

// Person is one of a family, known by the place in the list. The first is whom
// the picture is about.
type Person struct {
	Born string // sorts; the older first, the unknown last
	Home bool   // lives with the first
}

// Union is a couple. Since orders somebody's couples.
type Union struct {
	A, B  int
	Since string
}

// Descent is from a parent to a child. Manner keeps those by birth, adoption
// and so on apart: who has one child in one manner has it together.
type Descent struct {
	Parent, Child int
	Manner        string
	Beside        int // whose child it is by birth, whom a step-parent is with; -1 for none
}

// Bond is a tie of two without those who tie them: siblings whose parents are
// not drawn, or a grandparent whose child is not.
type Bond struct {
	A, B    int
	Removed int // generations that B is above A: 0 for siblings, 2 for a grandparent
}

// Family is who is to be drawn, and what ties them.
type Family struct {
	People   []Person
	Unions   []Union
	Descents []Descent
	Bonds    []Bond
}

// brood are the children of one couple, of one parent, or of nobody who is
// drawn, in one manner.
type brood struct {
	parents  []int
	children []int
	manner   string
	bond     bool // only a bond ties them
}

// rows says in which generation everybody stands, 0 the oldest. What would have
// somebody stand in two, the later said, does not count; nor does who is tied
// to nobody, -1.
func (f Family) rows() []int {
	type step struct{ to, down int }
	next := make([][]step, len(f.People))
	tie := func(a, b, down int) {
		next[a] = append(next[a], step{b, down})
		next[b] = append(next[b], step{a, -down})
	}
	for _, d := range f.Descents {
		tie(d.Parent, d.Child, 1)
	}
	for _, u := range f.Unions {
		tie(u.A, u.B, 0)
	}
	for _, b := range f.Bonds {
		tie(b.A, b.B, -b.Removed)
	}
	const unset = 1 << 20
	row := make([]int, len(f.People))
	for i := range row {
		row[i] = unset
	}
	least := 0
	if len(row) > 0 {
		row[0] = 0
	}
	for queue := []int{0}; len(queue) > 0 && len(row) > 0; queue = queue[1:] {
		for _, s := range next[queue[0]] {
			if row[s.to] == unset {
				row[s.to] = row[queue[0]] + s.down
				least = min(least, row[s.to])
				queue = append(queue, s.to)
			}
		}
	}
	for i := range row {
		if row[i] == unset {
			row[i] = -1
			continue
		}
		row[i] -= least
	}
	return row
}

// broods gathers children by their parents. A couple that only a child tells of
// is one too, and is given back.
func (f Family) broods(row []int) ([]brood, []Union) {
	united := func(a, b int) bool {
		return slices.ContainsFunc(f.Unions, func(u Union) bool { return u.A == a && u.B == b || u.A == b && u.B == a })
	}
	type key struct {
		child  int
		manner string
	}
	var keys []key
	parents := map[key][]int{}
	for _, d := range f.Descents {
		if row[d.Parent] < 0 || row[d.Child] <= row[d.Parent] {
			continue
		}
		k := key{d.Child, d.Manner}
		if parents[k] == nil {
			keys = append(keys, k)
		}
		parents[k] = append(parents[k], d.Parent)
		if d.Beside >= 0 && united(d.Parent, d.Beside) && row[d.Beside] == row[d.Parent] {
			parents[k] = append(parents[k], d.Beside)
		}
	}
	var out []brood
	var told []Union
	add := func(ps []int, k key) {
		slices.Sort(ps)
		i := slices.IndexFunc(out, func(b brood) bool {
			return slices.Equal(b.parents, ps) && b.manner == k.manner && row[b.children[0]] == row[k.child]
		})
		if i < 0 {
			out = append(out, brood{parents: ps, manner: k.manner})
			i = len(out) - 1
			if len(ps) == 2 && !united(ps[0], ps[1]) && !slices.ContainsFunc(told, func(u Union) bool { return u.A == ps[0] && u.B == ps[1] }) {
				told = append(told, Union{A: ps[0], B: ps[1]})
			}
		}
		out[i].children = append(out[i].children, k.child)
	}
	for _, k := range keys {
		rest := slices.Clone(parents[k])
		for len(rest) > 0 {
			ps := rest[:1]
			for _, other := range rest[1:] {
				if row[other] == row[rest[0]] && (len(ps) == 1 || united(rest[0], other) && !united(rest[0], ps[1])) {
					ps = []int{rest[0], other}
				}
			}
			add(slices.Clone(ps), k)
			rest = slices.DeleteFunc(slices.Clone(rest), func(p int) bool { return slices.Contains(ps, p) })
		}
	}
	return append(out, f.bonded(row, out)...), told
}

// bonded are the broods of those whom only a bond ties.
func (f Family) bonded(row []int, known []brood) []brood {
	var out []brood
	for _, b := range f.Bonds {
		switch {
		case row[b.A] < 0 || row[b.B] != row[b.A]-b.Removed:
		case b.Removed > 0:
			out = append(out, brood{parents: []int{b.B}, children: []int{b.A}, bond: true})
		case slices.ContainsFunc(known, func(x brood) bool { return slices.Contains(x.children, b.A) && slices.Contains(x.children, b.B) }):
		default:
			i := slices.IndexFunc(out, func(x brood) bool {
				return len(x.parents) == 0 && (slices.Contains(x.children, b.A) || slices.Contains(x.children, b.B))
			})
			if i < 0 {
				out = append(out, brood{bond: true})
				i = len(out) - 1
			}
			for _, c := range []int{b.A, b.B} {
				if !slices.Contains(out[i].children, c) {
					out[i].children = append(out[i].children, c)
				}
			}
		}
	}
	return out
}

// older orders people by birth, the unknown last.
func (f Family) older(a, b int) int {
	if x, y := f.People[a].Born, f.People[b].Born; x != y {
		if x == "" || y == "" {
			return cmp.Compare(y, x)
		}
		return cmp.Compare(x, y)
	}
	return cmp.Compare(a, b)
}
