package server_test

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/vault"
	"kizuna/internal/kizunatest"
)

// matrix asks every route as everybody and writes down what each gets.
type matrix struct {
	routes []door.Route
	askers []asker
	// samples are records by the part of an address that names them, such as persons/{id}; a
	// route is asked once for every variant of the first record in its address.
	samples map[string][]variant
	// acted is told when somebody changed something.
	acted func(who string)

	made map[string]string
	// Faults are what is wrong whatever the golden file says.
	faults []string
}

// asker is one who asks, in one relation to the samples.
type asker struct {
	name  string
	roles []access.Role
	// send asks with what a call of the pattern must hold to come as far as the record.
	send func(method, pattern, target string, headers ...string) *httptest.ResponseRecorder
}

// stopped askers come no further than the door.
func (a asker) stopped(r door.Route) bool {
	return !r.Anyone && !slices.ContainsFunc(a.roles, func(x access.Role) bool { return slices.Contains(r.Roles, x) })
}

// foreign askers have nothing to do with any sample.
func (a asker) foreign() bool { return strings.HasSuffix(a.name, ":other") || a.name == "nobody" }

// variant is one kind of sample record; make answers its id.
type variant struct {
	name string
	make func() string
}

// is is a sample that is a plain word in the address, such as a step.
func is(word string) []variant { return []variant{{"", func() string { return word }}} }

var placeholder = regexp.MustCompile(`\{([a-z_]+)\}`)

// names are the keys of an address's placeholders: the nearest plain part before each, and itself;
// with the part before where that stands among the samples, as in admin/goals/{id}.
func (m *matrix) names(pattern string) []string {
	var out []string
	plain, before := "", ""
	for _, part := range strings.Split(pattern, "/") {
		switch {
		case placeholder.MatchString(part):
			key := plain + "/" + part
			if m.samples[before+"/"+key] != nil {
				key = before + "/" + key
			}
			out = append(out, key)
		case part != "" && part != "{$}":
			plain, before = part, plain
		}
	}
	return out
}

// fill puts samples into an address, or ids of nothing.
func (m *matrix) fill(pattern string, which variant, missing bool) string {
	target := strings.ReplaceAll(pattern, "{$}", "")
	for i, key := range m.names(pattern) {
		param := key[strings.LastIndex(key, "/")+1:]
		var value string
		switch {
		case missing && i == 0:
			value = db.NewID().String()
		case i == 0:
			value = m.record(key, which)
		default:
			value = m.record(key, m.samples[key][0])
		}
		target = strings.Replace(target, param, value, 1)
	}
	return target
}

// record is the sample of a key, made when it is first needed.
func (m *matrix) record(key string, which variant) string {
	at := key + " " + which.name
	if m.made[at] == "" {
		m.made[at] = which.make()
	}
	return m.made[at]
}

// text is the matrix as it is kept: a line for every route and variant, with everybody's answer.
func (m *matrix) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# What everybody gets on every route: the status; + where the answer names a sample record that stands in no part of the address.\n# %s\n", strings.Join(m.whos(), " | "))
	for _, r := range m.routes {
		keys := m.names(r.Pattern)
		variants := []variant{{}}
		if len(keys) > 0 {
			variants = m.samples[keys[0]]
		}
		if i := slices.IndexFunc(keys, func(k string) bool { return len(m.samples[k]) == 0 }); i >= 0 {
			if fault := "no sample for " + keys[i] + ": add it to records"; !slices.Contains(m.faults, fault) {
				m.faults = append(m.faults, fault)
			}
			continue
		}
		for _, which := range variants {
			m.line(&b, r, which)
		}
		m.refusesForeign(r, variants[0])
	}
	return b.String()
}

func (m *matrix) whos() []string {
	out := make([]string, len(m.askers))
	for i, a := range m.askers {
		out[i] = a.name
	}
	return out
}

func (m *matrix) line(b *strings.Builder, r door.Route, which variant) {
	cells := make([]string, len(m.askers))
	for i, who := range m.askers {
		cells[i] = m.cell(r, which, who)
	}
	name := ""
	if which.name != "" {
		name = " (" + which.name + ")"
	}
	fmt.Fprintf(b, "%-6s %s%s\n       %s\n", r.Method, r.Pattern, name, strings.Join(cells, " | "))
}

// cell is one answer. A record that is not found must look like one that never was.
func (m *matrix) cell(r door.Route, which variant, who asker) string {
	target := m.fill(r.Pattern, which, false)
	got := who.send(r.Method, r.Pattern, target)
	cell := fmt.Sprint(got.Code)
	if r.Method == http.MethodGet && got.Code == http.StatusOK && m.namesSample(got.Body.String(), target) {
		cell += "+"
	}
	if got.Code >= 500 {
		m.fault(r, which, who, "broke with %d", got.Code)
	}
	if r.Method != http.MethodGet && got.Code < 400 {
		for _, key := range m.names(r.Pattern) {
			for _, v := range m.samples[key] {
				delete(m.made, key+" "+v.name)
			}
		}
		if m.acted != nil {
			m.acted(who.name)
		}
	}
	if len(m.names(r.Pattern)) == 0 {
		return cell
	}
	if got.Code == http.StatusForbidden && who.foreign() {
		m.fault(r, which, who, "is told that there is something: 403")
	}
	if (got.Code == http.StatusNotFound || got.Code == http.StatusUnprocessableEntity && m.strange(r, which, who)) && !who.stopped(r) {
		gone := m.fill(r.Pattern, which, true)
		never := who.send(r.Method, r.Pattern, gone)
		if a, b := plain(got, target), plain(never, gone); a != b {
			m.fault(r, which, who, "tells a foreign record from a missing one: %s", apart(a, b))
		}
	}
	return cell
}

// common are records that are every worker's: the directory of providers, and their schedules until they are of a case.
var common = []string{"providers/{id}", "schedules/{id}"}

// strange tells whether nothing that a route names is the asker's, so that whatever is wrong with a
// request must be said as if there were no record.
func (m *matrix) strange(r door.Route, which variant, who asker) bool {
	return who.foreign() && which.name != theirs && !slices.Contains(common, m.names(r.Pattern)[0])
}

func (m *matrix) fault(r door.Route, which variant, who asker, format string, args ...any) {
	m.faults = append(m.faults, fmt.Sprintf("%s %s %s as %s: ", r.Method, r.Pattern, which.name, who.name)+fmt.Sprintf(format, args...))
}

// namesSample tells whether an answer names a sample other than by its own address.
func (m *matrix) namesSample(body, target string) bool {
	for _, id := range m.made {
		if len(id) == 36 && !strings.Contains(target, id) && strings.Contains(body, id) {
			return true
		}
	}
	return false
}

var (
	anyID     = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)
	requestID = regexp.MustCompile(`"request":"[A-Z2-7]+"`)
	freshKey  = regexp.MustCompile(`name="idempotency_key" value="[^"]*"`)
)

// plain is an answer without what differs from request to request.
func plain(w *httptest.ResponseRecorder, target string) string {
	h := w.Header().Clone()
	h.Del("X-Request-Id")
	h.Del("Content-Length")
	body := strings.ReplaceAll(w.Body.String(), target, "TARGET")
	body = freshKey.ReplaceAllString(body, "KEY")
	body = requestID.ReplaceAllString(anyID.ReplaceAllString(body, "ID"), "REQUEST")
	return fmt.Sprint(w.Code, h, "\n", body)
}

// apart is where two answers begin to differ.
func apart(a, b string) string {
	i := 0
	for i < min(len(a), len(b)) && a[i] == b[i] {
		i++
	}
	from := max(0, i-40)
	return fmt.Sprintf("%q, not %q", a[from:min(len(a), i+60)], b[from:min(len(b), i+60)])
}

// refusesForeign sends from another site what changes something; it must not even be looked at.
func (m *matrix) refusesForeign(r door.Route, which variant) {
	if r.Method == http.MethodGet {
		return
	}
	who := m.askers[0] // the check stands before anybody is asked for: once is enough
	for _, from := range [][]string{{"Origin", "https://elsewhere.example"}, {"Sec-Fetch-Site", "cross-site"}} {
		w := who.send(r.Method, r.Pattern, m.fill(r.Pattern, which, false), append([]string{"Authorization", ""}, from...)...)
		if w.Code != http.StatusForbidden {
			m.fault(r, which, who, "another site's request (%v) gets %d", from, w.Code)
		}
	}
}

// TestMatrix asks every route of the server as everybody, on both engines, which must agree.
func TestMatrix(t *testing.T) {
	kizunatest.OneByOne(t)
	eachSample(t, func(t *testing.T, s *sample) {
		m := &matrix{routes: s.srv.Router.Routes(), samples: s.records(), made: map[string]string{}}
		m.acted = func(who string) {
			s.again(s.as(who))
			delete(m.made, "sign-ins/{id} ") // it may have been ended with the others
		}
		for _, v := range s.visitors {
			m.askers = append(m.askers, asker{v.name, v.actor.Roles, func(method, pattern, target string, headers ...string) *httptest.ResponseRecorder {
				switch {
				case method == http.MethodGet:
					return s.ask(v, method, target, "", headers...)
				case strings.HasPrefix(target, "/api/"):
					return s.ask(v, method, target, s.body(pattern, target), append([]string{"If-Match", `"` + s.version(target) + `"`}, headers...)...)
				}
				return s.ask(v, method, target, s.formBody(pattern, target), headers...)
			}})
		}
		for _, key := range slices.Sorted(maps.Keys(m.samples)) { // lists may name what was there before
			for _, v := range m.samples[key] {
				m.record(key, v)
			}
		}
		kizunatest.Golden(t, "testdata/matrix.txt", m.text())
		for _, f := range m.faults {
			t.Error(f)
		}
	})
}

// thing is a record of the planted room.
type thing struct {
	id, team db.ID
	until    int // 0 has no end
	secret   bool
	children []db.ID
}

// planted is a small room with a record of one team, and the holes it may have.
type planted struct {
	hole   string
	things map[db.ID]*thing
	now    int
}

func (p *planted) sees(a access.Actor, x *thing) bool {
	switch {
	case x == nil:
		return false
	case p.hole == "a load without its lens":
		return true
	case x.secret && p.hole != "a restricted record for whoever looks over everything":
		return slices.Contains(a.Teams, x.team)
	case x.until != 0 && x.until <= p.now && p.hole != "sight that outlives its day":
		return false
	case a.Is(access.ProviderRoles...):
		return a.Provider == x.team || p.hole == "every provider's"
	}
	return a.Wide || slices.Contains(a.Teams, x.team)
}

func (p *planted) load(r *http.Request) (*thing, error) {
	id, err := db.ParseID(r.PathValue("id"))
	if err != nil {
		return nil, errNotFound()
	}
	x := p.things[id]
	switch {
	case p.sees(access.From(r.Context()), x):
		return x, nil
	case x != nil && p.hole == "forbidden instead of not found":
		return nil, errForbidden()
	case x != nil && p.hole == "another text for what is there":
		return nil, errNotFound("fault.moved")
	}
	return nil, errNotFound()
}

// router hangs the room on a door of its own.
func (p *planted) router(t *testing.T, v *vault.Vault, who map[string]access.Actor) *door.Router {
	d := door.New(door.Config{Vault: v, BaseURL: base, Identify: func(r *http.Request) (access.Actor, error) {
		if a, ok := who[r.Header.Get("X-Who")]; ok {
			return a, nil
		}
		return access.Nobody(), nil
	}})
	staff := []access.Role{access.Caseworker, access.Auditor}
	readers, writers, sessions := door.By(staff...), door.By(access.Caseworker), door.By(access.ProviderStaff)
	switch p.hole {
	case "a role too many":
		writers = door.By(staff...)
	case "a provider at a manager's route":
		sessions = door.By(access.ProviderStaff, access.ProviderManager)
	}
	d.Page("GET /desk/things/{id}", readers, p.show)
	d.Page("POST /desk/things/{id}", writers, p.change)
	d.Page("GET /portal/things/{id}", sessions, p.show)
	d.Page("GET /desk/things", readers, func(w http.ResponseWriter, r *http.Request) error {
		for id, x := range p.things {
			if p.sees(access.From(r.Context()), x) || p.hole == "a list without its lens" {
				_, _ = fmt.Fprintln(w, id)
			}
		}
		return nil
	})
	d.Page("GET /desk/children/{id}", readers, func(w http.ResponseWriter, r *http.Request) error {
		for _, x := range p.things {
			if slices.Contains(x.children, db.MustID(r.PathValue("id"))) && (p.sees(access.From(r.Context()), x) || p.hole == "a child seen without its root") {
				_, err := fmt.Fprintln(w, "child")
				return err
			}
		}
		return errNotFound()
	})
	d.Raw("GET /api/v1/things/{id}", readers, p.show)
	t.Helper()
	return d
}

func (p *planted) show(w http.ResponseWriter, r *http.Request) error {
	_, err := p.load(r)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(w, "thing")
	return err
}

func (p *planted) change(w http.ResponseWriter, r *http.Request) error {
	if _, err := p.load(r); err != nil && p.hole != "a step on what is not seen" {
		return err
	}
	return door.See(w, r, "/desk/things")
}

// holes are what a careless room might do.
var holes = []string{
	"a role too many", "a provider at a manager's route", "a load without its lens", "a list without its lens", "a child seen without its root",
	"sight that outlives its day", "a restricted record for whoever looks over everything", "every provider's", "forbidden instead of not found",
	"another text for what is there", "a step on what is not seen",
}

// TestMatrixSeesHoles plants each hole in a room that has none and sees that the matrix differs, or
// tells the fault outright.
func TestMatrixSeesHoles(t *testing.T) {
	kizunatest.OneByOne(t)
	team, other, provider, elsewhere := db.NewID(), db.NewID(), db.NewID(), db.NewID()
	who := map[string]access.Actor{
		"caseworker":             {ID: db.NewID(), Roles: []access.Role{access.Caseworker}, Teams: []db.ID{team}},
		"caseworker:other":       {ID: db.NewID(), Roles: []access.Role{access.Caseworker}, Teams: []db.ID{other}},
		"auditor":                {ID: db.NewID(), Roles: []access.Role{access.Auditor}, Wide: true},
		"provider_staff":         {ID: db.NewID(), Roles: []access.Role{access.ProviderStaff}, Provider: provider},
		"provider_staff:other":   {ID: db.NewID(), Roles: []access.Role{access.ProviderStaff}, Provider: elsewhere},
		"provider_manager":       {ID: db.NewID(), Roles: []access.Role{access.ProviderManager}, Provider: provider},
		"provider_manager:other": {ID: db.NewID(), Roles: []access.Role{access.ProviderManager}, Provider: elsewhere},
		"nobody":                 access.Nobody(),
	}
	v := kizunatest.Vault(t)
	draw := func(hole string) (string, []string) {
		child := db.NewID()
		records := map[string]*thing{
			"": {id: db.NewID(), team: team, children: []db.ID{child}}, "ended": {id: db.NewID(), team: team, until: 5},
			"restricted": {id: db.NewID(), team: team, secret: true}, "provider": {id: db.NewID(), team: provider},
		}
		p := &planted{hole: hole, things: map[db.ID]*thing{}, now: 10}
		m := &matrix{samples: map[string][]variant{"children/{id}": is(child.String())}, made: map[string]string{}}
		for _, name := range slices.Sorted(maps.Keys(records)) {
			x := records[name]
			p.things[x.id] = x
			m.samples["things/{id}"] = append(m.samples["things/{id}"], variant{name, x.id.String})
		}
		d := p.router(t, v, who)
		for _, r := range d.Routes() {
			if strings.Contains(r.Pattern, "things") || strings.Contains(r.Pattern, "children") {
				m.routes = append(m.routes, r)
			}
		}
		for _, v := range m.samples["things/{id}"] {
			m.record("things/{id}", v)
		}
		for _, name := range slices.Sorted(maps.Keys(who)) {
			m.askers = append(m.askers, asker{name, who[name].Roles, func(method, _, target string, headers ...string) *httptest.ResponseRecorder {
				r := httptest.NewRequestWithContext(t.Context(), method, base+target, nil)
				r.Header.Set("X-Who", name)
				for i := 0; i < len(headers); i += 2 {
					r.Header.Set(headers[i], headers[i+1])
				}
				w := httptest.NewRecorder()
				d.ServeHTTP(w, r)
				return w
			}})
		}
		return m.text(), m.faults
	}
	sound, faults := draw("")
	if len(faults) > 0 {
		t.Fatalf("the sound room: %s", strings.Join(faults, "\n"))
	}
	if again, _ := draw(""); again != sound {
		t.Fatal("the matrix of one room differs from itself")
	}
	for _, hole := range holes {
		if text, faults := draw(hole); text == sound && len(faults) == 0 {
			t.Errorf("nobody noticed: %s", hole)
		}
	}
}
