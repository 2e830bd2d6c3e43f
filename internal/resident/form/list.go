package form

import (
	"slices"
	"strconv"
	"strings"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/rule"
	"kizuna/internal/resident/people"
)

// A section that repeats may be mapped to what the person's record has several
// of, and its questions to what each of those says. It begins with them, and
// what was answered otherwise is offered one by one, as with a single field.

// List is what a person's record has several of.
type List struct {
	Key     string // record/incomes
	Columns []Column
	kind    string // of the circumstances it is made of; "" where each says its own
	shown   bool   // kept on a page of its own and not taken over
	rows    func(x people.Recorded) []entry
}

// Column is what one of a list says, which a question can be mapped to.
type Column struct {
	Key   string   // record/incomes/amount
	Kinds []string // of the questions that can be
	codes []string // that choices must be among
}

// entry is one of a list as it is recorded.
type entry struct {
	of   people.Circumstance // zero for those of a household
	said map[string]string   // by column
}

// Word is the key of the list's name.
func (l List) Word() string { return "form.target." + strings.TrimPrefix(l.Key, recordMark) }

// needs is the column without which nothing could be recorded: money of no
// amount is not money of 0.
func (l List) needs() string {
	switch {
	case l.shown:
		return "name"
	case l.kind == "":
		return "kind"
	}
	return "amount"
}

// Word is the key of the column's name.
func (c Column) Word() string { return "form.column." + c.name() }

func (c Column) name() string { return c.Key[strings.LastIndexByte(c.Key, '/')+1:] }

// settled are the circumstances that are no amount.
var settled = []string{"employment", "education", "disability", "housing", "life_event"}

// companionsKey is the list of who lives with the person.
const companionsKey = recordMark + "household_members"

// Lists are what sections that repeat can be mapped to.
var Lists = []List{
	{Key: companionsKey, shown: true, rows: companions, Columns: []Column{
		{companionsKey + "/name", oneLine, nil},
		{companionsKey + "/birth_date", []string{"date"}, nil},
		{companionsKey + "/relation", []string{"choice"}, people.Relations},
	}},
	amounts("incomes", "income"),
	amounts("expenses", "expense"),
	amounts("assets", "asset"),
	{Key: recordMark + "circumstances", rows: circumstances, Columns: []Column{
		{recordMark + "circumstances/kind", []string{"choice"}, settled},
		{recordMark + "circumstances/detail", oneLine, nil},
		{recordMark + "circumstances/since", []string{"date"}, nil},
	}},
}

// amounts are the circumstances of a kind that is money.
func amounts(name, kind string) List {
	at := recordMark + name
	return List{Key: at, kind: kind, rows: func(x people.Recorded) []entry { return moneyOf(x, kind) }, Columns: []Column{
		{at + "/detail", oneLine, nil},
		{at + "/amount", []string{"money"}, nil},
		{at + "/period", []string{"choice"}, people.Periods},
		{at + "/since", []string{"date"}, nil},
	}}
}

// ListOf gives the list that a section is mapped to.
func ListOf(mapTo string) (List, bool) {
	i := slices.IndexFunc(Lists, func(l List) bool { return l.Key == mapTo })
	if i < 0 {
		return List{}, false
	}
	return Lists[i], true
}

func (l List) column(mapTo string) (Column, bool) {
	i := slices.IndexFunc(l.Columns, func(c Column) bool { return c.Key == mapTo })
	if i < 0 {
		return Column{}, false
	}
	return l.Columns[i], true
}

func companions(x people.Recorded) []entry {
	var out []entry
	for _, c := range x.Companions {
		said := map[string]string{"name": c.Name, "relation": c.Relation}
		if c.Birth.Precision == calendar.ToDay {
			said["birth_date"] = string(c.Birth.Date)
		}
		out = append(out, entry{said: said})
	}
	return out
}

func moneyOf(x people.Recorded, kind string) []entry {
	var out []entry
	for _, c := range x.Life {
		if c.Kind != kind || c.Currency == "" {
			continue
		}
		places, _ := ledger.Exponent(c.Currency)
		out = append(out, entry{c, map[string]string{"detail": c.Detail, "amount": rule.Amount(c.Minor, places).Text, "period": c.Period, "since": string(c.From)}})
	}
	return out
}

func circumstances(x people.Recorded) []entry {
	var out []entry
	for _, c := range x.Life {
		if slices.Contains(settled, c.Kind) {
			out = append(out, entry{c, map[string]string{"kind": c.Kind, "detail": c.Detail, "since": string(c.From)}})
		}
	}
	return out
}

// listed checks what a section that repeats is mapped to.
func (c *compiler) listed(at string, s Section, keys map[string]bool) {
	if s.MapTo == "" {
		return
	}
	if _, ok := ListOf(s.MapTo); !ok {
		c.wrong.Add(at, "form.fault.map_to")
	} else if keys[s.MapTo] {
		c.wrong.Add(at, "form.fault.map_twice", "field", s.MapTo)
	}
	keys[s.MapTo] = true
}

// columned checks what a question of a section that repeats is mapped to.
func (c *compiler) columned(at string, q Question, in Section) {
	list, _ := ListOf(in.MapTo)
	column, ok := list.column(q.MapTo)
	switch {
	case !ok || q.Repeats || q.Open || !slices.Contains(column.Kinds, q.Kind):
		c.wrong.Add(at, "form.fault.map_to")
		return
	case slices.ContainsFunc(in.Questions, func(other Question) bool { return other.Key != q.Key && other.MapTo == q.MapTo }):
		c.wrong.Add(at, "form.fault.map_twice", "field", q.MapTo)
	}
	for _, o := range q.Options {
		if !slices.Contains(column.codes, o.Value) {
			c.wrong.Add(at, "form.fault.map_values", "value", o.Value)
		}
	}
}

// columns are the questions of a section by the column that each is mapped to.
func (s Section) columns() map[string]Question {
	out := map[string]Question{}
	list, _ := ListOf(s.MapTo)
	for _, q := range s.Questions {
		if c, ok := list.column(q.MapTo); ok && q.Typed() {
			out[c.name()] = q
		}
	}
	return out
}

// recorded are the entries of the list that a section is mapped to which its
// questions can say: in the currency that is asked in, and by the month where
// how often is not asked.
func (s Section) recorded(x people.Recorded) []entry {
	list, ok := ListOf(s.MapTo)
	if !ok || !s.Repeats {
		return nil
	}
	columns := s.columns()
	amount, asksAmount := columns["amount"]
	_, asksPeriod := columns["period"]
	return slices.DeleteFunc(list.rows(x), func(e entry) bool {
		return asksAmount && e.of.Currency != amount.Unit() || list.kind != "" && !asksPeriod && e.of.Period != "month"
	})
}

// prefilled are the repetitions that a section begins with.
func (s Section) prefilled(x people.Recorded) rule.Value {
	var rows []rule.Facts
	for _, e := range s.recorded(x) {
		row := rule.Facts{}
		for name, q := range s.columns() {
			if v, err := q.readOne(e.said[name]); e.said[name] != "" && err == nil {
				row[q.Key] = v
			}
		}
		if len(row) > 0 && len(rows) < s.Limit() {
			rows = append(rows, row)
		}
	}
	return rule.Several(rows...)
}

// lists reports whether a section is mapped to a list of the record.
func (d Definition) lists(key string) bool {
	s, _, ok := d.Section(key)
	return ok && s.Repeats && s.MapTo != ""
}

// signs are what an entry is known by: all it says but how much and since when.
func (s Section) signs(said map[string]string) string {
	list, _ := ListOf(s.MapTo)
	columns, out := s.columns(), ""
	for _, c := range list.Columns {
		q, asked := columns[c.name()]
		if asked && c.name() != "amount" && c.name() != "since" && (!list.shown || c.name() == "name") {
			out += plainly(q.Kind, said[c.name()]) + "\x00"
		}
	}
	return out
}

// said is a repetition by column.
func (s Section) said(row rule.Facts) map[string]string {
	out := map[string]string{}
	for name, q := range s.columns() {
		out[name] = row[q.Key].Text
	}
	return out
}

// differences are where the repetitions of a section say otherwise than the
// list they are mapped to: one more, one less, or another amount.
func (s Section) differences(x people.Recorded, rows []rule.Facts) []Difference {
	list, ok := ListOf(s.MapTo)
	if !ok || !s.Repeats || list.shown && x.Shields() {
		return nil
	}
	recorded := s.recorded(x)
	var out []Difference
	for i, row := range rows {
		said := s.said(row)
		at := slices.IndexFunc(recorded, func(e entry) bool { return s.signs(e.said) == s.signs(said) })
		if at < 0 {
			if said[list.needs()] != "" {
				d := s.difference(list, said, entry{})
				d.Key = s.Key + "-" + strconv.Itoa(i+1)
				out = append(out, d)
			}
			continue
		}
		e := recorded[at]
		recorded = slices.Delete(recorded, at, at+1)
		if q, asked := s.columns()["amount"]; asked && said["amount"] != "" && !alike(q, rule.Text(said["amount"]), rule.Text(e.said["amount"])) {
			out = append(out, s.difference(list, said, e))
		}
	}
	for _, e := range recorded {
		out = append(out, s.difference(list, nil, e))
	}
	return out
}

// difference is one between what is said and an entry; either may be missing.
func (s Section) difference(list List, said map[string]string, e entry) Difference {
	d := Difference{List: list, Section: s, Since: e.of.From, entry: e, said: said, Ways: []string{Changed}}
	columns, one := s.columns(), said
	if one == nil {
		one = e.said
	}
	for _, name := range []string{"amount", "detail", "name", "kind"} {
		if q, asked := columns[name]; asked && one[name] != "" && d.Question.Key == "" {
			d.Question, d.Answered, d.Recorded = q, valueOf(q, said[name]), valueOf(q, e.said[name])
		}
	}
	if name := one["detail"]; name != "" && d.Question.Key == columns["amount"].Key {
		d.What = name
	}
	if e.of.Version > 0 {
		d.Key = s.Key + "-" + e.of.ID.String() + "." + strconv.FormatInt(e.of.Version, 10)
	}
	switch {
	case list.shown:
		d.Ways = nil
	case said != nil && e.said != nil:
		d.Ways = either
	}
	return d
}

func valueOf(q Question, s string) rule.Value {
	v, err := q.readOne(s)
	if s == "" || err != nil {
		return rule.Value{}
	}
	return v
}

// takeEntry carries a difference in a list out: one that is no longer ends the
// day before, and one that is new begins on the day.
func (d Difference) takeEntry(tx *op.Tx, person db.ID, way string, from calendar.Date) error {
	if d.entry.said != nil {
		was := d.entry.of.Change()
		if way == Correct {
			was.Minor = d.minor()
		} else {
			was.Until = from.AddDays(-1)
		}
		if _, err := people.ReviseCircumstance(tx, d.entry.of.ID, was); err != nil || way == Correct || d.said == nil {
			return err
		}
	}
	c := people.Circumstance{Person: person, Kind: d.List.kind, Detail: d.said["detail"], Period: d.said["period"], From: from, Evidence: "stated"}
	if d.entry.said != nil {
		c.Detail, c.Period = d.entry.of.Detail, d.entry.of.Period
	} else if since := d.said["since"]; since != "" {
		c.From = calendar.Date(since) // it was said of this one
	}
	if d.List.kind == "" {
		c.Kind = d.said["kind"]
	} else {
		c.Minor, c.Currency = d.minor(), d.Section.columns()["amount"].Unit()
		if c.Period == "" {
			c.Period = "month"
		}
	}
	_, err := people.StateCircumstance(tx, c)
	return err
}

// minor is the amount that was answered, in the currency's smallest unit.
func (d Difference) minor() int64 {
	q := d.Section.columns()["amount"]
	places, _ := ledger.Exponent(q.Unit())
	n, _ := valueOf(q, d.said["amount"]).Minor(places)
	return n
}

// around adds to what is recorded who lives with the person, where a section
// asks for them.
func (d Definition) around(q db.Q, a access.Actor, now calendar.Time, x *people.Recorded, on calendar.Date) (err error) {
	if slices.ContainsFunc(d.Sections, func(s Section) bool { return s.MapTo == companionsKey }) {
		x.Companions, err = people.Companions(q, a, now, *x, on)
	}
	return err
}

// atFrom says of the day what is wrong with the time of an entry.
func atFrom(err error) error {
	f, ok := fault.As(err)
	if !ok || f.Kind != fault.KindInvalid {
		return err
	}
	g := *f
	g.Fields = slices.Clone(f.Fields)
	for i := range g.Fields {
		g.Fields[i].Pointer = "/take"
		if f.Fields[i].Pointer == "/until" || f.Fields[i].Pointer == "/from" {
			g.Fields[i] = fault.Field{Pointer: "/from", Key: "form.fault.from_later"}
		}
	}
	return &g
}
