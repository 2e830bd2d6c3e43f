package web

import (
	"net/http"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
)

// wayIn is one thing that anybody may do without a sign-in.
type wayIn struct{ Title, Text, Icon, Href string }

// public is where anybody begins: to say that somebody needs help, to see what help there is, to
// apply, to ask how far it is.
func (p *pages) public(w http.ResponseWriter, r *http.Request) error {
	ctx, a := r.Context(), access.From(r.Context())
	var ways []wayIn
	for _, x := range []struct {
		word, hint, icon string
		at               []string
	}{
		{"home.public.complaint", "home.public.complaint_text", "shield", []string{"/public/complaint", "/public/complaints/new"}},
		{"home.public.screening", "home.public.screening_text", "search", []string{"/public/screening"}},
		{"home.public.apply", "home.public.apply_text", "file-text", []string{"/public/apply", "/public/applications/new"}},
		{"home.public.track", "home.public.track_text", "receipt", []string{"/public/receipt", "/public/track", "/public/progress"}},
		{"home.public.sign_in", "home.public.sign_in_text", "key", []string{"/sign-in"}},
	} {
		if href := p.Way(a, x.at...); href != "" && (x.icon != "key" || !a.Known()) {
			ways = append(ways, wayIn{text.Word(ctx, x.word), text.Word(ctx, x.hint), x.icon, href})
		}
	}
	return door.Show(w, r, ui.Page{Title: text.Word(ctx, "home.public.title")}, publicPage(ways))
}
