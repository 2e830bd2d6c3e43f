package search

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"kizuna/internal/ground/db"
	"kizuna/internal/ground/sight"
)

// Put keeps an entry, in the transaction of the deed that wrote its record; an older entry of the
// same record is replaced.
func Put(w db.W, e Entry) error { return PutAll(w, e) }

// chunk is how many entries go in one statement.
const chunk = 200

// PutAll is Put for many records. The last of several entries for one record counts.
func PutAll(w db.W, entries ...Entry) error {
	entries = lastOfEach(entries)
	for part := range slices.Chunk(entries, chunk) {
		put := putSQLite
		if w.Engine() == db.Postgres {
			put = putPostgres
		}
		if err := put(w, part); err != nil {
			return err
		}
	}
	return nil
}

type ownerKey struct {
	kind  string
	owner db.ID
}

func lastOfEach(entries []Entry) []Entry {
	if len(entries) < 2 {
		return entries
	}
	last := make(map[ownerKey]int, len(entries))
	for i, e := range entries {
		last[ownerKey{e.Kind, e.Owner}] = i
	}
	if len(last) == len(entries) {
		return entries
	}
	var out []Entry
	for i, e := range entries {
		if last[ownerKey{e.Kind, e.Owner}] == i {
			out = append(out, e)
		}
	}
	return out
}

// values repeats a row of parameters.
func values(row string, n int) string { return row + strings.Repeat(", "+row, n-1) }

func putPostgres(w db.W, entries []Entry) error {
	args := make([]any, 0, 4*len(entries))
	for _, e := range entries {
		args = append(args, e.Kind, e.Owner, Form, strings.Join(withSample(tokensOf(e.Kind, e.Fields), e.Owner), " "))
	}
	_, err := db.Exec(w, `INSERT INTO search_row (kind, owner, form, tokens) VALUES `+values("(?, ?, ?, CAST(CAST(? AS text) AS tsvector))", len(entries))+
		` ON CONFLICT (kind, owner) DO UPDATE SET form = excluded.form, tokens = excluded.tokens`, args...)
	return err
}

// PostgreSQL's index gives all rows of a token before the first can be looked at, and SQLite's those
// of all tokens with one beginning, which for a common name, or for a few letters of a name that is
// being typed, is much work for the first few. So one record of thirty-two stands a second time, in a
// sample: each of its tokens also with the sample's mark before it. What may be many is asked for in
// the sample first; only where that does not fill the answer is everything asked.

// sample leads the tokens of the sample. No token of its own begins with a digit.
const sample = "0"

// sampled says whether a record is of the sample. Ids end at random, so any part is as good.
func sampled(owner db.ID) bool { return owner[len(owner)-1]%32 == 0 }

// withSample adds the tokens of the sample, in order.
func withSample(list []string, owner db.ID) []string {
	if !sampled(owner) {
		return list
	}
	all := make([]string, 0, 2*len(list))
	for _, token := range list {
		all = append(all, sample+token)
	}
	return append(all, list...)
}

// inSample gives the readings of one word, or of a name as one, in the sample; none where there are
// several, which are few together, or where everything is asked as soon.
func inSample(e db.Engine, words [][]way) [][]way {
	if len(words) != 1 {
		return nil
	}
	begun := false
	ways := make([]way, len(words[0]))
	for i, w := range words[0] {
		for _, token := range w {
			ways[i] = append(ways[i], sample+token)
			begun = begun || strings.HasSuffix(token, "*")
		}
	}
	if e == db.SQLite && !begun {
		return nil // it reads on from one record to the next, until there are enough
	}
	return [][]way{ways}
}

// worthSample says whether a stage may have many records: one word, or the beginning of a name that
// nobody has as a whole.
func worthSample(stage, hits int) bool {
	return stage == stageWhole || stage == stagePart || stage == stageBegun && hits == 0
}

// stored writes tokens so that a pattern of several, in order, can be matched: |a||b||c|.
func stored(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return "|" + strings.Join(list, "||") + "|"
}

func putSQLite(w db.W, entries []Entry) error {
	args := make([]any, 0, 4*len(entries))
	texts := make(map[ownerKey]string, len(entries))
	for _, e := range entries {
		text := stored(withSample(tokensOf(e.Kind, e.Fields), e.Owner))
		texts[ownerKey{e.Kind, e.Owner}] = text
		args = append(args, e.Kind, e.Owner, int64(Form), text)
	}
	type row struct {
		ID    int64  `db:"id"`
		Kind  string `db:"kind"`
		Owner db.ID  `db:"owner"`
	}
	rows, err := db.All[row](w, `INSERT INTO search_row (kind, owner, form, tokens) VALUES `+values("(?, ?, ?, ?)", len(entries))+
		` ON CONFLICT (kind, owner) DO UPDATE SET form = excluded.form, tokens = excluded.tokens RETURNING id, kind, owner`, args...)
	if err != nil {
		return err
	}
	args = args[:0]
	for _, r := range rows {
		args = append(args, r.ID, texts[ownerKey{r.Kind, r.Owner}])
	}
	_, err = db.Exec(w, `INSERT OR REPLACE INTO search_index (rowid, tokens) VALUES `+values("(?, ?)", len(rows)), args...)
	return err
}

// Remove takes a record out of the index; one that is not there is no error.
func Remove(w db.W, kind string, owner db.ID) error {
	id, ok, err := db.Maybe[int64](w, "DELETE FROM search_row WHERE kind = ? AND owner = ? RETURNING id", kind, owner)
	if err != nil || !ok || w.Engine() == db.Postgres {
		return err
	}
	_, err = db.Exec(w, "DELETE FROM search_index WHERE rowid = ?", id)
	return err
}

// Refill makes the index of an engine that keeps one apart from what the rows hold, after they were
// put there otherwise than by Put: by a restore.
func Refill(w db.W) error {
	if w.Engine() == db.Postgres {
		return nil
	}
	_, err := db.Exec(w, "INSERT INTO search_index (rowid, tokens) SELECT id, tokens FROM search_row")
	return err
}

// stale lists records of a kind whose tokens were made by older rules, and holds their rows.
func stale(tx *db.Tx, kind string) ([]db.ID, error) {
	return db.All[db.ID](tx, "SELECT owner FROM search_row WHERE kind = ? AND form < ? LIMIT ?"+db.ForUpdate(tx), kind, int64(Form), int64(chunk))
}

// Renew puts the records of a kind again whose tokens were made by older rules, in lots that are
// kept one by one, and tells how many. Entries makes them from the records; one without an entry is
// taken out of the index.
func Renew(ctx context.Context, d *db.DB, kind string, entries func(q db.Q, ids []db.ID) ([]Entry, error)) (n int, err error) {
	for {
		lot := 0
		err := d.Write(ctx, func(tx *db.Tx) error {
			ids, err := stale(tx, kind)
			lot = len(ids)
			if err != nil || lot == 0 {
				return err
			}
			list, err := entries(tx, ids)
			if err != nil {
				return err
			}
			made := make(map[db.ID]bool, len(list))
			for _, e := range list {
				made[e.Owner] = true
			}
			for _, id := range ids {
				if !made[id] {
					if err := Remove(tx, kind, id); err != nil {
						return err
					}
				}
			}
			return PutAll(tx, list...)
		})
		if err != nil || lot == 0 {
			return n, err
		}
		n += lot
	}
}

// mergePages is how many pages of the index one step of Tidy rewrites: some megabytes, so that other
// writers wait some milliseconds.
const mergePages = 500

// Tidy brings together what SQLite's index keeps in as many pieces as it was written in: every word
// is looked for in each of them. It goes step by step, so that others can write between. PostgreSQL
// tidies its own.
func Tidy(ctx context.Context, d *db.DB) error {
	if d.Engine() == db.Postgres {
		return nil
	}
	for pages := int64(-mergePages); ; pages = mergePages { // a negative number begins with all pieces
		var before, after int64
		err := d.Write(ctx, func(tx *db.Tx) (err error) {
			if before, err = db.One[int64](tx, "SELECT total_changes()"); err != nil {
				return err
			}
			if _, err = db.Exec(tx, "INSERT INTO search_index (search_index, rank) VALUES ('merge', ?)", pages); err != nil {
				return err
			}
			after, err = db.One[int64](tx, "SELECT total_changes()")
			return err
		})
		if err != nil || after-before < 2 { // the request itself counts as one: https://sqlite.org/fts5.html#the_merge_command
			return err
		}
	}
}

// Scope says among which records to look.
type Scope struct {
	// Join is the room's own table, joined on c.owner: "person p ON p.id = c.owner"; and Where the
	// condition on it, sight's included. Both may be empty.
	Join  string
	Where sight.Clause
	// Few selects the ids the actor reaches, when they may be few: "SELECT record FROM reach WHERE
	// …". When there are at most fewRecords, they are looked through instead of the index, so that a
	// common name costs an actor with few residents nothing. Optional.
	Few sight.Clause
}

// fewRecords is the number of reached records up to which looking through them is cheaper than
// walking the index of a common name.
const fewRecords = 3000

// enough is how many hits make looser stages needless where several words of a name were typed, and
// the loosest stage where one was.
const enough = 10

// wanted says whether a stage is asked for after so many hits of tighter ones.
func (p plan) wanted(stage, hits, limit int) bool {
	switch {
	case hits >= limit:
		return false
	case p.several() && stage != stageFull && stage != stageBegun:
		// The stages of whole names have found whoever is called or sounds so; to go through the
		// lists of every word for one who is called otherwise, somebody must be missing.
		return hits == 0
	}
	return hits < enough || !p.several() && stage != stageLoose
}

// Find gives the records that match, the best stage first: first those with the whole name; then
// those where every word is a whole part; then, while there is room below the limit, those with
// beginnings; those that only sound alike when there are hardly any others. Where several words of
// a name were typed, looser matches come only when there are hardly any others. An empty or
// unsearchable query finds nothing.
func Find(q db.Q, query Query, s Scope) ([]Hit, error) {
	plan := query.plan()
	if s.Few.SQL != "" && plan[stageLoose] != nil {
		n, err := db.One[int](q, "SELECT COUNT(*) FROM (SELECT 1 AS one FROM ("+s.Few.SQL+") f LIMIT ?) n", append(slices.Clone(s.Few.Args), int64(fewRecords+1))...)
		if err != nil {
			return nil, err
		}
		if n <= fewRecords {
			c := query.among(q.Engine(), plan, s)
			hits, err := db.All[Hit](q, c.SQL, c.Args...)
			return plan.needed(hits, query.limit()), err
		}
	}
	var hits []Hit
	for stage, words := range plan {
		if words == nil || !plan.wanted(stage, len(hits), query.limit()) {
			continue
		}
		if some := inSample(q.Engine(), words); some != nil && worthSample(stage, len(hits)) {
			c := query.through(q.Engine(), stage, some, s)
			few, err := db.All[Hit](q, c.SQL, c.Args...)
			if err != nil {
				return nil, err
			}
			if with := best(append(slices.Clone(hits), few...)); len(with) >= query.limit() {
				return with, nil
			}
		}
		c := query.through(q.Engine(), stage, words, s)
		more, err := db.All[Hit](q, c.SQL, c.Args...)
		if err != nil {
			return nil, err
		}
		hits = best(append(hits, more...))
	}
	return hits, nil
}

// needed leaves out the hits of stages that the index would not have been asked for.
func (p plan) needed(hits []Hit, limit int) []Hit {
	for i, h := range hits {
		if i == 0 || h.Stage == hits[i-1].Stage {
			continue
		}
		if !p.wanted(stages-int(h.Stage), i, limit) {
			return hits[:i]
		}
	}
	return hits
}

// best keeps the best stage of each record.
func best(hits []Hit) []Hit {
	slices.SortStableFunc(hits, func(a, b Hit) int { return cmp.Compare(b.Stage, a.Stage) })
	seen := make(map[db.ID]bool, len(hits))
	return slices.DeleteFunc(hits, func(h Hit) bool {
		if seen[h.Owner] {
			return true
		}
		seen[h.Owner] = true
		return false
	})
}

func where(c sight.Clause) string {
	if c.SQL == "" {
		return ""
	}
	return " AND (" + c.SQL + ")"
}

// through asks the index for one stage, up to the limit.
func (q Query) through(e db.Engine, stage int, words [][]way, s Scope) sight.Clause {
	text, args := throughSQLite(s), []any{matchSQLite(words), q.Kind}
	if e == db.Postgres {
		text, args = throughPostgres(s), []any{matchPostgres(words), q.Kind}
	}
	return sight.Clause{
		SQL:  strings.Replace(text, "$stage", stageNumber(stage), 1),
		Args: append(append(args, s.Where.Args...), int64(q.limit())),
	}
}

// stageNumber is Hit.Stage as a literal.
func stageNumber(stage int) string { return string(rune('0' + stages - stage)) }

// throughSQLite walks the index in its order and stops when enough rows have passed; CROSS JOIN
// keeps SQLite from starting at another table.
func throughSQLite(s Scope) string {
	join := ""
	if s.Join != "" {
		join = " CROSS JOIN " + s.Join
	}
	return "SELECT c.owner AS owner, $stage AS stage FROM search_index i CROSS JOIN search_row c ON c.id = i.rowid" + join +
		" WHERE i.search_index MATCH ? AND c.kind = ?" + where(s.Where) + " LIMIT ?"
}

// throughPostgres keeps the index scan in a CTE of its own: beside a LIMIT the planner would hope to
// meet a common name soon and read the whole table for a rarer one. Its rows are still only made as
// the join asks for them. The kind, which the tokens begin with anyway, is compared outside: a
// plan made before the words are known would read all of a kind to have fewer rows of a name.
func throughPostgres(s Scope) string {
	join := ""
	if s.Join != "" {
		join = " JOIN " + s.Join
	}
	return "WITH c AS MATERIALIZED (SELECT owner, kind FROM search_row WHERE tokens @@ CAST(CAST(? AS text) AS tsquery))" +
		" SELECT c.owner AS owner, CAST($stage AS bigint) AS stage FROM c" + join + " WHERE c.kind = ?" + where(s.Where) + " LIMIT ?"
}

// among looks through the records of s.Few.
func (q Query) among(e db.Engine, plan plan, s Scope) sight.Clause {
	join, cross := "", " JOIN "
	if e == db.SQLite {
		cross = " CROSS JOIN "
	}
	if s.Join != "" {
		join = cross + s.Join
	}
	var args []any
	cases := make([]string, 0, stages)
	for stage, words := range plan {
		if words == nil {
			continue
		}
		test, values := fits(e, words)
		cases = append(cases, "WHEN "+test+" THEN "+stageNumber(stage))
		args = append(args, values...)
	}
	args = append(append(slices.Clone(s.Few.Args), args...), q.Kind)
	args = append(append(args, s.Where.Args...), int64(3*q.limit()))
	return sight.Clause{
		SQL: "WITH reached (id) AS (" + s.Few.SQL + "), f AS (SELECT DISTINCT id FROM reached) " +
			"SELECT owner, stage FROM (SELECT c.owner AS owner, CAST(CASE " + strings.Join(cases, " ") + " ELSE 0 END AS BIGINT) AS stage FROM f" +
			cross + "search_row c ON c.owner = f.id" + join + " WHERE c.kind = ?" + where(s.Where) + ") m WHERE stage > 0 ORDER BY stage DESC, owner DESC LIMIT ?",
		Args: args,
	}
}

// fits is the condition that a row's tokens have a way of every word.
func fits(e db.Engine, words [][]way) (string, []any) {
	if e == db.Postgres {
		return "c.tokens @@ CAST(CAST(? AS text) AS tsquery)", []any{matchPostgres(words)}
	}
	list := sets(words)
	size := 1
	for size < len(list) {
		size *= 2
	}
	args := make([]any, size)
	for i := range size {
		args[i] = pattern(list[min(i, len(list)-1)])
	}
	return "(c.tokens GLOB ?" + strings.Repeat(" OR c.tokens GLOB ?", size-1) + ")", args
}

// pattern is a GLOB for stored tokens, which are in the same order.
func pattern(w way) string {
	var b strings.Builder
	for _, token := range w {
		if head, ok := strings.CutSuffix(token, "*"); ok {
			b.WriteString("*|" + head)
		} else {
			b.WriteString("*|" + token + "|")
		}
	}
	return b.String() + "*"
}

// matchSQLite is an FTS5 query; tokens are words of small letters and digits, which it never
// mistakes for its operators.
func matchSQLite(words [][]way) string {
	return match(words, " AND ", " OR ", `"`, `"`, `" *`)
}

// matchPostgres is a tsquery.
func matchPostgres(words [][]way) string {
	return match(words, " & ", " | ", "'", "'", "':*")
}

func match(words [][]way, and, or, before, after, begins string) string {
	every := make([]string, len(words))
	for i, ways := range words {
		either := make([]string, len(ways))
		for j, w := range ways {
			quoted := make([]string, len(w))
			for k, token := range w {
				if head, ok := strings.CutSuffix(token, "*"); ok {
					quoted[k] = before + head + begins
				} else {
					quoted[k] = before + token + after
				}
			}
			either[j] = "(" + strings.Join(quoted, and) + ")"
		}
		every[i] = "(" + strings.Join(either, or) + ")"
	}
	return strings.Join(every, and)
}
