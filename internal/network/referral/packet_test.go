package referral

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"kizuna/internal/ground/db"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/text"
	"kizuna/internal/kizunatest"
	"kizuna/internal/office/document"
	"kizuna/internal/resident/consent"
	"kizuna/internal/resident/people"
)

// whole is a source in which every field has a value of its own, by field.
func whole() (source, map[string]string) {
	paper, other := document.Document{Title: "診断書"}, document.Document{Title: "選ばれていない書類"}
	paper.ID, other.ID = db.NewID(), db.NewID()
	s := source{
		referral: Referral{Summary: "眠れない", Goals: "眠れる", HealthNote: "聴覚障害", Documents: db.AsJSON([]db.ID{paper.ID})},
		benefit:  text.Pair{JA: "グリーフカウンセリング"}, documents: []document.Document{paper, other}, today: "2026-11-24",
		profile: people.Profile{Household: 3,
			Person: people.Person{Name: "丸山 修", Kana: "マルヤマ オサム", BirthDate: "1968-04-12", BirthPrecision: "day", Gender: "male",
				Languages: db.AsJSON([]string{"ja"}), Interpreter: "jsl"},
			Contacts:  []people.Contact{{Kind: "mobile", Value: "090-1234-5678", Safe: true}},
			Addresses: []people.Address{{Kind: "actual", Lines: "みなと市栄町2-14"}}},
	}
	return s, map[string]string{"name": "丸山 修", "kana": "マルヤマ オサム", "birth_date": "1968-04-12", "age_band": "50", "gender": "male",
		"languages": "ja", "interpreter": "jsl", "phone": "090-1234-5678", "address": "みなと市栄町2-14", "household": "3", "needs": "眠れない",
		"goals": "眠れる", "benefit": "グリーフカウンセリング", "health_note": "聴覚障害", "documents": "診断書"}
}

// For every subset of the fields, the packet holds those and nothing of the
// others.
func TestPacketOfAnySubset(t *testing.T) {
	s, values := whole()
	if len(values) != len(consent.Fields) {
		t.Fatalf("%d fields tried of %d", len(values), len(consent.Fields))
	}
	rapid.Check(t, func(t *rapid.T) {
		fields := rapid.SliceOfDistinct(rapid.SampledFrom(consent.Fields), rapid.ID[string]).Draw(t, "fields")
		s.referral.Fields = db.AsJSON(inOrder(fields))
		var all []string
		for _, e := range s.packet().Entries {
			if !slices.Contains(fields, e.Field) || !slices.Equal(e.Values, []string{values[e.Field]}) {
				t.Fatalf("%s holds %v with fields %v", e.Field, e.Values, fields)
			}
			all = append(all, e.Values...)
		}
		if len(all) != len(fields) {
			t.Fatalf("%d values for %v", len(all), fields)
		}
	})
}

// TestOnlyWhatCameIsPassedOn has a paper of every status: what nobody brought, was sent back or was entered in error cannot be
// put into a packet.
func TestOnlyWhatCameIsPassedOn(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		of := db.NewID()
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			f := db.NewID()
			_, err := db.Exec(tx, "INSERT INTO file (id, name, media_type, active, size, digest, at, loose) VALUES (?, ?, 'text/plain', FALSE, 1, ?, 1, FALSE)", f, []byte("n"), []byte("d"))
			for _, status := range []string{"requested", "received", "accepted", "rejected", "waived", "void"} {
				x := document.Document{Head: flow.Head{ID: db.NewID(), Status: status, Version: 1}, Title: status, OwnerKind: "case", Owner: of}
				if status != "requested" {
					x.File = f
				}
				if err == nil {
					err = db.Insert(tx, "document", x)
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		var came []string
		err = d.Read(t.Context(), func(q *db.Reader) error {
			list, err := cameOf(q, of)
			for _, x := range list {
				came = append(came, x.Title)
			}
			return err
		})
		if err != nil || !slices.Equal(came, []string{"received", "accepted"}) {
			t.Errorf("%q can be passed on: %v", came, err)
		}
	})
}
