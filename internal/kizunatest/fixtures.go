package kizunatest

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/vault"
)

// Clock stands at 2026-11-24 10:00 in Tokyo, a working Tuesday, until the test
// moves it.
func Clock() *calendar.Fake {
	return calendar.NewFake(calendar.Moment("2026-11-24", 10, 0, calendar.Tokyo))
}

// Vault is a vault with a key of its own.
func Vault(t testing.TB) *vault.Vault {
	t.Helper()
	v, err := vault.Create(filepath.Join(t.TempDir(), "kizuna.key"))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

var update = flag.Bool("update", false, "write the golden files instead of comparing with them")

// Golden compares got with the file at path, in the test's own folder; with
// -update it writes the file.
func Golden[T string | []byte](t testing.TB, path string, got T) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; make it with -update", err)
	}
	if !bytes.Equal(want, []byte(got)) {
		t.Errorf("%s differs (-update accepts it):\n%s", path, Difference(string(want), string(got)))
	}
}

// Difference shows the first lines that differ, after one that does not.
func Difference(want, got string) string {
	w, g := strings.SplitAfter(want, "\n"), strings.SplitAfter(got, "\n")
	first := 0
	for first < min(len(w), len(g)) && w[first] == g[first] {
		first++
	}
	lastW, lastG := len(w), len(g)
	for lastW > first && lastG > first && w[lastW-1] == g[lastG-1] {
		lastW, lastG = lastW-1, lastG-1
	}
	var b strings.Builder
	show := func(mark string, lines []string, from, to int) {
		const most = 12
		for i := from; i < min(to, from+most); i++ {
			b.WriteString(mark + strings.TrimSuffix(lines[i], "\n") + "\n")
		}
		if to > from+most {
			b.WriteString(mark + "…\n")
		}
	}
	show("  ", w, max(0, first-1), first)
	show("- ", w, first, lastW)
	show("+ ", g, first, lastG)
	return b.String()
}

// Vectors is the folder of published test vectors with this name. It skips the
// test where they are not at hand: KIZUNA_VECTORS says where they are, beside
// the repository in shared/vectors by default. SkippedVectors tells how often.
func Vectors(t testing.TB, name string) string {
	t.Helper()
	base := os.Getenv("KIZUNA_VECTORS")
	if base == "" {
		root, err := Root()
		if err != nil {
			t.Fatal(err)
		}
		base = filepath.Join(root, "..", "shared", "vectors")
	}
	dir := filepath.Join(base, filepath.FromSlash(name))
	if _, err := os.Stat(dir); err != nil {
		n := skippedVectors.Add(1)
		t.Skipf("no test vectors %s (KIZUNA_VECTORS); %d skipped so far", dir, n)
	}
	return dir
}

var skippedVectors atomic.Int64

// SkippedVectors is how many tests of this binary had no vectors to run on.
func SkippedVectors() int { return int(skippedVectors.Load()) }
