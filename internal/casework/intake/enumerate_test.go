package intake_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"kizuna/internal/casework/intake"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/kizunatest"
)

// work is every statement that a call runs, with the size of all that it is
// asked with: what could make an answer come sooner.
func work(call func(ctx context.Context) error) (string, error) {
	traced, t := db.WithTrace(ctx)
	err := call(traced)
	var b strings.Builder
	for _, s := range t.Statements {
		fmt.Fprintf(&b, "%s [", s.Text)
		for _, a := range s.Args {
			if bytes, ok := a.([]byte); ok {
				fmt.Fprintf(&b, "%d bytes ", len(bytes))
			}
		}
		b.WriteString("]\n")
	}
	return b.String(), err
}

// TestNothingIsCounted: whoever tries receipts, codes and links learns nothing
// from the work that an answer takes. What is wrong, void, used or not open is
// looked for like what is there.
func TestNothingIsCounted(t *testing.T) {
	eachDesk(t, func(t *testing.T, d desk) {
		worker, chief := kizunatest.Staff(access.IntakeWorker), kizunatest.Staff(access.Supervisor)
		d.employ(worker)
		there := d.complaint(access.Nobody(), housing())
		void := d.complaint(chief, housing())
		_, err := d.ComplaintStep(ctx, chief, void.ID, "void", intake.AnswerInput{Reason: "重複", Version: 1})
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		must(err)
		applied, err := d.Apply(ctx, access.Nobody(), intake.ApplicationInput{Applicant: intake.Applicant{Family: "丸山"}, Statement: "家賃が払えません"})
		must(err)
		referred, err := d.TakeReferral(ctx, worker, "api", intake.InboundInput{Source: "港南病院", Client: "丸山 修", Need: "住まい"})
		must(err)

		same := func(name string, want error, calls map[string]func(ctx context.Context) error) {
			t.Helper()
			first, from := "", ""
			for of, call := range calls {
				did, err := work(call)
				if want != nil && !errors.Is(err, want) || want == nil && err != nil && !errors.Is(err, fault.KindNotFound) {
					t.Errorf("%s, %s: %v", name, of, err)
				}
				if first == "" {
					first, from = did, of
				}
				if did == "" || did != first {
					t.Errorf("%s: %s does\n%sand %s\n%s", name, of, did, from, first)
				}
			}
		}
		receipt := func(s string) func(ctx context.Context) error {
			return func(ctx context.Context) error { _, err := d.ByReceipt(ctx, s); return err }
		}
		same("a receipt", nil, map[string]func(ctx context.Context) error{
			"a complaint's": receipt(there.Receipt), "an application's": receipt(applied.Receipt), "a referral's": receipt(referred.ReceiptNumber),
			"a void one's": receipt(void.Receipt), "nobody's": receipt("0000-1111-2222"), "none": receipt(""), "no receipt": receipt("丸山 修"),
		})

		codes := func(receipt, code string) func(ctx context.Context) error {
			return func(ctx context.Context) error { _, err := d.Returned(ctx, receipt, code); return err }
		}
		right := d.CorrectionCode(applied.Receipt)
		refused := map[string]func(ctx context.Context) error{
			"not returned": codes(applied.Receipt, right), "a wrong code": codes(applied.Receipt, "0000-1111-2222"), "no code": codes(applied.Receipt, ""),
			"nobody's": codes("0000-1111-2222", right), "a complaint's": codes(there.Receipt, d.CorrectionCode(there.Receipt)), "neither": codes("", ""), "no receipt": codes("丸山 修", "x"),
		}
		same("a code", fault.KindNotFound, refused)

		correct := map[string]func(ctx context.Context) error{}
		for name, c := range map[string]intake.Correction{
			"not returned": {Receipt: applied.Receipt, Code: "0000-1111-2222"}, "nobody's": {Receipt: "0000-1111-2222", Code: right}, "neither": {Receipt: "x", Code: "y"},
		} {
			correct[name] = func(ctx context.Context) error {
				_, err := d.Correct(ctx, access.Nobody(), c, intake.ApplicationInput{Statement: "直します"}, intake.Papers{})
				return err
			}
		}
		same("a correction", fault.KindNotFound, correct)

		link := func(token string) func(ctx context.Context) error {
			return func(ctx context.Context) error { _, err := d.OpenLink(ctx, token); return err }
		}
		revoked, err := d.MakeLink(ctx, worker, intake.LinkInput{Source: "港南病院"})
		must(err)
		_, err = d.RevokeLink(ctx, worker, revoked.ID, revoked.Version)
		must(err)
		used, err := d.MakeLink(ctx, worker, intake.LinkInput{Source: "港南病院"})
		must(err)
		_, err = d.SendByLink(ctx, used.Secret, intake.InboundInput{Client: "丸山 修", Need: "住まい"}, intake.Papers{})
		must(err)
		same("a link", fault.KindNotFound, map[string]func(ctx context.Context) error{
			"revoked": link(revoked.Secret), "used": link(used.Secret), "nobody's": link(strings.Repeat("A", len(used.Secret))), "none": link(""), "no link": link("../x"),
		})
	})
}
