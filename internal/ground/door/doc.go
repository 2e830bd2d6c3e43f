// Package door is where requests come in and answers go out, once for every room: who may come
// through (the first of the three locks), what was sent, in which language, and how a value or a
// fault leaves as a page or as JSON. It knows no record and no rule of the agency.
//
// A room's web package registers its routes:
//
//	func Routes(d *door.Router, room *people.Room) {
//		p := pages{room}
//		d.Page("GET /desk/persons/{id}", door.By(access.Caseworker, access.Supervisor), p.show)
//		d.Page("POST /desk/persons", door.By(access.IntakeWorker), p.create)
//		door.Get(d, persons, door.By(access.StaffRoles...), p.get)
//	}
//
// and a page that takes a form reads:
//
//	func (p pages) create(w http.ResponseWriter, r *http.Request) error {
//		var in people.New
//		err := door.Form(r, &in)
//		if err == nil {
//			var made people.Person
//			if made, err = p.room.Create(r.Context(), access.From(r.Context()), in); err == nil {
//				door.Toast(w, r, ui.OK, "people.created")
//				return door.See(w, r, "/desk/persons/"+made.ID.String())
//			}
//		}
//		return door.Refuse(w, r, err, ui.Page{Title: text.Word(r.Context(), "people.new")}, func(err error) templ.Component {
//			return newPerson(ui.FormProps{Action: "/desk/persons", Typed: door.Typed(r), Fault: err}, in)
//		})
//	}
//
// A long form goes through WithDraft, which keeps what is being typed. Everything around it has been done by then: cross-origin check, limits, sign-in, role, language,
// idempotency key. Presses of a repeater's add and remove, and a form given back after its sign-in
// had ended, come back from door.Form as an error that door.Refuse answers with the form as typed.
package door

import (
	_ "embed"

	"kizuna/internal/ground/text"
)

//go:embed words.txt
var wordsFile string

var _ = text.Register("door", wordsFile)
