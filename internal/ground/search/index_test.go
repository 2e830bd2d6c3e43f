package search_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"kizuna/internal/ground/db"
	"kizuna/internal/ground/search"
	"kizuna/internal/ground/sight"
	"kizuna/internal/kizunatest"
)

func TestAnyTextIsSafe(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		texts := append(slices.Clone(naughty), strings.Repeat("田中", 250), strings.Repeat("a", 500), strings.Repeat("a ", 250), strings.Repeat("'", 500), strings.Repeat("(", 500), strings.Repeat("1", 500), strings.Repeat("ー", 500), strings.Repeat("𠮷", 500))
		for _, s := range texts {
			id := db.NewID()
			put(t, d, search.Entry{Kind: "person", Owner: id, Fields: search.Fields{
				Names: []search.Name{{Family: s, Given: s, FamilyKana: s, GivenKana: s, Romaji: s}}, Dates: []string{s}, Phones: []string{s}, Numbers: []string{s}, Emails: []string{s}, Texts: []string{s}}})
		}
		for _, s := range texts {
			for _, scope := range []search.Scope{{}, {Few: everyone}} {
				find(t, d, search.Query{Kind: "person", Text: s, Limit: 5}, scope)
			}
			search.Rank(search.Query{Kind: "person", Text: s}, search.Fields{Names: []search.Name{{Family: s}}, Texts: []string{s}})
		}
	})
}

func FuzzQuery(f *testing.F) {
	for _, s := range naughty {
		f.Add(s)
	}
	for _, q := range questions {
		f.Add(q.text)
	}
	d := kizunatest.NewDB(f, db.SQLite)
	var entries []search.Entry
	for _, key := range slices.Sorted(maps.Keys(residents)) {
		entries = append(entries, search.Entry{Kind: "person", Owner: db.NewID(), Fields: residents[key]})
	}
	put(f, d, entries...)
	f.Fuzz(func(t *testing.T, s string) {
		q := search.Query{Kind: "person", Text: s}
		if a, b := owners(find(t, d, q, search.Scope{})), owners(find(t, d, q, search.Scope{Few: everyone})); !slices.Equal(a, b) {
			t.Fatalf("%q: the index finds %v, looking through finds %v", s, a, b)
		}
		for _, e := range entries {
			if score, reasons := search.Rank(q, e.Fields); score < 0 || score > 100 || (score > 0) != (len(reasons) > 0) {
				t.Fatalf("%q: score %d for %v", s, score, reasons)
			}
		}
	})
}

func owners(hits []search.Hit) []string {
	var out []string
	for _, h := range hits {
		out = append(out, fmt.Sprint(h.Stage)+h.Owner.String())
	}
	slices.Sort(out)
	return out
}

func TestPutReplacesAndRemoveForgets(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		id, other := db.NewID(), db.NewID()
		put(t, d, search.Entry{Kind: "person", Owner: id, Fields: person("田中", "太郎", "タナカ", "タロウ", "", "")},
			search.Entry{Kind: "case", Owner: other, Fields: person("田中", "太郎", "タナカ", "タロウ", "", "")})
		put(t, d, search.Entry{Kind: "person", Owner: id, Fields: person("中村", "太郎", "ナカムラ", "タロウ", "", "")},
			search.Entry{Kind: "person", Owner: id, Fields: person("鈴木", "太郎", "スズキ", "タロウ", "", "")})
		count := func(text string) int {
			return len(find(t, d, search.Query{Kind: "person", Text: text}, search.Scope{}))
		}
		if count("田中") != 0 || count("中村") != 0 || count("鈴木") != 1 || count("たろう") != 1 {
			t.Errorf("after replacing: 田中 %d, 中村 %d, 鈴木 %d", count("田中"), count("中村"), count("鈴木"))
		}
		for range 2 {
			if err := d.Write(t.Context(), func(tx *db.Tx) error { return search.Remove(tx, "person", id) }); err != nil {
				t.Fatal(err)
			}
		}
		if count("鈴木") != 0 {
			t.Error("found after removal")
		}
		if n := len(find(t, d, search.Query{Kind: "case", Text: "田中"}, search.Scope{})); n != 1 {
			t.Errorf("the other kind's entry: %d", n)
		}
		boom := fmt.Errorf("boom")
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			if err := search.Put(tx, search.Entry{Kind: "person", Owner: id, Fields: person("加藤", "", "", "", "", "")}); err != nil {
				return err
			}
			return boom
		})
		if err == nil || count("加藤") != 0 {
			t.Errorf("an entry outlived its transaction: %v", err)
		}
	})
}

func TestRenewMakesAgainWhatOlderRulesMade(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		old, gone, fresh, other := db.NewID(), db.NewID(), db.NewID(), db.NewID()
		put(t, d, search.Entry{Kind: "person", Owner: old, Fields: person("田中", "", "", "", "", "")}, search.Entry{Kind: "person", Owner: gone, Fields: person("中村", "", "", "", "", "")},
			search.Entry{Kind: "person", Owner: fresh, Fields: person("鈴木", "", "", "", "", "")}, search.Entry{Kind: "case", Owner: other, Fields: person("佐藤", "", "", "", "", "")})
		if err := d.Write(t.Context(), func(tx *db.Tx) error {
			_, err := db.Exec(tx, "UPDATE search_row SET form = 1 WHERE owner IN (??)", db.ListOf([]db.ID{old, gone, other}))
			return err
		}); err != nil {
			t.Fatal(err)
		}
		for _, want := range []int{2, 0} {
			n, err := search.Renew(t.Context(), d, "person", func(_ db.Q, ids []db.ID) ([]search.Entry, error) {
				if len(ids) != 2 || !slices.Contains(ids, old) || !slices.Contains(ids, gone) {
					t.Errorf("to be made again: %v", ids)
				}
				return []search.Entry{{Kind: "person", Owner: old, Fields: person("高木", "", "", "", "", "")}}, nil
			})
			if err != nil || n != want {
				t.Fatalf("%d made again, want %d: %v", n, want, err)
			}
		}
		for text, want := range map[string]int{"田中": 0, "高木": 1, "中村": 0, "鈴木": 1} {
			if n := len(find(t, d, search.Query{Kind: "person", Text: text}, search.Scope{})); n != want {
				t.Errorf("%s is found %d times, want %d", text, n, want)
			}
		}
	})
}

// TestTidyBringsThePiecesTogether counts the pieces of SQLite's index, which stand in the table beside it.
func TestTidyBringsThePiecesTogether(t *testing.T) {
	d := kizunatest.NewDB(t, db.SQLite)
	var ids []db.ID
	for i := range 90 {
		ids = append(ids, db.NewID())
		put(t, d, search.Entry{Kind: "person", Owner: ids[i], Fields: person("田中", fmt.Sprint("子", i), "タナカ", "", "", "")})
	}
	pieces := func() (n int) {
		if err := d.Read(t.Context(), func(r *db.Reader) (err error) {
			n, err = db.One[int](r, "SELECT COUNT(DISTINCT segid) FROM search_index_idx")
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return n
	}
	before := pieces()
	for range 2 {
		if err := search.Tidy(t.Context(), d); err != nil {
			t.Fatal(err)
		}
	}
	if after := pieces(); before < 2 || after != 1 {
		t.Errorf("%d pieces became %d", before, after)
	}
	if n := len(find(t, d, search.Query{Kind: "person", Text: "田中", Limit: 200}, search.Scope{})); n != len(ids) {
		t.Errorf("%d of %d are found", n, len(ids))
	}
}

// TestSightComesBeforeTheCap gives an actor one of many residents of the same name.
func TestSightComesBeforeTheCap(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		var entries []search.Entry
		for range 500 {
			entries = append(entries, search.Entry{Kind: "person", Owner: db.NewID(), Fields: person("田中", "一", "タナカ", "ハジメ", "", "")})
		}
		put(t, d, entries...)
		mine, scope := entries[499].Owner, db.NewID()
		if err := d.Write(t.Context(), func(tx *db.Tx) error {
			return sight.Open(tx, sight.Reach{ScopeKind: sight.User, Scope: scope, Kind: "person", Record: mine, Why: "team"},
				sight.Reach{ScopeKind: sight.User, Scope: scope, Kind: "person", Record: mine, Why: "case"})
		}); err != nil {
			t.Fatal(err)
		}
		reached := sight.Clause{SQL: "SELECT record FROM reach WHERE scope = ? AND kind = ?", Args: []any{scope, "person"}}
		for name, s := range map[string]search.Scope{
			"few":   {Few: reached},
			"where": {Where: sight.Clause{SQL: "c.owner IN (" + reached.SQL + ")", Args: reached.Args}},
			"join":  {Join: "search_row p ON p.owner = c.owner", Where: sight.Clause{SQL: "p.kind = ? AND p.owner IN (" + reached.SQL + ")", Args: append([]any{"person"}, reached.Args...)}},
		} {
			hits := find(t, d, search.Query{Kind: "person", Text: "田中", Limit: 10}, s)
			if len(hits) != 1 || hits[0].Owner != mine || hits[0].Stage != 4 {
				t.Errorf("%s: %v", name, hits)
			}
		}
		if n := len(find(t, d, search.Query{Kind: "person", Text: "田中", Limit: 10}, search.Scope{})); n < 10 || n > 30 {
			t.Errorf("%d hits for a limit of 10", n)
		}
	})
}

// TestWhatIsCommonIsAskedForInTheSampleFirst gives many residents one name: a short answer comes from
// the sample, a long one from all, and so it is for the beginnings of the name, which no whole part is.
func TestWhatIsCommonIsAskedForInTheSampleFirst(t *testing.T) {
	d := kizunatest.NewDB(t, db.Postgres)
	const many = 720
	entries := make([]search.Entry, many)
	for i := range entries {
		id := db.NewID()
		id[len(id)-1] = byte(i)
		entries[i] = search.Entry{Kind: "person", Owner: id, Fields: person("佐藤", "花", "サトウ", "ハナ", "", "")}
	}
	put(t, d, entries...)
	for text, statements := range map[string][2]int{
		"佐藤": {1, 2}, "さとう": {1, 2}, "Sato": {1, 2}, "佐": {3, 4}, "さ": {3, 4}, "s": {3, 4}, "さと": {1, 2}, "sat": {3, 4}, "佐藤 は": {2, 2}, "さとう は": {3, 4},
	} {
		for i, limit := range []int{10, 500} {
			ctx, trace := db.WithTrace(t.Context())
			var hits []search.Hit
			if err := d.Read(ctx, func(r *db.Reader) (err error) {
				hits, err = search.Find(r, search.Query{Kind: "person", Text: text, Limit: limit}, search.Scope{})
				return err
			}); err != nil {
				t.Fatal(err)
			}
			if len(hits) != limit || len(trace.Statements) != statements[i] {
				t.Errorf("%s, %d wanted: %d found by %d statements, want %d", text, limit, len(hits), len(trace.Statements), statements[i])
			}
		}
	}
}

var (
	families = []string{"佐藤 サトウ", "鈴木 スズキ", "髙橋 タカハシ", "田中 タナカ", "伊藤 イトウ", "渡邊 ワタナベ", "山本 ヤマモト", "中村 ナカムラ", "小林 コバヤシ", "加藤 カトウ", "吉田 ヨシダ", "山田 ヤマダ", "佐々木 ササキ", "山口 ヤマグチ", "松本 マツモト", "井上 イノウエ", "木村 キムラ", "林 ハヤシ", "齋藤 サイトウ", "清水 シミズ", "山﨑 ヤマザキ", "森 モリ", "池田 イケダ", "橋本 ハシモト", "阿部 アベ", "石川 イシカワ", "前田 マエダ", "藤田 フジタ", "後藤 ゴトウ", "岡田 オカダ", "長谷川 ハセガワ", "村上 ムラカミ", "近藤 コンドウ", "石井 イシイ", "坂本 サカモト", "遠藤 エンドウ", "青木 アオキ", "藤井 フジイ", "西村 ニシムラ", "福田 フクダ", "太田 オオタ", "三浦 ミウラ", "岡本 オカモト", "松田 マツダ", "中島 ナカジマ", "難波 ナンバ", "本間 ホンマ", "大野 オオノ", "小野 オノ", "島津 シマヅ"}
	givens   = []string{"太郎 タロウ", "花子 ハナコ", "一郎 イチロウ", "優 ユウ", "京子 キョウコ", "純一 ジュンイチ", "眞由美 マユミ", "惠 メグミ", "さくら サクラ", "翔太 ショウタ", "美咲 ミサキ", "健 ケン", "陽菜 ヒナ", "新平 シンペイ", "久美子 クミコ", "蓮 レン", "隆 タカシ", "節子 セツコ", "勇気 ユウキ", "千代 チヨ", "章夫 アキオ", "龍之介 リュウノスケ", "詩織 シオリ", "悠斗 ユウト", "和代 カズヨ"}
)

// invented makes a resident out of common names.
func invented(r *rand.Rand) search.Fields {
	f, fk, _ := strings.Cut(families[r.IntN(len(families))], " ")
	g, gk, _ := strings.Cut(givens[r.IntN(len(givens))], " ")
	return person(f, g, fk, gk, fmt.Sprintf("%04d-%02d-%02d", 1930+r.IntN(80), 1+r.IntN(12), 1+r.IntN(28)), fmt.Sprintf("0%d0-%04d-%04d", 7+r.IntN(3), r.IntN(10000), r.IntN(10000)))
}

// TestEveryWayOfTypingFinds takes residents at random and types what is known of them in a way
// people do; the record must be found and weigh more than nothing.
func TestEveryWayOfTypingFinds(t *testing.T) {
	ways := []func(search.Name) string{
		func(n search.Name) string { return n.Family + n.Given },
		func(n search.Name) string { return n.Family + "　" + n.Given },
		func(n search.Name) string { return n.Given + " " + n.Family },
		func(n search.Name) string { return search.Fold(n.Family) + search.Fold(n.Given) },
		func(n search.Name) string { return n.FamilyKana + n.GivenKana },
		func(n search.Name) string { return hiragana(n.FamilyKana) + " " + hiragana(n.GivenKana) },
		func(n search.Name) string { return hiragana(n.FamilyKana + n.GivenKana) },
		func(n search.Name) string { return search.Romaji(n.FamilyKana) + " " + search.Romaji(n.GivenKana) },
		func(n search.Name) string { return hepburn(n.GivenKana) + " " + strings.ToUpper(hepburn(n.FamilyKana)) },
		func(n search.Name) string { return hepburn(n.FamilyKana)[:2] + " " + hepburn(n.GivenKana)[:1] },
		func(n search.Name) string { return n.Family + hiragana(n.GivenKana) },
		func(n search.Name) string {
			return strings.NewReplacer("オオ", "オー", "ョウ", "ョー", "ロウ", "ロー", "ユウ", "ユー").Replace(n.FamilyKana + " " + n.GivenKana)
		},
	}
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		r := rand.New(rand.NewPCG(1, 2))
		var entries []search.Entry
		for range 400 {
			entries = append(entries, search.Entry{Kind: "person", Owner: db.NewID(), Fields: invented(r)})
		}
		put(t, d, entries...)
		rapid.Check(t, func(rt *rapid.T) {
			e := rapid.SampledFrom(entries).Draw(rt, "entry")
			q := search.Query{Kind: "person", Text: ways[rapid.IntRange(0, len(ways)-1).Draw(rt, "way")](e.Names[0]), Limit: 1000}
			switch rapid.IntRange(0, 3).Draw(rt, "with") {
			case 1:
				q.Text += " " + e.Dates[0]
			case 2:
				q.Text += " " + e.Phones[0][9:]
			}
			hits := find(t, d, q, search.Scope{})
			if !slices.ContainsFunc(hits, func(h search.Hit) bool { return h.Owner == e.Owner }) {
				rt.Fatalf("%q does not find %v", q.Text, e.Fields)
			}
			if score, _ := search.Rank(q, e.Fields); score == 0 {
				rt.Fatalf("%q scores 0 for %v", q.Text, e.Fields)
			}
			if a, b := owners(hits), owners(find(t, d, q, search.Scope{Few: everyone})); !slices.Equal(a, b) {
				rt.Fatalf("%q: the index finds %d, looking through finds %d", q.Text, len(a), len(b))
			}
		})
	})
}

func hiragana(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'ァ' && r <= 'ヶ' {
			return r - 'ァ' + 'ぁ'
		}
		return r
	}, s)
}

// hepburn is enough of the passport spelling for the names above.
func hepburn(kana string) string {
	return strings.NewReplacer("sy", "sh", "si", "shi", "ty", "ch", "ti", "chi", "tu", "tsu", "hu", "fu", "zy", "j", "zi", "ji", "du", "zu", "oo", "o", "ou", "o", "nb", "mb", "np", "mp", "nm", "mm").Replace(search.Romaji(kana))
}

// TestPlansUseTheIndex looks at how each engine means to answer; a full scan of a table fails.
func TestPlansUseTheIndex(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		rows := 2000
		if d.Engine() == db.Postgres {
			rows = 15_000 // below that reading the whole table is the better plan
		}
		fill(t, d, rows)
		if d.Engine() == db.Postgres {
			if err := d.Script(t.Context(), "ANALYZE"); err != nil {
				t.Fatal(err)
			}
		}
		few := sight.Clause{SQL: "SELECT record FROM reach WHERE scope = ? AND kind = ?", Args: []any{db.NewID(), "person"}}
		for _, text := range []string{"田中", "田", "たなか", "tanaka", "takahashi m", "S45.1.31", "5678", "髙橋眞由美 1970"} {
			q := search.Query{Kind: "person", Text: text, Limit: 20}
			for name, s := range map[string]search.Scope{
				"all": {}, "joined": {Join: "search_row p ON p.id = c.id"}, "few": {Few: few},
			} {
				if s.Join != "" {
					s.Join = "search_row p ON p.owner = c.owner AND p.kind = 'person'"
				}
				for _, line := range plan(t, d, q, s) {
					if strings.Contains(line, "SCAN search_row") || strings.Contains(line, "SCAN c") || strings.Contains(line, "SCAN p") || strings.Contains(line, "Seq Scan on search_row") {
						t.Errorf("%s %q: %s", name, text, line)
					}
				}
			}
		}
	})
}

// plan runs the search and explains every statement it ran.
func plan(t *testing.T, d *db.DB, q search.Query, s search.Scope) []string {
	t.Helper()
	ctx, trace := db.WithTrace(t.Context())
	if err := d.Read(ctx, func(r *db.Reader) error { _, err := search.Find(r, q, s); return err }); err != nil {
		t.Fatal(err)
	}
	type step struct {
		ID     int    `db:"id"`
		Parent int    `db:"parent"`
		Unused int    `db:"notused"`
		Detail string `db:"detail"`
	}
	var out []string
	for _, statement := range trace.Statements {
		err := d.Read(t.Context(), func(r *db.Reader) error {
			if d.Engine() == db.Postgres {
				lines, err := db.All[string](r, "EXPLAIN "+statement.Text, statement.Args...)
				out = append(out, lines...)
				return err
			}
			steps, err := db.All[step](r, "EXPLAIN QUERY PLAN "+statement.Text, statement.Args...)
			for _, s := range steps {
				out = append(out, s.Detail)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func fill(t testing.TB, d *db.DB, n int) []search.Entry {
	t.Helper()
	r := rand.New(rand.NewPCG(3, 4))
	entries := make([]search.Entry, n)
	for i := range entries {
		entries[i] = search.Entry{Kind: "person", Owner: db.NewID(), Fields: invented(r)}
	}
	for part := range slices.Chunk(entries, 5000) {
		put(t, d, part...)
	}
	return entries
}

// TestTheOneWhoMayBeSeenIsFound types the beginnings of a name that four hundred have and lets only one
// of them be seen, who stands anywhere.
func TestTheOneWhoMayBeSeenIsFound(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		var entries []search.Entry
		for range 400 {
			entries = append(entries, search.Entry{Kind: "person", Owner: db.NewID(), Fields: person("田中", "詩織", "タナカ", "シオリ", "1980-05-01", "090-0000-0001")})
		}
		put(t, d, entries...)
		for _, text := range []string{"田", "田中", "た", "たな", "たなか", "t", "ta", "tanak", "tanaka", "田中 詩", "たなか し", "tanaka s", "tanaka shiori"} {
			if n := len(find(t, d, search.Query{Kind: "person", Text: text, Limit: 8}, search.Scope{})); n < 8 {
				t.Errorf("%s finds %d of 400, wanted 8", text, n)
			}
			for _, e := range entries[:40] {
				only := search.Scope{Where: sight.Clause{SQL: "c.owner = ?", Args: []any{e.Owner}}}
				if hits := find(t, d, search.Query{Kind: "person", Text: text, Limit: 8}, only); len(hits) != 1 || hits[0].Owner != e.Owner {
					t.Fatalf("%s finds %v instead of the one who may be seen", text, hits)
				}
			}
		}
	})
}
