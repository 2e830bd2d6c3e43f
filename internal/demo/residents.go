package demo

import (
	"context"
	"slices"
	"strings"

	"kizuna/internal/generate"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/text"
	"kizuna/internal/office/account"
	"kizuna/internal/office/document"
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

// brought are the papers of the resident who signs in: one that was accepted, one that was sent back, one to bring.
func (m *maker) brought(ctx context.Context) {
	m.begin(ctx, tale{"what Osamu Maruyama brought", calendar.Moment(m.day(-9), 15, 20, calendar.Tokyo), func(t *teller) {
		worker, room := m.actor("tanaka"), m.srv.Rooms.Documents
		asked := try(room.Ask(t.ctx, worker, document.AskInput{OwnerKind: "person", Owner: m.osamu, Person: m.osamu, Kinds: []string{"handbook", "income", "residence"}, Shown: true, Due: t.today().AddDays(14)}))
		t.later(2)
		for i := range asked[:2] {
			f := try(room.Upload(t.ctx, worker, "scan.pdf", "application/pdf", strings.NewReader(scan(t.today()))))
			asked[i] = try(room.Step(t.ctx, worker, asked[i].ID, "receive", document.StepInput{Version: asked[i].Version, File: f.ID}))
		}
		try(room.Step(t.ctx, worker, asked[0].ID, "accept", document.StepInput{Version: asked[0].Version}))
		try(room.Step(t.ctx, worker, asked[1].ID, "reject", document.StepInput{Version: asked[1].Version,
			Reason: t.say(both("昨年度のものです。今年度の年金振込通知書をお持ちください。", "This is last year's. Please bring this year's pension notice."))}))
	}})
}

// acquaintance is a colleague at the reception who knows somebody outside: nobody has found yet whether the agency does too.
func (m *maker) acquaintance(ctx context.Context) {
	m.begin(ctx, tale{"an acquaintance", calendar.Moment(m.day(-2), 9, 5, calendar.Tokyo), func(t *teller) {
		try(m.srv.Rooms.People.Declare(t.ctx, m.actor("morita"), people.DeclareInput{Kind: "close",
			Name: t.say(both("和久井 志穂", "Shiho Wakui")), Kana: "ワクイ シホ", Note: t.say(both("同じ町内会の役員", "On the same neighbourhood committee"))}))
	}})
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
		ReachNote: both("電話の声は聞こえません。ファクスか文字で、急ぎは電話リレーサービスで。", "Cannot hear a telephone. Write by fax or text; if it is urgent, by the relay service.").In(m.o.Lang),
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
		{Person: osamu, Kind: "employment", Detail: "みなと印刷所", From: "1991-04-01", Until: m.day(-112).MonthStart().AddDays(-1), Evidence: "stated"},
		{Person: osamu, Kind: "housing", Housing: "rented", Detail: "アパートの3階", From: "2008-05-01", Evidence: "seen"},
	} {
		if _, err := room.AddCircumstance(ctx, a, c); err != nil {
			return err
		}
	}
	_, err = room.AddAlert(ctx, a, people.Alert{Person: osamu, Severity: "info", Label: "聴覚障害・手話"})
	return err
}

// relative is one of the Sakumas.
type relative struct{ family, given, familyKana, givenKana, gender, born, died string }

// sakumas are an invented family of three generations: a divorce, a second marriage and a foster child.
var sakumas = []relative{
	{"佐久間", "由紀", "サクマ", "ユキ", "female", "1983-06-21", ""},
	{"佐久間", "正一", "サクマ", "ショウイチ", "male", "1951-02-08", "2019-11-30"},
	{"佐久間", "和子", "サクマ", "カズコ", "female", "1954-10-02", ""},
	{"佐久間", "健", "サクマ", "ケン", "male", "1980-01-17", ""},
	{"高木", "誠", "タカギ", "マコト", "male", "1979-08-05", ""},
	{"高木", "陽斗", "タカギ", "ハルト", "male", "2008-04-11", ""},
	{"佐久間", "隆", "サクマ", "タカシ", "male", "1985-12-24", ""},
	{"佐久間", "結衣", "サクマ", "ユイ", "female", "2019-07-07", ""},
	{"小林", "蓮", "コバヤシ", "レン", "male", "2013-03-03", ""},
	{"小林", "舞", "コバヤシ", "マイ", "female", "1990-05-15", ""},
	{"佐久間", "フミ", "サクマ", "フミ", "female", "1926-01-20", "2012-08-19"},
}

// sakumaTies are who they are to each other, by their place: what the second is to the first.
var sakumaTies = []struct {
	one, other             int
	kind, strength, manner string
	from, until            calendar.Date
}{
	{0, 1, "parent", "", "", "", ""}, {0, 2, "parent", "strong", "", "", ""}, {3, 1, "parent", "", "", "", ""}, {3, 2, "parent", "", "", "", ""},
	{1, 2, "spouse", "", "", "1978-05-03", ""}, {1, 10, "parent", "", "", "", ""},
	{0, 4, "spouse", "strained", "", "2006-03-20", "2014-06-30"}, {0, 5, "child", "", "", "", ""}, {4, 5, "child", "weak", "", "", ""},
	{0, 6, "spouse", "strong", "", "2017-11-22", ""}, {6, 5, "child", "", "step", "2017-11-22", ""},
	{0, 7, "child", "strong", "", "", ""}, {6, 7, "child", "strong", "", "", ""},
	{0, 8, "child", "", "foster", "2021-04-01", ""}, {6, 8, "child", "", "foster", "2021-04-01", ""}, {9, 8, "child", "weak", "", "", ""},
}

// bigFamily has the Sakumas come to the agency, all but the first husband and the foster child's mother in one home.
func (m *maker) bigFamily(ctx context.Context) {
	m.begin(ctx, tale{"the Sakumas", calendar.Moment(m.day(-40), 10, 30, calendar.Tokyo), func(t *teller) {
		room, worker := m.srv.Rooms.People, m.actor("tanaka")
		ids := make([]db.ID, len(sakumas))
		for i, x := range sakumas {
			p := try(room.Create(t.ctx, worker, people.PersonInput{
				Names:     []people.NameInput{{Kind: "legal", Family: x.family, Given: x.given, FamilyKana: x.familyKana, GivenKana: x.givenKana}},
				BirthDate: calendar.Date(x.born), Gender: x.gender, Languages: []string{"ja"},
			}))
			if x.died != "" {
				p = try(room.RecordDeath(t.ctx, worker, p.ID, p.Version, calendar.Date(x.died)))
			}
			ids[i] = p.ID
		}
		for _, x := range sakumaTies {
			try(room.Relate(t.ctx, worker, people.Relationship{Person: ids[x.one], Other: ids[x.other], Kind: x.kind, Strength: x.strength, Manner: x.manner, From: x.from, Until: x.until}))
		}
		for _, kind := range []string{"registered", "living"} {
			try(room.CreateHousehold(t.ctx, worker, people.HouseholdInput{Kind: kind, Label: "佐久間", Members: []people.MemberInput{
				{Person: ids[0], Relation: "self", Leads: true, From: "2017-11-22"}, {Person: ids[6], Relation: "spouse", From: "2017-11-22"},
				{Person: ids[5], Relation: "child", From: "2017-11-22"}, {Person: ids[7], Relation: "child", From: "2019-07-07"},
				{Person: ids[8], Relation: "other", From: "2021-04-01"}, {Person: ids[2], Relation: "parent", From: "2020-02-01"},
			}}))
		}
		for _, c := range []people.Circumstance{
			{Person: ids[6], Kind: "income", Detail: "配送会社の給与", Minor: 248_000, Currency: "JPY", Period: "month", From: "2022-04-01", Evidence: "seen"},
			{Person: ids[0], Kind: "income", Detail: "パート（惣菜店）", Minor: 71_000, Currency: "JPY", Period: "month", From: "2023-10-01", Evidence: "stated"},
			{Person: ids[2], Kind: "income", Detail: "老齢年金", Minor: 792_000, Currency: "JPY", Period: "year", From: "2019-04-01", Evidence: "verified"},
			{Person: ids[0], Kind: "employment", Detail: "惣菜店「まる福」", From: "2023-10-01", Evidence: "stated"},
			{Person: ids[0], Kind: "housing", Housing: "public", Detail: "県営住宅の2階", From: "2017-11-22", Evidence: "seen"},
			{Person: ids[8], Kind: "education", Detail: "みなと市立栄中学校", From: "2026-04-01", Evidence: "seen"},
		} {
			try(room.AddCircumstance(t.ctx, worker, c))
		}
	}})
}
