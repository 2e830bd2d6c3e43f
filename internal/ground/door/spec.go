package door

import (
	"cmp"
	"encoding/json"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"

	"kizuna/internal/ground/door/input"
)

// The specification (OpenAPI 3.1) is built by huma from the same Go types that are read and
// answered. Reading and answering themselves are the door's, so that a form and a call have the
// same faults, in the same words.

const schemaRoot = "#/components/schemas/"

func newSpec() huma.API {
	c := huma.DefaultConfig("Kizuna", "1")
	c.OpenAPIPath, c.DocsPath, c.SchemasPath, c.CreateHooks = "", "", "", nil
	c.FieldsOptionalByDefault = true
	c.Components.Schemas = huma.NewMapRegistry(schemaRoot, schemaName)
	c.Info.Description = "The case management of one agency. Everything a page can do, this API can do, through the same operations."
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"key":     {Type: "http", Scheme: "bearer", Description: "An API key: the rights of one user, or fewer."},
		"sign-in": {Type: "apiKey", In: "cookie", Name: "kizuna-sign-in", Description: "A browser's sign-in; foreign origins are refused."},
	}
	c.Security = []map[string][]string{{"key": {}}, {"sign-in": {}}}
	api := humago.New(http.NewServeMux(), c)
	schemas := api.OpenAPI().Components.Schemas
	for of, as := range map[reflect.Type]reflect.Type{
		reflect.TypeFor[db.ID]():            reflect.TypeFor[idSchema](),
		reflect.TypeFor[calendar.Date]():    reflect.TypeFor[dateSchema](),
		reflect.TypeFor[calendar.Time]():    reflect.TypeFor[timeSchema](),
		reflect.TypeFor[calendar.Partial](): reflect.TypeFor[partialSchema](),
		reflect.TypeFor[text.Pair]():        reflect.TypeFor[pairSchema](),
		reflect.TypeFor[ledger.Money]():     reflect.TypeFor[moneySchema](),
		reflect.TypeFor[ledger.Quantity]():  reflect.TypeFor[quantitySchema](),
	} {
		schemas.RegisterTypeAlias(of, as)
	}
	return api
}

// schemaName is the room's name with the type's: PeoplePerson.
func schemaName(t reflect.Type, hint string) string {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	name := huma.DefaultSchemaNamer(t, hint)
	parts := strings.Split(t.PkgPath(), "/")
	room := strings.TrimSuffix(parts[len(parts)-1], "_test")
	if room == "web" && len(parts) > 1 {
		room = parts[len(parts)-2]
	}
	if room == "" || room == "door" || t.Name() == "" {
		return title(name)
	}
	if strings.HasPrefix(strings.ToLower(name), strings.TrimSuffix(strings.ToLower(room), "s")) {
		return title(name)
	}
	return title(room) + title(name)
}

func title(s string) string {
	if s == "" {
		return s
	}
	r := []rune(s)
	r[0] = unicode.ToUpper(r[0])
	return string(r)
}

type (
	idSchema       struct{}
	dateSchema     struct{}
	timeSchema     struct{}
	partialSchema  struct{}
	pairSchema     struct{}
	moneySchema    struct{}
	quantitySchema struct{}
)

func (idSchema) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: "string", Pattern: "^([0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})?$", Description: "UUID; empty for none"}
}

func (dateSchema) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: "string", Format: "date", Nullable: true}
}

func (timeSchema) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: "string", Format: "date-time", Nullable: true}
}

func (partialSchema) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: "object", Description: "A date that may be known only in part", AdditionalProperties: false,
		Properties: map[string]*huma.Schema{
			"date":      {Type: "string", Format: "date", Nullable: true},
			"precision": {Type: "string", Enum: []any{"day", "month", "year", "unknown", ""}},
		}}
}

func (pairSchema) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: "object", Description: "Text by language (BCP 47), and sort, its sort key",
		Properties:           map[string]*huma.Schema{"ja": {Type: "string"}, "en": {Type: "string"}, "sort": {Type: "string"}},
		AdditionalProperties: &huma.Schema{Type: "string"}}
}

func (moneySchema) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: "object", Description: "An exact amount", AdditionalProperties: false, Required: []string{"amount", "currency"},
		Properties: map[string]*huma.Schema{
			"amount":   {Type: "string", Pattern: `^-?[0-9]+(\.[0-9]+)?$`, Examples: []any{"1234"}},
			"currency": {Type: "string", Pattern: "^[A-Z]{3}$", Examples: []any{"JPY"}},
		}}
}

func (quantitySchema) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: "string", Pattern: `^-?[0-9]+(\.[0-9]{1,3})?$`, Description: "An exact number of units, to the thousandth"}
}

// call is what the specification says of one registered call.
type call struct {
	resource       Resource
	verb, doc      string
	query, in, out reflect.Type
	many, match    bool
	status         int

	inMedia, outMedia string // where they are not JSON of our own
	orMedia           string // what is answered as well, to who would rather have it
}

// describe adds a call to the specification.
func (d *Router) describe(pattern string, c call) {
	method, where, _ := strings.Cut(pattern, " ")
	schemas := d.api.OpenAPI().Components.Schemas
	status := c.status
	if status == 0 {
		status = http.StatusOK
	}
	o := &huma.Operation{Method: method, Path: where, OperationID: strings.ReplaceAll(strings.Trim(c.verb+"-"+c.resource.path()[len(apiRoot):], "-"), "/", "-"),
		Tags: []string{c.resource.Name}, Summary: c.doc, Description: c.resource.Doc}
	o.OperationID = strings.NewReplacer("{", "", "}", "").Replace(o.OperationID)
	if o.Summary == "" {
		o.Summary = title(strings.ReplaceAll(c.verb, "-", " ")) + " · " + c.resource.Name
	}
	o.Parameters = pathParams(where)
	if c.query != nil {
		o.Parameters = append(o.Parameters, queryParams(schemas, c.query)...)
	}
	if c.match {
		o.Parameters = append(o.Parameters, &huma.Param{Name: "If-Match", In: "header", Required: true, Description: "Version from which the record is changed: its ETag", Schema: &huma.Schema{Type: "string"}})
	}
	if method == http.MethodPost {
		o.Parameters = append(o.Parameters, &huma.Param{Name: "Idempotency-Key", In: "header", Description: "The same key gives the same answer again and does nothing twice", Schema: &huma.Schema{Type: "string"}})
	}
	if c.in != nil {
		o.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{cmp.Or(c.inMedia, "application/json"): {Schema: inSchema(schemas, c)}}}
	}
	answer := &huma.Response{Description: http.StatusText(status), Content: map[string]*huma.MediaType{cmp.Or(c.outMedia, "application/json"): {Schema: c.outSchema(schemas)}}}
	if c.orMedia != "" {
		answer.Content[c.orMedia] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString}}
	}
	if versionOf(c.out) != nil && !c.many {
		answer.Headers = map[string]*huma.Param{"ETag": {Description: "The record's version", Schema: &huma.Schema{Type: "string"}}}
	}
	problem := &huma.Response{Description: "A fault", Content: map[string]*huma.MediaType{"application/problem+json": {Schema: schemas.Schema(reflect.TypeFor[Problem](), true, "")}}}
	o.Responses = map[string]*huma.Response{strconv.Itoa(status): answer, "default": problem}
	d.api.OpenAPI().AddOperation(o)
}

// inSchema is the body of a call. The version of a change comes by If-Match and is not asked for.
func inSchema(schemas huma.Registry, c call) *huma.Schema {
	s := schemas.Schema(c.in, true, "")
	if c.match {
		if own := schemas.SchemaFromRef(s.Ref); own != nil {
			delete(own.Properties, "version")
		}
	}
	return s
}

func (c call) outSchema(schemas huma.Registry) *huma.Schema {
	s := schemas.Schema(c.out, true, "")
	if !c.many {
		return s
	}
	return &huma.Schema{Type: "object", Required: []string{"items", "next"}, Properties: map[string]*huma.Schema{
		"items": {Type: "array", Items: s},
		"next":  {Type: "string", Nullable: true, Description: "Cursor of the next page"},
		"total": {Type: "integer", Description: "Only with total=true"},
	}}
}

func pathParams(where string) []*huma.Param {
	var out []*huma.Param
	for part := range strings.SplitSeq(where, "/") {
		if name, ok := strings.CutPrefix(part, "{"); ok {
			out = append(out, &huma.Param{Name: strings.TrimSuffix(name, "}"), In: "path", Required: true, Schema: &huma.Schema{Type: "string"}})
		}
	}
	return out
}

func queryParams(schemas huma.Registry, t reflect.Type) []*huma.Param {
	var out []*huma.Param
	for _, m := range input.Members(t) {
		out = append(out, &huma.Param{Name: m.Name, In: "query", Description: m.Field.Tag.Get("doc"), Schema: huma.SchemaFromField(schemas, m.Field, t.Name()+m.Field.Name)})
	}
	return out
}

// Spec is the specification as it is served.
func (d *Router) Spec() ([]byte, error) {
	b, err := json.MarshalIndent(d.api.OpenAPI(), "", "  ")
	return append(b, '\n'), err
}

// serveSpec serves the specification for programs and for people. Both are public, as the source is.
func (d *Router) serveSpec() {
	open := func(route *Route) func(http.ResponseWriter, *http.Request) {
		return func(w http.ResponseWriter, r *http.Request) { d.serve(route, w, r) }
	}
	if !d.opens("api") {
		return
	}
	// Made when it is first asked for, since then every room has registered; anybody may ask.
	made := sync.OnceValues(d.Spec)
	spec := &Route{Method: "GET", Pattern: "/api/openapi.json", Anyone: true, Kind: "api", limit: MaxBody, timeout: MaxTime, page: func(w http.ResponseWriter, r *http.Request) error {
		return showSpec(w, r, made)
	}}
	docs := &Route{Method: "GET", Pattern: "/api/docs", Anyone: true, Kind: "page", limit: MaxBody, timeout: MaxTime, page: d.docs}
	for _, route := range []*Route{spec, docs} {
		d.routes = append(d.routes, route)
		d.mux.HandleFunc("GET "+route.Pattern, open(route))
	}
}

func showSpec(w http.ResponseWriter, r *http.Request, made func() ([]byte, error)) error {
	b, err := made()
	if err != nil {
		return fault.Defect(err)
	}
	w.Header().Set("Cache-Control", "no-cache")
	apiHeaders(w, text.From(r.Context()))
	w.Header().Set("Content-Type", "application/json")
	_, err = w.Write(b)
	return err
}

func (d *Router) docs(w http.ResponseWriter, r *http.Request) error {
	return Show(w, r, ui.Page{Title: word(r, "door.docs.title"), Audience: ui.Public, Wide: true}, docsPage(d.documented()))
}
