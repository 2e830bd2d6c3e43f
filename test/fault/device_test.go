package fault

import (
	"fmt"
	"net/http"
	"path/filepath"
	"testing"

	"kizuna/internal/ground/db"
	"kizuna/internal/kizunatest"
)

// TestDeviceFails has the disk of the database refuse to write and to sync, as one does that is about
// to die or whose cable is loose, under load. Who writes is told to wait; what shows nobody's data
// goes on; a person is not shown, because who looked cannot be kept. When it writes again everything
// goes on by itself, nothing acknowledged is lost and the database is sound.
func TestDeviceFails(t *testing.T) {
	long(t)
	t.Parallel()
	for _, e := range kizunatest.Engines(t) {
		t.Run(e.String(), func(t *testing.T) {
			t.Parallel()
			disk := newDisk(t)
			p := &place{engine: e, dir: t.TempDir(), url: filepath.Join(disk.at, "kizuna.db")}
			begin := func() {}
			if e == db.Postgres {
				c := clusterIn(t, disk.at)
				c.socketAside()
				p, begin = c.place(t), c.start
			}
			run := p.demo(t)
			l, d := newLoad(t, p, seed(t), run.base), p.open(t)
			l.play()
			l.rough = true
			times := 0
			for round := range turns(t, 1) {
				times++
				l.run(40, func() {
					disk.fails(t, true)
					l.refusing(t, "while the disk fails", func(status int) bool { return status == http.StatusServiceUnavailable })
					disk.fails(t, false)
					begin() // PostgreSQL itself ends where its log is not kept; its operator starts it again
					l.later(40, l.finish)
				})
				run.lives(t)
				l.holds(t, d, round)
				sound(t, d)
			}
			l.everything(t)
			report(t, p, "disk fails under load", fmt.Sprintf("%d times, %d acknowledged, %d asked again, 0 lost, 0 half, 0 corrupt, the program never restarted", times, l.acked, l.again))
			run.ends(t)
		})
	}
}
