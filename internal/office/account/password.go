package account

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	_ "embed"
	"encoding/base64"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"kizuna/internal/ground/fault"
)

// The length of a password, in characters.
const (
	minPassword = 10
	maxPassword = 200
)

// hopeless are passwords that everybody tries first. They are compared in
// small letters.
//
//go:embed hopeless.txt
var hopelessFile string

var hopeless = strings.Fields(hopelessFile)

// checkPassword gives the word key of what is wrong with a new password, ""
// when nothing is. It must be long, not one that everybody tries, and not made
// of the user's own name or mail address.
func checkPassword(password string, u User) (key string, args map[string]any) {
	n := utf8.RuneCountInString(password)
	switch {
	case !utf8.ValidString(password):
		return "fault.bad_text", nil
	case n < minPassword:
		return "account.password_short", map[string]any{"min": minPassword}
	case n > maxPassword:
		return "fault.too_long", map[string]any{"max": maxPassword}
	}
	small := strings.ToLower(password)
	if slices.Contains(hopeless, small) || fewCharacters(small) {
		return "account.password_hopeless", nil
	}
	local, _, _ := strings.Cut(u.Mail, "@")
	for _, own := range append(u.words(), local) {
		if utf8.RuneCountInString(own) >= 3 && strings.Contains(small, own) && utf8.RuneCountInString(small)-utf8.RuneCountInString(own) < 8 {
			return "account.password_own", nil
		}
	}
	return "", nil
}

// fewCharacters tells whether a password is made of three characters or
// fewer, such as 1111111111 or abcabcabcabc.
func fewCharacters(s string) bool {
	seen := map[rune]bool{}
	for _, r := range s {
		seen[r] = true
	}
	return len(seen) <= 3
}

// Argon2id as OWASP's Password Storage Cheat Sheet sets it: 19 MiB, two
// passes, one lane.
const (
	argonMemory = 19 * 1024 // KiB
	argonPasses = 2
	argonLanes  = 1
	argonKey    = 32
	saltBytes   = 16
)

// hasher bounds how much memory passwords take at once: as many hashes run as
// there are processors, and few wait.
type hasher struct {
	slots   chan struct{}
	waiting atomic.Int64
	done    atomic.Int64 // hashes so far: the work that a try costs
	dummy   string
}

const (
	maxWaiting   = 64
	waitForHash  = 2 * time.Second // what is said to those who find the queue full
	dummyPurpose = "no user has this password"
)

func newHasher() *hasher {
	h := &hasher{slots: make(chan struct{}, runtime.GOMAXPROCS(0))}
	salt := make([]byte, saltBytes)
	rand.Read(salt)
	h.dummy = encodeHash(salt, derive(dummyPurpose, salt))
	return h
}

// work runs f when it is its turn.
func (h *hasher) work(ctx context.Context, f func()) error {
	if h.waiting.Add(1) > maxWaiting {
		h.waiting.Add(-1)
		return fault.TooMuch(waitForHash)
	}
	defer h.waiting.Add(-1)
	select {
	case h.slots <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-h.slots }()
	h.done.Add(1)
	f()
	return nil
}

// hash makes what is kept of a password.
func (h *hasher) hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, saltBytes)
	rand.Read(salt)
	var out string
	err := h.work(ctx, func() { out = encodeHash(salt, derive(password, salt)) })
	return out, err
}

// matches compares a password with what was kept of it. An empty hash, where
// there is no user or no password, costs the same work and never matches.
func (h *hasher) matches(ctx context.Context, password, kept string) (bool, error) {
	real := kept != ""
	if !real {
		kept = h.dummy
	}
	salt, key, err := decodeHash(kept)
	if err != nil {
		return false, err
	}
	same := false
	err = h.work(ctx, func() { same = subtle.ConstantTimeCompare(derive(password, salt), key) == 1 })
	return same && real, err
}

func derive(password string, salt []byte) []byte {
	return argon2.IDKey([]byte(password), salt, argonPasses, argonMemory, argonLanes, argonKey)
}

const hashHead = "$argon2id$v=19$m=19456,t=2,p=1$"

func encodeHash(salt, key []byte) string {
	return hashHead + base64.RawStdEncoding.EncodeToString(salt) + "$" + base64.RawStdEncoding.EncodeToString(key)
}

func decodeHash(s string) (salt, key []byte, err error) {
	rest, ok := strings.CutPrefix(s, hashHead)
	first, second, cut := strings.Cut(rest, "$")
	if !ok || !cut {
		return nil, nil, fmt.Errorf("account: a password hash of another kind")
	}
	if salt, err = base64.RawStdEncoding.DecodeString(first); err == nil {
		key, err = base64.RawStdEncoding.DecodeString(second)
	}
	return salt, key, err
}
