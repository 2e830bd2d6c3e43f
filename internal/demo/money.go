package demo

import (
	"context"
	"errors"
	"fmt"

	"kizuna/internal/casework/benefit"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/text"
	"kizuna/internal/network/payment"
	"kizuna/internal/network/payment/zengin"
)

// bills are what finance has approved and no batch pays yet.
type bills struct{ requests, payouts []db.ID }

// payers are the providers that ask to be paid, in the order in which they do.
var payers = []string{"himawari", "midori", "kyushoku", "kokoro", "sano", "p01"}

// kana are the holders of their accounts, as a bank writes them.
var kana = map[string]string{"himawari": "ヒマワリホウモンカイゴ", "midori": "ミドリノソウダンシツ", "kyushoku": "ミナトキユウシヨクサービス",
	"kokoro": "ココロケアミナトマチ", "sano": "サノカウンセリングオフイス", "p01": "コウホクシユウロウシエンセンター"}

// restDays is how long a month must be over until all of it is settled: the
// last one that is, stands in each state of payment.
const restDays = 12

// money begins with what is paid: accounts, and each month's requests.
func (m *maker) money(ctx context.Context) {
	m.begin(ctx, tale{"accounts", calendar.Moment(m.day(20-yearDays), 10, 0, calendar.Tokyo), m.accounts})
	last := m.day(0).MonthStart().AddDays(-1)
	for calendar.Between(last, m.day(0)) < restDays {
		last = last.MonthStart().AddDays(-1)
	}
	for end := m.day(-yearDays).MonthEnd(); end <= last; end = end.AddDays(1).MonthEnd() {
		m.begin(ctx, tale{"payment for " + string(end), calendar.Moment(end.AddDays(3), 9, 30, calendar.Tokyo), func(t *teller) { m.month(t, end, end == last) }})
	}
	m.begin(ctx, tale{"payment of these days", calendar.Moment(m.day(-3), 16, 0, calendar.Tokyo), func(t *teller) { m.lately(t, last) }})
}

// accounts are entered by one and confirmed by another.
func (m *maker) accounts(t *teller) {
	room, okada, miura := m.srv.Rooms.Payments, m.actor("okada"), m.actor("miura")
	enter := func(by, confirms access.Actor, in payment.PayeeInput) {
		p := try(room.EnterPayee(t.ctx, by, in))
		try(room.ConfirmPayee(t.ctx, confirms, p.ID, p.Version))
	}
	enter(okada, miura, payment.PayeeInput{OwnerKind: "agency", Name: t.say(both("みなと市会計管理者", "Minato City treasurer")), Requester: "0000123456",
		Account: zengin.Account{Bank: "0001", BankName: "ミナト", Branch: "001", BranchName: "ホンテン", Kind: "2", Number: "0000001", Holder: "ミナトシカイケイカンリシヤ"}})
	for i, key := range payers {
		p := m.partners[key]
		enter(p.actor, okada, payment.PayeeInput{OwnerKind: "provider", Owner: p.id, Name: t.say(p.name),
			Account: zengin.Account{Bank: "0009", BankName: "ハマカゼ", Branch: fmt.Sprintf("%03d", 101+i), BranchName: "エキマエ", Kind: "1", Number: fmt.Sprintf("10200%02d", 11+i*7), Holder: kana[key]}})
	}
}

// ask builds what a provider asks for a period; ok is false when there is
// nothing.
func (t *teller) ask(key string, from, until calendar.Date, absences bool) (x payment.Request, ok bool) {
	x, err := t.srv.Rooms.Payments.Build(t.ctx, t.partners[key].actor, payment.BuildInput{From: from, Until: until, Absences: absences,
		Invoice: fmt.Sprintf("%s-%s", key[:2], string(until)[2:7])})
	if errors.Is(err, fault.KindConflict) {
		return x, false
	}
	return try(x, err), true
}

// month settles what providers did in a month. The last is left in the middle.
func (m *maker) month(t *teller, end calendar.Date, last bool) {
	room, okada, miura := m.srv.Rooms.Payments, m.actor("okada"), m.actor("miura")
	var sent []db.ID
	for i, key := range payers {
		t.at(t.today(), 10, i*7)
		x, ok := t.ask(key, end.MonthStart(), end, last && key == "kokoro")
		if !ok {
			continue
		}
		x = try(room.Submit(t.ctx, t.partners[key].actor, x.ID, x.Version))
		if last && key == "kokoro" {
			continue // nobody has looked at it yet
		}
		sent = append(sent, x.ID)
	}
	t.later(2)
	var late []db.ID
	for i, id := range sent {
		f := try(room.Get(t.ctx, okada, id))
		switch {
		case last && f.Request.Provider == m.partners["kyushoku"].id:
			m.wonder(t, f.Lines[0].ID, f.Lines[0].Version)
			continue
		case last && f.Request.Provider == m.partners["p01"].id:
			late = append(late, id)
		case i == int(end.Month())%4 && len(f.Lines) > 1: // one is asked about, and answers
			line := m.wonder(t, f.Lines[1].ID, f.Lines[1].Version)
			t.later(1)
			try(room.Answer(t.ctx, m.actorOf(f.Request.Provider), line.ID, payment.TextInput{Text: t.say(both("出席簿を確認しました。記録のとおりです。", "We checked the roster; it is as recorded.")), Version: line.Version}))
		}
		f = try(room.Get(t.ctx, okada, id))
		for _, line := range f.Lines {
			if line.Excepted() {
				try(room.Allow(t.ctx, okada, line.ID, payment.TextInput{Text: t.say(both("同じ日の別の時間帯と確認した", "Checked: another hour of the same day")), Version: line.Version}))
			}
		}
		x := try(room.Approve(t.ctx, okada, id, try(room.Get(t.ctx, okada, id)).Request.Version))
		if !last || x.Provider != m.partners["p01"].id {
			m.bills.requests = append(m.bills.requests, id)
		}
	}
	t.later(2)
	m.transfer(t, last)
	if len(late) > 0 { // waits for somebody else to approve it
		try(room.BuildBatch(t.ctx, miura, payment.BatchInput{PayOn: m.day(6), Requests: late}))
	}
}

// wonder asks a provider about a line.
func (m *maker) wonder(t *teller, line db.ID, version int64) payment.Line {
	return try(m.srv.Rooms.Payments.Query(t.ctx, m.actor("okada"), line, payment.TextInput{
		Text: t.say(both("この日の時間は2回分で間違いありませんか。", "Was this really two sessions on one day?")), Version: version}))
}

func (m *maker) actorOf(provider db.ID) access.Actor {
	for _, p := range m.partners {
		if p.id == provider {
			return p.actor
		}
	}
	return access.Actor{}
}

// transfer pays what was approved: built by one, approved by another.
func (m *maker) transfer(t *teller, last bool) {
	if len(m.bills.requests)+len(m.bills.payouts) == 0 {
		return
	}
	room, okada, miura := m.srv.Rooms.Payments, m.actor("okada"), m.actor("miura")
	b := try(room.BuildBatch(t.ctx, okada, payment.BatchInput{PayOn: t.today().AddDays(8), Requests: m.bills.requests, Payouts: m.bills.payouts}))
	m.bills = bills{}
	t.later(1)
	b = try(room.ApproveBatch(t.ctx, miura, b.ID, b.Version))
	b = try(room.ExportBatch(t.ctx, okada, b.ID, b.Version))
	if last {
		return
	}
	t.later(8)
	try(room.Settle(t.ctx, okada, b.ID, payment.SettleInput{On: t.today(), Version: b.Version}))
}

// lately is what providers have asked for since the last month that is over.
func (m *maker) lately(t *teller, last calendar.Date) {
	room := m.srv.Rooms.Payments
	t.ask("himawari", last.AddDays(1), t.today(), false) // not sent yet
	if x, ok := t.ask("midori", last.AddDays(1), t.today(), false); ok {
		x = try(room.Submit(t.ctx, m.partners["midori"].actor, x.ID, x.Version))
		try(room.Approve(t.ctx, m.actor("okada"), x.ID, x.Version))
	}
}

// pay pays out a money benefit: to the landlord, whose account the caseworker
// enters.
func (l *life) pay(x benefit.Assignment) {
	worker := l.worker
	l.begin(l.ctx, tale{"payout for " + l.signed, l.now(), func(t *teller) {
		room, okada := t.srv.Rooms.Payments, t.actor("okada")
		t.later(1)
		p := try(room.EnterPayee(t.ctx, worker, payment.PayeeInput{OwnerKind: "third_party", Owner: x.ID, Name: t.say(one(t, landlords)),
			Account: zengin.Account{Bank: "0009", BankName: "ハマカゼ", Branch: "120", BranchName: "ミナト", Kind: "1", Number: fmt.Sprintf("30%05d", 1234+l.n*37), Holder: "ハマフドウサン"}}))
		t.later(2)
		try(room.ConfirmPayee(t.ctx, okada, p.ID, p.Version))
		out := try(room.PlanPayout(t.ctx, worker, payment.PayoutInput{Case: x.Case, Person: x.Person, Assignment: x.ID, Benefit: x.Benefit, Payee: p.ID,
			PayeeKind: "third_party", Method: "transfer", Amount: x.Amount(), DueOn: t.today().AddDays(20)}))
		t.later(3)
		try(room.ApprovePayout(t.ctx, okada, out.ID, out.Version))
		t.bills.payouts = append(t.bills.payouts, out.ID)
	}})
}

var landlords = []text.Pair{both("浜不動産", "Hama Housing"), both("港南ハウジング", "Konan Housing"), both("大家 西本", "Nishimoto, landlord")}
