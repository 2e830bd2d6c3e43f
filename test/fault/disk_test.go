package fault

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
	"golang.org/x/sys/unix"
)

// A disk keeps files in a folder and remembers what was written since it was last told to sync
// them. At a cut it forgets as a disk does that loses its power: of what was not synced each
// write is kept, lost or torn between two sectors, whatever came after it. It is a process of its
// own: who maps a file into memory must not wait for itself. Names are kept at once, as they are by
// a file system with a journal.
type disk struct {
	at   string // where programs see it
	cmd  *exec.Cmd
	in   io.WriteCloser
	said *bufio.Reader
}

// diskEnv makes the test binary a disk: the folder that it keeps files in, and where it shows them.
const diskEnv = "KIZUNA_FAULT_DISK"

// newDisk makes a disk; where none can be mounted the test is skipped.
func newDisk(t testing.TB) *disk {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "kizuna-disk-") // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	d := &disk{at: filepath.Join(dir, "seen")}
	kept := filepath.Join(dir, "kept")
	if err := errors.Join(os.Chmod(dir, 0o711), os.Mkdir(d.at, 0o711), os.Mkdir(kept, 0o711)); err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	d.cmd = exec.Command(self)
	d.cmd.Env = append(os.Environ(), diskEnv+"="+kept+":"+d.at)
	d.cmd.Stderr = os.Stderr
	d.in, err = d.cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := d.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := d.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	d.said = bufio.NewReader(out)
	t.Cleanup(func() {
		_ = d.in.Close() // it ends then, and unmounts itself
		if err := d.cmd.Wait(); err != nil {
			t.Logf("the disk: %v", err)
		}
	})
	if said := d.hear(t); said != "ready" {
		t.Skipf("no disk of its own can be mounted here: %s", said)
	}
	return d
}

func (d *disk) hear(t testing.TB) string {
	line, err := d.said.ReadString('\n')
	if err != nil {
		t.Fatalf("the disk says nothing: %v", err)
	}
	return strings.TrimSpace(line)
}

// cut has the disk forget what was not synced, and gives how many writes were kept, lost and torn.
// Nobody may have a file of it open.
func (d *disk) cut(t testing.TB, seed uint64) (kept, lost, torn int) {
	t.Helper()
	if _, err := fmt.Fprintln(d.in, seed); err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Sscan(d.hear(t), &kept, &lost, &torn); err != nil {
		t.Fatal(err)
	}
	return kept, lost, torn
}

// fails has every write and every sync of it fail from now on, or no longer, with an error of the device.
func (d *disk) fails(t testing.TB, from bool) {
	t.Helper()
	word := map[bool]string{true: "fail", false: "heal"}[from]
	if _, err := fmt.Fprintln(d.in, word); err != nil {
		t.Fatal(err)
	}
	if said := d.hear(t); said != word {
		t.Fatalf("the disk says %q", said)
	}
}

// serveDisk is the other process: it shows the folder until its input ends. A number on its input is
// the seed of a cut; fail and heal begin and end its failing.
func serveDisk(folders string) int {
	kept, at, _ := strings.Cut(folders, ":")
	var none time.Duration
	var st syscall.Stat_t
	if err := syscall.Stat(kept, &st); err != nil {
		fmt.Println(err)
		return 1
	}
	p := &platter{files: map[uint64]*file{}}
	root := &fs.LoopbackRoot{Path: kept, Dev: st.Dev}
	root.RootNode = &node{fs.LoopbackNode{RootData: root}, p}
	server, err := fs.Mount(at, root.RootNode, &fs.Options{AttrTimeout: &none, EntryTimeout: &none, MountOptions: fuse.MountOptions{
		DirectMountStrict: true, AllowOther: true, FsName: "kizuna-test", DisableXAttrs: true, MaxWrite: 1 << 20, Options: []string{"default_permissions"},
	}})
	if err != nil {
		fmt.Println(err)
		return 0
	}
	fmt.Println("ready")
	var word string
	for {
		if _, err := fmt.Scanln(&word); err != nil {
			break
		}
		switch seed, err := strconv.ParseUint(word, 10, 64); {
		case err == nil:
			fmt.Println(p.cut(rand.New(rand.NewPCG(seed, 0))))
		default:
			p.failing.Store(word == "fail")
			fmt.Println(word)
		}
	}
	if err := server.Unmount(); err != nil {
		if err := syscall.Unmount(at, syscall.MNT_DETACH); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
	}
	return 0
}

// platter is what of all files is not synced.
type platter struct {
	mu      sync.Mutex
	files   map[uint64]*file // by inode
	failing atomic.Bool
}

// file is what of a file is not synced, in the order of writing.
type file struct {
	fd      int // the platter's own, to read and write
	pending []change
}

// change is a write, or a cut to a shorter length.
type change struct {
	at      int64
	was, is []byte
	size    int64 // the file's before
	shorten bool  // to at; was is what stood behind
}

// of is the platter's memory of an open file. The platter is locked.
func (p *platter) of(fd int) (*file, int64, error) {
	var st syscall.Stat_t
	if err := syscall.Fstat(fd, &st); err != nil {
		return nil, 0, err
	}
	f := p.files[st.Ino]
	if f == nil {
		own, err := unix.Open(fmt.Sprintf("/proc/self/fd/%d", fd), unix.O_RDWR|unix.O_CLOEXEC, 0)
		if err != nil {
			return nil, 0, err
		}
		f = &file{fd: own}
		p.files[st.Ino] = f
	}
	return f, st.Size, nil
}

func (p *platter) write(fd int, data []byte, at int64) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	f, size, err := p.of(fd)
	if err != nil {
		return err
	}
	c := change{at: at, is: slices.Clone(data), size: size, was: make([]byte, min(max(size-at, 0), int64(len(data))))}
	if err := all(unix.Pread, f.fd, c.was, at); err != nil {
		return err
	}
	f.pending = append(f.pending, c)
	return all(unix.Pwrite, f.fd, data, at)
}

func (p *platter) truncate(fd int, to int64) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	f, size, err := p.of(fd)
	if err != nil {
		return err
	}
	c := change{at: to, size: size, shorten: true, was: make([]byte, max(size-to, 0))}
	if err := all(unix.Pread, f.fd, c.was, to); err != nil {
		return err
	}
	f.pending = append(f.pending, c)
	return unix.Ftruncate(f.fd, to)
}

func (p *platter) sync(fd int) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	f, _, err := p.of(fd)
	if err == nil {
		f.pending = nil
	}
	return err
}

// all reads or writes the whole of a piece.
func all(do func(int, []byte, int64) (int, error), fd int, piece []byte, at int64) error {
	for len(piece) > 0 {
		n, err := do(fd, piece, at)
		if err != nil {
			return err
		}
		if n == 0 {
			return io.ErrUnexpectedEOF
		}
		piece, at = piece[n:], at+int64(n)
	}
	return nil
}

// sector is what a disk writes wholly or not at all.
const sector = 512

// cut takes every file back to what was synced, and then lets some of the rest have reached it.
func (p *platter) cut(r *rand.Rand) (kept, lost, torn int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, f := range p.files {
		for _, c := range slices.Backward(f.pending) {
			must0(all(unix.Pwrite, f.fd, c.was, c.at))
			must0(unix.Ftruncate(f.fd, c.size))
		}
		for _, c := range f.pending {
			switch n := r.IntN(4); {
			case n == 0:
				lost++
			case c.shorten:
				must0(unix.Ftruncate(f.fd, c.at))
				kept++
			case n == 1 && len(c.is) > sector:
				for piece, at := c.is, c.at; len(piece) > 0; {
					size := min(int64(len(piece)), sector-at%sector)
					if r.IntN(2) == 0 {
						must0(all(unix.Pwrite, f.fd, piece[:size], at))
					}
					piece, at = piece[size:], at+size
				}
				torn++
			default:
				must0(all(unix.Pwrite, f.fd, c.is, c.at))
				kept++
			}
		}
		must0(unix.Close(f.fd))
	}
	p.files = map[uint64]*file{}
	return kept, lost, torn
}

// must0 ends the disk when the folder under it fails: nothing could be said of the test then.
func must0(err error) {
	if err != nil {
		panic(err)
	}
}

// node is a file or a folder of the disk.
type node struct {
	fs.LoopbackNode
	platter *platter
}

// WrapChild makes what stands in a folder of the disk one of the disk's too.
func (n *node) WrapChild(context.Context, fs.InodeEmbedder) fs.InodeEmbedder {
	return &node{fs.LoopbackNode{RootData: n.RootData}, n.platter}
}

func (n *node) path() string { return filepath.Join(n.RootData.Path, n.Path(n.Root())) }

// Open opens a file, so that what is done with it goes through the platter.
func (n *node) Open(_ context.Context, flags uint32) (fs.FileHandle, uint32, syscall.Errno) {
	h, err := n.platter.open(n.path(), flags)
	return h, 0, fs.ToErrno(err)
}

// open opens the file of that path; one that is to be emptied is emptied as any write is made.
func (p *platter) open(path string, flags uint32) (*handle, error) {
	fd, err := unix.Open(path, int(flags)&^(unix.O_APPEND|unix.O_TRUNC|unix.O_CREAT|unix.O_EXCL)|unix.O_CLOEXEC, 0)
	if err == nil && flags&unix.O_TRUNC != 0 {
		err = p.truncate(fd, 0)
	}
	return &handle{fd, p, strings.HasSuffix(path, "-shm")}, err
}

// Create makes a file and opens it.
func (n *node) Create(ctx context.Context, name string, flags, mode uint32, out *fuse.EntryOut) (*fs.Inode, fs.FileHandle, uint32, syscall.Errno) {
	inode, made, _, errno := n.LoopbackNode.Create(ctx, name, flags&^unix.O_TRUNC, mode, out)
	if errno != 0 {
		return nil, nil, 0, errno
	}
	if errno := made.(fs.FileReleaser).Release(ctx); errno != 0 {
		return nil, nil, 0, errno
	}
	h, err := n.platter.open(filepath.Join(n.path(), name), flags)
	return inode, h, 0, fs.ToErrno(err)
}

// Setattr changes a file's length through the platter, and everything else at once.
func (n *node) Setattr(ctx context.Context, _ fs.FileHandle, in *fuse.SetAttrIn, out *fuse.AttrOut) syscall.Errno {
	if size, ok := in.GetSize(); ok {
		fd, err := unix.Open(n.path(), unix.O_RDWR|unix.O_CLOEXEC, 0)
		if err != nil {
			return fs.ToErrno(err)
		}
		err = n.platter.truncate(fd, int64(size))
		if err := errors.Join(err, unix.Close(fd)); err != nil {
			return fs.ToErrno(err)
		}
		in.Valid &^= fuse.FATTR_SIZE
	}
	return n.LoopbackNode.Setattr(ctx, nil, in, out)
}

// handle is an open file.
type handle struct {
	fd      int
	platter *platter
	mapped  bool // SQLite's index of its log, which is memory that several programs share and never synced
}

// fails says that the device does not take what is written.
func (h *handle) fails() bool { return !h.mapped && h.platter.failing.Load() }

// Read reads what was written, synced or not.
func (h *handle) Read(_ context.Context, dest []byte, at int64) (fuse.ReadResult, syscall.Errno) {
	n, err := unix.Pread(h.fd, dest, at)
	if err != nil {
		return nil, fs.ToErrno(err)
	}
	return fuse.ReadResultData(dest[:n]), 0
}

// Write writes, and remembers what stood there.
func (h *handle) Write(_ context.Context, data []byte, at int64) (uint32, syscall.Errno) {
	if h.fails() {
		return 0, syscall.EIO
	}
	if err := h.platter.write(h.fd, data, at); err != nil {
		return 0, fs.ToErrno(err)
	}
	return uint32(len(data)), 0
}

// Fsync makes what was written last.
func (h *handle) Fsync(context.Context, uint32) syscall.Errno {
	if h.fails() {
		return syscall.EIO
	}
	return fs.ToErrno(h.platter.sync(h.fd))
}

// Flush comes at every close; nothing is made to last by it.
func (h *handle) Flush(context.Context) syscall.Errno { return 0 }

// Release ends it.
func (h *handle) Release(context.Context) syscall.Errno { return fs.ToErrno(unix.Close(h.fd)) }

// Getattr tells of the file.
func (h *handle) Getattr(_ context.Context, out *fuse.AttrOut) syscall.Errno {
	var st syscall.Stat_t
	err := syscall.Fstat(h.fd, &st)
	out.FromStat(&st)
	return fs.ToErrno(err)
}
