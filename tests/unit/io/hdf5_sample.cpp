// SPDX-License-Identifier: BSD-3-Clause
// Writes a file with everything Hdf5File can write, for tests/python/test_hdf5.py to open.
#include "gridswarm/base/error.hpp"
#include "gridswarm/io/hdf5_file.hpp"

using namespace gridswarm;

namespace {

const std::string stamp = "seconds since 2016-01-01T00:00:00";
const std::vector<std::int64_t> buses = {7, 12, 900};
const std::vector<std::string> agents = {"pv 1", "b\xc3\xa4r"};  // a name beyond ASCII

/// Fixed axes at the top: v_pu[t][b] = t + b / 10, kind[bus].
void write_top(io::Hdf5File& file) {
  const std::vector<double> times_s = {0, 60, 120, 180};
  file.set_attribute("", "title", "a sample");
  file.set_attribute("", "seed", std::int64_t{7});
  file.set_attribute("", "dt_s", 60.0);
  file.add_axis("time", times_s, {stamp, "time"});
  file.add_axis("bus", buses, {"", "bus number of the case file"});
  const auto v = file.add_dataset("v_pu", {"time", "bus"}, {"p.u.", "voltage magnitude"});
  std::vector<double> rows;
  for (int t = 0; t < 3; ++t)  // the fourth row stays empty
    for (int b = 0; b < 3; ++b) rows.push_back(t + b / 10.0);
  file.write_rows(v, 0, 3, rows.data());
  file.add_texts("kind", "bus", std::vector<std::string>{"source", "load", ""}, {"", "what it is"});
}

/// A group that grows, over agents with names: p_kw[t][a] = 100 t + a, f32, and alive, i8.
void write_growing(io::Hdf5File& file) {
  const auto time = file.add_growing_axis("run/time", {stamp, "time"});
  file.add_axis("run/agent", agents, {"", "name of the agent"});
  const auto p = file.add_dataset("run/p_kw", {"time", "agent"}, {"kW", "power into the grid"},
                                  io::Hdf5Type::f32);
  const auto alive =
      file.add_dataset("run/alive", {"time", "agent"}, {"1", "heard from"}, io::Hdf5Type::i8);
  const std::int8_t yes_no[] = {1, 0};
  for (int t = 0; t < 5000; ++t) {
    const double time_s = 60.0 * t;
    const double p_kw[] = {100.0 * t, 100.0 * t + 1};
    file.write_rows(time, t, 1, &time_s);
    file.write_rows(p, t, 1, p_kw);
    file.write_rows(alive, t, 1, yes_no);
  }
}

}  // namespace

int main(int, char** argv) {
  io::Hdf5File file = io::Hdf5File::create(argv[1]);
  write_top(file);
  write_growing(file);
  // A group without own axes uses those above it.
  const auto soc = file.add_dataset("below/level", {"bus"}, {"1", "a column over an axis above"});
  const double level[] = {0.1, 0.2, 0.3};
  file.write_rows(soc, 0, 3, level);
  file.close();
  return 0;
}
