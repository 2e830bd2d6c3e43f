package account_test

import (
	"context"
	"encoding/json"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/calendar"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/op"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/vault"
	"kizuna/internal/kizunatest"
	"kizuna/internal/office/account"
	"kizuna/internal/office/agency"
)

const (
	adminMail = "admin@minato.example"
	password  = "まいにち珈琲をのむ午後三時"
)

var here = account.Device{Agent: "test", Address: "192.0.2.1"}

type office struct {
	run    *op.Runner
	agency *agency.Room
	room   *account.Room
	clock  *calendar.Fake
	admin  access.Actor
}

func setUp(t testing.TB, d *db.DB) office {
	t.Helper()
	v, err := vault.Create(filepath.Join(t.TempDir(), "key"))
	if err != nil {
		t.Fatal(err)
	}
	clock := calendar.NewFake(calendar.TimeOf(time.Date(2026, 11, 24, 1, 0, 0, 0, time.UTC)))
	o := office{run: &op.Runner{Data: d, Vault: v, Clock: clock}, clock: clock}
	o.agency = agency.New(o.run)
	o.room = account.New(o.run, o.agency)
	u, err := account.Setup(t.Context(), o.run, account.SetupInput{Agency: text.Both("Minato"), Mail: " Admin@Minato.example", Password: password})
	if err != nil {
		t.Fatal(err)
	}
	o.admin = access.Actor{ID: u.ID, Roles: u.Roles}
	return o
}

func (o office) user(t testing.TB, mail string, teams []db.ID, roles ...access.Role) account.User {
	t.Helper()
	u, err := o.room.CreateUser(t.Context(), o.admin, account.UserInput{Mail: mail, Name: text.Both(mail), Roles: roles, Teams: teams})
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// let gives a user a password by a one-time code, and their sign-in.
func (o office) let(t testing.TB, u account.User) string {
	t.Helper()
	code, err := o.room.IssueCode(t.Context(), o.admin, u.ID, 0)
	if err != nil {
		t.Fatal(err)
	}
	token, err := o.room.Redeem(t.Context(), account.RedeemInput{Mail: u.Mail, Code: code, New: password, Device: here})
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func (o office) signIn(t testing.TB, mail, with string) (string, error) {
	t.Helper()
	return o.room.SignIn(t.Context(), account.SignInInput{Mail: mail, Password: with, Device: here})
}

func (o office) in(t testing.TB, token string) bool {
	t.Helper()
	_, err := o.room.BySignIn(t.Context(), token)
	if err != nil && !errors.Is(err, fault.KindSignIn) {
		t.Fatal(err)
	}
	return err == nil
}

func wantField(t *testing.T, err error, pointer, key string) {
	t.Helper()
	f, ok := fault.As(err)
	if !ok || len(f.Fields) == 0 || f.Fields[0].Pointer != pointer || f.Fields[0].Key != key {
		t.Errorf("got %v, want %s %s", err, pointer, key)
	}
}

func wantKind(t *testing.T, err error, k fault.Kind) {
	t.Helper()
	if !errors.Is(err, k) {
		t.Errorf("got %v, want %s", err, k)
	}
}

func TestFlows(t *testing.T) {
	got := account.UserFlow.Describe().Matrix() + account.MembershipFlow.Describe().Matrix() + account.KeyFlow.Describe().Matrix()
	kizunatest.Golden(t, "testdata/flow.txt", got)
	if err := text.Check(); err != nil {
		t.Error(err)
	}
}

func TestSetup(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		o := setUp(t, d)
		token, err := o.signIn(t, adminMail, password)
		if err != nil || !o.in(t, token) {
			t.Fatalf("the first administrator cannot sign in: %v", err)
		}
		_, err = account.Setup(t.Context(), o.run, account.SetupInput{Agency: text.Both("Other"), Mail: "x@y.example", Password: password})
		wantKind(t, err, fault.KindConflict)
		_, err = account.Setup(t.Context(), o.run, account.SetupInput{Mail: "nobody", Password: "short"})
		f, _ := fault.As(err)
		if f == nil || len(f.Fields) != 3 {
			t.Errorf("an empty set-up: %v", err)
		}
	})
}

func TestPasswords(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		o := setUp(t, d)
		token, err := o.signIn(t, adminMail, password)
		if err != nil {
			t.Fatal(err)
		}
		e, err := o.room.BySignIn(t.Context(), token)
		if err != nil {
			t.Fatal(err)
		}
		for bad, key := range map[string]string{
			"short": "account.password_short", "ＰＡＳＳ１２３": "account.password_short", "password2026": "account.password_hopeless",
			"1111111111111": "account.password_hopeless", "admin@minato.example": "account.password_own", "Administrator7": "account.password_own",
			strings.Repeat("長い", 101): "fault.too_long",
		} {
			_, err := o.room.SetPassword(t.Context(), e.Actor, account.PasswordInput{Current: password, New: bad, Device: here})
			wantField(t, err, "/new_password", key)
		}
		_, err = o.room.SetPassword(t.Context(), e.Actor, account.PasswordInput{Current: "something else", New: "four words and a bird", Device: here})
		wantField(t, err, "/current_password", "account.wrong_current")
		other, err := o.signIn(t, adminMail, password)
		if err != nil {
			t.Fatal(err)
		}
		fresh, err := o.room.SetPassword(t.Context(), e.Actor, account.PasswordInput{Current: password, New: "four words and a bird", Device: here})
		if err != nil || o.in(t, token) || o.in(t, other) || !o.in(t, fresh) {
			t.Fatalf("after the change only the new sign-in is good: %v", err)
		}
		if _, err := o.signIn(t, adminMail, password); err == nil {
			t.Error("the old password still opens")
		}
	})
}

// Neither passwords nor their hashes, codes or tokens reach the journal, the
// jobs or the answers that are kept.
func TestSecretsStayOut(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		o := setUp(t, d)
		u := o.user(t, "aoi@minato.example", nil, access.Caseworker)
		ctx := op.WithKey(t.Context(), "repeat-me")
		code, err := o.room.IssueCode(ctx, o.admin, u.ID, 0)
		if err != nil {
			t.Fatal(err)
		}
		again, err := o.room.IssueCode(ctx, o.admin, u.ID, 0)
		if err != nil || again != code {
			t.Errorf("the same press gave another code: %v", err)
		}
		token, err := o.room.Redeem(t.Context(), account.RedeemInput{Mail: u.Mail, Code: strings.ToLower(code), New: password, Device: here})
		if err != nil {
			t.Fatal(err)
		}
		key, err := o.room.CreateKey(t.Context(), access.Actor{ID: u.ID, Roles: u.Roles}, account.KeyInput{Name: "k", Roles: u.Roles, Days: 1})
		if err != nil {
			t.Fatal(err)
		}
		err = d.Read(t.Context(), func(q *db.Reader) error {
			var all strings.Builder
			for _, text := range []string{
				"SELECT changes FROM journal", "SELECT payload FROM job", "SELECT hash FROM account_password",
				"SELECT CAST(agent AS TEXT) FROM account_sign_in",
			} {
				rows, err := db.All[string](q, text)
				if err != nil {
					return err
				}
				if text == "SELECT hash FROM account_password" {
					for _, hash := range rows {
						if strings.Contains(all.String(), hash) {
							t.Error("the journal holds a password hash")
						}
					}
					continue
				}
				all.WriteString(strings.Join(rows, "\n"))
			}
			for _, answer := range mustAll[[]byte](t, q, "SELECT answer FROM idempotency WHERE answer IS NOT NULL") {
				all.Write(answer)
			}
			for _, secret := range []string{password, code, token, key.Secret} {
				if strings.Contains(all.String(), secret) {
					t.Errorf("a secret lies open: %s", secret)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func mustAll[T any](t *testing.T, q db.Q, text string) []T {
	t.Helper()
	rows, err := db.All[T](q, text)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestCodes(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		o := setUp(t, d)
		u := o.user(t, "aoi@minato.example", nil, access.Caseworker)
		redeem := func(mail, code string) error {
			o.clock.Advance(time.Hour) // tries are far apart here
			_, err := o.room.Redeem(t.Context(), account.RedeemInput{Mail: mail, Code: code, New: password, Device: here})
			return err
		}
		first, err := o.room.IssueCode(t.Context(), o.admin, u.ID, 0)
		if err != nil {
			t.Fatal(err)
		}
		second, err := o.room.IssueCode(t.Context(), o.admin, u.ID, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, wrong := range [][2]string{{u.Mail, first}, {u.Mail, ""}, {adminMail, second}, {"nobody@minato.example", second}} {
			wantField(t, redeem(wrong[0], wrong[1]), "/code", "account.wrong_code")
		}
		if err := redeem(u.Mail, second); err != nil {
			t.Fatal(err)
		}
		wantField(t, redeem(u.Mail, second), "/code", "account.wrong_code")
		if third, err := o.room.IssueCode(t.Context(), o.admin, u.ID, 0); err != nil {
			t.Fatal(err)
		} else {
			o.clock.Advance(72 * time.Hour)
			wantField(t, redeem(u.Mail, third), "/code", "account.wrong_code")
		}
		if _, err := o.signIn(t, u.Mail, password); err == nil {
			t.Error("issuing a code left the old password good")
		}
	})
}

func TestThrottle(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		o := setUp(t, d)
		o.run.Subscribe("user.throttle", "notice.throttle")
		for _, mail := range []string{adminMail, "nobody@minato.example"} {
			o.clock.Advance(48 * time.Hour)
			for i := 1; i <= 5; i++ {
				_, err := o.signIn(t, mail, "wrong wrong wrong")
				wantField(t, err, "/password", "account.wrong_password")
			}
			wants := []time.Duration{5, 10, 20, 40, 80, 160, 320, 640, 900, 900}
			for i, want := range wants {
				want *= time.Second
				_, err := o.signIn(t, mail, password)
				f, _ := fault.As(err)
				if f == nil || f.Kind != fault.KindTooMuch || f.RetryAfter != want {
					t.Fatalf("%s, wait %d: %v, want %v", mail, i, err, want)
				}
				o.clock.Advance(want)
				_, err = o.signIn(t, mail, "wrong wrong wrong")
				wantField(t, err, "/password", "account.wrong_password")
			}
		}
		o.clock.Advance(15 * time.Minute)
		if n := told(t, d, "notice.throttle"); n != 6 {
			t.Errorf("the administrators were told %d times, want at the 5th, 10th and 15th failure of each", n)
		}
		o.clock.Advance(48 * time.Hour)
		if _, err := o.signIn(t, adminMail, password); err != nil {
			t.Errorf("after a quiet day the right password does not open: %v", err)
		}
	})
}

// A clock that was a day ahead and is set right keeps nobody out for a day, and leaves nobody's
// sign-in open for a day without use.
func TestClockSetBack(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		o := setUp(t, d)
		o.clock.Advance(24 * time.Hour)
		token, err := o.signIn(t, adminMail, password)
		if err != nil {
			t.Fatal(err)
		}
		for range 5 {
			_, _ = o.signIn(t, adminMail, "wrong wrong wrong")
		}
		_, err = o.signIn(t, adminMail, password)
		wantKind(t, err, fault.KindTooMuch)
		o.clock.Advance(-24 * time.Hour)
		if _, err := o.signIn(t, adminMail, password); err != nil {
			t.Errorf("the right password after the clock was set back: %v", err)
		}
		if !o.in(t, token) {
			t.Error("the sign-in ended with the clock set back")
		}
		o.clock.Advance(31 * time.Minute)
		if o.in(t, token) {
			t.Error("the sign-in is still open after half an hour without use")
		}
	})
}

func told(t *testing.T, d *db.DB, kind string) (n int) {
	t.Helper()
	err := d.Read(t.Context(), func(q *db.Reader) (err error) {
		n, err = db.One[int](q, "SELECT COUNT(*) FROM job WHERE kind = ?", kind)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// The waits are in the database: another process, here a second room, obeys
// them, and a success clears the account.
func TestThrottleIsShared(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		o := setUp(t, d)
		for range 4 {
			_, _ = o.signIn(t, adminMail, "wrong wrong wrong")
		}
		second := o
		second.room = account.New(o.run, agency.New(o.run))
		if _, err := second.signIn(t, adminMail, "wrong wrong wrong"); !errors.Is(err, fault.KindInvalid) {
			t.Fatal(err)
		}
		_, err := o.signIn(t, adminMail, password)
		wantKind(t, err, fault.KindTooMuch)
		if n, err := o.room.Waits(t.Context(), o.admin); err != nil || n != 2 {
			t.Errorf("%d wait, want the account and the address: %v", n, err)
		}
		o.clock.Advance(5 * time.Second)
		if _, err := o.signIn(t, adminMail, password); err != nil {
			t.Fatal(err)
		}
		for range 4 {
			if _, err := o.signIn(t, adminMail, "wrong wrong wrong"); errors.Is(err, fault.KindTooMuch) {
				// The address alone may wait: it had failures before.
				o.clock.Advance(time.Minute)
			}
		}
		o.clock.Advance(time.Minute)
		if _, err := o.signIn(t, adminMail, password); err != nil {
			t.Errorf("a success did not start the count anew: %v", err)
		}
	})
}

// A known and an unknown user cost the same work: as many hashes, the same
// statements, the same answer.
func TestKnownAndUnknownAlike(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		o := setUp(t, d)
		suspended := o.user(t, "gone@minato.example", nil, access.Caseworker)
		o.let(t, suspended)
		if _, err := o.room.Suspend(t.Context(), o.admin, suspended.ID, account.StepInput{Reason: "left"}); err != nil {
			t.Fatal(err)
		}
		nopass := o.user(t, "new@minato.example", nil, access.Caseworker)
		if _, err := o.agency.Settings(t.Context()); err != nil {
			t.Fatal(err)
		}
		type cost struct {
			hashes     int64
			statements string
			answer     string
		}
		measure := func(try func(ctx context.Context) error) cost {
			t.Helper()
			before := o.room.Hashed()
			ctx, trace := db.WithTrace(t.Context())
			err := try(ctx)
			var texts []string
			for _, s := range trace.Statements {
				texts = append(texts, s.Text)
			}
			f, _ := fault.As(err)
			if f == nil || len(f.Fields) != 1 {
				t.Fatalf("a wrong try answered %v", err)
			}
			return cost{o.room.Hashed() - before, strings.Join(texts, "\n"), f.Error()}
		}
		for name, try := range map[string]func(ctx context.Context, mail string) error{
			"sign-in": func(ctx context.Context, mail string) error {
				_, err := o.room.SignIn(ctx, account.SignInInput{Mail: mail, Password: "wrong wrong wrong", Device: account.Device{Address: mail}})
				return err
			},
			"code": func(ctx context.Context, mail string) error {
				_, err := o.room.Redeem(ctx, account.RedeemInput{Mail: mail, Code: "ABCD-EFGH-JKMN", New: "four words and a bird", Device: account.Device{Address: mail}})
				return err
			},
		} {
			want := measure(func(ctx context.Context) error { return try(ctx, adminMail) })
			if want.hashes != 1 {
				t.Errorf("%s: %d hashes for a known user", name, want.hashes)
			}
			for _, mail := range []string{"nobody@minato.example", suspended.Mail, nopass.Mail} {
				// Blinded keys are locked in their order, so the order of the statements may differ.
				if got := measure(func(ctx context.Context) error { return try(ctx, mail) }); got != want {
					t.Errorf("%s of %s costs %+v,\nof a known user %+v", name, mail, got, want)
				}
			}
		}
		// A suspended user with the right password learns nothing either.
		_, err := o.room.SignIn(t.Context(), account.SignInInput{Mail: suspended.Mail, Password: password, Device: account.Device{Address: "x"}})
		wantField(t, err, "/password", "account.wrong_password")
	})
}

func TestFloodOfPasswords(t *testing.T) {
	o := setUp(t, kizunatest.NewDB(t, db.SQLite))
	free := o.room.Occupy()
	_, err := o.signIn(t, adminMail, password)
	wantKind(t, err, fault.KindTooMuch)
	free()
	if _, err := o.signIn(t, adminMail, password); err != nil {
		t.Errorf("after the flood: %v", err)
	}
}

func TestSignInEnds(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		o := setUp(t, d)
		ctx := t.Context()
		u := o.user(t, "aoi@minato.example", nil, access.Caseworker)
		idle := o.let(t, u)
		o.clock.Advance(29 * time.Minute)
		if !o.in(t, idle) {
			t.Fatal("ended before it was idle for 30 minutes")
		}
		o.clock.Advance(29 * time.Minute)
		if !o.in(t, idle) {
			t.Fatal("use did not keep it alive")
		}
		o.clock.Advance(30 * time.Minute)
		if o.in(t, idle) {
			t.Fatal("alive after 30 idle minutes")
		}
		if owner, ok, err := o.room.Owner(ctx, idle); err != nil || !ok || owner != u.ID {
			t.Errorf("an expired sign-in does not name its owner: %v %v %v", owner, ok, err)
		}
		o.clock.Advance(24 * time.Hour)
		if _, ok, _ := o.room.Owner(ctx, idle); ok {
			t.Error("named its owner after more than a day")
		}

		day, err := o.signIn(t, u.Mail, password)
		if err != nil {
			t.Fatal(err)
		}
		for range 36 {
			if !o.in(t, day) {
				t.Fatal("ended while in use")
			}
			o.clock.Advance(20 * time.Minute)
		}
		if o.in(t, day) {
			t.Error("alive after 12 hours")
		}

		out, err := o.signIn(t, u.Mail, password)
		if err != nil {
			t.Fatal(err)
		}
		if err := o.room.SignOut(ctx, out); err != nil || o.in(t, out) {
			t.Errorf("alive after sign-out: %v", err)
		}
		if _, ok, _ := o.room.Owner(ctx, out); ok {
			t.Error("a sign-in that was signed out names its owner")
		}

		one, err := o.signIn(t, u.Mail, password)
		if err != nil {
			t.Fatal(err)
		}
		two, err := o.signIn(t, u.Mail, password)
		if err != nil || one == two {
			t.Fatalf("no new token at sign-in: %v", err)
		}
		e, err := o.room.BySignIn(ctx, one)
		if err != nil {
			t.Fatal(err)
		}
		list, err := o.room.SignIns(ctx, e.Actor)
		if err != nil || len(list) != 2 {
			t.Fatalf("%d sign-ins listed: %v", len(list), err)
		}
		wantKind(t, o.room.EndSignIn(ctx, o.admin, list[0].ID), fault.KindNotFound)
		if err := o.room.EndSignIn(ctx, e.Actor, list[0].ID); err != nil || o.in(t, two) || !o.in(t, one) {
			t.Errorf("ending one of two: %v", err)
		}
		if _, err := o.room.Suspend(ctx, o.admin, u.ID, account.StepInput{Reason: "left"}); err != nil || o.in(t, one) {
			t.Errorf("alive after suspension: %v", err)
		}
		if _, err := o.room.Restore(ctx, o.admin, u.ID, 0); err != nil || o.in(t, one) {
			t.Errorf("restoring a user revived a sign-in: %v", err)
		}
	})
}

// A request is one query; only once a minute it writes that the sign-in is in
// use.
func TestOneQueryPerRequest(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		o := setUp(t, d)
		token, err := o.signIn(t, adminMail, password)
		if err != nil {
			t.Fatal(err)
		}
		count := func() int {
			ctx, trace := db.WithTrace(t.Context())
			if _, err := o.room.BySignIn(ctx, token); err != nil {
				t.Fatal(err)
			}
			return trace.Count()
		}
		if n := count(); n != 1 {
			t.Errorf("%d statements for a request", n)
		}
		o.clock.Advance(time.Minute)
		if first, second := count(), count(); first != 2 || second != 1 {
			t.Errorf("%d and %d statements after a minute, want one touch", first, second)
		}
	})
}

// Who is asking, and the list of users, are found by indexes alone.
func TestPlans(t *testing.T) {
	d := kizunatest.NewDB(t, db.SQLite)
	o := setUp(t, d)
	token, err := o.signIn(t, adminMail, password)
	if err != nil {
		t.Fatal(err)
	}
	ctx, trace := db.WithTrace(t.Context())
	if _, err := o.room.BySignIn(ctx, token); err != nil {
		t.Fatal(err)
	}
	if _, err := o.room.Users(ctx, o.admin, account.UserFilter{}); err != nil {
		t.Fatal(err)
	}
	for _, s := range trace.Statements {
		type line struct {
			ID      int64  `db:"id"`
			Parent  int64  `db:"parent"`
			NotUsed int64  `db:"notused"`
			Detail  string `db:"detail"`
		}
		err := d.Read(t.Context(), func(q *db.Reader) error {
			plan, err := db.All[line](q, "EXPLAIN QUERY PLAN "+s.Text, s.Args...)
			for _, l := range plan {
				if strings.HasPrefix(l.Detail, "SCAN") || strings.Contains(l.Detail, "TEMP B-TREE") {
					t.Errorf("%s\n%s", l.Detail, s.Text)
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestActor(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		o := setUp(t, d)
		team := func(name string, parent db.ID) db.ID {
			made, err := o.agency.CreateTeam(t.Context(), o.admin, agency.TeamInput{Name: text.Both(name), Parent: parent})
			if err != nil {
				t.Fatal(err)
			}
			return made.ID
		}
		top := team("福祉部", db.ID{})
		low := team("相談係", top)
		side := team("総務課", db.ID{})
		provider, person := db.NewID(), db.NewID()
		for _, c := range []struct {
			in    account.UserInput
			teams []db.ID
			wide  bool
		}{
			{account.UserInput{Mail: "c@x.example", Roles: []access.Role{access.Caseworker}, Teams: []db.ID{top, side}}, []db.ID{top, side}, false},
			{account.UserInput{Mail: "s@x.example", Roles: []access.Role{access.Supervisor, access.Caseworker}, Teams: []db.ID{top}}, []db.ID{top, low}, false},
			{account.UserInput{Mail: "m@x.example", Roles: []access.Role{access.ProgramManager}}, nil, true},
			{account.UserInput{Mail: "a@x.example", Roles: []access.Role{access.Auditor}}, nil, true},
			{account.UserInput{Mail: "f@x.example", Roles: []access.Role{access.FinanceOfficer}}, nil, false},
			{account.UserInput{Mail: "p@x.example", Roles: []access.Role{access.ProviderManager}, Provider: provider}, nil, false},
			{account.UserInput{Mail: "r@x.example", Roles: []access.Role{access.Resident}, Person: person}, nil, false},
		} {
			c.in.Name = text.Both("佐藤 葵")
			u, err := o.room.CreateUser(t.Context(), o.admin, c.in)
			if err != nil {
				t.Fatal(err)
			}
			e, err := o.room.BySignIn(t.Context(), o.let(t, u))
			if err != nil {
				t.Fatal(err)
			}
			a := e.Actor
			less := func(a, b db.ID) int { return strings.Compare(a.String(), b.String()) }
			slices.SortFunc(a.Teams, less)
			slices.SortFunc(c.teams, less)
			if a.ID != u.ID || a.Wide != c.wide || a.Provider != c.in.Provider || a.Person != c.in.Person || !slices.Equal(a.Teams, c.teams) || !a.Is(c.in.Roles...) {
				t.Errorf("%s came in as %+v", c.in.Mail, a)
			}
		}
	})
}

func TestUserRules(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		o := setUp(t, d)
		ctx := t.Context()
		for _, c := range []struct {
			in      account.UserInput
			pointer string
			key     string
		}{
			{account.UserInput{Mail: "x@y.example", Name: text.Both("x")}, "/roles", "fault.required"},
			{account.UserInput{Mail: "x@y.example", Name: text.Both("x"), Roles: []access.Role{access.System}}, "/roles/0", "fault.bad_choice"},
			{account.UserInput{Mail: "x@y.example", Name: text.Both("x"), Roles: []access.Role{access.Public, access.Caseworker}}, "/roles/0", "fault.bad_choice"},
			{account.UserInput{Mail: "x@y.example", Name: text.Both("x"), Roles: []access.Role{access.Caseworker, access.Resident}}, "/roles", "account.roles_apart"},
			{account.UserInput{Mail: "x@y.example", Name: text.Both("x"), Roles: []access.Role{access.ProviderStaff}}, "/provider_id", "fault.required"},
			{account.UserInput{Mail: "x@y.example", Name: text.Both("x"), Roles: []access.Role{access.Resident}}, "/person_id", "fault.required"},
			{account.UserInput{Mail: "x@y.example", Name: text.Both("x"), Roles: []access.Role{access.Caseworker}, Teams: []db.ID{db.NewID()}}, "/team_ids/0", "fault.bad_choice"},
			{account.UserInput{Mail: "Name <x@y.example>", Name: text.Both("x"), Roles: []access.Role{access.Caseworker}}, "/mail", "fault.bad_email"},
			{account.UserInput{Mail: "ＡＤＭＩＮ@minato.example", Name: text.Both("x"), Roles: []access.Role{access.Caseworker}}, "/mail", "fault.taken"},
		} {
			_, err := o.room.CreateUser(ctx, o.admin, c.in)
			wantField(t, err, c.pointer, c.key)
		}
		_, err := o.room.SetRoles(ctx, o.admin, o.admin.ID, account.RolesInput{Roles: []access.Role{access.Administrator, access.Auditor}, Version: 2})
		wantKind(t, err, fault.KindForbidden)
		second := o.user(t, "second@minato.example", nil, access.Administrator)
		other := access.Actor{ID: second.ID, Roles: second.Roles}
		if _, err := o.room.Suspend(ctx, o.admin, second.ID, account.StepInput{Reason: "leave"}); err != nil {
			t.Fatal(err)
		}
		_, err = o.room.Suspend(ctx, other, o.admin.ID, account.StepInput{Reason: "alone"})
		wantKind(t, err, fault.KindConflict)
		_, err = o.room.SetRoles(ctx, other, o.admin.ID, account.RolesInput{Roles: []access.Role{access.Auditor}, Version: 2})
		wantKind(t, err, fault.KindConflict)
		_, err = o.room.VoidUser(ctx, other, o.admin.ID, account.StepInput{Reason: "alone"})
		wantKind(t, err, fault.KindConflict)
		if _, err := o.room.Restore(ctx, o.admin, second.ID, 0); err != nil {
			t.Fatal(err)
		}
		if _, err := o.room.Suspend(ctx, other, o.admin.ID, account.StepInput{Reason: "two of us now"}); err != nil {
			t.Errorf("one of two administrators: %v", err)
		}
		caseworker := access.Actor{ID: db.NewID(), Roles: []access.Role{access.Caseworker}}
		_, err = o.room.User(ctx, caseworker, second.ID)
		wantKind(t, err, fault.KindNotFound)
		_, err = o.room.Suspend(ctx, caseworker, second.ID, account.StepInput{Reason: "x"})
		wantKind(t, err, fault.KindNotFound)
	})
}

// Two administrators suspend each other at the same moment: the second to
// commit looks again and stays.
func TestLastAdministratorByStaleCopy(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		o := setUp(t, d)
		second := o.user(t, "second@minato.example", nil, access.Administrator)
		other := access.Actor{ID: second.ID, Roles: second.Roles}
		errs := make(chan error, 2)
		for _, c := range []struct {
			by access.Actor
			id db.ID
		}{{o.admin, second.ID}, {other, o.admin.ID}} {
			go func() {
				_, err := o.room.Suspend(context.WithoutCancel(t.Context()), c.by, c.id, account.StepInput{Reason: "race"})
				errs <- err
			}()
		}
		first, last := <-errs, <-errs
		if (first == nil) == (last == nil) {
			t.Fatalf("one must stay: %v, %v", first, last)
		}
	})
}

func TestProviderManager(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		o := setUp(t, d)
		ctx := t.Context()
		provider, elsewhere := db.NewID(), db.NewID()
		manager := access.Actor{ID: db.NewID(), Roles: []access.Role{access.ProviderManager}, Provider: provider}
		in := account.UserInput{Mail: "staff@p.example", Name: text.Both("staff"), Roles: []access.Role{access.ProviderStaff}, Provider: provider}
		staff, err := o.room.CreateUser(ctx, manager, in)
		if err != nil {
			t.Fatal(err)
		}
		in.Mail, in.Provider = "foreign@p.example", elsewhere
		_, err = o.room.CreateUser(ctx, manager, in)
		wantKind(t, err, fault.KindForbidden)
		foreign, err := o.room.CreateUser(ctx, o.admin, in)
		if err != nil {
			t.Fatal(err)
		}
		_, err = o.room.CreateUser(ctx, manager, account.UserInput{Mail: "s@x.example", Name: text.Both("s"), Roles: []access.Role{access.Caseworker}})
		wantKind(t, err, fault.KindForbidden)
		_, err = o.room.Suspend(ctx, manager, foreign.ID, account.StepInput{Reason: "x"})
		wantKind(t, err, fault.KindNotFound)
		page, err := o.room.Users(ctx, manager, account.UserFilter{})
		if err != nil || len(page.Users) != 1 || page.Users[0].ID != staff.ID {
			t.Errorf("a manager's list: %+v %v", page.Users, err)
		}
		page, err = o.room.Users(ctx, manager, account.UserFilter{Kind: account.Staff})
		if err != nil || len(page.Users) != 0 {
			t.Errorf("a manager sees staff: %+v %v", page.Users, err)
		}
	})
}

func TestMayEnter(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		o := setUp(t, d)
		u := o.user(t, "aoi@minato.example", nil, access.Caseworker)
		o.let(t, u)
		o.room.MayEnter = append(o.room.MayEnter, func(_ db.Q, v account.User) (string, error) {
			if v.ID == u.ID {
				return "account.not_active", nil
			}
			return "", nil
		})
		_, err := o.signIn(t, u.Mail, password)
		wantKind(t, err, fault.KindForbidden)
		_, err = o.signIn(t, u.Mail, "wrong wrong wrong")
		wantField(t, err, "/password", "account.wrong_password")
		if _, err := o.signIn(t, adminMail, password); err != nil {
			t.Error(err)
		}
	})
}

func TestKeys(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		o := setUp(t, d)
		ctx := t.Context()
		u := o.user(t, "aoi@minato.example", nil, access.Caseworker, access.Auditor)
		self := access.Actor{ID: u.ID, Roles: u.Roles}
		_, err := o.room.CreateKey(ctx, self, account.KeyInput{Name: "k", Roles: []access.Role{access.Administrator}, Days: 30})
		wantField(t, err, "/roles/0", "account.key_beyond")
		k, err := o.room.CreateKey(ctx, self, account.KeyInput{Name: "import", Roles: []access.Role{access.Caseworker}, ReadOnly: true, Days: 30})
		if err != nil {
			t.Fatal(err)
		}
		e, err := o.room.ByKey(ctx, k.Secret)
		if err != nil || !e.Actor.Key || !e.ReadOnly || e.Actor.Wide || e.Actor.Is(access.Auditor) || !e.Actor.Is(access.Caseworker) || e.Actor.SignIn != k.ID {
			t.Fatalf("the key came in as %+v: %v", e, err)
		}
		_, err = o.room.CreateKey(ctx, e.Actor, account.KeyInput{Name: "k2", Roles: []access.Role{access.Caseworker}, Days: 30})
		wantKind(t, err, fault.KindForbidden)
		// Fewer rights for the user are fewer rights for the key.
		if _, err := o.room.SetRoles(ctx, o.admin, u.ID, account.RolesInput{Roles: []access.Role{access.Auditor}, Version: u.Version}); err != nil {
			t.Fatal(err)
		}
		if e, err := o.room.ByKey(ctx, k.Secret); err != nil || len(e.Actor.Roles) != 0 {
			t.Errorf("the key kept a role its user lost: %+v %v", e.Actor, err)
		}
		foreign := access.Actor{ID: db.NewID(), Roles: []access.Role{access.Caseworker}}
		_, err = o.room.RevokeKey(ctx, foreign, k.ID, 0)
		wantKind(t, err, fault.KindNotFound)
		if _, err := o.room.RevokeKey(ctx, self, k.ID, 0); err != nil {
			t.Fatal(err)
		}
		_, err = o.room.ByKey(ctx, k.Secret)
		wantKind(t, err, fault.KindSignIn)
		short, err := o.room.CreateKey(ctx, o.admin, account.KeyInput{User: u.ID, Name: "day", Roles: []access.Role{access.Auditor}, Days: 1})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := o.room.ByKey(ctx, short.Secret); err != nil {
			t.Fatal(err)
		}
		o.clock.Advance(24 * time.Hour)
		_, err = o.room.ByKey(ctx, short.Secret)
		wantKind(t, err, fault.KindSignIn)
		for _, bad := range []string{"", "kizuna_", "kizuna_xyz", strings.TrimPrefix(short.Secret, "kizuna_")} {
			_, err := o.room.ByKey(ctx, bad)
			wantKind(t, err, fault.KindSignIn)
		}
		b, err := json.Marshal(k.Key)
		if err != nil || strings.Contains(string(b), strings.TrimPrefix(k.Secret, "kizuna_")) {
			t.Errorf("a key tells its secret twice: %s", b)
		}
	})
}

func TestChoosingAColleague(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		o := setUp(t, d)
		ctx := t.Context()
		made := map[string]db.ID{}
		add := func(ja, en, sort string, teams []db.ID, roles ...access.Role) {
			u, err := o.room.CreateUser(ctx, o.admin, account.UserInput{Mail: strings.ToLower(en) + "@minato.example", Name: text.Pair{JA: ja, EN: en, Sort: sort}, Teams: teams, Roles: roles})
			if err != nil {
				t.Fatal(err)
			}
			made[en] = u.ID
		}
		south, err := o.agency.CreateTeam(ctx, o.admin, agency.TeamInput{Name: text.Pair{JA: "南", EN: "South"}})
		if err != nil {
			t.Fatal(err)
		}
		team := south.ID
		add("佐藤 葵", "Aoi", "さとう", nil, access.Caseworker)
		add("鈴木 蓮", "Ren", "すずき", nil, access.Caseworker, access.Supervisor)
		add("田中 澪", "Mio", "たなか", []db.ID{team}, access.Supervisor)
		add("中村 翼", "Tsubasa", "なかむら", []db.ID{team}, access.FinanceOfficer)
		add("浜 忍", "Shinobu", "はま", nil, access.Caseworker)
		if err := d.Write(ctx, func(tx *db.Tx) error {
			_, err := db.Exec(tx, "UPDATE account_user SET kind = 'provider' WHERE id = ?", made["Shinobu"])
			return err
		}); err != nil {
			t.Fatal(err)
		}
		roles := []access.Role{access.Caseworker, access.Supervisor}
		for name, c := range map[string]struct {
			ask  account.Colleagues
			want string
			more bool
		}{
			"all when they are few":            {account.Colleagues{Most: 3}, "Aoi Ren Mio", false},
			"the team's when they are many":    {account.Colleagues{Most: 2, Teams: []db.ID{team}}, "Mio", true},
			"by name":                          {account.Colleagues{Most: 2, Begins: " 佐藤"}, "Aoi", false},
			"by the reading":                   {account.Colleagues{Most: 2, Begins: "すず"}, "Ren", false},
			"too many of a name":               {account.Colleagues{Most: 0, Begins: "a"}, "", true},
			"nobody of another role":           {account.Colleagues{Most: 2, Begins: "中村"}, "", false},
			"who is chosen already":            {account.Colleagues{Most: 2, Begins: "佐藤", Keep: []db.ID{made["Mio"], made["Aoi"], {}}}, "Aoi Mio", false},
			"the team's, and who has it now":   {account.Colleagues{Most: 2, Teams: []db.ID{team}, Keep: []db.ID{made["Tsubasa"]}}, "Mio Tsubasa", true},
			"nobody who is not of the staff":   {account.Colleagues{Most: 2, Begins: "佐藤", Keep: []db.ID{made["Shinobu"]}}, "Aoi", false},
			"nobody where the team has no one": {account.Colleagues{Most: 2}, "", true},
		} {
			c.ask.Roles = roles
			var got account.Choice
			if err := d.Read(ctx, func(q *db.Reader) (err error) { got, err = account.Choose(q, c.ask); return err }); err != nil {
				t.Fatal(err)
			}
			var names []string
			for _, u := range got.List {
				names = append(names, u.Name.EN)
			}
			if strings.Join(names, " ") != c.want || got.More != c.more {
				t.Errorf("%s: %v, more %v", name, names, got.More)
			}
		}
	})
}

func TestUserList(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		o := setUp(t, d)
		ctx := t.Context()
		for _, n := range []text.Pair{{JA: "佐藤 葵", EN: "Aoi Sato", Sort: "さとう あおい"}, {JA: "鈴木 蓮", EN: "Ren Suzuki", Sort: "すずき れん"}, {JA: "田中 澪", EN: "Mio Tanaka", Sort: "たなか みお"}} {
			mail := strings.ToLower(strings.ReplaceAll(n.EN, " ", ".")) + "@minato.example"
			if _, err := o.room.CreateUser(ctx, o.admin, account.UserInput{Mail: mail, Name: n, Roles: []access.Role{access.Caseworker}}); err != nil {
				t.Fatal(err)
			}
		}
		for query, want := range map[string]int{"佐藤": 1, "葵": 1, "佐藤葵": 1, "さとう": 1, "REN": 1, "suzuki": 1, "ｍｉｏ.": 1, "minato": 0, "": 4} {
			page, err := o.room.Users(ctx, o.admin, account.UserFilter{Query: query})
			if err != nil || len(page.Users) != want {
				t.Errorf("%q found %d, want %d: %v", query, len(page.Users), want, err)
			}
		}
		var seen []string
		for f := (account.UserFilter{Limit: 2, Role: access.Caseworker}); ; {
			page, err := o.room.Users(ctx, o.admin, f)
			if err != nil {
				t.Fatal(err)
			}
			for _, u := range page.Users {
				seen = append(seen, u.Name.EN)
			}
			if page.Next.ID.IsZero() {
				break
			}
			f.After = page.Next
		}
		if strings.Join(seen, ",") != "Aoi Sato,Ren Suzuki,Mio Tanaka" {
			t.Errorf("in order of reading: %v", seen)
		}
	})
}

// A sign-in against a model: whatever happens in whatever order, it is good
// exactly while it was not ended, not idle too long and not too old.
func TestSignInLife(t *testing.T) {
	kizunatest.EachDB(t, func(t *testing.T, d *db.DB) {
		o := setUp(t, d)
		u := o.user(t, "aoi@minato.example", nil, access.Caseworker)
		o.let(t, u)
		self := access.Actor{ID: u.ID, Roles: u.Roles}
		rapid.Check(t, func(rt *rapid.T) {
			type life struct {
				token       string
				opened, use calendar.Time
				ended       bool
			}
			if err := o.room.EndEverywhere(t.Context(), self); err != nil {
				rt.Fatal(err)
			}
			var lives []*life
			some := func(rt *rapid.T) *life {
				if len(lives) == 0 {
					rt.Skip("nobody is in")
				}
				return lives[rapid.IntRange(0, len(lives)-1).Draw(rt, "which")]
			}
			alive := func(l *life) bool {
				now := o.clock.Now()
				return !l.ended && now.Sub(l.use) < 30*time.Minute && now.Sub(l.opened) < 12*time.Hour
			}
			rt.Repeat(map[string]func(*rapid.T){
				"sign in": func(rt *rapid.T) {
					if len(lives) >= 4 {
						rt.Skip("enough")
					}
					token, err := o.room.Open(t.Context(), u.ID)
					if err != nil {
						rt.Fatal(err)
					}
					lives = append(lives, &life{token: token, opened: o.clock.Now(), use: o.clock.Now()})
				},
				"use": func(rt *rapid.T) {
					l := some(rt)
					want := alive(l)
					if got := o.in(t, l.token); got != want {
						rt.Fatalf("good: %v, want %v", got, want)
					}
					if want && o.clock.Now().Sub(l.use) >= time.Minute {
						l.use = o.clock.Now()
					}
				},
				"wait": func(rt *rapid.T) {
					o.clock.Advance(time.Duration(rapid.IntRange(1, 40*60).Draw(rt, "seconds")) * time.Second)
				},
				"sign out": func(rt *rapid.T) {
					l := some(rt)
					if err := o.room.SignOut(t.Context(), l.token); err != nil {
						rt.Fatal(err)
					}
					l.ended = true
				},
				"everywhere": func(rt *rapid.T) {
					if err := o.room.EndEverywhere(t.Context(), self); err != nil {
						rt.Fatal(err)
					}
					for _, l := range lives {
						l.ended = true
					}
				},
				"": func(rt *rapid.T) {
					n := 0
					for _, l := range lives {
						if alive(l) {
							n++
						}
					}
					list, err := o.room.SignIns(t.Context(), self)
					if err != nil || len(list) != n {
						rt.Fatalf("%d listed, want %d: %v", len(list), n, err)
					}
				},
			})
		})
	})
}
