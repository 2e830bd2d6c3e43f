package kizunatest

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"kizuna/internal/ground/db"
)

// cluster is the PostgreSQL server under the tests of this binary. Every
// binary holds an advisory lock on its own number for as long as it lives; its
// databases carry the number, so that the next binary can tell what a killed
// one has left behind and drop it.
type cluster struct {
	mu     sync.Mutex
	url    string
	admin  *pgx.Conn
	number uint32
	clones int
}

var (
	server     cluster
	serverOnce sync.Once
	serverErr  error
)

// The locks all test binaries share on one cluster.
const (
	lockClass    = 0x6b697a // "kiz": the advisory lock class of binaries' numbers
	lockTemplate = 0x6b697a74
)

const (
	clonePrefix    = "kizuna_test_"
	templatePrefix = "kizuna_template_"
	keptTemplates  = 12
)

func postgres(t testing.TB) *cluster {
	t.Helper()
	serverOnce.Do(func() { serverErr = server.start(context.Background()) })
	if serverErr != nil {
		t.Fatalf("no PostgreSQL for the tests (KIZUNA_TEST_ENGINES=sqlite leaves it out): %v", serverErr)
	}
	return &server
}

func (c *cluster) start(ctx context.Context) error {
	address := os.Getenv("KIZUNA_TEST_PG")
	if address == "" {
		var err error
		if address, err = throwaway(); err != nil {
			return err
		}
	}
	cfg, err := pgx.ParseConfig(address)
	if err != nil {
		return fmt.Errorf("KIZUNA_TEST_PG: %w", err)
	}
	cfg.Database = "postgres" // advisory locks are per database: all meet in this one
	if c.admin, err = pgx.ConnectConfig(ctx, cfg); err != nil {
		return err
	}
	c.url = address
	if err := c.takeNumber(ctx); err != nil {
		return err
	}
	return c.sweep(ctx)
}

// throwaway starts the checkout's own cluster, or finds it running.
func throwaway() (string, error) {
	root, err := Root()
	if err != nil {
		return "", err
	}
	cmd := exec.Command(filepath.Join(root, "tools", "pg.sh"), "start")
	var said strings.Builder
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("tools/pg.sh start: %w: %s", err, strings.TrimSpace(said.String()))
	}
	return strings.TrimSpace(string(out)), nil
}

// Root is the repository's root folder, found from the test's own.
func Root() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", errors.New("no go.mod above the test's folder")
		}
		dir = filepath.Dir(dir)
	}
}

func (c *cluster) takeNumber(ctx context.Context) error {
	for {
		var b [4]byte
		rand.Read(b[:])
		c.number = binary.BigEndian.Uint32(b[:]) >> 1
		var free bool
		if err := c.admin.QueryRow(ctx, "SELECT pg_try_advisory_lock($1, $2)", lockClass, int32(c.number)).Scan(&free); err != nil {
			return err
		}
		if free {
			return nil
		}
	}
}

// sweep drops databases whose binary is gone.
func (c *cluster) sweep(ctx context.Context) error {
	rows, err := c.admin.Query(ctx, "SELECT datname FROM pg_database WHERE datname LIKE $1", clonePrefix+"%")
	if err != nil {
		return err
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	for _, name := range names {
		var number int32
		if _, err := fmt.Sscanf(name, clonePrefix+"%d_", &number); err != nil || uint32(number) == c.number {
			continue
		}
		var gone bool
		if err := c.admin.QueryRow(ctx, "SELECT pg_try_advisory_lock($1, $2)", lockClass, number).Scan(&gone); err != nil {
			return err
		}
		if !gone {
			continue
		}
		// Another sweeper may be faster; what stays is swept next time.
		_, _ = c.admin.Exec(ctx, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)")
		if _, err := c.admin.Exec(ctx, "SELECT pg_advisory_unlock($1, $2)", lockClass, number); err != nil {
			return err
		}
	}
	return nil
}

// templatePostgres names the template of this binary's schema.
func templatePostgres(t testing.TB) string {
	t.Helper()
	c := postgres(t)
	c.mu.Lock()
	defer c.mu.Unlock()
	name := templatePrefix + db.Fingerprint()
	if err := c.ensureTemplate(t.Context(), name, func(url string) { migrate(t, url) }); err != nil {
		t.Fatalf("template database: %v", err)
	}
	return name
}

// ensureTemplate makes the template when the cluster has none of this schema.
// It is migrated under another name and renamed when complete, so that a
// killed binary leaves no half template.
func (c *cluster) ensureTemplate(ctx context.Context, name string, migrate func(url string)) error {
	there, err := c.has(ctx, name)
	if err != nil || there {
		return err
	}
	if _, err := c.admin.Exec(ctx, "SELECT pg_advisory_lock($1)", lockTemplate); err != nil {
		return err
	}
	defer c.admin.Exec(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock($1)", lockTemplate)
	if there, err = c.has(ctx, name); err != nil || there {
		return err
	}
	making := fmt.Sprintf("%s%d_template", clonePrefix, c.number)
	for _, s := range []string{"DROP DATABASE IF EXISTS " + making + " WITH (FORCE)", "CREATE DATABASE " + making + " TEMPLATE template0"} {
		if _, err := c.admin.Exec(ctx, s); err != nil {
			return err
		}
	}
	migrate(c.address(making))
	if _, err := c.admin.Exec(ctx, "ALTER DATABASE "+making+" RENAME TO "+name); err != nil {
		return err
	}
	return c.dropOldTemplates(ctx)
}

func (c *cluster) has(ctx context.Context, name string) (there bool, err error) {
	err = c.admin.QueryRow(ctx, "SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = $1)", name).Scan(&there)
	return there, err
}

// dropOldTemplates keeps the newest ones; one that is being copied stays.
func (c *cluster) dropOldTemplates(ctx context.Context) error {
	rows, err := c.admin.Query(ctx, "SELECT datname FROM pg_database WHERE datname LIKE $1 ORDER BY oid DESC OFFSET $2", templatePrefix+"%", keptTemplates)
	if err != nil {
		return err
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	for _, name := range names {
		_, _ = c.admin.Exec(ctx, "DROP DATABASE IF EXISTS "+name)
	}
	return nil
}

// clonePostgres makes a database from a template and drops it when the test
// ends.
func clonePostgres(t testing.TB, template string) string {
	t.Helper()
	c := postgres(t)
	name, err := c.clone(t.Context(), template)
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == "3D000" && strings.HasPrefix(template, templatePrefix) {
		// A newer schema's binary has just dropped it as old.
		name, err = c.clone(t.Context(), templatePostgres(t))
	}
	if err != nil {
		t.Fatalf("clone %s: %v", template, err)
	}
	t.Cleanup(func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if _, err := c.admin.Exec(context.Background(), "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)"); err != nil {
			t.Errorf("drop %s: %v", name, err)
		}
	})
	return c.address(name)
}

func (c *cluster) clone(ctx context.Context, template string) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.clones++
	name := fmt.Sprintf("%s%d_%d", clonePrefix, c.number, c.clones)
	// Copied file by file and not through the write-ahead log: a third of the work.
	_, err := c.admin.Exec(ctx, "CREATE DATABASE "+name+" TEMPLATE "+template+" STRATEGY file_copy")
	return name, err
}

// address is that of another database on the same cluster.
func (c *cluster) address(name string) string {
	u, err := url.Parse(c.url)
	if err != nil {
		panic(err) // pgx has read it before
	}
	u.Path = "/" + name
	return u.String()
}
