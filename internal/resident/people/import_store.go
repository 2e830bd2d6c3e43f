package people

import (
	"strings"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
)

var selectImport = "SELECT " + db.Columns[Import]("") + " FROM import WHERE "

// loadImport gives an import of the actor's own, or not found.
func loadImport(q db.Q, a access.Actor, id db.ID) (Import, error) {
	return db.One[Import](q, selectImport+"id = ? AND owner = ?", id, a.ID)
}

// holdImport gives an import and keeps others from it until the transaction
// ends: two who work at it take turns.
func holdImport(tx db.W, id db.ID) (Import, error) {
	return db.One[Import](tx, selectImport+"id = ?"+db.ForUpdate(tx), id)
}

func listImports(q db.Q, a access.Actor, before db.ID, limit int) ([]Import, error) {
	if before.IsZero() {
		before = lastID
	}
	return db.All[Import](q, selectImport+"owner = ? AND id < ? ORDER BY id DESC LIMIT ?", a.ID, before, limit)
}

// sameFile gives when the same file was last brought in by anybody.
func sameFile(q db.Q, digest []byte, but db.ID) (calendar.Time, bool, error) {
	return db.Maybe[calendar.Time](q, `SELECT updated_at FROM import WHERE digest = ? AND id <> ? AND status IN ('running', 'done')
		ORDER BY updated_at DESC LIMIT 1`, digest, but)
}

// overdueImports are those whose list and rows have been kept long enough.
func overdueImports(q db.Q, before calendar.Time, limit int) ([]db.ID, error) {
	return db.All[db.ID](q, "SELECT id FROM import WHERE erased_at = 0 AND updated_at < ? AND status NOT IN ('checking', 'running') ORDER BY updated_at LIMIT ?", before, limit)
}

var selectImportRow = "SELECT " + db.Columns[ImportRow]("") + " FROM import_row WHERE "

// listImportRows gives the rows behind a line, in a state or in any.
func listImportRows(q db.Q, id db.ID, state string, after int64, limit int) ([]ImportRow, error) {
	if state == "" {
		return db.All[ImportRow](q, selectImportRow+"import = ? AND position > ? ORDER BY position LIMIT ?", id, after, limit)
	}
	return db.All[ImportRow](q, selectImportRow+"import = ? AND state = ? AND position > ? ORDER BY position LIMIT ?", id, state, after, limit)
}

// importRowsAt gives the rows of some lines.
func importRowsAt(q db.Q, id db.ID, positions []int64) ([]ImportRow, error) {
	return db.All[ImportRow](q, selectImportRow+"import = ? AND position IN (??)", id, db.ListOf(positions))
}

func importRow(q db.Q, id db.ID, position int64) (ImportRow, error) {
	return db.One[ImportRow](q, selectImportRow+"import = ? AND position = ?", id, position)
}

// countImportRows counts rows by state.
func countImportRows(q db.Q, id db.ID) (Counts, error) {
	b := db.NewBatch()
	counts := queueImportCounts(b, id)
	if err := db.Send(q, b); err != nil {
		return nil, err
	}
	return countsOf(counts.Rows), nil
}

type stateCount struct {
	State string `db:"state"`
	N     int64  `db:"n"`
}

func queueImportCounts(b *db.Batch, id db.ID) *db.Answer[stateCount] {
	return db.Queue[stateCount](b, "SELECT state, COUNT(*) AS n FROM import_row WHERE import = ? GROUP BY state", id)
}

func countsOf(rows []stateCount) Counts {
	out := Counts{}
	for _, r := range rows {
		out[r.State] = r.N
	}
	return out
}

// eraseImportRows takes out up to some thousand rows and tells how many.
func eraseImportRows(tx db.W, id db.ID) (int64, error) {
	return db.Exec(tx, `DELETE FROM import_row WHERE import = ? AND position IN
		(SELECT position FROM import_row WHERE import = ? ORDER BY position LIMIT 5000)`, id, id)
}

// decideRows puts rows that may still be decided into another state; those who
// are to be the same as somebody need somebody.
func decideRows(tx db.W, id db.ID, in DecideInput) (int64, error) {
	text, args := "UPDATE import_row SET state = ? WHERE import = ?", []any{in.state(), id}
	if in.All {
		text += " AND state = 'double'"
	} else {
		text += " AND position IN (??) AND state IN (??)"
		args = append(args, db.ListOf(in.Rows), db.ListOf(rowOpen))
	}
	if s := in.state(); s == rowSame || s == rowFill {
		text += " AND person IS NOT NULL"
	}
	return db.Exec(tx, text, args...)
}

// nameRow says whom a row may be about.
func nameRow(tx db.W, id db.ID, position int64, person db.ID) error {
	_, err := db.Exec(tx, "UPDATE import_row SET person = ? WHERE import = ? AND position = ?", person, id, position)
	return err
}

// settleRows writes what became of rows, many in one statement. What a row said stays unless it says something anew.
func settleRows(tx db.W, rows []ImportRow) error {
	for len(rows) > 0 {
		n := 1
		for n*2 <= min(len(rows), 256) {
			n *= 2 // few texts
		}
		args := make([]any, 0, 6*n)
		for _, r := range rows[:n] {
			args = append(args, r.Import, r.Position, r.State, r.Person, r.Household, append([]byte{}, r.Sealed...))
		}
		_, err := db.Exec(tx, "INSERT INTO import_row (import, position, state, person, household, sealed) VALUES (?, ?, ?, ?, ?, ?)"+
			strings.Repeat(", (?, ?, ?, ?, ?, ?)", n-1)+` ON CONFLICT (import, position) DO UPDATE
			SET state = excluded.state, person = excluded.person, household = excluded.household,
			sealed = CASE WHEN LENGTH(excluded.sealed) > 0 THEN excluded.sealed ELSE import_row.sealed END`, args...)
		if err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}

// numberOf is who has a number.
type numberOf struct {
	Person db.ID  `db:"person"`
	Blind  []byte `db:"blind"`
}

// withNumbers gives who has which of some numbers of the agency.
func withNumbers(q db.Q, blinds [][]byte) (map[string]db.ID, error) {
	if len(blinds) == 0 {
		return nil, nil
	}
	list, err := db.All[numberOf](q, "SELECT person, blind FROM person_identifier WHERE kind = 'agency' AND status = 'active' AND blind IN (??)", db.ListOf(blinds))
	out := make(map[string]db.ID, len(list))
	for _, x := range list {
		out[string(x.Blind)] = x.Person
	}
	return out, err
}

// openAmong gives those of persons whom the actor may open and who stand for
// themselves.
func openAmong(q db.Q, a access.Actor, now calendar.Time, ids []db.ID) (map[db.ID]Person, error) {
	out := make(map[db.ID]Person, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	seen := lens(a, now).One("p.id")
	list, err := db.All[Person](q, selectPerson+"p.id IN (??) AND p.status = 'active' AND "+seen.SQL, append([]any{db.ListOf(ids)}, seen.Args...)...)
	for _, p := range list {
		out[p.ID] = p
	}
	return out, err
}

// parts are what belongs to a person, as far as a list can fill it.
type parts struct {
	Names       []Name
	Contacts    []Contact
	Addresses   []Address
	Identifiers []Identifier
}

func partsOf(q db.Q, person db.ID) (parts, error) {
	b := db.NewBatch()
	names := db.Queue[Name](b, textNames, person)
	contacts := db.Queue[Contact](b, textContacts, person)
	addresses := db.Queue[Address](b, textAddresses, person)
	identifiers := db.Queue[Identifier](b, textIdentifiers, person)
	err := db.Send(q, b)
	return parts{names.Rows, contacts.Rows, addresses.Rows, identifiers.Rows}, err
}

// kinOf is a household that rows with one number belong to.
type kinOf struct {
	Kin       []byte `db:"kin"`
	Household db.ID  `db:"household"`
}

// householdsOfKin gives the households that rows of the import were put into, or
// that the persons of its rows are in already, by the number of the household:
// what the import itself made comes first.
func householdsOfKin(q db.Q, i Import, kin [][]byte) (map[string]db.ID, error) {
	out := map[string]db.ID{}
	if len(kin) == 0 {
		return out, nil
	}
	list, err := db.All[kinOf](q, `SELECT DISTINCT kin, household FROM import_row WHERE import = ? AND kin IN (??) AND household IS NOT NULL`, i.ID, db.ListOf(kin))
	if err != nil {
		return nil, err
	}
	there, err := db.All[kinOf](q, `SELECT r.kin, m.household FROM import_row r JOIN household_member m ON m.person = r.person JOIN household h ON h.id = m.household
		WHERE r.import = ? AND r.kin IN (??) AND r.state IN ('same', 'fill', 'matched', 'filled') AND m.status = 'active' AND m.until_date = ''
		AND h.status = 'active' AND h.kind = ? ORDER BY m.id`, i.ID, db.ListOf(kin), i.HouseholdKind)
	for _, k := range append(list, there...) {
		if _, ok := out[string(k.Kin)]; !ok {
			out[string(k.Kin)] = k.Household
		}
	}
	return out, err
}

// housed gives the persons who are in a household of a kind.
func housed(q db.Q, kind string, persons []db.ID) (map[db.ID]bool, error) {
	out := map[db.ID]bool{}
	if len(persons) == 0 {
		return out, nil
	}
	list, err := db.All[db.ID](q, `SELECT m.person FROM household_member m JOIN household h ON h.id = m.household
		WHERE m.person IN (??) AND m.status = 'active' AND m.until_date = '' AND h.status = 'active' AND h.kind = ?`, db.ListOf(persons), kind)
	for _, id := range list {
		out[id] = true
	}
	return out, err
}

// broughtBy gives those whom an import brought and the actor may open.
func broughtBy(q db.Q, a access.Actor, now calendar.Time, id, after db.ID, limit int) ([]Card, error) {
	seen := lens(a, now).One("p.id")
	return db.All[Card](q, selectCard+"p.import = ? AND p.id > ? AND "+seen.SQL+" ORDER BY p.id LIMIT ?",
		append(append([]any{id, sortID(after)}, seen.Args...), limit)...)
}
