// SPDX-License-Identifier: BSD-3-Clause
// What stands in for MPI in a build without it: refusals that say so.
#include <cstdlib>

#include "gridswarm/base/error.hpp"
#include "gridswarm/mpi/exchange_mpi.hpp"

namespace gridswarm::inline GS_ABI::mpi {
namespace {

[[noreturn]] void refuse() {
  throw UsageError("this gridswarm was built without MPI; build it with -DGRIDSWARM_MPI=ON");
}

}  // namespace

bool available() { return false; }
Session::Session() { refuse(); }
Session::~Session() = default;
std::unique_ptr<Exchange> make_exchange(int) { refuse(); }
int processes_on_node(int) { refuse(); }
void abort_all(int exit_status, int) { std::_Exit(exit_status); }
std::string library_version() { return {}; }

}  // namespace gridswarm::inline GS_ABI::mpi
