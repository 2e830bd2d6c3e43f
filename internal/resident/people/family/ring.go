package family

import "math"

// Spoke is somebody or something around the one in the middle of a picture, and
// the line between them, from rim to rim. Over is where the words stand above
// the rim: below it they would stand on the line.
type Spoke struct {
	At         Point
	From, Till Point
	Over       bool
}

// The measures of an ecomap.
const (
	Core   = 44 // radius of the middle
	Rim    = 26 // radius of what stands around
	apart  = 128
	beside = 62 // half of the words' width
)

// Ring sets so many around the middle, the first at the top, clockwise: the more
// there are, the further out, so that their words do not meet. It gives the
// width and height of the picture too, whose middle is theirs.
func Ring(n int) (width, height int, spokes []Spoke) {
	far := max(108, float64(n*apart)/(2*math.Pi))
	middle := Point{int(math.Round(far + beside)), int(math.Round(far + Rim + words))}
	for i := range n {
		angle := 2*math.Pi*float64(i)/float64(n) - math.Pi/2
		x, y := math.Cos(angle), math.Sin(angle)
		at := func(r float64) Point {
			return Point{middle.X + int(math.Round(r*x)), middle.Y + int(math.Round(r*y))}
		}
		from, till := at(Core), at(far-Rim)
		spokes = append(spokes, Spoke{at(far), from, till, y < -0.3})
	}
	return 2 * middle.X, 2 * middle.Y, spokes
}

// Jagged is a line that goes back and forth: of a tie that is strained.
func (s Spoke) Jagged() Path {
	const teeth = 9
	dx, dy := float64(s.Till.X-s.From.X), float64(s.Till.Y-s.From.Y)
	long := math.Max(1, math.Hypot(dx, dy))
	out := make(Path, teeth+1)
	for i := range out {
		side := 0.0
		if i > 0 && i < teeth {
			side = float64(6 - 12*(i%2))
		}
		t := float64(i) / teeth
		out[i] = Point{int(math.Round(float64(s.From.X) + dx*t - dy/long*side)), int(math.Round(float64(s.From.Y) + dy*t + dx/long*side))}
	}
	return out
}

// Strokes are two short lines across the middle: of a tie that is broken.
func (s Spoke) Strokes() []Path {
	dx, dy := float64(s.Till.X-s.From.X), float64(s.Till.Y-s.From.Y)
	long := math.Max(1, math.Hypot(dx, dy))
	var out []Path
	for _, t := range []float64{-5, 5} {
		x, y := float64(s.From.X+s.Till.X)/2+dx/long*t, float64(s.From.Y+s.Till.Y)/2+dy/long*t
		across := func(far float64) Point {
			return Point{int(math.Round(x - dy/long*far)), int(math.Round(y + dx/long*far))}
		}
		out = append(out, Path{across(-9), across(9)})
	}
	return out
}
