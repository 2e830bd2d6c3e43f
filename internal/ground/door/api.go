package door

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"sync"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/text"

	"kizuna/internal/ground/door/input"
)

// apiRoot is where every call of the API lives.
const apiRoot = "/api/v1/"

// Resource is one kind of record in the API.
type Resource struct {
	Name  string // plural, kebab-case: "care-plans"
	Under string // where the child cannot be asked for alone: "persons/{person}"
	Doc   string // one sentence in English for the specification
}

func (x Resource) path() string {
	if x.Under != "" {
		return apiRoot + x.Under + "/" + x.Name
	}
	return apiRoot + x.Name
}

// Paging is embedded in the query of every list.
type Paging struct {
	Limit  int    `json:"limit" minimum:"1" maximum:"200" doc:"How many at once, 50 unless said"`
	Cursor string `json:"cursor" doc:"next of the page before"`
	Total  bool   `json:"total" doc:"Count all, which takes longer"`
	Sort   string `json:"sort" doc:"Field to sort by, with - before it for descending"`
}

// The sizes of a page of a list.
const (
	DefaultLimit = 50
	MaxLimit     = 200
)

func (p *Paging) paging() *Paging { return p }

func (p *Paging) check() error {
	if p.Limit == 0 {
		p.Limit = DefaultLimit
	}
	if p.Limit < 1 || p.Limit > MaxLimit {
		return fault.Invalid(fault.Field{Pointer: "/limit", Key: "fault.range", Args: map[string]any{"min": 1, "max": MaxLimit}})
	}
	return nil
}

// Items is one page of a list.
type Items[T any] struct {
	Items []T
	Next  string // cursor of the next page, "" at the end
	Total *int64 // only when it was asked for
}

// MarshalJSON writes {"items":[…],"next":"…"|null}, and the total where it was counted.
func (i Items[T]) MarshalJSON() ([]byte, error) {
	out := struct {
		Items []T     `json:"items"`
		Next  *string `json:"next"`
		Total *int64  `json:"total,omitempty"`
	}{i.Items, nil, i.Total}
	if out.Items == nil {
		out.Items = []T{}
	}
	if i.Next != "" {
		out.Next = &i.Next
	}
	var b bytes.Buffer
	err := encode(&b, out)
	return b.Bytes(), err
}

// List registers GET /things: filters come from the query, by the json tags of Q, which embeds
// Paging.
func List[Q, Item any](d *Router, x Resource, roles Roles, list func(ctx context.Context, a access.Actor, q Q) (Items[Item], error)) {
	mustPage[Q](x)
	pattern := "GET " + x.path()
	d.describe(pattern, call{resource: x, verb: "list", query: reflect.TypeFor[Q](), out: reflect.TypeFor[Item](), many: true})
	d.Raw(pattern, roles, func(w http.ResponseWriter, r *http.Request) error {
		var q Q
		if err := Query(r, &q); err != nil {
			return err
		}
		return answerList(w, r, q, list)
	})
}

// Search registers POST /things/search: List with its query as JSON in the body, so that what is
// looked for stands in no address.
func Search[Q, Item any](d *Router, x Resource, roles Roles, list func(ctx context.Context, a access.Actor, q Q) (Items[Item], error)) {
	mustPage[Q](x)
	pattern := "POST " + x.path() + "/search"
	d.describe(pattern, call{resource: x, verb: "search", in: reflect.TypeFor[Q](), out: reflect.TypeFor[Item](), many: true})
	d.Raw(pattern, roles, func(w http.ResponseWriter, r *http.Request) error {
		var q Q
		if _, err := body(r, &q, false); err != nil {
			return err
		}
		return answerList(w, r, q, list)
	})
}

func mustPage[Q any](x Resource) {
	if _, ok := any(new(Q)).(interface{ paging() *Paging }); !ok {
		panic("door: the query of " + x.Name + " must embed door.Paging")
	}
}

func answerList[Q, Item any](w http.ResponseWriter, r *http.Request, q Q, list func(context.Context, access.Actor, Q) (Items[Item], error)) error {
	p := any(&q).(interface{ paging() *Paging }).paging()
	if err := p.check(); err != nil {
		return err
	}
	if err := fromPath(r, &q); err != nil {
		return err
	}
	items, err := list(r.Context(), access.From(r.Context()), q)
	if err != nil {
		return err
	}
	if !p.Total {
		items.Total = nil
	}
	return JSON(w, r, http.StatusOK, items)
}

// Get registers GET /things/{id}. The record as the caller may see it is also what a conflict of
// versions shows beside the change.
func Get[Item any](d *Router, x Resource, roles Roles, get func(ctx context.Context, a access.Actor, id db.ID) (Item, error)) {
	pattern := "GET " + x.path() + "/{id}"
	d.describe(pattern, call{resource: x, verb: "get", out: reflect.TypeFor[Item]()})
	d.gets[x.path()] = func(ctx context.Context, a access.Actor, id db.ID) (any, error) { return get(ctx, a, id) }
	d.Raw(pattern, roles, func(w http.ResponseWriter, r *http.Request) error {
		id, err := ID(r, "id")
		if err != nil {
			return err
		}
		item, err := get(r.Context(), access.From(r.Context()), id)
		if err != nil {
			return err
		}
		return JSON(w, r, http.StatusOK, item)
	})
}

// Create registers POST /things: 201 with the address of what was made.
func Create[In, Out any](d *Router, x Resource, roles Roles, create func(ctx context.Context, a access.Actor, in In) (Out, error)) {
	pattern := "POST " + x.path()
	d.describe(pattern, call{resource: x, verb: "create", in: reflect.TypeFor[In](), out: reflect.TypeFor[Out](), status: http.StatusCreated})
	d.Raw(pattern, roles, func(w http.ResponseWriter, r *http.Request) error {
		var in In
		if _, err := body(r, &in, false); err != nil {
			return err
		}
		if err := fromPath(r, &in); err != nil {
			return err
		}
		out, err := create(r.Context(), access.From(r.Context()), in)
		if err != nil {
			return err
		}
		if id := idOf(out); !id.IsZero() {
			w.Header().Set("Location", apiRoot+x.Name+"/"+id.String())
		}
		return JSON(w, r, http.StatusCreated, out)
	})
}

// Patch registers PATCH /things/{id}: a JSON merge patch, as a struct of pointers and lists with a
// field Version, which If-Match fills.
func Patch[In, Out any](d *Router, x Resource, roles Roles, patch func(ctx context.Context, a access.Actor, id db.ID, in In) (Out, error)) {
	pattern := "PATCH " + x.path() + "/{id}"
	change(d, x, pattern, call{resource: x, verb: "patch"}, roles, patch)
}

// Step registers POST /things/{id}/{step}: one step of the record's flow, from the version that
// If-Match names.
func Step[In, Out any](d *Router, x Resource, step string, roles Roles, take func(ctx context.Context, a access.Actor, id db.ID, in In) (Out, error)) {
	pattern := "POST " + x.path() + "/{id}/" + step
	change(d, x, pattern, call{resource: x, verb: step}, roles, take)
}

func change[In, Out any](d *Router, x Resource, pattern string, c call, roles Roles, do func(context.Context, access.Actor, db.ID, In) (Out, error)) {
	versioned := versionOf(reflect.TypeFor[In]())
	if versioned == nil {
		panic("door: what " + pattern + ` takes must have a field Version int64 with the tag json:"version"`)
	}
	c.in, c.out, c.match = reflect.TypeFor[In](), reflect.TypeFor[Out](), true
	d.describe(pattern, c)
	d.Raw(pattern, roles, func(w http.ResponseWriter, r *http.Request) error {
		id, err := ID(r, "id")
		if err != nil {
			return err
		}
		seen, err := ifMatch(r)
		if err != nil {
			return err
		}
		var in In
		sent, err := body(r, &in, true)
		if err != nil {
			return err
		}
		if err := fromPath(r, &in); err != nil {
			return err
		}
		reflect.ValueOf(&in).Elem().FieldByIndex(versioned).SetInt(seen)
		actor := access.From(r.Context())
		out, err := do(r.Context(), actor, id, in)
		if f, ok := fault.As(err); ok && f.Moved != nil {
			return d.both(r, f, x, actor, id, sent)
		}
		if err != nil {
			return err
		}
		return JSON(w, r, http.StatusOK, out)
	})
}

// bothVersions is what a 412 shows: the change as sent, the record as it stands.
type bothVersions struct {
	sent    json.RawMessage
	current any
}

// both asks for the record again as this caller may see it; what the operation itself loaded never
// leaves.
func (d *Router) both(r *http.Request, f *fault.Fault, x Resource, a access.Actor, id db.ID, sent []byte) error {
	moved := *f
	now := bothVersions{sent: sent}
	if get := d.gets[x.path()]; get != nil {
		current, err := get(r.Context(), a, id)
		if err != nil {
			return err
		}
		now.current = current
	}
	moved.Moved = now
	return &moved
}

// Call registers a call that is none of the others, such as a bulk act: POST by In as JSON, any
// other method by its query.
func Call[In, Out any](d *Router, method string, x Resource, below, doc string, roles Roles, do func(ctx context.Context, a access.Actor, in In) (Out, error)) {
	pattern := method + " " + x.path() + below
	c := call{resource: x, verb: strings.Trim(strings.ReplaceAll(below, "/", "-"), "-"), doc: doc, out: reflect.TypeFor[Out]()}
	if unsafe(method) {
		c.in = reflect.TypeFor[In]()
	} else {
		c.query = reflect.TypeFor[In]()
	}
	d.describe(pattern, c)
	d.Raw(pattern, roles, func(w http.ResponseWriter, r *http.Request) error {
		var in In
		var err error
		if unsafe(r.Method) {
			_, err = body(r, &in, false)
		} else {
			err = Query(r, &in)
		}
		if err == nil {
			err = fromPath(r, &in)
		}
		if err != nil {
			return err
		}
		out, err := do(r.Context(), access.From(r.Context()), in)
		if err != nil {
			return err
		}
		return JSON(w, r, http.StatusOK, out)
	})
}

// ID reads an id from the path: /desk/persons/{id}. What is no id names no record.
func ID(r *http.Request, name string) (db.ID, error) {
	id, err := db.ParseID(r.PathValue(name))
	if err != nil || id.IsZero() {
		return db.ID{}, fault.NotFound()
	}
	return id, nil
}

// JSON answers a value, with its version as the ETag where it has one.
func JSON(w http.ResponseWriter, r *http.Request, status int, value any) error {
	var b bytes.Buffer
	if err := encode(&b, value); err != nil {
		return fault.Defect(fmt.Errorf("answer: %w", err))
	}
	apiHeaders(w, text.From(r.Context()))
	w.Header().Set("Content-Type", "application/json")
	if field := versionOf(reflect.TypeOf(value)); field != nil {
		w.Header().Set("ETag", `"`+strconv.FormatInt(reflect.Indirect(reflect.ValueOf(value)).FieldByIndex(field).Int(), 10)+`"`)
	}
	w.WriteHeader(status)
	_, err := w.Write(b.Bytes())
	return err
}

func encode(w io.Writer, value any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(value)
}

func apiHeaders(w http.ResponseWriter, lang text.Lang) {
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Content-Language", string(lang))
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "no-store")
	}
}

// body reads the request's JSON into in and gives its bytes back. An empty body is an empty object.
func body(r *http.Request, in any, patch bool) ([]byte, error) {
	v := visitOf(r)
	b, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, unreadable(err, v.route.limit)
	}
	if len(bytes.TrimSpace(b)) == 0 {
		return []byte("{}"), input.JSON([]byte("{}"), in, patch, v.settings(r.Context()))
	}
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/json" && !strings.HasSuffix(kind, "+json") {
		return nil, &refusal{fault.Malformed("", errors.New("content type")), http.StatusUnsupportedMediaType, "door.not_json"}
	}
	return b, input.JSON(b, in, patch, v.settings(r.Context()))
}

// ifMatch is the version from which the caller changes a record.
func ifMatch(r *http.Request) (int64, error) {
	tag := strings.TrimSpace(r.Header.Get("If-Match"))
	if tag == "" || tag == "*" {
		return 0, fault.Required()
	}
	version, err := strconv.ParseInt(strings.Trim(strings.TrimPrefix(tag, "W/"), `"`), 10, 64)
	if err != nil || version < 0 {
		return 0, fault.Malformed("door.bad_etag", err)
	}
	return version, nil
}

// fromPath fills the fields of in that are tagged with a part of the path: `path:"person"`.
func fromPath(r *http.Request, in any) error {
	v := reflect.ValueOf(in).Elem()
	if v.Kind() != reflect.Struct {
		return nil
	}
	for i := range v.NumField() {
		name := v.Type().Field(i).Tag.Get("path")
		if name == "" {
			continue
		}
		switch field := v.Field(i).Addr().Interface().(type) {
		case *db.ID:
			id, err := ID(r, name)
			if err != nil {
				return err
			}
			*field = id
		case *string:
			*field = r.PathValue(name)
		default:
			panic("door: a path gives an id or a string, not " + v.Field(i).Type().String())
		}
	}
	return nil
}

var versions, ids sync.Map // reflect.Type to []int

// versionOf is where a struct keeps its version, nil for none.
func versionOf(t reflect.Type) []int {
	return fieldOf(&versions, t, "version", reflect.TypeFor[int64]())
}

// idOf is the id of what was made, none where it has none.
func idOf(out any) db.ID {
	field := fieldOf(&ids, reflect.TypeOf(out), "id", reflect.TypeFor[db.ID]())
	if field == nil {
		return db.ID{}
	}
	return reflect.Indirect(reflect.ValueOf(out)).FieldByIndex(field).Interface().(db.ID)
}

func fieldOf(known *sync.Map, t reflect.Type, name string, of reflect.Type) []int {
	if t == nil {
		return nil
	}
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return nil
	}
	if at, ok := known.Load(t); ok {
		return at.([]int)
	}
	var at []int
	for _, m := range input.Members(t) {
		if m.Name == name && m.Field.Type == of {
			at = m.Field.Index
		}
	}
	known.Store(t, at)
	return at
}
