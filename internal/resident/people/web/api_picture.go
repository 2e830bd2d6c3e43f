package web

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"strings"

	"github.com/a-h/templ"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/text"
	"kizuna/internal/resident/people"
)

func mountPictureAPI(d *door.Router, a api) {
	door.GetPicture(d, persons, "genogram", "A person's family on a day, as nodes and ties, or as a picture", readers, a.genogram)
	door.GetPicture(d, persons, "ecomap", "Who and what stands around a person, as nodes and ties, or as a picture", readers, a.ecomap)
}

// genogramOut is a family, the person first, as far as the caller may know of it.
type genogramOut struct {
	Person db.ID         `json:"person_id"`
	On     calendar.Date `json:"on"`
	Nodes  []kinOut      `json:"nodes"`
	Ties   []kinTieOut   `json:"ties"`
	More   int           `json:"more" doc:"Who is too far to be among the nodes"`
}

type kinOut struct {
	Person    db.ID  `json:"person_id"`
	Name      string `json:"name"`
	Gender    string `json:"gender,omitempty"`
	BirthYear int    `json:"birth_year,omitempty"`
	DeathYear int    `json:"death_year,omitempty"`
	Home      bool   `json:"home" doc:"Lives with the person"`
	Visible   bool   `json:"visible" doc:"The caller may open the record"`
}

type kinTieOut struct {
	Kind   string        `json:"kind" doc:"couple, parent (of the other), sibling or grandparent (of the other)"`
	Person db.ID         `json:"person_id"`
	Other  db.ID         `json:"other_id"`
	State  string        `json:"state,omitempty" doc:"Of a couple: married, separated, divorced, partners or parted"`
	Manner string        `json:"manner,omitempty" doc:"Of a parent: adoptive, foster or step; empty by birth"`
	From   calendar.Date `json:"from"`
	Until  calendar.Date `json:"until"`
}

func (x api) genogram(ctx context.Context, a access.Actor, id db.ID, q onDay) (genogramOut, func(io.Writer) error, error) {
	k, err := x.room.Kin(ctx, a, id, cmp.Or(q.On, x.room.Today(ctx)))
	if err != nil {
		return genogramOut{}, nil, err
	}
	return genogramData(k), func(w io.Writer) error { return standAlone(ctx, w, genogramSVG(familyOf(k))) }, nil
}

func genogramData(k people.Kin) genogramOut {
	out := genogramOut{Person: k.Person.ID, On: k.On, Nodes: []kinOut{}, Ties: []kinTieOut{}, More: k.More}
	for _, m := range k.Members {
		n := kinOut{Person: m.ID, Name: m.Name, Gender: m.Gender, Home: m.Home, Visible: m.Open}
		if m.BirthDate != "" {
			n.BirthYear = m.BirthDate.Year()
		}
		if m.DiedOn != "" && m.DiedOn <= k.On {
			n.DeathYear = m.DiedOn.Year()
		}
		out.Nodes = append(out.Nodes, n)
	}
	who := func(i int) db.ID { return k.Members[i].ID }
	for _, c := range k.Couples {
		out.Ties = append(out.Ties, kinTieOut{Kind: "couple", Person: who(c.A), Other: who(c.B), State: c.State, From: c.From, Until: c.Until})
	}
	for _, p := range k.Parents {
		out.Ties = append(out.Ties, kinTieOut{Kind: "parent", Person: who(p.Parent), Other: who(p.Child), Manner: p.Manner})
	}
	for _, r := range k.Relatives {
		out.Ties = append(out.Ties, kinTieOut{Kind: r.Kind, Person: who(r.Of), Other: who(r.Person)})
	}
	return out
}

// ecomapOut is who and what stands around a person, as far as the caller may know of it.
type ecomapOut struct {
	Person db.ID         `json:"person_id"`
	On     calendar.Date `json:"on"`
	Nodes  []aroundOut   `json:"nodes"`
	Ties   []aroundTie   `json:"ties"`
}

type aroundOut struct {
	Kind    string `json:"kind" doc:"person, employment, education, case, worker, organization, program, benefit, waiting (on the list of a program or benefit), provider or asked (a provider that has not been authorized)"`
	Name    string `json:"name"`
	About   string `json:"about,omitempty" doc:"What a provider gives, or which cases a worker is in"`
	Person  db.ID  `json:"person_id,omitzero"`
	Case    db.ID  `json:"case_id,omitzero"`
	Visible bool   `json:"visible" doc:"The caller may open the record"`
	Guarded bool   `json:"guarded" doc:"Of a protected class: not everybody who sees the person is told"`
}

type aroundTie struct {
	Node     int           `json:"node" doc:"Place of the node, from 0; the tie is to the person"`
	Kind     string        `json:"kind,omitempty" doc:"Of a person: what they are to the person, or with far what the person is to them"`
	Far      bool          `json:"far"`
	Strength string        `json:"strength,omitempty" doc:"strong, weak or strained"`
	Ended    bool          `json:"ended"`
	From     calendar.Date `json:"from"`
	Until    calendar.Date `json:"until"`
}

// nothingAsked is the query of a call that takes none.
type nothingAsked struct{}

func (x api) ecomap(ctx context.Context, a access.Actor, id db.ID, _ nothingAsked) (ecomapOut, func(io.Writer) error, error) {
	e, err := x.room.Ecomap(ctx, a, id)
	if err != nil {
		return ecomapOut{}, nil, err
	}
	return ecomapData(e, text.From(ctx)), func(w io.Writer) error { return standAlone(ctx, w, ecomapSVG(ecomapOf(ctx, e))) }, nil
}

func ecomapData(e people.Ecomap, lang text.Lang) ecomapOut {
	out := ecomapOut{Person: e.Person.ID, On: e.On, Nodes: []aroundOut{}, Ties: []aroundTie{}}
	for _, t := range e.Ties {
		out.Ties = append(out.Ties, aroundTie{Node: len(out.Nodes), Kind: t.Tie.Kind, Far: t.Far, Strength: t.Tie.Strength,
			Ended: t.Tie.Until != "" && t.Tie.Until < e.On, From: t.Tie.From, Until: t.Tie.Until})
		out.Nodes = append(out.Nodes, aroundOut{Kind: "person", Name: t.Name, Person: t.ID, Visible: t.Open})
	}
	for _, s := range e.Supports {
		out.Ties = append(out.Ties, aroundTie{Node: len(out.Nodes), Ended: s.Ended, From: s.From, Until: s.Until})
		out.Nodes = append(out.Nodes, aroundOut{Kind: s.Kind, Name: s.Name.In(lang), About: aboutText(lang, s.About), Case: s.Case, Visible: s.Href != "", Guarded: s.Guarded})
	}
	return out
}

// coloured gives each part of a picture the colours that a page's style sheet gives it, in the light theme.
var coloured = strings.NewReplacer(
	`class="tie strong"`, `fill="none" stroke="#23489c" stroke-width="2.5"`,
	`class="tie weak"`, `fill="none" stroke="#5b6777" stroke-width="1.25" stroke-dasharray="4 3"`,
	`class="tie plain"`, `fill="none" stroke="#5b6777" stroke-width="1.25"`,
	`class="tie broken"`, `fill="none" stroke="#5b6777" stroke-width="1.25"`,
	`class="tie strained"`, `fill="none" stroke="#b01c1c" stroke-width="1.25"`,
	`class="kin"`, `fill="none" stroke="#414d5d" stroke-width="1.75"`,
	`class="kin broken"`, `fill="none" stroke="#414d5d" stroke-width="1.75" stroke-dasharray="7 4"`,
	`class="kin dotted"`, `fill="none" stroke="#414d5d" stroke-width="1.75" stroke-dasharray="1.5 4" stroke-linecap="round"`,
	`class="kin broken dotted"`, `fill="none" stroke="#414d5d" stroke-width="1.75" stroke-dasharray="1.5 4" stroke-linecap="round"`,
	`class="person"`, `fill="#fff" stroke="#414d5d" stroke-width="1.75"`,
	`class="person centre"`, `fill="#fff" stroke="#414d5d" stroke-width="1.75"`,
	`class="home"`, `fill="#e6edfb" stroke="#23489c" stroke-width="1.25" stroke-dasharray="6 4"`,
	`class="age"`, `fill="#18202b" stroke="#fff" stroke-width="4" paint-order="stroke" font-size="14" text-anchor="middle" font-family="sans-serif"`,
	`class="name"`, `fill="#18202b" font-size="12" font-weight="700" text-anchor="middle" font-family="sans-serif"`,
	`class="role"`, `fill="#414d5d" font-size="11" text-anchor="middle" font-family="sans-serif"`,
)

// standAlone writes a picture that stands alone, without a page around it. What people wrote cannot look like an attribute
// in it: their quotes are escaped.
func standAlone(ctx context.Context, w io.Writer, picture templ.Component) error {
	var b bytes.Buffer
	if err := picture.Render(ctx, &b); err != nil {
		return err
	}
	_, err := coloured.WriteString(w, b.String())
	return err
}
