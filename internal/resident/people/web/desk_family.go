package web

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
	"kizuna/internal/resident/people"
	"kizuna/internal/resident/people/family"
)

// onDay is the day a page is asked for; today without one.
type onDay struct {
	On calendar.Date `json:"on,omitempty"`
}

// genogram shows a person's family as a picture, and the same as a table.
func (p *pages) genogram(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	var q onDay
	if err := door.Query(r, &q); err != nil {
		return err
	}
	ctx := r.Context()
	k, err := p.room.Kin(ctx, access.From(ctx), id, cmp.Or(q.On, p.room.Today(ctx)))
	if err != nil {
		return err
	}
	return door.Show(w, r, ui.Page{Title: text.Word(ctx, "people.web.genogram.title")}, genogramPage(familyOf(k)))
}

// kin is a family with its picture.
type kin struct {
	people.Kin
	pic family.Genogram
}

func familyOf(k people.Kin) kin {
	f := family.Family{People: make([]family.Person, len(k.Members))}
	together := 0
	for i, m := range k.Members {
		f.People[i].Born = string(m.BirthDate)
		if m.Home && (m.DiedOn == "" || m.DiedOn > k.On) {
			f.People[i].Home = true
			together++
		}
	}
	if together < 2 {
		f.People[0].Home = false
	}
	for _, c := range k.Couples {
		f.Unions = append(f.Unions, family.Union{A: c.A, B: c.B, Since: string(c.From)})
	}
	for _, x := range k.Parents {
		f.Descents = append(f.Descents, family.Descent{Parent: x.Parent, Child: x.Child, Manner: x.Manner, Beside: k.Beside(x)})
	}
	for _, x := range k.Relatives {
		b := family.Bond{A: x.Person, B: x.Of}
		if x.Kind == "grandparent" {
			b.Removed = 2
		}
		f.Bonds = append(f.Bonds, b)
	}
	return kin{k, family.Lay(f)}
}

// figure is how somebody is drawn.
type figure struct {
	people.Kinsman
	at     family.Point
	centre bool
}

func (k kin) figures() []figure {
	var out []figure
	for i, m := range k.Members {
		if k.pic.Drawn[i] {
			out = append(out, figure{m, k.pic.At[i], i == 0})
		}
	}
	return out
}

// size of a symbol, larger by so much on each side.
func box(more int) string { return strconv.Itoa(family.Size + 2*more) }

func half(more int) string { return strconv.Itoa(family.Size/2 + more) }

func at(n, shift int) string { return strconv.Itoa(n + shift) }

// edge is where a symbol begins, larger by so much.
func edge(n, more int) string { return strconv.Itoa(n - family.Size/2 - more) }

// diamond is the symbol of who is neither said to be a man nor a woman.
func diamond(p family.Point, more int) string {
	h := family.Size/2 + more
	return corners(family.Path{{X: p.X, Y: p.Y - h}, {X: p.X + h, Y: p.Y}, {X: p.X, Y: p.Y + h}, {X: p.X - h, Y: p.Y}})
}

func corners(p family.Path) string {
	words := make([]string, len(p))
	for i, c := range p {
		words[i] = strconv.Itoa(c.X) + "," + strconv.Itoa(c.Y)
	}
	return strings.Join(words, " ")
}

// slashes are the strokes through the line of a couple: one where they live
// apart, two where they are divorced.
func (k kin) slashes(c family.Couple) []family.Path {
	n := map[string]int{"separated": 1, "parted": 1, "divorced": 2}[k.state(c)]
	i := 0
	if len(c.Path) > 2 {
		i = 2
	}
	x, y := c.Path[i].X+(c.Path[i+1].X-c.Path[i].X)/4, c.Path[i].Y
	var out []family.Path
	for s := range n {
		out = append(out, family.Path{{X: x + 8*s - 4, Y: y + 9}, {X: x + 8*s + 4, Y: y - 9}})
	}
	return out
}

func (k kin) state(c family.Couple) string {
	for _, x := range k.Couples {
		if x.A == c.A && x.B == c.B {
			return x.State
		}
	}
	return ""
}

// short is a name as far as it fits below a symbol, whose words are about as
// wide as ten characters.
func short(name string) string {
	wide := 0
	for i, r := range name {
		if wide += 6; r > 0x24f {
			wide += 6
		}
		if wide > family.Cell-12 {
			return name[:i] + "…"
		}
	}
	return name
}

// age is somebody's on the day, or when they died; empty when it is not known.
func (k kin) age(m people.Kinsman) string {
	on := k.On
	if k.dead(m) {
		on = m.DiedOn
	}
	if years, _, known := m.Birth().Age(on); known {
		return strconv.Itoa(years)
	}
	return ""
}

func (k kin) dead(m people.Kinsman) bool { return m.DiedOn != "" && m.DiedOn <= k.On }

// years is when somebody was born and died.
func (k kin) years(ctx context.Context, m people.Kinsman) string {
	born := ""
	if m.BirthDate != "" {
		born = strconv.Itoa(m.BirthDate.Year())
	}
	switch {
	case k.dead(m):
		return text.Word(ctx, "people.web.genogram.lived", "from", cmp.Or(born, "?"), "until", strconv.Itoa(m.DiedOn.Year()))
	case born != "":
		return text.Word(ctx, "people.web.genogram.born", "year", born)
	}
	return ""
}

// table says what the picture says, in the columns that say something of somebody.
func (k kin) table(ctx context.Context) ui.TableProps {
	t := ui.TableProps{ID: "family", Caption: text.Word(ctx, "people.web.genogram.table")}
	keys, columns := []string{"field.name", "genogram.age"}, []func(context.Context, int) string{}
	for _, x := range []struct {
		key   string
		of    func(context.Context, int) string
		among int
	}{{"parents", k.parents, len(k.Parents)}, {"partners", k.partners, len(k.Couples)}, {"children", k.children, len(k.Parents)}, {"relatives", k.relatives, len(k.Relatives)}} {
		if x.among > 0 {
			keys, columns = append(keys, "genogram."+x.key), append(columns, x.of)
		}
	}
	for _, key := range keys {
		t.Columns = append(t.Columns, ui.Column{Label: text.Word(ctx, "people.web."+key)})
	}
	for i, m := range k.Members {
		row := ui.Row{ID: m.ID.String(), Title: nameOr(ctx, m.Name), Muted: !m.Open, Cells: []templ.Component{ui.Text(k.ageText(ctx, m))}}
		for _, of := range columns {
			row.Cells = append(row.Cells, ui.Text(of(ctx, i)))
		}
		if m.Open {
			row.Href = personAt(m.ID)
		}
		if i == 0 {
			row.Tags = append(row.Tags, ui.TagProps{Text: text.Word(ctx, "people.web.genogram.centre"), Tone: ui.Info})
		}
		if k.dead(m) {
			row.Tags = append(row.Tags, ui.TagProps{Text: text.Word(ctx, "people.web.died")})
		} else if m.Home && i > 0 {
			row.Tags = append(row.Tags, ui.TagProps{Text: text.Word(ctx, "people.web.genogram.home")})
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func (k kin) ageText(ctx context.Context, m people.Kinsman) string {
	words := []string{genderWord(ctx, m.Gender), k.years(ctx, m)}
	if age := k.age(m); age != "" {
		words = append(words, text.Word(ctx, "people.web.genogram.years", "n", age))
	}
	return text.List(text.From(ctx), slices.DeleteFunc(words, func(s string) bool { return s == "" }))
}

func (k kin) name(ctx context.Context, i int) string { return nameOr(ctx, k.Members[i].Name) }

func (k kin) manner(ctx context.Context, i int, manner string) string {
	if manner == "" {
		return k.name(ctx, i)
	}
	return text.Word(ctx, "people.web.household.of", "kind", k.name(ctx, i), "label", coded(ctx, mannerKey, manner))
}

func (k kin) parents(ctx context.Context, of int) string {
	var words []string
	for _, x := range k.Parents {
		if x.Child == of {
			words = append(words, k.manner(ctx, x.Parent, x.Manner))
		}
	}
	return text.List(text.From(ctx), words)
}

func (k kin) children(ctx context.Context, of int) string {
	list := slices.Clone(k.Parents)
	slices.SortStableFunc(list, func(a, b people.Parenthood) int {
		return cmp.Compare(cmp.Or(k.Members[a.Child].BirthDate, "9"), cmp.Or(k.Members[b.Child].BirthDate, "9"))
	})
	var words []string
	for _, x := range list {
		if x.Parent == of {
			words = append(words, k.manner(ctx, x.Child, x.Manner))
		}
	}
	return text.List(text.From(ctx), words)
}

func (k kin) partners(ctx context.Context, of int) string {
	var words []string
	for _, c := range k.Couples {
		other := c.A
		if c.A == of {
			other = c.B
		} else if c.B != of {
			continue
		}
		words = append(words, text.Word(ctx, "people.web.household.of", "kind", k.name(ctx, other), "label", coded(ctx, coupleKey, c.State)))
	}
	return text.List(text.From(ctx), words)
}

func (k kin) relatives(ctx context.Context, of int) string {
	var words []string
	add := func(i int, kind string) {
		words = append(words, text.Word(ctx, "people.web.household.of", "kind", k.name(ctx, i), "label", coded(ctx, relationshipKindKey, kind)))
	}
	for _, x := range k.Relatives {
		switch {
		case x.Person == of:
			add(x.Of, x.Kind)
		case x.Of == of && x.Kind == "sibling":
			add(x.Person, "sibling")
		case x.Of == of:
			add(x.Person, "grandchild")
		}
	}
	return text.List(text.From(ctx), words)
}
