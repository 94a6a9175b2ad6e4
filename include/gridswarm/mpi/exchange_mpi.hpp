// SPDX-License-Identifier: BSD-3-Clause
// An exchange whose ranks are MPI processes, one rank each.
//
// This header doesn't know <mpi.h>: a communicator comes as the integer that MPI calls its Fortran
// handle, which mpi4py gives as comm.py2f(). Only the thread that started the session may exchange
// (MPI_THREAD_FUNNELED). Built without MPI (GRIDSWARM_MPI=OFF) everything here that needs it throws
// UsageError, and available() says so beforehand.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "gridswarm/base/exchange.hpp"

namespace gridswarm::inline GS_ABI::mpi {

/// Was this library built with MPI?
bool available();

/// Did mpirun, mpiexec or srun start this process?
/// @param variable  looks up an environment variable, null where it is unset (std::getenv will do)
bool launched_by_mpi(const std::function<const char*(const char*)>& variable);

/// MPI from here to the end of the scope. Starts MPI only if nobody has (mpi4py may have), and ends
/// only what it started.
class Session {
 public:
  /// @throws UsageError without MPI; Error if MPI can't start
  Session();
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

 private:
  bool started_here_ = false;
};

/// Stands for the communicator of all processes.
inline constexpr int world = -1;

/// Collective. An exchange over a private duplicate of the communicator, freed with the exchange
/// (before the Session ends). exchange() throws Error when MPI reports a failure or when one
/// process says or hears 2^31 bytes or more in one phase.
/// @param fortran_handle  comm.py2f() of mpi4py, or `world`
std::unique_ptr<Exchange> make_exchange(int fortran_handle = world);

/// Collective. How many processes of the communicator share this machine and its cores.
int processes_on_node(int fortran_handle = world);

/// End every process of the communicator with this exit status; doesn't return. For a failure on
/// one rank: the others may be waiting for it.
[[noreturn]] void abort_all(int exit_status, int fortran_handle = world);

/// What runs underneath, "Open MPI v4.1.4, ..." in one line; empty without MPI.
std::string library_version();

}  // namespace gridswarm::inline GS_ABI::mpi
