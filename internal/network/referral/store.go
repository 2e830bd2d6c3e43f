package referral

import (
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/sight"
	"kizuna/internal/resident/people"
)

// ofCase is what an actor sees of the cases that referrals hang on.
func ofCase(a access.Actor, now calendar.Time) sight.Lens {
	return sight.Lens{Actor: a, Now: now, Kind: "case", Restricted: "c.restricted"}
}

// ofProvider is what a provider's people see: what was sent to their provider.
func ofProvider(a access.Actor, now calendar.Time, kind string) sight.Lens {
	return sight.Lens{Actor: a, Now: now, Kind: kind}
}

// What was sent to a provider, and what came of it, concerns whoever takes part in the case.
var (
	_ = sight.Concerns("invitation", "person", "SELECT x.id FROM case_participant y JOIN invitation x ON x.case_id = y.case_id WHERE y.status <> 'void' AND y.person IN (@barred)")
	_ = sight.Concerns("authorization", "person", "SELECT x.id FROM case_participant y JOIN authorization_given x ON x.case_id = y.case_id WHERE y.status <> 'void' AND y.person IN (@barred)")
)

var (
	selectReferral      = "SELECT " + db.Columns[Referral]("r") + " FROM referral r JOIN case_file c ON c.id = r.case_id WHERE "
	selectInvitation    = "SELECT " + db.Columns[Invitation]("i") + " FROM invitation i WHERE "
	seenInvitation      = "SELECT " + db.Columns[Invitation]("i") + " FROM invitation i JOIN case_file c ON c.id = i.case_id WHERE "
	selectAuthorization = "SELECT " + db.Columns[Authorization]("z") + " FROM authorization_given z WHERE "
	seenAuthorization   = "SELECT " + db.Columns[Authorization]("z") + " FROM authorization_given z JOIN case_file c ON c.id = z.case_id WHERE "
	textThread          = "SELECT " + db.Columns[Message]("") + " FROM invitation_message WHERE invitation = ? AND status <> 'void' ORDER BY id LIMIT 500"

	textInvitationsOf  = selectInvitation + "i.referral IN (??) AND i.status <> 'void' ORDER BY i.id"
	textThreads        = "SELECT " + db.Columns[Message]("m") + " FROM invitation_message m JOIN invitation i ON i.id = m.invitation WHERE i.referral = ? ORDER BY m.id LIMIT 2000"
	providersOfCase    = "SELECT provider FROM invitation WHERE case_id = ?"
	textAskedFor       = selectReferral + "r.person = ? AND r.status IN ('draft', 'sent') ORDER BY r.id"
	textInvitations    = selectInvitation + "i.referral = ? AND i.status <> 'void' ORDER BY i.id"
	textAuthorizations = selectAuthorization + "z.referral = ? AND z.status <> 'void' ORDER BY z.id DESC"
)

// Load gives a referral of a case the actor may see, or not found.
func Load(q db.Q, a access.Actor, now calendar.Time, id db.ID) (Referral, error) {
	seen := ofCase(a, now).One("r.case_id")
	return db.One[Referral](q, selectReferral+"r.id = ? AND "+seen.SQL, append([]any{id}, seen.Args...)...)
}

func queueReferral(b *db.Batch, a access.Actor, now calendar.Time, id db.ID) *db.Answer[Referral] {
	seen := ofCase(a, now).One("r.case_id")
	return db.Queue[Referral](b, selectReferral+"r.id = ? AND "+seen.SQL, append([]any{id}, seen.Args...)...)
}

// lock holds a referral's row: who decides it comes one after the other.
func lock(w db.W, id db.ID) error {
	_, err := db.All[int](w, "SELECT 1 FROM referral WHERE id = ?"+db.ForUpdate(w), id)
	return err
}

// byInvitation reads invitations as the actor may: the agency's staff through
// the case, a provider's people through what was sent to them.
func byInvitation(a access.Actor, now calendar.Time) (text string, seen sight.Clause) {
	if a.Is(access.StaffRoles...) {
		return seenInvitation, ofCase(a, now).One("i.case_id")
	}
	return selectInvitation, ofProvider(a, now, "invitation").One("i.id")
}

func loadInvitation(q db.Q, a access.Actor, now calendar.Time, id db.ID) (Invitation, error) {
	text, seen := byInvitation(a, now)
	return db.One[Invitation](q, text+"i.id = ? AND i.status <> 'void' AND "+seen.SQL, append([]any{id}, seen.Args...)...)
}

func invitationsOf(q db.Q, referral db.ID) ([]Invitation, error) {
	return db.All[Invitation](q, textInvitations, referral)
}

// listInvitations lists what was sent to a provider, the newest first.
func listInvitations(q db.Q, a access.Actor, now calendar.Time, statuses []string, before db.ID, limit int) ([]Invitation, error) {
	seen := ofProvider(a, now, "invitation").Passing("i.id")
	args := append([]any{a.Provider, db.ListOf(statuses), lastOr(before)}, seen.Args...)
	return db.All[Invitation](q, selectInvitation+"i.provider = ? AND i.status IN (??) AND i.id < ? AND "+seen.SQL+" ORDER BY i.id DESC LIMIT ?", append(args, limit)...)
}

// queueWaiting counts, up to most, what of a provider waits in a status.
func queueWaiting(b *db.Batch, a access.Actor, statuses []string, most int) *db.Answer[int] {
	of := ofProvider(a, 0, "invitation").Except(sight.Clause{SQL: "provider = ? AND status IN (??)", Args: []any{a.Provider, db.ListOf(statuses)}}, "id")
	return db.Queue[int](b, "SELECT COUNT(*) FROM (SELECT 1 AS one FROM invitation WHERE "+of.SQL+" LIMIT ?) n", append(of.Args, most)...)
}

var lastID = db.MustID("ffffffff-ffff-ffff-ffff-ffffffffffff")

func lastOr(before db.ID) db.ID {
	if before.IsZero() {
		return lastID
	}
	return before
}

// listReferrals lists the referrals of the cases an actor sees, the newest
// first.
func listReferrals(q db.Q, a access.Actor, now calendar.Time, f Filter) ([]Referral, error) {
	args := []any{db.ListOf(f.statuses()), lastOr(f.Before)}
	where := "r.status IN (??) AND r.id < ?"
	if !f.Case.IsZero() {
		where += " AND r.case_id = ?"
		args = append(args, f.Case)
	}
	if f.Mine {
		where += " AND r.owner = ?"
		args = append(args, a.ID)
	}
	seen := ofCase(a, now).Passing("r.case_id")
	if f.Case.IsZero() && !f.Mine {
		var err error
		if seen, err = ofCase(a, now).Listing(q, "r.case_id"); err != nil {
			return nil, err
		}
	}
	args = append(append(args, seen.Args...), f.Limit)
	return db.All[Referral](q, selectReferral+where+" AND "+seen.SQL+" ORDER BY r.id DESC LIMIT ?", args...)
}

// queueOfCase gives a case's referrals in a batch; the caller has checked that
// the actor may see the case.
func queueOfCase(b *db.Batch, a access.Actor, now calendar.Time, id db.ID) *db.Answer[Referral] {
	seen := ofCase(a, now).One("r.case_id")
	return db.Queue[Referral](b, selectReferral+"r.case_id = ? AND r.status <> 'void' AND "+seen.SQL+" ORDER BY r.id DESC LIMIT 20", append([]any{id}, seen.Args...)...)
}

func queueInvitationsOfCase(b *db.Batch, a access.Actor, now calendar.Time, id db.ID) *db.Answer[Invitation] {
	seen := ofCase(a, now).One("i.case_id")
	return db.Queue[Invitation](b, seenInvitation+`i.referral IN (SELECT id FROM referral WHERE case_id = ? ORDER BY id DESC LIMIT 20)
		AND i.status <> 'void' AND `+seen.SQL+" ORDER BY i.id", append([]any{id}, seen.Args...)...)
}

// AuthorizationOf gives an authorization; the caller has checked that the
// actor may see what names it.
func AuthorizationOf(q db.Q, id db.ID) (Authorization, error) {
	return db.One[Authorization](q, selectAuthorization+"z.id = ? AND z.status <> 'void'", id)
}

// LoadAuthorization gives an authorization the actor may see: through its
// case, or as the provider's own.
func LoadAuthorization(q db.Q, a access.Actor, now calendar.Time, id db.ID) (Authorization, error) {
	text, seen := byAuthorization(a, now)
	return db.One[Authorization](q, text+"z.id = ? AND z.status <> 'void' AND "+seen.SQL, append([]any{id}, seen.Args...)...)
}

func byAuthorization(a access.Actor, now calendar.Time) (text string, seen sight.Clause) {
	if a.Is(access.StaffRoles...) || a.Is(access.System) {
		return seenAuthorization, ofCase(a, now).One("z.case_id")
	}
	return selectAuthorization, ofProvider(a, now, "authorization").One("z.id")
}

// Authorizations gives authorizations by id; the caller has checked that the
// actor may see what names them.
func Authorizations(q db.Q, ids ...db.ID) (map[db.ID]Authorization, error) {
	out := make(map[db.ID]Authorization, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	list, err := db.All[Authorization](q, selectAuthorization+"z.id IN (??)", db.ListOf(ids))
	for _, z := range list {
		out[z.ID] = z
	}
	return out, err
}

// LockAuthorizations holds the rows of authorizations, in the order of their
// ids, for rules across what is counted against them; the caller checks that
// the actor may use them.
func LockAuthorizations(w db.W, ids []db.ID) error {
	if len(ids) == 0 {
		return nil
	}
	_, err := db.All[int](w, "SELECT 1 FROM authorization_given WHERE id IN (??) ORDER BY id"+db.ForUpdate(w), db.ListOf(ids))
	return err
}

// QueueHeld counts in a batch the referrals of persons, of cases that the actor
// sees.
func QueueHeld(b *db.Batch, a access.Actor, now calendar.Time, persons []db.ID) *db.Answer[people.Held] {
	seen := ofCase(a, now).One("r.case_id")
	return db.Queue[people.Held](b, `SELECT 'referral' AS kind, r.person AS person, COUNT(*) AS n FROM referral r JOIN case_file c ON c.id = r.case_id
		WHERE r.person IN (??) AND r.status <> 'void' AND `+seen.SQL+" GROUP BY r.person", append([]any{db.ListOf(persons)}, seen.Args...)...)
}

// QueueServing asks in a batch for the authorizations under which a person is
// served now, of cases that the actor sees.
func QueueServing(b *db.Batch, a access.Actor, now calendar.Time, person db.ID) *db.Answer[Authorization] {
	seen := ofCase(a, now).One("z.case_id")
	return db.Queue[Authorization](b, seenAuthorization+`z.referral IN (SELECT id FROM referral WHERE person = ?) AND z.status IN ('active', 'exhausted')
		AND `+seen.SQL+" ORDER BY z.id LIMIT 50", append([]any{person}, seen.Args...)...)
}

// standingOn gives the referrals that go on with providers who were told of
// persons by one of some consents.
func standingOn(q db.Q, persons, consents []db.ID) ([]Referral, error) {
	return db.All[Referral](q, selectReferral+`r.person IN (??) AND r.status IN (??) AND EXISTS (SELECT 1 FROM invitation i WHERE i.referral = r.id AND i.consent IN (??)
		AND i.status IN ('sent', 'viewed', 'requested', 'waitlist_offered', 'authorized')) ORDER BY r.id`, db.ListOf(persons), db.ListOf(goesOn), db.ListOf(consents))
}

// Asking is a provider that is asked to serve a person and has not said no.
type Asking struct {
	Case     db.ID `db:"case_id"`
	Provider db.ID `db:"provider"`
	Benefit  db.ID `db:"benefit"` // zero for none
}

// QueueAsking asks in a batch for the providers whose answer about a person is
// awaited or weighed, of cases that the actor sees.
func QueueAsking(b *db.Batch, a access.Actor, now calendar.Time, person db.ID) *db.Answer[Asking] {
	seen := ofCase(a, now).One("r.case_id")
	return db.Queue[Asking](b, `SELECT r.case_id, i.provider, r.benefit FROM referral r JOIN case_file c ON c.id = r.case_id
		JOIN invitation i ON i.referral = r.id AND i.status IN ('sent', 'viewed', 'requested', 'waitlist_offered')
		WHERE r.person = ? AND r.status = 'sent' AND `+seen.SQL+" ORDER BY i.id LIMIT 50", append([]any{person}, seen.Args...)...)
}

// AuthorizationsOf gives the authorizations of benefit assignments, the newest
// first, under the same condition as Authorizations.
func AuthorizationsOf(q db.Q, assignments ...db.ID) ([]Authorization, error) {
	if len(assignments) == 0 {
		return nil, nil
	}
	return db.All[Authorization](q, selectAuthorization+"z.assignment IN (??) AND z.status <> 'void' ORDER BY z.id DESC", db.ListOf(assignments))
}

func listAuthorizations(q db.Q, a access.Actor, now calendar.Time, of db.ID, before db.ID, limit int) ([]Authorization, error) {
	text, seen := seenAuthorization, ofCase(a, now).Passing("z.case_id")
	where := "z.status <> 'void' AND z.id < ?"
	args := []any{lastOr(before)}
	if !a.Is(access.StaffRoles...) {
		text, seen = selectAuthorization, ofProvider(a, now, "authorization").Passing("z.id")
		where += " AND z.provider = ?"
		args = append(args, a.Provider)
	} else if of.IsZero() {
		var err error
		if seen, err = ofCase(a, now).Listing(q, "z.case_id"); err != nil {
			return nil, err
		}
	}
	if !of.IsZero() {
		where += " AND z.case_id = ?"
		args = append(args, of)
	}
	args = append(append(args, seen.Args...), limit)
	return db.All[Authorization](q, text+where+" AND "+seen.SQL+" ORDER BY z.id DESC LIMIT ?", args...)
}

func queueThread(b *db.Batch, invitation db.ID) *db.Answer[Message] {
	return db.Queue[Message](b, textThread, invitation)
}

func unanswered(q db.Q, today calendar.Date, limit int) ([]Invitation, error) {
	return db.All[Invitation](q, selectInvitation+"i.status IN ('sent', 'viewed') AND i.answer_by < ? ORDER BY i.answer_by LIMIT ?", today, limit)
}

// goingOn gives those of authorizations that may be delivered on.
func goingOn(q db.Q, ids []db.ID) ([]Authorization, error) {
	return db.All[Authorization](q, selectAuthorization+"z.id IN (??) AND z.status IN ('active', 'exhausted') ORDER BY z.id", db.ListOf(ids))
}

func runOut(q db.Q, today calendar.Date, limit int) ([]Authorization, error) {
	return db.All[Authorization](q, selectAuthorization+"z.status = 'active' AND z.until_date < ? ORDER BY z.until_date LIMIT ?", today, limit)
}

// referralByID gives a referral whoever asks: for what the program itself does.
func referralByID(q db.Q, id db.ID) (Referral, error) {
	return db.One[Referral](q, selectReferral+"r.id = ?", id)
}

// unbegun gives those of referrals, whoever asks, whose service has not begun.
func unbegun(q db.Q, ids []db.ID) ([]Referral, error) {
	return db.All[Referral](q, selectReferral+"r.id IN (??) AND r.status = 'authorized' ORDER BY r.id", db.ListOf(ids))
}

// hanging counts what of a case still runs here.
func hanging(q db.Q, of db.ID) (asked, running int, err error) {
	b := db.NewBatch()
	sent := db.Queue[int](b, "SELECT COUNT(*) FROM referral WHERE case_id = ? AND status IN ('draft', 'sent')", of)
	active := db.Queue[int](b, "SELECT COUNT(*) FROM authorization_given WHERE case_id = ? AND status = 'active'", of)
	if err := db.Send(q, b); err != nil {
		return 0, 0, err
	}
	asked, _ = sent.First()
	running, _ = active.First()
	return asked, running, nil
}

// waitingOne is a referral that is not over, with what it waits for.
type waitingOne struct {
	ID       db.ID         `db:"id"`
	Case     db.ID         `db:"case_id"`
	Status   string        `db:"status"`
	AnswerBy calendar.Date `db:"answer_by"`
	FirstBy  calendar.Date `db:"first_by"` // of its authorization
	Offers   int           `db:"offers"`
	Open     int           `db:"open"` // who has not answered
}

// underWay gives, by case, its referrals that are not over: those asked first,
// then those authorized, then those in service.
func underWay(q db.Q, of []db.ID) (map[db.ID][]waitingOne, error) {
	list, err := db.All[waitingOne](q, `SELECT r.id, r.case_id, r.status, r.answer_by,
		COALESCE((SELECT MAX(z.first_by) FROM authorization_given z WHERE z.referral = r.id AND z.status = 'active'), '') AS first_by,
		(SELECT COUNT(*) FROM invitation i WHERE i.referral = r.id AND i.status IN ('requested', 'waitlist_offered')) AS offers,
		(SELECT COUNT(*) FROM invitation i WHERE i.referral = r.id AND i.status IN ('sent', 'viewed')) AS open
		FROM referral r WHERE r.case_id IN (??) AND r.status IN ('sent', 'authorized', 'in_service')
		ORDER BY CASE r.status WHEN 'sent' THEN 1 WHEN 'authorized' THEN 2 ELSE 3 END, r.id`, db.ListOf(of))
	out := make(map[db.ID][]waitingOne, len(of))
	for _, x := range list {
		out[x.Case] = append(out[x.Case], x)
	}
	return out, err
}

// undecided lists the sent referrals of a case.
func undecided(q db.Q, of db.ID) ([]Referral, error) {
	return db.All[Referral](q, selectReferral+"r.case_id = ? AND r.status = 'sent' ORDER BY r.id", of)
}

// missing is the fault of a record that is not there for this actor.
func missing[T any](a *db.Answer[T]) (T, error) {
	v, ok := a.First()
	if !ok {
		return v, fault.NotFound()
	}
	return v, nil
}

// ActiveOfProvider lists the authorizations of a provider that run on a day or
// begin after it, the earliest first; the caller has checked that the actor belongs to
// the provider or the agency.
func ActiveOfProvider(q db.Q, provider db.ID, on calendar.Date) ([]Authorization, error) {
	return db.All[Authorization](q, selectAuthorization+"z.provider = ? AND z.status = 'active' AND z.until_date >= ? ORDER BY z.from_date, z.id", provider, on)
}

func invitationsByID(q db.Q, ids []db.ID) (map[db.ID]Invitation, error) {
	list, err := db.All[Invitation](q, selectInvitation+"i.id IN (??)", db.ListOf(ids))
	out := make(map[db.ID]Invitation, len(list))
	for _, i := range list {
		out[i.ID] = i
	}
	return out, err
}

// ToAnswer is an invitation that waits for its provider, without its packet.
type ToAnswer struct {
	ID       db.ID          `db:"id"`
	Status   string         `db:"status"`
	Asked    db.JSON[Asked] `db:"asked"`
	AnswerBy calendar.Date  `db:"answer_by"`
	Waiting  int            `db:"waiting"` // how many there are, this one included
}

// QueueToAnswer gives what waits for an answer of the actor's provider, the
// earliest answer day first.
func QueueToAnswer(b *db.Batch, a access.Actor, now calendar.Time, limit int) *db.Answer[ToAnswer] {
	seen := ofProvider(a, now, "invitation").One("i.id")
	args := append([]any{a.Provider}, seen.Args...)
	return db.Queue[ToAnswer](b, "SELECT i.id, i.status, i.asked, i.answer_by, COUNT(*) OVER () AS waiting FROM invitation i WHERE i.provider = ? AND i.status IN ('sent', 'viewed') AND "+
		seen.SQL+" ORDER BY i.answer_by, i.id LIMIT ?", append(args, limit)...)
}

// ToCompare is a referral of which offers wait to be compared.
type ToCompare struct {
	ID       db.ID         `db:"id"`
	Number   string        `db:"number"`
	Title    string        `db:"title"`
	AnswerBy calendar.Date `db:"answer_by"`
	Person   string        `db:"name"` // whom it is for
	Offers   int           `db:"offers"`
	Currency string        `db:"currency"`
	Least    int64         `db:"least"` // the price of a unit where it is cheapest, and where dearest
	Most     int64         `db:"most"`
	First    calendar.Date `db:"first_date"` // the earliest day somebody could begin
}

// QueueToCompare gives the referrals an actor sent of which offers wait, the
// earliest answer day first, in a batch.
func QueueToCompare(b *db.Batch, a access.Actor, now calendar.Time, limit int) *db.Answer[ToCompare] {
	seen := ofCase(a, now).One("c.id")
	return db.Queue[ToCompare](b, `SELECT r.id, r.number, r.title, r.answer_by, p.name, COUNT(i.id) AS offers, MAX(i.currency) AS currency,
		MIN(i.minor) AS least, MAX(i.minor) AS most, MIN(i.first_date) AS first_date
		FROM referral r JOIN case_file c ON c.id = r.case_id JOIN person p ON p.id = r.person
		JOIN invitation i ON i.referral = r.id AND i.status = 'requested'
		WHERE r.owner = ? AND r.status = 'sent' AND `+seen.SQL+`
		GROUP BY r.id, r.number, r.title, r.answer_by, p.name ORDER BY r.answer_by, r.id LIMIT ?`, append(append([]any{a.ID}, seen.Args...), limit)...)
}
