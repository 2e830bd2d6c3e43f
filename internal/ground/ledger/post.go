package ledger

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"

	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
)

// Source is the record that a line comes from, so that every amount can be
// followed back. The ledger keeps it and never looks into it.
type Source struct {
	Kind string
	ID   db.ID
}

// Line is one side of a transaction: an amount added to an account, or taken
// from it when below zero.
type Line struct {
	Account string
	Amount  Money
	Source  Source
}

// Transaction moves money between accounts; in each currency its lines add up
// to zero.
type Transaction struct {
	Key   string // names it for good: posting it again changes nothing
	Kind  string // the caller's word for it
	At    calendar.Time
	Lines []Line
}

// Post stores a transaction and moves its balances, and gives its id. The
// same key again gives the same id; with other lines it is fault.KeyReuse.
func Post(w db.W, t Transaction) (db.ID, error) {
	ids, err := PostAll(w, t)
	if err != nil {
		return db.ID{}, err
	}
	return ids[0], nil
}

// PostAll is Post for many, in few statements. Their accounts are locked in
// one order, so that two callers never wait for each other in a ring.
func PostAll(w db.W, list ...Transaction) ([]db.ID, error) {
	drafts := make([]draft, len(list))
	for i, t := range list {
		if err := balanced(t); err != nil {
			return nil, err
		}
		drafts[i] = draft{Transaction: t, id: db.NewID(), digest: digest(t)}
	}
	return post(w, drafts)
}

// Reverse posts the opposite of a transaction, once: reversing it again with
// the same key gives the same id, with another key it is a conflict.
func Reverse(w db.W, id db.ID, key, kind string, at calendar.Time) (db.ID, error) {
	// The lock makes two who reverse at a time come one after the other.
	if _, err := db.One[db.ID](w, `SELECT id FROM ledger_transaction WHERE id = ?`+db.ForUpdate(w), id); err != nil {
		return db.ID{}, err
	}
	before, ok, err := db.Maybe[string](w, `SELECT key FROM ledger_transaction WHERE reverses = ?`, id)
	if err != nil {
		return db.ID{}, err
	}
	if ok && before != key {
		return db.ID{}, fault.Conflict("ledger.reversed")
	}
	lines, err := Lines(w, id)
	if err != nil {
		return db.ID{}, err
	}
	t := Transaction{Key: key, Kind: kind, At: at, Lines: lines}
	for i := range lines {
		if lines[i].Amount, err = lines[i].Amount.Neg(); err != nil {
			return db.ID{}, err
		}
	}
	ids, err := post(w, []draft{{Transaction: t, id: db.NewID(), digest: digest(t), reverses: id}})
	if err != nil {
		return db.ID{}, err
	}
	return ids[0], nil
}

// balanced refuses what does not add up to zero in every currency.
func balanced(t Transaction) error {
	if t.Key == "" || t.Kind == "" || t.At.IsZero() || len(t.Lines) < 2 {
		return fault.Defect(fmt.Errorf("ledger: transaction %q of kind %q with %d lines", t.Key, t.Kind, len(t.Lines)))
	}
	sums := map[string]Money{}
	for _, l := range t.Lines {
		if l.Account == "" || l.Source.ID.IsZero() != (l.Source.Kind == "") {
			return fault.Defect(errors.New("ledger: a line without an account or with half a source"))
		}
		if err := l.Amount.Check(); err != nil {
			return err
		}
		sum, err := sums[l.Amount.Currency].Add(l.Amount)
		if err != nil {
			return err
		}
		sums[l.Amount.Currency] = sum
	}
	for _, sum := range sums {
		if !sum.IsZero() {
			return fault.Conflict("ledger.unbalanced").With("currency", sum.Currency, "amount", sum)
		}
	}
	return nil
}

// digest tells two transactions with one key apart. The time is left out: a
// repeat comes later.
func digest(t Transaction) []byte {
	var b bytes.Buffer
	text := func(s string) {
		b.Write(binary.AppendUvarint(nil, uint64(len(s))))
		b.WriteString(s)
	}
	text(t.Kind)
	for _, l := range t.Lines {
		text(l.Account)
		text(l.Amount.Currency)
		b.Write(binary.AppendVarint(nil, l.Amount.Minor))
		text(l.Source.Kind)
		b.Write(l.Source.ID[:])
	}
	sum := sha256.Sum256(b.Bytes())
	return sum[:]
}

// draft is a transaction on its way into the books.
type draft struct {
	Transaction
	id       db.ID
	digest   []byte
	reverses db.ID
}

func post(w db.W, drafts []draft) ([]db.ID, error) {
	fresh, err := insertNew(w, drafts)
	if err != nil {
		return nil, err
	}
	ids, err := known(w, drafts, fresh)
	if err != nil {
		return nil, err
	}
	return ids, move(w, fresh)
}

// chunk is the largest power of two up to n and 256, so that a statement has
// few texts.
func chunk(n int) int {
	size := 1
	for size*2 <= min(n, 256) {
		size *= 2
	}
	return size
}

// insertNew stores the heads of transactions whose key is new, and gives
// those. Who posts the same key at the same time waits here for the first.
func insertNew(w db.W, drafts []draft) ([]draft, error) {
	byKey := map[string]draft{}
	var firsts []draft
	for _, d := range drafts {
		if _, twice := byKey[d.Key]; !twice {
			byKey[d.Key] = d
			firsts = append(firsts, d)
		}
	}
	slices.SortFunc(firsts, func(a, b draft) int { return cmp.Compare(a.Key, b.Key) })
	var fresh []draft
	for len(firsts) > 0 {
		n := chunk(len(firsts))
		var args []any
		for _, d := range firsts[:n] {
			args = append(args, d.id, d.Key, d.Kind, d.At, d.digest, d.reverses)
		}
		keys, err := db.All[string](w, `INSERT INTO ledger_transaction (id, key, kind, at, digest, reverses) VALUES `+
			rows(6, n)+` ON CONFLICT (key) DO NOTHING RETURNING key`, args...)
		if err != nil {
			return nil, err
		}
		for _, key := range keys {
			fresh = append(fresh, byKey[key])
		}
		firsts = firsts[n:]
	}
	slices.SortFunc(fresh, func(a, b draft) int { return slices.Compare(a.id[:], b.id[:]) })
	return fresh, nil
}

func rows(width, n int) string {
	row := "(?" + strings.Repeat(", ?", width-1) + ")"
	return row + strings.Repeat(", "+row, n-1)
}

// known gives the ids of all drafts, old and fresh, and refuses a key that
// comes with other lines than before.
func known(w db.W, drafts, fresh []draft) ([]db.ID, error) {
	type head struct {
		ID       db.ID  `db:"id"`
		Key      string `db:"key"`
		Digest   []byte `db:"digest"`
		Reverses db.ID  `db:"reverses"`
	}
	heads := map[string]head{}
	for _, d := range fresh {
		heads[d.Key] = head{d.id, d.Key, d.digest, d.reverses}
	}
	var old []string
	for _, d := range drafts {
		if _, ok := heads[d.Key]; !ok {
			old = append(old, d.Key)
		}
	}
	for part := range slices.Chunk(old, 512) {
		found, err := db.All[head](w, `SELECT `+db.Columns[head]("")+` FROM ledger_transaction WHERE key IN (??)`, db.ListOf(part))
		if err != nil {
			return nil, err
		}
		for _, h := range found {
			heads[h.Key] = h
		}
	}
	ids := make([]db.ID, len(drafts))
	for i, d := range drafts {
		h := heads[d.Key]
		if !bytes.Equal(h.Digest, d.digest) || h.Reverses != d.reverses {
			return nil, fault.KeyReuse()
		}
		ids[i] = h.ID
	}
	return ids, nil
}

// name is what tells an account from others.
type name struct{ key, currency string }

func (a name) compare(b name) int {
	return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.currency, b.currency))
}

// account is a row as it stands.
type account struct {
	ID       db.ID  `db:"id"`
	Key      string `db:"key"`
	Currency string `db:"currency"`
	Balance  int64  `db:"balance"`
	Postings int64  `db:"postings"`
}

type posting struct {
	Account     db.ID  `db:"account"`
	Seq         int64  `db:"seq"`
	Transaction db.ID  `db:"transaction_id"`
	Line        int64  `db:"line"`
	Amount      int64  `db:"amount"`
	Balance     int64  `db:"balance"`
	SourceKind  string `db:"source_kind"`
	Source      db.ID  `db:"source"`
}

// move adds the postings of fresh transactions and sets the balances.
func move(w db.W, fresh []draft) error {
	if len(fresh) == 0 {
		return nil
	}
	accounts, order, err := lock(w, fresh)
	if err != nil {
		return err
	}
	var postings []posting
	for _, d := range fresh {
		for i, l := range d.Lines {
			a := accounts[name{l.Account, l.Amount.Currency}]
			sum, err := Money{a.Balance, a.Currency}.Add(l.Amount)
			if err != nil {
				return err
			}
			a.Balance, a.Postings = sum.Minor, a.Postings+1
			postings = append(postings, posting{Account: a.ID, Seq: a.Postings, Transaction: d.id, Line: int64(i + 1),
				Amount: l.Amount.Minor, Balance: a.Balance, SourceKind: l.Source.Kind, Source: l.Source.ID})
		}
	}
	if err := db.Insert(w, "ledger_posting", postings...); err != nil {
		return err
	}
	for len(order) > 0 {
		n := chunk(len(order))
		var args []any
		for _, at := range order[:n] {
			a := accounts[at]
			args = append(args, a.ID, a.Key, a.Currency, a.Balance, a.Postings)
		}
		if _, err := db.Exec(w, `INSERT INTO ledger_account (id, key, currency, balance, postings) VALUES `+rows(5, n)+
			` ON CONFLICT (key, currency) DO UPDATE SET balance = excluded.balance, postings = excluded.postings`, args...); err != nil {
			return err
		}
		order = order[n:]
	}
	return nil
}

// lock gives the accounts that are touched, each locked until the transaction
// ends and made where it was missing, in the order of their names.
func lock(w db.W, fresh []draft) (map[name]*account, []name, error) {
	accounts := map[name]*account{}
	var order []name
	for _, d := range fresh {
		for _, l := range d.Lines {
			n := name{l.Account, l.Amount.Currency}
			if _, ok := accounts[n]; !ok {
				accounts[n] = nil
				order = append(order, n)
			}
		}
	}
	slices.SortFunc(order, name.compare)
	for rest := order; len(rest) > 0; {
		n := chunk(len(rest))
		var args []any
		for _, a := range rest[:n] {
			args = append(args, db.NewID(), a.key, a.currency, int64(0), int64(0))
		}
		// An update that changes nothing locks the rows, in the order given,
		// and reads them as they are now.
		found, err := db.All[account](w, `INSERT INTO ledger_account (id, key, currency, balance, postings) VALUES `+rows(5, n)+
			` ON CONFLICT (key, currency) DO UPDATE SET balance = ledger_account.balance RETURNING `+db.Columns[account](""), args...)
		if err != nil {
			return nil, nil, err
		}
		for _, a := range found {
			accounts[name{a.Key, a.Currency}] = &a
		}
		rest = rest[n:]
	}
	return accounts, order, nil
}
