package guide

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"kizuna/internal/ground/door"
	"kizuna/internal/ground/fault"
)

// upload takes a page with files.
func (g *guided[In, Out]) upload(w http.ResponseWriter, r *http.Request) error {
	key := strings.TrimPrefix(r.URL.Path, g.At+"/")
	p, s, in, to, err := g.at(r, key, "")
	if err != nil {
		return err
	}
	if to != "" {
		return door.See(w, r, to)
	}
	if !s.begun() { // a file needs a draft to hold it
		if s, err = g.change(w, r, false, func(*state) {}); err != nil {
			return err
		}
	}
	var wrong fault.Fields
	var rows []url.Values
	at := "/" + p.Files.Name
	room := p.Files.Most - rowsOf(s.Values, p.Files.Name)
	err = door.Stream(r, func(sent url.Values, f *door.File) error {
		if len(rows) >= room {
			wrong.Add(at, "guide.enough", "max", p.Files.Most)
			return nil
		}
		row, err := p.Files.Take(r.Context(), in, sent, s.id, f)
		told, ok := fault.As(err)
		switch {
		case err == nil:
			rows = append(rows, row)
		case ok && told.Kind == fault.KindInvalid:
			for _, field := range told.Fields {
				wrong = append(wrong, fault.Field{Pointer: at, Key: field.Key, Args: field.Args})
			}
		case ok && told.Kind == fault.KindTooLarge:
			wrong.Add(at, "guide.file_too_large", "name", f.Name)
		default:
			return err
		}
		return nil
	})
	if errors.Is(err, fault.KindTooLarge) {
		wrong.Add(at, "guide.files_too_large")
		err = nil
	}
	if err != nil {
		return err
	}
	if len(rows) > 0 {
		if _, err = g.change(w, r, false, func(s *state) { addRows(s.Values, p.Files.Name, rows) }); err != nil {
			return err
		}
	}
	return g.take(w, r, p, door.Sent(r), wrong)
}

func addRows(values url.Values, list string, rows []url.Values) {
	n := rowsOf(values, list)
	for i, row := range rows {
		for field, all := range row {
			values[list+"/"+strconv.Itoa(n+i)+"/"+field] = all
		}
	}
}
