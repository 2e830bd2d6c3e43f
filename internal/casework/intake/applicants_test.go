package intake_test

import (
	"errors"
	"strings"
	"testing"

	"kizuna/internal/casework/intake"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/file"
	"kizuna/internal/ground/op"
	"kizuna/internal/kizunatest"
	"kizuna/internal/office/document"
)

// couple is an application of two, each for something of their own.
func couple() intake.ApplicationInput {
	return intake.ApplicationInput{Channel: "counter", Applicant: intake.Applicant{Family: "丸山", Given: "修"},
		Household: []intake.HouseholdMember{{Name: "丸山 花", Relation: "spouse", BirthDate: "1971-03-02", Applies: true, Key: "hana"}, {Name: "丸山 海", Relation: "child"}},
		Items:     []intake.ItemInput{{Label: "家賃補助"}, {Label: "配食", Applicant: "hana"}, {Label: "家賃補助", Applicant: "hana"}}}
}

// TestApplicants: what a co-applicant asks for is theirs: they are identified
// by themselves, and each item is decided about the one whose it is.
func TestApplicants(t *testing.T) {
	eachDesk(t, func(t *testing.T, d desk) {
		worker := kizunatest.Staff(access.IntakeWorker)
		for name, wrong := range map[string]func(in *intake.ApplicationInput){
			"who asks for nothing":    func(in *intake.ApplicationInput) { in.Items = in.Items[:1] },
			"who does not apply":      func(in *intake.ApplicationInput) { in.Household[0].Applies = false },
			"of nobody there":         func(in *intake.ApplicationInput) { in.Items[1].Applicant = "umi" },
			"two of one key":          func(in *intake.ApplicationInput) { in.Household[1].Key = "hana" },
			"a key that is no such":   func(in *intake.ApplicationInput) { in.Household[1].Key = "../x" },
			"of one with another key": func(in *intake.ApplicationInput) { in.Household[0].Key = "p1" },
		} {
			in := couple()
			wrong(&in)
			if _, err := d.Apply(ctx, worker, in); !errors.Is(err, fault.KindInvalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
		x, err := d.Apply(ctx, worker, couple())
		if err != nil {
			t.Fatal(err)
		}
		f, err := d.Application(ctx, worker, x.ID)
		if err != nil {
			t.Fatal(err)
		}
		co := f.Record.CoApplicants(f.Items)
		if len(co) != 1 || co[0].Name != "丸山 花" || len(co[0].Items) != 2 || !co[0].Person.IsZero() || f.Record.Household.V[1].Key == "" {
			t.Fatalf("applying besides: %+v", co)
		}
		main, err := d.Identify(ctx, worker, x.ID, intake.JoinInput{RegisterNamed: true, Version: x.Version})
		if err != nil {
			t.Fatal(err)
		}
		in := intake.ApplicantInput{Applicant: "hana", Person: main.Person, Version: main.Version}
		if _, err := d.IdentifyApplicant(ctx, worker, x.ID, in); !errors.Is(err, fault.KindInvalid) {
			t.Errorf("the main applicant once more: %v", err)
		}
		in.Person, in.Register, in.Version = db.ID{}, true, x.Version
		if _, err := d.IdentifyApplicant(ctx, worker, x.ID, in); !errors.Is(err, fault.KindConflict) {
			t.Errorf("from a stale copy: %v", err)
		}
		in.Version = main.Version
		if _, err := d.IdentifyApplicant(ctx, kizunatest.Staff(access.Caseworker), x.ID, in); !errors.Is(err, fault.KindNotFound) {
			t.Errorf("by whom it is not seen: %v", err)
		}
		got, err := d.IdentifyApplicant(ctx, worker, x.ID, in)
		if err != nil {
			t.Fatal(err)
		}
		f, err = d.Application(ctx, worker, x.ID)
		hana := f.Record.CoApplicants(f.Items)[0].Person
		if err != nil || hana.IsZero() || hana == got.Person {
			t.Fatalf("who she is: %v %v", hana, err)
		}
		for _, i := range f.Items {
			want := got.Person
			if i.Applicant == "hana" {
				want = hana
			}
			if i.Whose(f.Record) != want {
				t.Errorf("%s of %q is %v's", i.Label, i.Applicant, i.Whose(f.Record))
			}
		}
		// One of hers is decided, the others wait.
		item, err := op.Do(ctx, d.run, kizunatest.Staff(access.Supervisor), "decide", nil, func(tx *op.Tx) (intake.Item, error) {
			return intake.Decide(tx, f.Record.CoApplicants(f.Items)[0].Items[0].ID, true, "要件を満たす")
		})
		if f, _ = d.Application(ctx, worker, x.ID); err != nil || item.Person != hana || f.Record.Status == "decided" {
			t.Errorf("decided: %+v %v", item, err)
		}
	})
}

// TestApplicantsChange keeps what others asked for when one part is corrected.
func TestApplicantsChange(t *testing.T) {
	asked := intake.AskedPapers(couple())
	hers := 0
	for _, p := range asked {
		if p.For == "hana" && p.Kind == "identity" {
			hers++
		}
	}
	if hers != 1 || couple().Titled("本人確認書類", "hana") != "本人確認書類 · 丸山 花" || couple().Titled("本人確認書類", "") != "本人確認書類" {
		t.Errorf("papers: %+v", asked)
	}
	eachDesk(t, func(t *testing.T, d desk) {
		worker := kizunatest.Staff(access.IntakeWorker)
		x, err := d.Apply(ctx, access.Nobody(), couple())
		if err != nil {
			t.Fatal(err)
		}
		n := x.Version
		for _, step := range []string{"review", "return"} {
			in := intake.AnswerInput{Version: n}
			if step == "return" {
				in.Parts = []intake.ReturnedPart{{Part: "wish", Reason: "品目が違います"}}
			}
			got, err := d.ApplicationStep(ctx, worker, x.ID, step, in)
			if err != nil {
				t.Fatal(err)
			}
			n = got.Version
		}
		in := couple()
		in.Items = []intake.ItemInput{{Label: "食料"}, {Label: "車", Applicant: "hana"}}
		if _, err := d.Correct(ctx, access.Nobody(), intake.Correction{Receipt: x.Receipt, Code: d.CorrectionCode(x.Receipt), Version: n}, in, intake.Papers{}); err != nil {
			t.Fatal(err)
		}
		f, err := d.Application(ctx, worker, x.ID)
		got := map[string]string{}
		for _, i := range f.Items {
			got[i.Applicant] += i.Label + " "
		}
		if err != nil || got[""] != "食料 " || got["hana"] != "配食 家賃補助 " {
			t.Errorf("only what was returned changes: %v %v", got, err)
		}
	})
}

// TestApplicantsPapers: each who applies proves who they are; what one brings is not taken for another's.
func TestApplicantsPapers(t *testing.T) {
	eachDesk(t, func(t *testing.T, d desk) {
		worker := kizunatest.Staff(access.IntakeWorker)
		d.Documents = document.New(d.run, file.New(d.data, d.run.Vault, d.clock))
		d.Documents.Sees[intake.KindApplication] = intake.Sees
		state := func(id db.ID) map[intake.Asked]string {
			t.Helper()
			list, err := d.Documents.List(ctx, worker, intake.KindApplication, id)
			if err != nil {
				t.Fatal(err)
			}
			out := map[intake.Asked]string{}
			for _, x := range list {
				if out[intake.Asked{Kind: x.Kind, For: x.Part}] != "" {
					t.Errorf("%s of %q twice", x.Kind, x.Part)
				}
				out[intake.Asked{Kind: x.Kind, For: x.Part}] = x.Status
			}
			return out
		}
		papers := func(of string) intake.Papers {
			t.Helper()
			draft := db.NewID()
			f, err := d.TakePaper(ctx, draft, "card.pdf", "application/pdf", strings.NewReader("%PDF-1.4\n%%EOF\n"))
			if err != nil {
				t.Fatal(err)
			}
			return intake.Papers{Draft: draft, Brought: []intake.Paper{{Kind: "identity", For: of, File: f.ID, Name: f.Name}}}
		}
		mine, hers := intake.Asked{Kind: "identity"}, intake.Asked{Kind: "identity", For: "hana"}
		in := couple()
		x, err := d.ApplyWith(ctx, access.Nobody(), in, papers("hana"))
		if err != nil {
			t.Fatal(err)
		}
		if got := state(x.ID); got[mine] != "requested" || got[hers] != "received" {
			t.Errorf("she brought hers: %v", got)
		}
		x, err = d.ApplyWith(ctx, access.Nobody(), in, intake.Papers{Draft: db.NewID()})
		if err != nil {
			t.Fatal(err)
		}
		if got := state(x.ID); got[mine] != "requested" || got[hers] != "requested" {
			t.Fatalf("nobody brought any: %v", got)
		}
		n := x.Version
		for _, step := range []string{"review", "return"} {
			answer := intake.AnswerInput{Version: n}
			if step == "return" {
				answer.Parts = []intake.ReturnedPart{{Part: "papers", Reason: "本人確認書類がありません"}}
			}
			got, err := d.ApplicationStep(ctx, worker, x.ID, step, answer)
			if err != nil {
				t.Fatal(err)
			}
			n = got.Version
		}
		if _, err := d.Correct(ctx, access.Nobody(), intake.Correction{Receipt: x.Receipt, Code: d.CorrectionCode(x.Receipt), Version: n}, in, papers("hana")); err != nil {
			t.Fatal(err)
		}
		if got := state(x.ID); got[mine] != "requested" || got[hers] != "received" {
			t.Errorf("she brought hers after both were asked for: %v", got)
		}
	})
}
