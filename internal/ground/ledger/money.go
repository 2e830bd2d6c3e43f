package ledger

import (
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"

	"golang.org/x/text/width"

	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/text"
)

// Money is an exact amount: minor units (yen, cents) of one currency. The zero
// Money has no currency and adds to any.
type Money struct {
	Minor    int64  `db:"amount"`
	Currency string `db:"currency"` // ISO 4217
}

// Rounding says what becomes of the part below one minor unit.
type Rounding string

// The rounding modes: towards minus infinity (切り捨て for amounts above
// zero), halves away from zero (四捨五入), halves to the even neighbour.
const (
	Floor    Rounding = "floor"
	HalfUp   Rounding = "half_up"
	HalfEven Rounding = "half_even"
)

// Roundings lists the modes in the order they are offered.
var Roundings = []Rounding{Floor, HalfUp, HalfEven}

// Yen is an amount in JPY.
func Yen(n int64) Money { return Money{n, "JPY"} }

func overflow() error { return fault.Conflict("ledger.overflow") }

func mixed(a, b string) error {
	return fault.Conflict("ledger.currencies").With("one", a, "other", b)
}

// Check says whether the currency is one we know.
func (m Money) Check() error {
	if _, ok := exponents[m.Currency]; !ok {
		return fault.Invalid(fault.Field{Pointer: "/currency", Key: "ledger.currency"})
	}
	return nil
}

// IsZero reports an amount of nothing, in whatever currency.
func (m Money) IsZero() bool { return m.Minor == 0 }

// Add is m + n; amounts of two currencies and sums beyond 64 bits are faults.
func (m Money) Add(n Money) (Money, error) {
	switch {
	case m == Money{}:
		return n, nil
	case n == Money{}:
		return m, nil
	case m.Currency != n.Currency:
		return Money{}, mixed(m.Currency, n.Currency)
	}
	sum := m.Minor + n.Minor
	if (sum > m.Minor) != (n.Minor > 0) && n.Minor != 0 {
		return Money{}, overflow()
	}
	return Money{sum, m.Currency}, nil
}

// Sub is m − n.
func (m Money) Sub(n Money) (Money, error) {
	neg, err := n.Neg()
	if err != nil {
		return Money{}, err
	}
	return m.Add(neg)
}

// Neg is −m.
func (m Money) Neg() (Money, error) {
	if m.Minor == math.MinInt64 {
		return Money{}, overflow()
	}
	return Money{-m.Minor, m.Currency}, nil
}

// Cmp compares two amounts of one currency: −1, 0 or 1.
func (m Money) Cmp(n Money) (int, error) {
	if m.Currency != n.Currency && (m != Money{}) && (n != Money{}) {
		return 0, mixed(m.Currency, n.Currency)
	}
	switch {
	case m.Minor < n.Minor:
		return -1, nil
	case m.Minor > n.Minor:
		return 1, nil
	}
	return 0, nil
}

// Sum adds amounts of one currency; the sum of none is the zero Money.
func Sum(amounts ...Money) (total Money, err error) {
	for _, m := range amounts {
		if total, err = total.Add(m); err != nil {
			return Money{}, err
		}
	}
	return total, nil
}

// Times is a rate times a quantity, rounded once.
func (m Money) Times(q Quantity, mode Rounding) (Money, error) {
	return m.Share(int64(q), thousand, mode)
}

// Share is the part/whole share of an amount, such as 8/100 for tax, rounded
// once. whole must be above zero.
func (m Money) Share(part, whole int64, mode Rounding) (Money, error) {
	if whole <= 0 {
		return Money{}, fault.Defect(fmt.Errorf("ledger: share of %d/%d", part, whole))
	}
	product := new(big.Int).Mul(big.NewInt(m.Minor), big.NewInt(part))
	rounded, err := divide(product, big.NewInt(whole), mode)
	if err != nil {
		return Money{}, err
	}
	if !rounded.IsInt64() {
		return Money{}, overflow()
	}
	return Money{rounded.Int64(), m.Currency}, nil
}

func divide(n, d *big.Int, mode Rounding) (*big.Int, error) {
	// DivMod rounds towards minus infinity for a positive divisor: 0 ≤ rest < d.
	quotient, rest := new(big.Int).DivMod(n, d, new(big.Int))
	half := new(big.Int).Lsh(rest, 1).Cmp(d) // −1 below, 0 at, 1 above the half
	up := false
	switch mode {
	case Floor:
	case HalfUp:
		up = half > 0 || half == 0 && n.Sign() > 0
	case HalfEven:
		up = half > 0 || half == 0 && quotient.Bit(0) == 1
	default:
		return nil, fault.Defect(fmt.Errorf("ledger: rounding %q", mode))
	}
	if up {
		quotient.Add(quotient, big.NewInt(1))
	}
	return quotient, nil
}

// Split divides an amount by weights so that the parts add up to it exactly:
// what rounding leaves over goes, one minor unit each, to the parts that lost
// most, the earlier first (largest remainders).
func (m Money) Split(weights ...int64) ([]Money, error) {
	total := new(big.Int)
	for _, w := range weights {
		if w < 0 {
			return nil, fault.Defect(fmt.Errorf("ledger: weight %d", w))
		}
		total.Add(total, big.NewInt(w))
	}
	if total.Sign() == 0 {
		return nil, fault.Defect(fmt.Errorf("ledger: weights add up to nothing"))
	}
	parts := make([]Money, len(weights))
	rests := make([]*big.Int, len(weights))
	left := m.Minor
	for i, w := range weights {
		product := new(big.Int).Mul(big.NewInt(m.Minor), big.NewInt(w))
		quotient, rest := product.DivMod(product, total, new(big.Int))
		parts[i] = Money{quotient.Int64(), m.Currency}
		rests[i] = rest
		left -= parts[i].Minor
	}
	for ; left > 0; left-- {
		best := 0
		for i := range rests {
			if rests[i].Cmp(rests[best]) > 0 {
				best = i
			}
		}
		parts[best].Minor++
		rests[best].SetInt64(-1)
	}
	return parts, nil
}

// Amount is the decimal string of the API: "1234" for yen, "12.34" for dollars.
func (m Money) Amount() string {
	places := exponents[m.Currency]
	digits := strconv.FormatInt(m.Minor, 10)
	if places == 0 {
		return digits
	}
	sign := ""
	if digits[0] == '-' {
		sign, digits = "-", digits[1:]
	}
	if len(digits) <= places {
		digits = strings.Repeat("0", places+1-len(digits)) + digits
	}
	return sign + digits[:len(digits)-places] + "." + digits[len(digits)-places:]
}

// String is the amount and its code, for logs.
func (m Money) String() string { return m.Amount() + " " + m.Currency }

// In writes the amount for a reader: ¥96,000 or $1,234.50.
func (m Money) In(lang text.Lang) string {
	sign, amount := "", m.Amount()
	if amount[0] == '-' {
		sign, amount = "-", amount[1:]
	}
	whole, fraction, has := strings.Cut(amount, ".")
	n, err := strconv.ParseUint(whole, 10, 64)
	if err != nil || n > math.MaxInt64 {
		return m.String() // only the one amount that has no positive counterpart
	}
	amount = text.Number(lang, int64(n))
	if has {
		amount += decimalMark(lang) + fraction
	}
	if symbol, ok := symbols[m.Currency]; ok {
		return sign + symbol + amount
	}
	return strings.TrimSpace(sign + amount + " " + m.Currency)
}

// decimalMark is a comma where the thousands are not parted by one.
func decimalMark(lang text.Lang) string {
	if strings.Contains(text.Number(lang, 1000), ",") {
		return "."
	}
	return ","
}

type moneyJSON struct {
	Amount   string `json:"amount"`
	Currency string `json:"currency"`
}

// MarshalJSON writes {"amount":"1234","currency":"JPY"}; the zero Money has
// "0" and no currency.
func (m Money) MarshalJSON() ([]byte, error) {
	return json.Marshal(moneyJSON{m.Amount(), m.Currency})
}

// UnmarshalJSON reads the same; more decimal places than the currency has are
// a fault, never rounded.
func (m *Money) UnmarshalJSON(b []byte) error {
	var v moneyJSON
	if err := json.Unmarshal(b, &v); err != nil {
		return fault.Invalid(fault.Field{Key: "ledger.amount"})
	}
	if (v == moneyJSON{Amount: "0"}) {
		*m = Money{}
		return nil
	}
	parsed, err := parse(v.Amount, v.Currency)
	if err != nil {
		return err
	}
	*m = parsed
	return nil
}

// parse reads a plain decimal string.
func parse(amount, currency string) (Money, error) {
	places, ok := exponents[currency]
	if !ok {
		return Money{}, fault.Invalid(fault.Field{Pointer: "/currency", Key: "ledger.currency"})
	}
	minor, key := decimal(amount, places)
	if key != "" {
		return Money{}, fault.Invalid(fault.Field{Pointer: "/amount", Key: key, Args: map[string]any{"places": places}})
	}
	return Money{minor, currency}, nil
}

// decimal reads digits with at most places decimals as an integer of the last
// place; key tells what is wrong.
func decimal(s string, places int) (n int64, key string) {
	whole, fraction, has := strings.Cut(s, ".")
	digits := strings.TrimPrefix(whole, "-")
	switch {
	case digits == "" || !allDigits(digits) || has && (fraction == "" || !allDigits(fraction)):
		return 0, "ledger.amount"
	case len(strings.TrimRight(fraction, "0")) > places && places == 0:
		return 0, "ledger.whole"
	case len(strings.TrimRight(fraction, "0")) > places:
		return 0, "ledger.places"
	}
	fraction = strings.TrimRight(fraction, "0")
	n, err := strconv.ParseInt(whole+fraction+strings.Repeat("0", places-len(fraction)), 10, 64)
	if err != nil {
		return 0, "ledger.overflow"
	}
	return n, ""
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// Typed reads an amount as people write it: grouped or not, with full-width
// digits, with the currency's sign, code or 円. The fault's pointer is the
// amount itself.
func Typed(s, currency string) (Money, error) {
	plain := strings.TrimSpace(width.Fold.String(s))
	plain = strings.NewReplacer("−", "-", "ー", "-", "‐", "-", "、", ",").Replace(plain)
	sign := ""
	if strings.HasPrefix(plain, "-") {
		sign, plain = "-", plain[1:]
	}
	marks := []string{currency, strings.ToLower(currency), symbols[currency]}
	if currency == "JPY" {
		marks = append(marks, "円", "\\", "￥")
	}
	for _, mark := range marks {
		if mark != "" {
			plain = strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(plain, mark), mark))
		}
	}
	ungrouped, ok := ungroup(plain)
	if !ok || strings.HasPrefix(ungrouped, "-") {
		return Money{}, fault.Invalid(fault.Field{Key: "ledger.amount"})
	}
	m, err := parse(sign+ungrouped, currency)
	if f, is := fault.As(err); is {
		for i := range f.Fields {
			f.Fields[i].Pointer = ""
		}
	}
	return m, err
}

// ungroup takes out commas that part groups of three; 12,34 is refused, since
// it may mean two amounts.
func ungroup(s string) (string, bool) {
	whole, fraction, has := strings.Cut(s, ".")
	groups := strings.Split(whole, ",")
	for i, g := range groups {
		if i > 0 && len(g) != 3 || i == 0 && len(groups) > 1 && (g == "" || len(g) > 3) {
			return "", false
		}
	}
	if strings.Contains(fraction, ",") {
		return "", false
	}
	s = strings.Join(groups, "")
	if has {
		s += "." + fraction
	}
	return s, true
}
