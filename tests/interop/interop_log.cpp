// SPDX-License-Identifier: BSD-3-Clause
// Our side of the tests that pass logs between gridswarm and other programs.
//
//   interop_log write FOLDER SIZE...   a log that grew to each of the sizes; the checkpoints of all
//                                      but the last stay as FOLDER.SIZE; prints its public key
//   interop_log cosign NOTE TIME       add a cosignature; prints the cosigner's public key
//   interop_log check FOLDER VKEY...   anybody's log: do note, entries, tiles and root agree?
//                                      prints origin, size, root, and how many of the keys signed
//
// `check` is no `gridswarm verify`: a foreign log holds no records of ours, has no superblocks and
// may keep other files. So it asks what tlog-tiles promises, by the functions that verify uses.
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "gridswarm/base/error.hpp"
#include "gridswarm/base/random.hpp"
#include "gridswarm/ledger/checkpoint.hpp"
#include "gridswarm/ledger/tile.hpp"
#include "unit/ledger/sample_log.hpp"

using namespace gridswarm::ledger;
using gridswarm::Bytes;
using gridswarm::FileError;
using gridswarm::UsageError;

namespace {

void save(const std::string& path, std::string_view text) {
  posix_files().write(path, bytes_of(text));
}

std::string load(const std::string& path) { return std::string(text_of(posix_files().read(path))); }

void write_log(const std::string& folder, std::span<char*> sizes) {
  Log log = Log::create(posix_files(), folder, demo_key(1), sample::genesis());
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const int more = std::atoi(sizes[i]) - static_cast<int>(log.head().size);
    if (more < 1) throw UsageError("the sizes must grow");
    sample::append_block(log, more - 1);  // and the header
    if (i + 1 < sizes.size()) save(folder + "." + sizes[i], load(folder + "/checkpoint"));
  }
  std::printf("%s\n", to_text(verifier_of(demo_key(1))).c_str());
}

void cosign(const std::string& path, std::uint64_t time_s) {
  auto note = parse_note(load(path));
  if (!note) throw FileError(path, "is no note");
  SigningKey key = demo_key(2);
  key.name = "cosigner.example/one";
  note->signatures.push_back(cosign_note(key, note->text, time_s));
  save(path, to_text(*note));
  std::printf("%s\n", to_text(verifier_of(key, KeyType::cosignature)).c_str());
}

/// The note's checkpoint and how many of the keys signed it, the log's own among them.
std::pair<Checkpoint, std::size_t> signed_head(const std::string& path,
                                               std::span<const VerifierKey> keys) {
  const auto note = parse_note(load(path));
  if (!note) throw FileError(path, "is no note");
  const NoteCheck check = check_note(*note, keys);
  if (!check.reason.empty()) throw FileError(path, check.reason);
  const auto head = parse_checkpoint(note->text);
  if (!head) throw FileError(path, "is no checkpoint");
  if (check.signers.empty() || check.signers[0] != 0 || head->origin != keys[0].name)
    throw FileError(path, "is not signed by " + keys[0].name);
  return {*head, check.signers.size()};
}

/// The tree of the entries in the bundles.
TileEdge tree_of_bundles(const std::string& folder, std::uint64_t size) {
  TileEdge edge;
  const auto compare = [&](const TileId& tile, std::span<const Hash> hashes) {
    const std::string path = folder + "/" + path_of(tile);
    if (!same_bytes(posix_files().read(path), std::as_bytes(hashes)))
      throw FileError(path, "is not what the entries give");
  };
  for (const TileId& id : tiles_of(size)) {
    if (id.level != bundle_level) break;
    const std::string path = folder + "/" + path_of(id);
    const Bytes bundle = posix_files().read(path);
    const auto entries = parse_bundle(bundle, id.width);
    if (!entries) throw FileError(path, "is no bundle");
    for (const ByteView entry : *entries) append(edge, leaf_hash(entry), compare);
  }
  visit_partial(edge, compare);
  return edge;
}

/// Proofs made from the tiles must lead to the root, and to no other.
void check_proofs(const std::string& folder, const Head& head) {
  TileNodes nodes(posix_files(), folder, head.size);
  Hash wrong = head.root;
  wrong[7] ^= std::byte{1};
  for (std::uint64_t i = 0; i < 200; ++i) {
    const double drawn = gridswarm::draw_uniform(1, gridswarm::Stream::test, i, 0);
    const auto index = static_cast<std::uint64_t>(drawn * static_cast<double>(head.size));
    const Hash leaf = leaf_hash(read_entry(posix_files(), folder, index, head.size));
    const Proof proof = inclusion_proof(nodes, index, head.size);
    if (!verify_inclusion(leaf, index, head.size, proof, head.root) ||
        verify_inclusion(leaf, index, head.size, proof, wrong))
      throw FileError(folder, "entry " + std::to_string(index) + " does not prove itself");
    const Hash old_root = tree_root(nodes, index + 1);
    if (!verify_consistency(index + 1, head.size, consistency_proof(nodes, index + 1, head.size),
                            old_root, head.root))
      throw FileError(folder, "its tree does not begin with its first leaves");
  }
}

void check_log(const std::string& folder, std::span<char*> vkeys) {
  std::vector<VerifierKey> keys;
  for (const char* text : vkeys) {
    const auto key = parse_vkey(text);
    if (!key) throw UsageError(std::string("no public key: ") + text);
    keys.push_back(*key);
  }
  const auto [checkpoint, signers] = signed_head(folder + "/checkpoint", keys);
  const Head head{checkpoint.size, checkpoint.root};
  if (root_of(tree_of_bundles(folder, head.size)) != head.root)
    throw FileError(folder, "the entries do not give the signed root");
  check_proofs(folder, head);
  std::printf("%s %llu %s %zu\n", checkpoint.origin.c_str(),
              static_cast<unsigned long long>(head.size), to_base64(head.root).c_str(), signers);
}

void run(std::span<char*> words) {
  const std::string word = words.size() < 4 ? "" : words[1];
  if (word == "write") return write_log(words[2], words.subspan(3));
  if (word == "cosign") return cosign(words[2], std::strtoull(words[3], nullptr, 10));
  if (word == "check") return check_log(words[2], words.subspan(3));
  throw UsageError("usage: interop_log write|cosign|check ...");
}

}  // namespace

int main(int count, char** words) {
  try {
    run({words, static_cast<std::size_t>(count)});
  } catch (const gridswarm::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return static_cast<int>(error.exit_code);
  }
}
