package server

import (
	_ "embed"
	"errors"
	"net/http"
	"slices"
	"strings"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
	accountweb "kizuna/internal/office/account/web"
)

//go:embed words.txt
var wordsFile string

var _ = text.Register("server", wordsFile)

// place is where the navigation may lead. It is shown where a room has registered a page at one of
// its addresses, the first that there is, and to whom that route lets in.
type place struct {
	icon, word string
	section    string // word of the group it stands in
	tab        bool   // at the bottom of phones
	at         []string
}

// places are the navigation of each audience, in the order they are shown.
var places = map[ui.Audience][]place{
	ui.Desk: {
		{icon: "home", word: "server.nav.home", tab: true, at: []string{"/desk"}},
		{icon: "briefcase", word: "server.nav.cases", tab: true, at: []string{"/desk/cases"}},
		{icon: "inbox", word: "server.nav.intake", tab: true, at: []string{"/desk/intake"}},
		{icon: "users", word: "server.nav.persons", tab: true, at: []string{"/desk/persons", "/desk/duplicates", "/desk/imports", "/desk/households", "/desk/household-members", "/desk/relationships", "/desk/circumstances", "/desk/merges", "/desk/disclosures"}},
		{icon: "calendar", word: "server.nav.calendar", at: []string{"/desk/calendar"}},
		{icon: "list-checks", word: "server.nav.tasks", at: []string{"/desk/tasks"}},
		{icon: "send", word: "server.nav.referrals", section: "server.nav.services", at: []string{"/desk/referrals"}},
		{icon: "building", word: "server.nav.providers", section: "server.nav.services", at: []string{"/desk/providers"}},
		{icon: "ticket", word: "server.nav.schedules", section: "server.nav.services", at: []string{"/desk/schedules", "/desk/sessions"}},
		{icon: "package", word: "server.nav.assignments", section: "server.nav.services", at: []string{"/desk/benefit-assignments", "/desk/assignments"}},
		{icon: "banknote", word: "server.nav.payments", section: "server.nav.services", at: []string{"/desk/payments", "/desk/payouts"}},
		{icon: "coins", word: "server.nav.batches", section: "server.nav.services", at: []string{"/desk/batches"}},
		{icon: "network", word: "server.nav.team", section: "server.nav.oversight", at: []string{"/desk/team", "/desk/teams"}},
		{icon: "shield", word: "server.nav.interests", section: "server.nav.oversight", at: []string{"/desk/interests"}},
		{icon: "chart", word: "server.nav.reports", section: "server.nav.oversight", at: []string{"/desk/reports"}},
	},
	ui.Portal: {
		{icon: "home", word: "server.nav.home", tab: true, at: []string{"/portal"}},
		{icon: "send", word: "server.nav.invitations", tab: true, at: []string{"/portal/invitations", "/portal/referrals"}},
		{icon: "calendar", word: "server.nav.schedules", tab: true, at: []string{"/portal/schedules"}},
		{icon: "clipboard-check", word: "server.nav.sessions", tab: true, at: []string{"/portal/sessions", "/portal/attendance"}},
		{icon: "banknote", word: "server.nav.payment_requests", tab: true, at: []string{"/portal/payment-requests", "/portal/payments"}},
		{icon: "building", word: "server.nav.organization", at: []string{"/portal/provider", "/portal/organization"}},
	},
	ui.My: {
		{icon: "home", word: "server.nav.home", tab: true, at: []string{"/my"}},
		{icon: "file-text", word: "server.nav.applications", tab: true, at: []string{"/my/applications"}},
		{icon: "upload", word: "server.nav.documents_mine", at: []string{"/my/documents"}},
		{icon: "clipboard", word: "server.nav.plan", tab: true, at: []string{"/my/care-plans", "/my/plan"}},
		{icon: "calendar", word: "server.nav.sessions_mine", tab: true, at: []string{"/my/sessions"}},
		{icon: "shield", word: "server.nav.sharing", at: []string{"/my/sharing", "/my/consents"}},
	},
	ui.Admin: {
		{icon: "home", word: "server.nav.home", tab: true, at: []string{"/admin"}},
		{icon: "building", word: "server.nav.agency", section: "server.nav.office", at: []string{"/admin/agency", "/admin/settings"}},
		{icon: "users", word: "server.nav.users", section: "server.nav.office", tab: true, at: []string{"/admin/users"}},
		{icon: "network", word: "server.nav.teams", section: "server.nav.office", tab: true, at: []string{"/admin/teams"}},
		{icon: "key", word: "server.nav.keys", section: "server.nav.office", at: []string{"/admin/keys"}},
		{icon: "calendar", word: "server.nav.holidays", section: "server.nav.office", at: []string{"/admin/holidays"}},
		{icon: "list-checks", word: "server.nav.codes", section: "server.nav.office", at: []string{"/admin/codes", "/admin/code-lists"}},
		{icon: "clock", word: "server.nav.clocks", section: "server.nav.office", at: []string{"/admin/allegation-clocks"}},
		{icon: "plus", word: "server.nav.extra_fields", section: "server.nav.office", at: []string{"/admin/extra-fields"}},
		{icon: "square-check", word: "server.nav.checklists", section: "server.nav.office", at: []string{"/admin/checklists", "/admin/action-plans"}},
		{icon: "hand-heart", word: "server.nav.programs", section: "server.nav.help", tab: true, at: []string{"/admin/programs"}},
		{icon: "package", word: "server.nav.benefits", section: "server.nav.help", at: []string{"/admin/benefits"}},
		{icon: "wallet", word: "server.nav.funds", section: "server.nav.help", at: []string{"/admin/funds"}},
		{icon: "tag", word: "server.nav.rates", section: "server.nav.help", at: []string{"/admin/rates"}},
		{icon: "scale", word: "server.nav.rules", section: "server.nav.help", at: []string{"/admin/eligibility-rules", "/admin/rules"}},
		{icon: "target", word: "server.nav.goals", section: "server.nav.help", at: []string{"/admin/goals", "/admin/goal-definitions"}},
		{icon: "star", word: "server.nav.specialties", section: "server.nav.help", at: []string{"/admin/specialties"}},
		{icon: "clipboard", word: "server.nav.forms", section: "server.nav.help", at: []string{"/admin/forms"}},
		{icon: "route", word: "server.nav.templates", section: "server.nav.help", at: []string{"/admin/plan-templates"}},
		{icon: "building", word: "server.nav.providers", section: "server.nav.help", at: []string{"/desk/providers"}},
		{icon: "zap", word: "server.nav.jobs", section: "server.nav.machine", at: []string{"/admin/jobs"}},
		{icon: "eye", word: "server.nav.gallery", section: "server.nav.machine", at: []string{"/admin/gallery"}},
	},
}

// fresh is what the menu of new things offers on the desk.
var fresh = []place{
	{icon: "inbox", word: "server.new.inquiry", at: []string{"/desk/intake/inquiries/new"}},
	{icon: "alert-triangle", word: "server.new.complaint", at: []string{"/desk/intake/complaints/new"}},
	{icon: "send", word: "server.new.inbound_referral", at: []string{"/desk/intake/inbound-referrals/new"}},
	{icon: "file-text", word: "server.new.application", at: []string{"/desk/intake/applications/new"}},
	{icon: "user-plus", word: "server.new.person", at: []string{"/desk/persons/new"}},
	{icon: "briefcase", word: "server.new.case", at: []string{"/desk/cases/new"}},
	{icon: "square-check", word: "server.new.task", at: []string{"/desk/tasks/new"}},
}

// exitTo is where a resident's page can be left for in a hurry: the weather.
const exitTo = "https://www.jma.go.jp/"

// tally counts what waits at an address of the navigation, for the actors whom its room says.
type tally struct {
	at    string
	roles []access.Role
	queue func(b *db.Batch, a access.Actor) func() int
}

// way finds the first of some addresses that the actor may open on this server.
func (s *Server) way(a access.Actor, at ...string) string {
	s.surveyed.Do(s.survey)
	for _, where := range at {
		if route, ok := s.ways[where]; ok && (route.Anyone || a.Is(route.Roles...)) {
			return where
		}
	}
	return ""
}

// survey notes every page that can be opened by its address alone.
func (s *Server) survey() {
	s.ways = map[string]door.Route{}
	for _, r := range s.Router.Routes() {
		closed := len(s.config.Doors) > 0 && !slices.Contains(s.config.Doors, r.Segment()) &&
			!slices.ContainsFunc(door.Thresholds, func(t access.Door) bool { return t.Segment == r.Segment() })
		if r.Method == http.MethodGet && r.Kind == "page" && !strings.Contains(r.Pattern, "{") && !closed {
			s.ways[r.Pattern] = r
		}
	}
}

// frame fills what is the same on every page: the agency, the ways from here, who is signed in.
func (s *Server) frame(r *http.Request, p *ui.Page) error {
	ctx, a := r.Context(), access.From(r.Context())
	chosen, err := s.Rooms.Agency.Settings(ctx)
	if err != nil && !errors.Is(err, fault.KindNotFound) {
		return err
	}
	p.Agency = chosen.Name.In(text.From(ctx))
	if p.Audience == ui.My || p.Audience == ui.Public {
		p.QuickExit = exitTo
	}
	if !a.Known() || p.SignedOut {
		return nil
	}
	p.Nav, p.BottomTabs = s.nav(r, a, p.Audience)
	if way, err := s.trail(r, a, p); err != nil {
		return err
	} else if way != nil {
		p.Crumbs = way
	} else if len(p.Crumbs) == 0 {
		p.Crumbs = s.wayBack(r, a, *p)
	}
	if err := s.tell(r, a, p.Nav, p.Counted); err != nil {
		return err
	}
	if p.Audience == ui.Desk {
		if p.SearchHref = s.way(a, "/desk/search"); p.SearchHref != "" {
			p.SearchHint = text.Word(ctx, "server.search_hint")
		}
		for _, x := range fresh {
			if where := s.way(a, x.at...); where != "" {
				p.New = append(p.New, ui.Act{Label: text.Word(ctx, x.word), Icon: x.icon, Href: where})
			}
		}
	}
	if s.way(a, "/account") != "" {
		p.IdleSeconds, p.KeepHref = int(chosen.IdleMinutes)*60, "/account/keep"
	}
	return s.user(r, a, p)
}

// nav lists the places an actor may go to, and those of them at the bottom of a phone.
func (s *Server) nav(r *http.Request, a access.Actor, audience ui.Audience) (all, tabs []ui.NavItem) {
	here, deepest := -1, 0
	for _, x := range places[audience] {
		where := s.way(a, x.at...)
		if where == "" {
			continue
		}
		item := ui.NavItem{Href: where, Icon: x.icon, Label: text.Word(r.Context(), x.word)}
		if x.section != "" {
			item.Section = text.Word(r.Context(), x.section)
		}
		for _, at := range x.at {
			if within(r.URL.Path, at) && len(at) > deepest {
				here, deepest = len(all), len(at)
			}
		}
		all = append(all, item)
	}
	if here >= 0 {
		all[here].Current = true
	}
	for _, item := range all {
		if slices.ContainsFunc(places[audience], func(x place) bool { return x.tab && slices.Contains(x.at, item.Href) }) {
			tabs = append(tabs, item)
		}
	}
	return all, tabs
}

// wayBack leads from a page that names no way of its own to the place it stands below.
func (s *Server) wayBack(r *http.Request, a access.Actor, p ui.Page) []ui.Crumb {
	here := ui.Crumb{Label: p.Title}
	for _, item := range p.Nav {
		if item.Current && item.Href != r.URL.Path {
			return []ui.Crumb{{Label: item.Label, Href: item.Href}, here}
		}
	}
	if strings.HasPrefix(r.URL.Path, "/account/") && s.way(a, "/account") != "" {
		return []ui.Crumb{{Label: text.Word(r.Context(), "server.account"), Href: "/account"}, here}
	}
	return nil
}

// within tells whether a page stands below a place. The homes hold nothing but themselves.
func within(path, where string) bool {
	return path == where || strings.Count(where, "/") > 1 && strings.HasPrefix(path, where+"/")
}

// tell puts the counts that rooms offer beside their places, all from one batch, except those that
// the page has read already.
func (s *Server) tell(r *http.Request, a access.Actor, nav []ui.NavItem, read map[string]int) error {
	b := db.NewBatch()
	counts := map[string]func() int{}
	for at, n := range read {
		counts[at] = func() int { return n }
	}
	for _, t := range s.tallies {
		if _, known := read[t.at]; known {
			continue
		}
		if a.Is(t.roles...) && slices.ContainsFunc(nav, func(n ui.NavItem) bool { return n.Href == t.at }) {
			counts[t.at] = t.queue(b, a)
		}
	}
	if b.Len() > 0 {
		if err := s.Run.Read(r.Context(), func(q *db.Reader) error { return db.Send(q, b) }); err != nil {
			return err
		}
	}
	for i := range nav {
		if count, ok := counts[nav[i].Href]; ok {
			nav[i].Count = count()
		}
	}
	return nil
}

// user is the menu of the one who is signed in: the account, the other doors they may come through,
// the way out.
func (s *Server) user(r *http.Request, a access.Actor, p *ui.Page) error {
	ctx := r.Context()
	if p.User.Name == "" { // the first page has asked already
		me, err := s.Rooms.Account.Profile(ctx, a)
		if err != nil {
			return err
		}
		p.KeysOff, p.User.Name = me.KeysOff, me.Name.In(text.From(ctx))
	}
	roles := make([]string, len(a.Roles))
	for i, role := range a.Roles {
		roles[i] = accountweb.RoleName(ctx, role)
	}
	p.User.Initials, p.User.Role = ui.Initials(p.User.Name), strings.Join(roles, " · ")
	for _, to := range access.Doors[:4] {
		if where := s.way(a, "/"+to.Segment); where != "" && to.Segment != string(p.Audience) {
			p.User.Menu = append(p.User.Menu, ui.Act{Label: text.Word(ctx, "server.door."+to.Segment), Icon: "arrow-right", Href: where})
		}
	}
	if where := s.way(a, "/account"); where != "" {
		p.User.Menu = append(p.User.Menu, ui.Act{Label: text.Word(ctx, "server.account"), Icon: "user", Href: where})
	}
	p.User.Menu = append(p.User.Menu, ui.Act{Label: text.Word(ctx, "server.sign_out"), Icon: "log-out", Post: "/sign-out"})
	return nil
}

// waiting are the counts that rooms offer beside their places.
func (s *Server) waiting() []tally {
	return []tally{{at: "/desk/cases", roles: []access.Role{access.Caseworker, access.Supervisor}, queue: s.Rooms.Cases.QueueOwn}}
}

// gallery shows every part of the pages with invented people, in the demo only.
func (s *Server) gallery(d *door.Router) {
	if s.config.Demo {
		d.Page("GET /admin/gallery", door.By(access.Administrator), func(w http.ResponseWriter, r *http.Request) error {
			ui.Gallery(w, r)
			return nil
		})
	}
}
