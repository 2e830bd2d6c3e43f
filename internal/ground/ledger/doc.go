// Package ledger keeps books: accounts, balanced transactions of postings,
// and the balance of each account, kept in the transaction that changes it.
// It also holds Money and Quantity, with exact arithmetic and named rounding.
//
// An account is a key and a currency; what the key stands for, and why money
// moves, only the caller knows. A transaction adds up to zero in every
// currency, is posted once for its key, and is never changed or deleted: it is
// reversed by another one.
package ledger

import (
	_ "embed"

	"kizuna/internal/ground/text"
)

//go:embed words.txt
var wordsFile string

var _ = text.Register("ledger", wordsFile)
