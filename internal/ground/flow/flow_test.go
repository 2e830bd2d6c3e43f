package flow_test

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/text"
)

func TestCreate(t *testing.T) {
	each(t, func(t *testing.T, x *field) {
		var made kite
		lines := x.do(worker, func(tx *tx) (err error) {
			given := kite{Head: flow.Head{Status: "sold", Version: 7, CreatedAt: 1, UpdatedAt: 2}, Name: "鳶", Flown: true}
			made, err = flow.Create(tx, kiteFlow, "make", given, flow.Because("spring"))
			return err
		})
		want := flow.Head{ID: made.ID, Status: "made", Version: 1, CreatedAt: x.now, UpdatedAt: x.now}
		if made.ID.IsZero() || made.Head != want {
			t.Errorf("head %+v, want %+v", made.Head, want)
		}
		if got := x.load(made.ID); !reflect.DeepEqual(got, made) {
			t.Errorf("stored %+v\nwant   %+v", got, made)
		}
		if len(lines) != 1 {
			t.Fatalf("%d lines", len(lines))
		}
		l := lines[0]
		if l.Step != "make" || l.Entity != "kite" || l.Record != made.ID || l.Version != 1 || l.RootKind != "kite" || l.Root != made.ID || l.From != "" || l.To != "made" {
			t.Errorf("line %+v", l)
		}
		if got, want := said(t, l), `{"because":[null,"spring"],"flown":[null,true],"name":[null,"鳶"]}`; got != want {
			t.Errorf("changes %s, want %s", got, want)
		}

		_, err := x.as(nobody, func(tx *tx) error { _, err := flow.Create(tx, kiteFlow, "make", kite{}); return err })
		wantKey(t, err, "flow.not_yours")
		_, err = x.as(worker, func(tx *tx) error { _, err := flow.Create(tx, kiteFlow, "launch", kite{Name: "x"}); return err })
		wantKey(t, err, "flow.not_now")
		_, err = x.as(worker, func(tx *tx) error { _, err := flow.Create(tx, kiteFlow, "burn", kite{}); return err })
		wantKey(t, err, "fault.defect")
	})
}

// TestWhoMayWhen goes through every step from every status for every actor.
func TestWhoMayWhen(t *testing.T) {
	free := map[string]string{ // role and status to the steps that are free
		"caseworker made": "edit launch", "caseworker up": "edit land", "caseworker down": "launch", "caseworker sold": "", "caseworker void": "",
		"supervisor made": "sell void", "supervisor up": "land void", "supervisor down": "sell void", "supervisor sold": "void", "supervisor void": "",
		"public made": "", "public up": "", "public down": "", "public sold": "", "public void": "",
	}
	each(t, func(t *testing.T, x *field) {
		k := x.make(kite{Name: "鳶"})
		for name, steps := range free {
			role, status, _ := strings.Cut(name, " ")
			a := access.Actor{ID: worker.ID, Roles: []access.Role{access.Role(role)}}
			k := x.put(k, status)
			if got := strings.Join(kiteFlow.Free(a, k), " "); got != steps {
				t.Errorf("%s: free %q, want %q", name, got, steps)
			}
			for _, s := range kiteFlow.Steps {
				may := slices.Contains(strings.Fields(steps), s.Name)
				err := takeAndUndo(x, a, s.Name, k)
				if may != (err == nil) {
					t.Errorf("%s: %s gave %v", name, s.Name, err)
				}
				if f := kiteFlow.May(a, s.Name, k); may != (f == nil) || f != nil && f.Key != keyOf(err) {
					t.Errorf("%s: May %s is %v, Take says %v", name, s.Name, f, err)
				}
				// Background work may do whatever the status allows.
				err = takeAndUndo(x, access.TheSystem(), s.Name, k)
				if allowed := slices.Contains(s.From, status); allowed != (err == nil) {
					t.Errorf("system, %s: %s gave %v", status, s.Name, err)
				}
			}
		}
	})
}

func takeAndUndo(x *field, a access.Actor, step string, k kite) error {
	_, err := x.as(a, func(tx *tx) error {
		if _, err := flow.Take(tx, kiteFlow, step, k, nil); err != nil {
			return err
		}
		return errUndo
	})
	if errors.Is(err, errUndo) {
		return nil
	}
	return err
}

func TestBlockedSaysWhy(t *testing.T) {
	each(t, func(t *testing.T, x *field) {
		k := x.make(kite{})
		actions := kiteFlow.Actions(worker, k)
		if len(actions) != 2 || actions[0].Step != "edit" || actions[0].Blocked != nil || actions[1].Step != "launch" || !actions[1].Plain || actions[1].Blocked == nil || actions[1].Blocked.Key != "kite.nameless" {
			t.Errorf("actions %+v", actions)
		}
		wantKey(t, takeAndUndo(x, worker, "launch", k), "kite.nameless")
		if _, err := x.as(worker, func(tx *tx) error { _, err := flow.Take(tx, kiteFlow, "burn", k, nil); return err }); keyOf(err) != "fault.defect" {
			t.Errorf("an unknown step gave %v", err)
		}
	})
}

// TestStaleCopy lets two load the same record: the second is told, and
// nothing of it is written.
func TestStaleCopy(t *testing.T) {
	for _, first := range []string{"edit", "launch"} {
		each(t, func(t *testing.T, x *field) {
			k := x.make(kite{Name: "鳶", Amount: 1})
			one, two := x.load(k.ID), x.load(k.ID)
			x.do(worker, func(tx *tx) error {
				_, err := flow.Take(tx, kiteFlow, first, one, func(k *kite) { k.Amount = 2 })
				return err
			})
			now := x.load(k.ID)
			for _, second := range []string{"edit", "launch"} {
				var lines int
				_, err := x.as(worker, func(tx *tx) error {
					got, err := flow.Take(tx, kiteFlow, second, two, func(k *kite) { k.Amount = 3 })
					lines = len(tx.lines)
					if !reflect.DeepEqual(got, two) {
						t.Errorf("%s after %s gave %+v", second, first, got)
					}
					return err
				})
				wantKey(t, err, "flow.moved_on")
				if got := x.load(k.ID); lines != 0 || !reflect.DeepEqual(got, now) {
					t.Errorf("%s after %s left %+v and %d lines", second, first, got, lines)
				}
			}
			err := flow.Fresh(now, two.Version)
			f, ok := fault.As(err)
			if !ok || fault.Status(err) != 412 || !reflect.DeepEqual(f.Moved, now) {
				t.Errorf("Fresh says %v", err)
			}
			if err := flow.Fresh(now, now.Version); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestNoChangeWritesNothing(t *testing.T) {
	each(t, func(t *testing.T, x *field) {
		k := x.make(kite{Name: "鳶", Sealed: []byte{1}, Colors: db.AsJSON(map[string]int{"red": 1}), Label: text.Pair{JA: "赤"}})
		for name, edit := range map[string]func(*kite){
			"no edit":    nil,
			"same again": func(k *kite) { k.Name, k.Sealed, k.Colors = "鳶", []byte{1}, db.AsJSON(map[string]int{"red": 1}) },
			"the head is not the edit's": func(k *kite) {
				k.Head = flow.Head{ID: db.NewID(), Status: "sold", Version: 9, CreatedAt: 1, UpdatedAt: 1}
			},
			"no map and an empty one": func(k *kite) { k.Label.More = map[text.Lang]string{} },
		} {
			ctx, trace := db.WithTrace(t.Context())
			err := x.d.Write(ctx, func(d *db.Tx) error {
				tx := &tx{Tx: d, actor: worker, now: x.now + 5}
				got, err := flow.Take(tx, kiteFlow, "edit", k, edit, flow.Because("for nothing"))
				if len(tx.lines) != 0 || got.Head != k.Head {
					t.Errorf("%s: %d lines, %+v", name, len(tx.lines), got)
				}
				return err
			})
			if err != nil || trace.Count() != 0 {
				t.Errorf("%s: %d statements, %v", name, trace.Count(), err)
			}
		}
	})
}

func TestTouch(t *testing.T) {
	each(t, func(t *testing.T, x *field) {
		k := x.make(kite{Name: "鳶"})
		lines := x.do(worker, func(tx *tx) (err error) {
			k, err = flow.Touch(tx, kiteFlow, "edit", k, nil)
			return err
		})
		if k.Version != 2 || k.UpdatedAt != x.now || !reflect.DeepEqual(x.load(k.ID), k) {
			t.Errorf("touched %+v, stored %+v", k, x.load(k.ID))
		}
		if len(lines) != 1 || lines[0].Version != 2 || said(t, lines[0]) != "{}" {
			t.Errorf("lines %+v", lines)
		}
	})
}

// TestDiff changes one column of every kind.
func TestDiff(t *testing.T) {
	one, big := int64(1), int64(9_007_199_254_740_993)
	owner := db.MustID("01900000-0000-7000-8000-00000000000a")
	start := kite{Name: "鳶", Label: text.Pair{JA: "赤", EN: "red"}, Sealed: []byte{1, 2}, Colors: db.AsJSON(map[string]int{"red": 1}), Limit: &one}
	cases := []struct {
		name string
		edit func(*kite)
		want string
	}{
		{"id", func(k *kite) { k.Owner = owner }, `{"owner":["","01900000-0000-7000-8000-00000000000a"]}`},
		{"string", func(k *kite) { k.Name = "<鷹>" }, `{"name":["鳶","\u003c鷹\u003e"]}`},
		{"pair", func(k *kite) { k.Label.EN = "crimson" }, `{"label":[{"ja":"赤","en":"red"},{"ja":"赤","en":"crimson"}]}`},
		{"pair with a further language", func(k *kite) { k.Label = k.Label.Set("pt", "vermelho") }, `{"label":[{"ja":"赤","en":"red"},{"ja":"赤","en":"red","pt":"vermelho"}]}`},
		{"boolean", func(k *kite) { k.Flown = true }, `{"flown":[false,true]}`},
		{"time", func(k *kite) { k.At = 1_790_000_000_123 }, `{"at":[null,"2026-09-21T14:13:20.123Z"]}`},
		{"date", func(k *kite) { k.Born = "2019-05-01" }, `{"born":[null,"2019-05-01"]}`},
		{"number", func(k *kite) { k.Amount = big }, `{"amount":[0,9007199254740993]}`},
		{"bytes", func(k *kite) { k.Sealed = []byte{3} }, `{"sealed":["AQI=","Aw=="]}`},
		{"bytes in place", func(k *kite) { k.Sealed[0] = 3 }, `{"sealed":["AQI=","AwI="]}`},
		{"bytes gone", func(k *kite) { k.Sealed = nil }, `{"sealed":["AQI=",null]}`},
		{"json", func(k *kite) { k.Colors = db.AsJSON(map[string]int{"blue": 2}) }, `{"colors":[{"red":1},{"blue":2}]}`},
		{"json in place", func(k *kite) { k.Colors.V["blue"] = 2 }, `{"colors":[{"red":1},{"blue":2,"red":1}]}`},
		{"pointer in place", func(k *kite) { *k.Limit = 4 }, `{"ceiling":[1,4]}`},
		{"pointer gone", func(k *kite) { k.Limit = nil }, `{"ceiling":[1,null]}`},
		{"a column named reason", func(k *kite) { k.Reason = "wind" }, `{"reason":["","wind"]}`},
		{"two", func(k *kite) { k.Flown, k.Born = true, "2020-01-01" }, `{"born":[null,"2020-01-01"],"flown":[false,true]}`},
	}
	each(t, func(t *testing.T, x *field) {
		for _, c := range cases {
			t.Run(c.name, func(t *testing.T) {
				x := &field{t, x.d, x.now}
				old := x.load(x.make(start).ID)
				var now kite
				lines := x.do(worker, func(tx *tx) (err error) {
					now, err = flow.Take(tx, kiteFlow, "edit", old, c.edit)
					return err
				})
				if len(lines) != 1 || said(t, lines[0]) != c.want {
					t.Fatalf("lines %+v\nwant %s", lines, c.want)
				}
				if got := x.load(now.ID); fmt.Sprintf("%+v", shown(got)) != fmt.Sprintf("%+v", shown(now)) {
					t.Errorf("stored %+v\nwant   %+v", shown(got), shown(now))
				}
			})
		}
	})
}

// shown has what the pointer points to in its place.
func shown(k kite) any {
	limit := int64(-1)
	if k.Limit != nil {
		limit, k.Limit = *k.Limit, nil
	}
	return struct {
		kite
		limit int64
	}{k, limit}
}

// TestLaterEditsLeaveTheLine changes the record after the step and before the
// line is written.
func TestLaterEditsLeaveTheLine(t *testing.T) {
	each(t, func(t *testing.T, x *field) {
		k := x.make(kite{Colors: db.AsJSON(map[string]int{"red": 1})})
		lines := x.do(worker, func(tx *tx) error {
			now, err := flow.Take(tx, kiteFlow, "edit", k, func(k *kite) { k.Colors = db.AsJSON(map[string]int{"blue": 2}) })
			k.Colors.V["red"], now.Colors.V["blue"] = 8, 9
			return err
		})
		if got, want := said(t, lines[0]), `{"colors":[{"red":1},{"blue":2}]}`; got != want {
			t.Errorf("%s, want %s", got, want)
		}
	})
}

func TestBecauseBesideAColumn(t *testing.T) {
	each(t, func(t *testing.T, x *field) {
		k := x.make(kite{})
		lines := x.do(worker, func(tx *tx) error {
			_, err := flow.Take(tx, kiteFlow, "edit", k, func(k *kite) { k.Reason = "wind" }, flow.Because("asked"), flow.Because(""))
			return err
		})
		if got, want := said(t, lines[0]), `{"because":[null,"asked"],"reason":["","wind"]}`; got != want {
			t.Errorf("%s, want %s", got, want)
		}
	})
}

func TestVoid(t *testing.T) {
	each(t, func(t *testing.T, x *field) {
		k := x.make(kite{Name: "鳶"})
		wantKey(t, takeAndUndo(x, worker, "void", k), "flow.not_yours")
		lines := x.do(boss, func(tx *tx) (err error) {
			k, err = flow.Take(tx, kiteFlow, "void", k, nil, flow.Because("twice"))
			return err
		})
		if k.Status != flow.Void || lines[0].From != "made" || lines[0].To != "void" || x.load(k.ID).Status != flow.Void {
			t.Errorf("void %+v, %+v", k, lines)
		}
		wantKey(t, takeAndUndo(x, boss, "void", k), "flow.not_now")
	})
	if got := kiteFlow.Describe().Statuses(); !slices.Equal(got, []string{"made", "up", "down", "sold", "void"}) {
		t.Errorf("statuses %v", got)
	}
}

func TestRoute(t *testing.T) {
	each(t, func(t *testing.T, x *field) {
		k := x.make(kite{Name: "鳶"})
		asked := ""
		sell := func(granted bool, failing error) error {
			_, err := x.as(boss, func(tx *tx) error {
				tx.route = func(entity, step string, record db.ID) (bool, error) {
					asked += entity + "." + step + " "
					if record != k.ID {
						t.Errorf("asked for %s", record)
					}
					return granted, failing
				}
				_, err := flow.Take(tx, kiteFlow, "sell", k, nil)
				if err == nil && !granted || len(tx.lines) > 0 && err != nil {
					t.Errorf("sold without the route: %v", tx.lines)
				}
				return err
			})
			return err
		}
		wantKey(t, sell(false, nil), "flow.awaits_route")
		if err := sell(false, errUndo); !errors.Is(err, errUndo) {
			t.Errorf("a route that fails gave %v", err)
		}
		if x.load(k.ID).Status != "made" {
			t.Error("sold")
		}
		if err := sell(true, nil); err != nil || x.load(k.ID).Status != "sold" || asked != "kite.sell kite.sell kite.sell " {
			t.Errorf("%v, asked %q", err, asked)
		}
	})
}

func TestDefineRefuses(t *testing.T) {
	root := func(k *kite) (string, db.ID) { return "kite", k.ID }
	add := flow.Step[kite]{Name: "add", To: "made", By: flow.Roles{access.Caseworker}}
	step := func(change func(*flow.Step[kite])) []flow.Step[kite] {
		s := add
		change(&s)
		return []flow.Step[kite]{add, s}
	}
	for name, table := range map[string]flow.Table[kite]{
		"no root":       {Entity: "k1", Table: "kite", Steps: []flow.Step[kite]{add}},
		"no table":      {Entity: "k2", Root: root, Steps: []flow.Step[kite]{add}},
		"known entity":  {Entity: "kite", Table: "kite", Root: root, Steps: []flow.Step[kite]{add}},
		"two of a name": {Entity: "k3", Table: "kite", Root: root, Steps: []flow.Step[kite]{add, add}},
		"by nobody":     {Entity: "k4", Table: "kite", Root: root, Steps: step(func(s *flow.Step[kite]) { s.Name, s.By = "x", nil })},
		"no name":       {Entity: "k5", Table: "kite", Root: root, Steps: step(func(s *flow.Step[kite]) { s.Name = "" })},
		"to nowhere":    {Entity: "k6", Table: "kite", Root: root, Steps: step(func(s *flow.Step[kite]) { s.Name, s.To = "x", "" })},
		"routed making": {Entity: "k7", Table: "kite", Root: root, Steps: step(func(s *flow.Step[kite]) { s.Name, s.Route = "x", true })},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: taken", name)
				}
			}()
			flow.Define(table)
		}()
	}
	defer func() {
		if recover() == nil {
			t.Error("a record without a head: taken")
		}
	}()
	flow.Define(flow.Table[struct{}]{Entity: "headless", Table: "x", Root: func(*struct{}) (string, db.ID) { return "", db.ID{} }})
}

func TestMatrix(t *testing.T) {
	want := `tail
  add                      (new) -> active
                           by caseworker
  change                   active -> (stays)
                           by caseworker
  remove                   active -> void
                           by caseworker
`
	if got := tailFlow.Describe().Matrix(); got != want {
		t.Errorf("got\n%s", got)
	}
	if got := kiteFlow.Describe().Matrix(); !strings.Contains(got, "by supervisor; may be routed\n") || !strings.Contains(got, "by caseworker; on a condition; plain\n") {
		t.Errorf("got\n%s", got)
	}
	var names []string
	for _, d := range flow.All() {
		names = append(names, d.Entity)
	}
	if !slices.Equal(names, []string{"kite", "tail"}) {
		t.Errorf("all flows: %v", names)
	}
}
