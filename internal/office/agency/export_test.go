package agency

// CheckDigit and WriteNumber are tested for themselves.
var (
	CheckDigit  = checkDigit
	WriteNumber = writeNumber
)
