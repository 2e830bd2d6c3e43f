package input

import (
	"encoding"
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/text/width"

	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/text"
)

// structShape is a struct as JSON names it.
type structShape struct {
	members []Member
	byName  map[string]int
}

var shapes sync.Map // reflect.Type to *structShape

func shapeOf(t reflect.Type) *structShape {
	if s, ok := shapes.Load(t); ok {
		return s.(*structShape)
	}
	s := &structShape{byName: map[string]int{}}
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if !f.IsExported() || name == "-" || f.Anonymous && name == "" && f.Type.Kind() == reflect.Struct {
			continue
		}
		if name == "" {
			name = f.Name
		}
		s.byName[name] = len(s.members)
		s.members = append(s.members, Member{name, f})
	}
	shapes.Store(t, s)
	return s
}

// reader fills Go values from nodes and gathers what is wrong.
type reader struct {
	Settings
	keep, patch bool
	fields      fault.Fields
}

func (r *reader) structure(n *node, v reflect.Value, at string) {
	if n.shape != object && n.shape != typed {
		if n.shape != null {
			r.fields.Add(at, "input.object")
		}
		return
	}
	s := shapeOf(v.Type())
	for i, name := range n.names {
		below := at + "/" + escape.Replace(name)
		m, ok := s.byName[name]
		if !ok {
			r.fields.Add(below, "fault.unknown_field", "field", readable(name))
			continue
		}
		field, err := v.FieldByIndexErr(s.members[m].Field.Index)
		if err != nil {
			continue // an embedded pointer that nobody set takes nothing
		}
		r.value(n.kids[i], field, below)
	}
}

var (
	jsonReader = reflect.TypeFor[json.Unmarshaler]()
	textReader = reflect.TypeFor[encoding.TextUnmarshaler]()
)

// value reads one node into v, whatever v is.
func (r *reader) value(n *node, v reflect.Value, at string) {
	t := v.Type()
	if t.Kind() == reflect.Pointer {
		r.pointer(n, v, at)
		return
	}
	if n.shape == null {
		v.SetZero()
		return
	}
	if read, ok := special[t]; ok {
		r.take(at, read(r, n, v))
		return
	}
	switch {
	case reflect.PointerTo(t).Implements(textReader) && (n.shape == str || n.shape == typed):
		r.take(at, v.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(strings.TrimSpace(n.text))))
		return
	case reflect.PointerTo(t).Implements(jsonReader):
		r.take(at, v.Addr().Interface().(json.Unmarshaler).UnmarshalJSON(n.json()))
		return
	}
	switch t.Kind() {
	case reflect.Struct:
		r.structure(n, v, at)
	case reflect.Slice:
		r.slice(n, v, at)
	case reflect.Map:
		r.mapping(n, v, at)
	case reflect.Interface:
		if got := r.free(n, at); got != nil {
			v.Set(reflect.ValueOf(got))
		}
	default:
		r.scalar(n, v, at)
	}
}

// pointer reads an optional value. What is null, or typed empty, says nothing; in a patch null
// clears.
func (r *reader) pointer(n *node, v reflect.Value, at string) {
	elem := v.Type().Elem()
	if n.shape == null && !r.patch {
		return
	}
	if n.shape == typed && len(n.kids) == 0 && strings.TrimSpace(n.text) == "" && countable(elem.Kind()) {
		return
	}
	fresh := reflect.New(elem)
	r.value(n, fresh.Elem(), at)
	v.Set(fresh)
}

func countable(k reflect.Kind) bool {
	return k == reflect.Bool || k >= reflect.Int && k <= reflect.Float64
}

// take notes an error of a type that reads itself.
func (r *reader) take(at string, err error) {
	if err != nil && r.fields.Absorb(at, err) != nil {
		r.fields.Add(at, "fault.bad_choice")
	}
}

// json is the node as JSON, for types that read themselves.
func (n *node) json() []byte {
	if n.raw != nil {
		return n.raw
	}
	b, _ := json.Marshal(n.text) // a string always has a JSON form
	return b
}

func (r *reader) scalar(n *node, v reflect.Value, at string) {
	switch k := v.Kind(); {
	case k == reflect.String:
		if s, ok := r.text(n, at); ok {
			v.SetString(s)
		}
	case k == reflect.Bool:
		r.boolean(n, v, at)
	case k >= reflect.Int && k <= reflect.Int64:
		r.integer(n, v, at)
	case k == reflect.Float32 || k == reflect.Float64:
		f, err := strconv.ParseFloat(figures(n), 64)
		if err != nil || math.IsInf(f, 0) || math.IsNaN(f) || n.shape != number && n.shape != typed {
			if !(n.shape == typed && n.blank()) {
				r.fields.Add(at, "fault.not_a_number")
			}
			return
		}
		v.SetFloat(f)
	default:
		panic("input: cannot read into " + v.Type().String())
	}
}

// text is a cleaned string.
func (r *reader) text(n *node, at string) (string, bool) {
	if n.shape != str && n.shape != typed || len(n.kids) > 0 {
		r.fields.Add(at, "input.text")
		return "", false
	}
	s, err := text.Clean(n.text)
	if err != nil {
		r.fields.Add(at, "fault.bad_text")
		return "", false
	}
	return s, true
}

func (r *reader) boolean(n *node, v reflect.Value, at string) {
	switch {
	case n.shape == boolean:
		v.SetBool(n.text == "true")
	case n.shape != typed:
		r.fields.Add(at, "input.boolean")
	default:
		switch strings.ToLower(strings.TrimSpace(n.text)) {
		case "on", "true", "1", "yes":
			v.SetBool(true)
		case "", "off", "false", "0", "no":
			v.SetBool(false)
		default:
			r.fields.Add(at, "input.boolean")
		}
	}
}

// figures is a number as a machine writes it: full-width digits and grouping of a form undone.
func figures(n *node) string {
	if n.shape != typed {
		return n.text
	}
	s := strings.NewReplacer("−", "-", "ー", "-", "、", ",").Replace(width.Fold.String(strings.TrimSpace(n.text)))
	if grouped(s) {
		return strings.ReplaceAll(s, ",", "")
	}
	return s
}

// grouped says that every comma stands before three digits.
func grouped(s string) bool {
	parts := strings.Split(strings.TrimPrefix(s, "-"), ",")
	for i, part := range parts {
		digits, _, _ := strings.Cut(part, ".")
		if i > 0 && len(digits) != 3 || i == 0 && len(parts) > 1 && (len(digits) == 0 || len(digits) > 3) {
			return false
		}
	}
	return len(parts) > 1
}

func (r *reader) integer(n *node, v reflect.Value, at string) {
	if n.shape == typed && n.blank() {
		return
	}
	if n.shape != number && n.shape != typed {
		r.fields.Add(at, "fault.not_a_number")
		return
	}
	i, err := strconv.ParseInt(figures(n), 10, 64)
	switch {
	case errors.Is(err, strconv.ErrRange) || err == nil && v.OverflowInt(i) || err != nil && decimal(figures(n)):
		bits := v.Type().Bits()
		r.fields.Add(at, "input.whole", "min", int64(-1)<<(bits-1), "max", int64(1)<<(bits-1)-1)
	case err != nil:
		r.fields.Add(at, "fault.not_a_number")
	default:
		v.SetInt(i)
	}
}

func decimal(s string) bool {
	_, err := strconv.ParseFloat(s, 64)
	return err == nil || errors.Is(err, strconv.ErrRange)
}

func (r *reader) slice(n *node, v reflect.Value, at string) {
	t := v.Type()
	switch {
	case n.shape == list:
	case n.shape != typed:
		r.fields.Add(at, "input.list")
		return
	case len(n.kids) > 0:
		n.number(!r.keep)
	default:
		r.several(n, v, at)
		return
	}
	out := reflect.MakeSlice(t, 0, len(n.kids))
	for i, kid := range n.kids {
		below := at + "/" + strconv.Itoa(i)
		if n.shape == typed {
			if _, row := position(n.names[i]); !row {
				r.fields.Add(at+"/"+escape.Replace(n.names[i]), "fault.unknown_field", "field", readable(n.names[i]))
				continue
			}
		}
		out = reflect.Append(out, reflect.Zero(t.Elem()))
		r.value(kid, out.Index(out.Len()-1), below)
	}
	v.Set(out)
}

// several reads a list whose values all came under one name, as check boxes do.
func (r *reader) several(n *node, v reflect.Value, at string) {
	out := reflect.MakeSlice(v.Type(), 0, len(n.all))
	for _, one := range n.all {
		if strings.TrimSpace(one) == "" {
			continue
		}
		out = reflect.Append(out, reflect.Zero(v.Type().Elem()))
		r.value(&node{shape: typed, text: one, all: []string{one}}, out.Index(out.Len()-1), at+"/"+strconv.Itoa(out.Len()-1))
	}
	v.Set(out)
}

func (r *reader) mapping(n *node, v reflect.Value, at string) {
	t := v.Type()
	if n.shape != object && n.shape != typed || t.Key().Kind() != reflect.String {
		r.fields.Add(at, "input.object")
		return
	}
	out := reflect.MakeMapWithSize(t, len(n.kids))
	for i, name := range n.names {
		below := at + "/" + escape.Replace(name)
		clean, err := text.Clean(name)
		if err != nil || clean != name || name == "" {
			r.fields.Add(below, "fault.unknown_field", "field", readable(name))
			continue
		}
		one := reflect.New(t.Elem()).Elem()
		r.value(n.kids[i], one, below)
		out.SetMapIndex(reflect.ValueOf(name).Convert(t.Key()), one)
	}
	v.Set(out)
}

// free reads a value that may be anything, such as the answer to a question that the agency wrote:
// string, json.Number, bool, []any or map[string]any, or nil.
func (r *reader) free(n *node, at string) any {
	switch {
	case n.shape == number:
		return json.Number(n.text)
	case n.shape == boolean:
		return n.text == "true"
	case n.shape == list:
		out := make([]any, len(n.kids))
		for i, kid := range n.kids {
			out[i] = r.free(kid, at+"/"+strconv.Itoa(i))
		}
		return out
	case n.shape == object || n.shape == typed && len(n.kids) > 0:
		out := make(map[string]any, len(n.kids))
		for i, name := range n.names {
			out[name] = r.free(n.kids[i], at+"/"+escape.Replace(name))
		}
		return out
	case n.shape == typed && len(n.all) > 1:
		out := make([]any, 0, len(n.all))
		for _, one := range n.all {
			s, _ := r.text(&node{shape: typed, text: one}, at)
			out = append(out, s)
		}
		return out
	case n.shape == str || n.shape == typed:
		s, _ := r.text(n, at)
		return s
	}
	return nil
}
