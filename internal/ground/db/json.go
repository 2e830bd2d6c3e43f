package db

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
)

// JSON is a column that holds a value as JSON text. Its own JSON is the value's.
type JSON[T any] struct{ V T }

// AsJSON wraps a value for its column.
func AsJSON[T any](v T) JSON[T] { return JSON[T]{v} }

// Value writes the column.
func (j JSON[T]) Value() (driver.Value, error) {
	b, err := json.Marshal(j.V)
	return string(b), err
}

// Scan reads the column; empty text and NULL are the zero value.
func (j *JSON[T]) Scan(src any) error {
	var zero T
	j.V = zero
	switch v := src.(type) {
	case nil:
		return nil
	case string:
		if v == "" {
			return nil
		}
		return json.Unmarshal([]byte(v), &j.V)
	case []byte:
		if len(v) == 0 {
			return nil
		}
		return json.Unmarshal(v, &j.V)
	}
	return fmt.Errorf("db: JSON from %T", src)
}

// MarshalJSON writes the value itself.
func (j JSON[T]) MarshalJSON() ([]byte, error) { return json.Marshal(j.V) }

// UnmarshalJSON reads the value itself.
func (j *JSON[T]) UnmarshalJSON(b []byte) error { return json.Unmarshal(b, &j.V) }
