package payment

import (
	"context"
	"errors"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/sight"
	"kizuna/internal/network/delivery"
	"kizuna/internal/office/agency"
)

// Build makes a draft of everything a provider may claim for a period.
func (r *Room) Build(ctx context.Context, a access.Actor, in BuildInput) (Request, error) {
	if err := in.Validate(r.today(ctx)); err != nil {
		return Request{}, err
	}
	if a.Is(access.ProviderRoles...) {
		in.Provider = a.Provider
	}
	if in.Provider.IsZero() {
		return Request{}, fault.Invalid(fault.Field{Pointer: "/provider_id", Key: "fault.required"})
	}
	return op.Do(ctx, r.run, a, "payment_request.build", in, func(tx *op.Tx) (Request, error) {
		if err := lockProvider(tx, in.Provider); err != nil {
			return Request{}, err
		}
		number, err := agency.Number(tx, "payment_request")
		if err != nil {
			return Request{}, err
		}
		x := Request{Head: flow.Head{ID: db.NewIDAt(int64(tx.Now()))}, Number: number, Provider: in.Provider, From: in.From, Until: in.Until,
			Absences: in.Absences, Invoice: in.Invoice, BuiltBy: a.ID}
		lines, err := r.draftLines(tx, x)
		if err != nil {
			return x, err
		}
		if len(lines) == 0 {
			return x, fault.Conflict("payment.fault.nothing")
		}
		sum, err := total(lines)
		if err != nil {
			return x, err
		}
		x.Minor, x.Currency = sum.Minor, sum.Currency
		if x, err = flow.Create(tx, RequestFlow, "build", x); err != nil {
			return x, err
		}
		if _, err := flow.CreateAll(tx, LineFlow, "claim", lines); err != nil {
			return x, claimedTwice(err)
		}
		return x, sight.Open(tx, sight.Reach{ScopeKind: sight.Provider, Scope: x.Provider, Kind: "payment_request", Record: x.ID, Why: "own"})
	})
}

// onRequest runs an operation on a request the actor sees, whose row it holds,
// with its lines.
func onRequest(ctx context.Context, r *Room, a access.Actor, id db.ID, step string, version int64, in any, f func(tx *op.Tx, x Request, lines []Line) (Request, error)) (Request, error) {
	return op.Do(ctx, r.run, a, "payment_request."+step+" "+id.String(), in, func(tx *op.Tx) (Request, error) {
		if err := lockRequest(tx, id); err != nil {
			return Request{}, err
		}
		x, err := loadRequest(tx, a, tx.Now(), id)
		if err != nil {
			return x, err
		}
		if err := flow.Fresh(x, version); err != nil {
			return x, err
		}
		lines, err := linesOf(tx, id)
		if err != nil {
			return x, err
		}
		return f(tx, x, lines)
	})
}

// Refresh brings a draft in step with attendance as it stands now.
func (r *Room) Refresh(ctx context.Context, a access.Actor, id db.ID, version int64) (Request, error) {
	return onRequest(ctx, r, a, id, "refresh", version, version, func(tx *op.Tx, x Request, lines []Line) (Request, error) {
		wanted, err := r.draftLines(tx, x)
		if err != nil {
			return x, err
		}
		sum, err := total(wanted)
		if err != nil {
			return x, err
		}
		if x, err = flow.Take(tx, RequestFlow, "refresh", x, func(x *Request) { x.Minor = sum.Minor }); err != nil {
			return x, err
		}
		stale, fresh := changed(lines, wanted)
		if err := release(tx, stale); err != nil {
			return x, err
		}
		if len(fresh) == 0 {
			return x, nil
		}
		_, err = flow.CreateAll(tx, LineFlow, "claim", fresh)
		return x, claimedTwice(err)
	})
}

// release lets lines go, so that their disbursements can be claimed again.
func release(tx *op.Tx, lines []Line) error {
	return tx.As(access.TheSystem(), func() error {
		_, err := takeEvery(tx, LineFlow, "release", lines)
		return err
	})
}

// takeEvery is flow.TakeAll where one that cannot go holds up all.
func takeEvery[R any](tx *op.Tx, t *flow.Table[R], step string, list []R) ([]R, error) {
	done, faults, err := flow.TakeAll(tx, t, step, list, nil)
	for _, f := range faults {
		return nil, f
	}
	return done, err
}

// Submit sends a request in: what it asks for is kept in the funds' books.
// From now on the attendance behind it is not corrected.
func (r *Room) Submit(ctx context.Context, a access.Actor, id db.ID, version int64) (Request, error) {
	return onRequest(ctx, r, a, id, "submit", version, version, func(tx *op.Tx, x Request, lines []Line) (Request, error) {
		var sessions []db.ID
		for _, l := range lines {
			sessions = append(sessions, l.Session)
		}
		if err := delivery.LockSessions(tx, sessions); err != nil {
			return x, err
		}
		wanted, err := r.draftLines(tx, x)
		if err != nil {
			return x, err
		}
		if stale, fresh := changed(lines, wanted); len(stale)+len(fresh) > 0 {
			return x, fault.Conflict("payment.fault.stale")
		}
		x, err = flow.Take(tx, RequestFlow, "submit", x, func(x *Request) {
			x.SubmittedBy, x.DueOn = a.ID, tx.Now().Date(calendar.Zone(ctx)).AddDays(DueDays)
		})
		if err != nil {
			return x, err
		}
		tx.Tell(op.Event{Name: "payment_request.submitted", Entity: "payment_request", Record: x.ID, Root: x.ID})
		return x, post(tx, "request "+id.String()+" commit", "payment.commit", lines, commit)
	})
}

// Withdraw takes a draft back as entered in error; its lines may be claimed
// again.
func (r *Room) Withdraw(ctx context.Context, a access.Actor, id db.ID, version int64) (Request, error) {
	return onRequest(ctx, r, a, id, "void", version, version, func(tx *op.Tx, x Request, lines []Line) (Request, error) {
		x, err := flow.Take(tx, RequestFlow, "void", x, nil)
		if err != nil {
			return x, err
		}
		return x, release(tx, lines)
	})
}

// onLine runs an operation on a line of a request the actor sees, with the
// request's row held.
func onLine(ctx context.Context, r *Room, a access.Actor, id db.ID, step string, in *TextInput, f func(tx *op.Tx, x Request, l Line) (Line, error)) (Line, error) {
	if err := in.Validate(); err != nil {
		return Line{}, err
	}
	return op.Do(ctx, r.run, a, "payment_line."+step+" "+id.String(), *in, func(tx *op.Tx) (Line, error) {
		l, err := lineByID(tx, id)
		if err != nil {
			return l, err
		}
		if err := lockRequest(tx, l.Request); err != nil {
			return l, err
		}
		x, err := loadRequest(tx, a, tx.Now(), l.Request)
		if err != nil {
			return l, err
		}
		if l, err = lineByID(tx, id); err != nil {
			return l, err
		}
		known, err := r.delivery.Know(tx, l.Authorization)
		if err != nil {
			return l, err
		}
		if kept, err := r.keptOf(tx, a, known); err != nil || len(kept) > 0 {
			return l, errors.Join(err, fault.NotFound())
		}
		if err := flow.Fresh(l, in.Version); err != nil {
			return l, err
		}
		return f(tx, x, l)
	})
}

// Query asks the provider about a line.
func (r *Room) Query(ctx context.Context, a access.Actor, id db.ID, in TextInput) (Line, error) {
	return onLine(ctx, r, a, id, "query", &in, func(tx *op.Tx, x Request, l Line) (Line, error) {
		step := "query"
		if x.Status == "queried" {
			step = "amend" // one more question
		}
		if _, err := flow.Take(tx, RequestFlow, step, x, nil); err != nil {
			return l, err
		}
		tx.Tell(op.Event{Name: "payment_request.queried", Entity: "payment_request", Record: x.ID, Root: x.ID})
		return flow.Take(tx, LineFlow, "query", l, func(l *Line) { l.Question, l.Answer = in.Text, "" })
	})
}

// Answer says what finance asked about a line; with the last answer the
// request goes back to finance.
func (r *Room) Answer(ctx context.Context, a access.Actor, id db.ID, in TextInput) (Line, error) {
	return onLine(ctx, r, a, id, "answer", &in, func(tx *op.Tx, x Request, l Line) (Line, error) {
		if f := RequestFlow.May(a, "answer", x); f != nil {
			return l, f
		}
		l, err := flow.Take(tx, LineFlow, "answer", l, func(l *Line) { l.Answer = in.Text })
		if err != nil {
			return l, err
		}
		return l, answered(tx, x)
	})
}

// answered sends a request back to finance once no question is open.
func answered(tx *op.Tx, x Request) error {
	totals, err := totalsOf(tx, []db.ID{x.ID})
	if err != nil || totals[x.ID].Queried > 0 || x.Status != "queried" {
		return err
	}
	return tx.As(access.TheSystem(), func() error {
		_, err := flow.Take(tx, RequestFlow, "answer", x, nil)
		tx.Tell(op.Event{Name: "payment_request.answered", Entity: "payment_request", Record: x.ID, Root: x.ID})
		return err
	})
}

// Allow lets a flagged line pass, with a reason.
func (r *Room) Allow(ctx context.Context, a access.Actor, id db.ID, in TextInput) (Line, error) {
	return onLine(ctx, r, a, id, "allow", &in, func(tx *op.Tx, x Request, l Line) (Line, error) {
		if f := RequestFlow.May(a, "amend", x); f != nil {
			return l, f
		}
		if own := unlessOwnRequest(a, x); own != nil {
			return l, own
		}
		l, err := flow.Take(tx, LineFlow, "allow", l, func(l *Line) { l.Allowed = in.Text }, flow.Because(in.Text))
		if err != nil {
			return l, err
		}
		return l, answered(tx, x)
	})
}

// Strike takes a line out of a request, with a reason; its amount goes back to
// the fund and the disbursement may be claimed again.
func (r *Room) Strike(ctx context.Context, a access.Actor, id db.ID, in TextInput) (Line, error) {
	return onLine(ctx, r, a, id, "strike", &in, func(tx *op.Tx, x Request, l Line) (Line, error) {
		was := l
		l, err := flow.Take(tx, LineFlow, "strike", l, nil, flow.Because(in.Text))
		if err != nil {
			return l, err
		}
		if x, err = flow.Take(tx, RequestFlow, "amend", x, func(x *Request) { x.Minor -= was.Minor }); err != nil {
			return l, err
		}
		if err := post(tx, "line "+id.String()+" strike", "payment.strike", []Line{was}, giveBack); err != nil {
			return l, err
		}
		return l, answered(tx, x)
	})
}

// Approve lets a request be paid: what it asks for is owed to the provider. A
// line that needs a person and that nobody allowed or struck holds it up.
func (r *Room) Approve(ctx context.Context, a access.Actor, id db.ID, version int64) (Request, error) {
	return onRequest(ctx, r, a, id, "approve", version, version, func(tx *op.Tx, x Request, lines []Line) (Request, error) {
		open := 0
		var owed []Line
		for _, l := range lines {
			if l.Excepted() {
				open++
			}
			if l.Status == "claimed" {
				owed = append(owed, l)
			}
		}
		if open > 0 {
			return x, fault.Conflict("payment.fault.exceptions").With("n", open)
		}
		x, err := flow.Take(tx, RequestFlow, "approve", x, func(x *Request) { x.ApprovedBy = a.ID })
		if err != nil {
			return x, err
		}
		tx.Tell(op.Event{Name: "payment_request.approved", Entity: "payment_request", Record: x.ID, Root: x.ID})
		return x, post(tx, "request "+id.String()+" approve", "payment.approve", owed, owe)
	})
}

// Reject refuses a request with a reason; its lines may be claimed again.
func (r *Room) Reject(ctx context.Context, a access.Actor, id db.ID, in TextInput) (Request, error) {
	if err := in.Validate(); err != nil {
		return Request{}, err
	}
	return onRequest(ctx, r, a, id, "reject", in.Version, in, func(tx *op.Tx, x Request, lines []Line) (Request, error) {
		x, err := flow.Take(tx, RequestFlow, "reject", x, func(x *Request) { x.Reason = in.Text }, flow.Because(in.Text))
		if err != nil {
			return x, err
		}
		var live []Line
		for _, l := range lines {
			if l.counts() {
				live = append(live, l)
			}
		}
		if err := release(tx, live); err != nil {
			return x, err
		}
		tx.Tell(op.Event{Name: "payment_request.rejected", Entity: "payment_request", Record: x.ID, Root: x.ID})
		return x, post(tx, "request "+id.String()+" release", "payment.release", live, giveBack)
	})
}

// EnterPayee keeps an account; it is paid to only after another person has
// confirmed it. A provider enters its own.
func (r *Room) EnterPayee(ctx context.Context, a access.Actor, in PayeeInput) (Payee, error) {
	if a.Is(access.ProviderRoles...) {
		in.OwnerKind, in.Owner = "provider", a.Provider
	}
	if in.OwnerKind == "agency" {
		in.Owner = agency.Self
	}
	if err := in.Validate(); err != nil {
		return Payee{}, err
	}
	if in.Owner.IsZero() {
		return Payee{}, fault.Invalid(fault.Field{Pointer: "/owner_id", Key: "fault.required"})
	}
	return op.Do(ctx, r.run, a, "payee.enter", in, func(tx *op.Tx) (Payee, error) {
		return flow.Create(tx, PayeeFlow, "enter", Payee{OwnerKind: in.OwnerKind, Owner: in.Owner, Name: in.Name, EnteredBy: a.ID,
			Account: r.run.Vault.Seal(accountPurpose, in.kept()), Tail: in.Number[max(0, len(in.Number)-3):]})
	})
}

// Reveal shows a payee's whole account to who may confirm it; the look is
// kept.
func (r *Room) Reveal(ctx context.Context, a access.Actor, id db.ID) (p Payee, in PayeeInput, err error) {
	if !a.Is(deciders...) {
		return p, in, fault.NotFound()
	}
	if err = r.run.Read(ctx, func(q *db.Reader) error {
		p, err = payeeByID(q, id)
		return err
	}); err != nil {
		return p, in, err
	}
	kept, err := r.open(p)
	if err != nil {
		return p, in, err
	}
	in = PayeeInput{OwnerKind: p.OwnerKind, Owner: p.Owner, Name: p.Name, Requester: kept.Requester, Account: kept.Account}
	return p, in, r.run.Reads.Note(ctx, a, "revealed", "payee", id, "account")
}

// ConfirmPayee says that an account somebody else entered is right; the one
// before it ends.
func (r *Room) ConfirmPayee(ctx context.Context, a access.Actor, id db.ID, version int64) (Payee, error) {
	return op.Do(ctx, r.run, a, "payee.confirm "+id.String(), version, func(tx *op.Tx) (Payee, error) {
		p, err := payeeByID(tx, id)
		if err == nil {
			err = flow.Fresh(p, version)
		}
		if err != nil {
			return p, err
		}
		if f := PayeeFlow.May(a, "confirm", p); f != nil {
			return p, f
		}
		list, err := payeesOf(tx, p.OwnerKind, p.Owner)
		if err != nil {
			return p, err
		}
		for _, o := range list {
			if o.Status != "confirmed" {
				continue
			}
			if _, err := flow.Take(tx, PayeeFlow, "end", o, nil); err != nil {
				return p, err
			}
		}
		p, err = flow.Take(tx, PayeeFlow, "confirm", p, func(p *Payee) { p.ConfirmedBy = a.ID })
		if db.IsUnique(err, "payee") {
			err = errors.Join(fault.Conflict("flow.moved_on"), err)
		}
		return p, err
	})
}

// EndPayee ends an account; a provider its own.
func (r *Room) EndPayee(ctx context.Context, a access.Actor, id db.ID, version int64) (Payee, error) {
	return op.Do(ctx, r.run, a, "payee.end "+id.String(), version, func(tx *op.Tx) (Payee, error) {
		p, err := payeeByID(tx, id)
		if err != nil {
			return p, err
		}
		if a.Is(access.ProviderRoles...) && p.Owner != a.Provider {
			return p, fault.NotFound()
		}
		if err := flow.Fresh(p, version); err != nil {
			return p, err
		}
		return flow.Take(tx, PayeeFlow, "end", p, nil)
	})
}
