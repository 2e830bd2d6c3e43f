// Package rule decides by conditions that an agency writes itself: is a person eligible, how much
// is the amount, is a question shown. Conditions are short expressions (CEL) over declared facts;
// they are checked when they are published, cannot run away, and explain each answer with the
// facts it rests on, so that a determination can be replayed years later.
//
// Numbers are exact: whole numbers, decimals and money are one kind of number inside an
// expression, 0.1 + 0.2 is 0.3, and nothing is rounded unless the expression says floor, ceil or
// round. The package never looks a fact up and never reads the clock: what day it is, is a fact.
package rule

import (
	_ "embed"
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/text"
)

//go:embed words.txt
var wordsFile string

var _ = text.Register("rule", wordsFile)

// Fact is something an expression may speak of.
type Fact struct {
	Name    string    `json:"name"` // small letters, digits and _: income_monthly
	Type    Type      `json:"type"`
	Label   text.Pair `json:"label"`
	Room    string    `json:"room"`              // which room supplies it
	Options []string  `json:"options,omitempty"` // the values a String or the items a List may have, when they are few
}

// Facts are values by name; a name that is missing is unknown.
type Facts map[string]Value

// Set is the facts that are declared.
type Set struct {
	facts map[string]Fact
	env   *cel.Env
}

const (
	maxExpression = 4000   // characters
	maxNesting    = 40     // brackets within brackets
	costLimit     = 20_000 // steps of one evaluation
	maxItems      = 1000   // of a list fact
	maxText       = 10_000 // bytes of a string fact or item
)

var factName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,60}$`)

// NewSet declares facts. A wrong declaration is a defect of the room that makes it.
func NewSet(facts ...Fact) (*Set, error) {
	s := &Set{facts: make(map[string]Fact, len(facts))}
	options := slices.Clone(library)
	for _, f := range facts {
		t := celType(f.Type)
		if _, twice := s.facts[f.Name]; twice || t == nil || !factName.MatchString(f.Name) {
			return nil, fmt.Errorf("rule: fact %q of type %q cannot be declared", f.Name, f.Type)
		}
		s.facts[f.Name] = f
		options = append(options, cel.Variable(f.Name, t))
	}
	options = append(options, cel.ParserExpressionSizeLimit(maxExpression), cel.ParserRecursionLimit(maxNesting))
	env, err := cel.NewEnv(options...)
	if err != nil {
		return nil, fmt.Errorf("rule: %w", err)
	}
	s.env = env
	return s, nil
}

func celType(t Type) *cel.Type {
	switch {
	case t == Bool:
		return cel.BoolType
	case t.number():
		return numberType
	case t == String:
		return cel.StringType
	case t == Date:
		return dateType
	case t == List:
		return cel.ListType(cel.StringType)
	}
	return nil
}

// Facts lists the declarations by name.
func (s *Set) Facts() []Fact {
	out := make([]Fact, 0, len(s.facts))
	for _, f := range s.facts {
		out = append(out, f)
	}
	slices.SortFunc(out, func(a, b Fact) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// Check says which facts are undeclared or not of their type, at /name.
func (s *Set) Check(facts Facts) error {
	var wrong fault.Fields
	for name, v := range facts {
		declared, ok := s.facts[name]
		switch {
		case !ok:
			wrong.Add(fault.At(name), "rule.unknown_fact", "name", name, "line", 1, "column", 1)
		case !v.valid() || v.Type != declared.Type || len(v.List) > maxItems || len(v.Text) > maxText || slices.ContainsFunc(v.List, func(s string) bool { return len(s) > maxText }):
			wrong.Add(fault.At(name), "rule.bad_value", "type", typeWord(declared.Type))
		}
	}
	slices.SortFunc(wrong, func(a, b fault.Field) int { return strings.Compare(a.Pointer, b.Pointer) })
	return wrong.Err()
}

// Expr is a checked expression.
type Expr struct {
	Source string
	Type   Type
	uses   []string // facts it speaks of, in order of name
	texts  []string // strings it compares with
	marks  []*big.Rat
	days   []calendar.Date
	set    *Set
	run    cel.Program
}

// Uses lists the facts the expression speaks of, by name.
func (e *Expr) Uses() []string { return slices.Clone(e.uses) }

// Compile checks an expression that must give a value of type want. What is wrong with it is a
// fault with line and column in the arguments of its fields, at the pointer "".
func (s *Set) Compile(source string, want Type) (*Expr, error) {
	if strings.TrimSpace(source) == "" {
		return nil, wrongAt("rule.empty", 1, 1)
	}
	if n := utf8.RuneCountInString(source); n > maxExpression || !utf8.ValidString(source) {
		return nil, wrongAt("rule.too_long", 1, 1, "max", maxExpression)
	}
	parsed, issues := s.env.Parse(source)
	if err := s.explain(issues); err != nil {
		return nil, err
	}
	e := &Expr{Source: source, Type: want, set: s}
	if err := e.prepare(parsed.NativeRep()); err != nil {
		return nil, err
	}
	checked, issues := s.env.Check(parsed)
	if err := s.explain(issues); err != nil {
		return nil, err
	}
	if got := checked.OutputType(); !got.IsExactType(celType(want)) {
		return nil, wrongAt("rule.other_type", 1, 1, "want", typeWord(want), "got", celTypeWord(got.String()))
	}
	var err error
	e.run, err = s.env.Program(checked, cel.CostLimit(costLimit), cel.EvalOptions(cel.OptPartialEval))
	if err != nil {
		return nil, fault.Defect(err)
	}
	return e, nil
}

func wrongAt(key string, line, column int, pairs ...any) error {
	var f fault.Fields
	f.Add("", key, append(pairs, "line", strconv.Itoa(line), "column", strconv.Itoa(column))...)
	return f.Err()
}

var allowed = func() map[string]bool {
	m := map[string]bool{}
	for _, name := range []string{
		operators.Add, operators.Subtract, operators.Multiply, operators.Divide, operators.Modulo, operators.Negate,
		operators.Equals, operators.NotEquals, operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals,
		operators.LogicalAnd, operators.LogicalOr, operators.LogicalNot, operators.Conditional, operators.In, operators.NotStrictlyFalse,
		"size", "startsWith", "endsWith", "contains", "number", "date", "floor", "ceil", "round", "min", "max", "sum",
		"years", "months", "days", "add_days", "add_months", "add_years",
	} {
		m[name] = true
	}
	return m
}()

// prepare walks a parsed expression: it refuses what rules have no need of, notes what the
// expression compares with, and turns CEL's own numbers into exact ones.
func (e *Expr) prepare(tree *ast.AST) error {
	var nodes []ast.Expr
	ast.PostOrderVisit(tree.Expr(), ast.NewExprVisitor(func(n ast.Expr) { nodes = append(nodes, n) }))
	for _, n := range nodes {
		if err := e.inspect(tree, n); err != nil {
			return err
		}
	}
	slices.Sort(e.uses)
	e.uses = slices.Compact(e.uses)
	rewrite(tree, nodes)
	return nil
}

func (e *Expr) inspect(tree *ast.AST, n ast.Expr) error {
	refuse := func(key string, pairs ...any) error {
		at := tree.SourceInfo().GetStartLocation(n.ID())
		return wrongAt(key, at.Line(), at.Column()+1, pairs...)
	}
	switch n.Kind() {
	case ast.IdentKind:
		if _, ok := e.set.facts[n.AsIdent()]; ok {
			e.uses = append(e.uses, n.AsIdent())
		}
	case ast.LiteralKind:
		switch v := n.AsLiteral().(type) {
		case types.String:
			e.texts = append(e.texts, string(v))
		case types.Int, types.Double, types.Uint:
			r, ok := literal(v)
			if !ok {
				return refuse("rule.bad_number")
			}
			e.marks = append(e.marks, r)
		case types.Bool:
		default:
			return refuse("rule.not_here", "what", n.AsLiteral().Type().TypeName())
		}
	case ast.CallKind:
		return e.inspectCall(n.AsCall(), refuse)
	case ast.SelectKind:
		return refuse("rule.not_here", "what", "."+n.AsSelect().FieldName())
	case ast.MapKind, ast.StructKind:
		return refuse("rule.not_here", "what", "{ }")
	}
	return nil
}

func (e *Expr) inspectCall(call ast.CallExpr, refuse func(string, ...any) error) error {
	name := call.FunctionName()
	if !allowed[name] {
		if name == operators.Index {
			name = "[ ]"
		}
		return refuse("rule.unknown_function", "name", name)
	}
	args := call.Args()
	switch {
	case (name == "number" || name == "date") && len(args) == 1 && args[0].Kind() == ast.LiteralKind:
		s, ok := args[0].AsLiteral().(types.String)
		if !ok {
			return nil
		}
		if name == "number" {
			if _, ok := parseNumber(string(s)); !ok {
				return refuse("rule.bad_number")
			}
			return nil
		}
		d := calendar.Date(s)
		if d == "" || !d.Valid() {
			return refuse("rule.bad_date", "text", string(s))
		}
		e.days = append(e.days, d)
	case name == operators.Equals || name == operators.NotEquals:
		return e.inspectOptions(args[0], args[1], refuse)
	case name == operators.In:
		return e.inspectOptions(args[0], args[1], refuse)
	}
	return nil
}

// inspectOptions refuses a comparison of a fact with a word that it can never be.
func (e *Expr) inspectOptions(a, b ast.Expr, refuse func(string, ...any) error) error {
	for _, pair := range [][2]ast.Expr{{a, b}, {b, a}} {
		if pair[0].Kind() != ast.IdentKind {
			continue
		}
		f, ok := e.set.facts[pair[0].AsIdent()]
		if !ok || len(f.Options) == 0 {
			continue
		}
		items := []ast.Expr{pair[1]}
		if pair[1].Kind() == ast.ListKind {
			items = pair[1].AsList().Elements()
		}
		for _, item := range items {
			if item.Kind() != ast.LiteralKind {
				continue
			}
			if s, ok := item.AsLiteral().(types.String); ok && !slices.Contains(f.Options, string(s)) {
				return refuse("rule.unknown_option", "option", string(s), "fact", f.Label)
			}
		}
	}
	return nil
}

// literal gives the number as it was written: the shortest decimal that reads as the double.
func literal(v ref.Val) (*big.Rat, bool) {
	switch v := v.(type) {
	case types.Int:
		return new(big.Rat).SetInt64(int64(v)), true
	case types.Uint:
		return new(big.Rat).SetUint64(uint64(v)), true
	case types.Double:
		return parseNumber(strconv.FormatFloat(float64(v), 'f', -1, 64))
	}
	return nil, false
}

// rewrite wraps number literals, and size(), in number(…).
func rewrite(tree *ast.AST, nodes []ast.Expr) {
	factory := ast.NewExprFactory()
	next := ast.MaxID(tree) + 1
	wrap := func(n ast.Expr, inner func(id int64) ast.Expr) {
		id := next
		next++
		if at, ok := tree.SourceInfo().GetOffsetRange(n.ID()); ok {
			tree.SourceInfo().SetOffsetRange(id, at)
		}
		n.SetKindCase(factory.NewCall(n.ID(), "number", inner(id)))
	}
	for _, n := range nodes {
		switch n.Kind() {
		case ast.LiteralKind:
			if r, ok := literal(n.AsLiteral()); ok {
				wrap(n, func(id int64) ast.Expr { return factory.NewLiteral(id, types.String(numberText(r))) })
			}
		case ast.CallKind:
			call := n.AsCall()
			if call.FunctionName() != "size" {
				continue
			}
			wrap(n, func(id int64) ast.Expr {
				if call.IsMemberFunction() {
					return factory.NewMemberCall(id, "size", call.Target(), call.Args()...)
				}
				return factory.NewCall(id, "size", call.Args()...)
			})
		}
	}
}

var (
	undeclared = regexp.MustCompile(`undeclared reference to '([^']*)'`)
	overload   = regexp.MustCompile(`no matching overload for '([^']*)' applied to '(.*)'$`)
)

// explain turns CEL's remarks into faults.
func (s *Set) explain(issues *cel.Issues) error {
	if issues == nil || issues.Err() == nil {
		return nil
	}
	var f fault.Fields
	for _, e := range issues.Errors() {
		line, column := strconv.Itoa(max(1, e.Location.Line())), strconv.Itoa(max(1, e.Location.Column()+1))
		if m := undeclared.FindStringSubmatch(e.Message); m != nil {
			f.Add("", "rule.unknown_fact", "name", m[1], "line", line, "column", column)
		} else if m := overload.FindStringSubmatch(e.Message); m != nil {
			f.Add("", "rule.types_differ", "operator", operatorText(m[1]), "types", typeWords(m[2]), "line", line, "column", column)
		} else if strings.Contains(e.Message, "recursion") || strings.Contains(e.Message, "nesting") {
			f.Add("", "rule.too_deep", "line", line, "column", column)
		} else if strings.HasPrefix(e.Message, "Syntax error") {
			f.Add("", "rule.syntax", "line", line, "column", column)
		} else {
			f.Add("", "rule.wrong", "line", line, "column", column)
		}
		if len(f) == 5 {
			break
		}
	}
	if len(f) == 0 {
		f.Add("", "rule.wrong", "line", "1", "column", "1")
	}
	return f.Err()
}

func operatorText(name string) string {
	if s, ok := operators.FindReverse(name); ok && s != "" {
		return s
	}
	return strings.Trim(name, "_@")
}

// typeWord is a type that speaks for itself in a sentence.
type typeWord Type

// In gives the type's word.
func (t typeWord) In(lang text.Lang) string { return text.T(lang, "rule.type_"+string(t), nil) }

func celTypeWord(name string) any {
	switch name {
	case "number":
		return typeWord(Decimal)
	case "bool", "string", "date":
		return typeWord(name)
	case "list(string)":
		return typeWord(List)
	}
	return name
}

// typeWords reads "(string, number)".
type typeWords string

// In lists the types' words.
func (t typeWords) In(lang text.Lang) string {
	parts := strings.Split(strings.Trim(string(t), "()"), ", ")
	for i, p := range parts {
		if w, ok := celTypeWord(strings.TrimSuffix(strings.TrimPrefix(p, "("), ")")).(typeWord); ok {
			parts[i] = w.In(lang)
		}
	}
	return strings.Join(parts, text.T(lang, "rule.between_types", nil))
}

// Result is what an expression gave.
type Result struct {
	Known   bool     // false when facts are missing that it depends on, or it failed
	Value   Value    // when known
	Missing []string // facts it speaks of that are unknown, when it is not known
	Fault   string   // word key of what went wrong, such as "rule.divided_by_zero"
}

// Eval gives the value for some facts. Facts that are missing leave it unknown unless the others
// decide it: income < 100 && disabled is false for a high income whether disabled or not.
func (e *Expr) Eval(facts Facts) Result {
	vars := make(map[string]any, len(e.uses))
	var missing []string
	var unknown []*cel.AttributePatternType
	for _, name := range e.uses {
		v, ok := facts[name]
		if ok {
			var c ref.Val
			if c, ok = toCEL(v); ok {
				vars[name] = c
			}
		}
		if !ok {
			missing = append(missing, name)
			unknown = append(unknown, cel.AttributePattern(name))
		}
	}
	activation, err := cel.PartialVars(vars, unknown...)
	if err != nil {
		return Result{Fault: "rule.failed"}
	}
	out, _, err := e.run.Eval(activation)
	if err != nil {
		return Result{Fault: faultKey(err)}
	}
	if types.IsUnknown(out) {
		return Result{Missing: missing}
	}
	v, ok := fromCEL(out, e.Type)
	if !ok {
		return Result{Fault: "rule.not_whole"}
	}
	return Result{Known: true, Value: v}
}

func faultKey(err error) string {
	switch s := err.Error(); {
	case strings.Contains(s, "division by zero"):
		return "rule.divided_by_zero"
	case strings.Contains(s, "cost limit"):
		return "rule.too_costly"
	case strings.Contains(s, "too large"):
		return "rule.number_too_large"
	}
	return "rule.failed"
}

func toCEL(v Value) (ref.Val, bool) {
	switch {
	case v.Type == Bool:
		return types.Bool(v.Text == "true"), true
	case v.Type == String:
		return types.String(v.Text), true
	case v.Type == List:
		return types.NewStringList(types.DefaultTypeAdapter, v.List), true
	case v.Type == Date:
		return day{calendar.Date(v.Text)}, calendar.Date(v.Text).Valid() && v.Text != ""
	case v.Type.number():
		r, ok := parseNumber(v.Text)
		return number{r}, ok
	}
	return nil, false
}

func fromCEL(out ref.Val, want Type) (Value, bool) {
	switch v := out.(type) {
	case types.Bool:
		return Yes(bool(v)), want == Bool
	case types.String:
		return Text(string(v)), want == String
	case day:
		return On(v.date), want == Date
	case number:
		return Value{Type: want, Text: numberText(v.rat)}, want.number() && (want != Int || v.rat.IsInt())
	}
	if want == List {
		native, err := out.ConvertToNative(stringsType)
		if list, ok := native.([]string); err == nil && ok {
			return Texts(list...), true
		}
	}
	return Value{}, false
}
