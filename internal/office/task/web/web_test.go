package web_test

import (
	"encoding/json"
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
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/vault"
	"kizuna/internal/kizunatest"
	"kizuna/internal/office/task"
	"kizuna/internal/office/task/web"
)

func TestAPI(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		v, err := vault.Create(filepath.Join(t.TempDir(), "key"))
		if err != nil {
			t.Fatal(err)
		}
		clock := calendar.NewFake(calendar.TimeOf(time.Date(2026, 11, 24, 1, 0, 0, 0, time.UTC)))
		aoi := access.Actor{ID: db.NewID(), Roles: []access.Role{access.Caseworker}}
		router := door.New(door.Config{Vault: v, Identify: func(*http.Request) (access.Actor, error) { return aoi, nil }})
		web.Mount(router, task.New(&op.Runner{Data: d, Vault: v, Clock: clock}))
		do := func(want int, method, path, body string) map[string]any {
			t.Helper()
			r := httptest.NewRequest(method, "http://127.0.0.1/api/v1/tasks"+path, strings.NewReader(body))
			r.Header.Set("Content-Type", "application/json")
			r.Header.Set("If-Match", `"1"`)
			w := httptest.NewRecorder()
			router.ServeHTTP(w, r)
			out := map[string]any{}
			if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil || w.Code != want {
				t.Fatalf("%s %s answered %d, want %d: %s", method, path, w.Code, want, w.Body)
			}
			return out
		}
		mine := `"assignee_id":"` + aoi.ID.String() + `"`
		do(422, "POST", "", `{"title":"",`+mine+`}`)
		do(422, "POST", "", `{"title":"x","status":"done",`+mine+`}`)
		first := do(201, "POST", "", `{"title":"later",`+mine+`}`)
		do(201, "POST", "", `{"title":"sooner","due":"2026-12-01",`+mine+`}`)
		if first["due"] != nil {
			t.Errorf("a task without a due date says %v", first["due"])
		}
		page := do(200, "GET", "?limit=1", "")
		if page["items"].([]any)[0].(map[string]any)["title"] != "sooner" {
			t.Errorf("due first: %v", page)
		}
		page = do(200, "GET", "?limit=1&cursor="+page["next"].(string), "")
		if page["items"].([]any)[0].(map[string]any)["title"] != "later" || page["next"] != nil {
			t.Errorf("and then: %v", page)
		}
		do(422, "GET", "?cursor=!", "")
		at := "/" + first["id"].(string)
		do(200, "PATCH", at, `{"title":"much later"}`)
		do(412, "POST", at+"/complete", `{}`)
	})
}
