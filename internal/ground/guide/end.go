package guide

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"kizuna/internal/ground/door"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
)

// ended leads away from the end of a form that has no draft, or was sent, or lacks an answer; "" for none of these.
func (g *guided[In, Out]) ended(s *state, in In) string {
	switch {
	case s.Sent != nil:
		return g.sentTo(s)
	case !s.begun():
		return g.At
	}
	if next := g.first(s, in); next != "" {
		return g.At + "/" + next
	}
	return ""
}

func (g *guided[In, Out]) check(w http.ResponseWriter, r *http.Request) error {
	s, err := g.load(r)
	if err != nil {
		return err
	}
	in := g.input(r, s)
	if to := g.ended(s, in); to != "" {
		return door.See(w, r, to)
	}
	return door.Show(w, r, ui.Page{Title: text.Word(r.Context(), "guide.check")}, g.drawCheck(r, s, in, nil))
}

func (g *guided[In, Out]) drawCheck(r *http.Request, s *state, in In, wrong error) templ.Component {
	ctx := r.Context()
	open := g.open(in)
	var out []ui.Answer
	for i := range g.Questions {
		q := &g.Questions[i]
		if q.When != nil && !q.When(in) || q.Answer == nil {
			continue
		}
		a := ui.Answer{Question: text.Word(ctx, q.Word), Answer: strings.Join(q.Answer(ctx, in), "\n")}
		if a.Answer == "" {
			a.Answer = text.Word(ctx, "guide.unanswered")
		}
		if slices.Contains(open, q) {
			a.ChangeHref = g.At + "/" + q.Key + "?" + changeField
		}
		out = append(out, a)
	}
	back := g.At
	if len(open) > 0 {
		back = g.At + "/" + open[len(open)-1].Key
	}
	return checkPage(back, out, ui.FormProps{Action: g.At + "/check", Key: s.Key, Hold: true, Fault: wrong}, g.At, g.letGo())
}

// letGo is the address that takes the draft from this browser, "" where it is its owner's.
func (g *guided[In, Out]) letGo() string {
	if g.Own {
		return ""
	}
	return g.At + "/leave"
}

// send takes all answers. The draft has its own idempotency key: whatever is pressed twice, or again
// after the connection was lost, is taken once and gives the same receipt.
func (g *guided[In, Out]) send(w http.ResponseWriter, r *http.Request) error {
	s, err := g.load(r)
	if err != nil {
		return err
	}
	in := g.input(r, s)
	if door.Pressed(r) == "later" {
		return door.See(w, r, g.At+"/kept")
	}
	if to := g.ended(s, in); to != "" {
		return door.See(w, r, to)
	}
	if wrong := g.faults(r, s); len(wrong) > 0 {
		return g.lead(w, r, s, in, wrong)
	}
	var whole In
	if _, err := door.Read(r, s.Values, &whole, false); err != nil {
		return err
	}
	out, err := g.Send(op.WithKey(r.Context(), s.Key), whole, s.id)
	if f, ok := fault.As(err); ok && f.Kind == fault.KindInvalid {
		return g.lead(w, r, s, in, f.Fields)
	}
	if err != nil {
		return door.Refuse(w, r, err, ui.Page{Title: text.Word(r.Context(), "guide.check")}, func(err error) templ.Component {
			return g.drawCheck(r, s, in, err)
		})
	}
	told, err := json.Marshal(out)
	if err != nil {
		return fault.Defect(err)
	}
	s, err = g.change(w, r, false, func(s *state) { s.Values, s.Seen, s.Key, s.Sent = nil, nil, "", told })
	if err != nil {
		return err
	}
	return door.See(w, r, g.sentTo(s))
}

// lead shows the first page that has something wrong, as it was answered.
func (g *guided[In, Out]) lead(w http.ResponseWriter, r *http.Request, s *state, in In, wrong fault.Fields) error {
	for _, q := range g.open(in) {
		p := place[In]{Question: q, row: -1, change: true}
		var own fault.Fields
		for _, field := range wrong {
			name := strings.TrimPrefix(field.Pointer, "/")
			if !q.covers(name) {
				continue
			}
			if q.Rows != nil && p.row < 0 {
				rest, _ := strings.CutPrefix(name, q.Rows.Name+"/")
				first, _, _ := strings.Cut(rest, "/")
				if n, err := strconv.Atoi(first); err == nil {
					p.row = n
				}
			}
			own = append(own, field)
		}
		if len(own) > 0 {
			return g.refuse(w, r, p, s, in, fault.Invalid(own...))
		}
	}
	return door.Refuse(w, r, fault.Invalid(wrong...), ui.Page{Title: text.Word(r.Context(), "guide.check")}, func(err error) templ.Component {
		return g.drawCheck(r, s, in, err)
	})
}

// receipt is the page after sending, which can be printed.
func (g *guided[In, Out]) receipt(w http.ResponseWriter, r *http.Request) error {
	s, err := g.load(r)
	if err != nil {
		return err
	}
	var out Out
	if s.Sent == nil || g.Done == nil {
		return door.See(w, r, g.At)
	}
	if err := json.Unmarshal(s.Sent, &out); err != nil {
		return fault.Defect(err)
	}
	return door.Show(w, r, ui.Page{Title: text.Word(r.Context(), "guide.sent")}, g.Done(out))
}
