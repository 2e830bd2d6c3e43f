package db

import (
	"database/sql/driver"
	"reflect"
	"strconv"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5/pgtype"
)

// Engine tells which database holds the agency.
type Engine uint8

// The two engines.
const (
	SQLite Engine = iota + 1
	Postgres
)

func (e Engine) String() string {
	if e == Postgres {
		return "postgres"
	}
	return "sqlite"
}

// List is a list parameter: "id IN (??)" with List(ids) becomes as many
// parameters as the next power of two, the last value repeated, so that a
// statement has few texts and its plan is kept. An empty list matches no row,
// be it IN or NOT IN.
type List []any

// ListOf turns any slice into a List.
func ListOf[T any](values []T) List {
	out := make(List, len(values))
	for i, v := range values {
		out[i] = v
	}
	return out
}

// maxPadded is the longest list that is padded: SQLite takes 32766 parameters.
const maxPadded = 16384

// expand flattens list parameters into the text and the arguments.
func expand(text string, args []any) (string, []any) {
	has := false
	for _, a := range args {
		if _, ok := a.(List); ok {
			has = true
			break
		}
	}
	if !has {
		return text, args
	}
	var b strings.Builder
	out := make([]any, 0, len(args)+8)
	for _, a := range args {
		list, ok := a.(List)
		if !ok {
			at := nextMark(text)
			b.WriteString(text[:at+1])
			text = text[at+1:]
			out = append(out, a)
			continue
		}
		at := strings.Index(text, "??")
		if at < 0 {
			panic("db: a List without ?? in: " + text)
		}
		b.WriteString(text[:at])
		text = text[at+2:]
		size := 1
		for size < len(list) {
			size *= 2
		}
		if size > maxPadded {
			size = len(list)
		}
		for i := range size {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteByte('?')
			switch {
			case len(list) == 0:
				out = append(out, nil)
			case i < len(list):
				out = append(out, list[i])
			default:
				out = append(out, list[len(list)-1])
			}
		}
	}
	b.WriteString(text)
	return b.String(), out
}

// nextMark finds the next ? outside quotes.
func nextMark(text string) int {
	quote := byte(0)
	for i := range len(text) {
		c := text[i]
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '\'' || c == '"':
			quote = c
		case c == '?':
			return i
		}
	}
	panic("db: more arguments than ? in: " + text)
}

var numbered sync.Map // text with ? -> text with $1

// number rewrites ? to $1, $2 … for PostgreSQL.
func number(text string) string {
	if v, ok := numbered.Load(text); ok {
		return v.(string)
	}
	var b strings.Builder
	quote, n := byte(0), 0
	for i := range len(text) {
		c := text[i]
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '\'' || c == '"':
			quote = c
		case c == '?':
			n++
			b.WriteByte('$')
			b.WriteString(strconv.Itoa(n))
			continue
		}
		b.WriteByte(c)
	}
	numbered.Store(text, b.String())
	return b.String()
}

// plain takes a value down to the kind it is made of, so that neither driver
// has a say in what a named type means: pgx would write one that has a String
// method as that string.
func plain(a any) any {
	switch v := a.(type) {
	case nil, ID, string, int64, bool, []byte, int, driver.Valuer:
		return a
	case float64:
		return v + 0 // -0 is 0: SQLite keeps no sign there
	}
	v := reflect.ValueOf(a)
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return nil
		}
		return plain(v.Elem().Interface())
	case reflect.String:
		return v.String()
	case reflect.Bool:
		return v.Bool()
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return v.Int()
	case reflect.Float32, reflect.Float64:
		return v.Float() + 0
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return v.Bytes()
		}
	}
	return a
}

func bindSQLite(args []any) []any {
	out := make([]any, len(args))
	for i, a := range args {
		switch v := plain(a).(type) {
		case ID:
			if !v.IsZero() {
				out[i] = v[:]
			}
		default:
			out[i] = v
		}
	}
	return out
}

func bindPostgres(args []any) []any {
	out := make([]any, len(args))
	for i, a := range args {
		switch v := plain(a).(type) {
		case ID:
			out[i] = pgtype.UUID{Bytes: v, Valid: !v.IsZero()}
		default:
			out[i] = v
		}
	}
	return out
}

// field is one column of a struct.
type field struct {
	column string
	index  []int
}

var shapes sync.Map // reflect.Type -> []field

// fieldsOf lists the columns of a struct by its db tags; embedded structs
// without a tag are flattened, fields without a tag or with "-" are left out.
func fieldsOf(t reflect.Type) []field {
	if v, ok := shapes.Load(t); ok {
		return v.([]field)
	}
	var out []field
	for i := range t.NumField() {
		f := t.Field(i)
		tag := f.Tag.Get("db")
		if f.Anonymous && tag == "" && f.Type.Kind() == reflect.Struct {
			for _, sub := range fieldsOf(f.Type) {
				out = append(out, field{sub.column, append([]int{i}, sub.index...)})
			}
			continue
		}
		if tag == "" || tag == "-" || !f.IsExported() {
			continue
		}
		out = append(out, field{tag, []int{i}})
	}
	shapes.Store(t, out)
	return out
}

// Columns lists the columns of T in order, each behind the alias and a dot
// when one is given: "p.id, p.status, …".
func Columns[T any](alias string) string {
	if alias != "" {
		alias += "."
	}
	var b strings.Builder
	for i, f := range fieldsOf(reflect.TypeFor[T]()) {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(alias + f.column)
	}
	return b.String()
}

// Column is one column of a record with its value.
type Column struct {
	Name  string
	Value any
}

// Values gives the columns of a record (a struct or a pointer to one) in order.
func Values(rec any) []Column {
	v := reflect.Indirect(reflect.ValueOf(rec))
	fields := fieldsOf(v.Type())
	out := make([]Column, len(fields))
	for i, f := range fields {
		out[i] = Column{f.column, v.FieldByIndex(f.index).Interface()}
	}
	return out
}
