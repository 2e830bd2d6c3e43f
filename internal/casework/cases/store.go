package cases

import (
	"cmp"
	"slices"
	"strings"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/journal"
	"kizuna/internal/ground/sight"
	"kizuna/internal/resident/people"
)

// lens is what an actor sees of cases.
func lens(a access.Actor, now calendar.Time) sight.Lens {
	return sight.Lens{Actor: a, Now: now, Kind: "case", Restricted: "c.restricted"}
}

// Through is the condition under which an actor sees a case because of which
// they see something else; the case's id stands in the column.
func Through(a access.Actor, now calendar.Time, column string) sight.Clause {
	seen := lens(a, now).One("c.id")
	return sight.Clause{SQL: "EXISTS (SELECT 1 FROM case_file c WHERE c.id = " + column + " AND " + seen.SQL + ")", Args: seen.Args}
}

// InHand is the condition for what belongs to the cases in hand that an actor
// owns and sees; the case's id stands in the column.
func InHand(a access.Actor, now calendar.Time, column string) sight.Clause {
	seen := lens(a, now).One("c.id")
	return sight.Clause{SQL: column + " IN (SELECT c.id FROM case_file c WHERE c.owner = ? AND c.status IN ('open', 'paused') AND " + seen.SQL + ")", Args: append([]any{a.ID}, seen.Args...)}
}

// A case concerns whoever takes or took part in it.
var _ = sight.Concerns("case", "person", "SELECT x.case_id FROM case_participant x WHERE x.status <> 'void' AND x.person IN (@barred)")

var selectCase = "SELECT " + db.Columns[Case]("c") + " FROM case_file c WHERE "

// Load gives a case the actor may see, or not found.
func Load(q db.Q, a access.Actor, now calendar.Time, id db.ID) (Case, error) {
	text, args := loadText(a, now, id)
	return db.One[Case](q, text, args...)
}

// QueueLoad is Load in a batch; no row is not found.
func QueueLoad(b *db.Batch, a access.Actor, now calendar.Time, id db.ID) *db.Answer[Case] {
	text, args := loadText(a, now, id)
	return db.Queue[Case](b, text, args...)
}

func loadText(a access.Actor, now calendar.Time, id db.ID) (string, []any) {
	seen := lens(a, now).One("c.id")
	return selectCase + "c.id = ? AND " + seen.SQL, append([]any{id}, seen.Args...)
}

// Receiving gives a case that may take in what arrived: one the actor sees, or
// any that runs and is not restricted, since whoever receives is told that a
// resident has a case and not what is in it.
func Receiving(q db.Q, a access.Actor, now calendar.Time, id db.ID) (Case, error) {
	seen := lens(a, now).One("c.id")
	may := lens(a, now).Except(sight.Clause{SQL: "(c.restricted = FALSE AND c.status IN ('open', 'paused') OR " + seen.SQL + ")", Args: seen.Args}, "c.id")
	return db.One[Case](q, selectCase+"c.id = ? AND "+may.SQL, append([]any{id}, may.Args...)...)
}

// RunningOf lists the running cases that are for a person and not restricted;
// the caller shows no more of them than number, kind and team.
func RunningOf(q db.Q, person db.ID) ([]Case, error) {
	return db.All[Case](q, selectCase+"c.person = ? AND c.status IN ('open', 'paused') AND c.restricted = FALSE ORDER BY c.id DESC LIMIT 20", person)
}

// runningOwn lists the running cases that are for a person whoever asks.
func runningOwn(q db.Q, person db.ID) ([]Case, error) {
	return db.All[Case](q, selectCase+`c.person = ? AND c.status IN ('open', 'paused')
		AND NOT EXISTS (SELECT 1 FROM case_prompt p WHERE p.case_id = c.id AND p.kind = ? AND p.about = ?) ORDER BY c.id`, person, diedKind, person)
}

// toldOfDeath lists what cases were asked because somebody died.
func toldOfDeath(q db.Q, person db.ID) ([]Reminder, error) {
	return db.All[Reminder](q, selectReminder+"p.about = ? AND p.kind IN (?, ?) ORDER BY p.id", person, bereavedKind, diedKind)
}

// endedByDeath lists a person's own cases that run, or that ended because they died, where nobody is asked yet to look
// at what was stopped.
func endedByDeath(q db.Q, person db.ID) ([]Case, error) {
	return db.All[Case](q, selectCase+`c.person = ? AND (c.status IN ('open', 'paused') OR c.outcome = 'died' OR c.close_ground = 'died')
		AND NOT EXISTS (SELECT 1 FROM case_prompt p WHERE p.case_id = c.id AND p.kind = ? AND p.status = 'open') ORDER BY c.id`, person, correctedKind)
}

// byID gives a case whoever asks: for what the program itself does.
func byID(q db.Q, id db.ID) (Case, error) { return db.One[Case](q, selectCase+"c.id = ?", id) }

// lock holds the rows of cases, for rules across the rows below them.
func lock(w db.W, ids ...db.ID) error {
	_, err := db.All[int](w, "SELECT 1 FROM case_file WHERE id IN (??) ORDER BY id"+db.ForUpdate(w), db.ListOf(ids))
	return err
}

// CasesOf gives cases by id; the caller has checked that the actor may see
// what names them.
func CasesOf(q db.Q, ids ...db.ID) (map[db.ID]Case, error) {
	out := make(map[db.ID]Case, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	list, err := db.All[Case](q, selectCase+"c.id IN (??)", db.ListOf(ids))
	for _, c := range list {
		out[c.ID] = c
	}
	return out, err
}

// QueueOfPerson lists the cases a person takes part in that the actor sees, the
// newest first, in a batch.
func QueueOfPerson(b *db.Batch, a access.Actor, now calendar.Time, person db.ID) *db.Answer[Case] {
	seen := lens(a, now).One("c.id")
	return db.Queue[Case](b, selectCase+`c.status <> 'void' AND c.id IN (SELECT case_id FROM case_participant WHERE person = ? AND status <> 'void') AND `+
		seen.SQL+" ORDER BY c.id DESC LIMIT 50", append([]any{person}, seen.Args...)...)
}

// QueueHeld counts in a batch the cases that persons take or took part in, of
// those that the actor sees.
func QueueHeld(b *db.Batch, a access.Actor, now calendar.Time, persons []db.ID) *db.Answer[people.Held] {
	seen := lens(a, now).One("c.id")
	return db.Queue[people.Held](b, `SELECT 'case' AS kind, x.person AS person, COUNT(DISTINCT c.id) AS n FROM case_participant x JOIN case_file c ON c.id = x.case_id
		WHERE x.person IN (??) AND x.status <> 'void' AND c.status <> 'void' AND `+seen.SQL+" GROUP BY x.person", append([]any{db.ListOf(persons)}, seen.Args...)...)
}

// QueueTeamsOfPerson lists the case teams of the cases a person takes part in,
// in a batch; the caller shows them only with cases that the actor sees.
func QueueTeamsOfPerson(b *db.Batch, person db.ID) *db.Answer[Member] {
	return db.Queue[Member](b, selectMember+`status = 'active' AND case_id IN (SELECT case_id FROM case_participant
		WHERE person = ? AND status <> 'void') ORDER BY id LIMIT 500`, person)
}

// QueueBodiesOfPerson lists in a batch the organizations that take part in the
// running cases that are a person's, of those that the actor sees.
func QueueBodiesOfPerson(b *db.Batch, a access.Actor, now calendar.Time, person db.ID) *db.Answer[Participant] {
	seen := lens(a, now).One("c.id")
	return db.Queue[Participant](b, "SELECT "+db.Columns[Participant]("x")+` FROM case_participant x JOIN case_file c ON c.id = x.case_id
		WHERE c.person = ? AND c.status IN ('open', 'paused') AND x.organization IS NOT NULL AND x.status = 'active' AND `+seen.SQL+" ORDER BY x.id LIMIT 50",
		append([]any{person}, seen.Args...)...)
}

var (
	selectParticipant = "SELECT " + db.Columns[Participant]("") + " FROM case_participant WHERE "
	textParticipants  = selectParticipant + "case_id = ? AND status <> 'void' ORDER BY status, id"
	textPersons       = "SELECT person FROM case_participant WHERE case_id = ? AND status = 'active' AND person IS NOT NULL ORDER BY person"
	selectMember      = "SELECT " + db.Columns[Member]("") + " FROM case_member WHERE "
	textMembers       = selectMember + "case_id = ? AND status = 'active' ORDER BY id"
	selectNote        = "SELECT " + db.Columns[Note]("n") + " FROM case_note n WHERE "
	selectReminder    = "SELECT " + db.Columns[Reminder]("p") + " FROM case_prompt p WHERE "
	textReminders     = selectReminder + "p.case_id = ? AND p.status = 'open' ORDER BY p.due_on, p.id LIMIT 50"
	selectAttached    = "SELECT " + db.Columns[Attached]("") + " FROM case_source WHERE "
	textAttached      = selectAttached + "case_id = ? AND status = 'active' ORDER BY id"
)

// Participants lists who takes part in a case, those who left last.
func Participants(q db.Q, of db.ID) ([]Participant, error) {
	return db.All[Participant](q, textParticipants, of)
}

// Persons lists the persons taking part in a case now.
func Persons(q db.Q, of db.ID) ([]db.ID, error) { return db.All[db.ID](q, textPersons, of) }

// personsEver lists the persons taking part in a case, and those who did.
func personsEver(q db.Q, of db.ID) ([]db.ID, error) {
	return db.All[db.ID](q, "SELECT DISTINCT person FROM case_participant WHERE case_id = ? AND status <> 'void' AND person IS NOT NULL ORDER BY person", of)
}

// runningInHand lists the running cases that a user owns and in which a person takes part.
func runningInHand(q db.Q, user, person db.ID) ([]Case, error) {
	return db.All[Case](q, selectCase+`c.owner = ? AND c.status IN ('open', 'paused')
		AND c.id IN (SELECT case_id FROM case_participant WHERE person = ? AND status <> 'void') ORDER BY c.id`, user, person)
}

func participantByID(q db.Q, id db.ID) (Participant, error) {
	return db.One[Participant](q, selectParticipant+"id = ?", id)
}

func memberByID(q db.Q, id db.ID) (Member, error) {
	return db.One[Member](q, selectMember+"id = ?", id)
}

func membersOf(q db.Q, of db.ID) ([]Member, error) { return db.All[Member](q, textMembers, of) }

// readableNotes is what an actor reads of a case's notes: drafts of their own,
// and confidential ones only with confided.
func readableNotes(a access.Actor, of db.ID, confided bool) (string, []any) {
	return selectNote + `n.case_id = ? AND (n.author = ? OR n.status = 'published' AND (n.confidential = FALSE OR ` + truth(confided) + `))
		AND n.status IN ('draft', 'published')`, []any{of, author(a)}
}

// inOrder is how notes are shown: what happened last first.
const inOrder = " ORDER BY n.happened_at DESC, n.id DESC"

// shownNotes is what an actor reads of those notes of a case that its timeline
// shows, and of what they have not published yet.
func shownNotes(a access.Actor, of db.ID, confided bool, shown []journal.Row) (string, []any) {
	text, args := readableNotes(a, of, confided)
	ids := make(db.List, 0, len(shown))
	for _, row := range shown {
		ids = append(ids, row.Record)
	}
	return text + " AND (n.status = 'draft' OR n.id IN (??))" + inOrder, append(args, ids)
}

func truth(b bool) string {
	if b {
		return "TRUE"
	}
	return "FALSE"
}

// author is the actor's id, or one that wrote nothing.
func author(a access.Actor) db.ID {
	if a.Known() {
		return a.ID
	}
	return db.MustID("00000000-0000-7000-8000-000000000001")
}

func noteByID(q db.Q, id db.ID) (Note, error) { return db.One[Note](q, selectNote+"n.id = ?", id) }

func reminderByID(q db.Q, id db.ID) (Reminder, error) {
	return db.One[Reminder](q, selectReminder+"p.id = ?", id)
}

func openReminder(q db.Q, of db.ID, kind, href string) (Reminder, bool, error) {
	return db.Maybe[Reminder](q, selectReminder+"p.case_id = ? AND p.kind = ? AND p.href = ? AND p.status = 'open'", of, kind, href)
}

// bereaved is an open case whose person was close to somebody who died.
type bereaved struct {
	Case   db.ID  `db:"id"`
	Person db.ID  `db:"person"`
	Owner  db.ID  `db:"owner"`
	Team   db.ID  `db:"team"`
	Kind   string `db:"kind"` // of the tie
	Far    bool   `db:"far"`
}

// bereavedBy lists the running cases of those close to a person who died that
// were not told of it, once for each tie.
func bereavedBy(q db.Q, dead db.ID, on calendar.Date) ([]bereaved, error) {
	close, args := people.Close(dead, on)
	return db.All[bereaved](q, "SELECT c.id, c.person, c.owner, c.team, near.kind, near.far FROM ("+close+`) AS near
		JOIN case_file c ON c.person = near.person WHERE c.status IN ('open', 'paused')
		AND NOT EXISTS (SELECT 1 FROM case_prompt p WHERE p.case_id = c.id AND p.kind = ? AND p.about = ?)
		ORDER BY c.id, near.kind`, append(args, bereavedKind, dead)...)
}

func openReminders(q db.Q, of db.ID) ([]Reminder, error) {
	return db.All[Reminder](q, selectReminder+"p.case_id = ? AND p.status = 'open'", of)
}

// RemindersOf lists the open prompts of a user, then those of teams' cases that
// nobody owns, the earliest due first.
func RemindersOf(q db.Q, a access.Actor, limit int) ([]Reminder, error) {
	const first = " AND p.status = 'open' ORDER BY p.due_on, p.id LIMIT ?) AS arm"
	own := lens(a, 0).Except(sight.Clause{SQL: "p.owner = ?", Args: []any{author(a)}}, "p.case_id")
	text, args := "SELECT * FROM ("+selectReminder+own.SQL+first, append(own.Args, limit)
	if len(a.Teams) > 0 {
		teams := lens(a, 0).Except(sight.Clause{SQL: "p.team IN (??) AND p.owner IS NULL", Args: []any{db.ListOf(a.Teams)}}, "p.case_id")
		text += " UNION ALL SELECT * FROM (" + selectReminder + teams.SQL + first
		args = append(append(args, teams.Args...), limit)
	}
	list, err := db.All[Reminder](q, text, args...)
	slices.SortFunc(list, func(x, y Reminder) int { // an engine may mix the two
		switch own, other := !x.Owner.IsZero(), !y.Owner.IsZero(); {
		case own && !other:
			return -1
		case other && !own:
			return 1
		}
		return cmp.Or(cmp.Compare(x.DueOn, y.DueOn), slices.Compare(x.ID[:], y.ID[:]))
	})
	return list[:min(len(list), limit)], err
}

// Sources lists what came in and led to a case.
func Sources(q db.Q, of db.ID) ([]Attached, error) { return db.All[Attached](q, textAttached, of) }

// SourceOf lists the cases that something which came in led to.
func SourceOf(q db.Q, kind string, record db.ID) ([]Attached, error) {
	return db.All[Attached](q, selectAttached+"record = ? AND kind = ? AND status = 'active' ORDER BY id", record, kind)
}

// Row is a case as the worklist shows it.
type Row struct {
	ID            db.ID         `db:"id"`
	Status        string        `db:"status"`
	Version       int64         `db:"version"`
	Number        string        `db:"number"`
	Title         string        `db:"title"`
	MainKind      string        `db:"main_kind"`
	Stage         string        `db:"stage"`
	Priority      string        `db:"priority"`
	Risk          string        `db:"risk"`
	Person        db.ID         `db:"person"`
	Owner         db.ID         `db:"owner"`
	Team          db.ID         `db:"team"`
	DueOn         calendar.Date `db:"due_on"`
	NextAction    string        `db:"next_action"`
	WaitsFor      string        `db:"waits_for"`
	LastContactAt calendar.Time `db:"last_contact_at"`
	Restricted    bool          `db:"restricted"`
	CreatedAt     calendar.Time `db:"created_at"`
}

// maxArms is how many scopes a worklist joins by UNION ALL; above it, it walks
// the open cases in order of their due dates.
const maxArms = 16

// arms are the ways in which an actor has work: own cases, those of each team
// that are not restricted, and those of the case teams they are in.
func arms(a access.Actor, mine bool) []arm {
	me := author(a)
	own := armOf("c.owner = ?", me)
	joined := armOf("m.user_id = ? AND m.status = 'active' AND c.id = m.case_id", me)
	joined.from = "case_member m CROSS JOIN case_file c"
	switch {
	case mine:
		return []arm{own, joined}
	case a.Wide:
		return []arm{armOf("c.restricted = FALSE"), own, joined}
	case len(a.Teams)+2 > maxArms:
		return []arm{armOf("(c.owner = ? OR c.team IN (??) AND c.restricted = FALSE)", me, db.ListOf(a.Teams)), joined}
	}
	out := []arm{own, joined}
	for _, team := range a.Teams {
		out = append(out, armOf("c.team = ? AND c.restricted = FALSE", team))
	}
	return out
}

// arm is one way to cases: from where, on what condition. A CROSS JOIN keeps
// SQLite to its order: the few cases somebody joined come first.
type arm struct {
	from string
	sight.Clause
}

func armOf(text string, args ...any) arm {
	return arm{"case_file c", sight.Clause{SQL: text, Args: args}}
}

// worklist reads the first cases of all arms together after a place in the order of due dates, in
// that order: first which they are, from the indexes, and then their rows.
func worklist(a access.Actor, f Filter, limit int) (string, []any) {
	var parts []string
	var args []any
	for _, arm := range arms(a, f.Mine) {
		c := lens(a, 0).Except(sight.And(arm.Clause, f.clause()), "c.id")
		text := "SELECT c.due_on, c.id FROM " + arm.from + " WHERE " + c.SQL
		args = append(args, c.Args...)
		if !f.after.ID.IsZero() {
			text += " AND (c.due_on, c.id) > (?, ?)"
			args = append(args, f.after.DueOn, f.after.ID)
		}
		parts = append(parts, "SELECT due_on, id FROM ("+text+" ORDER BY c.due_on, c.id LIMIT ?) AS arm")
		args = append(args, limit)
	}
	return "SELECT " + db.Columns[Row]("c") + " FROM (" + strings.Join(parts, " UNION ") + " ORDER BY due_on, id LIMIT ?) AS k CROSS JOIN case_file c WHERE c.id = k.id ORDER BY k.due_on, k.id", append(args, limit)
}

// counted is how many cases a view holds.
type counted struct {
	View string `db:"view"`
	N    int    `db:"n"`
}

// queueCounts counts views as far as most, all in one statement. The arms are
// counted apart, each without what one before it has, which costs less than
// putting their cases together.
func queueCounts(b *db.Batch, a access.Actor, f Filter, most int, views ...string) *db.Answer[counted] {
	var each []string
	var args []any
	for _, view := range views {
		f.View = view
		var parts []string
		args = append(args, view)
		for _, arm := range apart(a, f.Mine) {
			c := lens(a, 0).Except(sight.And(arm.Clause, f.clause()), "c.id")
			parts = append(parts, "(SELECT COUNT(*) FROM (SELECT 1 FROM "+arm.from+" WHERE "+c.SQL+" LIMIT ?) AS arm)")
			args = append(append(args, c.Args...), most)
		}
		each = append(each, "SELECT CAST(? AS TEXT) AS view, "+strings.Join(parts, " + ")+" AS n")
	}
	out := db.Queue[counted](b, strings.Join(each, " UNION ALL "), args...)
	b.Steady()
	return out
}

// apart are the arms with no case in two of them: those of the teams, which
// most cases are in, and of the others what the teams do not have.
func apart(a access.Actor, mine bool) []arm {
	all := arms(a, mine)
	if !mine && !a.Wide && len(a.Teams)+2 <= maxArms { // own, joined, teams
		teams := all[2:]
		if len(teams) == 0 {
			return []arm{all[0], all[1].without(all[0].Clause)}
		}
		of := sight.Clause{SQL: "c.team IN (??) AND c.restricted = FALSE", Args: []any{db.ListOf(a.Teams)}}
		return append(slices.Clone(teams), all[0].without(of), all[1].without(of, all[0].Clause))
	}
	out := []arm{all[0]}
	for i := 1; i < len(all); i++ {
		var before []sight.Clause
		for _, x := range all[:i] {
			before = append(before, x.Clause)
		}
		out = append(out, all[i].without(before...))
	}
	return out
}

// without leaves out of an arm what is in others.
func (x arm) without(others ...sight.Clause) arm {
	for _, o := range others {
		x.Clause = sight.And(x.Clause, sight.Clause{SQL: "(" + o.SQL + ") IS NOT TRUE", Args: o.Args})
	}
	return x
}

// clause is what a view asks of a case. The words stand in the text, so that
// partial indexes serve.
func (f Filter) clause() sight.Clause {
	var c sight.Clause
	switch f.View {
	case ViewWeek:
		c = sight.Clause{SQL: "c.status = 'open' AND c.due_on >= ? AND c.due_on <= ?", Args: []any{f.today, f.today.AddDays(6)}}
	case ViewOverdue:
		c = sight.Clause{SQL: "c.status = 'open' AND c.due_on < ?", Args: []any{f.today}}
	case ViewWaiting:
		c = sight.Clause{SQL: "c.status = 'open' AND c.waits_for <> ''"}
	case ViewNew:
		c = sight.Clause{SQL: "c.status = 'open' AND c.stage = 'assessing' AND c.last_contact_at = 0"}
	case ViewPaused:
		c = sight.Clause{SQL: "c.status = 'paused'"}
	default:
		c = sight.Clause{SQL: "c.status = 'open'"}
	}
	if f.Kind != "" {
		c = sight.And(c, sight.Clause{SQL: "c.main_kind = ?", Args: []any{f.Kind}})
	}
	return c
}

// takingPartTwice gives the rows by which two persons take part in the same
// cases now.
func takingPartTwice(q db.Q, one, other db.ID) ([]Participant, error) {
	const of = "SELECT case_id FROM case_participant WHERE person = ? AND status = 'active'"
	return db.All[Participant](q, selectParticipant+"person IN (?, ?) AND status = 'active' AND case_id IN ("+of+") AND case_id IN ("+of+") ORDER BY id",
		one, other, one, other)
}

// casesOf gives the cases of participants.
func casesOf(q db.Q, participants []db.ID) ([]db.ID, error) {
	if len(participants) == 0 {
		return nil, nil
	}
	return db.All[db.ID](q, "SELECT DISTINCT case_id FROM case_participant WHERE id IN (??) ORDER BY case_id", db.ListOf(participants))
}

// casesWith gives the cases in which any of some persons takes part now.
func casesWith(q db.Q, persons []db.ID) ([]db.ID, error) {
	return db.All[db.ID](q, "SELECT DISTINCT case_id FROM case_participant WHERE person IN (??) AND status = 'active' ORDER BY case_id", db.ListOf(persons))
}
