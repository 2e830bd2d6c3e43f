package generate

import (
	"context"
	"errors"
	"fmt"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/network/payment"
	"kizuna/internal/network/payment/zengin"
)

// claiming is how many providers of a synthetic agency ask to be paid: one of
// them waits for finance, the others are approved, and most of those are paid.
const claiming = 12

// money lets some providers ask for the month before last, through the same
// operations as everybody, so that funds, debts and payments are in the books.
func (m *maker) money(ctx context.Context) error {
	room, finance := m.srv.Rooms.Payments, m.officers[access.FinanceOfficer]
	month := m.o.Today.AddDays(1 - m.o.Today.Day()).AddMonths(-2)
	var owed []payment.Request
	for n, p := range m.partners[:min(claiming, len(m.partners))] {
		before, err := room.Requests(ctx, finance, payment.Filter{Provider: p.id, Limit: 1})
		if err != nil {
			return err
		}
		if len(before) > 0 {
			continue
		}
		x, err := m.claim(ctx, n, payment.BuildInput{From: month, Until: month.AddMonths(1).AddDays(-1)})
		if errors.Is(err, fault.KindConflict) {
			continue // nothing was delivered in that month
		}
		if err != nil {
			return err
		}
		nth := m.made.Claims
		if m.made.Claims++; nth%4 == 3 {
			continue
		}
		if x, err = room.Approve(ctx, finance, x.ID, x.Version); err != nil {
			return err
		}
		if nth%4 < 2 {
			owed = append(owed, x)
		}
	}
	if len(owed) == 0 {
		return nil
	}
	return m.pay(ctx, owed)
}

func (m *maker) managing(n int) access.Actor {
	p := m.partners[n]
	return access.Actor{ID: p.manager, Roles: []access.Role{access.ProviderManager}, Provider: p.id}
}

// claim enters a provider's account and its request for payment, and sends it in.
func (m *maker) claim(ctx context.Context, n int, in payment.BuildInput) (payment.Request, error) {
	room, by := m.srv.Rooms.Payments, m.managing(n)
	x, err := room.Build(ctx, by, in)
	if err != nil {
		return x, err
	}
	account := payment.PayeeInput{Name: m.partners[n].name.In(m.o.Lang),
		Account: zengin.Account{Bank: "9999", Branch: "001", Kind: "1", Number: fmt.Sprintf("%07d", 1000+n), Holder: "ジギヨウシヨ"}}
	if err := m.account(ctx, by, account); err != nil {
		return x, err
	}
	return room.Submit(ctx, by, x.ID, x.Version)
}

// account enters an account, and somebody else confirms it.
func (m *maker) account(ctx context.Context, by access.Actor, in payment.PayeeInput) error {
	room := m.srv.Rooms.Payments
	p, err := room.EnterPayee(ctx, by, in)
	if err != nil {
		return err
	}
	_, err = room.ConfirmPayee(ctx, m.officers[access.ProgramManager], p.ID, p.Version)
	return err
}

// pay lets a batch of what is owed leave for the bank, and the bank pay it.
func (m *maker) pay(ctx context.Context, owed []payment.Request) error {
	room, finance, approver := m.srv.Rooms.Payments, m.officers[access.FinanceOfficer], m.officers[access.ProgramManager]
	own, err := room.Payees(ctx, finance, "agency", db.ID{})
	if err != nil {
		return err
	}
	if len(own) == 0 {
		err = m.account(ctx, finance, payment.PayeeInput{OwnerKind: "agency", Name: both("みなと市会計管理者", "Minato City treasurer").In(m.o.Lang), Requester: "0000123456",
			Account: zengin.Account{Bank: "9999", Branch: "001", Kind: "1", Number: "0000001", Holder: "ミナトシ"}})
		if err != nil {
			return err
		}
	}
	today := calendar.Today(ctx, m.srv.Run.Clock)
	in := payment.BatchInput{PayOn: today}
	for _, x := range owed {
		in.Requests = append(in.Requests, x.ID)
	}
	b, err := room.BuildBatch(ctx, finance, in)
	if err != nil {
		return err
	}
	if b, err = room.ApproveBatch(ctx, approver, b.ID, b.Version); err != nil {
		return err
	}
	if b, err = room.ExportBatch(ctx, finance, b.ID, b.Version); err != nil {
		return err
	}
	_, err = room.Settle(ctx, finance, b.ID, payment.SettleInput{On: today, Version: b.Version})
	return err
}
