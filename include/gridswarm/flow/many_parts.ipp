// SPDX-License-Identifier: BSD-3-Clause
// Blocks of many feeders over threads and ranks, whatever networks they are.
#pragma once

#include <algorithm>
#include <cstring>
#include <optional>
#include <string>

#include "gridswarm/base/collectives.hpp"
#include "gridswarm/base/error.hpp"
#include "gridswarm/base/parallel.hpp"
#include "gridswarm/flow/many.hpp"

namespace gridswarm::inline GS_ABI::flow::detail {

/// A run of scenarios of one feeder.
struct Piece {
  Index feeder;
  std::int64_t first;
  Index count;
};

/// What became of a piece: a result, or why not.
template <class Types>
struct OutcomeOf {
  typename Types::Result result;
  Column<double> more;
  ExitCode code = ExitCode::ok;
  std::string error;
};

/// Blocks that a rank solves in a round, whatever threads it has: ranks must cut rounds alike.
inline constexpr Index blocks_per_rank = 16;

/// Scenarios of a block at most, so that short series of small feeders have blocks to share, too.
inline constexpr Index longest_piece = 256;

/// Run `body`, keep what it throws.
template <class Outcome, class Body>
void keep_errors(Outcome& outcome, Body&& body) noexcept {
  try {
    body();
  } catch (const Error& error) {
    outcome.code = error.exit_code;
    outcome.error = error.what();
  } catch (const std::exception& error) {
    outcome.code = ExitCode::run_time;
    outcome.error = error.what();
  }
}

inline void append_raw(Bytes& bytes, const void* data, std::size_t size) {
  const std::size_t at = bytes.size();
  bytes.resize(at + size);
  if (size > 0) std::memcpy(bytes.data() + at, data, size);
}

template <class Types>
void pack(const OutcomeOf<Types>& outcome, Bytes& bytes) {
  const std::uint64_t sizes[] = {static_cast<std::uint64_t>(outcome.code), outcome.error.size(),
                                 outcome.more.size()};
  append_raw(bytes, sizes, sizeof sizes);
  append_raw(bytes, outcome.error.data(), outcome.error.size());
  append_raw(bytes, outcome.more.data(), outcome.more.size() * sizeof(double));
  append_bytes(outcome.result, bytes);
}

template <class Types>
OutcomeOf<Types> unpack(const Bytes& bytes, std::size_t& at) {
  OutcomeOf<Types> outcome;
  std::uint64_t sizes[3];
  const auto take = [&](void* to, std::size_t size) {
    GRIDSWARM_ASSERT(size <= bytes.size() && at <= bytes.size() - size);
    if (size > 0) std::memcpy(to, bytes.data() + at, size);
    at += size;
  };
  take(sizes, sizeof sizes);
  outcome.code = static_cast<ExitCode>(sizes[0]);
  outcome.error.resize(sizes[1]);
  outcome.more.resize(sizes[2]);
  take(outcome.error.data(), outcome.error.size());
  take(outcome.more.data(), outcome.more.size() * sizeof(double));
  read_bytes(bytes, at, outcome.result);
  return outcome;
}

/// Everything of one call of solve_many.
template <class Types>
struct Many {
  const FlowOptions& options;
  const StreamOptions& stream;
  const ManyHooksOf<Types>& hooks;
  Exchange& exchange;
  std::vector<ShelfOf<Types>> shelf;  ///< by feeder
  std::vector<Piece> pieces;
  std::vector<BlockWorkOf<Types>> work;  ///< by thread
};

template <class Types>
Many<Types> make_many(std::span<const FeederBatchOf<Types>> feeders, const FlowOptions& options,
                      const StreamOptions& stream, Exchange& exchange,
                      const ManyHooksOf<Types>& hooks) {
  Many<Types> many{options, stream, hooks, exchange, {}, {}, {}};
  StreamOptions in_flight = stream;  // many blocks are held at once
  in_flight.memory_mib = stream.memory_mib / blocks_per_rank;
  for (std::size_t f = 0; f < feeders.size(); ++f) {
    many.shelf.push_back(make_shelf(*feeders[f].grid, *feeders[f].batch, options, stream));
    const std::int64_t all = scenarios_of(*feeders[f].batch);
    for (std::int64_t first = 0; first < all;) {
      const Index fits = next_block(many.shelf.back(), in_flight, first);
      const Index count = stream.block > 0 ? fits : std::min(fits, longest_piece);
      many.pieces.push_back({static_cast<Index>(f), first, count});
      first += count;
    }
  }
  many.work.resize(static_cast<std::size_t>(threads_for(static_cast<int>(options.threads))));
  return many;
}

template <class Types>
void solve_piece(Many<Types>& many, const Piece& piece, BlockWorkOf<Types>& work,
                 OutcomeOf<Types>& outcome) {
  keep_errors(outcome, [&] {
    FlowOptions alone = many.options;
    alone.threads = 1;
    const BlockOf<Types> block =
        solve_block(many.shelf[piece.feeder], alone, piece.first, piece.count, work);
    if (many.hooks.measure) many.hooks.measure(piece.feeder, block, outcome.more);
    if (!many.hooks.keep_voltages)
      for (auto* column :
           {&work.result.v_re, &work.result.v_im, &work.result.vm_pu, &work.result.va_rad})
        column->clear();
    std::swap(outcome.result, work.result);
  });
}

/// The pieces of a round that one rank solves: every ranks-th.
template <class Types>
std::vector<Index> share_of(const Many<Types>& many, Index begin, Index end, int rank) {
  std::vector<Index> mine;
  for (Index i = begin + rank; i < end; i += many.exchange.ranks()) mine.push_back(i);
  return mine;
}

/// Solve a rank's pieces: solvers first, one feeder per thread, then blocks.
template <class Types>
std::vector<OutcomeOf<Types>> solve_share(Many<Types>& many, const std::vector<Index>& mine) {
  std::vector<OutcomeOf<Types>> outcomes(mine.size());
  std::vector<std::size_t> feeder_begins;  // positions in `mine` where another feeder begins
  for (std::size_t k = 0; k < mine.size(); ++k)
    if (k == 0 || many.pieces[mine[k]].feeder != many.pieces[mine[k - 1]].feeder)
      feeder_begins.push_back(k);
  feeder_begins.push_back(mine.size());
  const int threads = threads_for(static_cast<int>(many.options.threads));
  run_pieces(static_cast<Index>(feeder_begins.size()) - 1, threads, [&](Index f, int) {
    ShelfOf<Types>& shelf = many.shelf[many.pieces[mine[feeder_begins[f]]].feeder];
    const std::int64_t since = shelf.uses;
    for (std::size_t k = feeder_begins[f]; k < feeder_begins[f + 1]; ++k)
      keep_errors(outcomes[k], [&] {
        const Piece& piece = many.pieces[mine[k]];
        ready(shelf, many.stream, piece.first, piece.count);
      });
    put_away(shelf, since);
  });
  run_pieces(static_cast<Index>(mine.size()), threads, [&](Index k, int thread) {
    if (outcomes[k].error.empty())
      solve_piece(many, many.pieces[mine[k]], many.work[thread], outcomes[k]);
  });
  return outcomes;
}

/// Hand a round's outcomes on in order. Returns whether to go on; `failed` becomes the first error.
template <class Types>
bool deliver(const Many<Types>& many, std::vector<std::vector<OutcomeOf<Types>>>& by_rank,
             Index begin, Index end, std::optional<OutcomeOf<Types>>& failed) {
  const auto ranks = static_cast<Index>(many.exchange.ranks());
  for (Index i = begin; i < end; ++i) {
    OutcomeOf<Types>& outcome = by_rank[(i - begin) % ranks][(i - begin) / ranks];
    if (!outcome.error.empty()) {
      failed = std::move(outcome);
      return false;
    }
    const Piece& piece = many.pieces[i];
    if (!many.hooks.sink({piece.feeder, piece.first, outcome.result, outcome.more})) return false;
  }
  return true;
}

/// Every rank hears what rank 0 decided: go on, end, or end with this error.
template <class Types>
bool agree(Exchange& exchange, bool going, const std::optional<OutcomeOf<Types>>& failed) {
  OutcomeOf<Types> said = failed ? *failed : OutcomeOf<Types>();
  said.result = {};
  said.more.assign(1, going ? 1.0 : 0.0);
  Bytes bytes;
  if (hosts_root(exchange)) pack(said, bytes);
  const Bytes heard_bytes = broadcast(exchange, std::move(bytes));
  std::size_t at = 0;
  const auto heard = unpack<Types>(heard_bytes, at);
  if (!heard.error.empty()) throw Error(heard.code, heard.error);
  return heard.more[0] != 0.0;
}

/// One round; false ends.
template <class Types>
bool solve_round(Many<Types>& many, Index begin, Index end) {
  Exchange& exchange = many.exchange;
  std::vector<std::vector<OutcomeOf<Types>>> by_rank(static_cast<std::size_t>(exchange.ranks()));
  std::vector<Bytes> payloads;
  for (int h = 0; h < exchange.hosted(); ++h) {
    const int rank = exchange.first_hosted() + h;
    by_rank[rank] = solve_share(many, share_of(many, begin, end, rank));
    if (exchange.ranks() == 1) continue;  // nothing travels
    Bytes& bytes = payloads.emplace_back();
    for (const auto& outcome : by_rank[rank]) pack(outcome, bytes);
    by_rank[rank].clear();
  }
  if (exchange.ranks() > 1) {
    const std::vector<Bytes> all = gather_to_root(exchange, std::move(payloads));
    for (std::size_t rank = 0; rank < all.size(); ++rank)
      for (std::size_t at = 0; at < all[rank].size();)
        by_rank[rank].push_back(unpack<Types>(all[rank], at));
  }
  bool going = true;
  std::optional<OutcomeOf<Types>> failed;
  if (hosts_root(exchange)) going = deliver(many, by_rank, begin, end, failed);
  return agree(exchange, going, failed);
}

template <class Types>
void solve_many_of(std::span<const FeederBatchOf<Types>> feeders, const FlowOptions& options,
                   const StreamOptions& stream, Exchange& exchange,
                   const ManyHooksOf<Types>& hooks) {
  Many<Types> many = make_many(feeders, options, stream, exchange, hooks);
  const auto all = static_cast<Index>(many.pieces.size());
  const Index per_round = blocks_per_rank * exchange.ranks();
  for (Index begin = 0; begin < all; begin += per_round)
    if (!solve_round(many, begin, std::min<Index>(all, begin + per_round))) return;
}

}  // namespace gridswarm::inline GS_ABI::flow::detail
