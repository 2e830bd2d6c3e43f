package web

import (
	"context"

	"kizuna/internal/casework/careplan"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
)

// addAct is the button that adds a row to a plan that has not ended.
func addAct(ctx context.Context, f careplan.File, entity, to string) []ui.Act {
	if !writes(access.From(ctx)) || ended(f.Plan) {
		return nil
	}
	return []ui.Act{{Label: text.Word(ctx, "step."+entity+".add"), Icon: "plus", Href: to, Small: true}}
}

func makeAct(ctx context.Context, of db.ID, may bool) []ui.Act {
	if !may {
		return nil
	}
	return []ui.Act{{Label: text.Word(ctx, "step.care_plan.make"), Icon: "plus", Href: caseAt(of) + "/plans/new", Small: true}}
}

func reviewActs(ctx context.Context, f careplan.File) []ui.Act {
	due, ok := f.Due()
	if !ok || !writes(access.From(ctx)) {
		return nil
	}
	return []ui.Act{
		{Label: text.Word(ctx, "step.plan_review.do"), Icon: "clipboard-check", Href: reviewAt(due.ID), Small: true},
		{Label: text.Word(ctx, "step.plan_review.move"), Href: reviewAt(due.ID) + "/move", Small: true},
	}
}

func signedBy(f careplan.File, x careplan.Agreement) string {
	if x.SignedName != "" {
		return x.SignedName
	}
	return f.Persons[x.Person].Name
}

// signatures are the lines to sign on paper.
func signatures(ctx context.Context, f careplan.File) []ui.Fact {
	if len(f.Agreements) == 0 {
		return []ui.Fact{{Label: f.Persons[f.Plan.Person].Name, Value: text.Word(ctx, "careplan.web.sign_here")}}
	}
	out := make([]ui.Fact, len(f.Agreements))
	for i, x := range f.Agreements {
		out[i] = ui.Fact{Label: f.Persons[x.Person].Name, Value: text.Word(ctx, "careplan.web.sign_here")}
		if x.Status != "asked" {
			out[i].Value, out[i].Note = text.Word(ctx, "status.plan_agreement."+x.Status), answerNote(ctx, x)
		}
	}
	return out
}
