package door

import (
	"strconv"

	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
)

// Cursor reads the cursor of a list in the order of ids; the zero id where the
// list begins.
func Cursor(s string) (db.ID, error) {
	if s == "" {
		return db.ID{}, nil
	}
	id, err := db.ParseID(s)
	if err != nil {
		return db.ID{}, badCursor()
	}
	return id, nil
}

// TimeCursor says where a page of a list in the order of time ends: the moment
// and the id of its last record.
func TimeCursor(at calendar.Time, id db.ID) string {
	return strconv.FormatInt(int64(at), 10) + "_" + id.String()
}

// CursorTime reads what TimeCursor said; zeros where the list begins.
func CursorTime(s string) (calendar.Time, db.ID, error) {
	if s == "" {
		return 0, db.ID{}, nil
	}
	const id = len("01234567-89ab-7cde-8f01-23456789abcd")
	if split := len(s) - id - 1; split > 0 && s[split] == '_' {
		ms, err := strconv.ParseInt(s[:split], 10, 64)
		of, idErr := db.ParseID(s[split+1:])
		if err == nil && idErr == nil {
			return calendar.Time(ms), of, nil
		}
	}
	return 0, db.ID{}, badCursor()
}

func badCursor() error {
	return fault.Invalid(fault.Field{Pointer: "/cursor", Key: "fault.bad_choice"})
}

// Cut takes a page of a list from rows of which one more was asked for, and
// says where the next begins.
func Cut[T any](rows []T, limit int, at func(T) string) (page []T, next string) {
	if len(rows) <= limit {
		return rows, ""
	}
	return rows[:limit], at(rows[limit-1])
}
