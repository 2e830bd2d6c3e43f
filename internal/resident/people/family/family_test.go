package family_test

import (
	"fmt"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"kizuna/internal/resident/people/family"
)

// grown is a family as a test makes it.
type grown struct{ family.Family }

func (g *grown) born(year int, parents ...int) int {
	g.People = append(g.People, family.Person{Born: fmt.Sprintf("%04d", year)})
	n := len(g.People) - 1
	for _, p := range parents {
		g.Descents = append(g.Descents, family.Descent{Parent: p, Child: n, Beside: -1})
	}
	return n
}

func (g *grown) wed(a, b int) {
	g.Unions = append(g.Unions, family.Union{A: a, B: b, Since: fmt.Sprintf("%03d", len(g.Unions))})
}

// couple is a couple with its children, some of whom have partners and children of their own.
func (g *grown) under(t *rapid.T, a, b, year, depth int) {
	for i := range rapid.IntRange(0, 3).Draw(t, "children") {
		c := g.born(year+2*i, a, b)
		if depth > 0 && rapid.Bool().Draw(t, "weds") {
			p := g.born(year + 2*i)
			g.wed(c, p)
			g.under(t, c, p, year+27+2*i, depth-1)
		}
	}
}

// above gives somebody parents, and brothers and sisters with what comes of them.
func (g *grown) above(t *rapid.T, n, year, depth int) {
	if depth == 0 || !rapid.Bool().Draw(t, "parents known") {
		return
	}
	f, m := g.born(year-28), g.born(year-27)
	g.wed(f, m)
	for _, p := range []int{f, m} {
		g.Descents = append(g.Descents, family.Descent{Parent: p, Child: n, Beside: -1})
	}
	for i := range rapid.IntRange(0, 2).Draw(t, "siblings") {
		s := g.born(year+3+i, f, m)
		if rapid.Bool().Draw(t, "sibling weds") {
			p := g.born(year)
			g.wed(s, p)
			g.under(t, s, p, year+28, 0)
		}
	}
	g.above(t, f, year-28, depth-1)
	g.above(t, m, year-27, depth-1)
}

// ordinary is three or more generations around somebody: parents, grandparents, brothers and sisters, a
// partner with parents, and children.
func ordinary(t *rapid.T) family.Family {
	g := &grown{}
	me := g.born(1980)
	g.above(t, me, 1980, 2)
	if rapid.Bool().Draw(t, "wed") {
		p := g.born(1981)
		g.wed(me, p)
		g.above(t, p, 1981, 1)
		g.under(t, me, p, 2008, 1)
	}
	for i := range g.People {
		g.People[i].Home = rapid.Bool().Draw(t, "home")
	}
	return g.Family
}

// any is a family of anybody tied to anybody in any way.
func anyhow(t *rapid.T) family.Family {
	n := rapid.IntRange(1, 14).Draw(t, "people")
	f := family.Family{People: make([]family.Person, n)}
	pair := func() (int, int) {
		a := rapid.IntRange(0, n-1).Draw(t, "a")
		b := rapid.IntRange(0, n-1).Draw(t, "b")
		return a, b
	}
	for i := range f.People {
		f.People[i] = family.Person{Born: rapid.SampledFrom([]string{"", "1950", "1980", "2010"}).Draw(t, "born"), Home: rapid.Bool().Draw(t, "home")}
	}
	for range rapid.IntRange(0, 20).Draw(t, "ties") {
		a, b := pair()
		if a == b {
			continue
		}
		switch rapid.IntRange(0, 4).Draw(t, "kind") {
		case 0:
			f.Unions = append(f.Unions, family.Union{A: a, B: b})
		case 1, 2:
			f.Descents = append(f.Descents, family.Descent{Parent: a, Child: b, Manner: rapid.SampledFrom([]string{"", "foster"}).Draw(t, "manner"), Beside: -1})
		case 3:
			f.Bonds = append(f.Bonds, family.Bond{A: a, B: b})
		default:
			f.Bonds = append(f.Bonds, family.Bond{A: a, B: b, Removed: 2})
		}
	}
	return f
}

// sound is what holds of every picture: no two stand on each other, all is inside, parents stand above
// children, and the same family gives the same picture.
func sound(t *rapid.T, f family.Family, g family.Genogram) {
	for i, a := range g.At {
		if !g.Drawn[i] {
			continue
		}
		if a.X < family.Cell/2 || a.X > g.Width-family.Cell/2 || a.Y < family.Size/2 || a.Y > g.Height-family.Size/2 {
			t.Fatalf("%d stands outside at %+v of %d×%d", i, a, g.Width, g.Height)
		}
		for j, b := range g.At[:i] {
			if g.Drawn[j] && abs(a.X-b.X) < family.Cell && abs(a.Y-b.Y) < 2*family.Size-4 {
				t.Fatalf("%d at %+v and %d at %+v are on each other", i, a, j, b)
			}
		}
	}
	for _, b := range g.Branches {
		for _, c := range b.Children {
			for _, p := range b.Parents {
				if g.At[p].Y >= g.At[c].Y {
					t.Fatalf("%d is not above its child %d", p, c)
				}
			}
		}
	}
	if !reflect.DeepEqual(g, family.Lay(f)) {
		t.Fatal("the same family gives another picture")
	}
}

func abs(n int) int { return max(n, -n) }

func TestAnyFamilyIsDrawnSoundly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := anyhow(t)
		sound(t, f, family.Lay(f))
	})
}

// TestAnOrdinaryFamilyIsDrawnPlainly: every tie is there, partners stand side by side, and no line crosses another.
func TestAnOrdinaryFamilyIsDrawnPlainly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := ordinary(t)
		g := family.Lay(f)
		sound(t, f, g)
		for _, u := range f.Unions {
			i := slices.IndexFunc(g.Couples, func(c family.Couple) bool { return c.A == u.A && c.B == u.B })
			if i < 0 || len(g.Couples[i].Path) != 2 || abs(g.At[u.A].X-g.At[u.B].X) != family.Cell {
				t.Fatalf("%d and %d do not stand side by side", u.A, u.B)
			}
		}
		for _, d := range f.Descents {
			if !slices.ContainsFunc(g.Branches, func(b family.Branch) bool {
				return slices.Contains(b.Parents, d.Parent) && slices.Contains(b.Children, d.Child)
			}) {
				t.Fatalf("no line from %d to %d", d.Parent, d.Child)
			}
		}
		if a, b, cross := crossing(g); cross {
			t.Fatalf("lines cross: %v and %v\n%+v\n%+v", a, b, f, g.At)
		}
	})
}

// crossing finds two lines that go through each other; those of one brood or that only touch do not.
func crossing(g family.Genogram) (family.Path, family.Path, bool) {
	type piece struct {
		of   int
		path family.Path
	}
	var all []piece
	for i, b := range g.Branches {
		for _, l := range b.Lines {
			all = append(all, piece{i, l})
		}
	}
	for i, c := range g.Couples {
		all = append(all, piece{-1 - i, c.Path})
	}
	for i, a := range all {
		for _, b := range all[:i] {
			if a.of != b.of && through(a.path, b.path) {
				return a.path, b.path, true
			}
		}
	}
	return nil, nil, false
}

// through says whether a level and an upright line go through each other.
func through(a, b family.Path) bool {
	if a[0].Y != a[1].Y {
		a, b = b, a
	}
	if a[0].Y != a[1].Y || b[0].X != b[1].X {
		return false
	}
	low, high := min(a[0].X, a[1].X), max(a[0].X, a[1].X)
	top, foot := min(b[0].Y, b[1].Y), max(b[0].Y, b[1].Y)
	return low < b[0].X && b[0].X < high && top < a[0].Y && a[0].Y < foot
}

// TestAFamilyWithADivorceAndAFosterChild draws what records hold of a family that is not simple: two marriages
// of one, a child of the first, a step-parent, a foster child whose parents are known, and a grandmother who
// brings up a grandchild.
func TestAFamilyWithADivorceAndAFosterChild(t *testing.T) {
	f := family.Family{
		People: make([]family.Person, 9), // 0 she, 1 first husband, 2 second, 3 child of the first, 4 of the second, 5 foster child, 6 its mother, 7 her mother, 8 her brother
		Unions: []family.Union{{A: 0, B: 1, Since: "1999"}, {A: 0, B: 2, Since: "2010"}},
		Descents: []family.Descent{
			{Parent: 0, Child: 3, Beside: -1}, {Parent: 1, Child: 3, Beside: -1}, {Parent: 2, Child: 3, Manner: "step", Beside: 0},
			{Parent: 0, Child: 4, Beside: -1}, {Parent: 2, Child: 4, Beside: -1},
			{Parent: 0, Child: 5, Manner: "foster", Beside: -1}, {Parent: 2, Child: 5, Manner: "foster", Beside: -1}, {Parent: 6, Child: 5, Beside: -1},
			{Parent: 7, Child: 0, Beside: -1}, {Parent: 7, Child: 4, Manner: "foster", Beside: -1},
		},
		Bonds: []family.Bond{{A: 0, B: 8}},
	}
	g := family.Lay(f)
	for i, drawn := range g.Drawn {
		if !drawn {
			t.Errorf("%d is not drawn", i)
		}
	}
	if g.Row[7] != 0 || g.Row[0] != 1 || g.Row[8] != 1 || g.Row[6] != 1 || g.Row[5] != 2 {
		t.Errorf("generations %v", g.Row)
	}
	for _, c := range g.Couples {
		if abs(g.At[c.A].X-g.At[c.B].X) != family.Cell || c.Told {
			t.Errorf("%d and %d do not stand side by side", c.A, c.B)
		}
	}
	has := func(manner string, child int, parents ...int) {
		if !slices.ContainsFunc(g.Branches, func(b family.Branch) bool {
			return b.Manner == manner && slices.Contains(b.Children, child) && slices.Equal(b.Parents, parents)
		}) {
			t.Errorf("no line %q of %d and %v: %+v", manner, child, parents, g.Branches)
		}
	}
	has("", 3, 0, 1)
	has("step", 3, 0, 2)
	has("", 4, 0, 2)
	has("foster", 5, 0, 2)
	has("", 5, 6)
	has("foster", 4, 7)
	if !slices.ContainsFunc(g.Branches, func(b family.Branch) bool { return b.Bond && len(b.Children) == 2 }) {
		t.Error("the brother hangs on nothing")
	}
}

// TestWhatStandsAroundDoesNotMeet: so many as there may be, each inside the picture and apart from the others.
func TestWhatStandsAroundDoesNotMeet(t *testing.T) {
	for n := range 61 {
		width, height, spokes := family.Ring(n)
		if len(spokes) != n {
			t.Fatalf("%d of %d", len(spokes), n)
		}
		for i, a := range spokes {
			if a.At.X < family.Rim || a.At.Y < family.Rim || a.At.X > width-family.Rim || a.At.Y > height-family.Rim {
				t.Errorf("%d of %d stands outside at %+v of %d × %d", i, n, a.At, width, height)
			}
			for _, b := range spokes[:i] {
				if dx, dy := a.At.X-b.At.X, a.At.Y-b.At.Y; dx*dx+dy*dy < 100*100 {
					t.Errorf("two of %d stand at %+v and %+v", n, a.At, b.At)
				}
			}
			if throughWords(a) {
				t.Errorf("the line to %d of %d goes through its words: %+v", i, n, a)
			}
			if len(a.Jagged()) < 5 || len(a.Strokes()) != 2 {
				t.Errorf("no line to %d of %d", i, n)
			}
		}
	}
}

// throughWords tells whether the line goes through the words, two lines of them about 100 wide.
func throughWords(s family.Spoke) bool {
	top, bottom := s.At.Y+family.Rim+4, s.At.Y+family.Rim+34
	if s.Over {
		top, bottom = s.At.Y-family.Rim-34, s.At.Y-family.Rim-4
	}
	for i := range 51 {
		x, y := s.From.X+(s.Till.X-s.From.X)*i/50, s.From.Y+(s.Till.Y-s.From.Y)*i/50
		if y > top && y < bottom && x > s.At.X-50 && x < s.At.X+50 {
			return true
		}
	}
	return false
}
