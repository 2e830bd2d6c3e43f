package payment

import (
	"strconv"

	"kizuna/internal/ground/db"
	"kizuna/internal/ground/ledger"
	"kizuna/internal/ground/op"
)

// The accounts. What is claimed moves from the fund's year to its commitment
// when a request is sent in, to what is owed to the provider or payee when it
// is approved, and to what was paid when the bank has settled; so a fund, its
// commitments, debts and payments add up to nothing at any time.

// FundAccount is what a fund's year has given.
func FundAccount(fund string, year int64) string { return "fund/" + named(fund, year) }

// CommitmentAccount is what was claimed of a fund's year and not yet approved.
func CommitmentAccount(fund string, year int64) string { return "commitment/" + named(fund, year) }

// PaidAccount is what left a fund's year for good.
func PaidAccount(fund string, year int64) string { return "paid/" + named(fund, year) }

// PayableAccount is what is owed to a provider, or to the person a payout is
// for.
func PayableAccount(kind string, id db.ID) string { return "payable/" + kind + "/" + id.String() }

func named(fund string, year int64) string {
	if fund == "" {
		fund = "none"
	}
	return fund + "/" + strconv.FormatInt(year, 10)
}

// move is money from one account to another, with where it came from.
func move(from, to string, amount ledger.Money, source ledger.Source) ([]ledger.Line, error) {
	out, err := amount.Neg()
	return []ledger.Line{{Account: from, Amount: out, Source: source}, {Account: to, Amount: amount, Source: source}}, err
}

// post books one transaction for lines of requests; which says from where to
// where each goes. Nothing is booked for nothing.
func post(tx *op.Tx, key, kind string, lines []Line, which func(l Line) (from, to string)) error {
	t := ledger.Transaction{Key: key, Kind: kind, At: tx.Now()}
	for _, l := range lines {
		if l.Minor == 0 {
			continue
		}
		from, to := which(l)
		pair, err := move(from, to, l.Amount(), ledger.Source{Kind: "disbursement", ID: l.Disbursement})
		if err != nil {
			return err
		}
		t.Lines = append(t.Lines, pair...)
	}
	if len(t.Lines) == 0 {
		return nil
	}
	_, err := ledger.Post(tx, t)
	return err
}

func commit(l Line) (from, to string) {
	return FundAccount(l.Fund, l.FiscalYear), CommitmentAccount(l.Fund, l.FiscalYear)
}

func giveBack(l Line) (from, to string) {
	from, to = commit(l)
	return to, from
}

func owe(l Line) (from, to string) {
	return CommitmentAccount(l.Fund, l.FiscalYear), PayableAccount("provider", l.Provider)
}

func settle(l Line) (from, to string) {
	return PayableAccount("provider", l.Provider), PaidAccount(l.Fund, l.FiscalYear)
}

// postPayout books one step of a payout.
func postPayout(tx *op.Tx, step string, p Payout, from, to string) error {
	pair, err := move(from, to, p.Amount(), ledger.Source{Kind: "payout", ID: p.ID})
	if err != nil {
		return err
	}
	_, err = ledger.Post(tx, ledger.Transaction{Key: "payout " + p.ID.String() + " " + step, Kind: "payout." + step, At: tx.Now(), Lines: pair})
	return err
}
