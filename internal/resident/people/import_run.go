package people

import (
	"context"
	"slices"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/jobs"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/sight"
)

// runImport makes what the rows say, some hundred in one transaction in which
// their state changes too: each is made once, whoever takes the work up again.
func (r *Room) runImport(ctx context.Context, job jobs.Claimed, a access.Actor, i Import) error {
	total := i.Counts.V.Of(rowPending...)
	var at progress
	if _, err := job.Bookmark(&at); err != nil {
		return err
	}
	for more := true; more; {
		var next progress
		if err := op.Load(ctx, r.run, func(tx *op.Tx) error {
			now, err := holdImport(tx, i.ID)
			if err != nil {
				return err
			}
			if more = false; now.Status != "running" {
				return nil
			}
			var rows []ImportRow
			for _, state := range rowPending { // one by one: each is walked in its order
				if rows, err = listImportRows(tx, i.ID, state, 0, atOnce); err != nil || len(rows) > 0 {
					break
				}
			}
			if err != nil {
				return err
			}
			if len(rows) == 0 {
				if _, err := r.end(tx, now, "finish"); err != nil {
					return err
				}
				return job.Finish(tx)
			}
			more = true
			next = progress{Rows: at.Rows + int64(len(rows))}
			if err := job.Advance(tx, next.Rows, total, next); err != nil {
				return err
			}
			m := making{room: r, tx: tx, actor: a, imp: now, rows: rows}
			return m.make()
		}); err != nil {
			return err
		}
		at = next
	}
	return nil
}

// making is a lot of rows while persons come of it.
type making struct {
	room   *Room
	tx     *op.Tx
	actor  access.Actor
	imp    Import
	rows   []ImportRow
	drafts []Draft

	in      Loaded
	reach   []sight.Reach
	brought []db.ID
}

func (m *making) make() error {
	m.drafts = make([]Draft, len(m.rows))
	for n, row := range m.rows {
		d, err := m.room.draftOf(row)
		if err != nil {
			return err
		}
		m.drafts[n] = d
		m.rows[n].Sealed = nil // said anew only where it changes
	}
	return m.tx.As(m.actor, func() error {
		for _, do := range []func() error{m.match, m.refuseTaken, m.register, m.house, m.store} {
			if err := do(); err != nil {
				return err
			}
		}
		return nil
	})
}

// match goes through the rows that are about somebody who is there. Whom the
// actor may no longer open, or who is gone into another record, is refused.
func (m *making) match() error {
	var ids []db.ID
	for _, row := range m.rows {
		if row.State != rowReady {
			ids = append(ids, row.Person)
		}
	}
	open, err := openAmong(m.tx, m.actor, m.tx.Now(), ids)
	if err != nil {
		return err
	}
	for n := range m.rows {
		row := &m.rows[n]
		if row.State == rowReady {
			continue
		}
		p, ok := open[row.Person]
		switch {
		case !ok:
			err = m.refuse(n, "people.fault.import_unseen", -1)
		case row.State == rowSame:
			row.State = rowMatched
		default:
			row.State = rowFilled
			open[p.ID], err = m.room.fill(m.tx, p, m.drafts[n]) // another row may be about the same
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (m *making) refuse(n int, key string, column int) error {
	m.drafts[n].Faults = []RowFault{{Column: column, Text: inBoth(key, nil)}}
	sealed, err := m.room.sealDraft(m.drafts[n])
	m.rows[n].State, m.rows[n].Person, m.rows[n].Sealed = rowRefused, db.ID{}, sealed
	return err
}

// refuseTaken refuses new persons whose number somebody has got meanwhile.
func (m *making) refuseTaken() error {
	blinds := map[int][]byte{}
	var all [][]byte
	for n, row := range m.rows {
		if d := m.drafts[n]; row.State == rowReady && d.Number != "" {
			blinds[n] = m.room.run.Vault.Blind("identifier agency", d.Number)
			all = append(all, blinds[n])
		}
	}
	taken, err := withNumbers(m.tx, all)
	if err != nil {
		return err
	}
	column := -1
	if l, err := m.room.layoutOf(m.imp); err == nil {
		column = l.field("number")
	}
	if taken == nil {
		taken = map[string]db.ID{}
	}
	for n := range m.rows { // in their order: of two with one number the first has it
		blind, numbered := blinds[n]
		if !numbered {
			continue
		}
		if _, known := taken[string(blind)]; known {
			if err := m.refuse(n, "people.fault.identifier_known", column); err != nil {
				return err
			}
		}
		taken[string(blind)] = db.ID{}
	}
	return nil
}

// register gathers the new persons.
func (m *making) register() error {
	a, now := m.actor, int64(m.tx.Now())
	for n := range m.rows {
		row, d := &m.rows[n], m.drafts[n]
		if row.State != rowReady {
			continue
		}
		p := Person{Head: flow.Head{ID: db.NewIDAt(now)}, Import: m.imp.ID}
		d.Person.copyTo(&p)
		m.in.Residents = append(m.in.Residents, Resident{Person: p, Teams: a.Teams,
			Names: d.Person.names(p.ID), Contacts: d.Person.contacts(p.ID), Addresses: d.Person.addresses(p.ID)})
		m.reach = append(m.reach, sight.Reach{ScopeKind: sight.User, Scope: a.ID, Kind: "person", Record: p.ID, Why: "registered"})
		if d.Number != "" {
			m.in.Identifiers = append(m.in.Identifiers, sealed(m.room.run.Vault, p.ID, "agency", d.Number))
		}
		row.State, row.Person = rowMade, p.ID
		m.brought = append(m.brought, p.ID)
	}
	return nil
}

// house puts persons with one number of a household into one: the one that
// earlier rows were put into, that one of them lives in, or a new one. Who is in
// a household of the kind already stays there.
func (m *making) house() error {
	var kin [][]byte
	var there []db.ID
	for _, row := range m.rows {
		if row.Kin == nil || row.Person.IsZero() {
			continue
		}
		kin = append(kin, row.Kin)
		if row.State != rowMade {
			there = append(there, row.Person)
		}
	}
	known, err := householdsOfKin(m.tx, m.imp, kin)
	if err != nil {
		return err
	}
	at, err := housed(m.tx, m.imp.HouseholdKind, there)
	if err != nil {
		return err
	}
	for n := range m.rows {
		row := &m.rows[n]
		if row.Kin == nil || row.Person.IsZero() {
			continue
		}
		h, ok := known[string(row.Kin)]
		if !ok {
			h = db.NewIDAt(int64(m.tx.Now()))
			known[string(row.Kin)] = h
			m.in.Households = append(m.in.Households, Household{Head: flow.Head{ID: h}, Kind: m.imp.HouseholdKind})
		}
		if row.Household = h; at[row.Person] {
			continue
		}
		at[row.Person] = true
		d := m.drafts[n]
		m.in.Members = append(m.in.Members, Member{Household: h, Person: row.Person, Relation: d.Relation, Leads: d.Relation == "self", From: m.imp.On})
	}
	return nil
}

// store writes all of the lot.
func (m *making) store() error {
	if err := Load(m.tx, m.in, m.room.today(m.tx.Context())); err != nil {
		return err
	}
	if err := sight.Open(m.tx, m.reach...); err != nil {
		return err
	}
	if len(m.brought) > 0 {
		m.tx.Tell(op.Event{Name: "person.brought", Entity: "import", Record: m.imp.ID, Root: m.imp.ID, Detail: m.brought})
	}
	return settleRows(m.tx, m.rows)
}

// fill puts what a row says where the record says nothing. Of a protected
// person contacts and addresses stay as they are.
func (r *Room) fill(tx *op.Tx, p Person, d Draft) (Person, error) {
	in := d.Person
	f, err := partsOf(tx, p.ID)
	if err != nil {
		return p, err
	}
	if !p.Protected(r.today(tx.Context())) {
		if _, err := flow.CreateAll(tx, ContactFlow, "add", lacking(f.Contacts, in.contacts(p.ID), func(c Contact) string { return c.Kind })); err != nil {
			return p, err
		}
		if _, err := flow.CreateAll(tx, AddressFlow, "add", lacking(f.Addresses, in.addresses(p.ID), func(a Address) string { return a.Kind })); err != nil {
			return p, err
		}
	}
	if err := fillName(tx, f.Names, in); err != nil {
		return p, err
	}
	if err := r.fillNumber(tx, p.ID, f.Identifiers, d.Number); err != nil {
		return p, err
	}
	return r.wearAndTake(tx.Context(), tx, p, "edit", func(p *Person) {
		if p.BirthDate == "" {
			p.BirthDate, p.BirthPrecision = in.BirthDate, in.BirthPrecision
		}
		if p.Gender == "" {
			p.Gender = in.Gender
		}
		if len(p.Languages.V) == 0 {
			p.Languages = db.AsJSON(in.Languages)
		}
	})
}

// fillNumber gives the agency's number to somebody who has none, unless it is
// another's.
func (r *Room) fillNumber(tx *op.Tx, person db.ID, there []Identifier, number string) error {
	if number == "" || slices.ContainsFunc(there, func(x Identifier) bool { return x.Kind == "agency" }) {
		return nil
	}
	x := sealed(r.run.Vault, person, "agency", number)
	taken, err := withNumbers(tx, [][]byte{x.Blind})
	if err != nil || len(taken) > 0 {
		return err
	}
	_, err = flow.Create(tx, IdentifierFlow, "add", x)
	return err
}

// lacking are the wanted of kinds of which there is none.
func lacking[T any](there, wanted []T, kind func(T) string) []T {
	has := map[string]bool{}
	for _, x := range there {
		has[kind(x)] = true
	}
	var out []T
	for _, x := range wanted {
		if !has[kind(x)] {
			out = append(out, x)
		}
	}
	return out
}

// fillName gives the name that is written the same its reading.
func fillName(tx *op.Tx, names []Name, in PersonInput) error {
	for _, said := range in.Names {
		for _, n := range names {
			if n.Full() != join(said.Family, said.Given) {
				continue
			}
			_, err := flow.Take(tx, NameFlow, "change", n, func(n *Name) {
				if n.FullKana() == "" {
					n.FamilyKana, n.GivenKana = said.FamilyKana, said.GivenKana
				}
				if n.FullRomaji() == "" {
					n.FamilyRomaji, n.GivenRomaji = said.FamilyRomaji, said.GivenRomaji
				}
			})
			return err
		}
	}
	return nil
}
