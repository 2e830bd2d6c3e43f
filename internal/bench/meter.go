package bench

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"kizuna/internal/ground/db"
)

// meter reads the CPU time of this process and, where PostgreSQL runs on this
// machine, of the backends that serve it.
type meter struct {
	data *db.DB
	// Local says that the database's CPU is counted.
	local bool
	gone  time.Duration         // of backends that have ended
	last  map[int]time.Duration // by process
}

func newMeter(ctx context.Context, d *db.DB) (*meter, error) {
	m := &meter{data: d, local: true, last: map[int]time.Duration{}}
	if d.Engine() == db.SQLite {
		return m, nil
	}
	pids, err := m.backends(ctx)
	for _, pid := range pids {
		name, e := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid))
		m.local = m.local && e == nil && strings.HasPrefix(string(name), "postgres")
	}
	return m, err
}

func (m *meter) backends(ctx context.Context) (pids []int, err error) {
	err = m.data.Read(ctx, func(q *db.Reader) error {
		pids, err = db.All[int](q, "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend'")
		return err
	})
	return pids, err
}

// read is the CPU time used so far.
func (m *meter) read(ctx context.Context) (time.Duration, error) {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0, err
	}
	total := time.Duration(u.Utime.Nano() + u.Stime.Nano())
	if m.data.Engine() == db.SQLite || !m.local {
		return total, nil
	}
	pids, err := m.backends(ctx)
	if err != nil {
		return 0, err
	}
	now := map[int]time.Duration{}
	for _, pid := range pids {
		if used, ok := processTime(pid); ok {
			now[pid] = used
		}
	}
	for pid, used := range m.last {
		if _, still := now[pid]; !still {
			m.gone += used
		}
	}
	m.last = now
	total += m.gone
	for _, used := range now {
		total += used
	}
	return total, nil
}

// processTime is how long the threads of a process, one in a backend, were on a processor: the first
// figure of /proc/<pid>/schedstat, in nanoseconds.
func processTime(pid int) (time.Duration, bool) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/schedstat", pid))
	if err != nil {
		return 0, false
	}
	first, _, _ := strings.Cut(string(stat), " ")
	on, err := strconv.ParseInt(first, 10, 64)
	return time.Duration(on), err == nil
}
