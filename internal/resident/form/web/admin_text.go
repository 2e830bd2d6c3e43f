package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/door"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
	"kizuna/internal/resident/form"
)

// newIn is a new version as the page sends it: empty, from another version, or
// with its questions as text.
type newIn struct {
	Key            string    `json:"key"`
	Title          text.Pair `json:"title"`
	Purpose        string    `json:"purpose"`
	ProtectedClass string    `json:"protected_class"`
	From           db.ID     `json:"from"`
	Definition     string    `json:"definition"`
}

// textIn is a draft's definition as JSON text.
type textIn struct {
	Definition string `json:"definition"`
	Version    int64  `json:"version,omitempty"`
}

// written is a definition as text.
func written(d form.Definition) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	_ = e.Encode(d) // a definition always has a JSON form
	return strings.TrimSpace(b.String())
}

// readText reads a definition; what cannot be read is a fault that says where.
func readText(s string) (out form.Definition, err error) {
	d := json.NewDecoder(strings.NewReader(s))
	d.DisallowUnknownFields()
	err = d.Decode(&out)
	if err == nil {
		if _, more := d.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("more than one value")
		}
	}
	if err != nil {
		line := 1 + strings.Count(s[:min(int(d.InputOffset()), len(s))], "\n")
		return out, fault.Invalid(fault.Field{Pointer: "/definition", Key: "form.web.fault.json", Args: map[string]any{"line": line}}).WithCause(err)
	}
	return out, nil
}

// sample is what a new form begins with.
var sample = form.Definition{Sections: []form.Section{{Key: "first", Title: text.Pair{JA: "はじめに", EN: "First"}, Questions: []form.Question{
	{Key: "situation", Kind: "long_text", Label: text.Pair{JA: "いま困っていること", EN: "What is difficult now"}, Required: true},
}}}}

// fresh asks for a new form, or for the next version of one.
func (p *pages) fresh(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	in := newIn{Purpose: "assessment"}
	if from := r.URL.Query().Get("from"); from != "" {
		id, err := db.ParseID(from)
		if err != nil {
			return fault.NotFound()
		}
		f, _, err := p.room.Get(ctx, access.From(ctx), id)
		if err != nil {
			return err
		}
		in = newIn{Key: f.Key, Title: f.Title, Purpose: f.Purpose, ProtectedClass: f.ProtectedClass, From: f.ID}
	}
	fields, err := door.WithDraft(r, ui.FormProps{Action: "/admin/forms"}, "form.new")
	if err != nil {
		return err
	}
	if !in.From.IsZero() {
		fields.Typed = nil // the draft is of a form that has no version yet
	}
	return door.Show(w, r, ui.Page{Title: text.Word(ctx, "step.form.create")}, newPage(fields, in))
}

func (p *pages) create(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	var in newIn
	err := door.Form(r, &in)
	input := form.FormInput{Key: in.Key, Title: in.Title, Purpose: in.Purpose, ProtectedClass: in.ProtectedClass, Definition: sample}
	switch {
	case err != nil:
	case in.Definition != "":
		input.Definition, err = readText(in.Definition)
	case !in.From.IsZero():
		var from form.Form
		from, _, err = p.room.Get(ctx, access.From(ctx), in.From)
		input.Definition = from.Definition.V
	}
	if err == nil {
		var f form.Form
		if f, err = p.room.Create(ctx, access.From(ctx), input); err == nil {
			door.Toast(w, r, ui.OK, "form.web.saved")
			return door.See(w, r, at(f.ID)+"/edit")
		}
	}
	return door.Refuse(w, r, err, ui.Page{Title: text.Word(ctx, "step.form.create")}, func(err error) templ.Component {
		return newPage(ui.FormProps{Action: "/admin/forms", Typed: door.Typed(r), Fault: err}, in)
	})
}

// editText shows a draft's definition as text.
func (p *pages) editText(w http.ResponseWriter, r *http.Request) error {
	f, err := p.draft(r)
	if err != nil {
		return err
	}
	in := textIn{Definition: written(f.Definition.V)}
	fields, err := door.WithDraft(r, textForm(f, in), "form."+f.ID.String()+".text")
	if err != nil {
		return err
	}
	return door.Show(w, r, textTitle(r, f), textPage(f, fields, in))
}

// largeText is from how many bytes on a text is sent as it is: as the fields of
// a form are usually sent it would grow too large. What is sent as it is cannot
// be parked when a sign-in has expired; its draft is kept all the same.
const largeText = 200 << 10

func textForm(f form.Form, in textIn) ui.FormProps {
	return ui.FormProps{Action: at(f.ID) + "/text", Version: strconv.FormatInt(f.Version, 10), Upload: len(in.Definition) > largeText}
}

func textTitle(r *http.Request, f form.Form) ui.Page {
	return builderTitle(r.Context(), f, ui.Crumb{Label: text.Word(r.Context(), "form.web.as_text")})
}

func (p *pages) saveText(w http.ResponseWriter, r *http.Request) error {
	f, err := p.draft(r)
	if err != nil {
		return err
	}
	var in textIn
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
		r, _, err = door.Upload(r, &in)
	} else {
		err = door.Form(r, &in)
	}
	ctx := r.Context()
	if err == nil {
		input := inputOf(f)
		input.Version = in.Version
		if input.Definition, err = readText(in.Definition); err == nil {
			if _, err = p.room.Edit(ctx, access.From(ctx), f.ID, input); err == nil {
				door.Toast(w, r, ui.OK, "form.web.saved")
				return door.See(w, r, at(f.ID)+"/edit")
			}
		}
	}
	now := textIn{Definition: written(f.Definition.V)}
	fields := textForm(f, in)
	edit := door.Edit{Now: now, Form: fields, Label: fieldWord(ctx), Submit: "form.web.save", Cancel: at(f.ID) + "/edit"}
	return door.RefuseEdit(w, r, err, textTitle(r, f), edit, func(err error) templ.Component {
		fields.Version, fields.Typed, fields.Fault = door.Typed(r).Get("version"), door.Typed(r), err
		return textPage(f, fields, in)
	})
}
