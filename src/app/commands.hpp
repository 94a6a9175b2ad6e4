// SPDX-License-Identifier: BSD-3-Clause
// The commands of the program, one function per file command_<name>.cpp.
#pragma once

#include <vector>

#include "app/command.hpp"

namespace gridswarm::app {

Command audit_command();
Command balance_command();
Command convert_command();
Command info_command();
Command cluster_command();
Command flow_command();
Command run_command();
Command synth_command();
Command verify_command();
Command prove_command();
Command check_proof_command();
Command mirror_command();
Command prune_command();
Command key_command();
Command witness_command();
Command cosign_command();

/// All of them, in the order of --help.
std::vector<Command> all_commands();

}  // namespace gridswarm::app
