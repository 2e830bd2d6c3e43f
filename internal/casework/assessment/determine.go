package assessment

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/width"

	"kizuna/internal/casework/catalog"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/rule"
	"kizuna/internal/ground/text"
	"kizuna/internal/resident/people"
)

// Sheet is a determination before it is made: what the rule asks, what is
// known, and how it would come out.
type Sheet struct {
	Case        db.ID
	Item        Item // zero when nobody applied
	Person      db.ID
	RootKind    string
	Root        db.ID
	SubjectKind string
	Subject     db.ID
	SubjectName text.Pair
	On          calendar.Date
	Rule        catalog.EligibilityRule
	Asked       []rule.Fact // that the rule speaks of, by name
	Facts       rule.Facts
	Stated      []string // which of them were given by hand
	Outcome     rule.Outcome
	WouldChange []rule.Change

	ready *rule.Ready
}

// Sheet works a determination out and keeps nothing.
func (r *Room) Sheet(ctx context.Context, a access.Actor, in DetermineInput) (s Sheet, err error) {
	if in.On == "" {
		in.On = calendar.Today(ctx, r.run.Clock)
	}
	err = r.run.Read(ctx, func(q *db.Reader) error {
		s, err = r.sheet(q, a, r.run.Now(), in)
		return err
	})
	return s, err
}

// sheet gathers rule and facts for an actor who sees what they belong to.
func (r *Room) sheet(q db.Q, a access.Actor, now calendar.Time, in DetermineInput) (Sheet, error) {
	s, err := r.whereabouts(q, a, now, in)
	if err != nil {
		return s, err
	}
	if err := s.nameSubject(q); err != nil {
		return s, err
	}
	var found bool
	if s.Rule, found, err = catalog.RuleFor(q, s.SubjectKind, s.Subject); err != nil {
		return s, err
	}
	if !found {
		return s, fault.Invalid(fault.Field{Pointer: "/subject_id", Key: "assessment.fault.no_rule"})
	}
	if s.ready, err = r.catalog.Ready(s.Rule); err != nil {
		return s, err
	}
	if s.Facts, err = r.catalog.FactsFor(q, s.Person, in.On); err != nil {
		return s, err
	}
	return s, r.decide(&s, in.Facts)
}

// whereabouts says about whom it is and to what it belongs.
func (r *Room) whereabouts(q db.Q, a access.Actor, now calendar.Time, in DetermineInput) (s Sheet, err error) {
	s = Sheet{Case: in.Case, Person: in.Person, SubjectKind: in.SubjectKind, Subject: in.Subject, On: in.On}
	if !in.Item.IsZero() {
		if s.Item, err = r.item(q, a, now, in.ItemKind, in.Item); err != nil {
			return s, err
		}
		s.Case, s.Person, s.SubjectKind, s.Subject = s.Item.Case, s.Item.Person, s.Item.SubjectKind, s.Item.Subject
		s.RootKind, s.Root = s.Item.RootKind, s.Item.Root
	}
	switch {
	case !s.Case.IsZero():
		c, err := loadCase(q, a, now, s.Case)
		if err != nil {
			return s, err
		}
		if s.Person.IsZero() {
			s.Person = c.Person
		}
		s.RootKind, s.Root = "case", s.Case
	case s.RootKind == "" && !s.Person.IsZero():
		s.RootKind, s.Root = "person", s.Person
	case s.RootKind == "":
		return s, fault.Invalid(fault.Field{Pointer: "/person_id", Key: "fault.required"})
	}
	if in.Item.IsZero() {
		return s, people.Seen(q, a, now, s.Person)
	}
	return s, nil
}

func (s *Sheet) nameSubject(q db.Q) error {
	wrong := fault.Invalid(fault.Field{Pointer: "/subject_id", Key: "fault.bad_choice"})
	switch s.SubjectKind {
	case "program":
		found, err := catalog.ProgramOf(q, s.Subject)
		if p, ok := found[s.Subject]; ok {
			s.SubjectName = p.Name
			return err
		} else if err != nil {
			return err
		}
	case "benefit":
		found, err := catalog.BenefitOf(q, s.Subject)
		if b, ok := found[s.Subject]; ok {
			s.SubjectName = b.Name
			return err
		} else if err != nil {
			return err
		}
	}
	return wrong
}

// decide lays the stated facts over the stored ones and asks the rule.
func (r *Room) decide(s *Sheet, stated map[string]any) error {
	set, err := r.catalog.Declared()
	if err != nil {
		return fault.Defect(err)
	}
	uses := s.ready.Uses()
	for _, f := range set.Facts() {
		if slices.Contains(uses, f.Name) {
			s.Asked = append(s.Asked, f)
		}
	}
	var wrong fault.Fields
	for _, name := range slices.Sorted(maps.Keys(stated)) {
		at := fault.At("facts", name)
		i := slices.IndexFunc(s.Asked, func(f rule.Fact) bool { return f.Name == name })
		if i < 0 {
			wrong.Add(at, "fault.unknown_field", "field", name)
			continue
		}
		v, given, err := r.stated(s.Asked[i], stated[name])
		if err != nil {
			if wrong.Absorb(at, err) != nil {
				wrong.Add(at, "fault.bad_choice")
			}
			continue
		}
		if was, known := s.Facts[name]; given && (!known || !was.Equal(v)) {
			s.Facts[name] = v
			s.Stated = append(s.Stated, name)
		}
	}
	s.Facts = s.ready.Only(s.Facts)
	s.Outcome = s.ready.Decide(s.Facts)
	s.WouldChange = s.ready.WhatWouldChange(s.Facts)
	return wrong.Err()
}

// stated reads a fact as people or programs write it; given is false for none.
func (r *Room) stated(f rule.Fact, raw any) (v rule.Value, given bool, err error) {
	if f.Type == rule.List {
		return statedList(f, raw)
	}
	s := ""
	switch raw := raw.(type) {
	case nil:
	case string:
		s = strings.TrimSpace(raw)
	case bool:
		s = strconv.FormatBool(raw)
	case json.Number:
		s = raw.String()
	default:
		return v, false, refusedValue()
	}
	if s == "" {
		return v, false, nil
	}
	v, err = r.statedOne(f, s)
	return v, err == nil, err
}

func refusedValue() error { return fault.Invalid(fault.Field{Key: "fault.bad_choice"}) }

func (r *Room) statedOne(f rule.Fact, s string) (rule.Value, error) {
	switch f.Type {
	case rule.Money:
		m, err := ledger.Typed(s, r.currency)
		if err != nil {
			return rule.Value{}, err
		}
		places, _ := ledger.Exponent(r.currency)
		return rule.Amount(m.Minor, places), nil
	case rule.Date:
		d, err := calendar.ParseDate(s)
		return rule.On(d), err
	case rule.Bool:
		s = map[string]string{"yes": "true", "no": "false", "true": "true", "false": "false"}[strings.ToLower(s)]
	case rule.String:
		if len(f.Options) > 0 && !slices.Contains(f.Options, s) {
			return rule.Value{}, refusedValue()
		}
		return rule.Text(s), nil
	default:
		s = strings.ReplaceAll(width.Fold.String(s), ",", "")
	}
	v, err := rule.Parse(f.Type, s)
	if err != nil {
		err = fault.Invalid(fault.Field{Key: "fault.not_a_number"})
	}
	return v, err
}

func statedList(f rule.Fact, raw any) (v rule.Value, given bool, err error) {
	if raw == nil {
		return v, false, nil
	}
	list, ok := raw.([]any)
	if !ok {
		list = []any{raw}
	}
	items := []string{}
	for _, one := range list {
		s, ok := one.(string)
		if !ok || s != "" && len(f.Options) > 0 && !slices.Contains(f.Options, s) {
			return v, false, refusedValue()
		}
		if s != "" {
			items = append(items, s)
		}
	}
	return rule.Texts(items...), len(items) > 0, nil
}

// Determine makes a determination: the rule's version that is in force, with
// the facts of the day.
func (r *Room) Determine(ctx context.Context, a access.Actor, in DetermineInput) (Determination, error) {
	sent := in // without today: the same may be sent again after midnight
	if in.On == "" {
		in.On = calendar.Today(ctx, r.run.Clock)
	}
	return op.Do(ctx, r.run, a, "determination.determine", sent, func(tx *op.Tx) (Determination, error) {
		return r.determine(tx, in)
	})
}

func (r *Room) determine(tx *op.Tx, in DetermineInput) (Determination, error) {
	s, err := r.sheet(tx, tx.Actor(), tx.Now(), in)
	if err != nil {
		return Determination{}, err
	}
	d := Determination{
		RootKind: s.RootKind, Root: s.Root, Case: s.Case, ItemKind: s.Item.Kind, Item: s.Item.ID, Person: s.Person,
		SubjectKind: s.SubjectKind, Subject: s.Subject, SubjectName: s.SubjectName, Rule: s.Rule.ID, Edition: s.Rule.Edition, On: s.On,
		Facts: db.AsJSON(s.Facts), Stated: db.AsJSON(s.Stated), State: string(s.Outcome.State), Outcome: db.AsJSON(s.Outcome),
		WouldChange: db.AsJSON(s.WouldChange), MadeBy: tx.Actor().ID,
	}
	d.Minor, d.Currency = r.amount(s.Outcome)
	d, err = flow.Create(tx, DeterminationFlow, "determine", d)
	tx.Tell(op.Event{Name: "determination.made", Entity: "determination", Record: d.ID, Root: d.Root})
	return d, err
}

// amount is what an outcome gives in minor units; no currency when nothing, or
// when it does not come out in whole minor units.
func (r *Room) amount(out rule.Outcome) (int64, string) {
	places, _ := ledger.Exponent(r.currency)
	n, ok := rule.Value{Type: rule.Money, Text: out.Amount}.Minor(places)
	if out.Amount == "" || !ok {
		return 0, ""
	}
	return n, r.currency
}

// Replayed is a determination made again from what it kept.
type Replayed struct {
	Determination Determination
	Rule          catalog.EligibilityRule
	Outcome       rule.Outcome
	Same          bool // byte for byte
}

// Replay makes a determination again from the version of the rule and the
// facts that it kept.
func (r *Room) Replay(ctx context.Context, a access.Actor, id db.ID) (out Replayed, err error) {
	err = r.run.Read(ctx, func(q *db.Reader) error {
		if out.Determination, err = r.loadDetermination(q, a, id); err != nil {
			return err
		}
		out.Rule, err = catalog.RuleByID(q, out.Determination.Rule)
		return err
	})
	if err != nil {
		return Replayed{}, err
	}
	ready, err := r.catalog.Ready(out.Rule)
	if err != nil {
		return out, err
	}
	out.Outcome = ready.Decide(out.Determination.Facts.V)
	was, err := json.Marshal(out.Determination.Outcome.V)
	if err != nil {
		return out, fault.Defect(err)
	}
	now, err := json.Marshal(out.Outcome)
	out.Same = err == nil && string(was) == string(now)
	return out, err
}

func (r *Room) loadDetermination(q db.Q, a access.Actor, id db.ID) (Determination, error) {
	d, err := byID(q, DeterminationFlow, id)
	if err == nil {
		err = seesRoot(q, a, r.run.Now(), d.RootKind, d.Root)
	}
	return d, err
}

// Declared lists the facts that rules may speak of.
func (r *Room) Declared() ([]rule.Fact, error) {
	set, err := r.catalog.Declared()
	if err != nil {
		return nil, fault.Defect(err)
	}
	return set.Facts(), nil
}
