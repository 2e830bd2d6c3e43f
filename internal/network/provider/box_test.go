package provider

import (
	"testing"

	"pgregory.net/rapid"
)

// Whatever is within the distance lies in the box, so that the index never
// hides what a search should find.
func TestBoxHoldsEverythingNear(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := Point{rapid.Float64Range(-89.9, 89.9).Draw(t, "lat"), rapid.Float64Range(-180, 180).Draw(t, "lng")}
		km := rapid.Float64Range(0.1, maxKm).Draw(t, "km")
		b := Point{rapid.Float64Range(-90, 90).Draw(t, "to lat"), rapid.Float64Range(-180, 180).Draw(t, "to lng")}
		if rapid.Bool().Draw(t, "close") {
			b = Point{a.Latitude + (b.Latitude)/90*km/111, a.Longitude + b.Longitude/180*km/60}
			if b.Latitude > 90 || b.Latitude < -90 || b.Longitude > 180 || b.Longitude < -180 {
				t.Skip("off the map")
			}
		}
		low, high := box(a, km)
		inside := b.Latitude >= low.Latitude && b.Latitude <= high.Latitude && b.Longitude >= low.Longitude && b.Longitude <= high.Longitude
		if Distance(a, b) <= km && !inside {
			t.Fatalf("%v is %f km from %v and outside %v–%v", b, Distance(a, b), a, low, high)
		}
	})
}
