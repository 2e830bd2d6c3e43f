package guide

import (
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"time"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/draft"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/ui"
)

const (
	// heldFor is how long the cookie opens a draft that nobody has touched: a browser at a library
	// is left open. Afterwards the code does.
	heldFor = 4 * time.Hour
	// sentFor is how long the page after sending can be opened again, to print it.
	sentFor = time.Hour
	// mostTyped bounds what one draft holds, in bytes; a page holds less than half of it.
	mostTyped = draft.MaxBody / 2
)

// state is what a draft's body holds.
type state struct {
	Values url.Values      `json:"values,omitempty"`
	Seen   []string        `json:"seen,omitempty"` // questions that were answered
	Key    string          `json:"key,omitempty"`  // idempotency key of sending
	Sent   json.RawMessage `json:"sent,omitempty"` // what sending gave; nothing else is left then

	id   db.ID
	code string
}

func (s *state) begun() bool { return !s.id.IsZero() }

func (s *state) answered(key string) {
	if !slices.Contains(s.Seen, key) {
		s.Seen = append(s.Seen, key)
	}
}

func (g *guided[In, Out]) form() string { return "guide." + g.Name }

func (g *guided[In, Out]) cookie() string { return "draft-" + g.Name }

// held is the code that the browser holds, "" for none.
func (g *guided[In, Out]) held(r *http.Request) string {
	c, err := r.Cookie(g.door.CookieName(g.cookie()))
	if err != nil {
		return ""
	}
	return c.Value
}

func (g *guided[In, Out]) hold(w http.ResponseWriter, code string) {
	http.SetCookie(w, g.door.Cookie(g.cookie(), code, 0))
}

func (g *guided[In, Out]) release(w http.ResponseWriter) {
	http.SetCookie(w, g.door.Cookie(g.cookie(), "", -1))
}

// load gives the draft as it stands; one that nobody has begun is empty.
func (g *guided[In, Out]) load(r *http.Request) (*state, error) {
	var s *state
	err := g.Data.Read(r.Context(), func(q *db.Reader) (err error) {
		s, err = g.read(q, r, g.held(r), true)
		return err
	})
	return s, err
}

// read gives the draft of who is signed in, or of a code. held says that the code comes from the
// cookie, which opens no draft that has lain idle.
func (g *guided[In, Out]) read(q db.Q, r *http.Request, code string, held bool) (*state, error) {
	s := &state{Values: url.Values{}}
	var kept draft.Draft
	var ok bool
	var err error
	if g.Own {
		kept, ok, err = g.Drafts.Load(q, access.From(r.Context()).ID, g.form())
	} else if code != "" {
		kept, err = g.Drafts.LoadByCode(q, code, g.form())
		ok = err == nil
		if errors.Is(err, fault.KindNotFound) || ok && held && g.Drafts.Idle(kept) > heldFor {
			ok, err = false, nil
		}
	}
	if err != nil || !ok {
		return s, err
	}
	if err := json.Unmarshal(kept.Body, s); err != nil {
		return s, fault.Defect(err)
	}
	if s.Values == nil {
		s.Values = url.Values{}
	}
	s.id, s.code = kept.ID, code
	return s, nil
}

// change edits the draft in one transaction, so that a page that is being typed and one that is
// sent do not undo each other. With fresh what was there is forgotten. One that was sent stays as
// it is.
func (g *guided[In, Out]) change(w http.ResponseWriter, r *http.Request, fresh bool, edit func(s *state)) (*state, error) {
	var s *state
	begun := false
	err := g.Data.Write(r.Context(), func(tx *db.Tx) (err error) {
		begun = false
		if s, err = g.read(tx, r, g.held(r), true); err != nil {
			return err
		}
		switch {
		case fresh && s.begun():
			if err := g.drop(tx, r, s); err != nil {
				return err
			}
			s = &state{Values: url.Values{}}
		case s.Sent != nil:
			return nil
		}
		if s.Key == "" {
			s.Key = ui.NewKey()
		}
		edit(s)
		begun = !s.begun()
		return g.store(tx, r, s)
	})
	if err == nil && begun && !g.Own {
		g.hold(w, s.code)
	}
	return s, err
}

// store keeps a draft, and begins it where there was none.
func (g *guided[In, Out]) store(tx *db.Tx, r *http.Request, s *state) error {
	body, err := json.Marshal(s)
	if err != nil {
		return fault.Defect(err)
	}
	if len(body) > mostTyped {
		return fault.TooLarge("512 KiB")
	}
	if g.Own {
		if _, err := g.Drafts.Save(tx, access.From(r.Context()).ID, g.form(), body); err != nil {
			return err
		}
		kept, _, err := g.Drafts.Load(tx, access.From(r.Context()).ID, g.form())
		s.id = kept.ID
		return err
	}
	switch {
	case s.Sent != nil:
		return g.Drafts.SaveByCodeFor(tx, s.code, g.form(), body, sentFor)
	case s.begun():
		return g.Drafts.SaveByCode(tx, s.code, g.form(), body)
	}
	if s.code, err = g.Drafts.Begin(tx, g.form(), body); err != nil {
		return err
	}
	kept, err := g.Drafts.LoadByCode(tx, s.code, g.form())
	s.id = kept.ID
	return err
}

func (g *guided[In, Out]) drop(tx *db.Tx, r *http.Request, s *state) error {
	if g.Own {
		return g.Drafts.Drop(tx, access.From(r.Context()).ID, g.form())
	}
	return g.Drafts.DropByCode(tx, s.code)
}

// merge puts what a page sent in place of its answers from before; what is not the page's to ask
// is left out.
func (g *guided[In, Out]) merge(s *state, q *Question[In], row int, sent url.Values) {
	maps.DeleteFunc(s.Values, func(field string, _ []string) bool { return q.asks(field, row) })
	for field, all := range sent {
		if q.asks(field, row) {
			s.Values[field] = all
		}
	}
}

// tidy closes the gaps in lists and drops rows in which nothing was typed.
func (g *guided[In, Out]) tidy(r *http.Request, s *state) {
	var in In
	if tidy, err := door.Read(r, s.Values, &in, false); err == nil || errors.Is(err, fault.KindInvalid) {
		s.Values = tidy
	}
}

// input reads the answers, as far as they can be read.
func (g *guided[In, Out]) input(r *http.Request, s *state) (in In) {
	_, _ = door.Read(r, s.Values, &in, true) // what is wrong is told where it is asked
	return in
}
