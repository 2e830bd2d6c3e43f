package server

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
	"kizuna/internal/office/account"
	"kizuna/internal/office/agency"
	"kizuna/internal/resident/people"
	peopleweb "kizuna/internal/resident/people/web"
)

// This file is the one place where rooms are put together: open makes them, wing by wing, and fills
// their slots; furnish hangs their pages and calls on the door.

// Rooms are all of them.
type Rooms struct {
	Agency  *agency.Room
	Account *account.Room
	People  *people.Room
}

// open makes the rooms, in the order of the work, and fills the slots they declare.
func (s *Server) open() *Rooms {
	x := &Rooms{}
	x.Agency = agency.New(s.Run)
	x.Account = account.New(s.Run, x.Agency)
	x.People = people.New(s.Run)
	return x
}

// furnish registers the routes of every room's web package.
func (s *Server) furnish(d *door.Router) {
	d.Page("GET /{$}", door.Anyone, func(w http.ResponseWriter, r *http.Request) error {
		return door.See(w, r, access.Home(access.From(r.Context())))
	})
	peopleweb.Mount(d, s.Rooms.People, peopleweb.Parts{Names: s.names, Panels: s.panels(), Read: s.Run.Read})
}

// panels are every room's parts of other rooms' pages, in the order they are shown.
func (s *Server) panels() []ui.Panel {
	return nil
}

// names gives the names of users in the reader's language.
func (s *Server) names(ctx context.Context, users []db.ID) (map[db.ID]string, error) {
	names, err := s.Rooms.Account.NamesOf(ctx, users)
	out := make(map[db.ID]string, len(names))
	for id, name := range names {
		out[id] = name.In(text.From(ctx))
	}
	return out, err
}

// signInCookie keeps a browser's sign-in; the door names it in full.
const signInCookie = "sign-in"

// token is the sign-in that the request's browser sent, "" for none.
func (s *Server) token(r *http.Request) string {
	c, err := r.Cookie(s.Router.CookieName(signInCookie))
	if err != nil {
		return ""
	}
	return c.Value
}

// identify says who a request is by. A key that only reads may also search.
func (s *Server) identify(r *http.Request) (access.Actor, error) {
	var in account.Entered
	var err error
	if secret, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		in, err = s.Rooms.Account.ByKey(r.Context(), secret)
	} else if token := s.token(r); token != "" {
		in, err = s.Rooms.Account.BySignIn(r.Context(), token)
	} else {
		return access.Nobody(), nil
	}
	if err != nil {
		return access.Nobody(), err
	}
	if in.ReadOnly && r.Method != http.MethodGet && r.Method != http.MethodHead && !strings.HasSuffix(r.Pattern, "/search") {
		return access.Nobody(), fault.Forbid("")
	}
	return in.Actor, nil
}

// expired names the user of a sign-in that ended less than a day ago.
func (s *Server) expired(r *http.Request) db.ID {
	token := s.token(r)
	if token == "" {
		return db.ID{}
	}
	owner, ok, err := s.Rooms.Account.Owner(r.Context(), token)
	if err != nil || !ok {
		return db.ID{}
	}
	return owner
}

// setting is what the agency says about languages, time and money; before it is set up, Japan's.
func (s *Server) setting(ctx context.Context) door.Setting {
	out := door.Setting{Langs: text.Langs, Zone: calendar.Tokyo, Currency: "JPY"}
	chosen, err := s.Rooms.Agency.Settings(ctx)
	if err != nil {
		return out
	}
	if zone, err := calendar.LoadZone(chosen.Zone); err == nil {
		out.Zone = zone
	}
	if chosen.Language == text.EN {
		out.Langs = []text.Lang{text.EN, text.JA}
	}
	if chosen.Currency != "" {
		out.Currency = chosen.Currency
	}
	return out
}

// frame fills what is the same on every page.
func (s *Server) frame(r *http.Request, p *ui.Page) error {
	chosen, err := s.Rooms.Agency.Settings(r.Context())
	if err != nil && !errors.Is(err, fault.KindNotFound) {
		return err
	}
	p.Agency = chosen.Name.In(text.From(r.Context()))
	return nil
}
