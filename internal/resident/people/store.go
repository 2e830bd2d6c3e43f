package people

import (
	"fmt"
	"slices"
	"strings"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/sight"
)

// lens is what an actor sees of people.
func lens(a access.Actor, now calendar.Time) sight.Lens {
	return sight.Lens{Actor: a, Now: now, Kind: "person", Restricted: "p.restricted"}
}

// A record that was merged is as closed to somebody as the one that stays.
var _ = sight.Concerns("person", "person", "SELECT x.id FROM person x WHERE x.merged_into IN (@barred)")

// Reached is the condition that an actor sees the person p of a later room's
// statement.
func Reached(a access.Actor, now calendar.Time) sight.Clause { return lens(a, now).One("p.id") }

var selectPerson = "SELECT " + db.Columns[Person]("p") + " FROM person p WHERE "

// load gives a person the actor may see, or not found.
func load(q db.Q, a access.Actor, now calendar.Time, id db.ID) (Person, error) {
	seen := lens(a, now).One("p.id")
	return db.One[Person](q, selectPerson+"p.id = ? AND "+seen.SQL, append([]any{id}, seen.Args...)...)
}

// loadForUpdate is load that holds the row, for rules across a person's rows.
func loadForUpdate(tx db.W, a access.Actor, now calendar.Time, id db.ID) (Person, error) {
	if err := hold(tx, []db.ID{id}); err != nil {
		return Person{}, err
	}
	return load(tx, a, now, id)
}

// hold keeps others from the rows of persons until the transaction ends.
func hold(tx db.W, ids []db.ID) error {
	_, err := db.All[int](tx, "SELECT 1 FROM person WHERE id IN (??) ORDER BY id"+db.ForUpdate(tx), db.ListOf(ids))
	return err
}

var (
	textNames         = partText[Name]("person_name", "from_date, id")
	textContacts      = partText[Contact]("person_contact", "preferred DESC, id")
	textAddresses     = partText[Address]("person_address", "from_date DESC, id")
	textProtections   = partText[Protection]("person_protection", "from_date DESC, id")
	textIdentifiers   = partText[Identifier]("person_identifier", "id")
	textCircumstances = partText[Circumstance]("circumstance", "from_date DESC, id")
	textAlerts        = partText[Alert]("alert", "id")
)

func partText[R any](table, order string) string {
	return "SELECT " + db.Columns[R]("") + " FROM " + table + " WHERE person = ? AND status = 'active' ORDER BY " + order
}

var textMembersOf = "SELECT " + db.Columns[Member]("m") + ` FROM household_member m
	WHERE m.status = 'active' AND m.household IN (SELECT household FROM household_member WHERE person = ? AND status = 'active' AND until_date = '')
	ORDER BY m.household, m.head DESC, m.id`

var textHouseholdsOf = "SELECT " + db.Columns[Household]("h") + ` FROM household h
	WHERE h.status = 'active' AND h.id IN (SELECT household FROM household_member WHERE person = ? AND status = 'active' AND until_date = '') ORDER BY h.id`

var textRelationships = "SELECT " + db.Columns[Relationship]("") + ` FROM relationship
	WHERE status = 'active' AND (person = ? OR (other = ? AND kind <> 'perpetrator')) ORDER BY id`

var selectCard = `SELECT p.id, p.status, p.number, p.name, p.kana, p.romaji, p.birth_date, p.birth_precision, p.died_on, p.gender,
	p.restricted, p.protected_until, p.contact_prohibited FROM person p WHERE `

// CardsOf gives the cards of persons by id; the caller has checked that the
// actor may see what names them.
func CardsOf(q db.Q, ids ...db.ID) (map[db.ID]Card, error) {
	out := make(map[db.ID]Card, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	cards, err := db.All[Card](q, selectCard+"p.id IN (??)", db.ListOf(ids))
	for _, c := range cards {
		out[c.ID] = c
	}
	return out, err
}

// CardsFor is CardsOf for persons some of whom the actor is only told about: of
// these come those that are not restricted or that the actor reaches.
func CardsFor(q db.Q, a access.Actor, now calendar.Time, certain, told []db.ID) (map[db.ID]Card, error) {
	if len(told) == 0 {
		return CardsOf(q, certain...)
	}
	b := db.NewBatch()
	found := QueueCardsFor(b, a, now, certain, told)
	if err := db.Send(q, b); err != nil {
		return nil, err
	}
	out := make(map[db.ID]Card, len(found.Rows))
	for _, c := range found.Rows {
		out[c.ID] = c
	}
	return out, nil
}

// QueueCardsFor is CardsFor in a batch.
func QueueCardsFor(b *db.Batch, a access.Actor, now calendar.Time, certain, told []db.ID) *db.Answer[Card] {
	if len(told) == 0 {
		return QueueCards(b, certain...)
	}
	seen := lens(a, now).One("p.id")
	may := lens(a, now).Except(sight.Clause{SQL: "(p.restricted = FALSE OR p.id IN (??) OR " + seen.SQL + ")",
		Args: append([]any{db.ListOf(certain)}, seen.Args...)}, "p.id")
	return db.Queue[Card](b, selectCard+"p.id IN (??) AND "+may.SQL, append([]any{db.ListOf(append(slices.Clone(told), certain...))}, may.Args...)...)
}

// QueueCards is CardsOf in a batch.
func QueueCards(b *db.Batch, ids ...db.ID) *db.Answer[Card] {
	return db.Queue[Card](b, selectCard+"p.id IN (??)", db.ListOf(ids))
}

// LanguagesOf gives the languages that persons understand, the best first; the
// caller has checked that the actor may see the persons.
func LanguagesOf(q db.Q, ids ...db.ID) (map[db.ID][]string, error) {
	out := make(map[db.ID][]string, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	list, err := db.All[Person](q, selectPerson+"p.id IN (??)", db.ListOf(ids))
	for _, p := range list {
		out[p.ID] = p.Languages.V
	}
	return out, err
}

// OrganizationsOf gives organizations by id.
func OrganizationsOf(q db.Q, ids ...db.ID) (map[db.ID]Organization, error) {
	out := make(map[db.ID]Organization, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	list, err := db.All[Organization](q, "SELECT "+db.Columns[Organization]("")+" FROM organization WHERE id IN (??)", db.ListOf(ids))
	for _, o := range list {
		out[o.ID] = o
	}
	return out, err
}

func listOrganizations(q db.Q, after db.ID, limit int) ([]Organization, error) {
	return db.All[Organization](q, "SELECT "+db.Columns[Organization]("")+" FROM organization WHERE status = 'active' AND id > ? ORDER BY id LIMIT ?", sortID(after), limit)
}

var textHeld = func() string {
	var arms []string
	for _, x := range [][3]string{
		{"name", "person_name", "person"}, {"contact", "person_contact", "person"}, {"address", "person_address", "person"},
		{"identifier", "person_identifier", "person"}, {"circumstance", "circumstance", "person"}, {"alert", "alert", "person"},
		{"household_member", "household_member", "person"}, {"relationship", "relationship", "person"}, {"relationship", "relationship", "other"},
	} {
		arm := "SELECT '" + x[0] + "' AS kind, " + x[2] + " AS person, COUNT(*) AS n FROM " + x[1] + " WHERE status = 'active' AND " + x[2] + " IN (??)"
		if x[2] == "other" {
			arm += " AND kind <> 'perpetrator'" // as on their page
		}
		arms = append(arms, arm+" GROUP BY "+x[2])
	}
	return "SELECT kind, person, CAST(SUM(n) AS BIGINT) AS n FROM (" + strings.Join(arms, " UNION ALL ") + ") AS held GROUP BY kind, person ORDER BY kind, person"
}()

// queueHeld counts what of people's own records names persons.
func queueHeld(b *db.Batch, persons []db.ID) *db.Answer[Held] {
	args := make([]any, strings.Count(textHeld, "(??)"))
	for i := range args {
		args[i] = db.ListOf(persons)
	}
	return db.Queue[Held](b, textHeld, args...)
}

// sortID lets a zero id stand before every id.
func sortID(id db.ID) any {
	if id.IsZero() {
		return db.MustID("00000000-0000-0000-0000-000000000001")
	}
	return id
}

// listPeople walks the newest of what the actor reaches: person ids grow with
// time, and so do the rows of reach under each scope.
func listPeople(q db.Q, a access.Actor, now calendar.Time, before db.ID, limit int) ([]Card, error) {
	if before.IsZero() {
		before = lastID
	}
	if a.Wide {
		seen := lens(a, now).One("p.id")
		return db.All[Card](q, selectCard+"p.status = 'active' AND p.id < ? AND "+seen.SQL+" ORDER BY p.id DESC LIMIT ?",
			append(append([]any{before}, seen.Args...), limit)...)
	}
	text, args := newest(a.Scopes(), before, now, limit*4)
	may := lens(a, now).Except(sight.Clause{SQL: "p.id IN (" + text + ")", Args: args}, "p.id")
	return db.All[Card](q, selectCard+"p.status = 'active' AND "+may.SQL+" ORDER BY p.id DESC LIMIT ?", append(may.Args, limit)...)
}

// apart is up to how many scopes are walked one by one.
const apart = 16

// newest is the text that gives the newest persons that scopes reach: each
// scope's by itself, so that it is walked in order and stops. Walking all of
// reach from its newest row meets few rows of a scope that reaches few.
func newest(scopes []db.ID, before db.ID, now calendar.Time, limit int) (string, []any) {
	const walk = "SELECT record FROM reach WHERE kind = 'person' AND record < ? AND until > ? AND scope "
	if len(scopes) > apart || len(scopes) == 0 {
		return walk + "IN (??) ORDER BY record DESC LIMIT ?", []any{before, now, db.ListOf(scopes), limit}
	}
	var parts []string
	var args []any
	for i, scope := range scopes {
		parts = append(parts, fmt.Sprintf("SELECT record FROM (%s= ? ORDER BY record DESC LIMIT ?) AS r%d", walk, i))
		args = append(args, before, now, scope, limit)
	}
	return strings.Join(parts, " UNION ALL "), args
}

// lastID stands after every id.
var lastID = db.MustID("ffffffff-ffff-ffff-ffff-ffffffffffff")

// Seen is not found unless the actor may open every one of the persons, and a
// conflict when the record of one was merged into another.
func Seen(q db.Q, a access.Actor, now calendar.Time, ids ...db.ID) error {
	for _, id := range ids {
		p, err := load(q, a, now, id)
		if err == nil && p.Status == "merged" {
			err = fault.Conflict("people.fault.merged")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// QueueAlerts gives the alerts of persons that run on a day, in a batch; the
// caller has checked that the actor may see the persons.
func QueueAlerts(b *db.Batch, on calendar.Date, ids ...db.ID) *db.Answer[Alert] {
	return db.Queue[Alert](b, "SELECT "+db.Columns[Alert]("")+` FROM alert WHERE person IN (??) AND status = 'active'
		AND (from_date = '' OR from_date <= ?) AND (until_date = '' OR until_date >= ?) ORDER BY id`, db.ListOf(ids), on, on)
}

// seesHousehold holds when the actor sees one of its members.
func seesHousehold(tx *op.Tx, a access.Actor, household db.ID) error {
	seen := lens(a, tx.Now()).One("p.id")
	_, err := db.One[int](tx, `SELECT 1 FROM household_member m JOIN person p ON p.id = m.person
		WHERE m.household = ? AND m.status = 'active' AND `+seen.SQL+" LIMIT 1", append([]any{household}, seen.Args...)...)
	return err
}

// loadHousehold gives a household of which the actor sees a member.
func loadHousehold(tx *op.Tx, a access.Actor, id db.ID) (Household, error) {
	if err := seesHousehold(tx, a, id); err != nil {
		return Household{}, err
	}
	return db.One[Household](tx, "SELECT "+db.Columns[Household]("")+" FROM household WHERE id = ? AND status = 'active'", id)
}

// membersOf gives all who are or were in a household.
func membersOf(q db.Q, household db.ID) ([]Member, error) {
	return db.All[Member](q, "SELECT "+db.Columns[Member]("")+" FROM household_member WHERE household = ? AND status = 'active' ORDER BY id", household)
}

func loadMember(q db.Q, id db.ID) (Member, error) {
	return db.One[Member](q, "SELECT "+db.Columns[Member]("")+" FROM household_member WHERE id = ? AND status = 'active'", id)
}

// spellsOf gives the memberships of persons, with the kind of each household.
func spellsOf(q db.Q, persons []db.ID) ([]spell, error) {
	return db.All[spell](q, "SELECT "+db.Columns[Member]("m")+`, h.kind FROM household_member m JOIN household h ON h.id = m.household
		WHERE m.person IN (??) AND m.status = 'active' AND h.status = 'active' ORDER BY m.id`, db.ListOf(persons))
}

// standing holds the persons and gives them, or not found unless the actor may
// open every one; a conflict when the record of one was merged.
func standing(tx *op.Tx, a access.Actor, ids []db.ID) (map[db.ID]Person, error) {
	if err := hold(tx, ids); err != nil {
		return nil, err
	}
	seen := lens(a, tx.Now()).One("p.id")
	list, err := db.All[Person](tx, selectPerson+"p.id IN (??) AND "+seen.SQL, append([]any{db.ListOf(ids)}, seen.Args...)...)
	if err != nil {
		return nil, err
	}
	out := make(map[db.ID]Person, len(list))
	for _, p := range list {
		if p.Status == "merged" {
			return nil, fault.Conflict("people.fault.merged")
		}
		out[p.ID] = p
	}
	for _, id := range ids {
		if _, ok := out[id]; !ok {
			return nil, fault.NotFound()
		}
	}
	return out, nil
}

// textSeenMember gives a member of a household, where the reader sees them.
const textSeenMember = `SELECT m.person FROM household_member m JOIN person p ON p.id = m.person
	WHERE m.household = ? AND m.status = 'active' AND p.status = 'active' AND `

var (
	textHouseholdsEver = "SELECT " + db.Columns[Household]("h") + ` FROM household h
		WHERE h.status = 'active' AND h.id IN (SELECT household FROM household_member WHERE person = ? AND status = 'active') ORDER BY h.id`
	textMembersEver = "SELECT " + db.Columns[Member]("m") + ` FROM household_member m
		WHERE m.status = 'active' AND m.household IN (SELECT household FROM household_member WHERE person = ? AND status = 'active')
		ORDER BY m.household, m.head DESC, m.from_date, m.id`
)

// textSheltered gives the households in which a person or anybody who lives
// there with them is under a protective measure on a day.
const textSheltered = `SELECT DISTINCT m.household FROM household_member m JOIN household h ON h.id = m.household JOIN person p ON p.id = m.person
	WHERE h.status = 'active' AND m.status = 'active' AND (m.until_date = '' OR m.until_date >= ?) AND p.protected_until >= ?
	AND m.household IN (SELECT household FROM household_member WHERE person = ? AND status = 'active' AND (until_date = '' OR until_date >= ?))`

// textShares gives whom a person lives with, or is registered with, on a day and
// who is under a protective measure then: their address is the protected one's.
// Who harmed the protected one knows of the place already, or lives elsewhere.
const textShares = `SELECT m.person FROM household_member m JOIN household h ON h.id = m.household JOIN person p ON p.id = m.person
	JOIN household_member o ON o.household = m.household
	WHERE h.kind IN ('living', 'registered') AND h.status = 'active' AND m.status = 'active' AND m.person <> ? AND (m.until_date = '' OR m.until_date >= ?)
	AND p.protected_until >= ? AND o.person = ? AND o.status = 'active' AND (o.until_date = '' OR o.until_date >= ?)
	AND (h.kind = 'living' OR NOT EXISTS (SELECT 1 FROM relationship t WHERE t.person = m.person AND t.other = o.person AND t.kind = 'perpetrator' AND t.status = 'active'))`

func loadCircumstance(q db.Q, id db.ID) (Circumstance, error) {
	return db.One[Circumstance](q, "SELECT "+db.Columns[Circumstance]("")+" FROM circumstance WHERE id = ? AND status = 'active'", id)
}

// factsOf gives the circumstances of persons.
func factsOf(q db.Q, persons []db.ID) ([]Circumstance, error) {
	return db.All[Circumstance](q, "SELECT "+db.Columns[Circumstance]("")+` FROM circumstance
		WHERE person IN (??) AND status = 'active' ORDER BY from_date, id`, db.ListOf(persons))
}

// textKin gives the ties of a family, over so many ties from a person.
var textKin = `WITH RECURSIVE kin (id, far) AS (
	SELECT p.id, 0 FROM person p WHERE p.id = ?
	UNION SELECT CASE WHEN t.person = k.id THEN t.other ELSE t.person END, k.far + 1
		FROM kin k JOIN relationship t ON t.person = k.id OR t.other = k.id
		WHERE k.far < ? AND t.status = 'active' AND t.kind IN (` + kinKinds + `)
	) SELECT ` + db.Columns[Relationship]("t") + ` FROM relationship t
	WHERE t.status = 'active' AND t.kind IN (` + kinKinds + `) AND t.person IN (SELECT id FROM kin) AND t.other IN (SELECT id FROM kin)
	ORDER BY t.from_date, t.id LIMIT 1000`

const kinKinds = "'spouse', 'partner', 'parent', 'child', 'sibling', 'grandparent', 'grandchild'"

// textLivesWith gives who is in a registered household or one that lives
// together with a person on a day.
var textLivesWith = "SELECT " + db.Columns[Member]("m") + `, h.kind FROM household_member m JOIN household h ON h.id = m.household
	WHERE h.status = 'active' AND h.kind IN ('living', 'registered') AND m.status = 'active' AND m.from_date <= ? AND (m.until_date = '' OR m.until_date >= ?)
	AND m.household IN (SELECT household FROM household_member WHERE person = ? AND status = 'active' AND from_date <= ? AND (until_date = '' OR until_date >= ?))
	ORDER BY h.kind, m.household, m.id`

// textHarmedBy gives whom a person harmed, and who lives with those on a day.
const textHarmedBy = `SELECT t.person FROM relationship t WHERE t.other = ? AND t.kind = 'perpetrator' AND t.status = 'active'
	UNION SELECT o.person FROM relationship t JOIN household_member m ON m.person = t.person JOIN household_member o ON o.household = m.household
	WHERE t.other = ? AND t.kind = 'perpetrator' AND t.status = 'active' AND m.status = 'active' AND o.status = 'active'
	AND (m.until_date = '' OR m.until_date >= ?) AND (o.until_date = '' OR o.until_date >= ?)`

// textLivingSize counts who lives with a person on a day, the dead no longer.
const textLivingSize = `SELECT COUNT(*) FROM household_member m JOIN household h ON h.id = m.household JOIN person p ON p.id = m.person
	WHERE (p.died_on = '' OR p.died_on > ?) AND h.kind = 'living' AND h.status = 'active' AND m.status = 'active' AND (m.until_date = '' OR m.until_date >= ?)
	AND m.household IN (SELECT household FROM household_member WHERE person = ? AND status = 'active' AND (until_date = '' OR until_date >= ?))`

// textCompanions gives who is in the household in which a person lives on a day.
var textCompanions = "SELECT " + db.Columns[Member]("m") + ` FROM household_member m JOIN household h ON h.id = m.household
	WHERE h.kind = 'living' AND h.status = 'active' AND m.status = 'active' AND (m.until_date = '' OR m.until_date >= ?)
	AND m.household IN (SELECT household FROM household_member WHERE person = ? AND status = 'active' AND (until_date = '' OR until_date >= ?))
	ORDER BY m.head DESC, m.from_date, m.id`

// Close is the text of a statement that gives who was close to a person on a
// day and lives, once for each tie: person, kind, and whether the kind is what
// the bereaved is to the dead (far) instead of the other way about. Somebody
// harmed by the person, or who harmed them, is left out: neither side learns of
// the other. It stands in the FROM of a later room's statement.
func Close(dead db.ID, on calendar.Date) (string, []any) {
	const (
		runs  = " AND t.status = 'active' AND (t.until_date = '' OR t.until_date >= ?)"
		mourn = " AND t.kind NOT IN ('neighbour', 'employer', 'perpetrator', 'other')"
		harm  = "SELECT 1 FROM relationship h WHERE h.status = 'active' AND h.kind = 'perpetrator' AND "
	)
	text := `SELECT tie.person, tie.kind, tie.far FROM (
		SELECT t.person AS person, t.kind AS kind, FALSE AS far FROM relationship t WHERE t.other = ?` + runs + mourn + `
		UNION ALL SELECT t.other, t.kind, TRUE FROM relationship t WHERE t.person = ?` + runs + mourn + `
		UNION ALL SELECT o.person, 'household', FALSE FROM household_member t
			JOIN household_member o ON o.household = t.household AND o.person <> t.person AND o.status = 'active' AND (o.until_date = '' OR o.until_date >= ?)
			WHERE t.person = ?` + runs + `) AS tie
		JOIN person p ON p.id = tie.person
		WHERE p.status = 'active' AND p.died_on = ''
		AND NOT EXISTS (` + harm + `h.person = tie.person AND h.other = ?)
		AND NOT EXISTS (` + harm + `h.person = ? AND h.other = tie.person)`
	return text, []any{dead, on, dead, on, on, dead, on, dead, dead}
}

// livesAt is of an address what is compared.
type livesAt struct {
	Person    db.ID  `db:"person"`
	Lines     string `db:"lines"`
	Protected bool   `db:"protected"`
}

func queueHomes(b *db.Batch, persons []db.ID) *db.Answer[livesAt] {
	return db.Queue[livesAt](b, "SELECT "+db.Columns[livesAt]("")+" FROM person_address WHERE person IN (??) AND status = 'active'", db.ListOf(persons))
}

func countPersons(q db.Q) (int, error) { return db.One[int](q, "SELECT COUNT(*) FROM person") }

// visibleAmong says which of persons an actor may open.
func visibleAmong(q db.Q, a access.Actor, now calendar.Time, ids []db.ID) (map[db.ID]bool, error) {
	seen := lens(a, now).One("p.id")
	reached, err := db.All[db.ID](q, "SELECT p.id FROM person p WHERE p.id IN (??) AND "+seen.SQL, append([]any{db.ListOf(ids)}, seen.Args...)...)
	out := make(map[db.ID]bool, len(reached))
	for _, id := range reached {
		out[id] = true
	}
	return out, err
}

var selectDuplicate = "SELECT " + db.Columns[Duplicate]("d") + " FROM duplicate d "

// duplicatesOf gives a person's candidates.
func duplicatesOf(q db.Q, person db.ID) ([]Duplicate, error) {
	return db.All[Duplicate](q, selectDuplicate+"WHERE d.person = ? OR d.other = ? ORDER BY d.id", person, person)
}

// mayKnow are the candidates that an actor may know of: who reaches one of the
// two, and may know that the other exists.
func mayKnow(a access.Actor, now calendar.Time) sight.Clause {
	first := lens(a, now).One("p.id")
	second := sight.Lens{Actor: a, Now: now, Kind: "person", Restricted: "o.restricted"}.One("o.id")
	either := sight.Clause{
		SQL: "p.status = 'active' AND o.status = 'active' AND (p.restricted = FALSE OR " + first.SQL + ") AND (o.restricted = FALSE OR " + second.SQL + ")" +
			" AND (" + first.SQL + " OR " + second.SQL + ")",
		Args: slices.Concat(first.Args, second.Args, first.Args, second.Args),
	}
	return lens(a, now).Except(lens(a, now).Except(either, "p.id"), "o.id")
}

const joinDuplicate = "JOIN person p ON p.id = d.person JOIN person o ON o.id = d.other "

// queueDuplicates gives the open candidates of a person, in a batch.
func queueDuplicates(b *db.Batch, a access.Actor, now calendar.Time, person db.ID) *db.Answer[Duplicate] {
	may := mayKnow(a, now)
	return db.Queue[Duplicate](b, selectDuplicate+joinDuplicate+`WHERE d.id IN (SELECT id FROM duplicate WHERE person = ? UNION ALL SELECT id FROM duplicate WHERE other = ?)
		AND d.status = 'open' AND `+may.SQL+" ORDER BY d.id DESC LIMIT 5", append([]any{person, person}, may.Args...)...)
}

// doubled is how many open candidates somebody is in.
type doubled struct {
	Person db.ID `db:"person"`
	N      int   `db:"n"`
}

// DoublesOf counts the open candidates that each of some persons is in and the actor may know of.
func DoublesOf(q db.Q, a access.Actor, now calendar.Time, persons []db.ID) (map[db.ID]int, error) {
	if len(persons) == 0 || !judges(a) {
		return nil, nil
	}
	may := mayKnow(a, now)
	arm := func(side string) string {
		return "SELECT d." + side + " AS person FROM duplicate d " + joinDuplicate + "WHERE d." + side + " IN (??) AND d.status = 'open' AND " + may.SQL
	}
	args := slices.Concat([]any{db.ListOf(persons)}, may.Args)
	rows, err := db.All[doubled](q, "SELECT person, COUNT(*) AS n FROM ("+arm("person")+" UNION ALL "+arm("other")+") AS either GROUP BY person", slices.Concat(args, args)...)
	out := make(map[db.ID]int, len(rows))
	for _, x := range rows {
		out[x.Person] = x.N
	}
	return out, err
}

func listDuplicates(q db.Q, a access.Actor, now calendar.Time, status string, before db.ID, limit int) ([]Duplicate, error) {
	if before.IsZero() {
		before = lastID
	}
	may := mayKnow(a, now)
	return db.All[Duplicate](q, selectDuplicate+joinDuplicate+"WHERE d.status = ? AND d.id < ? AND "+may.SQL+" ORDER BY d.id DESC LIMIT ?",
		append(append([]any{status, before}, may.Args...), limit)...)
}

func loadDuplicate(q db.Q, a access.Actor, now calendar.Time, id db.ID) (Duplicate, error) {
	may := mayKnow(a, now)
	return db.One[Duplicate](q, selectDuplicate+joinDuplicate+"WHERE d.id = ? AND "+may.SQL, append([]any{id}, may.Args...)...)
}

// tiesOf gives the ties of two persons.
func tiesOf(q db.Q, one, two db.ID) ([]Relationship, error) {
	return db.All[Relationship](q, "SELECT "+db.Columns[Relationship]("")+` FROM relationship
		WHERE (person IN (?, ?) OR other IN (?, ?)) AND status = 'active' ORDER BY id`, one, two, one, two)
}

// TiesOn gives the ties of a person that run on a day, said from either side;
// the caller has checked that the actor may see the person, and shows nobody
// what somebody they harmed is to them.
func TiesOn(q db.Q, person db.ID, on calendar.Date) ([]Relationship, error) {
	return db.All[Relationship](q, "SELECT "+db.Columns[Relationship]("")+` FROM relationship
		WHERE (person = ? OR other = ?) AND status = 'active' AND from_date <= ? AND (until_date = '' OR until_date >= ?) ORDER BY id`, person, person, on, on)
}

// loadTie gives a tie that shows on the page of somebody the actor sees: of who
// harmed somebody only on the page of the harmed.
func loadTie(q db.Q, a access.Actor, now calendar.Time, id db.ID) (Relationship, error) {
	seen := lens(a, now).One("p.id")
	return db.One[Relationship](q, "SELECT "+db.Columns[Relationship]("t")+` FROM relationship t WHERE t.id = ? AND t.status = 'active' AND EXISTS (
		SELECT 1 FROM person p WHERE p.status = 'active' AND (p.id = t.person OR (p.id = t.other AND t.kind <> 'perpetrator')) AND `+seen.SQL+")",
		append([]any{id}, seen.Args...)...)
}

// sharedMemberships gives the memberships of another in households in which
// the one is too.
func sharedMemberships(q db.Q, one, other db.ID) ([]Member, error) {
	return db.All[Member](q, "SELECT "+db.Columns[Member]("m")+` FROM household_member m
		WHERE m.person = ? AND m.status = 'active' AND m.until_date = '' AND m.household IN
		(SELECT household FROM household_member WHERE person = ? AND status = 'active' AND until_date = '') ORDER BY m.id`, other, one)
}

// othersIn counts who is in households without an end, besides two.
func othersIn(q db.Q, households []db.ID, one, two db.ID) (int, error) {
	return db.One[int](q, `SELECT COUNT(*) FROM household_member WHERE household IN (??) AND status = 'active' AND until_date = ''
		AND person <> ? AND person <> ?`, db.ListOf(households), one, two)
}

var selectMerge = "SELECT " + db.Columns[Merge]("") + " FROM person_merge WHERE "

func loadMerge(q db.Q, id db.ID) (Merge, error) { return db.One[Merge](q, selectMerge+"id = ?", id) }

// textMergesInto gives what was merged into a person and not taken back.
var textMergesInto = selectMerge + "person = ? AND status = 'merged' ORDER BY id DESC"

func mergesInto(q db.Q, person, before db.ID, limit int) ([]Merge, error) {
	if before.IsZero() {
		return db.All[Merge](q, selectMerge+"person = ? AND status = 'merged' ORDER BY id DESC LIMIT ?", person, limit)
	}
	return db.All[Merge](q, selectMerge+"person = ? AND status = 'merged' AND id < ? ORDER BY id DESC LIMIT ?", person, before, limit)
}

// mergeOf gives the merge by which a person's record was merged into another.
func mergeOf(q db.Q, person db.ID) (Merge, bool, error) {
	return db.Maybe[Merge](q, selectMerge+"merged = ? AND status = 'merged'", person)
}

// mergedInto tells which record stays in place of one.
func mergedInto(q db.Q, person db.ID) (db.ID, bool, error) {
	return db.Maybe[db.ID](q, "SELECT merged_into FROM person WHERE id = ? AND merged_into IS NOT NULL", person)
}

// numbered is a number of a record that was merged.
type numbered struct {
	Into   db.ID  `db:"merged_into"`
	Number string `db:"number"`
}

func queueNumbers(b *db.Batch, persons []db.ID) *db.Answer[numbered] {
	return db.Queue[numbered](b, "SELECT merged_into, number FROM person WHERE merged_into IN (??) AND number <> ''", db.ListOf(persons))
}
