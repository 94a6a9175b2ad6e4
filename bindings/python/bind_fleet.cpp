// SPDX-License-Identifier: BSD-3-Clause
// A fleet crosses as the text of its CSV file: one format, checked by one reader, edited as a
// table.
#include "bind.hpp"
#include "gridswarm/fleet/synthetic.hpp"
#include "gridswarm/io/fleet_file.hpp"

namespace gridswarm::python {

void bind_fleet(py::module_& module) {
  module.def("check_fleet",
             [](const std::string& text, const std::string& file, const feeder::Case& grid) {
               return io::fleet_text(io::fleet_from_table(io::parse_csv(text, file), grid), grid);
             });
  module.def("synthetic_fleet",
             [](const feeder::Case& grid, Index agents, std::uint64_t seed, py::dict keywords) {
               const auto mix = take_fields<fleet::FleetMix>(keywords);
               refuse_the_rest(keywords);
               return io::fleet_text(fleet::make_synthetic_fleet(grid, agents, seed, mix), grid);
             });
  module.def("mix_options", describe<fleet::FleetMix>);
}

}  // namespace gridswarm::python
