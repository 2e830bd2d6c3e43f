package web

import (
	"net/http"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
)

// portal is what waits for a provider: referrals to answer, sessions to mark, openings to confirm.
func (p *pages) portal(w http.ResponseWriter, r *http.Request) error {
	ctx, a := r.Context(), access.From(r.Context())
	said, err := p.hear(ctx, a, ui.Portal)
	if err != nil {
		return err
	}
	greeting, page, err := p.greeting(ctx, a)
	if err != nil {
		return err
	}
	return door.Show(w, r, page, portalPage(greeting, calendar.FormatDate(p.today(ctx), text.From(ctx)), said, first(said.Prompts), p.agenda(ctx, said.Day)))
}
