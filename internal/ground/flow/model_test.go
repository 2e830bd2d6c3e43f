package flow_test

import (
	"fmt"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/flow"
)

// modelled is what a kite should be, told without flow.
type modelled struct {
	status string
	name   string
	amount int64
	lines  []string
	copies []kite // as loaded at some time, newest last
}

// moves is the table of steps once more, as the model has it.
var moves = map[string]struct {
	from []string
	to   string
	role access.Role
}{
	"edit":   {[]string{"made", "up"}, "", access.Caseworker},
	"launch": {[]string{"made", "down"}, "up", access.Caseworker},
	"land":   {[]string{"up"}, "down", access.Caseworker},
	"sell":   {[]string{"made", "down"}, "sold", access.Supervisor},
	"void":   {[]string{"made", "up", "down", "sold"}, "void", access.Supervisor},
}

// expect plays a step on the model and tells the fault it must meet.
func (m *modelled) expect(role access.Role, step string, c kite, name string, amount int64) string {
	move := moves[step]
	both := step == "land" && role == access.Supervisor
	if role != move.role && !both {
		return "flow.not_yours"
	}
	if !slices.Contains(move.from, c.Status) {
		return "flow.not_now"
	}
	if step == "launch" && c.Name == "" {
		return "kite.nameless"
	}
	if move.to == "" && name == c.Name && amount == c.Amount {
		return "" // nothing to write, so nothing to lose
	}
	if newest := m.copies[len(m.copies)-1]; c.Version != newest.Version {
		return "flow.moved_on"
	}
	from := m.status
	if move.to != "" {
		m.status = move.to
	}
	m.name, m.amount = name, amount
	m.lines = append(m.lines, fmt.Sprint(step, " ", from, " ", m.status, " ", c.Version+1))
	return ""
}

// TestAgainstModel takes random steps on random copies, singly and together,
// and compares the table and the lines with the model after each.
func TestAgainstModel(t *testing.T) {
	each(t, func(t *testing.T, x *field) {
		rapid.Check(t, func(r *rapid.T) {
			kites := map[db.ID]*modelled{}
			var ids []db.ID
			for range 3 {
				k := x.make(kite{Name: "n"})
				ids = append(ids, k.ID)
				kites[k.ID] = &modelled{status: "made", name: "n", lines: []string{"make  made 1"}, copies: []kite{k}}
			}
			lines := map[db.ID][]string{}
			for _, id := range ids {
				lines[id] = slices.Clone(kites[id].lines)
			}
			for range rapid.IntRange(1, 25).Draw(r, "steps") {
				role := rapid.SampledFrom([]access.Role{access.Caseworker, access.Supervisor, access.Public}).Draw(r, "role")
				step := rapid.SampledFrom([]string{"edit", "launch", "land", "launch", "land", "edit", "sell", "void"}).Draw(r, "step")
				name := rapid.SampledFrom([]string{"", "n", "m"}).Draw(r, "name")
				amount := rapid.Int64Range(0, 2).Draw(r, "amount")
				chosen := rapid.SliceOfNDistinct(rapid.SampledFrom(ids), 1, 3, rapid.ID[db.ID]).Draw(r, "kites")
				var olds []kite
				want := map[db.ID]string{}
				for _, id := range chosen {
					m := kites[id]
					c := m.copies[max(0, len(m.copies)-rapid.IntRange(1, 2).Draw(r, "copy"))]
					olds = append(olds, c)
					want[id] = m.expect(role, step, c, name, amount)
				}
				edit := func(k *kite) { k.Name, k.Amount = name, amount }
				got := map[db.ID]string{}
				a := access.Actor{ID: worker.ID, Roles: []access.Role{role}}
				_, err := x.as(a, func(tx *tx) error {
					if len(olds) > 1 {
						_, faults, err := flow.TakeAll(tx, kiteFlow, step, olds, edit)
						for id, f := range faults {
							got[id] = f.Key
						}
						return noted(tx, lines, err)
					}
					_, err := flow.Take(tx, kiteFlow, step, olds[0], edit)
					got[olds[0].ID] = keyOf(err)
					return noted(tx, lines, nil)
				})
				if err != nil {
					r.Fatal(err)
				}
				for _, id := range chosen {
					m := kites[id]
					now := x.load(id)
					if got[id] != want[id] || now.Status != m.status || now.Version != int64(len(m.lines)) || now.Name != m.name || now.Amount != m.amount {
						r.Fatalf("%s as %s: fault %q, want %q; stored %+v, model %+v", step, role, got[id], want[id], now, m)
					}
					if !reflect.DeepEqual(lines[id], m.lines) {
						r.Fatalf("lines %q\nmodel %q", lines[id], m.lines)
					}
					m.copies = append(m.copies, now)
				}
			}
		})
	})
}

func noted(tx *tx, lines map[db.ID][]string, err error) error {
	for _, l := range tx.lines {
		lines[l.Record] = append(lines[l.Record], fmt.Sprint(l.Step, " ", l.From, " ", l.To, " ", l.Version))
	}
	return err
}
