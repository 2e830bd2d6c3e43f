package people

import (
	"context"
	"slices"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
)

// Manners are how a tie is what it is: a parent's or child's by birth (""),
// adoptive, foster or step; a spouse's lived together ("") or apart.
var Manners = []string{"adoptive", "foster", "step", "separated"}

// MannersOf are the manners that a kind of tie knows.
func MannersOf(kind string) []string {
	switch kind {
	case "parent", "child":
		return Manners[:3]
	case "spouse":
		return Manners[3:]
	}
	return nil
}

// kinDepth is over how many ties a family reaches, and mostKin how many are
// drawn: those nearest to the person.
const (
	kinDepth = 4
	mostKin  = 60
)

// Kin is a person's family on a day, as far as a reader may know of it: the
// person first, then those nearest.
type Kin struct {
	Person    Person
	On        calendar.Date
	Members   []Kinsman
	Couples   []Couple
	Parents   []Parenthood
	Relatives []Relative
	More      int // who may be known of and is too far to be drawn
}

// Kinsman is somebody of a family.
type Kinsman struct {
	Card
	Open bool // the reader may open the record
	Home bool // lives with the person on the day
}

// Couple are two of a family, by their place in it.
type Couple struct {
	A, B  int
	State string // married, separated, divorced, partners or parted
	From  calendar.Date
	Until calendar.Date
}

// Parenthood is from a parent to a child, by their places.
type Parenthood struct {
	Parent, Child int
	Manner        string
}

// Relative is a tie that jumps who ties the two: "sibling", or "grandparent",
// which Of is to Person.
type Relative struct {
	Person, Of int
	Kind       string
}

// CoupleStates are what a couple may be.
var CoupleStates = []string{"married", "separated", "divorced", "partners", "parted"}

// Kin gives a person's family on a day. Nobody is in it of whom the reader may
// not know, nor who is reached only through them, and no tie that shows on no
// page that the reader may open. Where somebody was harmed by the person, none
// of those around them are followed: the picture is the person's.
func (r *Room) Kin(ctx context.Context, a access.Actor, id db.ID, on calendar.Date) (Kin, error) {
	x := Kin{On: on}
	err := r.run.Read(ctx, func(q *db.Reader) error {
		b := db.NewBatch()
		now := r.run.Now()
		seen := lens(a, now).One("p.id")
		person := db.Queue[Person](b, selectPerson+"p.id = ? AND "+seen.SQL, append([]any{id}, seen.Args...)...)
		ties := db.Queue[Relationship](b, textKin, id, kinDepth)
		members := db.Queue[spell](b, textLivesWith, on, on, id, on, on)
		shielded := db.Queue[db.ID](b, textHarmedBy, id, id, on, on)
		if err := db.Send(q, b); err != nil {
			return err
		}
		p, ok := person.First()
		if !ok || p.Status == "merged" {
			return fault.NotFound()
		}
		x.Person = p
		g := gathering{kin: &x, shielded: shielded.Rows, lives: map[db.ID]bool{id: true}}
		g.ties = append(g.ties, ties.Rows...)
		g.fromHouseholds(members.Rows)
		ids := g.named()
		var err error
		if g.cards, err = othersSeen(q, a, now, ids); err != nil {
			return err
		}
		if g.open, err = visibleAmong(q, a, now, ids); err != nil {
			return err
		}
		g.gather()
		return nil
	})
	if err != nil {
		return Kin{}, err
	}
	return x, r.run.Reads.Note(ctx, a, "opened", "person", id, "genogram")
}

// gathering makes a family of ties.
type gathering struct {
	kin      *Kin
	ties     []Relationship
	shielded []db.ID
	lives    map[db.ID]bool
	cards    map[db.ID]Card
	open     map[db.ID]bool
	at       map[db.ID]int
}

// fromHouseholds adds what households say of how their members are related to
// the head, where no tie says it.
func (g *gathering) fromHouseholds(members []spell) {
	known := func(a, b db.ID) bool {
		return slices.ContainsFunc(g.ties, func(t Relationship) bool { return t.Person == a && t.Other == b || t.Person == b && t.Other == a })
	}
	for _, m := range members {
		if m.Kind == "living" {
			g.lives[m.Person] = true
		}
		head := slices.IndexFunc(members, func(h spell) bool { return h.Household == m.Household && h.Leads })
		if head < 0 || m.Leads || known(m.Person, members[head].Person) {
			continue
		}
		switch m.Relation {
		case "spouse", "child", "parent", "sibling", "grandparent", "grandchild":
			g.ties = append(g.ties, Relationship{Person: members[head].Person, Other: m.Person, Kind: m.Relation})
		}
	}
}

// named are all whom the ties and the home name.
func (g *gathering) named() []db.ID {
	ids := []db.ID{g.kin.Person.ID}
	for _, t := range g.ties {
		ids = append(ids, t.Person, t.Other)
	}
	for id := range g.lives {
		ids = append(ids, id)
	}
	return unique(ids)
}

// shows reports whether a tie may be drawn: it is on the page of somebody whom
// the reader may open, the reader may know of both, and it runs or, where its
// end says something of the family, ran.
func (g *gathering) shows(t Relationship) bool {
	if _, ok := g.cards[t.Person]; !ok {
		return false
	}
	if _, ok := g.cards[t.Other]; !ok {
		return false
	}
	passing := t.Kind != "spouse" && t.Kind != "partner" && t.Manner != "" && t.Manner != "adoptive"
	return (g.open[t.Person] || g.open[t.Other]) && (t.From == "" || t.From <= g.kin.On) && (!passing || g.kin.On.Within(t.From, t.Until))
}

// gather goes from the person outwards over the ties that show.
func (g *gathering) gather() {
	g.ties = slices.DeleteFunc(g.ties, func(t Relationship) bool { return !g.shows(t) })
	g.shieldKin()
	g.at = map[db.ID]int{}
	g.add(g.kin.Person.ID)
	left := map[db.ID]bool{}
	for i := 0; i < len(g.kin.Members); i++ {
		of := g.kin.Members[i].ID
		if i > 0 && slices.Contains(g.shielded, of) {
			continue
		}
		for _, t := range g.ties {
			if t.Person != of && t.Other != of {
				continue
			}
			other := t.Other
			if other == of {
				other = t.Person
			}
			if _, there := g.at[other]; there {
				continue
			}
			if len(g.kin.Members) >= mostKin {
				left[other] = true
				continue
			}
			g.add(other)
		}
	}
	g.kin.More = len(left)
	for _, t := range g.ties {
		g.draw(t)
	}
}

// shieldKin adds who is a child or partner of somebody harmed by the person:
// whom these live with now is none of the picture's.
func (g *gathering) shieldKin() {
	for _, id := range slices.Clone(g.shielded) {
		for _, t := range g.ties {
			switch {
			case t.Person == id && (t.Kind == "child" || t.Kind == "spouse" || t.Kind == "partner"):
				g.shielded = append(g.shielded, t.Other)
			case t.Other == id && (t.Kind == "parent" || t.Kind == "spouse" || t.Kind == "partner"):
				g.shielded = append(g.shielded, t.Person)
			}
		}
	}
}

func (g *gathering) add(id db.ID) {
	g.at[id] = len(g.kin.Members)
	g.kin.Members = append(g.kin.Members, Kinsman{Card: g.cards[id], Open: g.open[id], Home: g.lives[id]})
}

// draw enters a tie of two who are in the picture, once.
func (g *gathering) draw(t Relationship) {
	a, known := g.at[t.Person]
	b, both := g.at[t.Other]
	if !known || !both {
		return
	}
	switch t.Kind {
	case "spouse", "partner":
		if !slices.ContainsFunc(g.kin.Couples, func(c Couple) bool { return c.A == a && c.B == b || c.A == b && c.B == a }) {
			g.kin.Couples = append(g.kin.Couples, Couple{a, b, g.state(t), t.From, t.Until})
		}
	case "child":
		g.parent(a, b, t.Manner)
	case "parent":
		g.parent(b, a, t.Manner)
	case "sibling":
		g.kin.Relatives = append(g.kin.Relatives, Relative{a, b, "sibling"})
	case "grandparent":
		g.kin.Relatives = append(g.kin.Relatives, Relative{a, b, "grandparent"})
	case "grandchild":
		g.kin.Relatives = append(g.kin.Relatives, Relative{b, a, "grandparent"})
	}
}

func (g *gathering) parent(parent, child int, manner string) {
	p := Parenthood{parent, child, manner}
	if !slices.Contains(g.kin.Parents, p) {
		g.kin.Parents = append(g.kin.Parents, p)
	}
}

// state is what a couple is on the day: a marriage ends by death, which leaves
// it one, or by divorce.
func (g *gathering) state(t Relationship) string {
	ended := t.Until != "" && t.Until < g.kin.On
	for _, id := range []db.ID{t.Person, t.Other} {
		if died := g.cards[id].DiedOn; died != "" && t.Until != "" && died <= t.Until.AddDays(1) {
			ended = false
		}
	}
	switch {
	case t.Kind == "spouse" && ended:
		return "divorced"
	case t.Kind == "spouse" && t.Manner == "separated":
		return "separated"
	case t.Kind == "spouse":
		return "married"
	case ended:
		return "parted"
	}
	return "partners"
}

func unique(ids []db.ID) []db.ID {
	slices.SortFunc(ids, func(a, b db.ID) int { return slices.Compare(a[:], b[:]) })
	return slices.Compact(ids)
}

// Beside is, of a step-parent, whose child it is by birth and whom they are
// with; -1 for anybody else.
func (k Kin) Beside(x Parenthood) int {
	if x.Manner != "step" {
		return -1
	}
	for _, p := range k.Parents {
		with := func(c Couple) bool { return c.A == p.Parent && c.B == x.Parent || c.B == p.Parent && c.A == x.Parent }
		if p.Child == x.Child && p.Manner == "" && slices.ContainsFunc(k.Couples, with) {
			return p.Parent
		}
	}
	return -1
}
