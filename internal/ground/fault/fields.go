package fault

import (
	"fmt"
	"strings"
)

// Field is one thing to correct.
type Field struct {
	Pointer string         // JSON pointer (RFC 6901) into the input: "/names/0/family"; "" is the whole
	Key     string         // word key of what is wrong and what to do
	Args    map[string]any // what its placeholders stand for
}

// Fields collects what is wrong with an input. The zero value is ready:
//
//	var f fault.Fields
//	f.Add("/birth_date", "fault.date_unreal")
//	if err := f.Err(); err != nil { … }
type Fields []Field

// Add notes one field; pairs are the placeholder's name and value in turn.
func (f *Fields) Add(pointer, key string, pairs ...any) {
	*f = append(*f, Field{Pointer: pointer, Key: key, Args: args(pairs)})
}

// Check notes the answer of a validator: nothing when key is empty.
func (f *Fields) Check(pointer, key string, args map[string]any) {
	if key != "" {
		*f = append(*f, Field{Pointer: pointer, Key: key, Args: args})
	}
}

// Absorb takes the fields of an invalid fault, each under pointer, and gives back any other error.
// An invalid fault that names no field becomes one at the pointer itself.
func (f *Fields) Absorb(pointer string, err error) error {
	if err == nil {
		return nil
	}
	g, ok := As(err)
	if !ok || g.Kind != KindInvalid {
		return err
	}
	if len(g.Fields) == 0 {
		f.Check(pointer, g.Key, g.Args)
	}
	*f = append(*f, Under(pointer, g.Fields)...)
	return nil
}

// Err is an invalid fault with all fields, or nil when there are none.
func (f Fields) Err() error {
	if len(f) == 0 {
		return nil
	}
	return Invalid(f...)
}

// Under returns fields of a part as fields of the whole: their pointers begin with prefix.
func Under(prefix string, fields []Field) []Field {
	out := make([]Field, len(fields))
	for i, field := range fields {
		field.Pointer = prefix + field.Pointer
		out[i] = field
	}
	return out
}

var pointerEscape = strings.NewReplacer("~", "~0", "/", "~1")

// At builds a JSON pointer from names and positions: At("names", 0, "family") is "/names/0/family".
func At(steps ...any) string {
	var b strings.Builder
	for _, step := range steps {
		b.WriteByte('/')
		b.WriteString(pointerEscape.Replace(fmt.Sprint(step)))
	}
	return b.String()
}

// args reads name, value pairs. A caller who gives an odd number or a name that is no string has a
// defect that every test of that line shows.
func args(pairs []any) map[string]any {
	if len(pairs) == 0 {
		return nil
	}
	if len(pairs)%2 != 0 {
		panic("fault: placeholders come as name, value pairs")
	}
	m := make(map[string]any, len(pairs)/2)
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i].(string)] = pairs[i+1]
	}
	return m
}
