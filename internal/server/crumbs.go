package server

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"kizuna/internal/casework/cases"
	"kizuna/internal/casework/intake"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/journal"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
	"kizuna/internal/resident/people"
)

// belongs are the records that stand in a case or beside a person, by the segment of their pages under /desk/: the word
// of what each is, where it has a page of its own to go back to.
var belongs = map[string]string{
	"cases": "", "persons": "", "needs": "", "notes": "", "consents": "", "participants": "", "invitations": "", "authorizations": "",
	"assessments": "server.crumb.assessment", "determinations": "server.crumb.determination", "decisions": "server.crumb.decision",
	"plans": "server.crumb.plan", "goals": "server.crumb.goal", "plan-tasks": "server.crumb.plan_task", "reviews": "server.crumb.review",
	"documents": "server.crumb.document", "program-enrolments": "server.crumb.enrolment", "benefit-assignments": "server.crumb.assignment", "referrals": "server.crumb.referral",
}

// asked are the fields that say what a page without an id in its path is about, the surest first.
var asked = []string{"case_id", "case", "owner_id", "person", "person_id", "item_id", "assignment_id"}

// trail leads from a page of the desk to the case or the person that its record belongs to, by name and number, so that
// nobody works on the wrong one and one click leads back. It names only what the reader may see; nil is no trail.
func (s *Server) trail(r *http.Request, a access.Actor, p *ui.Page) ([]ui.Crumb, error) {
	below, ok := strings.CutPrefix(r.URL.Path, "/desk/")
	parts := strings.Split(below, "/")
	word, known := belongs[parts[0]]
	if !ok || !known || p.Audience != ui.Desk || p.Faulty {
		return nil, nil
	}
	kind, id := about(r, parts)
	if id.IsZero() || len(parts) == 2 && kind != "" && parts[1] == id.String() {
		return nil, nil // the list, or the page of the case or the person itself
	}
	var way []ui.Crumb
	err := s.Run.Read(r.Context(), func(q *db.Reader) (err error) {
		way, err = s.belonging(r, q, a, kind, id)
		return err
	})
	if errors.Is(err, fault.KindNotFound) {
		return nil, nil
	}
	if err != nil || way == nil {
		return nil, err
	}
	if word != "" && len(parts) > 2 {
		way = append(way, ui.Crumb{Label: text.Word(r.Context(), word), Href: "/desk/" + parts[0] + "/" + parts[1]})
	}
	for _, c := range p.Crumbs {
		if !strings.HasPrefix(c.Href, "/desk/cases/") && !slices.ContainsFunc(p.Nav, func(n ui.NavItem) bool { return n.Href == c.Href }) {
			way = append(way, c)
		}
	}
	if len(p.Crumbs) == 0 {
		way = append(way, ui.Crumb{Label: p.Title})
	}
	return way, nil
}

// about tells which record a page is about; kind is "case" or "person" where the address says so.
func about(r *http.Request, parts []string) (kind string, id db.ID) {
	if len(parts) > 1 {
		if id, err := db.ParseID(parts[1]); err == nil {
			return map[string]string{"cases": "case", "persons": "person"}[parts[0]], id
		}
	}
	query, typed := r.URL.Query(), door.Typed(r)
	for _, name := range asked {
		for _, v := range []string{query.Get(name), typed.Get(name)} {
			if id, err := db.ParseID(v); err == nil && !id.IsZero() {
				return map[string]string{"case_id": "case", "case": "case", "person": "person", "person_id": "person"}[name], id
			}
		}
	}
	return "", db.ID{}
}

// belonging names the case or the person that a record belongs to. A referral's parts lead to the referral first, and
// what was applied for to the case that the application opened.
func (s *Server) belonging(r *http.Request, q db.Q, a access.Actor, kind string, id db.ID) (way []ui.Crumb, err error) {
	if kind == "" {
		kind, id, err = journal.RootOf(q, id)
	}
	if err == nil && kind == "referral" {
		kind, id, err = journal.RootOf(q, id)
	}
	if err == nil && kind == intake.KindApplication {
		var opened []cases.Attached
		if opened, err = cases.SourceOf(q, kind, id); err == nil && len(opened) > 0 {
			kind, id = "case", opened[0].Case
		}
	}
	if err != nil {
		return nil, err
	}
	switch kind {
	case "case":
		c, err := cases.Load(q, a, s.Run.Now(), id)
		if err != nil {
			return nil, err
		}
		known, err := people.CardsOf(q, c.Person)
		return []ui.Crumb{s.place(r, a, "/desk/cases", "server.nav.cases"),
			{Label: known[c.Person].Name + " " + c.Number, Href: "/desk/cases/" + c.ID.String()}}, err
	case "person":
		// Of a record that was merged the history is still read; its own page leads on to the one that stays.
		if err := people.Seen(q, a, s.Run.Now(), id); err != nil && !errors.Is(err, fault.KindConflict) {
			return nil, err
		}
		known, err := people.CardsOf(q, id)
		return []ui.Crumb{s.place(r, a, "/desk/persons", "server.nav.persons"), {Label: known[id].Name, Href: "/desk/persons/" + id.String()}}, err
	}
	return nil, nil
}

// place is a crumb of a list, with its address where the reader may open it.
func (s *Server) place(r *http.Request, a access.Actor, at, word string) ui.Crumb {
	return ui.Crumb{Label: text.Word(r.Context(), word), Href: s.way(a, at)}
}
