package db

import (
	"database/sql/driver"
	"reflect"
)

var valuerType = reflect.TypeFor[driver.Valuer]()

// typed is a ? whose type PostgreSQL cannot infer from where it stands.
func typed(e Engine, v any) string {
	t := reflect.TypeOf(v)
	if e == SQLite || t == nil {
		return "?"
	}
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t == reflect.TypeFor[ID]() {
		return "CAST(? AS uuid)"
	}
	if t.Implements(valuerType) {
		return "CAST(? AS text)"
	}
	switch t.Kind() {
	case reflect.Bool:
		return "CAST(? AS boolean)"
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32:
		return "CAST(? AS bigint)"
	case reflect.Float32, reflect.Float64:
		return "CAST(? AS double precision)"
	case reflect.Slice:
		return "CAST(? AS bytea)"
	}
	return "CAST(? AS text)"
}
