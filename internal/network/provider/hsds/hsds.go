// Package hsds brings a directory of services in from the older Open Referral
// layout (HSDS 1.0 and the Ohana API): one CSV file per kind of record, with
// organizations, locations, addresses, phones and services that name each
// other by id. Every row is reported on; a second run changes nothing.
//
// Organizations, locations and services are read row by row. Of addresses and
// phones, the first of each place is held in memory, some hundred bytes each.
package hsds

import (
	"context"
	_ "embed"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/text"
	"kizuna/internal/network/provider"
)

//go:embed words.txt
var wordsFile string

var _ = text.Register("hsds", wordsFile)

// Options say how a directory is brought in.
type Options struct {
	// Source names the directory; its ids are unique within it.
	Source string
	// DryRun reports what would happen and keeps nothing.
	DryRun bool
	// Activate makes new providers active, so that searches find them.
	Activate bool
	// Lang is the language of the directory's texts; English when left out.
	Lang text.Lang
	// Specialties turns taxonomy ids into the agency's specialty codes; what
	// it does not name keeps its taxonomy id.
	Specialties map[string]string
}

// Count is what became of the rows of one file.
type Count struct {
	File    string
	Rows    int
	New     int
	Changed int
	Same    int
	Skipped int
	Refused int
}

// Repair is one thing to look at in the directory: a row that was refused, or
// a value that was left out.
type Repair struct {
	File  string
	Row   int // the line of the record, the heading being row 1
	ID    string
	Field string
	Key   string // word key of what is wrong
	Args  map[string]any
}

// Report is what an import did, or would do.
type Report struct {
	DryRun  bool
	Counts  []Count
	Repairs []Repair
	// More is how many repairs there are beyond those kept.
	More int
}

// Limits of an import.
const (
	maxRepairs = 10000
	chunk      = 200  // rows of one transaction
	maxSummary = 2000 // characters of a description that are kept
)

// Import brings the directory in the root of files in, by an actor who may
// enter providers.
func Import(ctx context.Context, room *provider.Room, a access.Actor, files fs.FS, o Options) (Report, error) {
	if o.Source == "" {
		o.Source = "hsds"
	}
	if o.Lang == "" {
		o.Lang = text.EN
	}
	in := &importer{ctx: ctx, room: room, actor: a, files: files, o: o, promised: map[string]bool{},
		phones: map[string]string{}, addresses: map[string]address{}, report: Report{DryRun: o.DryRun}}
	for _, part := range []func() error{in.readPhones, in.readAddresses, in.organizations, in.locations, in.services} {
		if err := part(); err != nil {
			return in.report, err
		}
	}
	return in.report, nil
}

type address struct{ lines, postcode string }

type importer struct {
	ctx       context.Context
	room      *provider.Room
	actor     access.Actor
	files     fs.FS
	o         Options
	promised  map[string]bool
	phones    map[string]string // by "location 1" or "organization 1"
	addresses map[string]address
	report    Report
}

// row is one record of a file.
type row struct {
	file   string
	line   int
	values map[string]string
}

func (r row) get(name string) string { return strings.TrimSpace(r.values[name]) }

func (in *importer) repair(r row, field, key string, args map[string]any) {
	if len(in.report.Repairs) >= maxRepairs {
		in.report.More++
		return
	}
	in.report.Repairs = append(in.report.Repairs, Repair{File: r.file, Row: r.line, ID: r.get("id"), Field: field, Key: key, Args: args})
}

// rows reads a file record by record; one that is not there has none, unless
// the layout needs it.
func (in *importer) rows(file string, needed bool, each func(row) error) error {
	f, err := in.files.Open(file)
	if errors.Is(err, fs.ErrNotExist) && !needed {
		return nil
	}
	if errors.Is(err, fs.ErrNotExist) {
		return fault.Invalid(fault.Field{Pointer: fault.At(file), Key: "hsds.fault.no_file", Args: map[string]any{"file": file}})
	}
	if err != nil {
		return fmt.Errorf("hsds: %w", err)
	}
	defer f.Close()
	c := csv.NewReader(f)
	c.FieldsPerRecord = -1
	var names []string
	for {
		record, err := c.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		line, _ := c.FieldPos(0)
		var wrong *csv.ParseError
		if errors.As(err, &wrong) {
			in.repair(row{file: file, line: wrong.StartLine}, "", "hsds.fault.unreadable", nil)
			continue
		}
		if err != nil {
			return fmt.Errorf("hsds: %s: %w", file, err)
		}
		if names == nil {
			names = heading(record)
			continue
		}
		if err := in.ctx.Err(); err != nil {
			return err
		}
		if err := in.record(row{file: file, line: line}, names, record, each); err != nil {
			return err
		}
	}
}

func heading(record []string) []string {
	names := slices.Clone(record)
	names[0] = strings.TrimPrefix(names[0], "\ufeff")
	for i := range names {
		names[i] = strings.ToLower(strings.TrimSpace(names[i]))
	}
	return names
}

func (in *importer) record(r row, names, record []string, each func(row) error) error {
	r.values = make(map[string]string, len(names))
	for i, name := range names {
		if i < len(record) {
			r.values[name] = record[i]
		}
	}
	for name, v := range r.values {
		if !utf8.ValidString(v) {
			in.repair(r, name, "fault.bad_text", nil)
			r.values[name] = ""
		}
	}
	if len(record) != len(names) {
		in.repair(r, "", "hsds.fault.columns", map[string]any{"want": len(names), "got": len(record)})
	}
	return each(r)
}

func (in *importer) readPhones() error {
	return in.rows("phones.csv", false, func(r row) error {
		if kind := r.get("number_type"); kind != "" && kind != "voice" && kind != "hotline" {
			return nil
		}
		for _, owner := range []string{"location", "organization"} {
			if id := r.get(owner + "_id"); id != "" && r.get("number") != "" {
				if _, taken := in.phones[owner+" "+id]; !taken {
					in.phones[owner+" "+id] = strings.TrimSpace(r.get("country_prefix") + " " + r.get("number"))
				}
			}
		}
		return nil
	})
}

func (in *importer) readAddresses() error {
	return in.rows("addresses.csv", false, func(r row) error {
		id := r.get("location_id")
		if _, taken := in.addresses[id]; taken {
			in.repair(r, "location_id", "hsds.fault.second_address", nil)
			return nil
		}
		var parts []string
		for _, name := range []string{"address_1", "address_2", "city", "state_province"} {
			if v := r.get(name); v != "" {
				parts = append(parts, v)
			}
		}
		in.addresses[id] = address{strings.Join(parts, ", "), r.get("postal_code")}
		return nil
	})
}

// external is the id under which a record of the directory is known here.
func (in *importer) external(kind, id string) string { return in.o.Source + ":" + kind + ":" + id }

func (in *importer) words(s string) text.Pair { return text.Pair{}.Set(in.o.Lang, s) }

// oneLine closes up line breaks and runs of blanks.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

func (in *importer) summary(r row, s string) string {
	if utf8.RuneCountInString(s) > maxSummary {
		in.repair(r, "description", "hsds.fault.cut", map[string]any{"max": maxSummary})
		return string([]rune(s)[:maxSummary])
	}
	return s
}

// gather reads a file in chunks, refuses rows without an id and ids that come
// twice, and puts each chunk.
func gather[L any](in *importer, file string, make func(row) (L, bool), put func([]L) ([]provider.Outcome, error)) error {
	count := Count{File: file}
	seen := map[string]bool{}
	var list []L
	var from []row
	flush := func() error {
		if len(list) == 0 {
			return nil
		}
		done, err := put(list)
		if err != nil {
			return err
		}
		for i, o := range done {
			in.note(&count, from[i], o)
		}
		list, from = list[:0], from[:0]
		return nil
	}
	err := in.rows(file, file != "services.csv", func(r row) error {
		count.Rows++
		id := r.get("id")
		if id == "" || seen[id] {
			key := "hsds.fault.no_id"
			if id != "" {
				key = "hsds.fault.twice"
			}
			in.repair(r, "id", key, nil)
			count.Refused++
			return nil
		}
		seen[id] = true
		l, ok := make(r)
		if !ok {
			count.Refused++
			return nil
		}
		list, from = append(list, l), append(from, r)
		if len(list) < chunk {
			return nil
		}
		return flush()
	})
	if err == nil {
		err = flush()
	}
	in.report.Counts = append(in.report.Counts, count)
	return err
}

func (in *importer) note(c *Count, r row, o provider.Outcome) {
	switch o.Did {
	case provider.Added:
		c.New++
		in.promised[o.External] = true
	case provider.Changed:
		c.Changed++
	case provider.Same:
		c.Same++
	case provider.Skipped:
		c.Skipped++
	case provider.Orphan:
		c.Refused++
		in.repair(r, "", "hsds.fault.orphan", nil)
	case provider.Refused:
		c.Refused++
		for _, f := range o.Fault.Fields {
			in.repair(r, strings.TrimPrefix(f.Pointer, "/"), f.Key, f.Args)
		}
	}
}

func (in *importer) how() provider.Bring {
	return provider.Bring{DryRun: in.o.DryRun, Activate: in.o.Activate, Promised: in.promised}
}

func (in *importer) organizations() error {
	return gather(in, "organizations.csv", func(r row) (provider.ListedProvider, bool) {
		name := oneLine(r.get("name"))
		if name == "" {
			in.repair(r, "name", "fault.required", nil)
			return provider.ListedProvider{}, false
		}
		return provider.ListedProvider{External: in.external("organization", r.get("id")), Input: provider.Input{
			Name: in.words(name), Summary: in.words(in.summary(r, r.get("description"))), Phone: in.phones["organization "+r.get("id")],
			Email: r.get("email"), Website: r.get("website"),
		}}, true
	}, func(list []provider.ListedProvider) ([]provider.Outcome, error) {
		return in.room.BringProviders(in.ctx, in.actor, in.how(), list)
	})
}

func (in *importer) locations() error {
	return gather(in, "locations.csv", func(r row) (provider.ListedSite, bool) {
		name := oneLine(r.get("name"))
		if name == "" {
			in.repair(r, "name", "fault.required", nil)
			return provider.ListedSite{}, false
		}
		at := in.addresses[r.get("id")]
		s := provider.ListedSite{External: in.external("location", r.get("id")), Provider: in.external("organization", r.get("organization_id")),
			Input: provider.SiteInput{Name: in.words(name), Address: oneLine(at.lines), Postcode: at.postcode, Phone: in.phones["location "+r.get("id")],
				Languages: in.languages(r), Accessibility: in.accessibility(r)}}
		s.Input.Latitude, s.Input.Longitude = in.position(r)
		return s, true
	}, func(list []provider.ListedSite) ([]provider.Outcome, error) {
		return in.room.BringSites(in.ctx, in.actor, in.how(), list)
	})
}

// position reads a place's position; what is none is left out and reported,
// unless the place is not on the ground at all.
func (in *importer) position(r row) (lat, lng float64) {
	lat, errLat := strconv.ParseFloat(r.get("latitude"), 64)
	lng, errLng := strconv.ParseFloat(r.get("longitude"), 64)
	if errLat != nil || errLng != nil || !(lat >= -90 && lat <= 90) || !(lng >= -180 && lng <= 180) {
		if r.get("virtual") != "true" {
			in.repair(r, "latitude", "hsds.fault.no_position", nil)
		}
		return 0, 0
	}
	return lat, lng
}

// languages of the older layout are English names.
var languages = map[string]string{
	"japanese": "ja", "english": "en", "chinese": "zh", "chinese (mandarin)": "zh", "chinese (cantonese)": "zh", "mandarin": "zh",
	"cantonese": "zh", "taiwanese": "zh", "korean": "ko", "vietnamese": "vi", "tagalog": "tl", "filipino": "tl", "portuguese": "pt",
	"spanish": "es", "nepali": "ne", "indonesian": "id", "burmese": "my", "thai": "th", "ukrainian": "uk", "japanese sign language": "jsl",
}

func (in *importer) languages(r row) []string {
	var out []string
	for _, name := range parts(r.get("languages")) {
		code, ok := languages[strings.ToLower(name)]
		if !ok {
			in.repair(r, "languages", "hsds.fault.language", map[string]any{"language": name})
			continue
		}
		if !slices.Contains(out, code) {
			out = append(out, code)
		}
	}
	return out
}

func (in *importer) accessibility(r row) []string {
	var out []string
	for _, code := range parts(r.get("accessibility")) {
		if !slices.Contains(provider.Accessibility, code) {
			in.repair(r, "accessibility", "hsds.fault.accessibility", map[string]any{"code": code})
			continue
		}
		if !slices.Contains(out, code) {
			out = append(out, code)
		}
	}
	return out
}

// parts splits a list within a cell.
func parts(s string) []string {
	var out []string
	for _, p := range strings.FieldsFunc(s, func(c rune) bool { return c == ',' || c == ';' }) {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return out
}

func (in *importer) services() error {
	known, err := in.taxonomy()
	if err != nil {
		return err
	}
	return gather(in, "services.csv", func(r row) (provider.ListedOffering, bool) {
		name := oneLine(r.get("name"))
		if name == "" {
			in.repair(r, "name", "fault.required", nil)
			return provider.ListedOffering{}, false
		}
		ended := r.get("status") != "" && r.get("status") != "active"
		if ended {
			in.repair(r, "status", "hsds.fault.not_active", map[string]any{"status": r.get("status")})
		}
		return provider.ListedOffering{External: in.external("service", r.get("id")), Site: in.external("location", r.get("location_id")), Ended: ended,
			Input: provider.OfferingInput{Name: in.words(name), Note: in.summary(r, r.get("description")), Languages: in.languages(r),
				Specialties: in.codes(r, known)}}, true
	}, func(list []provider.ListedOffering) ([]provider.Outcome, error) {
		return in.room.BringOfferings(in.ctx, in.actor, in.how(), list)
	})
}

// taxonomy reads the ids that services may name; nil when the directory has no
// such file and so any may be named.
func (in *importer) taxonomy() (map[string]bool, error) {
	var known map[string]bool
	err := in.rows("taxonomy.csv", false, func(r row) error {
		if known == nil {
			known = map[string]bool{}
		}
		for _, name := range []string{"taxonomy_id", "id"} {
			if id := r.get(name); id != "" {
				known[id] = true
			}
		}
		return nil
	})
	return known, err
}

func (in *importer) codes(r row, known map[string]bool) []string {
	var out []string
	for _, id := range parts(r.get("taxonomy_ids")) {
		if known != nil && !known[id] {
			in.repair(r, "taxonomy_ids", "hsds.fault.taxonomy", map[string]any{"id": id})
			continue
		}
		if code, ok := in.o.Specialties[id]; ok {
			id = code
		}
		out = append(out, id)
	}
	return out
}

// Line is a repair as a line of the report, in a language.
func (r Repair) Line(lang text.Lang) string {
	where := r.File + ":" + strconv.Itoa(r.Row)
	if r.Field != "" {
		where += " " + r.Field
	}
	return where + ": " + text.T(lang, r.Key, r.Args)
}
