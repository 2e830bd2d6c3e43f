// Package input reads what people and programs send, a form, a query or JSON, into the same Go
// structs. It checks the shape and nothing else: fields that do not exist are refused, text is
// cleaned, dates are read as people write them, and every fault is collected with the JSON pointer
// of its field. What an answer means is for the rules of the room.
package input

import "kizuna/internal/ground/text"

import _ "embed"

//go:embed words.txt
var wordsFile string

var _ = text.Register("input", wordsFile)
