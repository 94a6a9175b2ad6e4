// SPDX-License-Identifier: BSD-3-Clause
// The few things that processes say to each other, bulk-synchronously.
//
// An exchange hosts some of the ranks of a run: MPI hosts one per process, one process can host all
// of them. A phase is: every hosted rank packs, exchange(), every hosted rank unpacks. One code
// path so runs on a laptop, as eight pretended ranks, and on a cluster.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "gridswarm/kernel/abi.hpp"

namespace gridswarm::inline GS_ABI {

using Bytes = std::vector<std::byte>;

/// What was said so far; the counters are results of a run.
struct Traffic {
  std::int64_t rounds = 0;
  std::int64_t bytes = 0;  ///< sent by hosted ranks to other ranks; own mail is free
};

/// Mail of one phase: `out[h][d]` from hosted rank h to rank d, `in[h][s]` from rank s to hosted h.
struct Mail {
  std::vector<std::vector<Bytes>> out;
  std::vector<std::vector<Bytes>> in;
};

class Exchange {
 public:
  virtual ~Exchange() = default;
  /// Ranks of the whole run.
  virtual int ranks() const = 0;
  /// First rank hosted here, and how many.
  virtual int first_hosted() const = 0;
  virtual int hosted() const = 0;
  /// Collective. Delivers every out box to its in box; out boxes are empty afterwards.
  virtual void exchange(Mail& mail) = 0;
  const Traffic& traffic() const { return traffic_; }

 protected:
  Traffic traffic_;
};

/// Mail with empty boxes for the ranks that `exchange` hosts.
Mail make_mail(const Exchange& exchange);

/// All ranks in this process: 1 for a plain run, more to pretend.
class LocalExchange final : public Exchange {
 public:
  explicit LocalExchange(int ranks = 1) : ranks_(ranks) {}
  int ranks() const override { return ranks_; }
  int first_hosted() const override { return 0; }
  int hosted() const override { return ranks_; }
  void exchange(Mail& mail) override;

 private:
  int ranks_;
};

}  // namespace gridswarm::inline GS_ABI

#ifndef GRIDSWARM_COMPILED
#include "gridswarm/base/exchange.ipp"
#endif
