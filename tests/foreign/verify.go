// A verifier of our logs that shares no code with us: Go's golang.org/x/mod as Debian packages it. It recomputes
// everything from the entries and trusts no tile: TileHashReader of x/mod 0.7.0 leaves some tiles unauthenticated.
//
//	verify DIR VKEY [-since CHECKPOINT] [-proofs FILE]
package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func check(err error, what string) {
	if err != nil {
		refuse("%s: %v", what, err)
	}
}

func refuse(format string, args ...interface{}) {
	fmt.Printf("REFUSED "+format+"\n", args...)
	os.Exit(1)
}

// open verifies a checkpoint's signature and reads its three lines.
func open(file, vkey string) tlog.Tree {
	raw, err := os.ReadFile(file)
	check(err, file)
	verifier, err := note.NewVerifier(vkey)
	check(err, "key")
	opened, err := note.Open(raw, note.VerifierList(verifier))
	check(err, file)
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() || lines[3] != "" {
		refuse("%s: not a checkpoint of %s", file, verifier.Name())
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	check(err, "size")
	if size < 1 || strconv.FormatInt(size, 10) != lines[1] {
		refuse("%s: size %q", file, lines[1])
	}
	root, err := tlog.ParseHash(lines[2])
	check(err, "root")
	return tlog.Tree{N: size, Hash: root}
}

// path gives a tile's place in the layout of C2SP tlog-tiles; L = -1 are entries.
func path(dir string, t tlog.Tile) string {
	p := t.Path()
	if t.L == -1 {
		p = strings.Replace(p, "tile/8/data/", "tile/entries/", 1)
	} else {
		p = strings.Replace(p, "tile/8/", "tile/", 1)
	}
	return filepath.Join(dir, p)
}

// each calls f for every tile that a level of a tree with that many hashes has.
func each(level int, hashes int64, f func(t tlog.Tile)) {
	for n := int64(0); n < hashes>>8; n++ {
		f(tlog.Tile{H: 8, L: level, N: n, W: 256})
	}
	if w := int(hashes & 255); w != 0 {
		f(tlog.Tile{H: 8, L: level, N: hashes >> 8, W: w})
	}
}

func hashesOf(fields []string) (out []tlog.Hash) {
	for _, f := range fields {
		h, err := tlog.ParseHash(f)
		check(err, "proof")
		out = append(out, h)
	}
	return out
}

// checkProofs judges proofs that the C++ side made.
func checkProofs(file string, tree tlog.Tree, leaves []tlog.Hash) {
	raw, err := os.ReadFile(file)
	check(err, file)
	count := 0
	for _, line := range strings.Split(strings.TrimSpace(string(raw)), "\n") {
		f := strings.Fields(line)
		n, _ := strconv.ParseInt(f[1], 10, 64)
		switch f[0] {
		case "inclusion":
			check(tlog.CheckRecord(hashesOf(f[3:]), tree.N, tree.Hash, n, leaves[n]), line)
		case "consistency":
			check(tlog.CheckTree(hashesOf(f[4:]), tree.N, tree.Hash, n, hashesOf(f[3:4])[0]), line)
		default:
			refuse("unknown proof %q", f[0])
		}
		count++
	}
	if count < 10 {
		refuse("only %d proofs", count)
	}
}

func main() {
	dir, vkey := os.Args[1], os.Args[2]
	tree := open(filepath.Join(dir, "checkpoint"), vkey)
	var stored, leaves []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) (out []tlog.Hash, err error) {
		for _, i := range indexes {
			out = append(out, stored[i])
		}
		return out, nil
	})
	each(-1, tree.N, func(t tlog.Tile) {
		data, err := os.ReadFile(path(dir, t))
		check(err, "bundle")
		for i := 0; i < t.W; i++ {
			if len(data) < 2 || len(data)-2 < int(binary.BigEndian.Uint16(data)) {
				refuse("%s: cut off in entry %d", t.Path(), i)
			}
			entry := data[2 : 2+binary.BigEndian.Uint16(data)]
			data = data[2+len(entry):]
			hashes, err := tlog.StoredHashes(int64(len(leaves)), entry, reader)
			check(err, "hash")
			stored, leaves = append(stored, hashes...), append(leaves, hashes[0])
		}
		if len(data) != 0 {
			refuse("%s: %d bytes too many", t.Path(), len(data))
		}
	})
	root, err := tlog.TreeHash(tree.N, reader)
	check(err, "root")
	if root != tree.Hash {
		refuse("entries lead to root %v, the checkpoint says %v", root, tree.Hash)
	}
	tiles := 0
	for level := 0; tree.N>>(8*level) != 0; level++ {
		each(level, tree.N>>(8*level), func(t tlog.Tile) {
			file, err := os.ReadFile(path(dir, t))
			check(err, "tile")
			want, err := tlog.ReadTileData(t, reader)
			check(err, "tile")
			if !bytes.Equal(file, want) {
				refuse("%s differs from the entries", t.Path())
			}
			tiles++
		})
	}
	for i := int64(0); i < tree.N; i += tree.N/7 + 1 {
		proof, err := tlog.ProveRecord(tree.N, i, reader)
		check(err, "prove")
		check(tlog.CheckRecord(proof, tree.N, tree.Hash, i, leaves[i]), "inclusion")
	}
	for i := 3; i+1 < len(os.Args); i += 2 {
		switch os.Args[i] {
		case "-since":
			older := open(os.Args[i+1], vkey)
			if older.N > tree.N {
				refuse("the log is smaller than the older checkpoint")
			}
			proof, err := tlog.ProveTree(tree.N, older.N, reader)
			check(err, "prove")
			check(tlog.CheckTree(proof, tree.N, tree.Hash, older.N, older.Hash), "older checkpoint")
		case "-proofs":
			checkProofs(os.Args[i+1], tree, leaves)
		}
	}
	fmt.Printf("ACCEPTED %d entries, %d tiles\n", tree.N, tiles)
}
