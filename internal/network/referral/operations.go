package referral

import (
	"context"
	"slices"

	"kizuna/internal/casework/cases"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/sight"
	"kizuna/internal/ground/text"
	"kizuna/internal/network/provider"
	"kizuna/internal/office/agency"
	"kizuna/internal/resident/consent"
	"kizuna/internal/resident/people"
)

// Room is the referral room.
type Room struct {
	run *op.Runner
	// Catalog names benefits; server fills it.
	Catalog provider.Catalog
	// Assignments are the benefit assignments a referral may be for; without
	// them it starts from a case. Server fills it.
	Assignments Assignments
	// Prefill proposes the words of the packet: what is known of a person's
	// needs and goals in a case.
	Prefill func(q db.Q, caseID, person db.ID) (needs, goals string, err error)
	// OnAuthorized is what later rooms do in the transaction that authorizes.
	OnAuthorized []func(tx *op.Tx, a Authorization) error
	// Delivered tells what was delivered under authorizations.
	Delivered func(q db.Q, authorizations ...db.ID) (map[db.ID]ledger.Quantity, error)
	// Fiscal is how the agency counts fiscal years, from April unless said.
	Fiscal func(ctx context.Context) calendar.Fiscal
	// Emergency bounds what may be authorized by telephone.
	Emergency Cap
}

// Assignments is the slot for benefit assignments.
type Assignments interface {
	// Load gives an assignment the actor may see.
	Load(q db.Q, a access.Actor, now calendar.Time, id db.ID) (AssignmentView, error)
}

// AssignmentView is a benefit assignment as a referral sees it.
type AssignmentView struct {
	ID      db.ID
	Case    db.ID
	Person  db.ID
	Benefit db.ID
	Name    text.Pair // the benefit's
	Units   ledger.Quantity
	Unit    string
	From    calendar.Date
	Until   calendar.Date
}

// New makes the room.
func New(run *op.Runner) *Room {
	return &Room{run: run, Catalog: provider.OfCatalog(nil), Emergency: Cap{Days: 14, Amount: ledger.Yen(100000)}}
}

func (r *Room) today(ctx context.Context) calendar.Date { return calendar.Today(ctx, r.run.Clock) }

func (r *Room) fiscal(ctx context.Context) calendar.Fiscal {
	if r.Fiscal == nil {
		return calendar.April
	}
	return r.Fiscal(ctx)
}

// Draft begins a referral for a benefit assignment or a case.
func (r *Room) Draft(ctx context.Context, a access.Actor, in NeedInput) (Referral, error) {
	if err := in.Validate(r.today(ctx)); err != nil {
		return Referral{}, err
	}
	return op.Do(ctx, r.run, a, "referral.draft", in, func(tx *op.Tx) (Referral, error) {
		in, c, err := r.complete(tx, a, in)
		if err != nil {
			return Referral{}, err
		}
		x := Referral{Case: c.ID, Person: in.Person, Assignment: in.Assignment, Owner: a.ID}
		in.copyTo(&x)
		if x.Number, err = agency.Number(tx, "referral"); err != nil {
			return x, err
		}
		if r.Prefill != nil {
			if x.Summary, x.Goals, err = r.Prefill(tx, x.Case, x.Person); err != nil {
				return x, err
			}
		}
		return flow.Create(tx, Flow, "draft", x)
	})
}

// complete takes from the assignment, the catalog and the case what the need
// leaves out, and checks that the case is running and seen.
func (r *Room) complete(tx *op.Tx, a access.Actor, in NeedInput) (NeedInput, cases.Case, error) {
	if !in.Assignment.IsZero() {
		if r.Assignments == nil {
			return in, cases.Case{}, fault.NotFound()
		}
		v, err := r.Assignments.Load(tx, a, tx.Now(), in.Assignment)
		if err != nil {
			return in, cases.Case{}, err
		}
		in.from(v)
	}
	c, err := cases.Load(tx, a, tx.Now(), in.Case)
	if err != nil {
		return in, c, err
	}
	if c.Status != "open" && c.Status != "paused" {
		return in, c, fault.Conflict("referral.fault.case_ended")
	}
	if in.Person.IsZero() {
		in.Person = c.Person
	}
	taking, err := cases.Persons(tx, c.ID)
	if err != nil {
		return in, c, err
	}
	var f fault.Fields
	if in.Person != c.Person && !containsID(taking, in.Person) {
		f.Add("/person_id", "fault.bad_choice")
	}
	if err := r.name(tx, &in); err != nil {
		return in, c, err
	}
	if in.Title == "" {
		f.Add("/title", "fault.required")
	}
	return in, c, f.Err()
}

func (in *NeedInput) from(v AssignmentView) {
	in.Case, in.Person, in.Benefit = v.Case, v.Person, v.Benefit
	if in.Units == 0 {
		in.Units = v.Units
	}
	if in.Unit == "" {
		in.Unit = v.Unit
	}
	if in.From == "" {
		in.From = v.From
	}
	if in.Until == "" {
		in.Until = v.Until
	}
	if in.Title == "" {
		in.Title = v.Name.In(text.JA)
	}
}

// name takes title and unit from the benefit, where there is one.
func (r *Room) name(q db.Q, in *NeedInput) error {
	if in.Benefit.IsZero() {
		return nil
	}
	known, err := r.Catalog.Benefits(q, in.Benefit)
	if err != nil {
		return err
	}
	b, ok := known[in.Benefit]
	if !ok {
		return fault.Invalid(fault.Field{Pointer: "/benefit_id", Key: "fault.bad_choice"})
	}
	if in.Title == "" {
		in.Title = b.Name.In(text.JA)
	}
	if in.Unit == "" {
		in.Unit = b.Unit
	}
	return nil
}

func (in NeedInput) copyTo(x *Referral) {
	x.Benefit, x.Title, x.Priority, x.Language = in.Benefit, in.Title, in.Priority, in.Language
	x.Units, x.Unit, x.From, x.Until = in.Units, in.Unit, in.From, in.Until
}

func containsID(list []db.ID, id db.ID) bool {
	for _, x := range list {
		if x == id {
			return true
		}
	}
	return false
}

// on runs an operation on a referral the actor may see, from the version that
// was seen; the row is held.
func on[T any](ctx context.Context, r *Room, a access.Actor, id db.ID, name string, version int64, in any, f func(tx *op.Tx, x Referral) (T, error)) (T, error) {
	return op.Do(ctx, r.run, a, "referral."+name+" "+id.String(), in, func(tx *op.Tx) (out T, err error) {
		if err := lock(tx, id); err != nil {
			return out, err
		}
		x, err := Load(tx, a, tx.Now(), id)
		if err != nil {
			return out, err
		}
		if err := flow.Fresh(x, version); err != nil {
			return out, err
		}
		return f(tx, x)
	})
}

// EditNeed changes the need of a draft.
func (r *Room) EditNeed(ctx context.Context, a access.Actor, id db.ID, in NeedInput) (Referral, error) {
	if err := in.Validate(r.today(ctx)); err != nil {
		return Referral{}, err
	}
	return on(ctx, r, a, id, "edit", in.Version, in, func(tx *op.Tx, x Referral) (Referral, error) {
		in.Case, in.Person, in.Assignment = x.Case, x.Person, x.Assignment
		in, _, err := r.complete(tx, a, in)
		if err != nil {
			return x, err
		}
		return flow.Take(tx, Flow, "edit", x, in.copyTo)
	})
}

// Choose sets whom a draft asks; every one is an active provider.
func (r *Room) Choose(ctx context.Context, a access.Actor, id db.ID, in ChooseInput) (Referral, error) {
	if err := in.Validate(); err != nil {
		return Referral{}, err
	}
	return on(ctx, r, a, id, "choose", in.Version, in, func(tx *op.Tx, x Referral) (Referral, error) {
		if err := checkInvitees(tx, x.Case, in.Invitees); err != nil {
			return x, err
		}
		return flow.Take(tx, Flow, "edit", x, func(x *Referral) { x.Invitees = db.AsJSON(in.Invitees) })
	})
}

func checkInvitees(q db.Q, of db.ID, list []Invitee) error {
	var who, where []db.ID
	for _, x := range list {
		who = append(who, x.Provider)
		if !x.Site.IsZero() {
			where = append(where, x.Site)
		}
	}
	providers, err := provider.Cards(q, who...)
	if err != nil {
		return err
	}
	sites, err := provider.SitesOf(q, where...)
	if err != nil {
		return err
	}
	persons, err := cases.Persons(q, of)
	if err != nil {
		return err
	}
	harm, err := people.HarmAt(q, persons, who)
	if err != nil {
		return err
	}
	var f fault.Fields
	for i, x := range list {
		if slices.Contains(harm, x.Provider) {
			f.Add(fault.At("invitees", i, "provider_id"), "referral.fault.interest")
		}
		if providers[x.Provider].Status != "active" {
			f.Add(fault.At("invitees", i, "provider_id"), "referral.fault.not_active")
		}
		if !x.Site.IsZero() && sites[x.Site].Provider != x.Provider {
			f.Add(fault.At("invitees", i, "site_id"), "fault.bad_choice")
		}
	}
	return f.Err()
}

// Cover sets what a draft passes on and on what basis. A consent that does not
// cover it for somebody chosen is said and refused.
func (r *Room) Cover(ctx context.Context, a access.Actor, id db.ID, in CoverInput) (Referral, error) {
	sent := in // without the days that follow from today: the same may be sent again after midnight
	if err := in.Validate(r.today(ctx)); err != nil {
		return Referral{}, err
	}
	return on(ctx, r, a, id, "cover", in.Version, sent, func(tx *op.Tx, x Referral) (Referral, error) {
		want := x
		in.copyTo(&want)
		if _, _, err := r.check(tx, want, tx.Now().Date(calendar.Zone(ctx))); err != nil {
			return x, err
		}
		return flow.Take(tx, Flow, "edit", x, in.copyTo)
	})
}

func (in CoverInput) copyTo(x *Referral) {
	x.Fields, x.Documents, x.Basis, x.Provision, x.Reason = db.AsJSON(in.Fields), db.AsJSON(in.Documents), in.Basis, in.Provision, in.Reason
	x.Summary, x.Goals, x.HealthNote = in.Summary, in.Goals, in.HealthNote
	x.AnswerBy, x.PacketUntil = in.AnswerBy, in.PacketUntil
}

// check says what keeps a referral's packet from going out, and gives what it
// is made of.
func (r *Room) check(q db.Q, x Referral, today calendar.Date) (source, []covered, error) {
	from, err := readSource(q, x, r.Catalog, today)
	if err != nil {
		return from, nil, err
	}
	list, err := cover(q, x, today)
	if err != nil {
		return from, nil, err
	}
	var f fault.Fields
	checkWithheld(&f, x.Fields.V, from.profile)
	if err := uncovered(q, &f, list); err != nil {
		return from, nil, err
	}
	for i, id := range x.Documents.V {
		known := false
		for _, d := range from.documents {
			known = known || d.ID == id
		}
		if !known {
			f.Add(fault.At("document_ids", i), "fault.bad_choice")
		}
	}
	return from, list, f.Err()
}

// uncovered names, provider by provider, the fields no consent covers.
func uncovered(q db.Q, f *fault.Fields, list []covered) error {
	var who []db.ID
	for _, x := range list {
		if len(x.missing) > 0 {
			who = append(who, x.Provider)
		}
	}
	names, err := provider.Cards(q, who...)
	if err != nil {
		return err
	}
	for _, x := range list {
		if len(x.missing) > 0 {
			f.Add("/basis", "referral.fault.no_consent", "provider", names[x.Provider].Name, "fields", fieldNames(x.missing))
			return nil
		}
	}
	return nil
}

// fieldNames are packet fields as a reader sees them.
type fieldNames []string

// In writes them in a language.
func (n fieldNames) In(lang text.Lang) string {
	sep, out := "、", ""
	if lang.Base() != text.JA {
		sep = ", "
	}
	for i, field := range n {
		if i > 0 {
			out += sep
		}
		out += text.T(lang, "consent.field."+field, nil)
	}
	return out
}

// SendInput sends a draft as it stands.
type SendInput struct {
	Version int64 `json:"version"`
}

// Send asks the chosen providers: an invitation and a sealed packet for each,
// a disclosure on record, and sight of it for the provider.
func (r *Room) Send(ctx context.Context, a access.Actor, id db.ID, in SendInput) (Referral, error) {
	return on(ctx, r, a, id, "send", in.Version, in, func(tx *op.Tx, x Referral) (Referral, error) {
		today := tx.Now().Date(calendar.Zone(ctx))
		if f := Flow.May(a, "send", x); f != nil {
			return x, f
		}
		if x.AnswerBy < today {
			return x, fault.Conflict("referral.fault.too_late")
		}
		if err := checkInvitees(tx, x.Case, x.Invitees.V); err != nil {
			return x, err
		}
		from, list, err := r.check(tx, x, today)
		if err != nil {
			return x, err
		}
		if x, err = flow.Take(tx, Flow, "send", x, func(x *Referral) { x.SentAt = tx.Now() }); err != nil {
			return x, err
		}
		if err := invite(tx, x, from.packet(), list); err != nil {
			return x, err
		}
		return x, cases.AwaitOthers(tx, x.Case, "provider", x.AnswerBy, "referral.next.answers")
	})
}

// invite makes an invitation for each provider, in as many statements as for
// one.
func invite(tx *op.Tx, x Referral, p Packet, list []covered) error {
	who := make([]db.ID, len(list))
	invitations := make([]Invitation, len(list))
	for n, c := range list {
		sealed, err := seal(tx, p)
		if err != nil {
			return err
		}
		who[n] = c.Provider
		invitations[n] = Invitation{
			Referral: x.ID, Case: x.Case, Provider: c.Provider, Site: c.Site, Offering: c.Offering, Fit: c.Fit, Metres: c.Metres,
			Asked: db.AsJSON(x.asked()), Packet: sealed, Fields: x.Fields, Basis: x.Basis, Consent: c.consent,
			AnswerBy: x.AnswerBy, PacketUntil: x.PacketUntil,
		}
	}
	names, err := provider.Cards(tx, who...)
	if err != nil {
		return err
	}
	if invitations, err = flow.CreateAll(tx, InvitationFlow, "send", invitations); err != nil {
		return err
	}
	disclosed := make([]consent.Disclosure, len(list))
	reach := make([]sight.Reach, len(list))
	for n, i := range invitations {
		disclosed[n] = consent.Disclosure{
			Person: x.Person, RecipientKind: "provider", Recipient: i.Provider, RecipientName: names[i.Provider].Name.In(text.JA),
			Fields: x.Fields, Basis: x.Basis, Consent: i.Consent, Provision: x.Provision, Reason: x.Reason, Invitation: i.ID,
		}
		reach[n] = sight.Reach{ScopeKind: sight.Provider, Scope: i.Provider, Kind: "invitation", Record: i.ID, Why: "invited"}
		tx.Tell(op.Event{Name: "invitation.sent", Entity: "invitation", Record: i.ID, Root: x.ID})
	}
	if _, err := consent.Disclose(tx, disclosed...); err != nil {
		return err
	}
	return sight.Open(tx, reach...)
}

func (x Referral) asked() Asked {
	return Asked{Number: x.Number, Title: x.Title, Benefit: x.Benefit, Priority: x.Priority, Language: x.Language,
		Units: x.Units, Unit: x.Unit, From: x.From, Until: x.Until}
}

// endings are the steps that end a referral, each with what becomes of the
// invitations that still wait.
var endings = map[string]struct {
	release string
	reason  bool
}{
	"withdraw":             {"withdraw", true},
	"unfilled":             {"release", true},
	"declined_by_resident": {"release", true},
	"end":                  {"", true},
	"complete":             {"", false},
}

// Step takes withdraw, unfilled, declined_by_resident, end or complete on a
// referral. Invitations that still wait are closed with it, and their packets.
func (r *Room) Step(ctx context.Context, a access.Actor, id db.ID, step string, in StepInput) (Referral, error) {
	how, ok := endings[step]
	if !ok {
		return Referral{}, fault.NotFound()
	}
	var f fault.Fields
	line(&f, "/reason", &in.Reason, maxLine)
	if how.reason && in.Reason == "" {
		f.Add("/reason", "fault.required")
	}
	if err := f.Err(); err != nil {
		return Referral{}, err
	}
	return on(ctx, r, a, id, step, in.Version, in, func(tx *op.Tx, x Referral) (Referral, error) {
		if step == "end" || step == "complete" {
			if err := endAuthorizations(tx, x.ID, step, in.Reason); err != nil {
				return x, err
			}
		}
		x, err := flow.Take(tx, Flow, step, x, nil, flow.Because(in.Reason))
		if err != nil {
			return x, err
		}
		if how.release != "" {
			if err := release(tx, x.ID, how.release, in.Reason); err != nil {
				return x, err
			}
		}
		if err := settle(tx, x); err != nil {
			return x, err
		}
		return x, follow(tx, x.Case)
	})
}

func endAuthorizations(tx *op.Tx, referral db.ID, step, why string) error {
	list, err := db.All[Authorization](tx, textAuthorizations, referral)
	if err != nil {
		return err
	}
	take := map[string]string{"end": "revoke", "complete": "complete"}[step]
	for _, z := range list {
		if AuthorizationFlow.May(tx.Actor(), take, z) == nil {
			if _, err := flow.Take(tx, AuthorizationFlow, take, z, nil, flow.Because(why)); err != nil {
				return err
			}
		}
	}
	return nil
}

// release takes a step on every invitation of a referral that still waits, and
// tells their providers.
func release(tx *op.Tx, referral db.ID, step, why string, but ...db.ID) error {
	list, err := invitationsOf(tx, referral)
	if err != nil {
		return err
	}
	var waits []Invitation
	for _, i := range list {
		if !containsID(but, i.ID) && InvitationFlow.May(tx.Actor(), step, i) == nil {
			waits = append(waits, i)
		}
	}
	done, faults, err := flow.TakeAll(tx, InvitationFlow, step, waits, nil, flow.Because(why))
	if err != nil {
		return err
	}
	for _, f := range faults {
		return f
	}
	for _, i := range done {
		tx.Tell(op.Event{Name: "invitation." + i.Status, Entity: "invitation", Record: i.ID, Root: referral})
	}
	return nil
}

// settle closes the prompts that lead to a referral.
func settle(tx *op.Tx, x Referral) error {
	kinds := []string{"referral.prompt.answered", "referral.prompt.nobody", exhaustedKind}
	if !slices.Contains(goesOn, x.Status) {
		kinds = append(kinds, consentKind)
	}
	for _, kind := range kinds {
		if err := cases.Settle(tx, x.Case, kind, href(x.ID)); err != nil {
			return err
		}
	}
	return nil
}

// href is where a referral stands on the desk.
func href(id db.ID) string { return "/desk/referrals/" + id.String() }

// ChoiceInput notes what the resident would choose.
type ChoiceInput struct {
	Invitation db.ID  `json:"invitation_id,omitzero"`
	Choice     string `json:"choice"`
	Version    int64  `json:"version"`
}

// NoteChoice keeps the resident's choice among the offers.
func (r *Room) NoteChoice(ctx context.Context, a access.Actor, id db.ID, in ChoiceInput) (Referral, error) {
	var f fault.Fields
	required(&f, "/choice", &in.Choice, maxLine)
	if err := f.Err(); err != nil {
		return Referral{}, err
	}
	return on(ctx, r, a, id, "note_choice", in.Version, in, func(tx *op.Tx, x Referral) (Referral, error) {
		if !in.Invitation.IsZero() {
			i, err := loadInvitation(tx, a, tx.Now(), in.Invitation)
			if err != nil || i.Referral != x.ID {
				return x, fault.Invalid(fault.Field{Pointer: "/invitation_id", Key: "fault.bad_choice"})
			}
		}
		return flow.Take(tx, Flow, "note_choice", x, func(x *Referral) { x.Preferred, x.Choice = in.Invitation, in.Choice })
	})
}

// Recall closes the packet of one invitation, or takes the invitation back
// altogether.
func (r *Room) Recall(ctx context.Context, a access.Actor, id db.ID, step string, in StepInput) (Invitation, error) {
	if step != "recall" && step != "withdraw" {
		return Invitation{}, fault.NotFound()
	}
	var f fault.Fields
	required(&f, "/reason", &in.Reason, maxLine)
	if err := f.Err(); err != nil {
		return Invitation{}, err
	}
	return op.Do(ctx, r.run, a, "invitation."+step+" "+id.String(), in, func(tx *op.Tx) (Invitation, error) {
		i, err := staffInvitation(tx, a, id, in.Version)
		if err != nil {
			return i, err
		}
		i, err = flow.Take(tx, InvitationFlow, step, i, func(i *Invitation) { i.Recalled = true }, flow.Because(in.Reason))
		if err != nil {
			return i, err
		}
		tx.Tell(op.Event{Name: "invitation." + step, Entity: "invitation", Record: i.ID, Root: i.Referral})
		return i, nil
	})
}

// staffInvitation gives an invitation to the agency's staff, from the version
// they saw.
func staffInvitation(tx *op.Tx, a access.Actor, id db.ID, version int64) (Invitation, error) {
	if !a.Is(access.StaffRoles...) {
		return Invitation{}, fault.NotFound()
	}
	i, err := loadInvitation(tx, a, tx.Now(), id)
	if err != nil {
		return i, err
	}
	return i, flow.Fresh(i, version)
}
