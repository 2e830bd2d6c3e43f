package guide

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/a-h/templ"

	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
)

// start is the first page: what this is, and what was begun.
func (g *guided[In, Out]) start(w http.ResponseWriter, r *http.Request) error {
	s, err := g.load(r)
	if err != nil {
		return err
	}
	in := g.input(r, s)
	list := g.open(in)
	to := g.At + "/" + list[0].Key
	if next := g.first(s, in); s.begun() && s.Sent == nil && next != "" {
		to = g.At + "/" + next
	} else if s.begun() && s.Sent == nil {
		to = g.At + "/check"
	}
	p := startProps{Title: text.Word(r.Context(), g.Word), At: g.At, To: to, Begun: s.begun() && s.Sent == nil, Code: !g.Own, Intro: g.Intro}
	return door.Show(w, r, ui.Page{Title: p.Title}, startPage(p))
}

// begin makes a draft that has answers already.
func (g *guided[In, Out]) begin(w http.ResponseWriter, r *http.Request) error {
	now, err := g.load(r)
	if err != nil {
		return err
	}
	if now.Sent == nil && len(now.Seen) > 0 { // what is not sent yet gives way only when somebody says so
		door.Toast(w, r, ui.Warn, "guide.begun")
		return door.See(w, r, g.At)
	}
	values, err := g.Begin(r, door.Sent(r))
	if errors.Is(err, fault.KindInvalid) && g.Refused != nil {
		return door.Refuse(w, r, err, ui.Page{Title: text.Word(r.Context(), g.Word)}, func(err error) templ.Component {
			return g.Refused(door.Sent(r), err)
		})
	}
	if err != nil {
		return err
	}
	s, err := g.change(w, r, true, func(s *state) { s.Values = values })
	if err != nil {
		return err
	}
	return door.See(w, r, g.At+"/"+g.open(g.input(r, s))[0].Key)
}

// keep takes what a page's script sends while somebody types. Nothing is checked yet.
func (g *guided[In, Out]) keep(w http.ResponseWriter, r *http.Request) error {
	sent := door.Sent(r)
	p, _, _, to, err := g.at(r, sent.Get(pageField), sent.Get(rowField))
	if err != nil {
		return err
	}
	if to == "" {
		if _, err = g.change(w, r, false, func(s *state) { g.merge(s, p.Question, p.row, sent) }); err != nil {
			return err
		}
	}
	ui.Secure(w.Header())
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// kept tells how to go on later, and shows the code.
func (g *guided[In, Out]) kept(w http.ResponseWriter, r *http.Request) error {
	s, err := g.load(r)
	if err != nil {
		return err
	}
	if !s.begun() || s.Sent != nil {
		return door.See(w, r, g.At)
	}
	return door.Show(w, r, ui.Page{Title: text.Word(r.Context(), "guide.kept")}, keptPage(g.At, s.code))
}

// leave lets go of the draft in this browser; its code still opens it.
func (g *guided[In, Out]) leave(w http.ResponseWriter, r *http.Request) error {
	g.release(w)
	return door.See(w, r, "/public")
}

// forget throws away what was typed.
func (g *guided[In, Out]) forget(w http.ResponseWriter, r *http.Request) error {
	err := g.Data.Write(r.Context(), func(tx *db.Tx) error {
		s, err := g.read(tx, r, g.held(r), true)
		if err != nil || !s.begun() {
			return err
		}
		return g.drop(tx, r, s)
	})
	if err != nil {
		return err
	}
	if !g.Own {
		g.release(w)
	}
	door.Toast(w, r, ui.OK, "guide.forgotten")
	return door.See(w, r, g.At)
}

// resume opens the draft of a code; whatever is not the code of one is answered alike.
func (g *guided[In, Out]) resume(w http.ResponseWriter, r *http.Request) error {
	code := door.Sent(r).Get("code")
	var s *state
	err := g.Data.Write(r.Context(), func(tx *db.Tx) (err error) {
		if s, err = g.read(tx, r, code, false); err != nil || !s.begun() || s.Sent != nil {
			return err
		}
		return g.store(tx, r, s) // touched: the cookie opens it again
	})
	if err != nil {
		return err
	}
	if !s.begun() {
		wrong := fault.Invalid(fault.Field{Pointer: "/code", Key: "guide.no_code"})
		title := text.Word(r.Context(), "guide.go_on_with")
		return door.Refuse(w, r, wrong, ui.Page{Title: title}, func(err error) templ.Component {
			return resumePage(title, resumeForm(g.At, url.Values{"code": {code}}, err))
		})
	}
	g.hold(w, s.code)
	if s.Sent != nil {
		return door.See(w, r, g.sentTo(s))
	}
	if next := g.first(s, g.input(r, s)); next != "" {
		return door.See(w, r, g.At+"/"+next)
	}
	return door.See(w, r, g.At+"/check")
}
