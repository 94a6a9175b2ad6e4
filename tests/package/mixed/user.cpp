// SPDX-License-Identifier: BSD-3-Clause
// The other half: calls it.
#include <gridswarm/base/csr.hpp>

int rows_of(const gridswarm::Csr& rows);

int main() { return rows_of(gridswarm::Csr{{0, 0, 0}, {}}) == 2 ? 0 : 1; }
