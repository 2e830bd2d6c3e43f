package ledger

import (
	"math"

	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
)

// Balance is what an account holds; an account that was never used holds
// nothing.
func Balance(q db.Q, key, currency string) (Money, error) {
	n, _, err := db.Maybe[int64](q, `SELECT balance FROM ledger_account WHERE key = ? AND currency = ?`, key, currency)
	return Money{n, currency}, err
}

// Balances gives the balance of many accounts in one currency, by key; one
// that was never used is missing.
func Balances(q db.Q, keys []string, currency string) (map[string]Money, error) {
	type row struct {
		Key     string `db:"key"`
		Balance int64  `db:"balance"`
	}
	list, err := db.All[row](q, `SELECT key, balance FROM ledger_account WHERE key IN (??) AND currency = ?`, db.ListOf(keys), currency)
	out := make(map[string]Money, len(list))
	for _, r := range list {
		out[r.Key] = Money{r.Balance, currency}
	}
	return out, err
}

// Entry is a line of an account's statement.
type Entry struct {
	Seq         int64         `db:"seq"` // 1 for the account's first
	Transaction db.ID         `db:"transaction_id"`
	Key         string        `db:"key"`
	Kind        string        `db:"kind"`
	At          calendar.Time `db:"at"`
	Reverses    db.ID         `db:"reverses"`
	Amount      int64         `db:"amount"`  // minor units of the account's currency
	Balance     int64         `db:"balance"` // after it
	SourceKind  string        `db:"source_kind"`
	Source      db.ID         `db:"source"`
}

// Statement lists an account's entries newest first, before the sequence
// number given (0: from the newest), and the number to go on with (0: the end).
func Statement(q db.Q, key, currency string, before int64, limit int) (entries []Entry, next int64, err error) {
	if before == 0 {
		before = math.MaxInt64
	}
	entries, err = db.All[Entry](q, `SELECT p.seq, p.transaction_id, t.key, t.kind, t.at, t.reverses, p.amount, p.balance, p.source_kind, p.source
		FROM ledger_account AS a JOIN ledger_posting AS p ON p.account = a.id JOIN ledger_transaction AS t ON t.id = p.transaction_id
		WHERE a.key = ? AND a.currency = ? AND p.seq < ? ORDER BY p.seq DESC LIMIT ?`, key, currency, before, limit+1)
	if err == nil && len(entries) > limit {
		entries = entries[:limit]
		next = entries[limit-1].Seq
	}
	return entries, next, err
}

const lineQuery = `SELECT a.key, a.currency, p.amount, p.source_kind, p.source
	FROM ledger_posting AS p JOIN ledger_account AS a ON a.id = p.account `

type lineRow struct {
	Key        string `db:"key"`
	Currency   string `db:"currency"`
	Amount     int64  `db:"amount"`
	SourceKind string `db:"source_kind"`
	Source     db.ID  `db:"source"`
}

func lines(list []lineRow) []Line {
	out := make([]Line, len(list))
	for i, r := range list {
		out[i] = Line{r.Key, Money{r.Amount, r.Currency}, Source{r.SourceKind, r.Source}}
	}
	return out
}

// Lines gives the lines of a transaction in their order.
func Lines(q db.Q, transaction db.ID) ([]Line, error) {
	list, err := db.All[lineRow](q, lineQuery+`WHERE p.transaction_id = ? ORDER BY p.line`, transaction)
	return lines(list), err
}

// LinesFrom gives every line that came from a record, the oldest first.
func LinesFrom(q db.Q, s Source) ([]Line, error) {
	list, err := db.All[lineRow](q, lineQuery+`WHERE p.source_kind = ? AND p.source = ? ORDER BY p.transaction_id, p.line`, s.Kind, s.ID)
	return lines(list), err
}
