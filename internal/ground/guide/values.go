package guide

import (
	"encoding/json"
	"net/url"
	"strconv"

	"kizuna/internal/ground/fault"
)

// Values writes a struct as its form would send it, by its json tags: to begin a draft with answers
// that are known. An amount of money is its amount alone, and a list of words is one field.
func Values(v any) (url.Values, error) {
	body, err := json.Marshal(v)
	var tree any
	if err == nil {
		err = json.Unmarshal(body, &tree)
	}
	if err != nil {
		return nil, fault.Defect(err)
	}
	out := url.Values{}
	flatten(out, "", tree)
	return out, nil
}

func flatten(out url.Values, at string, v any) {
	below := func(name string) string {
		if at == "" {
			return name
		}
		return at + "/" + name
	}
	switch v := v.(type) {
	case map[string]any:
		if amount, ok := v["amount"].(string); ok && len(v) == 2 && v["currency"] != nil {
			out.Set(at, amount)
			return
		}
		for name, x := range v {
			flatten(out, below(name), x)
		}
	case []any:
		for i, x := range v {
			if s, ok := x.(string); ok {
				out.Add(at, s)
				continue
			}
			flatten(out, below(strconv.Itoa(i)), x)
		}
	case string:
		if v != "" {
			out.Set(at, v)
		}
	case bool:
		if v {
			out.Set(at, "true")
		}
	case float64:
		if v != 0 {
			out.Set(at, strconv.FormatFloat(v, 'f', -1, 64))
		}
	}
}
