// SPDX-License-Identifier: BSD-3-Clause
// The exchange over MPI against the one that pretends: same words, same ears, same bytes counted.
#include <doctest/doctest.h>
#include <mpi.h>

#include "gridswarm/base/collectives.hpp"
#include "gridswarm/base/random.hpp"
#include "gridswarm/mpi/exchange_mpi.hpp"

using namespace gridswarm;

namespace {

/// What rank `source` says to `target` in this round: 0 to 999 random bytes, nothing every third.
Bytes word(int source, int target, std::uint32_t round) {
  const auto pair = static_cast<std::uint64_t>(source * 100 + target);
  if ((source + target + static_cast<int>(round)) % 3 == 0) return {};
  Bytes bytes(draw_below(5, Stream::test, pair, round, 1000));
  for (std::size_t i = 0; i < bytes.size(); ++i)
    bytes[i] =
        static_cast<std::byte>(draw(6, Stream::test, pair, static_cast<std::uint32_t>(i))[0]);
  return bytes;
}

/// One round over any exchange: pack, exchange, compare every box with what was to come.
void check_round(Exchange& exchange, Mail& mail, std::uint32_t round) {
  for (int h = 0; h < exchange.hosted(); ++h)
    for (int target = 0; target < exchange.ranks(); ++target)
      mail.out[h][target] = word(exchange.first_hosted() + h, target, round);
  exchange.exchange(mail);
  for (int h = 0; h < exchange.hosted(); ++h)
    for (int source = 0; source < exchange.ranks(); ++source) {
      CHECK(mail.in[h][source] == word(source, exchange.first_hosted() + h, round));
      CHECK(mail.out[h][source].empty());
    }
}

std::int64_t sum_over_ranks(std::int64_t value) {
  std::int64_t sum = 0;
  MPI_Allreduce(&value, &sum, 1, MPI_INT64_T, MPI_SUM, MPI_COMM_WORLD);
  return sum;
}

}  // namespace

TEST_CASE("every rank hears what was said to it, round after round, and no byte is miscounted") {
  const auto exchange = mpi::make_exchange();
  LocalExchange pretended(exchange->ranks());
  Mail mail = make_mail(*exchange);
  Mail pretended_mail = make_mail(pretended);
  for (std::uint32_t round = 0; round < 5; ++round) {
    check_round(*exchange, mail, round);
    check_round(pretended, pretended_mail, round);
  }
  CHECK(exchange->hosted() == 1);
  CHECK(exchange->traffic().rounds == pretended.traffic().rounds);
  CHECK(sum_over_ranks(exchange->traffic().bytes) == pretended.traffic().bytes);
}

TEST_CASE("gather, broadcast, all-gather and the largest value agree with their definitions") {
  const auto exchange = mpi::make_exchange();
  const int ranks = exchange->ranks();
  const int rank = exchange->first_hosted();
  std::vector<Bytes> all;
  for (int r = 0; r < ranks; ++r) all.push_back(word(r, 7, 1));
  CHECK(gather_to_root(*exchange, {all[rank]}) == (rank == 0 ? all : std::vector<Bytes>{}));
  CHECK(all_gather(*exchange, {all[rank]}) == all);
  CHECK(broadcast(*exchange, rank == 0 ? all[0] : Bytes(3)) == all[0]);
  CHECK(all_max(*exchange, -rank) == 0);
  CHECK(all_sum(*exchange, rank + 1) == ranks * (ranks + 1) / 2);
  CHECK(all_max(*exchange, rank) == ranks - 1);
  CHECK(any_process(*exchange, rank == ranks - 1));
  CHECK_FALSE(any_process(*exchange, false));
}

TEST_CASE("boxes of a megabyte arrive whole") {
  const auto exchange = mpi::make_exchange();
  Mail mail = make_mail(*exchange);
  const std::size_t size = (1 << 20) + 3;
  for (Bytes& box : mail.out[0]) box.assign(size, static_cast<std::byte>(exchange->first_hosted()));
  exchange->exchange(mail);
  for (int source = 0; source < exchange->ranks(); ++source)
    CHECK(mail.in[0][source] == Bytes(size, static_cast<std::byte>(source)));
}

TEST_CASE("a communicator comes as its Fortran handle, the way mpi4py gives it") {
  int rank = 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm half;
  MPI_Comm_split(MPI_COMM_WORLD, rank % 2, rank, &half);
  int size = 0;
  MPI_Comm_size(half, &size);
  const auto exchange = mpi::make_exchange(static_cast<int>(MPI_Comm_c2f(half)));
  MPI_Comm_free(&half);  // the exchange lives on its own duplicate
  CHECK(exchange->ranks() == size);
  CHECK(all_max(*exchange, rank) % 2 == rank % 2);
}

TEST_CASE("a session within a running MPI ends nothing") {
  { const mpi::Session session; }
  int finalized = 1;
  MPI_Finalized(&finalized);
  CHECK(finalized == 0);
  CHECK(mpi::available());
  CHECK_FALSE(mpi::library_version().empty());
}
