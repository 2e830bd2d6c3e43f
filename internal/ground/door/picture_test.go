package door

import "testing"

// TestWhatAnAcceptHeaderWants: a picture goes to who would rather have it than data, and to nobody else.
func TestWhatAnAcceptHeaderWants(t *testing.T) {
	for accept, picture := range map[string]bool{
		"": false, "*/*": false, "application/json": false, "text/html": false, "image/svg+xml": true, "image/*": true,
		"image/svg+xml, */*;q=0.8": true, "application/json, image/svg+xml;q=0.9": false, "application/json;q=0.5, image/svg+xml": true,
		"image/svg+xml;q=0": false, "image/svg+xml;q=0, */*": false, "image/svg+xml;q=2": false, "image/svg+xml;q=x, application/json": false,
		", ;;": false, "image/png, application/json": false,
	} {
		if got := wanted(accept, svg) > wanted(accept, "application/json"); got != picture {
			t.Errorf("%q: a picture %v", accept, got)
		}
	}
}

func FuzzWanted(f *testing.F) {
	f.Add("image/svg+xml, */*;q=0.8")
	f.Fuzz(func(t *testing.T, accept string) {
		if q := wanted(accept, svg); !(q >= 0 && q <= 1) {
			t.Errorf("%q is wanted by %f", accept, q)
		}
	})
}
