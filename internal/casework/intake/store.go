package intake

import (
	"strings"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/flow"
)

// load gives what came in as the actor sees it, or not found.
func load[R any](q db.Q, a access.Actor, now calendar.Time, t *flow.Table[R], id db.ID) (R, error) {
	seen := lens(a, now, t.Entity).One("x.id")
	return db.One[R](q, "SELECT "+db.Columns[R]("x")+" FROM "+t.Table+" x WHERE x.id = ? AND "+seen.SQL, append([]any{id}, seen.Args...)...)
}

func lockApplication(w db.W, id db.ID) error {
	_, err := db.All[int](w, "SELECT 1 FROM application WHERE id = ?"+db.ForUpdate(w), id)
	return err
}

var selectApplication = "SELECT " + db.Columns[Application]("x") + " FROM application x WHERE "

func byID(q db.Q, id db.ID) (Application, error) {
	return db.One[Application](q, selectApplication+"x.id = ?", id)
}

var selectItem = "SELECT " + db.Columns[Item]("") + " FROM application_item WHERE "

// ItemByID gives an item; the caller has checked that the actor may see its
// application.
func ItemByID(q db.Q, id db.ID) (Item, error) { return db.One[Item](q, selectItem+"id = ?", id) }

func itemsOf(q db.Q, application db.ID) ([]Item, error) {
	return db.All[Item](q, selectItem+"application = ? AND status <> 'void' ORDER BY id", application)
}

// itemsOfCase gives the items of the applications that joined a case.
const itemsOfCase = " FROM case_source s JOIN application_item i ON i.application = s.record WHERE s.case_id = ? AND s.kind = 'application' AND s.status = 'active' AND i.status <> 'void' ORDER BY i.application, i.id"

// ItemsOfCase lists the items of the applications that joined a case; the
// caller has checked that the actor may see the case.
func ItemsOfCase(q db.Q, of db.ID) ([]Item, error) {
	return db.All[Item](q, "SELECT "+db.Columns[Item]("i")+itemsOfCase, of)
}

// QueueItemsOfCase asks for them in a batch.
func QueueItemsOfCase(b *db.Batch, of db.ID) *db.Answer[Item] {
	return db.Queue[Item](b, "SELECT "+db.Columns[Item]("i")+itemsOfCase, of)
}

// ofResident lists a resident's own applications, the newest first.
func ofResident(q db.Q, person db.ID) ([]Application, error) {
	return db.All[Application](q, selectApplication+"x.person = ? AND x.status <> 'void' ORDER BY x.id DESC LIMIT 50", person)
}

// traced is what a receipt leads to.
type traced struct {
	Status     string        `db:"status"`
	ReceivedAt calendar.Time `db:"received_at"`
	Answer     string        `db:"answer"`
}

func complaintByReceipt(q db.Q, blind []byte) (traced, bool, error) {
	return db.Maybe[traced](q, "SELECT status, received_at, '' AS answer FROM complaint WHERE receipt = ?", blind)
}

func applicationByReceipt(q db.Q, blind []byte) (traced, bool, error) {
	return db.Maybe[traced](q, "SELECT status, received_at, answer FROM application WHERE receipt = ?", blind)
}

func applicationOfReceipt(q db.Q, blind []byte) (Application, bool, error) {
	return db.Maybe[Application](q, selectApplication+"x.receipt = ?", blind)
}

// Waiting is what came in and waits for an answer, as the triage list shows it:
// never who reported.
type Waiting struct {
	Kind       string        `db:"kind"`
	ID         db.ID         `db:"id"`
	Status     string        `db:"status"`
	Number     string        `db:"number"`
	MainKind   string        `db:"main_kind"`
	Channel    string        `db:"channel"`
	Person     db.ID         `db:"person"`
	Team       db.ID         `db:"team"`
	ReceivedAt calendar.Time `db:"received_at"`
	DueAt      calendar.Time `db:"due_at"`
	Subject    string        `db:"subject"` // whom it is about, as it was told
	Priority   int64         `db:"priority"`
}

// waitings are the arms of the triage list: table, open statuses as the partial
// indexes say them, subject and priority.
var waitings = map[string]struct{ table, open, subject, priority string }{
	KindInquiry:     {"inquiry", "x.status = 'open'", "x.about", "CAST(0 AS BIGINT)"},
	KindComplaint:   {"complaint", "x.status IN ('submitted', 'in_review')", "x.about", "x.priority"},
	KindReferral:    {"inbound_referral", "x.status IN ('new', 'in_review')", "x.client", "CAST(CASE WHEN x.urgent = TRUE THEN 70 ELSE 0 END AS BIGINT)"},
	KindApplication: {"application", "x.status IN ('submitted', 'in_review')", "x.applicant", "CAST(0 AS BIGINT)"},
}

// waitingText reads the first of each kind after a deadline.
func waitingText(a access.Actor, now calendar.Time, kinds []string, after place, limit int) (string, []any) {
	var parts []string
	var args []any
	for _, kind := range kinds {
		w := waitings[kind]
		seen := lens(a, now, kind).One("x.id")
		text := "SELECT '" + kind + "' AS kind, x.id, x.status, x.number, x.main_kind, x.channel, x.person, x.team, x.received_at, x.due_at, " +
			w.subject + " AS subject, " + w.priority + " AS priority FROM " + w.table + " x WHERE " + w.open + " AND " + seen.SQL
		args = append(args, seen.Args...)
		if !after.ID.IsZero() {
			text += " AND (x.due_at, x.id) > (?, ?)"
			args = append(args, after.DueAt, after.ID)
		}
		parts = append(parts, "SELECT * FROM ("+text+" ORDER BY x.due_at, x.id LIMIT ?) AS "+kind)
		args = append(args, limit)
	}
	return strings.Join(parts, " UNION ALL ") + " ORDER BY due_at, id", args
}

func queueCount(b *db.Batch, a access.Actor, now calendar.Time, kind string, most int) *db.Answer[int] {
	w := waitings[kind]
	seen := lens(a, now, kind).One("x.id")
	return db.Queue[int](b, "SELECT COUNT(*) FROM (SELECT 1 FROM "+w.table+" x WHERE "+w.open+" AND "+seen.SQL+" LIMIT ?) AS counted", append(seen.Args, most)...)
}

// SeeItem gives an item with its application, when the actor may see that.
func SeeItem(q db.Q, a access.Actor, now calendar.Time, id db.ID) (Item, Application, error) {
	i, err := ItemByID(q, id)
	if err != nil {
		return i, Application{}, err
	}
	x, err := load(q, a, now, ApplicationFlow, i.Application)
	return i, x, err
}

func applicationsByID(q db.Q, ids []db.ID) ([]Application, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return db.All[Application](q, "SELECT "+db.Columns[Application]("")+" FROM application WHERE id IN (??) ORDER BY id", db.ListOf(ids))
}
