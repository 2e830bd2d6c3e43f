package db

import (
	"context"
	"math/bits"
	"reflect"
	"strings"

	"kizuna/internal/ground/fault"
)

// Q is a scope in which statements run: a Reader or a Tx.
type Q interface {
	Context() context.Context
	Engine() Engine
	query(text string, args []any) (rows, error)
	exec(text string, args []any) (int64, error)
}

// W is a scope that may write: a Tx, or what embeds one.
type W interface {
	Q
	copyIn(table string, columns []string, rows [][]any) (n int64, done bool, err error)
}

// All runs a query and reads every row into a T: a struct by its db tags, or
// a single column.
func All[T any](q Q, text string, args ...any) ([]T, error) {
	text, args = expand(text, args)
	done := trace(q.Context(), text, args, false)
	r, err := q.query(text, args)
	if err != nil {
		done(0)
		return nil, explain(err)
	}
	out, err := collect[T](r, text)
	done(len(out))
	return out, explain(err)
}

// One is All for exactly one row; none is fault.NotFound.
func One[T any](q Q, text string, args ...any) (T, error) {
	v, ok, err := Maybe[T](q, text, args...)
	if err == nil && !ok {
		err = fault.NotFound()
	}
	return v, err
}

// Maybe is One that tells by ok whether there was a row.
func Maybe[T any](q Q, text string, args ...any) (v T, ok bool, err error) {
	list, err := All[T](q, text, args...)
	if err != nil || len(list) == 0 {
		return v, false, err
	}
	return list[0], true, nil
}

// Exec runs a statement and tells how many rows it touched.
func Exec(q W, text string, args ...any) (int64, error) {
	text, args = expand(text, args)
	done := trace(q.Context(), text, args, true)
	n, err := q.exec(text, args)
	done(int(n))
	return n, explain(err)
}

// manyRows is how many records PostgreSQL takes by COPY instead.
const manyRows = 500

// Insert writes records of one type into a table in few statements of many
// rows each.
func Insert[T any](q W, table string, recs ...T) error {
	if len(recs) == 0 {
		return nil
	}
	t := reflect.TypeFor[T]()
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	fields := fieldsOf(t)
	if len(recs) >= manyRows && q.Engine() == Postgres {
		return copyRecords(q, table, fields, recs)
	}
	for len(recs) > 0 {
		n := piece(min(maxParameters/len(fields), len(recs)))
		args := make([]any, 0, n*len(fields))
		for _, rec := range recs[:n] {
			v := reflect.Indirect(reflect.ValueOf(rec))
			for _, f := range fields {
				args = append(args, v.FieldByIndex(f.index).Interface())
			}
		}
		if _, err := Exec(q, insertText(table, fields, n), args...); err != nil {
			return err
		}
		recs = recs[n:]
	}
	return nil
}

func copyRecords[T any](q W, table string, fields []field, recs []T) error {
	columns := make([]string, len(fields))
	for i, f := range fields {
		columns[i] = f.column
	}
	rows := make([][]any, len(recs))
	for i, rec := range recs {
		v := reflect.Indirect(reflect.ValueOf(rec))
		rows[i] = make([]any, len(fields))
		for j, f := range fields {
			rows[i][j] = v.FieldByIndex(f.index).Interface()
		}
	}
	return Copy(q, table, columns, rows)
}

// piece is how many of n rows go into the next statement: all of up to 15,
// else n with only its four leading bits, so that a table has some 70 texts
// to keep and not one per number of rows.
func piece(n int) int {
	if extra := bits.Len(uint(n)) - 4; extra > 0 {
		return n >> extra << extra
	}
	return n
}

// maxParameters keeps below what either engine takes (32766 and 65535) and
// keeps one statement from holding the SQLite writer long.
const maxParameters = 4000

func insertText(table string, fields []field, n int) string {
	var b strings.Builder
	b.WriteString("INSERT INTO " + table + " (")
	for i, f := range fields {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(f.column)
	}
	b.WriteString(") VALUES ")
	row := "(?" + strings.Repeat(", ?", len(fields)-1) + ")"
	b.WriteString(row)
	for range n - 1 {
		b.WriteString(", " + row)
	}
	return b.String()
}
