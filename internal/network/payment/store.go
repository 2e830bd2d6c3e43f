package payment

import (
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/ground/sight"
)

var (
	selectRequest = "SELECT " + db.Columns[Request]("r") + " FROM payment_request r WHERE "
	selectLine    = "SELECT " + db.Columns[Line]("l") + " FROM payment_line l WHERE "
	selectPayee   = "SELECT " + db.Columns[Payee]("p") + " FROM payee p WHERE "
	selectPayout  = "SELECT " + db.Columns[Payout]("o") + " FROM payout o WHERE "
	selectBatch   = "SELECT " + db.Columns[Batch]("b") + " FROM payment_batch b WHERE "
)

// books are those who see every request and payout: they look after the money
// of the whole agency.
var books = []access.Role{access.FinanceOfficer, access.ProgramManager, access.Auditor, access.System}

// requests is what an actor sees of payment requests.
func requests(a access.Actor, now calendar.Time) sight.Clause {
	if a.Is(books...) {
		return sight.Clause{SQL: "TRUE"}
	}
	return sight.Lens{Actor: a, Now: now, Kind: "payment_request"}.One("r.id")
}

// payouts is what an actor sees of payouts: caseworkers those of their cases.
func payouts(a access.Actor, now calendar.Time) sight.Clause {
	if a.Is(books...) {
		return sight.Lens{Actor: a, Now: now, Kind: "person"}.Free("o.person")
	}
	seen := sight.Lens{Actor: a, Now: now, Kind: "case", Restricted: "c.restricted"}.One("c.id")
	return sight.Clause{SQL: "EXISTS (SELECT 1 FROM case_file c WHERE c.id = o.case_id AND " + seen.SQL + ")", Args: seen.Args}
}

func with(id db.ID, c sight.Clause, more ...any) []any {
	return append(append([]any{id}, c.Args...), more...)
}

func loadRequest(q db.Q, a access.Actor, now calendar.Time, id db.ID) (Request, error) {
	seen := requests(a, now)
	return db.One[Request](q, selectRequest+"r.id = ? AND "+seen.SQL, with(id, seen)...)
}

func lockRequest(w db.W, id db.ID) error {
	_, err := db.All[int](w, "SELECT 1 FROM payment_request WHERE id = ?"+db.ForUpdate(w), id)
	return err
}

// lockProvider lets the requests of one provider be built one after the other.
func lockProvider(w db.W, provider db.ID) error {
	_, err := db.All[int](w, "SELECT 1 FROM payment_request WHERE provider = ? AND status = 'draft' ORDER BY id"+db.ForUpdate(w), provider)
	return err
}

func linesOf(q db.Q, request db.ID) ([]Line, error) {
	return db.All[Line](q, selectLine+"l.request = ? AND l.status <> 'released' ORDER BY l.service_on, l.id", request)
}

func linesOfAll(q db.Q, list []db.ID) ([]Line, error) {
	return db.All[Line](q, selectLine+"l.request IN (??) AND l.status IN ('claimed', 'paid') ORDER BY l.request, l.service_on, l.id", db.ListOf(list))
}

func lineByID(q db.Q, id db.ID) (Line, error) { return db.One[Line](q, selectLine+"l.id = ?", id) }

// liveLines tells which disbursements are in a line that counts, and in which
// request.
func liveLines(q db.Q, disbursements []db.ID) (map[db.ID]db.ID, error) {
	type claim struct {
		Disbursement db.ID `db:"disbursement"`
		Request      db.ID `db:"request"`
	}
	list, err := db.All[claim](q, "SELECT disbursement, request FROM payment_line WHERE disbursement IN (??) AND status IN ('claimed', 'queried', 'paid')", db.ListOf(disbursements))
	out := make(map[db.ID]db.ID, len(list))
	for _, c := range list {
		out[c.Disbursement] = c.Request
	}
	return out, err
}

// Claimed tells which disbursements are in a request that was sent in; a slot
// of delivery.
func Claimed(q db.Q, disbursements []db.ID) (map[db.ID]bool, error) {
	list, err := db.All[db.ID](q, `SELECT l.disbursement FROM payment_line l JOIN payment_request r ON r.id = l.request
		WHERE l.disbursement IN (??) AND l.status IN ('claimed', 'queried', 'paid') AND r.status <> 'draft'`, db.ListOf(disbursements))
	out := make(map[db.ID]bool, len(list))
	for _, id := range list {
		out[id] = true
	}
	return out, err
}

// payoutsUnder gives the payouts of an assignment that were paid or still may
// be.
func payoutsUnder(q db.Q, assignment db.ID) ([]Payout, error) {
	return db.All[Payout](q, selectPayout+"o.assignment = ? AND o.status IN ('planned', 'approved', 'paid') ORDER BY o.id", assignment)
}

// PaidOf sums what was paid, by benefit assignment; a slot of benefit.
func PaidOf(q db.Q, assignments []db.ID) (map[db.ID]ledger.Money, error) {
	out := map[db.ID]ledger.Money{}
	if len(assignments) == 0 {
		return out, nil
	}
	type sum struct {
		ID       db.ID  `db:"id"`
		Minor    int64  `db:"amount"`
		Currency string `db:"currency"`
	}
	list, err := db.All[sum](q, `SELECT assignment AS id, CAST(SUM(amount) AS BIGINT) AS amount, currency FROM payment_line
		WHERE assignment IN (??) AND status = 'paid' GROUP BY assignment, currency
		UNION ALL SELECT assignment AS id, CAST(SUM(amount) AS BIGINT) AS amount, currency FROM payout
		WHERE assignment IN (??) AND status = 'paid' GROUP BY assignment, currency`, db.ListOf(assignments), db.ListOf(assignments))
	if err != nil {
		return nil, err
	}
	for _, s := range list {
		if out[s.ID], err = out[s.ID].Add(ledger.Money{Minor: s.Minor, Currency: s.Currency}); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Totals is what a request's lines come to.
type Totals struct {
	Request db.ID `db:"request"`
	Lines   int64 `db:"lines"`
	Flagged int64 `db:"flagged"` // that still need a person
	Queried int64 `db:"queried"`
}

func totalsOf(q db.Q, ids []db.ID) (map[db.ID]Totals, error) {
	out := map[db.ID]Totals{}
	if len(ids) == 0 {
		return out, nil
	}
	list, err := db.All[Totals](q, `SELECT request, COUNT(*) AS lines,
		CAST(SUM(CASE WHEN flags NOT IN ('[]', 'null', '') AND allowed = '' THEN 1 ELSE 0 END) AS BIGINT) AS flagged,
		CAST(SUM(CASE WHEN status = 'queried' THEN 1 ELSE 0 END) AS BIGINT) AS queried
		FROM payment_line WHERE request IN (??) AND status IN ('claimed', 'queried', 'paid') GROUP BY request`, db.ListOf(ids))
	for _, t := range list {
		out[t.Request] = t
	}
	return out, err
}

// lastID stands after every id.
var lastID = db.MustID("ffffffff-ffff-ffff-ffff-ffffffffffff")

func before(id db.ID) db.ID {
	if id.IsZero() {
		return lastID
	}
	return id
}

// listRequests lists what an actor sees, the newest first.
func listRequests(q db.Q, a access.Actor, now calendar.Time, f Filter) ([]Request, error) {
	seen := requests(a, now)
	sql, args := seen.SQL, seen.Args
	add := func(cond string, v any) {
		sql += " AND " + cond
		args = append(args, v)
	}
	if a.Is(access.ProviderRoles...) {
		f.Provider = a.Provider
	}
	if !f.Provider.IsZero() {
		add("r.provider = ?", f.Provider)
	}
	if f.Status != "" {
		add("r.status = ?", f.Status)
	} else {
		sql += " AND r.status <> 'void'"
	}
	if f.Free {
		sql += " AND r.batch IS NULL"
	}
	add("r.id < ?", before(f.Before))
	return db.All[Request](q, selectRequest+sql+" ORDER BY r.id DESC LIMIT ?", append(args, f.Limit)...)
}

func requestsOfBatch(q db.Q, batch db.ID) ([]Request, error) {
	return db.All[Request](q, selectRequest+"r.batch = ? ORDER BY r.id", batch)
}

func payoutsOfBatch(q db.Q, batch db.ID) ([]Payout, error) {
	return db.All[Payout](q, selectPayout+"o.batch = ? ORDER BY o.id", batch)
}

// textPayoutsAfter are a person's payouts that are not paid and due after a day.
var textPayoutsAfter = selectPayout + "o.person = ? AND o.status IN ('planned', 'approved') AND o.due_on > ? ORDER BY o.id"

func requestsByID(w db.W, ids []db.ID) ([]Request, error) {
	return db.All[Request](w, selectRequest+"r.id IN (??) ORDER BY r.id"+db.ForUpdate(w), db.ListOf(ids))
}

func payoutsByID(w db.W, ids []db.ID) ([]Payout, error) {
	return db.All[Payout](w, selectPayout+"o.id IN (??) ORDER BY o.id"+db.ForUpdate(w), db.ListOf(ids))
}

func loadPayout(q db.Q, a access.Actor, now calendar.Time, id db.ID) (Payout, error) {
	seen := payouts(a, now)
	return db.One[Payout](q, selectPayout+"o.id = ? AND "+seen.SQL, with(id, seen)...)
}

func listPayouts(q db.Q, a access.Actor, now calendar.Time, f Filter) ([]Payout, error) {
	seen := payouts(a, now)
	sql, args := seen.SQL, seen.Args
	if f.Status != "" {
		sql += " AND o.status = ?"
		args = append(args, f.Status)
	}
	if !f.Case.IsZero() {
		sql += " AND o.case_id = ?"
		args = append(args, f.Case)
	}
	if f.Free {
		sql += " AND o.batch IS NULL"
	}
	return db.All[Payout](q, selectPayout+sql+" AND o.id < ? ORDER BY o.id DESC LIMIT ?", append(args, before(f.Before), f.Limit)...)
}

func loadBatch(q db.Q, id db.ID) (Batch, error) { return db.One[Batch](q, selectBatch+"b.id = ?", id) }

func lockBatch(w db.W, id db.ID) error {
	_, err := db.All[int](w, "SELECT 1 FROM payment_batch WHERE id = ?"+db.ForUpdate(w), id)
	return err
}

func listBatches(q db.Q, f Filter) ([]Batch, error) {
	if f.Status != "" {
		return db.All[Batch](q, selectBatch+"b.status = ? AND b.id < ? ORDER BY b.id DESC LIMIT ?", f.Status, before(f.Before), f.Limit)
	}
	return db.All[Batch](q, selectBatch+"b.id < ? ORDER BY b.id DESC LIMIT ?", before(f.Before), f.Limit)
}

func payeeByID(q db.Q, id db.ID) (Payee, error) { return db.One[Payee](q, selectPayee+"p.id = ?", id) }

// payeesOf gives the accounts of an owner that count, the confirmed one first.
func payeesOf(q db.Q, kind string, owner db.ID) ([]Payee, error) {
	return db.All[Payee](q, selectPayee+"p.owner_kind = ? AND p.owner = ? AND p.status IN ('entered', 'confirmed') ORDER BY p.status, p.id DESC", kind, owner)
}

// confirmedOf gives the confirmed accounts of owners of a kind.
func confirmedOf(q db.Q, kind string, owners []db.ID) (map[db.ID]Payee, error) {
	list, err := db.All[Payee](q, selectPayee+"p.owner_kind = ? AND p.owner IN (??) AND p.status = 'confirmed'", kind, db.ListOf(owners))
	out := make(map[db.ID]Payee, len(list))
	for _, p := range list {
		out[p.Owner] = p
	}
	return out, err
}

func payeesByID(q db.Q, ids []db.ID) (map[db.ID]Payee, error) {
	out := map[db.ID]Payee{}
	if len(ids) == 0 {
		return out, nil
	}
	list, err := db.All[Payee](q, selectPayee+"p.id IN (??)", db.ListOf(ids))
	for _, p := range list {
		out[p.ID] = p
	}
	return out, err
}

// enteredPayees lists the accounts that wait to be confirmed.
func enteredPayees(q db.Q, limit int) ([]Payee, error) {
	return db.All[Payee](q, selectPayee+"p.status = 'entered' ORDER BY p.id LIMIT ?", limit)
}

// ToDecide is how many payment requests wait in a status, and since when the
// first should have been decided.
type ToDecide struct {
	Status string        `db:"status"`
	N      int           `db:"n"`
	DueOn  calendar.Date `db:"due_on"` // the earliest
}

// QueueToDecide counts the requests that the agency has not decided; it is for
// those who keep the books.
func QueueToDecide(b *db.Batch) *db.Answer[ToDecide] {
	return db.Queue[ToDecide](b, "SELECT status, COUNT(*) AS n, MIN(due_on) AS due_on FROM payment_request WHERE status IN ('submitted', 'queried') GROUP BY status ORDER BY status")
}

// QueueDraftBatches gives the batches that wait for somebody's approval, the
// oldest first; it is for those who keep the books.
func QueueDraftBatches(b *db.Batch, limit int) *db.Answer[Batch] {
	return db.Queue[Batch](b, selectBatch+"b.status = 'draft' ORDER BY b.id LIMIT ?", limit)
}
