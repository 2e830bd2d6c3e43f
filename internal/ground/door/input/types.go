package input

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"time"

	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/ground/text"
)

func wrong(key string) error { return fault.Invalid(fault.Field{Key: key}) }

// special are the types of the ground that people write otherwise than programs do.
var special map[reflect.Type]func(r *reader, n *node, v reflect.Value) error

func init() {
	special = map[reflect.Type]func(r *reader, n *node, v reflect.Value) error{
		reflect.TypeFor[db.ID]():            readID,
		reflect.TypeFor[calendar.Date]():    readDate,
		reflect.TypeFor[calendar.Time]():    readTime,
		reflect.TypeFor[calendar.Partial](): readPartial,
		reflect.TypeFor[text.Pair]():        readPair,
		reflect.TypeFor[ledger.Money]():     readMoney,
		reflect.TypeFor[ledger.Quantity]():  readQuantity,
		reflect.TypeFor[json.RawMessage]():  readRaw,
	}
}

func set[T any](v reflect.Value, x T) { *v.Addr().Interface().(*T) = x }

func readID(_ *reader, n *node, v reflect.Value) error {
	s := strings.TrimSpace(n.text)
	if n.shape != str && n.shape != typed {
		return wrong("input.id")
	}
	if s == "" {
		return nil
	}
	id, err := db.ParseID(s)
	if err != nil {
		return wrong("input.id")
	}
	set(v, id)
	return nil
}

// readDate takes what people write in a form, and only YYYY-MM-DD from a program.
func readDate(_ *reader, n *node, v reflect.Value) error {
	var d calendar.Date
	var err error
	if n.shape == typed {
		d, err = calendar.ParseDate(n.text)
	} else {
		err = d.UnmarshalJSON(n.raw)
	}
	if err == nil {
		set(v, d)
	}
	return err
}

// readTime takes what a datetime-local field sends, in the agency's zone, or RFC 3339.
func readTime(r *reader, n *node, v reflect.Value) error {
	var t calendar.Time
	if n.shape != typed {
		err := t.UnmarshalJSON(n.raw)
		set(v, t)
		return err
	}
	s := strings.TrimSpace(n.text)
	if s == "" {
		return nil
	}
	zone := r.Zone
	if zone == nil {
		zone = time.UTC
	}
	for _, layout := range []string{"2006-01-02T15:04", "2006-01-02T15:04:05", "2006-01-02 15:04"} {
		if at, err := time.ParseInLocation(layout, s, zone); err == nil {
			set(v, calendar.TimeOf(at))
			return nil
		}
	}
	quoted, _ := json.Marshal(s) // a string always has a JSON form
	err := t.UnmarshalJSON(quoted)
	set(v, t)
	return err
}

func readPartial(r *reader, n *node, v reflect.Value) error {
	if n.shape == typed && len(n.kids) == 0 {
		p, err := calendar.ParsePartial(n.text)
		if err == nil {
			set(v, p)
		}
		return err
	}
	var p struct {
		Date      calendar.Date      `json:"date"`
		Precision calendar.Precision `json:"precision"`
	}
	inner := reader{Settings: r.Settings}
	inner.structure(n, reflect.ValueOf(&p).Elem(), "")
	if err := inner.fields.Err(); err != nil {
		return err
	}
	got := calendar.Partial{Date: p.Date, Precision: p.Precision}
	if got.Date != "" && got.Precision == "" {
		got.Precision = calendar.ToDay
	}
	if !got.Valid() {
		return fault.Invalid(fault.Field{Pointer: "/precision", Key: "fault.bad_choice"})
	}
	set(v, got)
	return nil
}

// readPair takes one member per language and the sort key.
func readPair(_ *reader, n *node, v reflect.Value) error {
	if n.shape != object && n.shape != typed || n.shape == typed && len(n.kids) == 0 && n.text != "" {
		return wrong("input.object")
	}
	var p text.Pair
	var f fault.Fields
	for i, name := range n.names {
		kid, at := n.kids[i], "/"+escape.Replace(name)
		clean, err := text.Clean(kid.text)
		lang, ok := text.ParseLang(name)
		switch {
		case kid.shape == null:
		case kid.shape != str && kid.shape != typed:
			f.Add(at, "input.text")
		case err != nil:
			f.Add(at, "fault.bad_text")
		case name == "sort":
			p.Sort = clean
		case !ok || string(lang) != name:
			f.Add(at, "fault.unknown_field", "field", readable(name))
		case clean != "":
			p = p.Set(lang, clean)
		}
	}
	set(v, p)
	return f.Err()
}

// readMoney takes an amount as people write it, with its currency in a member or the agency's, and
// {"amount","currency"} from a program.
func readMoney(r *reader, n *node, v reflect.Value) error {
	var m ledger.Money
	var err error
	if n.shape == typed {
		amount, currency := n.text, r.Currency
		if kid := n.kid("amount"); kid != nil {
			amount = kid.text
		}
		if kid := n.kid("currency"); kid != nil && kid.text != "" {
			currency = kid.text
		}
		if currency == "" {
			currency = "JPY"
		}
		if strings.TrimSpace(amount) == "" {
			return nil
		}
		m, err = ledger.Typed(amount, currency)
	} else if n.shape != object {
		return wrong("input.object")
	} else {
		for i, name := range n.names {
			if name != "amount" && name != "currency" {
				return fault.Invalid(fault.Field{Pointer: "/" + escape.Replace(name), Key: "fault.unknown_field", Args: map[string]any{"field": readable(name)}})
			}
			if n.kids[i].shape != str {
				return fault.Invalid(fault.Field{Pointer: "/" + name, Key: "input.text"})
			}
		}
		err = m.UnmarshalJSON(n.raw)
	}
	if err == nil {
		set(v, m)
	}
	return err
}

func readQuantity(_ *reader, n *node, v reflect.Value) error {
	if n.shape != str && n.shape != typed && n.shape != number {
		return wrong("fault.not_a_number")
	}
	if n.shape == typed && n.blank() {
		return nil
	}
	q, err := ledger.ParseQuantity(figures(n))
	if err == nil {
		set(v, q)
	}
	return err
}

// readRaw keeps JSON as it came, its strings cleaned.
func readRaw(r *reader, n *node, v reflect.Value) error {
	inner := reader{Settings: r.Settings}
	got := inner.free(n, "")
	if err := inner.fields.Err(); err != nil {
		return err
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(got); err != nil {
		return err
	}
	v.SetBytes(bytes.TrimSpace(b.Bytes()))
	return nil
}
