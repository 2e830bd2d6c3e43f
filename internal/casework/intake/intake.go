// Package intake is the doors in (受付): inquiries, complaints, inbound
// referrals from other organizations, and applications; each opens a case or
// joins one, and one case may come from many. Screening tells anyone which
// help is likely and keeps nothing.
//
// Who reported a complaint is sealed: it stands in no list and no answer, and
// is shown only to staff who reveal it, which is kept. Residents and providers
// never see a complaint; a receipt number tells its holder how far it is and
// nothing else.
package intake

import (
	"context"
	_ "embed"
	"slices"

	"kizuna/internal/casework/cases"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/draft"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/sight"
	"kizuna/internal/ground/text"
	"kizuna/internal/office/agency"
	"kizuna/internal/office/document"
	"kizuna/internal/resident/people"
)

//go:embed words.txt
var wordsFile string

var _ = text.Register("intake", wordsFile)

// Room is the intake room.
type Room struct {
	run    *op.Runner
	people *people.Room
	drafts *draft.Drafts
	// Offers lists what can be applied for today; server fills it from the
	// catalog.
	Offers func(q db.Q, on calendar.Date) ([]Offer, error)
	// Documents keeps the papers of applications; server fills it.
	Documents *document.Room
}

// New makes the room.
func New(run *op.Runner, people *people.Room, _ *cases.Room) *Room {
	return &Room{run: run, people: people, drafts: draft.New(run.Vault, run.Clock)}
}

// Data is where the room's drafts stand.
func (r *Room) Data() *db.DB { return r.run.Data }

// Drafts keeps what the public has typed and not sent.
func (r *Room) Drafts() *draft.Drafts { return r.drafts }

// Offer is a program or benefit that can be applied for.
type Offer struct {
	Program db.ID
	Benefit db.ID
	Name    text.Pair
	Hint    text.Pair
}

// Arrival is what everything that comes in has.
type Arrival struct {
	flow.Head
	Number   string `db:"number"`
	MainKind string `db:"main_kind"` // a kind of case; "" until somebody says
	Channel  string `db:"channel"`
	Person   db.ID  `db:"person" names:"person"` // whom it is about or from, once known
	Team     db.ID  `db:"team"`
	Owner    db.ID  `db:"owner"`   // the user who has it; none while it is the team's
	CameOf   db.ID  `db:"came_of"` // the inquiry that it came of
	// ReceivedAt is set once; DueAt is by when it must be answered.
	ReceivedAt calendar.Time `db:"received_at"`
	DueAt      calendar.Time `db:"due_at"`
}

func (a *Arrival) arrival() *Arrival { return a }

// arrived is any of the records that come in.
type arrived interface{ arrival() *Arrival }

func of[R any](r *R) *Arrival { return any(r).(arrived).arrival() }

// Channels are how something comes in.
var Channels = []string{"phone", "counter", "visit", "outreach", "letter", "fax", "mail", "online", "other"}

// The kinds of what comes in, as sight, numbers and cases know them.
const (
	KindInquiry     = "inquiry"
	KindComplaint   = "complaint"
	KindReferral    = "inbound_referral"
	KindApplication = "application"
)

// Limits, in characters.
const (
	maxLine  = 300
	maxProse = 20000
)

// TheDesk is the scope under which everything that comes in is seen by intake
// workers, whatever their team: so that nothing waits because nobody was told.
var TheDesk = db.MustID("00000000-0000-7000-8000-0000000000d5")

// Unclaimed is the scope under which supervisors see, beside the desk, what has
// come in for no team: until somebody looks at it or it joins a case.
var Unclaimed = db.MustID("00000000-0000-7000-8000-0000000000d6")

// atDesk is an actor as sight knows them here: intake workers stand at the
// desk as well.
func atDesk(a access.Actor) access.Actor {
	if a.Is(access.IntakeWorker) {
		a.Teams = append(slices.Clone(a.Teams), TheDesk)
	}
	return a
}

// reader is atDesk, and for supervisors what nobody has claimed.
func reader(a access.Actor) access.Actor {
	a = atDesk(a)
	if a.Is(access.Supervisor) {
		a.Teams = append(slices.Clone(a.Teams), Unclaimed)
	}
	return a
}

func lens(a access.Actor, now calendar.Time, kind string) sight.Lens {
	return sight.Lens{Actor: reader(a), Now: now, Kind: kind}
}

// receive gives a new arrival its number, team and deadline; with none it is
// not received yet.
func receive(tx *op.Tx, kind string, x *Arrival, due calendar.Time) error {
	var err error
	if x.Number, err = agency.Number(tx, kind); err != nil {
		return err
	}
	if a := tx.Actor(); x.Team.IsZero() && a.Is(access.StaffRoles...) && len(a.Teams) > 0 {
		x.Team = a.Teams[0]
	}
	if due != 0 {
		x.ReceivedAt, x.DueAt = tx.Now(), due
	}
	x.ID = db.NewIDAt(int64(tx.Now()))
	return nil
}

// show lets the desk, the receiving team and staff who took it down see it.
func show(tx *op.Tx, kind string, x *Arrival) error {
	rows := []sight.Reach{
		{ScopeKind: sight.Team, Scope: TheDesk, Kind: kind, Record: x.ID, Why: "desk"},
		{ScopeKind: sight.Team, Scope: x.Team, Kind: kind, Record: x.ID, Why: "team"},
	}
	if kind == KindComplaint && x.Team.IsZero() {
		rows = append(rows, sight.Reach{ScopeKind: sight.Team, Scope: Unclaimed, Kind: kind, Record: x.ID, Why: "unclaimed"})
	}
	if a := tx.Actor(); a.Is(access.StaffRoles...) {
		rows = append(rows, sight.Reach{ScopeKind: sight.User, Scope: a.ID, Kind: kind, Record: x.ID, Why: "received"})
	}
	return sight.Open(tx, rows...)
}

// claim gives what came in for no team to that of whoever looks at it: from now
// on supervisors of other teams see it no more.
func claim(tx *op.Tx, kind string, x *Arrival) error {
	if err := sight.Close(tx, kind, x.ID, "unclaimed"); err != nil {
		return err
	}
	return sight.Open(tx, sight.Reach{ScopeKind: sight.Team, Scope: x.Team, Kind: kind, Record: x.ID, Why: "team"})
}

// createIn makes what came in, in its flow's first step.
func createIn[R any](tx *op.Tx, t *flow.Table[R], step string, rec R, due calendar.Time) (R, error) {
	if err := receive(tx, t.Entity, of(&rec), due); err != nil {
		return rec, err
	}
	rec, err := flow.Create(tx, t, step, rec)
	if err != nil {
		return rec, err
	}
	if err := show(tx, t.Entity, of(&rec)); err != nil {
		return rec, err
	}
	x := of(&rec)
	tx.Tell(op.Event{Name: t.Entity + "." + step, Entity: t.Entity, Record: x.ID, Root: x.ID})
	return rec, nil
}

// take loads what came in as the actor sees it and takes a step on the version
// that was read.
func take[R any](ctx context.Context, r *Room, a access.Actor, t *flow.Table[R], step string, id db.ID, version int64, reason string, in any,
	edit func(tx *op.Tx, x *R), after func(tx *op.Tx, x R) error) (R, error) {
	return op.Do(ctx, r.run, a, t.Entity+"."+step+" "+id.String(), in, func(tx *op.Tx) (R, error) {
		rec, err := load[R](tx, a, tx.Now(), t, id)
		if err != nil {
			return rec, err
		}
		if err := flow.Fresh(rec, version); err != nil {
			return rec, err
		}
		rec, err = flow.Take(tx, t, step, rec, func(x *R) {
			if edit != nil {
				edit(tx, x)
			}
		}, flow.Because(reason))
		if err != nil {
			return rec, err
		}
		if after != nil {
			if err := after(tx, rec); err != nil {
				return rec, err
			}
		}
		tx.Tell(op.Event{Name: t.Entity + "." + step, Entity: t.Entity, Record: id, Root: id})
		return rec, nil
	})
}

func line(f *fault.Fields, at string, s *string) {
	clean, key, args := text.Line(*s, maxLine)
	*s = clean
	f.Check(at, key, args)
}

func prose(f *fault.Fields, at string, s *string, required bool) {
	clean, key, args := text.Prose(*s, maxProse)
	*s = clean
	f.Check(at, key, args)
	if required && clean == "" {
		f.Add(at, "fault.required")
	}
}

func choose(f *fault.Fields, at, v string, among []string) {
	if !slices.Contains(among, v) {
		f.Add(at, "fault.bad_choice")
	}
}

// kindOrNone checks a kind of case that may be left open.
func kindOrNone(f *fault.Fields, at, v string) {
	if v != "" {
		choose(f, at, v, cases.Kinds)
	}
}
