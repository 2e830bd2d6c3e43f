package server_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/text"
	"kizuna/internal/kizunatest"
)

// docs is where the generated documents stand, from this folder.
const docs = "../../docs/"

const generated = "<!-- Generated: go test ./internal/server -run TestDocuments -update -->\n\n"

// TestDocuments keeps the documents that are made from the program itself: who may do what, how
// every record moves, and which room is for what.
func TestDocuments(t *testing.T) {
	kizunatest.OneByOne(t)
	s := build(t, kizunatest.NewDB(t, kizunatest.Engines(t)[0]), io.Discard)
	t.Run("permissions", func(t *testing.T) { kizunatest.Golden(t, docs+"permissions.md", permissions(t, s.Router.Routes())) })
	t.Run("map", func(t *testing.T) { kizunatest.Golden(t, docs+"map.md", houseMap(t)) })
	t.Run("flows", func(t *testing.T) {
		known := map[string]bool{"README.md": true}
		for _, d := range flow.All() {
			known[d.Entity+".md"] = true
			if entityName(d.Entity, text.JA) == "" || entityName(d.Entity, text.EN) == "" {
				t.Errorf("%s has no name in testdata/records.txt", d.Entity)
			}
			kizunatest.Golden(t, docs+"flows/"+d.Entity+".md", flowPage(d))
		}
		kizunatest.Golden(t, docs+"flows/README.md", flowIndex())
		files, err := os.ReadDir(docs + "flows")
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if !known[f.Name()] {
				t.Errorf("docs/flows/%s is of no flow any more: remove it", f.Name())
			}
		}
	})
}

// sights says in words who sees a record of a kind; the kinds are those of the reach table.
var sights = map[string]string{
	"person":           "Staff who made the entry or work on a case the person takes part in, and their team; once restricted, only those named to it. Other staff find no more than a card (names, kana, birth year), and not even that of a restricted person. The resident sees their own.",
	"case":             "Its owner, its case team, and its team unless it is restricted. Roles that look over everything see all that is not restricted. Never a resident, never a provider.",
	"complaint":        "Those who receive; after it joined a case, those who work on that case. The reporter is sealed from everybody but those who may unseal it, with a reason.",
	"inquiry":          "Those who receive; after it joined a case, those who work on that case.",
	"inbound_referral": "Those who receive; after it joined a case, those who work on that case.",
	"inbound_link":     "Those who receive, the team of who made it, and who made it. Its token is shown once and kept nowhere.",
	"application":      "Those who receive and those who work on its case; the resident who applied sees their own.",
	"provider":         "All staff; the provider's own people see their own entry.",
	"referral":         "Those who work on its case.",
	"invitation":       "The provider it was sent to, with the packet as it was shared, until it ends; those who work on the case.",
	"authorization":    "The provider who was authorized, and those who work on the case.",
	"schedule":         "The provider whose it is, and the agency's staff.",
	"session":          "The provider whose it is, and those who work on the cases of those enrolled.",
	"payment_request":  "The provider who made it, and those who check and approve payments.",
}

var kindLiteral = regexp.MustCompile(`(?:sight\.(?:Lens|Reach)\{[^}]*\bKind: |sight\.(?:Close|CloseKind|Of)\([^,()]+, )"([a-z_]+)"`)

// sightKinds finds the kinds of record that the rooms open to sight.
func sightKinds(t *testing.T) []string {
	found := map[string]bool{}
	walk(t, "..", func(name string, source []byte) {
		if strings.Contains(name, "/ground/") || strings.HasSuffix(name, "_test.go") {
			return
		}
		for _, m := range kindLiteral.FindAllSubmatch(source, -1) {
			found[string(m[1])] = true
		}
	})
	return slices.Sorted(maps.Keys(found))
}

// walk reads every Go file below a folder.
func walk(t *testing.T, root string, read func(name string, source []byte)) {
	t.Helper()
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(name, ".go") {
			return err
		}
		source, err := os.ReadFile(name)
		if err == nil {
			read(name, source)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// marks writes a cell for each role that may.
func marks(may func(access.Role) bool) string {
	var b strings.Builder
	for _, role := range access.UserRoles {
		if may(role) {
			b.WriteString(" ✓ |")
		} else {
			b.WriteString("  |")
		}
	}
	return b.String()
}

func roleHeads() string {
	var heads, rule strings.Builder
	for _, role := range access.UserRoles {
		heads.WriteString(" " + strings.ReplaceAll(string(role), "_", " ") + " |")
		rule.WriteString("---|")
	}
	return heads.String() + "\n|---|" + rule.String() + "\n"
}

// permissions is the document of the three locks: the doors and routes, sight, the deeds.
func permissions(t *testing.T, routes []door.Route) string {
	var b strings.Builder
	b.WriteString("# Who may do what\n\n" + generated)
	b.WriteString("Three locks stand before every record: the **door** and its routes (who may ask), **sight** (of which records), and the **deed** (which step).\n" +
		"What somebody may not see is not found: a foreign record and a missing one get the same answer. `internal/server/testdata/matrix.txt` is the proof.\n\n")
	b.WriteString("## Doors\n\n| first part of the address |" + roleHeads())
	for _, d := range access.Doors {
		fmt.Fprintf(&b, "| /%s |%s\n", d.Segment, marks(func(r access.Role) bool { return len(d.Roles) == 0 || slices.Contains(d.Roles, r) }))
	}
	b.WriteString("\n/public, /hsds and the pages of the sign-in are open to anyone.\n\n## Routes\n\n| route |" + roleHeads())
	for _, r := range routes {
		if r.Anyone {
			fmt.Fprintf(&b, "| `%s %s` *anyone* |%s\n", r.Method, r.Pattern, marks(func(access.Role) bool { return true }))
			continue
		}
		fmt.Fprintf(&b, "| `%s %s` |%s\n", r.Method, r.Pattern, marks(func(x access.Role) bool { return slices.Contains(r.Roles, x) }))
	}
	b.WriteString("\n## Sight\n\n| kind | who sees it |\n|---|---|\n")
	for _, kind := range sightKinds(t) {
		if sights[kind] == "" {
			t.Errorf("nobody has written who sees a %s: add it to sights", kind)
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(sights)) {
		fmt.Fprintf(&b, "| %s | %s |\n", words(kind), sights[kind])
	}
	b.WriteString("\nEverything else is seen through its root: a note through its case, an address through its person.\n\n" +
		"## Deeds\n\nA step marked * has a condition of its own besides the role, such as that nobody approves their own request. Steps that only the system takes have no mark.\n\n| record and step |" + roleHeads())
	for _, d := range flow.All() {
		for _, step := range d.Steps {
			star := ""
			if step.Conditional {
				star = " *"
			}
			fmt.Fprintf(&b, "| %s: %s%s |%s\n", entityName(d.Entity, text.EN), words(step.Name), star, marks(func(r access.Role) bool { return slices.Contains(step.By, r) }))
		}
	}
	return b.String()
}

func words(name string) string { return strings.ReplaceAll(name, "_", " ") }

// records are what people call the records, by entity: Japanese and English.
var records = sync.OnceValue(func() map[string][2]string {
	file, err := os.ReadFile("testdata/records.txt")
	if err != nil {
		panic(err)
	}
	out := map[string][2]string{}
	for line := range strings.Lines(string(file)) {
		entity, names, _ := strings.Cut(strings.TrimSpace(line), " ")
		if ja, en, ok := strings.Cut(names, "|"); ok && entity != "#" {
			out[entity] = [2]string{ja, en}
		}
	}
	return out
})

// entityName is what people call an entity: as its room says, or else testdata/records.txt.
func entityName(entity string, lang text.Lang) string {
	for _, key := range text.Keys() {
		if strings.HasSuffix(key, ".entity."+entity) {
			return text.T(lang, key, nil)
		}
	}
	names := records()[entity]
	if lang == text.JA {
		return names[0]
	}
	return names[1]
}

// stepWord is the word of a step or status; a step of a part that only its owner's page shows may
// have none.
func stepWord(kind, entity, name string, lang text.Lang) string {
	if key := kind + "." + entity + "." + name; text.Has(key) {
		return text.T(lang, key, nil)
	}
	return words(name)
}

func node(status string) string {
	if status == "" {
		return "[*]"
	}
	return strings.NewReplacer(" ", "_", "-", "_").Replace(status)
}

// flowPage is how one record moves: a diagram, and each step with its words and who takes it.
func flowPage(d flow.Described) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s · %s\n\n%s", entityName(d.Entity, text.JA), entityName(d.Entity, text.EN), generated)
	b.WriteString("```mermaid\nstateDiagram-v2\n")
	for _, status := range d.Statuses() {
		if status != flow.Void {
			fmt.Fprintf(&b, "  state \"%s · %s\" as %s\n", stepWord("status", d.Entity, status, text.JA), stepWord("status", d.Entity, status, text.EN), node(status))
		}
	}
	for _, step := range d.Steps {
		if step.To == flow.Void {
			continue
		}
		from := step.From
		if len(from) == 0 {
			from = []string{""}
		}
		for _, f := range from {
			to := step.To
			if to == "" {
				to = f
			}
			fmt.Fprintf(&b, "  %s --> %s: %s\n", node(f), node(to), step.Name)
		}
	}
	b.WriteString("```\n\nWhat was entered in error becomes void from anywhere, with a reason; nothing is deleted.\n\n| step | 日本語 | English | from | to | by |\n|---|---|---|---|---|---|\n")
	for _, step := range d.Steps {
		by := make([]string, len(step.By))
		for i, r := range step.By {
			by[i] = words(string(r))
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s%s%s |\n", step.Name, stepWord("step", d.Entity, step.Name, text.JA), stepWord("step", d.Entity, step.Name, text.EN),
			orNew(strings.Join(step.From, ", ")), orSame(step.To), strings.Join(by, ", "), mark(step.Conditional, "; on a condition"), mark(step.Route, "; may ask for an approval route"))
	}
	b.WriteString("\n| status | 日本語 | English |\n|---|---|---|\n")
	for _, status := range d.Statuses() {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", status, stepWord("status", d.Entity, status, text.JA), stepWord("status", d.Entity, status, text.EN))
	}
	return b.String()
}

func orNew(s string) string {
	if s == "" {
		return "*new*"
	}
	return s
}

func orSame(s string) string {
	if s == "" {
		return "*stays*"
	}
	return s
}

func mark(on bool, s string) string {
	if on {
		return s
	}
	return ""
}

func flowIndex() string {
	var b strings.Builder
	b.WriteString("# How records move\n\n" + generated + "Every record has one table of steps; no other statement changes a status. The tables stand in each room's `flow.go`.\n\n| record | 日本語 | statuses | steps |\n|---|---|---|---|\n")
	for _, d := range flow.All() {
		fmt.Fprintf(&b, "| [%s](%s.md) | %s | %s | %d |\n", entityName(d.Entity, text.EN), d.Entity, entityName(d.Entity, text.JA), strings.Join(d.Statuses(), ", "), len(d.Steps))
	}
	return b.String()
}

// houseMap is every part of the house in the order it is built: what it is for, from its package
// comment, and the tables it keeps, from its migration.
func houseMap(t *testing.T) string {
	tables := tablesByRoom(t)
	var b strings.Builder
	b.WriteString("# The map\n\n" + generated + "The house is the work: one folder per step of the casework, in the order of the work. Each part may use those before it, and none after.\n\n## The ground\n\n| package | is for |\n|---|---|\n")
	for _, name := range listed(t, "ground") {
		fmt.Fprintf(&b, "| [%s](../internal/ground/%s) | %s |\n", name, name, comment(t, "../ground/"+name))
	}
	fmt.Fprintf(&b, "\nTables of the ground: %s.\n", strings.Join(tables[""], ", "))
	wing := ""
	for _, room := range listed(t, "rooms") {
		about := comment(t, "../"+room)
		if about == "" && room != "home" {
			continue // not built yet
		}
		if room == "home" {
			about = comment(t, "../home/web")
		}
		if path.Dir(room) != wing {
			wing = path.Dir(room)
			fmt.Fprintf(&b, "\n## %s\n\n| room | is for | tables |\n|---|---|---|\n", wingName(wing))
		}
		fmt.Fprintf(&b, "| [%s](../internal/%s) | %s | %s |\n", path.Base(room), room, about, strings.Join(tables[path.Base(room)], ", "))
	}
	b.WriteString("\n## The roof\n\n| package | is for |\n|---|---|\n")
	for _, name := range listed(t, "roof") {
		if about := comment(t, "../"+name); about != "" {
			fmt.Fprintf(&b, "| [%s](../internal/%s) | %s |\n", name, name, about)
		}
	}
	fmt.Fprintf(&b, "| [cmd/kizuna](../cmd/kizuna) | %s |\n", comment(t, "../../cmd/kizuna"))
	return b.String()
}

func wingName(dir string) string {
	return map[string]string{"office": "Wing 1, office: who helps, with what", "resident": "Wing 2, resident: who is helped", "casework": "Wing 3, casework: the help itself",
		"network": "Wing 4, network: providers in the loop", ".": "Above the wings"}[dir]
}

// listed reads a list of the house's order from the test that enforces it.
func listed(t *testing.T, name string) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "../arch_test.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Names) != 1 || spec.Names[0].Name != name || len(spec.Values) != 1 {
			return true
		}
		list, ok := spec.Values[0].(*ast.CompositeLit)
		if !ok {
			return true
		}
		for _, e := range list.Elts {
			if lit, ok := e.(*ast.BasicLit); ok {
				s, err := strconv.Unquote(lit.Value)
				if err != nil {
					t.Fatal(err)
				}
				out = append(out, s)
			}
		}
		return false
	})
	if len(out) == 0 {
		t.Fatalf("arch_test.go has no list %s", name)
	}
	return out
}

// comment is the first paragraph of a package's comment, without its opening words.
func comment(t *testing.T, dir string) string {
	t.Helper()
	files, err := filepath.Glob(dir + "/*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") || strings.HasSuffix(name, "_templ.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.PackageClauseOnly|parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		if file.Doc != nil {
			first, _, _ := strings.Cut(strings.TrimSpace(file.Doc.Text()), "\n\n")
			first = strings.Join(strings.Fields(first), " ")
			for _, opening := range []string{"Package " + file.Name.Name + " is ", "Package " + file.Name.Name + " "} {
				first = strings.TrimPrefix(first, opening)
			}
			return strings.ReplaceAll(first, "|", "\\|")
		}
	}
	return ""
}

var createsTable = regexp.MustCompile(`(?m)^CREATE TABLE (\w+)`)

// tablesByRoom reads which tables each migration makes; "" are the ground's.
func tablesByRoom(t *testing.T) map[string][]string {
	t.Helper()
	files, err := filepath.Glob("../ground/db/migrations/*.sql")
	if err != nil || len(files) == 0 {
		t.Fatalf("no migrations: %v", err)
	}
	out := map[string][]string{}
	for _, name := range files {
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		number, room, _ := strings.Cut(strings.TrimSuffix(filepath.Base(name), ".sql"), "_")
		if number < "00010" {
			room = ""
		}
		for _, m := range createsTable.FindAllStringSubmatch(string(source), -1) {
			out[room] = append(out[room], m[1])
		}
	}
	return out
}
