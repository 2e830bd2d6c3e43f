package intake

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"

	"golang.org/x/text/unicode/norm"

	"kizuna/internal/casework/cases"
	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/flow"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/text"
	"kizuna/internal/office/agency"
	"kizuna/internal/resident/people"
	"kizuna/internal/resident/people/sheet"
)

// InboundList is a list of referrals that one source sent. It is looked through
// when it is brought and makes nothing until it is taken; then each row is
// taken once. It is its owner's alone.
type InboundList struct {
	flow.Head
	Owner  db.ID                   `db:"owner"`
	Digest []byte                  `db:"digest"`
	Sealed []byte                  `db:"sealed"` // the rows; once the list ended only what became of each
	Counts db.JSON[map[string]int] `db:"counts"` // rows by state
}

// The states of a row: new, perhaps somebody we know, sent before, faulty;
// then taken.
var ListStates = []string{"fresh", "alike", "repeat", "fault", "taken"}

// ListRow is a row of a list, and what was found out about it.
type ListRow struct {
	Line    int          `json:"line"`
	State   string       `json:"state"`
	Client  string       `json:"client,omitempty"`
	Need    string       `json:"need,omitempty"`
	Faults  []ListFault  `json:"faults,omitempty"`
	Alike   []string     `json:"alike,omitempty"` // who it may be: name and number
	Before  string       `json:"before,omitempty"`
	Number  string       `json:"number,omitempty"`
	Receipt string       `json:"receipt,omitempty"`
	Made    db.ID        `json:"referral_id,omitzero"`
	Input   InboundInput `json:"input,omitzero"`
}

// ListFault is what is wrong with a column of a row.
type ListFault struct {
	Field string    `json:"field"`
	Text  text.Pair `json:"text"`
}

// What a list may hold at most; a larger one is sent in parts.
const (
	MostListed   = 200
	mostListSize = 2 << 20
)

// ListFields are what a column can hold.
var ListFields = []string{"client", "client_kana", "client_birth", "client_phone", "client_address", "client_language", "household", "need", "main_kind",
	"urgent", "needed_on", "agreed", "tell_back", "contact_person", "source_phone", "source_email", "reference"}

// listHeadings are the words by which columns are known, besides their names.
var listHeadings = map[string][]string{
	"client":          {"氏名", "名前", "本人氏名", "利用者氏名", "対象者", "対象者氏名", "name", "client name", "full name"},
	"client_kana":     {"フリガナ", "ふりがな", "カナ", "氏名カナ", "kana", "reading"},
	"client_birth":    {"生年月日", "誕生日", "birth date", "date of birth", "dob"},
	"client_phone":    {"電話", "電話番号", "連絡先", "本人電話", "phone", "telephone"},
	"client_address":  {"住所", "現住所", "居所", "address"},
	"client_language": {"言語", "使用言語", "language"},
	"household":       {"世帯", "同居", "同居者", "家族", "household"},
	"need":            {"困りごと", "紹介理由", "依頼内容", "支援内容", "必要な支援", "need", "reason", "request"},
	"main_kind":       {"分野", "種別", "kind"},
	"urgent":          {"急ぎ", "至急", "緊急", "urgent"},
	"needed_on":       {"希望日", "退院日", "退院予定日", "期日", "needed by", "discharge date"},
	"agreed":          {"本人同意", "同意", "agreed", "consent"},
	"tell_back":       {"結果連絡", "結果の連絡", "回答", "tell back", "outcome told"},
	"contact_person":  {"担当者", "紹介者", "担当", "contact person"},
	"source_phone":    {"担当者電話", "紹介元電話", "source phone"},
	"source_email":    {"担当者メール", "紹介元メール", "source email"},
	"reference":       {"整理番号", "紹介番号", "管理番号", "番号", "reference", "number", "id"},
}

var listFieldOf = func() map[string]string {
	out := map[string]string{}
	for field, words := range listHeadings {
		out[sheet.Fold(field)] = field
		for _, w := range words {
			out[sheet.Fold(w)] = field
		}
	}
	return out
}()

// said are the words for coded cells, besides the codes.
var said = map[string]string{
	"はい": "yes", "あり": "yes", "有": "yes", "有り": "yes", "○": "yes", "〇": "yes", "◯": "yes", "済": "yes", "true": "yes", "1": "yes", "y": "yes",
	"いいえ": "no", "なし": "no", "無": "no", "無し": "no", "×": "no", "false": "no", "0": "no", "n": "no", "不明": "unknown",
	"可": "all", "すべて": "all", "全部": "all", "結果のみ": "outcome", "可否": "outcome", "可否のみ": "outcome", "不可": "closed", "終了のみ": "closed",
}

// ListInput says whose list it is.
type ListInput struct {
	Organization db.ID  `json:"organization_id,omitzero"`
	Source       string `json:"source,omitempty"`
}

// BringList looks a list through: every row by the very check of the form, and
// against what came before and whom the actor may know of. Nothing is made of
// it yet.
func (r *Room) BringList(ctx context.Context, a access.Actor, in ListInput, body io.Reader) (InboundList, error) {
	if !a.Is(listers...) {
		return InboundList{}, fault.Forbid("flow.not_yours")
	}
	raw, err := io.ReadAll(io.LimitReader(body, mostListSize+1))
	if err != nil {
		return InboundList{}, err
	}
	var f fault.Fields
	line(&f, "/source", &in.Source)
	if in.Source == "" && in.Organization.IsZero() {
		f.Add("/source", "fault.required")
	}
	if len(raw) > mostListSize {
		f.Add("/file", "intake.fault.list_large", "max", MostListed)
	}
	if err := f.Err(); err != nil {
		return InboundList{}, err
	}
	rows, err := r.readList(ctx, in, raw)
	if err != nil {
		return InboundList{}, err
	}
	if err := r.compareList(ctx, a, rows); err != nil {
		return InboundList{}, err
	}
	sealed, err := r.sealList(rows)
	if err != nil {
		return InboundList{}, err
	}
	return op.Do(ctx, r.run, a, "inbound_list.bring", []any{in, raw}, func(tx *op.Tx) (InboundList, error) {
		if err := r.sourceAndPerson(tx, a, InboundInput{Organization: in.Organization}); err != nil {
			return InboundList{}, err
		}
		return flow.Create(tx, InboundListFlow, "bring", InboundList{Owner: a.ID, Digest: r.run.Vault.MAC("inbound list", raw), Sealed: sealed, Counts: db.AsJSON(counted(rows))})
	})
}

func counted(rows []ListRow) map[string]int {
	out := map[string]int{}
	for _, x := range rows {
		out[x.State]++
	}
	return out
}

func (r *Room) sealList(rows []ListRow) ([]byte, error) {
	plain, err := json.Marshal(rows)
	if err != nil {
		return nil, fault.Defect(err)
	}
	return r.run.Vault.Seal("inbound list", plain), nil
}

func (r *Room) rowsOf(l InboundList) (rows []ListRow, err error) {
	plain, err := r.run.Vault.Unseal("inbound list", l.Sealed)
	if err == nil {
		err = json.Unmarshal(plain, &rows)
	}
	if err != nil {
		return nil, fault.Defect(err)
	}
	return rows, nil
}

// readList reads the rows of a file.
func (r *Room) readList(ctx context.Context, in ListInput, raw []byte) ([]ListRow, error) {
	list, err := sheet.Open(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		return nil, err
	}
	walk, err := list.Rows()
	if err != nil {
		return nil, err
	}
	head, err := walk.Next()
	if errors.Is(err, io.EOF) {
		return nil, fault.Invalid(fault.Field{Pointer: "/file", Key: "people.fault.list_empty"})
	}
	if err != nil {
		return nil, err
	}
	columns, err := listColumns(head.Cells)
	if err != nil {
		return nil, err
	}
	today := calendar.Today(ctx, r.run.Clock)
	var out []ListRow
	for {
		row, err := walk.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if len(out) == MostListed {
			return nil, fault.Invalid(fault.Field{Pointer: "/file", Key: "intake.fault.list_large", Args: map[string]any{"max": MostListed}})
		}
		out = append(out, readListRow(row, columns, in, today))
	}
	if len(out) == 0 {
		return nil, fault.Invalid(fault.Field{Pointer: "/file", Key: "people.fault.list_empty"})
	}
	return out, nil
}

// listColumns says which field each column holds; without the client and the
// need nothing can be read.
func listColumns(headings []string) (map[string]int, error) {
	columns := map[string]int{}
	for i, h := range headings {
		field := listFieldOf[sheet.Fold(sheet.Unguard(h))]
		if _, taken := columns[field]; field != "" && !taken {
			columns[field] = i
		}
	}
	for _, field := range []string{"client", "need"} {
		if _, ok := columns[field]; !ok {
			return nil, fault.Invalid(fault.Field{Pointer: "/file", Key: "intake.fault.list_column", Args: map[string]any{"column": listHeadings[field][0]}})
		}
	}
	return columns, nil
}

func readListRow(row sheet.Row, columns map[string]int, in ListInput, today calendar.Date) ListRow {
	out := ListRow{Line: row.Line, State: "fresh"}
	wrong := fault.Fields{}
	cell := func(field string) string {
		at, ok := columns[field]
		if !ok || at >= len(row.Cells) {
			return ""
		}
		return strings.TrimSpace(sheet.Unguard(row.Cells[at]))
	}
	code := func(field string) string {
		s := sheet.Fold(cell(field))
		if v, ok := said[s]; ok {
			return v
		}
		return s
	}
	day := func(field string) calendar.Date {
		d, err := calendar.ParsePartial(cell(field))
		_ = wrong.Absorb("/"+field, err) // it gives no other error
		return d.Date
	}
	x := InboundInput{Organization: in.Organization, Source: in.Source, Channel: "other", ContactPerson: cell("contact_person"),
		SourcePhone: norm.NFKC.String(cell("source_phone")), SourceEmail: norm.NFKC.String(cell("source_email")), Reference: cell("reference"),
		Client: cell("client"), ClientKana: norm.NFKC.String(cell("client_kana")), ClientBirth: day("client_birth"),
		ClientPhone: norm.NFKC.String(cell("client_phone")), ClientAddress: cell("client_address"), ClientLanguage: languageSaid(cell("client_language")),
		Household: cell("household"), Need: cell("need"), Kind: kindSaid(cell("main_kind")), Urgent: code("urgent") == "yes", NeededOn: day("needed_on"),
		Agreed: code("agreed"), TellBack: code("tell_back")}
	if x.TellBack == "yes" {
		x.TellBack = "outcome"
	} else if x.TellBack == "no" || x.TellBack == "unknown" {
		x.TellBack = "closed"
	}
	if err := x.Validate(today); err != nil {
		_ = wrong.Absorb("", err)
	}
	if row.Broken {
		wrong.Add("/client", "intake.fault.list_row")
	}
	out.Input, out.Client, out.Need = x, x.Client, x.Need
	for _, f := range wrong {
		out.State = "fault"
		out.Faults = append(out.Faults, ListFault{strings.TrimPrefix(f.Pointer, "/"), text.Pair{JA: text.T(text.JA, f.Key, f.Args), EN: text.T(text.EN, f.Key, f.Args)}})
	}
	return out
}

// kindSaid and languageSaid read a code by itself or by its words; what is
// neither stays, and is refused by the check.
func kindSaid(s string) string { return wordSaid(s, "cases.kind.", cases.Kinds) }

func languageSaid(s string) string { return wordSaid(s, "people.language.", people.SpokenLanguages) }

func wordSaid(s, area string, codes []string) string {
	for _, code := range codes {
		if k := sheet.Fold(s); k == sheet.Fold(code) || k == sheet.Fold(text.T(text.JA, area+code, nil)) || k == sheet.Fold(text.T(text.EN, area+code, nil)) {
			return code
		}
	}
	return s
}

// compareList finds rows that came before, and clients who may be somebody we
// know.
func (r *Room) compareList(ctx context.Context, a access.Actor, rows []ListRow) error {
	before, err := r.sentBefore(ctx, rows)
	if err != nil {
		return err
	}
	seen := map[string]int{}
	for i := range rows {
		x := &rows[i]
		if x.State != "fresh" {
			continue
		}
		same := string(r.sameness(x.Input))
		if first, twice := seen[same]; twice {
			x.State, x.Before = "repeat", text.T(text.From(ctx), "intake.list_line", map[string]any{"line": first})
			continue
		}
		seen[same] = x.Line
		if b, found := before[same]; found && b.ReceivedAt >= repeatedSince(x.Input, r.run.Now()) {
			x.State, x.Before = "repeat", b.Number
			continue
		}
		matches, err := r.people.Alike(ctx, a, InboundReferral{Client: x.Input.Client, ClientKana: x.Input.ClientKana, ClientBirth: x.Input.ClientBirth,
			ClientPhone: x.Input.ClientPhone, ClientAddress: x.Input.ClientAddress}.Named())
		if err != nil && !errors.Is(err, fault.KindInvalid) {
			return err
		}
		for _, m := range matches {
			x.State = "alike"
			x.Alike = append(x.Alike, strings.TrimSpace(m.Card.Name+" "+m.Card.Number))
		}
	}
	return nil
}

// repeatedFor is for how many days a referral without a number of its source
// counts as the same when it is sent again.
const repeatedFor = 30

func repeatedSince(in InboundInput, now calendar.Time) calendar.Time {
	if in.Reference != "" {
		return 0
	}
	return now - repeatedFor*24*60*60*1000
}

// sentBefore gives what came last of the sameness of each row without a fault.
func (r *Room) sentBefore(ctx context.Context, rows []ListRow) (before map[string]InboundReferral, err error) {
	var same [][]byte
	for i := range rows {
		if rows[i].State == "fresh" {
			same = append(same, r.sameness(rows[i].Input))
		}
	}
	err = r.run.Read(ctx, func(q *db.Reader) error {
		before, err = inboundsRepeated(q, same)
		return err
	})
	return before, err
}

// ListView is a list as its owner sees it.
type ListView struct {
	InboundList
	Rows    []ListRow
	Actions []flow.Action
}

// Lists gives the actor's own lists, the newest first: those made before one,
// or from the beginning.
func (r *Room) Lists(ctx context.Context, a access.Actor, before db.ID, limit int) (list []InboundList, err error) {
	if !a.Is(listers...) {
		return nil, fault.NotFound()
	}
	err = r.run.Read(ctx, func(q *db.Reader) error {
		list, err = listsOf(q, a.ID, before, limit)
		return err
	})
	return list, err
}

// ListOf opens one of the actor's own lists.
func (r *Room) ListOf(ctx context.Context, a access.Actor, id db.ID) (v ListView, err error) {
	err = r.run.Read(ctx, func(q *db.Reader) error {
		v.InboundList, err = listOfOwner(q, id, a.ID)
		return err
	})
	if err != nil {
		return ListView{}, err
	}
	v.Actions = InboundListFlow.Actions(a, v.InboundList)
	if len(v.Sealed) > 0 {
		v.Rows, err = r.rowsOf(v.InboundList)
	}
	return v, err
}

// ListStep takes a list, or lets it go. Of a list that is taken every row that
// has no fault becomes a referral, unless it came meanwhile; what the rows say
// is not kept beside the referrals.
func (r *Room) ListStep(ctx context.Context, a access.Actor, id db.ID, step string, version int64) (InboundList, error) {
	if step != "take" && step != "cancel" {
		return InboundList{}, fault.NotFound()
	}
	return op.Do(ctx, r.run, a, "inbound_list."+step+" "+id.String(), version, func(tx *op.Tx) (InboundList, error) {
		if err := lockList(tx, id); err != nil {
			return InboundList{}, err
		}
		l, err := listOfOwner(tx, id, a.ID)
		if err == nil {
			err = flow.Fresh(l, version)
		}
		if err != nil {
			return l, err
		}
		if f := InboundListFlow.May(a, step, l); f != nil {
			return l, f
		}
		rows, err := r.rowsOf(l)
		if err == nil && step == "take" {
			err = r.takeRows(tx, l, rows)
		}
		if err != nil {
			return l, err
		}
		for i := range rows {
			rows[i].Input, rows[i].Client, rows[i].Need, rows[i].Alike = InboundInput{}, "", "", nil
		}
		sealed, err := r.sealList(rows)
		if err != nil {
			return l, err
		}
		if step == "cancel" {
			sealed = nil
		}
		return flow.Take(tx, InboundListFlow, step, l, func(l *InboundList) { l.Sealed, l.Counts = sealed, db.AsJSON(counted(rows)) })
	})
}

func (r *Room) takeRows(tx *op.Tx, l InboundList, rows []ListRow) error {
	var same [][]byte
	for i := range rows {
		if x := &rows[i]; x.State == "fresh" || x.State == "alike" {
			same = append(same, r.sameness(x.Input))
		}
	}
	before, err := inboundsRepeated(tx, same)
	if err != nil {
		return err
	}
	for i := range rows {
		x := &rows[i]
		if x.State != "fresh" && x.State != "alike" {
			continue
		}
		if b, found := before[string(r.sameness(x.Input))]; found && b.ReceivedAt >= repeatedSince(x.Input, tx.Now()) {
			x.State, x.Before = "repeat", b.Number
			continue
		}
		receipt := agency.Receipt()
		made, err := r.receiveIn(tx, x.Input, InboundReferral{Came: "list", List: l.ID, Receipt: r.blind(receipt)})
		if err != nil {
			return err
		}
		x.State, x.Number, x.Receipt, x.Made = "taken", made.Number, receipt, made.ID
	}
	return nil
}
