package internal_test

import (
	"strings"
	"testing"
	"testing/fstest"
)

// TestLawsCatchBreaches plants one breach of each kind in a small house that is otherwise in
// order, and sees the law name it.
func TestLawsCatchBreaches(t *testing.T) {
	const (
		people = "internal/resident/people/"
		cases  = "internal/casework/cases/"
	)
	for _, c := range []struct {
		law, why string
		plant    map[string]string // beside or instead of the sound files
		want     string            // part of the breach; "" wants none
	}{
		{"every package has a place and a name that says something", "an unknown room",
			map[string]string{"internal/resident/pets/pets.go": "// Package pets.\npackage pets"}, "internal/resident/pets: has no place"},
		{"every package has a place and a name that says something", "a drawer for everything",
			map[string]string{people + "helpers/x.go": "// Package helpers.\npackage helpers"}, "says nothing"},
		{"every package has a place and a name that says something", "no package comment",
			map[string]string{people + "p.go": "package people"}, "no package comment"},

		{"downward only", "an earlier room uses a later one",
			map[string]string{people + "x.go": `package people; import _ "kizuna/internal/casework/cases"`}, "stands below internal/casework/cases"},
		{"downward only", "the ground uses a room",
			map[string]string{"internal/ground/ui/x.go": `package ui; import _ "kizuna/internal/resident/people"`}, "stands below"},
		{"downward only", "the ground in the wrong order",
			map[string]string{"internal/ground/db/x.go": `package db; import _ "kizuna/internal/ground/flow"`}, "stands below internal/ground/flow"},
		{"downward only", "pages use another room's pages",
			map[string]string{cases + "web/x.go": `package web; import _ "kizuna/internal/resident/people/web"`}, "server alone"},
		{"downward only", "rules use their own pages",
			map[string]string{people + "x.go": `package people; import _ "kizuna/internal/resident/people/web"`}, "their own pages"},
		{"downward only", "the roof is used from below",
			map[string]string{"internal/home/web/x.go": `package web; import _ "kizuna/internal/server"`}, "stands below internal/server"},
		{"downward only", "what ships uses the test kit",
			map[string]string{people + "x.go": `package people; import _ "kizuna/internal/kizunatest"`}, "only tests"},
		{"downward only", "a test uses the test kit",
			map[string]string{people + "x_test.go": `package people_test; import _ "kizuna/internal/kizunatest"`}, ""},
		{"downward only", "a test looks upward",
			map[string]string{people + "x_test.go": `package people_test; import _ "kizuna/internal/casework/cases"`}, "stands below"},
		{"downward only", "the server uses pages and rules",
			map[string]string{"internal/server/x.go": `package server; import (_ "kizuna/internal/resident/people/web"; _ "kizuna/internal/home/web")`}, ""},

		{"only the data layer knows the engines", "a room knows a column type",
			map[string]string{people + "store.go": `package people; import _ "github.com/jackc/pgx/v5/pgtype"`}, "engines"},
		{"only the data layer knows the engines", "a build tag hides a driver",
			map[string]string{"internal/server/x.go": "//go:build cgo_sqlite\n\npackage server; import _ \"github.com/mattn/go-sqlite3\""}, "engines"},
		{"only the data layer knows the engines", "the data layer itself",
			map[string]string{"internal/ground/db/x.go": `package db; import _ "modernc.org/sqlite"`}, ""},

		{"only the data layer knows the engines", "a test of what stands below it",
			map[string]string{"internal/ground/text/x_test.go": `package text; import _ "modernc.org/sqlite"`}, ""},
		{"only the data layer knows the engines", "a test of what stands above it",
			map[string]string{people + "x_test.go": `package people; import _ "modernc.org/sqlite"`}, "engines"},

		{"rules know nothing of pages", "rules speak HTTP",
			map[string]string{people + "x.go": `package people; import _ "net/http"`}, "belongs in web/"},
		{"rules know nothing of pages", "rules read what a request sent",
			map[string]string{people + "x.go": `package people; import _ "kizuna/internal/ground/door/input"`}, "belongs in web/"},
		{"rules know nothing of pages", "a room's foreign tongue speaks HTTP",
			map[string]string{"internal/network/provider/hsds/x.go": "// Package hsds.\npackage hsds; import _ \"net/http\""}, "belongs in web/"},
		{"rules know nothing of pages", "pages speak HTTP",
			map[string]string{people + "web/x.go": `package web; import (_ "net/http"; _ "github.com/a-h/templ"; _ "kizuna/internal/ground/ui")`}, ""},

		{"SQL stands in the store", "SQL in an operation",
			map[string]string{people + "operations.go": "package people; const q = `\n select id from persons where id = ?`"}, "SQL outside store.go"},
		{"SQL stands in the store", "SQL put together",
			map[string]string{people + "web/x.go": "package web; func q(c string) string { return \"SELECT \" + c + \" FROM persons\" }"}, "SQL outside store.go"},
		{"SQL stands in the store", "SQL in the store",
			map[string]string{people + "store.go": "package people; const q = `SELECT id FROM persons WHERE id = ?`"}, ""},
		{"SQL stands in the store", "prose",
			map[string]string{people + "operations.go": `package people; const q = "select the person first"`}, ""},

		{"only a flow sets a status", "a store sets it",
			map[string]string{people + "store.go": "package people; const q = `UPDATE persons SET version = version + 1, status = 'merged' WHERE id = ?`"}, "only flow.Take"},
		{"only a flow sets a status", "a store asks for it",
			map[string]string{people + "store.go": "package people; const q = `UPDATE persons SET note = ? WHERE status = 'merged'`"}, ""},
		{"only a flow sets a status", "another word that ends like it",
			map[string]string{people + "store.go": "package people; const q = `UPDATE persons SET evidence_status = ? WHERE id = ?`"}, ""},

		{"only those who bring history load it", "a page loads",
			map[string]string{cases + "x.go": `package cases; import "kizuna/internal/resident/people"; func x() { people.Load() }`}, "past the flow"},
		{"only those who bring history load it", "a room reads for an actor", map[string]string{
			people + "p.go": `package people; func Load(a access.Actor) {}`,
			cases + "x.go":  `package cases; import "kizuna/internal/resident/people"; func x() { people.Load() }`,
		}, ""},
		{"only those who bring history load it", "the generator loads",
			map[string]string{"internal/generate/x.go": "// Package generate.\npackage generate; import \"kizuna/internal/resident/people\"; func x() { people.Load() }"}, ""},

		{"every page has its words", "pages without words",
			map[string]string{cases + "web/list.templ": "package web", cases + "web/x.go": "// Package web.\npackage web"}, "pages without a words.txt"},
		{"every page has its words", "one language only",
			map[string]string{people + "web/words.txt": "title\n  ja 住民\n"}, "people_web.title has no en"},
		{"every page has its words", "words that nobody registers",
			map[string]string{cases + "words.txt": "title\n  ja 事例\n  en Case\n"}, "not registered"},

		{"no word is missing", "a page says what nobody wrote",
			map[string]string{people + "web/x.go": `package web; import ("context"; "kizuna/internal/ground/text"); func x(ctx context.Context) string { return text.Word(ctx, "people_web.lost") }`}, "no word for people_web.lost"},
		{"no word is missing", "a field fault that nobody wrote",
			map[string]string{people + "x.go": `package people; func x(f interface{ Add(string, string) }) { f.Add("/names/0", "people.lost") }`}, "no word for people.lost"},
		{"no word is missing", "a fault literal that nobody wrote",
			map[string]string{people + "x.go": `package people; import "kizuna/internal/ground/fault"; var x = fault.Field{Pointer: "/a", Key: "people.lost"}`}, "no word for people.lost"},
		{"no word is missing", "a fault under another import name",
			map[string]string{people + "x.go": `package people; import bad "kizuna/internal/ground/fault"; func x() error { return bad.Conflict("people.lost") }`}, "no word for people.lost"},

		{"no word is idle", "a word that nobody says",
			map[string]string{people + "web/words.txt": "title\n  ja 住民\n  en People\nspare\n  ja 余\n  en Spare\n"}, "nobody says people_web.spare"},
		{"no word is idle", "a word only a test says",
			map[string]string{
				people + "web/words.txt": "title\n  ja 住民\n  en People\nspare\n  ja 余\n  en Spare\n",
				people + "web/x_test.go": `package web; const x = "people_web.spare"`,
			}, "nobody says people_web.spare"},
		{"no word is idle", "a word put together when it is said",
			map[string]string{
				people + "web/words.txt": "title\n  ja 住民\n  en People\nkind.living\n  ja 同居\n  en Living\n",
				people + "web/x.go":      `package web; func x(s string) string { return "people_web.kind." + s }`,
			}, ""},
		{"no word is idle", "a word of a status that no flow has",
			map[string]string{people + "web/words.txt": "title\n  ja 住民\n  en People\nstatus.person.lost\n  ja 不明\n  en Lost\n"}, "nobody says status.person.lost"},
		{"no word is idle", "a word of a flow's status",
			map[string]string{
				people + "web/words.txt": "title\n  ja 住民\n  en People\nstatus.person.active\n  ja 有効\n  en Active\n",
				people + "flow.go":       `package people; var flow = []string{"person", "active"}`,
			}, ""},
	} {
		t.Run(c.law+"/"+c.why, func(t *testing.T) {
			tree := fstest.MapFS{}
			for name, text := range soundHouse() {
				tree[name] = &fstest.MapFile{Data: []byte(text)}
			}
			for name, text := range c.plant {
				tree[name] = &fstest.MapFile{Data: []byte(text)}
			}
			h := read(t, tree)
			for _, law := range laws {
				got := strings.Join(law.holds(h), "\n")
				switch {
				case law.name != c.law:
				case c.want == "" && got != "":
					t.Errorf("a sound house is blamed:\n%s", got)
				case !strings.Contains(got, c.want):
					t.Errorf("%q is not told; told:\n%s", c.want, got)
				}
			}
		})
	}
}

func TestSoundHouseHasNoBreach(t *testing.T) {
	tree := fstest.MapFS{}
	for name, text := range soundHouse() {
		tree[name] = &fstest.MapFile{Data: []byte(text)}
	}
	for _, law := range laws {
		for _, breach := range law.holds(read(t, tree)) {
			t.Errorf("%s: %s", law.name, breach)
		}
	}
}

func soundHouse() map[string]string {
	return map[string]string{
		"cmd/kizuna/main.go":            "// Command kizuna.\npackage main; import _ \"kizuna/internal/server\"",
		"internal/server/server.go":     "// Package server.\npackage server",
		"internal/home/web/home.go":     "// Package web.\npackage web; import _ \"kizuna/internal/casework/cases\"",
		"internal/ground/db/db.go":      "// Package db.\npackage db",
		"internal/ground/ui/ui.go":      "// Package ui.\npackage ui; import _ \"kizuna/internal/ground/db\"",
		"internal/casework/cases/c.go":  "// Package cases.\npackage cases; import _ \"kizuna/internal/resident/people\"",
		"internal/kizunatest/kit.go":    "// Package kizunatest.\npackage kizunatest; import _ \"kizuna/internal/server\"",
		"internal/resident/people/p.go": "// Package people.\npackage people; func Load() {}",
		"internal/resident/people/web/routes.go": "// Package web.\npackage web\nimport (\n\"context\"\n\"kizuna/internal/ground/text\"\n)\n" +
			"var _ = text.Register(\"people_web\", \"\")\nfunc title(ctx context.Context) string { return text.Word(ctx, \"people_web.title\") }",
		"internal/resident/people/web/list.templ": "package web",
		"internal/resident/people/web/words.txt":  "title\n  ja 住民\n  en People\n",
	}
}
