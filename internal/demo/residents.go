package demo

import (
	"context"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/text"
	"kizuna/internal/office/account"
	"kizuna/internal/resident/people"
)

// actor acts as the account with this mail name.
func (m *maker) actor(mail string) access.Actor {
	for _, x := range m.agency.Accounts {
		if x.Email == mail+"@minato.example" {
			return x.Actor()
		}
	}
	panic("demo: nobody is " + mail)
}

// residents are the persons of the story: Osamu Maruyama, his wife Setsuko and
// their daughter Aoi, as the agency knew them before the story begins.
func (m *maker) residents(ctx context.Context) error {
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
	if err := m.family(ctx, worker, osamu.ID, setsuko.ID, aoi.ID); err != nil {
		return err
	}
	return m.user(ctx, access.Resident, account.UserInput{Mail: "maruyama@mail.example", Name: text.Pair{JA: "丸山 修", EN: "Osamu Maruyama"},
		Roles: []access.Role{access.Resident}, Person: osamu.ID})
}

func (m *maker) family(ctx context.Context, a access.Actor, osamu, setsuko, aoi db.ID) error {
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
		{Person: osamu, Kind: "employment", Detail: "印刷所を離職", From: calendar.Date("2026-07-31"), Evidence: "stated"},
		{Person: osamu, Kind: "housing", Detail: "賃貸アパート", From: "2008-05-01", Evidence: "seen"},
	} {
		if _, err := room.AddCircumstance(ctx, a, c); err != nil {
			return err
		}
	}
	_, err = room.AddAlert(ctx, a, people.Alert{Person: osamu, Severity: "info", Label: "聴覚障害・手話"})
	return err
}
