// SPDX-License-Identifier: BSD-3-Clause

// Checks a log that gridswarm wrote by the code that checks Go's checksum database
// (golang.org/x/mod/sumdb), which knows nothing of gridswarm.
//
//	xmod FOLDER VKEY [OLD_CHECKPOINT]             the log's signature, tiles, entries, proofs
//	xmod cosignature CHECKPOINT VKEY COSIGNER     both signature lines of a note
//
// Where that code is made for go.sum alone, a shim stands between, all of them here:
//   - tilePath: it names tiles tile/8/<L>/<N>, tlog-tiles says tile/<L>/<N>;
//   - parseCheckpoint: its tree heads begin with "go.sum database tree", ours with the origin;
//   - cosigner: its verifiers know key type 1 (Ed25519 over the text) but not type 4.
package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const tileHeight = 8
const proofs = 200

// folder reads the tiles of a log on disk.
type folder string

func (f folder) Height() int { return tileHeight }

func (f folder) SaveTiles([]tlog.Tile, [][]byte) {}

func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		data, err := os.ReadFile(filepath.Join(string(f), tilePath(tile)))
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

func tilePath(tile tlog.Tile) string {
	return strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
}

// parseCheckpoint opens a signed checkpoint.
func parseCheckpoint(signed []byte, known ...note.Verifier) (tree tlog.Tree, signers int, err error) {
	opened, err := note.Open(signed, note.VerifierList(known...))
	if err != nil {
		return tree, 0, err
	}
	origin, rest, _ := strings.Cut(opened.Text, "\n")
	if origin != known[0].Name() {
		return tree, 0, fmt.Errorf("the origin is %q, not %q", origin, known[0].Name())
	}
	tree, err = tlog.ParseTree([]byte("go.sum database tree\n" + rest))
	return tree, len(opened.Sigs), err
}

// entryOf reads one entry from its bundle, which is named like a tile of level "entries".
func entryOf(f folder, size, index int64) ([]byte, error) {
	tile := tlog.Tile{H: tileHeight, L: 0, N: index / 256, W: 256}
	if left := size - 256*tile.N; left < 256 {
		tile.W = int(left)
	}
	name := strings.Replace(tilePath(tile), "tile/0/", "tile/entries/", 1)
	bundle, err := os.ReadFile(filepath.Join(string(f), name))
	if err != nil {
		return nil, err
	}
	for i := int64(0); ; i++ {
		if len(bundle) < 2 || len(bundle) < 2+int(binary.BigEndian.Uint16(bundle)) {
			return nil, fmt.Errorf("%s ends before entry %d", name, i)
		}
		end := 2 + int(binary.BigEndian.Uint16(bundle))
		if i == index%256 {
			return bundle[2:end], nil
		}
		bundle = bundle[end:]
	}
}

// checkEntry demands that entry `index` hashes to the leaf that its proof leads to.
func checkEntry(f folder, tree tlog.Tree, hashes tlog.HashReader, index int64) error {
	entry, err := entryOf(f, tree.N, index)
	if err != nil {
		return err
	}
	proof, err := tlog.ProveRecord(tree.N, index, hashes)
	if err != nil {
		return err
	}
	return tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(entry))
}

// checkBeginning demands that the tree begins with the older one.
func checkBeginning(tree, old tlog.Tree, hashes tlog.HashReader) error {
	proof, err := tlog.ProveTree(tree.N, old.N, hashes)
	if err != nil {
		return err
	}
	return tlog.CheckTree(proof, tree.N, tree.Hash, old.N, old.Hash)
}

func checkLog(name, vkey string, older []string) error {
	key, err := note.NewVerifier(vkey)
	if err != nil {
		return err
	}
	f := folder(name)
	signed, err := os.ReadFile(filepath.Join(name, "checkpoint"))
	if err != nil {
		return err
	}
	tree, _, err := parseCheckpoint(signed, key)
	if err != nil {
		return err
	}
	// Whatever this reader returns was hashed up to the signed root.
	hashes := tlog.TileHashReader(tree, f)
	for _, index := range someOf(tree.N) {
		if err := checkEntry(f, tree, hashes, index); err != nil {
			return fmt.Errorf("entry %d: %w", index, err)
		}
	}
	for _, size := range someOf(tree.N) {
		root, err := tlog.TreeHash(size, hashes)
		if err != nil {
			return err
		}
		if err := checkBeginning(tree, tlog.Tree{N: size, Hash: root}, hashes); size > 0 && err != nil {
			return fmt.Errorf("tree of %d: %w", size, err)
		}
	}
	for _, path := range older {
		signed, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		old, _, err := parseCheckpoint(signed, key)
		if err != nil {
			return err
		}
		if err := checkBeginning(tree, old, hashes); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	fmt.Println(key.Name(), tree.N, tree.Hash)
	return nil
}

// someOf draws from 0..size-1: all where they are few, else both ends and some between.
func someOf(size int64) []int64 {
	var some []int64
	if size <= proofs {
		for i := int64(0); i < size; i++ {
			some = append(some, i)
		}
		return some
	}
	draw := rand.New(rand.NewSource(7))
	some = append(some, 0, size-1)
	for i := 0; i < proofs; i++ {
		some = append(some, draw.Int63n(size))
	}
	return some
}

// cosigner checks cosignature/v1 lines (c2sp.org/tlog-cosignature).
type cosigner struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func (c cosigner) Name() string    { return c.name }
func (c cosigner) KeyHash() uint32 { return c.hash }

func (c cosigner) Verify(text, signature []byte) bool {
	if len(signature) != 8+ed25519.SignatureSize {
		return false
	}
	time := binary.BigEndian.Uint64(signature)
	message := append([]byte("cosignature/v1\ntime "+strconv.FormatUint(time, 10)+"\n"), text...)
	return ed25519.Verify(c.key, message, signature[8:])
}

func newCosigner(vkey string) (cosigner, error) {
	parts := strings.SplitN(vkey, "+", 3)
	if len(parts) != 3 {
		return cosigner{}, errors.New("no vkey: " + vkey)
	}
	key, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(key) != 1+ed25519.PublicKeySize || key[0] != 4 {
		return cosigner{}, errors.New("no cosigner's key: " + vkey)
	}
	sum := sha256.Sum256(bytes.Join([][]byte{[]byte(parts[0]), key}, []byte("\n")))
	hash := binary.BigEndian.Uint32(sum[:])
	if fmt.Sprintf("%08x", hash) != parts[1] {
		return cosigner{}, errors.New("the key's id is wrong: " + vkey)
	}
	return cosigner{parts[0], hash, key[1:]}, nil
}

func checkCosignature(path, vkey, cosignerKey string) error {
	signed, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	key, err := note.NewVerifier(vkey)
	if err != nil {
		return err
	}
	other, err := newCosigner(cosignerKey)
	if err != nil {
		return err
	}
	tree, signers, err := parseCheckpoint(signed, key, other)
	if err != nil {
		return err
	}
	fmt.Println(signers, tree.N, tree.Hash)
	return nil
}

func main() {
	words := os.Args[1:]
	err := errors.New("usage: xmod FOLDER VKEY [OLD_CHECKPOINT]")
	if len(words) == 4 && words[0] == "cosignature" {
		err = checkCosignature(words[1], words[2], words[3])
	} else if len(words) >= 2 {
		err = checkLog(words[0], words[1], words[2:])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
