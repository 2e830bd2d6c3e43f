// Package web shows care plans: to agency staff with their goals, tasks,
// answers and reviews, to residents their own plan in plain words, to those
// who set the agency up its templates; and it speaks for them in the API.
package web

import (
	"context"
	_ "embed"

	"kizuna/internal/casework/careplan"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
)

//go:embed words.txt
var wordsFile string

var _ = text.Register("careplan.web", wordsFile)

// Parts are what the pages stand on besides their room.
type Parts struct {
	// Panels are later rooms' parts of a plan's page, On "care_plan".
	Panels []ui.Panel
	// Read runs the panels' queries.
	Read func(ctx context.Context, f func(q *db.Reader) error) error
}

var (
	readers   = door.By(careplan.Readers...)
	writers   = door.By(careplan.Writers...)
	leaders   = door.By(access.Supervisor)
	residents = door.By(access.Resident)
	setters   = door.By(access.Administrator, access.ProgramManager)
	checkers  = door.By(access.Administrator, access.ProgramManager, access.Auditor)
	builders  = door.By(careplan.Builders...)
)

// Mount registers the room's pages and API.
func Mount(d *door.Router, room *careplan.Room, parts Parts) {
	p := &pages{room, parts}
	d.Page("GET /desk/cases/{id}/plans/new", writers, p.ask(p.makeSheet))
	d.Page("POST /desk/cases/{id}/plans", writers, p.make)
	d.Page("GET /desk/plans/{id}", readers, p.show)
	d.Page("GET /desk/plans/{id}/sheet", readers, p.sheet)
	d.Page("GET /desk/plans/{id}/edit", writers, p.ask(p.editSheet))
	d.Page("POST /desk/plans/{id}", writers, p.edit)
	for _, step := range []string{"propose", "back", "activate"} {
		d.Page("POST /desk/plans/{id}/"+step, writers, p.step(step))
	}
	for _, step := range []string{"complete", "cancel"} {
		d.Page("GET /desk/plans/{id}/"+step, writers, p.ask(p.closeSheet(step)))
		d.Page("POST /desk/plans/{id}/"+step, writers, p.close(step))
	}
	d.Page("GET /desk/plans/{id}/void", leaders, p.ask(p.voidSheet))
	d.Page("POST /desk/plans/{id}/void", leaders, p.void)
	mountRows(d, p)
	d.Page("GET /my/plan", residents, p.own)
	d.Page("GET /my/plan/{id}/agree", residents, p.askOwn("agree"))
	d.Page("POST /my/plan/{id}/agree", residents, p.answerOwn("agree"))
	d.Page("GET /my/plan/{id}/decline", residents, p.askOwn("decline"))
	d.Page("POST /my/plan/{id}/decline", residents, p.answerOwn("decline"))
	d.Page("POST /my/plan-tasks/{id}/finish", residents, p.tickOwn("finish"))
	d.Page("POST /my/plan-tasks/{id}/reopen", residents, p.tickOwn("reopen"))
	d.Page("GET /admin/plan-templates", checkers, p.templates)
	d.Page("GET /admin/plan-templates/new", setters, p.newTemplate)
	d.Page("POST /admin/plan-templates", setters, p.createTemplate)
	d.Page("GET /admin/plan-templates/{id}", checkers, p.template)
	d.Page("POST /admin/plan-templates/{id}", setters, p.saveTemplate)
	d.Page("POST /admin/plan-templates/{id}/revise", setters, p.revise)
	for _, step := range []string{"publish", "retire", "void"} {
		d.Page("POST /admin/plan-templates/{id}/"+step, setters, p.stepTemplate(step))
	}
	mountAPI(d, room)
}

// mountRows registers the pages of what a plan consists of.
func mountRows(d *door.Router, p *pages) {
	d.Page("GET /desk/plans/{id}/goals/new", writers, p.ask(p.newGoalSheet))
	d.Page("POST /desk/plans/{id}/goals", writers, p.addGoal)
	d.Page("GET /desk/goals/{id}", readers, p.goal)
	d.Page("GET /desk/goals/{id}/edit", writers, p.ask(p.goalSheet))
	d.Page("POST /desk/goals/{id}", writers, p.editGoal)
	d.Page("GET /desk/goals/{id}/progress", writers, p.ask(p.progressSheet))
	d.Page("POST /desk/goals/{id}/progress", writers, p.progress)
	for _, step := range outcomes {
		d.Page("GET /desk/goals/{id}/"+step, writers, p.ask(p.outcomeSheet(step)))
		d.Page("POST /desk/goals/{id}/"+step, writers, p.outcome(step))
	}
	d.Page("GET /desk/plans/{id}/tasks/new", writers, p.ask(p.newTaskSheet))
	d.Page("POST /desk/plans/{id}/tasks", writers, p.addTask)
	d.Page("GET /desk/plan-tasks/{id}", writers, p.ask(p.taskSheet))
	d.Page("POST /desk/plan-tasks/{id}", writers, p.editTask)
	for _, step := range []string{"finish", "reopen", "cancel"} {
		d.Page("POST /desk/plan-tasks/{id}/"+step, writers, p.tick(step))
	}
	for _, step := range []string{"agree", "decline", "not_agree", "hear"} {
		d.Page("GET /desk/agreements/{id}/"+step, writers, p.ask(p.answerSheet(step)))
		d.Page("POST /desk/agreements/{id}/"+step, writers, p.answer(step))
	}
	d.Page("GET /desk/reviews/{id}", writers, p.ask(p.reviewSheet))
	d.Page("POST /desk/reviews/{id}", writers, p.review)
	d.Page("GET /desk/reviews/{id}/move", writers, p.ask(p.moveSheet))
	d.Page("POST /desk/reviews/{id}/move", writers, p.moveReview)
}
