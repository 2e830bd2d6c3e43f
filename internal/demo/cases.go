package demo

import (
	"context"

	"kizuna/internal/casework/cases"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/resident/people"
)

// file is one resident with a case, beside those of the story.
type file struct {
	family, given, familyKana, givenKana, romajiFamily, romajiGiven string
	born                                                            calendar.Date
	gender, kind, title, risk                                       string
	due                                                             int // days from today
	worker                                                          string
	note                                                            string
}

var files = []file{
	{"中村", "大輔", "ナカムラ", "ダイスケ", "Nakamura", "Daisuke", "1985-05-14", "male", "employment", "就労支援", "medium", -2, "tanaka", "職業訓練の説明会に参加した。"},
	{"伊藤", "健太", "イトウ", "ケンタ", "Ito", "Kenta", "1992-11-30", "male", "employment", "就労支援", "medium", -1, "tanaka", "2回続けて欠席。電話はつながらなかった。"},
	{"髙橋", "ふみ", "タカハシ", "フミ", "Takahashi", "Fumi", "1941-01-08", "female", "older_resident", "高齢者在宅支援", "low", 0, "tanaka", "月次の訪問。食事はとれている。"},
	{"グエン", "ティ ラン", "グエン", "ティラン", "Nguyen", "Thi Lan", "1990-07-21", "female", "child_family", "ひとり親支援", "", 0, "tanaka", "ベトナム語の通訳を頼む。"},
	{"小林", "翔", "コバヤシ", "ショウ", "Kobayashi", "Sho", "2004-03-02", "male", "employment", "若者自立支援", "", 1, "tanaka", ""},
	{"渡邉", "由紀", "ワタナベ", "ユキ", "Watanabe", "Yuki", "1979-12-11", "female", "housing", "住まいの支援", "", 2, "tanaka", "家賃の証明を待っている。"},
	{"佐伯", "美咲", "サエキ", "ミサキ", "Saeki", "Misaki", "1988-06-06", "female", "violence_legal", "DV・法律支援", "high", 3, "tanaka", "支援措置の更新を相談した。"},
	{"松本", "千代", "マツモト", "チヨ", "Matsumoto", "Chiyo", "1938-10-19", "female", "older_resident", "高齢者在宅支援", "", 6, "tanaka", ""},
	{"林", "直樹", "ハヤシ", "ナオキ", "Hayashi", "Naoki", "1971-02-25", "male", "financial", "生活困窮者支援", "", 7, "tanaka", "給付の要件を説明した。"},
	{"清水", "明里", "シミズ", "アカリ", "Shimizu", "Akari", "1995-08-17", "female", "child_family", "ひとり親支援", "", 9, "tanaka", ""},
	{"井上", "さくら", "イノウエ", "サクラ", "Inoue", "Sakura", "2003-04-04", "female", "employment", "若者自立支援", "", 10, "tanaka", ""},
	{"木村", "浩二", "キムラ", "コウジ", "Kimura", "Koji", "1966-09-09", "male", "housing", "住まいの支援", "", 13, "tanaka", ""},
	{"斎藤", "昌子", "サイトウ", "マサコ", "Saito", "Masako", "1950-03-15", "female", "health", "地域生活支援", "low", 4, "kobayashi", "通院に付き添った。"},
	{"近藤", "明", "コンドウ", "アキラ", "Kondo", "Akira", "1982-01-27", "male", "child_family", "子ども家庭支援", "medium", 5, "kobayashi", ""},
}

// cases are the caseload that the story's caseworker already has.
func (m *maker) cases(ctx context.Context) error {
	today := calendar.Today(ctx, m.srv.Run.Clock)
	for _, f := range files {
		if err := m.file(ctx, today, f); err != nil {
			return err
		}
	}
	return nil
}

func (m *maker) file(ctx context.Context, today calendar.Date, f file) error {
	a := m.actor(f.worker)
	p, err := m.srv.Rooms.People.Create(ctx, a, people.PersonInput{
		Names: []people.NameInput{{Kind: "legal", Family: f.family, Given: f.given, FamilyKana: f.familyKana, GivenKana: f.givenKana,
			FamilyRomaji: f.romajiFamily, GivenRomaji: f.romajiGiven}},
		BirthDate: f.born, Gender: f.gender, Languages: []string{"ja"},
	})
	if err != nil {
		return err
	}
	c, err := m.srv.Rooms.Cases.Open(ctx, a, cases.OpenInput{Person: p.ID, Kind: f.kind, Title: f.title, Owner: a.ID, Team: a.Teams[0],
		Risk: f.risk, DueOn: today.AddDays(f.due)})
	if err != nil {
		return err
	}
	if f.note != "" {
		if _, err := m.srv.Rooms.Cases.AddNote(ctx, a, c.ID, cases.NoteInput{Channel: "phone", Minutes: 15, Body: f.note}); err != nil {
			return err
		}
	}
	return nil
}
