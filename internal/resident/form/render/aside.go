package render

import (
	"context"
	"slices"
	"strings"

	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/ui"
	"kizuna/internal/resident/form"
)

// FromRecord says that an answer is the one that the person's record gave, and
// since when it is recorded; "" once it says otherwise.
func FromRecord(ctx context.Context, q form.Question, ev form.Evaluation) string {
	if ev.Of == nil {
		return ""
	}
	was, ok := ev.Of.Prefilled.V[q.Key]
	v, given := ev.Answers[q.Key]
	switch {
	case !ok || !given || v.Text != was.Value.Text:
		return ""
	case was.Since == "":
		return text.Word(ctx, "form.render.from_record", "day", ev.Of.CreatedAt.Date(calendar.Zone(ctx)).In(text.From(ctx)))
	}
	return text.Word(ctx, "form.render.from_record_since", "day", was.Since.In(text.From(ctx)))
}

// ResponseAt is the page of a response.
func ResponseAt(id db.ID) string { return "/desk/form-responses/" + id.String() }

// FileAt gives out a file of a response.
func FileAt(response, file db.ID) string { return ResponseAt(response) + "/files/" + file.String() }

// attach begins the value of the button that leads to attaching a file.
const attach = "attach:"

// Aside is where a press on a section's button leads once its answers are kept:
// to the page on which a file is attached. ok is false for any other button.
func Aside(pressed string, response db.ID) (href string, ok bool) {
	key, ok := strings.CutPrefix(pressed, attach)
	return ResponseAt(response) + "/attach/" + key, ok && form.IsKey(key)
}

// aside lists what answers a question that is not typed: the names of files, or
// who signed.
func aside(ctx context.Context, q form.Question, ev form.Evaluation) []string {
	var out []string
	if ev.Of == nil {
		return []string{text.Word(ctx, "form.render.no_answer")}
	}
	for _, x := range ev.Of.Attached.V[q.Key] {
		out = append(out, x.Name)
	}
	if s, ok := ev.Of.Signatures.V[q.Key]; ok {
		out = append(out, Signed(ctx, s))
	}
	if len(out) == 0 {
		out = append(out, text.Word(ctx, "form.render.no_answer"))
	}
	return out
}

// Signed reads a signature in a line: who, in what capacity, how and when.
func Signed(ctx context.Context, s form.Signature) string {
	return text.Word(ctx, "form.render.signed", "name", s.Name, "capacity", text.Word(ctx, "form.render.capacity."+s.Capacity), "how", text.Word(ctx, "form.render.how."+s.How),
		"at", calendar.FormatTime(s.At, calendar.Zone(ctx), text.From(ctx)))
}

// links are the files that answer a question, each leading to it.
func links(q form.Question, ev form.Evaluation) []ui.Document {
	var out []ui.Document
	if ev.Of != nil {
		for _, x := range ev.Of.Attached.V[q.Key] {
			out = append(out, ui.Document{Name: x.Name, Href: FileAt(ev.Of.ID, x.File)})
		}
	}
	return out
}

func documents(ctx context.Context, of *form.Response, key string) []ui.Document {
	var out []ui.Document
	for _, x := range of.Attached.V[key] {
		out = append(out, ui.Document{Name: x.Name, Href: FileAt(of.ID, x.File), Icon: "paperclip", Size: text.Word(ctx, "form.render.kilobytes", "n", (x.Size+1023)/1024)})
	}
	return out
}

// Next is the place of the next section that is shown; past the last, their
// number.
func Next(ev form.Evaluation, i int) int {
	for i++; i < len(ev.Sections) && !ev.Sections[i]; i++ {
	}
	return i
}

// SectionAt is the place of a section that is shown, the first if there is none
// such.
func SectionAt(r *form.Ready, ev form.Evaluation, key string) int {
	if _, i, ok := r.Section(key); ok && ev.Sections[i] {
		return i
	}
	return Next(ev, -1)
}

// Onward is the section to go on with after one was kept: the same while
// questions of it are shown that were not, else the next; ok is false after the
// last.
func Onward(r *form.Ready, before, now form.Evaluation, section string) (key string, ok bool) {
	s, i, known := r.Section(section)
	if known && now.Sections[i] && (!s.Repeats && more(s, before, now) || moreRows(s, before, now)) {
		return section, true
	}
	if i = Next(now, i); i < len(r.Sections) {
		return r.Sections[i].Key, true
	}
	return "", false
}

// more reports whether questions are shown that were not.
func more(s form.Section, before, now form.Evaluation) bool {
	return slices.ContainsFunc(Shown(s, now), func(q form.Question) bool { return !before.Visible[q.Key] && q.Asks() })
}

// moreRows is more within any repetition of a section; one that was added
// showed what a blank one does.
func moreRows(s form.Section, before, now form.Evaluation) bool {
	for i, row := range now.Rows[s.Key] {
		was := before.Blank[s.Key]
		if i < len(before.Rows[s.Key]) {
			was = before.Rows[s.Key][i]
		}
		if more(s, was, row) {
			return true
		}
	}
	return false
}
