// SPDX-License-Identifier: BSD-3-Clause
// A command over ranks: those of mpirun if it started us, else pretended ones in this process.
#pragma once

#include <functional>

#include "app/command.hpp"
#include "gridswarm/base/exchange.hpp"

namespace gridswarm::app {

/// Run `body` on every rank. Under mpirun a failure of one rank ends all, with its exit status and
/// one sentence; `common` then has this process's share of the machine's cores as threads, unless
/// --threads was typed.
ExitCode over_ranks(const Common& common, int pretended_ranks,
                    const std::function<ExitCode(Exchange&, const Common&)>& body);

}  // namespace gridswarm::app
