package form

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/width"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/rule"
	"kizuna/internal/resident/people"
)

// A question may be mapped to a field of the person's record. When the form is
// asked, it begins with what is recorded; once it is completed, what was
// answered otherwise is shown field by field, and a caseworker chooses what of
// it the record takes over. The record never changes by an answer alone.

// recordMark begins the map_to of a question that is mapped to the record.
const recordMark = "record/"

// Prefill is an answer that came from the person's record.
type Prefill struct {
	Value rule.Value    `json:"value"`
	Since calendar.Date `json:"since,omitempty"` // since when it was recorded so; "" is not known
}

// Taken is an answer that the person's record took over.
type Taken struct {
	Way  string        `json:"way"`            // correct or change
	What string        `json:"what,omitempty"` // of one in a list, what it is called
	Was  string        `json:"was,omitempty"`  // what was recorded before; never where a protective measure would hide it
	Is   string        `json:"is,omitempty"`
	On   calendar.Date `json:"on"`
	By   db.ID         `json:"by"`
}

// The ways in which a record takes over an answer: what it said was wrong, or
// it was right until a day.
const (
	Correct = "correct"
	Changed = "change"
)

// Target is a field of a person's record that questions can be mapped to.
type Target struct {
	Key   string   // record/phone
	Kinds []string // of the questions that can be
	codes []string // that choices must be among
	// guarded: a protective measure hides it; its own journal alone says what
	// it was before.
	guarded bool
	ways    []string
	get     func(x people.Recorded, on calendar.Date) (v string, since calendar.Date, withheld bool)
	put     func(in *people.PersonInput, x people.Recorded, c change)
}

// change is an answer on its way into the record.
type change struct {
	way   string
	value string
	from  calendar.Date
	today calendar.Date
}

// Word is the key of the field's name.
func (t Target) Word() string { return "form.target." + strings.TrimPrefix(t.Key, recordMark) }

var (
	oneLine = []string{"text"}
	either  = []string{Correct, Changed}
)

// Targets are the fields that questions can be mapped to.
var Targets = []Target{
	nameTarget("family_name", either, func(n *people.NameInput) *string { return &n.Family }),
	nameTarget("given_name", either, func(n *people.NameInput) *string { return &n.Given }),
	nameTarget("family_kana", []string{Correct}, func(n *people.NameInput) *string { return &n.FamilyKana }),
	nameTarget("given_kana", []string{Correct}, func(n *people.NameInput) *string { return &n.GivenKana }),
	{Key: recordMark + "birth_date", Kinds: []string{"date"}, ways: []string{Correct},
		get: func(x people.Recorded, _ calendar.Date) (string, calendar.Date, bool) {
			if x.Person.BirthPrecision != calendar.ToDay {
				return "", "", false
			}
			return string(x.Person.BirthDate), "", false
		},
		put: func(in *people.PersonInput, _ people.Recorded, c change) {
			in.BirthDate, in.BirthPrecision = calendar.Date(c.value), calendar.ToDay
		}},
	{Key: recordMark + "gender", Kinds: []string{"choice"}, codes: people.Genders, ways: []string{Correct},
		get: func(x people.Recorded, _ calendar.Date) (string, calendar.Date, bool) {
			return x.Person.Gender, "", false
		},
		put: func(in *people.PersonInput, _ people.Recorded, c change) { in.Gender = c.value }},
	{Key: recordMark + "language", Kinds: []string{"choice"}, codes: people.SpokenLanguages, ways: []string{Correct},
		get: func(x people.Recorded, _ calendar.Date) (string, calendar.Date, bool) {
			if len(x.Person.Languages.V) == 0 {
				return "", "", false
			}
			return x.Person.Languages.V[0], "", false
		},
		put: func(in *people.PersonInput, _ people.Recorded, c change) {
			others := slices.DeleteFunc(slices.Clone(in.Languages), func(l string) bool { return l == c.value })
			in.Languages = append([]string{c.value}, others...)
		}},
	{Key: recordMark + "interpreter", Kinds: []string{"choice"}, codes: people.SpokenLanguages, ways: []string{Correct},
		get: func(x people.Recorded, _ calendar.Date) (string, calendar.Date, bool) {
			return x.Person.Interpreter, "", false
		},
		put: func(in *people.PersonInput, _ people.Recorded, c change) { in.Interpreter = c.value }},
	{Key: recordMark + "phone", Kinds: []string{"phone", "text"}, ways: []string{Correct}, guarded: true, get: recordedPhone, put: putPhone},
	{Key: recordMark + "address", Kinds: []string{"address", "text"}, ways: either, guarded: true, get: recordedAddress, put: putAddress},
	{Key: recordMark + "household_size", Kinds: []string{"number"},
		get: func(x people.Recorded, _ calendar.Date) (string, calendar.Date, bool) {
			if x.Household == 0 {
				return "", "", false
			}
			return strconv.Itoa(x.Household), "", false
		}},
	{Key: recordMark + "monthly_income", Kinds: []string{"money"}, ways: []string{Changed},
		get: func(x people.Recorded, _ calendar.Date) (string, calendar.Date, bool) {
			if !x.IncomeKnown {
				return "", "", false
			}
			return rule.Amount(x.MonthlyIncome, 0).Text, x.IncomeSince, false
		}},
}

// TargetOf gives the field a question is mapped to.
func TargetOf(mapTo string) (Target, bool) {
	i := slices.IndexFunc(Targets, func(t Target) bool { return t.Key == mapTo })
	if i < 0 {
		return Target{}, false
	}
	return Targets[i], true
}

func nameTarget(key string, ways []string, field func(n *people.NameInput) *string) Target {
	return Target{Key: recordMark + key, Kinds: oneLine, ways: ways,
		get: func(x people.Recorded, on calendar.Date) (string, calendar.Date, bool) {
			n, ok := x.Shown(on)
			if !ok {
				return "", "", false
			}
			in := inputOf(n)
			return *field(&in), n.From, false
		},
		put: func(in *people.PersonInput, x people.Recorded, c change) {
			n := present(in, x, c)
			*field(n) = c.value
		}}
}

func inputOf(n people.Name) people.NameInput {
	return people.NameInput{ID: n.ID, Kind: n.Kind, Family: n.Family, Given: n.Given, FamilyKana: n.FamilyKana, GivenKana: n.GivenKana,
		FamilyRomaji: n.FamilyRomaji, GivenRomaji: n.GivenRomaji, From: n.From, Until: n.Until}
}

// present is the name that is to say otherwise: the one the person goes by, or,
// where that changed, one that follows it. Two parts that changed on one day
// are one new name.
func present(in *people.PersonInput, x people.Recorded, c change) *people.NameInput {
	if i := slices.IndexFunc(in.Names, func(n people.NameInput) bool { return n.ID.IsZero() }); i >= 0 {
		return &in.Names[i] // made by another part of the same name
	}
	shown, ok := x.Shown(c.today)
	if !ok {
		in.Names = append(in.Names, people.NameInput{Kind: "legal"})
		return &in.Names[len(in.Names)-1]
	}
	i := slices.IndexFunc(in.Names, func(n people.NameInput) bool { return n.ID == shown.ID })
	if c.way == Correct {
		return &in.Names[i]
	}
	next := in.Names[i]
	next.ID, next.From = db.ID{}, c.from
	in.Names[i].Until = c.from.AddDays(-1)
	in.Names = append(in.Names, next)
	return &in.Names[len(in.Names)-1]
}

// phoneOf is the number that a person is called at: the preferred one, else the
// one entered first.
func phoneOf(x people.Recorded) (people.Contact, bool) {
	i := slices.IndexFunc(x.Contacts, func(c people.Contact) bool { return c.Kind == "phone" || c.Kind == "mobile" })
	if i < 0 {
		return people.Contact{}, false
	}
	return x.Contacts[i], true
}

func recordedPhone(x people.Recorded, _ calendar.Date) (string, calendar.Date, bool) {
	c, ok := phoneOf(x)
	return c.Value, "", ok && c.Value == ""
}

func putPhone(in *people.PersonInput, x people.Recorded, c change) {
	now, ok := phoneOf(x)
	if !ok {
		in.Contacts = append(in.Contacts, people.ContactInput{Kind: "phone", Value: c.value, Preferred: true})
		return
	}
	for i := range in.Contacts {
		if in.Contacts[i].ID == now.ID {
			in.Contacts[i].Value = c.value
		}
	}
}

func homeOf(x people.Recorded, on calendar.Date) (people.Address, bool) {
	for _, kind := range []string{"actual", "registered"} {
		for _, a := range x.Addresses {
			if a.Kind == kind && on.Within(a.From, a.Until) {
				return a, true
			}
		}
	}
	return people.Address{}, false
}

func recordedAddress(x people.Recorded, on calendar.Date) (string, calendar.Date, bool) {
	a, ok := homeOf(x, on)
	return a.Lines, a.From, ok && a.Lines == ""
}

func putAddress(in *people.PersonInput, x people.Recorded, c change) {
	now, ok := homeOf(x, c.today)
	i := slices.IndexFunc(in.Addresses, func(a people.AddressInput) bool { return a.ID == now.ID })
	switch {
	case !ok:
		in.Addresses = append(in.Addresses, people.AddressInput{Kind: "actual", Lines: c.value, From: c.from})
	case c.way == Correct:
		in.Addresses[i].Lines = c.value
	default:
		// Where they live has changed; where they are registered has not by that.
		if now.Kind == "actual" {
			in.Addresses[i].Until = c.from.AddDays(-1)
		}
		in.Addresses = append(in.Addresses, people.AddressInput{Kind: "actual", Lines: c.value, From: c.from})
	}
}

// mapped checks what a question is mapped to.
func (c *compiler) mapped(at string, q Question, in Section) {
	if !strings.HasPrefix(q.MapTo, recordMark) {
		return
	}
	if in.Repeats {
		c.columned(at, q, in)
		return
	}
	t, ok := TargetOf(q.MapTo)
	if !ok || q.Repeats || q.Open || !slices.Contains(t.Kinds, q.Kind) {
		c.wrong.Add(at, "form.fault.map_to")
		return
	}
	if c.targets[q.MapTo] {
		c.wrong.Add(at, "form.fault.map_twice", "field", q.MapTo)
	}
	c.targets[q.MapTo] = true
	for _, o := range q.Options {
		if !slices.Contains(t.codes, o.Value) {
			c.wrong.Add(at, "form.fault.map_values", "value", o.Value)
		}
	}
}

// prefill answers what questions begin with, and what the person's record says
// already, as far as the actor sees the person and no protective measure
// withholds it.
func (r *Response) prefill(tx *op.Tx, f Form) error {
	var mapped []Question
	var listed []Section
	for _, s := range f.Definition.V.Sections {
		if _, ok := ListOf(s.MapTo); ok && s.Repeats {
			listed = append(listed, s)
		}
		for _, q := range s.Questions {
			if s.Repeats {
				continue // each repetition begins when it is added
			}
			if v, given, err := q.Start(); err == nil && given {
				r.Answers.V[q.Key] = v
			}
			if _, ok := TargetOf(q.MapTo); ok && q.Typed() {
				mapped = append(mapped, q)
			}
		}
	}
	if len(mapped)+len(listed) == 0 || r.Person.IsZero() {
		return nil
	}
	if err := people.Seen(tx, tx.Actor(), tx.Now(), r.Person); err != nil {
		if fl, ok := fault.As(err); ok && fl.Kind == fault.KindNotFound {
			return nil // somebody of a case whose own record the actor may not open
		}
		return err
	}
	x, err := people.RecordedOf(tx, r.Person, today(tx))
	if err == nil {
		err = f.Definition.V.around(tx, tx.Actor(), tx.Now(), &x, today(tx))
	}
	if err != nil {
		return err
	}
	filled := map[string]Prefill{}
	for _, q := range mapped {
		if v, since, ok := q.recorded(x, today(tx)); ok {
			filled[q.Key], r.Answers.V[q.Key] = Prefill{v, since}, v
		}
	}
	for _, s := range listed {
		if v := s.prefilled(x); len(v.Rows) > 0 {
			filled[s.Key], r.Answers.V[s.Key] = Prefill{Value: v}, v
		}
	}
	r.Prefilled = db.AsJSON(filled)
	return nil
}

// recorded is the record's answer to a question that is mapped to it.
func (q Question) recorded(x people.Recorded, on calendar.Date) (v rule.Value, since calendar.Date, ok bool) {
	t, _ := TargetOf(q.MapTo)
	said, since, _ := t.get(x, on)
	if said == "" {
		return v, "", false
	}
	v, err := q.readOne(said)
	return v, since, err == nil
}

// Difference is an answer that says otherwise than the person's record.
type Difference struct {
	Key      string // by which it is taken over: that of the question, or of the one in a list
	Question Question
	Target   Target
	Recorded rule.Value // its Text is "" when nothing is recorded
	Since    calendar.Date
	Answered rule.Value
	// Withheld: a protective measure hides what is recorded, so that the two
	// cannot be compared here.
	Withheld bool
	// Ways in which the record can take it over; none where its own page must.
	Ways []string
	// What follows is of one in a list, of which Answered or Recorded may be nothing.
	List    List
	Section Section
	What    string // what it is called, where the question is how much of it
	entry   entry
	said    map[string]string
}

// Field is the field or list of the record that differs.
func (d Difference) Field() string { return d.Target.Key + d.List.Key }

// Word is the key of the name of what differs.
func (d Difference) Word() string {
	if d.List.Key != "" {
		return d.List.Word()
	}
	return d.Target.Word()
}

// Differences lists where answers that count say otherwise than the record.
func (r *Ready) Differences(x people.Recorded, answers rule.Facts, on calendar.Date) []Difference {
	var out []Difference
	for _, s := range r.Sections {
		if s.Repeats {
			out = append(out, s.differences(x, answers[s.Key].Rows)...)
			continue
		}
		for _, q := range s.Questions {
			t, ok := TargetOf(q.MapTo)
			v, given := answers[q.Key]
			if !ok || !given {
				continue
			}
			_, _, withheld := t.get(x, on)
			was, since, known := q.recorded(x, on)
			if known && alike(q, was, v) {
				continue
			}
			d := Difference{Key: q.Key, Question: q, Target: t, Recorded: was, Since: since, Answered: v, Withheld: withheld, Ways: slices.Clone(t.ways)}
			if withheld || t.put == nil && (t.ways == nil || known && len(sources(x)) != 1) {
				d.Ways = nil // several incomes make up what is recorded: each is changed on their own page
			}
			if !known && !withheld {
				d.Ways = d.Ways[:min(1, len(d.Ways))]
			}
			out = append(out, d)
		}
	}
	return out
}

// sources are the incomes that make up what somebody has each month.
func sources(x people.Recorded) []people.Circumstance {
	return slices.DeleteFunc(slices.Clone(x.Life), func(c people.Circumstance) bool {
		return c.Kind != "income" || c.Period != "month" && c.Period != "year"
	})
}

// alike tells whether two answers say the same, however they are written.
func alike(q Question, a, b rule.Value) bool {
	if q.Kind == "number" || q.Kind == "money" {
		return compare(a, b) == 0
	}
	return plainly(q.Kind, a.Text) == plainly(q.Kind, b.Text)
}

func plainly(kind, s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r), kind == "phone" && !isDigit(r) && r != '+':
			return -1
		case kind == "text" && r >= 'ぁ' && r <= 'ゖ':
			return r + 'ァ' - 'ぁ' // readings are kept in katakana
		}
		return r
	}, width.Fold.String(strings.ReplaceAll(s, "−", "-")))
}

// Taking is what a response offers a person's record.
type Taking struct {
	Answered
	Person      people.Person // with the version that the record has now
	Differences []Difference
}

// Differences opens a completed response with where it says otherwise than the
// record of the person, which the actor must see.
func (r *Room) Differences(ctx context.Context, a access.Actor, id db.ID) (out Taking, err error) {
	var x people.Recorded
	on := calendar.Today(ctx, r.run.Clock)
	err = r.run.Read(ctx, func(q *db.Reader) error {
		if out.Answered, err = answered(q, a, r.run.Now(), id); err != nil {
			return err
		}
		if err = people.Seen(q, a, r.run.Now(), out.Response.Person); err != nil {
			return err
		}
		if x, err = people.RecordedOf(q, out.Response.Person, on); err != nil {
			return err
		}
		return out.Form.Definition.V.around(q, a, r.run.Now(), &x, on)
	})
	if out.Answered, err = r.opened(ctx, a, out.Answered, err); err != nil {
		return Taking{}, err
	}
	out.Person, out.Differences = x.Person, out.Ready.Differences(x, out.Now.Answers, on)
	return out, r.run.Reads.Note(ctx, a, "opened", "person", x.Person.ID, "")
}

// TakeOverInput says what of the answers the person's record takes over.
type TakeOverInput struct {
	Take map[string]any `json:"take"` // way by question: correct or change; "" leaves it
	// From is the day since when that which changed is so.
	From          calendar.Date `json:"from,omitempty"`
	PersonVersion int64         `json:"person_version"` // of the record that was seen
	Version       int64         `json:"version"`
}

func (in TakeOverInput) validate(today calendar.Date) error {
	var wrong fault.Fields
	chosen, changes := 0, false
	for key, way := range in.Take {
		s, ok := way.(string)
		if !ok || s != "" && s != Correct && s != Changed {
			wrong.Add(fault.At("take", key), "fault.bad_choice")
		}
		if s != "" {
			chosen++
		}
		changes = changes || s == Changed
	}
	if chosen == 0 && len(wrong) == 0 {
		wrong.Add("/take", "form.fault.take_nothing")
	}
	if changes && (in.From == "" || in.From > today) {
		wrong.Add("/from", "form.fault.from")
	}
	return wrong.Err()
}

// order lists what is taken over: what is corrected before what changed, since
// a name that follows another has its corrections too.
func (in TakeOverInput) order() []string {
	var out []string
	for _, way := range []string{Correct, Changed} {
		for _, key := range slices.Sorted(maps.Keys(in.Take)) {
			if in.Take[key] == way {
				out = append(out, key)
			}
		}
	}
	return out
}

// TakeOver changes the person's record by answers of a completed response, as
// an edit of the record from the version that was seen: if it has moved since,
// that is a conflict, and nothing is taken over.
func (r *Room) TakeOver(ctx context.Context, a access.Actor, id db.ID, in TakeOverInput) (Response, error) {
	if err := in.validate(calendar.Today(ctx, r.run.Clock)); err != nil {
		return Response{}, err
	}
	return op.Do(ctx, r.run, a, "form_response.take_over "+id.String(), in, func(tx *op.Tx) (Response, error) {
		out, err := answered(tx, a, tx.Now(), id)
		if err == nil {
			err = people.Seen(tx, a, tx.Now(), out.Response.Person)
		}
		if err == nil {
			err = flow.Fresh(out.Response, in.Version)
		}
		if err == nil {
			err = out.evaluate(tx.Context(), tx.Now())
		}
		if err != nil {
			return out.Response, err
		}
		x, err := people.RecordedOf(tx, out.Response.Person, today(tx))
		if err == nil {
			err = out.Form.Definition.V.around(tx, a, tx.Now(), &x, today(tx))
		}
		if err == nil {
			err = flow.Fresh(x.Person, in.PersonVersion)
		}
		if err != nil {
			return out.Response, err
		}
		return r.takeOver(ctx, tx, out, x, in)
	})
}

// takeOver carries out what was chosen.
func (r *Room) takeOver(ctx context.Context, tx *op.Tx, out Answered, x people.Recorded, in TakeOverInput) (Response, error) {
	on := today(tx)
	edit := people.EditInput{PersonInput: x.Input(), Version: in.PersonVersion}
	taken := map[string]Taken{}
	for key, t := range out.Response.Taken.V {
		taken[key] = t
	}
	var wrong fault.Fields
	edits := false
	differences := out.Ready.Differences(x, out.Now.Answers, on)
	for _, key := range in.order() {
		way, _ := in.Take[key].(string)
		i := slices.IndexFunc(differences, func(d Difference) bool { return d.Key == key })
		if section, _, listed := strings.Cut(key, "-"); i < 0 && listed && out.Ready.lists(section) {
			return out.Response, fault.Conflict("form.fault.entry_moved")
		}
		if i < 0 || !slices.Contains(differences[i].Ways, way) {
			wrong.Add(fault.At("take", key), "form.fault.way")
			continue
		}
		d := differences[i]
		taken[key] = Taken{Way: way, On: on, By: tx.Actor().ID}
		if !d.Target.guarded {
			taken[key] = Taken{Way: way, What: d.What, Was: d.Recorded.Text, Is: d.Answered.Text, On: on, By: tx.Actor().ID}
		}
		if d.Target.put == nil {
			if err := d.takeAmount(tx, x, way, in.From, out.Form.Title.JA); err != nil {
				return out.Response, atFrom(err)
			}
			continue
		}
		d.Target.put(&edit.PersonInput, x, change{way: way, value: d.Answered.Text, from: in.From, today: on})
		edits = true
	}
	if err := wrong.Err(); err != nil {
		return out.Response, err
	}
	if edits {
		if _, err := r.People.Revise(ctx, tx, tx.Actor(), x.Person.ID, edit); err != nil {
			return out.Response, atTake(err)
		}
	}
	return flow.Touch(tx, ResponseFlow, "take_over", out.Response, func(r *Response) { r.Taken = db.AsJSON(taken) })
}

// takeAmount carries a difference in money or another circumstance out. What
// somebody has each month takes the place of the one income that was recorded.
func (d Difference) takeAmount(tx *op.Tx, x people.Recorded, way string, from calendar.Date, detail string) error {
	if d.List.Key != "" {
		return d.takeEntry(tx, x.Person.ID, way, from)
	}
	for _, was := range sources(x) {
		change := was.Change()
		change.Until, detail = from.AddDays(-1), was.Detail
		if _, err := people.ReviseCircumstance(tx, was.ID, change); err != nil {
			return err
		}
	}
	places, _ := ledger.Exponent(d.Question.Unit())
	minor, _ := d.Answered.Minor(places)
	_, err := people.StateCircumstance(tx, people.Circumstance{Person: x.Person.ID, Kind: "income", Detail: detail, Minor: minor, Currency: d.Question.Unit(),
		Period: "month", From: from, Evidence: "stated"})
	return err
}

// atTake says of the whole what the record would not take: its own fields are
// not on this page.
func atTake(err error) error {
	f, ok := fault.As(err)
	if !ok || f.Kind != fault.KindInvalid {
		return err
	}
	g := *f
	g.Fields = slices.Clone(f.Fields)
	for i := range g.Fields {
		g.Fields[i].Pointer = "/take"
	}
	return &g
}
