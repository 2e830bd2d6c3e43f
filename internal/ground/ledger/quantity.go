package ledger

import (
	"encoding/json"
	"strconv"
	"strings"

	"golang.org/x/text/width"

	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/text"
)

// Quantity is an exact number of units in thousandths: 1.5 hours is 1500.
type Quantity int64

const thousand = 1000

// Units is a whole number of units.
func Units(n int64) Quantity { return Quantity(n * thousand) }

// ParseQuantity reads a decimal with at most three places, also with
// full-width digits.
func ParseQuantity(s string) (Quantity, error) {
	n, key := decimal(strings.TrimSpace(width.Fold.String(s)), 3)
	if key == "ledger.amount" {
		key = "ledger.quantity"
	}
	if key != "" {
		return 0, fault.Invalid(fault.Field{Key: key, Args: map[string]any{"places": 3}})
	}
	return Quantity(n), nil
}

// String is the decimal without needless zeros: "1.5".
func (q Quantity) String() string {
	s := Money{Minor: int64(q), Currency: "KWD"}.Amount() // a currency of three places
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

// In writes the quantity for a reader: 1,250.5.
func (q Quantity) In(lang text.Lang) string {
	s, sign := q.String(), ""
	if s[0] == '-' {
		sign, s = "-", s[1:]
	}
	whole, fraction, has := strings.Cut(s, ".")
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil {
		return sign + s
	}
	s = sign + text.Number(lang, n)
	if has {
		s += decimalMark(lang) + fraction
	}
	return s
}

// MarshalJSON writes the decimal as a string, so that no reader rounds it.
func (q Quantity) MarshalJSON() ([]byte, error) { return json.Marshal(q.String()) }

// UnmarshalJSON reads the decimal string.
func (q *Quantity) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return fault.Invalid(fault.Field{Key: "ledger.quantity"})
	}
	v, err := ParseQuantity(s)
	if err != nil {
		return err
	}
	*q = v
	return nil
}
