package web

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"

	"github.com/a-h/templ"

	"kizuna/internal/casework/cases"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
	"kizuna/internal/office/task"
	"kizuna/internal/resident/people"
)

// taskItems are tasks to tick; back is the page to come back to.
func taskItems(ctx context.Context, list []task.Task, about map[db.ID]cases.Case, persons map[db.ID]people.Card, today calendar.Date, back string) []ui.TaskItem {
	out := make([]ui.TaskItem, len(list))
	for i, t := range list {
		due, tone := dueIn(ctx, today, t.DueOn())
		item := ui.TaskItem{Title: t.Title, Due: due, DueTone: tone, Done: t.Status == "done", Post: "/desk/tasks/" + t.ID.String() + "/complete"}
		if item.Done {
			item.Post = "/desk/tasks/" + t.ID.String() + "/reopen"
		}
		item.Fields = versioned(t.Version)
		item.Fields["to"] = back
		if c, ok := about[t.Owner]; ok {
			item.Sub, item.Href = joined(ctx, persons[c.Person].Name, c.Number), "/desk/cases/"+c.ID.String()
		}
		out[i] = item
	}
	return out
}

type tasksQuery struct {
	After string `json:"after"`
}

// tasks lists all that the actor has to do.
func (p *pages) tasks(w http.ResponseWriter, r *http.Request) error {
	ctx, a := r.Context(), access.From(r.Context())
	var q tasksQuery
	if err := door.Query(r, &q); err != nil {
		return err
	}
	f := task.Filter{Limit: 50}
	if q.After != "" {
		b, err := base64.RawURLEncoding.DecodeString(q.After)
		if err != nil || json.Unmarshal(b, &f.After) != nil {
			return fault.Invalid(fault.Field{Pointer: "/after", Key: "fault.bad_choice"})
		}
	}
	list, next, err := p.Tasks.List(ctx, a, f)
	if err != nil {
		return err
	}
	var about map[db.ID]cases.Case
	var persons map[db.ID]people.Card
	err = p.Read(ctx, func(q *db.Reader) (err error) {
		about, persons, err = aboutCases(q, a, p.Clock.Now(), nil, list)
		return err
	})
	if err != nil {
		return err
	}
	more := ""
	if !next.ID.IsZero() {
		b, _ := json.Marshal(next) // a date and an id always have a JSON form
		more = "/desk/tasks?after=" + base64.RawURLEncoding.EncodeToString(b)
	}
	return door.Show(w, r, ui.Page{Title: text.Word(ctx, "home.tasks")},
		tasksPage(taskItems(ctx, list, about, persons, p.today(ctx), "/desk/tasks"), q.After != "", more))
}

// taskForm is a task as it is typed.
type taskForm struct {
	Title string        `json:"title"`
	Due   calendar.Date `json:"due"`
	Case  db.ID         `json:"case"` // the case it belongs to, if any
	To    string        `json:"to"`
}

type newTaskQuery struct {
	Case db.ID  `json:"case"`
	To   string `json:"to"`
}

func (p *pages) newTask(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	var q newTaskQuery
	if err := door.Query(r, &q); err != nil {
		return err
	}
	return door.Show(w, r, ui.Page{Title: text.Word(ctx, "home.new_task")},
		taskPage(ui.FormProps{Action: "/desk/tasks"}, taskForm{Case: q.Case, To: door.Local(q.To, "/desk")}))
}

func (p *pages) createTask(w http.ResponseWriter, r *http.Request) error {
	ctx, a := r.Context(), access.From(r.Context())
	var in taskForm
	err := door.Form(r, &in)
	if err == nil {
		made := task.Input{Title: in.Title, Due: in.Due, Assignee: a.ID}
		if !in.Case.IsZero() {
			made.OwnerKind, made.Owner = "case", in.Case
		}
		if _, err = p.Tasks.Create(ctx, a, made); err == nil {
			door.Toast(w, r, ui.OK, "home.task_added")
			return door.See(w, r, door.Local(in.To, "/desk"))
		}
	}
	return door.Refuse(w, r, err, ui.Page{Title: text.Word(ctx, "home.new_task")}, func(err error) templ.Component {
		return taskPage(ui.FormProps{Action: "/desk/tasks", Typed: door.Typed(r), Fault: err}, in)
	})
}

type tickForm struct {
	Version int64  `json:"version"`
	To      string `json:"to"`
}

// stepTask ticks a task, or takes the tick back; the word after it offers to undo.
func (p *pages) stepTask(step string) door.Page {
	return func(w http.ResponseWriter, r *http.Request) error {
		id, err := door.ID(r, "id")
		if err != nil {
			return err
		}
		var in tickForm
		if err := door.Form(r, &in); err != nil {
			return err
		}
		t, err := p.Tasks.Step(r.Context(), access.From(r.Context()), id, step, task.StepInput{Version: in.Version})
		if err != nil {
			return err
		}
		if step == "complete" {
			door.ToastUndo(w, r, "/desk/tasks/"+id.String()+"/reopen", versioned(t.Version)["version"], "home.task_done", "task", t.Title)
		}
		return door.See(w, r, door.Local(in.To, "/desk"))
	}
}

// unless is an address, or none where it does not lead on.
func unless(none bool, href string) string {
	if none {
		return ""
	}
	return href
}
