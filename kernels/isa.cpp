// SPDX-License-Identifier: BSD-3-Clause
// All kernels for one instruction set. CMake compiles this file once per set with GS_ISA naming it
// (baseline, avx2, avx512); everything but the table has internal linkage, so the linker can never
// put wide instructions into a narrow path.
#include "circuit_check.simd.hpp"
#include "circuit_law.simd.hpp"
#include "circuit_sweep.simd.hpp"
#include "dispatch.simd.hpp"
#include "gridswarm/kernel/kernels.hpp"
#include "inverter.simd.hpp"
#include "law.simd.hpp"
#include "lu.simd.hpp"
#include "mesh.simd.hpp"
#include "newton.simd.hpp"
#include "newton_laws.simd.hpp"
#include "sha256_lanes.simd.hpp"
#include "sweep.simd.hpp"
#include "sweep_check.simd.hpp"
#include "sweep_rows.simd.hpp"

#define GS_CONCAT(a, b) a##b
#define GS_TABLE(isa) GS_CONCAT(kernels_, isa)

namespace gridswarm::inline GS_ABI::kernel {

extern const Kernels GS_TABLE(GS_ISA);
const Kernels GS_TABLE(GS_ISA) = {Isa::GS_ISA,
                                  dispatch_survey,
                                  dispatch_pass,
                                  sweep_load,
                                  sweep_start,
                                  sweep_up,
                                  sweep,
                                  sweep_last,
                                  sweep_linear,
                                  sweep_store,
                                  polar,
                                  law_add,
                                  mesh_mismatch,
                                  mesh_jacobian,
                                  lu_factor,
                                  lu_solve,
                                  lu_solve_shared,
                                  mesh_extrapolate,
                                  mesh_step,
                                  newton_up,
                                  newton_down,
                                  newton_up_laws,
                                  newton_down_laws,
                                  newton_damp,
                                  circuit_law_draw,
                                  circuit_law_powers,
                                  circuit_draw,
                                  circuit_up,
                                  circuit_down,
                                  circuit_sweep,
                                  circuit_compare,
                                  inverter_step,
                                  {hash_leaves, hash_nodes}};

}  // namespace gridswarm::inline GS_ABI::kernel
