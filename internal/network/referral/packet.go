package referral

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"

	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/text"
	"kizuna/internal/network/provider"
	"kizuna/internal/office/document"
	"kizuna/internal/resident/consent"
	"kizuna/internal/resident/people"
)

// Packet is what was shared with a provider, as it stood when it was sent.
type Packet struct {
	Entries []Entry `json:"entries"`
}

// Entry is one field of a packet. Values of coded fields are codes; none says
// that nothing is recorded, or that it is withheld by now.
type Entry struct {
	Field    string   `json:"field"`
	Values   []string `json:"values"`
	Withheld bool     `json:"withheld,omitempty" doc:"Held back for the person's safety since it was sent"`
}

// Fields lists the fields of a packet.
func (p Packet) Fields() []string {
	out := make([]string, len(p.Entries))
	for i, e := range p.Entries {
		out[i] = e.Field
	}
	return out
}

// first is the first value of a field, "" when it was not shared.
func (p Packet) first(field string) string {
	for _, e := range p.Entries {
		if e.Field == field && len(e.Values) > 0 {
			return e.Values[0]
		}
	}
	return ""
}

// source is what a packet is made from.
type source struct {
	referral  Referral
	profile   people.Profile
	benefit   text.Pair
	documents []document.Document
	today     calendar.Date
}

// packet holds exactly the referral's fields, and of each nothing more.
func (s source) packet() Packet {
	var p Packet
	for _, field := range s.referral.Fields.V {
		p.Entries = append(p.Entries, Entry{Field: field, Values: s.values(field)})
	}
	return p
}

func (s source) values(field string) []string {
	who := s.profile.Person
	switch field {
	case "name":
		return said(who.Name)
	case "kana":
		return said(who.Kana)
	case "birth_date":
		return said(string(who.Birth().Date))
	case "age_band":
		return ageBand(who.Birth(), s.today)
	case "gender":
		return said(who.Gender)
	case "languages":
		return slices.Clone(who.Languages.V)
	case "interpreter":
		return said(who.Interpreter)
	case "phone":
		return s.phones()
	case "address":
		return s.addresses()
	case "household":
		return said(strconv.Itoa(s.profile.Household))
	case "needs":
		return said(s.referral.Summary)
	case "goals":
		return said(s.referral.Goals)
	case "benefit":
		return said(s.benefit.JA, s.benefit.EN)
	case "health_note":
		return said(s.referral.HealthNote)
	case "documents":
		return s.titles()
	}
	return nil
}

func said(list ...string) []string {
	return slices.DeleteFunc(list, func(s string) bool { return s == "" })
}

// ageBand is the ten years somebody's age falls in: "50" for 50 to 59.
func ageBand(birth calendar.Partial, today calendar.Date) []string {
	age, _, known := birth.Age(today)
	if !known || age < 0 {
		return nil
	}
	return []string{strconv.Itoa(age / 10 * 10)}
}

func (s source) phones() []string {
	var out []string
	for _, c := range s.profile.Contacts {
		if c.Safe && (c.Kind == "phone" || c.Kind == "mobile") {
			out = append(out, c.Value)
		}
	}
	return out
}

// addresses are where somebody lives; where they are registered when no other
// is known.
func (s source) addresses() []string {
	var lives, registered []string
	for _, a := range s.profile.Addresses {
		switch a.Kind {
		case "actual":
			lives = append(lives, said(a.Postcode, a.Lines)...)
		case "registered":
			registered = append(registered, said(a.Postcode, a.Lines)...)
		}
	}
	if lives == nil {
		return registered
	}
	return lives
}

func (s source) titles() []string {
	var out []string
	for _, d := range s.documents {
		if slices.Contains(s.referral.Documents.V, d.ID) {
			out = append(out, d.Title)
		}
	}
	return out
}

// heldBack are the fields that are never passed on of a person as things are,
// by the rule that leaves them out of the packet.
func heldBack(p people.Profile) []string {
	var out []string
	if p.NoContacts {
		out = append(out, "phone")
	}
	if p.NoAddresses {
		out = append(out, "address")
	}
	return out
}

// checkWithheld refuses fields that are held back for the person's safety.
func checkWithheld(f *fault.Fields, fields []string, p people.Profile) {
	for _, field := range heldBack(p) {
		if slices.Contains(fields, field) {
			f.Add("/fields", "referral.fault.protected")
			return
		}
	}
}

// readSource reads what a referral's packet is made from.
func readSource(q db.Q, r Referral, catalog provider.Catalog, today calendar.Date) (source, error) {
	s := source{referral: r, today: today}
	var err error
	if s.profile, err = people.ProfileOf(q, r.Person, today); err != nil {
		return s, err
	}
	s.benefit = text.Both(r.Title)
	if !r.Benefit.IsZero() {
		known, err := catalog.Benefits(q, r.Benefit)
		if err != nil {
			return s, err
		}
		if b, ok := known[r.Benefit]; ok {
			s.benefit = b.Name
		}
	}
	s.documents, err = cameOf(q, r.Case)
	return s, err
}

// cameOf lists the papers of a case that can be passed on: what nobody brought,
// or was sent back, is none.
func cameOf(q db.Q, of db.ID) ([]document.Document, error) {
	list, err := document.Of(q, "case", of)
	return slices.DeleteFunc(list, func(d document.Document) bool { return !d.Came() }), err
}

// covered is a provider with what its packet stands on.
type covered struct {
	Invitee
	consent db.ID
	missing []string
}

// cover asks the basis for every invitee: only a consent can leave fields out.
func cover(q db.Q, r Referral, today calendar.Date) ([]covered, error) {
	var given consent.Consents
	if r.Basis == consent.ByConsent {
		var err error
		if given, err = consent.Given(q, r.Person); err != nil {
			return nil, err
		}
	}
	out := make([]covered, len(r.Invitees.V))
	for i, x := range r.Invitees.V {
		out[i].Invitee = x
		if r.Basis == consent.ByConsent {
			out[i].consent, out[i].missing = given.Covering(consent.Recipient(x.Provider), r.Fields.V, today)
		}
	}
	return out, nil
}

func seal(tx *op.Tx, p Packet) ([]byte, error) {
	b, err := json.Marshal(p)
	if err != nil {
		return nil, fault.Defect(err)
	}
	return tx.Run.Vault.Seal("packet", b), nil
}

func (r *Room) unseal(i Invitation) (p Packet, err error) {
	b, err := r.run.Vault.Unseal("packet", i.Packet)
	if err != nil {
		return p, err
	}
	return p, json.Unmarshal(b, &p)
}

// closed gives, by invitation, the word key of why its packet can no longer be
// read, "" while it can. The consents are asked for every time.
func closed(q db.Q, today calendar.Date, list ...Invitation) (map[db.ID]string, error) {
	given, err := consentsOf(q, list)
	if err != nil {
		return nil, err
	}
	out := make(map[db.ID]string, len(list))
	for _, i := range list {
		out[i.ID] = i.closed(given, today)
	}
	return out, nil
}

// consentsOf gives the consents that invitations stand on, as they are now.
func consentsOf(q db.Q, list []Invitation) (map[db.ID]consent.Consent, error) {
	var ids []db.ID
	for _, i := range list {
		if i.Basis == consent.ByConsent && !containsID(ids, i.Consent) {
			ids = append(ids, i.Consent)
		}
	}
	return consent.ByID(q, ids...)
}

// allowed tells whether the consent behind an invitation still lets its
// provider know what was shared; another basis than consent always does.
func (i Invitation) allowed(given map[db.ID]consent.Consent, today calendar.Date) bool {
	c, there := given[i.Consent]
	return i.Basis != consent.ByConsent || there && len(c.Covers(consent.Recipient(i.Provider), i.Fields.V, today)) == 0
}

func (i Invitation) closed(given map[db.ID]consent.Consent, today calendar.Date) string {
	switch {
	case i.Recalled:
		return "referral.closed.recalled"
	case slices.Contains([]string{"declined", "not_selected", "withdrawn", "expired"}, i.Status):
		return "referral.closed." + i.Status
	case i.PacketUntil < today:
		return "referral.closed.expired"
	case !i.allowed(given, today):
		return "referral.closed.consent"
	}
	return ""
}

// Shared is how a person is called in what a provider was told of them.
// Withheld is a name that may no longer be known.
type Shared struct {
	Name, Kana string
	Withheld   bool
}

// SharedOf gives, by authorization, how the person is called in the packet
// that went with its invitation: a name that was not shared is empty, and one
// whose packet was recalled or whose consent no longer stands is withheld. The
// caller has checked that the actor may see the authorizations.
func (r *Room) SharedOf(q db.Q, list []Authorization) (map[db.ID]Shared, error) {
	ids := make([]db.ID, len(list))
	for i, z := range list {
		ids[i] = z.Invitation
	}
	if len(ids) == 0 {
		return nil, nil
	}
	invitations, err := invitationsByID(q, ids)
	if err != nil {
		return nil, err
	}
	given, err := consentsOf(q, slices.Collect(maps.Values(invitations)))
	if err != nil {
		return nil, err
	}
	out, today := make(map[db.ID]Shared, len(list)), r.run.Now().Date(calendar.Zone(q.Context()))
	for _, z := range list {
		i, ok := invitations[z.Invitation]
		if !ok {
			continue
		}
		if i.Recalled || !i.allowed(given, today) {
			out[z.ID] = Shared{Withheld: true}
			continue
		}
		p, err := r.unseal(i)
		if err != nil {
			return nil, err
		}
		out[z.ID] = Shared{Name: p.first("name"), Kana: p.first("kana")}
	}
	return out, nil
}
