package delivery

import (
	"cmp"
	"context"
	"slices"

	"kizuna/internal/casework/cases"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/text"
	"kizuna/internal/office/agency"
)

// Authorizations are where help was authorized; server adapts the referral
// room.
type Authorizations interface {
	// Of gives authorizations by id, whoever asks.
	Of(q db.Q, ids ...db.ID) (map[db.ID]Authorization, error)
	// Lock holds their rows until the operation ends; ids come in order.
	Lock(tx *op.Tx, ids []db.ID) error
	// OfProvider lists those of a provider that run on a day or begin after it.
	OfProvider(q db.Q, provider db.ID, on calendar.Date) ([]Authorization, error)
}

// Room is the delivery room. The fields are slots that server fills.
type Room struct {
	run            *op.Runner
	authorizations Authorizations
	// NeedsApproval tells whether contract or benefit hold a provider's
	// schedules back until the agency approves; nil never does.
	NeedsApproval func(q db.Q, provider, benefit db.ID, on calendar.Date) (bool, error)
	// Holidays are the days the agency does not work.
	Holidays func(q db.Q, from, until calendar.Date) (calendar.Holidays, error)
	// Claimed tells which disbursements are in a payment request that was
	// sent in; these are not corrected any more.
	Claimed func(q db.Q, disbursements []db.ID) (map[db.ID]bool, error)
	// Providers gives the names of providers.
	Providers func(q db.Q, ids ...db.ID) (map[db.ID]text.Pair, error)
	// OnDelivered is what earlier rooms do when what was delivered under
	// authorizations changes; it gets the sums, with the authorizations' rows
	// held.
	OnDelivered []func(tx *op.Tx, delivered map[db.ID]ledger.Quantity) error
	// OnCame is what earlier rooms do when residents came to a session.
	OnCame []func(tx *op.Tx, came []Enrolment) error
	// OnProgress is what earlier rooms do when a provider moved a goal.
	OnProgress []func(tx *op.Tx, p Progress) error
}

// New makes the room.
func New(run *op.Runner, authorizations Authorizations) *Room {
	return &Room{run: run, authorizations: authorizations, Holidays: agency.Holidays}
}

func (r *Room) today(ctx context.Context) calendar.Date { return calendar.Today(ctx, r.run.Clock) }

// DayBegins is the beginning of today in the agency's zone.
func (r *Room) DayBegins(ctx context.Context) calendar.Time {
	return calendar.Moment(r.today(ctx), 0, 0, calendar.Zone(ctx))
}

// maxList is how many records a list gives at once.
const maxList = 200

func limited(n int) int {
	if n <= 0 || n > maxList+1 {
		return 50
	}
	return n
}

// ScheduleFilter narrows a list of schedules.
type ScheduleFilter struct {
	Status         string
	Provider, Case db.ID
	Before         db.ID // the last id of the page before
	Limit          int
}

// Schedules lists schedules, the newest first.
func (r *Room) Schedules(ctx context.Context, a access.Actor, f ScheduleFilter) (list []Schedule, err error) {
	f.Limit = limited(f.Limit)
	err = r.run.Read(ctx, func(q *db.Reader) error {
		list, err = listSchedules(q, a, r.run.Now(), f)
		return err
	})
	return list, err
}

// ScheduleFile is a schedule with what belongs to it.
type ScheduleFile struct {
	Schedule Schedule
	Actions  []flow.Action
	Provider text.Pair
	Sessions []SessionRow
	Days     []calendar.Date // it would meet on, while it is not approved
	Waiting  []Authorization // whom it enrols once approved
}

// Schedule opens a schedule.
func (r *Room) Schedule(ctx context.Context, a access.Actor, id db.ID) (f ScheduleFile, err error) {
	err = r.run.Read(ctx, func(q *db.Reader) error {
		if f.Schedule, err = loadSchedule(q, a, r.run.Now(), id); err != nil {
			return err
		}
		if f.Provider, err = r.providerName(q, f.Schedule.Provider); err != nil {
			return err
		}
		if f.Waiting, err = r.seenWaiting(q, a, f.Schedule.Waiting.V); err != nil {
			return err
		}
		if f.Schedule.Status != "approved" && f.Schedule.Status != "closed" {
			holidays, err := r.holidays(q, f.Schedule)
			f.Days = f.Schedule.Days(holidays)
			return err
		}
		list, err := sessionsOfSchedule(q, id)
		if err == nil {
			f.Sessions, err = r.counted(q, list)
		}
		return err
	})
	f.Actions = ScheduleFlow.Actions(a, f.Schedule)
	return f, err
}

func (r *Room) providerName(q db.Q, id db.ID) (text.Pair, error) {
	if r.Providers == nil {
		return text.Pair{}, nil
	}
	names, err := r.Providers(q, id)
	return names[id], err
}

// seenWaiting gives the waiting residents that the actor may know of.
func (r *Room) seenWaiting(q db.Q, a access.Actor, ids []db.ID) ([]Authorization, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	known, err := r.authorizations.Of(q, ids...)
	var out []Authorization
	for _, id := range ids {
		x, ok := known[id]
		if !ok || err != nil {
			continue
		}
		if r.mayUse(q, a, x) == nil {
			out = append(out, x)
		}
	}
	return out, err
}

// mayUse is not found unless the actor may enrol under the authorization: its
// provider, or staff who see its case.
func (r *Room) mayUse(q db.Q, a access.Actor, x Authorization) error {
	switch {
	case a.Is(access.System):
		return nil
	case a.Is(access.ProviderRoles...) && !a.Provider.IsZero():
		if x.Provider != a.Provider {
			return fault.NotFound()
		}
		return nil
	}
	_, err := cases.Load(q, a, r.run.Now(), x.Case)
	return err
}

func (r *Room) holidays(q db.Q, s Schedule) (calendar.Holidays, error) {
	if !s.SkipHolidays || r.Holidays == nil || !s.From.Valid() || !s.Until.Valid() {
		return nil, nil
	}
	return r.Holidays(q, s.From, s.Until)
}

// SessionFilter narrows a list of sessions.
type SessionFilter struct {
	Provider, Case, Schedule db.ID
	Status                   string
	Latest                   bool          // the newest first
	After                    calendar.Time // start of the last session of the page before, or where to begin
	AfterID                  db.ID
	Limit                    int
}

// SessionRow is a session in a list.
type SessionRow struct {
	Session
	Enrolled, Unmarked int64
}

// Sessions lists sessions. A provider sees its own; staff say which case,
// provider or schedule they ask about.
func (r *Room) Sessions(ctx context.Context, a access.Actor, f SessionFilter) (rows []SessionRow, err error) {
	if a.Is(access.ProviderRoles...) {
		f.Provider = a.Provider
	} else if f.Provider.IsZero() && f.Case.IsZero() && f.Schedule.IsZero() {
		return nil, nil // no list of every session there ever was
	}
	f.Limit = limited(f.Limit)
	if f.Latest && f.After == 0 {
		f.After = calendar.Time(1 << 62)
	}
	err = r.run.Read(ctx, func(q *db.Reader) error {
		list, err := listSessions(q, a, r.run.Now(), f)
		if err == nil {
			rows, err = r.counted(q, list)
		}
		return err
	})
	return rows, err
}

func (r *Room) counted(q db.Q, list []Session) ([]SessionRow, error) {
	rows := make([]SessionRow, len(list))
	if len(list) == 0 {
		return rows, nil
	}
	ids := make([]db.ID, len(list))
	for i, s := range list {
		ids[i] = s.ID
	}
	taken, err := seatsTaken(q, ids)
	if err != nil {
		return nil, err
	}
	open, err := unmarkedIn(q, ids)
	for i, s := range list {
		rows[i] = SessionRow{s, taken[s.ID], open[s.ID]}
	}
	return rows, err
}

// Seat is one line of a roster.
type Seat struct {
	Enrolment     Enrolment
	Authorization Authorization
	Disbursement  db.ID
	Outcome       string // "" while not marked
	Planned       ledger.Quantity
	Delivered     ledger.Quantity // in this session
	Left          ledger.Quantity // of the authorization, after what was delivered so far
	Note          string          // of the last mark
}

// Low reports whether the session at hand, when delivered, uses up the
// authorization.
func (s Seat) Low() bool {
	left := s.Left
	if s.Outcome == "" {
		left -= s.Planned
	}
	return left <= 0
}

// Roster is a session with its places.
type Roster struct {
	Session       Session
	Actions       []flow.Action
	Provider      text.Pair
	Seats         []Seat
	Taken         int64 // all places, also those the actor does not see
	Before, After Session
	Delivered     ledger.Money // of all seats together
	Early         bool         // its day has not come
}

// Roster opens a session with those enrolled whom the actor may see, by kana.
func (r *Room) Roster(ctx context.Context, a access.Actor, id db.ID) (out Roster, err error) {
	err = r.run.Read(ctx, func(q *db.Reader) error {
		out, err = r.roster(q, a, id)
		return err
	})
	if err != nil {
		return Roster{}, err
	}
	out.Actions, out.Early = SessionFlow.Actions(a, out.Session), out.Session.On > r.today(ctx)
	return out, r.run.Reads.Note(ctx, a, "opened", "session", id, "")
}

func (r *Room) roster(q db.Q, a access.Actor, id db.ID) (out Roster, err error) {
	if out.Session, err = loadSession(q, a, r.run.Now(), id); err != nil {
		return out, err
	}
	if out.Before, out.After, err = neighbours(q, out.Session); err != nil {
		return out, err
	}
	if out.Provider, err = r.providerName(q, out.Session.Provider); err != nil {
		return out, err
	}
	list, err := enrolmentsOf(q, a, r.run.Now(), id)
	if err != nil {
		return out, err
	}
	taken, err := seatsTaken(q, []db.ID{id})
	if err != nil {
		return out, err
	}
	out.Taken = taken[id]
	if len(list) > 0 {
		out.Seats, err = r.seats(q, list)
	}
	for _, s := range out.Seats {
		amount, err := s.Authorization.Amount(s.Delivered)
		if err == nil {
			out.Delivered, err = out.Delivered.Add(amount)
		}
		if err != nil {
			return out, err
		}
	}
	return out, err
}

func (r *Room) seats(q db.Q, list []Enrolment) ([]Seat, error) {
	var enrolments, authorizations []db.ID
	for _, e := range list {
		enrolments, authorizations = append(enrolments, e.ID), append(authorizations, e.Authorization)
	}
	authorizations = distinct(authorizations)
	tallies, err := talliedOf(q, enrolments)
	if err != nil {
		return nil, err
	}
	delivered, err := deliveredUnder(q, authorizations)
	if err != nil {
		return nil, err
	}
	known, err := r.authorizations.Of(q, authorizations...)
	seats := make([]Seat, len(list))
	for i, e := range list {
		x, t := known[e.Authorization], tallies[e.ID]
		seats[i] = Seat{Enrolment: e, Authorization: x, Disbursement: t.Disbursement, Planned: t.Planned, Delivered: t.Delivered,
			Left: x.Units - ledger.Quantity(delivered[e.Authorization]), Note: t.Note}
		if e.Status != "enrolled" {
			seats[i].Outcome = e.Status
		}
	}
	slices.SortStableFunc(seats, func(a, b Seat) int {
		if a.Authorization.Kana != b.Authorization.Kana {
			return compare(a.Authorization.Kana, b.Authorization.Kana)
		}
		return compare(a.Authorization.Name, b.Authorization.Name)
	})
	return seats, err
}

func compare(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// EnrolmentFile is one place with its history.
type EnrolmentFile struct {
	Place         Place
	Actions       []flow.Action
	Authorization Authorization
	Marks         []Mark
	Progress      []Progress
}

// Enrolment opens one place.
func (r *Room) Enrolment(ctx context.Context, a access.Actor, id db.ID) (f EnrolmentFile, err error) {
	err = r.run.Read(ctx, func(q *db.Reader) error {
		list, err := listPlaces(q, a, r.run.Now(), PlaceFilter{Enrolment: id, Limit: 1})
		if err != nil {
			return err
		}
		if len(list) == 0 {
			return fault.NotFound()
		}
		f.Place = list[0]
		known, err := r.authorizations.Of(q, f.Place.Authorization)
		if err != nil {
			return err
		}
		f.Authorization = known[f.Place.Authorization]
		if f.Marks, err = marksOf(q, id); err != nil {
			return err
		}
		f.Progress, err = progressOfEnrolment(q, id)
		return err
	})
	if err != nil {
		return EnrolmentFile{}, err
	}
	f.Actions = EnrolmentFlow.Actions(a, f.Place.Enrolment)
	return f, r.run.Reads.Note(ctx, a, "opened", "session_enrolment", id, "")
}

// PlaceFilter narrows a list of enrolments or disbursements.
type PlaceFilter struct {
	Session, Case, Authorization db.ID
	Enrolment, Disbursement      db.ID
	Status                       string
	Before                       db.ID
	Limit                        int
}

// Places lists enrolments with what was delivered, the newest first.
func (r *Room) Places(ctx context.Context, a access.Actor, f PlaceFilter) (list []Place, err error) {
	if !a.Is(access.ProviderRoles...) && f.Session.IsZero() && f.Case.IsZero() && f.Authorization.IsZero() && f.Enrolment.IsZero() && f.Disbursement.IsZero() {
		return nil, nil
	}
	f.Limit = limited(f.Limit)
	err = r.run.Read(ctx, func(q *db.Reader) error {
		list, err = listPlaces(q, a, r.run.Now(), f)
		return err
	})
	return list, err
}

// OwnPlace is a session as its resident reads it.
type OwnPlace struct {
	ID           db.ID
	Version      int64
	Title        string
	StartsAt     calendar.Time
	EndsAt       calendar.Time
	Where        string
	Practitioner string
	Status       string // of the enrolment
	State        string // of the session
	MayCancel    bool
}

// Mine lists the sessions of the resident who asks: what is to come, and the
// last month.
func (r *Room) Mine(ctx context.Context, a access.Actor) (out []OwnPlace, err error) {
	if a.Person.IsZero() {
		return nil, fault.NotFound()
	}
	var list []Place
	err = r.run.Read(ctx, func(q *db.Reader) error {
		list, err = placesOfPerson(q, a.Person, r.today(ctx).AddDays(-31), maxList)
		return err
	})
	for _, p := range list {
		out = append(out, OwnPlace{ID: p.ID, Version: p.Version, Title: p.Title, StartsAt: p.StartsAt, EndsAt: p.EndsAt, Where: p.Where,
			Practitioner: p.Practitioner, Status: p.Status, State: p.SessionState,
			MayCancel: p.Status == "enrolled" && p.SessionState == "scheduled" && p.StartsAt > r.run.Now()})
	}
	return out, err
}

// Candidate is an authorization a provider may enrol under, with what is left.
type Candidate struct {
	Authorization
	Left ledger.Quantity // neither delivered nor planned
}

// Candidates lists whom the provider who asks may enrol on a day; when none is
// said, whom they may plan for from today on.
func (r *Room) Candidates(ctx context.Context, a access.Actor, on calendar.Date) (out []Candidate, err error) {
	if a.Provider.IsZero() || !a.Is(access.ProviderRoles...) {
		return nil, fault.NotFound()
	}
	err = r.run.Read(ctx, func(q *db.Reader) error {
		list, err := r.authorizations.OfProvider(q, a.Provider, cmp.Or(on, r.today(ctx)))
		if on != "" {
			list = slices.DeleteFunc(list, func(x Authorization) bool { return !x.Covers(on) })
		}
		if err != nil || len(list) == 0 {
			return err
		}
		ids := make([]db.ID, len(list))
		for i, x := range list {
			ids[i] = x.ID
		}
		used, err := unitsUsed(q, ids)
		for _, x := range list {
			out = append(out, Candidate{x, x.Units - ledger.Quantity(used[x.ID])})
		}
		return err
	})
	return out, err
}

// QueuePlaces queues the newest places of a case; rows come only to staff who
// see it.
func (r *Room) QueuePlaces(b *db.Batch, a access.Actor, of db.ID, limit int) *db.Answer[Place] {
	return queuePlaces(b, a, r.run.Now(), of, limit)
}

// Busy says that a case still has places in sessions; a slot of cases.
func Busy(q db.Q, of db.ID) ([]cases.Blocker, error) {
	n, err := waitingIn(q, of)
	if err != nil || n == 0 {
		return nil, err
	}
	return []cases.Blocker{{Key: "delivery.busy", Args: map[string]any{"n": n}}}, nil
}

// Know gives authorizations by id, for the room that pays.
func (r *Room) Know(q db.Q, ids ...db.ID) (map[db.ID]Authorization, error) {
	return r.authorizations.Of(q, ids...)
}
