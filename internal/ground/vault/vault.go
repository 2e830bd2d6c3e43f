// Package vault keeps the agency's secrets: one key file beside the database,
// from which every other key is derived or unwrapped. It seals what may never
// lie open in the database, proves that a row is unaltered, and finds a value
// by its blind index without revealing it. Destroying a person's own key
// makes what it sealed unreadable for good.
//
// It never stores anything itself; rooms keep what it returns.
package vault

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

const (
	header  = "kizuna-key-1 "
	keySize = 32
)

// Vault holds the master key in memory.
type Vault struct {
	master []byte
	aead   sync.Map // purpose -> cipher.AEAD
	mac    sync.Map // purpose -> []byte
}

// ErrSealed says that sealed bytes were altered, or sealed with another key.
var ErrSealed = errors.New("vault: cannot be opened: altered, or sealed with another key")

// Create writes a new key file, readable by its owner only, and opens it. It
// refuses to overwrite one. The file has its name only once it is whole, so
// that another process reads all of it or nothing, and a kill leaves no half.
func Create(path string) (*Vault, error) {
	key := make([]byte, keySize)
	rand.Read(key)
	f, err := os.CreateTemp(filepath.Dir(path), ".key-*") // for its owner only
	if err != nil {
		return nil, fmt.Errorf("key file: %w", err)
	}
	defer os.Remove(f.Name())
	_, err = f.WriteString(header + base64.StdEncoding.EncodeToString(key) + "\n")
	if err == nil {
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Link(f.Name(), path)
	}
	if err == nil {
		err = syncFolder(filepath.Dir(path)) // without its name the key would be lost with the power, and all it sealed
	}
	if err != nil {
		return nil, fmt.Errorf("key file: %w", err)
	}
	return &Vault{master: key}, nil
}

func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	err = d.Sync()
	if e := d.Close(); err == nil {
		err = e
	}
	return err
}

// Open reads a key file. It refuses one that others on the machine may read.
func Open(path string) (*Vault, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("key file: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("key file %s may be read by others; run chmod 600 on it", path)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("key file: %w", err)
	}
	body, ok := strings.CutPrefix(string(text), header)
	key, err := base64.StdEncoding.DecodeString(strings.TrimSpace(body))
	if !ok || err != nil || len(key) != keySize {
		return nil, fmt.Errorf("key file %s is not one of kizuna's", path)
	}
	return &Vault{master: key}, nil
}

// OpenOrCreate opens the key file, making it when there is none. Of several
// processes at once one makes it and all open the same.
func OpenOrCreate(path string) (*Vault, error) {
	v, err := Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		if v, err = Create(path); errors.Is(err, fs.ErrExist) {
			return Open(path)
		}
	}
	return v, err
}

// derive gives the key for one purpose (HKDF, RFC 5869).
func (v *Vault) derive(purpose string) []byte {
	key, err := hkdf.Key(sha256.New, v.master, nil, "kizuna "+purpose, keySize)
	if err != nil {
		panic(err) // only for lengths that cannot occur
	}
	return key
}

// MAC authenticates parts, each framed by its length, with HMAC-SHA-256.
func (v *Vault) MAC(purpose string, parts ...[]byte) []byte {
	key, ok := v.mac.Load(purpose)
	if !ok {
		key, _ = v.mac.LoadOrStore(purpose, v.derive("mac "+purpose))
	}
	h := hmac.New(sha256.New, key.([]byte))
	var n [8]byte
	for _, p := range parts {
		binary.BigEndian.PutUint64(n[:], uint64(len(p)))
		h.Write(n[:])
		h.Write(p)
	}
	return h.Sum(nil)
}

// Same compares two MACs without telling by its time where they differ.
func Same(a, b []byte) bool { return hmac.Equal(a, b) }

// Blind is the blind index of a value: equal values give equal bytes, and the
// value cannot be found from them without the key.
func (v *Vault) Blind(purpose, value string) []byte {
	return v.MAC("blind "+purpose, []byte(value))
}

func gcm(key []byte) cipher.AEAD {
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err) // only for key sizes that cannot occur
	}
	a, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err)
	}
	return a
}

func (v *Vault) sealer(purpose string) cipher.AEAD {
	a, ok := v.aead.Load(purpose)
	if !ok {
		a, _ = v.aead.LoadOrStore(purpose, gcm(v.derive("seal "+purpose)))
	}
	return a.(cipher.AEAD)
}

// Seal encrypts for one purpose with AES-256-GCM.
func (v *Vault) Seal(purpose string, plain []byte) []byte {
	return v.sealer(purpose).Seal(nil, nil, plain, []byte(purpose))
}

// Unseal gives back what Seal sealed for the same purpose, or ErrSealed.
func (v *Vault) Unseal(purpose string, sealed []byte) ([]byte, error) {
	plain, err := v.sealer(purpose).Open(nil, nil, sealed, []byte(purpose))
	if err != nil {
		return nil, ErrSealed
	}
	return plain, nil
}

// NewSubjectKey makes a key for one person, wrapped by the master key; store
// the bytes, and destroy them to erase what they sealed.
func (v *Vault) NewSubjectKey() (wrapped []byte) {
	key := make([]byte, keySize)
	rand.Read(key)
	return v.Seal("subject key", key)
}

// SealFor encrypts with a person's own key.
func (v *Vault) SealFor(wrapped, plain []byte) ([]byte, error) {
	key, err := v.Unseal("subject key", wrapped)
	if err != nil {
		return nil, err
	}
	return gcm(key).Seal(nil, nil, plain, nil), nil
}

// UnsealFor gives back what SealFor sealed with the same key.
func (v *Vault) UnsealFor(wrapped, sealed []byte) ([]byte, error) {
	key, err := v.Unseal("subject key", wrapped)
	if err != nil {
		return nil, err
	}
	plain, err := gcm(key).Open(nil, nil, sealed, nil)
	if err != nil {
		return nil, ErrSealed
	}
	return plain, nil
}
