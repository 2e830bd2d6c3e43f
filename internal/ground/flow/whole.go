package flow

import (
	"cmp"
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"

	"kizuna/internal/ground/db"
)

// inOrder keeps, by the type of a record, the order of its columns by name,
// without those that flow sets.
var inOrder sync.Map

func orderOf(of reflect.Type, columns []db.Column) []int {
	if order, ok := inOrder.Load(of); ok {
		return order.([]int)
	}
	var order []int
	for i, c := range columns {
		if !slices.Contains(fixed, c.Name) {
			order = append(order, i)
		}
	}
	slices.SortFunc(order, func(i, j int) int { return cmp.Compare(columns[i].Name, columns[j].Name) })
	inOrder.Store(of, order)
	return order
}

// wholeText is whole as the journal keeps it, made in one go: for records by
// the million, where the way by maps costs more than writing them.
func wholeText(rec any) ([]byte, error) {
	columns := db.Values(rec)
	out := append(make([]byte, 0, 512), '{')
	for _, i := range orderOf(reflect.TypeOf(rec), columns) {
		c := columns[i]
		given := reflect.ValueOf(c.Value)
		for given.Kind() == reflect.Pointer {
			given = given.Elem()
		}
		if !given.IsValid() || given.IsZero() {
			continue
		}
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = append(append(append(out, '"'), c.Name...), `":[null,`...)
		var err error
		if out, err = appendSaid(out, given.Interface()); err != nil {
			return nil, err
		}
		out = append(out, ']')
	}
	return append(out, '}'), nil
}

// appendSaid adds a value as json.Marshal writes it.
func appendSaid(out []byte, v any) ([]byte, error) {
	switch v := v.(type) {
	case db.ID:
		return append(append(append(out, '"'), v.String()...), '"'), nil
	case int64:
		return strconv.AppendInt(out, v, 10), nil
	case bool:
		return strconv.AppendBool(out, v), nil
	case string:
		if !strings.ContainsFunc(v, escaped) {
			return append(append(append(out, '"'), v...), '"'), nil
		}
	}
	text, err := json.Marshal(v)
	return append(out, text...), err
}

// escaped are the characters that JSON may write in another way.
func escaped(r rune) bool {
	return r < ' ' || r == '"' || r == '\\' || r == '<' || r == '>' || r == '&' || r == '\u007f' || r == '\u2028' || r == '\u2029' || r == '\ufffd'
}
