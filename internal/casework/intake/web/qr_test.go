package web

import (
	"fmt"
	"strings"
	"testing"

	"rsc.io/qr"
)

// TestQRPath draws exactly the dark modules of the code.
func TestQRPath(t *testing.T) {
	const link = "https://minato.example/public/refer/AbCdEfGhIjKlMnOpQrStUv"
	box, path, ok := qrPath(link)
	code, err := qr.Encode(link, qr.M)
	if err != nil || !ok || box != fmt.Sprintf("-4 -4 %d %d", code.Size+8, code.Size+8) {
		t.Fatalf("%q %v %v", box, ok, err)
	}
	drawn := map[[2]int]bool{}
	for run := range strings.SplitSeq(strings.TrimSuffix(path, "z"), "z") {
		var x, y, n, back int
		if _, err := fmt.Sscanf(run, "M%d %dh%dv1h-%d", &x, &y, &n, &back); err != nil || n != back {
			t.Fatalf("%q: %v", run, err)
		}
		for i := range n {
			drawn[[2]int{x + i, y}] = true
		}
	}
	for y := range code.Size {
		for x := range code.Size {
			if drawn[[2]int{x, y}] != code.Black(x, y) {
				t.Fatalf("module %d, %d", x, y)
			}
		}
	}
	if _, _, ok := qrPath(strings.Repeat("x", 5000)); ok {
		t.Error("too long for a code, and there is one")
	}
}
