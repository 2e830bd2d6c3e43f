package payment

import (
	"context"
	"encoding/csv"
	"slices"
	"strconv"
	"strings"

	"kizuna/internal/ground/db"
	"kizuna/internal/ground/text"
)

// columns head the list of a batch; they are keys, alike in every language,
// since programs read it.
var columns = []string{"batch", "kind", "number", "payee", "service_on", "quantity", "rate", "percent", "amount", "currency", "fund", "fiscal_year", "disbursement_id"}

func writeBatch(ctx context.Context, q db.Q, w *csv.Writer, f BatchFile) error {
	if err := w.Write(columns); err != nil {
		return err
	}
	var ids []db.ID
	of := map[db.ID]RequestRow{}
	for _, x := range f.Requests {
		ids = append(ids, x.ID)
		of[x.ID] = x
	}
	var lines []Line
	if len(ids) > 0 {
		var err error
		if lines, err = linesOfAll(q, ids); err != nil {
			return err
		}
	}
	for _, l := range lines {
		x := of[l.Request]
		if err := w.Write(safe(f.Batch.Number, "payment_request", x.Number, x.Provider.In(text.From(ctx)), string(l.ServiceOn), l.Quantity.String(),
			strconv.FormatInt(l.Rate, 10), strconv.FormatInt(l.Percent, 10), l.Amount().Amount(), l.Currency, l.Fund, strconv.FormatInt(l.FiscalYear, 10), l.Disbursement.String())); err != nil {
			return err
		}
	}
	for _, p := range f.Payouts {
		if err := w.Write(safe(f.Batch.Number, "payout", p.Number, f.Payees[p.ID].Name, string(p.DueOn), "", "", "", p.Amount().Amount(), p.Currency, p.Fund,
			strconv.FormatInt(p.FiscalYear, 10), "")); err != nil {
			return err
		}
	}
	return nil
}

// safe keeps spreadsheets from taking what somebody typed for a formula.
func safe(cells ...string) []string {
	for i, c := range cells {
		if c != "" && strings.ContainsRune("=+-@\t\r＝＋－＠", []rune(c)[0]) {
			cells[i] = "'" + c
		}
	}
	return cells
}

// sortLines brings lines in an order that is the same every time.
func sortLines(lines []Line) {
	slices.SortFunc(lines, func(a, b Line) int { return strings.Compare(a.ID.String(), b.ID.String()) })
}
