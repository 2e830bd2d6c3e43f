package people

import (
	"context"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/file"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/journal"
	"kizuna/internal/ground/op"
)

// Room is the people room.
type Room struct {
	run *op.Runner
	// OnDeath is what later rooms must do in the transaction that records a
	// death: stop notices, sessions and payouts. Server fills it.
	OnDeath []func(tx *op.Tx, person db.ID, on calendar.Date) error

	// OnDeathCorrected is what they do where the record of a death was wrong: the
	// day that it said, and the right one, none where the person lives. What is to
	// stop by the right day is told to OnDeath after it.
	OnDeathCorrected []func(tx *op.Tx, person db.ID, was, now calendar.Date) error

	// OnMerge is what later rooms settle before one person's record is merged
	// into another's: what would say the same twice, or why it cannot be.
	OnMerge []func(tx *op.Tx, keep, other db.ID) error
	// OnMove is what they do once records by entity, which named one person, name
	// another: who reaches them.
	OnMove []func(tx *op.Tx, from, to db.ID, records map[string][]db.ID) error
	// OnPart is what they do once who reaches persons may have changed: they were
	// one record and are two again, or one of them is no longer restricted.
	OnPart []func(tx *op.Tx, persons ...db.ID) error

	// Supports queues what later rooms know to stand around a person, as far as
	// the actor may see it, and gives it once the batch was sent. Server fills it.
	Supports func(b *db.Batch, a access.Actor, now calendar.Time, person db.ID) func(q db.Q) ([]Support, error)

	// OnHolds count in a batch, for persons whose records the actor may open, what else names
	// them, of what the actor may see. Server fills it.
	OnHolds []func(b *db.Batch, a access.Actor, now calendar.Time, persons []db.ID) *db.Answer[Held]

	// OnInterest is what they do once a user is kept from a person: what the user had in hand must go
	// to somebody else.
	OnInterest []func(tx *op.Tx, user, person db.ID) error

	// ActorOf is a user acting without a sign-in, for work that somebody has begun and left. Server fills it.
	ActorOf func(ctx context.Context, user db.ID) (access.Actor, error)

	files *file.Files
	count count
}

// New makes the room.
func New(run *op.Runner) *Room {
	return &Room{run: run, files: file.New(run.Data, run.Vault, run.Clock)}
}

// Card is what lists and searches show of a person.
type Card struct {
	ID                db.ID              `db:"id"`
	Status            string             `db:"status"`
	Number            string             `db:"number"`
	Name              string             `db:"name"`
	Kana              string             `db:"kana"`
	Romaji            string             `db:"romaji"`
	BirthDate         calendar.Date      `db:"birth_date"`
	BirthPrecision    calendar.Precision `db:"birth_precision"`
	DiedOn            calendar.Date      `db:"died_on"`
	Gender            string             `db:"gender"`
	Restricted        bool               `db:"restricted"`
	ProtectedUntil    calendar.Date      `db:"protected_until"`
	ContactProhibited bool               `db:"contact_prohibited"`
}

// Birth is the birth date with its precision.
func (c Card) Birth() calendar.Partial { return calendar.NewPartial(c.BirthDate, c.BirthPrecision) }

// Protected reports whether a protective measure runs on the day.
func (c Card) Protected(on calendar.Date) bool {
	return Person{ProtectedUntil: c.ProtectedUntil}.Protected(on)
}

// File is a person as staff who may see them read it. Withheld contacts and
// addresses come without their content.
type File struct {
	Person        Person
	Actions       []flow.Action
	Names         []Name
	Contacts      []Contact
	Addresses     []Address
	Protections   []Protection
	Identifiers   []Identifier
	Circumstances []Circumstance
	Alerts        []Alert
	Households    []Household
	Members       []Member
	Relationships []Relationship
	Others        map[db.ID]Card // members, relations and possible duplicates
	Duplicates    []Duplicate    // open candidates that the reader may know of; for who looks at them
	Merges        []Merge        // what was merged into the record
	Withheld      bool
	shares        bool // where a person under a protective measure lives
}

// Get opens a person's file for staff and keeps that it was opened.
func (r *Room) Get(ctx context.Context, a access.Actor, id db.ID) (File, error) {
	file, err := r.read(ctx, a, id)
	if err != nil {
		return File{}, err
	}
	file.withhold(r.today(ctx))
	return file, r.run.Reads.Note(ctx, a, "opened", "person", id, "")
}

// Reveal is Get with the withheld addresses and contacts shown; the journal
// keeps who revealed them.
func (r *Room) Reveal(ctx context.Context, a access.Actor, id db.ID) (File, error) {
	if !a.Is(keepers...) {
		return File{}, fault.Forbid("")
	}
	file, err := r.read(ctx, a, id)
	if err != nil {
		return File{}, err
	}
	return file, r.run.Reads.Note(ctx, a, "revealed", "person", id, "address")
}

// Today is the day in the agency's zone.
func (r *Room) Today(ctx context.Context) calendar.Date { return r.today(ctx) }

func (r *Room) today(ctx context.Context) calendar.Date { return calendar.Today(ctx, r.run.Clock) }

func (r *Room) read(ctx context.Context, a access.Actor, id db.ID) (File, error) {
	var f File
	err := r.run.Read(ctx, func(q *db.Reader) error {
		b := db.NewBatch()
		seen := lens(a, r.run.Now()).One("p.id")
		person := db.Queue[Person](b, selectPerson+"p.id = ? AND "+seen.SQL, append([]any{id}, seen.Args...)...)
		names := db.Queue[Name](b, textNames, id)
		contacts := db.Queue[Contact](b, textContacts, id)
		addresses := db.Queue[Address](b, textAddresses, id)
		protections := db.Queue[Protection](b, textProtections, id)
		identifiers := db.Queue[Identifier](b, textIdentifiers, id)
		circumstances := db.Queue[Circumstance](b, textCircumstances, id)
		alerts := db.Queue[Alert](b, textAlerts, id)
		households := db.Queue[Household](b, textHouseholdsOf, id)
		members := db.Queue[Member](b, textMembersOf, id)
		relationships := db.Queue[Relationship](b, textRelationships, id, id)
		merges := db.Queue[Merge](b, textMergesInto, id)
		today := r.today(ctx)
		shares := db.Queue[db.ID](b, textShares, id, today, today, id, today)
		doubles := &db.Answer[Duplicate]{}
		if judges(a) {
			doubles = queueDuplicates(b, a, r.run.Now(), id)
		}
		if err := db.Send(q, b); err != nil {
			return err
		}
		p, ok := person.First()
		if !ok || p.Status == "merged" { // Standing leads on
			return fault.NotFound()
		}
		f = File{
			Person: p, Names: names.Rows, Contacts: contacts.Rows, Addresses: addresses.Rows, Protections: protections.Rows,
			Identifiers: identifiers.Rows, Circumstances: circumstances.Rows, Alerts: alerts.Rows,
			Households: households.Rows, Members: members.Rows, Relationships: relationships.Rows, Duplicates: doubles.Rows,
			Merges: merges.Rows, shares: len(shares.Rows) > 0,
		}
		var err error
		f.Others, err = othersSeen(q, a, r.run.Now(), f.around())
		return err
	})
	f.Actions = Flow.Actions(a, f.Person)
	return f, err
}

// around lists the other persons of the file.
func (f File) around() []db.ID {
	var ids []db.ID
	for _, m := range f.Members {
		if m.Person != f.Person.ID {
			ids = append(ids, m.Person)
		}
	}
	for _, m := range f.Merges {
		ids = append(ids, m.Merged)
	}
	for _, d := range f.Duplicates {
		ids = append(ids, d.With(f.Person.ID))
	}
	for _, t := range f.Relationships {
		if t.Other != f.Person.ID {
			ids = append(ids, t.Other)
		} else {
			ids = append(ids, t.Person)
		}
	}
	return ids
}

// othersSeen gives cards of related persons that are not restricted, or that
// the actor reaches; the rest stay unnamed.
func othersSeen(q db.Q, a access.Actor, now calendar.Time, ids []db.ID) (map[db.ID]Card, error) {
	out := map[db.ID]Card{}
	if len(ids) == 0 {
		return out, nil
	}
	may := named(a, now)
	cards, err := db.All[Card](q, selectCard+"p.id IN (??) AND "+may.SQL, append([]any{db.ListOf(ids)}, may.Args...)...)
	for _, c := range cards {
		out[c.ID] = c
	}
	return out, err
}

// withhold blanks what a protective measure hides: of the person, and where
// the person lives with somebody who is under one.
func (f *File) withhold(today calendar.Date) {
	whole := f.Person.Protected(today)
	if whole && f.Person.ReachNote != "" {
		f.Person.ReachNote, f.Withheld = "", true
	}
	for i := range f.Addresses {
		if a := &f.Addresses[i]; whole || f.shares || a.Protected {
			a.Postcode, a.Lines, a.Latitude, a.Longitude, a.Protected = "", "", 0, 0, true
			f.Withheld = true
		}
	}
	for i := range f.Contacts {
		if c := &f.Contacts[i]; whole || c.Protected {
			c.Value, c.Note, c.Protected = "", "", true
			f.Withheld = true
		}
	}
}

// History is what happened to the person, newest first, from before an entry
// (zero: from the newest).
func (r *Room) History(ctx context.Context, a access.Actor, id, before db.ID) ([]journal.Row, error) {
	var rows []journal.Row
	err := r.run.Read(ctx, func(q *db.Reader) error {
		if _, err := load(q, a, r.run.Now(), id); err != nil {
			return err
		}
		var err error
		rows, err = journal.History(q, id, before, 50)
		return err
	})
	return rows, err
}

// Moved tells what others changed on a person since a version.
func (r *Room) Moved(ctx context.Context, a access.Actor, id db.ID, version int64) ([]journal.Moved, error) {
	var moved []journal.Moved
	err := r.run.Read(ctx, func(q *db.Reader) error {
		if _, err := load(q, a, r.run.Now(), id); err != nil {
			return err
		}
		var err error
		moved, err = journal.Since(q, id, version)
		return err
	})
	return moved, err
}

// Organizations lists organizations by when they were entered.
func (r *Room) Organizations(ctx context.Context, a access.Actor, after db.ID, limit int) ([]Organization, error) {
	if !a.Is(access.StaffRoles...) {
		return nil, fault.NotFound()
	}
	var list []Organization
	err := r.run.Read(ctx, func(q *db.Reader) error {
		var err error
		list, err = listOrganizations(q, after, limit)
		return err
	})
	return list, err
}

// Input is the file as a form or API call would send it back; what is
// withheld comes with its id and without its content.
func (f File) Input() PersonInput {
	in := PersonInput{
		BirthDate: f.Person.BirthDate, BirthPrecision: f.Person.BirthPrecision, Gender: f.Person.Gender,
		Languages: f.Person.Languages.V, Interpreter: f.Person.Interpreter, Placeholder: f.Person.Placeholder,
		Restricted: f.Person.Restricted, ContactProhibited: f.Person.ContactProhibited, ReachNote: f.Person.ReachNote,
	}
	for _, n := range f.Names {
		in.Names = append(in.Names, NameInput{ID: n.ID, Kind: n.Kind, Family: n.Family, Given: n.Given, FamilyKana: n.FamilyKana,
			GivenKana: n.GivenKana, FamilyRomaji: n.FamilyRomaji, GivenRomaji: n.GivenRomaji, From: n.From, Until: n.Until})
	}
	for _, c := range f.Contacts {
		in.Contacts = append(in.Contacts, ContactInput{ID: c.ID, Kind: c.Kind, Value: c.Value, Unsafe: !c.Safe,
			Preferred: c.Preferred, Note: c.Note, Protected: c.Protected})
	}
	for _, x := range f.Addresses {
		in.Addresses = append(in.Addresses, AddressInput{ID: x.ID, Kind: x.Kind, Postcode: x.Postcode, Lines: x.Lines,
			Latitude: x.Latitude, Longitude: x.Longitude, From: x.From, Until: x.Until, Protected: x.Protected})
	}
	return in
}
