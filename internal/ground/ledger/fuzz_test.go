package ledger

import (
	"encoding/json"
	"strings"
	"testing"
)

// What is accepted reads back as itself, and nothing accepted was rounded.
func FuzzMoneyJSON(f *testing.F) {
	for _, s := range []string{`{"amount":"1234","currency":"JPY"}`, `{"amount":"-0.05","currency":"USD"}`, `{"amount":"1e3","currency":"USD"}`, `{"amount":null}`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var m, back Money
		if json.Unmarshal([]byte(s), &m) != nil || (m == Money{}) {
			return
		}
		b, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(b, &back); err != nil || back != m {
			t.Fatalf("%s became %v, then %v (%v)", s, m, back, err)
		}
	})
}

// What people type either is refused or is the amount its digits say.
func FuzzTyped(f *testing.F) {
	for _, s := range []string{"1,234", "¥1,234", "１２，３４５円", "-5", "$1,234.5", "JPYJPY", "¥-"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, currency := range []string{"JPY", "USD", "KWD"} {
			m, err := Typed(s, currency)
			if err != nil {
				continue
			}
			again, err := Typed(m.Amount(), currency)
			if err != nil || again != m {
				t.Fatalf("%q is %v, which reads back as %v (%v)", s, m, again, err)
			}
			if shown, err := Typed(m.In("en"), currency); err != nil || shown != m {
				t.Fatalf("%v is shown as %s, which reads back as %v (%v)", m, m.In("en"), shown, err)
			}
			if strings.TrimLeft(m.Amount(), "-0.") != "" && m.IsZero() {
				t.Fatalf("%q lost its digits", s)
			}
		}
	})
}
