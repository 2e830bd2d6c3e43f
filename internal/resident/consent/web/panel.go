package web

import (
	"context"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
)

// records reports whether somebody keeps consents and disclosures.
func records(a access.Actor) bool {
	return a.Is(access.Caseworker, access.Supervisor, access.IntakeWorker)
}

// panelActs leads those who may to the form of a step on a person.
func panelActs(ctx context.Context, word, at string, person db.ID, a access.Actor) []ui.Act {
	if !records(a) {
		return nil
	}
	return []ui.Act{{Label: text.Word(ctx, word), Icon: "plus", Href: at + "?person=" + person.String(), Small: true}}
}

// withdrawAt is where a consent is withdrawn, for those who may.
func withdrawAt(a access.Actor) string {
	if !records(a) {
		return ""
	}
	return "/desk/consents/"
}
