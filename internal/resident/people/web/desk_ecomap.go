package web

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

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
	letter           string
	line             string // strong, weak, strained, broken or plain
	when             string
	org, guarded     bool
	at               family.Spoke
}

// ecomap is who and what is around a person, with its picture.
type ecomap struct {
	people.Ecomap
	width, height int
	bubbles       []bubble
}

func ecomapOf(ctx context.Context, x people.Ecomap) ecomap {
	out := ecomap{Ecomap: x}
	for _, t := range x.Ties {
		key := relationshipKindKey(t.Tie.Kind)
		if t.Far {
			key = farKindKey(t.Tie.Kind)
		}
		b := bubble{name: nameOr(ctx, t.Name), what: tieWord(ctx, t.Tie, key), line: t.Tie.Strength, when: daysText(ctx, t.Tie.From, t.Tie.Until), letter: givenLetter(t.Name)}
		if t.Open {
			b.href = personAt(t.ID)
		}
		if t.Tie.Until != "" && t.Tie.Until < x.On {
			b.line = "broken"
		}
		out.bubbles = append(out.bubbles, b)
	}
	for _, s := range x.Supports {
		out.bubbles = append(out.bubbles, supportBubble(ctx, s))
	}
	var spokes []family.Spoke
	out.width, out.height, spokes = family.Ring(len(out.bubbles))
	for i := range out.bubbles {
		out.bubbles[i].at = spokes[i]
		if out.bubbles[i].line == "" {
			out.bubbles[i].line = "plain"
		}
	}
	return out
}

func supportBubble(ctx context.Context, s people.Support) bubble {
	lang := text.From(ctx)
	b := bubble{name: s.Name.In(lang), what: coded(ctx, supportKey, s.Kind), href: s.Href, org: s.Kind != "worker", guarded: s.Guarded}
	b.letter = ui.Initials(b.name)
	if about := aboutText(lang, s.About); about != "" {
		b.what = text.Word(ctx, "people.web.household.of", "kind", b.what, "label", about)
	}
	if s.From != "" || s.Until != "" {
		b.when = daysText(ctx, s.From, s.Until)
	}
	if s.Ended {
		b.line = "broken"
	}
	return b
}

// aboutText is what is said of one beside its name.
func aboutText(lang text.Lang, about []text.Pair) string {
	words := make([]string, len(about))
	for i, x := range about {
		words[i] = x.In(lang)
	}
	return text.List(lang, words)
}

// givenLetter is what tells those of one family apart who have its name in common.
func givenLetter(name string) string {
	words := strings.Fields(name)
	if len(words) == 0 {
		return ""
	}
	if first, _ := utf8.DecodeRuneInString(words[0]); first > 0x2e7f {
		return ui.Initials(words[len(words)-1])
	}
	return ui.Initials(name)
}

// guarded tells whether the picture shows what not everybody may be told.
func (e ecomap) guarded() bool {
	return slices.ContainsFunc(e.bubbles, func(b bubble) bool { return b.guarded })
}

// wordsAt is where a bubble's line of words stands, its name first.
func (b bubble) wordsAt(second bool) string {
	shift := family.Rim + 16
	if b.at.Over {
		shift = -family.Rim - 22
	}
	if second {
		shift += 15
	}
	return at(b.at.At.Y, shift)
}

// table says what the picture says.
func (e ecomap) table(ctx context.Context) ui.TableProps {
	t := ui.TableProps{ID: "around", Caption: text.Word(ctx, "people.web.ecomap.table")}
	for _, key := range []string{"field.name", "ecomap.what", "tie.strength", "household.when"} {
		t.Columns = append(t.Columns, ui.Column{Label: text.Word(ctx, "people.web."+key)})
	}
	for _, b := range e.bubbles {
		row := ui.Row{Href: b.href, Title: b.name, Muted: b.line == "broken", Cells: []templ.Component{
			ui.Text(b.what), ui.Text(coded(ctx, lineKey, b.line)), ui.Text(b.when)}}
		if b.guarded {
			row.Tags = []ui.TagProps{{Text: text.Word(ctx, "people.web.ecomap.guarded"), Icon: "lock", Tone: ui.Warn}}
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}
