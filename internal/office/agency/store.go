package agency

import (
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/sight"
)

var (
	selectSettings = "SELECT " + db.Columns[Settings]("") + " FROM agency WHERE id = ?"
	selectCode     = "SELECT " + db.Columns[Code]("") + " FROM code"
	selectHoliday  = "SELECT " + db.Columns[Holiday]("") + " FROM holiday"
	selectField    = "SELECT " + db.Columns[Field]("") + " FROM extra_field"
	selectTeam     = "SELECT " + db.Columns[Team]("") + " FROM team"
)

// LoadSettings reads the agency's row; not found before set-up.
func LoadSettings(q db.Q) (Settings, error) { return db.One[Settings](q, selectSettings, Self) }

// AgesOf reads from when on somebody decides for themselves here; before set-up
// the usual.
func AgesOf(q db.Q) (Ages, error) {
	ages, ok, err := db.Maybe[Ages](q, "SELECT "+db.Columns[Ages]("")+" FROM agency WHERE id = ?", Self)
	if err != nil || !ok {
		return UsualAges, err
	}
	return ages, nil
}

// DeadlinesOf reads how long the agency takes for what comes in; before set-up
// the usual.
func DeadlinesOf(q db.Q) (Deadlines, error) {
	d, ok, err := db.Maybe[Deadlines](q, "SELECT "+db.Columns[Deadlines]("")+" FROM agency WHERE id = ?", Self)
	if err != nil || !ok {
		return UsualDeadlines, err
	}
	return d, nil
}

// lockAgency makes changes of the team tree wait for each other.
func lockAgency(tx db.W) error {
	_, err := db.One[db.ID](tx, "SELECT id FROM agency WHERE id = ?"+db.ForUpdate(tx), Self)
	return err
}

// Codes lists a code list in its order; retired choices too when asked.
func Codes(q db.Q, list string, retired bool) ([]Code, error) {
	if retired {
		return db.All[Code](q, selectCode+" WHERE list = ? ORDER BY position, key", list)
	}
	return db.All[Code](q, selectCode+" WHERE list = ? AND status = 'active' ORDER BY position, key", list)
}

// Lists names the code lists there are.
func Lists(q db.Q) ([]string, error) {
	return db.All[string](q, "SELECT DISTINCT list FROM code ORDER BY list")
}

func codesOf(q db.Q, lists []string) (map[string][]Code, error) {
	if len(lists) == 0 {
		return nil, nil
	}
	all, err := db.All[Code](q, selectCode+" WHERE list IN (??) AND status = 'active' ORDER BY position, key", db.ListOf(lists))
	out := map[string][]Code{}
	for _, c := range all {
		out[c.List] = append(out[c.List], c)
	}
	return out, err
}

func loadCode(q db.Q, id db.ID) (Code, error) {
	return db.One[Code](q, selectCode+" WHERE id = ?", id)
}

func loadHoliday(q db.Q, id db.ID) (Holiday, error) {
	return db.One[Holiday](q, selectHoliday+" WHERE id = ?", id)
}

// OwnHolidays lists the agency's own holidays from a day on.
func OwnHolidays(q db.Q, from string) ([]Holiday, error) {
	return db.All[Holiday](q, selectHoliday+" WHERE status = 'active' AND day >= ? ORDER BY day", from)
}

// Fields lists the extra fields of an entity, retired ones last.
func Fields(q db.Q, entity string) ([]Field, error) {
	return db.All[Field](q, selectField+" WHERE entity = ? ORDER BY status, position, key", entity)
}

func allFields(q db.Q) ([]Field, error) {
	return db.All[Field](q, selectField+" ORDER BY entity, status, position, key")
}

func loadField(q db.Q, id db.ID) (Field, error) {
	return db.One[Field](q, selectField+" WHERE id = ?", id)
}

// indexed is a value as it can be found: words for text, dates, choices and
// yes/no, number in thousandths.
type indexed struct {
	Field  db.ID  `db:"field"`
	Record db.ID  `db:"record"`
	Words  string `db:"words"`
	Number int64  `db:"number"`
}

// IndexExtra writes the extra values of a record to where lists find them; a
// room calls it in the deed's own transaction.
func IndexExtra(w db.W, fields []Field, record db.ID, values Extra) error {
	if _, err := db.Exec(w, "DELETE FROM extra_value WHERE record = ?", record); err != nil {
		return err
	}
	var rows []indexed
	for _, f := range fields {
		value := values[f.Key]
		if value == "" {
			continue
		}
		row := indexed{Field: f.ID, Record: record}
		if f.Kind == Amount {
			row.Number, _ = thousandths(value)
		} else {
			row.Words = value
		}
		rows = append(rows, row)
	}
	return db.Insert(w, "extra_value", rows...)
}

// ExtraIs is the condition of a list for records whose extra field has a
// value: column is the record's id.
func ExtraIs(f Field, value, column string) (sight.Clause, error) {
	if f.Kind == Amount {
		n, ok := thousandths(value)
		if !ok {
			return sight.Clause{}, fault.Invalid(fault.Field{Pointer: fault.At("extra", f.Key), Key: "fault.not_a_number"})
		}
		return sight.Clause{SQL: column + " IN (SELECT record FROM extra_value WHERE field = ? AND number = ?)", Args: []any{f.ID, n}}, nil
	}
	return sight.Clause{SQL: column + " IN (SELECT record FROM extra_value WHERE field = ? AND words = ?)", Args: []any{f.ID, value}}, nil
}

// Teams lists every team, closed ones too when asked.
func Teams(q db.Q, closed bool) ([]Team, error) {
	if closed {
		return db.All[Team](q, selectTeam+" ORDER BY position, id")
	}
	return db.All[Team](q, selectTeam+" WHERE status = 'active' ORDER BY position, id")
}

// LoadTeam reads one team.
func LoadTeam(q db.Q, id db.ID) (Team, error) { return db.One[Team](q, selectTeam+" WHERE id = ?", id) }

// Subtree lists a team and all below it.
func Subtree(q db.Q, team db.ID) ([]db.ID, error) {
	return db.All[db.ID](q, "SELECT below FROM team_below WHERE above = ? ORDER BY depth, below", team)
}

// relink writes the tree again after a team was made or moved.
func relink(tx db.W) error {
	teams, err := Teams(tx, true)
	if err != nil {
		return err
	}
	rows, err := links(teams)
	if err != nil {
		return err
	}
	if _, err := db.Exec(tx, "DELETE FROM team_below"); err != nil {
		return err
	}
	return db.Insert(tx, "team_below", rows...)
}

type slot struct {
	Slot int64 `db:"slot"`
	Next int64 `db:"next"`
	Last int64 `db:"last"`
}

// takeNumber takes the next number from a block that nobody else holds, or
// from a new block of the series.
func takeNumber(tx db.W, series string) (int64, error) {
	s, found, err := db.Maybe[slot](tx, "SELECT slot, next, last FROM number_slot WHERE series = ? ORDER BY slot LIMIT 1"+db.SkipLocked(tx), series)
	if err != nil {
		return 0, err
	}
	if found && s.Next < s.Last {
		_, err = db.Exec(tx, "UPDATE number_slot SET next = next + 1 WHERE series = ? AND slot = ?", series, s.Slot)
		return s.Next, err
	}
	first, err := takeBlock(tx, series, blockSize)
	if err != nil {
		return 0, err
	}
	end := first + blockSize
	if found { // its last number was s.Last: the block is used up by this one
		_, err = db.Exec(tx, "UPDATE number_slot SET next = ?, last = ? WHERE series = ? AND slot = ?", first, end-1, series, s.Slot)
		return s.Next, err
	}
	// A slot is named by its first block, so that two made at once differ.
	_, err = db.Exec(tx, "INSERT INTO number_slot (series, slot, next, last) VALUES (?, ?, ?, ?)", series, first, first+1, end-1)
	return first, err
}

// takeBlock takes the next size numbers of a series and gives the first.
func takeBlock(tx db.W, series string, size int64) (int64, error) {
	end, err := db.One[int64](tx, `INSERT INTO number_block (series, next) VALUES (?, ?)
		ON CONFLICT (series) DO UPDATE SET next = number_block.next + ? RETURNING next`, series, 1+size, size)
	return end - size, err
}

// openBelow tells whether an open team stands right below a team.
func openBelow(q db.Q, team db.ID) (bool, error) {
	_, found, err := db.Maybe[int](q, "SELECT 1 FROM team WHERE parent = ? AND status = 'active' LIMIT 1", team)
	return found, err
}
