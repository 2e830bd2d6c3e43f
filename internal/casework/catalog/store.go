package catalog

import (
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/text"
)

// sel is the beginning of every query of a kind of record.
func sel[R any](t *flow.Table[R]) string {
	return "SELECT " + db.Columns[R]("") + " FROM " + t.Table + " WHERE "
}

func byID[R any](q db.Q, t *flow.Table[R], id db.ID) (R, error) {
	return db.One[R](q, sel(t)+"id = ?", id)
}

// listed walks a kind by id, the first entered first.
func listed[R any](q db.Q, t *flow.Table[R], after db.ID, limit int) ([]R, error) {
	if after.IsZero() {
		after = firstID
	}
	return db.All[R](q, sel(t)+"id > ? AND status <> 'void' ORDER BY id LIMIT ?", after, limit)
}

var firstID = db.MustID("00000000-0000-0000-0000-000000000001")

// BenefitOf gives benefits by id.
func BenefitOf(q db.Q, ids ...db.ID) (map[db.ID]Benefit, error) {
	out := make(map[db.ID]Benefit, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	list, err := db.All[Benefit](q, sel(BenefitFlow)+"id IN (??)", db.ListOf(ids))
	for _, b := range list {
		out[b.ID] = b
	}
	return out, err
}

// ProgramOf gives programs by id.
func ProgramOf(q db.Q, ids ...db.ID) (map[db.ID]Program, error) {
	out := make(map[db.ID]Program, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	list, err := db.All[Program](q, sel(ProgramFlow)+"id IN (??)", db.ListOf(ids))
	for _, p := range list {
		out[p.ID] = p
	}
	return out, err
}

// Running lists programs and benefits that are given now.
func Running(q db.Q) (programs []Program, benefits []Benefit, err error) {
	b := db.NewBatch()
	p := db.Queue[Program](b, sel(ProgramFlow)+"status = 'active' ORDER BY key")
	x := db.Queue[Benefit](b, sel(BenefitFlow)+"status = 'active' ORDER BY key")
	err = db.Send(q, b)
	return p.Rows, x.Rows, err
}

// FundAt gives the fund of a code for the fiscal year a day is in.
func FundAt(q db.Q, code string, on calendar.Date) (Fund, error) {
	return db.One[Fund](q, sel(FundFlow)+"code = ? AND status <> 'void' AND year_from <= ? AND year_from > ? ORDER BY year_from DESC LIMIT 1",
		code, on, on.AddYears(-1))
}

// FundNames gives what the funds of some codes are called, each by its latest fiscal year.
func FundNames(q db.Q, codes ...string) (map[string]text.Pair, error) {
	out := make(map[string]text.Pair, len(codes))
	if len(codes) == 0 {
		return out, nil
	}
	list, err := db.All[Fund](q, sel(FundFlow)+"code IN (??) AND status <> 'void' ORDER BY year_from", db.ListOf(codes))
	for _, f := range list {
		out[f.Code] = f.Name
	}
	return out, err
}

// RateAt gives the price of a benefit on a day: the provider's own, else the
// one for everybody.
func RateAt(q db.Q, benefit, provider db.ID, on calendar.Date) (Rate, error) {
	return db.One[Rate](q, sel(RateFlow)+`benefit = ? AND status <> 'void' AND (provider = ? OR provider IS NULL)
		AND from_date <= ? AND (until_date = '' OR until_date > ?)
		ORDER BY CASE WHEN provider IS NULL THEN 1 ELSE 0 END LIMIT 1`, benefit, provider, on, on)
}

// RatesFor gives the prices of benefits on any day: those for everybody and
// those of a provider.
func RatesFor(q db.Q, provider db.ID, benefits []db.ID) ([]Rate, error) {
	if len(benefits) == 0 {
		return nil, nil
	}
	return db.All[Rate](q, sel(RateFlow)+"benefit IN (??) AND status <> 'void' AND (provider = ? OR provider IS NULL) ORDER BY id", db.ListOf(benefits), provider)
}

// InForce picks from such a list the price of a benefit on a day, as RateAt
// does.
func InForce(list []Rate, benefit db.ID, on calendar.Date) (best Rate, found bool) {
	for _, x := range list {
		if x.Benefit != benefit || x.From > on || x.Until != "" && x.Until <= on || found && x.Provider.IsZero() {
			continue
		}
		best, found = x, true
	}
	return best, found
}

func lockBenefit(w db.W, id db.ID) error {
	_, err := db.One[int](w, "SELECT 1 FROM benefit WHERE id = ?"+db.ForUpdate(w), id)
	return err
}

// overlapping gives a rate that holds on a day of the period for the same
// benefit and provider. Periods are half-open; "" has no end.
func overlapping(q db.Q, x Rate) (Rate, bool, error) {
	until := x.Until
	if until == "" {
		until = "9999-12-31"
	}
	return db.Maybe[Rate](q, sel(RateFlow)+`benefit = ? AND status <> 'void' AND provider IS NOT DISTINCT FROM ?
		AND from_date < ? AND (until_date = '' OR until_date > ?) LIMIT 1`, x.Benefit, x.Provider, until, x.From)
}

// RuleFor gives the published rule of a program or benefit, if it has one.
func RuleFor(q db.Q, kind string, id db.ID) (EligibilityRule, bool, error) {
	return db.Maybe[EligibilityRule](q, sel(RuleFlow)+"subject = ? AND subject_kind = ? AND status = 'published'", id, kind)
}

// RuleByID gives a version of a rule, be it retired.
func RuleByID(q db.Q, id db.ID) (EligibilityRule, error) { return byID(q, RuleFlow, id) }

// lastEdition is the highest number given to a version, void ones included.
func lastEdition(w db.W, subject db.ID) (int64, error) {
	n, _, err := db.Maybe[int64](w, "SELECT edition FROM eligibility_rule WHERE subject = ? ORDER BY edition DESC LIMIT 1"+db.ForUpdate(w), subject)
	return n, err
}

func queueOfProgram(b *db.Batch, program db.ID) (*db.Answer[Program], *db.Answer[Benefit], *db.Answer[EligibilityRule]) {
	return db.Queue[Program](b, sel(ProgramFlow)+"id = ?", program),
		db.Queue[Benefit](b, sel(BenefitFlow)+"program = ? AND status <> 'void' ORDER BY key", program),
		queueRules(b, program)
}

func queueOfBenefit(b *db.Batch, benefit db.ID) (*db.Answer[Benefit], *db.Answer[Rate], *db.Answer[EligibilityRule]) {
	return db.Queue[Benefit](b, sel(BenefitFlow)+"id = ?", benefit),
		db.Queue[Rate](b, sel(RateFlow)+"benefit = ? AND status <> 'void' ORDER BY from_date DESC, id DESC LIMIT 100", benefit),
		queueRules(b, benefit)
}

func queueRules(b *db.Batch, subject db.ID) *db.Answer[EligibilityRule] {
	return db.Queue[EligibilityRule](b, sel(RuleFlow)+"subject = ? AND status <> 'void' ORDER BY edition DESC LIMIT 50", subject)
}

// ratesOf lists the rates of a benefit, or of all.
func ratesOf(q db.Q, benefit, after db.ID, limit int) ([]Rate, error) {
	if benefit.IsZero() {
		return listed(q, RateFlow, after, limit)
	}
	if after.IsZero() {
		after = firstID
	}
	return db.All[Rate](q, sel(RateFlow)+"benefit = ? AND id > ? AND status <> 'void' ORDER BY id LIMIT ?", benefit, after, limit)
}
