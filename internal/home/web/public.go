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
		word, icon string
		at         []string
	}{
		{"home.public.complaint", "shield", []string{"/public/complaint", "/public/complaints/new"}},
		{"home.public.screening", "search", []string{"/public/screening"}},
		{"home.public.apply", "file-text", []string{"/public/apply", "/public/applications/new"}},
		{"home.public.track", "receipt", []string{"/public/receipt", "/public/track", "/public/progress"}},
		{"home.public.sign_in", "key", []string{"/sign-in"}},
	} {
		if href := p.Way(a, x.at...); href != "" && (x.icon != "key" || !a.Known()) {
			ways = append(ways, wayIn{text.Word(ctx, x.word), text.Word(ctx, x.word+"_text"), x.icon, href})
		}
	}
	return door.Show(w, r, ui.Page{Title: text.Word(ctx, "home.public.title")}, publicPage(ways))
}
