package generate

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/text"
	"kizuna/internal/resident/people"
)

// family is one household with its people, the eldest generation first.
type family struct {
	n         int // its number
	household people.Household
	residents []people.Resident
	members   []people.Member
	district  int
	latin     bool // names in Latin letters
}

// source gives the people of a synthetic agency: the n-th household is the same
// for the same seed and day, whatever the size.
type source struct {
	seed  uint64
	lang  text.Lang
	today calendar.Date
}

// The ids of households and all that belongs to them follow one another by
// this much, in milliseconds, from a moment long before the real records.
const (
	firstID  = 1_672_531_200_000 // 2023-01-01
	betweenH = 20_000
)

// ids makes the ids of records that belong together, the same every time.
type ids struct {
	ms, n uint64
	r     *rand.Rand
}

func (x *ids) next() db.ID {
	var id db.ID
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], x.ms<<16)
	copy(id[:6], b[:6])
	id[6], id[7] = 0x70|byte(x.n>>8)&0x0f, byte(x.n)
	if x.n++; x.n == 1<<12 {
		x.ms, x.n = x.ms+1, 0
	}
	binary.BigEndian.PutUint64(id[8:], x.r.Uint64())
	id[8] = id[8]&0x3f | 0x80
	return id
}

// of is what the household n is drawn from.
func (s source) of(n int) (*rand.Rand, *ids) {
	r := rand.New(rand.NewPCG(s.seed, uint64(n)))
	return r, &ids{ms: firstID + uint64(n)*betweenH, r: rand.New(rand.NewPCG(s.seed^0x6b697a756e61, uint64(n)))}
}

// member is who somebody is in a household before they have a name.
type member struct {
	relation string
	age      int
	female   bool
}

// shape draws who lives together. The shares are those of an ageing city.
func shape(r *rand.Rand) []member {
	female := r.IntN(2) == 0
	child := func(parent int) member { return member{"child", max(0, parent-22-r.IntN(18)), r.IntN(2) == 0} }
	switch x := r.IntN(100); {
	case x < 20:
		return []member{{"self", 65 + r.IntN(30), r.IntN(10) < 7}}
	case x < 42:
		return []member{{"self", 19 + r.IntN(46), female}}
	case x < 62:
		age := 30 + r.IntN(60)
		return []member{{"self", age, false}, {"spouse", max(20, age-6+r.IntN(10)), true}}
	case x < 84:
		age := 26 + r.IntN(28)
		out := []member{{"self", age, r.IntN(5) == 0}}
		out = append(out, member{"spouse", max(20, age-6+r.IntN(10)), !out[0].female})
		for range 1 + r.IntN(3) {
			out = append(out, child(age))
		}
		return out
	case x < 94:
		age := 24 + r.IntN(26)
		out := []member{{"self", age, r.IntN(8) != 0}}
		for range 1 + r.IntN(2) {
			out = append(out, child(age))
		}
		return out
	}
	age := 35 + r.IntN(20)
	return []member{{"self", age, false}, {"spouse", age - r.IntN(6), true}, child(age), child(age), {"parent", age + 22 + r.IntN(16), true}}
}

// household draws the household n. at is when it became known to the agency.
func (s source) household(n int, at calendar.Time) family {
	r, id := s.of(n)
	f := family{n: n, district: drawDistrict(r), latin: r.IntN(100) < s.latinShare()}
	name := familyName(r)
	if f.latin {
		name = any1(r, named["english family"])
	}
	home, since := address(r, s.lang, f.district), s.today.AddDays(-r.IntN(9000))
	f.household = people.Household{Head: flow.Head{ID: id.next(), CreatedAt: at}, Kind: "living", Label: name.written}
	for i, m := range shape(r) {
		x := s.person(r, id, name, m, f.latin, at)
		a := home
		a.Head, a.Person, a.Kind, a.From = flow.Head{ID: id.next(), CreatedAt: at}, x.Person.ID, "actual", since
		if x.Person.BirthDate > since {
			a.From = x.Person.BirthDate
		}
		x.Addresses = append(x.Addresses, a)
		f.residents = append(f.residents, x)
		f.members = append(f.members, people.Member{Head: flow.Head{ID: id.next(), CreatedAt: at}, Household: f.household.ID,
			Person: x.Person.ID, Relation: m.relation, Leads: i == 0, From: a.From})
	}
	return f
}

// latinShare is how many of a hundred households have names in Latin letters.
func (s source) latinShare() int {
	if s.lang == text.EN {
		return 70
	}
	return 4
}

func (s source) person(r *rand.Rand, id *ids, family spelled, m member, latin bool, at calendar.Time) people.Resident {
	born := s.today.AddYears(-m.age).AddDays(-r.IntN(365))
	x := people.Resident{Person: people.Person{Head: flow.Head{ID: id.next(), CreatedAt: at}, BirthDate: born, BirthPrecision: calendar.ToDay, Gender: "male"}}
	if m.female {
		x.Person.Gender = "female"
	}
	if r.IntN(400) == 0 {
		x.Person.BirthPrecision = calendar.ToYear
	}
	x.Person.Languages = db.AsJSON(languages(r, latin))
	if latin && r.IntN(5) == 0 {
		x.Person.Interpreter = x.Person.Languages.V[0]
	}
	legal := legalName(r, family, latin, m.female, born.Year())
	legal.Head, legal.Person = flow.Head{ID: id.next(), CreatedAt: at}, x.Person.ID
	x.Names = append(x.Names, legal)
	if m.relation == "spouse" && !latin && r.IntN(3) == 0 {
		was := legal
		before := familyName(r)
		was.ID, was.Kind, was.Family, was.FamilyKana, was.FamilyRomaji = id.next(), "former", before.written, before.kana, before.romaji
		x.Names = append(x.Names, was)
	}
	x.Contacts = s.contacts(r, id, x.Person, legal, m.age, at)
	return x
}

func languages(r *rand.Rand, latin bool) []string {
	if !latin {
		return []string{"ja"}
	}
	first := any1(r, []string{"en", "en", "vi", "tl", "ne", "pt", "zh", "ko", "es"})
	if r.IntN(2) == 0 {
		return []string{first}
	}
	return []string{first, "ja"}
}

// contacts draws telephone numbers that no network gives out and addresses of
// a domain that nobody can have (RFC 2606).
func (s source) contacts(r *rand.Rand, id *ids, p people.Person, n people.Name, age int, at calendar.Time) []people.Contact {
	var out []people.Contact
	add := func(kind, value string) {
		out = append(out, people.Contact{Head: flow.Head{ID: id.next(), CreatedAt: at}, Person: p.ID, Kind: kind, Value: value, Safe: true, Preferred: len(out) == 0})
	}
	if age >= 12 && (age < 75 || r.IntN(2) == 0) {
		add("mobile", fmt.Sprintf("0%d0-0%03d-%04d", 7+r.IntN(3), r.IntN(1000), r.IntN(10000)))
	}
	if age >= 50 && r.IntN(3) > 0 {
		add("phone", fmt.Sprintf("045-0%02d-%04d", r.IntN(100), r.IntN(10000)))
	}
	if age >= 16 && age < 70 && r.IntN(3) == 0 {
		add("email", fmt.Sprintf("%s.%s%d@mail.example", strings.ToLower(n.GivenRomaji), strings.ToLower(n.FamilyRomaji), r.IntN(1000)))
	}
	return out
}

// knownSince spreads the households over three years before today, in order.
func (s source) knownSince(n, of int) calendar.Time {
	const days = 3 * 365
	end := calendar.Moment(s.today, 9, 0, calendar.Tokyo)
	return end.Add(-days * 24 * time.Hour).Add(time.Duration(float64(days*24*time.Hour) * float64(n) / float64(max(1, of))))
}
