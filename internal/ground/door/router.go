package door

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/draft"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
	"kizuna/internal/ground/vault"
)

// Config is what a router stands on. Server fills it; only Vault is required.
type Config struct {
	Vault   *vault.Vault
	Log     *slog.Logger
	BaseURL string   // as people reach us; its scheme decides name and flags of cookies
	Doors   []string // first path segments that this process opens; all when empty

	// Identify says who a request is by: sign-in cookie or bearer key. Nobody is no error; a
	// fault.SignIn is a key or sign-in that is not good any more. The door asks once per request.
	Identify func(r *http.Request) (access.Actor, error)
	// Expired names the user of a sign-in that ended less than a day ago, zero when there is none.
	Expired func(r *http.Request) db.ID
	// Drafts, in Data, keeps forms whose sign-in had ended.
	Data   *db.DB
	Drafts *draft.Drafts
	// Setting is the agency's languages, zone and currency at this moment.
	Setting func(ctx context.Context) Setting
	// Frame fills what every whole page has around its content: navigation, user, bell, agency.
	Frame func(r *http.Request, p *ui.Page) error
	// Seen is told of every request when its answer has left.
	Seen func(ctx context.Context, s Seen)
}

// Setting is what the agency says about reading and writing.
type Setting struct {
	Langs    []text.Lang // offered; the first is the agency's own
	Zone     *time.Location
	Currency string
}

// Seen is what may be known of a request: never a path with ids, a query or a person.
type Seen struct {
	ID, Method, Pattern string
	Status              int
	Bytes               int64 // of the answer, as sent
	Took                time.Duration
	Actor               string // kind of actor
	Fault               string // kind of fault, "" for none
}

// Page answers one request; a fault that it returns becomes a page or a problem document.
type Page func(w http.ResponseWriter, r *http.Request) error

// Roles says who may take a route: made by By or Anyone.
type Roles struct {
	list   []access.Role
	anyone bool
}

// Anyone may take the route, signed in or not.
var Anyone = Roles{anyone: true}

// By names the roles that may take a route.
func By(roles ...access.Role) Roles { return Roles{list: slices.Clone(roles)} }

// Route is one thing that can be asked for, as the permission documents list it.
type Route struct {
	Method  string
	Pattern string // path only, as in http.ServeMux
	Roles   []access.Role
	Anyone  bool
	Kind    string // "page" or "api"

	page    Page
	limit   int64
	timeout time.Duration
	rate    *Limit
}

// Segment is the first path segment: the audience.
func (r Route) Segment() string { return segment(r.Pattern) }

// String is the line of the golden list.
func (r Route) String() string {
	who := "anyone"
	if !r.Anyone {
		names := make([]string, len(r.Roles))
		for i, role := range r.Roles {
			names[i] = string(role)
		}
		who = strings.Join(names, " ")
	}
	return fmt.Sprintf("%-6s %s [%s] %s", r.Method, r.Pattern, r.Kind, who)
}

// Thresholds are the first segments that belong to no audience: everybody stands here before
// going in, or whoever has signed in, whatever the role.
var Thresholds = []access.Door{
	{Segment: "", Roles: nil},
	{Segment: "sign-in", Roles: nil},
	{Segment: "sign-out", Roles: nil},
	{Segment: "sign-up", Roles: nil},
	{Segment: "ui", Roles: nil},
	{Segment: "account", Roles: access.UserRoles},
}

// The limits of a request, unless its route says otherwise.
const (
	MaxBody    = 1 << 20  // bytes
	MaxUpload  = 50 << 20 // bytes
	MaxTime    = 30 * time.Second
	UploadTime = 10 * time.Minute
)

// Option widens a route.
type Option func(*Route)

// Uploads lets a route take files, read as a stream with Upload.
func Uploads() Option { return func(r *Route) { r.limit, r.timeout = MaxUpload, UploadTime } }

// Long lets a route take its time, for exports that stream.
func Long() Option { return func(r *Route) { r.timeout = UploadTime } }

// Router collects routes and serves them.
type Router struct {
	config  Config
	mux     *http.ServeMux
	foreign *http.CrossOriginProtection
	routes  []*Route
	// byPattern finds a route by what the mux calls it: method and path.
	byPattern map[string]*Route
	api       huma.API
	gets      map[string]func(ctx context.Context, a access.Actor, id db.ID) (any, error)
	origin    *url.URL
}

// New makes a router without any room.
func New(c Config) *Router {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Identify == nil {
		c.Identify = func(*http.Request) (access.Actor, error) { return access.Nobody(), nil }
	}
	d := &Router{config: c, mux: http.NewServeMux(), foreign: http.NewCrossOriginProtection(), origin: &url.URL{},
		byPattern: map[string]*Route{}, gets: map[string]func(context.Context, access.Actor, db.ID) (any, error){}}
	if u, err := url.Parse(c.BaseURL); err == nil && u.Host != "" {
		d.origin = u
		if err := d.foreign.AddTrustedOrigin(u.Scheme + "://" + u.Host); err != nil {
			panic("door: base URL: " + err.Error())
		}
	}
	d.api = newSpec()
	d.mux.HandleFunc("/", d.unknown)
	d.serveSpec()
	d.serveParked()
	d.serveDrafts()
	d.Page("GET /ui/date", Anyone, func(w http.ResponseWriter, r *http.Request) error {
		ui.Date(w, r)
		return nil
	})
	return d
}

// Page registers a page, or anything else that a person's browser asks for: "GET /desk/persons".
// Roles that the audience's door does not let in are a mistake, told at once.
func (d *Router) Page(pattern string, roles Roles, page Page, options ...Option) {
	d.add("page", pattern, roles, page, options)
}

// Raw registers a call of the API that does not fit the shapes of List, Get and the others, such as
// a download: it answers by itself, its faults as problem documents.
func (d *Router) Raw(pattern string, roles Roles, page Page, options ...Option) {
	d.add("api", pattern, roles, page, options)
}

// Handle hands everything below a prefix such as "/assets/" to another handler, which guards itself.
func (d *Router) Handle(prefix string, h http.Handler) { d.mux.Handle(prefix, h) }

// Routes lists everything registered, by pattern and method.
func (d *Router) Routes() []Route {
	out := make([]Route, len(d.routes))
	for i, r := range d.routes {
		out[i] = *r
	}
	slices.SortFunc(out, func(a, b Route) int {
		if c := strings.Compare(a.Pattern, b.Pattern); c != 0 {
			return c
		}
		return strings.Compare(a.Method, b.Method)
	})
	return out
}

func (d *Router) add(kind, pattern string, roles Roles, page Page, options []Option) {
	method, where, ok := strings.Cut(pattern, " ")
	if !ok || !strings.HasPrefix(where, "/") || where != "/{$}" && strings.HasSuffix(where, "/") || strings.Contains(where, "...") {
		panic(fmt.Sprintf("door: %q is not a method and a whole path", pattern))
	}
	route := &Route{Method: method, Pattern: where, Roles: roles.list, Anyone: roles.anyone, Kind: kind,
		page: page, limit: MaxBody, timeout: MaxTime}
	if why := lets(route); why != "" {
		panic(fmt.Sprintf("door: %s: %s", pattern, why))
	}
	for _, o := range options {
		o(route)
	}
	d.routes = append(d.routes, route)
	d.byPattern[pattern] = route
	if d.opens(route.Segment()) {
		d.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { d.serve(route, w, r) })
	}
}

// lets says why a route's roles cannot stand at its door; "" when they can.
func lets(r *Route) string {
	doors := slices.Concat(access.Doors, Thresholds)
	i := slices.IndexFunc(doors, func(x access.Door) bool { return x.Segment == r.Segment() })
	switch {
	case i < 0:
		return "there is no door /" + r.Segment()
	case !r.Anyone && len(r.Roles) == 0:
		return "nobody may take it"
	case len(doors[i].Roles) == 0:
		return ""
	case r.Anyone:
		return "the door /" + r.Segment() + " is not open to anyone"
	}
	for _, role := range r.Roles {
		if !slices.Contains(doors[i].Roles, role) {
			return "the door /" + r.Segment() + " does not let " + string(role) + " in"
		}
	}
	return ""
}

// Address is a page of ours as people reach it, for what is handed over outside.
func (d *Router) Address(page string) string {
	return strings.TrimSuffix(d.config.BaseURL, "/") + page
}

// opens says whether this process serves a segment; thresholds always.
func (d *Router) opens(segment string) bool {
	return len(d.config.Doors) == 0 || slices.Contains(d.config.Doors, segment) ||
		slices.ContainsFunc(Thresholds, func(t access.Door) bool { return t.Segment == segment })
}

func segment(where string) string {
	first, _, _ := strings.Cut(strings.TrimPrefix(where, "/"), "/")
	if first == "{$}" {
		return ""
	}
	return first
}

// ServeHTTP answers a request, whatever happens.
func (d *Router) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	v := &visit{router: d, id: newRequestID(), began: time.Now(), actor: access.Nobody()}
	v.out = newAnswer(w, r)
	v.out.Header().Set("X-Request-Id", v.id)
	r = r.WithContext(context.WithValue(r.Context(), visitKey{}, v))
	defer func() {
		if p := recover(); p != nil {
			if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
				panic(p)
			}
			d.broke(v, r, p)
		}
		v.out.finish()
		v.seen(r)
	}()
	if clean := path.Clean(r.URL.Path); clean != r.URL.Path {
		d.unknown(v.out, r)
		return
	}
	d.mux.ServeHTTP(v.out, r)
}

// unknown answers what no route knows: 404, or 405 where only the method is wrong.
func (d *Router) unknown(w http.ResponseWriter, r *http.Request) {
	v := visitOf(r)
	v.api = segment(r.URL.Path) == "api"
	r = v.speak(r)
	if err := v.identify(&r); err != nil && !errors.Is(err, fault.KindSignIn) {
		d.fail(w, r, err)
		return
	}
	var allowed []string
	for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"} {
		probe := &http.Request{Method: method, URL: r.URL, Host: r.Host}
		if _, pattern := d.mux.Handler(probe); pattern != "/" && pattern != "" {
			allowed = append(allowed, method)
		}
	}
	if len(allowed) == 0 || path.Clean(r.URL.Path) != r.URL.Path {
		d.fail(w, r, fault.NotFound())
		return
	}
	w.Header().Set("Allow", strings.Join(allowed, ", "))
	d.fail(w, r, &refusal{fault.NotFound().With(), http.StatusMethodNotAllowed, "door.method"})
}
