package intake

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/text"
	"kizuna/internal/office/account"
	"kizuna/internal/office/agency"
	"kizuna/internal/resident/people"
)

// KindsIn lists what comes in, in the order it is shown.
var KindsIn = []string{KindComplaint, KindReferral, KindApplication, KindInquiry}

// The views of the triage board: the actor's own, their teams', what nobody
// has, what is late, and the complaints that await the actor as second reader.
const (
	ViewAll     = ""
	ViewMine    = "mine"
	ViewTeam    = "team"
	ViewNobody  = "nobody"
	ViewOverdue = "overdue"
	ViewSecond  = "second"
)

// Views are in the order they are shown.
var Views = []string{ViewAll, ViewMine, ViewTeam, ViewNobody, ViewOverdue, ViewSecond}

// Triage asks for a page of what waits.
type Triage struct {
	Kinds   []string // none: all
	View    string
	After   string // the Next of the page before
	Limit   int
	Counted bool // kinds and views are counted as well
}

// MostCounted is where counting stops: 99+ is shown above.
const MostCounted = 100

const day = 24 * time.Hour

// place is a place in the order of deadlines.
type place struct {
	DueAt calendar.Time
	ID    db.ID
}

func (p place) cursor() string {
	return base64.RawURLEncoding.EncodeToString([]byte(p.ID.String() + strconv.FormatInt(int64(p.DueAt), 10)))
}

func readPlace(s string) (p place, err error) {
	if s == "" {
		return p, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err == nil && len(b) > 36 {
		var due int64
		if p.ID, err = db.ParseID(string(b[:36])); err == nil {
			due, err = strconv.ParseInt(string(b[36:]), 10, 64)
			p.DueAt = calendar.Time(due)
		}
	}
	if err != nil || p.ID.IsZero() {
		return p, fault.Invalid(fault.Field{Pointer: "/after", Key: "fault.bad_choice"})
	}
	return p, nil
}

// Waiting is what came in and waits, as the triage board shows it: never who
// reported.
type Waiting struct {
	Kind       string        `db:"kind"`
	ID         db.ID         `db:"id"`
	Status     string        `db:"status"`
	Version    int64         `db:"version"`
	Number     string        `db:"number"`
	MainKind   string        `db:"main_kind"`
	Channel    string        `db:"channel"`
	Person     db.ID         `db:"person"`
	Team       db.ID         `db:"team"`
	Owner      db.ID         `db:"owner"`
	ReceivedAt calendar.Time `db:"received_at"`
	DueAt      calendar.Time `db:"due_at"`   // the deadline that runs now
	Subject    string        `db:"subject"`  // whom it is about, as it was told
	Priority   int64         `db:"priority"` // 0 to 100
	Hourly     bool          `db:"hourly"`   // its clock counts hours, not days
	Follows    bool          `db:"follows"`  // an inquiry that was handed on and is to be followed up
	NextDue    string        `db:"next_due"` // of a complaint: what its deadline asks for, see Dues
	Second     bool          `db:"second"`   // screening it out was proposed
}

// Late says that its deadline has passed.
func (w Waiting) Late(now calendar.Time) bool { return w.DueAt < now }

// Queue is a page of what waits, the earliest deadline first.
type Queue struct {
	Rows    []Waiting
	Persons map[db.ID]people.Card
	Users   map[db.ID]text.Pair
	Teams   map[db.ID]text.Pair
	// Doubles is how many possible duplicates each person has; Repeats how many
	// others about the same person came in within RepeatDays before each row.
	Doubles    map[db.ID]int
	Repeats    map[db.ID]int
	RepeatDays int
	Holidays   calendar.Holidays // from the first received to the last deadline
	Next       string
	Counts     map[string]int // by kind, to MostCounted
	InView     map[string]int // by view, of the kinds that were asked for, to MostCounted
	Now        calendar.Time
}

// List gives what waits for an answer and the actor sees.
func (r *Room) List(ctx context.Context, a access.Actor, t Triage) (Queue, error) {
	if !a.Is(access.StaffRoles...) {
		return Queue{}, fault.NotFound()
	}
	after, err := readPlace(t.After)
	if err != nil {
		return Queue{}, err
	}
	if t.Limit <= 0 || t.Limit > 200 {
		t.Limit = 50
	}
	t.Kinds = slices.DeleteFunc(slices.Clone(t.Kinds), func(k string) bool { return !slices.Contains(KindsIn, k) })
	if !slices.Contains(Views, t.View) {
		t.View = ViewAll
	}
	of := t.Kinds
	if t.View == ViewSecond {
		t.Kinds = []string{KindComplaint} // nothing else has second readers
	}
	out := Queue{Now: r.run.Now(), Counts: map[string]int{}, InView: map[string]int{}}
	err = r.run.Read(ctx, func(q *db.Reader) error {
		b := db.NewBatch()
		rows := queueWaiting(b, a, out.Now, t, after, t.Limit+1)
		var counts *db.Answer[tally]
		if t.Counted {
			counts = queueTallies(b, a, out.Now, KindsIn, of, Views...)
		}
		if err := db.Send(q, b); err != nil {
			return err
		}
		if t.Counted {
			out.count(counts.Rows)
		}
		out.take(rows.Rows, t.Limit)
		return out.around(q, a, calendar.Zone(ctx))
	})
	if err != nil {
		return Queue{}, err
	}
	return out, r.run.Reads.Note(ctx, a, "listed", "intake", db.ID{}, strings.Join(append(slices.Clone(t.Kinds), t.View), " "))
}

// take keeps a page of the rows, and who applies as the application names them.
func (l *Queue) take(rows []Waiting, limit int) {
	if len(rows) > limit {
		rows = rows[:limit]
		last := rows[limit-1]
		l.Next = place{last.DueAt, last.ID}.cursor()
	}
	for i := range rows {
		if rows[i].Kind == KindApplication {
			var who Applicant
			if json.Unmarshal([]byte(rows[i].Subject), &who) == nil {
				rows[i].Subject = strings.TrimSpace(who.Family + " " + who.Given)
			}
		}
	}
	l.Rows = rows
}

// Standing counts the complaints in each view, to MostCounted: what those who
// lead the work must see without opening the board.
func (r *Room) Standing(ctx context.Context, a access.Actor) (map[string]int, error) {
	if !a.Is(access.StaffRoles...) {
		return nil, fault.NotFound()
	}
	out := Queue{Counts: map[string]int{}, InView: map[string]int{}}
	err := r.run.Read(ctx, func(q *db.Reader) error {
		b := db.NewBatch()
		counts := queueTallies(b, a, r.run.Now(), nil, []string{KindComplaint}, ViewNobody, ViewOverdue, ViewSecond)
		err := db.Send(q, b)
		out.count(counts.Rows)
		return err
	})
	return out.InView, err
}

func (l *Queue) count(list []tally) {
	for _, n := range list {
		if kind, ok := strings.CutPrefix(n.What, ofKind); ok {
			l.Counts[kind] = n.N
		} else {
			l.InView[strings.TrimPrefix(n.What, inView)] = n.N
		}
	}
}

// around reads what stands beside the rows: names as far as the actor may know
// them, and the signs that somebody is known twice or came before.
func (l *Queue) around(q db.Q, a access.Actor, zone *time.Location) error {
	var persons, users []db.ID
	first, last := l.Now, l.Now
	for _, w := range l.Rows {
		if !w.Person.IsZero() && !slices.Contains(persons, w.Person) {
			persons = append(persons, w.Person)
		}
		if !w.Owner.IsZero() && !slices.Contains(users, w.Owner) {
			users = append(users, w.Owner)
		}
		first, last = min(first, w.ReceivedAt), max(last, w.DueAt)
	}
	var err error
	if l.Persons, err = cardsSeen(q, a, l.Now, persons); err != nil {
		return err
	}
	if l.Users, err = account.Names(q, users); err != nil {
		return err
	}
	l.Teams = map[db.ID]text.Pair{}
	teams, err := agency.Teams(q, true)
	for _, t := range teams {
		l.Teams[t.ID] = t.Name
	}
	if err != nil {
		return err
	}
	if l.Holidays, err = agency.Holidays(q, first.Date(zone), last.Date(zone)); err != nil || len(persons) == 0 {
		return err
	}
	if l.Doubles, err = people.DoublesOf(q, a, l.Now, persons); err != nil {
		return err
	}
	return l.repeats(q, a, persons)
}

// repeats counts for each row what else about its person came in before it.
func (l *Queue) repeats(q db.Q, a access.Actor, persons []db.ID) error {
	chosen, err := agency.DeadlinesOf(q)
	if err != nil {
		return err
	}
	l.RepeatDays, l.Repeats = int(chosen.RepeatDays), map[db.ID]int{}
	before := time.Duration(chosen.RepeatDays) * day
	came, err := cameFor(q, a, l.Now, persons, l.Now.Add(-2*before))
	for _, w := range l.Rows {
		for _, c := range came {
			if c.Person == w.Person && c.ID != w.ID && c.ReceivedAt <= w.ReceivedAt && c.ReceivedAt > w.ReceivedAt.Add(-before) {
				l.Repeats[w.ID]++
			}
		}
	}
	return err
}

// Pick gives those of what was chosen that wait and the actor sees, to look at
// once more before they are given to somebody.
func (r *Room) Pick(ctx context.Context, a access.Actor, items []Chosen) (Queue, error) {
	if !a.Is(Owners...) {
		return Queue{}, fault.NotFound()
	}
	out := Queue{Now: r.run.Now()}
	ids := make([]db.ID, len(items))
	for i, x := range items {
		ids[i] = x.ID
	}
	err := r.run.Read(ctx, func(q *db.Reader) (err error) {
		if out.Rows, err = waitingOf(q, a, out.Now, ids); err != nil {
			return err
		}
		out.take(out.Rows, len(out.Rows))
		return out.around(q, a, calendar.Zone(ctx))
	})
	return out, err
}

// Receivers are those to whom something can be given.
type Receivers struct {
	Users account.Choice
	Teams []agency.Team
}

// mostOffered is how many users are offered before a name is asked for.
const mostOffered = 100

// Receivers lists them: in a large agency those of the actor's teams, or whose
// names begin so.
func (r *Room) Receivers(ctx context.Context, a access.Actor, begins string, keep db.ID) (out Receivers, err error) {
	if !a.Is(Owners...) {
		return out, fault.NotFound()
	}
	err = r.run.Read(ctx, func(q *db.Reader) (err error) {
		out.Users, err = account.Choose(q, account.Colleagues{Roles: Owners, Teams: a.Teams, Begins: begins, Keep: []db.ID{keep}, Most: mostOffered})
		if err == nil {
			out.Teams, err = agency.Teams(q, false)
		}
		return err
	})
	return out, err
}
