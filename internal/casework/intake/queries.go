package intake

import (
	"context"
	"errors"
	"slices"

	"kizuna/internal/casework/cases"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/journal"
	"kizuna/internal/ground/text"
	"kizuna/internal/office/account"
	"kizuna/internal/office/agency"
	"kizuna/internal/resident/people"
)

// cardsSeen gives the cards of persons that are not restricted or that the
// actor reaches; the others stay unnamed.
func cardsSeen(q db.Q, a access.Actor, now calendar.Time, ids []db.ID) (map[db.ID]people.Card, error) {
	return people.CardsFor(q, a, now, nil, ids)
}

// File is what came in, with all that its desk page shows.
type File[R any] struct {
	Record  R
	Items   []Item // of an application
	Actions []flow.Action
	Person  people.Card // zero when nobody is known
	Cases   []cases.Case
	Away    bool // it stands in a case that the actor does not see
	History []journal.Row
	Users   map[db.ID]text.Pair
	Team    text.Pair
	Source  people.Organization // of an inbound referral
	Led     []Led               // what came of an inquiry, or the inquiry it came of
	Reports []Report            // to authorities, of a complaint
	Now     calendar.Time
}

// Inquiry opens an inquiry.
func (r *Room) Inquiry(ctx context.Context, a access.Actor, id db.ID) (File[Inquiry], error) {
	return open(ctx, r, a, InquiryFlow, id)
}

// Complaint opens a complaint; its reporter stays sealed.
func (r *Room) Complaint(ctx context.Context, a access.Actor, id db.ID) (File[Complaint], error) {
	f, err := open(ctx, r, a, ComplaintFlow, id)
	if err != nil {
		return f, err
	}
	err = r.run.Read(ctx, func(q *db.Reader) (err error) {
		f.Reports, err = reportsOf(q, id)
		return err
	})
	return f, err
}

// Referral opens an inbound referral.
func (r *Room) Referral(ctx context.Context, a access.Actor, id db.ID) (File[InboundReferral], error) {
	f, err := open(ctx, r, a, InboundReferralFlow, id)
	if err != nil || f.Record.Organization.IsZero() {
		return f, err
	}
	err = r.run.Read(ctx, func(q *db.Reader) error {
		found, err := people.OrganizationsOf(q, f.Record.Organization)
		f.Source = found[f.Record.Organization]
		return err
	})
	return f, err
}

// Application opens an application.
func (r *Room) Application(ctx context.Context, a access.Actor, id db.ID) (File[Application], error) {
	if !a.Is(access.StaffRoles...) {
		return File[Application]{}, fault.NotFound()
	}
	f, err := open(ctx, r, a, ApplicationFlow, id)
	if err != nil {
		return f, err
	}
	err = r.run.Read(ctx, func(q *db.Reader) (err error) {
		f.Items, err = itemsOf(q, id)
		return err
	})
	return f, err
}

func open[R any](ctx context.Context, r *Room, a access.Actor, t *flow.Table[R], id db.ID) (File[R], error) {
	f := File[R]{Now: r.run.Now()}
	err := r.run.Read(ctx, func(q *db.Reader) error {
		rec, err := load(q, a, f.Now, t, id)
		if err != nil {
			return err
		}
		f.Record, f.Actions = rec, t.Actions(a, rec)
		return f.around(q, a, t.Entity, of(&rec))
	})
	if err != nil {
		return File[R]{}, err
	}
	return f, r.run.Reads.Note(ctx, a, "opened", t.Entity, id, "")
}

func (f *File[R]) around(q db.Q, a access.Actor, kind string, x *Arrival) error {
	var err error
	if f.History, err = journal.History(q, x.ID, db.ID{}, 50); err != nil {
		return err
	}
	if f.Led, err = leads(q, a, f.Now, kind, x); err != nil {
		return err
	}
	users := []db.ID{}
	if !x.Owner.IsZero() {
		users = append(users, x.Owner)
	}
	for _, h := range f.History {
		if !h.Actor.IsZero() && !slices.Contains(users, h.Actor) {
			users = append(users, h.Actor)
		}
	}
	if f.Users, err = account.Names(q, users); err != nil {
		return err
	}
	led, err := cases.SourceOf(q, kind, x.ID)
	if err != nil {
		return err
	}
	for _, s := range led {
		c, err := cases.Load(q, a, f.Now, s.Case)
		switch {
		case err == nil:
			f.Cases = append(f.Cases, c)
		case errors.Is(err, fault.KindNotFound): // cases that the actor does not see stay unnamed
			f.Away = true
		default:
			return err
		}
	}
	if !x.Team.IsZero() {
		if t, err := agency.LoadTeam(q, x.Team); err == nil {
			f.Team = t.Name
		}
	}
	if x.Person.IsZero() {
		return nil
	}
	cards, err := cardsSeen(q, a, f.Now, []db.ID{x.Person})
	f.Person = cards[x.Person]
	return err
}

// Candidates are who may be meant, found by searching, each with the running
// cases there are: number, kind and team only.
type Candidates struct {
	Found []people.Match
	Cases map[db.ID][]cases.Case
}

// Find searches people for whoever receives, and tells which running cases each
// has, and the person whom it is known to be about, if any.
func (r *Room) Find(ctx context.Context, a access.Actor, text string, known db.ID) (Candidates, error) {
	out := Candidates{Cases: map[db.ID][]cases.Case{}}
	var err error
	if text != "" {
		if out.Found, err = r.people.Search(ctx, a, text, 10); err != nil {
			return Candidates{}, err
		}
	}
	meant := make([]db.ID, 0, len(out.Found)+1)
	for _, m := range out.Found {
		meant = append(meant, m.Card.ID)
	}
	if !known.IsZero() && !slices.Contains(meant, known) {
		meant = append(meant, known)
	}
	err = r.run.Read(ctx, func(q *db.Reader) error {
		for _, id := range meant {
			if out.Cases[id], err = cases.RunningOf(q, id); err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}

// Progress is what the holder of a receipt is told: how far it is, and what is
// asked of an applicant; nothing of what was written or found.
type Progress struct {
	Kind       string        `json:"kind"`
	Stage      string        `json:"stage"` // received | in_review | returned | finished
	ReceivedAt calendar.Time `json:"received_at"`
	Asked      string        `json:"asked,omitempty"`
	// Of an inbound referral, as far as its client lets the source know.
	Outcome string `json:"outcome,omitempty"`
	Answer  string `json:"answer,omitempty"`
	SentTo  string `json:"sent_to,omitempty"`
}

// ByReceipt tells the holder of a receipt how far it is. Whatever is not a
// receipt of ours is not found, all in the same way.
func (r *Room) ByReceipt(ctx context.Context, receipt string) (Progress, error) {
	typed, ok := agency.ParseReceipt(receipt)
	if !ok {
		typed = "0000-0000-0000" // looked for all the same, so that no answer comes sooner
	}
	blind := r.blind(typed)
	var out Progress
	var referred InboundReferral
	var isReferral bool
	err := r.run.Read(ctx, func(q *db.Reader) error {
		c, isComplaint, err := complaintByReceipt(q, blind)
		if err != nil {
			return err
		}
		x, isApplication, err := applicationByReceipt(q, blind)
		if err != nil {
			return err
		}
		if referred, isReferral, err = inboundByReceipt(q, blind); err != nil {
			return err
		}
		switch {
		case isReferral && referred.Status != flow.Void:
		case isComplaint && c.Status != flow.Void:
			out = Progress{Kind: KindComplaint, Stage: stageOf(c.Status), ReceivedAt: c.ReceivedAt}
		case isApplication && x.Status != flow.Void:
			out = Progress{Kind: KindApplication, Stage: stageOf(x.Status), ReceivedAt: x.ReceivedAt}
			if x.Status == "returned" {
				out.Asked = x.Answer
			}
		default:
			return fault.NotFound()
		}
		return nil
	})
	if err == nil && isReferral {
		return r.inboundProgress(ctx, referred)
	}
	return out, err
}

func stageOf(status string) string {
	switch status {
	case "submitted", "new":
		return "received"
	case "in_review":
		return "in_review"
	case "returned":
		return "returned"
	}
	return "finished"
}

// Own is a resident's application as they see it themselves.
type Own struct {
	ID         db.ID            `json:"id"`
	Status     string           `json:"status"`
	Version    int64            `json:"version"`
	Number     string           `json:"number"`
	Purpose    string           `json:"purpose"`
	ReceivedAt calendar.Time    `json:"received_at"`
	Asked      string           `json:"asked,omitempty"`
	Returned   []ReturnedPart   `json:"returned,omitempty"`
	Items      []Item           `json:"-"`
	Input      ApplicationInput `json:"application"`
	Actions    []string         `json:"actions"`
}

func ownOf(a access.Actor, x Application, items []Item) Own {
	return Own{ID: x.ID, Status: x.Status, Version: x.Version, Number: x.Number, Purpose: x.Purpose, ReceivedAt: x.ReceivedAt,
		Asked: x.Answer, Returned: x.Returned.V, Items: items, Input: x.Input(items), Actions: ApplicationFlow.Free(a, x)}
}

// Mine lists the applications of the resident who asks.
func (r *Room) Mine(ctx context.Context, a access.Actor) (list []Own, err error) {
	if !a.Is(access.Resident) || a.Person.IsZero() {
		return nil, fault.NotFound()
	}
	err = r.run.Read(ctx, func(q *db.Reader) error {
		all, err := ofResident(q, a.Person)
		for _, x := range all {
			list = append(list, ownOf(a, x, nil))
		}
		return err
	})
	return list, err
}

// MyApplication opens one of the resident's own applications.
func (r *Room) MyApplication(ctx context.Context, a access.Actor, id db.ID) (own Own, err error) {
	if !a.Is(access.Resident) || a.Person.IsZero() {
		return own, fault.NotFound()
	}
	err = r.run.Read(ctx, func(q *db.Reader) error {
		x, err := load(q, a, r.run.Now(), ApplicationFlow, id)
		if err != nil {
			return err
		}
		if x.Person != a.Person {
			return fault.NotFound()
		}
		items, err := itemsOf(q, id)
		own = ownOf(a, x, items)
		return err
	})
	return own, err
}

// OffersToday lists what can be applied for.
func (r *Room) OffersToday(ctx context.Context) (list []Offer, err error) {
	if r.Offers == nil {
		return nil, nil
	}
	err = r.run.Read(ctx, func(q *db.Reader) (err error) {
		list, err = r.Offers(q, calendar.Today(ctx, r.run.Clock))
		return err
	})
	return list, err
}
