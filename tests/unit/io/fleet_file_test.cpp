// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/io/fleet_file.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>
#include <string>

#include "gridswarm/base/fields.hpp"
#include "gridswarm/feeder/synthetic.hpp"
#include "gridswarm/fleet/synthetic.hpp"

using namespace gridswarm;

namespace {

/// Buses 10, 20, 30; what a fleet file may name.
feeder::Case three_buses() {
  feeder::Case grid;
  grid.name = "three";
  grid.buses.id = {10, 20, 30};
  return grid;
}

fleet::Fleet read(const std::string& text) {
  return io::fleet_from_table(io::parse_csv(text, "f.csv"), three_buses());
}

std::string refusal(const std::string& text) {
  try {
    read(text);
  } catch (const InputError& error) {
    CHECK(error.exit_code == ExitCode::file);
    return error.what();
  }
  return {};
}

const std::string all =
    "agent,bus,kind,rating_kw,s_kva,e_kwh,soc,soc_min,efficiency,arrive_h,depart_h,"
    "soc_depart,cost_per_kw2,power_factor,p_kw,p_min_kw,p_max_kw\n";

}  // namespace

TEST_CASE("rows are sorted by agent, buses become rows and profiles become names") {
  const auto fleet = read(
      "agent,bus,kind,rating_kw,profile\n"
      "7,30,pv,5,sun\n"
      "2,10,meter,3,home\n"
      "5,30,meter,2,\n"
      "6,20,wind,4,sun\n");
  REQUIRE(fleet.size() == 4);
  CHECK(fleet.plate.id == Column<AgentId>{2, 5, 6, 7});
  CHECK(fleet.plate.bus == Column<Index>{0, 2, 1, 2});
  CHECK(fleet.profile_names == std::vector<std::string>{"home", "sun"});
  CHECK(fleet.plate.profile == Column<Index>{0, none, 1, 1});
}

TEST_CASE("empty cells take the documented default of their kind") {
  const auto fleet = read(
      "agent,bus,kind,rating_kw,e_kwh,power_factor\n"
      "1,10,pv,5,,\n"
      "2,10,battery,4,10,\n"
      "3,10,ev,7,40,\n"
      "4,10,meter,3,,0.6\n");
  const auto& plate = fleet.plate;
  CHECK(plate.s_kva == Column<double>{5, 4, 7, 5});  // meter: 3 / 0.6
  CHECK(plate.soc_start == Column<double>{0, 0.5, 0.5, 0});
  CHECK(plate.soc_min == Column<double>{0, 0.1, 0, 0});
  CHECK(plate.efficiency == Column<double>{1, 0.95, 0.95, 1});
  CHECK(plate.arrive_h[2] == 18);
  CHECK(plate.depart_h[2] == 7);
  CHECK(plate.soc_depart[2] == 0.8);
  CHECK(plate.cost_per_kw2 == Column<double>{1, 1, 1, 1});
  const auto& state = fleet.state;
  CHECK(state.p_kw == Column<double>{5, 0, -7, -3});
  CHECK(state.p_min_kw == Column<double>{0, -4, -7, -3});
  CHECK(state.p_max_kw == Column<double>{5, 4, 0, -3});
  CHECK(state.p_want_kw == state.p_kw);
  CHECK(state.q_kvar[3] == doctest::Approx(-4.0).epsilon(1e-14));  // 3-4-5 triangle, lagging
  CHECK(state.soc == plate.soc_start);
}

TEST_CASE("a stated band replaces the default") {
  const auto fleet = read(
      "agent,bus,kind,rating_kw,e_kwh,p_kw,p_min_kw,p_max_kw\n"
      "1,10,battery,4,10,-1,-2,3\n");
  CHECK(fleet.state.p_kw[0] == -1);
  CHECK(fleet.state.p_min_kw[0] == -2);
  CHECK(fleet.state.p_max_kw[0] == 3);
}

TEST_CASE("a row that can't be right is refused with line, agent, value and advice") {
  const std::string head = "agent,bus,kind,rating_kw\n";
  CHECK(refusal(head + "1,10,pv,5\n2,10,pv,5\n1,20,pv,5\n") ==
        "f.csv:4: agent '1' stands already in line 2; every agent needs its own id");
  CHECK(refusal(head + "-1,10,pv,5\n").find("f.csv:2: agent '-1' is negative") == 0);
  CHECK(refusal(head + "x,10,pv,5\n").find("f.csv:2: agent 'x' is not a whole number") == 0);
  CHECK(refusal(head + "1,11,pv,5\n").find("f.csv:2: agent 1: bus '11' is not in case three") == 0);
  CHECK(refusal(head + "1,,pv,5\n").find("f.csv:2: agent 1: bus is empty") == 0);
  CHECK(refusal(head + "1,10,solar,5\n").find("f.csv:2: agent 1: kind 'solar' is unknown") == 0);
  CHECK(refusal(head + "1,10,,5\n").find("kind is empty") != std::string::npos);
  CHECK(refusal(head + "1,10,pv,\n").find("rating_kw is empty") != std::string::npos);
  CHECK(refusal(head + "1,10,pv,-5\n").find("f.csv:2: agent 1: rating_kw '-5' is negative") == 0);
  CHECK(refusal(head + "1,10,pv,nan\n").find("f.csv:2: rating_kw 'nan' is not a finite") == 0);
  CHECK(refusal("agent,bus,rating_kw\n1,10,5\n").find("f.csv:1: has no column 'kind'") == 0);
  CHECK(refusal("agent,bus,kind,rating_kw,colour\n1,10,pv,5,red\n")
            .find("f.csv:1: unknown column 'colour'") == 0);
}

TEST_CASE("every number outside its range is refused by name") {
  const auto bad = [&](const std::string& row, const std::string& what) {
    CAPTURE(row);
    CHECK(refusal(all + row + "\n").find("f.csv:2: agent 1: " + what) == 0);
  };
  // agent,bus,kind,rating,s,e,soc,min,eff,arr,dep,socdep,cost,pf,p,min,max
  bad("1,10,pv,5,-1,,,,,,,,,,,,", "s_kva '-1' is negative");
  bad("1,10,battery,5,,-2,,,,,,,,,,,", "e_kwh '-2' is negative");
  bad("1,10,battery,5,,,,,,,,,,,,,", "e_kwh '' must be above 0");
  bad("1,10,ev,5,,0,,,,,,,,,,,", "e_kwh '0' must be above 0");
  bad("1,10,pv,5,,3,,,,,,,,,,,", "e_kwh '3' is only for batteries");
  bad("1,10,battery,5,,9,1.01,,,,,,,,,,", "soc '1.01' lies outside [0, 1]");
  bad("1,10,battery,5,,9,-0.1,,,,,,,,,,", "soc '-0.1' lies outside [0, 1]");
  bad("1,10,battery,5,,9,,1.5,,,,,,,,,", "soc_min '1.5' lies outside [0, 1]");
  bad("1,10,battery,5,,9,0.2,0.3,,,,,,,,,", "soc '0.2' is below soc_min");
  bad("1,10,battery,5,,9,,,0,,,,,,,,", "efficiency '0' lies outside (0, 1]");
  bad("1,10,battery,5,,9,,,1.1,,,,,,,,", "efficiency '1.1' lies outside (0, 1]");
  bad("1,10,ev,5,,9,,,,25,,,,,,,", "arrive_h '25' lies outside [0, 24]");
  bad("1,10,ev,5,,9,,,,,-1,,,,,,", "depart_h '-1' lies outside [0, 24]");
  bad("1,10,ev,5,,9,,,,,,2,,,,,", "soc_depart '2' lies outside [0, 1]");
  bad("1,10,pv,5,,,,,,,,,0,,,,", "cost_per_kw2 '0' must be above 0");
  bad("1,10,pv,5,,,,,,,,,-1,,,,", "cost_per_kw2 '-1' must be above 0");
  bad("1,10,meter,5,,,,,,,,,,0,,,", "power_factor '0' lies outside");
  bad("1,10,pv,5,,,,,,,,,,0.9,,,", "power_factor '0.9' is only for meters");
  bad("1,10,battery,5,,9,,,,,,,,,0,1,2", "p_min_kw '1' is above p_kw");
  bad("1,10,battery,5,,9,,,,,,,,,0,-2,-1", "p_max_kw '-1' is below p_kw");
  bad("1,10,battery,5,,9,,,,,,,,,6,,", "p_kw '6' is beyond the device's rating");
  bad("1,10,pv,5,,,,,,,,,,,-1,,", "p_kw '-1' is negative");
  bad("1,10,meter,5,,,,,,,,,,,1,,", "p_kw '1' is positive");
  bad("1,10,meter,5,,,,,,,,,,,-2,-3,-2", "p_min_kw '-3' differs from p_kw");
}

TEST_CASE("what is written reads back as the same fleet, to the last bit") {
  const auto before = read(
      "agent,bus,kind,rating_kw,e_kwh,soc,arrive_h,depart_h,cost_per_kw2,power_factor,profile,p_"
      "kw\n"
      "3,10,pv,0.1,,,,,0.333333333333333314829616256247,,\"a, b\",0.07\n"
      "1,20,battery,4.7,10.1,0.3,,,1e-6,,,-1.1\n"
      "2,30,ev,7.4,52,0.3,17.25,6.5,,,,\n"
      "4,30,meter,3,,,,,,0.95,\"say \"\"x\"\"\",-2.9\n");
  const std::string path =
      (std::filesystem::temp_directory_path() / "gridswarm_fleet_file_test.csv").string();
  io::write_fleet(path, before, three_buses());
  const auto after = io::read_fleet(path, three_buses());
  std::filesystem::remove(path);
  CHECK(after.profile_names == before.profile_names);
  CHECK(after.plate.id == before.plate.id);
  CHECK(after.plate.bus == before.plate.bus);
  CHECK(after.plate.kind == before.plate.kind);
  CHECK(after.plate.profile == before.plate.profile);
  for (auto column :
       {&fleet::Nameplate::s_kva, &fleet::Nameplate::rating_kw, &fleet::Nameplate::e_kwh,
        &fleet::Nameplate::soc_start, &fleet::Nameplate::soc_min, &fleet::Nameplate::efficiency,
        &fleet::Nameplate::arrive_h, &fleet::Nameplate::depart_h, &fleet::Nameplate::soc_depart,
        &fleet::Nameplate::cost_per_kw2, &fleet::Nameplate::power_factor})
    CHECK(after.plate.*column == before.plate.*column);
  for (auto column : {&fleet::State::p_kw, &fleet::State::p_min_kw, &fleet::State::p_max_kw,
                      &fleet::State::q_kvar, &fleet::State::soc})
    CHECK(after.state.*column == before.state.*column);
}

TEST_CASE("a fleet that can't be written says where") {
  const auto fleet = read("agent,bus,kind,rating_kw\n1,10,pv,5\n");
  CHECK_THROWS_AS(io::write_fleet("no/such/folder/f.csv", fleet, three_buses()), FileError);
}

TEST_CASE("a made fleet is a fleet file that keeps every rule, and reads back to the same bytes") {
  const auto grid = feeder::make_synthetic(30, 4);
  const std::string text = io::fleet_text(fleet::make_synthetic_fleet(grid, 300, 4), grid);
  const auto back = io::fleet_from_table(io::parse_csv(text, "f.csv"), grid);
  CHECK(back.size() == 300);
  CHECK(io::fleet_text(back, grid) == text);
}

namespace {

/// A circuit's reduction: bus A has all phases, bus "b,1" has b alone.
feeder::Case named_buses() {
  feeder::Case grid;
  grid.name = "named";
  grid.by_name = true;
  grid.buses.id = {1, 2};
  grid.buses.name = {"A", "b,1"};
  grid.buses.phases = {7, 2};
  return grid;
}

std::string refusal_on_phases(const std::string& text) {
  try {
    io::fleet_from_table(io::parse_csv(text, "f.csv"), named_buses());
  } catch (const InputError& error) {
    return error.what();
  }
  return {};
}

}  // namespace

TEST_CASE("on a circuit buses go by name and agents by phase, and both are written back") {
  const feeder::Case grid = named_buses();
  const std::string text =
      "agent,bus,kind,rating_kw,phases\n1,a,pv,5,ca\n2,\"B,1\",pv,4,b\n3,A,meter,1,\n";
  const fleet::Fleet fleet = io::fleet_from_table(io::parse_csv(text, "f.csv"), grid);
  CHECK(fleet.plate.bus == Column<Index>{0, 1, 0});
  CHECK(fleet.plate.phases == Column<std::int8_t>{5, 2, 0});
  const std::string written = io::fleet_text(fleet, grid);
  CHECK(written.find("1,A,pv,") != std::string::npos);
  CHECK(written.find("2,\"b,1\",pv,") != std::string::npos);
  const fleet::Fleet again = io::fleet_from_table(io::parse_csv(written, "g.csv"), grid);
  CHECK(again.plate.phases == fleet.plate.phases);
  CHECK(again.plate.bus == fleet.plate.bus);
}

TEST_CASE("a fleet without phases is written without that column") {
  const std::string text =
      io::fleet_text(read("agent,bus,kind,rating_kw\n1,10,pv,5\n"), three_buses());
  CHECK(text.find("phases") == std::string::npos);
  CHECK(text.substr(text.find("p_max_kw"), 9) == "p_max_kw\n");
}

TEST_CASE("phases that a bus lacks, words that are none and unknown names are refused by line") {
  const std::string head = "agent,bus,kind,rating_kw,phases\n";
  CHECK(refusal_on_phases(head + "8,\"b,1\",pv,5,a\n")
            .find("f.csv:2: agent 8: phases 'a' is not at bus b,1, which has b") !=
        std::string::npos);
  CHECK(refusal_on_phases(head + "8,A,pv,5,x\n").find("phases 'x' is no word of phases") !=
        std::string::npos);
  CHECK(refusal_on_phases(head + "8,C,pv,5,a\n")
            .find("bus 'C' is not in case named; give a bus name") != std::string::npos);
}

TEST_CASE("columns that most fleets leave out are read, kept to their kinds and written back") {
  const std::string text =
      "agent,bus,kind,rating_kw,e_kwh,soc_max,cost_per_kwh,wear_curvature,gamma_per_k,z_share,"
      "i_share,flexible_share,mtbf_h,repair_h,lost_from_h,lost_to_h,lost_health,power_curve\n"
      "1,10,pv,5,,,,,-0.004,,,,,,,,,\n"
      "2,10,battery,5,10,0.9,0.05,1,,,,,8000,12,,,,\n"
      "3,20,load,4,2,,,,,0.4,0.3,0.25,,,1,2,0.5,\n"
      "4,30,wind,9,,,,,,,,,,,3,,,3:0 5:0.25 12:1 25:1 restart:20\n";
  const auto fleet = read(text);
  CHECK(fleet.plate.gamma_per_k == Column<double>{-0.004, -0.0035, -0.0035, -0.0035});
  CHECK(fleet.plate.soc_max[1] == 0.9);
  CHECK(fleet.plate.cost_per_kwh == Column<double>{0, 0.05, 0, 0});
  CHECK(fleet.plate.mtbf_h == Column<double>{0, 8000, 0, 0});
  CHECK(fleet.plate.lost_from_h == Column<double>{no_limit, no_limit, 1, 3});
  CHECK(fleet.plate.lost_to_h[3] == no_limit);
  CHECK(fleet.plate.power_curve == Column<Index>{none, none, none, 0});
  CHECK(fleet.power_curves[0].restart_m_s == 20.0);
  CHECK(fleet.state.p_max_kw[2] == -3.0);  // a quarter of 4 kW may be shed
  CHECK(fleet.state.soc[2] == 1.0);        // nothing owed
  const std::string written = io::fleet_text(fleet, three_buses());
  CHECK(io::fleet_text(read(written), three_buses()) == written);
}

TEST_CASE("devices whose limits leave no set point are refused with line, agent and value") {
  const auto bad = [&](const std::string& columns, const std::string& cells,
                       const std::string& what) {
    CAPTURE(cells);
    const std::string said =
        refusal("agent,bus,kind,rating_kw,e_kwh," + columns + "\n1,10," + cells + "\n");
    CHECK_MESSAGE(said.find("f.csv:2: agent 1: " + what) == 0, said);
  };
  bad("soc_min,soc_max", "battery,5,9,0.5,0.4", "soc_max '0.4' is not above soc_min 0.5");
  bad("soc_min,soc_max", "battery,5,9,0.5,0.5", "soc_max '0.5' is not above soc_min 0.5");
  bad("soc,soc_max", "battery,5,9,0.9,0.8", "soc '0.9' is above soc_max 0.8");
  bad("soc_min", "battery,5,9,1", "soc '' is below soc_min");
  bad("arrive_h,depart_h", "ev,5,9,7,7", "depart_h '7' equals arrive_h");
  bad("soc_depart,soc_max", "ev,5,9,0.9,0.8", "soc_depart '0.9' is above soc_max 0.8");
  bad("p_min_kw,p_max_kw", "battery,5,9,2,-2", "p_min_kw '2' is above p_kw");
  bad("z_share,i_share", "meter,5,,0.7,0.6", "i_share '0.6' and z_share 0.7 are more than 1");
  bad("lost_from_h,lost_to_h", "pv,5,,3,2", "lost_to_h '2' is not after lost_from_h");
  bad("lost_to_h", "pv,5,,2", "lost_to_h '2' needs lost_from_h");
  bad("flexible_share", "meter,5,,0.5", "flexible_share '0.5' is not for this kind of device");
  bad("cost_per_kwh", "pv,5,,0.5", "cost_per_kwh '0.5' is not for this kind of device");
  bad("power_curve", "pv,5,,3:0 12:1", "power_curve '3:0 12:1' is only for wind");
  bad("power_curve", "wind,5,,12:1 3:0", "power curve: '3:0' does not come after");
  bad("gamma_per_k", "pv,5,,0.1", "gamma_per_k '0.1' lies outside");
}
