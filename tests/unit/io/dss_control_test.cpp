// SPDX-License-Identifier: BSD-3-Clause
// Regulators, capacitor and inverter controls. Expected values are the manual's defaults or by
// hand.
#include "gridswarm/io/dss_control.hpp"

#include "dss_sample.hpp"

using namespace gridswarm;
using doctest::Approx;
using test::converted;
using test::refusal;

namespace {

const std::string unit = "new transformer.t phases=1 buses=(a.1 b.1)\n";
const std::string bank = unit + "new capacitor.c bus1=b.1 phases=1\n";
const std::string curves =
    "new xycurve.vv npts=4 yarray=(1 0 0 -1) xarray=(0.9 0.95 1.05 1.1)\n"
    "new xycurve.vw npts=2 yarray=(1 0.2) xarray=(1.06 1.1)\n"
    "new pvsystem.one bus1=a kva=110 pmpp=100 kvarmax=44\nnew pvsystem.two bus1=a\n";

}  // namespace

TEST_CASE("a regulator that states nothing but its transformer has the manual's defaults") {
  const auto circuit = converted(unit + "new regcontrol.R transformer=T");
  const auto& rows = circuit.regulators;
  REQUIRE(rows.size() == 1);
  CHECK(rows.name[0] == "regcontrol.R");
  CHECK(rows.transformer[0] == 0);
  CHECK(rows.winding[0] == 0);
  CHECK(rows.tap_winding[0] == 0);
  CHECK(rows.v_set_v[0] == 120.0);
  CHECK(rows.v_band_v[0] == 3.0);
  CHECK(rows.pt_ratio[0] == 60.0);
  CHECK(rows.ct_primary_a[0] == 300.0);
  CHECK(rows.r_v[0] == 0.0);
  CHECK(rows.x_v[0] == 0.0);
  CHECK(rows.pt_phase[0] == 0);
  CHECK(rows.node[0] == none);
  CHECK(rows.delay_s[0] == 15.0);
  CHECK(rows.tap_delay_s[0] == 2.0);
  CHECK(rows.max_steps[0] == 16);
  CHECK(rows.v_limit_v[0] == 0.0);
  CHECK(rows.in_service[0] == 1);
}

TEST_CASE("a regulator's winding, taps, phase and remote bus are read") {
  const auto circuit = converted(
      "new transformer.t buses=(a b)\n"
      "new regcontrol.r transformer=t winding=2 vreg=122 band=2 ptratio=20 ctprim=700 r=3 x=9\n"
      "new regcontrol.s like=r tapwinding=1 ptphase=3 delay=30 maxtapchange=1 vlimit=130\n"
      "new regcontrol.q transformer=t winding=2 ptphase=max bus=b.3 remoteptratio=40 tapnum=6");
  const auto& rows = circuit.regulators;
  CHECK(rows.winding[0] == 1);
  CHECK(rows.tap_winding[0] == 1);
  CHECK(rows.r_v[0] == 3.0);
  CHECK(rows.x_v[0] == 9.0);
  CHECK(rows.tap_winding[1] == 0);
  CHECK(rows.v_set_v[1] == 122.0);
  CHECK(rows.pt_phase[1] == 2);
  CHECK(rows.delay_s[1] == 30.0);
  CHECK(rows.max_steps[1] == 1);
  CHECK(rows.v_limit_v[1] == 130.0);
  CHECK(rows.pt_phase[2] == -1);
  CHECK(rows.pt_ratio[2] == 40.0);
  CHECK(feeder::name_of_node(circuit, rows.node[2]) == "b.3");
  CHECK(circuit.windings.tap_pu[1] == Approx(1.0375));
}

TEST_CASE("a capacitor's control that states nothing but what it must has the manual's defaults") {
  const auto circuit = converted(bank + "new capcontrol.K capacitor=C element=transformer.t");
  const auto& rows = circuit.capacitor_controls;
  REQUIRE(rows.size() == 1);
  CHECK(rows.shunt[0] == 0);
  CHECK(rows.rule[0] == feeder::CapacitorRule::current);
  CHECK(rows.line[0] == none);
  CHECK(rows.transformer[0] == 0);
  CHECK(rows.terminal[0] == 0);
  CHECK(rows.on[0] == 300.0);
  CHECK(rows.off[0] == 200.0);
  CHECK(rows.pt_ratio[0] == 60.0);
  CHECK(rows.ct_ratio[0] == 60.0);
  CHECK(rows.pt_phase[0] == 0);
  CHECK(rows.ct_phase[0] == 0);
  CHECK(rows.v_min_v[0] == 115.0);
  CHECK(rows.v_max_v[0] == 126.0);
  CHECK(rows.v_override[0] == 0);
  CHECK(rows.delay_s[0] == 15.0);
  CHECK(rows.delay_off_s[0] == 15.0);
  CHECK(rows.dead_time_s[0] == 300.0);
}

TEST_CASE("a capacitor's control is read with its type and settings") {
  const auto circuit = converted(
      bank +
      "new capcontrol.k capacitor=c element=transformer.t terminal=2 type=kvar ptratio=1 ctratio=1 "
      "onsetting=150 offsetting=-225 voltoverride=Y vmin=7110 vmax=7740 delay=100 delayoff=80 "
      "ptphase=avg ctphase=1\n"
      "new capcontrol.p capacitor=c element=transformer.t type=pf onset=0.9 offset=-0.95");
  const auto& rows = circuit.capacitor_controls;
  CHECK(rows.rule[0] == feeder::CapacitorRule::kvar);
  CHECK(rows.terminal[0] == 1);
  CHECK(rows.on[0] == 150.0);
  CHECK(rows.off[0] == -225.0);
  CHECK(rows.v_override[0] == 1);
  CHECK(rows.delay_off_s[0] == 80.0);
  CHECK(rows.pt_phase[0] == -3);
  CHECK(rows.rule[1] == feeder::CapacitorRule::power_factor);
  CHECK(rows.on[1] == 0.9);
  CHECK(rows.off[1] == Approx(1.05));
}

TEST_CASE("an inverter's control gives its devices rules on their own kVA") {
  const auto circuit = converted(
      curves +
      "new invcontrol.v derlist=[pvsystem.ONE] combimode=vv_vw vvc_curve1=vv voltwatt_curve=vw "
      "refreactivepower=varmax");
  const auto& ders = circuit.ders;
  CHECK(ders.rule[0] == feeder::VarRule::volt_var);
  CHECK(ders.rule[1] == feeder::VarRule::given);
  REQUIRE(ders.volt_var[0].count == 4);
  CHECK(ders.volt_var[0].x[3] == 1.1);
  CHECK(ders.volt_var[0].y[0] == Approx(0.4));  // 44 kvar of 110 kVA
  CHECK(ders.volt_watt[0].y[0] == Approx(100.0 / 110.0));
  CHECK(ders.volt_watt[0].y[1] == Approx(20.0 / 110.0));
  CHECK(ders.volt_watt[1].count == 0);
}

TEST_CASE(
    "an inverter's control without a list is every PV system's, and a disabled one nobody's") {
  const auto all = converted(curves + "new invcontrol.v mode=voltvar vvc_curve1=vv");
  CHECK(all.ders.rule[0] == feeder::VarRule::volt_var);
  CHECK(all.ders.rule[1] == feeder::VarRule::volt_var);
  CHECK(all.warnings.size() == 1);
  const auto nobody =
      converted(curves + "new invcontrol.v vvc_curve1=vv\nbatchedit invcontrol..* enabled=no");
  CHECK(nobody.ders.rule[0] == feeder::VarRule::given);
}

TEST_CASE("controls that can't be are refused with their line") {
  CHECK(refusal(unit + "new regcontrol.r transformer=nobody").find("not there") !=
        std::string::npos);
  CHECK(refusal(unit + "new regcontrol.r").find("names no transformer") != std::string::npos);
  CHECK(refusal(unit + "new regcontrol.r transformer=t winding=3").find("winding 3") !=
        std::string::npos);
  CHECK(refusal(unit + "new regcontrol.r transformer=t ptratio=0").find("ptratio") !=
        std::string::npos);
  CHECK(refusal(unit + "new regcontrol.r transformer=t bus=far.1").find("bus far") !=
        std::string::npos);
  CHECK(refusal("new transformer.t buses=(a b) numtaps=0\nnew regcontrol.r transformer=t")
            .find("without taps") != std::string::npos);
  CHECK(refusal(bank + "new capcontrol.k capacitor=x element=transformer.t").find("not there") !=
        std::string::npos);
  CHECK(refusal(bank + "new capcontrol.k capacitor=c element=line.x").find("not there") !=
        std::string::npos);
  CHECK(refusal(bank + "new capcontrol.k capacitor=c element=load.x").find("line or a trans") !=
        std::string::npos);
  CHECK(refusal(bank + "new capcontrol.k capacitor=c element=transformer.t terminal=3")
            .find("terminal 3") != std::string::npos);
  CHECK(refusal(curves + "new invcontrol.v mode=wattpf").find("wattpf") != std::string::npos);
  CHECK(refusal(curves + "new invcontrol.v pvsystemlist=(one)").find("obsolete") !=
        std::string::npos);
  CHECK(refusal(curves + "new invcontrol.v").find("vvc_curve1") != std::string::npos);
}
