// SPDX-License-Identifier: BSD-3-Clause
// What is written as HDF5 reads back bit for bit, and a damaged file is refused.
#include "gridswarm/io/case_hdf5.hpp"

#include <doctest/doctest.h>

#include <cstring>

#include "every_table.hpp"
#include "gridswarm/base/error.hpp"
#include "gridswarm/io/case_file.hpp"
#include "gridswarm/io/file.hpp"
#include "gridswarm/io/hdf5_file.hpp"
#include "gridswarm/io/matpower.hpp"
#include "scratch_folder.hpp"

using namespace gridswarm;

namespace {

template <class Numbers>
bool same_bits(const Numbers& a, const Numbers& b) {
  return a.size() == b.size() &&
         (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(a[0])) == 0);
}

std::string refusal(const std::string& path) {
  try {
    io::read_case(path);
  } catch (const Error& error) {
    return error.what();
  }
  return "read";
}

}  // namespace

TEST_CASE("a case of every table reads back from HDF5 with the same bits") {
  const ScratchFolder folder("case_hdf5");
  const feeder::Case a = test::every_table();
  io::write_case_hdf5(a, folder / "a.h5");
  const feeder::Case b = io::read_case(folder / "a.h5");
  CHECK(b.name == a.name);
  CHECK(b.base_mva == a.base_mva);
  CHECK(b.per_phase == a.per_phase);
  CHECK(b.buses.name == a.buses.name);
  CHECK(same_bits(a.buses.id, b.buses.id));
  CHECK(same_bits(a.buses.type, b.buses.type));
  CHECK(same_bits(a.buses.qd_mvar, b.buses.qd_mvar));
  CHECK(same_bits(a.buses.bs_mvar, b.buses.bs_mvar));
  CHECK(same_bits(a.buses.vmax_pu, b.buses.vmax_pu));
  CHECK(same_bits(a.branches.from, b.branches.from));
  CHECK(same_bits(a.branches.to, b.branches.to));
  CHECK(same_bits(a.branches.g_pu, b.branches.g_pu));
  CHECK(same_bits(a.branches.in_service, b.branches.in_service));
  CHECK(same_bits(a.generators.qmax_mvar, b.generators.qmax_mvar));
  CHECK(same_bits(a.loads.id, b.loads.id));
  CHECK(same_bits(a.loads.z_q, b.loads.z_q));
  CHECK(same_bits(a.inverters.rule, b.inverters.rule));
  REQUIRE(b.inverters.volt_var.size() == 1);
  CHECK(b.inverters.volt_var[0].count == 2);
  CHECK(b.inverters.volt_var[0].x == a.inverters.volt_var[0].x);
  CHECK(b.inverters.volt_var[0].y == a.inverters.volt_var[0].y);
  CHECK(b.inverters.volt_watt[0].count == 0);
  CHECK(same_bits(a.tap_changers.branch, b.tap_changers.branch));
  CHECK(same_bits(a.tap_changers.tap_min, b.tap_changers.tap_min));
  CHECK(same_bits(a.tap_changers.bus, b.tap_changers.bus));
}

TEST_CASE("a case without devices or names has no groups for them") {
  const ScratchFolder folder("case_hdf5");
  const feeder::Case grid = io::parse_matpower(
      "function mpc = t\nmpc.baseMVA = 1;\nmpc.bus = [1 3 0 0 0 0 1 1 0 1 1 1 1];\n"
      "mpc.gen = [];\nmpc.branch = [];\n",
      "t.m");
  io::write_case_hdf5(grid, folder / "a.h5");
  CHECK_FALSE(io::Hdf5File::open(folder / "a.h5").has("loads"));
  const feeder::Case back = io::read_case_hdf5(folder / "a.h5");
  CHECK(back.buses.size() == 1);
  CHECK(back.branches.size() == 0);
  CHECK(back.buses.name.empty());
}

TEST_CASE("HDF5 that no case is made of is refused by what is wrong") {
  const ScratchFolder folder("case_hdf5");
  const std::string path = folder / "a.h5";
  const std::vector<std::int64_t> ids = {1, 1};
  const auto file_with = [&](const char* title, bool buses) {
    io::Hdf5File file = io::Hdf5File::create(path);
    file.set_attribute("", "title", std::string(title));
    file.set_attribute("", "name", std::string("x"));
    file.set_attribute("", "base_mva", 1.0);
    file.set_attribute("", "per_phase", std::int64_t{0});
    if (buses) file.add_axis("buses/bus", ids, {"", ""});
    file.close();
  };
  file_with("something", true);
  CHECK(refusal(path).find("no case that gridswarm wrote") != std::string::npos);
  file_with("gridswarm case", false);
  CHECK(refusal(path).find("has no buses") != std::string::npos);
  file_with("gridswarm case", true);
  CHECK(refusal(path).find("find dataset buses/type") != std::string::npos);
}

TEST_CASE("a case file cut off at any of its hundredths is refused, or was cut behind its data") {
  const ScratchFolder folder("case_hdf5");
  const feeder::Case a = test::every_table();
  io::write_case_hdf5(a, folder / "a.h5");
  const std::string whole = io::read_file(folder / "a.h5");
  int refused = 0;
  for (std::size_t k = 8; k < 100; ++k) {
    io::write_file_atomically(folder / "b.h5", whole.substr(0, whole.size() * k / 100));
    if (refusal(folder / "b.h5") != "read") {
      ++refused;
    } else {
      const feeder::Case b = io::read_case(folder / "b.h5");
      CHECK(same_bits(a.buses.pd_mw, b.buses.pd_mw));
      CHECK(same_bits(a.tap_changers.step, b.tap_changers.step));
    }
  }
  CHECK(refused > 80);
}
