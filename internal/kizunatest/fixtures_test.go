package kizunatest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// told is a test that notes what it was told instead of failing.
type told struct {
	testing.TB
	errors, skips int
}

func (t *told) Helper()               {}
func (t *told) Errorf(string, ...any) { t.errors++ }
func (t *told) Fatalf(string, ...any) { t.errors++ }
func (t *told) Skipf(string, ...any)  { t.skips++ }

func TestGoldenTellsADifference(t *testing.T) {
	path := filepath.Join(t.TempDir(), "testdata", "flow.txt")
	if *update {
		t.Skip("would write its own expectation")
	}
	*update = true
	Golden(t, path, "a\nb\nc\n")
	*update = false
	Golden(t, path, []byte("a\nb\nc\n"))
	probe := &told{TB: t}
	Golden(probe, path, "a\nx\nc\n")
	if probe.errors != 1 {
		t.Errorf("a difference was told %d times", probe.errors)
	}
	Golden(probe, path+".none", "")
	if probe.errors < 2 {
		t.Error("a missing file was not told")
	}
	if got := Difference("a\nb\nc\n", "a\nx\nc\n"); got != "  a\n- b\n+ x\n" {
		t.Errorf("shown as %q", got)
	}
}

func TestVectorsSkipAndCount(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("KIZUNA_VECTORS", dir)
	if err := os.MkdirAll(filepath.Join(dir, "jp", "data"), 0o755); err != nil {
		t.Fatal(err)
	}
	probe := &told{TB: t}
	if got := Vectors(probe, "jp/data"); got != filepath.Join(dir, "jp", "data") || probe.skips != 0 {
		t.Errorf("%s, %d skips", got, probe.skips)
	}
	before := SkippedVectors()
	Vectors(probe, "hsds/none")
	if probe.skips != 1 || SkippedVectors() != before+1 {
		t.Errorf("%d skips, counted %d", probe.skips, SkippedVectors()-before)
	}
}

func TestClockAndVault(t *testing.T) {
	if got := Clock().Now().String(); got != "2026-11-24T01:00:00.000Z" {
		t.Errorf("the clock stands at %s", got)
	}
	v, w := Vault(t), Vault(t)
	sealed := v.Seal("test", []byte("山田"))
	if plain, err := v.Unseal("test", sealed); err != nil || string(plain) != "山田" {
		t.Errorf("%q, %v", plain, err)
	}
	if _, err := w.Unseal("test", sealed); err == nil {
		t.Error("two vaults share a key")
	}
	if strings.Contains(string(sealed), "山田") {
		t.Error("not sealed")
	}
}
