package file

// For the tests, which stand outside the package.
var (
	Settle    = settle
	CleanName = cleanName
)

const (
	PieceSize = pieceSize
	LooseFor  = looseFor
	SVG       = svg
	Unknown   = unknown
)
