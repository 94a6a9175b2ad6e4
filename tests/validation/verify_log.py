# SPDX-License-Identifier: BSD-3-Clause
"""Check a log folder with hashlib and PyNaCl alone, from the specifications and docs/formats.md.

    verify_log.py LOG [VKEY]

Shares no code with gridswarm: RFC 6962 by its recursion, c2sp.org tiles, notes and checkpoints, the
record envelope and block headers. Ends 0 and prints size and root, or 1 and says what is wrong.
"""
import base64
import hashlib
import pathlib
import struct
import sys

import nacl.exceptions
import nacl.signing

DASH = "\u2014 "


class Wrong(Exception):
    """The log is not what it should be."""


def require(condition, sentence):
    if not condition:
        raise Wrong(sentence)


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def merkle_root(leaves):
    """RFC 6962 section 2.1 over a list of leaf hashes."""
    if not leaves:
        return sha256()
    if len(leaves) == 1:
        return leaves[0]
    k = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\x01", merkle_root(leaves[:k]), merkle_root(leaves[k:]))


def decode64(text):
    raw = base64.b64decode(text, validate=True)
    require(base64.b64encode(raw).decode() == text, f"{text} is not canonical base64")
    return raw


def parse_vkey(text):
    name, key_id, key = text.strip().split("+", 2)
    raw = decode64(key)
    require(raw[0] == 1 and len(raw) == 33, "the vkey is not Ed25519")
    require(sha256(name.encode(), b"\n", raw)[:4].hex() == key_id, "the vkey's id is wrong")
    return name, bytes.fromhex(key_id), raw[1:]


def check_note(note, vkey):
    """Text of a note that the key signed; without a key only its form is checked."""
    body, signatures = note.rsplit("\n\n", 1)
    lines = signatures.split("\n")
    require(len(lines) == 2 and lines[1] == "", "not exactly one signature line")
    require(lines[0].startswith(DASH), "a signature line without its dash")
    name, payload = lines[0][len(DASH):].split(" ")
    raw = decode64(payload)
    require(len(raw) == 68, "a signature of the wrong length")
    text = body + "\n"
    if vkey:
        require((name, raw[:4]) == vkey[:2], "signed by another key")
        try:
            nacl.signing.VerifyKey(vkey[2]).verify(text.encode(), raw[4:])
        except nacl.exceptions.BadSignatureError:
            raise Wrong("the signature is wrong") from None
    return text, name


def parse_checkpoint(text):
    lines = text.split("\n")
    require(len(lines) == 4 and lines[3] == "", "a checkpoint has three lines")
    require(str(int(lines[1])) == lines[1], "the size is not a plain decimal")
    root = decode64(lines[2])
    require(len(root) == 32, "the root is not 32 bytes")
    return lines[0], int(lines[1]), root


def tile_path(level, index, width):
    text = f"{index % 1000:03d}"
    while index >= 1000:
        index //= 1000
        text = f"x{index % 1000:03d}/{text}"
    return f"tile/{level}/{text}" + (f".p/{width}" if width < 256 else "")


def expected_tiles(size):
    """{path: (level, first, width)} of every bundle and tile of a tree of that size."""
    tiles = {}
    for level in ["entries", *range(8)]:
        count = size if level == "entries" else size >> 8 * level
        for index in range((count + 255) // 256):
            width = min(256, count - 256 * index)
            tiles[tile_path(level, index, width)] = (level, 256 * index, width)
    return tiles


def parse_bundle(raw, width):
    entries = []
    at = 0
    for _ in range(width):
        (length,) = struct.unpack_from(">H", raw, at)
        entries.append(raw[at + 2:at + 2 + length])
        require(len(entries[-1]) == length, "a bundle is cut off")
        at += 2 + length
    require(at == len(raw), "a bundle has bytes left over")
    return entries


def parse_record(entry):
    """(kind, schema, genesis, author, sequence, payload) of a record envelope."""
    require(len(entry) >= 72, "a record is cut off")
    version, kind, schema = struct.unpack_from(">BHH", entry)
    genesis = entry[5:37]
    author, sequence, _, _, flags, length = struct.unpack_from(">qQqQBH", entry, 37)
    require(version == 1 and 1 <= kind <= 8 and flags <= 3, "a record has unknown values")
    require(len(entry) == 72 + length + (64 if flags & 2 else 0), "a record's length is wrong")
    require(not flags & 1 or length == 32, "a commitment is not 32 bytes")
    require(kind != 1 or flags == 0, "a header is salted or signed")
    return kind, schema, genesis, author, sequence, entry[72:72 + length]


def check_blocks(entries, leaves):
    """Headers chain, count their records and carry their root. Returns the ends of all blocks."""
    parent, first, ends, genesis = bytes(32), 0, [0], None
    for i, entry in enumerate(entries):
        kind, schema, own, author, sequence, payload = parse_record(entry)
        genesis = genesis or own
        require(own == genesis, f"entry {i} is of another log")
        if kind != 1:
            continue
        require(schema == 1 and len(payload) == 216, f"header {i} is malformed")
        _, height, _ = struct.unpack_from(">QQQ", payload, 32)
        first_index, count = struct.unpack_from(">QQ", payload, 88)
        (proposer,) = struct.unpack_from(">q", payload, 200)
        require(payload[:32] == own, f"header {i} is of another log")
        require((height, height) == (len(ends) - 1, sequence), f"header {i} has the wrong height")
        require(proposer == author, f"header {i} has two proposers")
        require(payload[56:88] == parent, f"header {i} has the wrong parent")
        require((first_index, count) == (first, i - first), f"header {i} counts wrongly")
        require(payload[104:136] == merkle_root(leaves[first:i]), f"header {i} has another batch")
        parent, first = leaves[i], i + 1
        ends.append(first)
    require(first == len(entries), "the last block has no header")
    return ends, parent, genesis


def parse_superblock(raw):
    require(raw[:8] == b"GSSUPER1" and sha256(raw[:-32]) == raw[-32:], "a superblock is damaged")
    sequence, size = struct.unpack_from(">QQ", raw, 8)
    root, genesis, tip = raw[24:56], raw[56:88], raw[88:120]
    (length,) = struct.unpack_from(">H", raw, 120)
    require(len(raw) == 122 + length + 32, "a superblock's length is wrong")
    return sequence, size, root, genesis, tip, raw[122:122 + length].decode()


def check_superblocks(log, vkey, size, ends, leaves, tip, genesis, note):
    slots = [parse_superblock((log / f"superblock.{i}").read_bytes()) for i in (0, 1)]
    require([slot[0] % 2 for slot in slots] == [0, 1], "superblocks lie in the wrong places")
    old, new = sorted(slots)
    require(new[0] == old[0] + 1, "superblocks do not follow each other")
    require(new[1:3] == (size, merkle_root(leaves)), "the superblock has another head")
    require(new[4] == tip and new[5] == note, "the superblock has another tip or checkpoint")
    require(old[1] in (size, ends[max(len(ends) - 2, 0)]), "the older superblock is too old")
    require(old[2] == merkle_root(leaves[:old[1]]), "the older superblock has another root")
    require(old[4] == (leaves[old[1] - 1] if old[1] else bytes(32)), "the older tip is wrong")
    require(parse_checkpoint(check_note(old[5], vkey)[0])[1:] == old[1:3], "two heads in one")
    require(new[3] == old[3] and genesis in (None, new[3]), "superblocks of another log")


def verify(folder, vkey=None):
    """(origin, size, root) of a log that is whole; raises Wrong otherwise."""
    log = pathlib.Path(folder)
    note = (log / "checkpoint").read_bytes().decode()
    text, signer = check_note(note, vkey)
    origin, size, root = parse_checkpoint(text)
    require(origin == signer, "the signer is not the origin")
    tiles = expected_tiles(size)
    present = {str(p.relative_to(log)) for p in log.rglob("*") if not p.is_dir()}
    fixed = {"checkpoint", "lock", "superblock.0", "superblock.1"}
    require(present == fixed | set(tiles), f"files differ: {present ^ (fixed | set(tiles))}")
    require((log / "lock").read_bytes() == b"", "the lock is not empty")
    entries = []
    for path, (level, _, width) in tiles.items():
        if level == "entries":
            entries += parse_bundle((log / path).read_bytes(), width)
    leaves = [sha256(b"\x00", entry) for entry in entries]
    require(merkle_root(leaves) == root, "the root is not that of the entries")
    hashes = leaves
    for at in range(8):
        for path, (level, first, width) in tiles.items():
            if level == at:
                wanted = b"".join(hashes[first:first + width])
                require((log / path).read_bytes() == wanted, f"{path} has other hashes")
        full = len(hashes) // 256
        hashes = [merkle_root(hashes[256 * i:256 * i + 256]) for i in range(full)]
    ends, tip, genesis = check_blocks(entries, leaves)
    check_superblocks(log, vkey, size, ends, leaves, tip, genesis, note)
    return origin, size, root


def main(words):
    try:
        origin, size, root = verify(words[0], parse_vkey(words[1]) if len(words) > 1 else None)
    except (Wrong, OSError, ValueError, struct.error) as error:
        print(f"{words[0]}: {error}", file=sys.stderr)
        return 1
    print(origin, size, root.hex())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
