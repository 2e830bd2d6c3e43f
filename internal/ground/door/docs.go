package door

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/text"
)

func word(r *http.Request, key string) string { return text.Word(r.Context(), key) }

// docCall is one call as the human page shows it.
type docCall struct {
	ID, Method, Path, Summary string
	Params                    []docField
	In, Out                   string // names of schemas
}

// docGroup is one resource.
type docGroup struct {
	Name, Doc string
	Calls     []docCall
}

// docField is one field or parameter.
type docField struct {
	Name, Type, In, Doc string
	Required            bool
}

// docSchema is one type.
type docSchema struct {
	Name   string
	Fields []docField
}

type documentation struct {
	Groups  []docGroup
	Schemas []docSchema
	Faults  []fault.Kind
}

// documented reads the specification for people.
func (d *Router) documented() documentation {
	spec := d.api.OpenAPI()
	groups := map[string]*docGroup{}
	for _, where := range slices.Sorted(maps.Keys(spec.Paths)) {
		item := spec.Paths[where]
		for _, o := range []*huma.Operation{item.Get, item.Post, item.Patch, item.Put, item.Delete} {
			if o == nil {
				continue
			}
			g := groups[o.Tags[0]]
			if g == nil {
				g = &docGroup{Name: o.Tags[0], Doc: o.Description}
				groups[o.Tags[0]] = g
			}
			g.Calls = append(g.Calls, docOf(o))
		}
	}
	out := documentation{Faults: fault.Kinds()}
	for _, name := range slices.Sorted(maps.Keys(groups)) {
		out.Groups = append(out.Groups, *groups[name])
	}
	schemas := spec.Components.Schemas.Map()
	for _, name := range slices.Sorted(maps.Keys(schemas)) {
		s := docSchema{Name: name}
		for _, field := range slices.Sorted(maps.Keys(schemas[name].Properties)) {
			p := schemas[name].Properties[field]
			s.Fields = append(s.Fields, docField{Name: field, Type: typeName(p), Doc: p.Description})
		}
		out.Schemas = append(out.Schemas, s)
	}
	return out
}

// bodyName is the type of a body of JSON, of the items where it is a list; of
// any other body its media type.
func bodyName(content map[string]*huma.MediaType) string {
	for media, body := range content {
		if media != "application/json" {
			return media
		}
		if items := body.Schema.Properties["items"]; items != nil {
			return typeName(items)
		}
		return typeName(body.Schema)
	}
	return ""
}

func docOf(o *huma.Operation) docCall {
	c := docCall{ID: o.OperationID, Method: o.Method, Path: o.Path, Summary: o.Summary}
	for _, p := range o.Parameters {
		c.Params = append(c.Params, docField{Name: p.Name, In: p.In, Type: typeName(p.Schema), Doc: p.Description, Required: p.Required})
	}
	if o.RequestBody != nil {
		c.In = bodyName(o.RequestBody.Content)
	}
	for status, answer := range o.Responses {
		if status != "default" {
			c.Out = bodyName(answer.Content)
		}
	}
	return c
}

// typeName says a schema in a word.
func typeName(s *huma.Schema) string {
	switch {
	case s == nil:
		return ""
	case s.Ref != "":
		return strings.TrimPrefix(s.Ref, schemaRoot)
	case s.Type == "array":
		return typeName(s.Items) + "[]"
	case s.Format != "":
		return s.Format
	}
	return s.Type
}

// schemaHref leads to a type's table, "" for what is no type of ours.
func schemaHref(name string) string {
	name = strings.TrimSuffix(name, "[]")
	if name == "" || name == strings.ToLower(name) {
		return ""
	}
	return "#type-" + name
}
