package ledger

import (
	"fmt"

	"kizuna/internal/ground/db"
)

// Discrepancy is a place where the books do not agree with themselves.
type Discrepancy struct {
	What     string `db:"what"` // which rule is broken, in English, for the log
	Key      string `db:"key"`  // of the transaction or account
	Currency string `db:"currency"`
	Found    string `db:"found"`  // what is stored
	Should   string `db:"should"` // what the postings say
}

// String is the line that kizuna check prints.
func (d Discrepancy) String() string {
	return fmt.Sprintf("%s: %s %s: %s, should be %s", d.What, d.Key, d.Currency, d.Found, d.Should)
}

// rules each find what must not be. They read everything; pages never run them.
var rules = []string{
	`SELECT 'transaction does not balance' AS what, t.key, a.currency, CAST(SUM(p.amount) AS TEXT) AS found, '0' AS should
		FROM ledger_posting AS p JOIN ledger_account AS a ON a.id = p.account
		JOIN ledger_transaction AS t ON t.id = p.transaction_id
		GROUP BY t.key, a.currency HAVING SUM(p.amount) <> 0 LIMIT 100`,
	`SELECT 'transaction has missing lines' AS what, t.key, '' AS currency,
		CAST(COUNT(p.line) AS TEXT) AS found, CAST(COALESCE(MAX(p.line), 2) AS TEXT) AS should
		FROM ledger_transaction AS t LEFT JOIN ledger_posting AS p ON p.transaction_id = t.id
		GROUP BY t.key HAVING COUNT(p.line) < 2 OR COUNT(p.line) <> MAX(p.line) LIMIT 100`,
	`SELECT 'balance is not the sum of postings' AS what, a.key, a.currency,
		CAST(a.balance AS TEXT) AS found, CAST(COALESCE(SUM(p.amount), 0) AS TEXT) AS should
		FROM ledger_account AS a LEFT JOIN ledger_posting AS p ON p.account = a.id
		GROUP BY a.id, a.key, a.currency, a.balance HAVING a.balance <> COALESCE(SUM(p.amount), 0) LIMIT 100`,
	`SELECT 'postings are not counted right' AS what, a.key, a.currency,
		CAST(a.postings AS TEXT) AS found, CAST(COUNT(p.seq) AS TEXT) AS should
		FROM ledger_account AS a LEFT JOIN ledger_posting AS p ON p.account = a.id
		GROUP BY a.id, a.key, a.currency, a.postings
		HAVING a.postings <> COUNT(p.seq) OR a.postings <> COALESCE(MAX(p.seq), 0) LIMIT 100`,
	`SELECT 'running balance is wrong' AS what, a.key, a.currency, CAST(r.balance AS TEXT) AS found, CAST(r.total AS TEXT) AS should
		FROM (SELECT account, seq, balance, SUM(amount) OVER (PARTITION BY account ORDER BY seq) AS total FROM ledger_posting) AS r
		JOIN ledger_account AS a ON a.id = r.account WHERE r.balance <> r.total LIMIT 100`,
	`SELECT 'reversal is not the opposite' AS what, t.key, a.currency, CAST(SUM(p.amount) AS TEXT) AS found, '0' AS should
		FROM (SELECT key, id AS side FROM ledger_transaction WHERE reverses IS NOT NULL
			UNION ALL SELECT key, reverses FROM ledger_transaction WHERE reverses IS NOT NULL) AS t
		JOIN ledger_posting AS p ON p.transaction_id = t.side JOIN ledger_account AS a ON a.id = p.account
		GROUP BY t.key, a.key, a.currency HAVING SUM(p.amount) <> 0 LIMIT 100`,
}

// Check proves the books by query: every transaction balances in each
// currency and has all its lines, every balance is the sum of its postings,
// also the one noted beside each posting, and every reversal is the opposite
// of what it reverses. It gives up to a hundred discrepancies of each sort.
func Check(q db.Q) ([]Discrepancy, error) {
	batch := db.NewBatch()
	var answers []*db.Answer[Discrepancy]
	for _, rule := range rules {
		answers = append(answers, db.Queue[Discrepancy](batch, rule))
	}
	if err := db.Send(q, batch); err != nil {
		return nil, err
	}
	var found []Discrepancy
	for _, a := range answers {
		found = append(found, a.Rows...)
	}
	return found, nil
}
