package flow

import (
	"bytes"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"reflect"

	"kizuna/internal/ground/db"
)

// value is one column of a record at one moment: as the record gives it, as
// its column holds it, and as the journal says it. The latter two share no
// memory with the record, so that an edit in place is seen as a change and
// leaves the journal's line as it was.
type value struct {
	name   string
	given  any
	stored any
	said   any
}

func values(rec any) ([]value, error) {
	columns := db.Values(rec)
	out := make([]value, len(columns))
	for i, c := range columns {
		stored, said, err := held(c.Value)
		if err != nil {
			return nil, fmt.Errorf("flow: column %s: %w", c.Name, err)
		}
		out[i] = value{c.Name, c.Value, stored, said}
	}
	return out, nil
}

func held(v any) (stored, said any, err error) {
	r := reflect.ValueOf(v)
	switch {
	case !r.IsValid(), r.Kind() == reflect.Pointer && r.IsNil():
		return nil, nil, nil
	case r.Kind() == reflect.Pointer:
		return held(r.Elem().Interface())
	}
	if rich, ok := v.(driver.Valuer); ok {
		if stored, err = rich.Value(); err != nil {
			return nil, nil, err
		}
		text, err := json.Marshal(v)
		return stored, json.RawMessage(text), err
	}
	if r.Kind() == reflect.Slice && r.Type().Elem().Kind() == reflect.Uint8 {
		b := bytes.Clone(r.Bytes())
		return b, b, nil
	}
	return v, v, nil
}

func (v value) same(o value) bool {
	a, isBytes := v.stored.([]byte)
	b, both := o.stored.([]byte)
	if isBytes && both {
		return bytes.Equal(a, b)
	}
	return reflect.DeepEqual(v.stored, o.stored)
}
