package fhir

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"reflect"
	"slices"
	"strings"

	"kizuna/internal/ground/fault"
)

// decode reads a resource of a kind into one of our structs, and gives it once
// more as it came.
func decode(b []byte, kind string, into any) (raw any, err error) {
	if len(b) > maxBytes {
		return nil, fault.TooLarge("4 MiB")
	}
	if at, ok := shallow(b); !ok {
		return nil, invalid(at, "fhir.fault.deep", "max", maxDepth)
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	if err := d.Decode(&raw); err != nil {
		return nil, fault.Malformed("fhir.fault.json", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, fault.Malformed("fhir.fault.json", err)
	}
	top, _ := raw.(map[string]any)
	if top["resourceType"] != kind {
		return nil, invalid("/resourceType", "fhir.fault.kind", "kind", kind)
	}
	var wrong *json.UnmarshalTypeError
	switch err := json.Unmarshal(b, into); {
	case errors.As(err, &wrong):
		at, _ := locate(b, wrong.Offset)
		return nil, invalid(at, "fhir.fault.shape")
	case err != nil:
		return nil, invalid("", "fhir.fault.shape")
	}
	return raw, nil
}

func invalid(at, key string, pairs ...any) error {
	var f fault.Fields
	f.Add(at, key, pairs...)
	return f.Err()
}

// shallow reports whether nothing is nested too deeply, or where it is.
func shallow(b []byte) (at string, ok bool) {
	d := json.NewDecoder(bytes.NewReader(b))
	for depth := 0; ; {
		t, err := d.Token()
		if err != nil {
			return "", true // what is no JSON is told by whoever reads it
		}
		switch t {
		case json.Delim('{'), json.Delim('['):
			if depth++; depth > maxDepth {
				return locate(b, d.InputOffset())
			}
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
	}
}

// locate is the JSON pointer to the value that ends at or after an offset; ok
// is false, so that a search that failed can be answered with it.
func locate(b []byte, offset int64) (pointer string, ok bool) {
	type level struct {
		list, named bool
		at          int
		name        string
	}
	d := json.NewDecoder(bytes.NewReader(b))
	var path []level
	point := func() string {
		var steps []any
		for _, l := range path {
			if l.list {
				steps = append(steps, l.at)
			} else {
				steps = append(steps, l.name)
			}
		}
		return fault.At(steps...)
	}
	next := func() { // the value at the present place was read
		if n := len(path); n > 0 {
			path[n-1].at++
			path[n-1].named = false
		}
	}
	for {
		t, err := d.Token()
		if err != nil {
			return "", false
		}
		if n := len(path); n > 0 && !path[n-1].list && !path[n-1].named {
			if name, is := t.(string); is {
				path[n-1].name, path[n-1].named = name, true
				continue
			}
		}
		if d.InputOffset() >= offset && t != json.Delim('}') && t != json.Delim(']') {
			return point(), false
		}
		switch t {
		case json.Delim('{'), json.Delim('['):
			path = append(path, level{list: t == json.Delim('[')})
		case json.Delim('}'), json.Delim(']'):
			path = path[:len(path)-1]
			next()
		default:
			next()
		}
	}
}

// What says nothing that a form would lose: who keeps the document and what it
// looks like.
var unsaid = []string{"resourceType", "id", "meta", "text", "implicitRules", "language", "url", "identifier", "version", "name", "status", "subjectType", "date", "fhir_comments"}

// unread notes every member of a document that no field of ours takes.
func (r *reader) unread(raw any, of any) { unread(raw, reflect.TypeOf(of), "", "", r.report.add) }

func unread(raw any, t reflect.Type, at, link string, add func(Note)) {
	switch v := raw.(type) {
	case []any:
		for i, x := range v {
			if t.Kind() == reflect.Slice {
				unread(x, t.Elem(), at+"/"+itoa(i), link, add)
			}
		}
	case map[string]any:
		if t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		if t.Kind() != reflect.Struct || t == reflect.TypeFor[extension]() || t == reflect.TypeFor[valueSet]() {
			return // extensions are told one by one, and contained resources are there for others
		}
		if own, ok := v["linkId"].(string); ok {
			link = own
		}
		known := members(t)
		for _, name := range slices.Sorted(maps.Keys(v)) {
			if kind, ok := known[name]; ok {
				unread(v[name], kind, at+fault.At(name), link, add)
			} else if at != "" || !slices.Contains(unsaid, name) {
				add(Note{Pointer: at + fault.At(name), LinkID: link, Key: "fhir.note.member", Args: map[string]any{"name": clip(name, 60)}})
			}
		}
	}
}

func members(t reflect.Type) map[string]reflect.Type {
	out := map[string]reflect.Type{}
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		out[name] = t.Field(i).Type
	}
	return out
}
