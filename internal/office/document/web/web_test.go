package web_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/file"
	"kizuna/internal/ground/journal"
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
		reads := journal.NewReads(d, v, clock)
		t.Cleanup(reads.Close)
		room := document.New(&op.Runner{Data: d, Vault: v, Clock: clock, Reads: reads}, file.New(d, v, clock))
		seen := true
		room.Sees["case"] = func(db.Q, access.Actor, calendar.Time, db.ID) (bool, error) { return seen, nil }
		aoi := access.Actor{ID: db.NewID(), Roles: []access.Role{access.Caseworker}}
		router := door.New(door.Config{Vault: v, Identify: func(*http.Request) (access.Actor, error) { return aoi, nil }})
		web.Mount(router, room, func(string, db.ID) string { return "/desk" })
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

// TestBadFilesAreRefusedAtTheDesk sends what nobody should keep. What staff may keep although a
// browser would run it comes out as a download that cannot.
func TestBadFilesAreRefusedAtTheDesk(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		run, _ := kizunatest.Runner(t, d)
		room := document.New(run, file.New(d, run.Vault, run.Clock))
		room.Sees["case"] = func(db.Q, access.Actor, calendar.Time, db.ID) (bool, error) { return true, nil }
		aoi := kizunatest.Staff(access.Caseworker)
		router := door.New(door.Config{Vault: run.Vault, Identify: func(*http.Request) (access.Actor, error) { return aoi, nil }})
		web.Mount(router, room, func(string, db.ID) string { return "/desk" })
		send := func(method, path, kind string, body io.Reader, size int64) *httptest.ResponseRecorder {
			r := httptest.NewRequest(method, "http://127.0.0.1/api/v1/"+path, body)
			r.Header.Set("Content-Type", kind)
			r.Header.Set("Accept-Language", "en")
			if size > 0 {
				r.ContentLength = size
			}
			w := httptest.NewRecorder()
			router.ServeHTTP(w, r)
			return w
		}
		upload := func(name, claims, content string) *httptest.ResponseRecorder {
			var form bytes.Buffer
			parts := multipart.NewWriter(&form)
			h := textproto.MIMEHeader{"Content-Disposition": {`form-data; name="file"; filename="` + name + `"`}, "Content-Type": {claims}}
			part, err := parts.CreatePart(h)
			if err == nil {
				_, err = part.Write([]byte(content))
			}
			if err != nil || parts.Close() != nil {
				t.Fatal(err)
			}
			return send("POST", "files", parts.FormDataContentType(), &form, 0)
		}
		bomb := zipOf(t, 130<<20)
		for _, c := range []struct{ name, claims, content, says string }{
			{"a.pdf", "application/pdf", "", "The file is empty"},
			{"a.png", "image/png", "<!DOCTYPE html><script>", "not what it claims"},
			{"a.pdf", "application/pdf", "MZ\x90\x00", "not what it claims"},
			{"a.zip", "application/zip", bomb, "far too large"},
			{"a.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", bomb, "far too large"},
			{"a.xlsx", "", bomb[:len(bomb)/2], "damaged"},
		} {
			w := upload(c.name, c.claims, c.content)
			var told door.Problem
			if err := json.Unmarshal(w.Body.Bytes(), &told); err != nil || w.Code != http.StatusUnprocessableEntity || !strings.Contains(told.Fields["/file"], c.says) {
				t.Errorf("%s: %d %s", c.name, w.Code, w.Body)
			}
		}
		if w := send("POST", "files", "multipart/form-data; boundary=x", strings.NewReader("--x"), 200<<20); w.Code != http.StatusRequestEntityTooLarge {
			t.Errorf("200 MiB: %d", w.Code)
		}
		for name, content := range map[string]string{
			"a.html": "<!DOCTYPE html><script>alert(1)</script>", "a.svg": "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
			"a.gif": "GIF89a\x01\x00\x01\x00/*<script>alert(1)</script>*/", "a.pdf": "%PDF-1.4 /OpenAction<</S/JavaScript/JS(app.alert(1))>>",
		} {
			w := upload(name, "", content)
			var up struct{ ID db.ID }
			if err := json.Unmarshal(w.Body.Bytes(), &up); err != nil || w.Code != http.StatusCreated {
				t.Fatalf("%s: %d %s", name, w.Code, w.Body)
			}
			doc, err := room.Create(t.Context(), aoi, document.Input{Title: name, OwnerKind: "case", Owner: db.NewID(), File: up.ID})
			if err != nil {
				t.Fatal(err)
			}
			got := send("GET", "documents/"+doc.ID.String()+"/file?inline=true", "", nil, 0)
			h := got.Header()
			if got.Code != http.StatusOK || !strings.HasPrefix(h.Get("Content-Disposition"), "attachment") || h.Get("X-Content-Type-Options") != "nosniff" ||
				!strings.Contains(h.Get("Content-Security-Policy"), "sandbox") || strings.Contains(h.Get("Content-Type"), "ml") {
				t.Errorf("%s comes out as %v", name, h)
			}
		}
	})
}

// zipOf makes an archive that unpacks to so many zeros.
func zipOf(t *testing.T, size int64) string {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	in, err := w.Create("word/document.xml")
	if err == nil {
		_, err = io.CopyN(in, zeros{}, size)
	}
	if err != nil || w.Close() != nil {
		t.Fatal(err)
	}
	return out.String()
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

// TestSeveralFilesAtOnce adds a good and a bad file: the good one is there, the bad one is told of beside its field and not
// counted, and sending the form again with its key adds nothing twice.
func TestSeveralFilesAtOnce(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		run, _ := kizunatest.Runner(t, d)
		room := document.New(run, file.New(d, run.Vault, run.Clock))
		room.Sees["case"] = func(db.Q, access.Actor, calendar.Time, db.ID) (bool, error) { return true, nil }
		aoi, owner := kizunatest.Staff(access.Caseworker), db.NewID()
		router := door.New(door.Config{Vault: run.Vault, Identify: func(*http.Request) (access.Actor, error) { return aoi, nil }})
		web.Mount(router, room, func(string, db.ID) string { return "/desk" })
		send := func(files map[string]string) *httptest.ResponseRecorder {
			t.Helper()
			var form bytes.Buffer
			parts := multipart.NewWriter(&form)
			err := parts.WriteField("idempotency_key", "one-form")
			for name, content := range files {
				part, e := parts.CreatePart(textproto.MIMEHeader{"Content-Disposition": {`form-data; name="file"; filename="` + name + `"`}, "Content-Type": {"application/pdf"}})
				if e == nil {
					_, e = part.Write([]byte(content))
				}
				err = errors.Join(err, e)
			}
			if err != nil || parts.Close() != nil {
				t.Fatal(err)
			}
			r := httptest.NewRequest("POST", "http://127.0.0.1/desk/documents/add?owner_kind=case&owner_id="+owner.String(), &form)
			r.Header.Set("Content-Type", parts.FormDataContentType())
			r.Header.Set("Origin", "http://127.0.0.1")
			r.Header.Set("Sec-Fetch-Site", "same-origin")
			r.Header.Set("Accept-Language", "en")
			w := httptest.NewRecorder()
			router.ServeHTTP(w, r)
			return w
		}
		came := func(want int) {
			t.Helper()
			if list, err := room.List(t.Context(), aoi, "case", owner); err != nil || len(list) != want {
				t.Errorf("%d papers came, want %d: %v", len(list), want, err)
			}
		}
		if w := send(map[string]string{"bad.pdf": "MZ\x90\x00"}); w.Code != http.StatusUnprocessableEntity || strings.Contains(w.Body.String(), "Added:") {
			t.Errorf("a bad file alone: %d %s", w.Code, w.Body)
		}
		came(0)
		w := send(map[string]string{"good.pdf": "%PDF-1.4 good", "bad.pdf": "MZ\x90\x00"})
		for _, want := range []string{"“bad.pdf” could not be taken", "Added: 1", `value="one-form"`} {
			if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), want) {
				t.Errorf("%d, and it does not say %s", w.Code, want)
			}
		}
		came(1)
		if w := send(map[string]string{"good.pdf": "%PDF-1.4 good", "mended.pdf": "%PDF-1.4 mended"}); w.Code != http.StatusSeeOther {
			t.Errorf("sent again: %d %s", w.Code, w.Body)
		}
		came(2)
	})
}

// TestWhatStaffNoteStaysWithStaff asks the API for a paper as staff, and as the resident who is shown it.
func TestWhatStaffNoteStaysWithStaff(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		run, _ := kizunatest.Runner(t, d)
		room := document.New(run, file.New(d, run.Vault, run.Clock))
		room.Sees["application"] = func(db.Q, access.Actor, calendar.Time, db.ID) (bool, error) { return true, nil }
		aoi := kizunatest.Staff(access.Caseworker)
		who := aoi
		router := door.New(door.Config{Vault: run.Vault, Identify: func(*http.Request) (access.Actor, error) { return who, nil }})
		web.Mount(router, room, func(string, db.ID) string { return "/desk" })
		x, err := room.Create(t.Context(), aoi, document.Input{Title: "課税証明書", OwnerKind: "application", Owner: db.NewID(), Note: "同居の父に知らせない"})
		if err != nil {
			t.Fatal(err)
		}
		for _, role := range []access.Role{access.Caseworker, access.Resident, access.ProviderStaff} {
			who = access.Actor{ID: db.NewID(), Roles: []access.Role{role}, SignIn: db.NewID()}
			w := httptest.NewRecorder()
			router.ServeHTTP(w, httptest.NewRequest("GET", "http://127.0.0.1/api/v1/documents/"+x.ID.String(), nil))
			if w.Code != http.StatusOK || strings.Contains(w.Body.String(), "同居") != (role == access.Caseworker) {
				t.Errorf("%s reads %d %s", role, w.Code, w.Body)
			}
		}
	})
}
