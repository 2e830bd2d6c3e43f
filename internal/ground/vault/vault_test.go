package vault

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// TestOneKeyForAll has several make the key file of one place at the same time.
func TestOneKeyForAll(t *testing.T) {
	for range 20 {
		path := filepath.Join(t.TempDir(), "kizuna.key")
		var all sync.WaitGroup
		vaults := make([]*Vault, 8)
		for i := range vaults {
			all.Go(func() {
				v, err := OpenOrCreate(path)
				if err != nil {
					t.Error(err)
				}
				vaults[i] = v
			})
		}
		all.Wait()
		if t.Failed() {
			return
		}
		for _, v := range vaults[1:] {
			if !bytes.Equal(v.master, vaults[0].master) {
				t.Fatal("two keys for one place")
			}
		}
		if left, err := os.ReadDir(filepath.Dir(path)); err != nil || len(left) != 1 {
			t.Fatalf("%d files are left, %v", len(left), err)
		}
	}
}

func TestKeyFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kizuna.key")
	v, err := OpenOrCreate(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Create(path); err == nil {
		t.Error("a key file was overwritten")
	}
	again, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := again.Unseal("note", v.Seal("note", []byte("秘密")))
	if err != nil || string(plain) != "秘密" {
		t.Errorf("reopened key file gave %q, %v", plain, err)
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path); err == nil {
		t.Error("a key file that others may read was opened")
	}
	os.Chmod(path, 0o600)
	os.WriteFile(path, []byte("something else"), 0o600)
	if _, err := Open(path); err == nil {
		t.Error("a foreign file was taken for a key file")
	}
}

func TestSealed(t *testing.T) {
	v, err := Create(filepath.Join(t.TempDir(), "k"))
	if err != nil {
		t.Fatal(err)
	}
	sealed := v.Seal("identifier", []byte("1234"))
	if bytes.Contains(sealed, []byte("1234")) {
		t.Error("the plain value lies in the sealed bytes")
	}
	if bytes.Equal(sealed, v.Seal("identifier", []byte("1234"))) {
		t.Error("two seals of one value are alike")
	}
	if _, err := v.Unseal("note", sealed); !errors.Is(err, ErrSealed) {
		t.Errorf("opened for another purpose: %v", err)
	}
	for i := range sealed {
		bad := bytes.Clone(sealed)
		bad[i] ^= 1
		if _, err := v.Unseal("identifier", bad); !errors.Is(err, ErrSealed) {
			t.Fatalf("byte %d altered and still opened", i)
		}
	}
	if _, err := v.Unseal("identifier", nil); !errors.Is(err, ErrSealed) {
		t.Errorf("nothing was opened: %v", err)
	}
}

func TestSubjectKey(t *testing.T) {
	v, _ := Create(filepath.Join(t.TempDir(), "k"))
	a, b := v.NewSubjectKey(), v.NewSubjectKey()
	sealed, err := v.SealFor(a, []byte("x"))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := v.UnsealFor(a, sealed); err != nil || string(got) != "x" {
		t.Errorf("got %q, %v", got, err)
	}
	if _, err := v.UnsealFor(b, sealed); !errors.Is(err, ErrSealed) {
		t.Error("another person's key opened it")
	}
}

func TestMAC(t *testing.T) {
	v, _ := Create(filepath.Join(t.TempDir(), "k"))
	if Same(v.MAC("a", []byte("x"), []byte("y")), v.MAC("a", []byte("xy"))) {
		t.Error("parts are not framed")
	}
	if Same(v.MAC("a", []byte("x")), v.MAC("b", []byte("x"))) {
		t.Error("purposes share a key")
	}
	if !Same(v.Blind("p", "x"), v.Blind("p", "x")) {
		t.Error("a blind index is not stable")
	}
}
