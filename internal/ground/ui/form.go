package ui

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"io"
	"net/url"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/text"
)

// FormProps is a form around its fields. Fields inside find what was typed and what is wrong with it by their name:
// the fault at pointer /names/0/family belongs to the field named names/0/family.
type FormProps struct {
	ID      string
	Action  string
	Method  string     // "post" unless "get"
	Draft   string     // address that keeps a draft while typing; none if empty
	Version string     // version of the record when it was read; sent back as "version"
	Key     string     // idempotency key; a fresh one if empty
	Typed   url.Values // what was typed, after a fault; wins over the fields' values
	Fault   error      // what came back; the summary is drawn above the fields
	Upload  bool       // has file fields
	Hidden  map[string]string
	Swap    string // id of the element the answer replaces; without script the whole page is loaded
	NoKey   bool   // no idempotency key (GET forms and sign-in)
	Class   string
	SavedAt string // when the draft was last saved, as read
	Hold    bool   // does not leave the page while the network is gone
}

// Field is one question of a form.
type Field struct {
	Name         string // JSON pointer without the first slash: names/0/family
	Label        string
	Value        string
	Hint         string
	Fault        string // overrides what the form knows
	Within       string // the group it stands in, where what is wrong is listed above the form
	Required     bool
	ReadOnly     bool
	Autocomplete string // HTML autofill token
	InputMode    string
	Lang         string // of what is typed: "ja", "ja-Hira", "en"
	Placeholder  string
	Prefix       string
	Suffix       string // unit
	Size         string // "xs" 6 characters, "s" 12, "m" 24, "" full width
	Rows         int    // of a text area
	Max          int    // longest text, in characters
	Accept       string // file kinds
	Multiple     bool
	Min, Step    string
	HideLabel    bool             // label only spoken
	Echo         string           // dates: the full date as understood, from the server
	Attrs        templ.Attributes // data-*, hx-*
}

// Option is one choice.
type Option struct {
	Value, Label, Hint string
	Checked            bool // where the field's Value does not say so (check boxes, facets)
	Disabled           bool
	Tone               Tone // segmented choices
}

// Faults is what is wrong with a form: message by field name, in order. Labels are the fields' own, by name; a fault
// whose field is not on the page has none and is told without a link.
type Faults struct {
	Head   string
	Order  []string
	ByName map[string]string
	Labels map[string]string
}

// FaultsOf reads an error for a form: the sentence of its kind and a message for every field.
func FaultsOf(ctx context.Context, err error) Faults {
	if err == nil {
		return Faults{}
	}
	f, ok := fault.As(err)
	if !ok {
		f = fault.Defect(err)
	}
	lang := text.From(ctx)
	out := Faults{Head: text.T(lang, f.Key, f.Args), ByName: map[string]string{}, Labels: map[string]string{}}
	for _, field := range f.Fields {
		name := strings.TrimPrefix(field.Pointer, "/")
		if _, twice := out.ByName[name]; !twice {
			out.Order = append(out.Order, name)
			out.ByName[name] = text.T(lang, field.Key, field.Args)
		}
	}
	return out
}

// formState is what the fields of a form ask for.
type formState struct {
	props  FormProps
	faults Faults
}

type formKey struct{}

func formOf(ctx context.Context) formState {
	state, _ := ctx.Value(formKey{}).(formState)
	return state
}

type draftKey struct{}

// WithDraft lets a form that is drawn again, because it could not be taken, go on keeping its draft at an address.
func WithDraft(ctx context.Context, address string) context.Context {
	return context.WithValue(ctx, draftKey{}, address)
}

// Form draws a form around its children and lets the fields know its faults and what was typed. The children are drawn
// first, so that the summary above them can name the fields.
func Form(p FormProps) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		children := templ.GetChildren(ctx)
		if keep, ok := ctx.Value(draftKey{}).(string); ok && p.Draft == "" && p.Typed.Get("draft") != "" {
			p.Draft = keep
		}
		state := formState{props: p, faults: FaultsOf(ctx, p.Fault)}
		ctx = context.WithValue(templ.ClearChildren(ctx), formKey{}, state)
		if p.Fault != nil {
			var fields strings.Builder
			if err := children.Render(ctx, &fields); err != nil {
				return err
			}
			children = templ.Raw(fields.String())
		}
		return formBox(p, state.faults).Render(templ.WithChildren(ctx, children), w)
	})
}

// NewKey answers a fresh idempotency key of 128 random bits.
func NewKey() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// typed answers what stands in a field: what was typed if the form came back, else the record's value.
func typed(ctx context.Context, name, value string) string {
	if v, ok := formOf(ctx).props.Typed[name]; ok && len(v) > 0 {
		return v[0]
	}
	return value
}

// chosen reports whether an option is chosen.
func chosen(ctx context.Context, name string, o Option) bool {
	if t := formOf(ctx).props.Typed; t != nil {
		return slices.Contains(t[name], o.Value)
	}
	return o.Checked
}

// picked is chosen for fields with one Value.
func picked(ctx context.Context, f Field, o Option) bool {
	if t := formOf(ctx).props.Typed; t != nil {
		return slices.Contains(t[f.Name], o.Value)
	}
	return o.Checked || (f.Value != "" && f.Value == o.Value)
}

// faultAt answers the message for a field.
func faultAt(ctx context.Context, f Field) string {
	if f.Fault != "" {
		return f.Fault
	}
	return formOf(ctx).faults.ByName[f.Name]
}

// fieldID answers the id of the input with this name inside the present form.
func fieldID(ctx context.Context, name string) string {
	id := strings.NewReplacer("/", "-", " ", "-", "[", "", "]", "").Replace(name)
	if form := formOf(ctx).props.ID; form != "" {
		return form + "-" + id
	}
	return "f-" + id
}

// described answers the ids that describe a field: hint, echo, fault.
func described(ctx context.Context, f Field, echo bool) templ.Attributes {
	id := fieldID(ctx, f.Name)
	attrs := templ.Attributes{}
	if labels := formOf(ctx).faults.Labels; labels != nil {
		labels[f.Name] = f.Label
		if f.Within != "" {
			labels[f.Name] = f.Within + " › " + f.Label
		}
	}
	var by []string
	if f.Hint != "" {
		by = append(by, id+"-hint")
	}
	if echo {
		by = append(by, id+"-echo")
	}
	if faultAt(ctx, f) != "" {
		by = append(by, id+"-fault")
		attrs["aria-invalid"] = "true"
	}
	if len(by) > 0 {
		attrs["aria-describedby"] = strings.Join(by, " ")
	}
	return attrs
}

// inputAttrs answers what a field says about itself.
func inputAttrs(ctx context.Context, f Field) templ.Attributes {
	attrs := described(ctx, f, false)
	set := func(name, value string) {
		if value != "" {
			attrs[name] = value
		}
	}
	set("autocomplete", f.Autocomplete)
	set("inputmode", f.InputMode)
	set("lang", f.Lang)
	set("placeholder", f.Placeholder)
	set("min", f.Min)
	set("step", f.Step)
	set("accept", f.Accept)
	if f.Max > 0 {
		attrs["maxlength"] = strconv.Itoa(f.Max)
	}
	if f.Required {
		attrs["aria-required"] = "true"
	}
	if f.ReadOnly {
		attrs["readonly"] = true
	}
	if f.Multiple {
		attrs["multiple"] = true
	}
	for name, value := range f.Attrs {
		attrs[name] = value
	}
	return attrs
}

func (f Field) rows() string {
	if f.Rows > 0 {
		return strconv.Itoa(f.Rows)
	}
	return "4"
}

func (f Field) class() string {
	if f.Size == "" {
		return "field"
	}
	return "field size-" + f.Size
}

// method answers the form's method.
func (p FormProps) method() string {
	if strings.EqualFold(p.Method, "get") {
		return "get"
	}
	return "post"
}

// carried are the fields of a form drawn again that name what ends once it is taken: its draft and
// its parked send.
func (p FormProps) carried() (names []string) {
	for _, name := range []string{"draft", "parked"} {
		if p.Typed.Get(name) != "" && p.Hidden[name] == "" {
			names = append(names, name)
		}
	}
	return names
}

func (p FormProps) attrs() templ.Attributes {
	a := templ.Attributes{}
	if p.ID != "" {
		a["id"] = p.ID
	}
	if p.Draft != "" {
		a["data-draft"] = p.Draft
	}
	if p.Hold {
		a["data-hold"] = "/ui/date"
	}
	if p.Upload {
		a["enctype"] = "multipart/form-data"
	}
	if p.Swap != "" {
		a["hx-"+p.method()] = p.Action
		a["hx-target"] = "#" + p.Swap
		a["hx-select"] = "#" + p.Swap
		a["hx-swap"] = "outerHTML"
	}
	return a
}

// keys answers the names of a map in order, so that pages come out the same every time.
func keys(m map[string]string) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// PersonNameProps is the group of fields for one name of a person; Prefix is where it stands ("names/0").
type PersonNameProps struct {
	Prefix, Legend                                                  string
	Family, Given, FamilyKana, GivenKana, FamilyRomaji, GivenRomaji string
	Required, Latin                                                 bool // Latin asks for the spelling in Latin letters too
	Self                                                            bool // the reader's own name: autofill is offered
}

// AddressProps is the group of fields for one address; Prefix is where it stands ("addresses/0").
type AddressProps struct {
	Prefix, Legend                           string
	Postcode, Region, City, Street, Building string
	Required                                 bool
	Self                                     bool
	LookupHref                               string // fills region and city from the postcode; a submit button without script
}

// RepeaterProps is a list of groups that can grow. Without script, Add and Remove submit the form to the same
// address with "add" = Name or "remove" = Name/index; the server draws it again with one more or one less.
type RepeaterProps struct {
	Name, Legend, Hint string
	Groups             []templ.Component
	AddLabel           string
	Min                int    // groups that cannot be removed
	Most               int    // groups that there may be; 0 for any number
	Required           bool   // at least one group must be filled in
	Action             string // address of Add and Remove, the form's own with a place on the page to come back to
}

// pressAttrs are where Add and Remove go.
// TypedRows is how many groups of a repeater stand in a form that came back; ok is false in one that did not.
func TypedRows(ctx context.Context, name string) (n int, ok bool) {
	typed := formOf(ctx).props.Typed
	for key := range typed {
		rest, below := strings.CutPrefix(key, name+"/")
		number, _, _ := strings.Cut(rest, "/")
		if i, err := strconv.Atoi(number); below && err == nil && i >= n && i < mostRows {
			n = i + 1
		}
	}
	return n, typed != nil
}

// mostRows bounds the groups that are drawn because somebody sent their names.
const mostRows = 200

func (r RepeaterProps) pressAttrs() templ.Attributes {
	if r.Action == "" {
		return nil
	}
	return templ.Attributes{"formaction": r.Action}
}

// PickerProps chooses a person or organization by searching. Found are the answers of a search, drawn as choices.
type PickerProps struct {
	Field      Field
	Chosen     string // words for the present Value
	SearchHref string // GET, with q; answers PickerFound
	Found      []Found
}

// Found is one answer of a search.
type Found struct {
	ID, Title, Sub, Why, Href string // Why says what matched
	Tags                      []TagProps
}

// QuestionProps is one question on a page, for residents and providers; it draws the h1.
type QuestionProps struct {
	Form     FormProps
	Title    string
	Hint     string
	At, Of   int
	About    bool // Of may still change with the answers
	BackHref string
	Next     string // label of the button; "Continue" if empty
	Later    Act    // save and go on later
}

func (q QuestionProps) ofWord() string {
	if q.About {
		return "ui.question_of_about"
	}
	return "ui.question_of"
}

// Answer is one line of "check your answers".
type Answer struct{ Question, Answer, ChangeHref string }

// Step is one step of a guided flow.
type Step struct {
	Label, Href, State string // StageDone, StageNow or ""
}

// grouped writes a whole amount with its thousands parted, as amounts stand everywhere else; the server reads it with or
// without. Any other text stays as it is.
func grouped(amount string) string {
	for i := range len(amount) {
		if amount[i] < '0' || amount[i] > '9' {
			return amount
		}
	}
	for i := len(amount) - 3; i > 0; i -= 3 {
		amount = amount[:i] + "," + amount[i:]
	}
	return amount
}
