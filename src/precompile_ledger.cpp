// SPDX-License-Identifier: BSD-3-Clause
// The bodies of ledger/, once.
#include "gridswarm/ledger/bytes.ipp"
#include "gridswarm/ledger/checkpoint.ipp"
#include "gridswarm/ledger/file_memory.ipp"
#include "gridswarm/ledger/header.ipp"
#include "gridswarm/ledger/log.ipp"
#include "gridswarm/ledger/note.ipp"
#include "gridswarm/ledger/record.ipp"
#include "gridswarm/ledger/sha256_reference.ipp"
#include "gridswarm/ledger/superblock.ipp"
#include "gridswarm/ledger/tile.ipp"
#include "gridswarm/ledger/tree.ipp"
#include "gridswarm/ledger/verify.ipp"
