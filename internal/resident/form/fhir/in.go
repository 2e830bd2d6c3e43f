package fhir

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/text"
	"kizuna/internal/resident/form"
)

// Limits of what is read.
const (
	maxBytes = 4 << 20
	maxDepth = 40
	maxItems = 4000
	maxNotes = 500
	maxText  = 500 // characters of a title, label or hint
)

// Note is one thing that a questionnaire says and the form made from it does
// not, or says otherwise.
type Note struct {
	Pointer string // into the document
	LinkID  string // of the item; "" for the questionnaire itself
	Key     string // word key
	Args    map[string]any
}

// In is the note in words.
func (n Note) In(lang text.Lang) string { return text.T(lang, n.Key, n.Args) }

// Report is what did not come along.
type Report struct {
	Notes []Note
	More  int // notes beyond those kept
}

func (r *Report) add(n Note) {
	if len(r.Notes) == maxNotes {
		r.More++
		return
	}
	r.Notes = append(r.Notes, n)
}

func itoa(i int) string { return strconv.Itoa(i) }

// Read makes the input of a draft from a questionnaire. What is no
// questionnaire at all is a fault with pointers into the document; what a form
// cannot say is in the report. The definition may still need correcting before
// it can be published, as any draft.
func Read(b []byte) (form.FormInput, Report, error) {
	var doc questionnaire
	raw, err := decode(b, "Questionnaire", &doc)
	if err != nil {
		return form.FormInput{}, Report{}, err
	}
	r := &reader{doc: doc, lang: speaks(doc.Language), byLink: map[string]*form.Question{}, home: map[string]string{}, keys: map[string]bool{}, links: map[string]bool{}}
	if err := r.check(doc.Item, "/item"); err != nil {
		return form.FormInput{}, Report{}, err
	}
	r.unread(raw, doc)
	return r.input(), r.report, nil
}

type reader struct {
	doc    questionnaire
	lang   text.Lang // of texts that say no other
	report Report
	items  int
	links  map[string]bool           // linkIds that were met
	keys   map[string]bool           // of sections, after a mark, and questions
	byLink map[string]*form.Question // questions read so far
	home   map[string]string         // the section that repeats in which each is asked
	within string                    // the section that repeats which is being read
	apart  []aside                   // groups that repeat within the one that is being read
}

func (r *reader) note(at, link, key string, pairs ...any) {
	var f fault.Fields
	f.Add(at, key, pairs...)
	r.report.add(Note{Pointer: at, LinkID: link, Key: key, Args: f[0].Args})
}

// speaks is the language of a document; English when it does not say.
func speaks(tag string) text.Lang {
	lang, ok := text.ParseLang(tag)
	switch {
	case !ok:
		return text.EN
	case lang.Base() == text.JA || lang.Base() == text.EN:
		return lang.Base()
	}
	return lang
}

// The types of an item.
var itemTypes = []string{"group", "display", "boolean", "decimal", "integer", "date", "dateTime", "time", "string", "text", "url", "choice", "open-choice", "attachment", "reference", "quantity"}

// check refuses what is no questionnaire: items without a linkId or with one
// that another has, and types that FHIR does not know.
func (r *reader) check(items []item, at string) error {
	var wrong fault.Fields
	r.checkAll(items, at, &wrong)
	if r.items > maxItems {
		wrong = nil
		wrong.Add("/item", "fhir.fault.items", "max", maxItems)
	}
	return wrong[:min(len(wrong), 100)].Err()
}

func (r *reader) checkAll(items []item, at string, wrong *fault.Fields) {
	for i, it := range items {
		at := at + "/" + itoa(i)
		if r.items++; r.items > maxItems {
			return
		}
		switch {
		case it.LinkID == "":
			wrong.Add(at+"/linkId", "fault.required")
		case r.links[it.LinkID]:
			wrong.Add(at+"/linkId", "fhir.fault.twice", "link", clip(it.LinkID, 80))
		}
		r.links[it.LinkID] = true
		if !slices.Contains(itemTypes, it.Type) {
			wrong.Add(at+"/type", "fault.bad_choice")
		}
		r.checkAll(it.Item, at+"/item", wrong)
	}
}

// clip shortens a text for a sentence.
func clip(s string, most int) string {
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return s
}

// input is the form that the document makes.
func (r *reader) input() form.FormInput {
	d := r.doc
	in := form.FormInput{Title: r.heard("/title", "", d.Title, d.ElTitle), Purpose: "other"}
	for _, x := range d.Identifier {
		if x.System == systemKey {
			in.Key = x.Value
		}
	}
	mine := in.Key != ""
	if !mine {
		in.Key = r.key("", first(d.Name, d.Title, d.ID, "questionnaire"))
		delete(r.keys, in.Key)
	}
	if in.Title.IsZero() {
		in.Title = text.Both(first(d.Name, in.Key))
	}
	in.Definition.Intro = r.heard("/description", "", d.Description, d.ElDescribe)
	in.Definition.DerivedFrom = derived(d, mine)
	r.head(&in)
	r.sections(&in.Definition, d.Item)
	return in
}

func first(of ...string) string {
	for _, s := range of {
		if s != "" {
			return s
		}
	}
	return ""
}

// derived is where a form comes from: what it says itself if it is ours, or
// else the document.
func derived(d questionnaire, mine bool) string {
	switch {
	case mine && len(d.DerivedFrom) > 0:
		return d.DerivedFrom[0]
	case mine || d.URL == "":
		return ""
	case d.Version == "":
		return d.URL
	}
	return d.URL + "|" + d.Version
}

// head reads the extensions of the questionnaire itself.
func (r *reader) head(in *form.FormInput) {
	for i, x := range r.doc.Extension {
		switch x.URL {
		case ownPurpose:
			in.Purpose = x.ValueCode
		case ownClass:
			in.ProtectedClass = x.ValueCode
		case ownScore:
			in.Definition.Score = x.ValueString
		case ownBand:
			in.Definition.Bands = append(in.Definition.Bands, r.band(x))
		default:
			r.note("/extension/"+itoa(i), "", "fhir.note.extension", "url", clip(x.URL, 120))
		}
	}
}

func (r *reader) band(x extension) form.Band {
	var b form.Band
	for _, part := range x.Extension {
		switch part.URL {
		case "key":
			b.Key = part.ValueCode
		case "from":
			b.From, _ = strconv.ParseInt(part.ValueInteger.String(), 10, 64)
		case "label":
			b.Label = r.heard("/extension", "", part.ValueString, part.ElementString)
		}
	}
	return b
}

var notKey = regexp.MustCompile(`[^a-z0-9]+`)

// key makes a key from what something is called, one that nothing else has.
func (r *reader) key(mark, called string) string {
	base := strings.Trim(notKey.ReplaceAllString(strings.ToLower(called), "_"), "_")
	if base == "" || base[0] < 'a' || base[0] > 'z' {
		base = "q_" + base
	}
	base = strings.TrimRight(base[:min(len(base), 50)], "_")
	if !form.IsKey(base) {
		base += "_"
	}
	key := base
	for n := 2; r.keys[mark+key]; n++ {
		key = base + "_" + itoa(n)
	}
	r.keys[mark+key] = true
	return key
}

// heard reads a text with its translations.
func (r *reader) heard(at, link, primary string, beside *element) text.Pair {
	var p text.Pair
	lang := r.lang
	if beside != nil {
		for i, x := range beside.Extension {
			switch x.URL {
			case extLanguage:
				if own, ok := text.ParseLang(x.ValueCode); ok {
					lang = own
				}
			case ownSort:
				p.Sort = x.ValueString
			case extTranslation:
				r.translation(&p, at, link, x)
			default:
				r.note(at+"/extension/"+itoa(i), link, "fhir.note.extension", "url", clip(x.URL, 120))
			}
		}
	}
	if primary = r.clean(at, link, primary); primary != "" {
		p = p.Set(lang, primary)
	}
	if p.JA == "" && p.EN == "" && len(p.More) > 0 {
		p.EN = primary // a form is named in one of its own two languages
		r.note(at, link, "fhir.note.language", "lang", string(lang))
	}
	return p
}

func (r *reader) translation(p *text.Pair, at, link string, x extension) {
	tag, _ := find(x.Extension, "lang")
	content, _ := find(x.Extension, "content")
	lang, ok := text.ParseLang(tag.ValueCode)
	if !ok {
		r.note(at, link, "fhir.note.translation", "lang", clip(tag.ValueCode, 20))
		return
	}
	if base := lang.Base(); base == text.EN && p.EN == "" && len(lang) == len("en-US") {
		lang = base
	}
	*p = p.Set(lang, r.clean(at, link, content.ValueString))
}

// clean is a text as the agency keeps it.
func (r *reader) clean(at, link, s string) string {
	out, err := text.Clean(s)
	if err != nil {
		r.note(at, link, "fhir.note.characters")
		return ""
	}
	if short := clip(out, maxText); short != out {
		r.note(at, link, "fhir.note.shortened", "max", maxText)
		return short
	}
	return out
}
