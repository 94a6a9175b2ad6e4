// SPDX-License-Identifier: BSD-3-Clause
// Power flow of meshes in a build without KLU: refused.
#include "gridswarm/flow/without_klu.ipp"
