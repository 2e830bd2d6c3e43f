package door

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"kizuna/internal/ground/ui"
)

// Was is the hidden field of a form that remembers what it showed when it was
// opened, so that a second editor can be told which fields are whose.
const Was = "was"

// Shown packs what a form shows for its hidden field Was.
func Shown(in any) string {
	b, err := json.Marshal(in)
	if err != nil {
		panic(fmt.Sprintf("door: %T cannot be shown: %v", in, err))
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// Merged sets the form as typed beside the record as it stands now. fields are
// those where both differ: what only the other side changed is taken over,
// what only this side changed is kept. keep is everything else to post again.
// now is the same input struct that the form sends.
func Merged(r *http.Request, now any) (fields []ui.MergeField, keep url.Values) {
	yours, theirs := Typed(r), flat(now)
	base := url.Values{}
	if b, err := base64.RawURLEncoding.DecodeString(visitOf(r).form.Get(Was)); err == nil {
		var v any
		if json.Unmarshal(b, &v) == nil {
			spread(base, "", v)
		}
	}
	keep = url.Values{}
	for _, name := range names(yours, theirs) {
		mine, other, before := yours.Get(name), theirs.Get(name), base.Get(name)
		switch {
		case slices.Contains(reserved, name) || name == Was:
		case mine == other || mine != before && other == before:
			keep.Set(name, mine)
		case mine == before:
			keep.Set(name, other)
		default:
			fields = append(fields, ui.MergeField{Name: name, Yours: mine, Theirs: other, Before: before})
		}
	}
	keep.Set(Was, Shown(now))
	return fields, keep
}

func names(sets ...url.Values) []string {
	var out []string
	for _, s := range sets {
		for name := range s {
			if !slices.Contains(out, name) {
				out = append(out, name)
			}
		}
	}
	slices.Sort(out)
	return out
}

// flat gives an input struct as form fields.
func flat(in any) url.Values {
	b, err := json.Marshal(in)
	if err != nil {
		panic(fmt.Sprintf("door: %T cannot be laid flat: %v", in, err))
	}
	var v any
	if err := json.Unmarshal(b, &v); err != nil {
		panic(err) // what Marshal wrote
	}
	out := url.Values{}
	spread(out, "", v)
	return out
}

func spread(out url.Values, at string, v any) {
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			spread(out, join(at, k), x)
		}
	case []any:
		for i, x := range v {
			if s, ok := x.(string); ok {
				out.Add(at, s)
				continue
			}
			spread(out, join(at, strconv.Itoa(i)), x)
		}
	case string:
		out.Set(at, v)
	case bool:
		if v {
			out.Set(at, "true")
		}
	case float64:
		out.Set(at, strconv.FormatFloat(v, 'f', -1, 64))
	}
}

func join(at, name string) string {
	if at == "" {
		return name
	}
	return at + "/" + name
}
