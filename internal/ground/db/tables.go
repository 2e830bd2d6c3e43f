package db

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/pressly/goose/v3"
)

// Kind is what a column holds, the same on both engines.
type Kind string

// The kinds of columns. Ids are bytes. Tokens are the words of a search row:
// each engine has its own form, and here they are sorted words with a space
// between.
const (
	Bytes   Kind = "bytes"
	Integer Kind = "integer"
	Real    Kind = "real"
	Text    Kind = "text"
	Boolean Kind = "boolean"
	Tokens  Kind = "tokens"
)

// Table is a table of the agency's data.
type Table struct {
	Name    string
	Columns []TableColumn
}

// TableColumn is a column of a table.
type TableColumn struct {
	Name string
	Kind Kind
	id   bool // uuid on PostgreSQL
}

// Names lists the columns in order.
func (t Table) Names() []string {
	out := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		out[i] = c.Name
	}
	return out
}

// aboutSchema are tables that belong to the schema and not to the agency.
var aboutSchema = []string{"goose_db_version", "schema_level"}

const (
	sqliteColumns = `SELECT t.name AS table_name, c.name AS column_name, c.type AS data_type FROM pragma_table_list t, pragma_table_info(t.name) c
	WHERE t.schema = 'main' AND t.type = 'table' AND t.name NOT LIKE 'sqlite\_%' ESCAPE '\' ORDER BY t.name, c.cid`
	postgresColumns = `SELECT c.table_name, c.column_name, c.data_type FROM information_schema.columns c
	JOIN information_schema.tables t ON t.table_schema = c.table_schema AND t.table_name = c.table_name
	WHERE c.table_schema = current_schema() AND t.table_type = 'BASE TABLE' ORDER BY c.table_name COLLATE "C", c.ordinal_position`
)

var kindOfType = map[string]Kind{
	"BLOB": Bytes, "BIGINT": Integer, "INTEGER": Integer, "DOUBLE PRECISION": Real, "TEXT": Text, "BOOLEAN": Boolean, "TOKEN_TEXT": Tokens,
	"uuid": Bytes, "bytea": Bytes, "bigint": Integer, "double precision": Real, "text": Text, "boolean": Boolean, "tsvector": Tokens,
}

// Tables lists the tables of the agency's data by name. SQLite's search index
// is not one: it is made from a table.
func Tables(q Q) ([]Table, error) {
	type row struct {
		Table  string `db:"table_name"`
		Column string `db:"column_name"`
		Type   string `db:"data_type"`
	}
	text := sqliteColumns
	if q.Engine() == Postgres {
		text = postgresColumns
	}
	rows, err := All[row](q, text)
	if err != nil {
		return nil, err
	}
	var out []Table
	for _, r := range rows {
		if slices.Contains(aboutSchema, r.Table) {
			continue
		}
		kind, ok := kindOfType[r.Type]
		if !ok {
			return nil, fmt.Errorf("db: column %s.%s has the unknown type %s", r.Table, r.Column, r.Type)
		}
		if len(out) == 0 || out[len(out)-1].Name != r.Table {
			out = append(out, Table{Name: r.Table})
		}
		t := &out[len(out)-1]
		t.Columns = append(t.Columns, TableColumn{r.Column, kind, r.Type == "uuid"})
	}
	return out, nil
}

// Mark names the schema as it is in the database, the same on both engines: databases with the same
// mark have had the same migrations and have the same tables, also where a newer release than this
// has added to them.
func Mark(q Q) (string, error) {
	ran, err := All[int64](q, "SELECT version_id FROM "+goose.DefaultTablename+" WHERE is_applied = TRUE ORDER BY version_id")
	if err != nil {
		return "", err
	}
	tables, err := Tables(q)
	if err != nil {
		return "", err
	}
	h := sha256.New()
	fmt.Fprintln(h, ran)
	for _, t := range tables {
		fmt.Fprintln(h, t.Name)
		for _, c := range t.Columns {
			fmt.Fprintln(h, c.Name, c.Kind)
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:8]), nil
}

// EachRow gives every row of a table, in no particular order: nil, int64,
// float64, string, []byte or bool in the order of the columns, the same on
// both engines. They belong to f for the call only.
func EachRow(q Q, t Table, f func(values []any) error) error {
	list := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		list[i] = c.Name
		if c.Kind == Tokens {
			list[i] = "CAST(" + c.Name + " AS text) AS " + c.Name
		}
	}
	return Each(q, "SELECT "+strings.Join(list, ", ")+" FROM "+t.Name, nil, func(values []any) error {
		for i, c := range t.Columns {
			v, err := shared(c.Kind, values[i])
			if err != nil {
				return fmt.Errorf("%w in %s.%s", err, t.Name, c.Name)
			}
			values[i] = v
		}
		return f(values)
	})
}

// shared is a driver's value in the form both engines share.
func shared(k Kind, v any) (any, error) {
	switch v := v.(type) {
	case nil, float64:
		return v, nil
	case bool:
		return v, nil
	case int64:
		switch k {
		case Boolean:
			return v != 0, nil
		case Real:
			return float64(v), nil
		}
		return v, nil
	case [16]byte:
		return v[:], nil
	case []byte:
		if k == Text {
			return string(v), nil
		}
		return v, nil
	case string:
		if k == Tokens {
			return tokenWords(v), nil
		}
		return v, nil
	}
	return nil, fmt.Errorf("db: a value of type %T", v)
}

// tokenWords reads what either engine keeps: |a||b| or 'a' 'b'. No token holds
// anything but letters and digits.
func tokenWords(kept string) string {
	words := strings.FieldsFunc(kept, func(r rune) bool { return r == '|' || r == '\'' || r == ' ' })
	slices.Sort(words)
	return strings.Join(slices.Compact(words), " ")
}

// CopyRows puts rows as EachRow gives them into a table.
func CopyRows(w W, t Table, rows [][]any) error {
	tokens := slices.IndexFunc(t.Columns, func(c TableColumn) bool { return c.Kind == Tokens })
	for _, row := range rows {
		for i, c := range t.Columns {
			b, ok := row[i].([]byte)
			switch {
			case ok && c.id && len(b) != 16:
				return fmt.Errorf("db: %s.%s: an id of %d bytes", t.Name, c.Name, len(b))
			case ok && c.id:
				row[i] = ID(b)
			case i == tokens && w.Engine() == SQLite:
				if words := row[i].(string); words != "" {
					row[i] = "|" + strings.ReplaceAll(words, " ", "||") + "|"
				}
			}
		}
	}
	if tokens < 0 || w.Engine() == SQLite {
		return Copy(w, t.Name, t.Names(), rows)
	}
	return insertTokens(w, t, tokens, rows)
}

// insertTokens writes rows with a tsvector, which COPY does not take as text.
func insertTokens(w W, t Table, tokens int, rows [][]any) error {
	marks := strings.Split(strings.Repeat("?,", len(t.Columns)-1)+"?", ",")
	marks[tokens] = "CAST(CAST(? AS text) AS tsvector)"
	mark := "(" + strings.Join(marks, ", ") + ")"
	for len(rows) > 0 {
		n := piece(min(maxParameters/len(t.Columns), len(rows)))
		var args []any
		for _, r := range rows[:n] {
			args = append(args, r...)
		}
		text := "INSERT INTO " + t.Name + " (" + strings.Join(t.Names(), ", ") + ") VALUES " + mark + strings.Repeat(", "+mark, n-1)
		if _, err := Exec(w, text, args...); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}
