package jobs

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
)

// State is where a piece of work stands.
type State string

// The states. Done, dead and cancelled are the ends; dead and cancelled work
// can be retried.
const (
	Waiting   State = "waiting"
	Running   State = "running"
	Done      State = "done"
	Dead      State = "dead"
	Cancelled State = "cancelled"
)

// Job is work to be done.
type Job struct {
	Kind string
	// Key, when there is one, is unique among the waiting and running work of
	// a kind. Queuing it again gives waiting work the newer payload; work that
	// is running then runs once more afterwards.
	Key     string
	Payload any           // stored as JSON
	RunAt   calendar.Time // not before; none is at once
	Owner   db.ID         // who may watch and cancel it; none for the agency's own
}

// Queue stores a job in the caller's transaction and gives its id, or the id
// of the waiting or running one with the same key.
func Queue(w db.W, job Job) (db.ID, error) {
	rec, err := record(job)
	if err != nil {
		return db.ID{}, err
	}
	return db.One[db.ID](w, insertText(1)+" RETURNING id", rec...)
}

// QueueAll is Queue for many, in few statements.
func QueueAll(w db.W, jobs ...Job) error {
	jobs = lastOfKey(jobs)
	for len(jobs) > 0 {
		n := chunk(len(jobs))
		args := make([]any, 0, n*insertWidth)
		for _, job := range jobs[:n] {
			rec, err := record(job)
			if err != nil {
				return err
			}
			args = append(args, rec...)
		}
		if _, err := db.Exec(w, insertText(n), args...); err != nil {
			return err
		}
		jobs = jobs[n:]
	}
	return nil
}

// lastOfKey keeps the last of several jobs with one key: no statement may
// touch a row twice.
func lastOfKey(jobs []Job) []Job {
	type name struct{ kind, key string }
	last := map[name]int{}
	for i, j := range jobs {
		if j.Key != "" {
			last[name{j.Kind, j.Key}] = i
		}
	}
	var out []Job
	for i, j := range jobs {
		if j.Key == "" || last[name{j.Kind, j.Key}] == i {
			out = append(out, j)
		}
	}
	return out
}

// chunk is the largest power of two up to n and 512, so that a statement has
// few texts.
func chunk(n int) int {
	size := 1
	for size*2 <= min(n, 512) {
		size *= 2
	}
	return size
}

const insertWidth = 6

func insertText(n int) string {
	return `INSERT INTO job (id, kind, key, owner, payload, run_at, state) VALUES (?, ?, ?, ?, ?, ?, 'waiting')` +
		strings.Repeat(`, (?, ?, ?, ?, ?, ?, 'waiting')`, n-1) + `
		ON CONFLICT (kind, key) WHERE key <> '' AND ended_at = 0 DO UPDATE SET
		payload = excluded.payload,
		again = (job.state = 'running'),
		run_at = CASE WHEN job.state = 'running' OR (job.tries = 0 AND excluded.run_at < job.run_at)
			THEN excluded.run_at ELSE job.run_at END`
}

func record(job Job) ([]any, error) {
	if job.Kind == "" {
		return nil, fault.Defect(errors.New("jobs: work without a kind"))
	}
	payload, err := json.Marshal(job.Payload)
	if err != nil {
		return nil, fault.Defect(fmt.Errorf("jobs: payload of %s: %w", job.Kind, err))
	}
	return []any{db.NewID(), job.Kind, job.Key, job.Owner, string(payload), job.RunAt}, nil
}
