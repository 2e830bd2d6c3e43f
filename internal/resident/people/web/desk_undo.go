package web

import (
	"context"
	"net/http"

	"github.com/a-h/templ"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
	"kizuna/internal/resident/people"
)

// The pages that take back what shields a person, or the record of a death.

func (p *pages) askUnrestrict(w http.ResponseWriter, r *http.Request) error {
	return p.ask(w, r, "step.person.unrestrict", func(f people.File) templ.Component {
		return unrestrictPage(f.Person.ID, stepForm(f, "unrestrict"))
	})
}

func (p *pages) unrestrict(w http.ResponseWriter, r *http.Request) error {
	var in people.RemoveInput
	return p.take(w, r, &in, "step.person.unrestrict", "people.web.unrestricted", func(ctx context.Context, a access.Actor, id db.ID) error {
		_, err := p.room.Unrestrict(ctx, a, id, in)
		return err
	}, unrestrictPage)
}

func (p *pages) askUnprotect(w http.ResponseWriter, r *http.Request) error {
	return p.ask(w, r, "step.person.unprotect", func(f people.File) templ.Component {
		return unprotectPage(f.Person.ID, stepForm(f, "unprotect"), f.Protections)
	})
}

func (p *pages) unprotect(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	f, err := p.room.Get(r.Context(), access.From(r.Context()), id)
	if err != nil {
		return err
	}
	var in people.UnprotectInput
	return p.take(w, r, &in, "step.person.unprotect", "people.web.unprotected", func(ctx context.Context, a access.Actor, id db.ID) error {
		_, err := p.room.Unprotect(ctx, a, id, in)
		return err
	}, func(id db.ID, form ui.FormProps) templ.Component { return unprotectPage(id, form, f.Protections) })
}

func (p *pages) askCorrectDeath(w http.ResponseWriter, r *http.Request) error {
	return p.ask(w, r, "step.person.correct_death", func(f people.File) templ.Component {
		return correctDeathPage(f.Person.ID, stepForm(f, "correct_death"))
	})
}

func (p *pages) correctDeath(w http.ResponseWriter, r *http.Request) error {
	var in people.DeathCorrection
	return p.take(w, r, &in, "step.person.correct_death", "people.web.death_corrected", func(ctx context.Context, a access.Actor, id db.ID) error {
		_, err := p.room.CorrectDeath(ctx, a, id, in)
		return err
	}, correctDeathPage)
}

// measureFacts are a person's protective measures, for those who may enter one.
func measureFacts(ctx context.Context, list []people.Protection) []ui.Fact {
	out := make([]ui.Fact, len(list))
	for i, m := range list {
		out[i] = ui.Fact{Label: coded(ctx, groundKey, m.Ground), Value: days(ctx, m.From, m.Until), Note: m.Authority}
	}
	return out
}

func measureOptions(ctx context.Context, list []people.Protection) []ui.Option {
	out := make([]ui.Option, len(list))
	for i, m := range list {
		out[i] = ui.Option{Value: m.ID.String(), Label: coded(ctx, groundKey, m.Ground), Hint: days(ctx, m.From, m.Until)}
	}
	return out
}

// days is from when until when, to the day.
func days(ctx context.Context, from, until calendar.Date) string {
	lang := text.From(ctx)
	if until == "" {
		return text.Word(ctx, "people.web.since", "from", from.In(lang))
	}
	return text.Word(ctx, "people.web.from_until", "from", from.In(lang), "until", until.In(lang))
}
