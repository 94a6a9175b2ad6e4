// SPDX-License-Identifier: BSD-3-Clause
// The bodies of io/ that need no third party, once.
#include "gridswarm/io/cluster_file.ipp"
#include "gridswarm/io/csv.ipp"
#include "gridswarm/io/file.ipp"
#include "gridswarm/io/fleet_file.ipp"
#include "gridswarm/io/matpower.ipp"
#include "gridswarm/io/matpower_write.ipp"
#include "gridswarm/io/mfile.ipp"
#include "gridswarm/io/mfile_tokens.ipp"
#include "gridswarm/io/mfile_values.ipp"
#include "gridswarm/io/profile_file.ipp"
#include "gridswarm/io/run_folder.ipp"
#include "gridswarm/io/scenario_file.ipp"
