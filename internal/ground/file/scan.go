package file

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os/exec"
	"strings"
	"time"

	"kizuna/internal/ground/db"
	"kizuna/internal/ground/fault"
	"kizuna/internal/ground/jobs"
)

// Scan looks for what is known to be harmful in a file; an error says nothing of the file, and is
// tried again.
type Scan func(ctx context.Context, in io.Reader) (clean bool, err error)

// What a scanner said of a file: nothing where there is none.
const (
	waiting = "waiting"
	clean   = "clean"
	harmful = "harmful"
)

const (
	scanJob  = "file.scan"
	scanTime = 10 * time.Minute
)

// ErrScanner is a scanner that cannot be understood from its settings.
var ErrScanner = errors.New("a scanner is clamd://HOST:PORT, unix:///PATH or a command that reads the file")

// Scanner reads where the scanner is: the address of a clamd, or a command with its arguments that
// reads the file on its standard input and ends with 0 for clean and 1 for harmful. None for "".
func Scanner(setting string) (Scan, error) {
	setting = strings.TrimSpace(setting)
	switch {
	case setting == "":
		return nil, nil
	case strings.HasPrefix(setting, "clamd://"):
		address := strings.TrimPrefix(setting, "clamd://")
		if _, _, err := net.SplitHostPort(address); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrScanner, err)
		}
		return clamd("tcp", address), nil
	case strings.HasPrefix(setting, "unix:///"):
		return clamd("unix", strings.TrimPrefix(setting, "unix://")), nil
	case strings.Contains(setting, "://"):
		return nil, ErrScanner
	}
	words := strings.Fields(setting)
	if _, err := exec.LookPath(words[0]); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrScanner, err)
	}
	return command(words), nil
}

func command(words []string) Scan {
	return func(ctx context.Context, in io.Reader) (bool, error) {
		run := exec.CommandContext(ctx, words[0], words[1:]...)
		run.Stdin = in
		err := run.Run()
		var ended *exec.ExitError
		if errors.As(err, &ended) && ended.ExitCode() == 1 {
			return false, nil
		}
		return err == nil, err
	}
}

// clamd speaks INSTREAM: pieces, each after its length, up to an empty one.
func clamd(network, address string) Scan {
	return func(ctx context.Context, in io.Reader) (bool, error) {
		line, err := (&net.Dialer{}).DialContext(ctx, network, address)
		if err != nil {
			return false, err
		}
		defer func() { _ = line.Close() }() // the answer has been read
		if until, ok := ctx.Deadline(); ok {
			if err := line.SetDeadline(until); err != nil {
				return false, err
			}
		}
		if _, err := io.WriteString(line, "zINSTREAM\x00"); err != nil {
			return false, err
		}
		buffer := make([]byte, 4+64<<10)
		for {
			n, err := io.ReadFull(in, buffer[4:])
			if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
				return false, err
			}
			binary.BigEndian.PutUint32(buffer, uint32(n))
			if _, err := line.Write(buffer[:4+n]); err != nil {
				return false, err
			}
			if n == 0 {
				break
			}
		}
		said, err := io.ReadAll(io.LimitReader(line, 4096))
		answer := strings.Trim(string(said), "\x00\n ")
		switch {
		case err != nil:
			return false, err
		case strings.HasSuffix(answer, "OK"):
			return true, nil
		case strings.HasSuffix(answer, "FOUND"):
			return false, nil
		}
		return false, fmt.Errorf("scanner: %q", answer)
	}
}

// Scanning is the work that has files looked at. While the scanner does not answer they wait.
func (f *Files) Scanning() jobs.Kind {
	return jobs.Kind{Name: scanJob, Long: true, Tries: 40, Run: func(ctx context.Context, c jobs.Claimed) error {
		var id db.ID
		if err := c.Decode(&id); err != nil {
			return err
		}
		return f.scanned(ctx, id)
	}}
}

func (f *Files) scanned(ctx context.Context, id db.ID) error {
	var of File
	err := f.db.Read(ctx, func(q *db.Reader) error {
		r, err := db.One[row](q, `SELECT `+db.Columns[row]("")+` FROM file WHERE id = ? AND checked = 'waiting'`, id)
		if err == nil {
			of, err = f.opened(r)
		}
		return err
	})
	if errors.Is(err, fault.KindNotFound) {
		return nil // gone, or looked at already
	}
	if err != nil {
		return err
	}
	if f.Scan == nil {
		return errors.New("a file waits for a scanner and none is set")
	}
	content, err := f.read(ctx, of)
	if err != nil {
		return err
	}
	ctx, stop := context.WithTimeout(ctx, scanTime)
	defer stop()
	good, err := f.Scan(ctx, content)
	if err != nil {
		return err
	}
	said := harmful
	if good {
		said = clean
	}
	return f.db.Write(ctx, func(tx *db.Tx) error {
		_, err := db.Exec(tx, `UPDATE file SET checked = ? WHERE id = ? AND checked = 'waiting'`, said, id)
		return err
	})
}

// Waits says that a scanner has not said yet what it thinks of a file.
func (f File) Waits() bool { return f.Checked == waiting }

// Harmful says that a scanner found something in a file: it is never given out.
func (f File) Harmful() bool { return f.Checked == harmful }
