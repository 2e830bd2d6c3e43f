package rule

import (
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"

	"kizuna/internal/ground/calendar"
)

// Comparison is one fact set beside one value: what other systems' conditions
// can say too.
type Comparison struct {
	Fact  string
	Op    string // Equal, NotEqual, "<", "<=", ">", ">=", Has, Some or Answered
	Value Value  // Bool, Decimal, String or Date; none for Some and Answered
}

// The comparisons that are not an order.
const (
	Equal    = "=="
	NotEqual = "!="
	Has      = "has"      // a list has an item
	Some     = "some"     // a list has any: size(x) > 0
	Answered = "answered" // the fact is known: x == x
)

var orders = map[string]string{operators.Equals: Equal, operators.NotEquals: NotEqual, operators.Less: "<", operators.LessEquals: "<=",
	operators.Greater: ">", operators.GreaterEquals: ">="}

var mirrored = map[string]string{"<": ">", "<=": ">=", ">": "<", ">=": "<="}

// Comparisons takes an expression apart that is nothing but comparisons, all
// of which must hold, or any of them. ok is false for every other expression.
// Facts and types are not checked.
func Comparisons(source string) (list []Comparison, any, ok bool) {
	env, err := cel.NewEnv(cel.ParserExpressionSizeLimit(maxExpression), cel.ParserRecursionLimit(maxNesting), cel.ClearMacros())
	if err != nil {
		return nil, false, false
	}
	parsed, issues := env.Parse(source)
	if issues.Err() != nil {
		return nil, false, false
	}
	root := parsed.NativeRep().Expr()
	if list, ok := oneOf(root); ok {
		return list, true, true
	}
	join := ""
	if root.Kind() == ast.CallKind && (root.AsCall().FunctionName() == operators.LogicalAnd || root.AsCall().FunctionName() == operators.LogicalOr) {
		join = root.AsCall().FunctionName()
	}
	for _, part := range flattened(root, join) {
		c, ok := comparisonOf(part)
		if !ok {
			return nil, false, false
		}
		list = append(list, c)
	}
	return list, join == operators.LogicalOr, true
}

func flattened(e ast.Expr, join string) []ast.Expr {
	if join == "" || e.Kind() != ast.CallKind || e.AsCall().FunctionName() != join {
		return []ast.Expr{e}
	}
	var out []ast.Expr
	for _, arg := range e.AsCall().Args() {
		out = append(out, flattened(arg, join)...)
	}
	return out
}

// oneOf reads x in ['a', 'b'].
func oneOf(e ast.Expr) ([]Comparison, bool) {
	if e.Kind() != ast.CallKind || e.AsCall().FunctionName() != operators.In {
		return nil, false
	}
	args := e.AsCall().Args()
	if args[0].Kind() != ast.IdentKind || args[1].Kind() != ast.ListKind || len(args[1].AsList().Elements()) == 0 {
		return nil, false
	}
	var out []Comparison
	for _, item := range args[1].AsList().Elements() {
		v, ok := plainValue(item)
		if !ok {
			return nil, false
		}
		out = append(out, Comparison{args[0].AsIdent(), Equal, v})
	}
	return out, true
}

func comparisonOf(e ast.Expr) (Comparison, bool) {
	if e.Kind() == ast.IdentKind {
		return Comparison{e.AsIdent(), Equal, Yes(true)}, true
	}
	if e.Kind() != ast.CallKind {
		return Comparison{}, false
	}
	name, args := e.AsCall().FunctionName(), e.AsCall().Args()
	if name == operators.LogicalNot && args[0].Kind() == ast.IdentKind {
		return Comparison{args[0].AsIdent(), Equal, Yes(false)}, true
	}
	if name == operators.In && args[1].Kind() == ast.IdentKind {
		v, ok := plainValue(args[0])
		return Comparison{args[1].AsIdent(), Has, v}, ok && v.Type == String
	}
	op, ok := orders[name]
	if !ok {
		return Comparison{}, false
	}
	left, right := args[0], args[1]
	if fact, ok := sizeOf(left); ok && op == ">" {
		v, plain := plainValue(right)
		return Comparison{Fact: fact, Op: Some}, plain && v.Type == Decimal && v.Text == "0"
	}
	if left.Kind() != ast.IdentKind {
		left, right = right, left
		if other := mirrored[op]; other != "" {
			op = other
		}
	}
	switch {
	case left.Kind() != ast.IdentKind:
		return Comparison{}, false
	case right.Kind() == ast.IdentKind:
		return Comparison{Fact: left.AsIdent(), Op: Answered}, op == Equal && left.AsIdent() == right.AsIdent()
	}
	v, ok := plainValue(right)
	return Comparison{left.AsIdent(), op, v}, ok
}

// sizeOf reads size(x).
func sizeOf(e ast.Expr) (fact string, ok bool) {
	if e.Kind() != ast.CallKind || e.AsCall().FunctionName() != "size" || e.AsCall().IsMemberFunction() {
		return "", false
	}
	args := e.AsCall().Args()
	if len(args) != 1 || args[0].Kind() != ast.IdentKind {
		return "", false
	}
	return args[0].AsIdent(), true
}

// plainValue reads a value as it is written, date('…') included.
func plainValue(e ast.Expr) (Value, bool) {
	switch e.Kind() {
	case ast.LiteralKind:
		switch v := e.AsLiteral().(type) {
		case types.String:
			return Text(string(v)), true
		case types.Bool:
			return Yes(bool(v)), true
		}
		r, ok := literal(e.AsLiteral())
		if !ok {
			return Value{}, false
		}
		return Value{Type: Decimal, Text: numberText(r)}, true
	case ast.CallKind:
		args := e.AsCall().Args()
		if e.AsCall().FunctionName() != "date" || len(args) != 1 || args[0].Kind() != ast.LiteralKind {
			return Value{}, false
		}
		s, ok := args[0].AsLiteral().(types.String)
		d := calendar.Date(s)
		return On(d), ok && d != "" && d.Valid()
	}
	return Value{}, false
}

var quoted = strings.NewReplacer(`\`, `\\`, `'`, `\'`, "\n", `\n`, "\r", `\r`, "\t", `\t`)

// Compared writes comparisons as an expression; Comparisons reads the same
// ones from it.
func Compared(list []Comparison, any bool) string {
	parts := make([]string, len(list))
	for i, c := range list {
		parts[i] = c.String()
	}
	if any {
		return strings.Join(slices.Compact(parts), " || ")
	}
	return strings.Join(slices.Compact(parts), " && ")
}

// String is the comparison as an expression.
func (c Comparison) String() string {
	v := c.Value.Text
	switch c.Value.Type {
	case String:
		v = "'" + quoted.Replace(v) + "'"
	case Date:
		v = "date('" + v + "')"
	}
	switch {
	case c.Op == Answered:
		return c.Fact + " == " + c.Fact
	case c.Op == Some:
		return "size(" + c.Fact + ") > 0"
	case c.Op == Has:
		return v + " in " + c.Fact
	case c.Value.Type == Bool && (c.Op == Equal) == (v == "true"):
		return c.Fact
	case c.Value.Type == Bool && c.Op == Equal:
		return "!" + c.Fact
	}
	return c.Fact + " " + c.Op + " " + v
}
