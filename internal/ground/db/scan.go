package db

import (
	"database/sql"
	"fmt"
	"reflect"
	"sync"
)

// rows is what both drivers give back.
type rows interface {
	Next() bool
	Scan(dest ...any) error
	Err() error
	columns() ([]string, error)
	close()
}

type planKey struct {
	t    reflect.Type
	text string
}

var plans sync.Map // planKey -> [][]int

var scannerType = reflect.TypeFor[sql.Scanner]()

// scalar reports whether T is read from a single column.
func scalar(t reflect.Type) bool {
	return t.Kind() != reflect.Struct || reflect.PointerTo(t).Implements(scannerType)
}

// collect reads every row into T.
func collect[T any](r rows, text string) ([]T, error) {
	defer r.close()
	var out []T
	t := reflect.TypeFor[T]()
	if scalar(t) {
		for r.Next() {
			var v T
			if err := r.Scan(&v); err != nil {
				return nil, err
			}
			out = append(out, v)
		}
		return out, r.Err()
	}
	var zero T
	var plan [][]int
	var dest []any
	for r.Next() {
		if plan == nil {
			p, err := planFor(r, t, text)
			if err != nil {
				return nil, err
			}
			plan, dest = p, make([]any, len(p))
		}
		out = append(out, zero)
		rv := reflect.ValueOf(&out[len(out)-1]).Elem()
		for i, index := range plan {
			if len(index) == 1 {
				dest[i] = rv.Field(index[0]).Addr().Interface()
			} else {
				dest[i] = rv.FieldByIndex(index).Addr().Interface()
			}
		}
		if err := r.Scan(dest...); err != nil {
			return nil, err
		}
	}
	return out, r.Err()
}

func planFor(r rows, t reflect.Type, text string) ([][]int, error) {
	key := planKey{t, text}
	if p, ok := plans.Load(key); ok {
		return p.([][]int), nil
	}
	names, err := r.columns()
	if err != nil {
		return nil, err
	}
	fields := fieldsOf(t)
	plan := make([][]int, len(names))
	for i, name := range names {
		for _, f := range fields {
			if f.column == name {
				plan[i] = f.index
			}
		}
		if plan[i] == nil {
			return nil, fmt.Errorf("db: %s has no field for column %q", t, name)
		}
	}
	plans.Store(key, plan)
	return plan, nil
}
