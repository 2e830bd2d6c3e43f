package door

import (
	"bytes"
	"context"
	"io"
	"mime"
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/text"
)

// svg is the media type of a picture.
const svg = "image/svg+xml"

// GetPicture registers GET /things/{id}/below: what a page draws, as data or, to who would rather have it, as the
// picture. The picture brings its own colours as attributes: the API answers under a policy that lets no style in.
func GetPicture[Q, Out any](d *Router, x Resource, below, doc string, roles Roles,
	get func(ctx context.Context, a access.Actor, id db.ID, q Q) (out Out, draw func(w io.Writer) error, err error),
) {
	pattern := "GET " + x.path() + "/{id}/" + below
	d.describe(pattern, call{resource: x, verb: below, doc: doc, query: reflect.TypeFor[Q](), out: reflect.TypeFor[Out](), orMedia: svg})
	d.Raw(pattern, roles, func(w http.ResponseWriter, r *http.Request) error {
		id, err := ID(r, "id")
		if err != nil {
			return err
		}
		var q Q
		if err := Query(r, &q); err != nil {
			return err
		}
		out, draw, err := get(r.Context(), access.From(r.Context()), id, q)
		if err != nil {
			return err
		}
		w.Header().Add("Vary", "Accept")
		if accept := r.Header.Get("Accept"); wanted(accept, svg) <= wanted(accept, "application/json") {
			return JSON(w, r, http.StatusOK, out)
		}
		var b bytes.Buffer
		if err := draw(&b); err != nil {
			return err
		}
		apiHeaders(w, text.From(r.Context()))
		w.Header().Set("Content-Type", svg)
		_, err = w.Write(b.Bytes())
		return err
	})
}

// wanted is how much an Accept header wants a media type, from 0 to 1: by the range in it that names the type most
// closely. Whoever says nothing wants everything.
func wanted(accept, media string) float64 {
	if strings.TrimSpace(accept) == "" {
		return 1
	}
	whole, _, _ := strings.Cut(media, "/")
	closest, most := -1, 0.0
	for each := range strings.SplitSeq(accept, ",") {
		name, params, err := mime.ParseMediaType(strings.TrimSpace(each))
		if err != nil {
			continue
		}
		near := map[string]int{"*/*": 0, whole + "/*": 1, media: 2}
		at, known := near[name]
		if !known || at < closest {
			continue
		}
		q, err := strconv.ParseFloat(params["q"], 64)
		if params["q"] == "" {
			q, err = 1, nil
		}
		if err == nil && q >= 0 && q <= 1 {
			closest, most = at, q
		}
	}
	return most
}
