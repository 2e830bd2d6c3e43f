package intake

import (
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/sight"
)

// What came in concerns whom it is about, and who takes part in a case that it led to.
func concerns(kind, table string) bool {
	return sight.Concerns(kind, "person", "SELECT x.id FROM "+table+" x WHERE x.person IN (@barred)") &&
		sight.Concerns(kind, "person", `SELECT x.record FROM case_participant y JOIN case_source x ON x.case_id = y.case_id
			WHERE x.kind = '`+kind+`' AND x.status <> 'void' AND y.status <> 'void' AND y.person IN (@barred)`)
}

var _ = concerns(KindInquiry, "inquiry") && concerns(KindComplaint, "complaint") && concerns(KindReferral, "inbound_referral") && concerns(KindApplication, "application")

var _ = sight.Concerns(KindApplication, "person", "SELECT x.application FROM application_item x WHERE x.person IN (@barred)")

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
