package people

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/op"
)

// RollColumns are the columns a list of persons may have, in any order. Only
// family is needed; number is the agency's own (宛名番号) and makes a second
// import of the same list change nothing.
var RollColumns = []string{"number", "family", "given", "family_kana", "given_kana", "family_romaji", "given_romaji",
	"birth_date", "gender", "phone", "email", "postcode", "address"}

// RollRow is what became of one row; Line is counted in the file from 1.
type RollRow struct {
	Line   int
	Done   string // created | known | fault
	Person db.ID
	Fault  *fault.Fault
}

// RollReport sums up an import.
type RollReport struct {
	Created, Known, Faults int
	Rows                   []RollRow // those that were not simply created
}

// maxRoll bounds one import, in rows.
const maxRoll = 1_000_000

// ImportRoll registers the persons of a CSV list, each row on its own: a row
// that is wrong is told and the others go on. A row whose number is known is
// left as it is. A dry run says the same and writes nothing. A formula
// apostrophe that an export put before a leading = + - or @ is taken off.
func (r *Room) ImportRoll(ctx context.Context, a access.Actor, in io.Reader, dry bool) (RollReport, error) {
	var out RollReport
	rows := csv.NewReader(in)
	rows.ReuseRecord, rows.LazyQuotes = true, false
	head, err := rows.Read()
	if err != nil {
		return out, fault.Invalid(fault.Field{Key: "people.fault.roll_empty"}).WithCause(err)
	}
	columns, err := rollColumns(head)
	if err != nil {
		return out, err
	}
	for line := 2; ; line++ {
		record, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		row := RollRow{Line: line}
		switch {
		case line > maxRoll+1:
			return out, fault.TooLarge(maxRoll)
		case err != nil:
			row.Done, row.Fault = "fault", fault.Invalid(fault.Field{Key: "people.fault.roll_row"})
		default:
			row, err = r.importRow(ctx, a, line, columns, record, dry)
			if err != nil {
				return out, fmt.Errorf("line %d: %w", line, err)
			}
		}
		out.count(row)
	}
}

func (o *RollReport) count(row RollRow) {
	switch row.Done {
	case "created":
		o.Created++
		return
	case "known":
		o.Known++
	default:
		o.Faults++
	}
	o.Rows = append(o.Rows, row)
}

func rollColumns(head []string) ([]string, error) {
	columns := make([]string, len(head))
	var f fault.Fields
	for i, name := range head {
		columns[i] = strings.ToLower(strings.TrimSpace(strings.TrimPrefix(name, "\ufeff")))
		if !slices.Contains(RollColumns, columns[i]) {
			f.Add("", "people.fault.roll_column", "name", name)
		}
	}
	if !slices.Contains(columns, "family") {
		f.Add("", "people.fault.roll_column", "name", "family")
	}
	return columns, f.Err()
}

func (r *Room) importRow(ctx context.Context, a access.Actor, line int, columns, record []string, dry bool) (RollRow, error) {
	row := RollRow{Line: line}
	number, in, err := rollInput(columns, record)
	if err == nil {
		err = in.Validate(r.today(ctx))
	}
	if f, ok := fault.As(err); ok {
		row.Done, row.Fault = "fault", f
		return row, nil
	}
	if err != nil {
		return row, err
	}
	if number != "" {
		err := r.run.Read(ctx, func(q *db.Reader) (err error) {
			var known bool
			if row.Person, known, err = findIdentifier(q, "agency", r.run.Vault.Blind("identifier agency", number)); known {
				row.Done = "known"
			}
			return err
		})
		if err != nil || row.Done != "" {
			return row, err
		}
	}
	row.Done = "created"
	if dry {
		return row, nil
	}
	made, err := op.Do(ctx, r.run, a, "person.import", in, func(tx *op.Tx) (Person, error) {
		p, err := r.Register(ctx, tx, in)
		if err != nil || number == "" {
			return p, err
		}
		_, err = flow.Create(tx, IdentifierFlow, "add", sealed(r.run.Vault, p.ID, "agency", number))
		return p, err
	})
	row.Person = made.ID
	return row, err
}

// rollInput reads one row.
func rollInput(columns, record []string) (number string, in PersonInput, err error) {
	name, phone, email := NameInput{Kind: "legal"}, ContactInput{Kind: "phone"}, ContactInput{Kind: "email"}
	home := AddressInput{Kind: "registered"}
	into := map[string]*string{
		"number": &number, "family": &name.Family, "given": &name.Given, "family_kana": &name.FamilyKana, "given_kana": &name.GivenKana,
		"family_romaji": &name.FamilyRomaji, "given_romaji": &name.GivenRomaji, "gender": &in.Gender, "phone": &phone.Value, "email": &email.Value,
		"postcode": &home.Postcode, "address": &home.Lines,
	}
	for i, value := range record {
		value = strings.TrimSpace(unguarded(value))
		if columns[i] == "birth_date" {
			if value == "" {
				continue
			}
			in.BirthDate, err = calendar.ParseDate(value)
			if err != nil {
				return number, in, at("/birth_date", err)
			}
			continue
		}
		*into[columns[i]] = value
	}
	in.Names, in.Contacts, in.Addresses = []NameInput{name}, []ContactInput{phone, email}, []AddressInput{home}
	return number, in, nil
}

func at(pointer string, err error) error {
	var f fault.Fields
	if err := f.Absorb(pointer, err); err != nil {
		return err
	}
	return f.Err()
}

// unguarded takes off the apostrophe that keeps a spreadsheet from running a
// value as a formula.
func unguarded(s string) string {
	if len(s) > 1 && s[0] == '\'' && strings.ContainsRune("=+-@", rune(s[1])) {
		return s[1:]
	}
	return s
}
