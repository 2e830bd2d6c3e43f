package intake

import (
	"context"
	"io"
	"slices"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/file"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/rule"
	"kizuna/internal/ground/text"
	"kizuna/internal/office/document"
)

// Paper is a file that was uploaded to a draft of an application.
type Paper struct {
	Kind string `json:"kind"`
	For  string `json:"for,omitempty"` // the key of the co-applicant whose it is
	File db.ID  `json:"file"`
	Name string `json:"name"`
}

// Papers are what was uploaded to a draft, which holds the files until it is
// sent.
type Papers struct {
	Draft   db.ID
	Brought []Paper
}

// PaperKinds are what a paper can be.
var PaperKinds = []string{"identity", "income", "rent", "household", "expense", "other"}

// MostPapers is how many files one draft takes.
const MostPapers = 12

// paperRules say which papers are asked for. They are asked, and nothing waits
// for them: an application without them is taken, and the desk asks again.
var paperRules = []weigh{
	{"identity", "true", 0},
	{"income", "incomes > 0", 0},
	{"rent", `"rent" in expenses`, 0},
	{"household", "household > 0", 0},
	{"expense", `expenses.exists(x, x in ["medical", "care", "debt"])`, 0},
}

var paperRule = compiled(mustSet(
	rule.Fact{Name: "incomes", Type: rule.Int, Room: "intake"},
	rule.Fact{Name: "household", Type: rule.Int, Room: "intake"},
	rule.Fact{Name: "expenses", Type: rule.List, Room: "intake", Options: ExpenseKinds},
), paperRules)

// Asked is a paper that an application asks for: its kind, and which
// co-applicant's it is, "" for the main applicant's.
type Asked struct {
	Kind, For string
}

// AskedPapers are those that an application asks for: of every co-applicant
// who they are, and whatever the rules say of the household once.
func AskedPapers(in ApplicationInput) []Asked {
	var kinds []string
	for _, x := range in.Expenses {
		if slices.Contains(ExpenseKinds, x.Kind) {
			kinds = append(kinds, x.Kind)
		}
	}
	facts := rule.Facts{"incomes": rule.Whole(int64(len(in.Incomes))), "household": rule.Whole(int64(len(in.Household))), "expenses": rule.Texts(kinds...)}
	var out []Asked
	for i, e := range paperRule {
		if got := e.Eval(facts); got.Known && got.Value.Text == "true" {
			out = append(out, Asked{Kind: paperRules[i].key})
		}
	}
	for _, m := range in.Household {
		if m.Applies {
			out = append(out, Asked{Kind: "identity", For: m.Key})
		}
	}
	return out
}

// TakePaper takes a file in for a draft of an application.
func (r *Room) TakePaper(ctx context.Context, draft db.ID, name, claims string, in io.Reader) (file.File, error) {
	return r.Documents.TakeForDraft(ctx, draft, name, claims, in)
}

// bring makes documents of what was uploaded, and asks for what is missing.
func (r *Room) bring(tx *op.Tx, x Application, in ApplicationInput, papers Papers) error {
	return tx.As(access.TheSystem(), func() error {
		has, err := document.Of(tx, KindApplication, x.ID)
		if err != nil {
			return err
		}
		asked := AskedPapers(in)
		known := map[Asked]bool{}
		for _, d := range has {
			known[Asked{d.Kind, d.Part}] = true
		}
		for _, p := range papers.Brought {
			what := Asked{p.Kind, p.For}
			d := in.paper(tx.Context(), x.ID, what)
			d.File, d.Required = p.File, slices.Contains(asked, what)
			if _, err := r.Documents.Bring(tx, d, file.DraftOwner(papers.Draft)); err != nil {
				return err
			}
			known[what] = true
		}
		for _, p := range asked {
			if known[p] {
				continue
			}
			d := in.paper(tx.Context(), x.ID, p)
			d.Required = true
			if _, err := r.Documents.Add(tx, d); err != nil {
				return err
			}
		}
		return nil
	})
}

// paper is one of an application's papers, as a document.
func (in ApplicationInput) paper(ctx context.Context, application db.ID, p Asked) document.Input {
	name := namedIn(ctx, p.Kind)
	return document.Input{Title: in.Titled(name.JA, p.For), TitleEN: in.Titled(name.EN, p.For), Kind: p.Kind, Part: p.For, OwnerKind: KindApplication, Owner: application}
}

// Titled names a paper with the co-applicant whose it is.
func (in ApplicationInput) Titled(paper, of string) string {
	if name := in.NameOf(of); name != "" {
		return paper + " · " + name
	}
	return paper
}

// namedIn is a kind of paper by its name in both languages.
func namedIn(ctx context.Context, kind string) text.Pair {
	return text.Pair{JA: PaperOf(text.With(ctx, text.JA), kind), EN: PaperOf(text.With(ctx, text.EN), kind)}
}

// PaperOf names a kind of paper in the reader's language.
func PaperOf(ctx context.Context, kind string) string { return text.Word(ctx, "intake.paper."+kind) }

// Sees tells whether an actor sees an application, and with it its papers. It
// belongs into document.Room.Sees.
func Sees(q db.Q, a access.Actor, now calendar.Time, id db.ID) (bool, error) {
	return lens(a, now, KindApplication).Sees(q, id)
}
