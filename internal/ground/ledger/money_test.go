package ledger

import (
	"encoding/json"
	"errors"
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/text"
)

func TestTimesRoundsOnce(t *testing.T) {
	for _, c := range []struct {
		rate                   Money
		quantity               string
		floor, halfUp, halfEve int64
	}{
		{Yen(1500), "2", 3000, 3000, 3000},
		{Yen(1001), "0.5", 500, 501, 500},
		{Yen(1003), "0.5", 501, 502, 502},
		{Yen(999), "1.333", 1331, 1332, 1332},
		{Yen(-1001), "0.5", -501, -501, -500},
		{Yen(-1003), "0.5", -502, -502, -502},
		{Money{1005, "USD"}, "0.1", 100, 101, 100},
	} {
		q, err := ParseQuantity(c.quantity)
		if err != nil {
			t.Fatal(err)
		}
		for mode, want := range map[Rounding]int64{Floor: c.floor, HalfUp: c.halfUp, HalfEven: c.halfEve} {
			got, err := c.rate.Times(q, mode)
			if err != nil || got.Minor != want || got.Currency != c.rate.Currency {
				t.Errorf("%v × %s %s = %v, %v; want %d", c.rate, c.quantity, mode, got, err, want)
			}
		}
	}
}

func TestMoneyOverflowIsAFault(t *testing.T) {
	most := Money{math.MaxInt64, "JPY"}
	least := Money{math.MinInt64, "JPY"}
	for name, f := range map[string]func() (Money, error){
		"add":   func() (Money, error) { return most.Add(Yen(1)) },
		"sub":   func() (Money, error) { return least.Sub(Yen(1)) },
		"neg":   least.Neg,
		"times": func() (Money, error) { return most.Times(1001, Floor) },
		"mixed": func() (Money, error) { return Yen(1).Add(Money{1, "USD"}) },
	} {
		if _, err := f(); !errors.Is(err, fault.KindConflict) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got, err := most.Times(Units(1), HalfUp); err != nil || got != most {
		t.Errorf("most × 1 = %v, %v", got, err)
	}
}

func TestAddAgainstBigIntegers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.Int64().Draw(t, "a"), rapid.Int64().Draw(t, "b")
		want := new(big.Int).Add(big.NewInt(a), big.NewInt(b))
		got, err := Yen(a).Add(Yen(b))
		if want.IsInt64() != (err == nil) || err == nil && got.Minor != want.Int64() {
			t.Fatalf("%d + %d = %v, %v; want %v", a, b, got, err, want)
		}
	})
}

func TestSplitAddsUp(t *testing.T) {
	parts, err := Yen(100).Split(1, 1, 1)
	if err != nil || parts[0].Minor != 34 || parts[1].Minor != 33 || parts[2].Minor != 33 {
		t.Errorf("100 in three: %v, %v", parts, err)
	}
	rapid.Check(t, func(t *rapid.T) {
		m := Yen(rapid.Int64().Draw(t, "minor"))
		weights := rapid.SliceOfN(rapid.Int64Range(0, 1e12), 1, 12).Draw(t, "weights")
		weights = append(weights, 1)
		parts, err := m.Split(weights...)
		if err != nil {
			t.Fatal(err)
		}
		sum := new(big.Int)
		for i, p := range parts {
			sum.Add(sum, big.NewInt(p.Minor))
			if weights[i] == 0 && p.Minor != 0 {
				t.Fatalf("weight 0 got %v", p)
			}
		}
		if sum.Cmp(big.NewInt(m.Minor)) != 0 {
			t.Fatalf("%v split to %v", m, parts)
		}
	})
}

func TestMoneyJSON(t *testing.T) {
	for _, c := range []struct {
		money Money
		json  string
	}{
		{Yen(1234), `{"amount":"1234","currency":"JPY"}`},
		{Money{-5, "USD"}, `{"amount":"-0.05","currency":"USD"}`},
		{Money{123450, "USD"}, `{"amount":"1234.50","currency":"USD"}`},
		{Money{1, "KWD"}, `{"amount":"0.001","currency":"KWD"}`},
		{Money{}, `{"amount":"0","currency":""}`},
	} {
		b, err := json.Marshal(c.money)
		if err != nil || string(b) != c.json {
			t.Errorf("%v: %s, %v", c.money, b, err)
		}
		var back Money
		if err := json.Unmarshal([]byte(c.json), &back); err != nil || back != c.money {
			t.Errorf("%s: %v, %v", c.json, back, err)
		}
	}
	for _, bad := range []string{
		`{"amount":1234,"currency":"JPY"}`, `{"amount":"12.5","currency":"JPY"}`, `{"amount":"1.005","currency":"USD"}`,
		`{"amount":"1","currency":"yen"}`, `{"amount":"","currency":"JPY"}`, `{"amount":"1e3","currency":"JPY"}`,
		`{"amount":"+1","currency":"JPY"}`, `{"amount":".5","currency":"USD"}`, `{"amount":"9223372036854775808","currency":"JPY"}`,
		`{"amount":"--1","currency":"JPY"}`, `{"amount":"5","currency":""}`, `{"amount":"","currency":""}`, `{}`,
	} {
		var m Money
		if err := json.Unmarshal([]byte(bad), &m); !errors.Is(err, fault.KindInvalid) {
			t.Errorf("%s gave %v, %v", bad, m, err)
		}
	}
}

func TestMoneyJSONRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := Money{rapid.Int64().Draw(t, "minor"), rapid.SampledFrom([]string{"JPY", "USD", "KWD"}).Draw(t, "currency")}
		b, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		var back Money
		if err := json.Unmarshal(b, &back); err != nil || back != m {
			t.Fatalf("%v became %s became %v, %v", m, b, back, err)
		}
	})
}

func TestMoneyForReaders(t *testing.T) {
	for _, c := range []struct {
		money Money
		lang  text.Lang
		want  string
	}{
		{Yen(96000), text.JA, "¥96,000"},
		{Yen(96000), text.EN, "¥96,000"},
		{Money{123450, "USD"}, text.EN, "$1,234.50"},
		{Money{-123450, "USD"}, text.JA, "-$1,234.50"},
		{Money{123450, "USD"}, "es", "$1.234,50"},
		{Money{50, "CHF"}, text.EN, "0.50 CHF"},
	} {
		if got := c.money.In(c.lang); got != c.want {
			t.Errorf("%v in %s: %s, want %s", c.money, c.lang, got, c.want)
		}
	}
}

func TestTyped(t *testing.T) {
	for s, want := range map[string]Money{
		"1234": Yen(1234), "1,234": Yen(1234), "¥1,234": Yen(1234), "１２，３４５円": Yen(12345), "￥５００": Yen(500),
		" -1,000 ": Yen(-1000), "0": Yen(0), "JPY 500": Yen(500),
	} {
		if got, err := Typed(s, "JPY"); err != nil || got != want {
			t.Errorf("%q: %v, %v", s, got, err)
		}
	}
	if got, err := Typed("$1,234.5", "USD"); err != nil || got != (Money{123450, "USD"}) {
		t.Errorf("dollars: %v, %v", got, err)
	}
	for _, s := range []string{"", "円", "12,34", "1,2345", "千円", "1.5", "1 000", "--5", "-¥-5", ",123", "1e5"} {
		if got, err := Typed(s, "JPY"); !errors.Is(err, fault.KindInvalid) {
			t.Errorf("%q: %v, %v", s, got, err)
		}
	}
}

func TestQuantity(t *testing.T) {
	for s, want := range map[string]Quantity{"1.5": 1500, "2": 2000, "0.125": 125, "１．５": 1500, "-0.5": -500} {
		if got, err := ParseQuantity(s); err != nil || got != want {
			t.Errorf("%q: %v, %v", s, got, err)
		}
	}
	for _, s := range []string{"", "1.2345", "1,5", "x"} {
		if got, err := ParseQuantity(s); !errors.Is(err, fault.KindInvalid) {
			t.Errorf("%q: %v, %v", s, got, err)
		}
	}
	for q, want := range map[Quantity]string{1500: "1.5", 2000: "2", 125: "0.125", -500: "-0.5", 0: "0", Units(100): "100"} {
		if got := q.String(); got != want {
			t.Errorf("%d is %q, want %q", int64(q), got, want)
		}
	}
	if got := Quantity(1250500).In(text.EN); got != "1,250.5" {
		t.Error(got)
	}
}
