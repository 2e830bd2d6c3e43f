package web

import (
	"context"
	"net/http"

	"github.com/a-h/templ"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
	"kizuna/internal/resident/people"
	"kizuna/internal/resident/people/family"
)

// ecomap shows who and what stands around a person, and the same as a table.
func (p *pages) ecomap(w http.ResponseWriter, r *http.Request) error {
	id, err := door.ID(r, "id")
	if err != nil {
		return err
	}
	ctx := r.Context()
	x, err := p.room.Ecomap(ctx, access.From(ctx), id)
	if err != nil {
		return err
	}
	return door.Show(w, r, ui.Page{Title: text.Word(ctx, "people.web.ecomap.title")}, ecomapPage(ecomapOf(ctx, x)))
}

// bubble is one around the person: somebody, or what helps.
type bubble struct {
	name, what, href string
	line             string // strong, weak, strained, broken or plain
	when             string
	org              bool
	at               family.Spoke
}

// ecomap is who and what is around a person, with its picture.
type ecomap struct {
	people.Ecomap
	side    int
	bubbles []bubble
}

func ecomapOf(ctx context.Context, x people.Ecomap) ecomap {
	out := ecomap{Ecomap: x}
	for _, t := range x.Ties {
		key := relationshipKindKey(t.Tie.Kind)
		if t.Far {
			key = farKindKey(t.Tie.Kind)
		}
		b := bubble{name: nameOr(ctx, t.Name), what: tieWord(ctx, t.Tie, key), line: t.Tie.Strength, when: daysText(ctx, t.Tie.From, t.Tie.Until)}
		if t.Open {
			b.href = personAt(t.ID)
		}
		if t.Tie.Until != "" && t.Tie.Until < x.On {
			b.line = "broken"
		}
		out.bubbles = append(out.bubbles, b)
	}
	for _, s := range x.Supports {
		b := bubble{name: s.Name, what: coded(ctx, supportKey, s.Kind), href: s.Href, org: true}
		if s.Ended {
			b.line = "broken"
		}
		out.bubbles = append(out.bubbles, b)
	}
	side, spokes := family.Ring(len(out.bubbles))
	out.side = side
	for i := range out.bubbles {
		out.bubbles[i].at = spokes[i]
		if out.bubbles[i].line == "" {
			out.bubbles[i].line = "plain"
		}
	}
	return out
}

// table says what the picture says.
func (e ecomap) table(ctx context.Context) ui.TableProps {
	t := ui.TableProps{ID: "around", Caption: text.Word(ctx, "people.web.ecomap.table")}
	for _, key := range []string{"field.name", "ecomap.what", "tie.strength", "household.when"} {
		t.Columns = append(t.Columns, ui.Column{Label: text.Word(ctx, "people.web."+key)})
	}
	for _, b := range e.bubbles {
		t.Rows = append(t.Rows, ui.Row{Href: b.href, Title: b.name, Muted: b.line == "broken", Cells: []templ.Component{
			ui.Text(b.what), ui.Text(coded(ctx, lineKey, b.line)), ui.Text(b.when)}})
	}
	return t
}
