package family

import (
	"cmp"
	"math"
	"slices"
)

// plan is a family on its way to a picture. A node is a person or, where a
// line passes a generation, the place where it does. Partners form a block that
// stays together.
type plan struct {
	Family
	row     []int // of each node
	person  []int // of each node, -1 where a line passes
	block   []int // of each node, -1 for who is not drawn
	blocks  [][]int
	rows    [][]int // blocks by generation, from the left
	bunches []bunch
	unions  []Union // those of two in one generation, and those a child tells of
	told    int     // how many of them, the last, only a child tells of
}

// bunch is a brood between two neighbouring generations.
type bunch struct {
	brood   *brood
	parents []int
	kids    []int
}

func (f Family) plan() plan {
	p := plan{Family: f, row: f.rows()}
	for _, u := range f.Unions {
		if p.row[u.A] >= 0 && p.row[u.A] == p.row[u.B] {
			p.unions = append(p.unions, u)
		}
	}
	f.Unions = p.unions
	broods, told := f.broods(p.row)
	p.unions, p.told = append(p.unions, told...), len(told)
	for i := range f.People {
		p.person = append(p.person, i)
	}
	for i := range broods {
		p.string(&broods[i])
	}
	p.form()
	p.start()
	p.improve()
	return p
}

// string hangs a brood into the generations, with a place wherever its line
// passes one.
func (p *plan) string(b *brood) {
	slices.SortFunc(b.children, p.older)
	if len(b.parents) == 0 {
		p.bunches = append(p.bunches, bunch{brood: b, kids: b.children})
		return
	}
	at := p.row[b.parents[0]]
	near := bunch{brood: b, parents: b.parents}
	for _, c := range b.children {
		above := b.parents
		for r := at + 1; r < p.row[c]; r++ {
			passing := len(p.row)
			p.row, p.person = append(p.row, r), append(p.person, -1)
			if r == at+1 {
				near.kids = append(near.kids, passing)
			} else {
				p.bunches = append(p.bunches, bunch{b, above, []int{passing}})
			}
			above = []int{passing}
		}
		if p.row[c] == at+1 {
			near.kids = append(near.kids, c)
		} else {
			p.bunches = append(p.bunches, bunch{b, above, []int{c}})
		}
	}
	p.bunches = append(p.bunches, near)
}

// form makes the blocks: those tied by couples, in a row in which as many
// couples as can be stand beside each other.
func (p *plan) form() {
	p.block = make([]int, len(p.row))
	for i := range p.block {
		p.block[i] = -1
	}
	partners := make([][]int, len(p.row))
	byDate := slices.Clone(p.unions)
	slices.SortStableFunc(byDate, func(a, b Union) int { return cmp.Compare(a.Since, b.Since) })
	for _, u := range byDate {
		partners[u.A], partners[u.B] = append(partners[u.A], u.B), append(partners[u.B], u.A)
	}
	var take func(n, b int)
	take = func(n, b int) {
		if p.block[n] >= 0 {
			return
		}
		p.block[n] = b
		p.blocks[b] = append(p.blocks[b], n)
		for _, other := range partners[n] {
			take(other, b)
		}
	}
	// From the ends of a chain first, then from whoever is left.
	for _, most := range []int{1, math.MaxInt} {
		for n := range p.row {
			if p.row[n] >= 0 && p.block[n] < 0 && len(partners[n]) <= most {
				p.blocks = append(p.blocks, nil)
				take(n, len(p.blocks)-1)
			}
		}
	}
}

// start orders the blocks as one comes to them from the first person: who was
// born with the first of a block to the left of it, with the last to the right.
func (p *plan) start() {
	p.rows = make([][]int, slices.Max(append(slices.Clone(p.row), 0))+1)
	seen := make([]bool, len(p.blocks))
	var emit func(b int)
	kin := func(n int, up bool) {
		for _, x := range p.bunches {
			from, to := x.parents, x.kids
			if up {
				from, to = to, from
			}
			if slices.Contains(from, n) {
				for _, m := range to {
					emit(p.block[m])
				}
			}
		}
	}
	born := func(n int, left func(m int) bool) {
		for _, x := range p.bunches {
			if slices.Contains(x.kids, n) {
				for _, m := range x.kids {
					if m != n && left(m) {
						emit(p.block[m])
					}
				}
			}
		}
	}
	emit = func(b int) {
		if seen[b] {
			return
		}
		seen[b] = true
		all := p.blocks[b]
		first, last := all[0], all[len(all)-1]
		born(first, func(m int) bool {
			return len(all) > 1 || slices.Index(p.kidsWith(first, m), m) < slices.Index(p.kidsWith(first, m), first)
		})
		r := p.row[first]
		p.rows[r] = append(p.rows[r], b)
		born(last, func(int) bool { return true })
		for _, n := range all {
			kin(n, true)
		}
		for _, n := range all {
			kin(n, false)
		}
	}
	if len(p.row) > 0 && p.block[0] >= 0 {
		emit(p.block[0])
	}
	for b := range p.blocks {
		emit(b)
	}
}

// kidsWith are the kids of the bunch in which both are.
func (p *plan) kidsWith(a, b int) []int {
	for _, x := range p.bunches {
		if slices.Contains(x.kids, a) && slices.Contains(x.kids, b) {
			return x.kids
		}
	}
	return nil
}

// places numbers the nodes of each row from the left.
func (p *plan) places() []int {
	at := make([]int, len(p.row))
	for _, row := range p.rows {
		n := 0
		for _, b := range row {
			for _, x := range p.blocks[b] {
				at[x] = n
				n++
			}
		}
	}
	return at
}

// line is from a brood's parents to a child, by their places: those of parents
// count double, so that the middle of two is whole.
type line struct{ from, to, bunch, row int }

// crossed is what two lines that cross cost; all else together costs less.
const crossed = 100_000

// cost is how bad an order is: lines that cross before all, then the younger to
// the left of the older, then long lines.
func (p *plan) cost() int {
	at := p.places()
	var lines []line
	cost := 0
	for i, x := range p.bunches {
		from := 0
		for _, n := range x.parents {
			from += at[n]
		}
		if len(x.parents) == 1 {
			from *= 2
		}
		for k, n := range x.kids {
			if len(x.parents) > 0 {
				lines = append(lines, line{from, at[n], i, p.row[n]})
				cost += 2 * abs(from-2*at[n])
			}
			for _, younger := range x.kids[k+1:] {
				if at[younger] < at[n] {
					cost += 60
				}
				cost += abs(at[younger] - at[n])
			}
		}
	}
	for i, a := range lines {
		for _, b := range lines[i+1:] {
			if a.bunch != b.bunch && a.row == b.row && (a.from-b.from)*(a.to-b.to) < 0 {
				cost += crossed
			}
		}
	}
	return cost
}

func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}

// improve moves blocks within their rows as long as that makes the order better:
// sweeps first, which sort a row by its neighbour, then one block at a time.
func (p *plan) improve() {
	best, least := p.keep(), p.cost()
	try := func() bool {
		if c := p.cost(); c < least {
			best, least = p.keep(), c
			return true
		}
		return false
	}
	for range 4 {
		for _, down := range []bool{true, false} {
			p.sweep(down)
			try()
		}
	}
	p.restore(best)
	p.settle(&least)
	for range 6 {
		if least < crossed || !p.unravel(&least) {
			return
		}
		p.settle(&least)
	}
}

// unravel moves one block and has the other generations follow, which undoes
// crossings that no block undoes alone.
func (p *plan) unravel(least *int) bool {
	best, better := p.keep(), false
	for r := range p.rows {
		for from, b := range slices.Clone(p.rows[r]) {
			for to := range p.rows[r] {
				for _, mirror := range []bool{false, true} {
					was := p.keep()
					p.rows[r] = slices.Insert(slices.Delete(p.rows[r], from, from+1), to, b)
					if mirror {
						slices.Reverse(p.blocks[b])
					}
					for below := r + 1; below < len(p.rows); below++ {
						p.sort(below, true)
					}
					for above := r - 1; above >= 0; above-- {
						p.sort(above, false)
					}
					if c := p.cost(); c < *least {
						*least, best, better = c, p.keep(), true
					}
					p.restore(was)
				}
			}
		}
	}
	p.restore(best)
	return better
}

type kept struct{ rows, blocks [][]int }

func (p *plan) keep() kept { return kept{deep(p.rows), deep(p.blocks)} }

func (p *plan) restore(k kept) { p.rows, p.blocks = deep(k.rows), deep(k.blocks) }

func deep(list [][]int) [][]int {
	out := make([][]int, len(list))
	for i, x := range list {
		out[i] = slices.Clone(x)
	}
	return out
}

// sweep sorts each row by where its blocks' parents, or kids, stand.
func (p *plan) sweep(down bool) {
	for i := range p.rows {
		r := i
		if !down {
			r = len(p.rows) - 1 - i
		}
		p.sort(r, down)
	}
}

func (p *plan) sort(r int, down bool) {
	at := p.places()
	want := map[int]float64{}
	for _, b := range p.rows[r] {
		sum, n := 0.0, 0.0
		for _, x := range p.bunches {
			near, far := x.kids, x.parents
			if !down {
				near, far = far, near
			}
			for _, m := range near {
				if p.block[m] != b {
					continue
				}
				for _, o := range far {
					sum, n = sum+float64(at[o]), n+1
				}
			}
		}
		want[b] = float64(at[p.blocks[b][0]])
		if n > 0 {
			want[b] = sum / n
		}
	}
	slices.SortStableFunc(p.rows[r], func(a, b int) int { return cmp.Compare(want[a], want[b]) })
}

// settle tries every other place for each block, and its mirror image.
func (p *plan) settle(least *int) {
	for pass, better := 0, true; better && pass < 12; pass++ {
		better = false
		for r := range p.rows {
			for _, b := range slices.Clone(p.rows[r]) {
				better = p.move(r, b, least) || better
			}
		}
	}
}

// move finds the best place for a block in its row, either way about.
func (p *plan) move(r, b int, least *int) bool {
	from := slices.Index(p.rows[r], b)
	rest := slices.Delete(slices.Clone(p.rows[r]), from, from+1)
	to, mirrored, better := from, false, false
	for _, mirror := range []bool{false, true} {
		if mirror {
			if len(p.blocks[b]) < 2 {
				break
			}
			slices.Reverse(p.blocks[b])
		}
		for i := 0; i <= len(rest); i++ {
			p.rows[r] = slices.Insert(slices.Clone(rest), i, b)
			if c := p.cost(); c < *least {
				*least, to, mirrored, better = c, i, mirror, true
			}
		}
	}
	if len(p.blocks[b]) > 1 && !mirrored {
		slices.Reverse(p.blocks[b])
	}
	p.rows[r] = slices.Insert(rest, to, b)
	return better
}
