package cases

import (
	"context"
	"encoding/base64"
	"slices"
	"strings"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/journal"
	"kizuna/internal/ground/text"
	"kizuna/internal/office/account"
	"kizuna/internal/office/agency"
	"kizuna/internal/resident/people"
)

// The saved views of the worklist.
const (
	ViewOpen    = "open"
	ViewWeek    = "week"
	ViewOverdue = "overdue"
	ViewWaiting = "waiting"
	ViewNew     = "new"
	ViewPaused  = "paused"
)

// Views lists the saved views in the order they are shown.
var Views = []string{ViewOpen, ViewWeek, ViewOverdue, ViewWaiting, ViewNew, ViewPaused}

// Filter narrows the worklist.
type Filter struct {
	View string
	Mine bool   // own cases and case teams only
	Kind string // main kind
	// After is the Next of the page before.
	After string
	Limit int
	// Ownerless leaves out the owners' names, for a list that does not show them.
	Ownerless bool

	today calendar.Date
	after place
}

// place is a case's place in the order of due dates.
type place struct {
	DueOn calendar.Date
	ID    db.ID
}

func (p place) cursor() string {
	return base64.RawURLEncoding.EncodeToString([]byte(string(p.DueOn) + p.ID.String()))
}

func (f *Filter) read(today calendar.Date) error {
	if !slices.Contains(Views, f.View) {
		f.View = ViewOpen
	}
	if f.Kind != "" && !slices.Contains(Kinds, f.Kind) {
		f.Kind = ""
	}
	if f.Limit <= 0 || f.Limit > 200 {
		f.Limit = 50
	}
	f.today = today
	if f.After == "" {
		return nil
	}
	b, err := base64.RawURLEncoding.DecodeString(f.After)
	if err == nil && len(b) == 46 {
		f.after.DueOn = calendar.Date(b[:10])
		f.after.ID, err = db.ParseID(string(b[10:]))
	}
	if err != nil || f.after.ID.IsZero() {
		return fault.Invalid(fault.Field{Pointer: "/after", Key: "fault.bad_choice"})
	}
	return nil
}

// List is a page of the worklist.
type List struct {
	Rows    []Row
	Persons map[db.ID]people.Card
	Owners  map[db.ID]text.Pair
	Next    string // "" is the last page
	// Counts are how many cases each view holds, to MostCounted.
	Counts map[string]int
	Filter Filter
}

// Today is the day the list was read on.
func (l List) Today() calendar.Date { return l.Filter.today }

// MostCounted is where counting a view stops: 99+ is shown above.
const MostCounted = 100

// Worklist lists the work of an actor, the earliest due first.
func (r *Room) Worklist(ctx context.Context, a access.Actor, f Filter) (List, error) {
	if !a.Is(access.StaffRoles...) {
		return List{}, fault.NotFound()
	}
	if err := f.read(r.today(ctx)); err != nil {
		return List{}, err
	}
	out := List{Counts: map[string]int{}, Filter: f}
	err := r.run.Read(ctx, func(q *db.Reader) error {
		b := db.NewBatch()
		text, args := worklist(a, f, f.Limit+1)
		rows := db.Queue[Row](b, text, args...)
		counts := queueCounts(b, a, f, MostCounted, Views...)
		if err := db.Send(q, b); err != nil {
			return err
		}
		for _, n := range counts.Rows {
			out.Counts[n.View] = min(n.N, MostCounted)
		}
		out.take(rows.Rows)
		return out.name(q)
	})
	if err != nil {
		return List{}, err
	}
	return out, r.run.Reads.Note(ctx, a, "listed", "case", db.ID{}, f.View)
}

// QueueOwn counts an actor's own open cases in a batch, to MostCounted.
func (r *Room) QueueOwn(b *db.Batch, a access.Actor) func() int {
	found := queueCounts(b, a, Filter{Mine: true}, MostCounted, ViewOpen)
	return func() int {
		n, _ := found.First()
		return min(n.N, MostCounted)
	}
}

// take keeps the rows of a page, and where the next begins if there are more.
func (l *List) take(rows []Row) {
	if len(rows) > l.Filter.Limit {
		rows = rows[:l.Filter.Limit]
		last := rows[len(rows)-1]
		l.Next = place{last.DueOn, last.ID}.cursor()
	}
	l.Rows = rows
}

func (l *List) name(q db.Q) error {
	var persons, owners []db.ID
	for _, r := range l.Rows {
		persons = append(persons, r.Person)
		if !r.Owner.IsZero() {
			owners = append(owners, r.Owner)
		}
	}
	var err error
	if l.Persons, err = people.CardsOf(q, distinct(persons)...); err != nil {
		return err
	}
	if !l.Filter.Ownerless {
		l.Owners, err = account.Names(q, distinct(owners))
	}
	return err
}

func distinct(ids []db.ID) []db.ID {
	slices.SortFunc(ids, func(x, y db.ID) int { return strings.Compare(string(x[:]), string(y[:])) })
	return slices.Compact(ids)
}

// File is a case as staff who see it read it.
type File struct {
	Case         Case
	Actions      []flow.Action
	Criteria     []Criterion
	Blockers     []Blocker
	Participants []Participant
	Members      []Member
	Notes        []Note
	Prompts      []Reminder
	Sources      []Attached
	History      []journal.Row
	Persons      map[db.ID]people.Card
	Alerts       []people.Alert // of the person the case is for
	Bodies       map[db.ID]people.Organization
	Users        map[db.ID]text.Pair
	Teams        map[db.ID]text.Pair
	Now          calendar.Time

	today calendar.Date
}

// Today is the day the case was read on.
func (f File) Today() calendar.Date { return f.today }

// Person is the card of the person the case is for.
func (f File) Person() people.Card { return f.Persons[f.Case.Person] }

// pageOfHistory is how many timeline items are read at once.
const pageOfHistory = 40

// Get opens a case and keeps that it was opened.
func (r *Room) Get(ctx context.Context, a access.Actor, id db.ID) (File, error) {
	var f File
	err := r.run.Read(ctx, func(q *db.Reader) (err error) {
		f, err = r.read(q, a, id, r.today(ctx))
		return err
	})
	if err != nil {
		return File{}, err
	}
	return f, r.run.Reads.Note(ctx, a, "opened", "case", id, "")
}

func (r *Room) read(q db.Q, a access.Actor, id db.ID, today calendar.Date) (File, error) {
	b := db.NewBatch()
	found := QueueLoad(b, a, r.run.Now(), id)
	participants := db.Queue[Participant](b, textParticipants, id)
	members := db.Queue[Member](b, textMembers, id)
	prompts := db.Queue[Reminder](b, textReminders, id)
	sources := db.Queue[Attached](b, textAttached, id)
	history := journal.QueueHistory(b, id, db.ID{}, pageOfHistory)
	if err := db.Send(q, b); err != nil {
		return File{}, err
	}
	c, ok := found.First()
	if !ok {
		return File{}, fault.NotFound()
	}
	f := File{Case: c, Participants: participants.Rows, Members: members.Rows, Prompts: prompts.Rows, Sources: sources.Rows, History: history.Rows, Now: r.run.Now()}
	if err := f.name(q, a, today); err != nil {
		return f, err
	}
	var err error
	if f.Criteria, err = r.criteria(q, c); err != nil {
		return f, err
	}
	if f.Blockers, err = r.blockers(q, c); err != nil {
		return f, err
	}
	f.Actions = f.actions(a)
	return f, nil
}

// name reads the notes and the names of everyone in the file.
func (f *File) name(q db.Q, a access.Actor, today calendar.Date) error {
	f.today = today
	persons, bodies, users := []db.ID{f.Case.Person}, []db.ID{}, []db.ID{}
	var told []db.ID
	for _, p := range f.Prompts {
		if !p.About.IsZero() {
			told = append(told, p.About)
		}
	}
	for _, p := range f.Participants {
		if p.Person.IsZero() {
			bodies = append(bodies, p.Organization)
		} else {
			persons = append(persons, p.Person)
		}
	}
	add := func(id db.ID) {
		if !id.IsZero() {
			users = append(users, id)
		}
	}
	add(f.Case.Owner)
	for _, m := range f.Members {
		add(m.User)
	}
	for _, h := range f.History {
		add(h.Actor)
	}
	b := db.NewBatch()
	textOf, args := shownNotes(a, f.Case.ID, Confided(a, f.Case, f.Members), f.History)
	notes := db.Queue[Note](b, textOf, args...)
	cards := people.QueueCardsFor(b, a, f.Now, distinct(persons), distinct(told))
	alerts := people.QueueAlerts(b, today, f.Case.Person)
	if err := db.Send(q, b); err != nil {
		return err
	}
	f.Notes, f.Alerts, f.Persons = notes.Rows, alerts.Rows, map[db.ID]people.Card{}
	for _, c := range cards.Rows {
		f.Persons[c.ID] = c
	}
	var err error
	if f.Bodies, err = people.OrganizationsOf(q, distinct(bodies)...); err != nil {
		return err
	}
	for _, n := range f.Notes {
		add(n.Author)
	}
	if f.Users, err = account.Names(q, distinct(users)); err != nil {
		return err
	}
	f.Teams, err = teamNames(q, f.Case.Team)
	return err
}

func teamNames(q db.Q, team db.ID) (map[db.ID]text.Pair, error) {
	out := map[db.ID]text.Pair{}
	if team.IsZero() {
		return out, nil
	}
	t, err := agency.LoadTeam(q, team)
	if f, ok := fault.As(err); ok && f.Kind == fault.KindNotFound {
		return out, nil
	}
	out[team] = t.Name
	return out, err
}

// actions are the flow's, with what else keeps a case where it is.
func (f File) actions(a access.Actor) []flow.Action {
	list := Flow.Actions(a, f.Case)
	for i := range list {
		x := &list[i]
		if x.Blocked != nil {
			continue
		}
		switch x.Step {
		case "to_planning", "to_assigning", "to_monitoring":
			x.Blocked = unmet(f.Criteria)
		case "resolve":
			if x.Blocked = unmet(f.Criteria); x.Blocked == nil {
				x.Blocked = busy(f.Blockers)
			}
		case "close", "transfer", "void":
			x.Blocked = busy(f.Blockers)
		}
	}
	return list
}

// See reads a case without its related lists.
func (r *Room) See(ctx context.Context, a access.Actor, id db.ID) (c Case, err error) {
	err = r.run.Read(ctx, func(q *db.Reader) (err error) {
		c, err = Load(q, a, r.run.Now(), id)
		return err
	})
	return c, err
}

// OfPerson lists the cases a person takes part in that the actor sees.
func (r *Room) OfPerson(ctx context.Context, a access.Actor, person db.ID) (list []Case, err error) {
	err = r.run.Read(ctx, func(q *db.Reader) error {
		b := db.NewBatch()
		found := QueueOfPerson(b, a, r.run.Now(), person)
		err := db.Send(q, b)
		list = found.Rows
		return err
	})
	return list, err
}

// Timeline is what happened on a case, newest first, from before an entry,
// with the notes of it that the actor may read.
func (r *Room) Timeline(ctx context.Context, a access.Actor, id, before db.ID) (File, error) {
	var f File
	err := r.run.Read(ctx, func(q *db.Reader) error {
		c, err := Load(q, a, r.run.Now(), id)
		if err != nil {
			return err
		}
		f.Case, f.Now = c, r.run.Now()
		if f.Members, err = membersOf(q, id); err != nil {
			return err
		}
		if f.Participants, err = Participants(q, id); err != nil {
			return err
		}
		if f.History, err = journal.History(q, id, before, pageOfHistory); err != nil {
			return err
		}
		return f.name(q, a, r.today(ctx))
	})
	return f, err
}

// Moved tells what others changed on a case since a version.
func (r *Room) Moved(ctx context.Context, a access.Actor, id db.ID, version int64) (moved []journal.Moved, err error) {
	err = r.run.Read(ctx, func(q *db.Reader) error {
		if _, err := Load(q, a, r.run.Now(), id); err != nil {
			return err
		}
		moved, err = journal.Since(q, id, version)
		return err
	})
	return moved, err
}

// Now is the room's moment, for the panels of its pages.
func (r *Room) Now() calendar.Time { return r.run.Now() }

// Participant reads a participant of a case that the actor sees.
func (r *Room) Participant(ctx context.Context, a access.Actor, id db.ID) (p Participant, err error) {
	err = r.run.Read(ctx, func(q *db.Reader) error {
		if p, err = participantByID(q, id); err != nil {
			return err
		}
		_, err = Load(q, a, r.run.Now(), p.Case)
		return err
	})
	return p, err
}

// Notes lists the notes of a case that an actor may read, what happened last
// first, from before a moment and an id, and keeps that the case was opened.
func (r *Room) Notes(ctx context.Context, a access.Actor, of db.ID, at calendar.Time, before db.ID, limit int) (list []Note, err error) {
	err = r.run.Read(ctx, func(q *db.Reader) error {
		c, err := Load(q, a, r.run.Now(), of)
		if err != nil {
			return err
		}
		trusted, err := confidedIn(q, a, c)
		if err != nil {
			return err
		}
		text, args := readableNotes(a, of, trusted)
		if !before.IsZero() {
			text, args = text+" AND (n.happened_at, n.id) < (?, ?)", append(args, at, before)
		}
		list, err = db.All[Note](q, text+inOrder+" LIMIT ?", append(args, limit)...)
		return err
	})
	if err != nil {
		return nil, err
	}
	return list, r.run.Reads.Note(ctx, a, "opened", "case", of, "")
}

// Note reads a note that the actor may read.
func (r *Room) Note(ctx context.Context, a access.Actor, id db.ID) (n Note, err error) {
	err = r.run.Read(ctx, func(q *db.Reader) error {
		if n, err = noteByID(q, id); err != nil {
			return err
		}
		c, err := Load(q, a, r.run.Now(), n.Case)
		if err != nil {
			return err
		}
		trusted, err := confidedIn(q, a, c)
		if err == nil && !n.readable(a, trusted) {
			err = fault.NotFound()
		}
		return err
	})
	if err != nil {
		return Note{}, err
	}
	return n, nil
}

// Prompts lists what the program asks of an actor, the earliest due first, with
// the cards of those the prompts may name.
func (r *Room) Prompts(ctx context.Context, a access.Actor, limit int) (list []Reminder, named map[db.ID]people.Card, err error) {
	err = r.run.Read(ctx, func(q *db.Reader) (err error) {
		if list, err = RemindersOf(q, a, limit); err != nil {
			return err
		}
		var told []db.ID
		for _, p := range list {
			if !p.About.IsZero() {
				told = append(told, p.About)
			}
		}
		named, err = people.CardsFor(q, a, r.run.Now(), nil, distinct(told))
		return err
	})
	return list, named, err
}

func (r *Room) today(ctx context.Context) calendar.Date { return calendar.Today(ctx, r.run.Clock) }
