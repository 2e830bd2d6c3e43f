package search_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"kizuna/internal/ground/db"
	"kizuna/internal/ground/search"
	"kizuna/internal/kizunatest"
)

func traits(family, given, familyKana, givenKana, born string) search.Traits {
	return search.Traits{Names: []search.Name{{Family: family, Given: given, FamilyKana: familyKana, GivenKana: givenKana}}, Born: born}
}

// TestWhatIsAlike compares a resident with what others wrote down of her, and of others.
func TestWhatIsAlike(t *testing.T) {
	mayumi := traits("髙橋", "真由美", "タカハシ", "マユミ", "1970-01-31")
	mayumi.Phones, mayumi.Addresses = []string{"090-1234-5678"}, []string{"みなと市栄町2丁目14番3号"}
	with := func(x search.Traits, phone, address string) search.Traits {
		if phone != "" {
			x.Phones = []string{phone}
		}
		if address != "" {
			x.Addresses = []string{address}
		}
		return x
	}
	const threshold = 24
	for _, c := range []struct {
		name  string
		other search.Traits
		one   bool // a candidate among a hundred thousand
		says  string
	}{
		{"old and new characters", traits("高橋", "眞由美", "", "", "1970-01-31"), true, "family given born"},
		{"kana only", traits("", "", "たかはし", "まゆみ", "1970-01-31"), true, "family_sound given_sound born"},
		{"kana where the name is written", traits("タカハシ", "マユミ", "", "", "1970-01-31"), true, "family_sound given_sound born"},
		{"Latin letters", traits("Takahashi", "Mayumi", "", "", "1970-01-31"), true, "family_sound given_sound born"},
		{"all in one field", traits("高橋真由美", "", "たかはしまゆみ", "", "1970-01-31"), true, "family_sound given_sound born"},
		{"the other way about", traits("真由美", "高橋", "マユミ", "タカハシ", "1970-01-31"), true, "swapped"},
		{"other characters", traits("高橋", "麻由美", "タカハシ", "マユミ", "1970-01-31"), true, "given_characters"},
		{"reading a letter apart", traits("高橋", "真由美", "タカハシ", "マヨミ", "1970-01-31"), true, "given_sound"},
		{"digits of the date exchanged", with(traits("高橋", "真由美", "", "", "1970-03-11"), "+81 90 1234 5678", ""), true, "born_slip phone"},
		{"a digit of the date, and the telephone", with(traits("高橋", "真由美", "", "", "1970-01-21"), "+81 90 1234 5678", ""), true, "born_slip phone"},
		{"Showa for Heisei", with(traits("高橋", "真由美", "", "", "2033-01-31"), "", "みなと市栄町2-14-3"), true, "born_slip address"},
		{"the year only", with(traits("高橋", "真由美", "", "", "1970"), "", "みなと市栄町２－１４－３ コーポ栄201"), true, "born_within address_near"},
		{"married", with(traits("佐藤", "真由美", "サトウ", "マユミ", "1970-01-31"), "090-1234-5678", ""), true, "family_differs given phone"},
		{"a namesake", with(traits("高橋", "真由美", "タカハシ", "マユミ", "1985-06-02"), "", ""), false, "born_differs"},
		{"a twin", with(traits("高橋", "亜由子", "タカハシ", "アユコ", "1970-01-31"), "090-1234-5678", "みなと市栄町2-14-3"), false, "given_differs"},
		{"a daughter", with(traits("高橋", "真由", "タカハシ", "マユ", "1998-03-04"), "090-1234-5678", "みなと市栄町2-14-3"), false, "born_differs"},
		{"somebody of the same day", traits("田中", "恵子", "タナカ", "ケイコ", "1970-01-31"), false, "family_differs given_differs"},
	} {
		got := search.Draw(mayumi).Like(search.Draw(c.other))
		if (got.Weight >= threshold) != c.one {
			t.Errorf("%s: %.1f bits: %v", c.name, got.Weight, got.Reasons)
		}
		for _, want := range strings.Fields(c.says) {
			if !slices.ContainsFunc(got.Reasons, func(r search.Reason) bool { return r.Key == "search.alike."+want }) {
				t.Errorf("%s is not for %s: %v", c.name, want, got.Reasons)
			}
		}
	}
	// Who lives together is no more alike for it.
	alone := search.Draw(mayumi).Like(search.Draw(traits("高橋", "亜由子", "タカハシ", "アユコ", "1970-01-31")))
	home := search.Draw(mayumi).Like(search.Draw(with(traits("高橋", "亜由子", "タカハシ", "アユコ", "1970-01-31"), "090-1234-5678", "みなと市栄町2-14-3")))
	if home.Weight > alone.Weight {
		t.Errorf("a shared home makes two of one: %.1f and %.1f", home.Weight, alone.Weight)
	}
}

// TestLikenessIsMutual draws records at random: either way about they weigh the same, whatever is in
// them, and nobody resembles another more than themselves.
func TestLikenessIsMutual(t *testing.T) {
	text := rapid.SampledFrom([]string{"", "高橋", "髙橋", "タカハシ", "takahashi", "真由美", "マユミ", "Mayumi", "グエン", "Nguyễn", "・", "\xff", "a b", "司馬 遼"})
	draw := rapid.Custom(func(t *rapid.T) search.Traits {
		x := traits(text.Draw(t, "family"), text.Draw(t, "given"), text.Draw(t, "family kana"), text.Draw(t, "given kana"),
			rapid.SampledFrom([]string{"", "1970", "1970-01", "1970-01-31", "1970-01-30", "1945-01-31", "x"}).Draw(t, "born"))
		x.Gender = rapid.SampledFrom([]string{"", "female", "male", "other"}).Draw(t, "gender")
		x.Phones = rapid.SliceOfN(rapid.SampledFrom([]string{"", "090-1", "+81 90 1"}), 0, 2).Draw(t, "phones")
		x.Addresses = rapid.SliceOfN(rapid.SampledFrom([]string{"", "栄町2-14-3", "栄町2丁目14番3号 コーポ"}), 0, 2).Draw(t, "addresses")
		return x
	})
	rapid.Check(t, func(t *rapid.T) {
		a, b := search.Draw(draw.Draw(t, "a")), search.Draw(draw.Draw(t, "b"))
		if ab, ba := a.Like(b).Weight, b.Like(a).Weight; ab-ba > 1e-9 || ba-ab > 1e-9 {
			t.Fatalf("%.3f and %.3f", ab, ba)
		}
	})
}

// TestNearSharesAKey finds records by each key alone, and not by what many share.
func TestNearSharesAKey(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		keys := register(t, d)
		near := func(x search.Traits) []string {
			var ids []db.ID
			err := d.Read(t.Context(), func(q *db.Reader) (err error) {
				ids, err = search.Near(q, "person", x, search.Scope{})
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			var out []string
			for _, id := range ids {
				out = append(out, keys[id])
			}
			return out
		}
		for name, x := range map[string]search.Traits{
			"birth date":                    traits("別", "人", "ベツ", "ジン", "1970-01-31"),
			"name and year":                 traits("", "", "タカハシ", "マユミ", "1970-09-09"),
			"name and day":                  traits("", "", "たかはし", "まゆみ", "1971-01-31"),
			"name the other way about":      traits("Mayumi", "Takahashi", "", "", ""),
			"given name and month":          traits("佐藤", "眞由美", "", "", "1970-01-02"),
			"family name and day of a year": traits("高橋", "", "", "", "1907-01-31"),
			"telephone":                     {Phones: []string{"+81 90 1234 5678"}},
		} {
			if found := near(x); !slices.Contains(found, "takahashi") {
				t.Errorf("%s: %v", name, found)
			}
		}
		if found := near(traits("高橋", "恵子", "タカハシ", "ケイコ", "1999-12-12")); slices.Contains(found, "takahashi") {
			t.Errorf("found by a common family name alone: %v", found)
		}
		if found := near(search.Traits{}); len(found) != 0 {
			t.Errorf("found by nothing: %v", found)
		}
	})
}
