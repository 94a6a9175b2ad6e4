// SPDX-License-Identifier: BSD-3-Clause

// Tessera's side of the tests that pass logs between it and gridswarm: its POSIX storage writes a
// log that we check, its fsck checks a log that we wrote, and its cosignatures and ours are checked
// by the other.
//
//	tessera write FOLDER COUNT           a log of COUNT entries; prints its vkey and a cosigner's
//	tessera check FOLDER VKEY            fsck: entries, every tile, root, signature
//	tessera cosignature NOTE COSIGNER    the line of a cosigner in a note
//
// and for ./dev peers ledger (measure.go):
//
//	tessera hashes
//	tessera durable FOLDER BATCH OUTSTANDING SECONDS
package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	f_note "github.com/transparency-dev/formats/note"
	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/tessera"
	"github.com/transparency-dev/tessera/api"
	"github.com/transparency-dev/tessera/client"
	"github.com/transparency-dev/tessera/fsck"
	"github.com/transparency-dev/tessera/storage/posix"
	"golang.org/x/mod/sumdb/note"
)

const origin = "tessera.example/log"

// write adds COUNT entries of 0 to 199 bytes and waits until a checkpoint holds them all.
func write(ctx context.Context, folder string, count int) error {
	logSecret, logKey, err := note.GenerateKey(rand.Reader, origin)
	if err != nil {
		return err
	}
	signer, err := note.NewSigner(logSecret)
	if err != nil {
		return err
	}
	secret, key, err := note.GenerateKey(rand.Reader, origin)
	if err != nil {
		return err
	}
	cosigner, err := f_note.NewSignerForCosignatureV1(secret)
	if err != nil {
		return err
	}
	driver, err := posix.New(ctx, posix.Config{Path: folder})
	if err != nil {
		return err
	}
	appender, shutdown, reader, err := tessera.NewAppender(ctx, driver, tessera.NewAppendOptions().
		WithCheckpointSigner(signer, cosigner).
		WithBatching(4096, 100*time.Millisecond).
		WithPushback(uint(count)+1).
		WithCheckpointInterval(100*time.Millisecond))
	if err != nil {
		return err
	}
	futures := make([]tessera.IndexFuture, count)
	for i := range futures {
		futures[i] = appender.Add(ctx, tessera.NewEntry(entry(i)))
	}
	awaiter := tessera.NewPublicationAwaiter(ctx, reader.ReadCheckpoint, 50*time.Millisecond)
	for _, future := range futures {
		if _, err := future(); err != nil {
			return err
		}
	}
	if _, _, err := awaiter.Await(ctx, futures[count-1]); err != nil {
		return err
	}
	cosignerKey, err := f_note.VKeyToCosignatureV1(key)
	if err != nil {
		return err
	}
	fmt.Println(logKey)
	fmt.Println(cosignerKey)
	return shutdown(ctx)
}

func entry(i int) []byte {
	text := []byte(fmt.Sprintf("entry %d ", i))
	for len(text) < i%200 {
		text = append(text, byte(i))
	}
	return text[:min(len(text), 200)]
}

// check is fsck with the leaf hash of RFC 6962.
func check(ctx context.Context, folder, vkey string) error {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return err
	}
	leafHashes := func(bundle []byte) ([][]byte, error) {
		entries := api.EntryBundle{}
		if err := entries.UnmarshalText(bundle); err != nil {
			return nil, err
		}
		var hashes [][]byte
		for _, entry := range entries.Entries {
			hashes = append(hashes, rfc6962.DefaultHasher.HashLeaf(entry))
		}
		return hashes, nil
	}
	files := client.FileFetcher{Root: folder}
	return fsck.New(verifier.Name(), verifier, files, leafHashes, fsck.Opts{N: 2}).Check(ctx)
}

func cosignature(path, vkey string) error {
	signed, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	verifier, err := f_note.NewVerifierForCosignatureV1(vkey)
	if err != nil {
		return err
	}
	opened, err := note.Open(signed, note.VerifierList(verifier))
	if err != nil {
		return err
	}
	when, err := f_note.CoSigV1Timestamp(opened.Sigs[0])
	fmt.Println(when.Unix())
	return err
}

func run(words []string) error {
	ctx := context.Background()
	if len(words) == 3 && words[0] == "write" {
		count, err := strconv.Atoi(words[2])
		if err != nil {
			return err
		}
		return write(ctx, words[1], count)
	}
	if len(words) == 3 && words[0] == "check" {
		return check(ctx, words[1], words[2])
	}
	if len(words) == 1 && words[0] == "hashes" {
		return measureHashes()
	}
	if len(words) == 5 && words[0] == "durable" {
		var batch, outstanding int
		var seconds float64
		if _, err := fmt.Sscan(strings.Join(words[2:], " "), &batch, &outstanding, &seconds); err != nil {
			return err
		}
		return measureDurable(ctx, words[1], batch, outstanding, seconds)
	}
	if len(words) == 3 && words[0] == "cosignature" {
		return cosignature(words[1], words[2])
	}
	return errors.New("usage: tessera write|check|cosignature ...")
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
