package careplan

import (
	"strings"
	"testing"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/kizunatest"
)

type explained struct {
	ID     int    `db:"id"`
	Parent int    `db:"parent"`
	Unused int    `db:"notused"`
	Detail string `db:"detail"`
}

// TestNoQueryReadsATable asks SQLite how it would find what pages ask for:
// never by reading a whole table.
func TestNoQueryReadsATable(t *testing.T) {
	d := kizunatest.NewDB(t, db.SQLite)
	a, id := kizunatest.Staff(access.Caseworker), db.NewID()
	one := lens(a, 1).One("c.id")
	for text, args := range map[string][]any{
		selectPlan + planOfCase + one.SQL: append([]any{id}, one.Args...),
		selectGoal + partOfCase + one.SQL: append([]any{id}, one.Args...),
		textPlans:                         {id}, textGoals: {id}, textTasks: {id}, textReviews: {id}, textProgress: {id}, textAgreements: {id},
		textCaseGoals: {id}, textCaseTasks: {id}, textOwnPlans: {id, id}, textOwnGoals: {db.List{id}, id}, textOwnTasks: {db.List{id}, id},
		textOwnWords: {db.List{id}, id}, textOwnDates: {db.List{id}}, textAskedOf: {id}, textTasksOf: {id}, textDueOf: {id},
		selectReview + "WHERE x.status = 'due' AND x.due_on < ? ORDER BY x.due_on, x.id LIMIT ?": {"2026-11-24", 9},
	} {
		err := d.Read(t.Context(), func(q *db.Reader) error {
			steps, err := db.All[explained](q, "EXPLAIN QUERY PLAN "+text, args...)
			for _, s := range steps {
				if strings.HasPrefix(s.Detail, "SCAN ") && !strings.Contains(s.Detail, "INDEX") {
					t.Errorf("%s\nis found by %s", text, s.Detail)
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
