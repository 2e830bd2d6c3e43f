package fault_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"kizuna/internal/ground/fault"
)

func TestStatus(t *testing.T) {
	other := errors.New("disk on fire")
	for _, c := range []struct {
		err  error
		want int
	}{
		{nil, 200},
		{fault.Invalid(), 422},
		{fault.Malformed("", other), 400},
		{fault.SignIn(), 401},
		{fault.Forbid("cases.not_yours"), 403},
		{fault.NotFound(), 404},
		{fault.Conflict(""), 409},
		{fault.Moved("version 3"), 412},
		{fault.TooLarge("1 MiB"), 413},
		{fault.KeyReuse(), 422},
		{fault.Required(), 428},
		{fault.TooMuch(time.Minute), 429},
		{fault.Defect(other), 500},
		{&fault.Fault{}, 500},
		{&fault.Fault{Kind: 200}, 500},
		{other, 500},
		{fault.Unavailable(other), 503},
		{context.DeadlineExceeded, 503},
		{fmt.Errorf("opening the case: %w", fault.NotFound()), 404},
		{errors.Join(other, fault.Forbid("")), 403},
	} {
		if got := fault.Status(c.err); got != c.want {
			t.Errorf("Status(%v) = %d, want %d", c.err, got, c.want)
		}
	}
}

func TestFaultsAreFoundInChains(t *testing.T) {
	cause := errors.New("no rows")
	err := fmt.Errorf("reading person: %w", fault.NotFound().WithCause(cause))
	if !errors.Is(err, fault.KindNotFound) || errors.Is(err, fault.KindConflict) {
		t.Error("the kind is not found in the chain")
	}
	if !errors.Is(err, cause) {
		t.Error("the cause is not found in the chain")
	}
	f, ok := fault.As(err)
	if !ok || f.Key != "fault.not_found" {
		t.Errorf("As = %v, %v", f, ok)
	}
	if f, ok := fault.As(cause); ok || f != nil {
		t.Errorf("As finds %v in a plain error", f)
	}
	if fault.From(nil) != nil || fault.From(cause).Kind != fault.KindDefect || fault.From(err) != f {
		t.Error("From misses")
	}
}

func TestEveryKindHasAHeading(t *testing.T) {
	for _, f := range []*fault.Fault{
		fault.Invalid(), fault.Malformed("", nil), fault.SignIn(), fault.Forbid(""), fault.NotFound(), fault.Conflict(""),
		fault.TooMuch(0), fault.TooLarge(1), fault.Unavailable(nil), fault.Required(), fault.KeyReuse(), fault.Defect(nil),
	} {
		if f.Key == "" || strings.HasPrefix(f.Kind.String(), "kind ") {
			t.Errorf("%v has no key or name", f)
		}
	}
	if got := fault.Kind(99).Error(); got != "kind 99" {
		t.Error(got)
	}
}

func TestErrorLineHoldsNothingTyped(t *testing.T) {
	var f fault.Fields
	f.Add("/names/0/family", "fault.too_long", "max", 40, "typed", "山田")
	f.Add("/birth_date", "fault.future")
	err := fault.From(f.Err()).With("name", "太郎").WithCause(errors.New("check failed"))
	want := "invalid fault.invalid: /names/0/family fault.too_long, /birth_date fault.future: check failed"
	if got := err.Error(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestWithLeavesTheOriginalAlone(t *testing.T) {
	f := fault.TooLarge("1 MiB")
	g := f.With("file", "plan.pdf")
	if len(f.Args) != 1 || !reflect.DeepEqual(g.Args, map[string]any{"max": "1 MiB", "file": "plan.pdf"}) {
		t.Errorf("%v, %v", f.Args, g.Args)
	}
}

func TestFields(t *testing.T) {
	var f fault.Fields
	if f.Err() != nil {
		t.Error("no fields, yet an error")
	}
	f.Check("/kana", "", nil)
	f.Check("/note", "fault.too_long", map[string]any{"max": 10})
	var name fault.Fields
	name.Add("/family", "fault.required")
	if err := f.Absorb(fault.At("names", 0), fmt.Errorf("name: %w", name.Err())); err != nil {
		t.Error(err)
	}
	if err := f.Absorb("/whole", &fault.Fault{Kind: fault.KindInvalid, Key: "fault.bad_choice"}); err != nil {
		t.Error(err)
	}
	if err := f.Absorb("/x", nil); err != nil {
		t.Error(err)
	}
	if err := f.Absorb("/x", fault.NotFound()); !errors.Is(err, fault.KindNotFound) {
		t.Errorf("another fault is swallowed: %v", err)
	}
	want := fault.Fields{
		{Pointer: "/note", Key: "fault.too_long", Args: map[string]any{"max": 10}},
		{Pointer: "/names/0/family", Key: "fault.required"},
		{Pointer: "/whole", Key: "fault.bad_choice"},
	}
	if !reflect.DeepEqual(f, want) {
		t.Errorf("got  %v\nwant %v", f, want)
	}
	got, _ := fault.As(f.Err())
	if !reflect.DeepEqual(fault.Fields(got.Fields), want) {
		t.Error("Err leaves fields out")
	}
	if name[0].Pointer != "/family" {
		t.Error("Absorb changed the part's own fields")
	}
}

func TestAt(t *testing.T) {
	if got := fault.At("extra", "a/b~c", 3); got != "/extra/a~1b~0c/3" {
		t.Error(got)
	}
	if got := fault.At(); got != "" {
		t.Error(got)
	}
}
