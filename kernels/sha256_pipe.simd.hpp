// SPDX-License-Identifier: BSD-3-Clause
// Nodes near the rate of the rounds: the words W + K of four messages wait in memory, and those of
// the next four are made meanwhile.
//
// A rounds instruction takes 4 cycles and one may start in each, so four messages in turn keep its
// unit busy, unless it waits for words. Making words is a chain of its own: 5 cycles for four
// words, twelve times a block. A node's second block has its words beforehand (node_ends), so the
// words of four next nodes are made between the rounds of two blocks: of one node in each half of a
// block. That halves are a loop is on purpose: unrolled, the code outgrows the processor's store of
// decoded instructions and takes up to twice as long.
#pragma once

#include "sha256_ni.simd.hpp"

namespace gridswarm::inline GS_ABI::kernel {
namespace {

constexpr int pipe_lanes = 4;
/// Times that four words are made for a block, after the sixteen that are given.
constexpr int word_steps = 12;
/// Parts of a block, each with the making of one message's words.
constexpr int block_parts = 2;

/// What four messages go through.
struct PipeState {
  Words feba[pipe_lanes];
  Words hgdc[pipe_lanes];
};

/// The words of a block for each message, four by four.
struct PipeWords {
  alignas(64) Words plain[pipe_lanes][4];       ///< W of the next blocks, the sixteen given
  alignas(64) Words with_k[2][pipe_lanes][16];  ///< W + K of the blocks now and next
  int now = 0;

  /// The first sixteen words of message s's next block.
  [[gnu::always_inline]] inline void put_block(int s, const Words* block) {
    for (int i = 0; i < 4; ++i) {
      plain[s][i] = block[i];
      with_k[1 - now][s][i] = add(block[i], round_words(i));
    }
  }
};

/// Steps first .. last - 1 of a block whose newest sixteen words are in `w`.
template <int first, int last>
[[gnu::always_inline]] inline void make_words(Words* w, Words* with_k) {
  if constexpr (first < last) {
    constexpr int i = first % 4;
    const Words sum = add(__builtin_ia32_sha256msg1(w[i], w[(i + 1) % 4]),
                          __builtin_shufflevector(w[(i + 2) % 4], w[(i + 3) % 4], 1, 2, 3, 4));
    w[i] = __builtin_ia32_sha256msg2(sum, w[(i + 3) % 4]);
    with_k[4 + first] = add(w[i], round_words(4 + first));
    make_words<first + 1, last>(w, with_k);
  }
}

/// `quads` times four rounds, and all steps of one message's next block.
template <int quads, int quad = 0>
[[gnu::always_inline]] inline void rounds_and_words(PipeState& state, const Words* const* given,
                                                    Words* w, Words* with_k) {
  if constexpr (quad < quads) {
#pragma GCC unroll 4
    for (int s = 0; s < pipe_lanes; ++s)
      state.hgdc[s] = __builtin_ia32_sha256rnds2(state.hgdc[s], state.feba[s], given[s][quad]);
#pragma GCC unroll 4
    for (int s = 0; s < pipe_lanes; ++s)
      state.feba[s] = __builtin_ia32_sha256rnds2(
          state.feba[s], state.hgdc[s],
          two_words_at(reinterpret_cast<const uint8_t*>(given[s] + quad) + 8));
    make_words<word_steps * quad / quads, word_steps*(quad + 1) / quads>(w, with_k);
    rounds_and_words<quads, quad + 1>(state, given, w, with_k);
  }
}

/// One block of each message over words given, while next words of block_parts messages are made.
[[gnu::always_inline]] inline void compress_between(PipeState& state, const Words* const* given,
                                                    const Words (*plain)[4], Words (*with_k)[16]) {
  constexpr int quads = 16 / block_parts;
  const Words* at[pipe_lanes];
  for (int s = 0; s < pipe_lanes; ++s) at[s] = given[s];
  PipeState next = state;
#pragma GCC unroll 1
  for (int part = 0; part < block_parts; ++part) {
    Words w[4];
    for (int i = 0; i < 4; ++i) w[i] = plain[part][i];
    rounds_and_words<quads>(next, at, w, with_k[part]);
    for (int s = 0; s < pipe_lanes; ++s) at[s] += quads;
  }
  for (int s = 0; s < pipe_lanes; ++s) {
    state.feba[s] = add(state.feba[s], next.feba[s]);
    state.hgdc[s] = add(state.hgdc[s], next.hgdc[s]);
  }
}

/// Words of the first blocks.
inline void begin(PipeWords& words) {
  for (int s = 0; s < pipe_lanes; ++s) {
    Words w[4];
    for (int i = 0; i < 4; ++i) w[i] = words.plain[s][i];
    make_words<0, word_steps>(w, words.with_k[1 - words.now][s]);
  }
  words.now = 1 - words.now;
}

[[gnu::always_inline]] inline void clear(PipeState& state, int s) {
  state.feba[s] = start_feba;
  state.hgdc[s] = start_hgdc;
}

/// A multiple of pipe_lanes nodes. Of `in` the next nodes are read before `out` gets these.
inline void hash_nodes_in_pipe(const uint8_t* in, size_t count, uint8_t* out) {
  PipeState state;
  PipeWords words;
  const auto load = [&](size_t node) {
    for (int s = 0; s < pipe_lanes; ++s) {
      Words block[4];
      read_first_block(1, in + 64 * (node + static_cast<size_t>(s)), block);
      swap_block(block);
      words.put_block(s, block);
    }
  };
  load(0);
  begin(words);
  for (size_t k = 0; k < count; k += pipe_lanes) {
    const Words *given[pipe_lanes], *ends[pipe_lanes];
    for (int s = 0; s < pipe_lanes; ++s) {
      given[s] = words.with_k[words.now][s];
      ends[s] =
          reinterpret_cast<const Words*>(node_ends.row[in[64 * (k + static_cast<size_t>(s)) + 63]]);
      clear(state, s);
    }
    load(k + pipe_lanes < count ? k + pipe_lanes : k);
    Words(*with_k)[16] = words.with_k[1 - words.now];
    compress_between(state, given, words.plain, with_k);
    compress_between(state, ends, words.plain + block_parts, with_k + block_parts);
    words.now = 1 - words.now;
    for (int s = 0; s < pipe_lanes; ++s)
      store_digest(state.feba[s], state.hgdc[s], out + 32 * (k + static_cast<size_t>(s)));
  }
}

void hash_nodes(const uint8_t* in, size_t count, uint8_t* out) {
  const size_t piped = count / pipe_lanes * pipe_lanes;
  if (piped > 0) hash_nodes_in_pipe(in, piped, out);
  size_t k = piped;
  if (k + 2 <= count) {
    hash_some_nodes<2>(in + 64 * k, out + 32 * k);
    k += 2;
  }
  if (k < count) hash_some_nodes<1>(in + 64 * k, out + 32 * k);
}

}  // namespace
}  // namespace gridswarm::inline GS_ABI::kernel
