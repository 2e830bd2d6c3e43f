package form

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/file"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/rule"
	"kizuna/internal/ground/text"
)

// A signature says who stands by the answers, in what capacity and since when.
// It covers the answers as they were at that moment, by a digest of them: once
// they say otherwise, it is there still and covers them no longer.

// Signature is one person's, under a question of the kind signature.
type Signature struct {
	Name     string        `json:"name"`
	Capacity string        `json:"capacity"`
	How      string        `json:"how"`
	Strokes  string        `json:"strokes,omitempty"` // of a drawn one; see Strokes
	File     db.ID         `json:"file,omitzero"`     // the paper that was signed, as scanned
	At       calendar.Time `json:"at"`
	By       db.ID         `json:"by"`     // at whose sign-in
	Digest   string        `json:"digest"` // of the answers it covers
}

// The choices of a signature.
var (
	Capacities = []string{"self", "parent", "guardian", "proxy", "family", "provider", "staff"}
	HowSigned  = []string{"typed", "drawn", "paper"}
)

// SignInput signs the answers that are there.
type SignInput struct {
	Question string `json:"question"`
	Name     string `json:"name"`
	Capacity string `json:"capacity"`
	How      string `json:"how"`
	Strokes  string `json:"strokes,omitempty"`
	File     db.ID  `json:"file_id,omitzero"` // an uploaded scan, for paper
	// Agreed says that whoever signs has read the answers and stands by them.
	Agreed  bool      `json:"agreed"`
	Version int64     `json:"version"`
	Came    file.File `json:"-"` // see AttachInput
}

// sent is what was sent, for telling a request that comes again.
func (in SignInput) sent() any {
	if in.Came.ID.IsZero() {
		return in
	}
	in.File = db.ID{}
	return upload{in, in.Came.Name, in.Came.Digest}
}

// Validate cleans the input and says what to correct.
func (in *SignInput) Validate() error {
	var wrong fault.Fields
	clean, key, args := text.Line(in.Name, maxLine)
	in.Name = clean
	wrong.Check("/name", key, args)
	if in.Name == "" {
		wrong.Add("/name", "fault.required")
	}
	choose(&wrong, "/capacity", in.Capacity, Capacities)
	if in.How == "" {
		in.How = "typed"
	}
	if in.How == "typed" && in.Strokes != "" {
		in.How = "drawn"
	}
	choose(&wrong, "/how", in.How, HowSigned)
	switch {
	case in.How == "drawn" && Path(in.Strokes) == "":
		wrong.Add("/strokes", "form.fault.strokes")
	case in.How == "paper" && in.File.IsZero():
		wrong.Add("/file", "fault.required")
	}
	if !in.Agreed {
		wrong.Add("/agreed", "form.fault.agreed")
	}
	return wrong.Err()
}

// Sign signs the answers of a response as they stand.
func (r *Room) Sign(ctx context.Context, a access.Actor, id db.ID, in SignInput) (Response, error) {
	if err := in.Validate(); err != nil {
		return Response{}, err
	}
	return r.aside(ctx, a, "sign", id, in.Version, in.sent(), func(tx *op.Tx, res Response, ready *Ready) (Response, error) {
		if _, err := ready.ofKind(in.Question, "signature"); err != nil {
			return res, err
		}
		if in.How == "paper" {
			if _, err := r.take(tx, res, in.File); err != nil {
				return res, err
			}
		}
		ev := ready.Evaluate(res.Answers.V, lookedAt(tx, res))
		given := Signature{Name: in.Name, Capacity: in.Capacity, How: in.How, At: tx.Now(), By: a.ID, Digest: ready.Digest(res.Form, ev.Answers)}
		switch in.How {
		case "drawn":
			given.Strokes = in.Strokes
		case "paper":
			given.File = in.File
		}
		return flow.Touch(tx, ResponseFlow, "sign", res, func(r *Response) { r.sign(in.Question, given) })
	})
}

// lookedAt is the day as of which answers count: that of their completion.
func lookedAt(tx *op.Tx, res Response) calendar.Date {
	if res.CompletedAt != 0 {
		return res.CompletedAt.Date(calendar.Zone(tx.Context()))
	}
	return today(tx)
}

func (r *Response) sign(question string, s Signature) {
	all, answers := map[string]Signature{}, rule.Facts{}
	maps.Copy(all, r.Signatures.V)
	maps.Copy(answers, r.Answers.V)
	all[question], answers[question] = s, rule.Text(s.Name)
	r.Signatures, r.Answers = db.AsJSON(all), db.AsJSON(answers)
}

// Digest is what a signature covers: the version of the form and every answer
// that counts and was given, by question. What is worked out follows from
// these, and other signatures are no part of it.
func (r *Ready) Digest(form db.ID, answers rule.Facts) string {
	given := rule.Facts{}
	for _, s := range r.Sections {
		v, ok := answers[s.Key]
		if !s.Repeats {
			s.asked(answers, given)
		} else if ok {
			rows := make([]rule.Facts, len(v.Rows))
			for i, row := range v.Rows {
				rows[i] = rule.Facts{}
				s.asked(row, rows[i])
			}
			given[s.Key] = rule.Several(rows...)
		}
	}
	b, _ := json.Marshal(struct {
		Form    db.ID          `json:"form"`
		Answers map[string]any `json:"answers"`
	}{form, Plain(given)}) // answers always have a JSON form, keys in order
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// asked picks out the answers that a person gave.
func (s Section) asked(answers, into rule.Facts) {
	for _, q := range s.Questions {
		if v, ok := answers[q.Key]; ok && q.Asks() && q.Kind != "signature" {
			into[q.Key] = v
		}
	}
}

// Covers reports whether a signature stands for the answers as they are now.
func (x Answered) Covers(s Signature) bool {
	return s.Digest == x.Ready.Digest(x.Response.Form, x.Now.Answers)
}

// Limits of a drawn signature.
const (
	maxStrokes = 16000 // characters
	padWidth   = 600
	padHeight  = 200
)

// Path reads a drawn signature, strokes of points on a pad of 600 by 200 such
// as "10,20 30,40;50,60 70,80", as the path of a drawing; "" when it is none.
func Path(strokes string) string {
	if strokes == "" || len(strokes) > maxStrokes {
		return ""
	}
	var b strings.Builder
	points := 0
	for stroke := range strings.SplitSeq(strokes, ";") {
		mark := "M"
		for point := range strings.SplitSeq(stroke, " ") {
			x, y, _ := strings.Cut(point, ",")
			left, ok := within(x, padWidth)
			top, ok2 := within(y, padHeight)
			if !ok || !ok2 {
				return ""
			}
			b.WriteString(mark + strconv.Itoa(left) + " " + strconv.Itoa(top))
			mark = "L"
			points++
		}
	}
	if points < 2 {
		return ""
	}
	return b.String()
}

func within(s string, most int) (int, bool) {
	n, err := strconv.Atoi(s)
	return n, err == nil && n >= 0 && n <= most
}

// ToSign lists the questions of the kind signature that are shown, in order,
// whoever has signed them or not.
func (x Answered) ToSign() []Question {
	var out []Question
	for _, s := range x.Ready.Sections {
		for _, q := range s.Questions {
			if q.Kind == "signature" && x.Now.Visible[q.Key] {
				out = append(out, q)
			}
		}
	}
	return slices.Clip(out)
}
