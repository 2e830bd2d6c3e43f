package demo

import (
	"context"
	"fmt"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/ground/text"
	"kizuna/internal/network/provider"
	"kizuna/internal/office/account"
)

// house is one provider of the demo.
type house struct {
	key, kana    string
	name         text.Pair
	address      string
	lat, lng     float64 // degrees, WGS 84: an invented city on a real bay
	benefit      string
	specialties  []string
	languages    []string
	openings     int64
	wait         int64 // days
	price        int64 // yen a unit
	practitioner string
	mail         string // of its manager, who signs in; most have none
	manager      text.Pair
	clerk        text.Pair // who answers for it without a sign-in of the demo
}

// known are the providers of the story.
var known = []house{
	{key: "midori", kana: "ミドリノソウダンシツ", name: both("みどりの相談室", "Midori Counselling"), address: "みなと市港南1-4-2", lat: 35.4452, lng: 139.6449,
		benefit: "grief_counselling", specialties: []string{"grief", "counselling", "sign_language"}, languages: []string{"ja", "jsl"}, openings: 3, wait: 5, price: 12_000,
		practitioner: "三宅 涼子", mail: "midori", manager: both("三宅 涼子", "Ryoko Miyake")},
	{key: "kokoro", kana: "ココロケアミナトマチ", name: both("こころケア港町", "Kokoro Care Minato"), address: "みなと市港町3-1-8", lat: 35.4570, lng: 139.6531,
		benefit: "grief_counselling", specialties: []string{"counselling", "grief"}, languages: []string{"ja", "en"}, openings: 2, wait: 8, price: 13_000,
		practitioner: "堀 真一", mail: "kokoro", manager: both("堀 真一", "Shinichi Hori")},
	{key: "sano", kana: "サノカウンセリングオフィス", name: both("佐野カウンセリングオフィス", "Sano Counselling Office"), address: "みなと市山手5-10", lat: 35.4301, lng: 139.5860,
		benefit: "grief_counselling", specialties: []string{"counselling"}, languages: []string{"ja"}, openings: 1, wait: 14, price: 14_750,
		practitioner: "佐野 由紀", mail: "sano", manager: both("佐野 由紀", "Yuki Sano")},
	{key: "himawari", kana: "ヒマワリホウモンカイゴ", name: both("ひまわり訪問介護", "Himawari Home Care"), address: "みなと市栄町1-2", lat: 35.4421, lng: 139.6402,
		benefit: "home_help", specialties: []string{"home_help"}, languages: []string{"ja"}, openings: 6, price: 2_400, mail: "himawari", manager: both("野口 亜美", "Ami Noguchi")},
	{key: "kyushoku", kana: "ミナトキュウショクサービス", name: both("みなと給食サービス", "Minato Meal Service"), address: "みなと市本町2-9", lat: 35.4399, lng: 139.6344,
		benefit: "meals", specialties: []string{"meals"}, languages: []string{"ja"}, openings: 40, price: 650, mail: "kyushoku", manager: both("大島 健", "Ken Oshima")},
}

// quarters and trades make up the other providers, so that searches have
// something to choose from.
var (
	quarters = []struct {
		name     text.Pair
		lat, lng float64
	}{
		{both("港北", "Kohoku"), 35.4801, 139.6320}, {both("港西", "Minato-nishi"), 35.4412, 139.6012}, {both("港東", "Minato-higashi"), 35.4466, 139.6702},
		{both("緑ヶ丘", "Midorigaoka"), 35.4150, 139.6208}, {both("青葉台", "Aobadai"), 35.4935, 139.5922}, {both("浜町", "Hamacho"), 35.4302, 139.6589},
		{both("大岡", "Ooka"), 35.4230, 139.6020},
	}
	trades = []struct {
		name        text.Pair
		benefit     string
		specialties []string
	}{
		{both("訪問介護センター", "Home Care Centre"), "home_help", []string{"home_help"}},
		{both("就労支援センター", "Job Support Centre"), "job_coaching", []string{"job_support"}},
		{both("こころの相談所", "Counselling Room"), "grief_counselling", []string{"counselling"}},
		{both("配食センター", "Meal Centre"), "meals", []string{"meals"}},
		{both("サポートハウス", "Support House"), "home_help", []string{"home_help", "housing"}},
	}
)

func others() []house {
	var out []house
	for i, q := range quarters {
		for j, t := range trades {
			out = append(out, house{
				key: fmt.Sprintf("p%d%d", i, j), name: both(q.name.JA+t.name.JA, q.name.EN+" "+t.name.EN),
				address: fmt.Sprintf("みなと市%s%d-%d", q.name.JA, j+1, i+2), lat: q.lat + float64(j)*0.0021, lng: q.lng - float64(j)*0.0017,
				benefit: t.benefit, specialties: t.specialties, languages: [][]string{{"ja"}, {"ja", "en"}, {"ja", "zh"}}[(i+j)%3],
				openings: int64((i*3 + j) % 5), wait: int64((i + j*2) % 21), price: prices[t.benefit] + int64(i)*150,
			})
			if i == 0 && j == 1 {
				out[len(out)-1].clerk = both("関口 玲奈", "Reina Sekiguchi")
			}
		}
	}
	return out
}

var prices = map[string]int64{"home_help": 2_300, "job_coaching": 7_800, "grief_counselling": 11_800, "meals": 600}

// partner is a provider as the history knows it.
type partner struct {
	house
	id, site, offering db.ID
	version            int64 // of the offering
	actor              access.Actor
}

// network enters the providers, with sites, openings and contracts, and the
// sign-ins of those who have one.
func (m *maker) network(ctx context.Context) error {
	a := m.actor("fujii")
	m.partners = map[string]*partner{}
	for _, h := range append(known, others()...) {
		if err := m.provider(ctx, a, h); err != nil {
			return fmt.Errorf("%s: %w", h.key, err)
		}
	}
	return nil
}

func (m *maker) provider(ctx context.Context, a access.Actor, h house) error {
	room := m.srv.Rooms.Providers
	p, err := room.Create(ctx, a, provider.Input{Name: h.name, Kana: h.kana, Phone: "045-000-0000", Address: h.address, Languages: h.languages})
	if err != nil {
		return err
	}
	if p, err = room.Step(ctx, a, p.ID, "activate", provider.StepInput{Version: p.Version}); err != nil {
		return err
	}
	site, err := room.AddSite(ctx, a, provider.SiteInput{Provider: p.ID, Name: h.name, Address: h.address, Latitude: h.lat, Longitude: h.lng, Languages: h.languages, Hours: "9:00–17:00"})
	if err != nil {
		return err
	}
	made, err := room.AddOffering(ctx, a, provider.OfferingInput{Site: site.ID, Benefit: m.benefits[h.benefit], Specialties: h.specialties,
		Capacity: h.openings + 5, Openings: h.openings, WaitDays: h.wait, FirstDate: m.day(int(h.wait) - yearDays), Languages: h.languages})
	if err != nil {
		return err
	}
	if h.practitioner != "" {
		if _, err := room.AddPractitioner(ctx, a, provider.PractitionerInput{Provider: p.ID, Site: site.ID, Name: h.practitioner, Profession: "公認心理師", Languages: h.languages}); err != nil {
			return err
		}
	}
	if err := m.contract(ctx, a, p.ID, h); err != nil {
		return err
	}
	x := &partner{house: h, id: p.ID, site: site.ID, offering: made.ID, version: made.Version}
	m.partners[h.key] = x
	if !h.clerk.IsZero() {
		u, err := m.srv.Rooms.Account.CreateUser(ctx, m.admin, account.UserInput{Mail: h.key + "@provider.example", Name: h.clerk,
			Roles: []access.Role{access.ProviderManager}, Provider: p.ID})
		x.actor = access.Actor{ID: u.ID, Roles: u.Roles, Provider: p.ID}
		return err
	}
	if h.mail == "" {
		return nil
	}
	if err := m.user(ctx, access.ProviderManager, account.UserInput{Mail: h.mail + "@provider.example", Name: h.manager,
		Roles: []access.Role{access.ProviderManager}, Provider: p.ID}); err != nil {
		return err
	}
	x.actor = m.agency.Accounts[len(m.agency.Accounts)-1].Actor()
	return nil
}

// unit is what is counted of a benefit, as contracts and offers say it.
func unit(benefit string) string {
	switch benefit {
	case "home_help":
		return "hour"
	case "meals":
		return "person"
	}
	return "session"
}

func (m *maker) contract(ctx context.Context, a access.Actor, p db.ID, h house) error {
	// Whoever enters a contract is not who puts it in force.
	c, err := m.srv.Rooms.Providers.DraftContract(ctx, a, provider.ContractInput{Provider: p, Benefit: m.benefits[h.benefit], Kind: "unit_price",
		Unit: unit(h.benefit), Price: ledger.Yen(h.price), From: m.fiscalFrom(), NeedsScheduleApproval: h.benefit == "grief_counselling"})
	if err != nil {
		return err
	}
	_, err = m.srv.Rooms.Providers.ContractStep(ctx, m.actor("hayashi"), c.ID, "activate", provider.StepInput{Version: c.Version})
	return err
}

// openings lets the providers confirm in these days what they have free.
func (m *maker) openings(ctx context.Context) {
	for i, h := range append(known, others()...) {
		m.begin(ctx, tale{"openings of " + h.key, calendar.Moment(m.day(-1-i%9), 10, i, calendar.Tokyo), func(t *teller) {
			x := m.partners[h.key]
			by := x.actor
			if !by.Known() {
				by = m.actor("fujii") // asked by telephone
			}
			try(m.srv.Rooms.Providers.SetOpenings(t.ctx, by, x.offering, provider.SeatsInput{Capacity: h.openings + 5, Openings: h.openings,
				WaitDays: h.wait, FirstDate: m.day(int(h.wait)), Version: x.version}))
		}})
	}
}
