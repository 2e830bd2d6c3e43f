package family

import (
	"math"
	"slices"
)

// The measures of a picture, in its own units.
const (
	Size    = 44  // of a symbol
	Cell    = 132 // of a person, with the words below the symbol
	words   = 40  // height of the words below a symbol
	passing = 24  // width kept free for a line that passes
	between = 18  // least space between two blocks
	margin  = 26
	lane    = 12 // between two bars of one gap
	clear   = 22 // between the words and the first bar, and the last bar and the symbols
)

// Point is a place in a picture.
type Point struct{ X, Y int }

// Path is a line through points.
type Path []Point

// Couple is the line of two partners; Told where only a child tells of it.
type Couple struct {
	A, B int
	Path Path
	Told bool
}

// Branch are the lines of a brood: the stem from its parents, the bar above the
// children, and a drop to each.
type Branch struct {
	Parents, Children []int
	Manner            string
	Bond              bool
	Lines             []Path
}

// Genogram is a family as it is drawn.
type Genogram struct {
	Width, Height int
	At            []Point // of the middle of each symbol; meaningless for who is not Drawn
	Row           []int   // generation, 0 the oldest
	Drawn         []bool
	Couples       []Couple
	Branches      []Branch
	Homes         []Path // closed, around those who live with the first
}

// Lay draws a family. The same family gives the same picture.
func Lay(f Family) Genogram {
	if len(f.People) == 0 {
		return Genogram{}
	}
	p := f.plan()
	x := p.across()
	g := Genogram{At: make([]Point, len(f.People)), Row: p.row[:len(f.People)], Drawn: make([]bool, len(f.People))}
	least, most := math.MaxInt, 0
	for n := range p.row {
		if p.row[n] >= 0 {
			least, most = min(least, x[n]-p.wide(n)/2), max(most, x[n]+p.wide(n)/2)
		}
	}
	for n := range x {
		x[n] += margin - least
	}
	g.Width = most - least + 2*margin
	lanes := p.lanes(x)
	y := p.down(lanes)
	g.Height = y[len(p.rows)-1] + Size/2 + words + margin + 2*p.under(len(p.rows)-1)
	for i := range f.People {
		if g.Drawn[i] = p.row[i] >= 0; g.Drawn[i] {
			g.At[i] = Point{x[i], y[p.row[i]]}
		}
	}
	g.Couples = p.couples(x, y)
	g.Branches = p.branches(x, y, lanes)
	g.Homes = p.homes(x, y)
	return g
}

func (p *plan) wide(n int) int {
	if p.person[n] < 0 {
		return passing
	}
	return Cell
}

// across finds where each node stands from left to right: each row in its
// order, every brood as near below its parents as the others allow.
func (p *plan) across() []int {
	x := make([]float64, len(p.row))
	offset := make([]int, len(p.row)) // within the block
	width := make([]int, len(p.blocks))
	for b, all := range p.blocks {
		for _, n := range all {
			offset[n] = width[b] + p.wide(n)/2
			width[b] += p.wide(n)
		}
	}
	lead := make([][]int, len(p.rows)) // the least place of each block
	for r, row := range p.rows {
		at := 0
		for _, b := range row {
			lead[r] = append(lead[r], at)
			at += width[b] + between
		}
		for i, b := range row {
			for _, n := range p.blocks[b] {
				x[n] = float64(lead[r][i] + offset[n])
			}
		}
	}
	for sweep := range 40 {
		for i := range p.rows {
			r := i
			if sweep%2 == 1 {
				r = len(p.rows) - 1 - i
			}
			p.shift(r, x, offset, lead[r], sweep)
		}
	}
	out := make([]int, len(x))
	for r, row := range p.rows {
		for i, b := range row {
			start := int(math.Round(x[p.blocks[b][0]]-float64(offset[p.blocks[b][0]])-float64(lead[r][i]))) + lead[r][i]
			for _, n := range p.blocks[b] {
				out[n] = start + offset[n]
			}
		}
	}
	return out
}

// shift moves the blocks of a row to where their parents and kids would have
// them, as near as their order and widths allow: least squares, by pooling
// neighbours that would pass each other.
func (p *plan) shift(r int, x []float64, offset, lead []int, sweep int) {
	row := p.rows[r]
	want, weight := make([]float64, len(row)), make([]float64, len(row))
	for i, b := range row {
		start := x[p.blocks[b][0]] - float64(offset[p.blocks[b][0]])
		want[i], weight[i] = start*.05, .05
	}
	pull := func(n int, to, force float64) {
		i := slices.Index(row, p.block[n])
		want[i] += (to - float64(offset[n])) * force
		weight[i] += force
	}
	for _, b := range p.bunches {
		if len(b.parents) == 0 {
			continue
		}
		middle, anchor := mean(b.kids, x), mean(b.parents, x)
		if p.row[b.kids[0]] == r && sweep%2 == 0 {
			for _, n := range b.kids {
				pull(n, anchor+x[n]-middle, 1)
			}
		}
		if p.row[b.parents[0]] == r && sweep%2 == 1 {
			for _, n := range b.parents {
				pull(n, middle+x[n]-anchor, 1)
			}
		}
	}
	for i := range want {
		want[i] = want[i]/weight[i] - float64(lead[i])
	}
	for i, at := range rising(want, weight) {
		for _, n := range p.blocks[row[i]] {
			x[n] = at + float64(lead[i]+offset[n])
		}
	}
}

func mean(nodes []int, x []float64) float64 {
	sum := 0.0
	for _, n := range nodes {
		sum += x[n]
	}
	return sum / float64(len(nodes))
}

// rising is the sequence that never falls and is nearest to another: pool
// adjacent violators.
func rising(want, weight []float64) []float64 {
	type pool struct {
		sum, weight float64
		n           int
	}
	var pools []pool
	for i := range want {
		pools = append(pools, pool{want[i] * weight[i], weight[i], 1})
		for len(pools) > 1 {
			a, b := pools[len(pools)-2], pools[len(pools)-1]
			if a.sum/a.weight <= b.sum/b.weight {
				break
			}
			pools = append(pools[:len(pools)-2], pool{a.sum + b.sum, a.weight + b.weight, a.n + b.n})
		}
	}
	out := make([]float64, 0, len(want))
	for _, x := range pools {
		for range x.n {
			out = append(out, x.sum/x.weight)
		}
	}
	return out
}

// anchor is where a bunch hangs.
func (b bunch) anchor(x []int) int {
	of := b.parents
	if len(of) == 0 {
		of = b.kids
	}
	sum := 0
	for _, n := range of {
		sum += x[n]
	}
	return sum / len(of)
}

func (b bunch) span(x []int) (int, int) {
	low, high := b.anchor(x), b.anchor(x)
	for _, n := range b.kids {
		low, high = min(low, x[n]), max(high, x[n])
	}
	return low, high
}

// lanes gives each bunch the height of its bar: of two that would meet, the one
// that reaches over where the other hangs runs below.
func (p *plan) lanes(x []int) []int {
	out := make([]int, len(p.bunches))
	for range p.bunches {
		changed := false
		for i, a := range p.bunches {
			for j, b := range p.bunches {
				if i == j || p.row[a.kids[0]] != p.row[b.kids[0]] {
					continue
				}
				low, high := a.span(x)
				from, until := b.span(x)
				if high+8 < from || until+8 < low {
					continue
				}
				over := func(low, high, at int) bool { return low <= at && at <= high }
				below := over(low, high, b.anchor(x)) && (!over(from, until, a.anchor(x)) || i > j)
				apart := !over(low, high, b.anchor(x)) && !over(from, until, a.anchor(x)) && i > j
				if (below || apart) && out[i] <= out[j] && out[j] < len(p.bunches) {
					out[i], changed = out[j]+1, true
				}
			}
		}
		if !changed {
			break
		}
	}
	return out
}

// under is the height below a row's words that lines of partners take who do
// not stand beside each other.
func (p *plan) under(r int) int {
	n := 0
	for _, u := range p.unions {
		if p.row[u.A] == r && !p.neighbours(u) {
			n++
		}
	}
	return n * lane
}

func (p *plan) neighbours(u Union) bool {
	all := p.blocks[p.block[u.A]]
	return abs(slices.Index(all, u.A)-slices.Index(all, u.B)) == 1
}

// down finds the height of each row.
func (p *plan) down(lanes []int) []int {
	y := make([]int, len(p.rows))
	bars := make([]int, len(p.rows)+1)
	for i, b := range p.bunches {
		r := p.row[b.kids[0]]
		bars[r] = max(bars[r], lanes[i]+1)
	}
	at := margin + Size/2
	if bars[0] > 0 {
		at += clear + lane*bars[0]
	}
	for r := range y {
		y[r] = at
		at += Size + words + p.under(r) + 2*clear + lane*max(0, bars[r+1]-1)
	}
	return y
}

// couples draws the line between partners: straight between neighbours,
// otherwise below the words of those between them.
func (p *plan) couples(x, y []int) []Couple {
	var out []Couple
	low := make([]int, len(p.rows))
	for i, u := range p.unions {
		a, b := u.A, u.B
		if x[a] > x[b] {
			a, b = b, a
		}
		c := Couple{A: u.A, B: u.B, Told: i >= len(p.unions)-p.told}
		r := p.row[a]
		c.Path = Path{{x[a] + Size/2, y[r]}, {x[b] - Size/2, y[r]}}
		if !p.neighbours(u) {
			low[r] += lane
			under := y[r] + Size/2 + words + low[r]
			left, right := x[a]+Cell/2-4, x[b]-Cell/2+4
			c.Path = Path{{x[a] + Size/2, y[r]}, {left, y[r]}, {left, under}, {right, under}, {right, y[r]}, {x[b] - Size/2, y[r]}}
		}
		out = append(out, c)
	}
	return out
}

// branches draws the broods.
func (p *plan) branches(x, y, lanes []int) []Branch {
	var out []Branch
	for i, b := range p.bunches {
		r := p.row[b.kids[0]]
		bar := y[r] - Size/2 - clear - lane*p.above(lanes, i)
		branch := Branch{Manner: b.brood.manner, Bond: b.brood.bond, Parents: b.brood.parents, Children: b.brood.children}
		at := b.anchor(x)
		if len(b.parents) > 0 {
			branch.Lines = append(branch.Lines, Path{{at, p.stem(b, x, y)}, {at, bar}})
		}
		if low, high := b.span(x); low < high {
			branch.Lines = append(branch.Lines, Path{{low, bar}, {high, bar}})
		}
		for _, n := range b.kids {
			until := y[r] - Size/2
			if p.person[n] < 0 {
				until = y[r] + Size/2 + words // the line goes on
			}
			branch.Lines = append(branch.Lines, Path{{x[n], bar}, {x[n], until}})
		}
		out = append(out, branch)
	}
	return out
}

// above counts how many bars may run below a bunch's own in its gap.
func (p *plan) above(lanes []int, i int) int {
	most := 0
	for j, b := range p.bunches {
		if p.row[b.kids[0]] == p.row[p.bunches[i].kids[0]] {
			most = max(most, lanes[j])
		}
	}
	return most - lanes[i]
}

// stem is where the line to a bunch begins: at the line of its parents, or below
// the words of the one.
func (p *plan) stem(b bunch, x, y []int) int {
	r := p.row[b.parents[0]]
	if len(b.parents) == 2 {
		low := 0
		for _, u := range p.unions {
			if p.row[u.A] != r {
				continue
			}
			near := p.neighbours(u)
			if !near {
				low += lane
			}
			if u.A == b.parents[0] && u.B == b.parents[1] || u.B == b.parents[0] && u.A == b.parents[1] {
				if near {
					return y[r]
				}
				return y[r] + Size/2 + words + low
			}
		}
	}
	return y[r] + Size/2 + words
}

// homes are the outlines of those who live with the first: runs of neighbours,
// joined where one stands above another.
func (p *plan) homes(x, y []int) []Path {
	const pad = 6
	type run struct{ left, right, row int }
	var runs []run
	for r, row := range p.rows {
		open := false
		for _, b := range row {
			for _, n := range p.blocks[b] {
				if p.person[n] < 0 || !p.People[p.person[n]].Home {
					open = false
					continue
				}
				if !open {
					runs = append(runs, run{x[n] - Cell/2 + pad, 0, r})
				}
				runs[len(runs)-1].right, open = x[n]+Cell/2-pad, true
			}
		}
	}
	top := func(r run) int { return y[r.row] - Size/2 - pad - 4 }
	foot := func(r run) int { return y[r.row] + Size/2 + words }
	single := func(row int) bool {
		n := 0
		for _, r := range runs {
			if r.row == row {
				n++
			}
		}
		return n == 1
	}
	var out []Path
	for i := 0; i < len(runs); {
		stack := []run{runs[i]}
		for i++; i < len(runs); i++ {
			last, next := stack[len(stack)-1], runs[i]
			if next.row != last.row+1 || !single(last.row) || !single(next.row) || next.left >= last.right || next.right <= last.left {
				break
			}
			stack = append(stack, next)
		}
		out = append(out, outline(stack, func(r run) (int, int, int, int) { return r.left, r.right, top(r), foot(r) }))
	}
	return out
}

// outline goes around runs that stand above each other.
func outline[R any](stack []R, box func(R) (left, right, top, foot int)) Path {
	var right, left Path
	for i, r := range stack {
		l, e, top, foot := box(r)
		if i > 0 {
			_, _, _, above := box(stack[i-1])
			top = (above + top) / 2
		}
		if i < len(stack)-1 {
			_, _, below, _ := box(stack[i+1])
			foot = (foot + below) / 2
		}
		right = append(right, Point{e, top}, Point{e, foot})
		left = append(left, Point{l, top}, Point{l, foot})
	}
	slices.Reverse(left)
	return append(right, left...)
}
