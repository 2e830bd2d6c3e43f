package web_test

import (
	"bytes"
	"encoding/json"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/file"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/vault"
	"kizuna/internal/kizunatest"
	"kizuna/internal/office/document"
	"kizuna/internal/office/document/web"
)

// A file goes in, is held by its document, and comes out through it alone.
func TestFileInAndOut(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		v, err := vault.Create(filepath.Join(t.TempDir(), "key"))
		if err != nil {
			t.Fatal(err)
		}
		clock := calendar.NewFake(calendar.TimeOf(time.Date(2026, 11, 24, 1, 0, 0, 0, time.UTC)))
		room := document.New(&op.Runner{Data: d, Vault: v, Clock: clock}, file.New(d, v, clock))
		seen := true
		room.Sees["case"] = func(db.Q, access.Actor, calendar.Time, db.ID) (bool, error) { return seen, nil }
		aoi := access.Actor{ID: db.NewID(), Roles: []access.Role{access.Caseworker}}
		router := door.New(door.Config{Vault: v, Identify: func(*http.Request) (access.Actor, error) { return aoi, nil }})
		web.Mount(router, room)
		do := func(want int, method, path, kind string, body []byte) map[string]any {
			t.Helper()
			r := httptest.NewRequest(method, "http://127.0.0.1/api/v1/"+path, bytes.NewReader(body))
			r.Header.Set("Content-Type", kind)
			w := httptest.NewRecorder()
			router.ServeHTTP(w, r)
			if w.Code != want {
				t.Fatalf("%s %s answered %d, want %d: %s", method, path, w.Code, want, w.Body)
			}
			out := map[string]any{"body": w.Body.String(), "disposition": w.Header().Get("Content-Disposition")}
			_ = json.Unmarshal(w.Body.Bytes(), &out) // a file is no JSON
			return out
		}
		var form bytes.Buffer
		parts := multipart.NewWriter(&form)
		part, err := parts.CreateFormFile("file", "証明書.txt")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := part.Write([]byte("課税証明書")); err != nil || parts.Close() != nil {
			t.Fatal(err)
		}
		up := do(201, "POST", "files", parts.FormDataContentType(), form.Bytes())
		owner := db.NewID().String()
		doc := do(201, "POST", "documents", "application/json", []byte(`{"title":"課税証明書","owner_kind":"case","owner_id":"`+owner+`","file_id":"`+up["id"].(string)+`"}`))
		at := "documents/" + doc["id"].(string)
		if got := do(200, "GET", at+"/file", "", nil); got["body"] != "課税証明書" || !strings.HasPrefix(got["disposition"].(string), "attachment") {
			t.Errorf("came out as %v", got)
		}
		if list := do(200, "GET", "documents?owner_kind=case&owner_id="+owner, "", nil); len(list["items"].([]any)) != 1 {
			t.Errorf("listed: %v", list)
		}
		seen = false
		do(404, "GET", at+"/file", "", nil)
		do(404, "GET", at, "", nil)
	})
}
