package input

import (
	"net/url"
	"reflect"
	"strconv"
	"time"

	"kizuna/internal/ground/fault"
)

// Settings are what reading depends on besides the bytes.
type Settings struct {
	Zone     *time.Location // of times typed without a zone
	Currency string         // of amounts typed without one
}

// Form reads a form into in, a pointer to a struct. Names in reserved are not for in, unless it
// has a field of that name. tidy is the form as it was typed, with the rows of lists closed up the
// same way as in in, so that faults and fields still meet when the form is drawn again. With keep,
// empty rows stay: somebody is about to fill one.
func Form(form url.Values, in any, reserved []string, keep bool, s Settings) (tidy url.Values, err error) {
	v := reflect.ValueOf(in).Elem()
	own := shapeOf(v.Type())
	left := map[string]bool{}
	for _, name := range reserved {
		if _, taken := own.byName[name]; !taken {
			left[name] = true
		}
	}
	root, err := fromForm(form, func(name string) bool { return left[name] })
	if err != nil {
		return form, err
	}
	r := reader{Settings: s, keep: keep}
	r.structure(root, v, "")
	tidy = url.Values{}
	root.values("", tidy)
	for name := range left {
		if all, ok := form[name]; ok {
			tidy[name] = all
		}
	}
	return tidy, r.told()
}

// JSON reads one JSON object into in, a pointer to a struct. In a patch a member that is null
// clears the field, where in a whole record it says nothing.
func JSON(body []byte, in any, patch bool, s Settings) error {
	root, err := fromJSON(body)
	if err != nil {
		return err
	}
	if root.shape != object {
		return fault.Malformed("input.object", nil)
	}
	r := reader{Settings: s, patch: patch}
	r.structure(root, reflect.ValueOf(in).Elem(), "")
	return r.told()
}

// mostTold is how many faults one answer names.
const mostTold = 100

func (r *reader) told() error {
	return r.fields[:min(len(r.fields), mostTold)].Err()
}

// Named reports whether a struct takes a member of this name.
func Named(t reflect.Type, name string) bool {
	_, ok := shapeOf(t).byName[name]
	return ok
}

// Member is one field of a struct as it is sent.
type Member struct {
	Name  string
	Field reflect.StructField
}

// Members lists what a struct takes, in order.
func Members(t reflect.Type) []Member { return shapeOf(t).members }

// Repeated carries out a press of a repeater's button on a typed form: add gives the list at name
// one more row, remove takes row name/2 away and closes the gap.
func Repeated(form url.Values, add, remove string) url.Values {
	root, err := fromForm(form, func(string) bool { return false })
	if err != nil {
		return form
	}
	if rows := root.find(add); add != "" {
		if rows == nil {
			rows = root.make(add)
		}
		rows.number(false)
		n := &node{shape: typed, all: []string{""}}
		rows.put(strconv.Itoa(len(rows.kids)), n)
	}
	if where, index, ok := lastStep(remove); ok {
		if rows := root.find(where); rows != nil {
			rows.drop(index)
			rows.number(false)
		}
	}
	out := url.Values{}
	root.values("", out)
	return out
}
