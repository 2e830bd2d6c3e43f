package agency

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"

	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/text"
)

// The kinds of an extra field.
const (
	Words  = "text"   // one line
	Amount = "number" // up to three decimals
	Day    = "date"
	Choice = "choice" // of a code list
	YesNo  = "yes_no"
)

// Kinds are all of them, in the order they are offered.
var Kinds = []string{Words, Amount, Day, Choice, YesNo}

// Field is a field that the agency adds to a main record.
type Field struct {
	flow.Head
	Entity   string    `db:"entity" json:"entity"`
	Key      string    `db:"key" json:"key"`
	Label    text.Pair `db:"label" json:"label"`
	Kind     string    `db:"kind" json:"kind"`
	List     string    `db:"list" json:"list"` // the code list of a choice
	Required bool      `db:"required" json:"required"`
	Position int64     `db:"position" json:"position"`
}

// FieldInput adds an extra field.
type FieldInput struct {
	Entity   string    `json:"entity"`
	Key      string    `json:"key"`
	Label    text.Pair `json:"label"`
	Kind     string    `json:"kind"`
	List     string    `json:"list"`
	Required bool      `json:"required"`
	Position int64     `json:"position"`
}

// Validate cleans the input and says what to correct.
func (in *FieldInput) Validate() error {
	var f fault.Fields
	checkKey(&f, "/entity", in.Entity)
	checkKey(&f, "/key", in.Key)
	checkLabel(&f, "/label", &in.Label)
	if !slices.Contains(Kinds, in.Kind) {
		f.Add("/kind", "fault.bad_choice")
	}
	if in.Kind == Choice {
		checkKey(&f, "/list", in.List)
	} else {
		in.List = ""
	}
	checkRange(&f, "/position", in.Position, 0, 1_000_000)
	return f.Err()
}

// Extra are a record's extra values by key: text, number (as decimal text),
// date (YYYY-MM-DD), choice (a code's key) or "true"/"false". It is one column
// of the main record, as JSON, and so in its history.
type Extra map[string]string

// Value stores the values as JSON with sorted keys; none as "".
func (e Extra) Value() (driver.Value, error) {
	if len(e) == 0 {
		return "", nil
	}
	b, err := json.Marshal(map[string]string(e))
	return string(b), err
}

// Scan reads what Value wrote.
func (e *Extra) Scan(src any) error {
	*e = nil
	var s string
	switch v := src.(type) {
	case nil:
	case string:
		s = v
	case []byte:
		s = string(v)
	default:
		return fmt.Errorf("agency: extra values from %T", src)
	}
	if s == "" {
		return nil
	}
	return json.Unmarshal([]byte(s), (*map[string]string)(e))
}

// CheckExtra reads what was typed for a record's extra fields. Fields that
// are no longer asked keep the value they had in was; a key without a field
// is refused. codes are the active choices by list. Faults point below
// /extra.
func CheckExtra(fields []Field, codes map[string][]Code, typed, was Extra, f *fault.Fields) Extra {
	out := Extra{}
	known := map[string]bool{}
	for _, d := range fields {
		known[d.Key] = true
		value, asked := typed[d.Key]
		if d.Status != "active" || !asked {
			value = was[d.Key]
		} else {
			value = d.read(value, codes[d.List], was[d.Key], f)
		}
		if value != "" {
			out[d.Key] = value
		} else if d.Required && d.Status == "active" {
			f.Add(fault.At("extra", d.Key), "fault.required")
		}
	}
	for _, key := range slices.Sorted(maps.Keys(typed)) {
		if !known[key] {
			f.Add(fault.At("extra", key), "fault.unknown_field", "field", key)
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// read gives the value as it is stored, or notes what is wrong with it and
// gives it back as typed.
func (d Field) read(typed string, codes []Code, was string, f *fault.Fields) string {
	at := fault.At("extra", d.Key)
	typed, key, args := text.Line(typed, 1000)
	if key != "" || typed == "" {
		f.Check(at, key, args)
		return typed
	}
	switch d.Kind {
	case Amount:
		n, ok := thousandths(typed)
		if !ok {
			f.Add(at, "fault.not_a_number")
			return typed
		}
		return decimal(n)
	case Day:
		day, err := calendar.ParseDate(typed)
		if err != nil {
			if f.Absorb(at, err) != nil {
				f.Add(at, "fault.not_a_date")
			}
			return typed
		}
		return string(day)
	case YesNo:
		if typed != "true" && typed != "false" {
			f.Add(at, "fault.bad_choice")
		}
	case Choice:
		offered := slices.ContainsFunc(codes, func(c Code) bool { return c.Key == typed })
		if !offered && typed != was {
			f.Add(at, "fault.bad_choice")
		}
	}
	return typed
}

// thousandths reads a decimal number with at most three decimals.
func thousandths(s string) (int64, bool) {
	s = strings.ReplaceAll(norm.NFKC.String(s), ",", "")
	x, err := strconv.ParseFloat(s, 64)
	if err != nil || math.Abs(x) > 1e12 {
		return 0, false
	}
	n := math.Round(x * 1000)
	if math.Abs(x*1000-n) > 1e-3 {
		return 0, false
	}
	return int64(n), true
}

func decimal(n int64) string {
	s := strconv.FormatFloat(float64(n)/1000, 'f', 3, 64)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}
