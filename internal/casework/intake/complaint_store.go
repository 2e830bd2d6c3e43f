package intake

import (
	"strings"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
)

func clocks(q db.Q) ([]Clock, error) {
	return db.All[Clock](q, "SELECT "+db.Columns[Clock]("")+" FROM allegation_clock WHERE status = 'active' ORDER BY allegation")
}

// reportsOf lists the reports about a complaint, the latest first; the caller
// has checked that the actor may see the complaint.
func reportsOf(q db.Q, complaint db.ID) ([]Report, error) {
	return db.All[Report](q, "SELECT "+db.Columns[Report]("")+" FROM complaint_report WHERE complaint = ? AND status = 'made' ORDER BY id DESC", complaint)
}

// cameOf lists what came of an inquiry and the actor sees, in the order it was made.
func cameOf(q db.Q, a access.Actor, now calendar.Time, inquiry db.ID) ([]Led, error) {
	var parts []string
	var args []any
	for _, kind := range []string{KindComplaint, KindReferral, KindApplication} {
		seen := lens(a, now, kind).One("x.id")
		parts = append(parts, "SELECT '"+kind+"' AS kind, x.id, x.number, x.status, x.received_at FROM "+kind+" x WHERE x.came_of = ? AND x.status <> 'void' AND "+seen.SQL)
		args = append(append(args, inquiry), seen.Args...)
	}
	return db.All[Led](q, strings.Join(parts, " UNION ALL ")+" ORDER BY id", args...)
}
