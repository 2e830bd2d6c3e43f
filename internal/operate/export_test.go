package operate

import "bytes"

// ReadAnything reads bytes as an archive's tables, for the fuzzer: it must
// come to an end and hold no more than it was given.
func ReadAnything(plain []byte) {
	a := newArchiveReader(bytes.NewReader(plain))
	for {
		var t archiveTable
		if a.line(&t) != nil || t.Table == "" {
			break
		}
		if _, err := a.table(len(t.Columns), func([]any) error { return nil }); err != nil {
			return
		}
	}
	_ = a.end()
}
