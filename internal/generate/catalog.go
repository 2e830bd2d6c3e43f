package generate

import (
	"context"

	"kizuna/internal/casework/catalog"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/ground/text"
)

// help is a benefit that providers deliver, one unit a session.
type help struct {
	key, unit string
	name      text.Pair
	trade     text.Pair // what a provider of it is called by
	course    text.Pair // what its sessions are called by
	place     text.Pair
	price     int64 // yen a unit
	id        db.ID
	funds     map[int]db.ID // by fiscal year
}

func both(ja, en string) text.Pair { return text.Pair{JA: ja, EN: en} }

// helps are what a synthetic agency gives.
func helps() []help {
	return []help{
		{key: "home_help", unit: "hour", name: both("家事援助", "Home help"), trade: both("訪問介護センター", "Home Care Centre"),
			course: both("家事援助", "Home help"), place: both("利用者宅", "At home"), price: 2_400},
		{key: "meals", unit: "person", name: both("配食サービス", "Meal delivery"), trade: both("配食センター", "Meal Centre"),
			course: both("夕食の配達", "Evening meals"), place: both("利用者宅", "At home"), price: 650},
		{key: "job_coaching", unit: "session", name: both("就労相談", "Job coaching"), trade: both("就労支援センター", "Job Support Centre"),
			course: both("就労講座", "Job seekers' course"), place: both("第1研修室", "Training room 1"), price: 7_800},
		{key: "counselling", unit: "session", name: both("こころの相談", "Counselling"), trade: both("こころの相談所", "Counselling Room"),
			course: both("語り合いの会", "Talking group"), place: both("相談室", "Consulting room"), price: 11_800},
	}
}

const (
	programKey = "community_living"
	fundCode   = "general"
)

// years are the fiscal years in which something is given.
func (m *maker) years() (first, last int) {
	return calendar.April.Year(m.o.Today.AddYears(-4)), calendar.April.Year(m.o.Today.AddMonths(2))
}

// catalog makes the fund, the program and the benefits where they are missing.
// The fund's years have no budget, and so no limit.
func (m *maker) catalog(ctx context.Context) error {
	room, a := m.srv.Rooms.Catalog, m.officers[access.ProgramManager]
	funds, err := m.funds(ctx)
	if err != nil {
		return err
	}
	program, err := m.program(ctx)
	if err != nil {
		return err
	}
	known, err := room.Benefits(ctx, a, db.ID{}, 100)
	if err != nil {
		return err
	}
	of := map[string]db.ID{}
	for _, b := range known {
		of[b.Key] = b.ID
	}
	first, _ := calendar.April.Bounds(calendar.April.Year(m.o.Today.AddYears(-4)))
	m.helps = helps()
	for i := range m.helps {
		h := &m.helps[i]
		h.funds, h.id = funds, of[h.key]
		if !h.id.IsZero() {
			continue
		}
		if _, err := room.CreateSpecialty(ctx, a, catalog.SpecialtyInput{Code: h.key, Name: h.name}); err != nil {
			return err
		}
		unit := h.unit
		if unit == "person" {
			unit = "meal"
		}
		b, err := room.CreateBenefit(ctx, a, catalog.BenefitInput{Key: h.key, Name: h.name, Program: program, Kind: "service", Unit: unit,
			Quantity: ledger.Units(times), Frequency: "weekly", DeliveredBy: "providers", Specialties: []string{h.key}, Fund: fundCode})
		if err != nil {
			return err
		}
		if _, err := room.CreateRate(ctx, a, catalog.RateInput{Benefit: b.ID, Unit: h.unit, Price: ledger.Yen(h.price), From: first}); err != nil {
			return err
		}
		if _, err := room.StepBenefit(ctx, a, b.ID, "activate", catalog.Step{Version: b.Version}); err != nil {
			return err
		}
		h.id = b.ID
	}
	return nil
}

// funds gives the fund's years.
func (m *maker) funds(ctx context.Context) (map[int]db.ID, error) {
	room, a := m.srv.Rooms.Catalog, m.officers[access.ProgramManager]
	known, err := room.Funds(ctx, a, db.ID{}, 100)
	out := map[int]db.ID{}
	for _, f := range known {
		if f.Code == fundCode {
			out[calendar.April.Year(f.YearFrom)] = f.ID
		}
	}
	first, last := m.years()
	for year := first; year <= last && err == nil; year++ {
		if !out[year].IsZero() {
			continue
		}
		from, _ := calendar.April.Bounds(year)
		var f catalog.Fund
		f, err = room.CreateFund(ctx, a, catalog.FundInput{Code: fundCode, Name: both("一般会計 地域福祉費", "General account, community welfare"), YearFrom: from})
		out[year] = f.ID
	}
	return out, err
}

func (m *maker) program(ctx context.Context) (db.ID, error) {
	room, a := m.srv.Rooms.Catalog, m.officers[access.ProgramManager]
	known, err := room.Programs(ctx, a, db.ID{}, 100)
	if err != nil {
		return db.ID{}, err
	}
	for _, p := range known {
		if p.Key == programKey {
			return p.ID, nil
		}
	}
	p, err := room.CreateProgram(ctx, a, catalog.ProgramInput{Key: programKey, Name: both("地域生活支援", "Community living support"), Fund: fundCode})
	if err != nil {
		return db.ID{}, err
	}
	_, err = room.StepProgram(ctx, a, p.ID, "activate", catalog.Step{Version: p.Version})
	return p.ID, err
}
