// Package operate is what an operator does with an installation: open it,
// check it, verify its journal, back it up and restore it. It sees records
// only as rows.
package operate

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"kizuna/internal/ground/db"
	"kizuna/internal/ground/vault"
)

// Place is where an installation keeps its things.
type Place struct {
	Data string // folder of the database file and the key file
	DB   string // postgres:// address or file; empty is kizuna.db in Data
	Key  string // key file; empty is kizuna.key in Data
}

func (p Place) database() string {
	if p.DB != "" {
		return p.DB
	}
	return filepath.Join(p.Data, "kizuna.db")
}

func (p Place) key() string {
	if p.Key != "" {
		return p.Key
	}
	return filepath.Join(p.Data, "kizuna.key")
}

// Prepare makes the folder and the key file where they are missing, opens the
// database and brings its schema up to date. A database that has data but no
// key file is refused: a new key could read nothing of it.
func (p Place) Prepare(ctx context.Context) (*db.DB, *vault.Vault, error) {
	if err := os.MkdirAll(p.Data, 0o700); err != nil {
		return nil, nil, fmt.Errorf("data folder: %w", err)
	}
	d, err := db.Open(ctx, p.database(), 0)
	if err != nil {
		return nil, nil, fmt.Errorf("database: %w", err)
	}
	v, err := vault.Open(p.key())
	if errors.Is(err, fs.ErrNotExist) {
		v, err = firstKey(ctx, d, p.key())
	}
	if err == nil {
		_, err = d.Migrate(ctx)
	}
	if err != nil {
		d.Close()
		return nil, nil, err
	}
	return d, v, nil
}

func firstKey(ctx context.Context, d *db.DB, path string) (*vault.Vault, error) {
	pending, err := d.Pending(ctx)
	if err != nil {
		return nil, err
	}
	used := false
	if len(pending) == 0 {
		err = d.Read(ctx, func(q *db.Reader) error {
			_, some, err := db.Maybe[int](q, "SELECT 1 FROM journal LIMIT 1")
			used = some
			return err
		})
	}
	if err != nil {
		return nil, err
	}
	if used {
		return nil, fmt.Errorf("the database has data, but its key file %s is missing; put it back", path)
	}
	return vault.OpenOrCreate(path) // another process may have made it since
}

// Receive is Prepare for a restore: the key file that the archive belongs to
// must be in place already.
func (p Place) Receive(ctx context.Context) (*db.DB, *vault.Vault, error) {
	if _, err := os.Stat(p.key()); errors.Is(err, fs.ErrNotExist) {
		return nil, nil, fmt.Errorf("an archive holds no key file; put the one it belongs to at %s first", p.key())
	}
	return p.Prepare(ctx)
}

// KeyFile is where the key file is.
func (p Place) KeyFile() string { return p.key() }

// Open opens an installation as it is; it makes and migrates nothing.
func (p Place) Open(ctx context.Context) (*db.DB, *vault.Vault, error) {
	v, err := vault.Open(p.key())
	if err != nil {
		return nil, nil, err
	}
	if at := p.database(); !strings.Contains(at, "://") {
		if _, err := os.Stat(strings.TrimPrefix(at, "sqlite:")); err != nil {
			return nil, nil, fmt.Errorf("database: %w", err)
		}
	}
	d, err := db.Open(ctx, p.database(), 0)
	if err != nil {
		return nil, nil, fmt.Errorf("database: %w", err)
	}
	return d, v, nil
}
