package ui

import (
	"io"
	"net/http"
)

// Date answers GET /ui/date?v=…: the typed date in full in the reader's language and both years; or the reason why it
// cannot be one, with the header Kizuna-Date: wrong (the question was answered, so the status is 200 and the browser's
// console stays quiet). The script asks it while a date is typed.
func Date(w http.ResponseWriter, r *http.Request) {
	Secure(w.Header())
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	said, ok := EchoDate(r.Context(), r.URL.Query().Get("v"))
	if !ok {
		w.Header().Set("Kizuna-Date", "wrong")
	}
	_, _ = io.WriteString(w, said) //nolint:gosec // plain text of our own words, never drawn; a client that went away needs nothing
}
