package people_test

import (
	"context"
	"strings"
	"testing"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/op"
	"kizuna/internal/kizunatest"
	"kizuna/internal/resident/people"
)

const roll = "\ufeffnumber,family,given,family_kana,given_kana,birth_date,gender,phone,address\n" +
	"1001,山本,花子,ヤマモト,ハナコ,昭和43年4月12日,female,045-000-0001,みなと市栄町1-1\n" +
	"1002,'=HYPERLINK(1),次郎,,,1980-01-01,,,\n" +
	"1003,,,,,,,,\n" +
	"1004,佐藤,一,サトウ,ハジメ,平成31年5月1日,,,\n"

func TestRoll(t *testing.T) {
	eachRoom(t, func(t *testing.T, room *people.Room, run *op.Runner) {
		ctx, a := context.Background(), kizunatest.Staff(access.IntakeWorker)
		for i, c := range []struct {
			dry                   bool
			created, known, fault int
		}{{true, 2, 0, 2}, {false, 2, 0, 2}, {false, 0, 2, 2}} {
			got, err := room.ImportRoll(ctx, a, strings.NewReader(roll), c.dry)
			if err != nil {
				t.Fatal(err)
			}
			if got.Created != c.created || got.Known != c.known || got.Faults != c.fault {
				t.Errorf("run %d: %+v", i, got)
			}
			for _, row := range got.Rows {
				if row.Done == "fault" && (row.Line != 4 && row.Line != 5 || len(row.Fault.Fields) == 0) {
					t.Errorf("run %d: line %d: %v", i, row.Line, row.Fault)
				}
			}
		}
		found, err := room.Search(ctx, a, "やまもと はなこ", 10)
		if err != nil || len(found) != 1 {
			t.Errorf("found %v, %v", found, err)
		}
		if found, _ := room.Search(ctx, a, "次郎", 10); len(found) != 1 || found[0].Card.Name != "=HYPERLINK(1) 次郎" {
			t.Errorf("a guarded formula came in as %v", found)
		}
		if _, err := room.ImportRoll(ctx, a, strings.NewReader("what\nx\n"), false); err == nil {
			t.Error("an unknown column was taken")
		}
	})
}
