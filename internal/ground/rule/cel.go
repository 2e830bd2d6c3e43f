package rule

import (
	"fmt"
	"math/big"
	"reflect"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"

	"kizuna/internal/ground/calendar"
)

// Inside an expression every number is an exact fraction and every date a calendar day: CEL's own
// int and double, which do not mix and do not round alike, never appear (see rewrite).
var (
	numberType = cel.ObjectType("number", traits.AdderType, traits.ComparerType, traits.DividerType, traits.ModderType, traits.MultiplierType, traits.NegatorType, traits.SubtractorType)
	dateType   = cel.ObjectType("date", traits.ComparerType)
)

// number is a CEL value.
type number struct{ rat *big.Rat }

// maxBits bounds what a product may grow to: far beyond any sum of money.
const maxBits = 512

func bounded(r *big.Rat) ref.Val {
	if r.Num().BitLen() > maxBits || r.Denom().BitLen() > maxBits {
		return types.NewErr("number too large")
	}
	return number{r}
}

func (n number) Type() ref.Type { return numberType }
func (n number) Value() any     { return n.rat }

func (n number) ConvertToNative(t reflect.Type) (any, error) {
	if t == reflect.TypeFor[*big.Rat]() {
		return n.rat, nil
	}
	return nil, fmt.Errorf("rule: a number is no %v", t)
}

func (n number) ConvertToType(t ref.Type) ref.Val {
	if t.TypeName() == "number" {
		return n
	}
	return types.NewErr("a number is no %s", t.TypeName())
}

func (n number) Equal(other ref.Val) ref.Val {
	o, ok := other.(number)
	return types.Bool(ok && n.rat.Cmp(o.rat) == 0)
}

func (n number) with(other ref.Val, f func(z, x, y *big.Rat) *big.Rat) ref.Val {
	o, ok := other.(number)
	if !ok {
		return types.MaybeNoSuchOverloadErr(other)
	}
	return bounded(f(new(big.Rat), n.rat, o.rat))
}

// The arithmetic that CEL's operators call.
func (n number) Add(o ref.Val) ref.Val      { return n.with(o, (*big.Rat).Add) }
func (n number) Subtract(o ref.Val) ref.Val { return n.with(o, (*big.Rat).Sub) }
func (n number) Multiply(o ref.Val) ref.Val { return n.with(o, (*big.Rat).Mul) }
func (n number) Negate() ref.Val            { return number{new(big.Rat).Neg(n.rat)} }

func (n number) Divide(other ref.Val) ref.Val {
	if o, ok := other.(number); ok && o.rat.Sign() == 0 {
		return types.NewErr("division by zero")
	}
	return n.with(other, (*big.Rat).Quo)
}

// Modulo is what is left after taking the divisor away as often as it goes in whole; never negative
// for a positive divisor.
func (n number) Modulo(other ref.Val) ref.Val {
	if o, ok := other.(number); ok && o.rat.Sign() == 0 {
		return types.NewErr("division by zero")
	}
	return n.with(other, func(z, x, y *big.Rat) *big.Rat {
		return z.Sub(x, new(big.Rat).Mul(y, whole(new(big.Rat).Quo(x, y), down)))
	})
}

func (n number) Compare(other ref.Val) ref.Val {
	o, ok := other.(number)
	if !ok {
		return types.MaybeNoSuchOverloadErr(other)
	}
	return types.Int(n.rat.Cmp(o.rat))
}

// Ways to make a number whole.
const (
	down = iota
	up
	nearest // halves away from zero, as 四捨五入
)

func whole(r *big.Rat, way int) *big.Rat {
	num, den := r.Num(), r.Denom()
	switch way {
	case up:
		q := new(big.Int).Neg(num)
		q.Div(q, den)
		return new(big.Rat).SetInt(q.Neg(q))
	case nearest:
		twice := new(big.Int).Abs(num)
		twice.Lsh(twice, 1).Add(twice, den)
		q := twice.Quo(twice, new(big.Int).Lsh(den, 1))
		if num.Sign() < 0 {
			q.Neg(q)
		}
		return new(big.Rat).SetInt(q)
	}
	return new(big.Rat).SetInt(new(big.Int).Div(num, den))
}

// day is a CEL value.
type day struct{ date calendar.Date }

func (d day) Type() ref.Type { return dateType }
func (d day) Value() any     { return string(d.date) }

func (d day) ConvertToNative(t reflect.Type) (any, error) {
	if t.Kind() == reflect.String {
		return string(d.date), nil
	}
	return nil, fmt.Errorf("rule: a date is no %v", t)
}

func (d day) ConvertToType(t ref.Type) ref.Val {
	if t.TypeName() == "date" {
		return d
	}
	return types.NewErr("a date is no %s", t.TypeName())
}

func (d day) Equal(other ref.Val) ref.Val {
	o, ok := other.(day)
	return types.Bool(ok && d.date == o.date)
}

func (d day) Compare(other ref.Val) ref.Val {
	o, ok := other.(day)
	switch {
	case !ok:
		return types.MaybeNoSuchOverloadErr(other)
	case d.date < o.date:
		return types.Int(-1)
	case d.date > o.date:
		return types.Int(1)
	}
	return types.Int(0)
}

// The functions an expression may call besides operators, macros and those on strings.
var library = []cel.EnvOption{
	arithmetic(operators.Add), arithmetic(operators.Subtract), arithmetic(operators.Multiply), arithmetic(operators.Divide), arithmetic(operators.Modulo),
	cel.Function(operators.Negate, cel.Overload("negate_number", []*cel.Type{numberType}, numberType)),
	comparison(operators.Less), comparison(operators.LessEquals), comparison(operators.Greater), comparison(operators.GreaterEquals),
	cel.Function("number",
		cel.Overload("number_string", []*cel.Type{cel.StringType}, numberType, cel.UnaryBinding(readNumber)),
		cel.Overload("number_int", []*cel.Type{cel.IntType}, numberType, cel.UnaryBinding(func(v ref.Val) ref.Val {
			return number{new(big.Rat).SetInt64(v.Value().(int64))}
		}))),
	cel.Function("date", cel.Overload("date_string", []*cel.Type{cel.StringType}, dateType, cel.UnaryBinding(readDay))),
	rounding("floor", down), rounding("ceil", up), rounding("round", nearest),
	choice("min", -1), choice("max", 1),
	cel.Function("sum", cel.Overload("sum_list", []*cel.Type{cel.ListType(cel.StringType)}, numberType, cel.UnaryBinding(total))),
	span("years", func(a, b calendar.Date) int { return ages(a, b) }),
	span("months", monthsBetween),
	span("days", calendar.Between),
	shift("add_days", calendar.Date.AddDays), shift("add_months", calendar.Date.AddMonths), shift("add_years", calendar.Date.AddYears),
}

func arithmetic(op string) cel.EnvOption {
	return cel.Function(op, cel.Overload(op+"number", []*cel.Type{numberType, numberType}, numberType))
}

func comparison(op string) cel.EnvOption {
	return cel.Function(op, cel.Overload(op+"number", []*cel.Type{numberType, numberType}, cel.BoolType),
		cel.Overload(op+"date", []*cel.Type{dateType, dateType}, cel.BoolType))
}

func readNumber(v ref.Val) ref.Val {
	r, ok := parseNumber(v.Value().(string))
	if !ok {
		return types.NewErr("not a number")
	}
	return number{r}
}

func readDay(v ref.Val) ref.Val {
	d := calendar.Date(v.Value().(string))
	if !d.Valid() || d == "" {
		return types.NewErr("not a date")
	}
	return day{d}
}

// rounding declares f(x), to whole numbers, and f(x, unit), to multiples of unit: floor(x, 1000)
// is 千円未満切捨て.
func rounding(name string, way int) cel.EnvOption {
	return cel.Function(name,
		cel.Overload(name+"_number", []*cel.Type{numberType}, numberType, cel.UnaryBinding(func(v ref.Val) ref.Val {
			return number{whole(v.(number).rat, way)}
		})),
		cel.Overload(name+"_number_unit", []*cel.Type{numberType, numberType}, numberType, cel.BinaryBinding(func(v, unit ref.Val) ref.Val {
			u := unit.(number).rat
			if u.Sign() <= 0 {
				return types.NewErr("division by zero")
			}
			q := whole(new(big.Rat).Quo(v.(number).rat, u), way)
			return bounded(q.Mul(q, u))
		})))
}

func choice(name string, sign int) cel.EnvOption {
	better := func(a, b ref.Val) ref.Val {
		if b.(number).rat.Cmp(a.(number).rat) == sign {
			return b
		}
		return a
	}
	return cel.Function(name,
		cel.Overload(name+"_2", []*cel.Type{numberType, numberType}, numberType, cel.BinaryBinding(better)),
		cel.Overload(name+"_3", []*cel.Type{numberType, numberType, numberType}, numberType, cel.FunctionBinding(func(v ...ref.Val) ref.Val {
			return better(better(v[0], v[1]), v[2])
		})))
}

// total adds up a list of numbers as they are written; of none it is 0.
func total(v ref.Val) ref.Val {
	sum := new(big.Rat)
	for it := v.(traits.Lister).Iterator(); it.HasNext() == types.True; {
		s, _ := it.Next().(types.String)
		r, ok := parseNumber(string(s))
		if !ok {
			return types.NewErr("not a number")
		}
		sum.Add(sum, r)
	}
	return bounded(sum)
}

// span declares f(from, until): full years, months or days from one day to another, negative when
// until is earlier.
func span(name string, count func(a, b calendar.Date) int) cel.EnvOption {
	return cel.Function(name, cel.Overload(name+"_dates", []*cel.Type{dateType, dateType}, numberType, cel.BinaryBinding(func(a, b ref.Val) ref.Val {
		from, until := a.(day).date, b.(day).date
		var n int
		if from <= until {
			n = count(from, until)
		} else {
			n = -count(until, from)
		}
		return number{new(big.Rat).SetInt64(int64(n))}
	})))
}

func ages(a, b calendar.Date) int { return a.Age(b) }

func monthsBetween(a, b calendar.Date) int {
	n := (b.Year()-a.Year())*12 + int(b.Month()) - int(a.Month())
	if a.AddMonths(n) > b {
		n--
	}
	return n
}

func shift(name string, move func(calendar.Date, int) calendar.Date) cel.EnvOption {
	return cel.Function(name, cel.Overload(name+"_date", []*cel.Type{dateType, numberType}, dateType, cel.BinaryBinding(func(d, n ref.Val) ref.Val {
		r := n.(number).rat
		if !r.IsInt() || r.Num().BitLen() > 22 {
			return types.NewErr("not a whole number of days, months or years")
		}
		return day{move(d.(day).date, int(r.Num().Int64()))}
	})))
}
