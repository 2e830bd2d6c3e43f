package web

import (
	"context"
	"net/http"

	"github.com/a-h/templ"

	"kizuna/internal/casework/careplan"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
)

// own is a resident's plans.
func (p *pages) own(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	list, err := p.room.Own(ctx, access.From(ctx))
	if err != nil {
		return err
	}
	return door.Show(w, r, ui.Page{Title: text.Word(ctx, "careplan.web.my")}, ownPage(list))
}

// asked gives a resident's plan by the answer that is asked of them.
func (p *pages) asked(ctx context.Context, a access.Actor, id db.ID) (careplan.OwnPlan, error) {
	list, err := p.room.Own(ctx, a)
	if err != nil {
		return careplan.OwnPlan{}, err
	}
	for _, x := range list {
		if x.Answer.ID == id && x.Status == "proposed" && x.Answer.Capacity == "adult" {
			return x, nil
		}
	}
	return careplan.OwnPlan{}, fault.NotFound()
}

func ownAt(id db.ID, step string) string { return "/my/plan/" + id.String() + "/" + step }

func (p *pages) askOwn(step string) door.Page {
	return func(w http.ResponseWriter, r *http.Request) error {
		id, err := door.ID(r, "id")
		if err != nil {
			return err
		}
		ctx := r.Context()
		x, err := p.asked(ctx, access.From(ctx), id)
		if err != nil {
			return err
		}
		return door.Show(w, r, ui.Page{Title: text.Word(ctx, myKey(step))}, answerPage(step, x, ui.FormProps{Action: ownAt(id, step), Version: version(x.Answer.Version)}))
	}
}

func myKey(step string) string { return "careplan.web.my." + step }

// answerIn is an answer as the resident gives it: signed, or in words.
type answerIn struct {
	Signature struct {
		Agreed bool   `json:"agreed,omitempty"`
		Name   string `json:"name,omitempty"`
	} `json:"signature,omitzero"`
	Words   string `json:"words,omitempty"`
	Version int64  `json:"version"`
}

func (in answerIn) check(step string) error {
	var f fault.Fields
	if step == "agree" && !in.Signature.Agreed {
		f.Add("/signature/agreed", "fault.required")
	}
	if step == "agree" && in.Signature.Name == "" {
		f.Add("/signature/name", "fault.required")
	}
	return f.Err()
}

func (p *pages) answerOwn(step string) door.Page {
	return func(w http.ResponseWriter, r *http.Request) error {
		id, err := door.ID(r, "id")
		if err != nil {
			return err
		}
		var in answerIn
		ctx, a := r.Context(), access.From(r.Context())
		if err = door.Form(r, &in); err == nil {
			err = in.check(step)
		}
		if err == nil {
			_, err = p.room.Answer(ctx, a, id, step, careplan.AnswerInput{SignedName: in.Signature.Name, Words: in.Words, Version: in.Version})
			if err == nil {
				door.Toast(w, r, ui.OK, "careplan.web.my.thanks")
				return door.See(w, r, "/my/plan")
			}
		}
		x, missing := p.asked(ctx, a, id)
		if missing != nil {
			return missing
		}
		return door.Refuse(w, r, err, ui.Page{Title: text.Word(ctx, myKey(step))}, func(err error) templ.Component {
			return answerPage(step, x, ui.FormProps{Action: ownAt(id, step), Version: door.Typed(r).Get("version"), Typed: door.Typed(r), Fault: err})
		})
	}
}

func (p *pages) tickOwn(step string) door.Page {
	return func(w http.ResponseWriter, r *http.Request) error {
		return p.press(w, r, func(ctx context.Context, a access.Actor, id db.ID, version int64) (string, error) {
			_, err := p.room.StepTask(ctx, a, id, step, version)
			return "/my/plan", err
		})
	}
}

func ownGoals(ctx context.Context, x careplan.OwnPlan) []ui.Fact {
	out := make([]ui.Fact, len(x.Goals))
	for i, g := range x.Goals {
		out[i] = ui.Fact{Label: g.Label, Value: text.Word(ctx, "status.goal."+g.Status), Note: g.Target}
	}
	return out
}

func ownTasks(ctx context.Context, x careplan.OwnPlan) []ui.TaskItem {
	out := make([]ui.TaskItem, len(x.Tasks))
	for i, t := range x.Tasks {
		step := "finish"
		if t.Status == "done" {
			step = "reopen"
		}
		out[i] = ui.TaskItem{Title: t.Title, Sub: t.Note, Due: dateIn(ctx, t.DueOn), Done: t.Status == "done"}
		if x.Status != "completed" && t.Status != "handed_over" {
			out[i].Post, out[i].Fields = "/my/plan-tasks/"+t.ID.String()+"/"+step, map[string]string{"version": version(t.Version)}
		}
	}
	return out
}

func ownFacts(ctx context.Context, x careplan.OwnPlan) []ui.Fact {
	out := []ui.Fact{{Label: text.Word(ctx, "careplan.web.my.period"), Value: periodIn(ctx, x.From, x.Until)}}
	if x.Wish != "" {
		out = append(out, ui.Fact{Label: text.Word(ctx, "careplan.web.my.wish"), Value: x.Wish})
	}
	if x.NextOn != "" {
		out = append(out, ui.Fact{Label: text.Word(ctx, "careplan.web.my.next"), Value: dateIn(ctx, x.NextOn)})
	}
	return out
}

func mayAnswer(x careplan.OwnPlan) bool {
	return x.Status == "proposed" && x.Answer.Capacity == "adult" && (x.Answer.Status == "asked" || x.Answer.Status == "declined")
}
