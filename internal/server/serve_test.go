package server_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"kizuna/internal/ground/db"
	"kizuna/internal/ground/vault"
	"kizuna/internal/kizunatest"
	"kizuna/internal/server"
)

// TestWhileItIsMadeReady opens a server that still prepares: it asks for patience in the reader's
// language, and answers once it is open; one that cannot be prepared ends.
func TestWhileItIsMadeReady(t *testing.T) {
	d := kizunatest.NewDB(t, db.SQLite)
	v, err := vault.Create(t.TempDir() + "/key")
	if err != nil {
		t.Fatal(err)
	}
	s, err := server.New(server.Config{DB: d, Vault: v})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	serve := func(ctx context.Context, prepare func(ctx context.Context, open func()) error) (base string, ended chan error) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		ended = make(chan error, 1)
		go func() { ended <- s.ServeAfter(ctx, l, prepare) }()
		return "http://" + l.Addr().String(), ended
	}
	get := func(url, lang string) (int, string, http.Header) {
		req, _ := http.NewRequestWithContext(t.Context(), "GET", url, nil)
		req.Header.Set("Accept-Language", lang)
		answer, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		body, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return answer.StatusCode, string(body), answer.Header
	}

	ctx, stop := context.WithCancel(t.Context())
	made, opened := make(chan bool), make(chan bool)
	base, ended := serve(ctx, func(_ context.Context, open func()) error {
		<-made
		open()
		close(opened)
		return nil
	})
	for lang, says := range map[string]string{"ja": "準備しています", "en-GB": "Getting ready"} {
		status, body, header := get(base+"/sign-in", lang)
		if status != http.StatusServiceUnavailable || !strings.Contains(body, says) || header.Get("Refresh") == "" || header.Get("Content-Security-Policy") == "" {
			t.Errorf("%s, while it is made ready: %d %v\n%.300s", lang, status, header, body)
		}
	}
	if status, _, _ := get(base+"/healthz", "ja"); status != http.StatusOK {
		t.Errorf("it lives, but says %d", status)
	}
	close(made)
	<-opened
	if status, body, _ := get(base+"/sign-in", "ja"); status != http.StatusOK || strings.Contains(body, "準備しています") {
		t.Errorf("made ready: %d\n%.300s", status, body)
	}
	stop()
	if err := <-ended; err != nil {
		t.Errorf("asked to end: %v", err)
	}

	broken := errors.New("broken")
	_, ended = serve(t.Context(), func(context.Context, func()) error { return broken })
	if err := <-ended; !errors.Is(err, broken) {
		t.Errorf("what could not be made ready: %v", err)
	}
}
