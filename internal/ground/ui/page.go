package ui

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/a-h/templ"

	"kizuna/internal/ground/text"
)

// Audience says for whom a page is: it picks the shell, the accent and the size of type.
type Audience string

// The audiences, one per door.
const (
	Desk   Audience = "desk"   // agency staff
	Admin  Audience = "admin"  // set-up
	Portal Audience = "portal" // providers
	My     Audience = "my"     // residents signed in
	Public Audience = "public" // anyone
)

// Page is what a shell needs around the content. Only Title and Audience are required; the server's frame fills
// what is the same on every page (Agency, Nav, User, LangHref …).
type Page struct {
	Title    string   // the browser's title; the h1 is drawn by Head, Highlights, Question or FaultPage
	Audience Audience // which shell
	Lang     text.Lang
	Theme    string // "" follows the device, "light", "dark"
	Agency   string // name of the agency, under the product's name
	Home     string // where the product mark leads; "/" if empty

	Nav        []NavItem // rail on the desk, header links on the portal
	BottomTabs []NavItem // phones: up to four beside "more"; if empty the first of Nav. Portals with five places show all
	User       User
	Bell       NavItem // notifications: Href and Count; not drawn without Href
	LangHref   string  // the same page in the other language; see LangHref
	SearchHref string  // GET address of the search page; not drawn if empty
	SearchHint string  // what may be typed there
	New        []Act   // what the "new" menu offers
	Crumbs     []Crumb // the way here, without the page itself if its href is empty
	Toast      *ToastProps
	QuickExit  string // residents' pages: a harmless outside address to leave to
	SignedOut  bool   // no user menu, even if User is set
	Faulty     bool   // a fault in place of a page: nothing may be said of what stands at the address
	Wide       bool   // no limit on the width of the content (reports, compare)

	IdleSeconds int    // seconds without a request after which the sign-in ends; 0 = say nothing
	KeepHref    string // POST address that keeps the sign-in alive
	KeysOff     bool   // the user has switched single-key shortcuts off
	// Counted are counts beside places of the navigation that the page has read itself, by address.
	Counted map[string]int
}

// NavItem is one place to go.
type NavItem struct {
	Href, Icon, Label string
	Count             int // shown to 99+; 0 = none
	Current           bool
	Section           string // heading of the group; a new one starts a new group
}

// User is the one signed in.
type User struct {
	Name, Initials, Role string
	Menu                 []Act // profile, settings, sign out
}

// Crumb is one step of the way to this page.
type Crumb struct{ Label, Href string }

// LangHref answers the address of this same page in the other language: path and query are kept, lang is set.
// The server stores the choice and draws the page again.
func LangHref(r *http.Request, to text.Lang) string {
	q := r.URL.Query()
	q.Set("lang", string(to))
	return (&url.URL{Path: r.URL.Path, RawQuery: q.Encode()}).String()
}

// OtherLang answers the language the switch offers.
func OtherLang(l text.Lang) text.Lang {
	if l == "ja" {
		return "en"
	}
	return "ja"
}

// Initials answers the sign for a name in an avatar: the first character of a Japanese name, the first letters of
// the first and last word otherwise.
func Initials(name string) string {
	words := strings.Fields(name)
	if len(words) == 0 {
		return ""
	}
	first, _ := utf8.DecodeRuneInString(words[0])
	if first > 0x2e7f || len(words) == 1 {
		return string(first)
	}
	last, _ := utf8.DecodeRuneInString(words[len(words)-1])
	return strings.ToUpper(string(first) + string(last))
}

// Count answers n as lists show it: exact to 99, then "99+".
func Count(n int) string {
	if n > 99 {
		return "99+"
	}
	return strconv.Itoa(n)
}

// Write answers a whole page: headers, status, the shell with the content inside.
func Write(w http.ResponseWriter, r *http.Request, status int, page Page, content templ.Component) error {
	Secure(w.Header())
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	return Shell(page).Render(templ.WithChildren(r.Context(), content), w)
}

// WriteFragment answers a part of a page, for a swap.
func WriteFragment(w http.ResponseWriter, r *http.Request, status int, part templ.Component) error {
	Secure(w.Header())
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Add("Vary", "HX-Request")
	w.WriteHeader(status)
	return part.Render(r.Context(), w)
}

// Swapping reports whether the request asks for a part of a page, not the whole.
func Swapping(r *http.Request) bool { return r.Header.Get("HX-Request") == "true" }

func (p Page) lang(ctx context.Context) text.Lang {
	if p.Lang != "" {
		return p.Lang
	}
	return text.From(ctx)
}

func (p Page) home() string {
	if p.Home == "" {
		return "/"
	}
	return p.Home
}

// hereAttr marks the crumb that is the page itself.
func hereAttr(here bool) templ.Attributes {
	if here {
		return templ.Attributes{"aria-current": "page"}
	}
	return nil
}

// tabs answers what phones show at the bottom.
func (p Page) tabs() []NavItem {
	tabs := p.BottomTabs
	if len(tabs) == 0 {
		tabs = p.Nav
	}
	if p.more() && len(tabs) > 4 {
		tabs = tabs[:4]
	}
	return tabs
}

// more reports whether the bottom needs the fifth place for the rest of the menu.
func (p Page) more() bool { return p.railShell() || len(p.Nav) > 5 }

// railShell reports whether the page has the rail at the left.
func (p Page) railShell() bool { return p.Audience == Desk || p.Audience == Admin }

// navGroup is a run of places under one heading.
type navGroup struct {
	Label string
	Items []NavItem
}

// navGroups splits places where their section changes.
func navGroups(items []NavItem) []navGroup {
	var groups []navGroup
	for i, item := range items {
		if i == 0 || item.Section != items[i-1].Section {
			groups = append(groups, navGroup{Label: item.Section})
		}
		last := &groups[len(groups)-1]
		last.Items = append(last.Items, item)
	}
	return groups
}

// idle answers the data attributes of the time-out notice.
func (p Page) idle() templ.Attributes {
	if p.IdleSeconds <= 0 {
		return nil
	}
	return templ.Attributes{"data-idle": strconv.Itoa(p.IdleSeconds), "data-keep": p.KeepHref}
}
