package people

import (
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/text"
)

// Organization is any body that is not a household: a referring hospital, a
// landlord, an employer. A provider extends one.
type Organization struct {
	flow.Head
	Name     text.Pair `db:"name" json:"name"`
	Kind     string    `db:"kind" json:"kind"`
	Phone    string    `db:"phone" json:"phone"`
	Email    string    `db:"email" json:"email"`
	Address  string    `db:"address" json:"address"`
	External string    `db:"external" json:"external"` // its id in the directory it was imported from
}

// Household is people who count together: as registered (住民票), as they
// live, or as a program's budget unit.
type Household struct {
	flow.Head
	Kind  string `db:"kind"`
	Label string `db:"label"`
}

// HouseholdKinds are the ways to count a household.
var HouseholdKinds = []string{"registered", "living", "budget"}

// Member is a person in a household for a time.
type Member struct {
	flow.Head
	Household db.ID         `db:"household"`
	Person    db.ID         `db:"person" names:"person"`
	Relation  string        `db:"relation"` // to the head: self, spouse, child, parent, sibling, grandparent, grandchild, other
	Leads     bool          `db:"head"`
	From      calendar.Date `db:"from_date"`
	Until     calendar.Date `db:"until_date"`
}

// Relations are how a member is related to the head of the household.
var Relations = []string{"self", "spouse", "child", "parent", "sibling", "grandparent", "grandchild", "other"}

// Relationship ties two persons, for a time.
type Relationship struct {
	flow.Head
	Person   db.ID         `db:"person" names:"person"`
	Other    db.ID         `db:"other" names:"person"`
	Kind     string        `db:"kind"`
	Strength string        `db:"strength"` // strong | weak | strained
	Manner   string        `db:"manner"`   // adoptive | foster | step, or separated
	From     calendar.Date `db:"from_date"`
	Until    calendar.Date `db:"until_date"`
}

// RelationshipKinds are what the other is to the person. A harmed person's tie
// to who harmed them is never shown to the other side.
var RelationshipKinds = []string{"spouse", "partner", "parent", "child", "sibling", "grandparent", "grandchild",
	"guardian", "custody", "proxy", "neighbour", "friend", "employer", "perpetrator", "other"}

// Circumstance is a dated fact about a person's life.
type Circumstance struct {
	flow.Head
	Person   db.ID         `db:"person" names:"person"`
	Kind     string        `db:"kind"` // income | expense | asset | employment | education | disability | housing | life_event
	Detail   string        `db:"detail"`
	Minor    int64         `db:"minor"` // money in the currency's smallest unit, per Period
	Currency string        `db:"currency"`
	Period   string        `db:"period"` // month | year | once | ""
	From     calendar.Date `db:"from_date"`
	Until    calendar.Date `db:"until_date"`
	Evidence string        `db:"evidence"` // stated | seen | verified
	Housing  string        `db:"housing"`  // of kind housing: one of HousingKinds; empty where it was entered before it was asked
}

// HousingKinds are the ways somebody is housed; none is no fixed abode.
var HousingKinds = []string{"owned", "rented", "public", "relatives", "employer", "facility", "shelter", "none", "other"}

// CircumstanceKinds are the facts kept.
var CircumstanceKinds = []string{"income", "expense", "asset", "employment", "education", "disability", "housing", "life_event"}

// Protection is a protective measure: while it runs, addresses and contacts of
// the person are withheld.
type Protection struct {
	flow.Head
	Person     db.ID         `db:"person" names:"person"`
	Ground     string        `db:"ground"` // violence | stalking | abuse | other
	Authority  string        `db:"authority"`
	From       calendar.Date `db:"from_date"`
	Until      calendar.Date `db:"until_date"`
	OtherParty []byte        `db:"other_party"` // sealed
}

// Grounds are why a measure was granted.
var Grounds = []string{"violence", "stalking", "abuse", "other"}

// ProtectionInput is a protective measure as it is typed or sent.
type ProtectionInput struct {
	Ground     string        `json:"ground"`
	Authority  string        `json:"authority,omitempty"`
	From       calendar.Date `json:"from"`
	Until      calendar.Date `json:"until,omitempty"`
	OtherParty string        `json:"other_party,omitempty"`
	Version    int64         `json:"version"`
}

// Validate cleans and checks the input.
func (in *ProtectionInput) Validate() error {
	var f fault.Fields
	choose(&f, "/ground", in.Ground, Grounds)
	line(&f, "/authority", &in.Authority, maxLine)
	line(&f, "/other_party", &in.OtherParty, maxLine)
	if in.From == "" {
		f.Add("/from", "fault.required")
	}
	period(&f, "", in.From, in.Until)
	return f.Err()
}

// Identifier is a number by which others know the person, sealed.
type Identifier struct {
	flow.Head
	Person db.ID  `db:"person" names:"person"`
	Kind   string `db:"kind"`
	Sealed []byte `db:"sealed"`
	Blind  []byte `db:"blind"`
	Tail   string `db:"tail"` // the last two characters, to tell numbers apart
}

// IdentifierKinds are the numbers kept here; the national 個人番号 is not one.
var IdentifierKinds = []string{"agency", "health_insurance", "pension", "residence_card", "disability_card", "other"}

// Alert is a warning shown wherever the person is.
type Alert struct {
	flow.Head
	Person   db.ID         `db:"person" names:"person"`
	Severity string        `db:"severity"` // info | warn | danger
	Label    string        `db:"label"`
	From     calendar.Date `db:"from_date"`
	Until    calendar.Date `db:"until_date"`
}

// Severities order alerts.
var Severities = []string{"info", "warn", "danger"}
