package server_test

import (
	"kizuna/internal/casework/catalog"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/network/delivery"
	"kizuna/internal/network/payment"
	"kizuna/internal/network/payment/zengin"
)

// paymentRecords are the samples of what is claimed, approved and paid.
func (s *sample) paymentRecords() map[string][]variant {
	request := []variant{{"", func() string { return s.claim("midori").Request.ID.String() }}, {theirs, func() string { return s.claim("kokoro").Request.ID.String() }}}
	return map[string][]variant{
		"payment-requests/{id}": request,
		"payments/{id}":         request,
		"payment-lines/{id}":    {{"", func() string { return s.claim("midori").Lines[0].ID.String() }}, {theirs, func() string { return s.claim("kokoro").Lines[0].ID.String() }}},
		"disbursements/{id}":    {{"", func() string { return s.claim("midori").Lines[0].Disbursement.String() }}, {theirs, func() string { return s.claim("kokoro").Lines[0].Disbursement.String() }}},
		"payees/{id}":           {{"", func() string { return s.payee("midori") }}, {theirs, func() string { return s.payee("kokoro") }}},
		"payouts/{id}":          {{"", s.payout}},
		"batches/{id}":          {{"", s.batch}},
	}
}

func init() {
	for _, step := range []string{"payment-requests/{id}/reject", "payment-lines/{id}/query", "payment-lines/{id}/answer", "payment-lines/{id}/allow",
		"payment-lines/{id}/strike", "batches/{id}/cancel", "payouts/{id}/cancel", "payouts/{id}/fail"} {
		bodies["/api/v1/"+step] = `{"text":"見本"}`
	}
}

// claim is what a provider asks for one session of today.
func (s *sample) claim(of string) payment.File {
	s.t.Helper()
	ctx, who, rooms := s.t.Context(), s.as(map[string]string{"midori": "provider_manager", "kokoro": "provider_manager:other"}[of]).actor, s.srv.Rooms
	z := s.authorization(of)
	x, err := rooms.Delivery.Book(ctx, who, delivery.SessionInput{Title: "見本", On: "2026-11-24", Starts: "14:00", Minutes: 60, Residents: []db.ID{z.ID}})
	s.must(err)
	_, err = rooms.Delivery.Attend(ctx, who, x.ID, delivery.AttendInput{Rest: "attended", Complete: true})
	s.must(err)
	r, err := rooms.Payments.Build(ctx, who, payment.BuildInput{From: "2026-11-24", Until: "2026-11-24"})
	s.must(err)
	f, err := rooms.Payments.Get(ctx, who, r.ID)
	s.must(err)
	return f
}

func (s *sample) payee(of string) string {
	s.t.Helper()
	x, err := s.srv.Rooms.Payments.EnterPayee(s.t.Context(), s.as("finance_officer").actor, payment.PayeeInput{OwnerKind: "provider", Owner: s.provider[of], Name: "見本",
		Account: zengin.Account{Bank: "0009", Branch: "123", Kind: "1", Number: "7654321", Holder: "ミホン"}})
	return s.id(x.ID, err)
}

func (s *sample) payout() string {
	s.t.Helper()
	c := s.caseFile(false)
	b := s.running(catalog.BenefitInput{Kind: "money", Amount: ledger.Yen(1000), MaxAmount: ledger.Yen(9000)})
	x, err := s.srv.Rooms.Payments.PlanPayout(s.t.Context(), s.as("caseworker").actor, payment.PayoutInput{Case: c.ID, Person: c.Person, Benefit: b.ID,
		PayeeKind: "resident", Method: "cash", Amount: ledger.Yen(1000), DueOn: "2026-11-30"})
	return s.id(x.ID, err)
}

// batch pays what a provider claimed.
func (s *sample) batch() string {
	s.t.Helper()
	ctx, room, finance := s.t.Context(), s.srv.Rooms.Payments, s.as("finance_officer").actor
	f := s.claim("midori")
	r, err := room.Submit(ctx, s.as("provider_manager").actor, f.Request.ID, f.Request.Version)
	s.must(err)
	f, err = room.Get(ctx, finance, r.ID)
	s.must(err)
	for _, x := range f.Lines {
		if x.Excepted() {
			_, err = room.Allow(ctx, finance, x.ID, payment.TextInput{Text: "見本", Version: x.Version})
			s.must(err)
		}
	}
	f, err = room.Get(ctx, finance, r.ID)
	s.must(err)
	r, err = room.Approve(ctx, finance, f.Request.ID, f.Request.Version)
	s.must(err)
	x, err := room.BuildBatch(ctx, finance, payment.BatchInput{PayOn: "2026-11-30", Requests: []db.ID{r.ID}})
	return s.id(x.ID, err)
}
