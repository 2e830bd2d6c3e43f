package referral

import (
	"context"
	"maps"
	"slices"
	"strings"

	"kizuna/internal/casework/careplan"
	"kizuna/internal/casework/cases"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/sight"
	"kizuna/internal/office/agency"
)

// Approve authorizes one offer and releases the others, all at once: whoever
// approves second meets a conflict and changes nothing.
func (r *Room) Approve(ctx context.Context, a access.Actor, invitation db.ID, in ApproveInput) (Authorization, error) {
	return op.Do(ctx, r.run, a, "invitation.approve "+invitation.String(), in, func(tx *op.Tx) (Authorization, error) {
		in := in // a try that is repeated begins with what was sent
		x, i, err := r.hold(tx, a, invitation)
		if err != nil {
			return Authorization{}, err
		}
		if f := Flow.May(a, "authorize", x); f != nil {
			return Authorization{}, f
		}
		if err := flow.Fresh(i, in.Version); err != nil {
			return Authorization{}, err
		}
		if f := InvitationFlow.May(a, "authorize", i); f != nil {
			return Authorization{}, f
		}
		if err := in.fill(x, i); err != nil {
			return Authorization{}, err
		}
		return r.authorize(ctx, tx, x, i, in)
	})
}

// hold reads an invitation and its referral with the referral's row held.
func (r *Room) hold(tx *op.Tx, a access.Actor, invitation db.ID) (x Referral, i Invitation, err error) {
	if !a.Is(access.StaffRoles...) {
		return x, i, fault.NotFound()
	}
	if i, err = loadInvitation(tx, a, tx.Now(), invitation); err != nil {
		return x, i, err
	}
	if err = lock(tx, i.Referral); err != nil {
		return x, i, err
	}
	if x, err = Load(tx, a, tx.Now(), i.Referral); err != nil {
		return x, i, err
	}
	i, err = loadInvitation(tx, a, tx.Now(), invitation)
	return x, i, err
}

func (r *Room) authorize(ctx context.Context, tx *op.Tx, x Referral, i Invitation, in ApproveInput) (Authorization, error) {
	x, err := flow.Take(tx, Flow, "authorize", x, func(x *Referral) {
		x.Chosen = i.ID
		if in.Choice != "" {
			x.Choice = in.Choice
		}
	})
	if err != nil {
		return Authorization{}, err
	}
	until := max(i.PacketUntil, in.Until)
	if i, err = flow.Take(tx, InvitationFlow, "authorize", i, func(i *Invitation) { i.PacketUntil = until }); err != nil {
		return Authorization{}, err
	}
	z, err := r.grant(ctx, tx, "grant", x, Authorization{
		Invitation: i.ID, Provider: i.Provider, Site: i.Site, Codes: db.AsJSON(in.Codes), Units: in.Units, Unit: i.Unit,
		Minor: in.Price.Minor, Currency: in.Price.Currency, From: in.From, Until: in.Until, FirstBy: i.FirstDate,
	})
	if err != nil {
		return z, err
	}
	if err := release(tx, x.ID, "release", "", i.ID); err != nil {
		return z, err
	}
	tx.Tell(op.Event{Name: "invitation.authorized", Entity: "invitation", Record: i.ID, Root: x.ID})
	if err := settle(tx, x); err != nil {
		return z, err
	}
	return z, cases.AwaitOthers(tx, x.Case, "provider", z.FirstBy, firstSession)
}

// grant makes an authorization of a referral: numbered, split at the fiscal
// year, seen by its provider, told to the later rooms.
func (r *Room) grant(ctx context.Context, tx *op.Tx, step string, x Referral, z Authorization) (Authorization, error) {
	var err error
	z.Referral, z.Case, z.Person, z.Assignment, z.Benefit = x.ID, x.Case, x.Person, x.Assignment, x.Benefit
	z.ApprovedBy = tx.Actor().ID
	z.Years = db.AsJSON(years(r.fiscal(ctx), z.From, z.Until))
	if z.Number, err = agency.Number(tx, "authorization"); err != nil {
		return z, err
	}
	z, err = flow.Create(tx, AuthorizationFlow, step, z)
	if db.IsUnique(err, "authorization_given.referral") {
		return z, fault.Conflict("referral.fault.authorized_already")
	}
	if err != nil {
		return z, err
	}
	if err := sight.Open(tx, sight.Reach{ScopeKind: sight.Provider, Scope: z.Provider, Kind: "authorization", Record: z.ID, Why: "authorized"}); err != nil {
		return z, err
	}
	for _, f := range r.OnAuthorized {
		if err := f(tx, z); err != nil {
			return z, err
		}
	}
	if err := settleExhausted(tx, z); err != nil {
		return z, err
	}
	tx.Tell(op.Event{Name: "referral.authorized", Entity: "referral", Record: x.ID, Root: x.Case})
	return z, nil
}

// settleExhausted closes what asked whether an assignment needs more units, once
// it has them.
func settleExhausted(tx *op.Tx, z Authorization) error {
	if z.Assignment.IsZero() {
		return nil
	}
	list, err := AuthorizationsOf(tx, z.Assignment)
	if err != nil {
		return err
	}
	var at []string
	for _, other := range list {
		if other.Status == "exhausted" {
			at = append(at, href(other.Referral))
		}
	}
	if len(at) == 0 {
		return nil
	}
	return cases.Settle(tx, z.Case, exhaustedKind, at...)
}

// paperDays is within how many days the papers of an emergency follow.
const paperDays = 7

// AuthorizeEmergency authorizes by telephone, for a few days and a capped
// amount, without competing offers; the papers follow, or the supervisor is
// asked for them.
func (r *Room) AuthorizeEmergency(ctx context.Context, a access.Actor, in EmergencyInput) (Authorization, error) {
	if err := in.validate(r.today(ctx), r.Emergency); err != nil {
		return Authorization{}, err
	}
	return op.Do(ctx, r.run, a, "authorization.emergency", in, func(tx *op.Tx) (Authorization, error) {
		need := NeedInput{Case: in.Case, Person: in.Person, Benefit: in.Benefit, Title: in.Title, Unit: in.Unit, Units: in.Units}
		need, c, err := r.complete(tx, a, need)
		if err != nil {
			return Authorization{}, err
		}
		if err := checkInvitees(tx, c.ID, []Invitee{{Provider: in.Provider, Site: in.Site}}); err != nil {
			return Authorization{}, notActive(err)
		}
		x := Referral{Case: c.ID, Person: need.Person, Owner: a.ID, Reason: in.Reason, SentAt: tx.Now()}
		need.Priority = "high"
		need.copyTo(&x)
		x.From, x.Until = in.From, in.From.AddDays(int(in.Days)-1)
		if x.Number, err = agency.Number(tx, "referral"); err != nil {
			return Authorization{}, err
		}
		if x, err = flow.Create(tx, Flow, "emergency", x, flow.Because(in.Reason)); err != nil {
			return Authorization{}, err
		}
		z, err := r.grant(ctx, tx, "emergency", x, Authorization{
			Provider: in.Provider, Site: in.Site, Units: in.Units, Unit: in.Unit, Minor: in.Price.Minor, Currency: in.Price.Currency,
			From: x.From, Until: x.Until, Emergency: true, PaperBy: x.From.AddDays(paperDays), Reason: in.Reason + agreedBy(in.SaidBy),
		})
		if err != nil {
			return z, err
		}
		return z, cases.Raise(tx, cases.Prompt{Case: x.Case, Kind: "referral.prompt.papers", Due: z.PaperBy, Args: map[string]any{"title": x.Title}, Href: href(x.ID)})
	})
}

func agreedBy(by string) string {
	if by == "" {
		return ""
	}
	return " (" + by + ")"
}

// notActive names the provider field of the emergency form.
func notActive(err error) error {
	if f, ok := fault.As(err); ok && f.Kind == fault.KindInvalid {
		return fault.Invalid(fault.Field{Pointer: "/provider_id", Key: f.Fields[0].Key})
	}
	return err
}

// AuthorizationStep takes revoke, complete or file_papers on an authorization.
func (r *Room) AuthorizationStep(ctx context.Context, a access.Actor, id db.ID, step string, in StepInput) (Authorization, error) {
	if step != "revoke" && step != "complete" && step != "file_papers" {
		return Authorization{}, fault.NotFound()
	}
	var f fault.Fields
	line(&f, "/reason", &in.Reason, maxLine)
	if step == "revoke" && in.Reason == "" {
		f.Add("/reason", "fault.required")
	}
	if err := f.Err(); err != nil || !a.Is(access.StaffRoles...) {
		if err == nil {
			err = fault.NotFound()
		}
		return Authorization{}, err
	}
	return op.Do(ctx, r.run, a, "authorization."+step+" "+id.String(), in, func(tx *op.Tx) (Authorization, error) {
		z, err := LoadAuthorization(tx, a, tx.Now(), id)
		if err != nil {
			return z, err
		}
		if err := flow.Fresh(z, in.Version); err != nil {
			return z, err
		}
		z, err = flow.Take(tx, AuthorizationFlow, step, z, func(z *Authorization) {
			if step == "file_papers" {
				z.PaperBy = ""
			}
		}, flow.Because(in.Reason))
		if err != nil {
			return z, err
		}
		tx.Tell(op.Event{Name: "authorization." + step, Entity: "authorization", Record: z.ID, Root: z.Referral})
		kind := exhaustedKind
		if step == "file_papers" {
			kind = "referral.prompt.papers"
		}
		return z, cases.Settle(tx, z.Case, kind, href(z.Referral))
	})
}

// BeginService moves referrals on when their first session took place; the
// delivery room's slot calls it.
func BeginService(tx *op.Tx, referrals []db.ID) error {
	if len(referrals) == 0 {
		return nil
	}
	list, err := unbegun(tx, referrals)
	if err != nil || len(list) == 0 {
		return err
	}
	err = tx.As(access.TheSystem(), func() error {
		_, _, err := flow.TakeAll(tx, Flow, "begin_service", list, nil)
		return err
	})
	if err != nil {
		return err
	}
	var of []db.ID
	for _, x := range list {
		if !containsID(of, x.Case) {
			of = append(of, x.Case)
		}
	}
	return follow(tx, of...)
}

// firstSession is what is next once a provider is authorized.
const firstSession = "referral.next.first_session"

// follow says what is next on cases of which a referral begins or ends: what
// still waits of their other referrals, else what their stage asks for.
func follow(tx *op.Tx, of ...db.ID) error {
	files, err := cases.CasesOf(tx, of...)
	if err != nil {
		return err
	}
	// Where something else is next, it still is.
	of = slices.DeleteFunc(of, func(id db.ID) bool { return !strings.HasPrefix(files[id].NextAction, "referral.next.") })
	if len(of) == 0 {
		return nil
	}
	waiting, err := underWay(tx, of)
	if err != nil {
		return err
	}
	review, err := careplan.ReviewOn(tx, of...)
	if err != nil {
		return err
	}
	today := tx.Now().Date(calendar.Zone(tx.Context()))
	next := make([]cases.Next, len(of))
	for i, id := range of {
		next[i] = nextOf(files[id], waiting[id], review[id], today)
	}
	return cases.SetAll(tx, next...)
}

func nextOf(c cases.Case, waiting []waitingOne, review, today calendar.Date) cases.Next {
	if len(waiting) > 0 {
		switch x := waiting[0]; {
		case x.Status == "sent" && x.Offers > 0 && x.Open == 0:
			return cases.Next{Case: c.ID, By: x.AnswerBy, Action: "referral.next.compare"}
		case x.Status == "sent" && x.Open == 0:
			return cases.Next{Case: c.ID, By: x.AnswerBy, Action: "referral.next.look_further"}
		case x.Status == "sent":
			return cases.Next{Case: c.ID, By: x.AnswerBy, Action: "referral.next.answers", WaitsFor: "provider"}
		case x.Status == "authorized":
			return cases.Next{Case: c.ID, By: x.FirstBy, Action: firstSession, WaitsFor: "provider"}
		}
	}
	switch serving := len(waiting) > 0; {
	case c.Stage == cases.Assigning && serving:
		return cases.Next{Case: c.ID, By: max(today, review), Action: "referral.next.follow"}
	case c.Stage == cases.Monitoring && review != "":
		return cases.Next{Case: c.ID, By: review, Action: "careplan.next.review"}
	case c.Stage == cases.Monitoring:
		return cases.Next{Case: c.ID, Action: cases.NextOf[c.Stage]}
	}
	return cases.Next{Case: c.ID, By: today, Action: cases.NextOf[c.Stage]}
}

// exhaustedKind is the prompt that tells of an authorization whose units are
// all delivered.
const exhaustedKind = "referral.prompt.exhausted"

// Delivered keeps authorizations in step with what was delivered under them:
// one whose units are all used is exhausted, and its case is asked whether more
// are needed; one that has units again after a correction goes on. The delivery
// room's slot calls it with the rows held.
func Delivered(tx *op.Tx, delivered map[db.ID]ledger.Quantity) error {
	list, err := goingOn(tx, slices.Collect(maps.Keys(delivered)))
	if err != nil {
		return err
	}
	var full, free []Authorization
	for _, z := range list {
		switch used := delivered[z.ID] >= z.Units; {
		case used && z.Status == "active":
			full = append(full, z)
		case !used && z.Status == "exhausted":
			free = append(free, z)
		}
	}
	if len(full)+len(free) == 0 {
		return nil
	}
	return tx.As(access.TheSystem(), func() error {
		if err := takeEach(tx, "exhaust", full); err != nil {
			return err
		}
		if err := takeEach(tx, "free", free); err != nil {
			return err
		}
		for _, z := range full {
			if err := cases.Raise(tx, cases.Prompt{Case: z.Case, Kind: exhaustedKind, Args: map[string]any{"number": z.Number, "units": z.Units.String()}, Href: href(z.Referral)}); err != nil {
				return err
			}
		}
		for _, z := range free {
			if err := cases.Settle(tx, z.Case, exhaustedKind, href(z.Referral)); err != nil {
				return err
			}
		}
		return nil
	})
}

// takeEach takes a step on authorizations whose rows are held, and tells of it.
func takeEach(tx *op.Tx, step string, list []Authorization) error {
	if len(list) == 0 {
		return nil
	}
	done, faults, err := flow.TakeAll(tx, AuthorizationFlow, step, list, nil)
	for _, f := range faults {
		return f
	}
	for _, z := range done {
		tx.Tell(op.Event{Name: "authorization." + step, Entity: "authorization", Record: z.ID, Root: z.Referral})
	}
	return err
}

// expireAtOnce bounds how many rows one transaction ends.
const expireAtOnce = 200

// Expire ends invitations nobody answered in time and authorizations whose
// last day is over; a daily job calls it. It tells how many ended.
func (r *Room) Expire(ctx context.Context) (ended int, err error) {
	for _, part := range []func(*op.Tx, calendar.Date) (int, error){r.expireInvitations, expireAuthorizations} {
		for {
			n, err := op.Do(ctx, r.run, access.TheSystem(), "referral.expire", nil, func(tx *op.Tx) (int, error) {
				return part(tx, tx.Now().Date(calendar.Zone(ctx)))
			})
			ended += n
			if err != nil {
				return ended, err
			}
			if n < expireAtOnce {
				break
			}
		}
	}
	return ended, nil
}

func (r *Room) expireInvitations(tx *op.Tx, today calendar.Date) (int, error) {
	list, err := unanswered(tx, today, expireAtOnce)
	if err != nil {
		return 0, err
	}
	done, _, err := flow.TakeAll(tx, InvitationFlow, "expire", list, nil)
	if err != nil {
		return 0, err
	}
	looked := map[db.ID]bool{}
	for _, i := range done {
		tx.Tell(op.Event{Name: "invitation.expired", Entity: "invitation", Record: i.ID, Root: i.Referral})
		if looked[i.Referral] {
			continue
		}
		looked[i.Referral] = true
		if err := r.answered(tx, i); err != nil {
			return 0, err
		}
	}
	return len(done), nil
}

func expireAuthorizations(tx *op.Tx, today calendar.Date) (int, error) {
	list, err := runOut(tx, today, expireAtOnce)
	if err != nil {
		return 0, err
	}
	done, _, err := flow.TakeAll(tx, AuthorizationFlow, "expire", list, nil)
	for _, z := range done {
		tx.Tell(op.Event{Name: "authorization.expired", Entity: "authorization", Record: z.ID, Root: z.Referral})
	}
	return len(done), err
}

// Busy says what of a case still runs here; the cases room asks before a case
// ends.
func Busy(q db.Q, of db.ID) ([]cases.Blocker, error) {
	asked, running, err := hanging(q, of)
	if err != nil {
		return nil, err
	}
	var out []cases.Blocker
	at := "/desk/referrals?case_id=" + of.String()
	if asked > 0 {
		out = append(out, cases.Blocker{Key: "referral.busy.asked", Args: map[string]any{"n": asked}, Href: at})
	}
	if running > 0 {
		out = append(out, cases.Blocker{Key: "referral.busy.running", Args: map[string]any{"n": running}, Href: at})
	}
	return out, nil
}

// Criteria shows under a case's stage which referrals still need a decision.
func Criteria(q db.Q, c cases.Case) ([]cases.Criterion, error) {
	if c.Stage != cases.Assigning && c.Stage != cases.Monitoring {
		return nil, nil
	}
	list, err := undecided(q, c.ID)
	out := make([]cases.Criterion, len(list))
	for i, x := range list {
		out[i] = cases.Criterion{Stage: c.Stage, Key: "referral.criterion.authorize", Args: map[string]any{"title": x.Title}, Href: href(x.ID)}
	}
	return out, err
}
