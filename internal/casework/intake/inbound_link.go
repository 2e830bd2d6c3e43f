package intake

import (
	"context"
	"crypto/rand"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/sight"
	"kizuna/internal/office/agency"
)

// InboundLink lets a partner send one referral without an account. Whoever has
// the link can, until it is used, revoked or out of date; of its token only a
// blind index is kept.
type InboundLink struct {
	flow.Head
	Token         []byte        `db:"token"`
	Organization  db.ID         `db:"organization"`
	Source        string        `db:"source"`
	ContactPerson string        `db:"contact_person"`
	SourcePhone   string        `db:"source_phone"`
	SourceEmail   string        `db:"source_email"`
	MadeBy        db.ID         `db:"made_by"`
	Team          db.ID         `db:"team"`
	ExpiresAt     calendar.Time `db:"expires_at"`
	UsedAt        calendar.Time `db:"used_at"`
	Referral      db.ID         `db:"referral"`
}

// kindLink is a link as sight knows it.
const kindLink = "inbound_link"

// Standing is a link's status, with expired for one that ran out.
func (x InboundLink) Standing(now calendar.Time) string {
	if x.Status == "open" && x.ExpiresAt <= now {
		return "expired"
	}
	return x.Status
}

// LinkDays are for how many days a link can be made.
var LinkDays = []int{1, 3, 7, 14, 30}

// LinkInput is a link to make.
type LinkInput struct {
	Organization  db.ID  `json:"organization_id,omitzero"`
	Source        string `json:"source,omitempty"`
	ContactPerson string `json:"contact_person,omitempty"`
	SourcePhone   string `json:"source_phone,omitempty"`
	SourceEmail   string `json:"source_email,omitempty"`
	Days          int    `json:"days,omitempty" doc:"For how many days it can be used: 7 when left out, at most 30"`
}

func (in *LinkInput) validate() error {
	var f fault.Fields
	as := InboundInput{Organization: in.Organization, Source: in.Source, ContactPerson: in.ContactPerson, SourcePhone: in.SourcePhone, SourceEmail: in.SourceEmail}
	as.validateSource(&f)
	in.Source, in.ContactPerson, in.SourcePhone, in.SourceEmail = as.Source, as.ContactPerson, as.SourcePhone, as.SourceEmail
	if in.Days == 0 {
		in.Days = 7
	}
	if most := LinkDays[len(LinkDays)-1]; in.Days < 1 || in.Days > most {
		f.Add("/days", "fault.range", "min", 1, "max", most)
	}
	return f.Err()
}

// MadeLink is a link with its token, which is shown once.
type MadeLink struct {
	InboundLink
	Secret string `json:"token"`
}

// tokenLetters is Crockford's base 32; tokenLength of them are 130 random bits.
const (
	tokenLetters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	tokenLength  = 26
)

func newToken() string {
	var random [tokenLength]byte
	rand.Read(random[:])
	for i, b := range random {
		random[i] = tokenLetters[b&31]
	}
	return string(random[:])
}

// ReadToken finds the token in what somebody pasted: the token, or a link with
// it at its end. What cannot be one becomes one that opens nothing.
func ReadToken(pasted string) string {
	s := strings.ToUpper(norm.NFKC.String(strings.TrimSpace(pasted)))
	if i := strings.LastIndexByte(s, '/'); i >= 0 {
		s = s[i+1:]
	}
	if len(s) != tokenLength || strings.Trim(s, tokenLetters) != "" {
		return strings.Repeat("0", tokenLength)
	}
	return s
}

func (r *Room) blindToken(token string) []byte {
	return r.run.Vault.Blind("inbound link", ReadToken(token))
}

// MakeLink makes a link for a partner.
func (r *Room) MakeLink(ctx context.Context, a access.Actor, in LinkInput) (MadeLink, error) {
	if err := in.validate(); err != nil {
		return MadeLink{}, err
	}
	token := newToken()
	return op.Do(ctx, r.run, a, "inbound_link.make", in, func(tx *op.Tx) (MadeLink, error) {
		if err := r.sourceAndPerson(tx, a, InboundInput{Organization: in.Organization}); err != nil {
			return MadeLink{}, err
		}
		x := InboundLink{Head: flow.Head{ID: db.NewIDAt(int64(tx.Now()))}, Token: r.blindToken(token), Organization: in.Organization, Source: in.Source,
			ContactPerson: in.ContactPerson, SourcePhone: in.SourcePhone, SourceEmail: in.SourceEmail, MadeBy: a.ID,
			ExpiresAt: tx.Now().Add(time.Duration(in.Days) * 24 * time.Hour)}
		if len(a.Teams) > 0 {
			x.Team = a.Teams[0]
		}
		x, err := flow.Create(tx, InboundLinkFlow, "make", x)
		if err == nil {
			err = showLink(tx, x)
		}
		return MadeLink{x, token}, err
	})
}

// showLink lets the desk, the team and who made it see a link.
func showLink(tx *op.Tx, x InboundLink) error {
	rows := []sight.Reach{
		{ScopeKind: sight.Team, Scope: TheDesk, Kind: kindLink, Record: x.ID, Why: "desk"},
		{ScopeKind: sight.User, Scope: x.MadeBy, Kind: kindLink, Record: x.ID, Why: "made"},
	}
	if !x.Team.IsZero() {
		rows = append(rows, sight.Reach{ScopeKind: sight.Team, Scope: x.Team, Kind: kindLink, Record: x.ID, Why: "team"})
	}
	return sight.Open(tx, rows...)
}

// RevokeLink ends a link that was not used.
func (r *Room) RevokeLink(ctx context.Context, a access.Actor, id db.ID, version int64) (InboundLink, error) {
	return op.Do(ctx, r.run, a, "inbound_link.revoke "+id.String(), version, func(tx *op.Tx) (InboundLink, error) {
		x, err := load(tx, a, tx.Now(), InboundLinkFlow, id)
		if err == nil {
			err = flow.Fresh(x, version)
		}
		if err != nil {
			return x, err
		}
		return flow.Take(tx, InboundLinkFlow, "revoke", x, nil)
	})
}

// LinkView is a link as the desk lists it.
type LinkView struct {
	InboundLink
	Name    string // of its source
	Stands  string // status, or expired
	Actions []flow.Action
}

// Links lists the links of the last half year that the actor sees, the newest
// first.
func (r *Room) Links(ctx context.Context, a access.Actor, before db.ID, limit int) (out []LinkView, err error) {
	if !a.Is(access.StaffRoles...) {
		return nil, fault.NotFound()
	}
	err = r.run.Read(ctx, func(q *db.Reader) error {
		list, err := linksSeen(q, a, r.run.Now(), before, limit)
		if err == nil {
			out, err = r.linkViews(ctx, q, a, list)
		}
		return err
	})
	return out, err
}

// Link opens one.
func (r *Room) Link(ctx context.Context, a access.Actor, id db.ID) (LinkView, error) {
	var out []LinkView
	err := r.run.Read(ctx, func(q *db.Reader) error {
		x, err := load(q, a, r.run.Now(), InboundLinkFlow, id)
		if err == nil {
			out, err = r.linkViews(ctx, q, a, []InboundLink{x})
		}
		return err
	})
	if err != nil {
		return LinkView{}, err
	}
	return out[0], nil
}

func (r *Room) linkViews(ctx context.Context, q db.Q, a access.Actor, list []InboundLink) ([]LinkView, error) {
	var known []db.ID
	for _, x := range list {
		if !x.Organization.IsZero() {
			known = append(known, x.Organization)
		}
	}
	names, err := organizationNames(ctx, q, known)
	out := make([]LinkView, len(list))
	for i, x := range list {
		out[i] = LinkView{InboundLink: x, Name: strings.TrimSpace(names[x.Organization] + " " + x.Source), Stands: x.Standing(r.run.Now())}
		if out[i].Stands == "open" {
			out[i].Actions = InboundLinkFlow.Actions(a, x)
		}
	}
	return out, err
}

// Invitation is what a link shows who opens it.
type Invitation struct {
	Name          string
	ContactPerson string
	SourcePhone   string
	SourceEmail   string
	ExpiresAt     calendar.Time
}

// OpenLink tells whom a link is for. One that is wrong, used, revoked or out of
// date is not found, all in the same way.
func (r *Room) OpenLink(ctx context.Context, token string) (out Invitation, err error) {
	err = r.run.Read(ctx, func(q *db.Reader) error {
		x, found, err := linkByToken(q, r.blindToken(token))
		if err != nil {
			return err
		}
		if !found || x.Standing(r.run.Now()) != "open" {
			return fault.NotFound()
		}
		name, err := sourceName(q, x.Organization, x.Source)
		out = Invitation{Name: name, ContactPerson: x.ContactPerson, SourcePhone: x.SourcePhone, SourceEmail: x.SourceEmail, ExpiresAt: x.ExpiresAt}
		return err
	})
	return out, err
}

// forLink puts in what the link says of the source and takes out what nobody
// from outside may say.
func (in InboundInput) forLink(organization db.ID, source string) InboundInput {
	in.Organization, in.Source, in.Person, in.Channel, in.Version = organization, source, db.ID{}, "online", 0
	return in
}

// CheckByLink says everything that is wrong with a referral before it is sent.
func (r *Room) CheckByLink(ctx context.Context, in *InboundInput) error {
	checked := in.forLink(db.NewID(), "")
	err := checked.Validate(calendar.Today(ctx, r.run.Clock))
	*in = checked
	in.Organization = db.ID{}
	return err
}

// SendByLink takes a referral from a partner and with it uses the link up.
func (r *Room) SendByLink(ctx context.Context, token string, in InboundInput, papers Papers) (Submitted, error) {
	if err := r.CheckByLink(ctx, &in); err != nil {
		return Submitted{}, err
	}
	receipt := agency.Receipt()
	return op.Do(ctx, r.run, access.Nobody(), "inbound_referral.send", []any{r.blindToken(token), in}, func(tx *op.Tx) (Submitted, error) {
		link, err := r.linkToUse(tx, token)
		if err != nil {
			return Submitted{}, err
		}
		x, err := r.receiveIn(tx, in.forLink(link.Organization, link.Source),
			InboundReferral{Arrival: Arrival{Team: link.Team}, Came: "link", Link: link.ID, Receipt: r.blind(receipt)})
		if err == nil {
			err = sight.Open(tx, sight.Reach{ScopeKind: sight.User, Scope: link.MadeBy, Kind: KindReferral, Record: x.ID, Why: "link"})
		}
		if err == nil && !papers.Draft.IsZero() {
			err = r.bringInbound(tx, x.ID, papers)
		}
		if err == nil {
			_, err = flow.Take(tx, InboundLinkFlow, "use", link, func(l *InboundLink) { l.UsedAt, l.Referral = tx.Now(), x.ID })
		}
		return Submitted{ID: x.ID, Status: x.Status, Version: x.Version, Number: x.Number, Receipt: receipt, ReceivedAt: x.ReceivedAt}, err
	})
}

// linkToUse holds a link that can still be used.
func (r *Room) linkToUse(tx *op.Tx, token string) (InboundLink, error) {
	blind := r.blindToken(token)
	if err := lockLink(tx, blind); err != nil {
		return InboundLink{}, err
	}
	link, found, err := linkByToken(tx, blind)
	if err == nil && (!found || link.Standing(tx.Now()) != "open") {
		err = fault.Invalid(fault.Field{Pointer: "/code", Key: "intake.fault.link"})
	}
	return link, err
}
