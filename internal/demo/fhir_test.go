package demo_test

import (
	"bytes"
	"log/slog"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"kizuna/internal/demo"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/text"
	"kizuna/internal/kizunatest"
	"kizuna/internal/resident/form"
	"kizuna/internal/resident/form/fhir"
	"kizuna/internal/server"
)

// TestFormsOfTheDemoAreFHIR holds every form of the demo, and every answer to
// one, against the published schema of FHIR R4, and takes them in again.
func TestFormsOfTheDemoAreFHIR(t *testing.T) {
	schema, err := jsonschema.NewCompiler().Compile(filepath.Join(kizunatest.Vectors(t, "fhir/schema"), "fhir.schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	valid := func(t *testing.T, b []byte) {
		t.Helper()
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
		if err == nil {
			err = schema.Validate(v)
		}
		if err != nil {
			t.Errorf("not FHIR R4: %.800v\n%.2000s", err, b)
		}
	}
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		srv, err := server.New(server.Config{DB: d, Vault: kizunatest.Vault(t), Clock: kizunatest.Clock(), BaseURL: "https://kizuna.test", Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(srv.Close)
		if _, err := demo.Make(t.Context(), srv, t.TempDir(), demo.Options{Lang: text.JA}); err != nil {
			t.Fatal(err)
		}
		forms, err := srv.Rooms.Forms.List(t.Context(), kizunatest.Staff(access.Administrator), "", 0, 200)
		if err != nil || len(forms) == 0 {
			t.Fatalf("%d forms, %v", len(forms), err)
		}
		byID := map[db.ID]form.Form{}
		for _, f := range forms {
			byID[f.ID] = f
			b, err := fhir.Questionnaire(f, "https://kizuna.test")
			if err != nil {
				t.Fatal(err)
			}
			valid(t, b)
			in, report, err := fhir.Read(b)
			if err != nil || len(report.Notes) > 0 || !reflect.DeepEqual(in.Definition, f.Definition.V) || in.Key != f.Key || !in.Title.Equal(f.Title) {
				t.Errorf("%s comes back as another: %v, %v", f.Key, err, report.Notes)
			}
		}
		var ids []db.ID
		read(t, d, func(q db.Q) error {
			ids, err = db.All[db.ID](q, "SELECT id FROM form_response ORDER BY id")
			return err
		})
		if len(ids) == 0 {
			t.Fatal("the demo has no answers")
		}
		for _, id := range ids {
			var res form.Response
			read(t, d, func(q db.Q) error {
				res, err = form.ResponseByID(q, id)
				return err
			})
			f := byID[res.Form]
			ready, err := f.Ready()
			if err != nil {
				t.Fatal(err)
			}
			now := ready.Evaluate(res.Answers.V, srv.Run.Now().Date(time.UTC))
			b, err := fhir.Response(form.Answered{Response: res, Form: f, Ready: ready, Now: now}, "https://kizuna.test")
			if err != nil {
				t.Fatal(err)
			}
			valid(t, b)
			raw, report, err := fhir.ReadResponse(b, f)
			report.Notes = slices.DeleteFunc(report.Notes, func(n fhir.Note) bool { return n.Key == "fhir.note.apart" })
			back, wrong := f.Definition.V.Read(raw)
			for key, v := range now.Answers { // files and signatures stay where they are
				if q, _ := f.Definition.V.Find(key); q.Asks() && !q.Typed() {
					back[key] = v
				}
			}
			if err != nil || len(report.Notes) > 0 || len(wrong) > 0 || !reflect.DeepEqual(ready.Evaluate(back, srv.Run.Now().Date(time.UTC)), now) {
				t.Errorf("answers come back as others: %v, %v, %v", err, report.Notes, wrong)
			}
		}
		t.Logf("%d forms, %d responses", len(forms), len(ids))
	})
}
