package door

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/text"
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

// Opened is a form that remembers what it showed when it was opened, so that
// RefuseEdit can tell whose change is whose.
func Opened(form ui.FormProps, shown any) ui.FormProps {
	form.Hidden = maps.Clone(form.Hidden)
	if form.Hidden == nil {
		form.Hidden = map[string]string{}
	}
	form.Hidden[Was] = cmp.Or(form.Typed.Get(Was), Shown(shown))
	return form
}

// Edit is a form that two may have open at once, for RefuseEdit.
type Edit struct {
	Now    any                             // the record as it stands, as the form shows it; nil when it can no longer be changed so
	Form   ui.FormProps                    // where the form goes and the version of Now
	Words  map[string]string               // word keys of what the fields are called, by name
	Label  func(name string) string        // instead of Words
	Read   func(name, value string) string // how a value reads; "" or nil is as it is
	Submit string                          // word key
	Cancel string                          // address
}

// RefuseEdit is Refuse for a form of an edited record: where somebody else
// saved meanwhile, both sides stand beside each other, field by field, and
// nothing that was typed is lost.
func RefuseEdit(w http.ResponseWriter, r *http.Request, err error, page ui.Page, e Edit, form func(err error) templ.Component) error {
	if f, ok := fault.As(err); !ok || f.Kind != fault.KindConflict || f.Moved == nil || e.Now == nil {
		return Refuse(w, r, err, page, form)
	}
	ctx := r.Context()
	fields, keep := Merged(r, e.Now)
	for i, f := range fields {
		if e.Label != nil {
			fields[i].Label = e.Label(f.Name)
		} else {
			fields[i].Label = text.Word(ctx, e.Words[f.Name])
		}
		if e.Read != nil {
			fields[i].YoursText, fields[i].TheirsText, fields[i].BeforeText = e.Read(f.Name, f.Yours), e.Read(f.Name, f.Theirs), e.Read(f.Name, f.Before)
		}
	}
	return Refuse(w, r, err, page, func(error) templ.Component {
		return ui.Merge(ui.MergeProps{Form: e.Form, Title: page.Title, Fields: fields, Keep: keep, Submit: text.Word(ctx, e.Submit), Cancel: e.Cancel})
	})
}

// Merged sets the form as typed beside the record as it stands now. fields are
// those where both differ: what only the other side changed is taken over,
// what only this side changed is kept. A field of several values is never in
// dispute: what either side added is there, what either side took out is not.
// keep is everything else to post again. now is the same input struct that the
// form sends.
func Merged(r *http.Request, now any) (fields []ui.MergeField, keep url.Values) {
	several := map[string]bool{}
	yours, theirs := Typed(r), flat(now, several)
	base := url.Values{}
	if b, err := base64.RawURLEncoding.DecodeString(visitOf(r).form.Get(Was)); err == nil {
		var v any
		if json.Unmarshal(b, &v) == nil {
			spread(base, "", v, several)
		}
	}
	keep = url.Values{}
	for _, name := range names(yours, theirs) {
		// Browsers end lines of a text with two signs, records with one.
		mine, other, before := strings.ReplaceAll(yours.Get(name), "\r\n", "\n"), theirs.Get(name), base.Get(name)
		switch {
		case slices.Contains(reserved, name) || name == Was:
		case several[name] || len(yours[name]) > 1:
			keep[name] = united(base[name], yours[name], theirs[name])
		case ungrouped(mine) == ungrouped(other) || ungrouped(mine) != ungrouped(before) && other == before:
			keep.Set(name, mine)
		case ungrouped(mine) == ungrouped(before):
			keep.Set(name, other)
		default:
			fields = append(fields, ui.MergeField{Name: name, Yours: mine, Theirs: other, Before: before})
		}
	}
	keep.Set(Was, Shown(now))
	return fields, keep
}

var thousands = regexp.MustCompile(`^\d{1,3}(,\d{3})+$`)

// ungrouped is an amount without what parts its thousands, which forms show and records do not hold.
func ungrouped(v string) string {
	if thousands.MatchString(v) {
		return strings.ReplaceAll(v, ",", "")
	}
	return v
}

// united is what two sides made of the same values.
func united(before, mine, other []string) []string {
	var out []string
	for _, v := range append(slices.Clone(mine), other...) {
		if v == "" || slices.Contains(out, v) || slices.Contains(before, v) && !(slices.Contains(mine, v) && slices.Contains(other, v)) {
			continue
		}
		out = append(out, v)
	}
	return out
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

// flat gives an input struct as form fields, and marks those of several values.
func flat(in any, several map[string]bool) url.Values {
	b, err := json.Marshal(in)
	if err != nil {
		panic(fmt.Sprintf("door: %T cannot be laid flat: %v", in, err))
	}
	var v any
	if err := json.Unmarshal(b, &v); err != nil {
		panic(err) // what Marshal wrote
	}
	out := url.Values{}
	spread(out, "", v, several)
	return out
}

func spread(out url.Values, at string, v any, several map[string]bool) {
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			spread(out, join(at, k), x, several)
		}
	case []any:
		for i, x := range v {
			if s, ok := x.(string); ok {
				out.Add(at, s)
				several[at] = true
				continue
			}
			spread(out, join(at, strconv.Itoa(i)), x, several)
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
