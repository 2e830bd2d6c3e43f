package draft

// For the tests, which stand outside the package.
var (
	Canonical = canonical
	NewCode   = newCode
)

const MaxParked = maxParked
