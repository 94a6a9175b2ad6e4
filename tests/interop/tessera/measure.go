// SPDX-License-Identifier: BSD-3-Clause

package main

// What ./dev peers ledger measures of Go's packages.

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"os"
	"sort"
	"time"

	"github.com/transparency-dev/tessera"
	"github.com/transparency-dev/tessera/storage/posix"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const recordBytes = 118

// best is the shortest of some calls, in seconds.
func best(repeats int, body func()) float64 {
	body()
	shortest := 1e300
	for i := 0; i < repeats; i++ {
		begin := time.Now()
		body()
		shortest = min(shortest, time.Since(begin).Seconds())
	}
	return shortest
}

// memory keeps every hash of a tree in tlog's order.
type memory []tlog.Hash

func (m memory) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		hashes[i] = m[index]
	}
	return hashes, nil
}

// treeOf appends records one by one, as tlog does.
func treeOf(m memory, count int, record []byte) memory {
	for i := 0; i < count; i++ {
		hashes, err := tlog.StoredHashes(int64(i), record, m)
		if err != nil {
			panic(err)
		}
		m = append(m, hashes...)
	}
	return m
}

// measureHashes prints seconds per node, per record appended, and per proof checked by x/mod.
func measureHashes() error {
	record := make([]byte, recordBytes)
	const nodes = 4096
	left, right := tlog.RecordHash(record), tlog.RecordHash(record[1:])
	node := best(200, func() {
		for i := 0; i < nodes; i++ {
			left = tlog.NodeHash(left, right)
		}
	}) / nodes
	const records = 16384
	store := make(memory, 0, 2*records)
	appended := best(20, func() { treeOf(store[:0], records, record) }) / records
	const leaves = 1 << 20
	tree := treeOf(make(memory, 0, 2*leaves), leaves, record)
	root, err := tlog.TreeHash(leaves, tree)
	if err != nil {
		return err
	}
	const asked = 64
	var proofs [asked]tlog.RecordProof
	index := func(i int) int64 { return int64(i) * 15838477 % leaves }
	for i := range proofs {
		if proofs[i], err = tlog.ProveRecord(leaves, index(i), tree); err != nil {
			return err
		}
	}
	hash := tlog.RecordHash(record)
	verify := best(200, func() {
		for i, proof := range proofs {
			if tlog.CheckRecord(proof, leaves, root, index(i), hash) != nil {
				panic("a proof fails")
			}
		}
	}) / asked
	return json.NewEncoder(os.Stdout).Encode(map[string]float64{
		"node_s": node, "append_s": appended, "verify_s": verify})
}

// measureDurable keeps `outstanding` records under way for some seconds and prints how many were
// acknowledged per second and how long each waited.
func measureDurable(ctx context.Context, folder string, batch, outstanding int, seconds float64) error {
	secret, _, err := note.GenerateKey(rand.Reader, origin)
	if err != nil {
		return err
	}
	signer, err := note.NewSigner(secret)
	if err != nil {
		return err
	}
	driver, err := posix.New(ctx, posix.Config{Path: folder})
	if err != nil {
		return err
	}
	appender, shutdown, _, err := tessera.NewAppender(ctx, driver, tessera.NewAppendOptions().
		WithCheckpointSigner(signer).
		WithBatching(uint(batch), 5*time.Millisecond).
		WithPushback(uint(2*outstanding)).
		WithCheckpointInterval(time.Second))
	if err != nil {
		return err
	}
	type pending struct {
		future tessera.IndexFuture
		since  time.Time
	}
	underWay := make(chan pending, outstanding)
	begin := time.Now()
	end := begin.Add(time.Duration(seconds * float64(time.Second)))
	go func() {
		for number := uint64(0); time.Now().Before(end); number++ {
			record := make([]byte, recordBytes)
			copy(record, fmt.Sprint(number))
			underWay <- pending{appender.Add(ctx, tessera.NewEntry(record)), time.Now()}
		}
		close(underWay)
	}()
	var waits []float64
	for one := range underWay {
		if _, err := one.future(); err != nil {
			return err
		}
		waits = append(waits, time.Since(one.since).Seconds())
	}
	took := time.Since(begin).Seconds()
	sort.Float64s(waits)
	if err := json.NewEncoder(os.Stdout).Encode(map[string]float64{
		"records_per_s": float64(len(waits)) / took,
		"p50_ms":        1e3 * waits[len(waits)/2],
		"p99_ms":        1e3 * waits[len(waits)*99/100]}); err != nil {
		return err
	}
	return shutdown(ctx)
}
