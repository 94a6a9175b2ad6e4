// SPDX-License-Identifier: BSD-3-Clause
// The program: choose kernels as GRIDSWARM_ISA asks, then run one command.
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "app/commands.hpp"
#include "gridswarm/kernel/isa.hpp"

namespace {

using namespace gridswarm;

bool choose_isa(const char* wanted) {
  for (int i = 0; i < kernel::isa_count; ++i)
    if (const auto isa = static_cast<kernel::Isa>(i);
        std::string_view(wanted) == kernel::name_of(isa))
      return kernel::use_isa(isa);
  return false;
}

}  // namespace

int main(int argc, char** argv) {
  const char* wanted = std::getenv("GRIDSWARM_ISA");
  if (wanted && *wanted && !choose_isa(wanted)) {
    std::fprintf(
        stderr,
        "gridswarm: GRIDSWARM_ISA=%s is not supported here; choose reference, baseline, avx2 "
        "or avx512 as the processor allows\n",
        wanted);
    return static_cast<int>(ExitCode::usage);
  }
  return app::run_program(argc, argv, app::all_commands());
}
