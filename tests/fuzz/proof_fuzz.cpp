// SPDX-License-Identifier: BSD-3-Clause
// Proofs of every length and of any sizes: the verifiers, which follow the steps of RFC 9162, say
// what the definition of the tree by recursion (RFC 6962 section 2.1) says.
//
// A text is: old size or index (8 bytes), size (8), then hashes; the root is the one that the
// recursion gives, or one beside it where the first byte is odd, so both answers are asked for.
#include <bit>

#include "fuzz.hpp"
#include "gridswarm/ledger/bytes.hpp"
#include "gridswarm/ledger/tree.hpp"

namespace gridswarm::fuzz {
namespace {

using namespace ledger;

/// Proof hashes are taken from the root's end; `left` is how many are not used yet.
struct Path {
  std::span<const Hash> hashes;
  std::size_t left;
  bool ok = true;
  Hash take() {
    if (left == 0) ok = false;
    return ok ? hashes[--left] : Hash{};
  }
};

/// Root of n leaves by the path of leaf m.
Hash root_by(Path& path, std::uint64_t m, std::uint64_t n, const Hash& leaf) {
  if (n == 1) return leaf;
  const std::uint64_t k = std::bit_floor(n - 1);
  const Hash other = path.take();
  if (!path.ok) return {};
  return m < k ? node_hash(root_by(path, m, k, leaf), other)
               : node_hash(other, root_by(path, m - k, n - k, leaf));
}

/// Roots of the first m and of all n leaves, by SUBPROOF(m, n, is_whole).
std::pair<Hash, Hash> roots_by(Path& path, std::uint64_t m, std::uint64_t n, bool is_whole,
                               const Hash& old_root) {
  if (m == n) {
    const Hash hash = is_whole ? old_root : path.take();
    return {hash, hash};
  }
  const std::uint64_t k = std::bit_floor(n - 1);
  const Hash other = path.take();
  if (!path.ok) return {};
  if (m <= k) {
    const auto [first, all] = roots_by(path, m, k, is_whole, old_root);
    return {first, node_hash(all, other)};
  }
  const auto [first, all] = roots_by(path, m - k, n - k, false, old_root);
  return {node_hash(other, first), node_hash(other, all)};
}

void try_inclusion(std::uint64_t index, std::uint64_t size, std::span<const Hash> proof, bool odd) {
  const Hash leaf = sha256(bytes_of("leaf"));
  if (index >= size) {
    claim(!verify_inclusion(leaf, index, size, proof, leaf), "there is no such leaf");
    return;
  }
  Path path{proof, proof.size()};
  Hash root = root_by(path, index, size, leaf);
  const bool fits = path.ok && path.left == 0;
  if (odd) root[31] ^= std::byte{1};
  claim(verify_inclusion(leaf, index, size, proof, root) == (fits && !odd), "inclusion");
}

void try_consistency(std::uint64_t old_size, std::uint64_t size, std::span<const Hash> proof,
                     bool odd) {
  Hash old_root = sha256(bytes_of("old"));
  if (old_size > size) {
    claim(!verify_consistency(old_size, size, proof, old_root, old_root), "it can't shrink");
    return;
  }
  if (old_size == 0) {
    claim(verify_consistency(0, size, proof, empty_root(), size == 0 ? empty_root() : old_root) ==
              proof.empty(),
          "every tree begins with none");
    return;
  }
  Path path{proof, proof.size()};
  auto [first, root] = roots_by(path, old_size, size, true, old_root);
  const bool fits = path.ok && path.left == 0;
  if (fits) old_root = first;
  if (odd) root[0] ^= std::byte{128};
  claim(verify_consistency(old_size, size, proof, old_root, root) == (fits && !odd), "consistency");
}

}  // namespace

void body(std::string_view text) {
  Reader reader(bytes_of(text));
  const std::uint64_t first = reader.u64();
  const std::uint64_t size = reader.u64();
  std::vector<Hash> proof;
  while (reader.left() >= sizeof(Hash)) proof.push_back(reader.hash());
  if (!reader.ok() || proof.size() > 200) return;
  const bool odd = !text.empty() && text[0] % 2 != 0;
  // As they are, and cut to sizes at which a few hashes can fit.
  const int bits = static_cast<int>(proof.size()) + 1;
  for (const std::uint64_t mask :
       {~std::uint64_t{0}, bits < 64 ? (std::uint64_t{1} << bits) - 1 : ~std::uint64_t{0}}) {
    try_inclusion(first & mask, size & mask, proof, odd);
    try_consistency(first & mask, size & mask, proof, odd);
  }
}

}  // namespace gridswarm::fuzz
