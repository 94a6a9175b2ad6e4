// SPDX-License-Identifier: BSD-3-Clause
// What stands in for KLU in headers mode and in a build without it.
#pragma once

#include "gridswarm/base/error.hpp"
#include "gridswarm/flow/factor_pattern.hpp"
#include "gridswarm/flow/mesh_newton.hpp"
#include "gridswarm/flow/oracle.hpp"

namespace gridswarm::inline GS_ABI::flow {
namespace detail {

[[noreturn]] inline void refuse_without_klu() {
  throw UsageError(
      "networks with loops or held voltages need KLU, and this gridswarm was built without it; "
      "link a gridswarm that was built with -DGRIDSWARM_KLU=ON");
}

}  // namespace detail

GS_INLINE bool klu_available() { return false; }

GS_INLINE FactorPattern factor_pattern(std::span<const Index>, std::span<const Index>,
                                       std::span<const double>) {
  detail::refuse_without_klu();
}

GS_INLINE OracleResult oracle_flow(const feeder::Case&, std::span<const double>,
                                   std::span<const double>) {
  detail::refuse_without_klu();
}

}  // namespace gridswarm::inline GS_ABI::flow
