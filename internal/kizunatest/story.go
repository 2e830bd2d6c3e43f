package kizunatest

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"kizuna/internal/ground/db"
	"kizuna/internal/ground/text"
)

// Story acts out a plain-line script over HTTP, as several people with a
// browser each that has no JavaScript. A line is a verb and what it needs; an
// indented line continues the one before; # begins a comment line:
//
//	as NAME                    who acts from here on; Enter is called once for each
//	in LANG                    the language this person's browser asks for
//	get PATH                   types an address
//	link TEXT                  follows a link
//	fill FIELD VALUE           types into a field, or picks an option; by name or "label"
//	tick FIELD [VALUE]         a checkbox or radio button; untick FIELD [VALUE]
//	attach FIELD FILE          a file, from the story's folder
//	press TEXT                 sends the form that holds the button
//	near TEXT                  the next link or press is the one closest to TEXT
//	see TEXT / not see TEXT    on the page (fields' values too), or in an API answer
//	title TEXT / at PATH       the page's title; the address, * for any one part
//	header NAME VALUE          is sent along with the next request
//	api METHOD PATH [BODY]     a call with JSON; redirects are not followed
//	status N                   of the last answer; without this line 400 and above is a failure
//	expect $.path VALUE        in the last JSON answer; VALUE as JSON writes it, or bare text
//	keep NAME from SOURCE      $.path · header NAME · path /desk/cases/* · field NAME · text REGEXP
//
// A path goes by names and places, by length, and to the first that has a field:
// $.items[0].id, $.items.length, $.items[key=meals].id.
//
// Anywhere {NAME} is a kept value and {new} a fresh id. A text is either itself,
// "ja:… en:…" by the page's language, or @people.found n=3, a key of a words.txt.
// What else a story needs (moving the clock, running jobs) is a verb of its own.
type Story struct {
	Handler http.Handler
	Base    string                // the address it answers at; https://kizuna.test by default
	Lang    text.Lang             // what browsers ask for; Japanese by default
	Enter   func(p *Person) error // when a person first appears: sign-in, headers
	Verbs   map[string]Verb       // further verbs
	Values  map[string]string     // kept values to begin with
	Folder  string                // where attached files are
	people  map[string]*Person
	person  *Person
}

// Verb is a step of a story's own, with the rest of its line.
type Verb func(p *Person, rest string) error

// Stories plays every script that the pattern matches, each with a Story of
// its own.
func Stories(t *testing.T, pattern string, begin func(t *testing.T) *Story) {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("no stories at %s: %v", pattern, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".story"), func(t *testing.T) { begin(t).Run(t, file) })
	}
}

// Run plays the script in a file.
func (s *Story) Run(t testing.TB, file string) {
	t.Helper()
	script, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if s.Folder == "" {
		s.Folder = filepath.Dir(file)
	}
	if err := s.Play(file, string(script)); err != nil {
		t.Fatal(err)
	}
}

// Play plays a script; the error names the line and shows the page.
func (s *Story) Play(name, script string) error {
	steps, err := parseStory(name, script)
	if err != nil {
		return err
	}
	s.people = map[string]*Person{}
	kept := map[string]string{}
	for k, v := range s.Values {
		kept[k] = v
	}
	s.Values = kept
	for i, step := range steps {
		err := s.play(step)
		if err == nil && sends(step.verb) && s.person.status >= 400 && (i+1 == len(steps) || steps[i+1].verb != "status") {
			err = fmt.Errorf("answered %d", s.person.status)
		}
		if err != nil {
			return s.failure(name, step, err)
		}
	}
	return nil
}

func sends(verb string) bool {
	return verb == "get" || verb == "link" || verb == "press" || verb == "api"
}

func (s *Story) failure(name string, st step, err error) error {
	who, page := "nobody", ""
	if s.person != nil {
		who, page = s.person.Name, s.person.describe()
	}
	return fmt.Errorf("%s:%d: %s: %s %s\n    %w\n%s", name, st.line, who, st.verb, strings.ReplaceAll(st.rest, "\n", " "), err, page)
}

type step struct {
	line       int
	verb, rest string
}

func parseStory(name, script string) ([]step, error) {
	var steps []step
	for i, line := range strings.Split(script, "\n") {
		line = strings.TrimRightFunc(line, unicode.IsSpace)
		switch {
		case line == "" || strings.HasPrefix(strings.TrimSpace(line), "#"):
		case line[0] == ' ' || line[0] == '\t':
			if len(steps) == 0 {
				return nil, fmt.Errorf("%s:%d: continues nothing", name, i+1)
			}
			last := &steps[len(steps)-1]
			last.rest = strings.TrimPrefix(last.rest+"\n"+strings.TrimSpace(line), "\n")
		default:
			verb, rest, _ := strings.Cut(line, " ")
			rest = strings.TrimSpace(rest)
			if more, ok := strings.CutPrefix(rest, "see "); verb == "not" && ok {
				verb, rest = "not see", strings.TrimSpace(more)
			}
			steps = append(steps, step{i + 1, verb, rest})
		}
	}
	return steps, nil
}

func (s *Story) play(st step) error {
	rest, err := s.fillIn(st.rest)
	if err != nil {
		return err
	}
	if st.verb == "as" {
		return s.enter(rest)
	}
	if s.person == nil {
		return errors.New("nobody acts: begin with as NAME")
	}
	if own, ok := s.Verbs[st.verb]; ok {
		return own(s.person, rest)
	}
	if st.verb == "keep" {
		return s.keep(rest)
	}
	do, ok := verbs[st.verb]
	if !ok {
		return fmt.Errorf("no verb %q", st.verb)
	}
	return do(s.person, rest)
}

var verbs = map[string]Verb{
	"in":      (*Person).speak,
	"get":     (*Person).get,
	"link":    (*Person).link,
	"fill":    (*Person).fill,
	"tick":    func(p *Person, rest string) error { return p.tick(rest, true) },
	"untick":  func(p *Person, rest string) error { return p.tick(rest, false) },
	"attach":  (*Person).attach,
	"press":   (*Person).press,
	"near":    func(p *Person, rest string) (err error) { p.near, err = p.say(rest); return err },
	"see":     (*Person).see,
	"not see": (*Person).notSee,
	"title":   (*Person).titled,
	"at":      (*Person).at,
	"header":  (*Person).header,
	"api":     (*Person).api,
	"status":  (*Person).answered,
	"expect":  (*Person).expect,
}

var placeholder = regexp.MustCompile(`\{[a-z][a-z0-9_]*\}`)

// fillIn puts kept values in. JSON's own braces are left alone: a placeholder
// is a small word without quotes.
func (s *Story) fillIn(line string) (string, error) {
	var unknown []string
	line = placeholder.ReplaceAllStringFunc(line, func(mark string) string {
		name := mark[1 : len(mark)-1]
		if name == "new" {
			return db.NewID().String()
		}
		value, ok := s.Values[name]
		if !ok {
			unknown = append(unknown, mark)
		}
		return value
	})
	if len(unknown) > 0 {
		return "", fmt.Errorf("%s was not kept before", strings.Join(unknown, " "))
	}
	return line, nil
}

func (s *Story) enter(name string) error {
	if p, ok := s.people[name]; ok {
		s.person = p
		return nil
	}
	p, err := newPerson(s, name)
	if err != nil {
		return err
	}
	s.people[name], s.person = p, p
	if s.Enter != nil {
		return s.Enter(p)
	}
	return nil
}

func (s *Story) keep(rest string) error {
	name, source, ok := strings.Cut(rest, " from ")
	if !ok || !placeholder.MatchString("{"+name+"}") {
		return errors.New("keep NAME from SOURCE")
	}
	value, err := s.person.take(strings.TrimSpace(source))
	if err == nil && value == "" {
		err = errors.New("it is empty")
	}
	if err == nil {
		s.Values[name] = value
	}
	return err
}

// take reads a value off the last answer.
func (p *Person) take(source string) (string, error) {
	kind, what, _ := strings.Cut(source, " ")
	switch {
	case strings.HasPrefix(source, "$"):
		v, err := p.value(source)
		if s, ok := v.(string); ok || err != nil {
			return s, err
		}
		b, err := json.Marshal(v)
		return string(b), err
	case kind == "header":
		return p.answerHeader.Get(what), nil
	case kind == "path":
		parts, err := p.match(what)
		if err != nil || len(parts) == 0 {
			return "", errors.Join(err, errors.New("no * in it"))
		}
		return parts[0], nil
	case kind == "field":
		found, err := p.controls(what, true)
		if err != nil {
			return "", err
		}
		return attr(found[0], "value"), nil
	case kind == "text":
		re, err := regexp.Compile(what)
		if err != nil {
			return "", err
		}
		found := re.FindStringSubmatch(p.text())
		if found == nil {
			return "", fmt.Errorf("nothing like %s", what)
		}
		return found[len(found)-1], nil
	}
	return "", fmt.Errorf("keep from what: %s", source)
}

// value walks $.items[0].id or $.items[key=meals].id through the last JSON answer.
func (p *Person) value(path string) (any, error) {
	var v any
	decoder := json.NewDecoder(strings.NewReader(p.body))
	decoder.UseNumber()
	if err := decoder.Decode(&v); err != nil {
		return nil, fmt.Errorf("the answer is no JSON: %w", err)
	}
	for part := range strings.FieldsFuncSeq(strings.TrimPrefix(path, "$"), func(r rune) bool { return r == '.' || r == '[' || r == ']' }) {
		switch at := v.(type) {
		case map[string]any:
			next, ok := at[part]
			if !ok {
				return nil, fmt.Errorf("%s: no %q", path, part)
			}
			v = next
		case []any:
			i, err := strconv.Atoi(part)
			if field, is, ok := strings.Cut(part, "="); ok {
				i, err = slices.IndexFunc(at, func(x any) bool {
					m, _ := x.(map[string]any)
					return m != nil && fmt.Sprint(m[field]) == is
				}), nil
			}
			if part == "length" {
				v = json.Number(strconv.Itoa(len(at)))
				continue
			}
			if err != nil || i < 0 || i >= len(at) {
				return nil, fmt.Errorf("%s: no %q among %d", path, part, len(at))
			}
			v = at[i]
		default:
			return nil, fmt.Errorf("%s: nothing below %v", path, v)
		}
	}
	return v, nil
}

func (p *Person) expect(rest string) error {
	path, want, _ := strings.Cut(rest, " ")
	v, err := p.value(path)
	if err != nil {
		return err
	}
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if s, ok := v.(string); string(b) == want || ok && s == want {
		return nil
	}
	return fmt.Errorf("it is %s", b)
}

// say is what a text stands for, in the language of the page.
func (p *Person) say(line string) (string, error) {
	lang := p.Lang
	if p.page != nil && p.page.lang != "" {
		lang = p.page.lang
	}
	if key, ok := strings.CutPrefix(line, "@"); ok {
		return sayWord(lang, key)
	}
	if !strings.HasPrefix(line, "ja:") {
		return line, nil
	}
	ja, en, ok := strings.Cut(strings.TrimPrefix(line, "ja:"), " en:")
	if !ok {
		return "", errors.New("ja:… without en:…")
	}
	if lang.Base() == text.JA {
		return strings.TrimSpace(ja), nil
	}
	return strings.TrimSpace(en), nil
}

func sayWord(lang text.Lang, line string) (string, error) {
	parts := strings.Fields(line)
	if len(parts) == 0 || !text.Has(parts[0]) {
		return "", fmt.Errorf("no word for @%s", line)
	}
	args := map[string]any{}
	for _, pair := range parts[1:] {
		name, value, ok := strings.Cut(pair, "=")
		if !ok {
			return "", fmt.Errorf("%q is not name=value", pair)
		}
		if n, err := strconv.Atoi(value); err == nil {
			args[name] = n
		} else {
			args[name] = value
		}
	}
	return text.T(lang, parts[0], args), nil
}
