// SPDX-License-Identifier: BSD-3-Clause
// How launchers mark the processes they start: Open MPI, PMIx (srun --mpi=pmix), PMI (MPICH, Intel
// MPI, srun --mpi=pmi2), MVAPICH2.
#include <array>

#include "gridswarm/mpi/exchange_mpi.hpp"

namespace gridswarm::inline GS_ABI::mpi {

bool launched_by_mpi(const std::function<const char*(const char*)>& variable) {
  constexpr std::array marks = {"OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_RANK",
                                "MV2_COMM_WORLD_SIZE"};
  for (const char* mark : marks)
    if (const char* value = variable(mark); value && *value) return true;
  return false;
}

}  // namespace gridswarm::inline GS_ABI::mpi
