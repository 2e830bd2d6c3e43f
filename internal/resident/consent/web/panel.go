package web

import (
	"context"

	"kizuna/internal/ground/db"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
)

func panelActs(ctx context.Context, person db.ID, may bool) []ui.Act {
	if !may {
		return nil
	}
	return []ui.Act{{Label: text.Word(ctx, "step.consent.give"), Icon: "plus", Href: "/desk/consents/new?person=" + person.String(), Small: true}}
}

// withdrawAt is where a consent is withdrawn, for those who may.
func withdrawAt(may bool) string {
	if !may {
		return ""
	}
	return "/desk/consents/"
}
