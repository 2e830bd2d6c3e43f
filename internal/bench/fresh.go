package bench

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"

	"kizuna/internal/ground/db"
)

// A call that writes made ids and numbers that cannot be written a second
// time, and took steps that cannot be taken a second time, so a replay of its
// statements needs others in their places.

// fresh stands for an id that was made during the call.
type fresh struct{ id db.ID }

// freshNumber stands for a number that was given during the call.
type freshNumber struct{ shape string }

var number = regexp.MustCompile(`^[A-Z]-\d{4}-\d+-\d$`)

// markFresh marks what a recorded call made, which is every id above began, and
// puts twins in the places of what it changed.
func markFresh(list []db.Statement, began db.ID, twins map[db.ID]db.ID) []db.Statement {
	out := slices.Clone(list)
	for i, s := range out {
		if !s.Write {
			continue
		}
		args := slices.Clone(s.Args)
		for j, a := range args {
			switch a := a.(type) {
			case db.ID:
				if twin, ok := twins[a]; ok {
					args[j] = twin
				} else if bytes.Compare(a[:6], began[:6]) >= 0 {
					args[j] = fresh{a}
				}
			case string:
				if number.MatchString(a) {
					args[j] = freshNumber{a}
				}
			}
		}
		out[i].Args = args
	}
	return out
}

var given int

// refresh gives the statements with new ids in all marked places, the same one
// wherever the same one was.
func refresh(list []db.Statement) []db.Statement {
	if !slices.ContainsFunc(list, func(s db.Statement) bool { return s.Write }) {
		return list
	}
	given++
	made := map[db.ID]db.ID{}
	out := slices.Clone(list)
	for i, s := range out {
		if !s.Write {
			continue
		}
		args := slices.Clone(s.Args)
		for j, a := range args {
			switch a := a.(type) {
			case fresh:
				id, ok := made[a.id]
				if !ok {
					id = db.NewID()
					made[a.id] = id
				}
				args[j] = id
			case freshNumber:
				args[j] = fmt.Sprintf("%s-bench-%d", a.shape, given)
			}
		}
		out[i].Args = args
	}
	return out
}
