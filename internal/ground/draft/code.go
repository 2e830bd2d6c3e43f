package draft

import (
	"crypto/rand"
	"strings"
	"time"

	"golang.org/x/text/width"

	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
)

// The letters of a resume code: Crockford's base 32, without I, L, O and U,
// which are misread. Twelve of them are 60 random bits.
const (
	letters    = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	codeLength = 12
)

// newCode makes a code as it is shown: "7K3M-90QX-TB2V".
func newCode() string {
	var random [codeLength]byte
	rand.Read(random[:])
	var b strings.Builder
	for i, r := range random {
		if i > 0 && i%4 == 0 {
			b.WriteByte('-')
		}
		b.WriteByte(letters[r%32])
	}
	return b.String()
}

var misread = strings.NewReplacer("O", "0", "I", "1", "L", "1", "-", "", " ", "", "ー", "", "−", "", "‐", "", "　", "")

// canonical reads a code as people type it: any case, full width, with or
// without hyphens, O for 0 and I for 1. ok is false when it cannot be a code.
func canonical(typed string) (code string, ok bool) {
	code = misread.Replace(strings.ToUpper(width.Fold.String(strings.TrimSpace(typed))))
	return code, len(code) == codeLength && strings.Trim(code, letters) == ""
}

func (d *Drafts) blind(code string) []byte { return d.vault.Blind("draft code", code) }

// Begin keeps a draft for nobody in particular and gives its resume code,
// which is shown once and stored nowhere.
func (d *Drafts) Begin(w db.W, form string, body []byte) (code string, err error) {
	now := d.clock.Now()
	box, err := d.seal(sealed{Form: form, Body: body})
	if err != nil {
		return "", err
	}
	shown := newCode()
	code, _ = canonical(shown)
	return shown, db.Insert(w, "draft", row{ID: db.NewID(), Form: form, Code: d.blind(code), Body: box, At: now, Expires: now.Add(Usual)})
}

// SaveByCode keeps a further state of the draft with a resume code. A code
// that is wrong, expired or of another form is not found.
func (d *Drafts) SaveByCode(w db.W, typed, form string, body []byte) error {
	return d.SaveByCodeFor(w, typed, form, body, Usual)
}

// SaveByCodeFor is SaveByCode for a draft that is to expire after a while, such as one that was
// sent and whose receipt is still to be seen.
func (d *Drafts) SaveByCodeFor(w db.W, typed, form string, body []byte, while time.Duration) error {
	code, ok := canonical(typed)
	if !ok {
		return fault.NotFound()
	}
	now := d.clock.Now()
	box, err := d.seal(sealed{Form: form, Body: body})
	if err != nil {
		return err
	}
	n, err := db.Exec(w, `UPDATE draft SET body = ?, at = ?, expires = ? WHERE code = ? AND form = ? AND expires > ?`,
		box, now, now.Add(while), d.blind(code), form, now)
	if err == nil && n == 0 {
		err = fault.NotFound()
	}
	return err
}

// LoadByCode gives the draft of a form with a resume code; one that is wrong,
// expired or of another form is not found.
func (d *Drafts) LoadByCode(q db.Q, typed, form string) (Draft, error) {
	code, ok := canonical(typed)
	if !ok {
		return Draft{}, fault.NotFound()
	}
	r, err := db.One[row](q, `SELECT `+columns+` FROM draft WHERE code = ? AND form = ? AND expires > ?`,
		d.blind(code), form, d.clock.Now())
	if err != nil {
		return Draft{}, err
	}
	return d.open(r)
}

// DropByCode ends the draft with a resume code.
func (d *Drafts) DropByCode(w db.W, typed string) error {
	code, ok := canonical(typed)
	if !ok {
		return nil
	}
	_, err := db.Exec(w, `DELETE FROM draft WHERE code = ?`, d.blind(code))
	return err
}
