// Package internal_test keeps the house in order: who may use whom, where SQL, engines and pages
// may live, and that every word said has been written in both languages. A new room is added to
// rooms below, in the order of the work; a new ground package needs a decision note first.
package internal_test

import (
	"fmt"
	"go/ast"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// ground, in import order: each may use those before it.
var ground = []string{
	"fault", "text", "calendar", "vault", "db", "access", "journal", "sight", "jobs", "flow",
	"op", "draft", "ledger", "rule", "search", "file", "ui", "door", "guide",
}

// rooms, wing by wing and from left to right: each may use the ground and those before it.
var rooms = []string{
	"office/agency", "office/account", "office/document", "office/task",
	"resident/people", "resident/consent", "resident/form",
	"casework/catalog", "casework/cases", "casework/intake", "casework/assessment", "casework/careplan", "casework/benefit",
	"network/provider", "network/referral", "network/delivery", "network/payment",
	"notice", "report", "home",
}

// roof and what stands on it. Only the roof and those above put the parts together.
var roof = []string{"server", "operate", "generate", "bench", "demo"}

// loaders may write records through a room's Load, past its flow: they bring history that already
// happened somewhere else.
var loaders = []string{"internal/generate", "internal/operate", "internal/demo"}

// drivers are the ways to a database engine, each with all below it. Only ground/db knows them, and
// the test kit, which makes and drops the databases of the tests.
var drivers = []string{"github.com/jackc", "modernc.org", "github.com/mattn/go-sqlite3", "github.com/pressly/goose"}

// kinds of places, from below.
const (
	onGround = iota
	inRoom
	onRoof
	inTests
	inCommand
)

// place is where a package stands in the house.
type place struct {
	name string // internal/resident/people
	kind int
	rank int  // may use lower ranks
	web  bool // its pages and API, not its rules
	draw bool // a drawing of its records that the pages of several rooms share
}

// places lists the house from below; the rank of a place is its position.
func places() []place {
	var all []place
	add := func(kind int, prefix string, names ...string) {
		for _, name := range names {
			all = append(all, place{name: prefix + name, kind: kind, rank: len(all)})
		}
	}
	add(onGround, "internal/ground/", ground...)
	add(inRoom, "internal/", rooms...)
	add(onRoof, "internal/", roof...)
	add(inTests, "internal/", "kizunatest")
	add(inCommand, "", "cmd")
	return all
}

// placeOf finds the place of a folder, which may lie deeper inside it (provider/hsds, people/web).
func placeOf(dir string) (place, bool) {
	for _, p := range places() {
		if dir != p.name && !strings.HasPrefix(dir, p.name+"/") {
			continue
		}
		inside := strings.Split(strings.TrimPrefix(dir, p.name), "/")
		p.web = p.kind == inRoom && slices.Contains(inside, "web")
		p.draw = p.kind == inRoom && slices.Contains(inside, "render")
		return p, true
	}
	return place{}, false
}

// laws are the rules of the house; each tells its breaches, one line each.
var laws = []struct {
	name  string
	holds func(house) []string
}{
	{"every package has a place and a name that says something", named},
	{"downward only", downward},
	{"only the data layer knows the engines", engines},
	{"rules know nothing of pages", rulesApart},
	{"SQL stands in the store", sqlInStore},
	{"only a flow sets a status", statusByFlow},
	{"only those who bring history load it", loadCallers},
	{"every page has its words", pageWords},
	{"no word is missing", missingWords},
	{"no word is idle", idleWords},
}

func TestHouse(t *testing.T) {
	h := read(t, os.DirFS(".."))
	for _, law := range laws {
		t.Run(law.name, func(t *testing.T) {
			for _, breach := range law.holds(h) {
				t.Error(breach)
			}
		})
	}
}

func named(h house) []string {
	var out []string
	for dir, p := range h.packages {
		if _, ok := placeOf(dir); !ok && dir != "internal" {
			out = append(out, dir+": has no place in the house (arch_test.go lists them)")
		}
		if slices.Contains([]string{"util", "utils", "common", "helper", "helpers", "model", "models", "misc", "shared"}, p.name) {
			out = append(out, dir+": package "+p.name+" says nothing of what is in it")
		}
		if !p.testsOnly() && !p.commented() {
			out = append(out, dir+": no package comment says what it is for")
		}
	}
	return out
}

func downward(h house) []string {
	return h.eachImport(func(s source, to string) string {
		dir, ours := strings.CutPrefix(to, "kizuna/")
		if !ours {
			return ""
		}
		from, okFrom := placeOf(s.dir())
		target, okTo := placeOf(dir)
		switch {
		case !okFrom || !okTo:
			return "" // named tells
		case target.kind == inTests:
			if !s.test && from.kind != inTests {
				return "only tests use kizunatest"
			}
			return ""
		case target.draw && !from.web && !from.draw && from.kind < onRoof:
			return "rules do not use drawings"
		case from.name == target.name:
			if target.web && !from.web {
				return "rules do not use their own pages"
			}
			return ""
		case target.web && from.kind < onRoof:
			return "pages are put together by the server alone"
		case target.rank > from.rank:
			return from.name + " stands below " + target.name + ": declare a slot that the server fills"
		}
		return ""
	})
}

func engines(h house) []string {
	return h.eachImport(func(s source, to string) string {
		data, _ := placeOf("internal/ground/db")
		p, _ := placeOf(s.dir())
		// A test of what stands below the data layer has no other way to a database.
		if p.name == data.name || p.kind == inTests || s.test && p.kind == onGround && p.rank < data.rank {
			return ""
		}
		// Types may say how a column holds them (database/sql/driver); opening one is another matter.
		if to == "database/sql" || slices.ContainsFunc(drivers, func(d string) bool { return to == d || strings.HasPrefix(to, d+"/") }) {
			return "only ground/db knows the engines"
		}
		return ""
	})
}

func rulesApart(h house) []string {
	return h.eachImport(func(s source, to string) string {
		p, _ := placeOf(s.dir())
		if p.kind != inRoom || p.web || p.draw || s.test {
			return ""
		}
		target, _ := placeOf(strings.TrimPrefix(to, "kizuna/"))
		if to == "net/http" || strings.HasPrefix(to, "github.com/a-h/templ") || target.name == "internal/ground/ui" || target.name == "internal/ground/door" {
			return "rules know nothing of pages; this belongs in web/"
		}
		return ""
	})
}

var (
	// A statement by its opening in capitals, as the house writes SQL, or by its shape in any case.
	sqlOpening = regexp.MustCompile(`^\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|WITH|CREATE TABLE|CREATE INDEX|DROP TABLE|ALTER TABLE)\s`)
	sqlShape   = regexp.MustCompile(`(?is)^\s*(select\s.+\sfrom\s|insert\s+into\s+\w+\s*\(|update\s+\w+\s+set\s|delete\s+from\s+\w+\s+where)`)
	setsStatus = regexp.MustCompile(`(?is)\bupdate\s+\w+(?:\s+as\s+\w+)?\s+set\s(.*?)(?:\swhere\s|$)`)
	statusSet  = regexp.MustCompile(`(?i)(?:^|[\s,(])status\s*(?:=|,[^)]*\)\s*=)`)
)

func sqlInStore(h house) []string {
	return h.eachString(func(s source, text string) string {
		p, _ := placeOf(s.dir())
		file := path.Base(s.path)
		switch {
		case p.kind == onGround, p.kind == inTests, p.kind == onRoof && p.name != "internal/server":
			return ""
		case file == "store.go" || strings.HasSuffix(file, "_store.go") || file == "search.go":
			return ""
		case sqlOpening.MatchString(text), sqlShape.MatchString(text):
			return "SQL outside store.go: " + firstLine(text)
		}
		return ""
	})
}

func statusByFlow(h house) []string {
	return h.eachString(func(s source, text string) string {
		if p, _ := placeOf(s.dir()); p.kind != inRoom {
			return ""
		}
		for _, set := range setsStatus.FindAllStringSubmatch(text, -1) {
			if statusSet.MatchString(set[1]) {
				return "only flow.Take sets a status: " + firstLine(text)
			}
		}
		return ""
	})
}

func loadCallers(h house) []string {
	return h.eachNode(func(s source, n ast.Node) string {
		call, ok := n.(*ast.CallExpr)
		if !ok || s.test {
			return ""
		}
		target, name := s.called(call)
		room, ok := placeOf(strings.TrimPrefix(target, "kizuna/"))
		if !ok || room.kind != inRoom || name != "Load" && name != "LoadPast" || h.readsForActor(room.name, name) {
			return ""
		}
		here, _ := placeOf(s.dir())
		if here.name == room.name || slices.Contains(loaders, here.name) {
			return ""
		}
		return "calls " + room.name + ".Load, which writes past the flow"
	})
}

func pageWords(h house) []string {
	var out []string
	for dir, p := range h.packages {
		w, has := h.words[dir]
		if p.pages && !has {
			out = append(out, dir+": pages without a words.txt")
		}
		if has && w.area == "" {
			out = append(out, dir+"/words.txt: not registered; text.Register it beside it")
		}
		for key, langs := range w.keys {
			for _, lang := range []string{"ja", "en"} {
				if !slices.Contains(langs, lang) {
					out = append(out, fmt.Sprintf("%s/words.txt: %s has no %s", dir, key, lang))
				}
			}
		}
	}
	return out
}

// takesKey tells which argument of a function is a word key.
var takesKey = map[string]int{
	"kizuna/internal/ground/text.T":          1,
	"kizuna/internal/ground/text.Word":       1,
	"kizuna/internal/ground/text.Spoken":     1,
	"kizuna/internal/ground/fault.Forbid":    0,
	"kizuna/internal/ground/fault.Conflict":  0,
	"kizuna/internal/ground/fault.Malformed": 0,
}

func missingWords(h house) []string {
	known := h.allKeys()
	return h.eachNode(func(s source, n ast.Node) string {
		if s.test {
			return ""
		}
		if key, literal := stringOf(keyAt(s, n)); literal && key != "" && !known[key] {
			return "no word for " + key
		}
		return ""
	})
}

// keyAt is the word key in a call or literal that takes one, nil in any other.
func keyAt(s source, n ast.Node) ast.Expr {
	switch n := n.(type) {
	case *ast.CallExpr:
		target, name := s.called(n)
		at, ok := takesKey[target+"."+name]
		if !ok && (name == "Add" || name == "Check") && len(n.Args) > 1 {
			// fault.Fields: a pointer, then the key.
			pointer, literal := stringOf(n.Args[0])
			at, ok = 1, literal && (pointer == "" || strings.HasPrefix(pointer, "/"))
		}
		if ok && at < len(n.Args) {
			return n.Args[at]
		}
	case *ast.CompositeLit:
		kind, ok := n.Type.(*ast.SelectorExpr)
		if !ok || kind.Sel.Name != "Field" && kind.Sel.Name != "Fault" {
			return nil
		}
		if x, ok := kind.X.(*ast.Ident); !ok || s.imports[x.Name] != "kizuna/internal/ground/fault" {
			return nil
		}
		for _, element := range n.Elts {
			if pair, ok := element.(*ast.KeyValueExpr); ok {
				if field, ok := pair.Key.(*ast.Ident); ok && field.Name == "Key" {
					return pair.Value
				}
			}
		}
	}
	return nil
}

// idleWords finds words that nobody says. A key counts as said where it stands as a string, or
// where a concatenation or format could give it; a word of a flow, where its entity and its status
// or step stand as strings. The ground offers its words to every room and is not asked.
func idleWords(h house) []string {
	said, shapes := h.saidKeys()
	says := func(key string) bool {
		if parts := strings.Split(key, "."); ofFlow(key) && len(parts) == 3 {
			return said[parts[1]] && said[parts[2]]
		}
		// A case's timeline finds the words of every room by the entity and the step.
		if _, what, ok := strings.Cut(key, ".timeline."); ok {
			entity, step, _ := strings.Cut(what, ".")
			return said[entity] && said[step]
		}
		return said[key] || slices.ContainsFunc(shapes, func(r *regexp.Regexp) bool { return r.MatchString(key) })
	}
	var out []string
	for dir, w := range h.words {
		if p, _ := placeOf(dir); p.kind == onGround {
			continue
		}
		for key := range w.keys {
			if !says(key) {
				out = append(out, dir+"/words.txt: nobody says "+key)
			}
		}
	}
	slices.Sort(out)
	return out
}

// read parses the tree.
func read(t *testing.T, tree fs.FS) house {
	t.Helper()
	h, err := parseHouse(tree)
	if err != nil {
		t.Fatal(err)
	}
	return h
}
