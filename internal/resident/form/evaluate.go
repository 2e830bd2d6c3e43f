package form

import (
	"maps"
	"math/big"
	"slices"
	"strconv"
	"sync"

	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/rule"
	"kizuna/internal/ground/text"
)

// Ready is a definition whose conditions were checked.
type Ready struct {
	Definition
	show  map[string]*rule.Expr // by section or question key
	must  map[string]*rule.Expr
	calc  map[string]*rule.Expr
	score *rule.Expr
}

// sectionMark parts the keys of sections from those of questions.
const sectionMark = "#"

// Compile checks a definition. Faults point into it: /sections/0/questions/2/show.
func Compile(d Definition) (*Ready, error) {
	c := compiler{of: map[string]rule.Fact{}, targets: map[string]bool{}, out: &Ready{Definition: d, show: map[string]*rule.Expr{}, must: map[string]*rule.Expr{}, calc: map[string]*rule.Expr{}}}
	c.shape()
	c.declare()
	if err := c.expressions(); err != nil {
		return nil, err
	}
	if err := c.wrong.Err(); err != nil {
		return nil, err
	}
	return c.out, nil
}

// Problems lists what keeps a definition from being published.
func Problems(d Definition) []fault.Field {
	_, err := Compile(d)
	f, ok := fault.As(err)
	if !ok {
		return nil
	}
	return f.Fields
}

type compiler struct {
	out     *Ready
	wrong   fault.Fields
	of      map[string]rule.Fact // declared, as the sections after it see it
	known   []string             // questions before the present one
	targets map[string]bool      // fields of the record that have a question
}

func (c *compiler) shape() {
	d := c.out.Definition
	if len(d.Sections) == 0 || len(d.Sections) > maxSections {
		c.wrong.Add("/sections", "form.fault.sections", "max", maxSections)
	}
	keys := map[string]bool{}
	for i := range d.Sections {
		s, at := &d.Sections[i], fault.At("sections", i)
		c.key(at+"/key", sectionMark, s.Key, keys)
		label(&c.wrong, at+"/title", &s.Title, true)
		label(&c.wrong, at+"/hint", &s.Hint, false)
		c.elsewhere(at, s.LinkID, s.Codes, keys)
		c.repeated(at, *s, keys)
		if len(s.Questions) == 0 || len(s.Questions) > maxQuestions {
			c.wrong.Add(at+"/questions", "form.fault.questions", "max", maxQuestions)
		}
		for j := range s.Questions {
			c.question(at+fault.At("questions", j), &s.Questions[j], *s, keys)
		}
	}
	c.bands(d.Bands)
	if !addressForm.MatchString(d.DerivedFrom) || len(d.DerivedFrom) > maxLabel {
		c.wrong.Add("/derived_from", "form.fault.address")
	}
}

func (c *compiler) key(at, mark, key string, keys map[string]bool) {
	switch {
	case !IsKey(key):
		c.wrong.Add(at, "form.fault.key")
	case keys[mark+key]:
		c.wrong.Add(at, "form.fault.key_twice", "key", key)
	}
	keys[mark+key] = true
}

func (c *compiler) question(at string, q *Question, in Section, keys map[string]bool) {
	c.key(at+"/key", "", q.Key, keys)
	choose(&c.wrong, at+"/kind", q.Kind, Kinds)
	label(&c.wrong, at+"/label", &q.Label, true)
	label(&c.wrong, at+"/hint", &q.Hint, false)
	c.elsewhere(at, q.LinkID, q.Codes, keys)
	chosen := q.Kind == "choice" || q.Kind == "choices"
	if chosen != (len(q.Options) > 0) || len(q.Options) > maxOptions {
		c.wrong.Add(at+"/options", "form.fault.options", "max", maxOptions)
	}
	if q.Open && !chosen {
		c.wrong.Add(at+"/open", "form.fault.open")
	}
	values := map[string]bool{}
	for k := range q.Options {
		o, below := &q.Options[k], at+fault.At("options", k)
		if !IsValue(o.Value) {
			c.wrong.Add(below+"/value", "form.fault.value")
		} else if values[o.Value] {
			c.wrong.Add(below+"/value", "form.fault.key_twice", "key", o.Value)
		}
		values[o.Value] = true
		label(&c.wrong, below+"/label", &o.Label, true)
		if o.Code != nil {
			c.code(below+"/code", *o.Code)
		}
	}
	for i, bound := range []string{q.Min, q.Max} {
		if _, err := rule.Parse(rule.Decimal, bound); bound != "" && err != nil {
			c.wrong.Add(at+[]string{"/min", "/max"}[i], "fault.not_a_number")
		}
	}
	c.severalTimes(at, *q, in)
	c.mapped(at+"/map_to", *q, in)
	if _, _, err := q.Start(); err != nil {
		_ = c.wrong.Absorb(at+"/initial/0", err) // what cannot be read is always said of a field
	}
	if q.Calculate != "" && !(Question{Kind: q.Kind}).Typed() {
		c.wrong.Add(at+"/calculate", "form.fault.note_calculates")
	}
	if q.Kind == "scale" {
		if low, high, ok := q.steps(); !ok || high <= low || high-low > 20 {
			c.wrong.Add(at+"/max", "form.fault.scale")
		}
	}
}

// linkMark parts what others call sections and questions from keys.
const linkMark = "@"

// elsewhere checks what other systems call a section or question.
func (c *compiler) elsewhere(at, link string, codes []Code, keys map[string]bool) {
	if _, key, args := text.Line(link, maxLink); key != "" {
		c.wrong.Check(at+"/link_id", key, args)
	} else if link != "" && keys[linkMark+link] {
		c.wrong.Add(at+"/link_id", "form.fault.key_twice", "key", link)
	}
	keys[linkMark+link] = true
	if len(codes) > maxCodes {
		c.wrong.Add(at+"/codes", "form.fault.codes", "max", maxCodes)
	}
	for i, x := range codes {
		c.code(at+fault.At("codes", i), x)
	}
}

func (c *compiler) code(at string, x Code) {
	if !codeForm.MatchString(x.Code) || len(x.Code) > maxLink || !addressForm.MatchString(x.System) || len(x.System) > maxLabel || len(x.Display) > 4*maxLabel {
		c.wrong.Add(at+"/code", "form.fault.code")
	}
}

// steps are the ends of a scale: 1 to 5 unless said.
func (q Question) steps() (low, high int64, ok bool) {
	low, high, ok = 1, 5, true
	for _, end := range []struct {
		said string
		to   *int64
	}{{q.Min, &low}, {q.Max, &high}} {
		if end.said != "" {
			n, err := strconv.ParseInt(end.said, 10, 64)
			*end.to, ok = n, ok && err == nil
		}
	}
	return low, high, ok
}

// Steps lists the values of a scale.
func (q Question) Steps() []string {
	low, high, ok := q.steps()
	var out []string
	for n := low; ok && n <= high && n-low <= 20; n++ {
		out = append(out, strconv.FormatInt(n, 10))
	}
	return out
}

func (c *compiler) bands(bands []Band) {
	if len(bands) > maxBands {
		c.wrong.Add("/bands", "form.fault.bands", "max", maxBands)
	}
	for i := range bands {
		b, at := &bands[i], fault.At("bands", i)
		if !keyForm.MatchString(b.Key) {
			c.wrong.Add(at+"/key", "form.fault.key")
		}
		label(&c.wrong, at+"/label", &b.Label, true)
		if i > 0 && b.From <= bands[i-1].From {
			c.wrong.Add(at+"/from", "form.fault.band_order")
		}
	}
}

// declare names an answer per question, the day and the points. A question
// without a key of its own has no answer that could be spoken of. Where a
// section repeats, what comes after it sees a list of each answer, and by the
// section's key how many there are.
func (c *compiler) declare() {
	c.of["today"] = rule.Fact{Name: "today", Type: rule.Date, Room: "form"}
	c.of["points"] = rule.Fact{Name: "points", Type: rule.Decimal, Room: "form"}
	for _, s := range c.out.Sections {
		for _, q := range s.Questions {
			fact := factOf(q)
			if _, twice := c.of[q.Key]; twice || fact.Type == "" || !IsKey(q.Key) {
				continue
			}
			if s.Repeats {
				fact.Type = rule.List
			}
			c.of[q.Key] = fact
		}
	}
	for _, s := range c.out.Sections {
		if _, twice := c.of[s.Key]; s.Repeats && !twice && IsKey(s.Key) {
			c.of[s.Key] = rule.Fact{Name: s.Key, Type: rule.Int, Label: s.Title, Room: "form"}
		}
	}
}

func factOf(q Question) rule.Fact {
	out := rule.Fact{Name: q.Key, Type: q.valueType(), Label: q.Label, Room: "form"}
	for _, o := range q.Options {
		if !q.Open { // an answer of one's own may be any
			out.Options = append(out.Options, o.Value)
		}
	}
	return out
}

// inside is what the expressions of a section may speak of: in one that
// repeats, of the answers of the same repetition.
func (c *compiler) inside(s Section) (*rule.Set, error) {
	facts := maps.Clone(c.of)
	for _, q := range s.Questions {
		if _, declared := facts[q.Key]; declared && s.Repeats {
			facts[q.Key] = factOf(q)
		}
	}
	set, err := rule.NewSet(slices.Collect(maps.Values(facts))...)
	if err != nil {
		return nil, fault.Defect(err)
	}
	return set, nil
}

func (c *compiler) expressions() error {
	after, err := c.inside(Section{})
	if err != nil {
		return err
	}
	for i, s := range c.out.Sections {
		at, set := fault.At("sections", i), after
		if err := c.expression(after, at+"/show", s.Show, rule.Bool, sectionMark+s.Key, c.out.show); err != nil {
			return err
		}
		if s.Repeats {
			if set, err = c.inside(s); err != nil {
				return err
			}
		}
		for j, q := range s.Questions {
			below := at + fault.At("questions", j)
			if err := c.ofQuestion(set, below, q); err != nil {
				return err
			}
			c.known = append(c.known, q.Key)
		}
		if s.Repeats {
			c.known = append(c.known, s.Key)
		}
	}
	if c.out.Score == "" {
		return nil
	}
	e, err := after.Compile(c.out.Score, rule.Decimal)
	c.out.score = e
	return c.wrong.Absorb("/score", err)
}

func (c *compiler) ofQuestion(set *rule.Set, at string, q Question) error {
	if err := c.expression(set, at+"/show", q.Show, rule.Bool, q.Key, c.out.show); err != nil {
		return err
	}
	if err := c.expression(set, at+"/required_when", q.RequiredWhen, rule.Bool, q.Key, c.out.must); err != nil {
		return err
	}
	if q.Kind == "note" {
		return nil
	}
	return c.expression(set, at+"/calculate", q.Calculate, q.valueType(), q.Key, c.out.calc)
}

// expression compiles a condition, which may speak only of what stands before it.
func (c *compiler) expression(set *rule.Set, at, source string, want rule.Type, key string, into map[string]*rule.Expr) error {
	if source == "" {
		return nil
	}
	e, err := set.Compile(source, want)
	if err != nil {
		return c.wrong.Absorb(at, err)
	}
	for _, name := range e.Uses() {
		if name != "today" && !slices.Contains(c.known, name) {
			c.wrong.Add(at, "form.fault.later", "name", name)
		}
	}
	into[key] = e
	return nil
}

// Evaluation is what follows from answers.
type Evaluation struct {
	Sections []bool          // which sections are shown, in order
	Visible  map[string]bool // which questions are shown
	Must     map[string]bool // which of them must be answered
	// Answers are those that count: of what is shown, with what is calculated.
	Answers rule.Facts
	Faults  fault.Fields // what is missing, at /answers/<key> or /answers/<section>/<row>/<key>
	// Rows are, by section that repeats, what follows in each repetition: what
	// is shown there, must be answered, and was.
	Rows map[string][]Evaluation
	// Blank is, by section that repeats, what is shown of one more of it.
	Blank  map[string]Evaluation
	Points int64
	Score  string // decimal; "" when it cannot be told
	Band   string // key; "" when there is none
	// Parts are the points of each answer that gave any.
	Parts []Part
	// Of are the answers looked at, for whoever shows them; nil in a preview.
	Of *Response
}

// Part is what one answer gave to the points.
type Part struct {
	Question string
	Answer   rule.Value
	Row      int // of a section that repeats, from 1; 0 of others
	Points   int64
}

// Evaluate shows, requires, calculates and scores. today is the day the
// answers are looked at.
func (r *Ready) Evaluate(given rule.Facts, today calendar.Date) Evaluation {
	ev := Evaluation{Visible: map[string]bool{}, Must: map[string]bool{}, Answers: rule.Facts{}, Rows: map[string][]Evaluation{}, Blank: map[string]Evaluation{}}
	facts := rule.Facts{"today": rule.On(today)}
	for _, s := range r.Sections {
		any := false
		switch shown := holds(r.show[sectionMark+s.Key], facts, true); {
		case shown && s.Repeats:
			any = r.eachRow(s, given[s.Key].Rows, facts, &ev)
		case shown:
			any = r.answers(s, given, facts, fault.At("answers"), &ev)
		}
		ev.Sections = append(ev.Sections, any)
	}
	r.rate(facts, &ev)
	return ev
}

// answers goes through the questions of a section, or of one repetition of it,
// and says whether any is shown. What is missing is at a pointer below at.
func (r *Ready) answers(s Section, given, facts rule.Facts, at string, ev *Evaluation) (any bool) {
	for _, q := range s.Questions {
		if holds(r.show[q.Key], facts, true) {
			any = true
			ev.Visible[q.Key] = true
			r.answer(q, given, facts, at, ev)
		}
	}
	return any
}

func holds(e *rule.Expr, facts rule.Facts, without bool) bool {
	if e == nil {
		return without
	}
	got := e.Eval(facts)
	return got.Known && got.Value.Text == "true"
}

func (r *Ready) answer(q Question, given, facts rule.Facts, at string, ev *Evaluation) {
	if e := r.calc[q.Key]; e != nil {
		if got := e.Eval(facts); got.Known {
			facts[q.Key], ev.Answers[q.Key] = got.Value, got.Value
		}
		return
	}
	if !q.Asks() {
		return
	}
	if v, ok := given[q.Key]; ok {
		facts[q.Key], ev.Answers[q.Key] = v, v
	} else if q.Required || holds(r.must[q.Key], facts, false) {
		ev.Faults.Add(at+fault.At(q.Key), "fault.required")
	}
	ev.Must[q.Key] = q.Required || holds(r.must[q.Key], facts, false)
}

func (r *Ready) rate(facts rule.Facts, ev *Evaluation) {
	scored := r.score != nil
	for _, s := range r.Sections {
		scored = scored || slices.ContainsFunc(s.Questions, Question.scores)
		if !s.Repeats {
			ev.count(s, ev.Answers, 0)
		}
		for i, row := range ev.Rows[s.Key] {
			if s.Counts(row.Answers) {
				ev.count(s, row.Answers, i+1)
			}
		}
	}
	if !scored {
		return
	}
	ev.Score = strconv.FormatInt(ev.Points, 10)
	if r.score != nil {
		facts["points"] = rule.Value{Type: rule.Decimal, Text: ev.Score}
		got := r.score.Eval(facts)
		ev.Score = got.Value.Text
	}
	ev.Band = r.bandOf(ev.Score)
}

// count adds the points of the answers of a section, or of a repetition of it.
func (ev *Evaluation) count(s Section, answers rule.Facts, row int) {
	for _, q := range s.Questions {
		if n := q.points(answers[q.Key]); n != 0 {
			ev.Points += n
			ev.Parts = append(ev.Parts, Part{q.Key, answers[q.Key], row, n})
		}
	}
}

func (q Question) scores() bool {
	return q.Score != 0 || slices.ContainsFunc(q.Options, func(o Option) bool { return o.Score != 0 })
}

// points is what an answer gives; fractions of a step give nothing.
func (q Question) points(v rule.Value) (n int64) {
	if q.Repeats {
		for _, one := range q.Each(v) {
			n += q.One().points(one)
		}
		return n
	}
	switch q.Kind {
	case "yes_no":
		if v.Text == "true" {
			return q.Score
		}
	case "scale", "number":
		if steps, ok := new(big.Rat).SetString(v.Text); ok && steps.IsInt() && steps.Num().IsInt64() {
			return q.Score * steps.Num().Int64()
		}
	case "choice", "choices":
		for _, o := range q.Options {
			if o.Value == v.Text && v.Type == rule.String || slices.Contains(v.List, o.Value) {
				n += o.Score
			}
		}
	}
	return n
}

func (r *Ready) bandOf(score string) string {
	n, ok := new(big.Rat).SetString(score)
	band := ""
	for _, b := range r.Bands {
		if ok && n.Cmp(new(big.Rat).SetInt64(b.From)) >= 0 {
			band = b.Key
		}
	}
	return band
}

// Mapped lists what the answers say beyond themselves, by the map_to of
// questions answered with yes and of options chosen, in the order asked.
func (r *Ready) Mapped(answers rule.Facts) []string {
	var out []string
	add := func(to string) {
		if to != "" && !slices.Contains(out, to) {
			out = append(out, to)
		}
	}
	say := func(s Section, answers rule.Facts) {
		for _, q := range s.Questions {
			v, ok := answers[q.Key]
			if !ok {
				continue
			}
			if q.Kind == "yes_no" && v.Text == "true" {
				add(q.MapTo)
			}
			for _, o := range q.Options {
				if v.Text == o.Value && v.Type == rule.String || slices.Contains(v.List, o.Value) {
					add(o.MapTo)
				}
			}
		}
	}
	for _, s := range r.Sections {
		if !s.Repeats {
			say(s, answers)
		}
		for _, row := range answers[s.Key].Rows {
			say(s, row)
		}
	}
	return out
}

var kept sync.Map // of published versions, by id

// Ready gives the form's checked definition; that of a version once published
// is kept, since it never changes.
func (f Form) Ready() (*Ready, error) {
	if v, ok := kept.Load(f.ID); ok && f.Status != "draft" {
		return v.(*Ready), nil
	}
	ready, err := Compile(f.Definition.V)
	if err == nil && f.Status != "draft" {
		kept.Store(f.ID, ready)
	}
	return ready, err
}

// Evaluate is Compile and Evaluate in one, for a definition at hand.
func Evaluate(d Definition, given rule.Facts, today calendar.Date) (Evaluation, error) {
	ready, err := Compile(d)
	if err != nil {
		return Evaluation{}, err
	}
	return ready.Evaluate(given, today), nil
}

// compare orders two numbers: −1, 0 or 1.
func compare(a, b rule.Value) int {
	x, okX := new(big.Rat).SetString(a.Text)
	y, okY := new(big.Rat).SetString(b.Text)
	if !okX || !okY {
		return 0
	}
	return x.Cmp(y)
}
