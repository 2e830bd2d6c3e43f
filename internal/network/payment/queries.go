package payment

import (
	"context"
	"encoding/json"

	"kizuna/internal/casework/benefit"
	"kizuna/internal/casework/catalog"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/sight"
	"kizuna/internal/ground/text"
	"kizuna/internal/network/delivery"
	"kizuna/internal/office/agency"
)

// Fund is where the money of a benefit comes from.
type Fund struct {
	Code   string
	Fiscal calendar.Fiscal
}

// Room is the payment room. The fields are slots that server fills.
type Room struct {
	run      *op.Runner
	delivery *delivery.Room
	// Funds tells from which fund benefits are paid; the catalog says so
	// unless it is set.
	Funds func(q db.Q, benefits []db.ID) (map[db.ID]Fund, error)
	// Rates are the prices of benefits, for everybody and for a provider, on any
	// day; they say what was agreed for who did not come. The catalog's unless it
	// is set.
	Rates func(q db.Q, provider db.ID, benefits []db.ID) ([]catalog.Rate, error)
	// Assigned gives the assignment of a money benefit with its row held; without
	// it payouts are not compared with what was assigned.
	Assigned func(tx *op.Tx, id db.ID) (benefit.Assignment, error)
	// Providers gives the names of providers.
	Providers func(q db.Q, ids ...db.ID) (map[db.ID]text.Pair, error)
}

// New makes the room.
func New(run *op.Runner, given *delivery.Room) *Room {
	return &Room{run: run, delivery: given, Funds: catalogFunds, Rates: catalog.RatesFor}
}

func catalogFunds(q db.Q, benefits []db.ID) (map[db.ID]Fund, error) {
	known, err := catalog.BenefitOf(q, benefits...)
	if err != nil {
		return nil, err
	}
	fiscal := calendar.April
	settings, err := agency.LoadSettings(q)
	if f, ok := fault.As(err); ok && f.Kind == fault.KindNotFound {
		err = nil
	} else if err == nil {
		fiscal = settings.Fiscal()
	}
	out := make(map[db.ID]Fund, len(known))
	for id, b := range known {
		out[id] = Fund{b.Fund, fiscal}
	}
	return out, err
}

// FundNames gives what funds are called, by code; a code that the catalog does not know is missing.
func (r *Room) FundNames(ctx context.Context, codes ...string) (names map[string]text.Pair, err error) {
	err = r.run.Read(ctx, func(q *db.Reader) error {
		names, err = catalog.FundNames(q, codes...)
		return err
	})
	return names, err
}

func (r *Room) today(ctx context.Context) calendar.Date { return calendar.Today(ctx, r.run.Clock) }

// Filter narrows a list.
type Filter struct {
	Status   string
	Provider db.ID
	Case     db.ID
	Free     bool // in no batch
	Before   db.ID
	Limit    int
}

func limited(n int) int {
	if n <= 0 || n > maxItems {
		return 50
	}
	return n
}

// RequestRow is a request in a list.
type RequestRow struct {
	Request
	Totals   Totals
	Provider text.Pair
}

// Requests lists payment requests, the newest first.
func (r *Room) Requests(ctx context.Context, a access.Actor, f Filter) (rows []RequestRow, err error) {
	f.Limit = limited(f.Limit)
	err = r.run.Read(ctx, func(q *db.Reader) error {
		list, err := listRequests(q, a, r.run.Now(), f)
		if err == nil {
			rows, err = r.rows(q, list)
		}
		return err
	})
	return rows, err
}

func (r *Room) rows(q db.Q, list []Request) ([]RequestRow, error) {
	var ids, providers []db.ID
	for _, x := range list {
		ids, providers = append(ids, x.ID), append(providers, x.Provider)
	}
	totals, err := totalsOf(q, ids)
	if err != nil {
		return nil, err
	}
	names, err := r.names(q, providers)
	rows := make([]RequestRow, len(list))
	for i, x := range list {
		rows[i] = RequestRow{x, totals[x.ID], names[x.Provider]}
	}
	return rows, err
}

func (r *Room) names(q db.Q, ids []db.ID) (map[db.ID]text.Pair, error) {
	if r.Providers == nil || len(ids) == 0 {
		return map[db.ID]text.Pair{}, nil
	}
	return r.Providers(q, distinct(ids)...)
}

// ProviderName names a provider to those who keep the agency's books.
func (r *Room) ProviderName(ctx context.Context, a access.Actor, id db.ID) (name text.Pair, err error) {
	if err := r.mayKeepBooks(a); err != nil {
		return name, err
	}
	err = r.run.Read(ctx, func(q *db.Reader) error {
		known, err := r.names(q, []db.ID{id})
		if err != nil {
			return err
		}
		var ok bool
		if name, ok = known[id]; !ok {
			return fault.NotFound()
		}
		return nil
	})
	return name, err
}

// LineRow is a line with what its reader may know of the resident: the
// provider the name, finance the case's number alone, and nothing whoever is
// kept from them by an interest.
type LineRow struct {
	Line
	Who     string
	Number  string
	Benefit text.Pair
	Actions []string
}

// File is a request with its lines.
type File struct {
	Request  Request
	Provider text.Pair
	Totals   Totals
	Lines    []LineRow
	Actions  []flow.Action
}

// Get opens a request.
func (r *Room) Get(ctx context.Context, a access.Actor, id db.ID) (f File, err error) {
	err = r.run.Read(ctx, func(q *db.Reader) error {
		if f.Request, err = loadRequest(q, a, r.run.Now(), id); err != nil {
			return err
		}
		rows, err := r.rows(q, []Request{f.Request})
		if err != nil {
			return err
		}
		f.Totals, f.Provider = rows[0].Totals, rows[0].Provider
		lines, err := linesOf(q, id)
		if err == nil {
			f.Lines, err = r.lineRows(q, a, lines)
		}
		return err
	})
	if err != nil {
		return File{}, err
	}
	f.Actions = RequestFlow.Actions(a, f.Request)
	return f, r.run.Reads.Note(ctx, a, "opened", "payment_request", id, "")
}

func (r *Room) lineRows(q db.Q, a access.Actor, lines []Line) ([]LineRow, error) {
	var under []db.ID
	for _, l := range lines {
		under = append(under, l.Authorization)
	}
	known := map[db.ID]delivery.Authorization{}
	var err error
	if len(under) > 0 {
		known, err = r.delivery.Know(q, distinct(under)...)
	}
	if err != nil {
		return nil, err
	}
	kept, err := r.keptOf(q, a, known)
	rows := make([]LineRow, len(lines))
	for i, l := range lines {
		x := known[l.Authorization]
		rows[i] = LineRow{Line: l, Number: x.Number, Benefit: x.BenefitName, Actions: LineFlow.Free(a, l)}
		if a.Is(access.ProviderRoles...) {
			rows[i].Who = x.Name
		}
		if kept[x.Person] {
			l.Question, l.Answer = "", ""
			rows[i] = LineRow{Line: l}
		}
	}
	return rows, err
}

// keptOf tells from whom, of those with authorizations, the actor is kept by an interest.
func (r *Room) keptOf(q db.Q, a access.Actor, known map[db.ID]delivery.Authorization) (map[db.ID]bool, error) {
	var persons []db.ID
	for _, x := range known {
		persons = append(persons, x.Person)
	}
	return r.kept(q, a, persons)
}

func (r *Room) kept(q db.Q, a access.Actor, persons []db.ID) (map[db.ID]bool, error) {
	return sight.Lens{Actor: a, Now: r.run.Now(), Kind: "person"}.BarsAmong(q, persons...)
}

// mayHandle refuses a batch that pays somebody from whom the actor is kept by an interest: another lets it leave.
func (r *Room) mayHandle(q db.Q, a access.Actor, batch db.ID) error {
	if !a.Barred {
		return nil
	}
	list, err := payoutsOfBatch(q, batch)
	if err != nil {
		return err
	}
	kept, err := r.keptFrom(q, a, list)
	if err == nil && len(kept) > 0 {
		err = fault.Conflict("payment.fault.another_officer")
	}
	return err
}

func (r *Room) keptFrom(q db.Q, a access.Actor, list []Payout) (map[db.ID]bool, error) {
	persons := make([]db.ID, len(list))
	for i, p := range list {
		persons[i] = p.Person
	}
	return r.kept(q, a, persons)
}

// withhold leaves out of a batch to whom it pays what concerns somebody from whom the actor is kept; the sums stay.
func (r *Room) withhold(q db.Q, a access.Actor, f *BatchFile) error {
	var err error
	f.Kept, err = r.keptFrom(q, a, f.Payouts)
	for i, p := range f.Payouts {
		if f.Kept[p.Person] {
			delete(f.Payees, p.ID)
			f.Payouts[i].Note = ""
		}
	}
	return err
}

// Line opens one line of a request the actor sees.
func (r *Room) Line(ctx context.Context, a access.Actor, id db.ID) (row LineRow, err error) {
	err = r.run.Read(ctx, func(q *db.Reader) error {
		l, err := lineByID(q, id)
		if err != nil {
			return err
		}
		if _, err := loadRequest(q, a, r.run.Now(), l.Request); err != nil {
			return err
		}
		rows, err := r.lineRows(q, a, []Line{l})
		if err == nil {
			row = rows[0]
		}
		return err
	})
	return row, err
}

// BatchFile is a batch with what it pays.
type BatchFile struct {
	Batch    Batch
	Requests []RequestRow
	Payouts  []Payout
	Payees   map[db.ID]Payee // by provider, or by payout
	Missing  int             // that have no confirmed account
	Kept     map[db.ID]bool  // the persons among them from whom the reader is kept
	Actions  []flow.Action
}

func (r *Room) mayKeepBooks(a access.Actor) error {
	if !a.Is(books...) {
		return fault.NotFound()
	}
	return nil
}

// Batches lists batches, the newest first.
func (r *Room) Batches(ctx context.Context, a access.Actor, f Filter) (list []Batch, err error) {
	if err := r.mayKeepBooks(a); err != nil {
		return nil, err
	}
	f.Limit = limited(f.Limit)
	err = r.run.Read(ctx, func(q *db.Reader) error {
		list, err = listBatches(q, f)
		return err
	})
	return list, err
}

// Batch opens a batch.
func (r *Room) Batch(ctx context.Context, a access.Actor, id db.ID) (f BatchFile, err error) {
	if err := r.mayKeepBooks(a); err != nil {
		return f, err
	}
	err = r.run.Read(ctx, func(q *db.Reader) error {
		if f, err = r.batch(q, id); err == nil {
			err = r.withhold(q, a, &f)
		}
		return err
	})
	f.Actions = BatchFlow.Actions(a, f.Batch)
	return f, err
}

func (r *Room) batch(q db.Q, id db.ID) (f BatchFile, err error) {
	if f.Batch, err = loadBatch(q, id); err != nil {
		return f, err
	}
	list, err := requestsOfBatch(q, id)
	if err != nil {
		return f, err
	}
	if f.Requests, err = r.rows(q, list); err != nil {
		return f, err
	}
	if f.Payouts, err = payoutsOfBatch(q, id); err != nil {
		return f, err
	}
	f.Payees, f.Missing, err = payeesFor(q, list, f.Payouts)
	return f, err
}

// payeesFor finds the confirmed account of everything a batch pays.
func payeesFor(q db.Q, list []Request, out []Payout) (map[db.ID]Payee, int, error) {
	payees := map[db.ID]Payee{}
	var providers, ids []db.ID
	for _, x := range list {
		providers = append(providers, x.Provider)
	}
	for _, p := range out {
		if p.Method == "transfer" {
			ids = append(ids, p.Payee)
		}
	}
	missing := 0
	if len(providers) > 0 {
		found, err := confirmedOf(q, "provider", distinct(providers))
		if err != nil {
			return nil, 0, err
		}
		payees = found
		missing += len(distinct(providers)) - len(found)
	}
	known, err := payeesByID(q, distinct(ids))
	for _, p := range out {
		if x, ok := known[p.Payee]; ok && x.Status == "confirmed" {
			payees[p.ID] = x
		} else if p.Method == "transfer" {
			missing++
		}
	}
	return payees, missing, err
}

// Payees lists the accounts of an owner that count; a provider asks for its
// own. The whole number is shown to nobody.
func (r *Room) Payees(ctx context.Context, a access.Actor, kind string, owner db.ID) (list []Payee, err error) {
	if a.Is(access.ProviderRoles...) {
		kind, owner = "provider", a.Provider
	} else if err := r.mayKeepBooks(a); err != nil {
		return nil, err
	}
	if kind == "agency" {
		owner = agency.Self
	}
	err = r.run.Read(ctx, func(q *db.Reader) error {
		list, err = payeesOf(q, kind, owner)
		return err
	})
	return list, err
}

// ToConfirm lists the accounts that wait to be confirmed.
func (r *Room) ToConfirm(ctx context.Context, a access.Actor) (list []Payee, err error) {
	if err := r.mayKeepBooks(a); err != nil {
		return nil, err
	}
	err = r.run.Read(ctx, func(q *db.Reader) error {
		list, err = enteredPayees(q, 200)
		return err
	})
	return list, err
}

// open unseals a payee's account.
func (r *Room) open(p Payee) (account, error) {
	var out account
	plain, err := r.run.Vault.Unseal(accountPurpose, p.Account)
	if err != nil {
		return out, err
	}
	return out, json.Unmarshal(plain, &out)
}

// accountPurpose names the key that seals accounts.
const accountPurpose = "payee account"

// Payouts lists payouts, the newest first.
func (r *Room) Payouts(ctx context.Context, a access.Actor, f Filter) (list []Payout, err error) {
	f.Limit = limited(f.Limit)
	err = r.run.Read(ctx, func(q *db.Reader) error {
		list, err = listPayouts(q, a, r.run.Now(), f)
		return err
	})
	return list, err
}

// Payout opens a payout.
func (r *Room) Payout(ctx context.Context, a access.Actor, id db.ID) (p Payout, err error) {
	err = r.run.Read(ctx, func(q *db.Reader) error {
		p, err = loadPayout(q, a, r.run.Now(), id)
		return err
	})
	return p, err
}

// Trace gives every posting that came from a disbursement, so that a yen can
// be followed from its session to the bank.
func (r *Room) Trace(ctx context.Context, a access.Actor, disbursement db.ID) (lines []ledger.Line, err error) {
	if !a.Is(books...) {
		return nil, fault.NotFound()
	}
	err = r.run.Read(ctx, func(q *db.Reader) error {
		lines, err = ledger.LinesFrom(q, ledger.Source{Kind: "disbursement", ID: disbursement})
		return err
	})
	return lines, err
}
