// SPDX-License-Identifier: BSD-3-Clause
// One half of a program: defines a function over a type of gridswarm.
#include <gridswarm/base/csr.hpp>

int rows_of(const gridswarm::Csr& rows) { return rows.rows(); }
