package text

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"maps"
	"path"
	"runtime"
	"slices"
	"strings"
	"testing"
)

//go:embed words.txt
var wordsFile string

var _ = Register("fault", wordsFile)

// word is one key in all its languages.
type word struct {
	where string // file:line
	in    map[Lang]phrase
}

// The registry is filled while packages initialize and only read afterwards.
var (
	words    = map[string]word{}
	problems []error
)

// Register adds a words.txt. Call it while a package initializes:
//
//	//go:embed words.txt
//	var wordsFile string
//	var _ = text.Register("people", wordsFile)
//
// Every key begins with the area, in the file or by itself: under "people", both "title" and
// "people.title" are "people.title". Words of flows, status.<entity>.<status> and
// step.<entity>.<step>, keep their own name. What is wrong with the file is told by Check.
func Register(area, file string) struct{} {
	where := area
	if _, source, _, ok := runtime.Caller(1); ok {
		where = inside(path.Dir(source)) + "/words.txt"
	}
	found, errs := parseWords(area, where, file)
	problems = append(problems, errs...)
	for _, key := range slices.Sorted(maps.Keys(found)) {
		if other, taken := words[key]; taken {
			problems = append(problems, fmt.Errorf("%s: %s is already in %s", found[key].where, key, other.where))
			continue
		}
		words[key] = found[key]
	}
	return struct{}{}
}

// inside shortens a source directory to its part inside the module.
func inside(dir string) string {
	if i := strings.LastIndex(dir, "/internal/"); i >= 0 {
		return dir[i+1:]
	}
	return dir
}

// Check says everything that is wrong with the registered words, each with file and line; nil when
// all have both languages. The program does not start otherwise.
func Check() error { return errors.Join(problems...) }

// Keys lists every registered key in order.
func Keys() []string { return slices.Sorted(maps.Keys(words)) }

// Has says whether a key is registered, for keys that are built from data.
func Has(key string) bool {
	_, ok := words[key]
	return ok
}

// T is the word for a key, with its placeholders filled. Numbers are grouped as lang does (write a
// year as a string), a value with In(Lang) speaks for itself. A key or placeholder that is missing
// panics under test; in production the key, or the bare placeholder, is shown.
func T(lang Lang, key string, args map[string]any) string {
	w, ok := words[key]
	if !ok {
		missing("no word for " + key)
		return key
	}
	if p, ok := w.in[lang]; ok {
		return p.fill(lang, key, args)
	}
	for _, next := range lang.Chain() {
		if p, ok := w.in[next]; ok {
			return p.fill(next, key, args)
		}
	}
	return key
}

// Spoken is the language in which T finds a key, so that a page can show that it had to fall back.
func Spoken(lang Lang, key string) Lang {
	for _, next := range lang.Chain() {
		if _, ok := words[key].in[next]; ok {
			return next
		}
	}
	return lang
}

// Word is T in the reader's language; pairs are the placeholder's name and value in turn.
func Word(ctx context.Context, key string, pairs ...any) string {
	if len(pairs) == 0 {
		return T(From(ctx), key, nil)
	}
	if len(pairs)%2 != 0 {
		missing(key + " takes placeholders as name, value pairs")
	}
	args := make(map[string]any, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		args[pairs[i].(string)] = pairs[i+1]
	}
	return T(From(ctx), key, args)
}

func missing(what string) {
	if testing.Testing() {
		panic("text: " + what)
	}
}
