package generate

import (
	"fmt"
	"math/rand/v2"

	"kizuna/internal/ground/text"
	"kizuna/internal/resident/people"
)

// district is a part of Minato, an invented city, with the share of its people
// in a thousand. One team works for each.
type district struct {
	name     text.Pair
	postcode string
	share    int
	lat, lon float64 // its middle, degrees
	towns    []text.Pair
}

// districts are unlike in size, so that some teams reach many residents and
// some few; the island has hardly anybody.
var districts = []district{
	{text.Pair{JA: "中央区域", EN: "Central"}, "231-00", 420, 35.4437, 139.638, towns("栄町", "Sakaecho", "本町", "Honcho", "港通り", "Minatodori", "元浜町", "Motohamacho", "末広町", "Suehirocho")},
	{text.Pair{JA: "北区域", EN: "North"}, "231-01", 260, 35.48, 139.63, towns("北台", "Kitadai", "緑ケ丘", "Midorigaoka", "松風町", "Matsukazecho", "若葉町", "Wakabacho")},
	{text.Pair{JA: "南区域", EN: "South"}, "231-02", 190, 35.41, 139.64, towns("南浜", "Minamihama", "汐見町", "Shiomicho", "旭町", "Asahicho")},
	{text.Pair{JA: "西区域", EN: "West"}, "231-03", 100, 35.45, 139.59, towns("西原", "Nishihara", "谷戸町", "Yatocho", "桜台", "Sakuradai")},
	{text.Pair{JA: "山手区域", EN: "Hillside"}, "231-04", 29, 35.43, 139.61, towns("山手町", "Yamatecho", "見晴町", "Miharashicho")},
	{text.Pair{JA: "沖ノ島区域", EN: "Oki Island"}, "231-05", 1, 35.36, 139.71, towns("沖ノ島", "Okinoshima")},
}

func towns(names ...string) []text.Pair {
	var out []text.Pair
	for i := 0; i < len(names); i += 2 {
		out = append(out, text.Pair{JA: names[i], EN: names[i+1]})
	}
	return out
}

func drawDistrict(r *rand.Rand) int {
	x := r.IntN(1000)
	for i, d := range districts {
		if x -= d.share; x < 0 {
			return i
		}
	}
	return 0
}

// address draws a place to live in a district.
func address(r *rand.Rand, lang text.Lang, in int) people.Address {
	d := districts[in]
	at := r.IntN(len(d.towns))
	block, house, room := 1+r.IntN(9), 1+r.IntN(40), ""
	if r.IntN(5) < 3 {
		room = fmt.Sprintf("-%d0%d", 1+r.IntN(9), 1+r.IntN(9))
	}
	a := people.Address{Postcode: fmt.Sprintf("%s%02d", d.postcode, 10+at)}
	a.Lines = fmt.Sprintf("みなと市%s%d-%d%s", d.towns[at].JA, block, house, room)
	if lang == text.EN {
		a.Lines = fmt.Sprintf("%d-%d%s %s, Minato City", block, house, room, d.towns[at].EN)
	}
	if r.IntN(10) > 0 {
		a.Latitude, a.Longitude = d.lat+(r.Float64()-0.5)/40, d.lon+(r.Float64()-0.5)/40
	}
	return a
}
