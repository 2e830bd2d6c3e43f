package door

import (
	"context"
	"io"
	"mime"
	"net/http"
	"reflect"
	"slices"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/text"
)

// anything is a document whose own standard says what is in it.
var anything = reflect.TypeFor[map[string]any]()

// GetDocument registers GET /things/{id}/below: a record as a document of
// another standard, of the media type that is its own.
func GetDocument(d *Router, x Resource, below, media, doc string, roles Roles, get func(ctx context.Context, a access.Actor, id db.ID) ([]byte, error)) {
	pattern := "GET " + x.path() + "/{id}/" + below
	d.describe(pattern, call{resource: x, verb: below, doc: doc, out: anything, outMedia: media})
	d.Raw(pattern, roles, func(w http.ResponseWriter, r *http.Request) error {
		id, err := ID(r, "id")
		if err != nil {
			return err
		}
		b, err := get(r.Context(), access.From(r.Context()), id)
		if err != nil {
			return err
		}
		apiHeaders(w, text.From(r.Context()))
		w.Header().Set("Content-Type", media)
		_, err = w.Write(b)
		return err
	})
}

// TakeDocument registers POST /things/below: something made from a document of
// another standard, or said about it.
func TakeDocument[Out any](d *Router, x Resource, below, media, doc string, status int, roles Roles, take func(ctx context.Context, a access.Actor, b []byte) (Out, error)) {
	pattern := "POST " + x.path() + "/" + below
	d.describe(pattern, call{resource: x, verb: "post-" + below, doc: doc, in: anything, inMedia: media, out: reflect.TypeFor[Out](), status: status})
	d.Raw(pattern, roles, func(w http.ResponseWriter, r *http.Request) error {
		b, err := document(r, media)
		if err != nil {
			return err
		}
		out, err := take(r.Context(), access.From(r.Context()), b)
		if err != nil {
			return err
		}
		return JSON(w, r, status, out)
	})
}

// StepDocument registers POST /things/{id}/below: a change of a record, from
// the version that If-Match names, by a document of another standard.
func StepDocument[Out any](d *Router, x Resource, below, media, doc string, roles Roles, take func(ctx context.Context, a access.Actor, id db.ID, version int64, b []byte) (Out, error)) {
	pattern := "POST " + x.path() + "/{id}/" + below
	d.describe(pattern, call{resource: x, verb: "take-" + below, doc: doc, in: anything, inMedia: media, out: reflect.TypeFor[Out](), match: true})
	d.Raw(pattern, roles, func(w http.ResponseWriter, r *http.Request) error {
		id, err := ID(r, "id")
		if err != nil {
			return err
		}
		seen, err := ifMatch(r)
		if err != nil {
			return err
		}
		b, err := document(r, media)
		if err != nil {
			return err
		}
		actor := access.From(r.Context())
		out, err := take(r.Context(), actor, id, seen, b)
		if f, ok := fault.As(err); ok && f.Moved != nil {
			return d.both(r, f, x, actor, id, b)
		}
		if err != nil {
			return err
		}
		return JSON(w, r, http.StatusOK, out)
	})
}

// document reads a body as it was sent, of its own media type or plain JSON.
func document(r *http.Request, media string) ([]byte, error) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || !slices.Contains([]string{media, "application/json"}, kind) {
		return nil, &refusal{fault.Malformed("", err), http.StatusUnsupportedMediaType, "door.not_json"}
	}
	b, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, unreadable(err, visitOf(r).route.limit)
	}
	return b, nil
}
