package cases

import (
	"context"
	"slices"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/journal"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/search"
	"kizuna/internal/ground/sight"
	"kizuna/internal/office/agency"
	"kizuna/internal/resident/people"
)

// Open opens a case inside another operation; the caller has checked that the
// actor may see the person. A restricted person's case is restricted.
func Open(tx *op.Tx, in OpenInput) (Case, error) {
	if err := in.Validate(); err != nil {
		return Case{}, err
	}
	cards, err := people.CardsOf(tx, in.Person)
	if err != nil {
		return Case{}, err
	}
	card, ok := cards[in.Person]
	if !ok {
		return Case{}, fault.NotFound()
	}
	c := in.caseOf(tx)
	if err := maySee(tx, c, c.Owner, "/owner_id"); err != nil {
		return c, err
	}
	c.Restricted = in.Restricted || card.Restricted
	if c.Number, err = agency.Number(tx, "case"); err != nil {
		return c, err
	}
	if c, err = flow.Create(tx, Flow, "open", c); err != nil {
		return c, err
	}
	if _, err = flow.Create(tx, ParticipantFlow, "add", Participant{Case: c.ID, Person: c.Person, Role: "main", From: today(tx)}); err != nil {
		return c, err
	}
	if err := resight(tx, c); err != nil {
		return c, err
	}
	if in.Source.Kind != "" {
		if err := AttachSource(tx, c, in.Source.Kind, in.Source.ID); err != nil {
			return c, err
		}
	}
	if err := search.Put(tx, entryOf(c.ID, c.Number)); err != nil {
		return c, err
	}
	tx.Tell(op.Event{Name: "case.opened", Entity: "case", Record: c.ID, Root: c.ID})
	return c, nil
}

func (in OpenInput) caseOf(tx *op.Tx) Case {
	a := tx.Actor()
	c := Case{
		Title: in.Title, MainKind: in.Kind, Kinds: db.AsJSON(in.Kinds), Stage: Assessing, Priority: in.Priority, Risk: in.Risk,
		Person: in.Person, Owner: in.Owner, Team: in.Team, DueOn: in.DueOn, Parent: in.Parent, NextAction: "cases.next.assess",
	}
	if c.Owner.IsZero() && a.Is(access.Caseworker, access.Supervisor) && in.Team.IsZero() {
		c.Owner = a.ID
	}
	if c.Team.IsZero() && len(a.Teams) > 0 {
		c.Team = a.Teams[0]
	}
	if c.DueOn == "" {
		c.DueOn = today(tx).AddDays(stageDays[Assessing])
	}
	return c
}

// Open opens a case for a person the actor sees.
func (r *Room) Open(ctx context.Context, a access.Actor, in OpenInput) (Case, error) {
	if err := in.Validate(); err != nil {
		return Case{}, err
	}
	return op.Do(ctx, r.run, a, "case.open", in, func(tx *op.Tx) (Case, error) {
		if err := people.Seen(tx, a, tx.Now(), in.Person); err != nil {
			return Case{}, err
		}
		return Open(tx, in)
	})
}

// scopes are who reaches a case: its owner, its case team, and its team unless
// the case is restricted.
func scopes(c Case, members []Member) []sight.Reach {
	rows := []sight.Reach{{ScopeKind: sight.User, Scope: c.Owner, Why: "owner"}}
	for _, m := range members {
		rows = append(rows, sight.Reach{ScopeKind: sight.User, Scope: m.User, Why: "case team"})
	}
	if !c.Restricted {
		rows = append(rows, sight.Reach{ScopeKind: sight.Team, Scope: c.Team, Why: "team"})
	}
	return rows
}

// because is why a participant is reachable for those who reach the case.
func because(of db.ID) string { return byCase + of.String() }

const byCase = "case "

// resight writes anew who reaches a case and the persons taking part in it,
// after its owner, team, case team or restriction changed.
func resight(tx *op.Tx, c Case) error {
	members, err := membersOf(tx, c.ID)
	if err != nil {
		return err
	}
	who := scopes(c, members)
	for _, why := range []string{"owner", "team", "case team"} {
		if err := sight.Close(tx, "case", c.ID, why); err != nil {
			return err
		}
	}
	var rows []sight.Reach
	for _, s := range who {
		s.Kind, s.Record = "case", c.ID
		rows = append(rows, s)
	}
	persons, err := Persons(tx, c.ID)
	if err != nil {
		return err
	}
	for _, p := range persons {
		if err := sight.Close(tx, "person", p, because(c.ID)); err != nil {
			return err
		}
	}
	reach, err := personReach(tx, c, who, persons)
	if err != nil {
		return err
	}
	rows = append(rows, reach...)
	sources, err := Sources(tx, c.ID)
	if err != nil {
		return err
	}
	for _, s := range sources {
		if err := sight.Close(tx, s.Kind, s.Record, because(c.ID)); err != nil {
			return err
		}
		rows = append(rows, s.reach(c, who)...)
	}
	return sight.Open(tx, rows...)
}

// reach lets those who reach a case reach what came in and led to it.
func (s Attached) reach(c Case, who []sight.Reach) []sight.Reach {
	rows := make([]sight.Reach, len(who))
	for i, w := range who {
		w.Kind, w.Record, w.Why = s.Kind, s.Record, because(c.ID)
		rows[i] = w
	}
	return rows
}

// personReach lets those who reach a case reach its participants; a team does
// not reach a restricted person.
func personReach(tx *op.Tx, c Case, who []sight.Reach, persons []db.ID) ([]sight.Reach, error) {
	cards, err := people.CardsOf(tx, persons...)
	if err != nil {
		return nil, err
	}
	var rows []sight.Reach
	for _, p := range persons {
		for _, s := range who {
			if s.ScopeKind == sight.Team && cards[p].Restricted {
				continue
			}
			s.Kind, s.Record, s.Why = "person", p, because(c.ID)
			rows = append(rows, s)
		}
	}
	return rows, nil
}

// AttachSource ties what came in to a case; once is enough. Those who reach
// the case reach it from then on.
func AttachSource(tx *op.Tx, c Case, kind string, id db.ID) error {
	if err := lock(tx, c.ID); err != nil {
		return err
	}
	list, err := Sources(tx, c.ID)
	if err != nil {
		return err
	}
	for _, s := range list {
		if s.Kind == kind && s.Record == id {
			return nil
		}
	}
	s, err := flow.Create(tx, AttachedFlow, "attach", Attached{Case: c.ID, Kind: kind, Record: id})
	if err != nil {
		return err
	}
	members, err := membersOf(tx, c.ID)
	if err != nil {
		return err
	}
	return sight.Open(tx, s.reach(c, scopes(c, members))...)
}

// DetachSource takes apart what came in and a case that it does not belong to:
// those who reach the case reach it no more, and whoever came to take part
// with it, and in nothing else since, is taken out. What it asked for at place
// is settled. It tells how many cases it still belongs to, and the lines of the
// deed that had tied it to this one.
func DetachSource(tx *op.Tx, c Case, kind string, id db.ID, reason, prompt, place string) (left int, came []journal.Row, err error) {
	if err := lock(tx, c.ID); err != nil {
		return 0, nil, err
	}
	led, err := SourceOf(tx, kind, id)
	if err != nil {
		return 0, nil, err
	}
	for _, s := range led {
		if s.Case != c.ID {
			left++
			continue
		}
		if _, err := flow.Take(tx, AttachedFlow, "void", s, nil, flow.Because(reason)); err != nil {
			return 0, nil, err
		}
		if came, err = deedOf(tx, s.ID); err != nil {
			return 0, nil, err
		}
		if err := withdrawParticipants(tx, c, came, reason); err != nil {
			return 0, nil, err
		}
	}
	if left == len(led) {
		return 0, nil, fault.NotFound()
	}
	if err := sight.Close(tx, kind, id, because(c.ID)); err != nil {
		return 0, nil, err
	}
	return left, came, Settle(tx, c.ID, prompt, place)
}

// deedOf gives the lines of the deed in which a record was made.
func deedOf(tx *op.Tx, record db.ID) ([]journal.Row, error) {
	first, err := journal.First(tx, []db.ID{record})
	if err != nil {
		return nil, err
	}
	return journal.OfTx(tx, first[record].Tx)
}

// AttachAgain takes back that something was detached, whose lines those are:
// who was taken out of the case with it takes part again.
func AttachAgain(tx *op.Tx, detached db.ID, lines []journal.Row) (Case, error) {
	s, err := db.One[Attached](tx, selectAttached+"id = ?", detached)
	if err != nil {
		return Case{}, err
	}
	c, err := Load(tx, tx.Actor(), tx.Now(), s.Case)
	if err != nil {
		return c, err
	}
	if err := AttachSource(tx, c, s.Kind, s.Record); err != nil {
		return c, err
	}
	for _, l := range lines {
		if l.Entity != ParticipantFlow.Entity || l.Step != flow.Void {
			continue
		}
		p, err := participantByID(tx, l.Record)
		if err != nil {
			return c, err
		}
		if _, err := AddParticipant(tx, c, p.input()); err != nil {
			return c, err
		}
	}
	return c, nil
}

// withdrawParticipants takes those out of a case who came to take part in it
// in the deed that tied something to it, and have not been changed since; the
// main one stays, as does the case itself.
func withdrawParticipants(tx *op.Tx, c Case, lines []journal.Row, reason string) error {
	list, err := Participants(tx, c.ID)
	if err != nil {
		return err
	}
	for _, p := range list {
		came := slices.ContainsFunc(lines, func(l journal.Row) bool { return l.Record == p.ID && l.Step == "add" })
		if !came || p.Status != "active" || p.Role == "main" || p.Version != 1 {
			continue
		}
		if err := tx.As(access.TheSystem(), func() error {
			_, err := flow.Take(tx, ParticipantFlow, "void", p, nil, flow.Because(reason))
			return err
		}); err != nil {
			return err
		}
		if !p.Person.IsZero() {
			if err := sight.Close(tx, "person", p.Person, because(c.ID)); err != nil {
				return err
			}
		}
	}
	return nil
}

// AddParticipant lets a person or an organization take part in a case; the
// caller has checked that the actor sees the person. Someone who takes part
// already stays as they are.
func AddParticipant(tx *op.Tx, c Case, in ParticipantInput) (Participant, error) {
	if err := in.Validate(); err != nil {
		return Participant{}, err
	}
	if err := lock(tx, c.ID); err != nil {
		return Participant{}, err
	}
	list, err := Participants(tx, c.ID)
	if err != nil {
		return Participant{}, err
	}
	for _, p := range list {
		if p.Status == "active" && !in.Person.IsZero() && p.Person == in.Person {
			return p, nil
		}
	}
	p, err := flow.Create(tx, ParticipantFlow, "add", in.participant(c.ID))
	if err != nil || p.Person.IsZero() {
		return p, err
	}
	members, err := membersOf(tx, c.ID)
	if err != nil {
		return p, err
	}
	reach, err := personReach(tx, c, scopes(c, members), []db.ID{p.Person})
	if err != nil {
		return p, err
	}
	if err := sight.Open(tx, reach...); err != nil {
		return p, err
	}
	return p, joined(tx, c, p.Person)
}

// SetNext says what is to be done next on a case and by when; the key is a
// word key. Later rooms call it where the work moves on by itself.
func SetNext(tx *op.Tx, of db.ID, dueOn calendar.Date, nextAction string) error {
	return SetAll(tx, Next{Case: of, By: dueOn, Action: nextAction})
}

// AwaitOthers says that it is another's turn: the resident's, a provider's or
// another agency's, and until when.
func AwaitOthers(tx *op.Tx, of db.ID, who string, dueOn calendar.Date, nextAction string) error {
	return SetAll(tx, Next{Case: of, By: dueOn, Action: nextAction, WaitsFor: who})
}

// Next is what is to be done next on a case. Action is a word key; By, the day
// until which, stays as it was when left out; WaitsFor is whose turn it is,
// when it is not the agency's.
type Next struct {
	Case             db.ID
	By               calendar.Date
	Action, WaitsFor string
}

// SetAll says what is next on many cases, each named once. Nothing is next on
// a case that has ended.
func SetAll(tx *op.Tx, list ...Next) error {
	ids := make([]db.ID, len(list))
	next := make(map[db.ID]Next, len(list))
	for i, n := range list {
		ids[i], next[n.Case] = n.Case, n
	}
	if len(ids) == 0 {
		return nil
	}
	if err := lock(tx, ids...); err != nil {
		return err
	}
	files, err := CasesOf(tx, ids...)
	if err != nil {
		return err
	}
	running := make([]Case, 0, len(ids))
	for _, id := range ids {
		switch c, there := files[id]; {
		case !there:
			return fault.NotFound()
		case c.Status == "open" || c.Status == "paused":
			running = append(running, c)
		}
	}
	return tx.As(access.TheSystem(), func() error {
		_, faults, err := flow.TakeAll(tx, Flow, "set_next", running, func(c *Case) {
			n := next[c.ID]
			if n.By != "" {
				c.DueOn = n.By
			}
			c.NextAction, c.WaitsFor = n.Action, n.WaitsFor
		})
		for _, f := range faults {
			return f
		}
		return err
	})
}

// Prompt is what another room asks of those who work on a case. Kind is a word
// key of that room, filled with Args; Href is where it is done.
type Prompt struct {
	Case db.ID
	Kind string
	Due  calendar.Date // today when left out
	Args map[string]any
	Href string
}

// Raise asks for something to be done on a case: there is one open prompt of a
// kind and place; raising it again renews it.
func Raise(tx *op.Tx, p Prompt) error {
	c, err := byID(tx, p.Case)
	if err != nil {
		return err
	}
	if err := lock(tx, p.Case); err != nil {
		return err
	}
	if p.Due == "" {
		p.Due = today(tx)
	}
	was, found, err := openReminder(tx, p.Case, p.Kind, p.Href)
	if err != nil {
		return err
	}
	return tx.As(access.TheSystem(), func() error {
		if found {
			_, err := flow.Take(tx, ReminderFlow, "renew", was, func(x *Reminder) { x.DueOn, x.Args = p.Due, db.AsJSON(p.Args) })
			return err
		}
		_, err := flow.Create(tx, ReminderFlow, "raise", Reminder{
			Case: c.ID, Owner: c.Owner, Team: c.Team, Kind: p.Kind, DueOn: p.Due, Args: db.AsJSON(p.Args), Href: p.Href,
		})
		return err
	})
}

// Settle closes the open prompts of a kind on a case, or only those that lead
// to one of the places.
func Settle(tx *op.Tx, of db.ID, kind string, hrefs ...string) error {
	return eachReminder(tx, of, "settle", nil, func(p Reminder) bool {
		return p.Kind == kind && (len(hrefs) == 0 || contains(hrefs, p.Href))
	})
}

func eachReminder(tx *op.Tx, of db.ID, step string, edit func(*Reminder), which func(Reminder) bool) error {
	list, err := openReminders(tx, of)
	if err != nil {
		return err
	}
	return tx.As(access.TheSystem(), func() error {
		for _, p := range list {
			if !which(p) {
				continue
			}
			if _, err := flow.Take(tx, ReminderFlow, step, p, edit); err != nil {
				return err
			}
		}
		return nil
	})
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}
