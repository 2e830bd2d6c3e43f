package web

import (
	"fmt"
	"strings"

	"rsc.io/qr"
)

// quiet is the margin that a reader needs around a code, in its modules.
const quiet = 4

// qrPath is a text as a code to point a telephone at: the box around it and the
// path of its dark modules, a run of each row at a time. ok is false for what
// is too long for one.
func qrPath(s string) (box, path string, ok bool) {
	code, err := qr.Encode(s, qr.M)
	if err != nil {
		return "", "", false
	}
	var b strings.Builder
	for y := range code.Size {
		for x := 0; x < code.Size; x++ {
			n := 0
			for x+n < code.Size && code.Black(x+n, y) {
				n++
			}
			if n > 0 {
				fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", x, y, n, n)
				x += n
			}
		}
	}
	side := code.Size + 2*quiet
	return fmt.Sprintf("%d %d %d %d", -quiet, -quiet, side, side), b.String(), true
}
