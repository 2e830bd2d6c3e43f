// Package web shows what a person is given: to agency staff on the pages of a
// case and a plan and on pages of their own, to residents in plain words; and
// it speaks for benefits in the API.
package web

import (
	_ "embed"

	"kizuna/internal/casework/benefit"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/text"
)

//go:embed words.txt
var wordsFile string

var _ = text.Register("benefit.web", wordsFile)

var (
	readers   = door.By(benefit.Readers...)
	writers   = door.By(benefit.Writers...)
	leaders   = door.By(access.Supervisor)
	residents = door.By(access.Resident)
)

// The steps by what their buttons do: pressed, or with a page that asks why.
var (
	pressed      = []string{"approve", "activate", "waitlist", "resume", "complete"}
	explained    = []string{"reject", "suspend", "end", "void"}
	placePressed = []string{"waitlist", "enrol", "complete"}
	placeAsked   = []string{"deny", "withdraw", "void"}
)

// byStep is who may take a step at the desk.
func byStep(step string) door.Roles {
	if step == "void" {
		return leaders
	}
	return writers
}

// Mount registers the room's pages and API.
func Mount(d *door.Router, room *benefit.Room) {
	p := &pages{room}
	d.Page("GET /desk/cases/{id}/benefits/new", writers, p.ask(p.newSheet))
	d.Page("POST /desk/cases/{id}/benefits", writers, p.propose)
	d.Page("GET /desk/benefit-assignments/{id}", readers, p.show)
	d.Page("GET /desk/benefit-assignments/{id}/edit", writers, p.ask(p.editSheet))
	d.Page("POST /desk/benefit-assignments/{id}", writers, p.edit)
	for _, step := range pressed {
		d.Page("POST /desk/benefit-assignments/{id}/"+step, writers, p.press(step))
	}
	for _, step := range explained {
		d.Page("GET /desk/benefit-assignments/{id}/"+step, byStep(step), p.ask(p.stepSheet(step)))
		d.Page("POST /desk/benefit-assignments/{id}/"+step, byStep(step), p.step(step))
	}
	d.Page("GET /desk/cases/{id}/programs/new", writers, p.ask(p.applySheet))
	d.Page("POST /desk/cases/{id}/programs", writers, p.apply)
	d.Page("GET /desk/program-enrolments/{id}", readers, p.place)
	for _, step := range placePressed {
		d.Page("POST /desk/program-enrolments/{id}/"+step, writers, p.pressPlace(step))
	}
	for _, step := range placeAsked {
		d.Page("GET /desk/program-enrolments/{id}/"+step, byStep(step), p.ask(p.placeSheet(step)))
		d.Page("POST /desk/program-enrolments/{id}/"+step, byStep(step), p.stepPlace(step))
	}
	for _, step := range []string{"begin", "recertify", "lapse"} {
		d.Page("GET /desk/recertifications/{id}/"+step, writers, p.ask(p.lookSheet(step)))
		d.Page("POST /desk/recertifications/{id}/"+step, writers, p.look(step))
	}
	d.Page("GET /desk/care-plans/{id}/approve-benefits", writers, p.ask(p.waitsSheet))
	d.Page("POST /desk/care-plans/{id}/approve-benefits", writers, p.approvePlan)
	d.Page("GET /my/benefits", residents, p.own)
	mountAPI(d, room)
}
