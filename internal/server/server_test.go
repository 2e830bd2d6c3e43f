package server_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/jobs"
	"kizuna/internal/kizunatest"
	"kizuna/internal/server"
)

func build(t *testing.T, d *db.DB, log io.Writer) *server.Server {
	t.Helper()
	s, err := server.New(server.Config{DB: d, Vault: kizunatest.Vault(t), Clock: kizunatest.Clock(),
		Log: slog.New(slog.NewJSONHandler(log, nil)), BaseURL: "http://kizuna.test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func get(s http.Handler, target string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("GET", "http://kizuna.test"+target, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

func TestHealth(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		s := build(t, d, io.Discard)
		if w := get(s, "/healthz"); w.Code != 200 {
			t.Errorf("healthz: %d", w.Code)
		}
		if w := get(s, "/readyz"); w.Code != 200 || !strings.Contains(w.Body.String(), `"worker":"ok"`) {
			t.Errorf("readyz: %d %s", w.Code, w.Body)
		}
		// Work that nobody does makes unready who should be doing it, not who leaves it to others.
		long := kizunatest.Clock().Now().Add(-time.Hour)
		if err := d.Write(t.Context(), func(tx *db.Tx) error {
			_, err := jobs.Queue(tx, jobs.Job{Kind: "op.forget", RunAt: long})
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if w := get(s, "/readyz"); w.Code != 503 || !strings.Contains(w.Body.String(), `"worker":"late"`) {
			t.Errorf("readyz with late work: %d %s", w.Code, w.Body)
		}
		served, err := server.New(server.Config{DB: d, Vault: kizunatest.Vault(t), Clock: kizunatest.Clock(), Log: slog.New(slog.DiscardHandler), NoWork: true})
		if err != nil {
			t.Fatal(err)
		}
		defer served.Close()
		if w := get(served, "/readyz"); w.Code != 200 || !strings.Contains(w.Body.String(), `"worker":"late"`) {
			t.Errorf("readyz without a worker of its own: %d %s", w.Code, w.Body)
		}
	})
}

func TestNotReadyOnAnotherSchema(t *testing.T) {
	for _, e := range kizunatest.Engines(t) {
		d := kizunatest.OpenDB(t, kizunatest.EmptyURL(t, e))
		if w := get(build(t, d, io.Discard), "/readyz"); w.Code != 503 || !strings.Contains(w.Body.String(), `"schema":"other"`) {
			t.Errorf("%s: %d %s", e, w.Code, w.Body)
		}
	}
}

func TestOneLinePerRequestWithoutAnybody(t *testing.T) {
	var log bytes.Buffer
	s := build(t, kizunatest.NewDB(t, kizunatest.Engines(t)[0]), &log)
	get(s, "/account/parked/01a2007c-f8b7-7000-bdbd-c0e648aa96f2?q=canary-query", "Cookie", "kizuna-sign-in=canary-token", "User-Agent", "canary-agent")
	get(s, "/canary-path?lang=canary", "Authorization", "Bearer canary-key")
	lines := strings.Split(strings.TrimSpace(log.String()), "\n")
	if len(lines) != 2 {
		t.Fatalf("%d lines: %s", len(lines), log.String())
	}
	for _, want := range []string{`"route":"/account/parked/{id}"`, `"status":303`, `"actor":"public"`, `"method":"GET"`, `"ms":`, `"bytes":`, `"id":"`} {
		if !strings.Contains(lines[0], want) {
			t.Errorf("%s is not in %s", want, lines[0])
		}
	}
	for _, private := range []string{"canary", "01a2007c"} {
		if strings.Contains(log.String(), private) {
			t.Errorf("%s is in the log: %s", private, log.String())
		}
	}
}

func TestAssetsAndTheFirstPage(t *testing.T) {
	s := build(t, kizunatest.NewDB(t, kizunatest.Engines(t)[0]), io.Discard)
	if w := get(s, "/"); w.Code != 303 || w.Header().Get("Location") != "/public" {
		t.Errorf("first page: %d %s", w.Code, w.Header().Get("Location"))
	}
	docs := get(s, "/api/docs")
	_, rest, ok := strings.Cut(docs.Body.String(), `<link rel="stylesheet" href="`)
	where, _, _ := strings.Cut(rest, `"`)
	if !ok {
		t.Fatalf("docs: %d", docs.Code)
	}
	if w := get(s, where); w.Code != 200 || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/css") {
		t.Errorf("%s: %d %v", where, w.Code, w.Header())
	}
	if w := get(s, "/assets/nothing.css"); w.Code != 404 {
		t.Errorf("no asset: %d", w.Code)
	}
}

func TestRoutesAndSpecification(t *testing.T) {
	s := build(t, kizunatest.NewDB(t, kizunatest.Engines(t)[0]), io.Discard)
	var b strings.Builder
	for _, r := range s.Router.Routes() {
		b.WriteString(r.String() + "\n")
	}
	kizunatest.Golden(t, "testdata/routes.txt", b.String())
	spec, err := s.Router.Spec()
	if err != nil {
		t.Fatal(err)
	}
	kizunatest.Golden(t, "testdata/openapi.json", spec)
}

// TestAStopLetsAnswersEnd stops the server while an answer is under way.
func TestAStopLetsAnswersEnd(t *testing.T) {
	s := build(t, kizunatest.NewDB(t, kizunatest.Engines(t)[0]), io.Discard)
	begun, goOn := make(chan struct{}), make(chan struct{})
	s.Router.Page("GET /public/slow", door.Anyone, func(w http.ResponseWriter, _ *http.Request) error {
		close(begun)
		<-goOn
		_, err := io.WriteString(w, "whole")
		return err
	})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, l) }()
	answer := make(chan string, 1)
	go func() {
		res, err := http.Get("http://" + l.Addr().String() + "/public/slow")
		if err != nil {
			answer <- err.Error()
			return
		}
		defer func() { _ = res.Body.Close() }()
		b, _ := io.ReadAll(res.Body)
		answer <- string(b)
	}()
	<-begun
	stop()
	for { // the listener closes before the stop waits for answers
		c, err := net.DialTimeout("tcp", l.Addr().String(), time.Second)
		if err != nil {
			break
		}
		_ = c.Close()
	}
	close(goOn)
	if got := <-answer; got != "whole" {
		t.Errorf("got %q", got)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
