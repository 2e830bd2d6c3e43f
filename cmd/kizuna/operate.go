package main

import (
	"bufio"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"kizuna/internal/ground/access"
	"kizuna/internal/ground/db"
	"kizuna/internal/ground/journal"
	"kizuna/internal/ground/text"
	"kizuna/internal/ground/vault"
	"kizuna/internal/office/account"
	"kizuna/internal/operate"
	"kizuna/internal/server"
)

type setupCommand struct {
	placeFlags
	Agency   string `help:"Name of the agency, in Japanese." required:""`
	AgencyEN string `help:"Name of the agency, in English." name:"agency-en"`
	Email    string `help:"E-mail address of the first administrator." required:""`
}

// Run asks for the password on standard input, so that it stands in no
// command line, and makes the agency.
func (c *setupCommand) Run(ctx context.Context, s *streams) error {
	fmt.Fprint(s.errs, "Password of the administrator: ")
	password, err := bufio.NewReader(os.Stdin).ReadString('\n')
	if password = strings.TrimRight(password, "\r\n"); password == "" {
		return errors.Join(errors.New("a password is needed on standard input"), err)
	}
	d, v, err := c.place().Prepare(ctx)
	if err != nil {
		return err
	}
	defer d.Close()
	srv, err := server.New(server.Config{DB: d, Vault: v, Log: s.log(), NoWork: true})
	if err != nil {
		return err
	}
	defer srv.Close()
	name := text.Pair{JA: c.Agency, EN: c.AgencyEN}
	if name.EN == "" {
		name.EN = c.Agency
	}
	if _, err := account.Setup(ctx, srv.Run, account.SetupInput{Agency: name, Mail: c.Email, Password: password}); err != nil {
		return err
	}
	fmt.Fprintln(s.out, "the agency is made; start it with kizuna serve")
	return nil
}

type checkCommand struct {
	placeFlags
}

// Run prints what is wrong and fails if anything is.
func (c *checkCommand) Run(ctx context.Context, s *streams) error {
	steadyCollector()
	return c.with(ctx, func(d *db.DB, v *vault.Vault) error {
		found, err := operate.Check(ctx, d, v)
		if err != nil {
			return err
		}
		for _, f := range found {
			fmt.Fprintf(s.out, "%s: %s\n", f.Part, f.Text)
		}
		if len(found) > 0 {
			return fmt.Errorf("%d findings", len(found))
		}
		fmt.Fprintln(s.out, "all is well")
		return nil
	})
}

type auditCommand struct {
	Verify auditVerifyCommand `cmd:"" help:"Read every journal row and name what was altered, removed or added."`
}

type auditVerifyCommand struct {
	placeFlags
	Anchor string `help:"File with an earlier run's anchor: the journal must still contain it. It is renewed when all holds." type:"path"`
}

// Run verifies the journal and fails if anything is broken.
func (c *auditVerifyCommand) Run(ctx context.Context, s *streams) error {
	steadyCollector()
	return c.with(ctx, func(d *db.DB, v *vault.Vault) error {
		var anchors []map[string][]byte
		if c.Anchor != "" {
			a, err := readAnchor(c.Anchor)
			if err != nil {
				return err
			}
			if a != nil {
				anchors = append(anchors, a)
			}
		}
		out, err := journal.Verify(ctx, d, v, anchors...)
		if err != nil {
			return err
		}
		for _, b := range out.Broken {
			fmt.Fprintln(s.out, b)
		}
		if len(out.Broken) > 0 {
			return fmt.Errorf("%d rows or seals do not hold", len(out.Broken))
		}
		fmt.Fprintf(s.out, "%d rows hold; %d seals, %d rows not sealed yet\n", out.Rows, out.Seals, out.Unsealed)
		if c.Anchor == "" {
			return nil
		}
		return writeAnchor(c.Anchor, out.Head)
	})
}

func readAnchor(path string) (map[string][]byte, error) {
	b, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var text map[string]string
	if err := json.Unmarshal(b, &text); err != nil {
		return nil, fmt.Errorf("anchor %s: %w", path, err)
	}
	out := map[string][]byte{}
	for chain, s := range text {
		if out[chain], err = hex.DecodeString(s); err != nil {
			return nil, fmt.Errorf("anchor %s: %w", path, err)
		}
	}
	return out, nil
}

func writeAnchor(path string, head map[string][]byte) error {
	text := map[string]string{}
	for chain, mac := range head {
		text[chain] = hex.EncodeToString(mac)
	}
	b, err := json.MarshalIndent(text, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(b, '\n'), 0o600)
}

type keyCommand struct {
	Create keyCreateCommand `cmd:"" help:"Make an API key for a user; it is shown once."`
	Revoke keyRevokeCommand `cmd:"" help:"End an API key at once."`
}

type keyCreateCommand struct {
	placeFlags
	Email    string   `help:"The user the key acts as." required:""`
	Name     string   `help:"What the key is for." required:""`
	Roles    []string `help:"Roles the key has; the user must have them. Default: all of the user's."`
	ReadOnly bool     `help:"The key may only read."`
	Days     int64    `help:"Days until it expires." default:"90"`
}

// Run makes a key and prints it.
func (c *keyCreateCommand) Run(ctx context.Context, s *streams) error {
	return c.withServer(ctx, s, func(srv *server.Server) error {
		user, err := userOf(ctx, srv, c.Email)
		if err != nil {
			return err
		}
		in := account.KeyInput{User: user.ID, Name: c.Name, ReadOnly: c.ReadOnly, Days: c.Days, Roles: user.Roles}
		if len(c.Roles) > 0 {
			in.Roles = nil
			for _, r := range c.Roles {
				in.Roles = append(in.Roles, access.Role(r))
			}
		}
		key, err := srv.Rooms.Account.CreateKey(ctx, access.TheSystem(), in)
		if err != nil {
			return err
		}
		fmt.Fprintf(s.out, "%s %s\n", key.ID, key.Secret)
		return nil
	})
}

// userOf finds a user of any kind by mail address.
func userOf(ctx context.Context, srv *server.Server, mail string) (account.User, error) {
	for _, kind := range []string{account.Staff, account.Provider, account.Resident} {
		page, err := srv.Rooms.Account.Users(ctx, access.TheSystem(), account.UserFilter{Kind: kind, Query: mail})
		if err != nil {
			return account.User{}, err
		}
		for _, u := range page.Users {
			if u.Mail == account.CleanMail(mail) {
				return u, nil
			}
		}
	}
	return account.User{}, fmt.Errorf("there is no user %s", mail)
}

type keyRevokeCommand struct {
	placeFlags
	ID string `arg:"" help:"The key's id, as it was printed when it was made."`
}

// Run ends a key.
func (c *keyRevokeCommand) Run(ctx context.Context, s *streams) error {
	id, err := db.ParseID(c.ID)
	if err != nil {
		return err
	}
	return c.withServer(ctx, s, func(srv *server.Server) error {
		key, err := srv.Rooms.Account.Key(ctx, access.TheSystem(), id)
		if err != nil {
			return err
		}
		_, err = srv.Rooms.Account.RevokeKey(ctx, access.TheSystem(), id, key.Version)
		return err
	})
}

// withServer opens the installation with its rooms, without serving it.
func (p placeFlags) withServer(ctx context.Context, s *streams, f func(*server.Server) error) error {
	return p.with(ctx, func(d *db.DB, v *vault.Vault) error {
		if err := d.Ready(ctx); err != nil {
			return err
		}
		srv, err := server.New(server.Config{DB: d, Vault: v, Log: s.log(), NoWork: true})
		if err != nil {
			return err
		}
		defer srv.Close()
		return f(srv)
	})
}
