package door

import (
	"context"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"

	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/text"

	"kizuna/internal/ground/door/input"
)

// reserved are the fields of a form that are the door's, unless the input has one of that name:
// the idempotency key, the version that was read, the button that was pressed, a repeater's
// buttons, a draft's name, the language, and what the page of a parked form adds.
var reserved = []string{"idempotency_key", "version", "do", "add", "remove", "draft", "lang", "review", "parked", Was}

var (
	// errRedraw asks for the form again with another row: no fault.
	errRedraw = errors.New("door: draw the form again")
	// review heads a form that was given back.
	review = fault.Fault{Kind: fault.KindInvalid, Key: "door.review"}
)

func (v *visit) settings(ctx context.Context) input.Settings {
	return input.Settings{Zone: calendar.Zone(ctx), Currency: v.setting.Currency}
}

// Form reads the request's form into in, a pointer to the very struct that the API takes, by its
// json tags: fields are named like JSON pointers without the leading slash (names/0/family). Text
// is cleaned, dates are read as people write them, lists close their gaps and drop empty rows, and
// a field that in does not have is refused. The error is an invalid fault with all fields, or what
// Refuse needs to draw the form again; in is filled as far as it could be read either way.
func Form(r *http.Request, in any) error {
	v := visitOf(r)
	if v.form == nil && unsafe(r.Method) {
		return fault.Malformed("door.unreadable", errors.New("a stream of files is read with Upload"))
	}
	do := v.form.Get("do")
	add, remove := v.form.Get("add"), v.form.Get("remove")
	if name, ok := strings.CutPrefix(do, "add:"); ok {
		add = name
	}
	if name, ok := strings.CutPrefix(do, "remove:"); ok {
		remove = name
	}
	if add != "" || remove != "" {
		v.typed = input.Repeated(v.form, add, remove)
		v.typed.Del("add")
		v.typed.Del("remove")
		v.typed.Del("do")
		if _, err := input.Form(v.typed, in, reserved, true, v.settings(r.Context())); err != nil && !errors.Is(err, fault.KindInvalid) {
			return err
		}
		return errRedraw
	}
	tidy, err := input.Form(v.form, in, reserved, false, v.settings(r.Context()))
	v.typed = tidy
	if v.form.Get("review") != "" && (err == nil || errors.Is(err, fault.KindInvalid)) {
		looked := review
		if f, ok := fault.As(err); ok {
			looked.Fields = f.Fields
		}
		v.typed.Del("review")
		return &looked
	}
	return err
}

// Read reads typed values that did not come with this request, such as a draft's, as Form reads a
// form. With keep, rows in which nothing was typed stay. tidy is the form as it is drawn again.
func Read(r *http.Request, values url.Values, in any, keep bool) (tidy url.Values, err error) {
	return input.Form(values, in, reserved, keep, visitOf(r).settings(r.Context()))
}

// Sent is the form as it came, for who reads it with Read.
func Sent(r *http.Request) url.Values { return visitOf(r).form }

// Typed is the form as it was typed, for drawing it again; nil when none was sent. Rows are closed
// up as Form did.
func Typed(r *http.Request) url.Values { return visitOf(r).typed }

// Pressed is the button that sent the form: the value of "do".
func Pressed(r *http.Request) string { return visitOf(r).form.Get("do") }

// Query reads the address's query into in, as Form reads a form: filters of a list, mostly.
func Query(r *http.Request, in any) error {
	_, err := input.Form(r.URL.Query(), in, []string{"lang"}, false, visitOf(r).settings(r.Context()))
	return err
}

// File is a file on its way in. Read it before anything else is asked of the request.
type File struct {
	Field, Name, Type string // Type is what the sender says it is
	io.Reader
}

// Upload reads a form with a file as a stream: the fields before the file into in, then the file,
// nil when none was chosen. The route needs Uploads. The idempotency key of the form is in the
// context of the request that comes back.
func Upload(r *http.Request, in any) (*http.Request, *File, error) {
	v := visitOf(r)
	parts, err := r.MultipartReader()
	if err != nil {
		return r, nil, fault.Malformed("door.unreadable", err)
	}
	form := url.Values{}
	var file *File
	for room := int64(MaxBody); file == nil; {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return r, nil, unreadable(err, v.route.limit)
		}
		if part.FileName() != "" {
			file, err = v.file(part)
			if err != nil {
				return r, nil, err
			}
			break
		}
		value, err := io.ReadAll(io.LimitReader(part, room+1))
		if err != nil {
			return r, nil, unreadable(err, v.route.limit)
		}
		if room -= int64(len(value)); room < 0 {
			return r, nil, fault.TooLarge(size(MaxBody))
		}
		if _, isFile, _ := strings.Cut(part.Header.Get("Content-Disposition"), "filename="); isFile == "" {
			form.Add(part.FormName(), string(value))
		}
	}
	v.form, v.typed = form, form
	r = r.WithContext(op.WithKey(r.Context(), Key(r)))
	return r, file, Form(r, in)
}

// Stream reads a form with any number of files as a stream. The fields before a file are given with
// it to take, which reads the file or leaves it. Afterwards Sent has all fields. A form that is too
// large is read to its end all the same, as far as mostDrained, so that the answer can be read.
func Stream(r *http.Request, take func(form url.Values, f *File) error) error {
	v := visitOf(r)
	parts, err := r.MultipartReader()
	if err != nil {
		return fault.Malformed("door.unreadable", err)
	}
	v.form = url.Values{}
	v.typed = v.form
	for room := int64(MaxBody); ; {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = v.part(part, &room, take)
		}
		if err != nil {
			err = unreadable(err, v.route.limit)
			if errors.Is(err, fault.KindTooLarge) {
				v.drain()
			}
			return err
		}
	}
}

// part reads one part of a stream; room is left for its fields, in bytes.
func (v *visit) part(part *multipart.Part, room *int64, take func(form url.Values, f *File) error) error {
	switch {
	case part.FileName() == "" && strings.Contains(part.Header.Get("Content-Disposition"), "filename="):
		return nil // none was chosen
	case part.FileName() != "":
		f, err := v.file(part)
		if err != nil {
			return err
		}
		return take(v.form, f)
	}
	value, err := io.ReadAll(io.LimitReader(part, *room+1))
	if err != nil {
		return err
	}
	if *room -= int64(len(value)); *room < 0 {
		return fault.TooLarge(size(MaxBody))
	}
	v.form.Add(part.FormName(), string(value))
	return nil
}

func (v *visit) file(part *multipart.Part) (*File, error) {
	name, err := text.Clean(part.FileName())
	if err != nil {
		return nil, fault.Invalid(fault.Field{Pointer: fault.At(part.FormName()), Key: "fault.bad_text"})
	}
	kind, _, err := mime.ParseMediaType(part.Header.Get("Content-Type"))
	if err != nil {
		kind = "application/octet-stream"
	}
	return &File{Field: part.FormName(), Name: name, Type: kind, Reader: limited{part, v.route.limit}}, nil
}

// limited turns the end of the door's patience into the fault that says so.
type limited struct {
	io.Reader
	limit int64
}

func (l limited) Read(b []byte) (int, error) {
	n, err := l.Reader.Read(b)
	if err != nil && !errors.Is(err, io.EOF) {
		err = unreadable(err, l.limit)
	}
	return n, err
}
