package db

import "reflect"

// typed is a ? whose type PostgreSQL cannot infer from where it stands.
func typed(e Engine, v any) string {
	if e == SQLite {
		return "?"
	}
	if _, ok := v.(ID); ok {
		return "CAST(? AS uuid)"
	}
	switch reflect.TypeOf(v).Kind() {
	case reflect.Bool:
		return "CAST(? AS boolean)"
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Uint8, reflect.Uint16, reflect.Uint32:
		return "CAST(? AS bigint)"
	case reflect.Float32, reflect.Float64:
		return "CAST(? AS double precision)"
	case reflect.Slice:
		return "CAST(? AS bytea)"
	}
	return "CAST(? AS text)"
}
