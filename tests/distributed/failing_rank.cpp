// SPDX-License-Identifier: BSD-3-Clause
// The last rank fails while all others wait for it: `abort` by mpi::abort_all inside the session,
// `unwind` by an exception that leaves it. Both must end every rank with exit status 4.
#include <string_view>

#include "gridswarm/base/collectives.hpp"
#include "gridswarm/base/error.hpp"
#include "gridswarm/mpi/exchange_mpi.hpp"

using namespace gridswarm;

int main(int argc, char** argv) {
  const bool abort = argc > 1 && std::string_view(argv[1]) == "abort";
  try {
    const mpi::Session session;
    const auto exchange = mpi::make_exchange();
    if (exchange->first_hosted() == exchange->ranks() - 1) {
      if (abort) mpi::abort_all(static_cast<int>(ExitCode::file));
      throw FileError("town.toml", "is missing on this rank only");
    }
    any_process(*exchange, false);
  } catch (const Error& error) {
    return static_cast<int>(error.exit_code);
  }
  return 0;
}
