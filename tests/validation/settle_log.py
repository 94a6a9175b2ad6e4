# SPDX-License-Identifier: BSD-3-Clause
"""Records of a log folder as Python values, from docs/formats.md and formats-payloads.md alone.

Whether the log is whole and signed is verify_log.py's business; this only reads what it says.
"""
import hashlib
import pathlib
import struct
import typing

CLUSTER, GATEWAY = 1 << 61, 1 << 62
HEADER, READING, MEMBERSHIP, LEADER, SETTLEMENT, INTERVAL = range(1, 7)


class Record(typing.NamedTuple):
    kind: int
    schema: int
    author: int
    sequence: int
    tick: int
    epoch: int
    flags: int
    payload: bytes


class Settle(typing.NamedTuple):
    agent: int
    tick: int
    cluster: int
    produced: int
    consumed: int
    shared: int
    tokens: int
    reward: int


class ClusterTick(typing.NamedTuple):
    cluster: int
    epoch: int
    tick: int
    count: int
    net: int
    shared: int
    residual: int
    limits: int
    readings: bytes


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def bundle_path(folder, index, width):
    text = f"{index % 1000:03d}"
    while index >= 1000:
        index //= 1000
        text = f"x{index % 1000:03d}/{text}"
    return pathlib.Path(folder, "tile/entries", text + (f".p/{width}" if width < 256 else ""))


def entries(folder):
    """The bytes of every entry up to the size that the checkpoint states."""
    size = int(pathlib.Path(folder, "checkpoint").read_text().split("\n")[1])
    for index in range((size + 255) // 256):
        width = min(256, size - 256 * index)
        raw, at = bundle_path(folder, index, width).read_bytes(), 0
        for _ in range(width):
            (length,) = struct.unpack_from(">H", raw, at)
            yield raw[at + 2 : at + 2 + length]
            at += 2 + length
        assert at == len(raw)


def records(folder):
    """All records in order, block headers included."""
    for entry in entries(folder):
        kind, schema = struct.unpack_from(">HH", entry, 1)
        author, sequence, tick, epoch, flags, n = struct.unpack_from(">qQqQBH", entry, 37)
        assert entry[0] == 1 and flags & 2 == 0 and len(entry) == 72 + n
        yield Record(kind, schema, author, sequence, tick, epoch, flags, entry[72:])


def settle_of(record):
    return Settle(*struct.unpack(">8q", record.payload))


def cluster_tick_of(record):
    return ClusterTick(*struct.unpack(">8q32s", record.payload))


def philox(key, counter):
    """Philox4x32-10 (Salmon et al., SC11): four words from a 64-bit key and four words."""
    k0, k1 = key & 0xFFFFFFFF, key >> 32
    c0, c1, c2, c3 = counter
    for _ in range(10):
        high0, low0 = divmod(0xD2511F53 * c0, 1 << 32)
        high1, low1 = divmod(0xCD9E8D57 * c2, 1 << 32)
        c0, c1, c2, c3 = high1 ^ c1 ^ k0, low1, high0 ^ c3 ^ k1, low0
        k0, k1 = (k0 + 0x9E3779B9) & 0xFFFFFFFF, (k1 + 0xBB67AE85) & 0xFFFFFFFF
    return c0, c1, c2, c3


def reading_salt(seed, agent, tick):
    """The draw (seed, salt stream 5, agent, tick), four big-endian words."""
    return struct.pack(">4I", *philox(seed, (agent & 0xFFFFFFFF, agent >> 32, tick, 5)))
