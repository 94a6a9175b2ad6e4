// SPDX-License-Identifier: BSD-3-Clause
#include <memory>

#include "app/commands.hpp"
#include "app/report.hpp"
#include "gridswarm/kernel/isa.hpp"

namespace gridswarm::app {
namespace {

ExitCode run(const Common& common) {
  std::vector<std::string> supported;
  for (int i = 0; i < kernel::isa_count; ++i)
    if (const auto isa = static_cast<kernel::Isa>(i); kernel::is_supported(isa))
      supported.emplace_back(kernel::name_of(isa));
  print({{"version", std::string(GRIDSWARM_VERSION), ""},
         {"isa", std::string(kernel::name_of(kernel::isa_in_use())),
          "kernels in use; force with GRIDSWARM_ISA"},
         {"hashes", std::string(kernel::sha_in_use() ? "sha_ni" : "isa"),
          "SHA-256 by the processor's instructions for it, or by kernels of the set above"},
         {"isa_supported", supported, "by this build and processor"}},
        common.json);
  return ExitCode::ok;
}

}  // namespace

Command info_command() { return {"info", "What this build and machine can do", {}, run}; }

}  // namespace gridswarm::app
