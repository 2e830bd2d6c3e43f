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
	"kizuna/internal/network/provider"
	"kizuna/internal/office/document"
	"kizuna/internal/resident/consent"
	"kizuna/internal/resident/people"
)

// Opened is an invitation as its provider reads it: what is asked, the packet
// while it is open, their own answer, the thread, and what they may do.
type Opened struct {
	Invitation    Invitation
	Packet        Packet
	Closed        string // word key of why there is no packet
	Actions       []flow.Action
	Messages      []Message
	Authorization *Authorization
	Left          ledger.Quantity // of the authorization, after what was delivered
}

func (r *Room) opened(q db.Q, a access.Actor, id db.ID) (Opened, error) {
	i, err := loadInvitation(q, a, r.run.Now(), id)
	if err != nil {
		return Opened{}, err
	}
	o := Opened{Invitation: i}
	today := r.run.Now().Date(calendar.Zone(q.Context()))
	why, err := closed(q, today, i)
	if err != nil {
		return o, err
	}
	o.Closed = why[id]
	if o.Closed == "" {
		sent, err := r.unseal(i)
		if err != nil {
			return o, err
		}
		if o.Packet, err = sent.withhold(q, i.Referral, today); err != nil {
			return o, err
		}
		o.Actions = InvitationFlow.Actions(a, i)
	}
	b := db.NewBatch()
	thread := queueThread(b, id)
	given := db.Queue[Authorization](b, textAuthorizations, i.Referral)
	if err := db.Send(q, b); err != nil {
		return o, err
	}
	o.Messages = thread.Rows
	if z, ok := given.First(); ok && z.Invitation == i.ID {
		o.Authorization = &z
		left, err := r.left(q, z)
		o.Left = left[z.ID]
		return o, err
	}
	return o, nil
}

// Inbox is a provider's list: what waits for an answer, what was answered,
// what is authorized, and what is over.
var Inbox = map[string][]string{
	"waiting":    {"sent", "viewed"},
	"answered":   {"requested", "waitlist_offered"},
	"authorized": {"authorized"},
	"over":       {"declined", "not_selected", "withdrawn", "expired"},
}

// InboxViews are its parts in order.
var InboxViews = []string{"waiting", "answered", "authorized", "over"}

// MaxCount is where counting stops.
const MaxCount = 100

// Received lists what was sent to a provider, of one part of the inbox ("" is
// everything), with how many are in each part, up to MaxCount.
func (r *Room) Received(ctx context.Context, a access.Actor, part string, before db.ID, limit int) (list []Invitation, counts map[string]int, err error) {
	if !a.Is(access.ProviderRoles...) || a.Provider.IsZero() {
		return nil, nil, fault.NotFound()
	}
	statuses, ok := Inbox[part]
	if !ok {
		statuses = slices.Concat(Inbox["waiting"], Inbox["answered"], Inbox["authorized"], Inbox["over"])
	}
	err = r.run.Read(ctx, func(q *db.Reader) error {
		if list, err = listInvitations(q, a, r.run.Now(), statuses, before, limit); err != nil {
			return err
		}
		b := db.NewBatch()
		answers := map[string]*db.Answer[int]{}
		for _, v := range InboxViews {
			answers[v] = queueWaiting(b, a, Inbox[v], MaxCount)
		}
		if err := db.Send(q, b); err != nil {
			return err
		}
		counts = map[string]int{}
		for v, n := range answers {
			counts[v], _ = n.First()
		}
		return nil
	})
	return list, counts, err
}

// File is a referral as the agency reads it.
type File struct {
	Referral       Referral
	Case           cases.Case
	Person         people.Card
	Actions        []flow.Action
	Invitations    []Invitation
	Providers      map[db.ID]provider.Provider
	Sites          map[db.ID]provider.Site
	Authorizations []Authorization
	Left           map[db.ID]ledger.Quantity // by authorization, after what was delivered
	Messages       map[db.ID][]Message       // by invitation
	Documents      []document.Document
	Best           map[db.ID][]string // by invitation: where it is the best
	Closed         map[db.ID]string   // by invitation: why its packet is closed
}

// Get gives a referral with everything about it.
func (r *Room) Get(ctx context.Context, a access.Actor, id db.ID) (f File, err error) {
	err = r.run.Read(ctx, func(q *db.Reader) error {
		f, err = r.read(q, a, id)
		return err
	})
	return f, err
}

func (r *Room) read(q db.Q, a access.Actor, id db.ID) (File, error) {
	if !a.Is(access.StaffRoles...) {
		return File{}, fault.NotFound()
	}
	b := db.NewBatch()
	one := queueReferral(b, a, r.run.Now(), id)
	invitations := db.Queue[Invitation](b, textInvitations, id)
	given := db.Queue[Authorization](b, textAuthorizations, id)
	said := db.Queue[Message](b, textThreads, id)
	if err := db.Send(q, b); err != nil {
		return File{}, err
	}
	x, err := missing(one)
	if err != nil {
		return File{}, err
	}
	f := File{Referral: x, Actions: Flow.Actions(a, x), Invitations: invitations.Rows, Authorizations: given.Rows, Messages: map[db.ID][]Message{}}
	for _, m := range said.Rows {
		f.Messages[m.Invitation] = append(f.Messages[m.Invitation], m)
	}
	f.Best = Best(f.Invitations, x.Language)
	if err := f.name(q, a, r.run.Now()); err != nil {
		return f, err
	}
	if f.Left, err = r.left(q, f.Authorizations...); err != nil {
		return f, err
	}
	f.Closed, err = closed(q, r.run.Now().Date(calendar.Zone(q.Context())), f.Invitations...)
	return f, err
}

// name reads what a referral's page calls things by.
func (f *File) name(q db.Q, a access.Actor, now calendar.Time) error {
	var who, where []db.ID
	for _, i := range f.Invitations {
		who, where = append(who, i.Provider), append(where, i.Site)
	}
	for _, x := range f.Referral.Invitees.V {
		who, where = append(who, x.Provider), append(where, x.Site)
	}
	for _, z := range f.Authorizations {
		who, where = append(who, z.Provider), append(where, z.Site)
	}
	var err error
	if f.Providers, err = provider.Cards(q, who...); err != nil {
		return err
	}
	where = slices.DeleteFunc(where, db.ID.IsZero)
	if f.Sites, err = provider.SitesOf(q, where...); err != nil {
		return err
	}
	if f.Case, err = cases.Load(q, a, now, f.Referral.Case); err != nil {
		return err
	}
	cards, err := people.CardsOf(q, f.Referral.Person)
	if err != nil {
		return err
	}
	f.Person = cards[f.Referral.Person]
	f.Documents, err = cameOf(q, f.Referral.Case)
	return err
}

// Best tells where each offer is the best of those that ask for authorization:
// fit, first_date, cost, distance, language. Offers in several currencies are
// not compared by cost; where all are alike, none is best.
func Best(list []Invitation, language string) map[db.ID][]string {
	var offers []Invitation
	for _, i := range list {
		if i.Status == "requested" || i.Status == "authorized" {
			offers = append(offers, i)
		}
	}
	out := map[db.ID][]string{}
	mark := func(name string, better func(a, b Invitation) int) {
		if len(offers) < 2 {
			return
		}
		best := slices.MinFunc(offers, better)
		alike := 0
		for _, i := range offers {
			if better(i, best) == 0 {
				alike++
			}
		}
		if alike == len(offers) {
			return
		}
		for _, i := range offers {
			if better(i, best) == 0 {
				out[i.ID] = append(out[i.ID], name)
			}
		}
	}
	mark("fit", func(a, b Invitation) int { return int(b.Fit - a.Fit) })
	mark("first_date", func(a, b Invitation) int { return compare(a.FirstDate, b.FirstDate) })
	if costs, comparable := costsOf(offers); comparable {
		mark("cost", func(a, b Invitation) int { return compare(costs[a.ID].Minor, costs[b.ID].Minor) })
	}
	mark("distance", func(a, b Invitation) int { return compare(far(a), far(b)) })
	if language != "" {
		speaks := func(i Invitation) int {
			if slices.Contains(i.Languages.V, language) {
				return 0
			}
			return 1
		}
		mark("language", func(a, b Invitation) int { return speaks(a) - speaks(b) })
	}
	return out
}

func compare[T ~string | ~int64](a, b T) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func far(i Invitation) int64 {
	if i.Metres < 0 {
		return 1 << 62
	}
	return i.Metres
}

func costsOf(offers []Invitation) (map[db.ID]ledger.Money, bool) {
	costs := make(map[db.ID]ledger.Money, len(offers))
	for _, i := range offers {
		cost, err := i.Cost()
		if err != nil || cost.Currency != offers[0].Currency {
			return nil, false
		}
		costs[i.ID] = cost
	}
	return costs, true
}

// Filter is what a list of referrals can be asked.
type Filter struct {
	View   string // open | decided | "" for all
	Case   db.ID
	Mine   bool
	Before db.ID
	Limit  int
}

func (f Filter) statuses() []string {
	switch f.View {
	case "open":
		return []string{"draft", "sent"}
	case "decided":
		return []string{"authorized", "in_service"}
	}
	return []string{"draft", "sent", "authorized", "in_service", "completed", "ended", "withdrawn", "unfilled", "declined"}
}

// Listed is a referral with what a list shows of it.
type Listed struct {
	Referral Referral
	Person   people.Card
	Offers   int // that wait for a decision
	Asked    int
}

// List gives the referrals of the cases an actor sees, the newest first.
func (r *Room) List(ctx context.Context, a access.Actor, f Filter) (out []Listed, err error) {
	if !a.Is(access.StaffRoles...) {
		return nil, fault.NotFound()
	}
	if f.Limit <= 0 || f.Limit > 201 {
		f.Limit = 50
	}
	err = r.run.Read(ctx, func(q *db.Reader) error {
		list, err := listReferrals(q, a, r.run.Now(), f)
		if err != nil || len(list) == 0 {
			return err
		}
		out, err = listed(q, list)
		return err
	})
	return out, err
}

func listed(q db.Q, list []Referral) ([]Listed, error) {
	ids, persons := make([]db.ID, len(list)), make([]db.ID, len(list))
	for i, x := range list {
		ids[i], persons[i] = x.ID, x.Person
	}
	b := db.NewBatch()
	cards := people.QueueCards(b, persons...)
	invitations := db.Queue[Invitation](b, textInvitationsOf, db.ListOf(ids))
	if err := db.Send(q, b); err != nil {
		return nil, err
	}
	out := make([]Listed, len(list))
	for n, x := range list {
		out[n].Referral = x
		for _, c := range cards.Rows {
			if c.ID == x.Person {
				out[n].Person = c
			}
		}
		for _, i := range invitations.Rows {
			if i.Referral == x.ID {
				out[n].Asked++
				if x.Status == "sent" && (i.Status == "requested" || i.Status == "waitlist_offered") {
					out[n].Offers++
				}
			}
		}
	}
	return out, nil
}

// Invitation gives one invitation to the agency's staff.
func (r *Room) Invitation(ctx context.Context, a access.Actor, id db.ID) (i Invitation, err error) {
	err = r.run.Read(ctx, func(q *db.Reader) error {
		if !a.Is(access.StaffRoles...) {
			return fault.NotFound()
		}
		i, err = loadInvitation(q, a, r.run.Now(), id)
		return err
	})
	return i, err
}

// Given is an authorization with what is left of it.
type Given struct {
	Authorization
	Left ledger.Quantity
}

// Authorization gives an authorization the actor may see.
func (r *Room) Authorization(ctx context.Context, a access.Actor, id db.ID) (out Given, err error) {
	err = r.run.Read(ctx, func(q *db.Reader) error {
		if out.Authorization, err = LoadAuthorization(q, a, r.run.Now(), id); err != nil {
			return err
		}
		left, err := r.left(q, out.Authorization)
		out.Left = left[id]
		return err
	})
	return out, err
}

// ListAuthorizations gives the authorizations an actor sees, the newest first:
// a provider's own, or those of the cases staff see.
func (r *Room) ListAuthorizations(ctx context.Context, a access.Actor, of, before db.ID, limit int) (out []Given, err error) {
	err = r.run.Read(ctx, func(q *db.Reader) error {
		list, err := listAuthorizations(q, a, r.run.Now(), of, before, limit)
		if err != nil {
			return err
		}
		left, err := r.left(q, list...)
		for _, z := range list {
			out = append(out, Given{z, left[z.ID]})
		}
		return err
	})
	return out, err
}

// left is how many units of authorizations are not delivered yet; of one that
// was delivered past its units, none.
func (r *Room) left(q db.Q, list ...Authorization) (map[db.ID]ledger.Quantity, error) {
	out := make(map[db.ID]ledger.Quantity, len(list))
	if r.Delivered == nil || len(list) == 0 {
		return out, nil
	}
	var ids []db.ID
	for _, z := range list {
		ids = append(ids, z.ID)
	}
	used, err := r.Delivered(q, ids...)
	for _, z := range list {
		out[z.ID] = max(0, z.Units-used[z.ID])
	}
	return out, err
}

// Preview is a draft's packet as it would be sent now, and what keeps it back.
type Preview struct {
	Packet   Packet
	Withheld []string           // fields that are held back
	Missing  map[db.ID][]string // by provider: fields no consent covers
	Position *provider.Point    // of the person, where it may be used
}

// Preview composes the packet of a draft with all the fields asked for, so
// that the form can show what each holds.
func (r *Room) Preview(ctx context.Context, a access.Actor, id db.ID, fields []string) (p Preview, err error) {
	err = r.run.Read(ctx, func(q *db.Reader) error {
		x, err := Load(q, a, r.run.Now(), id)
		if err != nil {
			return err
		}
		if fields != nil {
			x.Fields = db.AsJSON(inOrder(fields))
		}
		if x.Basis == "" {
			x.Basis = consent.ByConsent
		}
		today := r.run.Now().Date(calendar.Zone(ctx))
		from, err := readSource(q, x, r.Catalog, today)
		if err != nil {
			return err
		}
		p = Preview{Packet: from.packet(), Withheld: heldBack(from.profile), Missing: map[db.ID][]string{}}
		p.Position = position(from.profile.Addresses)
		list, err := cover(q, x, today)
		for _, c := range list {
			if len(c.missing) > 0 {
				p.Missing[c.Provider] = c.missing
			}
		}
		return err
	})
	return p, err
}

// position is where somebody lives, or is registered when no other address is
// known; nil when no address has a place on the map.
func position(list []people.Address) *provider.Point {
	var at *provider.Point
	for _, x := range list {
		known := x.Latitude != 0 || x.Longitude != 0
		if known && (x.Kind == "actual" || x.Kind == "registered" && at == nil) {
			at = &provider.Point{Latitude: x.Latitude, Longitude: x.Longitude}
		}
	}
	return at
}

// Assignment gives a benefit assignment the actor may see, to begin a referral
// from.
func (r *Room) Assignment(ctx context.Context, a access.Actor, id db.ID) (v AssignmentView, err error) {
	if r.Assignments == nil {
		return v, fault.NotFound()
	}
	err = r.run.Read(ctx, func(q *db.Reader) error {
		v, err = r.Assignments.Load(q, a, r.run.Now(), id)
		return err
	})
	return v, err
}

// OfCase is what a case's page shows of its referrals.
type OfCase struct {
	Referrals   *db.Answer[Referral]
	Invitations *db.Answer[Invitation]
	Providers   *db.Answer[provider.Provider]
}

// QueueOfCase reads a case's referrals in a batch, as far as the actor sees
// the case.
func QueueOfCase(b *db.Batch, a access.Actor, now calendar.Time, id db.ID) OfCase {
	return OfCase{queueOfCase(b, a, now, id), queueInvitationsOfCase(b, a, now, id), provider.QueueCards(b, providersOfCase, id)}
}
