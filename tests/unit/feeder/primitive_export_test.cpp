// SPDX-License-Identifier: BSD-3-Clause
// Nodal admittances that OpenDSS exported, entry by entry, from our own elements.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "../exported_circuit.hpp"
#include "gridswarm/feeder/primitive.hpp"

using namespace gridswarm;
using feeder::Phasor;

namespace {

double magnitude(Phasor a) { return std::sqrt(feeder::norm(a)); }

/// Largest difference over the size of the entry or, where parts cancel, 1e-6 of its row's diagonal
/// entry. Entries among nodes of the source's bus hold its impedance and are passed over.
double compare(const exported::Exported& published) {
  exported::Nodal ours = exported::assemble(published.circuit);
  std::vector<double> diagonal(published.circuit.nodes.bus.size());
  for (std::size_t k = 0; k < published.y_s.size(); ++k)
    if (published.y_place[k][0] == published.y_place[k][1])
      diagonal[published.y_place[k][0]] = magnitude(published.y_s[k]);
  const Index source = published.circuit.nodes.bus[published.source_node];
  double worst = 0.0;
  for (std::size_t k = 0; k < published.y_s.size(); ++k) {
    const auto [i, j] = published.y_place[k];
    const Phasor difference = ours[{i, j}] - published.y_s[k];
    ours.erase({i, j});
    const bool in_source =
        published.circuit.nodes.bus[i] == source && published.circuit.nodes.bus[j] == source;
    if (in_source) continue;
    const double size = std::max(magnitude(published.y_s[k]), 1e-6 * diagonal[i]);
    worst = std::max(worst, magnitude(difference) / size);
  }
  for (const auto& [place, entry] : ours)
    worst = std::max(worst, magnitude(entry) / diagonal[place.first]);
  return worst;
}

}  // namespace

TEST_CASE("elements of exported tables add up to the exported nodal admittance") {
  for (const char* name : {"ieee4_dy", "ieee4_grdyd", "ieee4_yy", "ieee13", "ieee13_pv",
                           "ieee34_mod1", "ieee37", "ieee123", "ieee123_meshed", "european_lv"}) {
    const std::string path = exported::folder(name);
    if (path.empty()) return;
    CAPTURE(name);
    CHECK(compare(exported::read(path)) <= 1e-9);
  }
}
