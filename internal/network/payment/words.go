package payment

import (
	_ "embed"

	"kizuna/internal/ground/text"
)

//go:embed words.txt
var wordsFile string

var _ = text.Register("payment", wordsFile)
