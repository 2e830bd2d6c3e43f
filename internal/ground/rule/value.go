package rule

import (
	"errors"
	"maps"
	"math/big"
	"slices"
	"strings"

	"kizuna/internal/ground/calendar"
)

// Type is what kind of value a fact or an expression has.
type Type string

// The types. Whole numbers, decimals and money are all numbers in an expression, so they mix
// freely; the type of a fact says in which steps it moves and how it is shown.
const (
	Bool    Type = "bool"
	Int     Type = "int"
	Decimal Type = "decimal"
	Money   Type = "money" // in the currency's main unit: yen, dollars
	String  Type = "string"
	Date    Type = "date"
	List    Type = "list" // of strings
	// Rows are facts several times over, such as of each member of a household.
	// They are kept and handed on; an expression speaks of what is inside.
	Rows Type = "rows"
)

func (t Type) number() bool { return t == Int || t == Decimal || t == Money }

// Value is a fact's value or an expression's. Text is its one canonical form: "true", "12.5",
// "2019-05-01"; a number that no decimal can hold is a fraction, "1/3".
type Value struct {
	Type Type     `json:"type"`
	Text string   `json:"text,omitempty"`
	List []string `json:"list,omitempty"`
	Rows []Facts  `json:"rows,omitempty"`
}

var errValue = errors.New("rule: not a value of its type")

// Parse reads a value of a type in its plain form; "" is refused except for strings.
func Parse(t Type, s string) (Value, error) {
	switch {
	case t == Bool && (s == "true" || s == "false"), t == String:
		return Value{Type: t, Text: s}, nil
	case t == Date:
		if calendar.Date(s).Valid() && s != "" {
			return Value{Type: t, Text: s}, nil
		}
	case t.number():
		if r, ok := parseNumber(s); ok && (t != Int || r.IsInt()) {
			return Value{Type: t, Text: numberText(r)}, nil
		}
	}
	return Value{}, errValue
}

// Yes is a Bool.
func Yes(b bool) Value {
	if b {
		return Value{Type: Bool, Text: "true"}
	}
	return Value{Type: Bool, Text: "false"}
}

// Whole is an Int.
func Whole(n int64) Value { return Value{Type: Int, Text: big.NewInt(n).String()} }

// Amount is Money from minor units; digits is how many of them the currency has (yen 0, dollars 2).
func Amount(minor int64, digits int) Value {
	r := new(big.Rat).SetFrac(big.NewInt(minor), new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(digits)), nil))
	return Value{Type: Money, Text: numberText(r)}
}

// Text is a String.
func Text(s string) Value { return Value{Type: String, Text: s} }

// On is a Date.
func On(d calendar.Date) Value { return Value{Type: Date, Text: string(d)} }

// Texts is a List.
func Texts(list ...string) Value { return Value{Type: List, List: slices.Clone(list)} }

// Several are Rows.
func Several(rows ...Facts) Value { return Value{Type: Rows, Rows: slices.Clone(rows)} }

// Minor gives a number in minor units; false when it has more places than the currency.
func (v Value) Minor(digits int) (int64, bool) {
	r, ok := parseNumber(v.Text)
	if !ok || !v.Type.number() {
		return 0, false
	}
	r.Mul(r, new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(digits)), nil)))
	return r.Num().Int64(), r.IsInt() && r.Num().IsInt64()
}

// Items are those of a List, or the one text of any other value.
func (v Value) Items() []string {
	if v.Type == List {
		return v.List
	}
	return []string{v.Text}
}

// Equal reports whether two values are the same.
func (v Value) Equal(w Value) bool {
	return v.Type == w.Type && v.Text == w.Text && slices.Equal(v.List, w.List) && slices.EqualFunc(v.Rows, w.Rows, Facts.equal)
}

func (f Facts) equal(g Facts) bool { return maps.EqualFunc(f, g, Value.Equal) }

// valid checks a value against its type and that it is in canonical form.
func (v Value) valid() bool {
	if v.Type == List {
		return v.Text == "" && v.Rows == nil
	}
	w, err := Parse(v.Type, v.Text)
	return err == nil && w.Text == v.Text && v.List == nil && v.Rows == nil
}

const maxDigits = 80 // of a number as written

// parseNumber reads 12, -3.50 or 1/3; no exponents, signs other than -, or spaces.
func parseNumber(s string) (*big.Rat, bool) {
	if s == "" || len(s) > maxDigits || strings.Trim(s, "0123456789-./") != "" || strings.Count(s, "/") > 1 || strings.Count(s, ".") > 1 {
		return nil, false
	}
	for i := range len(s) {
		if s[i] == '-' && i > 0 || s[i] == '.' && (i == 0 || i == len(s)-1 || strings.Contains(s, "/")) {
			return nil, false
		}
	}
	if _, bottom, ok := strings.Cut(s, "/"); ok && strings.Trim(bottom, "0") == "" {
		return nil, false
	}
	return new(big.Rat).SetString(s)
}

// numberText writes a number as a decimal when it is one, otherwise as a fraction.
func numberText(r *big.Rat) string {
	if r.IsInt() {
		return r.Num().String()
	}
	if places, exact := r.FloatPrec(); exact {
		return r.FloatString(places)
	}
	return r.String()
}
