package people

import (
	"slices"

	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
)

// Profile is what may be passed on about a person. What a protective measure
// withholds is not in it, nor where somebody lives with whom it shields.
type Profile struct {
	Person    Person
	Contacts  []Contact
	Addresses []Address
	Household int  // members of the household they live in, themselves included
	Withheld  bool // an address or contact was left out
	// Everything of the kind is withheld, so that it cannot be asked for either:
	// contacts also where nobody may turn to the person.
	NoContacts, NoAddresses bool
}

// ProfileOf reads a person's profile on a day; the caller has checked that the
// actor may see the person, and decides what of it a basis covers.
func ProfileOf(q db.Q, id db.ID, on calendar.Date) (Profile, error) {
	b := db.NewBatch()
	who := db.Queue[Person](b, selectPerson+"p.id = ?", id)
	contacts := db.Queue[Contact](b, textContacts, id)
	addresses := db.Queue[Address](b, textAddresses, id)
	size := db.Queue[int](b, textLivingSize, on, on, id, on)
	shares := db.Queue[db.ID](b, textShares, id, on, on, id, on)
	if err := db.Send(q, b); err != nil {
		return Profile{}, err
	}
	p, ok := who.First()
	if !ok {
		return Profile{}, fault.NotFound()
	}
	n, _ := size.First()
	out := Profile{Person: p, Household: max(1, n), NoContacts: p.Protected(on) || p.ContactProhibited, NoAddresses: p.Protected(on) || len(shares.Rows) > 0}
	out.Withheld = p.Protected(on) || p.ContactProhibited
	for _, c := range contacts.Rows {
		if out.NoContacts || c.Protected {
			out.Withheld = true
			continue
		}
		out.Contacts = append(out.Contacts, c)
	}
	for _, a := range addresses.Rows {
		if out.NoAddresses || a.Protected {
			out.Withheld = true
			continue
		}
		if on.Within(a.From, a.Until) {
			out.Addresses = append(out.Addresses, a)
		}
	}
	out.NoContacts = out.NoContacts || len(contacts.Rows) > 0 && out.Contacts == nil
	out.NoAddresses = out.NoAddresses || len(addresses.Rows) > 0 && out.Addresses == nil && slices.ContainsFunc(addresses.Rows, func(a Address) bool { return a.Protected })
	return out, nil
}
