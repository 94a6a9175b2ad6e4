// SPDX-License-Identifier: BSD-3-Clause
#include "app/commands.hpp"

namespace gridswarm::app {

std::vector<Command> all_commands() {
  return {run_command(),         flow_command(),    cluster_command(), balance_command(),
          synth_command(),       convert_command(), verify_command(),  prove_command(),
          check_proof_command(), mirror_command(),  prune_command(),   key_command(),
          witness_command(),     cosign_command(),  audit_command(),   info_command()};
}

}  // namespace gridswarm::app
