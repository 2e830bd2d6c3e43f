package ui

import (
	"context"
	"net/http"
)

// Ways tells whether the reader may take a way: open a page at an address of ours (GET) or do a deed there (POST).
// An address that it does not know it lets pass.
type Ways func(method, address string) bool

type waysKey struct{}

// WithWays lets the parts know which ways are open to the reader. They then draw no button and no link that would
// end before a closed door; without it they draw all.
func WithWays(ctx context.Context, ways Ways) context.Context {
	return context.WithValue(ctx, waysKey{}, ways)
}

func may(ctx context.Context, method, address string) bool {
	ways, ok := ctx.Value(waysKey{}).(Ways)
	return !ok || ways(method, address)
}

// takes reports whether the reader may take an act. A blocked one stays: it says what would unblock it.
func takes(ctx context.Context, a Act) bool {
	switch {
	case a.Blocked != "":
		return true
	case a.Href != "":
		return may(ctx, http.MethodGet, a.Href)
	case a.Post != "":
		return may(ctx, http.MethodPost, a.Post)
	}
	return true
}

// open answers the acts that the reader may take.
func open(ctx context.Context, acts []Act) []Act {
	left := make([]Act, 0, len(acts))
	for _, a := range acts {
		if takes(ctx, a) {
			left = append(left, a)
		}
	}
	return left
}

// way answers an address that the reader may open, "" for any other: what it belongs to is then drawn as words.
func way(ctx context.Context, href string) string {
	if href == "" || may(ctx, http.MethodGet, href) {
		return href
	}
	return ""
}
