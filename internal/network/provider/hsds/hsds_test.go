package hsds_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"testing"
	"testing/fstest"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/text"
	"kizuna/internal/kizunatest"
	"kizuna/internal/network/provider"
	"kizuna/internal/network/provider/hsds"
)

var ctx = context.Background()

func each(t *testing.T, f func(t *testing.T, room *provider.Room, rows func(table string) int)) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		run, _ := kizunatest.Runner(t, d)
		f(t, provider.New(run), func(table string) (n int) {
			err := run.Read(ctx, func(q *db.Reader) (err error) {
				n, err = db.One[int](q, "SELECT COUNT(*) FROM "+table)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return n
		})
		kizunatest.Intact(t, run)
	})
}

func counts(r hsds.Report) string {
	s := ""
	for _, c := range r.Counts {
		s += fmt.Sprintf("%s %d: +%d ~%d =%d -%d !%d\n", c.File, c.Rows, c.New, c.Changed, c.Same, c.Skipped, c.Refused)
	}
	return s
}

func TestSampleOfOhanaTwice(t *testing.T) {
	dir := kizunatest.Vectors(t, "hsds1-ohana-sample/data/sample-csv")
	each(t, func(t *testing.T, room *provider.Room, rows func(string) int) {
		options := hsds.Options{Source: "ohana", Activate: true}
		dry := options
		dry.DryRun = true
		planned, err := hsds.Import(ctx, room, access.TheSystem(), os.DirFS(dir), dry)
		if err != nil {
			t.Fatal(err)
		}
		if n := rows("journal") + rows("provider") + rows("organization") + rows("search_row"); n != 0 {
			t.Errorf("a dry run kept %d rows", n)
		}
		first, err := hsds.Import(ctx, room, access.TheSystem(), os.DirFS(dir), options)
		if err != nil {
			t.Fatal(err)
		}
		want := "organizations.csv 8: +8 ~0 =0 -0 !0\nlocations.csv 22: +22 ~0 =0 -0 !0\nservices.csv 23: +21 ~0 =0 -2 !0\n"
		if got := counts(first); got != want {
			t.Errorf("first run:\n%swant:\n%s%v", got, want, first.Repairs)
		}
		if counts(planned) != counts(first) {
			t.Errorf("the dry run promised\n%s", counts(planned))
		}
		if p, o := rows("provider"), rows("offering"); p != 8 || o != 21 {
			t.Errorf("%d providers, %d offerings", p, o)
		}
		journal := rows("journal")
		second, err := hsds.Import(ctx, room, access.TheSystem(), os.DirFS(dir), options)
		if err != nil {
			t.Fatal(err)
		}
		if got := counts(second); got != "organizations.csv 8: +0 ~0 =8 -0 !0\nlocations.csv 22: +0 ~0 =22 -0 !0\nservices.csv 23: +0 ~0 =21 -2 !0\n" {
			t.Errorf("second run:\n%s", got)
		}
		if n := rows("journal"); n != journal {
			t.Errorf("the second run wrote %d journal rows", n-journal)
		}
		var lines []string
		for _, r := range first.Repairs {
			lines = append(lines, r.Line(text.EN))
		}
		for _, want := range []string{
			"services.csv:21 status: Its status is “defunct”; it is not offered.",
			"locations.csv:3 languages: The language “Italian” is not known here.",
		} {
			if !slices.Contains(lines, want) {
				t.Errorf("not reported: %s\n%v", want, lines)
			}
		}
		worker := kizunatest.Staff(access.Caseworker)
		center := provider.Point{Latitude: 37.4838423, Longitude: -122.2273954}
		found, err := room.Search(ctx, worker, provider.SearchInput{Near: &center, WithinKm: 3, Text: "Fair Oaks"})
		if err != nil || len(found) == 0 || found[0].Site.Address == "" {
			t.Errorf("found %d, %v", len(found), err)
		}
		passport, err := room.Search(ctx, worker, provider.SearchInput{Specialty: "108-05-01"})
		if err != nil || len(passport) != 1 || passport[0].Offering.Name.EN != "Passport Photos" {
			t.Errorf("by taxonomy: %+v, %v", passport, err)
		}
	})
}

func directory(change func(fstest.MapFS)) fstest.MapFS {
	files := fstest.MapFS{
		"organizations.csv": {Data: []byte("\ufeffid,name,description\n1,Minato Kai,Helps\n")},
		"locations.csv":     {Data: []byte("id,organization_id,name,latitude,longitude,languages\n1,1,Office,35.4,139.6,\"Vietnamese, English\"\n")},
		"services.csv":      {Data: []byte("id,location_id,name,status,taxonomy_ids\n1,1,Grief counselling,active,\"7, 9\"\n")},
	}
	if change != nil {
		change(files)
	}
	return files
}

func TestWhatChangedElsewhereChangesHere(t *testing.T) {
	each(t, func(t *testing.T, room *provider.Room, _ func(string) int) {
		options := hsds.Options{Source: "city", Activate: true, Specialties: map[string]string{"7": "grief"}}
		if _, err := hsds.Import(ctx, room, access.TheSystem(), directory(nil), options); err != nil {
			t.Fatal(err)
		}
		changed := directory(func(f fstest.MapFS) {
			f["services.csv"] = &fstest.MapFile{Data: []byte("id,location_id,name,status,taxonomy_ids\n1,1,Grief counselling,active,9\n")}
			f["organizations.csv"] = &fstest.MapFile{Data: []byte("id,name,description\n1,Minato Association,Helps\n")}
		})
		r, err := hsds.Import(ctx, room, access.TheSystem(), changed, options)
		if err != nil || counts(r) != "organizations.csv 1: +0 ~1 =0 -0 !0\nlocations.csv 1: +0 ~0 =1 -0 !0\nservices.csv 1: +0 ~1 =0 -0 !0\n" {
			t.Errorf("%v\n%s", err, counts(r))
		}
		worker := kizunatest.Staff(access.Caseworker)
		if found, err := room.Search(ctx, worker, provider.SearchInput{Specialty: "grief"}); err != nil || len(found) != 0 {
			t.Errorf("the specialty that was taken away still finds %d, %v", len(found), err)
		}
		if found, err := room.Search(ctx, worker, provider.SearchInput{Specialty: "9", Language: "vi", Text: "Minato Association"}); err != nil || len(found) != 1 {
			t.Errorf("found %d, %v", len(found), err)
		}
		gone := directory(func(f fstest.MapFS) {
			f["services.csv"] = &fstest.MapFile{Data: []byte("id,location_id,name,status\n1,1,Grief counselling,defunct\n")}
		})
		if _, err := hsds.Import(ctx, room, access.TheSystem(), gone, options); err != nil {
			t.Fatal(err)
		}
		if found, _ := room.Search(ctx, worker, provider.SearchInput{Specialty: "9"}); len(found) != 0 {
			t.Error("what is defunct there is still offered here")
		}
	})
}

func TestBadRowsAreReportedAndTheOthersComeIn(t *testing.T) {
	each(t, func(t *testing.T, room *provider.Room, rows func(string) int) {
		bad := directory(func(f fstest.MapFS) {
			f["organizations.csv"] = &fstest.MapFile{Data: []byte("id,name,description\n1,Minato Kai,Helps\n1,Again,x\n,Nobody,x\n3,,x\n4,\xff\xfe,x\n5,Short\n")}
			f["locations.csv"] = &fstest.MapFile{Data: []byte("id,organization_id,name,latitude,longitude\n1,1,Office,x,y\n2,99,Elsewhere,1,1\n3,1,Far,100,200\n")}
			f["services.csv"] = &fstest.MapFile{Data: []byte("id,location_id,name,taxonomy_ids\n1,1,Good,\n2,77,Nowhere,\n3,1,\"Broken\n")}
		})
		r, err := hsds.Import(ctx, room, access.TheSystem(), bad, hsds.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got := counts(r); got != "organizations.csv 6: +2 ~0 =0 -0 !4\nlocations.csv 3: +2 ~0 =0 -0 !1\nservices.csv 2: +1 ~0 =0 -0 !1\n" {
			t.Error(got)
		}
		keys := map[string]int{}
		for _, x := range r.Repairs {
			keys[x.Key]++
		}
		for key, n := range map[string]int{"hsds.fault.twice": 1, "hsds.fault.no_id": 1, "fault.required": 2, "fault.bad_text": 1,
			"hsds.fault.columns": 1, "hsds.fault.no_position": 2, "hsds.fault.orphan": 2, "hsds.fault.unreadable": 1} {
			if keys[key] != n {
				t.Errorf("%s reported %d times, want %d: %v", key, keys[key], n, r.Repairs)
			}
		}
		if rows("offering") != 1 {
			t.Errorf("%d offerings", rows("offering"))
		}
		if _, err := hsds.Import(ctx, room, access.TheSystem(), fstest.MapFS{}, hsds.Options{}); !errors.Is(err, fault.KindInvalid) {
			t.Errorf("an empty folder: %v", err)
		}
		if _, err := hsds.Import(ctx, room, kizunatest.Staff(access.Auditor), directory(nil), hsds.Options{Source: "other"}); !errors.Is(err, fault.KindForbidden) {
			t.Errorf("an auditor brought a directory in: %v", err)
		}
	})
}
