package demo

import (
	"context"
	"slices"

	"kizuna/internal/generate"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/text"
	"kizuna/internal/office/account"
	"kizuna/internal/resident/people"
)

// actor acts as the account with this mail name.
func (m *maker) actor(mail string) access.Actor {
	for _, x := range m.agency.Accounts {
		if x.Email == mail+"@minato.example" {
			a := x.Actor()
			if x.Role == access.Supervisor { // who sees the teams below
				a.Teams = []db.ID{m.teams["support"], m.teams["community"], m.teams["family"], m.teams["intake"]}
			}
			return a
		}
	}
	panic("demo: nobody is " + mail)
}

// residents are those the agency has known for longer than the history
// goes back. Their names are none that a story looks for.
func (m *maker) residents(ctx context.Context) error {
	for _, h := range generate.Households(seed, text.JA, m.day(-yearDays), m.o.Persons) {
		if !slices.ContainsFunc(h.Residents, taken) {
			m.neighbours = append(m.neighbours, h)
		}
	}
	var in people.Loaded
	for i, h := range m.neighbours {
		team := m.teams["community"]
		if len(h.Residents) > 2 {
			team = m.teams["family"]
		}
		for j := range h.Residents {
			h.Residents[j].Teams = []db.ID{team}
		}
		m.neighbours[i] = h
		in.Residents, in.Members = append(in.Residents, h.Residents...), append(in.Members, h.Members...)
		in.Households = append(in.Households, h.Household)
	}
	_, err := op.Do(ctx, m.srv.Run, m.admin, "demo.residents", nil, func(tx *op.Tx) (bool, error) {
		return true, tx.As(access.TheSystem(), func() error { return people.Load(tx, in, m.day(-yearDays)) })
	})
	return err
}

// helpers are the organizations that take part in cases, by kind of trouble.
var helpers = map[string][]string{
	"home": {"clinic", "commissioner"}, "grief": {"clinic", "commissioner"}, "health": {"hospital", "clinic"}, "job": {"jobs"}, "youth": {"jobs"},
	"rent": {"council"}, "debt": {"council"}, "parent": {"nursery"}, "child": {"nursery", "hospital"},
}

var allies = []struct {
	key  string
	name text.Pair
}{
	{"clinic", both("港南クリニック", "Konan Clinic")},
	{"hospital", both("みなと中央病院 医療相談室", "Minato Central Hospital, social work")},
	{"commissioner", both("民生委員・児童委員協議会 栄町地区", "Welfare commissioners of Sakaecho")},
	{"jobs", both("ハローワークみなと", "Minato Job Centre")},
	{"council", both("みなと市社会福祉協議会", "Minato Council of Social Welfare")},
	{"nursery", both("みなと第二保育園", "Minato Second Nursery")},
}

// friends enters the organizations that help besides the providers.
func (m *maker) friends(ctx context.Context) error {
	m.allies = map[string]db.ID{}
	for _, x := range allies {
		made, err := m.srv.Rooms.People.CreateOrganization(ctx, m.actor("fujii"), people.Organization{Name: x.name})
		if err != nil {
			return err
		}
		m.allies[x.key] = made.ID
	}
	return nil
}

// taken tells whether a name belongs to somebody of the stories.
func taken(x people.Resident) bool {
	return slices.ContainsFunc(x.Names, func(n people.Name) bool {
		return slices.Contains([]string{"マルヤマ", "オオノ", "ナカムラ", "ヨシダ", "サイトウ", "オキノ"}, n.FamilyKana)
	})
}

// family begins with the persons of the story: Osamu Maruyama, his wife Setsuko and
// their daughter Aoi, as the agency knew them before the story begins.
func (m *maker) family(ctx context.Context) {
	m.begin(ctx, tale{"the Maruyamas", calendar.Moment(m.day(-96), 14, 10, calendar.Tokyo), func(t *teller) { must(m.maruyama(t.ctx)) }})
}

// twice are the places of neighbours whom the reception registered although they were known.
var twice = []int{3, 11, 24, 38}

// secondRecords registers some residents again, as somebody does who hears a name on the telephone:
// in kana, with the birth date and a number to call back.
func (m *maker) secondRecords(ctx context.Context) {
	m.begin(ctx, tale{"registered twice", calendar.Moment(m.day(-5), 11, 20, calendar.Tokyo), func(t *teller) {
		for _, i := range twice {
			if i >= len(m.neighbours) {
				return // there are few residents
			}
			x := m.neighbours[i].Residents[0]
			in := people.PersonInput{
				Names:     []people.NameInput{{Kind: "legal", Family: x.Names[0].FamilyKana, Given: x.Names[0].GivenKana}},
				BirthDate: x.Person.BirthDate, Gender: x.Person.Gender, Languages: x.Person.Languages.V,
			}
			for _, c := range x.Contacts {
				in.Contacts = append(in.Contacts, people.ContactInput{Kind: c.Kind, Value: c.Value})
			}
			try(m.srv.Rooms.People.Create(t.ctx, m.actor("morita"), in))
			t.later(1)
		}
	}})
}

func (m *maker) maruyama(ctx context.Context) error {
	worker := m.actor("tanaka")
	room := m.srv.Rooms.People
	osamu, err := room.Create(ctx, worker, people.PersonInput{
		Names:     []people.NameInput{{Kind: "legal", Family: "丸山", Given: "修", FamilyKana: "マルヤマ", GivenKana: "オサム", FamilyRomaji: "Maruyama", GivenRomaji: "Osamu"}},
		BirthDate: "1968-04-12", Gender: "male", Languages: []string{"ja", "jsl"}, Interpreter: "jsl",
		Contacts:  []people.ContactInput{{Kind: "fax", Value: "045-000-0000", Preferred: true}, {Kind: "mobile", Value: "090-0000-1842", Note: "文字のみ"}},
		Addresses: []people.AddressInput{{Kind: "registered", Postcode: "231-0000", Lines: "みなと市栄町2-14-301", Latitude: 35.4437, Longitude: 139.6380}},
	})
	if err != nil {
		return err
	}
	setsuko, err := room.Create(ctx, worker, people.PersonInput{
		Names:     []people.NameInput{{Kind: "legal", Family: "丸山", Given: "節子", FamilyKana: "マルヤマ", GivenKana: "セツコ", FamilyRomaji: "Maruyama", GivenRomaji: "Setsuko"}, {Kind: "former", Family: "大野", Given: "節子", FamilyKana: "オオノ", GivenKana: "セツコ"}},
		BirthDate: "1970-09-03", Gender: "female", Languages: []string{"ja"},
	})
	if err != nil {
		return err
	}
	aoi, err := room.Create(ctx, worker, people.PersonInput{
		Names:     []people.NameInput{{Kind: "legal", Family: "丸山", Given: "葵", FamilyKana: "マルヤマ", GivenKana: "アオイ", FamilyRomaji: "Maruyama", GivenRomaji: "Aoi"}},
		BirthDate: "1999-02-20", Gender: "female", Languages: []string{"ja", "en"},
	})
	if err != nil {
		return err
	}
	m.osamu = osamu.ID
	if err := m.household(ctx, worker, osamu.ID, setsuko.ID, aoi.ID); err != nil {
		return err
	}
	return m.user(ctx, access.Resident, account.UserInput{Mail: "maruyama@mail.example", Name: text.Pair{JA: "丸山 修", EN: "Osamu Maruyama"},
		Roles: []access.Role{access.Resident}, Person: osamu.ID})
}

func (m *maker) household(ctx context.Context, a access.Actor, osamu, setsuko, aoi db.ID) error {
	room := m.srv.Rooms.People
	_, err := room.CreateHousehold(ctx, a, people.HouseholdInput{Kind: "living", Label: "丸山", Members: []people.MemberInput{
		{Person: osamu, Relation: "self", Leads: true, From: "1996-06-01"}, {Person: setsuko, Relation: "spouse", From: "1996-06-01"},
	}})
	if err != nil {
		return err
	}
	for _, t := range []people.Relationship{
		{Person: osamu, Other: setsuko, Kind: "spouse", Strength: "strong", From: "1996-06-01"},
		{Person: osamu, Other: aoi, Kind: "child", Strength: "weak"},
	} {
		if _, err := room.Relate(ctx, a, t); err != nil {
			return err
		}
	}
	for _, c := range []people.Circumstance{
		{Person: osamu, Kind: "income", Detail: "障害基礎年金", Minor: 68_000, Currency: "JPY", Period: "month", From: "2019-04-01", Evidence: "verified"},
		{Person: osamu, Kind: "employment", Detail: "印刷所を離職", From: m.day(-112).MonthStart().AddDays(-1), Evidence: "stated"},
		{Person: osamu, Kind: "housing", Detail: "賃貸アパート", From: "2008-05-01", Evidence: "seen"},
	} {
		if _, err := room.AddCircumstance(ctx, a, c); err != nil {
			return err
		}
	}
	_, err = room.AddAlert(ctx, a, people.Alert{Person: osamu, Severity: "info", Label: "聴覚障害・手話"})
	return err
}
