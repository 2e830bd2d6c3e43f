package intake

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"kizuna/internal/casework/cases"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/file"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/text"
	"kizuna/internal/office/agency"
	"kizuna/internal/office/document"
	"kizuna/internal/resident/people"
	"kizuna/internal/resident/people/sheet"
)

// InboundReferral (受入紹介) is a client another organization sends us.
type InboundReferral struct {
	Arrival
	Receipt       []byte `db:"receipt"`  // blind index of the receipt number; none for those from before there was one
	Sameness      []byte `db:"sameness"` // equal for a referral that is sent twice
	Came          string `db:"came"`     // desk | link | api | list
	Link          db.ID  `db:"link"`     // with which it came, if so
	List          db.ID  `db:"list"`
	Organization  db.ID  `db:"organization"` // when it is one we know
	Source        string `db:"source"`       // its name otherwise, or who at it
	Contact       string `db:"contact"`      // another way to reach it
	ContactPerson string `db:"contact_person"`
	SourcePhone   string `db:"source_phone"`
	SourceEmail   string `db:"source_email"`
	Reference     string `db:"reference"` // the number under which its source knows it

	Client         string        `db:"client"` // the name as they wrote it
	ClientKana     string        `db:"client_kana"`
	ClientBirth    calendar.Date `db:"client_birth"`
	ClientPhone    string        `db:"client_phone"`
	ClientAddress  string        `db:"client_address"`
	ClientLanguage string        `db:"client_language"`
	Household      string        `db:"household"` // who lives with the client, in the source's words
	Need           string        `db:"need"`
	Urgent         bool          `db:"urgent"`
	NeededOn       calendar.Date `db:"needed_on"` // by when help must begin, such as the day of discharge

	Agreed   string `db:"agreed"`    // whether the client agreed to be referred: yes | no | unknown
	TellBack string `db:"tell_back"` // how much of the outcome the client lets its source know: see TellBacks
	Consent  db.ID  `db:"consent"`   // in which that is kept, once the person is known

	Grounds string        `db:"grounds"` // why it was declined or sent elsewhere, as a code
	Answer  string        `db:"answer"`  // the outcome as it goes back to the source
	SentTo  string        `db:"sent_to"`
	ToldAt  calendar.Time `db:"told_at"` // when its source last got to know the outcome
	ToldBy  string        `db:"told_by"` // the way: a channel, or receipt
	Told    string        `db:"told"`    // how much, as TellBacks
}

// The choices of an inbound referral's coded fields.
var (
	InboundWays = []string{"desk", "link", "api", "list"}
	Agreements  = []string{"yes", "no", "unknown"}
	// TellBacks are how much of the outcome the source may know: only that it
	// is closed; whether it was accepted, declined or sent elsewhere; that with
	// our answer and to whom it was sent.
	TellBacks = []string{"closed", "outcome", "all"}
	// Grounds are why a referral is not accepted.
	Grounds = []string{"not_wished", "not_reached", "out_of_area", "not_for_us", "no_capacity", "known_already", "other"}
)

// InboundInput is an inbound referral as it is typed or sent.
type InboundInput struct {
	Organization   db.ID         `json:"organization_id,omitzero"`
	Source         string        `json:"source,omitempty"`
	Contact        string        `json:"contact,omitempty"`
	ContactPerson  string        `json:"contact_person,omitempty"`
	SourcePhone    string        `json:"source_phone,omitempty"`
	SourceEmail    string        `json:"source_email,omitempty"`
	Reference      string        `json:"reference,omitempty" doc:"The number under which the source knows it; sent twice, it is taken once"`
	Channel        string        `json:"channel,omitempty"`
	Person         db.ID         `json:"person_id,omitzero"`
	Client         string        `json:"client,omitempty"`
	ClientKana     string        `json:"client_kana,omitempty"`
	ClientBirth    calendar.Date `json:"client_birth,omitempty"`
	ClientPhone    string        `json:"client_phone,omitempty"`
	ClientAddress  string        `json:"client_address,omitempty"`
	ClientLanguage string        `json:"client_language,omitempty"`
	Household      string        `json:"household,omitempty"`
	Need           string        `json:"need"`
	Kind           string        `json:"main_kind,omitempty"`
	Urgent         bool          `json:"urgent,omitempty"`
	NeededOn       calendar.Date `json:"needed_on,omitempty"`
	Agreed         string        `json:"agreed,omitempty" doc:"Whether the client agreed to be referred: yes, no or unknown"`
	TellBack       string        `json:"tell_back,omitempty" doc:"How much of the outcome the client lets the source know: closed, outcome or all"`
	Origin
	Version int64 `json:"version"`
}

// Validate cleans the input and says everything that is wrong with it. today
// bounds the birth date.
func (in *InboundInput) Validate(today calendar.Date) error {
	var f fault.Fields
	in.validateSource(&f)
	in.validateClient(&f, today)
	prose(&f, "/need", &in.Need, true)
	kindOrNone(&f, "/main_kind", in.Kind)
	if in.NeededOn != "" && !in.NeededOn.Valid() {
		f.Add("/needed_on", "fault.date_unreal")
	}
	if in.Agreed == "" {
		in.Agreed = "unknown"
	}
	choose(&f, "/agreed", in.Agreed, Agreements)
	if in.TellBack == "" {
		in.TellBack = TellBacks[0]
	}
	choose(&f, "/tell_back", in.TellBack, TellBacks)
	if in.Agreed == "no" && in.TellBack != TellBacks[0] {
		f.Add("/tell_back", "intake.fault.tell_back")
	}
	return f.Err()
}

func (in *InboundInput) validateSource(f *fault.Fields) {
	for at, s := range map[string]*string{"/source": &in.Source, "/contact": &in.Contact, "/contact_person": &in.ContactPerson, "/source_phone": &in.SourcePhone,
		"/source_email": &in.SourceEmail, "/reference": &in.Reference} {
		line(f, at, s)
	}
	if in.Source == "" && in.Organization.IsZero() {
		f.Add("/source", "fault.required")
	}
	if in.SourceEmail != "" && !strings.Contains(in.SourceEmail, "@") {
		f.Add("/source_email", "intake.fault.email")
	}
	if in.Channel == "" {
		in.Channel = "letter"
	}
	choose(f, "/channel", in.Channel, Channels)
}

func (in *InboundInput) validateClient(f *fault.Fields, today calendar.Date) {
	for at, s := range map[string]*string{"/client": &in.Client, "/client_kana": &in.ClientKana, "/client_phone": &in.ClientPhone, "/client_address": &in.ClientAddress} {
		line(f, at, s)
	}
	if in.Client == "" && in.Person.IsZero() {
		f.Add("/client", "fault.required")
	}
	if in.ClientBirth > today {
		f.Add("/client_birth", "fault.future")
	}
	if in.ClientLanguage != "" {
		choose(f, "/client_language", in.ClientLanguage, people.SpokenLanguages)
	}
	prose(f, "/household", &in.Household, false)
}

func (in InboundInput) copyTo(x *InboundReferral) {
	x.Organization, x.Source, x.Contact, x.ContactPerson = in.Organization, in.Source, in.Contact, in.ContactPerson
	x.SourcePhone, x.SourceEmail, x.Reference, x.Channel = in.SourcePhone, in.SourceEmail, in.Reference, in.Channel
	x.Client, x.ClientKana, x.ClientBirth, x.ClientPhone = in.Client, in.ClientKana, in.ClientBirth, in.ClientPhone
	x.ClientAddress, x.ClientLanguage, x.Household = in.ClientAddress, in.ClientLanguage, in.Household
	x.Need, x.MainKind, x.Urgent, x.NeededOn = in.Need, in.Kind, in.Urgent, in.NeededOn
	x.Agreed, x.TellBack = in.Agreed, in.TellBack
}

// Input is the referral as a form would send it back.
func (x InboundReferral) Input() InboundInput {
	return InboundInput{Organization: x.Organization, Source: x.Source, Contact: x.Contact, ContactPerson: x.ContactPerson, SourcePhone: x.SourcePhone,
		SourceEmail: x.SourceEmail, Reference: x.Reference, Channel: x.Channel, Person: x.Person, Client: x.Client, ClientKana: x.ClientKana,
		ClientBirth: x.ClientBirth, ClientPhone: x.ClientPhone, ClientAddress: x.ClientAddress, ClientLanguage: x.ClientLanguage, Household: x.Household,
		Need: x.Need, Kind: x.MainKind, Urgent: x.Urgent, NeededOn: x.NeededOn, Agreed: x.Agreed, TellBack: x.TellBack, Version: x.Version}
}

// Named is whom the referral names, as somebody to register.
func (x InboundReferral) Named() people.PersonInput {
	name := people.NameInput{Kind: "legal"}
	name.Family, name.Given = people.Parted(x.Client)
	name.FamilyKana, name.GivenKana = people.Parted(x.ClientKana)
	in := people.PersonInput{Names: []people.NameInput{name}, BirthDate: x.ClientBirth}
	if x.ClientPhone != "" {
		in.Contacts = []people.ContactInput{{Kind: "phone", Value: x.ClientPhone}}
	}
	if x.ClientAddress != "" {
		in.Addresses = []people.AddressInput{{Kind: "actual", Lines: x.ClientAddress}}
	}
	if x.ClientLanguage != "" {
		in.Languages = []string{x.ClientLanguage}
	}
	return in
}

// inbound is by when a referral is answered that came at a time: so many
// working days, or hours where it is urgent, and at the latest when the day
// begins on which help must, but never less than two hours.
func (d deadlines) inbound(in InboundInput, came calendar.Time) calendar.Time {
	due := d.working(came, d.Inbound)
	if in.Urgent {
		due = min(due, came.Add(time.Duration(d.UrgentHours)*time.Hour))
	}
	if in.NeededOn.Valid() {
		due = min(due, max(calendar.Moment(in.NeededOn, 0, 0, d.zone), came.Add(2*time.Hour)))
	}
	return due
}

// ReceivedReferral is an inbound referral that was just taken, with the receipt
// that is shown once. Repeated says that it was here already.
type ReceivedReferral struct {
	InboundReferral
	ReceiptNumber string `json:"receipt_number"`
	Repeated      bool   `json:"repeated,omitempty"`
}

// Submitted is what whoever sent it gets.
func (x ReceivedReferral) Submitted() Submitted {
	return Submitted{ID: x.ID, Status: x.Status, Version: x.Version, Number: x.Number, Receipt: x.ReceiptNumber, ReceivedAt: x.ReceivedAt}
}

// ReceiveReferral takes an inbound referral down at the desk.
func (r *Room) ReceiveReferral(ctx context.Context, a access.Actor, in InboundInput) (InboundReferral, error) {
	x, err := r.TakeReferral(ctx, a, "desk", in)
	return x.InboundReferral, err
}

// TakeReferral takes an inbound referral in; came says how: at the desk or
// through the API. One whose source and reference are here already is not taken
// again.
func (r *Room) TakeReferral(ctx context.Context, a access.Actor, came string, in InboundInput) (ReceivedReferral, error) {
	if err := in.Validate(calendar.Today(ctx, r.run.Clock)); err != nil {
		return ReceivedReferral{}, err
	}
	receipt := agency.Receipt()
	return op.Do(ctx, r.run, a, "inbound_referral.receive", in, func(tx *op.Tx) (ReceivedReferral, error) {
		if err := r.sourceAndPerson(tx, a, in); err != nil {
			return ReceivedReferral{}, err
		}
		if in.Reference != "" {
			same := r.sameness(in)
			repeated, err := inboundsRepeated(tx, [][]byte{same})
			if before, found := repeated[string(same)]; err == nil && found {
				if _, seen := load(tx, a, tx.Now(), InboundReferralFlow, before.ID); seen != nil {
					return ReceivedReferral{}, fault.Conflict("intake.fault.here_already")
				}
				return ReceivedReferral{InboundReferral: before, Repeated: true}, nil
			}
			if err != nil {
				return ReceivedReferral{}, err
			}
		}
		x, err := r.receiveIn(tx, in, InboundReferral{Came: came, Receipt: r.blind(receipt)})
		return ReceivedReferral{InboundReferral: x, ReceiptNumber: receipt}, err
	})
}

// sourceAndPerson holds where the source is an organization of ours and the
// person one whom the actor may link.
func (r *Room) sourceAndPerson(tx *op.Tx, a access.Actor, in InboundInput) error {
	if !in.Organization.IsZero() {
		found, err := people.OrganizationsOf(tx, in.Organization)
		if err != nil {
			return err
		}
		if _, ok := found[in.Organization]; !ok {
			return fault.Invalid(fault.Field{Pointer: "/organization_id", Key: "fault.bad_choice"})
		}
	}
	if in.Person.IsZero() {
		return nil
	}
	return known(tx, a, in.Person)
}

// receiveIn stores what was validated, inside an operation.
func (r *Room) receiveIn(tx *op.Tx, in InboundInput, x InboundReferral) (InboundReferral, error) {
	in.copyTo(&x)
	x.Person, x.Sameness = in.Person, r.sameness(in)
	if err := in.turn(tx, &x.Arrival, false); err != nil {
		return InboundReferral{}, err
	}
	due, err := deadlinesOf(tx, tx.Now(), calendar.Zone(tx.Context()))
	if err != nil {
		return InboundReferral{}, err
	}
	return createIn(tx, InboundReferralFlow, "receive", x, due.inbound(in, tx.Now()))
}

// sameness is equal for what one source sends about one client twice: by the
// number its source gave it, or else by client and need.
func (r *Room) sameness(in InboundInput) []byte {
	parts := []string{in.Organization.String(), sheet.Fold(in.Source)}
	if in.Reference != "" {
		parts = append(parts, "reference", sheet.Fold(in.Reference))
	} else {
		parts = append(parts, "client", sheet.Fold(in.Client), string(in.ClientBirth), in.Person.String(), sheet.Fold(in.Need))
	}
	return r.run.Vault.Blind("inbound referral", strings.Join(parts, "\x00"))
}

// EditReferral corrects an inbound referral that is not answered yet. Whom it
// is about is found by joining.
func (r *Room) EditReferral(ctx context.Context, a access.Actor, id db.ID, in InboundInput) (InboundReferral, error) {
	checked := in
	var due deadlines
	err := r.run.Read(ctx, func(q *db.Reader) error {
		x, err := load(q, a, r.run.Now(), InboundReferralFlow, id)
		if err != nil {
			return err
		}
		if checked.Client == "" { // who is known need not be named
			checked.Person = x.Person
		}
		due, err = deadlinesOf(q, x.ReceivedAt, calendar.Zone(ctx))
		return err
	})
	if err != nil {
		return InboundReferral{}, err
	}
	if err := checked.Validate(calendar.Today(ctx, r.run.Clock)); err != nil {
		return InboundReferral{}, err
	}
	return take(ctx, r, a, InboundReferralFlow, "edit", id, in.Version, "", in, func(_ *op.Tx, x *InboundReferral) {
		checked.copyTo(x)
		checked.Person = x.Person
		x.Sameness = r.sameness(checked)
		x.DueAt = min(x.DueAt, due.inbound(checked, x.ReceivedAt))
	}, nil)
}

// InboundAnswer is a step on an inbound referral other than joining; each takes
// what it needs.
type InboundAnswer struct {
	Grounds  string `json:"grounds,omitempty" doc:"Of decline and send_elsewhere: why, as a code"`
	Answer   string `json:"answer,omitempty" doc:"The outcome as it may go back to the source"`
	HandedTo string `json:"handed_to,omitempty" doc:"Of send_elsewhere: to whom"`
	Reason   string `json:"reason,omitempty"`
	Channel  string `json:"channel,omitempty" doc:"Of tell: how the source was told"`
	Told     string `json:"told,omitempty" doc:"Of tell: how much, outcome or all"`
	Version  int64  `json:"version"`
}

func (in *InboundAnswer) validate(step string) error {
	var f fault.Fields
	prose(&f, "/answer", &in.Answer, false)
	line(&f, "/handed_to", &in.HandedTo)
	line(&f, "/reason", &in.Reason)
	switch step {
	case "decline", "send_elsewhere":
		if in.Grounds == "" {
			in.Grounds = "other"
		}
		choose(&f, "/grounds", in.Grounds, Grounds)
		if in.Grounds == "other" && in.Answer == "" {
			f.Add("/answer", "fault.required")
		}
		if step == "send_elsewhere" && in.HandedTo == "" {
			f.Add("/handed_to", "fault.required")
		}
	case "tell":
		choose(&f, "/channel", in.Channel, Channels)
		choose(&f, "/told", in.Told, TellBacks[1:])
	case "reopen", "void":
		if in.Reason == "" {
			f.Add("/reason", "fault.required")
		}
	case "review":
	default:
		return fault.NotFound()
	}
	return f.Err()
}

// ReferralStep takes review, decline, send_elsewhere, tell, reopen or void.
func (r *Room) ReferralStep(ctx context.Context, a access.Actor, id db.ID, step string, in InboundAnswer) (InboundReferral, error) {
	if err := in.validate(step); err != nil {
		return InboundReferral{}, err
	}
	if step == "tell" {
		return r.tellReferral(ctx, a, id, in)
	}
	return take(ctx, r, a, InboundReferralFlow, step, id, in.Version, in.Reason, in, func(_ *op.Tx, x *InboundReferral) {
		switch step {
		case "decline", "send_elsewhere":
			x.Grounds, x.Answer, x.SentTo = in.Grounds, in.Answer, in.HandedTo
		case "reopen":
			x.Grounds, x.Answer, x.SentTo, x.Told, x.ToldBy, x.ToldAt = "", "", "", "", "", 0
		}
	}, func(tx *op.Tx, x InboundReferral) error {
		if step != "decline" && step != "send_elsewhere" {
			return nil
		}
		_, err := keepAgreement(tx, x)
		return err
	})
}

// GiveReceipt gives a new receipt for the source, which is shown once; the one
// from before opens nothing any more.
func (r *Room) GiveReceipt(ctx context.Context, a access.Actor, id db.ID, version int64) (Submitted, error) {
	receipt := agency.Receipt()
	return op.Do(ctx, r.run, a, "inbound_referral.give_receipt "+id.String(), version, func(tx *op.Tx) (Submitted, error) {
		x, err := load(tx, a, tx.Now(), InboundReferralFlow, id)
		if err == nil {
			err = flow.Fresh(x, version)
		}
		if err == nil {
			x, err = flow.Take(tx, InboundReferralFlow, "give_receipt", x, func(x *InboundReferral) { x.Receipt = r.blind(receipt) })
		}
		return Submitted{ID: x.ID, Status: x.Status, Version: x.Version, Number: x.Number, Receipt: receipt, ReceivedAt: x.ReceivedAt}, err
	})
}

// titleLength is how much of the need heads a case that it opens, in
// characters.
const titleLength = 40

// JoinReferral accepts an inbound referral into a case: person, need, papers
// and what the client agreed to come with it, and its source may become a
// participant.
func (r *Room) JoinReferral(ctx context.Context, a access.Actor, id db.ID, in JoinInput) (Joined, error) {
	if in.Open != nil && in.Open.Title == "" {
		titled := *in.Open
		if err := r.headed(ctx, a, id, &titled); err != nil {
			return Joined{}, err
		}
		in.Open = &titled
	}
	return join(ctx, r, a, InboundReferralFlow, id, in, joining[InboundReferral]{
		named: InboundReferral.Named,
		edit:  func(in JoinInput, _ bool, x *InboundReferral) { x.Answer = in.Answer },
		after: func(tx *op.Tx, c cases.Case, x InboundReferral) error {
			x, err := keepAgreement(tx, x)
			if err == nil {
				err = r.bringAlong(tx, c.ID, x.ID)
			}
			if err == nil && !x.Organization.IsZero() {
				_, err = cases.AddParticipant(tx, c, cases.ParticipantInput{Organization: x.Organization, Role: "helper"})
			}
			return err
		},
	})
}

// headed takes the first line of the need for the title of the case.
func (r *Room) headed(ctx context.Context, a access.Actor, id db.ID, in *OpenInput) error {
	return r.run.Read(ctx, func(q *db.Reader) error {
		x, err := load(q, a, r.run.Now(), InboundReferralFlow, id)
		first, _, _ := strings.Cut(x.Need, "\n")
		if short := []rune(first); len(short) > titleLength {
			first = string(short[:titleLength]) + "…"
		}
		in.Title = first
		return err
	})
}

// bringAlong puts the referral's papers among those of the case, but for what
// stands there already; the referral keeps its own.
func (r *Room) bringAlong(tx *op.Tx, into, id db.ID) error {
	if r.Documents == nil {
		return nil
	}
	list, err := document.Of(tx, KindReferral, id)
	if err != nil || len(list) == 0 {
		return err
	}
	there, err := document.Of(tx, "case", into)
	for _, d := range list {
		stands := d.File.IsZero() || slices.ContainsFunc(there, func(x document.Document) bool { return x.File == d.File })
		if err == nil && !stands {
			_, err = r.Documents.Lend(tx, d, "case", into)
		}
	}
	return err
}

// bringInbound makes documents of what a partner uploaded.
func (r *Room) bringInbound(tx *op.Tx, id db.ID, papers Papers) error {
	return tx.As(access.TheSystem(), func() error {
		for _, p := range papers.Brought {
			name := namedIn(tx.Context(), p.Kind)
			d := document.Input{Title: name.JA, TitleEN: name.EN, Kind: p.Kind, OwnerKind: KindReferral, Owner: id, File: p.File}
			if _, err := r.Documents.Bring(tx, d, file.DraftOwner(papers.Draft)); err != nil {
				return err
			}
		}
		return nil
	})
}

// SeesReferral tells whether an actor sees an inbound referral, and with it its
// papers. It belongs into document.Room.Sees.
func SeesReferral(q db.Q, a access.Actor, now calendar.Time, id db.ID) (bool, error) {
	return lens(a, now, KindReferral).Sees(q, id)
}

// FindNamed is Find for whom a referral names: those who are alike by name,
// kana, birth date, telephone and address come first.
func (r *Room) FindNamed(ctx context.Context, a access.Actor, words string, x InboundReferral) (Candidates, error) {
	out, err := r.Find(ctx, a, words, x.Person)
	if err != nil || x.Client == "" {
		return out, err
	}
	alike, err := r.people.Alike(ctx, a, x.Named())
	if err != nil {
		if errors.Is(err, fault.KindInvalid) { // what they wrote is no telephone number, for example
			err = nil
		}
		return out, err
	}
	more := Candidates{Found: alike, Cases: out.Cases}
	for _, m := range out.Found {
		if !slices.ContainsFunc(alike, func(k people.Match) bool { return k.Card.ID == m.Card.ID }) {
			more.Found = append(more.Found, m)
		}
	}
	return more, r.run.Read(ctx, func(q *db.Reader) error {
		for _, m := range alike {
			if _, has := more.Cases[m.Card.ID]; !has {
				if more.Cases[m.Card.ID], err = cases.RunningOf(q, m.Card.ID); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// organizationNames names organizations in the reader's language.
func organizationNames(ctx context.Context, q db.Q, ids []db.ID) (map[db.ID]string, error) {
	found, err := people.OrganizationsOf(q, ids...)
	out := make(map[db.ID]string, len(found))
	for id, o := range found {
		out[id] = o.Name.In(text.From(ctx))
	}
	return out, err
}

// SourcesKnown lists organizations that may be the source of a referral.
func (r *Room) SourcesKnown(ctx context.Context, a access.Actor) ([]people.Organization, error) {
	return r.people.Organizations(ctx, a, db.ID{}, 200)
}
