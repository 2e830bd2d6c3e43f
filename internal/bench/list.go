package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/jobs"
)

// lists are lists of persons that come in: each was looked through before it is timed, and waits
// for the word to make what it says.
type lists struct {
	w      *world
	clerk  asker
	worker *jobs.Worker
	rows   int // of one list
	made   []waiting
}

// waiting is a list that was looked through.
type waiting struct {
	ID      db.ID            `json:"id"`
	Status  string           `json:"status"`
	Version int64            `json:"version"`
	Counts  map[string]int64 `json:"counts"`
}

// newLists finds somebody who brings lists; some is false where nobody does.
func (w *world) newLists(ctx context.Context, rows int) (l *lists, some bool, err error) {
	l = &lists{w: w, rows: rows, worker: jobs.New(w.srv.Run.Data, w.srv.Run.Clock, jobs.Options{})}
	l.worker.Register(w.srv.Rooms.People.ImportKind())
	var user db.ID
	if err := w.srv.Run.Read(ctx, func(q *db.Reader) (err error) {
		user, some, err = db.Maybe[db.ID](q, `SELECT r.user_id FROM account_role r JOIN account_user u ON u.id = r.user_id AND u.status = 'active'
			WHERE r.role = ? ORDER BY r.user_id LIMIT 1`, access.IntakeWorker)
		return err
	}); err != nil || !some {
		return l, false, err
	}
	key, err := w.key(ctx, user, access.IntakeWorker)
	l.clerk = asker{user: user, key: key}
	w.others = append(w.others, l.clerk)
	return l, true, err
}

// ready brings lists until there are so many.
func (l *lists) ready(ctx context.Context, _, until int) error {
	for len(l.made) < until {
		x, err := l.bring(ctx, len(l.made))
		if err != nil {
			return err
		}
		l.made = append(l.made, x)
	}
	return nil
}

func (l *lists) bring(ctx context.Context, i int) (waiting, error) {
	var list strings.Builder
	list.WriteString("姓,名,セイ,メイ,生年月日,電話,住所\n")
	for n := range l.rows {
		k := i*l.rows + n
		fmt.Fprintf(&list, "%s,試,%s,タメシ,1980-05-%02d,090-%04d-%04d,みなと市栄町1-%d\n", unheard(k, '一', 2000), unheard(k, 'ア', 60), 1+k%28, k/10000%10000, k%10000, 1+k%90)
	}
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", "list.csv")
	if err == nil {
		_, err = part.Write([]byte(list.String()))
	}
	if err == nil {
		err = form.Close()
	}
	if err != nil {
		return waiting{}, err
	}
	req := l.clerk.ask(http.MethodPost, "/api/v1/imports", body.String())
	req.Header.Set("Content-Type", form.FormDataContentType())
	x, err := l.ask(ctx, req)
	if err == nil {
		x, err = l.step(ctx, x, "check", "{}")
	}
	if err == nil && x.Counts["double"] > 0 {
		x, err = l.step(ctx, x, "decide", `{"all":true,"choice":"new"}`)
	}
	if err == nil && x.Counts["ready"] != int64(l.rows) {
		err = fmt.Errorf("the rows of a list are %v", x.Counts)
	}
	return x, err
}

// step takes a step on a list, with the work that follows.
func (l *lists) step(ctx context.Context, x waiting, step, body string) (waiting, error) {
	at := "/api/v1/imports/" + x.ID.String()
	if _, err := l.ask(ctx, l.clerk.step(at+"/"+step, x.Version, body)); err != nil {
		return x, err
	}
	if _, err := l.worker.Drain(ctx); err != nil {
		return x, err
	}
	return l.ask(ctx, l.clerk.get(at))
}

func (l *lists) ask(ctx context.Context, req *http.Request) (waiting, error) {
	var x waiting
	w := httptest.NewRecorder()
	l.w.srv.ServeHTTP(w, req.WithContext(ctx))
	if w.Code >= http.StatusMultipleChoices {
		return x, fmt.Errorf("%s %s answered %d: %.200s", req.Method, req.URL.Path, w.Code, w.Body)
	}
	return x, json.Unmarshal(w.Body.Bytes(), &x)
}

// run has a list made that was looked through: the request that says so, and the work to its end.
func (l *lists) run(ctx context.Context, i int) error {
	x, err := l.step(ctx, l.made[i], "start", "{}")
	if err == nil && x.Counts["made"] != int64(l.rows) {
		err = fmt.Errorf("a list is %s with %v", x.Status, x.Counts)
	}
	return err
}
