// SPDX-License-Identifier: BSD-3-Clause
// Transformers and their codes. Expected values are the manual's defaults or worked out by hand.
#include "gridswarm/io/dss_transformer.hpp"

#include "dss_sample.hpp"

using namespace gridswarm;
using doctest::Approx;
using feeder::Connection;
using test::converted;
using test::refusal;

namespace {

std::vector<double> reactances(const feeder::Circuit& circuit, Index row) {
  std::vector<double> values;
  for (const Index item : circuit.transformers.reactances.row(row))
    values.push_back(circuit.transformers.x_percent[item]);
  return values;
}

}  // namespace

TEST_CASE("a transformer that states nothing but buses has the manual's defaults") {
  const auto circuit = converted("new transformer.T buses=(a b)");
  const auto& table = circuit.transformers;
  const auto& windings = circuit.windings;
  REQUIRE(table.size() == 1);
  REQUIRE(windings.size() == 2);
  CHECK(table.name[0] == "transformer.T");
  CHECK(table.phases[0] == 3);
  CHECK(reactances(circuit, 0) == std::vector{7.0});
  CHECK(table.no_load_loss_percent[0] == 0.0);
  CHECK(table.magnetizing_percent[0] == 0.0);
  CHECK(table.ppm_antifloat[0] == 1.0);
  CHECK(table.delta_leads[0] == 0);
  CHECK(table.rating_kva[0] == Approx(1100.0));
  CHECK(table.in_service[0] == 1);
  for (Index w = 0; w < 2; ++w) {
    CHECK(windings.connection[w] == Connection::wye);
    CHECK(windings.kv[w] == 12.47);
    CHECK(windings.kva[w] == 1000.0);
    CHECK(windings.r_percent[w] == 0.2);
    CHECK(windings.tap_pu[w] == 1.0);
    CHECK(windings.tap_min_pu[w] == 0.9);
    CHECK(windings.tap_max_pu[w] == 1.1);
    CHECK(windings.taps[w] == 32);
    CHECK(windings.r_neutral_ohm[w] == -1.0);
    CHECK(windings.x_neutral_ohm[w] == 0.0);
  }
  CHECK(test::nodes(circuit, windings.nodes.row(0)) == "a.1 a.2 a.3 0");
}

TEST_CASE("windings one by one say what arrays say") {
  const auto one = converted(
      "new transformer.t phases=1 windings=3 xhl=2.04 xht=2.04 xlt=1.36 %imag=0.5 %noloadloss=0.2\n"
      "~ wdg=1 bus=h.2 kv=7.2 kva=25 %r=0.6\n~ wdg=2 bus=x.1.0 kv=0.12 kva=25 %r=1.2\n"
      "~ wdg=3 bus=x.0.2 kv=0.12 kva=25 %r=1.2");
  const auto all = converted(
      "new transformer.t phases=1 windings=3 buses=[h.2 x.1.0 x.0.2] kvs=(7.2, 0.12, 0.12) "
      "kvas=(25 25 25) %rs=\"0.6 1.2 1.2\" xhl=2.04 xht=2.04 xlt=1.36 %imag=.5 %noloadloss=.2");
  for (const auto* circuit : {&one, &all}) {
    CHECK(test::nodes(*circuit, circuit->windings.nodes.items) == "h.2 0 x.1 0 0 x.2");
    CHECK(std::vector(circuit->windings.kv.begin(), circuit->windings.kv.end()) ==
          std::vector{7.2, 0.12, 0.12});
    CHECK(std::vector(circuit->windings.r_percent.begin(), circuit->windings.r_percent.end()) ==
          std::vector{0.6, 1.2, 1.2});
    CHECK(reactances(*circuit, 0) == std::vector{2.04, 2.04, 1.36});
    CHECK(circuit->transformers.rating_kva[0] == Approx(27.5));
  }
}

TEST_CASE("the load loss is split between windings 1 and 2, and what comes later wins") {
  const auto circuit = converted(
      "new transformer.a buses=(a b) %loadloss=1.5\n"
      "new transformer.b buses=(a b) %loadloss=1.5 wdg=1 %r=0.4\n"
      "new transformer.c buses=(a b) wdg=1 %r=0.4 %loadloss=1.5");
  const auto& r = circuit.windings.r_percent;
  CHECK(std::vector(r.begin(), r.end()) == std::vector{0.75, 0.75, 0.4, 0.75, 0.75, 0.75});
}

TEST_CASE("the kVA of winding 1 is that of all, and of two windings either's") {
  const auto circuit = converted(
      "new transformer.a buses=(a b) wdg=1 kva=500\n"
      "new transformer.b buses=(a b) wdg=2 kva=300\n"
      "new transformer.c windings=3 buses=(a b c) wdg=1 kva=50 wdg=3 kva=20 normhkva=60");
  const auto& kva = circuit.windings.kva;
  CHECK(std::vector(kva.begin(), kva.end()) == std::vector<double>{500, 500, 300, 300, 50, 50, 20});
  CHECK(circuit.transformers.rating_kva[0] == Approx(550.0));
  CHECK(circuit.transformers.rating_kva[2] == 60.0);
}

TEST_CASE("a code fills in everything but the buses, and properties after it override it") {
  const auto circuit = converted(
      "new xfmrcode.CT5 phases=1 windings=3 kvs=[2.4 0.12 0.12] kvas=[5 5 5] %imag=0.5\n"
      "~ %rs=[0.6 1.2 1.2] %noloadloss=0.2 xhl=2.04 xht=2.1 xlt=1.36\n"
      "new transformer.t xfmrcode=ct5 buses=[670.2 h.1.0 h.0.2] xht=3");
  CHECK(circuit.transformers.phases[0] == 1);
  CHECK(circuit.transformers.no_load_loss_percent[0] == 0.2);
  CHECK(circuit.transformers.magnetizing_percent[0] == 0.5);
  CHECK(reactances(circuit, 0) == std::vector{2.04, 3.0, 1.36});
  CHECK(test::nodes(circuit, circuit.windings.nodes.items) == "670.2 0 h.1 0 0 h.2");
}

TEST_CASE("reactances may be listed by pair") {
  const auto circuit = converted(
      "new transformer.t windings=4 buses=(a b c d) xscarray=(1 2 3 4 5 6)\n"
      "new transformer.u windings=3 buses=(a b c) xhl=8\n"
      "new transformer.v windings=3 buses=(a b c) x12=8 x13=9 x23=4");
  CHECK(reactances(circuit, 0) == std::vector<double>{1, 2, 3, 4, 5, 6});
  CHECK(reactances(circuit, 1) == std::vector<double>{8, 35, 30});
  CHECK(reactances(circuit, 2) == std::vector<double>{8, 9, 4});
}

TEST_CASE("taps, neutrals, leads and what is edited later are read") {
  const auto circuit = converted(
      "new transformer.reg1 phases=1 buses=(a.1 b.1) conns='delta wye' leadlag=euro kvs=(8 4)\n"
      "~ wdg=2 maxtap=1.05 mintap=0.95 numtaps=16 rneut=0.5 xneut=0.1\n"
      "Transformer.Reg1.Taps=[1.0 1.0375]");
  const auto& windings = circuit.windings;
  CHECK(windings.connection[0] == Connection::delta);
  CHECK(windings.connection[1] == Connection::wye);
  CHECK(circuit.transformers.delta_leads[0] == 1);
  CHECK(windings.tap_pu[0] == 1.0);
  CHECK(windings.tap_pu[1] == 1.0375);
  CHECK(windings.tap_max_pu[1] == 1.05);
  CHECK(windings.tap_min_pu[1] == 0.95);
  CHECK(windings.taps[1] == 16);
  CHECK(windings.r_neutral_ohm[1] == 0.5);
  CHECK(windings.x_neutral_ohm[1] == 0.1);
}

TEST_CASE("a transformer like another differs in what is stated again") {
  const auto circuit = converted(
      "new transformer.reg1a phases=1 windings=2 bank=reg1 buses=(799.1.2 799r.1.2) "
      "conns='delta delta' kvs=\"4.8 4.8\" kvas=\"2000 2000\" xhl=1\n"
      "new transformer.reg1c like=reg1a bank=reg1 buses=(799.3.2 799r.3.2)");
  CHECK(test::nodes(circuit, circuit.windings.nodes.row(2)) == "799.3 799.2");
  CHECK(circuit.windings.connection[3] == Connection::delta);
  CHECK(circuit.windings.kva[3] == 2000.0);
  CHECK(reactances(circuit, 1) == std::vector{1.0});
}

TEST_CASE("a disabled transformer is there and out of service") {
  CHECK(converted("new transformer.t buses=(a b) enabled=no").transformers.in_service[0] == 0);
}

TEST_CASE("transformers that can't be are refused with their line") {
  CHECK(refusal("new transformer.t buses=(a b) xhl=0").find("without impedance") !=
        std::string::npos);
  CHECK(refusal("new transformer.t buses=(a b)\n~ kvs=(0 1)").find(":2: transformer.t has kv") !=
        std::string::npos);
  CHECK(refusal("new transformer.t buses=(a b) wdg=3").find("wdg=3") != std::string::npos);
  CHECK(refusal("new transformer.t buses=(a b c)").find("3 buses for 2") != std::string::npos);
  CHECK(refusal("new transformer.t wdg=1 bus=a").find("no bus for winding 2") != std::string::npos);
  CHECK(refusal("new transformer.t windings=1000000000 buses=(a b)").find("windings=") !=
        std::string::npos);
  CHECK(refusal("new transformer.t buses=(a b) conns=(wye zig)").find("no connection") !=
        std::string::npos);
  CHECK(refusal("new transformer.t xfmrcode=none buses=(a b)").find("doesn't define") !=
        std::string::npos);
  CHECK(refusal("new transformer.t buses=(a b) kva=-5").find("kva") != std::string::npos);
}
