package document

import (
	"maps"
	"slices"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/sight"
)

var selectDocument = "SELECT " + db.Columns[Document]("") + " FROM document"

// load gives a document by its id; one entered in error is not there any more.
func load(q db.Q, id db.ID) (Document, error) {
	return db.One[Document](q, selectDocument+" WHERE id = ? AND status <> 'void'", id)
}

const ownerText = " WHERE owner = ? AND owner_kind = ? AND status <> 'void' ORDER BY id"

// Of lists the documents of a record, the oldest first.
func Of(q db.Q, kind string, owner db.ID) ([]Document, error) {
	return db.All[Document](q, selectDocument+ownerText, owner, kind)
}

// QueueOf adds the documents of a record to a batch.
func QueueOf(b *db.Batch, kind string, owner db.ID) *db.Answer[Document] {
	return db.Queue[Document](b, selectDocument+ownerText, owner, kind)
}

// after lists the documents of a record that come after one, the oldest first.
func after(q db.Q, kind string, owner, last db.ID, limit int) ([]Document, error) {
	return db.All[Document](q, selectDocument+" WHERE owner = ? AND owner_kind = ? AND id > ? AND status <> 'void' ORDER BY id LIMIT ?", owner, kind, first(last), limit)
}

// first is an id, or for none one before all others; NULL compares with nothing.
func first(id db.ID) db.ID {
	if id.IsZero() {
		id[15] = 1
	}
	return id
}

// Need is how many documents a record cannot do without, and how many of those
// were not accepted yet.
type Need struct {
	Required int `db:"required"`
	Missing  int `db:"missing"`
}

// Needs counts what is required of a record and still needed.
func Needs(q db.Q, kind string, owner db.ID) (Need, error) {
	return db.One[Need](q, `SELECT COUNT(*) AS required, CAST(COALESCE(SUM(CASE WHEN status = 'accepted' THEN 0 ELSE 1 END), 0) AS BIGINT) AS missing FROM document
		WHERE owner = ? AND owner_kind = ? AND required = TRUE AND status IN ('requested', 'received', 'rejected', 'accepted')`, owner, kind)
}

// seenBy is what an actor sees of documents because they see the record each
// belongs to, of the kinds that say so.
func (r *Room) seenBy(a access.Actor, now calendar.Time) sight.Clause {
	out := sight.Clause{SQL: "FALSE"}
	for _, kind := range slices.Sorted(maps.Keys(r.Through)) {
		seen := r.Through[kind](a, now, "d.owner")
		out.SQL += " OR d.owner_kind = ? AND " + seen.SQL
		out.Args = append(append(out.Args, kind), seen.Args...)
	}
	out.SQL = "(" + out.SQL + ")"
	return out
}

// mostOfPerson is how many papers of one person are shown beside each other.
const mostOfPerson = 100

// QueueOfPerson adds to a batch the newest papers that concern a person: their
// own and those of records the actor sees. The caller has checked that the
// actor may see the person.
func (r *Room) QueueOfPerson(b *db.Batch, a access.Actor, person db.ID) *db.Answer[Document] {
	seen := r.seenBy(a, r.run.Now())
	args := append([]any{person, person}, seen.Args...)
	return db.Queue[Document](b, "SELECT "+db.Columns[Document]("d")+` FROM document d WHERE d.person = ? AND d.status <> 'void'
		AND (d.owner_kind = 'person' AND d.owner = ? OR `+seen.SQL+") ORDER BY d.id DESC LIMIT ?", append(args, mostOfPerson)...)
}

// QueueShown adds to a batch the papers that a person is to see, and bring,
// themselves, the newest first.
func QueueShown(b *db.Batch, person db.ID) *db.Answer[Document] {
	return db.Queue[Document](b, selectDocument+shownText, person, mostOfPerson)
}

func shownOf(q db.Q, person db.ID) ([]Document, error) {
	return db.All[Document](q, selectDocument+shownText, person, mostOfPerson)
}

const shownText = " WHERE person = ? AND shown = TRUE AND status <> 'void' ORDER BY id DESC LIMIT ?"

// QueueToSee adds to a batch the papers of some records that wait for who works
// on them: those that residents brought and nobody looked at, and those that
// are overdue, the longest first. The condition, on d.owner, says which.
func QueueToSee(b *db.Batch, kind string, of sight.Clause, today calendar.Date, limit int) *db.Answer[Document] {
	return db.Queue[Document](b, "SELECT "+db.Columns[Document]("d")+` FROM document d WHERE d.owner_kind = ? AND `+of.SQL+`
		AND (d.status = 'received' AND d.shown = TRUE OR d.status IN ('requested', 'rejected') AND d.due <> '' AND d.due < ?)
		ORDER BY d.due, d.id LIMIT ?`, append(append([]any{kind}, of.Args...), today, limit)...)
}
