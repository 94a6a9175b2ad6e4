// SPDX-License-Identifier: BSD-3-Clause
// Every rank runs every test case; the run fails on all ranks if a check fails on any. Rank 0
// prints, the others only what failed on them.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>
#include <mpi.h>

#include <cstdio>
#include <sstream>
#include <string>

int main(int argc, char** argv) {
  int level = 0;
  MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &level);
  int rank = 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);

  doctest::Context context(argc, argv);
  std::ostringstream text;
  context.setOption("no-colors", true);
  context.setCout(&text);
  int failed = context.run() == 0 ? 0 : 1;
  if (rank == 0 || failed) std::printf("rank %d\n%s", rank, text.str().c_str());

  int failed_anywhere = 0;
  MPI_Allreduce(&failed, &failed_anywhere, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD);
  MPI_Finalize();
  return failed_anywhere;
}
