package internal_test

import (
	"go/ast"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// unjournaled are the tables whose rows no flow writes, each with the reason
// why nothing is lost by that. Every other table belongs to a flow, so that
// each change of it has a journal line.
var unjournaled = map[string]string{
	"schema_level": "says which releases may run; a migration sets it",
	"journal":      "is the journal",
	"journal_seal": "closes the journal's rows",
	"read_line":    "is the journal of reading",
	"reach":        "follows from records that are journaled; check makes it again and compares",
	"bar":          "follows from interests, which are journaled",
	"idempotency":  "holds answers for a day",
	"job":          "is work to do; what it changes is journaled",
	"lease":        "says which process works",
	"subject_key":  "holds wrapped keys; destroying one is a step of its person",
	"draft":        "is not yet sent",
	"number_block": "counts; gaps are allowed",

	"file":       "never changes; what it is attached to is journaled",
	"file_part":  "never changes",
	"file_chunk": "never changes, named by its content",
	"file_owner": "follows from its owner's step",

	"ledger_account":     "holds balances that its postings add up to",
	"ledger_transaction": "is only ever added to",
	"ledger_posting":     "is only ever added to",

	"search_row":   "is made from records; it can be made again",
	"search_index": "is made from records; it can be made again",

	"import_row": "holds what a list says until it is erased; the steps of its import and of the persons that came of it are journaled",

	"extra_value": "indexes the extra fields of records",
	"number_slot": "counts; gaps are allowed",
	"team_below":  "is made from the teams' parents; it can be made again",

	"account_role":       "indexes the roles that the user's own row holds",
	"account_word":       "indexes the names that the user's own row holds",
	"account_password":   "holds a hash that no journal should; setting it is a step of the user",
	"account_code":       "holds the hash of a code for some days; giving it is a step of the user",
	"account_key_secret": "holds the hash of a key whose own steps are journaled",
	"account_sign_in":    "is its own record of who came in, and when; account is its one writer",
	"account_throttle":   "counts failures and forgets them",
}

var (
	createsTable = regexp.MustCompile(`(?im)^(?:--(?:sqlite|postgres):)?\s*CREATE\s+(?:VIRTUAL\s+)?TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?(\w+)`)
	dropsTable   = regexp.MustCompile(`(?im)^(?:--(?:sqlite|postgres):)?\s*DROP\s+TABLE\s+(?:IF\s+EXISTS\s+)?(\w+)`)
)

// TestEveryTableIsJournaled fails for a table that is neither a flow's nor
// exempted, for an exemption nobody needs, and for a flow without its table.
func TestEveryTableIsJournaled(t *testing.T) {
	files, err := filepath.Glob("ground/db/migrations/*.sql")
	if err != nil || len(files) == 0 {
		t.Fatalf("no migrations: %v", err)
	}
	tables := map[string]string{}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range createsTable.FindAllStringSubmatch(string(text), -1) {
			tables[m[1]] = filepath.Base(name)
		}
		for _, m := range dropsTable.FindAllStringSubmatch(string(text), -1) {
			delete(tables, m[1])
		}
	}
	flows, unclear := flowTables(read(t, os.DirFS("..")))
	for _, u := range unclear {
		t.Error(u)
	}
	for _, breach := range journaled(tables, flows, unjournaled) {
		t.Error(breach)
	}
}

func journaled(tables map[string]string, flows map[string]bool, exempt map[string]string) (out []string) {
	for table, file := range tables {
		switch why, is := exempt[table]; {
		case is && flows[table]:
			out = append(out, table+" has a flow and an exemption")
		case is && why == "":
			out = append(out, table+" is exempted without a reason")
		case !is && !flows[table]:
			out = append(out, table+" ("+file+") has neither a flow nor an exemption with a reason: its changes would leave no line")
		}
	}
	for table := range exempt {
		if tables[table] == "" {
			out = append(out, table+" is exempted and does not exist")
		}
	}
	for table := range flows {
		if tables[table] == "" {
			out = append(out, table+" has a flow and does not exist")
		}
	}
	return out
}

// flowTables reads the tables of flow.Define and flow.Part from the sources.
func flowTables(h house) (tables map[string]bool, unclear []string) {
	const flow = "kizuna/internal/ground/flow"
	tables = map[string]bool{}
	unclear = h.eachNode(func(s source, n ast.Node) string {
		call, ok := n.(*ast.CallExpr)
		if !ok || s.test {
			return ""
		}
		target, name := s.called(call)
		if target != flow || name != "Define" && name != "Part" {
			return ""
		}
		var table ast.Expr
		if name == "Part" && len(call.Args) > 1 {
			table = call.Args[1]
		} else if literal, ok := call.Args[0].(*ast.CompositeLit); ok {
			for _, e := range literal.Elts {
				if kv, ok := e.(*ast.KeyValueExpr); ok {
					if key, ok := kv.Key.(*ast.Ident); ok && key.Name == "Table" {
						table = kv.Value
					}
				}
			}
		}
		said, ok := "", false
		if table != nil {
			said, ok = stringOf(table)
		}
		if !ok {
			return "a flow says its table as a plain string"
		}
		tables[said] = true
		return ""
	})
	return tables, unclear
}

// TestUnjournaledTableIsFound plants the faults that the law is for.
func TestUnjournaledTableIsFound(t *testing.T) {
	m := createsTable.FindAllStringSubmatch("CREATE TABLE a (\n--sqlite:CREATE VIRTUAL TABLE b USING fts5(\n  create table if not exists c (", -1)
	if len(m) != 3 || m[0][1] != "a" || m[1][1] != "b" || m[2][1] != "c" {
		t.Fatalf("tables %v", m)
	}
	got := strings.Join(journaled(map[string]string{"new": "1.sql"}, map[string]bool{}, map[string]string{}), "")
	if !strings.HasPrefix(got, "new (1.sql) has neither") {
		t.Errorf("a new table: %q", got)
	}
	for name, x := range map[string]struct {
		flows  map[string]bool
		exempt map[string]string
	}{
		"both":      {map[string]bool{"new": true}, map[string]string{"new": "so"}},
		"no reason": {nil, map[string]string{"new": ""}},
		"idle":      {map[string]bool{"new": true}, map[string]string{"old": "so"}},
		"no table":  {map[string]bool{"new": true, "other": true}, nil},
	} {
		if got := journaled(map[string]string{"new": "1.sql"}, x.flows, x.exempt); len(got) != 1 {
			t.Errorf("%s: %q", name, got)
		}
	}
	if got := journaled(map[string]string{"new": "1.sql"}, map[string]bool{"new": true}, nil); len(got) != 0 {
		t.Errorf("a good one: %q", got)
	}
}
